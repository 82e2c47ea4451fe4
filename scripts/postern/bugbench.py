# SPDX-License-Identifier: MIT
"""scripts/bugbench: which of the planted bugs does a fuzzer find, and how soon?"""

import argparse
import os
import platform
import re
import shutil
import signal
import subprocess
import tempfile
import time
from datetime import date
from pathlib import Path

from . import bugrun, bugtable, build, house, libfuzzer, project, violation
from .bugresults import Results
from .bugrun import Plan, Run
from .console import FOUND, INTERRUPTED, OK, Arguments, Failure, positive, run, say
from .outputs import writable, writable_folder

EPILOG = """\
The bench is a server and a client that have one bug at a time (fuzz/bugbench). Each bug is looked for until the first
finding or until the budget is spent, in seconds of a processor (of the engine and all that it starts), on one core,
by each engine in two ways. Postern's way is the engine with Postern's mutator and with protocol coverage; the stock
way is the same harness, with the same oracles, dictionary, length limits and seeds (the ok- sessions of
corpus/seeds/fuzz_bugbench, at most ten), and neither of the two. It has what the engine has by default: counts of
edges (Postern's way leaves them out: -use_counters=0, fuzz/src/edges_afl.c) and, with libFuzzer, traced comparisons
(POSTERN_TRACE_CMP). No seed may trigger a bug: that is looked at first. Figures are medians over --seeds runs; a miss
counts as the executions that were spent, and is marked with ">". The ratio is stock / Postern; of a bug that both
ways miss it is that of what was spent, and marked with "?".

Ctrl-C gives the table so far. With --results each outcome is kept in FOLDER as soon as it is there, and no run whose
outcome lies there is run again: the same command goes on where it was, also with more --seeds, --bugs or another
--engine, and with nothing left to run it writes the table. A FOLDER is of one version and one budget.

--clean N runs N executions of Postern's way on the server and N on the client, without any bug: whatever is reported
then is a false alarm, and kept in false-alarms/ of the state folder ($XDG_STATE_HOME/postern, or
~/.local/state/postern).

exit codes: 0 the bench ran, 1 --clean had a finding, 2 could not run (or a seed triggers a bug), 130 interrupted
"""

ENGINES = ("libfuzzer", "afl")
_AFL = ("bugbench-afl", "afl", ("-DPOSTERN_BUGBENCH=ON", "-DPOSTERN_SANITIZE=address"))
# A stock build for libFuzzer traces comparisons; Postern's leaves that out (fuzz/cmake/engine.cmake says why).
BUILDS = {("libfuzzer", "postern"): ("bugbench-libfuzzer", "libfuzzer", ("-DPOSTERN_BUGBENCH=ON",)),
          ("libfuzzer", "stock"): ("bugbench-libfuzzer-stock", "libfuzzer",
                                   ("-DPOSTERN_BUGBENCH=ON", "-DPOSTERN_TRACE_CMP=ON")),
          ("afl", "postern"): _AFL, ("afl", "stock"): _AFL}
SEEDS_MOST = 10


def numbers(text):
    """argparse type: "1,5-9,B31"."""
    chosen = set()
    for word in text.split(","):
        found = re.fullmatch(r"[Bb]?(\d+)(?:-[Bb]?(\d+))?", word.strip())
        if not found:
            raise argparse.ArgumentTypeError(f"'{word}' is no bug and no range of bugs")
        chosen.update(range(int(found[1]), int(found[2] or found[1]) + 1))
    return sorted(chosen)


def arguments():
    parser = Arguments("bugbench", description="Measure how soon planted bugs are found.", epilog=EPILOG)
    parser.add_argument("--engine", choices=[*ENGINES, "both"], default="both", help="(default: both)")
    parser.add_argument("--way", choices=[*bugtable.WAYS, "both"], default="both", help="(default: both)")
    parser.add_argument("--budget", type=positive, default=60, metavar="SECONDS", help="of each run (default: 60)")
    parser.add_argument("--seeds", type=positive, default=3, metavar="N", help="runs of each (default: 3)")
    parser.add_argument("--bugs", type=numbers, default=None, metavar="LIST", help="such as 1,5-9 (default: all)")
    parser.add_argument("--jobs", type=positive, default=os.cpu_count(), metavar="N",
                        help="runs at a time, a core each (default: one for each core)")
    parser.add_argument("--results", metavar="FOLDER", help="keep outcomes in FOLDER, and go on from those in it")
    parser.add_argument("--json", metavar="FILE", help="write the table as JSON")
    parser.add_argument("--markdown", metavar="FILE", help="write the table as Markdown")
    parser.add_argument("--clean", type=positive, metavar="EXECUTIONS", help="look for false alarms instead")
    return parser.parse_args()


