# SPDX-License-Identifier: MIT
"""A run over a sample of mutants: which are tried, in which order, what is known of each, and what is kept."""

import hashlib
import json
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from . import house, mutants_sites, mutants_source, mutants_trial, project, workroom
from .console import Failure
from .mutants_trial import Kill, write

SOURCES = "parser/src"
SHARE = 3  # seconds of processor time below which a turn of libFuzzer is not worth its start


class Result:
    """What is known of one mutant."""

    def __init__(self, mutant):
        self.mutant = mutant
        self.status = "alive"  # or "stillborn" (it does not compile), or "equal" (the compiler makes the same of it)
        self.reached = []  # programs that run the line; of a constant of the compiler's, all that read its file
        self.test = None  # Kill by a unit test
        self.replay = None  # Kill by a harness, on seeds and regressions
        self.fuzz = None  # Kill by a harness that makes its own inputs
        self.tried = self.replayed = self.fuzzed = False

    @property
    def by_tests(self):
        return self.test or self.replay

    @property
    def by_harnesses(self):
        return self.replay or self.fuzz

    def to_json(self):
        kills = {key: kill and {"by": kill.by, "how": kill.how}
                 for key, kill in (("test", self.test), ("replay", self.replay), ("fuzz", self.fuzz))}
        mutant = self.mutant
        return {"name": mutant.name, "file": mutant.file, "line": mutant.line, "kind": mutant.kind,
                "text": mutant.text, "status": self.status, "reached": self.reached, "tried": self.tried,
                "replayed": self.replayed, "fuzzed": self.fuzzed, **kills}

    def take(self, kept):
        """Take over what an earlier run of the same sources found out."""
        self.status, self.reached = kept["status"], kept["reached"]
        self.tried, self.replayed, self.fuzzed = kept["tried"], kept["replayed"], kept["fuzzed"]
        for key in ("test", "replay", "fuzz"):
            setattr(self, key, Kill(**kept[key]) if kept[key] else None)


