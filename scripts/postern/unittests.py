# SPDX-License-Identifier: MIT
"""Runs the tests of a folder, some classes of them at once, and writes down how each test went:

    python3 -m postern.unittests FOLDER FILE [PROCESSES]

Classes with an attribute `long` that is true begin first, so that none of them is the only one at work at the end. A
line for each class when it is through; then what failed, and which tests cost most: a check that takes too long is one
that is not run. A class that takes longer than half an hour is ended, and has failed. FILE gets a JSON array of the
fields of junit.Case, one for each test. Exit: 0 all passed, 1 something failed."""

import dataclasses
import io
import json
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
import unittest
from pathlib import Path

from . import house
from .junit import Case

DEAREST = 10  # how many of the tests that cost most are named
LONGEST = 1800  # seconds for the tests of one class


def processor_seconds():
    """What this process has used so far, and those that it has started and that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


class Recorder(unittest.TextTestResult):
    """unittest's own result, and a Case for each test. What is no test (a class that cannot be set up) counts too."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.cases = {}
        self.spent = {}  # name of a test -> seconds of the processor's time

    def _case(self, test):
        name = test.id()
        return self.cases.setdefault(name, Case(name, "scripts"))

    def startTest(self, test):
        super().startTest(test)
        self._case(test)
        self.began, self.used = time.monotonic(), processor_seconds()

    def stopTest(self, test):
        self._case(test).seconds = time.monotonic() - self.began
        self.spent[test.id()] = processor_seconds() - self.used
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

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        case = self._case(test)
        case.outcome, case.message = "failed", "it passed, although it is expected to fail"


def classes_of(suite, found=None):
    """{name of a class: its tests}, in the order of the files."""
    found = {} if found is None else found
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            classes_of(test, found)
        else:
            found.setdefault(test.id().rpartition(".")[0], []).append(test)
    return found


def run_class(name, tests, file):
    """Run the tests of a class, in a process of its own, and leave what became of them in `file`."""
    begun = time.monotonic()
    said = io.StringIO()
    result = unittest.TextTestRunner(said, resultclass=Recorder).run(unittest.TestSuite(tests))
    file.write_text(json.dumps({
        "class": name, "seconds": time.monotonic() - begun, "processor": processor_seconds(), "spent": result.spent,
        "cases": [dataclasses.asdict(case) for case in result.cases.values()],
        "said": "" if result.wasSuccessful() else said.getvalue()}), encoding="utf-8")


class Classes:
    """Test classes at work, each in a child of this process: what it has imported, it has imported once. A child is
    the head of a session, which is ended with it."""

    def __init__(self, room):
        self.room = room
        self.running = {}  # process number -> name of the class, tests, when it began by the monotonic clock

    def start(self, name, tests):
        sys.stdout.flush()
        number = os.fork()
        if number:
            self.running[number] = name, tests, time.monotonic()
            return
        code = 1
        try:
            os.setsid()
            run_class(name, tests, self.room / str(os.getpid()))
            code = 0
        except BaseException:  # it must not go on as a second parent
            traceback.print_exc(file=sys.stdout)
        finally:
            sys.stdout.flush()
            os._exit(code)

    def wait(self):
        """Wait until one of them is through. Returns: what became of it."""
        while True:
            for number, (_, _, began) in self.running.items():
                late = time.monotonic() - began > LONGEST
                if late:
                    end_session(number)
                ended, status = os.waitpid(number, 0 if late else os.WNOHANG)
                if ended:
                    return self._became_of(number, status, late)
            time.sleep(0.1)

    def _became_of(self, number, status, late):
        name, tests, began = self.running.pop(number)
        file = self.room / str(number)
        if status == 0 and file.exists():
            return json.loads(file.read_text(encoding="utf-8"))
        why = (f"these tests took longer than {LONGEST} s, and were ended" if late else
               f"the process of these tests ended with {os.waitstatus_to_exitcode(status)}")
        return {"class": name, "seconds": time.monotonic() - began, "processor": 0.0, "spent": {},
                "said": f"{name}: {why}\n",
                "cases": [dataclasses.asdict(Case(test.id(), "scripts", 0.0, "error", why)) for test in tests]}

    def end_all(self):
        for number in self.running:
            end_session(number)
            os.waitpid(number, 0)


def end_session(number):
    """End a process, and those of its session that did not leave it."""
    for end, process in ((os.killpg, number), (os.kill, number)):  # it may not have begun the session yet
        try:
            end(process, signal.SIGKILL)
        except ProcessLookupError:
            pass


def tell(part):
    """A line of progress."""
    failed = sum(case["outcome"] in ("failed", "error") for case in part["cases"])
    count = len(part["cases"])
    print(f"{part['class']}: {count} test{'' if count == 1 else 's'}, {f'{failed} FAILED, ' if failed else ''}"
          f"{part['seconds']:.0f} s ({part['processor']:.0f} s of the processor)", flush=True)


def run_all(classes, processes):
    """Run the classes, so many at once. Returns: what became of each."""
    parts = []
    with tempfile.TemporaryDirectory(prefix="postern-tests-") as room:
        at_work = Classes(Path(room))
        waiting = sorted(classes.items(), key=lambda item: not getattr(item[1][0], "long", False))
        try:
            while waiting or at_work.running:
                while waiting and len(at_work.running) < processes:
                    at_work.start(*waiting.pop(0))
                parts.append(at_work.wait())
                tell(parts[-1])
        finally:
            at_work.end_all()  # Ctrl-C does not reach another session
    return parts


def main(folder, file, processes="1"):
    begun = time.monotonic()
    classes = classes_of(unittest.defaultTestLoader.discover(folder, top_level_dir=folder))
    parts = run_all(classes, int(processes))
    for part in parts:
        print(part["said"], end="")
    spent = sorted(((used, name) for part in parts for name, used in part["spent"].items()), reverse=True)
    print(f"the {DEAREST} tests that took most of the processor's time:")
    for used, name in spent[:DEAREST]:
        print(f"  {used:6.1f} s  {name}")
    cases = [case for name in classes for part in parts if part["class"] == name for case in part["cases"]]
    print(f"{len(cases)} tests in {time.monotonic() - begun:.0f} s, {sum(used for used, _ in spent):.0f} s of the "
          "processor")
    house.write_whole(Path(file), json.dumps(cases).encode())
    return 1 if any(case["outcome"] in ("failed", "error") for case in cases) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
