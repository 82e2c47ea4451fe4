# SPDX-License-Identifier: MIT
"""AFL++ as an engine. What it would refuse to start over (core pattern, affinity, cpufreq) is settled here."""

import re
import socket
import subprocess

from . import options
from .turn import Stats, Turn

PRESET = "afl"
TIMEOUT = 5  # seconds that one input may take before it counts as a finding

MUTATOR = "fuzz/src/mutate/postern_mutate_afl.so"  # in the build folder; AFL++ keeps its own havoc beside it

# No questions about the machine: processor affinity, frequency scaling, core pattern, terminal.
QUIET = {"AFL_NO_UI": "1", "AFL_NO_COLOR": "1", "AFL_NO_AFFINITY": "1", "AFL_SKIP_CPUFREQ": "1",
         "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES": "1", "AFL_FAST_CAL": "1", "AFL_NO_CRASH_README": "1"}


class AflTurn(Turn):
    engine = "afl"

    def _launch(self):
        self._set_failing_inputs_apart()
        super()._launch()

    def _set_failing_inputs_apart(self):
        """AFL++ passes over inputs that fail from the start, and would not tell: they are findings like any other."""
        self.found = self.folder / "found"
        self.found.mkdir(exist_ok=True)
        for path in _failing(self.harness, sorted(self.inputs.iterdir())):
            path.rename(self.found / path.name)
        if not any(self.inputs.iterdir()):
            (self.inputs / "empty-line").write_bytes(b"\r\n")

    def command(self, seconds_left):
        self.out = self.folder / "out"
        settings = options.read(self.harness.options)["libfuzzer"]
        flags = ["-i", self.inputs, "-o", self.out, "-s", self.seed, "-t", TIMEOUT * 1000,
                 "-V", int(seconds_left) + 5]
        if "max_len" in settings:
            flags += ["-G", settings["max_len"]]
        if self.harness.dictionary:
            flags += ["-x", self.harness.dictionary]
        return ["afl-fuzz", *flags, "--", self.harness.program]

    def environment(self):
        mutator = {"AFL_CUSTOM_MUTATOR_LIBRARY": str(self.harness.program.parents[1] / MUTATOR),
                   "POSTERN_MUTATE_KIND": self.harness.kind} if self.harness.kind else {}
        return {**QUIET, **mutator, "AFL_HANG_TMOUT": str(TIMEOUT * 1000), "AFL_TMPDIR": str(self.folder),
                "AFL_AUTORESUME": "1", "AFL_STATSD": "1", "AFL_STATSD_HOST": "127.0.0.1",
                "AFL_STATSD_PORT": str(self.ear.getsockname()[1])}

    def start(self):
        # AFL++ writes its files once a minute, but sends figures by UDP (StatsD) every second.
        self.ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.ear.bind(("127.0.0.1", 0))
        self.ear.setblocking(False)
        super().start()

    def close(self):
        self.ear.close()
        super().close()

    def read_stats(self):
        heard = b""
        try:
            while True:
                heard = self.ear.recv(4096)
        except OSError:
            pass
        figures = dict(re.findall(r"fuzzing\.(\w+):(\d+)", heard.decode("ascii", "replace")))
        if "execs_done" in figures:
            self._take(figures)
        if not self.running():
            self._read_final(self.out / "default" / "fuzzer_stats")

    def _take(self, figures):
        self.stats = Stats(self.before.executions + int(figures["execs_done"]), self.stats.per_second,
                           int(figures["edges_found"]), int(figures["corpus_count"]))

    def _read_final(self, path):
        try:
            rows = [line.split(":", 1) for line in path.read_text().splitlines()]
            self._take({key.strip(): value.strip() for key, value in rows})
        except (OSError, ValueError, KeyError):
            pass  # it ended before it wrote any

    def artifacts(self):
        return [*sorted(self.found.iterdir()), *sorted(self.out.glob("default*/crashes/id:*")),
                *sorted(self.out.glob("default*/hangs/id:*"))]

    def new_inputs(self):
        return [path for path in sorted(self.out.glob("default*/queue/id:*")) if ",orig:" not in path.name]


def _run(harness, paths):
    """Run inputs one after the other in one process. Returns: stderr, exit code (None on time-out)."""
    try:
        done = subprocess.run([str(harness.program), *map(str, paths)], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=2 * TIMEOUT)
    except subprocess.TimeoutExpired as late:
        return (late.stderr or b"").decode("utf-8", "replace"), None
    return done.stderr.decode("utf-8", "replace"), done.returncode


def _failing(harness, paths):
    """The inputs that fail, found by halving."""
    if not paths or _run(harness, paths)[1] == 0:
        return []
    if len(paths) == 1:
        return paths
    half = len(paths) // 2
    return _failing(harness, paths[:half]) + _failing(harness, paths[half:])


def rerun(harness, path):
    """Run one input alone. Returns: stderr, exit code (None on time-out)."""
    return _run(harness, [path])
