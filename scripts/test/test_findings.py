# SPDX-License-Identifier: MIT
"""What a failing run said, what it is known by, and that it is kept once and whole."""

import json
import shutil
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

import support
from postern import build, corpus, coverage_empty, findings, house, judge as judging, violation, workroom
from postern.judge import Judge
from postern.workroom import Workroom

MARKED = 'noise\nPOSTERN-VIOLATION {"oracle": "REF", "section": "RFC 5321 4.5.2", "state": "MAIL", "verb": "DATA", ' \
         '"expected": "250", "seen": "354"}\nmore\n'
ASAN = """==1==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000000011
    #0 0x55d0 in __interceptor_memcpy
    #1 0x55d1 in postern_line_feed line.c:10
    #2 0x55d2 in LLVMFuzzerTestOneInput fuzz_line.c:20
SUMMARY: AddressSanitizer: heap-buffer-overflow line.c:10:5 in postern_line_feed
"""


class Verdicts(unittest.TestCase):
    def test_a_violation(self):
        verdict = violation.read(MARKED, -6)
        self.assertEqual((verdict.oracle, verdict.section, verdict.state, verdict.verb),
                         ("REF", "RFC 5321 4.5.2", "MAIL", "DATA"))
        self.assertEqual(verdict.key, "REF|MAIL|DATA")
        self.assertRegex(violation.name_of(verdict), r"^ref-mail-data-[0-9a-f]{8}$")

    def test_what_differs_in_detail_only_is_the_same(self):
        other = violation.read(MARKED.replace("354", "250"), -6)
        self.assertEqual(other.key, violation.read(MARKED, -6).key)
        moved = ASAN.replace("0x602000000011", "0x602000000099").replace("line.c:10", "line.c:11")
        self.assertEqual(violation.read(moved, 1).key, violation.read(ASAN, 1).key)

    def test_what_differs_is_told_apart(self):
        keys = {violation.read(text, code).key for text, code in (
            (MARKED, -6), (MARKED.replace("DATA", "BDAT"), -6), (MARKED.replace('"MAIL"', '"RCPT"'), -6),
            (MARKED.replace("REF", "ONE"), -6), (ASAN, 1), (ASAN.replace("heap-buffer-overflow", "use-after-free"), 1),
            (ASAN.replace("postern_line_feed", "postern_data_feed"), 1), ("", None), ("", -11),
            ("SUMMARY: libFuzzer: out-of-memory\n", 1))}
        self.assertEqual(len(keys), 10)

    def test_a_law_without_state_is_known_by_what_it_expected(self):
        plain = MARKED.replace('"MAIL"', '"-"').replace('"DATA"', '"-"')
        self.assertNotEqual(violation.read(plain, -6).key, violation.read(plain.replace('"250"', '"251"'), -6).key)

    def test_a_clean_run_is_no_finding(self):
        for text in ("", "INFO: Running with entropic power schedule\n", "POSTERN-VIOLATION {broken\n",
                     "POSTERN-VIOLATION []\n"):
            self.assertIsNone(violation.read(text, 0), text)


