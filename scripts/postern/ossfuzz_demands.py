# SPDX-License-Identifier: MIT
"""What OSS-Fuzz demands of the folder $OUT that a build has filled: one function a demand, each yields complaints.

A complaint is (target or file, what is wrong and what to do). Thresholds are those of base-runner's bad_build_check
where it has one; the rest is what reviewers of google/oss-fuzz look for by hand. Demands for which a target runs are in
ossfuzz_runs."""

import configparser
import os
import re
import zipfile
from collections import Counter

from . import options, ossfuzz_runs
from .ossfuzz_matrix import I386
from .ossfuzz_place import ELF, OF_THE_ENGINE, SCRIPT, enters

# Calls into each run time, in the code of a target: at least so many with that sanitizer, at most so many without.
CALLS = {"asan": (1000, 0), "msan": (1000, 3), "ubsan": (168, 200), "dfsan": (100, 0)}
CALLS_OF = {"address": "asan", "memory": "msan", "undefined": "ubsan"}
UBSAN_OF_I386 = 280  # that many are in the run time of ASan there

SHOWN = 10  # bad lines of a dictionary, seeds that are too long
LONGEST_TOKEN = 64  # of a dictionary, in octets: libFuzzer passes over longer ones

# What base-runner has; anything else must be linked in.
LIBRARIES = re.compile(r"(libc|libm|libdl|librt|libpthread|libresolv|libgcc_s|libstdc\+\+|libatomic)\.so\.\d+"
                       r"|ld-linux[-\w]*\.so\.\d+")


# ---- The folder as a whole ----

def every_target_is_there(place):
    """each harness of the source was built"""
    there = {target.name for target in place.targets()}
    for name in sorted(set(place.wanted) - there):
        yield name, "is missing from $OUT: have the build script build it, or fail"
    if not there:
        yield "$OUT", "holds no fuzz target: no executable in it has LLVMFuzzerTestOneInput"


def nothing_else_is_there(place):
    """every executable is a target, has a name that the service takes, and stands where it looks"""
    names = {target.name for target in place.targets()}
    for path in sorted(place.out.iterdir()):
        if path.is_symlink():
            yield path.name, "is a symbolic link: copy what it points to, for nothing but $OUT leaves the builder"
        elif path.is_file():
            what = _what_it_is_wrongly(path, path.name in names)
            if what:
                yield path.name, what
    for path in sorted(place.out.glob("*/**/*")):
        if path.is_file() and os.access(path, os.X_OK) and enters(path, ELF, SCRIPT):
            yield path.relative_to(place.out), ("is a target in a folder of $OUT, which the service lists and then "
                                                "cannot find: put targets into $OUT itself")


def _what_it_is_wrongly(path, is_target):
    """Returns: what is wrong with a file of $OUT and what to do, or nothing."""
    runs = os.access(path, os.X_OK)
    if path.name.startswith(".") or path.name.endswith(".part"):
        return "is a leftover: remove what the build script needs for a while only"
    if is_target and not re.fullmatch(r"[A-Za-z0-9_-]+", path.name):
        return "is taken for a target: name targets with letters, digits, - and _ alone, and others apart"
    if is_target or path.suffix == ".so" or OF_THE_ENGINE.fullmatch(path.name):
        return None
    if runs and enters(path, SCRIPT):
        return ("is a script and taken for a target, in which no call of a sanitizer will be found: put the program "
                "that it starts in its place")
    if runs:
        return ("is executable and no target (LLVMFuzzerTestOneInput is not in it): leave it out of $OUT, or do not "
                "strip it")
    if not path.suffix and enters(path, ELF):
        return "is a target that nobody may execute: chmod 755 it"
    return None


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
                broken, count = opened.testzip(), len(_seeds(opened))
        except zipfile.BadZipFile:
            yield archive.name, "is no zip archive: make it with zip or cmake -E tar --format=zip"
            continue
        except (RuntimeError, NotImplementedError) as error:  # a password, or a compression of later years
            yield archive.name, f"does not open: {error}; make it with zip or cmake -E tar --format=zip"
            continue
        if broken or count == 0:
            yield archive.name, f"is broken at {broken}" if broken else "holds no seed: put files into it"


