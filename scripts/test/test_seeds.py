# SPDX-License-Identifier: MIT
"""scripts/seeds: flat seeds from session scripts."""

import unittest
from unittest import mock

import support
from postern import project, seeds
from postern.console import FOUND, OK, Failure


class Seeds(support.Case):
    def setUp(self):
        super().setUp()
        self.scripts = self.room / "corpus" / "sessions"
        self.seed = self.room / "corpus" / "seeds" / "fuzz_session" / "ok-quit"
        self.scripts.mkdir(parents=True)
        self.seed.parent.mkdir(parents=True)
        self.enterContext(mock.patch.object(project, "ROOT", self.room))
        self.enterContext(mock.patch.object(seeds, "say"))

    def run_it(self, *words):
        with mock.patch("sys.argv", ["seeds", *words]):
            return seeds.main()

    def test_written_and_compared(self):
        (self.scripts / "ok-quit.smtp").write_text("S: 220\nC: QUIT\nS: 221\n")
        self.assertEqual(self.run_it("--check"), FOUND)
        self.assertFalse(self.seed.exists())
        self.assertEqual(self.run_it(), OK)
        self.assertEqual(self.seed.read_bytes(), b"QUIT\r\n")
        self.assertEqual(self.run_it("--check"), OK)

    def test_what_is_no_script_is_no_difference(self):
        (self.scripts / "ok-quit.smtp").write_text("C: \\q\n")
        with self.assertRaisesRegex(Failure, "ok-quit.smtp: line 1: bad escape"):
            self.run_it("--check")


if __name__ == "__main__":
    unittest.main()
