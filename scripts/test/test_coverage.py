# SPDX-License-Identifier: MIT
"""What scripts/coverage makes of what clang measured; and corpus/COVERAGE.md. Measuring itself is the business of
scripts/coverage --floors, which takes a minute."""

import copy
import unittest

import support
from postern import coverage, coverage_measure, coverage_summary, project
from postern.console import Failure


def entry(name, lines, branches=(), mcdc=(0, 0)):
    ways = [way for branch in branches for way in branch[4:6]]
    return {"filename": f"/somewhere/parser/src/{name}", "branches": list(branches), "summary": {
        "lines": {"covered": lines[0], "count": lines[1]}, "mcdc": {"covered": mcdc[0], "count": mcdc[1]},
        "branches": {"covered": sum(bool(way) for way in ways), "count": len(ways)}}}


def function(file, name, count):
    return {"name": name, "count": count, "filenames": [f"/somewhere/{file}"]}


EXPORTED = {
    "files": [entry("line.c", (9, 10), [[1, 2, 1, 8, 5, 0, 0, 0, 4], [3, 2, 3, 8, 1, 1, 0, 0, 4]], (1, 2)),
              entry("scan.h", (4, 4)), entry("engine.h", (0, 0))],
    "functions": [function("line.c", "postern_line_feed", 7), function("scan.h", "line.c:scan", 0),
                  function("scan.h", "body.c:scan", 3), function("line.c", "line.c:nowhere", 0)]}
PROTOCOL = {"reached": 1, "legal": 3, "states": [{"state": "MAIL", "reached": 1, "legal": 3}],
            "never": [{"state": "MAIL", "verb": "EHLO", "class": 5}, {"state": "MAIL", "verb": None, "class": 5}]}


class Measuring(unittest.TestCase):
    def test_what_was_reached(self):
        measured = coverage_measure.Measurement(EXPORTED)
        self.assertEqual(list(measured.files), ["line.c", "scan.h"])
        self.assertEqual(measured.total("lines"), (13, 14))
        self.assertEqual(measured.total("branches"), (3, 4))
        self.assertEqual(measured.never, ["line.c: nowhere"])  # a function of a header counts once, wherever it is used
        self.assertEqual(measured.edges, {"line.c:1:2-1:8T", "line.c:3:2-3:8T", "line.c:3:2-3:8F",
                                          "line.c: postern_line_feed", "scan.h: scan"})

    def test_floors(self):
        measured = coverage_measure.Measurement(EXPORTED)
        self.assertEqual(coverage.below(measured, {"lines": 92.0, "branches": 75.0}), [])
        self.assertEqual(coverage.below(measured, {"lines": 93.0, "branches": None}),
                         ["lines 92.86 %, and the floor is 93 %"])


class Summary(unittest.TestCase):
    def text(self, exported=None):
        measured = coverage_measure.Measurement(exported or EXPORTED)
        return coverage_summary.render(measured, measured, PROTOCOL)

    def test_it_reads_well_and_says_nothing_of_the_machine(self):
        text = self.text()
        self.assertIn("| line.c | 90.0 % (1 of 10) | 75.0 % (1 of 4) | 50.0 % (1 of 2) |", text)
        self.assertIn("| scan.h | 100.0 % (0 of 4) | none | none |", text)
        self.assertIn("- MAIL: EHLO 5yz, (broken line) 5yz", text)
        self.assertNotIn("/somewhere", text)
        self.assertEqual(text, self.text())

    def test_almost_all_is_not_all(self):
        exported = copy.deepcopy(EXPORTED)
        exported["files"] = [entry("line.c", (9999, 10000))]
        self.assertIn("| line.c | 99.9 % (1 of 10000) |", self.text(exported))

    def test_noise_is_no_difference_and_more_is(self):
        before = self.text()
        self.assertEqual(coverage_summary.differences(before, before), [])
        exported = copy.deepcopy(EXPORTED)
        exported["files"][0] = entry("line.c", (990, 1000), EXPORTED["files"][0]["branches"], (1, 2))
        exported["files"][1] = entry("scan.h", (400, 400))
        large = self.text(exported)
        exported["files"][0]["summary"]["lines"]["covered"] = 989
        self.assertEqual(coverage_summary.differences(large, self.text(exported)), [])
        exported["files"][0]["summary"]["lines"]["covered"] = 900
        self.assertEqual(len(coverage_summary.differences(large, self.text(exported))), 4)  # file and total, twice
        exported["files"][0]["summary"]["lines"]["covered"] = 990
        exported["functions"][2]["count"] = 0
        told = coverage_summary.differences(large, self.text(exported))
        self.assertEqual(len(told), 2)
        self.assertIn("new: - scan.h: scan", told[0])
        self.assertNotEqual(coverage_summary.differences("", before), [])

    def test_what_is_committed_names_the_files_that_there_are(self):
        figures, _ = coverage_summary._figures(coverage_summary.PATH.read_text(encoding="utf-8"))
        named = {name for _, name, _ in figures} - {"all"}
        there = {path.name for path in (project.ROOT / "parser" / "src").glob("*.[ch]")}
        self.assertLessEqual(named, there)
        self.assertEqual({name for name in there - named if name.endswith(".c")}, {"chars.c"})  # a table alone


class Origins(support.Case):
    def test_folders(self):
        (self.room / "corpus" / "fuzz_line").mkdir(parents=True)
        (self.room / "corpus" / "fuzz_line" / "a").write_bytes(b"a")
        for folder in (self.room, self.room / "corpus", self.room / "corpus" / "fuzz_line"):
            found = coverage.inputs_under(folder, ["fuzz_line", "fuzz_data"])
            self.assertEqual([path.name for path in found["fuzz_line"]], ["a"])
        with self.assertRaisesRegex(Failure, "no inputs of a harness"):
            coverage.inputs_under(self.room, ["fuzz_data"])

    def test_misuse(self):
        self.refused("coverage", "--from", "nowhere", says="no such folder")
        self.refused("coverage", "--floors", "--update", says="not allowed with")
        self.refused("coverage", "--from-empty", "0", says="--from-empty")


if __name__ == "__main__":
    unittest.main()
