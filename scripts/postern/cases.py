# SPDX-License-Identifier: MIT
"""Test cases on disk: which harness a file belongs to, what lies in a folder, how it is replayed."""

import os
import stat
import sys
from functools import partial
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
    told = (findings.read_facts(path), findings.read_facts(path.with_name("bucket")))  # a finding, or a bucket's input
    for name in (*(facts.get("harness") for facts in told), *reversed(path.parent.parts)):
        if isinstance(name, str) and name in by_name:
            return by_name[name]
    raise Failure(f"{house.short(path)}: which harness? --harness takes one of {', '.join(by_name)}")


def files_in(folder, skip=lambda folder: False, unread=None):
    """All inputs in a folder and its folders, by name; not what is told of a finding beside it. In: skip(folder),
    whether to leave one out. Out: unread, {path: why} of what cannot be read; without it, that is said."""
    found = []
    left_out = partial(_left_out, unread)
    for name, folders, files in os.walk(folder, onerror=left_out):
        home = Path(name)
        folders[:] = [one for one in folders if not one.startswith(".") and not skip(home / one)]
        found += [home / one for one in files if not one.startswith(".") and not one.endswith(".json")]
    return sorted(path for path in found if _is_file(path, left_out))


def _is_file(path, left_out):
    """No folder, pipe or device, and no link to one, or to nothing."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        return False
    except OSError as error:
        left_out(error)
        return False


def _left_out(unread, error):
    if isinstance(error, FileNotFoundError):
        return
    if unread is not None:
        unread[Path(error.filename)] = error.strerror
    else:
        print(f"left out, it cannot be read: {house.short(error.filename)}: {error.strerror}", file=sys.stderr)


def of_harness(state, name, unread, with_findings=True):
    """What is replayed of a harness: (kind, paths) of seeds, regressions and findings. Out: unread, like files_in()."""
    homes = [("seed", house.SEEDS / name), ("regression", house.REGRESSIONS / name)]
    if with_findings:
        homes.append(("finding", findings.folder_of(state, name)))
    return [(kind, files_in(home, unread=unread)) for kind, home in homes]


def folder(text):
    """A folder that somebody named. Raises Failure when it is none."""
    path = Path(text).absolute()
    if not path.is_dir():
        raise Failure(f"{text} is no folder" if path.exists() else f"{text}: no such folder")
    return path
