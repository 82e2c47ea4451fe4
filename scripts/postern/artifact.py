# SPDX-License-Identifier: MIT
"""A file that an engine leaves, before anybody has looked into it: is it whole, and can it be trusted?

libFuzzer, and our own corpus, call a file by its content ("crash-SHA1", "SHA1"), so that a half-written one shows.
AFL++ writes in one go, and its names say nothing of the content, but the signal that ended the run ("sig:09").
"""

import hashlib
import re
import time

SETTLED = 1.0  # seconds after which a file is written to its end
SLOW = "slow-unit-"  # how libFuzzer calls an input that took long, and that is no finding

_NAMED = re.compile(r"(?:^|-)([0-9a-f]{40})$")


def whole(path, living=True):
    """Whether it has been written to its end. If living, its writer may be at it."""
    try:
        if _NAMED.search(path.name):
            return _is_named_so(path, path.read_bytes())
        status = path.stat()
    except OSError:
        return False  # its writer has just removed it
    return status.st_size > 0 and (not living or time.time() - status.st_mtime > SETTLED)


def read(path, patience=1.0):
    """A failing input: its octets, and whether a kill may have made it what it is, for SIGKILL comes from outside, and
    may cut a file short. (In libFuzzer's fork mode a second child may write the same file again at this moment.)"""
    until = time.monotonic() + patience
    while not _is_named_so(path, octets := path.read_bytes()) and time.monotonic() < until:
        time.sleep(0.02)
    return octets, ",sig:09," in path.name or not _is_named_so(path, octets)


def _is_named_so(path, octets):
    named = _NAMED.search(path.name)
    return not named or hashlib.sha1(octets).hexdigest() == named.group(1)
