# SPDX-License-Identifier: MIT
"""Trying mutants out: a copy of the source tree with builds of its own, programs run under limits, and who was it.

In the copy the library is a shared one, so that a mutant costs the build of one file and no program is linked again.
"""

import json
import os
import re
import shlex
import subprocess
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from . import build, options, violation
from .console import Failure

FOLDERS = ("parser", "fuzz", "harnesses", "corpus", "CMakeLists.txt", "CMakePresets.json", "LICENSE")
SHARED = ["-DBUILD_SHARED_LIBS=ON", "-DCMAKE_LINK_DEPENDS_NO_SHARED=ON", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON"]
PLAIN = ["-DCMAKE_BUILD_TYPE=None", "-DCMAKE_C_FLAGS=-O1 -w"]
INPUTS = 25  # of a harness, in one go
FUZZED = ["-DCMAKE_C_FLAGS=-w"]

# What cmake writes for ctest (which itself knows no program that is not built yet). A test of ours takes no arguments.
_TEST = re.compile(r'^add_test\((?:\[=\[)?((?:parser|fuzz)\.test_\w+)(?:\]=\])? "([^"]+)"\)', re.M)


@dataclass
class Program:
    """Something that runs on the library and fails when it sees a fault."""
    name: str
    kind: str  # "test" or "harness"
    command: list
    target: str
    seconds: float = 0.1  # of processor time that it takes without a fault
    part: int = 0  # of the inputs of a harness

    @property
    def key(self):
        return f"{self.name}#{self.part}" if self.part else self.name


@dataclass
class Kill:
    """Who saw the fault, and what it said."""
    by: str
    how: str

    def __str__(self):
        return f"{self.by} ({self.how})"


def copy_tree(origin, copy):
    """Make `copy` hold what git knows of `origin` or would add, with as few files written as can be."""
    listed = subprocess.run(["git", "-C", str(origin), "ls-files", "-z", "--cached", "--others", "--exclude-standard",
                             "--", *FOLDERS], capture_output=True, check=True).stdout.split(b"\0")
    names = set()
    for name in sorted(os.fsdecode(name) for name in listed if name):
        try:
            octets, target = (origin / name).read_bytes(), copy / name
        except FileNotFoundError:  # git remembers it, or somebody has just taken it away
            continue
        names.add(name)
        if not target.is_file() or target.read_bytes() != octets:
            write(target, octets)
    for path in [path for path in copy.rglob("*") if path.is_file()]:
        if str(path.relative_to(copy)) not in names:
            path.unlink()
    return names


def write(path, octets):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(octets)


class Builds:
    """The copy of the tree, and a folder for each way to build it."""

    def __init__(self, work, jobs):
        self.tree = work / "tree"
        self.work = work
        self.jobs = jobs
        self.ready = {}

    def folder(self, preset):
        """The build folder of a preset, configured."""
        folder = self.work / preset
        if preset not in self.ready:
            flags = PLAIN if preset == "dev" else FUZZED
            self._logged(["cmake", "-S", self.tree, "--preset", preset, "-B", folder, *SHARED, *flags], folder)
            self.ready[preset] = folder
        return folder

    def _logged(self, command, folder):
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run([str(word) for word in command], cwd=self.tree, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise Failure(f"failed: {shlex.join(map(str, command))}\n{done.stdout.decode('utf-8', 'replace')[-4000:]}")

    def build(self, preset, targets):
        """Build some targets. Returns: whether it went well, and what was said."""
        done = subprocess.run(["ninja", "-C", str(self.folder(preset)), "-j", str(self.jobs), *sorted(set(targets))],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode == 0, done.stdout.decode("utf-8", "replace")

    def must_build(self, preset, targets):
        good, said = self.build(preset, targets)
        if not good:
            raise Failure(f"the tree does not build ({preset}): {said[-4000:]}")

    def tests(self):
        """The unit tests that are programs of ours, parser's first; not the scripts beside them."""
        folder = self.folder("dev")
        for listing in sorted(folder.rglob("CTestTestfile.cmake"), reverse=True):
            for name, program in _TEST.findall(listing.read_text(encoding="utf-8")):
                if Path(program).is_relative_to(folder):
                    yield Program(name, "test", [program], os.path.relpath(program, folder))

    def harnesses(self, preset):
        """The harnesses that the build knows, on their seeds and regressions."""
        folder = self.folder(preset)
        for harness in build.harnesses(folder):
            yield harness, [path for path in (self.tree / "corpus" / kind / harness.name
                                              for kind in ("seeds", "regressions")) if path.is_dir()]

    def replays(self):
        """The harnesses on their inputs, a few at a time: most faults are seen by the first few."""
        folder = self.folder("dev")
        for harness, inputs in self.harnesses("dev"):
            files = sorted(path for place in inputs for path in place.rglob("*") if path.is_file())
            parts = -(-len(files) // INPUTS)
            for part in range(parts):  # every so many, so that each part has something of everything
                yield Program(harness.name, "harness", [str(harness.program), "--quiet",
                                                        *map(str, files[part::parts])],
                              os.path.relpath(harness.program, folder), part=part)

    def assembly(self, file):
        """What the compiler makes of the file, or of all that include it, with all its skill."""
        commands = json.loads((self.folder("dev") / "compile_commands.json").read_text(encoding="utf-8"))
        made = {}
        for entry in commands:
            name = os.path.relpath(entry["file"], self.tree)
            if not name.startswith("parser/src/") or (file.endswith(".c") and name != file):
                continue
            words = shlex.split(entry["command"])
            words[words.index("-o") + 1] = "-"
            words[words.index("-c")] = "-S"
            done = subprocess.run([*words, "-O2", "-g0", "-fno-ident"], cwd=entry["directory"], capture_output=True,
                                  stdin=subprocess.DEVNULL)
            made[entry["output"] if "output" in entry else name] = done.stdout if done.returncode == 0 else None
        return made


class Runner:
    """Runs programs under limits of processor time, and can be told to stop them all."""

    def __init__(self):
        self.lock = threading.Lock()
        self.living = {}  # process: the group it belongs to
        self.stopped = False

    def stop(self):
        with self.lock:
            self.stopped = True
            for process in self.living:
                process.kill()

    def end(self, group):
        """End what runs for a group: its question is answered."""
        with self.lock:
            for process, other in self.living.items():
                if other is group:
                    process.kill()

    def run(self, command, seconds, more=None, group=None):
        """Returns: exit code, and what was said on both outputs."""
        most = max(1, int(seconds + 0.999))  # SIGXCPU comes there; at the second figure, SIGKILL
        limits = ["prlimit", f"--cpu={most}:{most + 2}", "--fsize=33554432", "--core=0", "--"]
        with tempfile.TemporaryFile() as out:
            with self.lock:
                if self.stopped:
                    raise KeyboardInterrupt
                process = subprocess.Popen([*limits, *map(str, command)], stdin=subprocess.DEVNULL, stdout=out,
                                           stderr=subprocess.STDOUT, env={**os.environ, **(more or {})})
                self.living[process] = group
            try:
                code = process.wait(timeout=60 + 20 * seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                code = -24
            finally:
                with self.lock:
                    del self.living[process]
            if self.stopped:
                raise KeyboardInterrupt
            out.seek(0, os.SEEK_END)
            out.seek(max(0, out.tell() - 262144))
            return code, out.read().decode("utf-8", "replace")

    def try_out(self, program, more=None, group=None):
        """Run a program against a mutant. Returns: a Kill, or None; the latter also when its group was ended."""
        # An assertion that fails ends the test at once; by lines, for an abort leaves none of what was not written.
        words = ["stdbuf", "-oL", *program.command] if program.kind == "test" else program.command
        code, said = self.run(words, 1.5 * program.seconds + 2,
                              {"CMOCKA_TEST_ABORT": "1", **(more or {})}, group)
        if code == 0 or (group is not None and code == -9):
            return None
        return Kill(program.name, how_it_ended(code, said))


def how_it_ended(code, said):
    """One word or two: the oracle, the case of a unit test, a signal."""
    if code == -24:
        return "timeout"
    verdict = violation.read(said, code)
    if violation.MARK in said or (verdict is not None and "Sanitizer" in said):
        return verdict.oracle
    cases = re.findall(r"^\[ +(?:RUN|FAILED) +\] ([\w.]+)", said, re.M)
    where = cases[-1] if cases else ""
    signal = {-11: "SIGSEGV", -6: "" if cases else "SIGABRT", -8: "SIGFPE", -4: "SIGILL", -7: "SIGBUS"}.get(code, "")
    return " ".join(word for word in (where, signal) if word) or f"exit {code}"


def fuzz(runner, harness, inputs, seconds, seed, kept, group):
    """libFuzzer for that many seconds of processor time; none: the inputs alone. Returns: a Kill, or None. Out: the
    input that it made, in the file `kept`; none when one of the inputs killed."""
    settings = {"timeout": 2, "rss_limit_mb": 1024, **options.read(harness.options)["libfuzzer"]}
    flags = [f"-{key}={value}" for key, value in settings.items() if key != "dict"]
    if harness.dictionary and harness.dictionary.exists():
        flags.append(f"-dict={harness.dictionary}")
    with tempfile.TemporaryDirectory(prefix="postern-mutant-") as room:
        flags += [f"-seed={seed}", f"-artifact_prefix={room}/", "-reload=0", *(["-runs=0"] if seconds <= 0 else [])]
        more = {"ASAN_OPTIONS": "quarantine_size_mb=1:malloc_context_size=4:detect_leaks=0:"
                                + ":".join(f"{key}={value}" for key, value in
                                           options.read(harness.options)["asan"].items())}
        Path(room, "fresh").mkdir()
        code, said = runner.run([harness.program, *flags, f"{room}/fresh", *inputs], seconds or 60, more, group)
        if code in (0, -9) or (code == -24 and seconds > 0):
            return None
        for made in Path(room).glob("*-*"):
            if seconds > 0 and not made.name.startswith("slow-unit-") \
                    and not _is_known(made.read_bytes(), inputs, settings.get("max_len")):
                write(kept, made.read_bytes())
    return Kill(harness.name, how_it_ended(code, said))


def _is_known(octets, folders, longest):
    """Whether it is one of the inputs, as libFuzzer reads them: cut where max_len says."""
    most = int(longest) if longest else None
    return any(path.read_bytes()[:most] == octets for folder in folders for path in Path(folder).rglob("*")
               if path.is_file())
