"""Sums up what tools/test ran.

Usage: test_summary.py EVENTS BAZEL_EXIT CHECKS

EVENTS is Bazel's build event file (JSON lines), BAZEL_EXIT its exit code,
CHECKS has a line "PASSED name" or "FAILED name" for each check outside Bazel.
Prints what was skipped and what failed, and last "N passed, N failed". Exits
1 when something failed, which includes that nothing could be tested.
"""

import json
import sys
import urllib.parse


def read_events(path):
    """The events; a last line cut off by an interruption is left out."""
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            try:
                yield json.loads(line)
            except ValueError:
                return


def skips(log_uri):
    """What a test's log says that it did not do."""
    path = urllib.parse.unquote(urllib.parse.urlparse(log_uri).path)
    try:
        with open(path, encoding="utf-8", errors="replace") as lines:
            return [
                line.strip()
                for line in lines
                if line.startswith(("skipped:", "[  SKIPPED ]"))
            ]
    except OSError:
        return []


def summarize(events):
    """Returns (status by target, skip notes by target)."""
    status, notes = {}, {}
    for event in events:
        kind = event.get("id", {})
        if "targetCompleted" in kind:
            # A library that does not build counts as a failure of its own;
            # a test's summary, which comes later, replaces this.
            if not event.get("completed", {}).get("success"):
                status[kind["targetCompleted"]["label"]] = "FAILED TO BUILD"
        elif "testSummary" in kind:
            label = kind["testSummary"]["label"]
            result = event.get("testSummary", {}).get("overallStatus")
            status[label] = result or "NO STATUS"
        elif "testResult" in kind:
            label = kind["testResult"]["label"]
            for output in event.get("testResult", {}).get(
                "testActionOutput", []
            ):
                if output.get("name") == "test.log":
                    notes.setdefault(label, []).extend(
                        skips(output.get("uri", ""))
                    )
    return status, notes


def main(events_path, bazel_exit, checks_path):
    status, notes = summarize(read_events(events_path))
    with open(checks_path, encoding="utf-8") as lines:
        for line in lines:
            result, _, name = line.strip().partition(" ")
            status[name] = result
    failed = {k: v for k, v in status.items() if v != "PASSED"}
    if bazel_exit != 0 and not failed:
        # It stopped before any target: a broken BUILD file, no tests at all.
        failed["bazel test"] = f"exit code {bazel_exit}"
    for label in sorted(notes):
        for note in sorted(set(notes[label])):
            print(f"{label}: {note}")
    for name in sorted(failed):
        print(f"{failed[name]}: {name}")
    passed = len(status) - sum(k in status for k in failed)
    print(f"{passed} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
