# SPDX-License-Identifier: MIT
"""Counting tests: the cases inside each test program, as it prints them, not the programs."""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass


@dataclass
class Tally:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other):
        return Tally(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def _numbers(pattern, text):
    return sum(int(number) for number in re.findall(pattern, text, re.M))


def _cmocka(text):
    return Tally(_numbers(r"^\[  PASSED  \] (\d+) test\(s\)\.", text),
                 _numbers(r"^\[  FAILED  \] .*: (\d+) test\(s\), listed below", text),
                 _numbers(r"^\[  SKIPPED \] .*: (\d+) test\(s\), listed below", text))


def _unittest(text):
    ran = _numbers(r"^Ran (\d+) tests? in ", text)
    failed = _numbers(r"^FAILED .*failures=(\d+)", text) + _numbers(r"^FAILED .*errors=(\d+)", text)
    skipped = _numbers(r"^(?:OK|FAILED) .*skipped=(\d+)", text)
    return Tally(ran - failed - skipped, failed, skipped)


def _tap(text):
    skipped = len(re.findall(r"^ok\b.*# SKIP", text, re.M))
    return Tally(len(re.findall(r"^ok\b", text, re.M)) - skipped, len(re.findall(r"^not ok\b", text, re.M)), skipped)


def of_output(text, status):
    """The cases of one test program: from its output where that names them, else the program is one case. A program
    that failed counts as a failure whatever it printed, and a case that failed makes no program pass."""
    known = {"run": Tally(passed=1), "notrun": Tally(skipped=1), "disabled": Tally(skipped=1)}
    whole = known.get(status, Tally(failed=1))
    if whole.skipped:
        return whole
    cases = _cmocka(text) + _unittest(text) + _tap(text)
    if cases == Tally():
        return whole
    if whole.failed and not cases.failed:
        cases.failed = 1
    return cases


def names_of_failed(text):
    """The cases that failed, as a test program names them in its output."""
    cmocka = re.findall(r"^\[  FAILED  \] (\w+)$", text, re.M)
    unittest = re.findall(r"^(?:FAIL|ERROR): (\S+ \S+)$", text, re.M)
    tap = re.findall(r"^not ok\b[ \d]*(?:- )?(.*)$", text, re.M)
    return list(dict.fromkeys([*cmocka, *unittest, *tap]))


def of_junit(path):
    """All cases in a JUnit file of ctest's. Returns: their Tally."""
    total = Tally()
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        output = case.findtext("system-out") or ""
        status = case.get("status")
        if status == "run" and case.find("failure") is not None:
            status = "fail"
        total += of_output(output, status)
    return total


def of_cases(cases):
    """The Tally of junit.Case objects."""
    outcomes = [case.outcome for case in cases]
    skipped, passed = outcomes.count("skipped"), outcomes.count("passed")
    return Tally(passed, len(outcomes) - passed - skipped, skipped)
