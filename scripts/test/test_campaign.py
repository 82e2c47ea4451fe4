# SPDX-License-Identifier: MIT
"""Whole campaigns on harnesses made for the purpose (harnesses/test): planted faults are found, kept and shown."""

import json
import shlex
import shutil
import signal
import subprocess
import types
import unittest
from pathlib import Path
from unittest import mock

import support
from postern import console, fuzz, telling
from postern.record import Record

MOST_AFTER = 15  # seconds of the processor's time that engines may use when they are to end: they are asked for 6 s


@unittest.skipUnless(shutil.which("clang") and shutil.which("afl-fuzz"), "clang or afl++ is not installed")
class Campaigns(support.Case):
    long = True

    def fuzz(self, *arguments):
        return support.script("fuzz", "--state", self.room, "--time", "10", *arguments)

    def plant(self, *inputs):
        """Put inputs into the kept corpus, so that they are met at once."""
        folder = self.room / "corpus" / "fuzz_planted"
        folder.mkdir(parents=True)
        for number, octets in enumerate(inputs):
            (folder / f"planted-{number}").write_bytes(octets)

    def findings(self):
        return sorted(path for path in (self.room / "findings" / "fuzz_planted").iterdir() if path.suffix != ".json")

    def engines(self):
        """The numbers of all processes that work in this test's folder."""
        numbers = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                line = path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            except OSError:
                continue  # it has just ended
            if f"{self.room}/work" in line:
                numbers.append(int(path.parent.name))
        return numbers

    def test_faults_are_found_kept_and_shown(self):
        self.plant(b"EHLO a\r\n", b"EHLO bb\r\n", b"DATA")
        told = []
        for engine in ("libfuzzer", "afl"):
            code, out, err = self.fuzz("fuzz_planted", "--keep-going", "--engine", engine)
            told.append(out)
            self.assertEqual((code, err), (1, ""), out)
            self.assertIn("ONE in fuzz_planted: expected one reply, seen none", out)
            self.assertIn("RFC 5321 4.2", out)
            self.assertIn("EHLO", out)
        names = [path.name for path in self.findings()]
        self.assertEqual(len([name for name in names if name.startswith("one-greeted-ehlo-")]), 1, names)
        self.assertTrue(any(name.startswith("san-") for name in names), names)
        self.assertIn("(saved before)", out)
        for path in self.findings():
            facts = json.loads(path.with_name(path.name + ".json").read_text())
            self.assertEqual((facts["harness"], facts["reproduces"]), ("fuzz_planted", True))
            said_so = "reproduce: " + facts["reproduce"]
            self.assertTrue(any(said_so in said for said in told), said_so)
            if facts["oracle"] != "BOUND":  # it would take a minute
                verb, *arguments = shlex.split(facts["reproduce"])
                self.assertEqual(verb, "./scripts/reproduce")
                code, said, err = support.script("reproduce", *arguments)
                self.assertEqual((code, err), (1, ""), said)
                self.assertIn(f"broken: {facts['oracle']}", said)
        self.assertEqual(list((self.room / "work").iterdir()), [])

    def test_the_first_finding_ends_it(self):
        self.plant(b"EHLO\r\n")
        code, out, _ = support.script("fuzz", "fuzz_planted", "--state", self.room, "--time", "300")
        self.assertEqual(code, 1, out)
        self.assertEqual(Record.last(self.room).facts["ended"], "finding")
        self.assertEqual([path.name[:16] for path in self.findings()], ["one-greeted-ehlo"])

    def test_nothing_found(self):
        code, out, err = self.fuzz("fuzz_empty", "--jobs", "1")
        self.assertEqual((code, err), (0, ""), out)
        self.assertRegex(out, r"(?m)^[1-9]\d* executions, 0 findings")
        self.assertIn("no turn this time, first in line next time: fuzz_empty/afl", out)
        events, = ([json.loads(line) for line in path.read_text().splitlines()]
                   for path in (self.room / "history").iterdir())
        self.assertEqual((events[0]["event"], events[-1]["event"]), ("begin", "end"))
        self.assertGreater(events[-2]["executions"], 0)
        code, out, _ = self.fuzz("fuzz_empty", "--jobs", "1")
        self.assertIn("first in line next time: fuzz_empty/libfuzzer", out)

    def test_more_jobs_than_pairs(self):
        code, out, err = self.fuzz("fuzz_empty", "--engine", "libfuzzer", "--jobs", "2")
        self.assertEqual((code, err), (0, ""), out)
        self.assertEqual(len([line for line in out.splitlines() if line.endswith(", done")]), 1, out)

    def test_ctrl_c(self):
        campaign = subprocess.Popen([str(support.SCRIPTS / "fuzz"), "fuzz_empty", "--time", "100000", "--state",
                                     str(self.room)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                    env=support.environment(), start_new_session=True)
        for line in support.lines(campaign):
            if " executions, " in line:
                break
        self.assertNotEqual(self.engines(), [])
        campaign.send_signal(signal.SIGINT)
        used = support.used_until_gone(self.engines)
        self.assertIsNotNone(used, "engines go on")
        self.assertLess(used, MOST_AFTER)
        out, err = campaign.communicate(timeout=support.PATIENCE)
        self.assertEqual((campaign.returncode, err), (130, ""), out)
        self.assertRegex(out, r"(?m)^\d+ executions, 0 findings")
        self.assertEqual(self.engines(), [])
        self.assertEqual(Record.last(self.room).facts["ended"], "interrupted")
        self.assertEqual(list((self.room / "work").iterdir()), [])

    def test_kill(self):
        """kill -9 of the campaign: the engines end too, and the next campaign finds its state in order."""
        self.plant(b"EHLO\r\n")
        campaign = subprocess.Popen([str(support.SCRIPTS / "fuzz"), "fuzz_planted", "--engine", "libfuzzer",
                                     "--keep-going", "--time", "100000", "--state", str(self.room)],
                                    stdout=subprocess.PIPE, text=True, env=support.environment())
        for line in support.lines(campaign):
            if " executions, " in line:
                break
        campaign.kill()
        campaign.wait()
        campaign.stdout.close()
        used = support.used_until_gone(self.engines)
        self.assertIsNotNone(used, "engines go on")
        self.assertLess(used, MOST_AFTER)
        code, out, _ = self.fuzz("fuzz_planted", "--engine", "libfuzzer")
        self.assertEqual(code, 1, out)
        self.assertTrue(any(path.name.startswith("one-greeted-ehlo-") for path in self.findings()))
        self.assertEqual(list((self.room / "work").iterdir()), [])


class Ends(support.Case):
    """What was found is told, however a campaign ends."""

    def setUp(self):
        super().setUp()
        self.told = []
        self.enterContext(mock.patch.object(telling, "tell", self.told.append))
        self.enterContext(mock.patch.object(fuzz, "say"))
        for name in ("campaign_suites", "campaign_results"):
            self.enterContext(mock.patch.object(fuzz.reports, name, lambda *words, name=name: [(name, *words)]))
        self.campaign = types.SimpleNamespace(state=self.room, rows={"a": "a row"}, found={"a": "a finding"},
                                              interrupted=False)

    def test_an_engine_that_could_not_run_to_the_end(self):
        self.campaign.run = mock.Mock(side_effect=console.Failure("afl could not run fuzz_x"))
        with mock.patch.object(fuzz, "Campaign", lambda *_: self.campaign), \
                mock.patch.object(fuzz, "build_engines"), mock.patch.object(fuzz.build, "bootstrap"), \
                mock.patch("sys.argv", ["fuzz", "--state", str(self.room)]), \
                mock.patch.object(fuzz.reports.Reports, "keep") as keep, \
                self.assertRaisesRegex(console.Failure, "afl could not run"):
            fuzz.main()
        self.assertEqual(self.told, [["a finding"]])
        (suites,), (results,) = keep.call_args.args
        self.assertEqual((list(suites[1]), suites[2]), (["a row"], ["a finding"]))
        self.assertEqual(results, ("campaign_results", ["a finding"]))

    def test_interrupted_while_it_is_told(self):
        with mock.patch.object(telling, "tell", side_effect=KeyboardInterrupt):
            fuzz.summary([], self.campaign)
            self.assertIn("1 finding;", fuzz.say.call_args_list[-2].args[0])
            self.campaign.found = {}
            self.assertRaises(KeyboardInterrupt, fuzz.summary, [], self.campaign)


if __name__ == "__main__":
    unittest.main()
