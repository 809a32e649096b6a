#!/usr/bin/python3
"""Tests of bans.py."""

import os
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import bans  # pylint: disable=wrong-import-position


def lines(path, text):
    return [line for line, _, _ in bans.find(path, text)]


class BansTest(unittest.TestCase):
    def test_parse_that_trusts_the_token_is_found_everywhere(self):
        for call in (
            "r_jws_parse(jws, text, 0);",
            "r_jws_quick_parse(text, R_PARSE_NONE, 0);",
            "r_jws_compact_parsen(jws, text, n, 0);",
            "r_jwt_verify_signature(jwt, key, 0);",
            "r_jws_advanced_parse(jws, text,\n    R_PARSE_HEADER_ALL, 0);",
        ):
            self.assertTrue(lines("services/trust/jose.cc", call), call)

    def test_parse_with_a_chosen_key_is_permitted(self):
        call = "r_jws_advanced_parsen(jws, text, n,\n    R_PARSE_NONE, 0);"
        self.assertEqual(lines("services/trust/jose.cc", call), [])

    def test_rhonabwy_is_a_witness_in_one_test(self):
        include = "#include <rhonabwy.h>\n"
        self.assertEqual(lines("services/trust/jose_test.cc", include), [])
        self.assertEqual(lines("services/trust/token.cc", include), [1])

    def test_protobuf_json_is_for_the_benchmark_only(self):
        text = "\n#include <google/protobuf/util/json_util.h>\n"
        self.assertEqual(lines("services/wire/json.cc", text), [2])
        self.assertEqual(lines("tests/bench/codec.cc", text), [])

    def test_sleep_is_banned_in_tests(self):
        text = "std::this_thread::sleep_for(1ms);\n"
        self.assertEqual(lines("services/net/x_test.cc", text), [1])
        self.assertEqual(lines("tests/crash/kill.cc", text), [1])
        self.assertEqual(lines("services/net/x.cc", text), [])

    def test_logic_does_not_ask_the_time(self):
        text = "auto t = absl::Now();\n"
        self.assertEqual(lines("services/exchange/outbox.cc", text), [1])
        self.assertEqual(lines("services/base/clock.cc", text), [])

    def test_loop_over_what_a_temporary_holds(self):
        for loop in (
            "for (const auto& c : *outbox_.Counts(*snapshot)) {",
            "for (auto& [id, p] : *Current()) list.push_back(p);",
            "for (const Row& row :\n     *store->Read(key)) {",
        ):
            self.assertEqual(lines("services/x/a.cc", loop), [1], loop)
        for loop in (
            "for (const Row& row : *rows) {",
            "for (pb::File& file : *set.mutable_file()) {",
            "for (const Type& type : catalog()->types) {",
            "for (int i = 0; i < *Count(); ++i) {",
        ):
            self.assertEqual(lines("services/x/a.cc", loop), [], loop)

    def test_mutex_of_absl_is_banned_where_tsan_looks(self):
        text = '#include "absl/synchronization/mutex.h"\n\nabsl::MutexLock l;\n'
        self.assertEqual(lines("services/storage/a.cc", text), [1, 3])
        self.assertEqual(lines("services/net/a.cc", text), [])

    def test_flags_stand_in_one_file(self):
        text = "ABSL_FLAG(int, port, 0, \"\");\n"
        self.assertEqual(lines("services/server/main.cc", text), [1])
        self.assertEqual(lines("services/server/flags.cc", text), [])

    def test_protos_hold_to_the_wire(self):
        self.assertEqual(
            lines(
                "protos/dci/social/v1/social.proto",
                "  optional double income = 1;\n"
                '  string a = 2 [json_name = "b"];\n'
                'import "google/protobuf/struct.proto";\n',
            ),
            [2, 1, 3],
        )

    def test_vague_folder_names(self):
        self.assertEqual(lines("services/common/x.cc", ""), [1])
        self.assertEqual(lines("services/wire/util/x.cc", ""), [1])
        self.assertEqual(lines("protos/dci/common/v1/x.proto", ""), [])
        self.assertEqual(lines("services/wire/utility_test.cc", ""), [])

    def test_work_left_needs_an_owner(self):
        mark = "TO" + "DO"
        self.assertEqual(lines("a.cc", f"// {mark}: later\n"), [1])
        self.assertEqual(lines("a.cc", f"// {mark}(ada): later\n"), [])

    def test_paths_of_one_machine(self):
        self.assertEqual(lines("a.md", "see /" + "home/ada/x\n"), [1])
        self.assertEqual(lines("a.md", "https://example.org/work/x\n"), [])

    def test_suppressed_lint_names_its_check(self):
        self.assertEqual(lines("a.cc", "x();  // NOLINT\n"), [1])
        self.assertEqual(lines("a.cc", "x();  // NOLINT(bugprone-x)\n"), [])


if __name__ == "__main__":
    unittest.main()
