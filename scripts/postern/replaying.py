# SPDX-License-Identifier: MIT
"""Many inputs through one harness in one process: the next one starts behind the input that ended the last.

Replaying.failures() gives every input that fails, with its verdict; what it costs is a process for each failure, and
one for the rest. A replay driver judges thoroughly (all partitions and variants), an engine as it did when it fuzzed.
"""

import mmap
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
PATIENCE = 6  # times its seconds, for an input that is clean without all partitions and variants, and late with them
LONGEST = 86400  # seconds that a driver takes
HEAD, TAIL = 1 << 20, 1 << 16  # octets that are kept of a report
_FAILED = re.compile(rb"^replay: failed: (.*)$", re.M)
_RUNNING = re.compile(rb"^Running: (.*)$", re.M)
_UNREAD = b"replay: cannot read "


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


def _read(said, named):
    """Read a report. Returns: its beginning and its end; of all of it, the input that the pattern named finds last, or
    None, and whether it says that one could not be read."""
    size = said.seek(0, os.SEEK_END)
    if size == 0:
        return "", None, False
    with mmap.mmap(said.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        octets = whole[:] if size <= HEAD + TAIL else whole[:HEAD] + b"\n...\n" + whole[-TAIL:]
        names = named.findall(whole)
        return octets.decode("utf-8", "replace"), os.fsdecode(names[-1]) if names else None, whole.find(_UNREAD) >= 0


@dataclass
class Failing:
    path: Path
    verdict: violation.Verdict
    report: str


class Replaying:
    """`seconds`: of the processor's time that one input may take. All partitions and variants of a long one may take
    more: one that is late with them is run without, which is what an engine does, and when it is clean then, with them
    again and PATIENCE. What is clean in the end stands in `slow`; one whose time is up again is a finding, for a hang
    in one partition is one. What cannot be read is passed over by a replay driver, and stands in `unread` then, with
    the reason. Whoever asks tells of both. In: program, that of a replay build; engine, it is one of libFuzzer;
    environment, what it is told besides; brief, the driver judges as an engine does."""

    def __init__(self, program, seconds, engine=False, environment=None, brief=False):
        self.program = Path(program)
        self.seconds = seconds
        self.engine = engine
        self.environment = environment or {}
        self.brief = brief
        self.processes = 0
        self.process = None  # the one that runs
        self.stopped = False
        self.unread = {}  # path -> why it could not be read
        self.slow = []  # paths of those that are clean, and took longer with all partitions and variants

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

    def _command(self, paths, brief, seconds):
        if self.engine:
            return [self.program, *limits.flags(timeout=seconds), *paths]
        return [self.program, "--quiet", *(["--brief"] if brief else []), f"--seconds={seconds}", *paths]

    def _environment(self):
        symbols = {"ASAN_OPTIONS": f"{THOROUGH}:abort_on_error={0 if self.engine else 1}",
                   "UBSAN_OPTIONS": f"print_stacktrace=1:symbolize=1:abort_on_error={0 if self.engine else 1}"}
        return {**os.environ, **symbols, **self.environment}

    def _run(self, paths):
        """Run inputs until one fails. Returns: Failing or None, and how many of them need not run again."""
        code, report, name, unread = self._say(paths, self.brief, self.seconds)
        if code == 0 or (code == 2 and unread):
            return None, len(paths)
        if code == 2 and not self.engine:  # the driver's own word; what a harness finds ends in a signal
            words = report.strip().splitlines() or ["exit code 2"]
            raise Failure(f"{self.program.name}: {words[-1][:300]}")
        index = next((i for i, path in enumerate(paths) if str(path) == name), None)
        if index is None and len(paths) > 1:
            # It ended without a name (a leak is told at the end, a kill not at all): find it by halving.
            return self._run(paths[:len(paths) // 2])
        path = paths[index or 0]
        if code in _LATE and not self.brief and not self.engine:
            return self._patiently(path), (index or 0) + 1
        return self._failing(path, code, report), (index or 0) + 1

    def _say(self, paths, brief, seconds):
        """Run a process to its end. Returns: its exit code, what it said, the input that it named as failing, and those
        that it could not read, {path: why}: it has run the others."""
        self.processes += 1
        with tempfile.TemporaryFile() as said:  # an endless report fills no pipe
            code = self._wait(self._command(paths, brief, seconds), said)
            report, name, any_unread = _read(said, _RUNNING if self.engine else _FAILED)
        unread = unreadable(paths) if any_unread else {}
        self.unread.update(unread)
        return code, report, name, unread

    def _failing(self, path, code, report):
        verdict = violation.read(report, None if code in _LATE else code)
        if verdict is None:
            verdict = violation.Verdict("SAN", f"SAN|exit {code}", summary=f"the harness ended with exit code {code}")
        return Failing(path, verdict, self._of(report, path))

    def _patiently(self, path):
        """An input was late with all partitions and variants. Returns: Failing, when it fails without them, or with
        them and more time; else None."""
        longer = min(PATIENCE * self.seconds, LONGEST)
        for brief, seconds in ((True, self.seconds), (False, longer)):
            code, report, _, unread = self._say([path], brief, seconds)
            if code == 2 and unread:  # it has gone meanwhile
                return None
            if code != 0:
                failing = self._failing(path, code, report)
                if failing.verdict.key == violation.LATE and not brief:
                    failing.verdict.summary = f"timeout: {seconds} s do not do for all partitions and variants"
                return failing
        self.slow.append(path)
        return None

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
