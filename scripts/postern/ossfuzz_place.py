# SPDX-License-Identifier: MIT
"""A folder $OUT that a build has filled, and how things are run there: as base-runner does it."""

import os
import re
import signal
import subprocess
import time
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from .ossfuzz_matrix import Build

PATIENCE = 900  # seconds for all that one command does: a machine may be busy
LAST_WORDS = 5  # seconds for what a command that was ended has said
MEGABYTES = 2560  # of memory, for one input
MEBIBYTE = 1 << 20

# What an engine or base-builder lays beside the targets.
OF_THE_ENGINE = re.compile(r"afl-.*|honggfuzz|centipede|llvm-symbolizer")

ELF, SCRIPT = b"\x7fELF", b"#!"
_ENTRY = b"LLVMFuzzerTestOneInput"


def enters(path, *magics):
    """The file begins with one of these octets, and has the name of the entry of a fuzz target somewhere in it."""
    with open(path, "rb") as file:
        return file.read(4).startswith(magics) and _ENTRY in file.read()

# base-runner's
_OPTIONS = {
    "ASAN_OPTIONS": "alloc_dealloc_mismatch=0:allocator_may_return_null=1:allocator_release_to_os_interval_ms=500:"
                    "check_malloc_usable_size=0:detect_container_overflow=1:detect_odr_violation=0:detect_leaks=1:"
                    "detect_stack_use_after_return=1:fast_unwind_on_fatal=0:handle_abort=1:handle_segv=1:"
                    "handle_sigill=1:max_uar_stack_size_log=16:print_scariness=1:quarantine_size_mb=10:strict_memcmp=1:"
                    "symbolize=1:use_sigaltstack=1:dedup_token_length=3",
    "MSAN_OPTIONS": "print_stats=1:symbolize=1:dedup_token_length=3",
    "UBSAN_OPTIONS": "print_stacktrace=1:print_summary=1:silence_unsigned_overflow=1:symbolize=1:dedup_token_length=3",
}
_OPTIONS_OF_AFL = {
    "ASAN_OPTIONS": _OPTIONS["ASAN_OPTIONS"] + ":abort_on_error=1:symbolize=0:detect_odr_violation=0",
    "MSAN_OPTIONS": _OPTIONS["MSAN_OPTIONS"] + ":exit_code=86:symbolize=0",
    "UBSAN_OPTIONS": _OPTIONS["UBSAN_OPTIONS"] + ":symbolize=0",
    "AFL_NO_UI": "1", "AFL_SKIP_CPUFREQ": "1", "AFL_NO_AFFINITY": "1", "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES": "1",
    "AFL_FAST_CAL": "1", "AFL_FORKSRV_INIT_TMOUT": "30000", "AFL_IGNORE_PROBLEMS": "1", "AFL_IGNORE_UNKNOWN_ENVS": "1",
}


