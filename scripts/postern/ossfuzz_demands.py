# SPDX-License-Identifier: MIT
"""What OSS-Fuzz demands of the folder $OUT that a build has filled: one function a demand, each yields complaints.

A complaint is (target or file, what is wrong and what to do). Thresholds are those of base-runner's bad_build_check
where it has one; the rest is what reviewers of google/oss-fuzz look for by hand."""

import os
import re
import shutil
import subprocess
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

RUNS = 4
EDGES = 100
MEGABYTES = 2560     # of memory
BIG = 1 << 20

# Calls into each run time, in the code of a target: at least so many with that sanitizer, at most so many without.
CALLS = {"asan": (1000, 0), "msan": (1000, 3), "ubsan": (168, 200)}
CALLS_OF = {"address": "asan", "memory": "msan", "undefined": "ubsan"}

# What base-runner has; anything else must be linked in.
LIBRARIES = re.compile(r"(libc|libm|libdl|librt|libpthread|libresolv|libgcc_s|libstdc\+\+|libatomic)\.so\.\d+"
                       r"|ld-linux[-\w]*\.so\.\d+")


@dataclass
class Place:
    """A filled $OUT and how it came about."""
    out: Path
    work: Path
    engine: str
    sanitizer: str
    clang: int
    wanted: list = field(default_factory=list)
    seconds: int = 25  # for one input

    def targets(self):
        """The fuzz targets, found as base-runner finds them."""
        return sorted(path for path in self.out.iterdir()
                      if path.is_file() and os.access(path, os.X_OK) and not path.name.startswith("afl-")
                      and path.read_bytes()[:4] == b"\x7fELF" and b"LLVMFuzzerTestOneInput" in path.read_bytes())

    def seeds(self, target):
        """The folder of a target's seeds, unpacked; not there when they are not."""
        folder = self.work / "seeds" / target.name
        archive = self.out / f"{target.name}_seed_corpus.zip"
        if not folder.exists() and zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as opened:
                opened.extractall(folder)
        return folder

    def limits(self):
        """Of time and memory, as libFuzzer's options."""
        return [f"-timeout={self.seconds}", f"-rss_limit_mb={MEGABYTES}"] if self.is_libfuzzer else []

    @property
    def is_libfuzzer(self):
        return self.engine in ("libfuzzer", "archive") and self.sanitizer != "introspector"


def run(command, seconds=120, environment=None):
    """Run from a folder that has nothing to do with the build, with an environment that says nothing of it."""
    clean = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "ASAN_OPTIONS": "detect_leaks=1", **(environment or {})}
    if command[0] and Path(str(command[0])).name.startswith("afl-"):
        clean.pop("ASAN_OPTIONS")
    try:
        done = subprocess.run([str(word) for word in command], cwd="/", env=clean, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds)
    except subprocess.TimeoutExpired as expired:
        return 124, (expired.stdout or b"").decode("utf-8", "replace")
    return done.returncode, done.stdout.decode("utf-8", "replace")


def last_lines(text, count=6):
    return "\n      ".join(line for line in text.splitlines()[-count:] if line.strip())


# ---- The folder as a whole ----

def every_target_is_there(place):
    """each harness of the source was built"""
    there = {target.name for target in place.targets()}
    for name in sorted(set(place.wanted) - there):
        yield name, "is missing from $OUT: have the build script build it, or fail"
    if not there:
        yield "$OUT", "holds no fuzz target: no executable in it has LLVMFuzzerTestOneInput"


def companions_fit(place):
    """each target has seeds, a dictionary and options, and none of these is without a target"""
    names = {target.name for target in place.targets()}
    for suffix in ("_seed_corpus.zip", ".dict", ".options"):
        for name in sorted(names):
            if not (place.out / f"{name}{suffix}").exists():
                yield name, f"has no {name}{suffix}: OSS-Fuzz looks for exactly this name beside the target"
        for path in sorted(place.out.glob(f"*{suffix}")):
            if path.name.removesuffix(suffix) not in names:
                yield path.name, f"belongs to no target: rename it to TARGET{suffix}, or it is silently unused"


def seeds_are_readable(place):
    """each seed archive opens and holds seeds"""
    for archive in sorted(place.out.glob("*_seed_corpus.zip")):
        try:
            with zipfile.ZipFile(archive) as opened:
                broken, count = opened.testzip(), len(opened.namelist())
        except zipfile.BadZipFile:
            yield archive.name, "is no zip archive: make it with zip or cmake -E tar --format=zip"
            continue
        if broken or count == 0:
            yield archive.name, f"is broken at {broken}" if broken else "holds no seed: put files into it"


