# SPDX-License-Identifier: MIT
"""What each input of a corpus reaches, as an engine sees it: libFuzzer's features (edges, compares, protocol coverage),
AFL++'s edges with how often they were taken. Nothing is fuzzed."""

import os
import shutil
import subprocess

from . import afl, libfuzzer, options
from .console import Failure


def by_libfuzzer(harness, paths, room):
    """Yields: path, its features, of all inputs that run clean. A merge writes them down, and survives those that do
    not."""
    control, merged, inputs = room / "control", room / "merged", room / "inputs"
    merged.mkdir()
    names = {str(inputs / str(number)): path for number, path in enumerate(paths)}
    link_all(names, inputs)
    settings = {"timeout": libfuzzer.TIMEOUT, "rss_limit_mb": 2048, **options.read(harness.options)["libfuzzer"]}
    flags = [f"-{key}={value}" for key, value in settings.items() if key not in ("dict", "max_len")]
    _run([harness.program, *flags, "-set_cover_merge=1", f"-merge_control_file={control}",
          f"-artifact_prefix={room}/", merged, inputs], room, {"ASAN_OPTIONS": libfuzzer.FAST})
    with open(control, encoding="utf-8", errors="replace") as lines:
        count = int(next(lines))
        next(lines)  # how many of them are of the first corpus
        order = [names[next(lines).rstrip("\n")] for _ in range(count)]
        for line in lines:
            kind, *numbers = line.split()
            if kind == "FT":
                yield order[int(numbers[0])], numbers[1:]


def by_afl(harness, paths, room):
    """The same of AFL++; a feature is an edge and how often it was taken, "edge:count"."""
    inputs, maps = room / "inputs", room / "maps"
    link_all({inputs / str(number): path for number, path in enumerate(paths)}, inputs)
    _run(["afl-showmap", "-q", "-t", str(afl.TIMEOUT * 1000), "-i", inputs, "-o", maps, "--", harness.program], room,
         {**afl.QUIET, "AFL_QUIET": "1"})
    for number, path in enumerate(paths):
        written = maps / str(number)
        if written.exists():
            yield path, written.read_text(encoding="ascii").split()


BY = {"libfuzzer": by_libfuzzer, "afl": by_afl}


def link_all(names, folder):
    """Put files into a new folder under other names, as links, or as copies where that cannot be."""
    folder.mkdir()
    for name, path in names.items():
        try:
            os.link(path, name)
        except OSError:
            shutil.copyfile(path, name)


def _run(command, room, environment):
    with open(room / "log", "ab") as log:
        done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                              cwd=room, env={**os.environ, **environment}, check=False)
    if done.returncode not in (0, 1):
        words = (room / "log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise Failure(f"{command[0]} ended with exit code {done.returncode}: {words[-1] if words else 'no word'}")


class Features:
    """What inputs reach, as numbers with a bit for each feature, so that a corpus of thousands is added up quickly."""

    def __init__(self):
        self.bits = {}

    def mask(self, engine, features):
        number = 0
        for feature in features:
            number |= 1 << self.bits.setdefault((engine, feature), len(self.bits))
        return number

    def count(self, mask, engine):
        """How many of an engine's features are in there."""
        return sum(1 for (whose, _), bit in self.bits.items() if whose == engine and mask >> bit & 1)
