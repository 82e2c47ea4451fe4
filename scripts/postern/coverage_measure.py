# SPDX-License-Identifier: MIT
"""Source coverage of the parser: a build of clang's, what was run in it, and what that reached.

What is counted is the whole library, object by object, so that a file that no harness links counts as not reached."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass

from . import build, house, parallel, project, tool
from .console import Failure, say, show_command
from .replaying import Replaying, unreadable

SOURCES = project.ROOT / "parser" / "src"
KINDS = ("lines", "branches", "mcdc")
SECONDS = 60  # for one input, all partitions and variants
AT_ONCE = 250  # inputs of one process


@dataclass(frozen=True)
class Tools:
    """A compiler and its coverage tools."""
    name: str
    options: tuple
    suffix: str
    mcdc: bool


PLAIN = Tools("coverage", (), "", False)
MCDC = Tools("coverage-mcdc", ("-DCMAKE_C_COMPILER=clang-19", "-DCMAKE_CXX_COMPILER=clang++-19", "-DPOSTERN_MCDC=ON"),
             "-19", True)


class Measurement:
    """What was reached. Figures are (reached, there are)."""

    def __init__(self, exported):
        self.files = {}  # name -> {kind: (reached, there are)}
        self.never = []  # "file: function"
        self.edges = set()  # ways out of a decision, and functions entered
        for entry in exported["files"]:
            name = entry["filename"].rsplit("/", 1)[-1]
            figures = {kind: (entry["summary"].get(kind, {}).get("covered", 0),
                              entry["summary"].get(kind, {}).get("count", 0)) for kind in KINDS}
            if figures["lines"][1]:
                self.files[name] = figures
            for line, column, last_line, last_column, true, false, *_ in entry["branches"]:
                place = f"{name}:{line}:{column}-{last_line}:{last_column}"
                self.edges.update(place + way for way, count in (("T", true), ("F", false)) if count)
        self._read_functions(exported["functions"])

    def _read_functions(self, functions):
        counts = {}
        for function in functions:
            where = f"{function['filenames'][0].rsplit('/', 1)[-1]}: {function['name'].rsplit(':', 1)[-1]}"
            counts[where] = counts.get(where, 0) + function["count"]
        self.never = sorted(where for where, count in counts.items() if not count)
        self.edges.update(where for where, count in counts.items() if count)

    def total(self, kind):
        return tuple(sum(figures[kind][place] for figures in self.files.values()) for place in (0, 1))


def percent(figure):
    """How many in a hundred were reached; all where there is nothing to reach."""
    return 100.0 * figure[0] / figure[1] if figure[1] else 100.0


class Workshop:
    """A coverage build, and the profiles of what is run in it."""

    def __init__(self, tools, jobs, tests):
        """tests: have the test programs built too."""
        self.tools = tools
        self.jobs = jobs
        self.folder = build.configure("coverage", tools.name, tools.options)
        self.harnesses = build.harnesses(self.folder)
        targets = [] if tests else ["postern", *(harness.name for harness in self.harnesses)]
        build.build("coverage", targets, tools.name, tools.options, jobs)
        # Not the archive: clang 14 cannot read objects that do not stand on a multiple of eight octets in it.
        self.objects = sorted((self.folder / "parser" / "CMakeFiles" / "postern_parser.dir").rglob("*.o"))
        if not self.objects:
            raise Failure(f"{house.short(self.folder)} holds no object of the parser")

    def postern(self):
        return self.folder / "postern"

    def room(self, name):
        """A folder, emptied, for profiles."""
        folder = self.folder / "profiles" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def run_tests(self, profiles, chosen):
        """Run the tests whose names match. Returns: did all pass?"""
        command = ["ctest", "--test-dir", str(self.folder), "--parallel", str(self.jobs), "--tests-regex", chosen,
                   "--output-on-failure", "--no-tests=error"]
        show_command(command)
        log = self.folder / "tests.log"
        with open(log, "wb") as out:
            code = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                                  env={**os.environ, "LLVM_PROFILE_FILE": f"{profiles}/%m-%p.profraw"}).returncode
        if code != 0:
            say(log.read_text(encoding="utf-8", errors="replace")[-8000:])
        return code == 0

    def replay(self, profiles, inputs, brief=False):
        """Replay {harness: paths}; brief: as an engine ran them. Returns: those that failed; the others count."""
        work = [(name, paths[at:at + AT_ONCE]) for name, paths in inputs.items()
                for at in range(0, len(paths), AT_ONCE)]
        programs = {harness.name: harness.program for harness in self.harnesses}
        count = sum(map(len, inputs.values()))
        say(f"replaying {count} inputs of {len(inputs)} harnesses")
        running, failing, sizes = [], [], []

        def one(number, name, paths):
            profile = profiles / f"{profiles.name}-{brief}-{number}-%m.profraw"
            replaying = Replaying(programs[name], SECONDS, environment={"LLVM_PROFILE_FILE": str(profile)}, brief=brief)
            running.append(replaying)
            return name, len(paths), _replay(replaying, paths)

        def take(result):
            name, size, some = result
            sizes.append(size)
            failing.extend(some)
            if count > AT_ONCE:
                say(f"  {sum(sizes)} of {count} ({name})")

        parallel.each(self.jobs, lambda item: one(item[0], *item[1]), enumerate(work), take,
                      lambda: [replaying.stop() for replaying in running])
        for one_failing in failing:
            say(f"{house.short(one_failing.path)}: left out, it fails: {one_failing.verdict.summary}")
        for path, why in [item for replaying in running for item in replaying.unread.items()]:
            say(f"{house.short(path)}: left out, it cannot be read: {why}")
        return failing

    def measure(self, *folders):
        """What the profiles in those folders say. Returns: a Measurement, and the profile for html()."""
        raw = [str(path) for folder in folders for path in sorted(folder.glob("*.profraw"))]
        if not raw:
            raise Failure("nothing that was run left a profile")
        listed, profile = folders[0] / "profiles.txt", folders[0] / "merged.profdata"
        listed.write_text("\n".join(raw) + "\n", encoding="utf-8")
        self._tool("llvm-profdata", "merge", "-sparse", f"-input-files={listed}", "-o", str(profile))
        exported = json.loads(self.cov("export", profile))
        return Measurement(exported["data"][0]), profile

    def cov(self, verb, profile, *words):
        """What llvm-cov says of the parser."""
        objects = [word for path in self.objects for word in ("-object", str(path))][1:]
        return self._tool("llvm-cov", verb, *objects, f"-instr-profile={profile}", *words, str(SOURCES))

    def html(self, profile, target):
        mcdc = ["-show-mcdc", "-show-mcdc-summary"] if self.tools.mcdc else []
        self.cov("show", profile, "-format=html", f"-output-dir={target}", "-show-branches=count",
                 "-show-line-counts-or-regions", *mcdc)

    def _tool(self, program, *words):
        done = subprocess.run([program + self.tools.suffix, *words], stdin=subprocess.DEVNULL, capture_output=True)
        if done.returncode != 0:
            raise Failure(f"{program}: {done.stderr.decode('utf-8', 'replace')[-2000:].strip()}")
        return done.stdout.decode("utf-8", "replace")

    def triples(self, inputs):
        """What sessions reach of the protocol: the JSON of `postern show --coverage`, or None where there is none."""
        sessions = [path for name, paths in inputs.items() if self.kind_of(name) == "session" for path in paths]
        return protocol(self.postern(), sessions, self.folder) if sessions else None

    def kind_of(self, name):
        return next((harness.kind for harness in self.harnesses if harness.name == name), None)


def _replay(replaying, paths):
    """Replay inputs so that all that run clean count. A failure takes the profile of its process with it: then the
    others run again without it."""
    failing = list(replaying.failures(paths))
    if failing:
        failed = {one.path for one in failing}
        list(replaying.failures([path for path in paths if path not in failed]))
    return failing


def protocol(program, sessions, folder, graph=None):
    """The JSON of `postern show --coverage` on some files; folder takes links to them. graph: a file for the graph."""
    room = folder / "sessions"
    shutil.rmtree(room, ignore_errors=True)
    room.mkdir(parents=True)
    unread = unreadable(sessions)
    for number, path in enumerate(path for path in sessions if path not in unread):
        (room / str(number)).symlink_to(path.absolute())
    try:
        done = tool.postern("show", "--coverage", "--json", *([f"--graph={graph}"] if graph else []), room,
                            program=program, environment={"LLVM_PROFILE_FILE": os.devnull})  # it may be instrumented
        return json.loads(done.stdout)
    finally:
        shutil.rmtree(room, ignore_errors=True)
