# SPDX-License-Identifier: MIT
"""kill -9 of any part of a campaign, at any moment: no finding is lost, the corpus stays whole. Room: scripts/test."""

import os
import random
import shutil
import signal
import subprocess
import time
import unittest
from pathlib import Path

import support
from postern import artifact, build, corpus, findings, house, leash, turn, violation
from postern.workroom import FAILING, INPUTS, Workroom

KINDS = {b"EHLO": "one-", b"DATA": "san-", b"QUIT": "bound-"}  # how an input begins, how its finding is called
PARTS = ("libFuzzer's parent", "its child", "afl-fuzz", "its fork server")


def parts(room):
    """The processes of a campaign's engines: {name of the part: process numbers}."""
    found = {part: [] for part in PARTS}
    for number in leash.processes_in(room):
        try:
            words = Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # it has just ended
        if words[0].endswith(b"afl-fuzz"):
            found["afl-fuzz"].append(number)
        elif any(word.startswith(b"-fork=") for word in words):
            found["libFuzzer's parent"].append(number)
        elif b"/libfuzzer/" in words[0]:
            found["its child"].append(number)
        elif b"/afl/" in words[0]:
            found["its fork server"].append(number)
    return found


@unittest.skipUnless(shutil.which("clang") and shutil.which("afl-fuzz"), "clang or afl++ is not installed")
class Kills(support.Case):
    long = True

    def setUp(self):
        super().setUp()
        self.state = self.room / "state"
        self.seed = int(os.environ.get("POSTERN_TEST_SEED") or random.randrange(1 << 16))
        self.random = random.Random(self.seed)

    def begin(self, *arguments):
        campaign = subprocess.Popen([str(support.SCRIPTS / "fuzz"), *arguments, "--state", str(self.state)],
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                    env=support.environment())
        self.addCleanup(campaign.stdout.close)
        self.addCleanup(campaign.wait)
        self.addCleanup(campaign.kill)
        for line in support.lines(campaign):
            if " executions, " in line:
                return campaign
        self.fail("the campaign did not begin")

    def kill_one(self, campaign, room, part):
        there = support.wait_until(lambda: parts(room)[part] or campaign.poll() is not None)
        if not there or campaign.poll() is not None:
            campaign.kill()
            self.fail(f"{part} does not run; seed {self.seed}; {campaign.communicate()[0]}")
        try:
            os.kill(self.random.choice(there), signal.SIGKILL)
        except ProcessLookupError:
            pass  # it has just ended

    def workroom(self):
        return next((self.state / "work").glob("[!.]*"))

    def failing(self):
        """How the findings are called that lie in the rooms, each in a file that is whole."""
        found = set()
        for pattern in FAILING:
            for path in (self.state / "work").glob(f"*/*/{pattern}"):
                if artifact.whole(path, living=False) and not path.name.startswith(artifact.SLOW):
                    found |= {name for word, name in KINDS.items() if path.read_bytes().startswith(word)}
        return found

    def kept(self):
        folder = findings.folder_of(self.state, "fuzz_planted")
        return {name for name in KINDS.values() if list(folder.glob(f"{name}*.json"))}

    def test_any_part_at_any_moment(self):
        planted = corpus.folder_of(self.state, "fuzz_planted")
        for octets in (b"EHLO a\r\n", b"DATA", b"NOOP\r\n"):
            house.write_whole(planted / corpus.name_of(octets), octets)
        campaign = self.begin("fuzz_planted", "--keep-going", "--time", "600", "--jobs", "4")
        room = self.workroom()
        for part in (*PARTS, *self.random.choices(PARTS, k=4)):
            time.sleep(self.random.random())
            self.kill_one(campaign, room, part)
        for line in support.lines(campaign):  # it goes on, with all of its engines
            if "afl: " in line and all(parts(room).values()):
                break
        self.assertIsNone(campaign.poll(), f"seed {self.seed}")
        campaign.kill()
        campaign.communicate()
        seen = self.failing() | self.kept()
        self.assertIn("one-", seen)
        self.resume(seen)

    def resume(self, seen):
        """What is left after a kill of the campaign is taken home at once, by whoever comes next."""
        code, out, _ = support.script("fuzz", "fuzz_planted", "--engine", "libfuzzer", "--jobs", "1", "--keep-going",
                                      "--time", "10", "--state", self.state)
        self.assertEqual(code, 1, out)
        self.assertLessEqual(seen, self.kept(), f"seed {self.seed}: {out}")
        self.assertEqual(list((self.state / "work").iterdir()), [])
        inputs = list(corpus.folder_of(self.state, "fuzz_planted").iterdir())
        self.assertGreater(len(inputs), 1)
        for path in inputs:
            self.assertEqual(path.name, corpus.name_of(path.read_bytes()), f"seed {self.seed}")
        self.assertEqual([path.name for path in findings.folder_of(self.state, "fuzz_planted").iterdir()
                          if path.name.startswith((".", "flaky-"))], [], f"seed {self.seed}")


