# SPDX-License-Identifier: MIT
"""What the bug bench makes of its runs: medians, misses, ratios, tables; and what it refuses."""

import json
import subprocess
import sys
import unittest
from pathlib import Path

import support
from postern import bugbench, bugresults, bugrun, bugtable, build, leash, processor
from postern.bugrun import Bug, Outcome, Plan
from postern.console import Failure


def bug(number):
    return Bug(number, "E", "server", "REF NODATA", "a case", "a defect")


def table(outcomes, bugs=(1,)):
    return bugtable.Table([bug(number) for number in bugs], ["libfuzzer"], outcomes, {"date": "today"})


def runs(*executions, found=True):
    return [Outcome(found, count, count / 100, "REF" if found else "") for count in executions]


class Tables(support.Case):
    def test_median_and_ratio(self):
        made = table({(1, "libfuzzer", "postern"): runs(10, 30, 20), (1, "libfuzzer", "stock"): runs(100, 500, 400)})
        self.assertEqual(made.lines[0].ratio, 20)
        self.assertEqual(made.lines[0].ratio_text(), "20.0")
        self.assertIn("3/3", made.text())
        self.assertIn("libfuzzer: the stock way needs 20.0 times the executions, as the median of 1 bugs",
                      made.summary())

    def test_a_miss_counts_as_what_was_spent_and_is_marked(self):
        made = table({(1, "libfuzzer", "postern"): runs(10), (1, "libfuzzer", "stock"): runs(1000, found=False)})
        self.assertEqual(made.lines[0].ratio_text(), ">100.0")
        self.assertIn(">1,000", made.text())
        self.assertIn("libfuzzer, stock: 0 of 1 bugs found (0.0 %)", made.summary())

    def test_a_miss_of_ours_is_no_success(self):
        made = table({(1, "libfuzzer", "postern"): runs(1000, found=False), (1, "libfuzzer", "stock"): runs(10)})
        self.assertEqual(made.lines[0].ratio_text(), "<0.0")

    def test_half_of_the_runs_is_a_miss(self):
        made = table({(1, "libfuzzer", "postern"): runs(10) + runs(1000, found=False)})
        self.assertTrue(made.lines[0].cells["postern"].missed)

    def test_two_misses_count_as_what_was_spent_and_are_told(self):
        both = {(1, "libfuzzer", "postern"): runs(1000, found=False),
                (1, "libfuzzer", "stock"): runs(1500, found=False)}
        self.assertEqual(table(both).lines[0].ratio_text(), "?1.5")
        self.assertIn("libfuzzer: 1 of 1 bugs missed by both ways, which count as the ratio of what was spent",
                      table(both).summary())

    def test_one_way_alone_has_no_ratio(self):
        one = table({(1, "libfuzzer", "postern"): runs(10)})
        self.assertEqual(one.lines[0].ratio_text(), "-")
        self.assertFalse([words for words in one.summary() if "times" in words or "both" in words])

    def test_classes(self):
        made = table({(1, "libfuzzer", "postern"): runs(10), (1, "libfuzzer", "stock"): runs(40)})
        self.assertIn("libfuzzer, by class, with the seconds of Postern's way: E 4.0 (0.1 s)", made.summary())

    def test_the_ratio_of_all_is_the_median(self):
        outcomes = {}
        for number, factor in ((1, 2), (2, 10), (3, 1000)):
            outcomes[number, "libfuzzer", "postern"] = runs(10)
            outcomes[number, "libfuzzer", "stock"] = runs(10 * factor)
        self.assertIn("needs 10.0 times", "\n".join(table(outcomes, (1, 2, 3)).summary()))

    def test_what_did_not_run_is_left_out(self):
        made = table({(1, "libfuzzer", "postern"): runs(10)}, (1, 2))
        self.assertEqual([line.bug.number for line in made.lines], [1])

    def test_json_and_markdown(self):
        made = table({(1, "libfuzzer", "postern"): runs(10), (1, "libfuzzer", "stock"): runs(20)})
        facts = json.loads(made.json())
        self.assertEqual((facts["bugs"][0]["bug"], facts["bugs"][0]["ratio"], facts["bugs"][0]["postern"]["oracle"]),
                         (1, 2, "REF"))
        self.assertEqual({line.count("|") for line in made.markdown().splitlines() if line.startswith("|")}, {13})


