# SPDX-License-Identifier: MIT
"""One run of the bug bench: one bug, one engine, one way, one seed, until the first finding or until time is up."""

import os
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass

from . import afl, leash, libfuzzer, processor, violation
from .console import Failure

MAX_LEN = 3072
LEN_CONTROL = 0  # both ways may be as long as MAX_LEN from the start, as libFuzzer does for custom mutators
TIMEOUT = 10  # seconds that one input may take
EVERY = 0.25  # seconds between looks at the time that it has had
PATIENCE = 30  # seconds that an engine has to end when it is asked to
LONGEST = 40  # times its budget, by the clock: a run that gets less of a processor than that has come to a stop

# What AFL++ says when it cannot start for a crash. No seed triggers a bug, but the driver that AFL++ links runs four
# octets of its own before the first of them, for both ways, and a bug that needs no more (B69) is found by these.
SEED_CRASHED = "results in a crash, skipping"


@dataclass(frozen=True)
class Bug:
    """A line of what bugbench_list prints."""
    number: int
    class_: str
    side: str  # server or client
    oracles: str
    model: str
    defect: str


@dataclass(frozen=True)
class Plan:
    """What is to be run. Ways differ in the program alone: in what Postern adds to the engine."""
    bug: Bug
    engine: str
    way: str
    seed: int


@dataclass
class Outcome:
    found: bool
    executions: int
    seconds: float  # of a processor
    oracle: str = ""


def environment(number):
    return {**os.environ, "POSTERN_BUG": str(number)}


def libfuzzer_command(harness, work, seeds, seed, *more):
    """What both ways say to libFuzzer; Postern's way leaves counts of edges out, which say nothing of SMTP."""
    fresh = work / "fresh"
    fresh.mkdir()
    flags = ["-use_counters=0"] if harness.kind else []
    return [harness.program, *flags, f"-dict={harness.dictionary}", f"-max_len={MAX_LEN}",
            f"-len_control={LEN_CONTROL}", f"-seed={seed}", f"-timeout={TIMEOUT}",
            "-rss_limit_mb=2048", "-print_final_stats=1", "-reload=0", f"-artifact_prefix={work}/", *more, fresh, seeds]


def libfuzzer_executions(harness, report):
    """How many executions a report tells of: its last figures, or those of its last line, if it came to no end."""
    counts = re.findall(r"stat::number_of_executed_units:\s*(\d+)", report) or re.findall(r"^#(\d+)\t", report, re.M)
    if not counts:
        raise Failure(f"{harness.name} did not run:\n{report[-2000:]}")
    return int(counts[-1])


class Run:
    """A running plan. Life: poll() until it returns an Outcome, or stop().

    The budget is of processor seconds, of the engine and all that it starts, so that a machine with other work to do
    gives the same table, later.
    """

    def __init__(self, plan, harness, seeds, budget, work, core):
        self.plan = plan
        self.core = core
        self.harness = harness
        self.work = work
        self.budget = budget
        work.mkdir(parents=True)
        self.log = work / "log"
        inputs = work / "inputs"
        shutil.copytree(seeds, inputs)
        if plan.engine == "libfuzzer":
            command = libfuzzer_command(harness, work, inputs, plan.seed)
            more = {"ASAN_OPTIONS": libfuzzer.FAST}
        else:
            command = ["afl-fuzz", "-i", inputs, "-o", work / "out", "-s", plan.seed, "-G", MAX_LEN,
                       "-t", TIMEOUT * 1000, "-x", harness.dictionary, "--", harness.program]
            more = {**afl.QUIET, "AFL_BENCH_UNTIL_CRASH": "1"}
            if harness.kind:
                more |= {"AFL_CUSTOM_MUTATOR_LIBRARY": str(harness.program.parents[1] / afl.MUTATOR),
                         "POSTERN_MUTATE_KIND": harness.kind}
        with open(self.log, "wb") as log:
            self.began = time.monotonic()
            self.seconds = 0.0
            self.looked = 0.0
            self.asked = None  # when it was asked to end
            self.process = subprocess.Popen(
                ["taskset", "-c", str(core), "setpriv", "--pdeathsig", "KILL", *map(str, command)], cwd=work,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                env={**environment(plan.bug.number), **more})

    def poll(self):
        """Returns: the outcome, once it is there. An engine whose time is up is asked to end, and ends in its own way:
        with its last figures."""
        code = self._ended()
        now = time.monotonic()
        if code is None:
            if now < self.looked + EVERY:
                return None
            self.looked = now
            self.seconds = max(self.seconds, processor.seconds_in(self.work))
            if self.asked is None:
                if self.seconds < self.budget and now - self.began < LONGEST * self.budget + PATIENCE:
                    return None
                self.asked = now
                self.process.send_signal(signal.SIGUSR1 if self.plan.engine == "libfuzzer" else signal.SIGINT)
            if now - self.asked < PATIENCE:
                return None
        self.stop()
        report = self.log.read_text("utf-8", "replace")
        outcome = self._libfuzzer(report, code) if self.plan.engine == "libfuzzer" else self._afl(report)
        outcome.seconds = self.seconds
        shutil.rmtree(self.work, ignore_errors=True)
        return outcome

    def _ended(self):
        """Returns: the exit code, None while it runs."""
        number, status, usage = os.wait4(self.process.pid, os.WNOHANG)
        if number == 0:
            return None
        self.process.returncode = os.waitstatus_to_exitcode(status)
        self.seconds = max(self.seconds, usage.ru_utime + usage.ru_stime)
        return self.process.returncode

    def _libfuzzer(self, report, code):
        executions = libfuzzer_executions(self.harness, report)
        verdict = violation.read(report, code) if code not in (0, None, -signal.SIGKILL) else None
        return Outcome(verdict is not None, executions, 0.0, verdict.oracle if verdict else "")

    def _afl(self, report):
        try:
            facts = (self.work / "out/default/fuzzer_stats").read_text()
            executions = int(re.search(r"^execs_done\s*: (\d+)", facts, re.M).group(1))
        except (OSError, AttributeError):
            if SEED_CRASHED in report:
                return Outcome(True, 1, 0.0, "?")
            raise Failure(f"afl-fuzz did not run {self.harness.name}:\n{report[-2000:]}") from None
        crashes = sorted((self.work / "out/default/crashes").glob("id:*"))
        if not crashes:
            return Outcome(False, executions, 0.0)
        # AFL++ looks now and then whether there was a crash, and its figures are those of that time, some hundred
        # executions later. The name of what crashed has the figure as it was.
        at = re.search(r",execs:(\d+)", crashes[0].name)
        oracle = judge_alone(self.harness, self.plan.bug.number, crashes[:1])
        return Outcome(True, int(at.group(1)) if at else executions, 0.0, oracle or "?")

    def stop(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        leash.end_all(self.work)


def judge_alone(harness, number, paths):
    """Run inputs one after the other, as the engine would. Returns: the oracle that stopped it, or ""."""
    try:
        done = subprocess.run([str(harness.program), *map(str, paths)], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=60, env=environment(number))
    except subprocess.TimeoutExpired:
        return "BOUND"
    if done.returncode == 0:
        return ""
    verdict = violation.read(done.stderr.decode("utf-8", "replace"), done.returncode)
    return verdict.oracle if verdict else "?"


def read_bugs(program):
    """All bugs, by number, as the program lists them."""
    said = subprocess.run([str(program)], capture_output=True, text=True, check=True).stdout
    rows = [line.split("\t") for line in said.splitlines()]
    return {int(row[0]): Bug(int(row[0]), *row[1:]) for row in rows}
