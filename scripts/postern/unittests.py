# SPDX-License-Identifier: MIT
"""Runs the tests of a folder as `python3 -m unittest discover` does, and writes down how each one went:

    python3 -m postern.unittests FOLDER FILE

FILE gets a JSON array of the fields of junit.Case, one for each test. Exit: 0 all passed, 1 something failed."""

import dataclasses
import json
import sys
import time
import unittest
from pathlib import Path

from . import house
from .junit import Case


class Recorder(unittest.TextTestResult):
    """unittest's own result, and a Case for each test. What is no test (a class that cannot be set up) counts too."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.cases = {}

    def _case(self, test):
        name = test.id()
        return self.cases.setdefault(name, Case(name, "scripts"))

    def startTest(self, test):
        super().startTest(test)
        self._case(test)
        self.began = time.monotonic()

    def stopTest(self, test):
        self._case(test).seconds = time.monotonic() - self.began
        super().stopTest(test)

    def _fails(self, test, error, outcome):
        case = self._case(test)
        case.outcome, case.kind = outcome, error[0].__name__
        case.message = (str(error[1]).splitlines() or [case.kind])[0]
        case.output += self._exc_info_to_string(error, test)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self._fails(test, error, "failed")

    def addError(self, test, error):
        super().addError(test, error)
        self._fails(test, error, "error")

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            self._fails(test, error, "failed")

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        case = self._case(test)
        case.outcome, case.message = "skipped", reason


def main(folder, file):
    tests = unittest.defaultTestLoader.discover(folder, top_level_dir=folder)
    result = unittest.TextTestRunner(resultclass=Recorder).run(tests)
    cases = [dataclasses.asdict(case) for case in result.cases.values()]
    house.write_whole(Path(file), json.dumps(cases).encode())
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