class Keeping(support.Case):
    def keep(self, octets, report=MARKED):
        return findings.keep(self.room, "fuzz_x", "afl", octets, violation.read(report, -6), report, True)

    def test_once_and_never_overwritten(self):
        first = self.keep(b"one\r\n")
        again = self.keep(b"two\r\n")
        self.assertEqual((first.fresh, again.fresh, again.path), (True, False, first.path))
        self.assertEqual(first.path.read_bytes(), b"one\r\n")
        other = self.keep(b"three\r\n", MARKED.replace("DATA", "BDAT"))
        self.assertTrue(other.fresh)
        self.assertEqual(len(list(first.path.parent.iterdir())), 4)

    def test_a_saved_one_that_fails_no_more_makes_room(self):
        first = self.keep(b"one\r\n").path
        mended = {first}

        def keep(octets):
            return findings.keep(self.room, "fuzz_x", "afl", octets, violation.read(MARKED, -6), MARKED, True,
                                 lambda path: path not in mended)

        second = keep(b"two\r\n")
        self.assertEqual((second.fresh, second.path.name), (True, f"{first.name}-2"))
        self.assertEqual((first.read_bytes(), second.path.read_bytes()), (b"one\r\n", b"two\r\n"))
        self.assertIn(f"{first.name}-2", findings.read_facts(second.path)["reproduce"])
        self.assertEqual((keep(b"three\r\n").path, keep(b"one\r\n").path), (second.path, first))
        mended.add(second.path)
        self.assertEqual([keep(octets).path.name for octets in (b"one\r\n", b"three\r\n", b"two\r\n")],
                         [first.name, f"{first.name}-3", second.path.name])

    def test_no_octets_are_thrown_away(self):
        def keep(number):
            return findings.keep(self.room, "fuzz_x", "afl", b"%d" % number, violation.read(MARKED, -6), MARKED, True,
                                 lambda path: False)

        kept = [keep(number) for number in range(25)]
        self.assertEqual([one.path.read_bytes() for one in kept], [b"%d" % number for number in range(25)])
        self.assertEqual({one.fresh for one in kept}, {True})
        kept[2].path.unlink()
        self.assertEqual((keep(24).path, keep(25).path), (kept[24].path, kept[2].path))

    def test_two_campaigns_at_once(self):
        """Another one writes the same name between the look and the writing."""
        path = self.room / "x"
        with mock.patch.object(Path, "exists", lambda _: False):
            self.assertTrue(house.write_new(path, b"first"))
            self.assertFalse(house.write_new(path, b"second"))
        self.assertEqual([(one.name, one.read_bytes()) for one in self.room.iterdir()], [("x", b"first")])

    def test_two_campaigns_at_once_without_links(self):
        """Nor does a renaming take the place of what somebody has just written, or is about to."""
        path = self.room / "x"
        with mock.patch.object(house.os, "link", side_effect=OSError(1, "Operation not permitted")):
            with mock.patch.object(Path, "exists", side_effect=lambda _: False, autospec=True):
                self.assertTrue(house.write_new(path, b"first"))
            with mock.patch.object(Path, "exists", side_effect=[False, True]):
                self.assertFalse(house.write_new(path, b"second"))
            other = self.room / "y"
            (self.room / ".y.claim").touch()
            self.assertFalse(house.write_new(other, b"third"))
        self.assertEqual({one.name: one.read_bytes() for one in self.room.iterdir()}, {"x": b"first", ".y.claim": b""})

    def test_many_campaigns_at_once_without_links(self):
        def one(number):
            return self.keep(b"%d" % number), number

        with mock.patch.object(house.os, "link", side_effect=OSError(1, "Operation not permitted")), \
                mock.patch.object(house.os, "getpid", threading.get_ident), ThreadPoolExecutor(8) as pool:
            kept = list(pool.map(one, range(40)))
        for finding, number in kept:
            self.assertTrue(not finding.fresh or finding.path.read_bytes() == b"%d" % number, finding)

    def test_a_full_disk_leaves_nothing_half_written(self):
        with mock.patch.object(house.os, "fsync", side_effect=OSError(28, "No space left on device")):
            with self.assertRaises(OSError):
                self.keep(b"one\r\n")
        self.assertEqual([path for path in self.room.rglob("*") if path.is_file()], [])

    def test_what_stands_beside_it(self):
        path = self.keep(b"QUIT\r\n").path
        facts = json.loads(path.with_name(path.name + ".json").read_text())
        for key, value in (("oracle", "REF"), ("section", "RFC 5321 4.5.2"), ("state", "MAIL"), ("verb", "DATA"),
                           ("engine", "afl"), ("harness", "fuzz_x"), ("size", 6)):
            self.assertEqual(facts[key], value)
        self.assertRegex(facts["version"], r"^\d+\.\d+\.\d+")
        self.assertTrue(facts["reproduce"].startswith("./scripts/reproduce "))
        self.assertIn(str(path), facts["reproduce"])


class Judging(support.Case):
    """What becomes of failing inputs. The engine is a table of verdicts."""

    def submit(self, *inputs):
        """Returns: the findings of a campaign, octets and whether they are new."""
        def rerun(_harness, path):
            self.reruns.append(path.read_bytes())
            return self.reports.get(path.read_bytes(), ("", 0))

        self.reruns = []
        folder = self.room / "work"
        folder.mkdir(exist_ok=True)
        judge = Judge(self.room, {"afl": {"fuzz_x": "a harness"}}, folder)
        with mock.patch.dict(judging.RERUN, {"afl": rerun}):
            for number, octets in enumerate(inputs):
                (self.room / f"id:{number}").write_bytes(octets)
                judge.submit("fuzz_x", "afl", self.room / f"id:{number}")
            found = [finding for _, finding in judge.collect(wait=True)]
        judge.close()
        self.assertEqual(list(folder.iterdir()), [])
        return [(finding.path.read_bytes(), finding.fresh) for finding in found]

    def test_the_parser_was_changed(self):
        other = MARKED.replace("DATA", "BDAT")
        self.reports = {b"old": (MARKED, -6), b"new": (MARKED, -6), b"newer": (MARKED, -6), b"else": (other, -6)}
        self.assertEqual(self.submit(b"old", b"new", b"else"), [(b"old", True), (b"old", False), (b"else", True)])
        self.reports[b"old"] = (other, -6)  # it fails in another way now
        self.assertEqual(self.submit(b"new", b"newer"), [(b"new", True), (b"new", False)])
        self.assertEqual(self.submit(b"newer"), [(b"new", False)])
        del self.reports[b"new"]
        self.assertEqual(self.submit(b"newer"), [(b"newer", True)])

    def test_a_saved_one_is_run_again_once_a_campaign(self):
        self.reports = {b"%d" % number: (MARKED, -6) for number in range(8)}
        for number in range(3):
            self.submit(b"%d" % number)
            del self.reports[b"%d" % number]
        self.reports[b"0"] = (MARKED, -6)  # the first of them fails again, and the others do not
        self.assertEqual(self.submit(b"3", b"4", b"5"), [(b"0", False)] * 3)
        self.assertEqual(sorted(self.reruns), [b"%d" % number for number in range(6)])

    def test_flaky_ones_are_told_apart_by_what_they_are(self):
        self.reports = {}
        self.assertEqual(self.submit(b"a", b"b", b"a"), [(b"a", True), (b"b", True), (b"a", False)])
        many = [b"%d" % number for number in range(25)]
        self.assertEqual(self.submit(*many), [(octets, True) for octets in many])
        self.assertEqual(self.submit(*many, b"c"), [*((octets, False) for octets in many), (b"c", True)])


