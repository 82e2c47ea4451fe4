# SPDX-License-Identifier: MIT
"""libFuzzer as an engine."""

import re
import subprocess

from . import options
from .turn import Stats, Turn

PRESET = "libfuzzer"
TIMEOUT = 10  # seconds that one input may take before it counts as a finding

# A small quarantine and no stacks of allocations: twice the rate. A finding is run again with all the help there is.
FAST = "quarantine_size_mb=1:malloc_context_size=0"
THOROUGH = "symbolize=1:malloc_context_size=20:detect_stack_use_after_return=1"

_LINE = re.compile(rb"^#(\d+)\t\w+\s+(?:cov: (\d+) )?(?:ft: (\d+) )?(?:corp: (\d+)/)?", re.M)
_FINAL = re.compile(rb"stat::number_of_executed_units:\s*(\d+)")


class LibFuzzerTurn(Turn):
    engine = "libfuzzer"

    def command(self, seconds_left):
        self.fresh = self.folder / "fresh"
        self.found = self.folder / "found"
        self.fresh.mkdir(exist_ok=True)
        self.found.mkdir(exist_ok=True)
        settings = {"timeout": TIMEOUT, "rss_limit_mb": 2048, **options.read(self.harness.options)["libfuzzer"]}
        flags = [f"-{key}={value}" for key, value in settings.items() if key != "dict"]
        if self.harness.dictionary:
            flags.append(f"-dict={self.harness.dictionary}")
        # The campaign ends the turn; this is for the case that the campaign is killed.
        return [self.harness.program, *flags, f"-max_total_time={int(seconds_left) + 5}", f"-seed={self.seed}",
                f"-artifact_prefix={self.found}/", "-print_final_stats=1", "-reload=0", self.fresh, self.inputs]

    def environment(self):
        more = "".join(f":{key}={value}" for key, value in options.read(self.harness.options)["asan"].items())
        return {"ASAN_OPTIONS": FAST + more, "UBSAN_OPTIONS": "print_stacktrace=1"}

    def read_stats(self):
        text = self.tail(4096).encode()
        lines = _LINE.findall(text)
        if lines:
            count, coverage, features, corpus = lines[-1]
            self.stats = Stats(self.before.executions + int(count), self.stats.per_second,
                               int(coverage or self.stats.coverage), int(corpus or self.stats.corpus),
                               int(features or self.stats.features))
        final = _FINAL.search(text)
        if final:
            self.stats.executions = self.before.executions + int(final.group(1))

    def artifacts(self):
        return [path for path in sorted(self.found.iterdir()) if not path.name.startswith("slow-unit-")]

    def new_inputs(self):
        return sorted(self.fresh.iterdir())


def rerun(harness, path):
    """Run one input alone, with full reports. Returns: stderr, exit code (None on time-out)."""
    settings = {"timeout": TIMEOUT, "rss_limit_mb": 2048}
    command = [str(harness.program), *(f"-{key}={value}" for key, value in settings.items()), str(path)]
    environment = {"ASAN_OPTIONS": THOROUGH, "UBSAN_OPTIONS": "print_stacktrace=1:symbolize=1", "PATH": "/usr/bin:/bin"}
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              env=environment, timeout=6 * TIMEOUT, cwd=path.parent)
    except subprocess.TimeoutExpired as late:
        return (late.stderr or b"").decode("utf-8", "replace"), None
    return done.stderr.decode("utf-8", "replace"), done.returncode
