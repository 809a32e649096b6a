#!/usr/bin/python3
"""Holds the tables of docs/stories.md against the stories.

Each process (PRS.CRVS.01) and each published sample (crvs/processflow1) that a
story names must have a row with a link to it, and each row's links must lead
to stories that name it. A row without a link says why there is no story.
"""

import pathlib
import re
import sys

DOCS = pathlib.Path("docs")
PROCESSES = (
    ["PRS.CRVS.0%d" % n for n in range(1, 7)]
    + ["PRS.SR.01"]
    + ["PRS.IBR.0%d" % n for n in range(1, 5)]
    + ["PRS.DR.0%d" % n for n in range(1, 4)]
    + ["PRS.EMP.0%d" % n for n in range(1, 6)]
    + ["PRS.ID.0%d" % n for n in range(1, 4)]
)
SAMPLES = (
    ["crvs/processflow%d" % n for n in range(1, 7)]
    + ["dr/processflow%d" % n for n in range(1, 5)]
    + ["fr/processflow1"]
    + ["ibr/processflow%d" % n for n in (1, 2)]
    + ["social/processflow1-%d" % n for n in (1, 2, 3)]
)


def named_by(text):
    """What a story says it shows."""
    named = set()
    for line in text.splitlines():
        match = re.match(r"\*\*(Process|Sample)\*\*\s+(.*)", line)
        if match:
            parts = match.group(2).split(",")
            named |= {part.strip().rstrip(".") for part in parts}
    return named


def rows(text):
    """Key of each row → (stories it links, the whole row)."""
    found = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        key = cells[0].strip("`")
        if not line.startswith("|") or not re.match(r"PRS\.|\w+/process", key):
            continue
        found[key] = (set(re.findall(r"\(stories/([\w-]+)\.md\)", line)), line)
    return found


def main():
    """Prints what does not fit; exits 1 where there is anything."""
    table = rows((DOCS / "stories.md").read_text())
    stories = {
        path.stem: named_by(path.read_text())
        for path in (DOCS / "stories").glob("*.md")
    }
    wrong = []
    for key in PROCESSES + SAMPLES:
        if key not in table:
            wrong.append("no row for " + key)
    for name, shown in stories.items():
        for key in shown:
            if name not in table.get(key, (set(), ""))[0]:
                wrong.append("the row of %s lacks %s" % (key, name))
    for key, (linked, line) in table.items():
        for name in linked:
            if key not in stories.get(name, set()):
                wrong.append("%s links %s, which does not name it" % (key, name))
        if not linked and "not shown" not in line:
            wrong.append("%s has neither a story nor a reason" % key)
    print("\n".join(wrong) or "%d rows, %d stories" % (len(table), len(stories)))
    sys.exit(1 if wrong or not stories else 0)


if __name__ == "__main__":
    main()
