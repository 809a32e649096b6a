#!/usr/bin/python3
"""Tells stories that expect something wrong, each of which must fail there.

usage: stories_mutants.py DCI     (against the sandbox that DCI_SANDBOX names)

Of each story each expectation is falsified in turn, up to MOST of them spread
over the page: its last plain value is replaced by another one. A story that
still ends well does not look at what it says it expects.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

MOST = 3
PLAIN = re.compile(r'(: )("[^"$*]*"|-?\d[\d.]*|true|false)(?=[,}\]\s]|$)')
EXPECTS = re.compile(r"\*\*(Answer|Arrives)\*\*")


def expectations(lines):
    """Index pairs of the JSON below each expectation, fences left out."""
    below = False
    for index, line in enumerate(lines):
        if line.startswith("## Afterwards"):
            return
        if re.match(r"\*\*[A-Z][a-z]+\*\*", line):
            below = bool(EXPECTS.match(line))
        if line.startswith("```json") and below:
            yield index + 1, lines.index("```", index + 1)
            below = False


def falsified(lines, begin, end):
    """The page with one value of the block changed; None where it has none."""
    for index in range(end - 1, begin - 1, -1):
        found = list(PLAIN.finditer(lines[index]))
        if found:
            last = found[-1]
            changed = lines[index][: last.start(2)] + '"no such thing"'
            changed += lines[index][last.end(2) :]
            page = lines[:index] + [changed] + lines[index + 1 :]
            return impatient(page, begin)
    return None


def impatient(lines, begin):
    """The page, not waiting long for what never comes."""
    above = max(n for n in range(begin) if EXPECTS.match(lines[n]))
    line = re.sub(r"within \d+ s", "within 1 s", lines[above])
    return lines[:above] + [line] + lines[above + 1 :]


def spread(items):
    """At most MOST of them, the first and the last among them."""
    if len(items) <= MOST:
        return items
    step = (len(items) - 1) / (MOST - 1)
    return [items[round(n * step)] for n in range(MOST)]


def survives(dci, page, begin, end):
    """What is wrong with how the story ended; None where it failed rightly."""
    told = subprocess.run(
        [dci, "story", str(page), "--quiet", "--wait", "1"],
        capture_output=True,
        text=True,
        check=False,
    )
    if told.returncode != 1:
        return "exit code %d: %s" % (told.returncode, told.stderr[:500])
    places = re.findall(re.escape(page.name) + r":(\d+):", told.stderr)
    # Lines are counted from 1, and the instruction stands above its block.
    if not any(begin - 3 <= int(line) <= end + 1 for line in places):
        return "no place within the block: " + told.stderr[:500]
    return None


def main():
    """Prints each mutant that survives; exits 1 where there is one."""
    dci = os.path.abspath(sys.argv[1])
    wrong, count = [], 0
    with tempfile.TemporaryDirectory() as folder:
        for story in sorted(pathlib.Path("docs/stories").glob("*.md")):
            lines = story.read_text().splitlines()
            for begin, end in spread(list(expectations(lines))):
                page = falsified(lines, begin, end)
                if page is None:
                    continue
                count += 1
                mutant = pathlib.Path(folder, story.name)
                mutant.write_text("\n".join(page) + "\n")
                why = survives(dci, mutant, begin, end)
                if why:
                    wrong.append("%s:%d: %s" % (story, begin, why))
    print("\n".join(wrong) or "%d false expectations, each noticed" % count)
    sys.exit(1 if wrong or count == 0 else 0)


if __name__ == "__main__":
    main()
