#!/usr/bin/python3
"""The facade in front of a real PostgreSQL, with a table made for the test.

usage: facade_test.py FACADE
"""

import datetime
import glob
import http.server
import json
import os
import pwd
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

WAIT = 60  # seconds, on a busy machine
TABLE = """
CREATE TABLE citizens (id bigint PRIMARY KEY, doc_no text NOT NULL UNIQUE,
    family text, given text, born date, sex char(1), district text,
    updated_at timestamptz NOT NULL DEFAULT now());
INSERT INTO citizens SELECT n, 'C-' || n, 'Family' || n % 10, NULL,
    date '2000-01-01' + n, CASE WHEN n % 2 = 0 THEN 'F' ELSE 'M' END,
    'D' || n % 3 FROM generate_series(1, 100) n;
UPDATE citizens SET family = 'O''Neill', district = NULL WHERE id = 7;
CREATE ROLE reader LOGIN;
GRANT SELECT ON citizens TO reader;
"""


def check(holds, what, *seen):
    if not holds:
        raise AssertionError("%s: %s" % (what, seen))
    print("right: " + what)


class Database:
    """PostgreSQL in a folder, on a Unix socket there."""

    def __init__(self, bin_folder, folder):
        self.bin, self.folder = bin_folder, folder
        # PostgreSQL does not run as root.
        self.user = {}
        if os.getuid() == 0:
            entry = pwd.getpwnam("postgres")
            os.chown(folder, entry.pw_uid, entry.pw_gid)
            self.user = dict(user=entry.pw_uid, group=entry.pw_gid,
                             extra_groups=[])
        data = os.path.join(folder, "data")
        self.run("initdb", "-D", data, "-A", "trust", "-U", "owner",
                 "-E", "UTF8", "--locale=C")
        self.process = subprocess.Popen(
            [os.path.join(self.bin, "postgres"), "-D", data, "-k", folder,
             "-c", "listen_addresses=", "-c", "fsync=off"],
            cwd=folder, stderr=subprocess.DEVNULL, **self.user)
        until = time.monotonic() + WAIT
        while subprocess.run([os.path.join(self.bin, "pg_isready"), "-q", "-h",
                              folder]).returncode != 0:
            if time.monotonic() > until:
                sys.exit("FAILED: PostgreSQL does not start")
            time.sleep(0.1)

    def run(self, program, *arguments, text=None):
        done = subprocess.run([os.path.join(self.bin, program), *arguments],
                              input=text, capture_output=True, text=True,
                              cwd=self.folder, **self.user)
        if done.returncode != 0:
            sys.exit("FAILED: %s: %s" % (program, done.stderr))
        return done.stdout.strip()

    def sql(self, text):
        return self.run("psql", "-h", self.folder, "-U", "owner", "-d",
                        "postgres", "-qAt", "-v", "ON_ERROR_STOP=1", text=text)

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=WAIT)


class Listener(http.server.BaseHTTPRequestHandler):
    """Takes callbacks."""
    arrived = queue.Queue()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = b'{"message":{"ack_status":"ACK"}}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
        self.arrived.put((self.path, json.loads(body)))

    def log_message(self, *arguments):
        pass


