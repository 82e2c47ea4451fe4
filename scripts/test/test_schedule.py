# SPDX-License-Identifier: MIT
"""Turns: nobody gets less than ten seconds, the time adds up, and who rested longest comes first."""

import math
import unittest

import support
from postern.schedule import LONGEST, SHORTEST, Rest, Slot, one_round, plan, widths


class Schedule(support.Case):
    def test_plan(self):
        for count in (1, 2, 3, 12, 18):
            pairs = [(f"fuzz_{number}", "afl") for number in range(count)]
            for jobs in (1, 2, 4):
                for seconds in (10, 15, 60, 61, 600):
                    slots = plan(pairs, seconds, jobs)
                    turns = [slot.pair for slot in slots]
                    where = (count, jobs, seconds)
                    self.assertGreaterEqual(min(slot.seconds for slot in slots), SHORTEST, where)
                    self.assertAlmostEqual(sum(slot.seconds * slot.width for slot in slots) / jobs, seconds, msg=where)
                    self.assertEqual(turns[:count], pairs[:len(turns)], where)
                    if count >= jobs:
                        self.assertEqual({slot.width for slot in slots}, {1}, where)
                    if count <= jobs * (seconds // SHORTEST):
                        self.assertEqual(set(turns), set(pairs), where)
                        self.assertLessEqual(len(turns), jobs * math.ceil(count / jobs), where)

    def test_less_than_the_shortest(self):
        self.assertEqual(plan([("a", "afl"), ("b", "afl")], 3, 1), [Slot(("a", "afl"), SHORTEST)])

    def test_fewer_pairs_than_processes(self):
        self.assertEqual([slot.width for slot in plan([("a", "afl"), ("b", "afl"), ("c", "afl")], 60, 8)], [3, 3, 2])
        self.assertEqual(plan([("a", "afl")], 60, 4), [Slot(("a", "afl"), 60, 4)])
        for count in (1, 2, 5):
            for jobs in (1, 4, 5, 7):
                shares = widths(count, jobs)
                self.assertEqual((len(shares), sum(shares)), (count, max(count, jobs)))
                self.assertLessEqual(max(shares) - min(shares), 1)

    def test_a_round_without_end(self):
        pairs = [("a", "afl"), ("b", "afl")]
        for quiet, seconds in ((3, SHORTEST), (120, 240), (86400, LONGEST)):
            self.assertEqual(one_round(pairs, quiet, 4), [Slot(pair, seconds, 2) for pair in pairs])

    def test_rest(self):
        pairs = [("a", "afl"), ("b", "afl"), ("c", "afl")]
        rest = Rest(self.room)
        self.assertEqual(rest.order(pairs), pairs)
        rest.note(pairs[0], 200.0)
        rest.note(pairs[1], 100.0)
        self.assertEqual(Rest(self.room).order(pairs), [pairs[2], pairs[1], pairs[0]])

    def test_a_spoiled_file_is_no_trouble(self):
        for text in ("", "{", "[]", "null"):
            (self.room / "turns.json").write_text(text)
            self.assertEqual(Rest(self.room).order([("a", "afl")]), [("a", "afl")])


if __name__ == "__main__":
    unittest.main()
