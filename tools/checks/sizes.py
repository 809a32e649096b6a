#!/usr/bin/python3
"""Measures files and functions.

Usage: sizes.py [FILE…]   (paths from the top of the repository; default: all)

Exits 1 and names what is too long. Sizes are no aim in themselves: a long
function usually does two things, a long file usually is two.
"""

import ast
import os
import re
import subprocess
import sys

FUNCTION_LINES = 70

# Most lines of a file, by its suffix.
FILE_LINES = {
    ".cc": 400,
    ".h": 400,
    ".py": 400,
    ".sh": 400,
    ".bzl": 400,
    ".ts": 400,
    ".java": 400,
    ".go": 400,
    # Cases that stand one below the other read no worse for being many.
    "_test.cc": 600,
    # More than half of a standard's text is prose.
    ".proto": 600,
}

# Path → (lines, why it may be longer).
LONG_FILES = {
    "protos/dci/common/v1/code_list.proto": (
        1500,
        "lists of codes, one below the other as they are published",
    ),
}

# Literals and comments, which may hold braces.
NOISE = re.compile(
    r'R"(?P<tag>[^(\s]*)\(.*?\)(?P=tag)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'"
    r"|//[^\n]*|/\*.*?\*/"
    r"|^[ \t]*#(?:\\\n|[^\n])*",
    re.DOTALL | re.MULTILINE,
)
NAME = re.compile(r"\bTEST\w*\(\w+,\s*\w+\)|[\w:~]+(?=\s*\()")
SCOPE = re.compile(r"\b(?:namespace|class|struct|union|enum|extern)\b")


def blank(match):
    """The same lines without content, so that line numbers stay."""
    return " " + "\n" * match[0].count("\n")


def cpp_functions(text):
    """Yields (name, first line, lines) of the functions of a C++ file."""
    text = NOISE.sub(blank, text)
    stack = []  # (is it a function's own block, where its head starts, head)
    head_start = 0
    for match in re.finditer(r"[{};]", text):
        at = match.start()
        if match[0] == "{":
            head = text[head_start:at]
            inside = any(entry[0] for entry in stack)
            function = (
                not inside
                and "(" in head
                and not (SCOPE.search(head) and ")" not in head)
            )
            stack.append((function, head_start, head))
        elif match[0] == "}" and stack:
            function, start, head = stack.pop()
            if function:
                first = start + len(head) - len(head.lstrip())
                lines = text.count("\n", first, at) + 1
                name = NAME.search(head)
                yield (
                    name[0] if name else head.strip()[:40],
                    text.count("\n", 0, first) + 1,
                    lines,
                )
        head_start = at + 1


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node.lineno, node.end_lineno - node.lineno + 1


def suffix(path):
    """The key of FILE_LINES that a path counts under."""
    if path.endswith("_test.cc"):
        return "_test.cc"
    return os.path.splitext(path)[1]


def too_long(path, text):
    """Yields a message for each file or function that is too long."""
    bound, _ = LONG_FILES.get(path, (FILE_LINES[suffix(path)], ""))
    count = text.count("\n")
    if count > bound:
        yield f"{path}:1: {count} lines in a file; at most {bound}"
    functions = ()
    if path.endswith((".cc", ".h")):
        functions = cpp_functions(text)
    elif suffix(path) == ".py":
        functions = python_functions(text)
    for name, line, lines in functions:
        if lines > FUNCTION_LINES:
            yield (
                f"{path}:{line}: {lines} lines in {name}; "
                f"at most {FUNCTION_LINES}"
            )


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
        if suffix(path) not in FILE_LINES:
            continue
        try:
            with open(path, encoding="utf-8") as file:
                text = file.read()
        except FileNotFoundError:
            continue  # deleted and not yet committed
        for message in too_long(path, text):
            print(message)
            count += 1
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
