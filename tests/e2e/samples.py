#!/usr/bin/python3
"""Sends published sample requests, as they stand, to a running sandbox.

usage: with_sandbox.py SANDBOX samples.py

Each is sent to the synchronous search, to the asynchronous one, whose callback
must arrive at the SP-System, and over gRPC as a relayed document. The samples
are no part of this repository: DCI_STANDARDS names their folder.
"""

import json
import os
import pathlib
import sys
import time
import urllib.error
import urllib.request

WAIT = 30  # seconds, for a callback on a busy machine

REFUSED = "rjct.search_criteria.invalid"

# registry, sample, type of the records, texts that the answer must have; or
# None and the code that it is refused with, with what the refusal must name. A
# third expression is in no schema, and leaving it out would disclose more than
# was asked for.
SAMPLES = [
    ("social", "processflow1-1req.json", "Group", ["poverty_score"]),
    ("social", "processflow1-2req.json", "Group", ["group_size"]),
    ("social", "processflow1-3req.json", "Member", ['"W"', "female"]),
    ("social", "processflow2req.json", "Person", ["847951632"]),
    ("social", "processflow3areq.json", None, [REFUSED, "expression3"]),
    ("social", "processflow4req.json", None, [REFUSED, "expression3"]),
    ("crvs", "processflow1req.json", "Person", ["847951632", "CRVS_Person"]),
    ("crvs", "processflow2req.json", "Person", ["847951632", "947951532"]),
    ("crvs", "processflow3req.json", "Person", ["847951632"]),
    ("crvs", "processflow4req.json", "Person", ["847951632"]),
    ("crvs", "processflow5req.json", "Person", ["847951632"]),
    ("crvs", "processflow6req.json", "Person", ["847951632"]),
    # Of a draft: no criteria where every generation has them.
    ("crvs", "processflow1req copy.json", None, ["err.request.bad"]),
    # Their action "verify" is the disability registry's alone.
    ("dr", "processflow1req.json", "DisabledPerson", ["impairment_type"]),
    ("dr", "processflow3req.json", "DisabledPerson", ["disability_status"]),
    # Copies of requests to a disability registry; so is their action.
    ("fr", "processflow1req.json", None, ["rjct.action.invalid", "action"]),
    ("fr", "processflow2req.json", None, ["rjct.action.invalid", "action"]),
    ("ibr", "processflow3areq.json", "Beneficiary", ["847951632", "DCI001"]),
    ("ibr", "processflow4req.json", "Beneficiary", ["847951632", "DCI001"]),
    # Empty frames.
    ("ibr", "processflow3req.json", None, ["err.request.bad"]),
    ("ibr", "processflow5req.json", None, ["err.request.bad"]),
]

# Of the operations that only one registry has: registry, sample, path, texts
# of the answer.
OWN = [
    ("dr", "processflow2req.json", "/registry/sync/disabled",
     ['"disabled_status": "yes"', "ABC451123"]),
    ("ibr", "processflow1req.json", "/registry/sync/enrollment/updates",
     ['"status": "succ"', "0205202401"]),
    ("ibr", "processflow2req.json", "/registry/sync/enrolled",
     ['"enrolled_status": "yes"', "847951632"]),
]

# Folder of the samples: how the sandbox's environment and gRPC name the
# registry.
REGISTRIES = {
    "social": ("SOCIAL", "dci.social.v1.SocialRegistry"),
    "crvs": ("CRVS", "dci.crvs.v1.CivilRegistry"),
    "dr": ("DISABILITY", "dci.disability.v1.DisabilityRegistry"),
    "fr": ("FARMER", "dci.farmer.v1.FarmerRegistry"),
    "ibr": ("IBR", "dci.ibr.v1.BeneficiaryRegistry"),
}

failures = []


def check(condition, what):
    """Notes a failure, and goes on: one run shows all of them."""
    print(("ok: " if condition else "FAILED: ") + what)
    if not condition:
        failures.append(what)


def samples_folder():
    """Where the samples are, or None."""
    given = os.environ.get("DCI_STANDARDS")
    root = (
        pathlib.Path(given)
        if given
        # Runfiles are links into the source tree.
        else pathlib.Path(__file__).resolve().parents[2] / "../shared/standards"
    )
    folder = root / "d25/samples"
    return folder if folder.is_dir() else None


