# SPDX-License-Identifier: MIT
"""Every seed, regression and finding is replayed; what fails or hangs is named, and the rest goes on."""

import contextlib
import io
import json
import subprocess
import unittest
from pathlib import Path
from unittest import mock

import support
from postern import build, house, parallel, regress
from postern.console import Failure
from postern.replaying import Replaying


class Replays(support.Case):
    """Many inputs in one process."""

    @classmethod
    def setUpClass(cls):
        with mock.patch.object(house, "BUILD", support.BUILD), \
                mock.patch.dict("os.environ", support.environment()), mock.patch.object(build, "show_command"):
            folder = build.build("release", ["fuzz_planted"])
            cls.program = build.choose(build.harnesses(folder), ["fuzz_planted"])[0].program

    def paths(self, *inputs):
        for number, octets in enumerate(inputs):
            (self.room / f"{number:04} x").write_bytes(octets)
        return [self.room / f"{number:04} x" for number in range(len(inputs))]

    def test_each_failure_is_told_and_costs_one_process(self):
        inputs = [b"EHLO" if number in (0, 7, 599) else b"NOOP" for number in range(600)]
        replaying = Replaying(self.program, 10)
        found = list(replaying.failures(self.paths(*inputs)))
        self.assertEqual([one.path.name for one in found], ["0000 x", "0007 x", "0599 x"])
        self.assertEqual({one.verdict.key for one in found}, {"ONE|GREETED|EHLO"})
        self.assertEqual(replaying.processes, 4)

    def test_a_hang_is_told_by_name(self):
        used = support.used_by_children()
        found = list(Replaying(self.program, 1).failures(self.paths(b"NOOP", b"QUIT", b"EHLO")))
        self.assertEqual([(one.path.name, one.verdict.summary) for one in found],
                         [("0001 x", "timeout"), ("0002 x", "expected one reply, seen none")])
        self.assertLess(support.used_by_children() - used, 60)  # and not for ever

    def test_what_cannot_be_read_is_passed_over_and_named(self):
        paths = self.paths(b"NOOP", b"EHLO", b"RSET", b"EHLO")
        why = support.make_unreadable(paths[2])
        replaying = Replaying(self.program, 10)
        found = list(replaying.failures([self.room / "none", *paths, self.room / "gone"]))
        self.assertEqual([one.path for one in found], [paths[1], paths[3]])
        self.assertEqual(replaying.unread, {self.room / "none": "No such file or directory",
                                            self.room / "gone": "No such file or directory",
                                            paths[2]: why})

    def harness(self, script):
        """A replay driver, in sh: $words are its arguments up to the last, $name is that."""
        path = self.room / "harness"
        path.write_text('#!/bin/sh\nwords=; for name; do words="$words $name"; done\n'
                        'late() { echo "replay: failed: $name" >&2; kill -PROF $$; }\n' + script)
        path.chmod(0o755)
        return path

    def test_one_that_is_late_with_all_partitions_is_given_more_time(self):
        paths = self.paths(b"long", b"hangs", b"hangs in a partition", b"breaks a law in a partition", b"quick")
        replaying = Replaying(self.harness(
            'case $words in\n'
            '*--seconds=60*0000*|*--brief*0000*|*--brief*0002*|*--brief*0003*|*0004*) exit 0;;\n'
            """*--seconds=60*0003*) echo 'POSTERN-VIOLATION {"oracle": "CHUNK"}' >&2; kill -ABRT $$;;\nesac\n"""
            "late\n"), 10)
        told = [replaying.judge(path) for path in paths]
        self.assertEqual([one and one.verdict.summary for one in told],
                         [None, "timeout", "timeout: 60 s do not do for all partitions and variants",
                          "expected ?, seen ?", None])
        self.assertEqual([one.verdict.key for one in told[1:3]], ["BOUND|timeout"] * 2)
        self.assertEqual((replaying.slow, replaying.processes), ([paths[0]], 3 + 2 + 3 + 3 + 1))

    def test_a_batch_goes_on_behind_one_that_is_late(self):
        paths = self.paths(b"QUIT", b"NOOP", b"EHLO")
        self.assertEqual([one.path for one in Replaying(self.program, 1).failures(paths)], [paths[0], paths[2]])

    def test_a_report_without_an_end(self):
        """What the driver says stands behind megabytes of something else, or between them."""
        paths = self.paths(b"x", b"y", b"z")
        noise = "head -c 3000000 /dev/zero | tr '\\0' x >&2; echo >&2\n"
        gone = self.room / "gone"
        replaying = Replaying(self.harness(f"{noise}echo 'replay: cannot read {gone}: x' >&2\n{noise}exit 2\n"), 10)
        self.assertEqual((list(replaying.failures([gone, *paths])), list(replaying.unread)), ([], [gone]))
        replaying = Replaying(self.harness(f"{noise}echo 'replay: failed: {paths[1]}' >&2\nkill -ABRT $$\n"), 10)
        self.assertEqual((replaying._run(paths)[0].path, replaying.processes), (paths[1], 1))
        with self.assertRaises(Failure) as told:
            Replaying(self.harness(f"{noise}exit 2\n"), 10).judge(paths[0])
        self.assertLess(len(str(told.exception)), 400)

    def test_names_of_any_kind(self):
        paths = [self.room / name for name in ("a\nreplay: failed: b", "a b", "\udcff\x1b[31m", "-x", "'\"")]
        for path in paths:
            path.write_bytes(b"EHLO")
        self.assertEqual([one.path for one in Replaying(self.program, 10).failures(paths)], paths)

    def test_one_that_fails_ends_all_others(self):
        paths = self.paths(b"QUIT", b"QUIT", b"QUIT")
        jobs = [Replaying(self.program, 600) for _ in range(4)]  # seconds that nobody waits for

        def one(job):
            if job is jobs[0]:
                raise Failure("cannot go on")
            return list(job.failures(paths))

        used = support.used_by_children()
        with self.assertRaisesRegex(Failure, "cannot go on"):
            parallel.each(2, one, jobs, self.fail, lambda: [job.stop() for job in jobs])
        self.assertLessEqual(sum(job.processes for job in jobs), 2)
        self.assertLess(support.used_by_children() - used, 60)  # of 600 that one of them had

    def test_a_harness_that_ends_without_a_word(self):
        script = self.room / "harness"
        script.write_text("#!/bin/sh\nfor name; do case $name in *$BAD*) exit 3;; esac; done\n")
        script.chmod(0o755)
        paths = self.paths(*[b"a"] * 7)
        for path in paths:  # wherever it stands
            found = list(Replaying(script, 10, environment={"BAD": path.name[:4]}).failures(paths))
            self.assertEqual([(one.path, one.verdict.key) for one in found], [(path, "SAN|exit 3")])

    def test_seconds_are_checked(self):
        for wrong in ("--seconds=", "--seconds=0", "--seconds=x", "--seconds=1x", "--seconds=-1", "--seconds=99999999"):
            done = subprocess.run([self.program, wrong, "x"], capture_output=True, check=False)
            self.assertEqual((done.returncode, done.stderr[:6]), (2, b"usage:"), wrong)