class Run:
    def __init__(self, work, jobs, seconds, seed, tell):
        """`seconds` None: the harnesses are not judged apart."""
        self.work = work
        self.jobs = jobs
        self.seconds = seconds
        self.seed = seed
        self.tell = tell  # progress, in a few words
        self.runner = mutants_trial.Runner()
        self.builds = mutants_trial.Builds(work, jobs)
        self.results = {}  # by name
        self.seen = {}  # by file: how many faults in it each program has seen
        self.originals = {}
        self.mutants = {}
        self.earlier = {}  # what is known from other runs on the same sources, by name

    # ---- the ground ----

    def prepare(self):
        """Copy the tree, and find all mutants in it."""
        self.work.mkdir(parents=True, exist_ok=True)
        self.lock = workroom.locked(self.work)  # held as long as the process lives
        if self.lock is None:
            raise Failure(f"another run is at work in {self.work}")
        self.tell("copying the tree")
        tree = self.builds.tree
        names = mutants_trial.copy_tree(project.ROOT, tree)
        total = hashlib.sha256(Path(mutants_sites.__file__).read_bytes())
        for name in sorted(name for name in names if not name.endswith((".md", "equivalent_mutants.tsv"))):
            total.update(name.encode() + b"\0" + hashlib.sha256((tree / name).read_bytes()).digest())
        self.fingerprint = total.hexdigest()
        for path in sorted((tree / SOURCES).iterdir()):
            if path.suffix in (".c", ".h"):
                file = f"{SOURCES}/{path.name}"
                self.originals[file] = path.read_bytes()
                self.mutants[file] = mutants_sites.find(path, file, [tree / "parser" / "include", tree / SOURCES])

    def restore(self, *files):
        for file in files or self.originals:
            path = self.builds.tree / file
            if path.read_bytes() != self.originals[file]:
                write(path, self.originals[file])

    def survey(self):
        """Run everything once, with all sites counting: what passes by where, and how long it takes. Kept for later."""
        self.tests = list(self.builds.tests())
        self.replays = list(self.builds.replays())
        self.programs = [*self.tests, *self.replays]
        kept = self._kept("survey.json")
        if kept is None:
            self.tell("building the programs, with all sites counting")
            self.build_every(list(self.mutants), mutants_source.REACHED)
            kept = {"seconds": {}, "reach": {}}
            with ThreadPoolExecutor(self.jobs) as pool:
                for name, seconds, lines in pool.map(self._survey_one, self.programs):
                    kept["seconds"][name], kept["reach"][name] = seconds, lines
            self.restore()
            self._keep("survey.json", kept)
        for program in self.programs:
            program.seconds = kept["seconds"][program.key]
        self.reach = {key: {tuple(line) for line in lines} for key, lines in kept["reach"].items()}
        self.breadth = Counter()  # of a harness: how many sites it goes to
        for name in {program.name for program in self.replays}:
            self.breadth[name] = len(set().union(*(self.reach[program.key] for program in self.replays
                                                   if program.name == name)))

    def build_every(self, files, prelude):
        """Build with all sites of these files. Where the compiler cannot take one, its line gets builds of its own."""
        for _ in range(8):
            for file in files:
                octets, mutants = self.originals[file], self.mutants[file]
                if any(mutant.form != "static" for mutant in mutants):
                    write(self.builds.tree / file, mutants_source.every(octets, mutants, prelude))
            good, said = self.builds.build("dev", [program.target for program in self.programs])
            lines = set(re.findall(r"^(\S+):([0-9]+):[0-9]+: error:", said, re.M))
            if good:
                return
            known = {(mutant.file, str(mutant.line)) for file in files for mutant in self.mutants[file]
                     if mutant.form != "static"}
            if not lines & known:
                break
            for file in files:
                self.mutants[file] = [replace(mutant, form="static") if (file, str(mutant.line)) in lines else mutant
                                      for mutant in self.mutants[file]]
        raise Failure(f"the tree does not build: {said[-4000:]}")

    def _survey_one(self, program):
        self.tell(f"{program.name}: what does it reach?")
        marks = self.work / f"reach.{program.key}"
        marks.unlink(missing_ok=True)
        code, said = self.runner.run(["/usr/bin/python3", "-c", _TIMED, *program.command], 300,
                                     {"POSTERN_MUTANT_REACH": str(marks)})
        if code != 0:
            raise Failure(f"{program.name} fails without any mutant:\n{said[-4000:]}")
        lines = set(marks.read_text(encoding="utf-8").splitlines()) if marks.exists() else set()
        marks.unlink(missing_ok=True)
        return (program.key, float(said.rsplit("\n", 2)[-2]),
                sorted([line.split()[0], int(line.split()[1])] for line in lines))

    def reaches(self, program, mutant):
        reached = self.reach[program.key]
        if mutant.form != "static":
            return (mutant.file, mutant.number) in reached
        # A constant leaves no trace: whatever comes by the file's code may read it. Some files have no code.
        files = {file for file, _ in reached}
        return mutant.file in files or not any(other.form != "static" for other in self.mutants[mutant.file])

    # ---- keeping ----

    def _kept(self, name):
        try:
            kept = json.loads((self.work / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return kept["what"] if kept.get("fingerprint") == self.fingerprint else None

    def _keep(self, name, what):
        house.write_whole(self.work / name, json.dumps({"fingerprint": self.fingerprint, "what": what}).encode())

    def resume(self):
        for kept in self._kept("results.json") or []:
            self.earlier[kept["name"]] = kept

    def save(self):
        for result in self.results.values():
            if result.tried:
                self.earlier[result.mutant.name] = result.to_json()
        self._keep("results.json", list(self.earlier.values()))

    # ---- trying ----

    def take(self, mutants):
        """Have these in the run. Returns: those of them that are new to it."""
        fresh = []
        for mutant in mutants:
            result = self.results[mutant.name] = Result(mutant)
            if mutant.name in self.earlier:
                result.take(self.earlier[mutant.name])
            fresh.append(result)
        return fresh

    def try_all(self, results):
        """Unit tests and replays for each, then the rest for those that live."""
        by_file = {}
        for result in results:
            if result.status == "alive" and not self.is_done(result):
                by_file.setdefault(result.mutant.file, []).append(result)
        for file, batch in by_file.items():
            for result in batch:  # what could not be built with the others is known since the survey
                result.mutant = self.mutants[file][result.mutant.number - 1]
            self.try_file(file, [result for result in batch if result.mutant.form != "static"])
            for result in batch:
                if result.mutant.form == "static":
                    self.try_alone(result)
            self.restore(file)
            self.save()

    def is_done(self, result):
        return result.tried and (result.replayed or self.seconds is None)

    def try_file(self, file, batch):
        """All mutants of a file in one build, each chosen when a program starts."""
        if not batch:
            return
        self.tell(f"{file}: building {len(batch)} mutants at once")
        self.build_every([file], mutants_source.CHOSEN)
        for result in batch:
            result.mutant = self.mutants[file][result.mutant.number - 1]
        batch = [result for result in batch if result.mutant.form != "static"]
        with ThreadPoolExecutor(self.jobs) as pool:
            list(pool.map(lambda result: self.judge(result, mutants_source.environment(result.mutant)), batch))

    def try_alone(self, result):
        """A build of its own."""
        mutant = result.mutant
        write(self.builds.tree / mutant.file, mutants_source.single(self.originals[mutant.file], mutant))
        good, _ = self.builds.build("dev", [program.target for program in self.programs])
        if good:
            self.judge(result, {})
        else:
            result.status, result.tried = "stillborn", True

    def judge(self, result, environment):
        """Who sees it first: among the unit tests, and among the harnesses on what they have."""
        self.tell(result.mutant.name)
        reaching = [program for program in self.programs if self.reaches(program, result.mutant)]
        result.reached = list(dict.fromkeys(program.name for program in reaching))
        own = f"parser.test_{Path(result.mutant.file).stem}"
        # Its own test first; then who costs little, and has seen many faults of this file before.
        seen = self.seen.setdefault(result.mutant.file, Counter())
        reaching.sort(key=lambda program: (program.name != own, program.seconds / (1 + seen[program.name])))
        if not result.tried:
            result.test = self.first_kill(reaching, "test", environment, seen)
            result.tried = True
        if not result.replayed and (self.seconds is not None or not result.test):
            result.replay = self.first_kill(reaching, "harness", environment, seen)
            result.replayed = True

    def first_kill(self, programs, kind, environment, seen):
        """One after the other; side by side where no other mutant can be tried meanwhile."""
        chosen = [program for program in programs if program.kind == kind]
        if environment:
            kills = (self.runner.try_out(program, environment) for program in chosen)
            kill = next((kill for kill in kills if kill is not None), None)
        else:
            kill = self.side_by_side(chosen, self.runner.try_out)
        if kill is not None:
            seen[kill.by] += 1
        return kill

    def side_by_side(self, turns, try_out):
        """Until one of them sees the fault, which ends the others. Returns: its Kill, or None."""
        group, kills = object(), []

        def one(turn):
            kill = None if kills else try_out(turn, group=group)
            if kill and not kills:
                kills.append(kill)
                self.runner.end(group)

        with ThreadPoolExecutor(self.jobs) as pool:
            list(pool.map(one, turns))
        return kills[0] if kills else None

    def drop_equal(self, results):
        """Set those aside that the compiler makes the same object code of: they are no faults."""
        alive = [result for result in results if result.status == "alive" and not (result.by_tests and
                                                                                   result.by_harnesses)]
        plain = {}
        for result in alive:
            mutant = result.mutant
            if result.by_tests or result.fuzzed:  # it was seen, so it differs; or it was asked about already
                continue
            self.tell(f"{mutant.name}: the same code?")
            if mutant.file not in plain:
                plain[mutant.file] = self.builds.assembly(mutant.file)
            write(self.builds.tree / mutant.file, mutants_source.single(self.originals[mutant.file], mutant))
            made = self.builds.assembly(mutant.file)
            self.restore(mutant.file)
            if None in made.values():
                result.status = "stillborn"
            elif made == plain[mutant.file]:
                result.status = "equal"
        self.save()

    # ---- the harnesses alone ----

    def fuzz_all(self, results, spared=()):
        """libFuzzer with sanitizers on those that no replay has seen, but for some that nobody could see."""
        left = [result for result in results if result.status == "alive" and not result.replay and not result.fuzzed
                and result.mutant.name not in spared]
        if not left:
            return
        self.tell("building the harnesses for libFuzzer")
        everything = list(self.builds.harnesses("libfuzzer"))
        targets = [target for harness, _ in everything for target in _targets(harness)]
        self.builds.must_build("libfuzzer", targets)
        for number, result in enumerate(left, 1):
            self.tell(f"libFuzzer, {number} of {len(left)}: {result.mutant.name}")
            self.fuzz_one(result, everything, targets)
            self.save()

    def fuzz_one(self, result, everything, targets):
        mutant = result.mutant
        write(self.builds.tree / mutant.file, mutants_source.single(self.originals[mutant.file], mutant))
        try:
            good, said = self.builds.build("libfuzzer", targets)
            if not good:
                raise Failure(f"{mutant.name} does not build for libFuzzer: {said[-2000:]}")
            chosen = [pair for pair in everything if pair[0].name in result.reached]
            # The one that goes to the fewest other places knows this one best.
            chosen.sort(key=lambda pair: (self.breadth[pair[0].name], pair[0].name))
            if not result.by_tests:  # sanitizers on the replay; else libFuzzer's own first look at it is enough
                result.replay = self.fuzz_turns(mutant, [(*pair, 0) for pair in chosen])
            if not result.replay and self.seconds:
                given = shares(self.seconds, len(chosen))
                result.fuzz = self.fuzz_turns(mutant, [(*pair, share) for pair, share in zip(chosen, given)])
            result.fuzzed = True
        finally:
            self.restore(mutant.file)

    def fuzz_turns(self, mutant, turns):
        """Some harnesses side by side, each for its seconds. Returns: a Kill, or None."""
        def one(turn, group):
            kept = self.work / "killers" / turn[0].name / mutant.name.replace(":", ".")
            return mutants_trial.fuzz(self.runner, *turn, self.seed, kept, group)
        return self.side_by_side(turns, one)


# Runs a program and prints the processor time that it took.
_TIMED = """\
import os, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
spent = os.times()
print(spent.children_user + spent.children_system)
sys.exit(code if code >= 0 else 128 - code)
"""


def _targets(harness):
    folder = harness.program.parent.name
    return [f"{folder}/{harness.name}", *([f"{folder}/{harness.dictionary.name}"] if harness.dictionary else [])]


def shares(seconds, count):
    """Whole seconds for each of `count` harnesses: half of what is left each time, no share too small to be of use."""
    left, given = seconds, []
    for number in range(count):
        share = max(SHARE, left // 2)
        if left - share < SHARE or number == count - 1:
            share = left
        given.append(share)
        left -= share
        if left == 0:
            break
    return given


def percent(part, whole):
    return 100.0 * part / whole if whole else 100.0


def _by_harness(result):
    return any(name.startswith("fuzz_") for name in result.reached)


def summary(results, argued=()):
    """The figures, as a dictionary. In: argued, the names of those that a person calls equivalent. They count as alive;
    a second share leaves those that nothing has killed out of the whole."""
    counted = [result for result in results if result.status == "alive" and result.tried]
    excused = {result.mutant.name for result in counted if result.mutant.name in argued and not result.by_tests
               and not result.by_harnesses}
    tests = [result for result in counted if result.by_tests]
    decided = [result for result in counted if result.replay or result.fuzzed or result.mutant.name in excused]
    alone = [result for result in decided if result.by_harnesses]
    killers = Counter(str(result.by_tests.by) for result in tests)
    oracles = Counter(re.split(r" ", result.by_harnesses.how)[0] for result in alone)
    return {"mutants": len(counted), "argued_equivalent": len(excused),
            "killed_by_tests": len(tests), "decided_by_harnesses": len(decided),
            "killed_by_harnesses": len(alone), "killed_by_replay": sum(1 for result in alone if result.replay),
            "reached_by_harnesses": sum(1 for result in decided if result.by_harnesses or _by_harness(result)),
            "equal": sum(1 for result in results if result.status == "equal"),
            "stillborn": sum(1 for result in results if result.status == "stillborn"),
            "tests_percent": percent(len(tests), len(counted)), "harnesses_percent": percent(len(alone), len(decided)),
            "tests_percent_of_faults": percent(len(tests), len(counted) - len(excused)),
            "harnesses_percent_of_faults": percent(len(alone), len(decided) - len(excused)),
            "killers": dict(killers.most_common()), "oracles": dict(oracles.most_common())}
