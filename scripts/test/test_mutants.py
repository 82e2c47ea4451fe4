# SPDX-License-Identifier: MIT
"""Mutants: on a tiny file of which it is known which faults its test sees, and which it cannot see."""

import importlib.util
import os
import signal
import subprocess
import types
import unittest
from collections import Counter
from pathlib import Path
from unittest import mock

import support
from postern import mutants, mutants_run, mutants_sites, mutants_source, mutants_trial, project
from postern.mutants_trial import Kill

TINY = r"""
#include <stdbool.h>
#include <stddef.h>
#define IN(c, first, last) ((c) >= (first) && (c) <= (last))
enum { MOST = 4 };
static const int table[] = {[1] = 10, 20};
int calls;
void count(int by) { calls += by; }
int clamp(int value, int most) {
    if (value > most) {
        value = most;
    }
    return value;
}
bool both(bool one, bool other) { return one && !other; }
int take(int from, int what) { return from - what; }
int sum(const int *values, size_t size) {
    int all = 0;
    for (size_t i = 0; i < size; i++) {
        if (values[i] == 99) {
            break;
        }
        all += values[i];
    }
    count(1);
    return all;
}
int kind(int c) {
    switch (c) {
    case 'a': return 1;
    default: return IN(c, '0', '9') ? table[1] + MOST : -c;
    }
}
int taken(void) { return take(7, 2); }
"""

# It does not look at clamp(3, 3), and of kind() only at 'a', '5' and 'x'.
TEST = r"""
int clamp(int, int), sum(const int *, unsigned long), kind(int), taken(void), both(int, int);
extern int calls;
int main(void) {
    const int values[] = {1, 2, 3, 99, 100};
    return !(clamp(5, 3) == 3 && clamp(1, 3) == 1 && sum(values, 2) == 3 && sum(values, 5) == 6 && calls == 2 &&
             sum(values, 0) == 0 && kind('a') == 1 && kind('5') == 14 && kind('x') == -'x' && taken() == 5 &&
             both(1, 0) && !both(1, 1) && !both(0, 0) && !both(0, 1));
}
"""


