# SPDX-License-Identifier: MIT
"""Whose turn it is: pairs of harness and engine, the one that rested longest first."""

import json
import math
from dataclasses import dataclass

from . import house

SHORTEST = 10  # seconds of one turn
LONGEST = 600  # seconds of one turn when there is no end to the time


@dataclass(frozen=True)
class Slot:
    """A turn to come: a pair of harness and engine, for so long, in so many processes."""
    pair: tuple
    seconds: float
    width: int = 1


def widths(count, jobs):
    """How many processes each of `count` turns at once has; the first ones have the more when they cannot be equal."""
    return [max(1, jobs // count + (number < jobs % count)) for number in range(count)]


def plan(pairs, seconds, jobs):
    """Share `seconds` on `jobs` processes among pairs that stand in order of their claim.

    Returns: the turns in their order. A pair may come twice when there is time to spare; pairs that are fewer than the
    processes run all at once, in several processes each.
    """
    if len(pairs) < jobs:
        return [Slot(pair, max(SHORTEST, seconds), width) for pair, width in zip(pairs, widths(len(pairs), jobs))]
    rounds = max(1, int(seconds // SHORTEST))
    if len(pairs) < jobs * rounds:
        rounds = math.ceil(len(pairs) / jobs)
    room = jobs * rounds
    turns = (pairs * math.ceil(room / len(pairs)))[:room]
    return [Slot(pair, max(SHORTEST, seconds) / rounds) for pair in turns]


def one_round(pairs, quiet, jobs):
    """A turn for each pair, when it is to end after `quiet` seconds in which it finds nothing new."""
    seconds = min(max(SHORTEST, 2 * quiet), LONGEST)
    return [Slot(pair, seconds, width) for pair, width in zip(pairs, widths(len(pairs), jobs))]


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
