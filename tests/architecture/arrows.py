"""Holds Bazel's build graph against the table of who may use whom."""

import collections
import xml.etree.ElementTree

# Outside libraries that any folder may use, and those that any test may use.
EVERYBODY = {"absl", "protobuf"}
EVERY_TEST = {"gtest"}

Target = collections.namedtuple("Target", "name deps testonly")
Row = collections.namedtuple("Row", "folders libraries test_extra")
Never = collections.namedtuple("Never", "source target why")


def parse_graph(xml_text):
    """Reads `bazel query --output=xml`: targets by label."""
    # Bazel says XML 1.1, which Python's parser refuses; it uses nothing of it.
    xml_text = xml_text.replace('version="1.1"', 'version="1.0"', 1)
    graph = {}
    for rule in xml.etree.ElementTree.fromstring(xml_text).iter("rule"):
        name = rule.get("name")
        flag = rule.find("boolean[@name='testonly']")
        testonly = rule.get("class").endswith("_test") or (
            flag is not None and flag.get("value") == "true"
        )
        deps = [dep.get("name") for dep in rule.iter("rule-input")]
        graph[name] = Target(name, deps, testonly)
    return graph


def folder_of(label):
    """The folder that a label counts as: //services/net/x:y, services/net."""
    if label.startswith("@com_google_protobuf//"):
        return "third_party/protobuf"
    if label.startswith("@"):
        return None  # tools of the build
    parts = label[2:].split(":")[0].split("/")
    if parts[0] in ("protos", "tests"):
        return parts[0]
    return "/".join(parts[:2])


def parse_table(text):
    """Returns (rows by folder, list of Never)."""
    rows, nevers = {}, []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("never "):
            source, _, rest = line[len("never ") :].partition("->")
            target, _, why = rest.strip().partition(" ")
            nevers.append(Never(source.strip(), target, why.strip()))
            continue
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) != 4:
            raise ValueError(f"line {number}: four cells expected")
        if cells[0] in rows:
            raise ValueError(f"line {number}: {cells[0]} has a row already")
        rows[cells[0]] = Row(*(set(cell.split()) - {"-"} for cell in cells[1:]))
    return rows, nevers


def allowed(row, folder, testonly):
    """Whether a target of a folder with this row may use another folder."""
    kind, _, short = folder.partition("/")
    extra = row.test_extra if testonly else set()
    if kind == "third_party":
        common = EVERYBODY | (EVERY_TEST if testonly else set())
        names, key = row.libraries | common | extra, short
    else:
        names = row.folders | extra
        key = short if kind == "services" else folder
    return key in names or ("*" in names and kind != "tests")


def direct_violations(graph, rows):
    for target in graph.values():
        source = folder_of(target.name)
        if source is None or source.split("/")[0] in ("third_party", ""):
            continue
        if source not in rows:
            yield f"{target.name}: {source} has no row in arrows.txt"
            continue
        for dep in target.deps:
            folder = folder_of(dep)
            # A source file of another package counts like a target of it.
            if folder in (None, source, ""):
                continue
            if not allowed(rows[source], folder, target.testonly):
                yield f"{target.name} -> {dep}: {source} may not use {folder}"


def find_path(graph, source, target):
    """A shortest path from code of one folder to another, as labels."""
    starts = [
        t.name
        for t in graph.values()
        if folder_of(t.name) == source and not t.testonly
    ]
    came_from = {name: None for name in starts}
    queue = collections.deque(starts)
    while queue:
        label = queue.popleft()
        if folder_of(label) == target:
            path = []
            while label is not None:
                path.append(label)
                label = came_from[label]
            return path[::-1]
        for dep in graph[label].deps if label in graph else []:
            if dep not in came_from:
                came_from[dep] = label
                queue.append(dep)
    return None


def violations(graph, rows, nevers):
    """Everything in the graph that the table does not permit, as texts."""
    found = sorted(set(direct_violations(graph, rows)))
    for never in nevers:
        path = find_path(graph, never.source, never.target)
        if path:
            found.append(" -> ".join(path) + f": never, for {never.why}")
    return found


def orphans(graph, files):
    """Source files (paths) that belong to no target, so that nothing builds
    or tests them. Test data may look like sources and is left out."""
    used = {dep for target in graph.values() for dep in target.deps}
    used = {label[2:].replace(":", "/").lstrip("/") for label in used}
    return sorted(
        path
        for path in files
        if path.endswith((".cc", ".h", ".proto"))
        and not {"testdata", "golden"} & set(path.split("/"))
        and path not in used
    )
