# SPDX-License-Identifier: MIT
"""What a campaign was asked to do and how far it got, so that --resume can go on: STATE/campaigns/NAME.json.

One file a campaign, written whole every few seconds. The last twenty are kept."""

import json
import time

from . import house, workroom
from .console import Failure

EVERY = 5  # seconds between two writings
MOST = 20  # that are kept


def folder_of(state):
    return state / "campaigns"


class Record:
    """`facts`: what was asked (settings of campaign.Settings, "engines", "mutator"), "spent" seconds, "turns" still to
    come ([harness, engine, seconds, width]), "rows" ({"HARNESS/ENGINE": figures}), "findings" (paths under the state),
    "ended" ("time", "stable", "finding", "interrupted", or null when it was killed)."""

    def __init__(self, path, facts):
        self.path = path
        self.facts = facts
        self.saved = 0.0

    @staticmethod
    def begin(state, **asked):
        path = folder_of(state) / f"{time.time_ns()}.json"
        return Record(path, {"began": time.time(), "spent": 0.0, "turns": [], "rows": {}, "findings": [], "ended": None,
                             **asked})

    @staticmethod
    def last(state):
        """The last campaign on a state. Raises Failure when there is none, or when it still runs."""
        for path in sorted(folder_of(state).glob("[!.]*.json"), reverse=True):
            try:
                facts = json.loads(path.read_text(encoding="utf-8"))
                room = state / "work" / facts["room"]
            except (OSError, ValueError, KeyError, TypeError):
                continue
            if workroom.in_use(room):
                raise Failure(f"the last campaign on {house.short(state)} still runs; there is nothing to resume")
            return Record(path, facts)
        raise Failure(f"{house.short(state)} knows no campaign; leave --resume out to begin one")

    def is_due(self):
        return time.monotonic() - self.saved >= EVERY

    def save(self, **changes):
        self.saved = time.monotonic()
        self.facts.update(changes)
        house.write_whole(self.path, (json.dumps(self.facts, indent=1) + "\n").encode(), lasting=False)
        for path in sorted(self.path.parent.glob("[!.]*.json"))[:-MOST]:
            path.unlink(missing_ok=True)