# name="value", where only \\ \" and \xHH are understood by both libFuzzer and AFL++
_TOKEN = re.compile(rb'\s*(?:[A-Za-z0-9_]+(?:@\d+)?\s*=\s*)?'
                    rb'"((?:[^"\\\x00-\x1f\x7f-\xff]|\\\\|\\"|\\x[0-9A-Fa-f]{2})*)"\s*')


def dictionaries_are_portable(place):
    """each dictionary is read by libFuzzer and by AFL++ alike"""
    for path in sorted(place.out.glob("*.dict")):
        tokens = 0
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            if not line.strip() or line.lstrip().startswith(b"#"):
                continue
            token = _TOKEN.fullmatch(line)
            if token is None or not token.group(1):
                yield path.name, (f"line {number} is no token for both engines: {line.decode('ascii', 'replace')!r}; "
                                  r'write name="value" with the escapes \\ \" and \xHH alone')
                break
            tokens += 1
        else:
            if tokens == 0:
                yield path.name, "holds no token: leave it out or fill it"


def options_are_known(place):
    """each options file has sections, and names its own dictionary"""
    for path in sorted(place.out.glob("*.options")):
        section = None
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            if line.startswith("["):
                section = line
            elif section is None or "=" not in line:
                yield path.name, f"line {number} is neither a [section] nor a name = value in one: {line!r}"
            elif line.split("=")[0].strip() == "dict" and not (place.out / line.split("=")[1].strip()).exists():
                yield path.name, f"line {number} names a dictionary that is not in $OUT: {line!r}"


# ---- Each target, without running it ----

def libraries_are_there(place, target):
    """no shared library that the runner lacks, no absolute search path"""
    _, text = run(["readelf", "-d", target])
    for library in re.findall(r"\(NEEDED\).*\[(.*)\]", text):
        if not LIBRARIES.fullmatch(library):
            yield f"needs {library}, which the runner does not have: link it statically"
    for path in re.findall(r"\((?:RPATH|RUNPATH)\).*\[(.*)\]", text):
        if any(not part.startswith("$ORIGIN") for part in path.split(":")):
            yield f"searches libraries in {path}, a path of the machine that built it: use $ORIGIN, or link statically"


def sanitizer_is_the_one(place, target):
    """the sanitizer is linked and used, and no other is"""
    _, text = run(["objdump", "-dC", "--no-show-raw-insn", target])
    for runtime, (least, most) in CALLS.items():
        count = len(re.findall(rf"\b(?:callq?|bl)\s+[0-9a-f]+ <__{runtime}", text))
        if CALLS_OF.get(place.sanitizer) == runtime:
            if count < least:
                yield (f"has {count} calls of {runtime}, under {least}: it is not built with $CFLAGS, which ask for "
                       f"-fsanitize={place.sanitizer}")
        elif count > most:
            yield (f"has {count} calls of {runtime}, over {most}, in a build with SANITIZER={place.sanitizer}: two "
                   "sanitizers are mixed; add no -fsanitize of your own")


# ---- Each target, run ----

def _awkward(place):
    folder = place.work / "awkward"
    if not folder.exists():
        folder.mkdir(parents=True)
        (folder / "empty").write_bytes(b"")
        for name, octet in (("nul", b"\0"), ("cr", b"\r"), ("lf", b"\n"), ("a", b"A")):
            (folder / f"one-{name}").write_bytes(octet)
            (folder / f"mebibyte-of-{name}").write_bytes(octet * BIG)
    return sorted(folder.iterdir())


def starts(place, target):
    """it starts anywhere, with nothing of the build at hand, and is instrumented"""
    if place.is_libfuzzer and place.sanitizer != "coverage":
        code, text = run([target, f"-runs={RUNS}", "-seed=1337"])
        if "Is the code instrumented" in text:
            yield "has no instrumented edges: compile what is fuzzed with $CFLAGS"
            return
        if code != 0 or f"Done {RUNS} runs" not in text:
            yield f"does not run {RUNS} times from another folder (exit {code}); it must not need files, arguments " \
                  f"or the working directory:\n      {last_lines(text)}"
            return
        edges = re.search(r"Loaded \d+ modules?.*(?:counters|guards)\): (\d+)", text)
        count = int(edges.group(1)) if edges else 0
        if count < EDGES:
            yield f"has {count} instrumented edges, under {EDGES}: compile what is fuzzed with $CFLAGS"
    elif place.engine == "afl":
        if not place.seeds(target).exists():
            return
        seed = min(place.seeds(target).iterdir())
        shown = place.work / f"{target.name}.map"
        code, text = run(["afl-showmap", "-q", "-m", "none", "-o", shown, "--", target, seed])
        edges = len(shown.read_text().splitlines()) if shown.exists() else 0
        if code != 0 or edges < EDGES // 4:
            yield f"shows {edges} edges for its first seed under afl-showmap (exit {code}): is it built with $CC and " \
                  f"linked with $LIB_FUZZING_ENGINE?\n      {last_lines(text)}"


