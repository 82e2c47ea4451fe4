# SPDX-License-Identifier: MIT
"""scripts/mutants: would the tests and the harnesses see a fault in the parser?"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from . import build, house, mutants_source, project
from .console import FOUND, INTERRUPTED, OK, Arguments, Failure, percentage, positive, run, say
from .outputs import writable, writable_folder

EPILOG = """\
A mutant is the parser with one small fault: a relation or a boundary shifted, a constant one off, a condition turned
round or dropped, a statement dropped, arguments swapped, another value returned ... All mutants of a file are in one
build, and one is chosen when a program starts; constants of the compiler's (tables, enumerations, case labels, bodies
of macros) get a build each. The source tree is not touched: the work is done on a copy.

Each mutant is judged twice, and each time the first kill ends it:
  tests      unit tests and the replay of seeds and regressions; only programs that reach the site, its own test first
  harnesses  the replay alone; then, with libFuzzer and sanitizers, the replay again and --seconds of processor time in
             all, of which the harness that knows the site best gets half, the next one half of the rest, and so on
A kill is a failed assertion, a violation, a crash, or no end within one and a half times the usual time and two
seconds.

A mutant that the compiler makes the same object code of is no fault: it is set aside, as is one that does not compile,
and another one takes its place in the sample. Survivors are printed as diffs; each is either equivalent for a reason
that a person gives (parser/test/equivalent_mutants.tsv), or a test is missing. Two shares are told: of all mutants,
where one that is argued to be equivalent counts as alive (the floors are for that one); and of those not argued away.
libFuzzer is not asked about what is argued, but with --doubt; an argument against a mutant that was killed is told.

What is known is kept in the work folder, and a run on the same sources goes on from it; Ctrl-C prints what there is.
An input of libFuzzer's that killed what no seed did is kept in its folder killers/HARNESS: a candidate for the corpus.