class Facade:
    def __init__(self, binary, folder, database, callbacks):
        config = os.path.join(folder, "config.textproto")
        with open(config, "w") as file:
            file.write("""
                http { port: 0 } grpc { port: 0 } admin { port: 0 }
                participants {
                  sender_id: "me" signature: POLICY_OPTIONAL
                  authorization: POLICY_OPTIONAL encryption: POLICY_OPTIONAL
                  scopes: "registry.search" scopes: "registry.subscribe"
                  callback_bases: "%s" append_callback_path: true
                  allow_private_addresses: true
                }""" % callbacks)
        self.process = subprocess.Popen(
            [binary, "--registry=crvs", "--config=" + config,
             "--data_dir=" + folder],
            stdout=subprocess.PIPE, text=True,
            env={"HOME": folder, "PGHOST": database.folder, "PGUSER": "reader",
                 "PGDATABASE": "postgres"})
        ports = dict(self.process.stdout.readline().split() for _ in range(3))
        self.http = "http://127.0.0.1:" + ports["http"]
        self.sent = 0

    def send(self, path, message, action=None):
        self.sent += 1
        now = datetime.datetime.utcnow().strftime("%Y-%m-%dT%H:%M:%SZ")
        items = next(iter(message.values()))
        items = items if isinstance(items, list) else [items]
        for n, item in enumerate(items):
            item.update(timestamp=now, locale="eng", reference_id="r%d" % n)
        document = {"signature": "", "message": dict(
            message, transaction_id="t-%d" % self.sent), "header": {
                "version": "1.0.0", "message_id": "m-%d" % self.sent,
                "message_ts": now, "action": action or path.split("/")[-1],
                "sender_id": "me", "receiver_id": "crvs-registry",
                "total_count": len(items), "is_msg_encrypted": False}}
        request = urllib.request.Request(
            self.http + "/registry/" + path, json.dumps(document).encode(),
            {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=WAIT) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.loads(error.read())

    def search(self, *query, path="sync/search", **paging):
        return self.send(path, {"search_request": [criteria(query, **paging)]})

    def refusal(self, *query, **named):
        """The code of an item, beside one that is answered."""
        answer = self.send("sync/search", {"search_request": [
            criteria(identifier("C-7")), criteria(query, **named)]})
        good, bad = answer["message"]["search_response"]
        check(good["status"] == "succ" and bad["status"] == "rjct"
              and not bad.get("data", {}).get("reg_records"),
              "one refused, one answered", answer)
        return bad["status_reason_code"]

    def item(self, *arguments, **named):
        return self.search(*arguments, **named)["message"]["search_response"][0]

    def found(self, *arguments, **named):
        item = self.item(*arguments, **named)
        return [r["identifier"][0]["identifier_value"]
                for r in item["data"]["reg_records"]]


def criteria(query, size=100, page=1, **more):
    return {"search_criteria": dict({
        "version": "1.0.0", "reg_type": "ns:org:RegistryType:Civil",
        "reg_record_type": "CRVS_Person", "query_type": query[0],
        "query": query[1], "pagination": {
            "page_size": size, "page_number": page}}, **more)}


def identifier(value, kind="UIN"):
    return "idtype-value", {"type": kind, "value": value}


def nosql(query):
    return "expression", {"type": "ns:org:QueryType:NoSql",
                          "value": {"expression": {"query": query}}}


def predicate(attribute, operator, value):
    return "predicate", [{"seq_num": 1, "expression1": {
        "attribute_name": attribute, "operator": operator,
        "attribute_value": value}}]


def searches(facade):
    item = facade.item(*identifier("C-7"))
    record = item["data"]["reg_records"][0]
    check(item["status"] == "succ" and item["pagination"]["total_count"] == 1
          and record["name"]["surname"] == "O'Neill"
          and record["sex"] == "male" and record["birth_date"] == "2000-01-08"
          and "address" not in record, "found, with codes mapped", item)
    check(facade.found(*identifier("C-0")) == [], "not found")
    check(facade.found(*identifier("C-7", "BRN")) == [], "of another type")
    check(facade.found(*predicate("name.surname", "eq", "O'Neill")) == ["C-7"],
          "found by a text with a quote")
    check(facade.found(*nosql({"$and": [
        {"sex": {"$eq": "female"}}, {"birth_date": {"$lt": "2000-01-06"}}]}))
          == ["C-2", "C-4"], "found by code and range")
    check(facade.found(*nosql({"$or": [
        {"birth_date": "2000-01-02"}, {"name.surname": "O'Neill"}]}))
          == ["C-1", "C-7"], "found by either")
    check("C-7" in facade.found(*predicate("address.sub_region_code", "ne",
                                           "D1")), "nothing is unequal too")
    check(facade.found(*predicate("name.given_name", "exists", True)) == [],
          "nobody has what the column has not")
    check(facade.found(*predicate("sex", "eq", "F"), size=3, page=2)
          == ["C-8", "C-10", "C-12"], "the second page")
    check(facade.item(*predicate("sex", "eq", "F"), size=3, page=99)
          ["pagination"]["total_count"] == 50, "counted beyond the end")


def hostile(facade, database):
    for value in ("' OR 1=1 --", "'; DROP TABLE citizens; --", "$1", "\\' OR 1",
                  "%", "C-_"):
        check(facade.found(*predicate("name.surname", "eq", value)) == [],
              "no SQL: " + value)
        check(facade.found(*nosql({"identifier.identifier_value": value})) == [],
              "no SQL in an identifier: " + value)
    for query in (predicate("phone_number", "eq", "1"),
                  predicate("1=1 OR family", "eq", "x"),
                  predicate("name.surname", "gt", "A"),
                  predicate("birth_date", "eq", "' OR 1=1 --"),
                  predicate("sex", "eq", "' OR 1"),
                  predicate("name.given_name", "eq", None),
                  predicate("name.surname", "eq", "C\0")):
        code = facade.refusal(*query)
        check(code == "rjct.search_criteria.invalid",
              "refused: %s" % (query,), code)
    check(facade.refusal(*identifier("C-7"), size=100000)
          == "rjct.pagination.invalid", "a page too large")
    check(facade.refusal(*identifier("C-7"), sort=[{
        "attribute_name": "birth_date", "sort_order": "asc"}])
          == "rjct.search_criteria.invalid", "no order but that of the table")
    check(database.sql("SELECT count(*) FROM citizens;") == "100",
          "the table is as it was")


def await_callback(path, count=1):
    found = []
    while len(found) < count:
        where, body = Listener.arrived.get(timeout=WAIT)
        if where.endswith(path):
            found.append(body)
    return found


def asynchronous(facade):
    ack = facade.search(*predicate("sex", "eq", "female"), path="search",
                        size=20)
    check(ack["message"]["ack_status"] == "ACK", "acknowledged", ack)
    pages = await_callback("/on-search", 3)
    records = [r["identifier"][0]["identifier_value"] for page in pages
               for r in page["message"]["search_response"][0]["data"]
               ["reg_records"]]
    check(sorted(records) == sorted("C-%d" % n for n in range(2, 101, 2)),
          "every page arrives", records)
    answer = facade.send("sync/txn/status", {"txnstatus_request": {
        "reference_id": "q", "txn_type": "search",
        "attribute_type": "correlation_id",
        "attribute_value": ack["message"]["correlation_id"]}}, "txn-status")
    text = json.dumps(answer)
    check("C-2" in text and "succ" in text, "and is told again", text)


def subscribe(facade, event, query):
    ack = facade.send("subscribe", {"subscribe_request": [{
        "subscribe_criteria": {
            "reg_event_type": event, "filter_type": "expression",
            "notify_record_type": "Person", "filter": {
                "type": "ns:org:QueryType:NoSql",
                "value": {"expression": {"query": query}}}}}]})
    check(ack["message"]["ack_status"] == "ACK", "subscribing", ack)
    answer = await_callback("/on-subscribe")[0]
    check('"succ"' in json.dumps(answer), "subscribed to " + event, answer)


def subscriptions(facade, database):
    subscribe(facade, "register", {"name.surname": "Newcomer"})
    subscribe(facade, "data_modification", {"sex": "female"})
    database.sql("INSERT INTO citizens (id, doc_no, family)"
                 " VALUES (101, 'C-101', 'Newcomer');")
    told = json.dumps(await_callback("/notify")[0])
    check("C-101" in told, "told of the new row", told)
    # The first is no woman, the second is.
    database.sql("UPDATE citizens SET family = 'New', updated_at = now()"
                 " WHERE id IN (1, 2);")
    told = json.dumps(await_callback("/notify")[0])
    check("C-2" in told and "New" in told and 'C-1"' not in told,
          "told of the change", told)


def restart(facade, database):
    database.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                 " WHERE usename = 'reader';")
    # What was broken is found out by the first one.
    facade.search(*identifier("C-7"))
    check(facade.found(*identifier("C-7")) == ["C-7"], "connected again")


def main():
    binary = os.path.abspath(sys.argv[1])
    folders = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(os.path.dirname(os.path.realpath(on_path)))
    if not folders:
        print("skipped: no PostgreSQL")
        return
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(dir="/tmp") as db, \
            tempfile.TemporaryDirectory() as folder:
        database = Database(folders[-1], db)
        facade = None
        try:
            database.sql(TABLE)
            facade = Facade(binary, folder, database,
                            "http://127.0.0.1:%d" % server.server_port)
            searches(facade)
            hostile(facade, database)
            asynchronous(facade)
            subscriptions(facade, database)
            restart(facade, database)
            facade.process.send_signal(signal.SIGTERM)
            check(facade.process.wait(timeout=WAIT) == 0, "stopped")
        finally:
            if facade:
                facade.process.kill()
            database.stop()


main()
