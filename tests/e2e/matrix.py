#!/usr/bin/python3
"""Holds README's table of what is there against what the sandbox says it can
do, so that neither can be more than the other.

usage: with_sandbox.py SANDBOX matrix.py README.md
"""

import json
import os
import sys
import urllib.request

REGISTRIES = ("SOCIAL", "CRVS", "IBR", "DISABILITY", "FARMER", "EMPLOYMENT")
DIALECTS = (
    ("g2p-connect-2023", "G23"),
    ("dci-2025-01", "D25"),
    ("dci-2025-12-openspp", "C25"),
)
HEAD = (
    "| registry | verb | async | sync | HTTP/JSON | gRPC | dialects |",
    "|---|---|---|---|---|---|---|",
)


def capabilities(name):
    """What a registry of the sandbox says of itself."""
    url = os.environ["SANDBOX_%s_HTTP" % name] + "/capabilities"
    with urllib.request.urlopen(url, timeout=60) as answer:
        return json.load(answer)


def verb_of(path):
    """"search" of /registry/sync/search."""
    verb = path.removeprefix("/registry/")
    return verb.removeprefix("sync/")


def rows_of(name):
    """The registry's lines, in the order in which it names its operations."""
    verbs = {}
    document = capabilities(name)
    for service in document["registries"] + document.get("other_services", []):
        for operation in service.get("operations", []):
            path = operation.get("path", "")
            if operation["mode"] not in ("async", "sync"):
                continue
            if not path.startswith("/registry/"):
                continue
            row = verbs.setdefault(verb_of(path), {"dialects": set()})
            row[operation["mode"]] = True
            row["grpc"] = row.get("grpc", True) and "grpc_method" in operation
            row["dialects"] |= set(operation.get("extension_in", []))
    for verb, row in verbs.items():
        dialects = " ".join(
            short + ("*" if long in row["dialects"] else "")
            for long, short in DIALECTS
        )
        yield "| %s | %s | %s | %s | yes | %s | %s |" % (
            name.lower(),
            verb,
            "yes" if "async" in row else "",
            "yes" if "sync" in row else "",
            "yes" if row["grpc"] else "",
            dialects,
        )


def main():
    """Compares, and prints the right table where they differ."""
    right = list(HEAD)
    for name in REGISTRIES:
        right += rows_of(name)
    with open(sys.argv[1], encoding="utf-8") as readme:
        lines = readme.read().splitlines()
    start = lines.index(HEAD[0]) if HEAD[0] in lines else len(lines)
    end = start
    while end < len(lines) and lines[end].startswith("|"):
        end += 1
    if lines[start:end] != right:
        sys.exit("README's table should be:\n" + "\n".join(right))
    print("ok: %d lines" % (len(right) - len(HEAD)))


if __name__ == "__main__":
    main()