def _seeds(archive):
    return [entry for entry in archive.infolist() if not entry.is_dir()]


def seeds_are_read_whole(place):
    """no seed is longer than max_len, where libFuzzer would cut it"""
    for target in place.targets() if place.is_libfuzzer else []:
        try:
            most = int(options.read(place.out / f"{target.name}.options")["libfuzzer"].get("max_len", 0))
            with zipfile.ZipFile(place.out / f"{target.name}_seed_corpus.zip") as opened:
                long = [entry for entry in _seeds(opened) if entry.file_size > most > 0]
        except (configparser.Error, ValueError, OSError, zipfile.BadZipFile):
            continue  # somebody else says it
        for entry in long[:SHOWN]:
            yield target.name, (f"has a seed {entry.filename} of {entry.file_size} octets, and max_len = {most}: "
                                "libFuzzer would cut it; raise max_len, or make the seed shorter")


# name="value", where only \\ \" and \xHH are understood by both libFuzzer and AFL++
_TOKEN = re.compile(rb'\s*(?:[A-Za-z0-9_]+(?:@\d+)?\s*=\s*)?'
                    rb'"((?:[^"\\\x00-\x1f\x7f-\xff]|\\\\|\\"|\\x[0-9A-Fa-f]{2})*)"\s*')


def dictionaries_are_portable(place):
    """each dictionary is read by libFuzzer and by AFL++ alike"""
    for path in sorted(place.out.glob("*.dict")):
        lines = [line for line in enumerate(path.read_bytes().splitlines(), 1)
                 if line[1].strip() and not line[1].lstrip().startswith(b"#")]
        bad = [line for line in lines if not (token := _TOKEN.fullmatch(line[1])) or not token.group(1)]
        for number, line in bad[:SHOWN]:
            yield path.name, (f"line {number} is no token for both engines: {line.decode('ascii', 'replace')!r}; "
                              r'write name="value" with the escapes \\ \" and \xHH alone')
        for number, line in [line for line in lines if line not in bad and _octets(line[1]) > LONGEST_TOKEN][:SHOWN]:
            yield path.name, (f"line {number} has a token of {_octets(line)} octets: libFuzzer leaves out what is "
                              f"longer than {LONGEST_TOKEN}; cut it in two")
        if not lines:
            yield path.name, "holds no token: leave it out or fill it"


def _octets(line):
    return len(re.sub(rb"\\(x..|.)", b".", _TOKEN.fullmatch(line).group(1)))


def options_are_known(place):
    """each options file is one for base-runner's parser, and names a dictionary that is there"""
    for path in sorted(place.out.glob("*.options")):
        parser = configparser.ConfigParser()  # as base-runner's parse_options.py reads them, with its interpolation
        try:
            parser.read_string(path.read_text(encoding="utf-8"), path.name)
            sections = {name: dict(parser[name]) for name in parser.sections()}
        except (configparser.Error, UnicodeDecodeError) as error:
            yield path.name, f"cannot be read: {' '.join(str(error).split())}; write [libfuzzer] and NAME = VALUE lines"
            continue
        if "\r" in path.read_bytes().decode("utf-8"):
            yield path.name, "has lines that end in CR LF: write LF, or the CR becomes part of the dictionary's name"
        for name in sorted(set(sections) - {"libfuzzer", "asan", "msan", "ubsan", "env", "AFL", "honggfuzz"}):
            yield path.name, f"has a section [{name}], which nobody reads: options of libFuzzer stand under [libfuzzer]"
        for key, value in sections.get("libfuzzer", {}).items():
            if key == "dict" and not (place.out / value).exists():
                yield path.name, f"names a dictionary that is not in $OUT: {value}"
            elif not re.fullmatch(r"[a-z0-9_]+", key) or re.search(r"\s", value):
                yield path.name, f"has {key} = {value}, no option of libFuzzer: write NAME = VALUE, without dashes"


# ---- Each target, without running it ----