@dataclass
class Place:
    """A filled $OUT and how it came about."""
    out: Path
    work: Path
    build: Build
    wanted: list = field(default_factory=list)
    seconds: int = 25  # for one input
    prefix: list = field(default_factory=list)  # of commands: who runs them, and without a network
    source: Path | None = None  # what $SRC was
    found: list | None = None  # the targets, once they have been looked for
    before: dict | None = None  # the files of $OUT, before anything was run
    without_chance: list = field(default_factory=list)  # before a command: addresses are the same in each run

    @property
    def engine(self):
        return self.build.engine

    @property
    def sanitizer(self):
        return self.build.sanitizer

    def targets(self):
        """The fuzz targets, found as base-runner finds them."""
        if self.found is None:
            self.found = sorted(path for path in self.out.iterdir()
                                if path.is_file() and not path.is_symlink() and os.access(path, os.X_OK)
                                and not OF_THE_ENGINE.fullmatch(path.name) and enters(path, ELF))
        return self.found

    def files(self):
        """Each file of $OUT with its size and the time of its last change."""
        return {path.relative_to(self.out): (path.lstat().st_size, path.lstat().st_mtime_ns)
                for path in self.out.rglob("*") if not path.is_dir()}

    def prepare(self):
        """Make the room for what is run here, which may be run by another user."""
        self.before = self.files()
        self.work.mkdir(parents=True, exist_ok=True)
        self.work.chmod(0o777)
        (self.work / "awkward").mkdir()
        for name, octet in (("nul", b"\0"), ("cr", b"\r"), ("lf", b"\n"), ("a", b"A")):
            (self.work / "awkward" / f"one-{name}").write_bytes(octet)
            (self.work / "awkward" / f"mebibyte-of-{name}").write_bytes(octet * MEBIBYTE)
        (self.work / "awkward" / "empty").write_bytes(b"")
        if self.run(["setarch", "--addr-no-randomize", "true"])[0] == 0:  # some containers forbid it
            self.without_chance = ["setarch", "--addr-no-randomize"]

    def awkward(self):
        """Inputs that no seed is like."""
        return sorted((self.work / "awkward").iterdir())

    def seeds(self, target):
        """The folder of a target's seeds, unpacked; not there when they are not."""
        folder = self.work / "seeds" / target.name
        archive = self.out / f"{target.name}_seed_corpus.zip"
        if not folder.exists() and zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as opened:
                opened.extractall(folder)
        return folder

    def seed_files(self, target):
        folder = self.seeds(target)
        return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.exists() else []

    @staticmethod
    def options_with(sections):
        """The options of the sanitizers, and those that a target asks for."""
        return {f"{name.upper()}_OPTIONS": ":".join([_OPTIONS[f"{name.upper()}_OPTIONS"],
                                                     *(f"{key}={value}" for key, value in sections[name].items())])
                for name in ("asan", "msan", "ubsan") if sections.get(name)}

    def limits(self, of_time=True):
        """Of time and memory, as libFuzzer's options."""
        time_limit = [f"-timeout={self.seconds}"] if of_time else [f"-timeout={PATIENCE}"]
        return [*time_limit, f"-rss_limit_mb={MEGABYTES}"] if self.is_libfuzzer else []

    @property
    def is_libfuzzer(self):
        return self.engine in ("libfuzzer", "archive")

    @property
    def gives_features(self):
        return self.is_libfuzzer and self.sanitizer != "coverage"

    def run(self, command, seconds=PATIENCE, environment=None, folder=None):
        """Run from a folder that has nothing to do with the build (an engine leaves files there), with an environment
        that says nothing of it. Time that it waits for a processor, which others have, is not counted. Returns: the
        exit code, 124 when it took too long, and what was said."""
        command = [str(word) for word in command]
        clean = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **_OPTIONS, **(environment or {})}
        if command[0].startswith("afl-"):
            clean |= _OPTIONS_OF_AFL
        began = time.monotonic()
        with subprocess.Popen([*self.prefix, *command], cwd=folder or self.work, env=clean, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True) as process:
            try:
                while time.monotonic() - began - _waited(process.pid) <= seconds:
                    try:
                        text = process.communicate(timeout=min(1, seconds))[0]
                        return process.returncode, text.decode("utf-8", "replace")
                    except subprocess.TimeoutExpired:
                        continue
            except BaseException:  # Ctrl-C does not reach another session
                _end(process)
                raise
            return 124, _end(process).decode("utf-8", "replace")


def _end(process):
    """End a process and all of its session but who has left it, and who may hold the pipe for ever. Returns: what was
    said."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    try:
        return process.communicate(timeout=LAST_WORDS)[0]
    except subprocess.TimeoutExpired as late:
        return late.output or b""


def _waited(number):
    """Returns: seconds that a process has waited for a processor."""
    try:
        return int(Path(f"/proc/{number}/schedstat").read_text(encoding="ascii").split()[1]) / 1e9
    except (OSError, IndexError):
        return 0
