# SPDX-License-Identifier: MIT
"""The corpus that is kept between runs: one folder a harness, files named by the SHA-1 of their octets.

A name says the content, so that both engines and several campaigns may add at once, and adding twice changes nothing.
A file whose name does not begin with a dot is whole; the name begins with a dot while it is being written.
"""

import hashlib
import os
import re

from . import house

LARGEST = 1 << 20  # octets; engines refuse larger files
MOST = 100_000  # inputs of one harness; beyond that nothing is added

_PART = re.compile(r"\..*\.(\d+)\.part$")


def name_of(octets):
    return hashlib.sha1(octets).hexdigest()


def folder_of(state, harness):
    return state / "corpus" / harness


def sources(state, harness):
    """All folders that hold inputs of a harness."""
    return [house.SEEDS / harness, house.REGRESSIONS / harness, folder_of(state, harness)]


def gather(folders, target):
    """Copy all inputs of the folders into one new folder, each content once. Never leaves it empty. Returns: the set of
    the files' names in both."""
    target.mkdir(parents=True, exist_ok=True)
    names = set()
    for folder in folders:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
            if path.name.startswith(".") or not path.is_file() or not 0 < path.stat().st_size <= LARGEST:
                continue
            octets = path.read_bytes()
            name = name_of(octets)
            (target / name).write_bytes(octets)
            names |= {name, path.name}
    if not any(target.iterdir()):
        (target / "empty-line").write_bytes(b"\r\n")
    return names


def copy_whole(path, home, through):
    """Copy an input for an engine that may look at any moment: it is written in the folder `through`, where none looks.
    Returns: whether it was there to be copied."""
    unfinished = through / ".unfinished"
    try:
        unfinished.write_bytes(path.read_bytes())
    except OSError:
        return False
    os.replace(unfinished, home)
    return True


def bring(paths, target, through):
    """Copy inputs under their content's names into a folder that an engine reads. Returns: the set of these names."""
    names = set()
    for path in paths:
        try:
            home = target / name_of(path.read_bytes())
        except OSError:
            continue
        names.add(home.name)
        if not home.exists():
            copy_whole(path, home, through)
    return names


def space(folder):
    """How many inputs a kept corpus still takes."""
    return MOST - len(os.listdir(folder)) if folder.is_dir() else MOST


def drop(folder, paths):
    """Remove from a folder what has the content of one of the paths."""
    unwanted = {path.read_bytes() for path in paths if path.exists()}
    for path in list(folder.iterdir()):
        if path.read_bytes() in unwanted:
            path.unlink()


def content_of(path):
    """The name that says the content of a file; None when it is there no more."""
    try:
        return name_of(path.read_bytes())
    except OSError:
        return None


def adopt_one(path, target):
    """Add an input to the kept corpus. Returns: its name there, or None when it is not fit for it."""
    try:
        octets = path.read_bytes()
    except OSError:
        return None
    if not 0 < len(octets) <= LARGEST:
        return None
    home = target / name_of(octets)
    if not home.exists():
        house.write_whole(home, octets, lasting=False)
    return home.name


def adopt(paths, target):
    """Add inputs to the kept corpus. Returns: how many were new."""
    before = space(target)
    for path in paths:
        adopt_one(path, target)
    return before - space(target)


def tidy(state):
    """Remove what writers that were killed left unfinished under a state's folders."""
    for folder in ("corpus", "findings"):
        for path in (state / folder).glob("*/.*.part"):
            writer = _PART.match(path.name)
            if writer and not os.path.exists(f"/proc/{writer.group(1)}"):
                path.unlink(missing_ok=True)
