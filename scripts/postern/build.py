# SPDX-License-Identifier: MIT
"""Packages and builds: what a verb needs is made before it starts, and each command is shown."""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import house, project
from .console import Failure, say, show_command


def bootstrap(*verbs):
    """Have the packages that the verbs need."""
    if subprocess.run([project.ROOT / "scripts" / "bootstrap", *verbs]).returncode != 0:
        raise Failure("what it needs is not installed (see above)")


def run_logged(command, log, environment=None):
    """Run a command that a person wants to see only when it fails."""
    show_command(command)
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "ab") as out:
        start = out.tell()
        code = subprocess.run([str(word) for word in command], cwd=project.ROOT, stdin=subprocess.DEVNULL, stdout=out,
                              stderr=subprocess.STDOUT, env=environment).returncode
    if code != 0:
        with open(log, "rb") as text:
            text.seek(start)
            lines = text.read().decode("utf-8", "replace").splitlines()
        say("\n".join(line for line in lines if not re.match(r"\[\d+/\d+\] ", line))[-10000:])
        raise Failure(f"failed: {shlex.join(str(word) for word in command)} (log: {house.short(log)})")


_configured = set()


@contextlib.contextmanager
def alone(folder, shared=False):
    """One verb at a time in a build folder; another one waits. If shared, those that only read go together."""
    folder.mkdir(parents=True, exist_ok=True)
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    with open(folder / ".lock", "a", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, kind | fcntl.LOCK_NB)
        except OSError:
            say(f"waiting for another build in {house.short(folder)}")
            fcntl.flock(lock, kind)
        yield


def configure(preset, name=None, options=()):
    """Configure a preset's build folder. One that is configured already is brought up to date alone: harnesses may have
    been registered or removed since, and who asks for them asks before anything is built. Returns: the folder."""
    folder = house.BUILD / (name or preset)
    if folder in _configured:
        return folder
    extra = [*options, *shlex.split(os.environ.get("POSTERN_CMAKE_ARGS", ""))]
    presets = (project.ROOT / "CMakePresets.json").read_bytes()
    asked = json.dumps([preset, hashlib.sha1(presets).hexdigest(), *extra]).encode()
    note = folder / "configured.json"  # what it was asked last time
    log = folder / "configure.log"  # of the last time alone
    with alone(folder):
        log.unlink(missing_ok=True)
        if not (folder / "build.ninja").exists() or not note.exists() or note.read_bytes() != asked:
            run_logged(["cmake", "--preset", preset, "-B", folder, *extra], log)
            house.write_whole(note, asked, lasting=False)
        else:
            run_logged(["cmake", "--build", folder, "--target", "build.ninja"], log)
    _configured.add(folder)
    return folder


def build(preset, targets=(), name=None, options=(), jobs=None):
    """Configure and build; returns the folder."""
    folder = configure(preset, name, options)
    command = ["cmake", "--build", folder]
    if jobs:
        command += ["--parallel", jobs]
    if targets:
        command += ["--target", *targets]
    with alone(folder):
        run_logged(command, folder / "build.log")
    return folder


@dataclass(frozen=True)
class Harness:
    """A line of harnesses.txt, which the build writes (harnesses/cmake/add_harness.cmake)."""
    name: str
    program: Path
    dictionary: Path | None
    options: Path | None
    kind: str | None  # of its inputs, for the mutator


def harnesses(folder):
    """The harnesses that a build folder knows, in the order in which they are registered."""
    known = []
    with alone(folder, shared=True):
        lines = (folder / "harnesses.txt").read_text(encoding="utf-8").splitlines()
    for line in lines:
        name, program, dictionary, options, kind = [*line.split("\t"), "-"][:5]  # an older list has no kind
        known.append(Harness(name, Path(program), None if dictionary == "-" else Path(dictionary),
                             None if options == "-" else Path(options), None if kind == "-" else kind))
    if not known:
        raise Failure(f"{house.short(folder)} knows no harness")
    return known


def choose(known, names):
    """The harnesses of those names, or all."""
    by_name = {harness.name: harness for harness in known}
    for name in names:
        if name not in by_name:
            raise Failure(f"unknown harness '{name}'; known are: {', '.join(by_name)}")
    return [by_name[name] for name in dict.fromkeys(names)] if names else list(known)


def targets_of(chosen):
    """The build targets of some harnesses."""
    return [target for harness in chosen
            for target in ([harness.name, f"{harness.name}_dict"] if harness.dictionary else [harness.name])]