def architecture_is_the_one(place, target):
    """it is built for $ARCHITECTURE"""
    _, text = place.run(["readelf", "-h", target])
    machine = re.search(r"Machine:\s+(.*)", text)
    wanted = {"x86_64": "X86-64", I386: "80386", "aarch64": "AArch64"}.get(place.build.architecture)
    if wanted and (machine is None or wanted not in machine.group(1)):
        yield (f"is built for {machine.group(1) if machine else 'nothing known'}, not for "
               f"ARCHITECTURE={place.build.architecture}: compile and link with all of $CFLAGS and $CXXFLAGS")


def _in_out(place, path):
    """Where a path leads; None when that is not in $OUT."""
    path = path.resolve()
    return path if path.is_relative_to(place.out.resolve()) else None


def _is_beside(place, library, folders):
    """It is a file in one of the folders, and lies in $OUT wherever links lead."""
    found = [_in_out(place, folder / library) for folder in folders]
    return "/" not in library and any(path and path.is_file() for path in found)


def libraries_are_there(place, target):
    """no shared library that the runner lacks, no search path out of $OUT"""
    _, text = place.run(["readelf", "-d", target])
    folders = [part for path in re.findall(r"\((?:RPATH|RUNPATH)\).*\[(.*)\]", text) for part in path.split(":")]
    own = {part: _in_out(place, target.parent / part.removeprefix("$ORIGIN").lstrip("/")) for part in folders
           if part.split("/")[0] == "$ORIGIN"}
    beside = [folder for folder in own.values() if folder]
    for library in re.findall(r"\(NEEDED\).*\[(.*)\]", text):
        if not LIBRARIES.fullmatch(library) and not _is_beside(place, library, beside):
            yield (f"needs {library}, which the runner does not have: link it statically, or put it into $OUT with "
                   "-Wl,-rpath,'$ORIGIN'")
    for part in folders:
        if own.get(part, part) is None:
            yield f"searches libraries in {part}, which is not in $OUT: nothing but $OUT is brought to the runner"
        elif part not in own:
            yield f"searches libraries in {part}, a path of the machine that built it: use $ORIGIN, or link statically"


def sanitizer_is_the_one(place, target):
    """the sanitizer is linked and used, and no other is"""
    _, text = place.run(["objdump", "-dC", "--no-show-raw-insn", target])
    call = "bl" if place.build.architecture == "aarch64" else "callq?"
    calls = Counter(re.findall(rf"{call}\s+[0-9a-f]+ <__({'|'.join(CALLS)})", text))
    for runtime, (least, most) in CALLS.items():
        if runtime == "ubsan" and place.build.architecture == I386:
            most = UBSAN_OF_I386
        count = calls[runtime]
        if CALLS_OF.get(place.sanitizer) == runtime:
            if count < least:
                yield (f"has {count} calls of {runtime}, under {least}: it is not built with $CFLAGS, which ask for "
                       f"-fsanitize={place.sanitizer}")
        elif count > most:
            yield (f"has {count} calls of {runtime}, over {most}, in a build with SANITIZER={place.sanitizer}: two "
                   "sanitizers are mixed; add no -fsanitize of your own")


# ---- The folder again, when all has run ----

def nothing_was_written(place):
    """no target writes where it lies"""
    after = place.files()
    for path in sorted(set(place.before) | set(after)):
        if place.before.get(path) != after.get(path):
            yield path, ("was written, changed or removed when the targets ran: let them write into /tmp alone, for "
                         "OSS-Fuzz has all else read-only")


OF_THE_FOLDER = (every_target_is_there, nothing_else_is_there, companions_fit, seeds_are_readable,
                 seeds_are_read_whole, dictionaries_are_portable, options_are_known)
OF_A_TARGET = (architecture_is_the_one, libraries_are_there, sanitizer_is_the_one, *ossfuzz_runs.DEMANDS)
GATES = (ossfuzz_runs.starts, ossfuzz_runs.seeds_pass)
OF_ALL_TARGETS = (ossfuzz_runs.all_make_one_report, nothing_was_written)  # after what each of them left
