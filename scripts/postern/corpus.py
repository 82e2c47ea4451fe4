# SPDX-License-Identifier: MIT
"""The corpus that is kept between runs: one folder a harness, files named by the SHA-1 of their octets.

A name says the content, so that both engines and several campaigns may add at once, and adding twice changes nothing.
"""

import hashlib

from . import house

LARGEST = 1 << 20  # octets; engines refuse larger files


def folder_of(state, harness):
    return state / "corpus" / harness


def sources(state, harness):
    """All folders that hold inputs of a harness."""
    return [house.SEEDS / harness, house.REGRESSIONS / harness, folder_of(state, harness)]


def gather(folders, target):
    """Copy all inputs of the folders into one new folder, each content once. Never leaves it empty."""
    target.mkdir(parents=True, exist_ok=True)
    for folder in folders:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
            if path.name.startswith(".") or not path.is_file() or not 0 < path.stat().st_size <= LARGEST:
                continue
            octets = path.read_bytes()
            (target / hashlib.sha1(octets).hexdigest()).write_bytes(octets)
    if not any(target.iterdir()):
        (target / "empty-line").write_bytes(b"\r\n")


def drop(folder, paths):
    """Remove from a folder what has the content of one of the paths."""
    unwanted = {path.read_bytes() for path in paths if path.exists()}
    for path in list(folder.iterdir()):
        if path.read_bytes() in unwanted:
            path.unlink()


def adopt(paths, target):
    """Add inputs to the kept corpus. Returns: how many were new."""
    new = 0
    for path in paths:
        try:
            octets = path.read_bytes()
        except OSError:
            continue
        home = target / hashlib.sha1(octets).hexdigest()
        if 0 < len(octets) <= LARGEST and not home.exists():
            house.write_whole(home, octets)
            new += 1
    return new
