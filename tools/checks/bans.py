#!/usr/bin/python3
"""Finds in the source what this repository does not allow.

Usage: bans.py [FILE…]   (paths from the top of the repository; default: all)

Exits 1 and prints path:line, what stands there and why it may not.
"""

import collections
import fnmatch
import re
import subprocess
import sys

# what: regular expression over a file's text, or over its path where `path`.
# where, but: globs over the path; "*" crosses slashes. A match in `where` and
# not in `but` is an error, for the reason `why`.
Ban = collections.namedtuple("Ban", "what where but why path")


def ban(what, where, why, but=(), path=False):
    return Ban(re.compile(what, re.MULTILINE), where, tuple(but), why, path)


CPP = ("*.cc", "*.h")
SERVICES = ("services/*.cc", "services/*.h")

BANS = [
    # Signatures.
    ban(
        r"\br_jw[set]_(?:quick_|compact_)?parse\w*\s*\(|\br_jwt_\w+\s*\(",
        CPP,
        "it accepts a token signed by a key that the token itself carries; "
        "use r_*_advanced_parse with R_PARSE_NONE",
    ),
    ban(
        r"\br_jw[se]_advanced_(?:\w+_)?parse\w*\s*\((?![^;]*R_PARSE_NONE)"
        r"|\bR_PARSE_(?:HEADER|UNSIGNED)\w*",
        CPP,
        "a parse other than R_PARSE_NONE takes keys from the token",
    ),
    ban(
        r"#include <rhonabwy",
        CPP,
        "a witness in one test: JOSE itself stands on OpenSSL",
        but=("services/trust/jose_test.cc",),
    ),
    # JSON.
    ban(
        r"\b(?:protobuf::util|util)::(?:MessageToJson|JsonStringToMessage|"
        r"JsonToBinary|BinaryToJson)|google/protobuf/util/json_util",
        CPP,
        "Protobuf's JSON is not the standard's: services/wire reads and "
        "writes that; the operator's own messages are no standard's",
        but=("tests/bench/*", "services/transport/plain_json.cc"),
    ),
    ban(
        r"\bjson_name\s*=",
        ("protos/*.proto",),
        "the JSON key is the field's name, or the option `name`",
    ),
    ban(
        r"^\s*(?:optional |repeated )?(?:double|float)\s+\w+\s*=",
        ("protos/*.proto",),
        "a floating point number changes amounts and codes; use a decimal "
        "string",
        but=("protos/dci/config/*", "protos/dci/admin/*"),
    ),
    ban(
        r"google/protobuf/struct\.proto",
        ("protos/*.proto",),
        "Struct makes doubles of long integers; use dci.common.v1.Json",
    ),
    # Time, threads, faults.
    ban(
        r"\bfor \([^;{]*?[^:]:\s*\*(?![\w.()>-]*mutable_\w+\(\))[\w.>-]+\(",
        CPP,
        "what the call returned is gone before the first turn of the loop; "
        "name it first",
    ),
    ban(
        r"\bsleep_(?:for|until)\s*\(|\bSleepFor\s*\(|\bu?sleep\s*\(",
        ("*_test.cc", "*_testlib.cc", "tests/*.cc"),
        "a test drives the clock, or waits for what it needs",
    ),
    ban(
        r"\babsl::Now\s*\(|\bsystem_clock::now\s*\(",
        SERVICES,
        "time is an argument, from dci::base::Clock",
        but=(
            "services/base/clock.cc",
            # Edges: they note when something arrived, and cut what is slow.
            "services/net/*",
            "services/transport/*",
            "services/server/*",
            "services/sandbox/*",
        ),
    ),
    ban(
        r"\babsl::(?:Mutex\w*|CondVar|Notification|BlockingCounter)\b"
        r"|absl/synchronization/",
        (
            "services/storage/*.cc",
            "services/storage/*.h",
            "services/exchange/*.cc",
            "services/exchange/*.h",
        ),
        "ThreadSanitizer reports it falsely; use std::mutex",
    ),
    ban(
        r"\.detach\s*\(\s*\)",
        CPP,
        "a thread that nobody joins outlives what it uses",
    ),
    ban(
        r"^\s*throw\b",
        SERVICES,
        "errors are absl::Status",
    ),
    # Flags.
    ban(
        r"\bABSL_(?:DECLARE_)?FLAG\s*\(|\"absl/flags/",
        SERVICES,
        "flags stand in services/server/flags.cc; libraries take options",
        but=("services/server/flags.cc", "services/server/flags.h"),
    ),
    # Words.
    ban(
        r"(?:^|/)(?:common|utils?|misc|helpers?)/",
        ("*",),
        "a folder's name says what is in it",
        but=("protos/dci/common/*",),
        path=True,
    ),
    ban(
        r"(?://|#|/\*)\s*(?:TODO|FIXME|XXX)\b(?!\(\w)",
        ("*",),
        "finish it, or name who will: TODO(name)",
    ),
    ban(
        r"\bNOLINT(?:NEXTLINE|BEGIN|END)?\b(?!\()",
        CPP,
        "name the check: NOLINT(check)",
    ),
    ban(
        r"(?<![\w.])/(?:home|work|root)/\w",
        ("*",),
        "a path of one machine",
    ),
    ban(
        r"\b(?:HOUSE|STANDARDS|BUILD)\.md\b|\bshared/design\b",
        ("*",),
        "not in this repository; cite the published standard",
        but=("tools/checks/*",),
    ),
]


def matches(path, globs):
    return any(fnmatch.fnmatchcase(path, glob) for glob in globs)


def find(path, text):
    """Yields (line number, text found, reason) of each ban broken."""
    for rule in BANS:
        if not matches(path, rule.where) or matches(path, rule.but):
            continue
        if rule.path:
            if rule.what.search(path):
                yield 1, path, rule.why
            continue
        for match in rule.what.finditer(text):
            start = match.start() + len(match[0]) - len(match[0].lstrip())
            yield text.count("\n", 0, start) + 1, match[0].strip(), rule.why


def all_files():
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        check=True,
    ).stdout.decode()
    return [path for path in listed.split("\0") if path]


def main(paths):
    count = 0
    for path in paths or all_files():
        try:
            with open(path, encoding="utf-8") as file:
                text = file.read()
        except (UnicodeDecodeError, FileNotFoundError):
            continue  # binary, or deleted and not yet committed
        for line, what, why in find(path, text):
            print(f"{path}:{line}: {what!r}: {why}")
            count += 1
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
