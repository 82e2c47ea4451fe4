# SPDX-License-Identifier: MIT
"""Outcomes of runs of the bug bench, each in a file of its own as soon as it is there: who is interrupted goes on."""

import dataclasses
import json

from . import house
from .bugrun import Outcome
from .console import Failure


class Results:
    """A folder of outcomes, of one version and one budget. Without a folder nothing is kept."""

    def __init__(self, folder, facts):
        self.folder = folder
        if folder is None:
            return
        folder.mkdir(parents=True, exist_ok=True)
        about = folder / "about.json"
        if not about.exists():
            if any(folder.iterdir()):
                raise Failure(f"{house.short(folder)} holds something else than outcomes: choose another folder")
            house.write_whole(about, (json.dumps(facts, indent=1) + "\n").encode())
        known = json.loads(about.read_text("utf-8"))
        for key, value in facts.items():
            if known.get(key) != value:
                raise Failure(f"{house.short(folder)} holds runs with {key} {known.get(key)}, and this is {value}: "
                              "choose another folder")

    def _path(self, plan):
        return self.folder / f"B{plan.bug.number:02}.{plan.engine}.{plan.way}.{plan.seed}.json"

    def read(self, plan):
        """Returns: the outcome of an earlier run, or None."""
        if self.folder is None or not self._path(plan).exists():
            return None
        return Outcome(**json.loads(self._path(plan).read_text("utf-8")))

    def keep(self, plan, outcome):
        if self.folder is not None:
            house.write_whole(self._path(plan), (json.dumps(dataclasses.asdict(outcome)) + "\n").encode())
