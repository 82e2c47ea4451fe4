# SPDX-License-Identifier: MIT
"""One corpus for all turns on a harness while they run, and for other campaigns on the same state.

What an engine finds goes to the kept corpus, and what others brought there goes to the engine. So the kept corpus is
all that matters of a turn, and a kill loses some seconds of it.
"""

import os
import time
from pathlib import Path

from . import artifact, corpus, house
from .console import say

EVERY = 5  # seconds between two looks at a running turn
STOOD = 15  # seconds after which an engine will hardly replace a new input by a smaller one


class Share:
    """`note` is told of what a person should know."""

    def __init__(self, state, note=say):
        self.state = state
        self.note = note
        self.full = set()  # harnesses whose corpus takes no more

    def look(self, turn):
        """Look after a running turn, when it is time again."""
        if time.monotonic() - turn.shared < EVERY:
            return
        turn.shared = time.monotonic()
        self._adopt(turn, STOOD)
        self._hand_out(turn)

    def ended(self, turn):
        """Take over all that a turn found that has stopped."""
        self._adopt(turn, 0, living=False)

    def _adopt(self, turn, age, living=True):
        name = turn.harness.name
        home = corpus.folder_of(self.state, name)
        fresh = [path for path in turn.new_inputs() if path not in turn.adopted and path.name not in turn.known]
        fresh = [path for path in fresh if _stood(path, age) and artifact.whole(path, living)]
        space = max(0, corpus.space(home))
        if len(fresh) > space and name not in self.full:
            self.full.add(name)
            self.note(f"{name}: {house.short(home)} has {corpus.MOST} inputs and takes no more; "
                      f"./scripts/minimize-corpus {name} makes room")
        for path in fresh[:space]:
            turn.adopted.add(path)
            turn.known.add(corpus.adopt_one(path, home))

    def _hand_out(self, turn):
        home = corpus.folder_of(self.state, turn.harness.name)
        try:
            strangers = {entry.name for entry in os.scandir(home) if entry.name not in turn.known
                         and not entry.name.startswith(".") and entry.is_file() and artifact.whole(Path(entry.path))}
        except FileNotFoundError:
            return  # nothing was ever found
        turn.known |= strangers
        if strangers:
            turn.take([home / name for name in sorted(strangers)])


def _stood(path, seconds):
    try:
        return time.time() - path.stat().st_mtime >= seconds
    except OSError:
        return False  # the engine has just replaced it