class Regress(support.Case):
    def regress(self, *arguments, **keywords):
        return support.script("regress", *arguments, "--state", self.room, **keywords)

    def test_findings_fail_until_they_are_mended(self):
        folder = self.room / "findings" / "fuzz_planted"
        folder.mkdir(parents=True)
        for name, octets in (("broken", b"EHLO"), ("hangs", b"QUIT"), ("mended", b"NOOP"), ("reads", b"DATA")):
            (folder / name).write_bytes(octets)
            (folder / f"{name}.json").write_text('{"oracle": "SAN"}' if name == "reads" else "{}")
        code, out, err = self.regress("fuzz_planted", "fuzz_empty", "--seconds", "1", "--json")
        self.assertEqual(code, 1, err)
        facts = json.loads(out)
        self.assertEqual(facts["inputs"], 4)
        self.assertEqual([(one["harness"], one["build"], one["failing"]) for one in facts["harnesses"]],
                         [("fuzz_planted", "plain", 2), ("fuzz_empty", "plain", 0), ("fuzz_planted", "sanitized", 1)])
        self.assertEqual([(Path(one["file"]).name, one["kind"], one["oracle"]) for one in facts["failing"]],
                         [("broken", "finding", "ONE"), ("hangs", "finding", "BOUND"), ("reads", "finding", "SAN")])
        self.assertIn(f"finding {folder}/broken: ONE (RFC 5321 4.2): expected one reply, seen none", err)
        self.assertIn(f"finding {folder}/hangs: BOUND: timeout", err)
        self.assertEqual([Path(one["file"]).name for one in facts["clean"]], ["mended"])
        self.assertIn(f"clean here: finding {folder}/mended: mended, or only the build of an engine shows it", err)
        code, out, err = self.regress("fuzz_planted", "--no-findings")
        self.assertEqual((code, err), (0, ""), out)
        self.assertIn("fuzz_planted: 0 inputs, none failing", out)

    def test_what_is_not_replayed_is_told(self):
        for name, octets in (("fuzz_planted/a b\nc", b"NOOP"), ("fuzz_planted/flaky-1", b"RSET"),
                             ("fuzz_forgotten/x", b"EHLO"), ("fuzz_empty_folder/y.json", b"{}")):
            path = self.room / "findings" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(octets)
        why = support.make_unreadable(self.room / "findings/fuzz_planted/sealed")
        (self.room / "findings/fuzz_planted/flaky-1.json").write_text('{"oracle": "FLAKY", "engine": "afl"}')
        (self.room / "findings/fuzz_planted/a folder").mkdir()
        with mock.patch.object(house, "SEEDS", self.room / "no"), mock.patch.object(house, "REGRESSIONS", self.room):
            known = [mock.Mock(), mock.Mock()]
            known[0].name, known[1].name = "fuzz_planted", "findings"
            options = mock.Mock(no_findings=False, corpus=True)
            told = regress.strangers(options, self.room, known, {})
        self.assertEqual(told, [{"folder": str(self.room / "findings/fuzz_forgotten"), "inputs": 1}])
        code, out, err = self.regress("fuzz_planted", "--json", self.room / "x.json")
        self.assertEqual((code, err), (1, ""), out)
        facts = json.loads((self.room / "x.json").read_text())
        self.assertEqual([one["why"] for one in facts["unread"]], [why])
        self.assertEqual({one["engine"] for one in facts["clean"]}, {"", "afl"})
        self.assertIn("a b\\x0ac: mended, or only", out)
        self.assertIn("flaky-1: flaky\n", out)
        self.assertIn(f"cannot be read: {self.room}/findings/fuzz_planted/sealed: {why}\n", out)

    def test_a_folder_that_cannot_be_read_is_unread(self):
        home = self.room / "findings" / "fuzz_x"
        (home / "sealed").mkdir(parents=True)
        (home / "one").write_bytes(b"x")
        options, unread = mock.Mock(no_findings=False, corpus=False, sanitize=False), {}
        with support.sealed(home / "sealed"), contextlib.redirect_stderr(io.StringIO()) as said:
            plain, _ = regress.inputs_of(options, self.room, "fuzz_x", unread)
            strange = {}
            with mock.patch.object(house, "SEEDS", self.room), mock.patch.object(house, "REGRESSIONS", self.room):
                known = [build.Harness("findings", Path("/x"), None, None, None)]
                regress.strangers(options, self.room, known, strange)
        self.assertEqual((plain, unread, strange), ({home / "one": "finding"}, {home / "sealed": "Permission denied"},
                                                    {home / "sealed": "Permission denied"}))
        self.assertEqual(said.getvalue(), "")
        replay = regress.Replay(mock.Mock(program="/bin/true"), "plain", {}, 10, unread)
        replay.harness.name = "fuzz_x"
        self.assertEqual(replay.run().unread,
                         [{"file": str(home / "sealed"), "harness": "fuzz_x", "why": "Permission denied"}])

    def test_one_that_took_long_is_told(self):
        (self.room / "one").write_bytes(b"x")
        harness = self.room / "harness"
        harness.write_text("#!/bin/sh\ncase $* in *--brief*|*--seconds=6*) exit 0;; esac\nkill -PROF $$\n")
        harness.chmod(0o755)
        replay = regress.Replay(build.Harness("fuzz_x", harness, None, None, None), "plain",
                                {self.room / "one": "seed"}, 1, {})
        with mock.patch.object(regress, "say") as say:
            replay.run().tell()
        self.assertEqual(replay.slow, [{"file": str(self.room / "one"), "harness": "fuzz_x"}])
        self.assertIn("took longer than 1 s with all partitions and variants", str(say.mock_calls))

    def test_seeds_and_the_kept_corpus(self):
        folder = self.room / "corpus" / "fuzz_line"
        folder.mkdir(parents=True)
        (folder / "x").write_bytes(b"NOOP\r\n")
        seeds = sum(len(list((place / "fuzz_line").glob("*"))) for place in (house.SEEDS, house.REGRESSIONS))
        code, out, err = self.regress("fuzz_line", "--corpus", "--json")
        self.assertEqual(code, 0, err)
        self.assertEqual(json.loads(out)["inputs"], seeds + 1)

    def test_misuse(self):
        self.refused("regress", "fuzz_none", says="unknown harness 'fuzz_none'")
        self.refused("regress", "--seconds", "0", says="whole number")
        self.refused("regress", "--state", self.room / "none", says="no such folder")


if __name__ == "__main__":
    unittest.main()
