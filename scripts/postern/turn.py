# SPDX-License-Identifier: MIT
"""One turn: one engine on one harness for some seconds. What both engines share; the rest is in libfuzzer.py and afl.py.

A turn works in a folder of its own: it reads inputs/ (a copy of all that is known) and leaves what it finds there, and
the campaign takes it home. So an engine that dies in mid-write spoils nothing that is kept.
"""

import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass

from . import corpus


@dataclass
class Stats:
    executions: int = 0
    per_second: float = 0.0
    coverage: int = 0
    corpus: int = 0
    features: int = 0  # where the engine counts more than coverage


class Turn:
    """Life: start(); poll() again and again; stop(); new_inputs(); close()."""

    engine = ""

    def __init__(self, harness, folder, seconds, seed, sources):
        self.harness = harness
        self.folder = folder
        self.inputs = folder / "inputs"
        self.log = folder / "log"
        self.seconds = seconds
        self.seed = seed
        self.sources = sources
        self.stats = Stats()
        self.before = Stats()  # of processes of this turn that have ended
        self.process = None
        self.began = None
        self.seen = set()

    # What an engine says of itself.
    def command(self, seconds_left):
        raise NotImplementedError

    def environment(self):
        return {}

    def read_stats(self):
        raise NotImplementedError

    def artifacts(self):
        """Paths of failing inputs that the engine has saved so far."""
        raise NotImplementedError

    def new_inputs(self):
        """Paths of inputs that the engine added to its corpus."""
        raise NotImplementedError

    # What is the same for all.
    def start(self):
        corpus.gather(self.sources, self.inputs)
        self.began = time.monotonic()
        self._launch()

    def _launch(self):
        # A session of its own keeps the terminal's Ctrl-C away; setpriv ends the engine when the campaign is killed.
        command = ["setpriv", "--pdeathsig", "TERM", *(str(word) for word in self.command(self.left()))]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                                            start_new_session=True, env={**os.environ, **self.environment()})

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
        fresh = [path for path in self.artifacts() if path not in self.seen]
        self.seen.update(fresh)
        return fresh

    def running(self):
        return self.process is not None and self.process.poll() is None

    def over(self):
        return self.left() <= 0

    def again(self):
        """Go on after a finding that ended the engine: without the inputs that fail from the start."""
        corpus.drop(self.inputs, self.seen)
        self.before = Stats(self.stats.executions)
        self._launch()

    def failed_to_run(self):
        """The engine ended by itself, early and without an artifact."""
        return not self.running() and not self.over() and not self.seen

    def stop(self):
        """End the engine, gently at first."""
        for number, patience in ((signal.SIGINT, 4.0), (signal.SIGTERM, 2.0), (signal.SIGKILL, 10.0)):
            if not self.running():
                break
            self._signal(number)
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                continue
        if self.process is not None:
            self._signal(signal.SIGKILL)  # a fork server may outlive its fuzzer

    def _signal(self, number):
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass

    def tail(self, octets=3000):
        """The end of the engine's log."""
        with open(self.log, "rb") as log:
            log.seek(0, os.SEEK_END)
            log.seek(max(0, log.tell() - octets))
            return log.read().decode("utf-8", "replace")

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)
