# SPDX-License-Identifier: MIT
"""Where things are: the builds, the state that outlives a run, the corpus in the source tree."""

import contextlib
import fcntl
import os
import tempfile
from pathlib import Path

from . import project
from .console import Failure, visible, where

BUILD = Path(os.environ.get("POSTERN_BUILD_DIR") or project.ROOT / "build")
SEEDS = project.ROOT / "corpus" / "seeds"
REGRESSIONS = project.ROOT / "corpus" / "regressions"
SPARE = 1 << 16  # octets for which there is room on a disk that is not full


def state_dir(chosen=None):
    """The folder that holds corpus/ and findings/ between runs."""
    if chosen:
        return Path(chosen).absolute()
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "postern"


def short(path):
    """A path for a person: relative to the source tree when it is inside, with what does not print spelled out."""
    path = Path(path)
    try:
        path = path.relative_to(project.ROOT)
    except ValueError:
        pass
    return visible(str(path), keep="")


@contextlib.contextmanager
def alone(folder, busy=None):
    """One at a time, by a lock on a folder that leaves nothing in it, and goes with the process. Others wait; or they
    raise Failure with the words `busy`."""
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | (fcntl.LOCK_NB if busy else 0))
        yield
    except BlockingIOError as error:
        raise Failure(busy) from error
    finally:
        os.close(lock)


@contextlib.contextmanager
def scratch(prefix):
    """A folder for a while."""
    with tempfile.TemporaryDirectory(prefix=prefix) as name, where(name):
        yield Path(name)


def must_have_room(folder):
    """Raises OSError where the disk is full. Programs do not say so: what they wrote is cut short then."""
    with where(folder), tempfile.TemporaryFile(dir=folder) as trial:
        trial.write(bytes(SPARE))


def write_whole(path, octets, lasting=True):
    """Write a file so that it is there whole or not at all, whatever is killed when. If lasting, it also outlives a
    failure of the power, which costs some milliseconds."""
    os.replace(_written(path, octets, lasting), path)


def write_new(path, octets):
    """The same, and lasting, but what is there stays as it is. Returns: whether it was written."""
    if path.exists():
        return False
    unfinished = _written(path, octets, True)
    try:
        os.link(unfinished, path)  # unlike a renaming, it never takes the place of what somebody else has just written
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        return _rename_new(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    return True


def _rename_new(unfinished, path):
    """A renaming that never takes the place of what is there: whoever is about to give a file that name says so by
    another file, of which there can be one alone. After a kill that one stays, and the name is taken."""
    claim = path.with_name(f".{path.name}.claim")
    try:
        os.close(os.open(claim, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        return False
    try:
        if path.exists():
            return False
        os.rename(unfinished, path)
        return True
    finally:
        claim.unlink()


def _written(path, octets, lasting):
    """Write a file under the name that it has until it is whole; when that fails, nothing is left of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(unfinished, "wb") as out:
            out.write(octets)
            if lasting:
                out.flush()
                os.fsync(out.fileno())
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        error.filename = str(path)  # what was not written, for whoever reads it
        raise
    return unfinished