@unittest.skipUnless(shutil.which("clang"), "clang is not installed")
class FromNothing(support.Case):
    """scripts/coverage --from-empty keeps what fails."""

    def test_what_fails_is_a_finding(self):
        with mock.patch.object(house, "BUILD", support.BUILD), mock.patch.dict("os.environ", support.environment()), \
                mock.patch.object(build, "show_command"), mock.patch.object(coverage_empty, "say"):
            planted = build.choose(build.harnesses(build.configure("libfuzzer")), ["fuzz_planted"])
            with mock.patch.object(build, "harnesses", lambda _: planted):
                for seed in range(1, 9):  # most find one at once; some come upon the fault that never ends, and stay
                    fuzzing = coverage_empty.FromNothing(self.room / f"from-{seed}", self.room, 1, seed)
                    inputs, found = fuzzing.fuzz(12)
                    if found:
                        break
        self.assertGreater(len(inputs["fuzz_planted"]), 0)
        self.assertGreater(len(found), 0)
        for finding in found:
            self.assertTrue(finding.path.is_relative_to(self.room / "findings" / "fuzz_planted"))
            self.assertTrue(findings.read_facts(finding.path)["reproduces"])
        self.assertEqual(list((self.room / "work").iterdir()), [])


class Corpora(support.Case):
    def test_each_content_once(self):
        for name, octets in (("a", b"x"), ("b", b"x"), ("c", b"y"), ("d", b""), (".part", b"z")):
            (self.room / name).write_bytes(octets)
        target = self.room / "kept"
        paths = [self.room / name for name in ("a", "b", "c", "d", "gone")]
        self.assertEqual(corpus.adopt(paths, target), 2)
        self.assertEqual(corpus.adopt(paths, target), 0)
        corpus.gather([self.room / "nothing", self.room], self.room / "all")
        self.assertEqual(sorted(path.read_bytes() for path in (self.room / "all").iterdir()), [b"x", b"y"])

    def test_never_empty(self):
        corpus.gather([self.room / "nothing"], self.room / "all")
        self.assertEqual(len(list((self.room / "all").iterdir())), 1)


class Rooms(support.Case):
    def test_one_that_goes_away_while_it_is_looked_at(self):
        living, gone = Workroom(self.room), self.room / "work" / "1.1"
        self.assertIsNone(workroom.locked(gone))
        self.assertFalse(workroom.in_use(gone))
        with mock.patch.object(Path, "is_dir", lambda _: True):
            workroom.in_use(gone)
        with mock.patch.object(Path, "glob", lambda *_: iter([gone, living.folder])):
            living.take_home({"fuzz_x"}, self.fail)
        living.close()


class Kills(support.Case):
    def test_what_a_killed_campaign_left_is_taken_home(self):
        dead = Workroom(self.room)
        turn = dead.turn(("fuzz_x", "libfuzzer"), 1)
        for name, octets in (("fresh/new", b"new"), ("found/crash-1", b"bad")):
            (turn / name).parent.mkdir()
            (turn / name).write_bytes(octets)
        (dead.folder / "fuzz_x.afl.judge-1").write_bytes(b"waiting")
        (dead.folder / "fuzz_y.afl.judge-2").write_bytes(b"for another day")

        submitted = []
        def submit(pair, path):
            submitted.append((pair, path.read_bytes()))

        living = Workroom(self.room)
        living.take_home({"fuzz_x"}, submit)
        self.assertEqual(submitted, [], "a living campaign was robbed")

        dead.leave()
        living.take_home({"fuzz_x"}, submit)
        self.assertEqual(sorted(submitted), [(("fuzz_x", "afl"), b"waiting"), (("fuzz_x", "libfuzzer"), b"bad")])
        self.assertEqual([path.read_bytes() for path in (self.room / "corpus/fuzz_x").iterdir()], [b"new"])
        self.assertTrue((dead.folder / "fuzz_y.afl.judge-2").exists())
        living.take_home({"fuzz_y"}, submit)
        self.assertEqual(submitted[-1][1], b"for another day")
        self.assertFalse(dead.folder.exists())
        living.close()


if __name__ == "__main__":
    unittest.main()
