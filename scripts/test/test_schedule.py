# SPDX-License-Identifier: MIT
"""Turns: nobody gets less than ten seconds, the time adds up, and who rested longest comes first."""

import math
import unittest

import support
from postern.schedule import SHORTEST, Rest, plan


class Schedule(support.Case):
    def test_plan(self):
        for count in (1, 2, 3, 12, 18):
            pairs = [(f"fuzz_{number}", "afl") for number in range(count)]
            for jobs in (1, 2, 4):
                for seconds in (10, 15, 60, 61, 600):
                    turns, each = plan(pairs, seconds, jobs)
                    where = (count, jobs, seconds)
                    self.assertGreaterEqual(each, SHORTEST, where)
                    self.assertAlmostEqual(each * len(turns) / jobs, seconds, msg=where)
                    self.assertEqual(turns[:count], pairs[:len(turns)], where)
                    if count <= jobs * (seconds // SHORTEST):
                        self.assertEqual(set(turns), set(pairs), where)
                        self.assertLessEqual(len(turns), jobs * math.ceil(count / jobs), where)

    def test_less_than_the_shortest(self):
        self.assertEqual(plan([("a", "afl"), ("b", "afl")], 3, 1), ([("a", "afl")], SHORTEST))

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
