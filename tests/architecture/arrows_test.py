#!/usr/bin/python3
"""Tests of arrows.py on small graphs."""

import os
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import arrows  # pylint: disable=wrong-import-position

TABLE = """
# folder | folders | libraries | tests
protos          | -         | -       | -
services/base   | -         | openssl | -
services/wire   | base      | -       | storage benchmark
services/storage| base      | rocksdb | -
tests           | *         | *       | -
never services/storage -> services/wire bytes are bytes
"""


def check(*targets):
    rows, nevers = arrows.parse_table(TABLE)
    graph = {
        name: arrows.Target(name, deps, testonly)
        for name, deps, testonly in targets
    }
    return arrows.violations(graph, rows, nevers)


class ArrowsTest(unittest.TestCase):
    def test_permitted_use_is_silent(self):
        self.assertEqual(
            check(
                ("//services/wire:json", ["//services/base:ids"], False),
                ("//services/wire:x", ["//services/wire/sub:json"], False),
                ("//services/base:ids", ["//third_party/openssl:openssl"], False),
                ("//services/base:any", ["//third_party/absl:absl"], False),
                ("//tests/e2e:t", ["//services/wire:json"], True),
            ),
            [],
        )

    def test_arrow_in_the_wrong_direction_is_named(self):
        found = check(("//services/base:ids", ["//services/wire:json"], False))
        self.assertEqual(
            found,
            [
                "//services/base:ids -> //services/wire:json: "
                "services/base may not use services/wire"
            ],
        )

    def test_library_is_for_its_folder_only(self):
        self.assertEqual(
            len(check(("//services/wire:j", ["//third_party/rocksdb:r"], False))),
            1,
        )

    def test_test_extras_are_for_tests_only(self):
        use = "//services/storage:memory"
        self.assertEqual(check(("//services/wire:t", [use], True)), [])
        self.assertEqual(len(check(("//services/wire:j", [use], False))), 1)

    def test_gtest_is_for_tests_only(self):
        use = "//third_party/gtest:gtest"
        self.assertEqual(check(("//services/base:t", [use], True)), [])
        self.assertEqual(len(check(("//services/base:c", [use], False))), 1)

    def test_nothing_may_use_tests(self):
        self.assertEqual(
            len(check(("//services/wire:t", ["//tests/lib:x"], True))), 1
        )

    def test_folder_without_row_is_an_error(self):
        found = check(("//services/new:x", [], False))
        self.assertIn("services/new has no row", found[0])

    def test_never_follows_paths_through_other_folders(self):
        found = check(
            ("//services/storage:s", ["//services/base:b"], False),
            ("//services/base:b", ["//services/wire:w"], False),
        )
        self.assertEqual(
            found[-1],
            "//services/storage:s -> //services/base:b -> //services/wire:w: "
            "never, for bytes are bytes",
        )

    def test_never_does_not_start_at_tests(self):
        found = check(("//services/storage:t", ["//services/wire:w"], True))
        self.assertEqual(len(found), 1)  # the direct use alone

    def test_malformed_table_is_refused(self):
        with self.assertRaises(ValueError):
            arrows.parse_table("services/base | -")
        with self.assertRaises(ValueError):
            arrows.parse_table("a | - | - | -\na | - | - | -")

    def test_file_of_no_target_is_found(self):
        graph = {
            "//a/b:t": arrows.Target("//a/b:t", ["//a/b:in.cc", "//:c.h"], False)
        }
        files = ["a/b/in.cc", "c.h", "a/b/out.cc", "a/testdata/x.proto", "a/r.md"]
        self.assertEqual(arrows.orphans(graph, files), ["a/b/out.cc"])

    def test_reads_what_bazel_writes(self):
        graph = arrows.parse_graph(
            '<?xml version="1.1" encoding="UTF-8" standalone="no"?>'
            '<query version="2">'
            '<rule class="cc_library" name="//a:b">'
            '<boolean name="testonly" value="true"/>'
            '<rule-input name="//c:d"/></rule>'
            '<rule class="cc_test" name="//a:t"/>'
            '<rule class="cc_library" name="//a:l"/></query>'
        )
        self.assertEqual(graph["//a:b"].deps, ["//c:d"])
        self.assertEqual(
            [name for name in graph if graph[name].testonly],
            ["//a:b", "//a:t"],
        )


if __name__ == "__main__":
    unittest.main()
