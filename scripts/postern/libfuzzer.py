# SPDX-License-Identifier: MIT
"""libFuzzer as an engine, in one process. In several: libfuzzer_fork.py."""

import os
import re
import subprocess

from . import artifact, corpus, limits, options
from .turn import Stats, Turn

PRESET = "libfuzzer"
RELOAD = 3  # seconds after which it looks for inputs that others found

# A small quarantine and no stacks of allocations: twice the rate. A finding is run again with all the help there is.
FAST = "quarantine_size_mb=1:malloc_context_size=0"
NAMELESS = "symbolize=0"  # the names in a stack take half a second, in which a kill would lose the finding
THOROUGH = "symbolize=1:malloc_context_size=20:detect_stack_use_after_return=1"

_LINE = re.compile(r"^#(\d+)\t\w+\s+(?:cov: (\d+) )?(?:ft: (\d+) )?(?:corp: (\d+)/)?", re.M)
_FINAL = re.compile(r"stat::number_of_executed_units:\s*(\d+)")


class LibFuzzerTurn(Turn):
    engine = "libfuzzer"

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.fresh = self.folder / "fresh"
        self.found = self.folder / "found"

    def commands(self, seconds_left):
        self.fresh.mkdir(exist_ok=True)
        self.found.mkdir(exist_ok=True)
        settings = {**limits.LIBFUZZER, **options.read(self.harness.options)["libfuzzer"]}
        flags = [f"-{key}={value}" for key, value in settings.items() if key != "dict"]
        if self.harness.dictionary:
            flags.append(f"-dict={self.harness.dictionary}")
        # The campaign ends the turn; this is for the case that the campaign is killed.
        return [[self.harness.program, *flags, *self.more_flags(), f"-max_total_time={int(seconds_left) + 5}",
                 f"-seed={self.seed}", f"-artifact_prefix={self.found}/", "-print_final_stats=1", "-print_funcs=0",
                 self.fresh, self.inputs]]

    def more_flags(self):
        return [f"-reload={RELOAD}"]

    def environment(self, number):
        more = "".join(f":{key}={value}" for key, value in options.read(self.harness.options)["asan"].items())
        return {"ASAN_OPTIONS": f"{FAST}:{NAMELESS}{more}", "UBSAN_OPTIONS": f"print_stacktrace=1:{NAMELESS}"}

    def again(self):
        self.before = Stats(self.stats.executions)
        os.truncate(self.log, 0)  # the figures in it are of the process before
        super().again()

    def read_stats(self):
        text = self.tail(4096)
        lines = _LINE.findall(text)
        if lines:
            self.note(*lines[-1])
        final = _FINAL.search(text)
        if final:
            self.stats.executions = max(self.stats.executions, self.before.executions + int(final.group(1)))

    def note(self, count, coverage, features, corpus):
        """What the engine printed of itself: text, empty where it said nothing."""
        self.stats = Stats(max(self.stats.executions, self.before.executions + int(count)), self.stats.per_second,
                           int(coverage or self.stats.coverage), int(corpus or self.stats.corpus),
                           int(features or self.stats.features))

    def artifacts(self):
        return [path for path in sorted(self.found.iterdir()) if not path.name.startswith(artifact.SLOW)]

    def new_inputs(self):
        return sorted(self.fresh.iterdir())

    def take(self, paths):
        self.known |= corpus.bring(paths, self.fresh, self.folder)  # it looks there from time to time


def rerun(harness, path):
    """Run one input alone, with full reports. Returns: stderr, exit code (None on time-out)."""
    command = [str(harness.program), *limits.flags(), str(path)]
    environment = {"ASAN_OPTIONS": THOROUGH, "UBSAN_OPTIONS": "print_stacktrace=1:symbolize=1", "PATH": "/usr/bin:/bin"}
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              env=environment, timeout=6 * limits.SECONDS, cwd=path.parent)
    except subprocess.TimeoutExpired as late:
        return (late.stderr or b"").decode("utf-8", "replace"), None
    return done.stderr.decode("utf-8", "replace"), done.returncode
