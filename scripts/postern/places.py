# SPDX-License-Identifier: MIT
"""Where in the source tree a failure is: from the frames of a stack, from what a test printed, or the harness."""

import re
from dataclasses import dataclass
from pathlib import Path

from . import project

_FRAME = re.compile(r"^\s*#\d+ 0x[0-9a-f]+ in (.+?) (/[^\s:()]+):(\d+)(?::(\d+))?\s*$", re.M)
_RUNTIME = re.compile(r"^(/[^\s:]+):(\d+):(\d+): runtime error:", re.M)
_COMPLAINT = re.compile(r"^(?:\[ *(?:ERROR|LINE) *\] --- )*(/[^\s:]+):(\d+)(?::\d+)?: error:", re.M)
_TRACEBACK = re.compile(r'^\s*File "(/[^"]+)", line (\d+), in (\S+)', re.M)

# Frames that tell of a breach, and do not commit it.
_WITNESSES = ("fuzz/src/oracle/", "fuzz/src/replay.c")


@dataclass(frozen=True)
class Place:
    path: str  # relative to the source tree, with slashes
    line: int = 1
    column: int | None = None
    function: str = ""


def _inside(path):
    """A path relative to the source tree, or None when it is not a file of it."""
    try:
        inside = Path(path).resolve().relative_to(project.ROOT)
    except ValueError:
        return None
    return inside.as_posix() if (project.ROOT / inside).is_file() and inside.parts[0] != "build" else None


def frames(report):
    """The frames of a sanitizer's first stack: (function, Place or None), the innermost first."""
    found = []
    for match in _FRAME.finditer(report):
        if found and re.match(r"\s*#0 ", match.group(0)):
            break  # another stack: where the memory came from
        path = _inside(match.group(2))
        column = int(match.group(4)) if match.group(4) else None
        found.append((match.group(1), Place(path, int(match.group(3)), column, match.group(1)) if path else None))
    return found


def of_harness(name):
    """The entry of a harness, or where harnesses are registered when it is none of the tree's."""
    for path in (project.ROOT / "harnesses" / f"{name}.c", project.ROOT / "harnesses" / "test" / f"{name}.c"):
        if path.is_file():
            lines = path.read_text(encoding="utf-8").splitlines()
            entry = [number for number, line in enumerate(lines, 1)
                     if line.startswith("int LLVMFuzzerTestOneInput") and line.endswith("{")]
            return Place(path.relative_to(project.ROOT).as_posix(), entry[-1] if entry else 1)
    return Place("harnesses/CMakeLists.txt")


def of_finding(verdict, report, harness):
    """Where a harness failed. A law that is broken tells who saw it, and no more: the parser's frames are searched,
    and the harness is taken when there are none."""
    runtime = _RUNTIME.search(report)
    if verdict.oracle == "SAN" and runtime and _inside(runtime.group(1)):
        return Place(_inside(runtime.group(1)), int(runtime.group(2)), int(runtime.group(3)))
    for _, place in frames(report):
        if place and not place.path.startswith(_WITNESSES):
            return place
    return of_harness(harness)


def of_test(output):
    """Where a test failed, by what it printed; None when it does not say."""
    complaint = _COMPLAINT.search(output)
    if complaint and _inside(complaint.group(1)):
        return Place(_inside(complaint.group(1)), int(complaint.group(2)))
    inside = [Place(_inside(path), int(line), None, function) for path, line, function in _TRACEBACK.findall(output)
              if _inside(path)]
    # The test itself says more than the helper that it called.
    return next((place for place in inside if place.function.startswith("test")), inside[-1] if inside else None)


def of_test_name(name):
    """The source of a test, by its name: the last word of it that is a file in a folder of tests, or a harness; else
    the line that registers it."""
    tests = [project.ROOT / folder for folder in ("parser/test", "fuzz/test", "harnesses/test", "scripts/test")]
    for word in reversed(name.split(".")):
        found = [path for folder in tests for path in sorted([*folder.rglob(f"{word}.c"), *folder.rglob(f"{word}.py")])]
        if found:
            return Place(found[0].relative_to(project.ROOT).as_posix())
        if (project.ROOT / "harnesses" / f"{word}.c").is_file():
            return of_harness(word)
    for path in [path for folder in tests for path in sorted(folder.rglob("CMakeLists.txt"))]:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if f"NAME {name.split('.')[0]}." in line:
                return Place(path.relative_to(project.ROOT).as_posix(), number)
    return Place("CMakeLists.txt")
