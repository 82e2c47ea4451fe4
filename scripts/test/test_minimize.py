# SPDX-License-Identifier: MIT
"""A corpus is made small, and reaches what it did; nothing else is touched."""

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import unittest
from itertools import combinations
from pathlib import Path
from unittest import mock

import support
from postern import house, leash, minimize_corpus, setcover, workroom
from postern.console import Failure


def union(masks):
    reached = 0
    for mask in masks:
        reached |= mask
    return reached


class Cover(unittest.TestCase):
    def test_all_is_covered_by_few(self):
        draw = random.Random(7)
        for _ in range(200):
            masks = {name: draw.getrandbits(8) & draw.getrandbits(8) for name in range(7)}
            sizes = {name: draw.randrange(1, 5) for name in masks}
            chosen = setcover.cover(masks, sizes)
            whole = union(masks.values())
            self.assertEqual(union(masks[name] for name in chosen), whole)
            best = next(count for count in range(8) for some in combinations(masks, count)
                        if union(masks[name] for name in some) == whole)
            self.assertLessEqual(len(chosen), best + 1)
            for name in chosen:  # none is needless
                self.assertNotEqual(union(masks[other] for other in chosen if other != name), whole)

    def test_the_shortest_of_those_that_add_as_much(self):
        self.assertEqual(setcover.cover({"a": 3, "b": 3, "c": 3}, {"a": 5, "b": 2, "c": 9}), ["b"])
        self.assertEqual(setcover.cover({"a": 0}, {"a": 1}), [])
        self.assertEqual(setcover.cover({}, {}), [])


@unittest.skipUnless(shutil.which("clang") and shutil.which("afl-fuzz"), "clang or afl++ is not installed")
class Minimizing(support.Case):
    def setUp(self):
        super().setUp()
        self.home = self.room / "corpus" / "fuzz_planted"
        self.home.mkdir(parents=True)

    def put(self, *inputs, folder=None):
        folder = folder or self.home
        folder.mkdir(parents=True, exist_ok=True)
        for octets in inputs:
            (folder / hashlib.sha1(octets).hexdigest()).write_bytes(octets)

    def contents(self, folder=None):
        return sorted(path.read_bytes() for path in (folder or self.home).iterdir())

    def minimize(self, *arguments, **keywords):
        return support.script("minimize-corpus", "--state", self.room, *arguments, **keywords)

    def test_every_feature_of_both_engines_stays(self):
        self.put(b"EHxx", b"EHxxx", b"EHxxxxxx", b"EHL", b"NOOP", b"RSET", b"DAxx", b"DAxxx")
        before = self.contents()
        code, out, err = self.minimize("--output", self.room / "small", "--json")
        self.assertEqual(code, 0, err)
        facts, = json.loads(out)["harnesses"]
        self.assertEqual(facts["before"]["features"], facts["after"]["features"])
        self.assertGreater(min(facts["before"]["features"].values()), 3)
        self.assertEqual((facts["failing"], facts["unsure"], facts["before"]["files"]), ([], 0, 8))
        self.assertEqual(self.contents(), before)
        small = self.contents(self.room / "small" / "fuzz_planted")
        self.assertEqual(len(small), facts["after"]["files"])
        self.assertLess(len(small), 8)
        self.assertNotIn(b"EHxxx", small)  # a shorter one reaches the same
        code, out, err = self.minimize("fuzz_planted")
        self.assertEqual((code, err, self.contents()), (0, "", small), out)
        self.assertRegex(out, r"(?m)^fuzz_planted: 8 -> \d files, \d+ -> \d+ octets, (\d+) -> \1 features of "
                              r"libfuzzer, (\d+) -> \2 features of afl$")

    def test_inputs_that_fail_stay_and_are_named(self):
        self.put(b"EHLO", b"NOOP", b"NOPE", b"RSET")
        code, out, err = self.minimize("--engine", "libfuzzer")
        self.assertEqual((code, err), (1, ""), out)
        self.assertIn(b"EHLO", self.contents())
        self.assertEqual(len(self.contents()), 2)
        self.assertIn(f"fails, and stays: {self.home}/{hashlib.sha1(b'EHLO').hexdigest()}", out)

    def test_inputs_from_elsewhere(self):
        self.put(b"EHxxxx")
        other = self.room / "queue"
        self.put(b"EHxx", b"EHLO", folder=other)
        code, out, err = self.minimize("fuzz_planted", "--engine", "libfuzzer", "--from", other)
        self.assertEqual((code, err), (1, ""), out)
        self.assertEqual(self.contents(), [b"EHxx"])
        self.assertEqual(self.contents(other), [b"EHLO", b"EHxx"])

    def test_a_full_disk_costs_no_input(self):
        """The programs that measure do not say that what they wrote is cut short."""
        draw = random.Random(7)
        with support.small_disk(self.room, 80_000) as fill:
            self.put(*(bytes(draw.choices(b"EHLODATNQUISR \r\n", k=60)) for _ in range(60)))
            before = self.contents()
            fill()
            code, out, err = self.minimize("--engine", "afl", TMPDIR=str(self.room))
            self.assertEqual((code, err.count("\n")), (2, 1), out + err)
            self.assertRegex(err, f"No space left on device: '{self.room}/postern-minimize-.*': make room there")
            self.assertEqual(self.contents(), before)
            self.assertEqual(sorted(path.name for path in self.room.iterdir()), ["corpus", "full"])

    def test_misuse(self):
        self.refused("minimize-corpus", "--state", self.room / "none", says="no such folder")
        self.refused("minimize-corpus", "--state", self.room, "--from", self.room, says="goes with one HARNESS")
        shutil.rmtree(self.room / "corpus")
        self.refused("minimize-corpus", "--state", self.room, says="has no corpus")
        living = workroom.Workroom(self.room)
        self.refused("minimize-corpus", "--state", self.room, says="a campaign is at work")
        living.close()
        (self.room / "corpus").mkdir()
        with house.alone(self.room / "corpus"):
            self.refused("minimize-corpus", "fuzz_planted", "--state", self.room, says="another minimize-corpus is at "
                         "work")