class Leftovers(support.Case):
    """What a kill leaves, without any engine."""

    def test_a_process_that_outlives_its_campaign(self):
        room = Workroom(self.room)
        folder = room.turn(("fuzz_x", "afl"), 1)
        stray = subprocess.Popen(["sleep", "100"], cwd=folder, start_new_session=True)
        self.assertEqual(leash.processes_in(room.folder), [stray.pid])
        room.leave()
        self.assertEqual(stray.poll(), -signal.SIGKILL)  # by then, and not at some time

    def test_a_process_that_outlives_its_leash_too(self):
        dead = Workroom(self.room)
        stray = subprocess.Popen(["sleep", "100"], cwd=dead.turn(("fuzz_x", "afl"), 1), start_new_session=True)
        dead.leash.kill()
        dead.leave()
        self.assertIsNone(stray.poll())
        living = Workroom(self.room)
        living.take_home({"fuzz_x"}, None)
        self.assertEqual(stray.poll(), -signal.SIGKILL)
        living.close()

    def test_inputs_cut_short_are_left_out(self):
        dead = Workroom(self.room)
        folder = dead.turn(("fuzz_x", "libfuzzer"), 1)
        good, bad = corpus.name_of(b"good"), corpus.name_of(b"bad")
        for pattern in INPUTS[:2]:
            for name, octets in ((good, b"good"), (bad, b"ba")):
                path = folder / pattern.replace("*", "Cx").rpartition("/")[0] / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(octets)
        (folder / "found").mkdir()
        (folder / "found" / f"{artifact.SLOW}{good}").write_bytes(b"good")
        dead.leave()
        living = Workroom(self.room)
        living.take_home({"fuzz_x"}, lambda *_: self.fail("a slow input is no finding"))
        living.close()
        self.assertEqual([path.name for path in corpus.folder_of(self.room, "fuzz_x").iterdir()], [good])

    def test_a_finding_of_which_only_the_octets_were_written(self):
        verdict = violation.Verdict("ONE", "ONE|GREETED|EHLO", state="GREETED", verb="EHLO")
        path = findings.folder_of(self.room, "fuzz_x") / violation.name_of(verdict)
        house.write_whole(path, b"the first")
        kept = findings.keep(self.room, "fuzz_x", "afl", b"another", verdict, "", True)
        self.assertEqual((kept.path, path.read_bytes()), (path, b"the first"))
        self.assertEqual(findings.read_facts(path)["sha1"], corpus.name_of(b"the first"))
        self.assertEqual(findings.load("fuzz_x", path).verdict.key, verdict.key)

    def test_a_failing_input_that_a_kill_may_have_made(self):
        for name, octets, doubtful in (("crash-" + corpus.name_of(b"all"), b"all", False),
                                       ("crash-" + corpus.name_of(b"all"), b"al", True),
                                       ("id:000000,sig:06,src:000001", b"x", False),
                                       ("id:000000,sig:09,src:000001", b"x", True)):
            (self.room / name).write_bytes(octets)
            self.assertEqual(artifact.read(self.room / name, patience=0), (octets, doubtful), name)


class Dying(turn.Turn):
    """An engine that ends at once, by itself."""

    def commands(self, _seconds_left):
        return [["false"], ["sleep", "100"]]

    def environment(self, number):
        return {}

    def read_stats(self):
        pass

    def artifacts(self):
        return []


class Deaths(support.Case):
    def test_an_engine_that_cannot_run_is_given_up(self):
        one = Dying(build.Harness("fuzz_x", Path("/x"), None, None, None), self.room / "turn", 60, 1, [], 2)
        one.start()
        self.addCleanup(one.stop)
        lasting = one.processes[1]
        for given_up in [False] * (turn.MOST_BARREN - 1) + [True]:
            one.processes[0].wait(support.PATIENCE)
            self.assertEqual((one.running(), one.failed_to_run()), (False, given_up))
            one.again()
        self.assertIs(one.processes[1], lasting)


if __name__ == "__main__":
    unittest.main()