class Kept(support.Case):
    FACTS = {"version": "1 (abc)", "budget": "60 s"}

    def plan(self, seed=1):
        return Plan(bug(7), "afl", "stock", seed)

    def test_what_was_run_is_not_run_again(self):
        folder = self.room / "results"
        bugresults.Results(folder, self.FACTS).keep(self.plan(), Outcome(True, 70, 1.5, "REF"))
        again = bugresults.Results(folder, self.FACTS)
        self.assertEqual(again.read(self.plan()), Outcome(True, 70, 1.5, "REF"))
        self.assertIsNone(again.read(self.plan(seed=2)))

    def test_another_version_or_budget_is_refused(self):
        folder = self.room / "results"
        bugresults.Results(folder, self.FACTS)
        with self.assertRaisesRegex(Failure, "budget 60 s, and this is 10 s: choose another"):
            bugresults.Results(folder, {**self.FACTS, "budget": "10 s"})

    def test_a_folder_of_somebody_else_is_left_alone(self):
        (self.room / "letter").write_text("Dear")
        with self.assertRaisesRegex(Failure, "something else"):
            bugresults.Results(self.room, self.FACTS)

    def test_without_a_folder_nothing_is_kept(self):
        nowhere = bugresults.Results(None, self.FACTS)
        nowhere.keep(self.plan(), Outcome(True, 70, 1.5))
        self.assertIsNone(nowhere.read(self.plan()))


class Counts(support.Case):
    def test_executions_of_a_report(self):
        self.assertEqual(bugrun.libfuzzer_executions(None, "#2\tINITED\n#64\tpulse\n"
                                                     "stat::number_of_executed_units: 77\n"), 77)
        self.assertEqual(bugrun.libfuzzer_executions(None, "#2\tINITED\n#64\tpulse\n"), 64)

    def test_processor_seconds_are_those_of_all_in_the_room(self):
        busy = "import subprocess, sys\n" \
               "subprocess.Popen([sys.executable, '-c', 'while True: pass']).wait()\n"
        process = subprocess.Popen([sys.executable, "-c", busy], cwd=self.room)
        try:
            self.assertTrue(support.wait_until(lambda: processor.seconds_in(self.room) >= 0.3))
        finally:
            leash.end_all(self.room)
            process.wait()
        self.assertTrue(support.wait_until(lambda: processor.seconds_in(self.room) == 0))


class Afl(support.Case):
    """What a run of AFL++ left behind. AFL++'s own part is played by files with its names."""

    def outcome(self, log, crash=None):
        (self.room / "log").write_text(log)
        run = object.__new__(bugrun.Run)
        run.work = self.room
        run.plan = Plan(bug(1), "afl", "stock", 1)
        run.harness = build.Harness("fuzz_bugbench", Path("/bin/true"), None, None, None)
        out = self.room / "out/default"
        if crash is not None:
            (out / "crashes").mkdir(parents=True)
            (out / "fuzzer_stats").write_text("start_time : 1\nexecs_done        : 700\n")
            if crash:
                (out / "crashes" / crash).write_bytes(b"x")
        return run._afl(log)

    def test_executions_are_those_before_the_crash(self):
        found = self.outcome("", "id:000000,sig:06,src:000000,time:90,execs:310,op:havoc,rep:2")
        self.assertEqual((found.found, found.executions), (True, 310))

    def test_a_miss(self):
        missed = self.outcome("", "")
        self.assertEqual((missed.found, missed.executions), (False, 700))

    def test_what_the_driver_finds_before_the_first_seed(self):
        found = self.outcome("Test case 'id:000000,orig:ok-message' results in a crash, skipping\nPROGRAM ABORT\n")
        self.assertEqual((found.found, found.executions), (True, 1))

    def test_what_did_not_run(self):
        with self.assertRaises(Failure):
            self.outcome("PROGRAM ABORT : no such target\n")


class Lists(support.Case):
    def test_lists_of_bugs(self):
        self.assertEqual(bugbench.numbers("1,5-7,B31"), [1, 5, 6, 7, 31])
        for wrong in ("", "x", "1-", "1,,2", "-3"):
            with self.assertRaises(bugbench.argparse.ArgumentTypeError):
                bugbench.numbers(wrong)

    def test_misuse(self):
        self.refused("bugbench", "--bugs", "x", says="x")
        self.refused("bugbench", "--engine", "honggfuzz", says="honggfuzz")
        self.refused("bugbench", "--budget", "0", says="--budget")


if __name__ == "__main__":
    unittest.main()
