# SPDX-License-Identifier: MIT
"""What the tests of the scripts share. Run them all: scripts/check, or
/usr/bin/python3 -B -m unittest discover -s scripts/test -t scripts/test"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import unittest.mock
from contextlib import contextmanager
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SCRIPTS))

# Builds of the tests' own, kept between runs.
BUILD = Path(os.environ.get("POSTERN_BUILD_DIR") or SCRIPTS.parent / "build") / "scripts-test"
VERBS = ("bootstrap", "fuzz", "check", "reproduce", "coverage", "bench", "bugbench", "mutants", "regress", "triage",
         "report", "import", "minimize-corpus", "ossfuzz/check")
WITH_JSON = ("fuzz", "check", "reproduce", "triage", "regress", "import", "coverage", "report", "minimize-corpus",
             "ossfuzz/check")


def environment(**more):
    """What scripts are told here: all builds are configured in one way, so that none has to be configured again, and
    whether packages are installed has been asked once, by who runs the tests."""
    return {**os.environ, "POSTERN_BUILD_DIR": str(BUILD), "POSTERN_BOOTSTRAP": "off",
            "POSTERN_CMAKE_ARGS": "-DPOSTERN_TEST_HARNESSES=ON -DPOSTERN_BUGBENCH=ON", **more}


def script(verb, *arguments, **keywords):
    """Run a script away from any terminal. Returns: exit code, standard output, standard error."""
    done = subprocess.run([str(SCRIPTS / verb), *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=keywords.pop("timeout", 600), env=environment(**keywords), check=False)
    return done.returncode, done.stdout, done.stderr


PATIENCE = 900  # seconds to wait for what comes sooner or later: nothing but a fault lasts that long


def wait_until(holds):
    """Wait until holds() is true, however slow the machine is. Returns: what it gave, false when it never came."""
    end = time.monotonic() + PATIENCE
    while not (found := holds()) and time.monotonic() < end:
        time.sleep(0.05)
    return found


def runs(number):
    """Whether a process is there and has not ended."""
    try:
        return Path(f"/proc/{number}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def used_by_children():
    """Seconds of the processor's time that the processes have used which this one started, and which have ended. What
    lasts too long has used too much, however busy the machine is."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def used_until_gone(processes):
    """Wait until processes(), which gives numbers, finds none. Returns: seconds of the processor's time that they have
    used meanwhile; None when they never went."""
    first, last = {}, {}

    def gone():
        numbers = processes()
        for number in numbers:
            try:
                words = Path(f"/proc/{number}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            except OSError:
                continue  # it has just ended
            last[number] = (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
            first.setdefault(number, last[number])
        return not numbers

    return sum(last[number] - first[number] for number in last) if wait_until(gone) else None


def lines(process):
    """What a process prints, line by line. One that prints and prints, and never what is waited for, is killed."""
    timer = threading.Timer(PATIENCE, process.kill)
    timer.daemon = True
    timer.start()
    try:
        for line in process.stdout:  # not `yield from`, which would close it when somebody stops to listen
            yield line
    finally:
        timer.cancel()


SEALED = Path("/sys/class/net/lo/speed")  # the loopback interface has none: to read it fails, for root too


def make_unreadable(path):
    """Make a file that cannot be read, or skip the test where that cannot be. Returns: why it cannot."""
    path.unlink(missing_ok=True)
    if os.geteuid() != 0:
        path.touch(0)
        return "Permission denied"
    try:
        SEALED.read_bytes()
    except FileNotFoundError:
        pass
    except OSError as error:
        path.symlink_to(SEALED)
        return error.strerror
    raise unittest.SkipTest("root can read everything here")


@contextmanager
def small_disk(folder, left):
    """Have a folder be a disk of its own, a small one; the test is skipped where nobody may do that. Gives: a function
    that fills it up but for so many octets; call it when all is there that is to be there before."""
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], capture_output=True, check=False)
    if done.returncode:
        raise unittest.SkipTest("no disk can be mounted here")

    def fill():
        with open(folder / "full", "wb") as out:
            os.posix_fallocate(out.fileno(), 0, shutil.disk_usage(folder).free - left)

    try:
        yield fill
    finally:
        subprocess.run(["umount", folder], check=True)


@contextmanager
def sealed(*folders):
    """Folders that cannot be listed, nor looked into, for who runs this here, root too."""
    scandir, stat = os.scandir, os.stat

    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    def list_one(path):
        return refuse(path) if Path(path) in folders else scandir(path)

    def stat_one(path, **keywords):
        inside = not isinstance(path, int) and Path(os.fsdecode(path)).parent in folders
        return refuse(path) if inside else stat(path, **keywords)

    with unittest.mock.patch.object(os, "scandir", list_one), unittest.mock.patch.object(os, "stat", stat_one):
        yield


class Case(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        self.room = Path(tempfile.mkdtemp(prefix="postern-test-"))
        self.addCleanup(shutil.rmtree, self.room, ignore_errors=True)

    def refused(self, verb, *arguments, says, before=None, **keywords):
        """Misuse: exit 2, nothing on standard output that matters, one clear line on standard error. In: before, what
        it has not come to by then."""
        code, out, err = script(verb, *arguments, **keywords)
        if before:
            self.assertNotIn(before, out)
        self.assertEqual((code, err.count("\n")), (2, 1), (verb, arguments, err))
        self.assertIn(says, err)