def call(url, body=None, token=None):
    """Status and parsed body of an answer, whatever its status."""
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = "Bearer " + token
    request = urllib.request.Request(url, data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=WAIT) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def check_answer(name, answer, record_type, texts):
    """Whether an on-search document, or its text, is the right one."""
    text = json.dumps(answer)
    check(answer["header"]["action"] == "on-search", name + " is on-search")
    items = answer["message"]["search_response"]
    check(len(items) == 1, name + " has one item")
    item = items[0]
    if record_type is None:
        check(item["status"] == "rjct", name + " is refused")
        # Of the item, or of the message where that is at fault.
        codes = [
            part.get("status_reason_code") for part in (item, answer["header"])
        ]
        check(texts[0] in codes, name + ": " + texts[0])
    else:
        check(item["status"] == "succ", name + " succeeds")
        data = item.get("data", {})
        check(
            data.get("reg_record_type") == record_type,
            "%s finds %s" % (name, record_type),
        )
        records = data.get("reg_records", [])
        page = item.get("pagination", {})
        most = min(page.get("total_count", 0), page.get("page_size", 0))
        check(0 < len(records) <= most, name + " is one page")
    for expected in texts:
        check(json.dumps(expected)[1:-1] in text or expected in text,
              "%s says %s" % (name, expected))


def check_sync(base, name, body, record_type, texts):
    """The synchronous search."""
    status, answer = call(base + "/registry/sync/search", body)
    if record_type is None and status != 200:
        check(status == 400, name + " sync is refused with 400")
        check_error(name + " sync", answer, texts)
        return
    check(status == 200, "%s sync: HTTP 200, got %d" % (name, status))
    if status == 200:
        check_answer(name + " sync", answer, record_type, texts)
    else:
        print(json.dumps(answer))


def check_error(name, answer, texts):
    """A refusal before the ACK has both bodies of the standard, and there an
    item's code is err.request.bad."""
    texts = [text for text in texts if not text.startswith("rjct.")]
    check(
        answer["message"]["ack_status"] == "ERR" and answer["errors"],
        name + " is ERR, with errors",
    )
    for expected in texts:
        check(expected in json.dumps(answer), "%s names %s" % (name, expected))


def callback(correlation_id):
    """The callback of an accepted request, or None after the wait."""
    url = os.environ["SANDBOX_INBOX"] + "?correlation_id=" + correlation_id
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        _, inbox = call(url, token=os.environ["SANDBOX_TOKEN"])
        if inbox["messages"]:
            return inbox["messages"][0]
        time.sleep(0.05)
    return None


def check_async(base, name, body, record_type, texts):
    """The asynchronous search, and its callback."""
    status, ack = call(base + "/registry/search", body)
    if record_type is None and status != 200:
        check(status == 400, name + " async is refused with 400")
        check_error(name + " async", ack, texts)
        return
    check(status == 200, "%s async: HTTP 200, got %d" % (name, status))
    if status != 200:
        print(json.dumps(ack))
        return
    check(ack["message"]["ack_status"] == "ACK", name + " is acknowledged")
    arrived = callback(ack["message"]["correlation_id"])
    check(arrived is not None, name + ": the callback arrives")
    if arrived:
        check_answer(name + " callback", arrived, record_type, texts)


def length(number):
    """A varint of the protobuf encoding."""
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def check_grpc(grpc, target, service, name, body, record_type, texts):
    """The document as the envelope's `original`, field 15."""
    with grpc.insecure_channel(target) as channel:
        search = channel.unary_unary("/%s/SyncSearch" % service)
        try:
            answer = search(b"\x7a" + length(len(body)) + body, timeout=WAIT)
        except grpc.RpcError as error:
            trailers = dict(error.trailing_metadata())
            check(
                record_type is None and "dci-error-bin" in trailers,
                "%s gRPC: %s" % (name, error.details()),
            )
            return
    wanted = texts if record_type is None else [record_type]
    for text in wanted:
        check(text.encode() in answer, "%s gRPC says %s" % (name, text))


def check_own(url, name, body, texts):
    """An operation that is answered at once, in an envelope."""
    status, answer = call(url, body)
    check(status == 200, "%s: HTTP 200, got %d" % (name, status))
    text = json.dumps(answer)
    check("header" in answer, name + " is answered in an envelope")
    for expected in texts:
        check(expected in text, "%s says %s" % (name, expected))
    if status != 200:
        print(text)


def main():
    """Sends every sample every way."""
    folder = samples_folder()
    if folder is None:
        print("skipped: no published samples; DCI_STANDARDS names none")
        return
    try:
        import grpc
    except ImportError:
        grpc = None
        print("skipped: gRPC, python3-grpcio is not installed")
    for registry, sample, record_type, texts in SAMPLES:
        env, service = REGISTRIES[registry]
        base = os.environ["SANDBOX_%s_HTTP" % env]
        name = registry + "/" + sample
        body = (folder / registry / sample).read_bytes()
        check_sync(base, name, body, record_type, texts)
        check_async(base, name, body, record_type, texts)
        if grpc:
            target = os.environ["SANDBOX_%s_GRPC" % env]
            check_grpc(grpc, target, service, name, body, record_type, texts)
    for registry, sample, path, texts in OWN:
        base = os.environ["SANDBOX_%s_HTTP" % REGISTRIES[registry][0]]
        body = (folder / registry / sample).read_bytes()
        check_own(base + path, registry + "/" + sample, body, texts)
    if failures:
        sys.exit("%d checks failed" % len(failures))


if __name__ == "__main__":
    main()
