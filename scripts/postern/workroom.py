# SPDX-License-Identifier: MIT
"""The folder in which one campaign works, and what becomes of it when the campaign was killed.

It is a folder of its own under work/ in the state, locked by the living campaign; the lock goes with the process,
however it ends. What lies in an unlocked one is taken home by the next campaign: no finding is lost to a kill.
"""

import fcntl
import os
import shutil
import time

from . import corpus


class Workroom:
    def __init__(self, state):
        self.state = state
        self.folder = state / "work" / f"{os.getpid()}.{time.time_ns()}"
        self.folder.mkdir(parents=True)
        self.lock = locked(self.folder)

    def turn(self, pair, number):
        """A new folder for a turn of that pair."""
        folder = self.folder / ".".join((*pair, str(number)))
        folder.mkdir()
        return folder

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.lock.close()

    def take_home(self, pairs, submit):
        """See to the rooms of campaigns that were killed. submit(pair, path) is told of each failing input of a pair
        that it knows; the others stay until a campaign comes that does."""
        for room in self.state.glob("work/*"):
            lock = locked(room) if room != self.folder else None
            if lock is None:
                continue
            for folder in [*room.glob("*.*.*")]:
                pair = tuple(folder.name.split(".")[:2])
                if folder.is_file():  # it waited to be judged
                    failing = [folder]
                else:
                    corpus.adopt([*folder.glob("fresh/*"), *folder.glob("out/default*/queue/id:*")],
                                 corpus.folder_of(self.state, pair[0]))
                    failing = [*folder.glob("found/*"), *folder.glob("out/default*/crashes/id:*")]
                if pair in pairs or not failing:
                    for path in failing:
                        submit(pair, path)
                    shutil.rmtree(folder) if folder.is_dir() else folder.unlink()
            if not any(room.glob("*.*.*")):
                shutil.rmtree(room, ignore_errors=True)
            lock.close()


def locked(folder):
    """The lock of a room as an open file, or None when somebody holds it."""
    lock = open(folder / "lock", "a", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return None
    return lock