class Doubt(support.Case):
    """When the second measurement misses a feature, nothing goes."""

    def minimize(self, second):
        home = self.room / "corpus"
        home.mkdir()
        for name in "abcA":  # A has the content of a
            (home / name).write_bytes(name.lower().encode())
        measured = [{"a": ["1"], "b": ["1"], "c": ["2"], "A": ["1"]}, second]

        def by_engine(_harness, paths, _room):
            reached = measured.pop(0)
            return [(path, reached[path.name]) for path in paths if path.name in reached]

        with mock.patch.dict(minimize_corpus.features.BY, {"one": by_engine}):
            given = minimize_corpus.Corpus("fuzz_x", {"one": None}, sorted(home.iterdir(), reverse=True), home)
            facts = minimize_corpus.minimize(given, None)
        self.assertEqual(facts["before"]["files"], 4)
        return facts, sorted(path.name for path in home.iterdir())

    def test_the_same_again(self):
        facts, names = self.minimize({"A": ["1"], "c": ["2"]})
        self.assertEqual((facts["unsure"], facts["after"]["files"], names), (0, 2, ["A", "c"]))

    def test_something_is_missing(self):
        facts, names = self.minimize({"A": ["1"]})
        self.assertEqual((facts["unsure"], facts["after"]["files"], names), (1, 4, ["A", "a", "b", "c"]))


class Ending(support.Case):
    """Whatever ends the verb ends what it has started."""

    def test_a_signal_to_the_verb_alone(self):
        code = "from postern import console, features, house\n" \
               "def main():\n" \
               "    with house.scratch('x-') as room:\n" \
               "        features._run(['sh', '-c', 'sleep 600 & wait'], room, {})\n" \
               "console.run('x', main)"
        for number, expected, left in ((signal.SIGINT, 130, 0), (signal.SIGTERM, 130, 0), (signal.SIGKILL, -9, 1)):
            verb = subprocess.Popen([sys.executable, "-c", "import signal\n"
                                     "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a job's is ignored
                                     + code], cwd=support.SCRIPTS, stderr=subprocess.DEVNULL,
                                    env={**os.environ, "TMPDIR": str(self.room)})
            self.assertTrue(support.wait_until(lambda: len(leash.processes_in(self.room)) == 2))
            verb.send_signal(number)
            self.assertEqual(verb.wait(support.PATIENCE), expected)
            self.assertTrue(support.wait_until(lambda: not leash.processes_in(self.room)))
            self.assertEqual(len(list(self.room.iterdir())), left)


class Changing(support.Case):
    """A corpus that others change, or that stands in two places: no content is lost that was counted on."""

    def setUp(self):
        super().setUp()
        self.home, self.other = self.room / "home", self.room / "other"
        for folder in (self.home / "deep", self.other):
            folder.mkdir(parents=True)

    def minimize(self, *paths, meanwhile=lambda: None):
        """What an input reaches is the set of its letters. In: meanwhile, comes when all has been measured twice."""
        measured = []

        def by_engine(_harness, inputs, _room):
            yield from [(path, path.read_text()) for path in inputs]
            measured.append(inputs)
            if len(measured) == 2:
                meanwhile()

        with mock.patch.dict(minimize_corpus.features.BY, {"one": by_engine}):
            minimize_corpus.minimize(minimize_corpus.Corpus("fuzz_x", {"one": None}, paths, self.home), None)

    def letters(self):
        return "".join(sorted(path.read_text() for path in self.home.iterdir() if path.is_file()))

    def test_a_link_does_not_stand_for_what_it_points_to(self):
        first, link, deep = self.home / "a", self.home / "z", self.home / "deep" / "b"
        first.write_text("x")
        link.symlink_to("a")
        deep.symlink_to("../a")
        self.minimize(first, link, deep)
        self.assertEqual((first.is_file(), link.is_symlink(), deep.read_text()), (True, False, "x"))

    def test_what_came_in_meanwhile_under_an_old_name_stays(self):
        long, short = self.home / "a", self.home / "b"
        long.write_text("ab")
        short.write_text("a")
        self.minimize(long, short, meanwhile=lambda: short.write_text("c"))
        self.assertEqual(self.letters(), "abc")

    def test_what_was_chosen_elsewhere_has_gone(self):
        for change in (Path.unlink, lambda path: path.write_text("c")):
            mine, more = self.home / "a", self.other / "b"
            mine.write_text("a")
            more.write_text("ab")
            with self.assertRaisesRegex(Failure, f"{more} has been changed or removed meanwhile: nothing was taken"):
                self.minimize(more, mine, meanwhile=lambda: change(more))
            self.assertIn("a", self.letters())

    def test_what_was_chosen_at_home_has_gone(self):
        long, short = self.home / "a", self.home / "b"
        long.write_text("ab")
        short.write_text("a")
        with self.assertRaisesRegex(Failure, f"{long} has been changed or removed meanwhile"):
            self.minimize(long, short, meanwhile=long.unlink)
        self.assertEqual(self.letters(), "a")


if __name__ == "__main__":
    unittest.main()
