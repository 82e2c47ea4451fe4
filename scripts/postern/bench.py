# SPDX-License-Identifier: MIT
"""scripts/bench: how fast are the parser and the harnesses?"""

import os
import re
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path

from . import afl, build, corpus, house, libfuzzer, options as options_file, project, violation
from .console import OK, Arguments, Failure, positive, run, say, show_command

EPILOG = """\
Without --fuzz: nanoseconds to frame and parse a command line, beside a memchr scan of the same octets, and MB/s of
DATA, beside memcpy. --commands FILE names other command lines than parser/bench/commands.txt.

With --fuzz: executions per second of each harness, on libFuzzer with ASan and on AFL++ without, beside an empty
harness that holds the same seeds. Both have the engine's own mutator, so that what differs is the harness; ours makes
longer inputs, of which there are fewer a second. libFuzzer keeps new inputs in memory, AFL++ writes them as it always
does. Runs of the two alternate; figures are medians, and the ratio is what counts: the same program varies by a third
from run to run on a shared machine.

exit codes: 0 measured, 2 could not run
"""

LONGEST = 1024  # octets of an input

# engine: build folder, preset, what is different from it
BUILDS = {"libfuzzer": ("bench-libfuzzer", "libfuzzer", ("-DPOSTERN_SANITIZE=address",)),
          "afl": ("bench-afl", "afl", ())}


def arguments():
    parser = Arguments("bench", description="Measure the parser, or (--fuzz) the harnesses.", epilog=EPILOG)
    parser.add_argument("harness", nargs="*", metavar="HARNESS", help="with --fuzz: harnesses (default: all)")
    parser.add_argument("--fuzz", action="store_true", help="measure harnesses")
    parser.add_argument("--engine", choices=[*BUILDS, "both"], default="both", help="with --fuzz (default: both)")
    parser.add_argument("--runs", type=positive, default=5, metavar="N", help="with --fuzz: runs of each (default: 5)")
    parser.add_argument("--seconds", type=positive, default=5, metavar="N",
                        help="with --fuzz: of each run (default: 5)")
    parser.add_argument("--commands", metavar="FILE", default=str(project.ROOT / "parser/bench/commands.txt"),
                        help="command lines for the parser")
    options = parser.parse_args()
    if options.harness and not options.fuzz:
        parser.error("HARNESS goes with --fuzz")
    return options


def bench_parser(options):
    build.bootstrap("build")
    folder = build.build("release", ["bench_command", "bench_data"]) / "parser" / "bench"
    for command in ([folder / "bench_command", options.commands], [folder / "bench_data"]):
        show_command(command)
        if subprocess.run([str(word) for word in command]).returncode != 0:
            raise Failure("could not measure")


def run_libfuzzer(program, seeds, work, seconds, seed):
    """Returns: executions per second, mean length of the inputs (None where the harness does not tell)."""
    # Without a folder, new inputs stay in memory: what is timed is the harness and the engine, not the file system.
    listed = work / "seeds.list"
    listed.write_text(",".join(str(path) for path in sorted(seeds.iterdir())))
    settings = options_file.read(Path(f"{program}.options"))["libfuzzer"]
    flags = [f"-{key}={value}" for key, value in settings.items() if key not in ("dict", "max_len")]
    command = [program, *flags, f"-seed_inputs=@{listed}", f"-max_total_time={seconds}", f"-max_len={LONGEST}",
               f"-seed={seed}", "-keep_seed=1", "-print_final_stats=1", "-verbosity=0"]
    done = subprocess.run([str(word) for word in command], capture_output=True, stdin=subprocess.DEVNULL, cwd=work,
                          env={**os.environ, "ASAN_OPTIONS": libfuzzer.FAST})
    said = done.stderr.decode("utf-8", "replace")
    rate = re.search(r"stat::average_exec_per_sec:\s*(\d+)", said)
    if done.returncode != 0 or not rate:
        verdict = violation.read(said, done.returncode)
        why = f"it breaks {verdict.oracle}: {verdict.summary}" if verdict else said[-2000:]
        raise Failure(f"{program.name} cannot be measured: {why}")
    mean = re.search(r"POSTERN-MEAN-LENGTH ([\d.]+)", said)
    return float(rate.group(1)), float(mean.group(1)) if mean else None


def run_afl(program, seeds, work, seconds, seed):
    command = ["afl-fuzz", "-i", seeds, "-o", work / "out", "-V", seconds, "-G", LONGEST, "-s", seed, "--", program]
    done = subprocess.run([str(word) for word in command], capture_output=True, stdin=subprocess.DEVNULL, cwd=work,
                          env={**os.environ, **afl.QUIET})
    try:
        facts = (work / "out/default/fuzzer_stats").read_text()
        rate = re.search(r"^execs_per_sec\s*: ([\d.]+)", facts, re.M)
        return float(rate.group(1)), None
    except (OSError, AttributeError):
        raise Failure(f"afl-fuzz failed on {program}:\n{done.stdout.decode('utf-8', 'replace')[-2000:]}") from None


RUN = {"libfuzzer": run_libfuzzer, "afl": run_afl}


def compare(engine, harness, empty, options):
    """Interleaved runs of a harness and of the empty one on the same seeds. Prints one line."""
    rates, empty_rates, means = [], [], []
    with tempfile.TemporaryDirectory(prefix="postern-bench-") as room:
        seeds = Path(room) / "seeds"
        corpus.gather([house.SEEDS / harness.name], seeds)
        sizes = [path.stat().st_size for path in seeds.iterdir()]
        for number in range(1, options.runs + 1):
            for program, into in ((harness.program, rates), (empty.program, empty_rates)):
                work = Path(room) / "work"
                work.mkdir()
                rate, mean = RUN[engine](program, seeds, work, options.seconds, number)
                into.append(rate)
                means += [mean] if mean else []
                shutil.rmtree(work)
    rate, empty_rate = statistics.median(rates), statistics.median(empty_rates)
    inputs = f"{statistics.median(means):.0f}" if means else "-"
    say(f"{engine:10} {harness.name:20} {rate:10,.0f} {empty_rate:12,.0f} {rate / max(1.0, empty_rate):8.3f} "
        f"{inputs:>8} {statistics.mean(sizes):8.0f} {len(sizes):6}")


def bench_fuzz(options):
    engines = list(BUILDS) if options.engine == "both" else [options.engine]
    build.bootstrap(*engines)
    made = {}
    for engine in engines:
        name, preset, extra = BUILDS[engine]
        folder = build.build(preset, name=name,
                             options=("-DPOSTERN_TEST_HARNESSES=ON", "-DPOSTERN_MUTATOR=OFF", *extra))
        made[engine] = build.harnesses(folder)
    say(f"exec/s, medians of {options.runs} interleaved runs of {options.seconds} s, inputs of at most "
        f"{LONGEST} octets")
    say(f"{'engine':10} {'harness':20} {'exec/s':>10} {'empty':>12} {'ratio':>8} {'inputs':>8} {'seeds':>8} "
        f"{'files':>6}")
    for engine in engines:
        known = {harness.name: harness for harness in made[engine]}
        own = [harness for harness in made[engine] if harness.name not in ("fuzz_planted", "fuzz_empty")]
        for harness in build.choose(own, options.harness):
            compare(engine, harness, known["fuzz_empty"], options)
    say("inputs: mean octets of what the engine tried on the empty harness; seeds: mean octets of the seeds")


def main():
    options = arguments()
    if options.fuzz:
        bench_fuzz(options)
    else:
        bench_parser(options)
    return OK


if __name__ == "__main__":
    run("bench", main)