@unittest.skipUnless(importlib.util.find_spec("clang"), "python3-clang-14 is not installed")
class Tiny(support.Case):
    def setUp(self):
        super().setUp()
        self.path = self.room / "tiny.c"
        self.path.write_text(TINY)
        (self.room / "test.c").write_text(TEST)
        self.octets = self.path.read_bytes()
        self.mutants = mutants_sites.find(self.path, "src/tiny.c", [])
        self.by_text = {}
        for mutant in self.mutants:
            self.by_text.setdefault((TINY[mutant.begin:mutant.end], mutant.text), mutant)

    def build(self, octets, name):
        source = self.room / f"{name}.c"
        source.write_bytes(octets)
        program = self.room / name
        done = subprocess.run(["gcc", "-std=c11", "-w", "-o", program, source, self.room / "test.c"],
                              capture_output=True, check=False)
        return program if done.returncode == 0 else None

    def lives(self, program, more=None):
        return mutants_trial.Runner().try_out(mutants_trial.Program("tiny", "test", [program], "", 0), more) is None

    def test_every_kind_of_fault_is_there(self):
        for site in (("value > most", "value >= most"), ("i < size", "i >= size"),
                     ("one && !other", "(one) || (!other)"), ("one && !other", "one"),
                     ("!other", "(other)"), ("from - what", "from + what"), ("i++", "i--"),
                     ("value > most", "0"), ("value = most", "(void)0"), ("break;", ";"), ("10", "11"), ("99", "98"),
                     ("take(7, 2)", "take(2, 7)"), ("case 'a':", ""), ("4", "3"), (">=", ">"),
                     ("all += values[i]", "all -= values[i]"), ("all", "(all) + 1"), ("'9'", "('9' - 1)")):
            self.assertIn(site, self.by_text)
        for text in ("sizeof", "NULL"):
            self.assertFalse([mutant for mutant in self.mutants if mutant.text == text])
        self.assertNotIn(("1", "2"), {key for key, mutant in self.by_text.items() if TINY[mutant.begin - 1] == "["})

    def test_all_in_one_build_and_alone_they_are_the_same(self):
        together = self.build(mutants_source.every(self.octets, self.mutants), "together")
        self.assertIsNotNone(together)
        self.assertTrue(self.lives(together))
        alive = set()
        for mutant in self.mutants:
            if mutant.kind in ("constant", "return") and mutant.form == "value" and mutant.number % 4:
                continue
            alone = self.build(mutants_source.single(self.octets, mutant), "alone")
            if alone is None:
                self.assertEqual(mutant.form, "static", mutant)
                continue
            lives = self.lives(alone)
            if mutant.form != "static":
                self.assertEqual(self.lives(together, mutants_source.environment(mutant)), lives, mutant)
            if lives:
                alive.add((TINY[mutant.begin:mutant.end], mutant.text))
        self.assertIn(("value > most", "value >= most"), alive)  # equivalent
        self.assertIn(("'9'", "('9' - 1)"), alive)  # the test does not look there
        for seen in (("value > most", "value <= most"), ("count(1)", "(void)0"), ("4", "3"), ("10", "11"),
                     ("take(7, 2)", "take(2, 7)"), ("break;", ";"), ("case 'a':", ""), ("one && !other", "one")):
            self.assertNotIn(seen, alive)
        self.assertLess(len(alive), len(self.mutants) // 4)

    def test_reach(self):
        program = self.build(mutants_source.every(self.octets, self.mutants, mutants_source.REACHED), "counting")
        marks = self.room / "marks"
        subprocess.run([program], env={**os.environ, "POSTERN_MUTANT_REACH": str(marks)}, check=True)
        reached = {int(line.split()[1]) for line in marks.read_text().splitlines()}
        self.assertEqual({line.split()[0] for line in marks.read_text().splitlines()}, {"src/tiny.c"})
        self.assertIn(self.by_text["count(1)", "(void)0"].number, reached)
        self.assertNotIn(self.by_text["10", "11"].number, reached)  # a constant leaves no trace

    def test_diff(self):
        text = mutants_source.diff(self.octets, self.by_text["value > most", "value >= most"])
        self.assertIn("--- a/src/tiny.c\n", text)
        self.assertIn("\n-    if (value > most) {\n+    if (value >= most) {\n", text)

    def test_what_an_argument_goes_by(self):
        self.assertEqual(mutants_source.change(self.octets, self.by_text["value > most", "value >= most"]),
                         ("clamp", "if (value > most) {", "if (value >= most) {"))
        self.assertEqual(mutants_source.change(self.octets, self.by_text["4", "3"]),
                         ("-", "enum { MOST = 4 };", "enum { MOST = 3 };"))

    def test_names_tell_all_apart(self):
        self.assertEqual(len({mutant.name for mutant in self.mutants}), len(self.mutants))
        self.assertEqual([mutant.name for mutant in mutants_sites.find(self.path, "src/tiny.c", [])],
                         [mutant.name for mutant in self.mutants])


@unittest.skipUnless(importlib.util.find_spec("clang"), "python3-clang-14 is not installed")
class Argued(support.Case):
    def test_each_argument_is_of_a_mutant_that_there_is(self):
        source = project.ROOT / "parser" / "src"
        rows = mutants.argued()
        left = set(rows)
        self.assertTrue(all(len(row) == 4 and why for row, why in rows.items()))
        for name in {row[0] for row in rows}:
            octets = (source / name).read_bytes()
            for mutant in mutants_sites.find(source / name, name, [project.ROOT / "parser" / "include", source]):
                left.discard((name, *mutants_source.change(octets, mutant)))
        self.assertEqual(left, set())


class Parts(support.Case):
    def test_literals(self):
        for text, by, expected in (("0", 1, "1"), ("0", -1, None), ("0x1F", 1, "0x20"), ("010", 1, "9"),
                                   ("7u", -1, "6u"), ("1ULL", 1, "2ULL")):
            self.assertEqual(mutants_sites.step(text, by), expected, text)

    def test_shares_add_up(self):
        for seconds in (1, 3, 7, 20, 60):
            for harnesses in (1, 2, 3, 12):
                given = mutants_run.shares(seconds, harnesses)
                self.assertEqual(sum(given), seconds)
                self.assertLessEqual(len(given), harnesses)
        self.assertEqual(mutants_run.shares(20, 12), [10, 5, 5])

    def test_how_it_ended(self):
        for code, said, expected in (
                (-24, "", "timeout"),
                (1, "[ RUN      ] one\n[       OK ] one\n[ RUN      ] two\n[  FAILED  ] two\n", "two"),
                (-6, "[ RUN      ] one\n[       OK ] one\n[ RUN      ] two\n", "two"),
                (-11, "[ RUN      ] two\n", "two SIGSEGV"),
                (-11, "", "SIGSEGV"),
                (-6, 'POSTERN-VIOLATION {"oracle": "CHUNK", "state": "DATA"}\n', "CHUNK"),
                (1, "==1==ERROR: AddressSanitizer: x\nSUMMARY: AddressSanitizer: heap-buffer-overflow a.c:1\n", "SAN"),
                (2, "", "exit 2")):
            self.assertEqual(mutants_trial.how_it_ended(code, said), expected)

    def test_a_program_without_end_is_ended(self):
        program = mutants_trial.Program("busy", "test", ["sh", "-c", "while :; do :; done"], "", 0)
        self.assertEqual(str(mutants_trial.Runner().try_out(program)), "busy (timeout)")

    def test_what_is_kept_of_a_kill_is_no_seed(self):
        seeds, kept = self.room / "seeds", self.room / "killers" / "x"
        seeds.mkdir()
        (seeds / "one").write_bytes(b"a seed that is cut")
        harness = types.SimpleNamespace(name="fuzz_x", program="fuzz_x", dictionary=None, options=self.room / "options")
        harness.options.write_text("[libfuzzer]\nmax_len = 6\n")

        class Runner:
            def run(self, command, *_):
                place, = (word.partition("=")[2] for word in command if str(word).startswith("-artifact_prefix="))
                Path(place, "crash-1").write_bytes(self.octets)
                return 77, "SUMMARY"

        runner = Runner()
        for runner.octets, seconds, made in ((b"another", 0, False), (b"a seed", 5, False), (b"another", 5, True)):
            self.assertEqual(mutants_trial.fuzz(runner, harness, [seeds], seconds, 1, kept, None).by, "fuzz_x")
            self.assertEqual(kept.exists(), made, (runner.octets, seconds))

    @staticmethod
    def result(number, **facts):
        mutant = mutants_sites.Mutant("src/a.c", 0, 1, "x", "constant", "value", 1, 1, number)
        made = mutants_run.Result(mutant)
        made.tried = True
        for key, value in facts.items():
            setattr(made, key, value)
        return made

    def test_summary(self):
        result = self.result
        kill = Kill("fuzz_line", "REF")
        facts = mutants_run.summary([result(1, replay=kill), result(2, test=Kill("parser.test_a", "one"), fuzzed=True),
                                     result(3, fuzz=kill, fuzzed=True), result(4, status="equal")])
        self.assertEqual((facts["mutants"], facts["killed_by_tests"], facts["decided_by_harnesses"],
                          facts["killed_by_harnesses"], facts["killed_by_replay"], facts["equal"]), (3, 2, 3, 2, 1, 1))
        self.assertEqual(facts["oracles"], {"REF": 2})

    def test_an_argued_equivalent_is_not_killed_and_is_left_out_of_the_second_share(self):
        kill = Kill("fuzz_line", "REF")
        results = [self.result(1, replay=kill), self.result(2), self.result(3, fuzzed=True),
                   self.result(4, replay=kill)]
        names = {number: made.mutant.name for number, made in enumerate(results, 1)}
        facts = mutants_run.summary(results, {names[2], names[4]})
        self.assertEqual((facts["argued_equivalent"], facts["decided_by_harnesses"]), (1, 4))
        self.assertEqual((facts["tests_percent"], facts["harnesses_percent"]), (50, 50))
        self.assertAlmostEqual(facts["tests_percent_of_faults"], 200 / 3)
        self.assertAlmostEqual(facts["harnesses_percent_of_faults"], 200 / 3)
        self.assertIn("50.0 %, of those not argued away 66.7 %", mutants.both(facts, "tests"))

    def test_the_first_kill_ends_what_runs_beside_it(self):
        run = mutants_run.Run(self.room, 2, None, 1, lambda words: None)
        begun = self.room / "begun"
        busy = mutants_trial.Program("busy", "test", ["sh", "-c", f"touch {begun}; exec sleep 600"], "", 600)
        sees = mutants_trial.Program("sees", "test", ["sh", "-c", f"until [ -e {begun} ]; do sleep 0.1; done; exit 1"],
                                     "", 600)
        run_one, ended = run.runner.run, []

        def told(*words):
            ended.append(run_one(*words))
            return ended[-1]

        with mock.patch.object(run.runner, "run", told):
            self.assertEqual(run.first_kill([busy, sees], "test", {}, seen := Counter()).by, "sees")
        self.assertEqual([code for code, _ in ended], [1, -signal.SIGKILL])  # it has not come to its end by itself
        self.assertEqual(seen, {"sees": 1})
        self.assertIsNone(run.first_kill([sees], "harness", {}, seen))

    def test_what_is_known_is_taken_over(self):
        mutant = mutants_sites.Mutant("src/a.c", 0, 1, "x", "constant", "value", 1, 1, 1)
        first, second = mutants_run.Result(mutant), mutants_run.Result(mutant)
        first.replay, first.tried, first.reached = Kill("fuzz_line", "REF"), True, ["fuzz_line"]
        second.take(first.to_json())
        self.assertEqual(second.to_json(), first.to_json())

    def test_misuse(self):
        self.refused("mutants", "--sample", "-1", says="--sample")
        self.refused("mutants", "--seconds", "x", says="--seconds")
        self.refused("mutants", "--min-tests", "101", says="--min-tests")
        if importlib.util.find_spec("clang"):
            work = self.room / "work"
            self.refused("mutants", "--work", work, "--file", "nothing.c", says="line.c")
            self.refused("mutants", "--work", work, "--mutant", "line.c:0:0:x:0", says="--list")


@unittest.skipUnless(os.environ.get("POSTERN_LONG"), "takes minutes: POSTERN_LONG=1")
class Whole(support.Case):
    def test_a_run_is_told_and_taken_up_again(self):
        words = ["--work", self.room / "work", "--file", "line.c", "--sample", "6", "--seed", "5", "--seconds", "3"]
        code, out, err = support.script("mutants", *words, timeout=1500)
        self.assertEqual((code, err), (0, ""))
        self.assertRegex(out, r"(?m)^seed 5: 6 mutants; killed by tests and replay [0-9]+ \(")
        again = support.script("mutants", *words, "--min-tests", "0", timeout=300)
        self.assertEqual(again[1].splitlines()[-1], out.splitlines()[-1])


if __name__ == "__main__":
    unittest.main()
