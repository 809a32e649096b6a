#!/usr/bin/python3
"""Tests of test_summary.py."""

import contextlib
import io
import json
import os
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import test_summary  # pylint: disable=wrong-import-position


def completed(label, success=True):
    return {
        "id": {"targetCompleted": {"label": label}},
        "completed": {"success": True} if success else {},
    }


def summary(label, status):
    return {
        "id": {"testSummary": {"label": label}},
        "testSummary": {"overallStatus": status},
    }


class TestSummaryTest(unittest.TestCase):
    def run_main(self, events, bazel_exit=0, checks="", cut=""):
        with tempfile.TemporaryDirectory() as folder:
            events_path = os.path.join(folder, "events")
            with open(events_path, "w", encoding="utf-8") as file:
                file.writelines(json.dumps(event) + "\n" for event in events)
                file.write(cut)
            checks_path = os.path.join(folder, "checks")
            with open(checks_path, "w", encoding="utf-8") as file:
                file.write(checks)
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                code = test_summary.main(events_path, bazel_exit, checks_path)
            return code, out.getvalue().splitlines()

    def test_counts_tests_and_checks_but_not_libraries(self):
        code, lines = self.run_main(
            [
                completed("//a:lib"),
                completed("//a:t"),
                summary("//a:t", "PASSED"),
            ],
            checks="PASSED lint\n",
        )
        self.assertEqual((code, lines), (0, ["2 passed, 0 failed"]))

    def test_failed_test_is_named(self):
        code, lines = self.run_main(
            [summary("//a:t", "TIMEOUT"), summary("//a:u", "PASSED")], 3
        )
        self.assertEqual(code, 1)
        self.assertEqual(lines, ["TIMEOUT: //a:t", "1 passed, 1 failed"])

    def test_flaky_test_is_not_a_pass(self):
        code, lines = self.run_main([summary("//a:t", "FLAKY")])
        self.assertEqual((code, lines[-1]), (1, "0 passed, 1 failed"))

    def test_library_that_does_not_build_fails(self):
        code, lines = self.run_main(
            [completed("//a:lib", success=False), summary("//a:t", "PASSED")],
            1,
        )
        self.assertEqual(code, 1)
        self.assertEqual(lines[-1], "1 passed, 1 failed")

    def test_test_that_does_not_build_counts_once(self):
        _, lines = self.run_main(
            [completed("//a:t", success=False), summary("//a:t", "NO_STATUS")],
            1,
        )
        self.assertEqual(lines[-1], "0 passed, 1 failed")

    def test_nothing_to_test_fails(self):
        code, lines = self.run_main([], 4)
        self.assertEqual(code, 1)
        self.assertEqual(
            lines, ["exit code 4: bazel test", "0 passed, 1 failed"]
        )

    def test_failed_check_alone_fails(self):
        code, lines = self.run_main(
            [summary("//a:t", "PASSED")], checks="FAILED tools/lint\n"
        )
        self.assertEqual((code, lines[-1]), (1, "1 passed, 1 failed"))

    def test_interrupted_event_file_is_read_up_to_the_cut(self):
        _, lines = self.run_main(
            [summary("//a:t", "PASSED")], 8, cut='{"id": {"testSum'
        )
        self.assertEqual(lines[-1], "1 passed, 1 failed")

    def test_skips_are_listed(self):
        with tempfile.NamedTemporaryFile("w", suffix=" log") as log:
            log.write("Running\nskipped: no samples\nskipped: no samples\n")
            log.flush()
            result = {
                "id": {"testResult": {"label": "//a:t"}},
                "testResult": {
                    "testActionOutput": [
                        {
                            "name": "test.log",
                            "uri": "file://" + log.name.replace(" ", "%20"),
                        }
                    ]
                },
            }
            code, lines = self.run_main([result, summary("//a:t", "PASSED")])
        self.assertEqual(code, 0)
        self.assertEqual(
            lines, ["//a:t: skipped: no samples", "1 passed, 0 failed"]
        )


if __name__ == "__main__":
    unittest.main()
