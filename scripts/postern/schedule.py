# SPDX-License-Identifier: MIT
"""Whose turn it is: pairs of harness and engine, the one that rested longest first."""

import json
import math

from . import house

SHORTEST = 10  # seconds of one turn


def plan(pairs, seconds, jobs):
    """Share `seconds` on `jobs` slots among pairs that stand in order of their claim.

    Returns: the pairs in the order in which they get a turn (a pair may come twice when there is time to spare), and
    the seconds of each turn.
    """
    rounds = max(1, int(seconds // SHORTEST))
    if len(pairs) < jobs * rounds:
        rounds = math.ceil(len(pairs) / jobs)
    room = jobs * rounds
    turns = (pairs * math.ceil(room / len(pairs)))[:room]
    return turns, max(SHORTEST, seconds) / rounds


class Rest:
    """When each pair last had a turn, kept between runs."""

    def __init__(self, state):
        self.path = state / "turns.json"

    def _read(self):
        try:
            times = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return times if isinstance(times, dict) else {}

    def order(self, pairs):
        """Pairs, longest rest first; those that never had a turn come first of all, in the order given."""
        times = self._read()
        return sorted(pairs, key=lambda pair: times.get("/".join(pair), 0))

    def note(self, pair, when):
        times = self._read()
        times["/".join(pair)] = when
        house.write_whole(self.path, (json.dumps(times, indent=2) + "\n").encode())
