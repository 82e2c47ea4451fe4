# SPDX-License-Identifier: MIT
"""One turn: one engine on one harness for some seconds, in one or more processes. What both engines share; the rest is
in libfuzzer.py and afl.py.

A turn works in a folder of its own: it reads inputs/ (a copy of all that is known) and leaves what it finds there, and
the campaign takes it home (share.py). So an engine that dies in mid-write spoils nothing that is kept.
"""

import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass

from . import artifact, corpus

LARGEST_LOG = 16 << 20  # octets
MOST_DEATHS = 20  # of one turn's processes, by nobody's fault that we know
MOST_BARREN = 3  # of these in a row, in which nothing was executed


@dataclass
class Stats:
    executions: int = 0
    per_second: float = 0.0
    coverage: int = 0
    corpus: int = 0
    features: int = 0  # where the engine counts more than coverage


class Turn:
    """Life: start(); poll() again and again; stop(); new_inputs(); close().

    `width`: how many processes it may keep busy.
    """

    engine = ""

    def __init__(self, harness, folder, seconds, seed, sources, width=1):
        self.harness = harness
        self.folder = folder
        self.inputs = folder / "inputs"
        self.log = folder / "log"
        self.seconds = seconds
        self.seed = seed
        self.sources = sources
        self.width = width
        self.stats = Stats()
        self.before = Stats()  # of processes of this turn that have ended
        self.processes = []
        self.began = None
        self.launched = None  # when a process was started last (time.time()), and what had been executed by then
        self.executed = 0
        self.deaths = self.barren = 0
        self.seen = set()
        self.known = set()  # names of the inputs that it was given, or gave
        self.adopted = set()  # paths of the inputs that it gave
        self.shared = 0.0  # when that was looked after last, by the monotonic clock

    # What an engine says of itself.
    def commands(self, seconds_left):
        """The command of each of its processes."""
        raise NotImplementedError

    def environment(self, number):
        """More environment for the process of that number."""
        raise NotImplementedError

    def read_stats(self):
        raise NotImplementedError

    def artifacts(self):
        """Paths of failing inputs that the engine has saved so far."""
        raise NotImplementedError

    def new_inputs(self):
        """Paths of inputs that the engine added to its corpus."""
        raise NotImplementedError

    def take(self, paths):
        """Hand inputs that others found to the running engine."""
        raise NotImplementedError

    # What is the same for all.
    def start(self):
        self.known = corpus.gather(self.sources, self.inputs)
        self.began = self.shared = time.monotonic()
        self._launch()

    def _launch(self):
        """Start the processes that do not run."""
        self.launched, self.executed = time.time(), self.stats.executions
        commands = self.commands(self.left())
        self.processes += [None] * (len(commands) - len(self.processes))
        for number, command in enumerate(commands):
            if not _alive(self.processes[number]):
                self.processes[number] = self._process(number, command)

    def _process(self, number, command):
        # A session of its own keeps the terminal's Ctrl-C away; setpriv ends the engine when the campaign is killed.
        with open(self.log, "ab") as log:
            return subprocess.Popen(["setpriv", "--pdeathsig", "TERM", *(str(word) for word in command)],
                                    stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                                    start_new_session=True, env={**os.environ, **self.environment(number)})

    def left(self):
        return max(0.0, self.began + self.seconds - time.monotonic())

    def ran(self):
        """Seconds since it began."""
        return time.monotonic() - self.began

    def poll(self):
        """Look at the engine once. Returns: artifacts that are new."""
        before = self.stats.executions
        self.read_stats()
        if self.stats.executions != before:
            self.stats.per_second = self.stats.executions / max(0.1, time.monotonic() - self.began)
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            os.truncate(self.log, 0)  # it is appended to, so the engine goes on at its new end
        running = self.running()
        fresh = [path for path in self.artifacts() if path not in self.seen and (not running or artifact.whole(path))]
        self.seen.update(fresh)
        return fresh

    def running(self):
        """Whether all of its processes run."""
        return bool(self.processes) and all(_alive(process) for process in self.processes)

    def alive(self, number):
        """Whether the process of that number runs."""
        return number < len(self.processes) and _alive(self.processes[number])

    def over(self):
        return self.left() <= 0

    def again(self):
        """Go on after the end of a process: without the inputs that fail from the start."""
        corpus.drop(self.inputs, self.seen)
        self._launch()

    def failed_to_run(self):
        """Processes have ended early again and again, and no finding explains that. (One may have been killed.)"""
        if self.running() or self.over() or any(_written_since(self.launched, path) for path in self.artifacts()):
            return False
        self.deaths += 1
        self.barren = 0 if self.stats.executions > self.executed else self.barren + 1
        return self.deaths >= MOST_DEATHS or self.barren >= MOST_BARREN

    def wind_up(self):
        """Tell the engine that it will be stopped, when it has to do something before that."""

    def stop(self):
        """End the engine, gently at first."""
        for number, patience in ((signal.SIGINT, 4.0), (signal.SIGTERM, 2.0), (signal.SIGKILL, 10.0)):
            if not any(_alive(process) for process in self.processes):
                break
            self.signal_all(number)
            self._wait(patience)
        self.signal_all(signal.SIGKILL)  # a fork server may outlive its fuzzer

    def _wait(self, patience):
        until = time.monotonic() + patience
        for process in self.processes:
            try:
                process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                continue

    def signal_all(self, number):
        """Send a signal to all of its processes and their children."""
        for process in self.processes:
            try:
                os.killpg(process.pid, number)
            except ProcessLookupError:
                pass

    def tail(self, octets=3000):
        """The end of the engine's log."""
        return tail(self.log, octets)

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def _written_since(when, path):
    """An engine that fails on the same input again writes the same file again."""
    try:
        return path.stat().st_mtime >= when - 1
    except OSError:
        return False


def _alive(process):
    return process is not None and process.poll() is None


def tail(path, octets):
    """The end of a text file; nothing where there is none."""
    try:
        with open(path, "rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - octets))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""
