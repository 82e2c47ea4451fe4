# SPDX-License-Identifier: MIT
"""What a failing run said, what it is known by, and that it is kept once and whole."""

import json
import unittest

import support
from postern import corpus, findings, violation
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

    def test_what_stands_beside_it(self):
        path = self.keep(b"QUIT\r\n").path
        facts = json.loads(path.with_name(path.name + ".json").read_text())
        for key, value in (("oracle", "REF"), ("section", "RFC 5321 4.5.2"), ("state", "MAIL"), ("verb", "DATA"),
                           ("engine", "afl"), ("harness", "fuzz_x"), ("size", 6)):
            self.assertEqual(facts[key], value)
        self.assertRegex(facts["version"], r"^\d+\.\d+\.\d+")
        self.assertTrue(facts["reproduce"].startswith("./scripts/reproduce "))
        self.assertIn(str(path), facts["reproduce"])


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
