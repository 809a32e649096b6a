#!/usr/bin/python3
"""Registries that are no part of the program: a draft and a country profile.

usage: drafted_registry.py REGISTRY_SERVER DCI EDUCATION_PROTO PERU_PROTO

Starts registry_server on each schema, strict as it comes, makes a participant
known, loads records, and searches them: signed, over HTTP and over gRPC.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.request

CONFIG = 'http { port: 0 } grpc { port: 0 } admin { port: 0 }\n'
PUPILS = [
    {"@type": "Enrolment", "school_year": 2026, "school_code": "S-%d" % (n % 2),
     "pupil_identifier": [{"identifier_type": "UIN",
                           "identifier_value": "P-%03d" % n}],
     # By its label; it is kept as the code.
     "level": "Primary" if n < 5 else "2",
     "attendance": "%d.5" % (50 + n), "shoe_size": n}
    for n in range(10)
]
GROUPS = [
    {"@type": "Group", "group_size": n,
     "group_identifier": [{"identifier_type": "HOUSEHOLD_ID",
                           "identifier_value": "H-%d" % n}],
     "cse_code": "PE" if n < 3 else "NP",
     "cse_code_validity_end": "202%d-12-31" % n,
     "address": [{"urban_core_name": "Núcleo", "sub_region_code": "0801"}],
     "member_list": [{"Identity_DNI_status": "valid", "Relationship": "head",
                      "member_identifier": [{"identifier_type": "DNI",
                                             "identifier_value": "D-%d" % n}]}]}
    for n in range(6)
]


def check(holds, what, *seen):
    if not holds:
        sys.exit("FAILED: %s: %s" % (what, seen))
    print("right: " + what)


class Server:
    """registry_server on one schema, with one participant that signs."""

    def __init__(self, binary, dci, schema, folder):
        self.dci_binary, self.folder = dci, folder
        config = os.path.join(folder, "config.textproto")
        with open(config, "w") as file:
            file.write(CONFIG)
        self.process = subprocess.Popen(
            [binary, "--schema=" + schema, "--config=" + config,
             # By its prefix, as the schema says it.
             "--registry=" + ("education" if "education" in schema else "peru"),
             "--data_dir=" + folder],
            stdout=subprocess.PIPE, text=True)
        ports = dict(self.process.stdout.readline().split() for _ in range(3))
        self.http = "http://127.0.0.1:" + ports["http"]
        self.grpc = "127.0.0.1:" + ports["grpc"]
        with open(os.path.join(folder, "operator.token")) as file:
            token = file.read().strip()
        self.admin = ["--admin", "http://127.0.0.1:" + ports["admin"],
                      "--token", token]
        self.key = os.path.join(folder, "my.jwk")
        self.dci("keygen", "--out", self.key)
        self.introduce("http://127.0.0.1:9")

    def introduce(self, callback):
        self.dci("participant", "add", *self.admin, "--sender_id", "me",
                 "--key", self.key, "--callback", callback, "--authorization",
                 "optional", "--scope", "registry.search", "--scope",
                 "registry.subscribe")

    def dci(self, *arguments, code=0):
        done = subprocess.run([self.dci_binary, *arguments],
                              capture_output=True, text=True)
        if done.returncode != code:
            sys.exit("FAILED: dci %s: %d, not %d\n%s%s" % (
                arguments, done.returncode, code, done.stdout, done.stderr))
        return done.stdout

    def load(self, records, outcome="created"):
        file = os.path.join(self.folder, "records.ndjson")
        with open(file, "w") as out:
            out.writelines(json.dumps(r) + "\n" for r in records)
        said = self.dci("load", file, *self.admin)
        check(json.loads(said)[outcome] == len(records), outcome, said)

    def search(self, record, *arguments):
        """The records found, by a signed search whose answer is verified."""
        said = self.dci("call", "search", "--to", self.http, "--record", record,
                        "--sender_id", "me", "--key", self.key, "--verify",
                        self.http + "/.well-known/jwks.json", *arguments)
        item = json.loads(said)["message"]["search_response"][0]
        return item["data"]["reg_records"]

    def get(self, path):
        with urllib.request.urlopen(self.http + path, timeout=30) as answer:
            return json.load(answer)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        check(self.process.wait(timeout=60) == 0, "stopped")


def search_by_grpc(server, method):
    """The same over gRPC; None where this machine has no stubs for Python."""
    try:
        import grpc
    except ImportError:
        return None
    signed = json.loads(server.dci(
        "call", "search", "--to", server.http, "--id", "UIN=P-003", "--record",
        "Enrolment", "--sender_id", "me", "--key", server.key, "--dry_run"))
    # SearchRequestEnvelope.original, field 15: the document as it was signed.
    document = json.dumps(signed, ensure_ascii=False).encode()
    size, length = len(document), b""
    while size > 127:
        length += bytes([size & 127 | 128])
        size >>= 7
    envelope = b"\x7a" + length + bytes([size]) + document
    with grpc.insecure_channel(server.grpc) as channel:
        return channel.unary_unary(method)(envelope, timeout=30)


def subscribe(server, record):
    """Subscribes, and gives what arrives when the record is loaded."""
    listener = subprocess.Popen(
        [server.dci_binary, "listen", "--count", "2", "--timeout", "60",
         "--verify", server.http + "/.well-known/jwks.json"],
        stdout=subprocess.PIPE, text=True)
    server.introduce(json.loads(listener.stdout.readline())["listening"])
    body = os.path.join(server.folder, "subscribe.json")
    with open(body, "w") as file:
        json.dump({"transaction_id": "t", "subscribe_request": [{
            "reference_id": "r", "timestamp": "2026-01-01T00:00:00Z",
            "subscribe_criteria": {
                "reg_event_type": "LeftSchool",
                "notify_record_type": record["@type"],
                "filter_type": "expression",
                "filter": {"type": "ns:org:QueryType:NoSql", "value": {
                    "expression": {"query": {
                        "school_code": record["school_code"]}}}}}}]}, file)
    server.dci("call", "/registry/subscribe", "--to", server.http, "--body",
               body, "--sender_id", "me", "--key", server.key)
    answer = listener.stdout.readline()
    check("/on-subscribe" in answer and '"verified":true' in answer,
          "subscribed, and told so under a signature", answer)
    server.load([record], "replaced")
    arrived = listener.stdout.readline()
    listener.wait(timeout=60)
    return arrived


def education(server):
    server.load(PUPILS)
    found = server.search("Enrolment", "--id", "UIN=P-003")
    check([r["shoe_size"] for r in found] == [3],
          "found by identifier, with a member that no schema has", found)
    check(found[0]["level"] == "1", "a label is kept as its code", found)
    found = server.search("Enrolment", "--query", json.dumps(
        {"$and": [{"attendance": {"$gte": 57}}, {"school_code": "S-1"}]}))
    check(sorted(r["shoe_size"] for r in found) == [7, 9],
          "found by a range and an equality", found)
    server.dci("call", "search", "--to", server.http, "--record", "Enrolment",
               "--id", "UIN=P-003", "--sender_id", "me", code=1)
    print("right: the unsigned one is refused")
    answer = search_by_grpc(
        server, "/education.v1.EducationRegistry/SyncSearch")
    if answer is None:
        print("skipped: no python3-grpcio, gRPC is not tried")
    else:
        check(b"P-003" in answer and b"P-004" not in answer,
              "found over gRPC", answer)
    left = dict(PUPILS[4], leaving_date="2026-06-30")
    arrived = subscribe(server, left)
    check("/notify" in arrived and "P-004" in arrived
          and '"verified":true' in arrived, "told that a pupil left", arrived)
    capabilities = json.dumps(server.get("/capabilities"))
    check("education.v1.EducationRegistry" in capabilities
          and "attendance" in capabilities, "told in capabilities")


def peru(server):
    server.load(GROUPS)
    found = server.search("Group", "--query", json.dumps(
        {"$and": [{"cse_code": "PE"},
                  {"cse_code_validity_end": {"$gt": "2021-06-01"}}]}))
    check([r["cse_code_validity_end"] for r in found]
          == ["2021-12-31", "2022-12-31"],
          "found by what the profile adds", found)
    member = found[0]["member_list"][0]
    check(member["Identity_DNI_status"] == "valid"
          and found[0]["address"][0]["urban_core_name"] == "Núcleo",
          "the profile's own names come back", found)


def main():
    server, dci, education_proto, peru_proto = sys.argv[1:]
    for schema, steps in ((education_proto, education), (peru_proto, peru)):
        with tempfile.TemporaryDirectory() as folder:
            os.environ["HOME"] = os.environ["XDG_DATA_HOME"] = folder
            run = Server(server, dci, schema, folder)
            try:
                steps(run)
                run.stop()
            finally:
                run.process.kill()


main()