def awkward_inputs(place, target):
    """empty, one-octet and one-mebibyte inputs, within the limits of time and memory"""
    inputs = _awkward(place)
    if run([target, *place.limits(), *inputs], seconds=place.seconds * len(inputs))[0] == 0:
        return
    for path in inputs:
        code, text = run([target, *place.limits(), path], seconds=2 * place.seconds)
        if code != 0:
            yield f"fails on {path.name} (exit {code}):\n      {last_lines(text)}"


def seeds_pass(place, target):
    """every seed runs without a finding, within the limits"""
    folder = place.seeds(target)
    if not folder.exists():
        return
    if place.is_libfuzzer:
        code, text = run([target, "-runs=0", *place.limits(), folder])
    else:
        code, text = run([target, *sorted(folder.iterdir())])
    if code != 0:
        yield f"has a seed that it fails on (exit {code}):\n      {last_lines(text)}"


def _features(target, folder):
    _, text = run([target, "-runs=0", "-seed=1", folder])
    found = re.search(r"INITED cov: (\d+) ft: (\d+)", text)
    return found.groups() if found else None


def runs_are_alike(place, target):
    """two runs over the seeds give the same features, also under another name"""
    if not place.is_libfuzzer or place.sanitizer == "coverage" or not place.seeds(target).exists():
        return
    first, second = _features(target, place.seeds(target)), _features(target, place.seeds(target))
    if first is None or first != second:
        yield f"gives other features in a second run over its seeds ({first}, {second}): it has a clock, chance or " \
              "memory of its own"
    renamed = place.work / "renamed"
    shutil.copy2(target, renamed)
    if _features(renamed, place.seeds(target)) != first:
        yield "gives other features under another name: it must not look at argv[0] or beside itself"


def dictionary_loads(place, target):
    """the dictionary loads in the engine at hand"""
    path = place.out / f"{target.name}.dict"
    if not path.exists():
        return
    if place.is_libfuzzer and place.sanitizer != "coverage":
        _, text = run([target, "-runs=1", f"-dict={path}"])
        if not re.search(r"Dictionary: \d+ entries", text):
            yield f"its dictionary does not load in libFuzzer:\n      {last_lines(text, 3)}"
    elif place.engine == "afl":
        first = place.work / "afl-in" / target.name
        first.mkdir(parents=True, exist_ok=True)
        (first / "one").write_bytes(b"A")
        (place.work / "afl-out").mkdir(exist_ok=True)
        settings = {name: "1" for name in ("AFL_NO_UI", "AFL_SKIP_CPUFREQ", "AFL_NO_AFFINITY",
                                           "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES", "AFL_FAST_CAL")}
        _, text = run(["afl-fuzz", "-V", "1", "-m", "none", "-x", path, "-i", first,
                       "-o", place.work / "afl-out" / target.name, "--", target], environment=settings)
        if "All set and ready to roll" not in text or not re.search(r"Loaded a total of \d+ extras", text):
            yield f"afl-fuzz does not start with its dictionary:\n      {last_lines(text)}"


def coverage_gives_a_report(place, target):
    """the coverage build writes a profile from which a report can be made"""
    if place.sanitizer != "coverage":
        return
    raw, profile = place.work / f"{target.name}.profraw", place.work / f"{target.name}.profdata"
    run([target, "-runs=0", place.seeds(target)], environment={"LLVM_PROFILE_FILE": str(raw)})
    tools = Path(f"/usr/lib/llvm-{place.clang}/bin")
    code, text = run([tools / "llvm-profdata", "merge", "-sparse", raw, "-o", profile])
    if code == 0:
        code, text = run([tools / "llvm-cov", "report", target, f"-instr-profile={profile}"])
    total = re.search(r"^TOTAL\s.*?(\d+\.\d+)%", text, re.M)
    if code != 0 or total is None or float(total.group(1)) == 0:
        yield f"yields no coverage report: compile with $CFLAGS, which ask for it:\n      {last_lines(text)}"


OF_THE_FOLDER = (every_target_is_there, companions_fit, seeds_are_readable, dictionaries_are_portable,
                 options_are_known)
OF_A_TARGET = (libraries_are_there, sanitizer_is_the_one, starts, awkward_inputs, seeds_pass, runs_are_alike,
               dictionary_loads, coverage_gives_a_report)
