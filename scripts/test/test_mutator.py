# SPDX-License-Identifier: MIT
"""Engines get the mutator that fits a harness, or none. Room: scripts/test."""

import socket
import unittest
from pathlib import Path

import support
from postern import afl, build


def turn(harness):
    """A turn that was never started."""
    made = afl.AflTurn(harness, Path("/room"), 10, 1, [])
    made.ears = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM)]
    made.ears[0].bind(("127.0.0.1", 0))
    return made


class Mutator(support.Case):
    def listed(self, line):
        (self.room / "harnesses.txt").write_text(line + "\n", encoding="utf-8")
        return build.harnesses(self.room)[0]

    def environment(self, harness):
        one = turn(harness)
        self.addCleanup(one.ears[0].close)
        return one.environment(0)

    def test_afl_loads_it_and_knows_the_kind(self):
        harness = self.listed("fuzz_reply\t/b/harnesses/fuzz_reply\t-\t-\treply")
        environment = self.environment(harness)
        self.assertEqual(harness.kind, "reply")
        self.assertEqual(environment["AFL_CUSTOM_MUTATOR_LIBRARY"], "/b/fuzz/src/mutate/postern_mutate_afl.so")
        self.assertEqual(environment["POSTERN_MUTATE_KIND"], "reply")
        self.assertNotIn("AFL_CUSTOM_MUTATOR_ONLY", environment)  # its own havoc stays

    def test_a_stock_build_has_none(self):
        for line in ("fuzz_reply\t/b/harnesses/fuzz_reply\t-\t-\t-", "fuzz_reply\t/b/harnesses/fuzz_reply\t-\t-"):
            harness = self.listed(line)
            self.assertIsNone(harness.kind)
            self.assertNotIn("AFL_CUSTOM_MUTATOR_LIBRARY", self.environment(harness))

    def test_another_one_is_refused(self):
        self.refused("fuzz", "--mutator", "radamsa", says="radamsa")


if __name__ == "__main__":
    unittest.main()
