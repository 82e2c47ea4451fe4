# SPDX-License-Identifier: MIT
"""Every verb explains itself, and says in one line what it cannot take."""

import unittest

import support


class Arguments(support.Case):
    def test_help(self):
        for verb in support.VERBS:
            code, out, err = support.script(verb, "--help")
            self.assertEqual((code, err), (0, ""), verb)
            self.assertIn(f"scripts/{verb}", out)
            self.assertRegex(out, r"(?i)exit( codes)?:")

    def test_unknown_option(self):
        for verb in support.VERBS:
            file = ["x"] if verb in ("reproduce", "import") else []
            self.refused(verb, *file, "--no-such-option", says="--no-such-option")

    def test_values(self):
        for value in ("0", "-1", "ten", "1.5", ""):
            self.refused("fuzz", f"--time={value}", says="--time")
            self.refused("fuzz", f"--jobs={value}", says="--jobs")
        self.refused("fuzz", "--engine", "honggfuzz", says="honggfuzz")
        self.refused("coverage", "--min-lines", "101", says="--min-lines")
        self.refused("bench", "fuzz_line", says="--fuzz")
        self.refused("reproduce", says="FILE")
        self.refused("reproduce", "/no/such/file", says="/no/such/file")

    def test_unknown_harness_names_the_known(self):
        code, _, err = support.script("fuzz", "fuzz_nothing", "--engine", "libfuzzer")
        self.assertEqual((code, err.count("\n")), (2, 1), err)
        for name in ("fuzz_nothing", "fuzz_session", "fuzz_planted"):
            self.assertIn(name, err)


if __name__ == "__main__":
    unittest.main()
