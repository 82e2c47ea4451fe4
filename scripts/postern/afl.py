# SPDX-License-Identifier: MIT
"""AFL++ as an engine, in one process or several. What it would refuse to start over (core pattern, affinity, cpufreq)
is settled here.

In company the first is the main one; alone it runs as a secondary that finds no main one, and then does its duty. They
share AFL++'s sync directory, in which `hub` stands for everybody else: its queue is where other engines' inputs go. (A
main one could also read a foreign folder with -F. But it walks its queue in order and trims nothing, so it is no good
alone; and -F goes by whole seconds, passes over what comes later in the same second, and reads all again every other
time.)
"""

import re
import socket
import subprocess

from . import corpus, limits, options
from .turn import Stats, Turn

PRESET = "afl"
SYNC = 1  # minutes and eight inputs after which it looks for what others found (the main one: half a minute and two)

GROUP = 64  # inputs that are run in one go before it starts, to see which of them fail

MUTATOR = "fuzz/src/mutate/postern_mutate_afl.so"  # in the build folder; AFL++ keeps its own havoc beside it

# No questions about the machine: processor affinity, frequency scaling, core pattern, terminal.
QUIET = {"AFL_NO_UI": "1", "AFL_NO_COLOR": "1", "AFL_NO_AFFINITY": "1", "AFL_SKIP_CPUFREQ": "1",
         "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES": "1", "AFL_FAST_CAL": "1", "AFL_NO_CRASH_README": "1"}


class AflTurn(Turn):
    engine = "afl"

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.out = self.folder / "out"
        self.hub = self.out / "hub" / "queue"
        self.found = self.folder / "found"
        self.names = [""] * self.width  # of the processes, in the sync directory
        self.figures = [Stats() for _ in range(self.width)]
        self.count = 0
        self.brought = 0

    def start(self):
        # AFL++ writes its files once a minute, but sends figures by UDP (StatsD) every second.
        self.ears = [_ear() for _ in range(self.width)]
        self.hub.mkdir(parents=True)
        self.found.mkdir()
        super().start()

    def _launch(self):
        self._set_failing_inputs_apart()
        super()._launch()

    def _set_failing_inputs_apart(self):
        """AFL++ passes over inputs that fail from the start, and would not tell: they are findings like any other."""
        for path in _failing(self.harness, sorted(self.inputs.iterdir()), self.folder):
            path.rename(self.found / path.name)
        if not any(self.inputs.iterdir()):
            (self.inputs / "empty-line").write_bytes(b"\r\n")

    def commands(self, seconds_left):
        settings = options.read(self.harness.options)["libfuzzer"]
        flags = ["-i", self.inputs, "-o", self.out, "-t", limits.SECONDS * 1000, "-V", int(seconds_left) + 5]
        if "max_len" in settings:
            flags += ["-G", settings["max_len"]]
        if self.harness.dictionary:
            flags += ["-x", self.harness.dictionary]
        commands = []
        for number in range(self.width):
            role = ["-M" if number == 0 and self.width > 1 else "-S", self._name(number)]
            commands.append(["afl-fuzz", *flags, "-s", self.seed + number, *role, "--", self.harness.program])
        return commands

    def _name(self, number):
        """The name of a process. One that is started again has a new one, so that nothing old is in its way."""
        self.names[number] = self.names[number] or f"{self.engine}{self.count + number}"
        return self.names[number]

    def again(self):
        for number, name in enumerate(self.names):
            if not self.alive(number):
                (self.out / name / "is_main_node").unlink(missing_ok=True)
                self.before.executions += self.figures[number].executions
                self.figures[number] = Stats()
                self.names[number] = ""
        self.count += self.width
        corpus.bring(self.new_inputs(), self.inputs, self.folder)
        super().again()

    def environment(self, number):
        mutator = {"AFL_CUSTOM_MUTATOR_LIBRARY": str(self.harness.program.parents[1] / MUTATOR),
                   "POSTERN_MUTATE_KIND": self.harness.kind} if self.harness.kind else {}
        return {**QUIET, **mutator, "AFL_HANG_TMOUT": str(limits.SECONDS * 1000), "AFL_SYNC_TIME": str(SYNC),
                "AFL_STATSD": "1", "AFL_STATSD_HOST": "127.0.0.1",
                "AFL_STATSD_PORT": str(self.ears[number].getsockname()[1])}

    def close(self):
        for ear in self.ears:
            ear.close()
        super().close()

    def read_stats(self):
        for number, ear in enumerate(self.ears):
            heard = b""
            try:
                while True:
                    heard = ear.recv(4096)
            except OSError:
                pass
            self._take(number, dict(re.findall(r"fuzzing\.(\w+):(\d+)", heard.decode("ascii", "replace"))))
            if not self.alive(number):
                self._take(number, _final(self.out / self.names[number] / "fuzzer_stats"))
        self.stats = Stats(self.before.executions + sum(figures.executions for figures in self.figures),
                           self.stats.per_second,
                           max(self.stats.coverage, *(figures.coverage for figures in self.figures)),
                           max(figures.corpus for figures in self.figures) or self.stats.corpus)

    def _take(self, number, figures):
        try:
            executions = max(self.figures[number].executions, int(figures["execs_done"]))  # a file may be an old one
            self.figures[number] = Stats(executions, 0.0, int(figures["edges_found"]), int(figures["corpus_count"]))
        except (KeyError, ValueError):
            pass  # it said nothing yet

    def artifacts(self):
        return [*sorted(self.found.iterdir()), *sorted(self.out.glob("*/crashes/id:*")),
                *sorted(self.out.glob("*/hangs/id:*"))]

    def new_inputs(self):
        return [path for path in sorted(self.out.glob(f"{self.engine}*/queue/id:*"))
                if ",orig:" not in path.name and ",sync:" not in path.name]

    def take(self, paths):
        for path in paths:
            name = f"id:{self.brought:06d},src:{path.name[:40]}"
            if corpus.copy_whole(path, self.hub / name, self.folder):
                self.brought += 1


def _ear():
    ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    ear.bind(("127.0.0.1", 0))
    ear.setblocking(False)
    return ear


def _final(path):
    """The figures that AFL++ wrote down when it ended; none when it was killed."""
    try:
        rows = [line.split(":", 1) for line in path.read_text().splitlines()]
        return {key.strip(): value.strip() for key, value in rows}
    except (OSError, ValueError):
        return {}


def _run(harness, paths, folder):
    """Run inputs one after the other in one process. Returns: stderr, exit code (None on time-out)."""
    try:
        done = subprocess.run([str(harness.program), *map(str, paths)], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=2 * limits.SECONDS,
                              cwd=folder)
    except subprocess.TimeoutExpired as late:
        return (late.stderr or b"").decode("utf-8", "replace"), None
    return done.stderr.decode("utf-8", "replace"), done.returncode


def _failing(harness, paths, folder):
    """The inputs that fail. A few are run at a time: thousands would be late together on a busy machine."""
    return [path for first in range(0, len(paths), GROUP)
            for path in _halved(harness, paths[first:first + GROUP], folder)]


def _halved(harness, paths, folder):
    """Those of a group that fail, found by halving."""
    if _run(harness, paths, folder)[1] == 0:
        return []
    if len(paths) == 1:
        return paths
    half = len(paths) // 2
    return _halved(harness, paths[:half], folder) + _halved(harness, paths[half:], folder)


def rerun(harness, path):
    """Run one input alone. Returns: stderr, exit code (None on time-out)."""
    return _run(harness, [path], path.parent)