def harness_name(side, way):
    return "fuzz_bugbench" + ("_client" if side == "client" else "") + ("_stock" if way == "stock" else "")


class Bench:
    """What was built, and where it starts from."""

    def __init__(self, engines, ways):
        self.harnesses = {}  # (engine, side, way) -> Harness
        for engine in engines:
            for way in ways:
                self._build(engine, way)

    def _build(self, engine, way):
        name, preset, extra = BUILDS[engine, way]
        folder = build.configure(preset, name, extra)
        sides = {harness_name(side, way): side for side in ("server", "client")}
        wanted = [harness for harness in build.harnesses(folder) if harness.name in sides]
        build.build(preset, [*build.targets_of(wanted), "bugbench_list"], name, extra)
        for harness in wanted:
            self.harnesses[engine, sides[harness.name], way] = harness
        self.bugs = bugrun.read_bugs(folder / "fuzz/bugbench/bugbench_list")

    def harness(self, engine, side, way):
        return self.harnesses[engine, side, way]

    @staticmethod
    def seeds(side):
        return house.SEEDS / harness_name(side, "postern")

    def check_seeds(self, engine, way, bugs):
        """No seed may be the finding."""
        for side in sorted({bug.side for bug in bugs}):
            seeds = sorted(self.seeds(side).iterdir())
            if len(seeds) > SEEDS_MOST or any(not seed.name.startswith("ok-") for seed in seeds):
                raise Failure(f"{house.short(self.seeds(side))} is to hold at most {SEEDS_MOST} ok- sessions")
            for bug in [bug for bug in bugs if bug.side == side]:
                harness = self.harness(engine, side, way)
                if bugrun.judge_alone(harness, bug.number, seeds):
                    guilty = [seed for seed in seeds if bugrun.judge_alone(harness, bug.number, [seed])] or seeds
                    raise Failure(f"the seed {house.short(guilty[0])} triggers bug {bug.number}: change it a little, "
                                  "so that it draws other cuts and turns, or put another one in its place")


