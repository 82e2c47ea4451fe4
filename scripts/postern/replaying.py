# SPDX-License-Identifier: MIT
"""Many inputs through one harness in one process: the next one starts behind the input that ended the last.

Replaying.failures() gives every input that fails, with its verdict; what it costs is a process for each failure, and
one for the rest. A replay driver judges thoroughly (all partitions and variants), an engine as it did when it fuzzed.
"""

import os
import re
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from . import limits, violation
from .console import Failure
from .libfuzzer import THOROUGH

_LATE = (-signal.SIGPROF, -signal.SIGALRM)  # the processor's time is up, or that by the clock
AT_ONCE = 500  # paths on one command line
_FAILED = re.compile(r"^replay: failed: (.*)$", re.M)
_RUNNING = re.compile(r"^Running: (.*)$", re.M)


def unreadable(paths):
    """{path: why} of those that cannot be read."""
    unread = {}
    for path in paths:
        try:
            with open(path, "rb") as file:
                file.read(1)
        except OSError as error:
            unread[path] = error.strerror or str(error)
    return unread


@dataclass
class Failing:
    path: Path
    verdict: violation.Verdict
    report: str


class Replaying:
    """`seconds`: of the processor's time that one input may take; one that takes longer is run once more in brief. What
    cannot be read is passed over by a replay driver, and stands in `unread` then, with the reason: whoever asks tells
    of it. In: program, that of a replay build; engine, it is one of libFuzzer; environment, what it is told besides;
    brief, the driver judges as an engine does."""

    def __init__(self, program, seconds, engine=False, environment=None, brief=False):
        self.program = Path(program)
        self.seconds = seconds
        self.engine = engine
        self.environment = environment or {}
        self.brief = ["--brief"] if brief else []
        self.processes = 0
        self.process = None  # the one that runs
        self.stopped = False
        self.unread = {}  # path -> why it could not be read
        self.hurried = []  # paths of those that are clean, but too long for all partitions and variants

    def failures(self, paths):
        """Run the inputs in their order. Yields: Failing, for each that fails."""
        left = [Path(path) for path in paths]
        while left:
            batch, left = left[:AT_ONCE], left[AT_ONCE:]
            while batch:
                failing, ran = self._run(batch)
                if failing:
                    yield failing
                batch = batch[ran:]

    def judge(self, path):
        """Run one input alone. Returns: Failing, or None when nothing is wrong with it."""
        return next(self.failures([path]), None)

    def _command(self, paths):
        if self.engine:
            return [self.program, *limits.flags(timeout=self.seconds), *paths]
        return [self.program, "--quiet", *self.brief, f"--seconds={self.seconds}", *paths]

    def _environment(self):
        symbols = {"ASAN_OPTIONS": f"{THOROUGH}:abort_on_error={0 if self.engine else 1}",
                   "UBSAN_OPTIONS": f"print_stacktrace=1:symbolize=1:abort_on_error={0 if self.engine else 1}"}
        return {**os.environ, **symbols, **self.environment}

    def _run(self, paths):
        """Run inputs until one fails. Returns: Failing or None, and how many of them need not run again."""
        self.processes += 1
        with tempfile.TemporaryFile() as said:  # an endless report fills no pipe
            code = self._wait(self._command(paths), said)
            said.seek(0)
            report = said.read(1 << 20).decode("utf-8", "replace")
        unread = unreadable(paths) if "replay: cannot read" in report else {}  # the driver has run the others
        self.unread.update(unread)
        if code == 0 or (code == 2 and unread):
            return None, len(paths)
        if code == 2 and not self.engine:  # the driver's own word; what a harness finds ends in a signal
            words = report.strip().splitlines() or ["exit code 2"]
            raise Failure(f"{self.program.name}: {words[-1]}")
        names = (_RUNNING if self.engine else _FAILED).findall(report)
        index = next((i for i, path in enumerate(paths) if names and str(path) == names[-1]), None)
        if index is None and len(paths) > 1:
            # It ended without a name (a leak is told at the end, a kill not at all): find it by halving.
            failing, ran = self._run(paths[:len(paths) // 2])
            return (failing, ran) if failing else (None, len(paths) // 2)
        path = paths[index or 0]
        if code in _LATE and not self.brief and not self.engine:
            return self._once_in_brief(path), (index or 0) + 1
        verdict = violation.read(report, None if code in _LATE else code)
        if verdict is None:
            verdict = violation.Verdict("SAN", f"SAN|exit {code}", summary=f"the harness ended with exit code {code}")
        return Failing(path, verdict, self._of(report, path)), (index or 0) + 1

    def _once_in_brief(self, path):
        """All partitions and variants of a long input take their time, and are no finding of an engine's. Returns:
        Failing, when it fails, or takes too long, without them as well; else None."""
        self.brief = ["--brief"]
        try:
            failing, _ = self._run([path])
        finally:
            self.brief = []
        if failing is None:
            self.hurried.append(path)
        return failing

    def _wait(self, command, said):
        """Run a command to its end. Returns: its exit code. Raises KeyboardInterrupt when it was stopped."""
        with subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                              env=self._environment()) as self.process:
            try:
                if self.stopped:
                    self.process.kill()
                code = self.process.wait()
            except BaseException:
                self.process.kill()
                raise
        if self.stopped or code == -signal.SIGINT:  # that of the terminal, which goes to all
            raise KeyboardInterrupt
        return code

    def stop(self):
        """End failures(), which runs in another thread."""
        self.stopped = True
        if self.process:
            self.process.kill()

    def _of(self, report, path):
        """What of the report is about that input."""
        _, mark, behind = report.partition(f"Running: {path}\n")
        return behind if self.engine and mark else report
