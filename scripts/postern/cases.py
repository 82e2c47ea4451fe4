# SPDX-License-Identifier: MIT
"""Test cases on disk: which harness a file belongs to, what lies in a folder, how it is replayed."""

from pathlib import Path

from . import build, findings, house
from .console import Failure

# gcc's ASan and UBSan around the replay driver: no clang, no engine.
SANITIZED = ("-DCMAKE_C_FLAGS=-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer",
             "-DPOSTERN_CLI=OFF", "-DCMAKE_BUILD_TYPE=RelWithDebInfo")


def replay_build(sanitize):
    """The arguments of build.configure() and build.build() for replaying: preset, name of the folder, options."""
    return ("release", "release-sanitize", SANITIZED) if sanitize else ("release", "release", ())


def harness_of(path, known, named=None):
    """The harness that a file belongs to: the one named, else the .json beside it or a folder on its way tells."""
    if named:
        return build.choose(known, [named])[0]
    by_name = {harness.name: harness for harness in known}
    for name in (findings.read_facts(path).get("harness"), *reversed(path.parent.parts)):
        if name in by_name:
            return by_name[name]
    raise Failure(f"{path}: which harness? --harness takes one of {', '.join(by_name)}")


def files_in(folder):
    """All inputs in a folder and its folders, by name; not what is told of a finding beside it."""
    return [path for path in sorted(folder.rglob("*"))
            if path.is_file() and path.suffix != ".json"
            and not any(part.startswith(".") for part in path.relative_to(folder).parts)]


def of_harness(state, name):
    """What is replayed of a harness: (kind, paths) of seeds, regressions and findings."""
    return [("seed", files_in(house.SEEDS / name)), ("regression", files_in(house.REGRESSIONS / name)),
            ("finding", files_in(findings.folder_of(state, name)))]


def folder(text):
    """A folder that somebody named. Raises Failure when it is none."""
    path = Path(text).absolute()
    if not path.is_dir():
        raise Failure(f"{text}: no such folder")
    return path
