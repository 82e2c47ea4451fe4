# SPDX-License-Identifier: MIT
"""The place in which a build script is run as OSS-Fuzz runs it: a read-only copy of the source, a user who is not root,
no network, compilers that write down how they are called, and an $OUT that is not empty."""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

from .console import Failure

NOBODY = 65534
SEPARATOR = "\037"

# What base-builder's `compile` puts into $OUT before the build script runs.
BEFORE = ("llvm-symbolizer", "afl-fuzz", "afl-showmap", "afl_options.txt", "afl-compiler-rt.o")

# A replay is a second build in which whatever configures does nothing (base-builder's make_build_replayable.py).
_REPLAY_CMAKE = """\
#!/bin/sh
case " $* " in
*" --build "* | *" --install "* | *" -E "* | *" -P "* | *" --version "*) exec {real} "$@" ;;
esac
"""

_COMPILER = """\
#!/bin/sh
printf '%s\\037' "$PWD" {name} "$@" '
' >> {log}
exec {real} "$@"
"""


def _program(path, text):
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def copy_source(source, copy):
    """The files of the project, as a checkout has them: without what git ignores, and read-only."""
    listed = subprocess.run(["git", "-C", source, "-c", f"safe.directory={source}", "ls-files", "-z", "--cached",
                             "--others", "--exclude-standard"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if listed.returncode == 0 and (source / ".git").exists():
        for name in sorted(set(listed.stdout.decode().split("\0")) - {""}):
            if (source / name).is_file():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source / name, copy / name)
    else:
        shutil.copytree(source, copy, ignore=shutil.ignore_patterns("build", ".git"), dirs_exist_ok=True)
    read_only(copy)


def read_only(folder):
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444)


def writable(folder):
    """The contrary, for what is to be deleted by somebody who is not root."""
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)


def without_network(probe=("true",)):
    """Returns: what stands before a command so that it has no network, or None where `probe` fails so."""
    alone = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-current-user", "--net"]
    tried = subprocess.run([*alone, *probe], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return alone if tried.returncode == 0 else None


class Builder:
    """Runs build scripts. The room belongs to the user that runs them."""

    def __init__(self, room):
        self.room = room
        self.source, self.bin = room / "src", room / "bin"
        for folder in (room, self.source, self.bin):
            folder.mkdir(parents=True, exist_ok=True)
        room.chmod(0o755)
        self.prefix, self.has_network = self._prefix()

    def _prefix(self):
        """What stands before a command so that it is not root's and has no network."""
        user = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if os.geteuid() == 0 else []
        probe = ["test", "-x", self.room]
        alone = without_network([*user, *probe])
        if alone is not None:
            return [*alone, *user], False
        if user and subprocess.run([*user, *probe], stderr=subprocess.DEVNULL).returncode != 0:
            raise Failure(f"{self.room} is closed to other users, and build scripts are not run as root: set TMPDIR to "
                          "a folder that everybody may enter")
        return user, True

    def give(self, folder):
        """A new folder that belongs to whom the commands run as."""
        folder.mkdir(parents=True)
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
        return folder

    def fill_out(self, out):
        for name in BEFORE:
            _program(out / name, "of base-builder\n")

    def empty_out(self, out):
        """Take base-builder's files away again. Returns: those that the build script changed or removed."""
        touched = [name for name in BEFORE
                   if not (out / name).exists() or (out / name).read_text(encoding="utf-8") != "of base-builder\n"]
        for name in BEFORE:
            (out / name).unlink(missing_ok=True)
        return touched

    def stand_in_for_honggfuzz(self, build):
        """An archive in the place of honggfuzz's, which no distribution has: the replay driver, without what tells a
        harness that it has time to try all partitions."""
        built = self.room / "replay.o"
        driver = self.source / "postern/fuzz/src/replay.c"
        for command in ((build.compilers[0], "-O1", "-Dpf_replay_driver=pf_no_driver", "-c", driver, "-o", built),
                        ("ar", "rcs", build.link(self.source), built)):
            if subprocess.run(command).returncode != 0:
                raise Failure(f"no engine in the place of honggfuzz: {command[0]} failed")

    def _tools(self, build, log, replay):
        """The folder that comes first on the PATH."""
        shutil.rmtree(self.bin)
        self.bin.mkdir()
        tools = {name: shutil.which(name) for name in build.compilers}
        if build.sanitizer == "introspector":  # base-builder puts them in the place of those of binutils
            tools |= {name: str(build.llvm(f"llvm-{name}")) for name in ("ar", "nm", "ranlib")}
        for name, real in tools.items():
            if real is None or not Path(real).exists():
                raise Failure(f"{real or name} is not installed")
            _program(self.bin / name, _COMPILER.format(name=name, log=shlex.quote(str(log)), real=real))
        if replay:
            _program(self.bin / "cmake", _REPLAY_CMAKE.format(real=shutil.which("cmake")))

    def run(self, build, work, out, log, replay=False, script=None):
        """Run the build script. Returns: its exit code. What it says is appended to `log`, how the compilers were
        called to `log` with .calls for .log."""
        calls = log.with_suffix(".calls")
        calls.touch()
        if os.geteuid() == 0:
            os.chown(calls, NOBODY, NOBODY)
        self._tools(build, calls, replay)
        environment = build.environment(self.source, work, out)
        environment["PATH"] = f"{self.bin}:{environment['PATH']}"
        script = script or self.source / "postern" / "scripts" / "ossfuzz" / "build.sh"
        with open(log, "ab") as said:
            return subprocess.run([*self.prefix, "bash", "-eux" if replay else "-eu", script], cwd=self.source,
                                  env=environment, stdin=subprocess.DEVNULL, stdout=said,
                                  stderr=subprocess.STDOUT).returncode


def calls(log):
    """How the compilers were called: (folder, name of the compiler, arguments)."""
    text = log.with_suffix(".calls").read_text(encoding="utf-8", errors="replace")
    for line in text.split(SEPARATOR + "\n" + SEPARATOR):
        words = line.split(SEPARATOR)
        if len(words) > 2:
            yield words[0], words[1], words[2:]

