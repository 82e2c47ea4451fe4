# SPDX-License-Identifier: MIT
"""A campaign that goes on where it stopped, ends when nothing new comes, and shares one corpus. Room: scripts/test."""

import json
import os
import shutil
import signal
import subprocess
import time
import unittest
import unittest.mock
from pathlib import Path

import support
from postern import afl, build, corpus, libfuzzer, libfuzzer_fork, progress
from postern.console import Failure
from postern.progress import Row
from postern.record import MOST, Record
from postern.schedule import SHORTEST
from postern.share import Share
from postern.turn import Stats
from postern.workroom import Workroom

ENGINES = shutil.which("clang") and shutil.which("afl-fuzz")


class Mistakes(support.Case):
    def test_what_does_not_go_together(self):
        for arguments, says in (
                (["--resume", "fuzz_line"], "leave out fuzz_line"),
                (["--resume", "--engine", "afl", "--mutator", "none"], "leave out --engine, --mutator"),
                (["--until-stable", "2", "--time", "120"], "--time of more than 120"),
                (["--until-stable", "0"], "'0'"), (["--until-stable", "nan"], "'nan'"),
                (["--until-stable", "x"], "'x'"),
                (["--jobs", "100000"], "--jobs 100000")):
            self.refused("fuzz", "--state", self.room, *arguments, says=says)

    def test_nothing_to_resume(self):
        self.refused("fuzz", "--state", self.room, "--resume", says="knows no campaign")
        (self.room / "campaigns").mkdir()
        (self.room / "campaigns" / "1.json").write_text("{")
        self.refused("fuzz", "--state", self.room, "--resume", says="knows no campaign")


class Records(support.Case):
    def begin(self, **asked):
        record = Record.begin(self.room, room="1.1", harnesses=[], engines=["afl"], mutator="postern", seconds=60,
                              jobs=2, stable=None, keep_going=False)
        record.save(**asked)
        return record

    def test_the_last_one_counts(self):
        self.begin(spent=5.0)
        self.begin(spent=7.0)
        self.assertEqual(Record.last(self.room).facts["spent"], 7.0)

    def test_one_that_runs_is_left_alone(self):
        room = Workroom(self.room)
        self.begin(room=room.folder.name)
        with self.assertRaisesRegex(Failure, "still runs"):
            Record.last(self.room)
        room.close()
        Record.last(self.room)

    def test_they_do_not_pile_up(self):
        for _ in range(MOST + 5):
            self.begin()
        self.assertEqual(len(list((self.room / "campaigns").iterdir())), MOST)

    def test_one_that_is_over(self):
        for ended, says in (("time", "its time is over"), ("stable", "it is stable")):
            self.begin(ended=ended)
            self.refused("fuzz", "--state", self.room, "--resume", says=says)


class Quiet(unittest.TestCase):
    """When a pair counts as stable."""

    class Turn:
        def __init__(self):
            self.stats = Stats()

        def ran(self):
            return 0.0

    def test_seconds_add_up_over_turns_until_something_new_comes(self):
        clock = unittest.mock.patch.object(progress.time, "monotonic").start()
        self.addCleanup(unittest.mock.patch.stopall)
        clock.return_value = 1000.0
        row = Row(("fuzz_x", "afl"), goal=100.0)
        turn = self.Turn()
        row.begin(turn)
        turn.stats.coverage = 5
        row.look()
        clock.return_value += 60
        row.end(turn)
        clock.return_value += 1000
        self.assertEqual((row.quiet(), row.stable()), (60, False))
        row.begin(turn)  # it meets its corpus again, which is nothing new
        row.look()
        clock.return_value += 50
        self.assertEqual((row.quiet(), row.stable()), (110, True))
        again = Row(("fuzz_x", "afl"), goal=120.0)
        again.recall(json.loads(json.dumps(row.memory())))
        self.assertEqual((again.quiet(), again.stable()), (110, False))
        turn.stats.features = 6
        row.look()
        self.assertEqual(row.quiet(), 0)