class Loop:
    """All plans, some at a time, until they are done or somebody ends it."""

    def __init__(self, bench, budget, jobs, results):
        self.results = results
        self.bench = bench
        self.budget = budget
        mine = sorted(os.sched_getaffinity(0))
        self.cores = [mine[number % len(mine)] for number in range(jobs)]  # of those that are free, one for each job
        self.outcomes = {}  # (bug, engine, way) -> [Outcome]
        self.interrupted = False

    def run(self, plans):
        running = []
        waiting = [plan for plan in plans if not self._is_known(plan)]
        done = len(plans) - len(waiting)
        if done:
            say(f"{done} of them are known")
        before = {number: signal.signal(number, self._interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
        with tempfile.TemporaryDirectory(prefix="postern-bugbench-") as room:
            try:
                while (waiting or running) and not self.interrupted:
                    while waiting and self.cores:
                        running.append(self._start(waiting.pop(0), Path(room) / str(len(plans) - len(waiting))))
                    time.sleep(0.05)
                    for one in list(running):
                        outcome = one.poll()
                        if outcome is None:
                            continue
                        running.remove(one)
                        self.cores.append(one.core)
                        done += 1
                        self.results.keep(one.plan, outcome)
                        self._note(one.plan, outcome, f"{done}/{len(plans)}")
            finally:
                for one in running:
                    one.stop()
                for number, handler in before.items():
                    signal.signal(number, handler)

    def _is_known(self, plan):
        outcome = self.results.read(plan)
        if outcome is not None:
            self._add(plan, outcome)
        return outcome is not None

    def _interrupt(self, _number, _frame):
        self.interrupted = True

    def _start(self, plan, work):
        harness = self.bench.harness(plan.engine, plan.bug.side, plan.way)
        return Run(plan, harness, self.bench.seeds(plan.bug.side), self.budget, work, self.cores.pop(0))

    def _add(self, plan, outcome):
        self.outcomes.setdefault((plan.bug.number, plan.engine, plan.way), []).append(outcome)

    def _note(self, plan, outcome, count):
        self._add(plan, outcome)
        what = f"{outcome.oracle} after" if outcome.found else "missed in"
        say(f"[{count}] B{plan.bug.number:02} {plan.engine} {plan.way} seed {plan.seed}: {what} "
            f"{outcome.executions:,} executions, {outcome.seconds:.1f} s")


def facts(options):
    machine = platform.machine()
    try:
        cpu = re.search(r"^model name\s*:\s*(.*)", Path("/proc/cpuinfo").read_text(), re.M).group(1)
    except (OSError, AttributeError):
        cpu = machine
    return {"date": date.today().isoformat(), "version": project.version(), "machine": f"{cpu}, {os.cpu_count()} cores",
            "budget": f"{options.budget} s of a processor", "runs": options.seeds}


def bench(options):
    engines = list(ENGINES) if options.engine == "both" else [options.engine]
    ways = list(bugtable.WAYS) if options.way == "both" else [options.way]
    build.bootstrap(*engines)
    room = Bench(engines, ways)
    unknown = [str(number) for number in options.bugs or [] if number not in room.bugs]
    if unknown:
        raise Failure(f"there is no bug {', '.join(unknown)}")
    bugs = [room.bugs[number] for number in options.bugs or room.bugs]
    room.check_seeds(engines[0], ways[-1], bugs)
    # Seed by seed, so that whoever ends it early has something of everything; the ways beside each other, so that both
    # see the same load.
    plans = [Plan(bug, engine, way, seed) for seed in range(1, options.seeds + 1) for bug in bugs for engine in engines
             for way in ways]
    known = facts(options)
    results = Results(Path(options.results).absolute() if options.results else None,
                      {key: known[key] for key in ("version", "budget")})
    loop = Loop(room, options.budget, options.jobs, results)
    say(f"{len(plans)} runs of at most {options.budget} s of a processor, {options.jobs} at a time")
    loop.run(plans)
    table = bugtable.Table(bugs, engines, loop.outcomes, known)
    say()
    say(table.text())
    for sentence in table.summary():
        say(sentence)
    if options.json:
        house.write_whole(Path(options.json).absolute(), table.json().encode())
    if options.markdown:
        house.write_whole(Path(options.markdown).absolute(), table.markdown().encode())
    return INTERRUPTED if loop.interrupted else OK


class CleanRun:
    """Executions of one side without a bug."""

    def __init__(self, room, side, seed, executions, work):
        self.harness = room.harness("libfuzzer", side, "postern")
        self.work = work
        work.mkdir()
        shutil.copytree(room.seeds(side), work / "inputs")
        command = bugrun.libfuzzer_command(self.harness, work, work / "inputs", seed, f"-runs={executions}")
        with open(work / "log", "wb") as log:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *map(str, command)], cwd=work, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, env={**bugrun.environment(0), "ASAN_OPTIONS": libfuzzer.FAST})

    def finish(self):
        """Wait for it. Returns: executions, and whether something was reported; what was is kept."""
        code = self.process.wait()
        report = (self.work / "log").read_text("utf-8", "replace")
        executions = bugrun.libfuzzer_executions(self.harness, report)
        verdict = violation.read(report, code) if code != 0 else None
        if verdict:
            kept = house.state_dir() / "false-alarms" / self.harness.name  # no campaign knows this harness
            kept.mkdir(parents=True, exist_ok=True)
            for path in [*self.work.glob("crash-*"), *self.work.glob("timeout-*"), *self.work.glob("oom-*")]:
                house.write_whole(kept / path.name, path.read_bytes())
                say(f"{verdict.oracle}: {verdict.summary}; kept as {kept / path.name}")
        return executions, verdict is not None


def clean(options):
    """Executions without a bug, of the server and then of the client, some runs at a time."""
    build.bootstrap("libfuzzer")
    room = Bench(["libfuzzer"], ["postern"])
    share = -(-options.clean // options.jobs)
    failed = 0
    for side in ("server", "client"):
        say(f"{side}: {options.jobs} runs of {share:,} executions without a bug")
        with tempfile.TemporaryDirectory(prefix="postern-bugbench-") as folder:
            runs = [CleanRun(room, side, number + 1, share, Path(folder) / str(number))
                    for number in range(options.jobs)]
            ended = [one.finish() for one in runs]
        found = sum(reported for _, reported in ended)
        failed += found
        say(f"{side}: {sum(count for count, _ in ended):,} executions without a bug, {found} of {len(ended)} runs with "
            "a finding")
    return FOUND if failed else OK


def main():
    options = arguments()
    if options.results:
        writable_folder("--results", Path(options.results).absolute())
    for option, file in (("--json", options.json), ("--markdown", options.markdown)):
        if file:
            writable(option, Path(file).absolute())
    return clean(options) if options.clean else bench(options)


if __name__ == "__main__":
    run("bugbench", main)
