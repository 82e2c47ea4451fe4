# SPDX-License-Identifier: MIT
"""What each input of a corpus reaches, as an engine sees it: libFuzzer's features (edges, compares, protocol coverage),
AFL++'s edges with how often they were taken. Nothing is fuzzed."""

import os
import shutil
import signal
import subprocess

from . import afl, house, leash, libfuzzer, limits, options
from .console import Failure


def by_libfuzzer(harness, paths, room):
    """Yields: path, its features, of all inputs that run clean. A merge writes them down, and survives those that do
    not."""
    control, merged, inputs = room / "control", room / "merged", room / "inputs"
    merged.mkdir()
    names = {str(inputs / str(number)): path for number, path in enumerate(paths)}
    link_all(names, inputs)
    settings = {**limits.LIBFUZZER, **options.read(harness.options)["libfuzzer"]}
    flags = [f"-{key}={value}" for key, value in settings.items() if key not in ("dict", "max_len")]
    _run([harness.program, *flags, "-set_cover_merge=1", f"-merge_control_file={control}",
          f"-artifact_prefix={room}/", merged, inputs], room, {"ASAN_OPTIONS": libfuzzer.FAST})
    try:
        yield from _of_merge(control.read_text(encoding="utf-8", errors="replace").splitlines(), names)
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise Failure(f"{harness.name}: libFuzzer's merge left nothing that can be read: {_last_words(room)}") \
            from error


def _of_merge(lines, names):
    """What a merge wrote down. Yields: path, features."""
    order = [names[name] for name in lines[2:2 + int(lines[0])]]
    for line in lines[2 + len(order):]:
        kind, *numbers = line.split()
        if kind == "FT":
            yield order[int(numbers[0])], numbers[1:]


def by_afl(harness, paths, room):
    """The same of AFL++; a feature is an edge and how often it was taken, "edge:count"."""
    inputs, maps = room / "inputs", room / "maps"
    link_all({inputs / str(number): path for number, path in enumerate(paths)}, inputs)
    _run(["afl-showmap", "-q", "-t", str(limits.SECONDS * 1000), "-i", inputs, "-o", maps, "--", harness.program], room,
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
    """Nothing of it goes on when it has ended, or is killed together with the verb: a merge has processes of its own,
    and what they still write would be in the way of who removes the room."""
    with open(room / "log", "ab") as log:
        held = leash.hold(room)
        try:
            code = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                  cwd=room, env={**os.environ, **environment}, check=False).returncode
        except OSError as error:
            raise Failure(f"{command[0]} cannot be run: {error.strerror}") from error
        finally:
            leash.release(held)
    if code == -signal.SIGINT:  # that of the terminal
        raise KeyboardInterrupt
    if code not in (0, 1):
        raise Failure(f"{command[0]} ended with exit code {code}: {_last_words(room)}")
    house.must_have_room(room)  # a feature that was not written down is one that an input does not reach


def _last_words(room):
    words = (room / "log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return words[-1] if words else "it said nothing"


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
