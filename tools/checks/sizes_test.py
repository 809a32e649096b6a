#!/usr/bin/python3
"""Tests of sizes.py."""

import os
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import sizes  # pylint: disable=wrong-import-position


def functions(text):
    return list(sizes.cpp_functions(text))


class SizesTest(unittest.TestCase):
    def test_functions_methods_and_tests_are_measured(self):
        text = """#include <x>
namespace dci {
struct S {
  int a = 0;
  int Get() const { return a; }
};

absl::StatusOr<int> Parse(absl::string_view text,
                          int more) {
  if (text.empty()) {
    return 1;
  }
  return 2;
}

TEST(ParseTest, Works) {
  EXPECT_EQ(1, 1);
}
}  // namespace dci
"""
        self.assertEqual(
            functions(text),
            [
                ("Get", 5, 1),
                ("Parse", 8, 7),
                ("TEST(ParseTest, Works)", 16, 3),
            ],
        )

    def test_braces_in_text_and_comments_do_not_count(self):
        text = """void F() {
  // }
  char c = '}';
  auto s = "}\\"}";
  auto r = R"json({"a": "})json";
  int n = 1'000;
}
"""
        self.assertEqual(functions(text), [("F", 1, 7)])

    def test_lambdas_and_initialisers_belong_to_their_function(self):
        text = """const std::vector<int> kList = {
    1,
};
void F() {
  auto g = [](int a) {
    return a;
  };
}
"""
        self.assertEqual(functions(text), [("F", 4, 5)])

    def test_long_function_and_file_are_named(self):
        body = "  x();\n" * sizes.FUNCTION_LINES
        found = list(sizes.too_long("a.cc", "void F() {\n" + body + "}\n"))
        self.assertEqual(found, ["a.cc:1: 72 lines in F; at most 70"])
        found = list(sizes.too_long("a.h", "\n" * 401))
        self.assertEqual(found, ["a.h:1: 401 lines in a file; at most 400"])

    def test_tests_may_be_longer(self):
        self.assertEqual(list(sizes.too_long("a_test.cc", "\n" * 600)), [])
        self.assertEqual(len(list(sizes.too_long("a_test.cc", "\n" * 601))), 1)
        body = "  x();\n" * sizes.FUNCTION_LINES
        self.assertEqual(
            len(list(sizes.too_long("a_test.cc", "void F() {\n" + body + "}\n"))),
            1,
        )

    def test_python_is_measured_too(self):
        text = "def f():\n" + "    x()\n" * 70
        self.assertEqual(
            list(sizes.too_long("a.py", text)),
            ["a.py:1: 71 lines in f; at most 70"],
        )

    def test_boundary_is_permitted(self):
        body = "  x();\n" * (sizes.FUNCTION_LINES - 2)
        text = "void F() {\n" + body + "}\n"
        self.assertEqual(list(sizes.too_long("a.cc", text)), [])
        self.assertEqual(list(sizes.too_long("a.cc", "\n" * 400)), [])


if __name__ == "__main__":
    unittest.main()