exit codes: 0 measured, 1 below a floor, 2 could not run, 130 interrupted
"""


def arguments():
    parser = Arguments("mutants", description="Count the faults that tests and harnesses see.", epilog=EPILOG)
    parser.add_argument("--sample", type=count, default=400, metavar="N",
                        help="how many mutants, drawn at random; 0: all (default: 400)")
    parser.add_argument("--seed", type=int, metavar="N", help="of the draw (default: another one each time; printed)")
    parser.add_argument("--file", action="append", default=[], metavar="F",
                        help="only mutants of that file of parser/src, by its name (again for more)")
    parser.add_argument("--mutant", action="append", default=[], metavar="NAME", help="only that one (again for more)")
    parser.add_argument("--retry", type=Path, metavar="FILE",
                        help="only those that lived in the report FILE (of --json)")
    parser.add_argument("--list", action="store_true", help="print the names of all mutants, and stop")
    parser.add_argument("--no-harnesses", action="store_true", help="leave the second judgement out")
    parser.add_argument("--seconds", type=count, default=20, metavar="N",
                        help="libFuzzer's processor time for a mutant, over all harnesses (default: 20; 0: none)")
    parser.add_argument("--doubt", action="store_true", help="let libFuzzer try what is argued to be equivalent, too")
    parser.add_argument("--jobs", type=positive, default=len(os.sched_getaffinity(0)), metavar="N",
                        help="processes at once (default: one for each processor)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there, too")
    parser.add_argument("--work", type=Path, metavar="DIR",
                        help="where the copy, the builds and what is known are (default: mutants in the state folder)")
    parser.add_argument("--min-tests", type=percentage, default=0, metavar="PERCENT", help="floor for tests")
    parser.add_argument("--min-harnesses", type=percentage, default=0, metavar="PERCENT", help="floor for harnesses")
    return parser.parse_args()


def count(text):
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number


# An argued equivalent is never counted as killed: a reason is not a proof.
EQUIVALENT = project.ROOT / "parser" / "test" / "equivalent_mutants.tsv"


class Progress:
    """One line that is written over on a terminal; elsewhere a line now and then."""

    def __init__(self):
        self.terminal = sys.stdout.isatty()
        self.begun = self.last = time.monotonic()
        self.run = None

    def __call__(self, words):
        now = time.monotonic()
        if now - self.last < (0.1 if self.terminal else 10):
            return
        self.last = now
        done = [result for result in (self.run.results.values() if self.run else ()) if result.tried]
        line = f"{now - self.begun:.0f} s, {len(done)} tried"
        if done:
            line += f", {sum(1 for result in done if not result.by_tests)} alive: {words}"
        else:
            line += f": {words}"
        if self.terminal:
            sys.stdout.write(f"\r\033[K{line[:110]}")
            sys.stdout.flush()
        else:
            say(line)

    def end(self):
        if self.terminal:
            sys.stdout.write("\r\033[K")


def choose(work, options):
    """The mutants that may be drawn, in the order of the draw."""
    everything = [mutant for mutants in work.mutants.values() for mutant in mutants]
    if options.file:
        known = {Path(file).name for file in work.mutants}
        for name in options.file:
            if Path(name).name not in known:
                raise Failure(f"unknown file '{name}'; known are: {', '.join(sorted(known))}")
        wanted = {Path(name).name for name in options.file}
        everything = [mutant for mutant in everything if Path(mutant.file).name in wanted]
    names = list(options.mutant)
    if options.retry:
        kept = json.loads(options.retry.read_text(encoding="utf-8"))["results"]
        names += [entry["name"] for entry in kept if entry["status"] == "alive" and not (
            (entry["test"] or entry["replay"]) and (entry["replay"] or entry["fuzz"]))]
    if options.mutant or options.retry:
        by_name = {mutant.name: mutant for mutant in everything}
        for name in names:
            if name not in by_name:
                raise Failure(f"unknown mutant '{name}' (the file may have changed; see --list)")
        return [by_name[name] for name in dict.fromkeys(names)]
    random.Random(options.seed).shuffle(everything)
    return everything


def measure(work, drawn, options):
    """Try as many as were asked for; one that is no fault is replaced by the next of the draw."""
    wanted = len(drawn) if options.sample == 0 or options.mutant or options.retry else min(options.sample, len(drawn))
    position = 0
    while True:
        alive = [result for result in work.results.values() if result.status == "alive"]
        missing = min(wanted - len(alive), len(drawn) - position)
        if missing <= 0:
            break
        batch = work.take(drawn[position:position + missing])
        position += missing
        work.try_all(batch)
        work.drop_equal(batch)
    if not options.no_harnesses:
        work.fuzz_all(work.results.values(), () if options.doubt else equivalents(work))


def argued():
    """What a person has said of mutants that change nothing that anybody could see: {what it goes by: why}."""
    rows = EQUIVALENT.read_text(encoding="utf-8").splitlines()
    return {tuple(row.split("\t")[:-1]): row.split("\t")[-1] for row in rows if row and not row.startswith("#")}


def equivalents(work):
    """Those of the run that a person calls equivalent: {name: why}."""
    reasons, found = argued(), {}
    for name, result in work.results.items():
        mutant = result.mutant
        found[name] = reasons.get((Path(mutant.file).name, *mutants_source.change(work.originals[mutant.file], mutant)))
    return {name: why for name, why in found.items() if why}


def report(work, options, figures, reasons):
    """Survivors as diffs, and the figures. Returns: nothing."""
    for result in work.results.values():
        if result.status != "alive" or not result.tried:
            continue
        why = reasons.get(result.mutant.name)
        kill = result.by_tests or result.by_harnesses
        if why and kill:
            say(f"\n{result.mutant.name} is killed by {kill}, though {EQUIVALENT.name} says that nobody can see it: "
                f"take that line out ({why})")
        lives = [word for word, lives in (("tests", not result.by_tests),
                                          ("harnesses", result.fuzzed and not result.by_harnesses)) if lives]
        if lives:
            mutant = result.mutant
            if why and not kill:
                say(f"\n{mutant.name} lives, and is no fault: {why}")
                continue
            where = "" if result.reached else ", reached by nothing"
            say(f"\n{mutant.name} lives through {' and '.join(lives)}{where}"
                + ("" if "tests" in lives else f" (killed by {result.by_tests})"))
            say(mutants_source.diff(work.originals[mutant.file], mutant).rstrip("\n"))
    say()
    for title, key in (("killed by tests and replay", "killers"), ("killed by harnesses", "oracles")):
        if figures[key] and not (options.no_harnesses and key == "oracles"):
            say(f"{title}: " + ", ".join(f"{name} {number}" for name, number in figures[key].items()))
    if options.json:
        facts = {"seed": options.seed, "version": project.version(), "summary": figures,
                 "results": [result.to_json() for result in work.results.values()]}
        house.write_whole(options.json.absolute(), (json.dumps(facts, indent=1) + "\n").encode())
    say(f"seed {options.seed}: {figures['mutants']} mutants, {figures['argued_equivalent']} of them argued equivalent; "
        f"killed by tests and replay {figures['killed_by_tests']} ({both(figures, 'tests')}); "
        f"{'' if options.no_harnesses else alone(figures)}"
        f"set aside: same code {figures['equal']}, no code {figures['stillborn']}")


def both(figures, kind):
    """The share of all, and of those that are not argued to be equivalent."""
    whole, faults = figures[f"{kind}_percent"], figures[f"{kind}_percent_of_faults"]
    return f"{whole:.1f} %, of those not argued away {faults:.1f} %"


def alone(figures):
    """What the harnesses did without the tests. Of an unfinished run no share is told: what replay kills is known
    first, and the rest would be missing from it."""
    killed, decided = figures["killed_by_harnesses"], figures["decided_by_harnesses"]
    if decided < figures["mutants"]:
        return f"by harnesses alone {killed} so far, {figures['mutants'] - decided} not judged yet; "
    return (f"by harnesses alone {killed} of {decided} ({both(figures, 'harnesses')}; by replay "
            f"{figures['killed_by_replay']}; no harness reaches {decided - figures['reached_by_harnesses']}); ")


def main():
    # In the background of a shell SIGINT is ignored; a run that is told to end says what it knows all the same.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    options = arguments()
    if options.seed is None:
        options.seed = random.SystemRandom().randrange(1 << 31)
    folder = options.work.absolute() if options.work else house.state_dir() / "mutants"
    if folder.is_relative_to(project.ROOT / "parser"):
        raise Failure("--work: not inside the parser")
    writable_folder("--work", folder)
    if options.json:
        writable("--json", options.json.absolute())
    build.bootstrap("mutants")
    from . import mutants_run
    progress = Progress()
    seconds = None if options.no_harnesses else options.seconds
    work = mutants_run.Run(folder, options.jobs, seconds, options.seed, progress)
    progress.run = work
    work.prepare()
    if options.list:
        progress.end()
        for mutants in work.mutants.values():
            for mutant in mutants:
                say(f"{mutant.name}\t{mutant.form}\t{' '.join(mutant.text.split())}")
        return OK
    drawn = choose(work, options)
    code = OK
    try:
        work.survey()
        work.resume()
        measure(work, drawn, options)
    except KeyboardInterrupt:
        work.runner.stop()
        code = INTERRUPTED
    progress.end()
    reasons = equivalents(work)
    figures = mutants_run.summary(work.results.values(), reasons)
    report(work, options, figures, reasons)
    if code == OK and (figures["tests_percent"] < options.min_tests
                       or figures["harnesses_percent"] < options.min_harnesses):
        code = FOUND
    return code


if __name__ == "__main__":
    run("mutants", main)