class Sharing(support.Case):
    """What goes from an engine to the kept corpus and from there to another engine, without any engine."""

    def turn(self, kind, width=1):
        harness = build.Harness("fuzz_x", Path("/b/harnesses/fuzz_x"), None, None, None)
        folder = self.room / f"{kind.__name__}{width}"
        folder.mkdir()
        turn = kind(harness, folder, 60, 1, [], width)
        turn.inputs.mkdir()
        turn.commands(60)
        turn.processes = []
        return turn

    def old(self, path, octets, seconds=3600):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(octets)
        os.utime(path, (time.time() - seconds,) * 2)

    def kept(self):
        folder = corpus.folder_of(self.room, "fuzz_x")
        return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.is_dir() else {}

    def test_from_one_engine_to_the_other(self):
        share = Share(self.room, self.fail)
        one, forked, other = self.turn(libfuzzer.LibFuzzerTurn), self.turn(libfuzzer_fork.ForkTurn, 2), \
            self.turn(afl.AflTurn)
        self.old(one.fresh / corpus.name_of(b"by libFuzzer"), b"by libFuzzer")
        self.old(one.fresh / corpus.name_of(b"young"), b"young", seconds=0)
        self.old(one.fresh / corpus.name_of(b"half-written"), b"half-")
        self.old(other.out / "afl0/queue/id:000001,src:000000,op:x", b"by AFL++")
        self.old(other.out / "afl0/queue/id:000000,time:0,orig:seed", b"a seed")
        self.old(other.out / "afl0/queue/id:000002,sync:hub,src:000000", b"from elsewhere")
        other.hub.mkdir(parents=True)
        self.old(corpus.folder_of(self.room, "fuzz_x") / corpus.name_of(b"still being copied"), b"still")
        for turn in (one, other, forked, one):
            turn.shared = -100.0
            share.look(turn)
        self.assertEqual(set(self.kept().values()), {b"by libFuzzer", b"by AFL++", b"still"})
        self.assertIn(b"by AFL++", {path.read_bytes() for path in one.fresh.iterdir()})
        self.assertEqual({path.read_bytes() for path in forked.inputs.iterdir()}, {b"by libFuzzer", b"by AFL++"})
        self.assertTrue(forked.waiting)
        self.assertEqual({path.name[:9]: path.read_bytes() for path in other.hub.iterdir()},
                         {"id:000000": b"by libFuzzer"})
        share.ended(one)
        self.assertIn(b"young", self.kept().values())
        self.assertEqual(len(self.kept()), 4, "what it was given counts as its own")

    def test_it_takes_no_more_than_it_may_hold(self):
        said = []
        with unittest.mock.patch.object(corpus, "MOST", 3):
            turn = self.turn(libfuzzer.LibFuzzerTurn)
            for number in range(9):
                self.old(turn.fresh / corpus.name_of(b"%d" % number), b"%d" % number)
            share = Share(self.room, said.append)
            share.ended(turn)
            share.ended(turn)
        self.assertEqual((len(self.kept()), len(said)), (3, 1))
        self.assertIn("minimize-corpus fuzz_x", said[0])

    def test_unfinished_files_are_no_inputs(self):
        home = corpus.folder_of(self.room, "fuzz_x")
        self.old(home / ".0123.999999999.part", b"of a writer that is dead")
        self.old(home / f".4567.{os.getpid()}.part", b"of one that lives")
        corpus.gather([home], self.room / "gathered")
        self.assertEqual([path.name for path in (self.room / "gathered").iterdir()], ["empty-line"])
        corpus.tidy(self.room)
        self.assertEqual([path.name for path in home.iterdir()], [f".4567.{os.getpid()}.part"])


@unittest.skipUnless(ENGINES, "clang or afl++ is not installed")
class Campaigns(support.Case):
    def test_resume_after_ctrl_c(self):
        campaign = subprocess.Popen([str(support.SCRIPTS / "fuzz"), "fuzz_empty", "--engine", "libfuzzer", "--time",
                                     "20", "--jobs", "1", "--state", str(self.room)], stdout=subprocess.PIPE,
                                    text=True, env=support.environment())
        for line in support.lines(campaign):
            if " executions, " in line:
                break
        campaign.send_signal(signal.SIGINT)
        out = campaign.communicate(timeout=support.PATIENCE)[0]
        spent = Record.last(self.room).facts["spent"]
        first = int(out.rpartition(" executions, ")[0].rpartition("\n")[2])
        used = support.used_by_children()
        code, out, err = support.script("fuzz", "--resume", "--state", self.room)
        self.assertLess(support.used_by_children() - used, 20 + 15)  # one job: what is left of 20 s, and the scripts
        self.assertEqual((code, err), (0, ""), out)
        self.assertRegex(out, r"(?m)^going on after \d+ seconds")
        self.assertGreater(int(out.rpartition(" executions, ")[0].rpartition("\n")[2]), first)
        record = Record.last(self.room).facts
        self.assertEqual((record["ended"], record["turns"]), ("time", []))
        self.assertGreater(record["spent"], spent)
        self.assertGreaterEqual(record["spent"], 20 - SHORTEST / 2)  # a rest below half a turn is none
        self.refused("fuzz", "--resume", "--state", self.room, says="its time is over")

    def test_until_stable(self):
        code, out, err = support.script("fuzz", "fuzz_empty", "--engine", "libfuzzer", "--jobs", "1", "--until-stable",
                                        "0.17", "--state", self.room)
        self.assertEqual((code, err), (0, ""), out)
        self.assertIn(", stable\n", out)
        record = Record.last(self.room).facts
        self.assertEqual(record["ended"], "stable")
        self.assertGreaterEqual(record["rows"]["fuzz_empty/libfuzzer"]["quiet"], 0.17 * 60)


if __name__ == "__main__":
    unittest.main()
