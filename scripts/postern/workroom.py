# SPDX-License-Identifier: MIT
"""The folder in which one campaign works, and what becomes of it when the campaign was killed.

It is a folder of its own under work/ in the state, locked by the living campaign; the lock goes with the process,
however it ends. What lies in an unlocked one is taken home by the next campaign: no finding is lost to a kill.
"""

import fcntl
import os
import shutil
import time

from . import artifact, corpus, leash

INPUTS = ("fresh/*", "children/*/C*/*", "out/*/queue/id:*")  # that an engine added, in the folder of a turn
FAILING = ("found/*", "out/*/crashes/id:*", "out/*/hangs/id:*")


class Workroom:
    def __init__(self, state):
        self.state = state
        name = f"{os.getpid()}.{time.time_ns()}"
        self.folder = state / "work" / name
        unlocked = state / "work" / f".{name}"
        unlocked.mkdir(parents=True)
        self.lock = locked(unlocked)
        unlocked.rename(self.folder)  # another campaign that starts at this moment finds it locked, or not at all
        self.leash = leash.hold(self.folder)

    def turn(self, pair, number):
        """A new folder for a turn of that pair."""
        folder = self.folder / ".".join((*pair, str(number)))
        folder.mkdir()
        return folder

    def close(self):
        """Everything in it has been taken over."""
        leash.release(self.leash)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.lock.close()

    def leave(self):
        """Something in it has not been taken over: the next campaign will."""
        leash.release(self.leash)
        self.lock.close()

    def take_home(self, harnesses, submit):
        """See to the rooms of campaigns that were killed. submit(pair, path) is told of each failing input of the
        harnesses named; the others stay until a campaign comes that has theirs."""
        corpus.tidy(self.state)
        for room in self.state.glob("work/[!.]*"):
            lock = locked(room) if room != self.folder else None
            if lock is None:
                continue
            leash.end_all(room)
            for folder in room.glob("[!.]*.*.*"):
                self._take_home(folder, harnesses, submit)
            if not any(room.glob("[!.]*.*.*")):
                shutil.rmtree(room, ignore_errors=True)
            lock.close()

    def _take_home(self, folder, harnesses, submit):
        pair = tuple(folder.name.split(".")[:2])
        if folder.is_file():  # it waited to be judged
            failing = [folder]
        else:
            corpus.adopt([path for path in _all(folder, INPUTS) if artifact.whole(path, living=False)],
                         corpus.folder_of(self.state, pair[0]))
            failing = _all(folder, FAILING)
        if pair[0] in harnesses or not failing:
            for path in failing:
                submit(pair, path)
            shutil.rmtree(folder) if folder.is_dir() else folder.unlink()


def _all(folder, patterns):
    return [path for pattern in patterns for path in sorted(folder.glob(pattern))
            if not path.name.startswith((".", artifact.SLOW))]


def in_use(folder):
    """Whether a living campaign works in a room."""
    lock = locked(folder) if folder.is_dir() else None
    if lock is not None:
        lock.close()
    return lock is None and folder.is_dir()


def locked(folder):
    """The lock of a room as an open file; None when somebody holds it, has just tidied the room away, or it is none."""
    try:
        lock = open(folder / "lock", "a", encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return None
    return lock
