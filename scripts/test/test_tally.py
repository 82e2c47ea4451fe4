# SPDX-License-Identifier: MIT
"""Counting cases in what test programs print."""

import unittest

import support
from postern import tally
from postern.tally import Tally

CMOCKA = """[==========] line: Running 5 test(s).
[  PASSED  ] 3 test(s).
[  SKIPPED ] line: 1 test(s), listed below:
[  FAILED  ] line: 1 test(s), listed below:
"""


class Counting(support.Case):
    def test_outputs(self):
        for text, status, expected in (
                ("", "run", Tally(1, 0, 0)),
                ("", "fail", Tally(0, 1, 0)),
                ("", "notrun", Tally(0, 0, 1)),
                (CMOCKA, "fail", Tally(3, 1, 1)),
                ("Ran 7 tests in 1.0s\n\nOK (skipped=2)\n", "run", Tally(5, 0, 2)),
                ("Ran 7 tests in 1.0s\n\nFAILED (failures=1, errors=2)\n", "fail", Tally(4, 3, 0)),
                ("1..3\nok 1 - a\nok 2 - b # SKIP none\nnot ok 3 - c\n", "fail", Tally(1, 1, 1)),
                # Crashed behind its last good case: that is a failure, whatever it printed.
                ("[  PASSED  ] 3 test(s).\n", "fail", Tally(3, 1, 0))):
            self.assertEqual(tally.of_output(text, status), expected, text)

    def test_junit(self):
        path = self.room / "tests.xml"
        path.write_text('<testsuite><testcase name="a" status="run"><system-out>[  PASSED  ] 4 test(s).\n</system-out>'
                        '</testcase><testcase name="b" status="fail"><failure message=""/><system-out/></testcase>'
                        '<testcase name="c" status="notrun"><skipped/></testcase></testsuite>')
        self.assertEqual(tally.of_junit(path), Tally(4, 1, 1))
        self.assertEqual(str(tally.of_junit(path)), "4 passed, 1 failed, 1 skipped")


if __name__ == "__main__":
    unittest.main()
