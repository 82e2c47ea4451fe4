# SPDX-License-Identifier: MIT
"""Findings are run again, gathered, made short and written down, and are themselves left alone."""

import argparse
import contextlib
import io
import json
import os
import re
import subprocess
import unittest
from pathlib import Path
from unittest import mock

import support
from postern import build, ctest_case, exports, house, keeping, parallel, reproducing, shrink, triage, violation, wire
from postern.console import Failure
from postern.replaying import Failing, Replaying

FILES = {"input", "dialogue.txt", "explanation.md", "report.txt", "test.c", "session.pcap", "replay.sh", "bucket.json"}
STRICT = ["-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wpedantic", "-Werror", "-fsyntax-only"]


class Shrinking(support.Case):
    """Inputs are made short by their parts. What must stay is a test of the octets here, not a harness."""

    @classmethod
    def setUpClass(cls):
        for patch in (mock.patch.object(house, "BUILD", support.BUILD),
                      mock.patch.dict("os.environ", support.environment()), mock.patch.object(build, "show_command")):
            patch.start()
            cls.addClassCleanup(patch.stop)
        build.build("release", ["postern"])

    def shrink(self, octets, holds, kind="session", seconds=support.PATIENCE):
        self.assertTrue(holds(octets))
        self.runs = 0

        def same(candidates):
            for number, candidate in enumerate(candidates):
                self.runs += 1
                if holds(candidate):
                    return number
            return None

        short = shrink.Shrinker(octets, kind, same, seconds, self.room).run()
        self.assertTrue(holds(short))
        self.assertLessEqual(len(short), len(octets))
        return short

    def test_by_whole_commands_first(self):
        session = (b"EHLO a\r\nNOOP\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\none\r\ntwo\r\n.\r\n"
                   b"NOOP\r\nVRFY needle\r\nRSET\r\nQUIT\r\n")
        self.assertEqual(self.shrink(session, lambda octets: b"VRFY needle\r\n" in octets), b"VRFY needle\r\n")
        self.assertLess(self.runs, 100)
        self.assertEqual(self.shrink(session, lambda octets: b"needle" in octets), b"needle")

    def test_a_message_is_one_part(self):
        session = b"EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nRSET\r\nRSET\r\n.\r\nQUIT\r\n"

        def holds(octets):  # a body without its DATA would be commands
            return octets.count(b"DATA\r\n") == octets.count(b"\r\n.\r\n") and octets.endswith(b"QUIT\r\n")

        self.assertEqual(self.shrink(session, holds), b"QUIT\r\n")

    def test_a_chunk_and_its_size_go_together(self):
        session = b"EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 600 LAST\r\nneedle" + b"x" * 594 + b"QUIT\r\n"

        def holds(octets):
            chunk = re.search(rb"BDAT (\d+)[^\n]*\r\n", octets)
            content = chunk and octets[chunk.end():chunk.end() + int(chunk[1])]
            return bool(chunk) and b"needle" in content and octets[chunk.end() + int(chunk[1]):] in (b"", b"QUIT\r\n")

        self.assertEqual(self.shrink(session, holds), b"BDAT 6\r\nneedle")

    def test_parameters_go_together(self):
        line = b"MAIL FROM:<a@b> BODY=8BITMIME SIZE=100 SMTPUTF8\r\n"
        self.assertEqual(self.shrink(line, lambda octets: re.fullmatch(
            rb"MAIL FROM:<a@b>( BODY=8BITMIME)?( SIZE=\d+)( SMTPUTF8)?\r\n", octets) is not None, kind="command"),
            b"MAIL FROM:<a@b> SIZE=1\r\n")

    def test_what_fails_by_itself_goes_on_failing_by_itself(self):
        def failing(octets, session, report=""):
            oracle = "SAN" if report else "TLS"
            details = {} if report else {"session": session.decode("latin-1")}
            return Failing(None, violation.Verdict(oracle, "key", details=details), report)

        direct = shrink.Same(b"\xff", failing(b"\xff", b"\xff").verdict, "")
        self.assertTrue(direct.holds(b"a", failing(b"a", b"a")))
        self.assertFalse(direct.holds(b"a", failing(b"a", b"RSET a")))
        varied = shrink.Same(b"x", failing(b"x", b"RSET x").verdict, "")
        self.assertTrue(varied.holds(b"a", failing(b"a", b"RSET a")))
        stack = "".join(f"    #{number} 0x{number} in {place}\n" for number, place in enumerate(
            ("memcpy a.c:1", "take b.c:2", "take b.c:3", "judge c.c:4")))
        crash = shrink.Same(b"x", failing(b"x", b"", stack).verdict, stack)
        self.assertTrue(crash.holds(b"a", failing(b"a", b"", stack.replace("0x1 in take b.c:2", "0x9 in take b.c:7"))))
        self.assertFalse(crash.holds(b"a", failing(b"a", b"", stack.replace("judge", "limit"))))
        self.assertEqual(violation.stack_of(stack), ["memcpy", "take", "judge"])

    def test_time_is_up(self):
        self.assertEqual(self.shrink(b"NOOP\r\n" * 50, lambda octets: b"N" in octets, seconds=0), b"NOOP\r\n" * 50)

    def test_binary_and_empty(self):
        self.assertEqual(self.shrink(bytes(range(256)) * 3, lambda octets: b"\xff\x00" in octets), b"\xff\x00")
        self.assertEqual(self.shrink(b"", lambda octets: True), b"")


class Exports(support.Case):
    HARD = b"a\r\n\0\x80'%\\\r\n*/ /* ??/\r\n-x" + bytes(range(256)) + b"\r\n" + b"z" * 500 + b"7\n8"

    def test_the_program_compiles_without_a_warning(self):
        path = self.room / "test.c"
        for octets in (self.HARD, b"", b"\\"):
            path.write_bytes(ctest_case.program(octets, "fuzz_x", "t */", "e /* \\", "s\x1b", True))
            for compiler in ("gcc", "clang"):
                if subprocess.run(["which", compiler], stdout=subprocess.DEVNULL, check=False).returncode == 0:
                    subprocess.run([compiler, *STRICT, str(path)], check=True)
            numbers = re.search(r"(?s)input\[\] = \{(.*?)\n\};", path.read_text()).group(1)
            said = bytes(int(one, 16) for one in re.findall(r"0x([0-9a-f]{2}),", re.sub(r"(?s)/\*.*?\*/", "", numbers)))
            self.assertEqual(said, octets)

    def nc(self, octets, kind):
        """Run the script with an nc that writes down what it is given. Returns: that, and its arguments."""
        script, nc, out = self.room / "replay.sh", self.room / "nc", self.room / "out"
        script.write_bytes(wire.shell_script(octets, kind, f"a title\ntouch {self.room}/hostile\r\x00"))
        nc.write_text(f"#!/bin/sh\necho \"$@\" > {out}.arguments\ncat > {out}\n")
        nc.chmod(0o755)
        subprocess.run(["sh", str(script)], check=True, env={"PATH": f"{self.room}:/usr/bin:/bin", "PAUSE": "0"})
        self.assertFalse((self.room / "hostile").exists())
        return out.read_bytes(), Path(f"{out}.arguments").read_text()

    def test_the_script_sends_every_octet(self):
        for octets in (self.HARD, b"", b"--", b"EHLO a\r\n\x16\x03"):
            sent, arguments = self.nc(octets, "session")
            self.assertEqual(sent, octets)
            self.assertIn("127.0.0.1 2525", arguments)

    def test_a_server_listens(self):
        sent, arguments = self.nc(b"220 a\r\n221 b\r\nNOOP x\r\n", "client")
        self.assertEqual(sent, b"220 a\r\n221 b\r\n")
        self.assertIn("-l", arguments)

    def test_what_is_no_session_gets_one(self):
        for kind, octets, sent in (("address", b"a@b", b"MAIL FROM:<a@b>\r\n"),
                                   ("data", b"text", b"DATA\r\ntext\r\n.\r\n"),
                                   ("command", b"RCPT TO:<x@y>", b"\r\nRCPT TO:<x@y>\r\n"), ("line", b"x\n", b"x\n"),
                                   ("data", b"a\r\n.\r\nNOOP\r\n", b"DATA\r\na\r\n.\r\nNOOP\r\nQUIT")):
            self.assertIn(sent, wire.by_client(octets, kind))
        self.assertIsNone(wire.by_client(b"220 a\r\n", "reply"))

    def test_the_session_that_a_law_made_of_it(self):
        told = violation.Verdict("TLS", "key", details={"session": "A\r\n\xff"})
        self.assertEqual(exports.variant_of(b"A\r\n", told), b"A\r\n\xff")
        self.assertIsNone(exports.variant_of(b"A\r\n\xff", told))
        self.assertIsNone(exports.variant_of(b"x", violation.Verdict("ROUND", "key")))

    def test_what_is_in_a_table_stays_in_its_cell(self):
        hostile = "a|b\\|c `x` ``y``\n| d |\r\x1b[31m <b>*e*</b> [f](g)"
        verdict = violation.Verdict(hostile, "key", hostile, hostile, hostile, hostile,
                                    {"expected": hostile, "seen": hostile})
        harness = build.Harness("fuzz_x", Path("/x"), None, None, "session")
        bucket = triage.Bucket("key", "name", [reproducing.Case(Path("/a`b\nc"), harness, verdict, "", "plain")])
        text = exports.explanation(bucket, b"x", "")
        self.assertNotIn("\x1b", text)
        table = [line for line in text.splitlines() if line.startswith("|")]
        self.assertEqual(len(table), 2 + 8)
        for line in table:  # a bar that ends no cell has one backslash before it, and no more
            self.assertEqual(len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)), 3, line)
        self.assertIn("- ``` /a`b\\x0ac ``` (fuzz_x)".replace("```", "``"), text)

    def test_one_key_for_all_harnesses_where_it_says_enough(self):
        lawful = violation.Verdict("REF", "REF|MAIL|DATA", state="MAIL", verb="DATA")
        vague = violation.Verdict("ROUND", "ROUND|the law to hold")
        self.assertEqual(violation.bucket_of(lawful, "fuzz_a"), violation.bucket_of(lawful, "fuzz_b"))
        self.assertNotEqual(violation.bucket_of(vague, "fuzz_a"), violation.bucket_of(vague, "fuzz_b"))


class Places(support.Case):
    def test_where_it_goes(self):
        (self.room / "state/findings/fuzz_x").mkdir(parents=True)
        (self.room / "other").mkdir()
        for given, source, output in (("state", "state/findings", "state/triage"),
                                      ("state/findings", "state/findings", "state/triage"),
                                      ("state/findings/fuzz_x", "state/findings/fuzz_x", "state/triage-fuzz_x"),
                                      ("other", "other", "other/triage")):
            options = argparse.Namespace(dir=str(self.room / given), output=None)
            self.assertEqual(triage.places(options), (self.room / source, self.room / output))


class Collecting(support.Case):
    def test_what_a_triage_wrote_is_no_finding(self):
        for name in ("fuzz_x/one", "fuzz_x/one.json", "triage/b/input", "triage/triage.json", "triage/b/report.txt",
                     "triage-1/triage.json", "triage-1/flaky/fuzz_x/z", ".triage.1.part/b/input",
                     "deep/mine/triage.json",
                     "deep/mine/b/input", "moved/input", "moved/report.txt", "moved/test.c", "moved/notes",
                     "fuzz_x/report.txt", "fuzz_y/a"):
            (self.room / name).parent.mkdir(parents=True, exist_ok=True)
            (self.room / name).write_text("{}")
        (self.room / "moved" / "bucket.json").write_text('{"harness": "fuzz_x"}')
        (self.room / "fuzz_x" / "a pipe.d").mkdir()
        os.mkfifo(self.room / "fuzz_x" / "pipe")
        (self.room / "fuzz_x" / "nowhere").symlink_to("nothing")
        (self.room / "fuzz_x" / "round").symlink_to("round")
        known = [build.Harness("fuzz_x", Path("/x"), None, None, None)]
        with mock.patch.object(triage, "say"), contextlib.redirect_stderr(io.StringIO()) as said:
            found, left_out = triage.collect(self.room, known)
        self.assertEqual([str(case.path.relative_to(self.room)) for case in found],
                         ["fuzz_x/one", "fuzz_x/report.txt", "moved/input", "moved/notes"])
        self.assertEqual(left_out, [{"file": str(self.room / "fuzz_y/a"), "why": triage.UNKNOWN},
                                    {"file": str(self.room / "fuzz_x/round"),
                                     "why": "Too many levels of symbolic links"}])
        self.assertEqual(said.getvalue(), "")

    def test_a_folder_that_cannot_be_read_is_left_out_and_told(self):
        for name in ("fuzz_x/one", "fuzz_x/deep/two"):
            (self.room / name).parent.mkdir(parents=True, exist_ok=True)
            (self.room / name).write_text("")
        known = [build.Harness("fuzz_x", Path("/x"), None, None, None)]
        with mock.patch.object(triage, "say") as say, support.sealed(self.room / "fuzz_x/deep"):
            found, left_out = triage.collect(self.room, known)
        self.assertEqual([case.path.name for case in found], ["one"])
        self.assertEqual(left_out, [{"file": str(self.room / "fuzz_x/deep"), "why": "Permission denied"}])
        self.assertIn("cannot be read", str(say.mock_calls))


class Apart(support.Case):
    def test_names_of_any_kind(self):
        harness = build.Harness("fuzz_x", Path("/x"), None, None, None)
        names = ("x" * 255, "a b\nc", os.fsdecode(b"\xff\xfe"), "told", "told.json")
        for name in names:
            (self.room / name).write_text(name, errors="surrogateescape")
        (self.room / "sealed").write_text("x")
        support.make_unreadable(self.room / "sealed.json")
        triage.set_apart([reproducing.Case(self.room / name, harness) for name in (*names[:-1], "sealed")],
                         self.room / "to")
        self.assertEqual(sorted(path.name for path in (self.room / "to/flaky/fuzz_x").iterdir()),
                         sorted((*names, "sealed")))


class Slow(support.Case):
    def test_what_takes_long_is_told(self):
        harness, path = self.room / "harness", self.room / "one"
        harness.write_text("#!/bin/sh\ncase $* in *--brief*|*--seconds=6*) exit 0;; esac\nkill -PROF $$\n")
        harness.chmod(0o755)
        path.write_bytes(b"x")
        case = reproducing.Case(path, build.Harness("fuzz_x", harness, None, None, None))
        builds = mock.Mock(replaying=lambda *_: Replaying(harness, 1))
        with mock.patch.object(reproducing, "say"), mock.patch.object(triage, "say") as say:
            reproducing.reproduce(builds, [case], 1)
            triage.tell([case], {}, [case], [], self.room)
        self.assertEqual((case.verdict, case.slow), (None, True))
        self.assertIn("longer than --seconds", str(say.mock_calls))


class Keeping(support.Case):
    """A folder that is replaced as a whole."""

    def setUp(self):
        super().setUp()
        silence = mock.patch.object(keeping, "say")
        silence.start()
        self.addCleanup(silence.stop)

    def write(self, text, ends=True):
        kept = keeping.Kept(self.room / "triage")
        with contextlib.suppress(KeyboardInterrupt), kept.folder() as folder:
            (folder / "file").write_text(text)
            if not ends:
                raise KeyboardInterrupt
            kept.replace({"said": text})

    def test_whole_or_not_at_all(self):
        self.write("one")
        self.write("two", ends=False)
        self.assertEqual((self.room / "triage" / "file").read_text(), "one")
        self.write("three")
        self.assertEqual((self.room / "triage" / "file").read_text(), "three")
        self.assertEqual([path.name for path in self.room.iterdir()], ["triage"])

    def test_what_killed_ones_left_goes_and_that_of_the_living_stays(self):
        dead = subprocess.Popen(["true"])
        dead.wait()
        for name in (f".triage.{dead.pid}.part", f".triage.{dead.pid}.old", f".triage.{os.getppid()}.part",
                     ".triage.mine"):
            (self.room / name).mkdir()
        self.write("one")
        self.assertEqual({path.name for path in self.room.iterdir()},
                         {"triage", f".triage.{os.getppid()}.part", ".triage.mine"})

    def test_a_kill_between_two_renamings(self):
        self.write("one")
        os.rename(self.room / "triage", self.room / f".triage.{os.getppid()}.old")
        self.assertFalse(keeping.Kept(self.room / "triage").home.exists())  # the other one is at it
        dead = subprocess.Popen(["true"])
        dead.wait()
        os.rename(self.room / f".triage.{os.getppid()}.old", self.room / f".triage.{dead.pid}.old")
        keeping.Kept(self.room / "triage")
        self.assertEqual((self.room / "triage" / "file").read_text(), "one")
        self.assertEqual([path.name for path in self.room.iterdir()], ["triage"])

    def test_where_it_cannot_be(self):
        (self.room / "file").write_text("")
        with self.assertRaisesRegex(Failure, "cannot be written .*--output"), \
                keeping.Kept(self.room / "file" / "triage").folder():
            self.fail("it was written")

    def test_an_empty_folder_is_nobodys(self):
        (self.room / "triage").mkdir()
        self.write("one")
        self.assertEqual([path.name for path in self.room.iterdir()], ["triage"])

    def test_two_that_end_at_once(self):
        def one(number):
            for _ in range(25):
                kept = keeping.Kept(self.room / "triage")
                kept.work = kept.work.with_name(f".triage.x{number}.part")  # as of two processes
                with kept.folder() as folder:
                    (folder / "file").write_text(str(number))
                    kept.replace({})

        parallel.each(2, one, [1, 2], lambda _: None, lambda: None)
        self.assertEqual([path.name for path in self.room.iterdir()], ["triage"])
        self.assertIn((self.room / "triage" / "file").read_text(), "12")

    def test_a_changed_file_is_set_aside(self):
        for count in (1, 2):
            self.write("one")
            (self.room / "triage" / "file").write_text(f"changed {count}")
        self.write("two")
        self.assertEqual([(self.room / name / "file").read_text() for name in ("triage", "triage-1", "triage-2")],
                         ["two", "changed 1", "changed 2"])


class Triage(support.Case):
    long = True

    def triage(self, *arguments, **keywords):
        return support.script("triage", self.room, "--shorten", support.PATIENCE, "--tries", "2", *arguments,
                              **keywords)

    def plant(self, harness, **inputs):
        folder = self.room / "findings" / harness
        folder.mkdir(parents=True, exist_ok=True)
        for name, octets in inputs.items():
            (folder / name).write_bytes(octets)

    def findings(self):
        """All that lies there: content and time."""
        return {str(path): (path.read_bytes(), path.stat().st_mtime_ns)
                for path in (self.room / "findings").rglob("*") if path.is_file()}

    def buckets(self):
        return sorted(path.parent for path in (self.room / "triage").glob("*/bucket.json"))

    def test_planted_faults(self):
        self.plant("fuzz_planted", long=b"EHLO one\r\nNOOP\r\nQUIT\r\n", short=b"EHLO x\r\n", memory=b"DATA 1234",
                   harmless=b"NOOP\r\n")
        self.plant("fuzz_unheard_of", x=b"NOOP\r\n")
        before = self.findings()
        code, out, err = self.triage("--json")
        self.assertEqual(code, 1, err)
        facts = json.loads(out)
        self.assertEqual((facts["findings"], len(facts["buckets"]), len(facts["left_out"])), (4, 2, 1))
        self.assertEqual([Path(one["file"]).name for one in facts["flaky"]], ["harmless"])
        self.assertEqual((self.room / "triage/flaky/fuzz_planted/harmless").read_bytes(), b"NOOP\r\n")
        law, memory = self.buckets()
        self.assertTrue(law.name.startswith("one-greeted-ehlo-") and memory.name.startswith("san-addresssanitizer"))
        for folder, octets in ((law, b"EHLO"), (memory, b"DATA")):
            self.assertEqual({path.name for path in folder.iterdir()} | {"session.pcap"}, FILES)
            self.assertEqual((folder / "input").read_bytes(), octets)
            told = json.loads((folder / "bucket.json").read_text())
            self.assertEqual((told["harness"], told["test"], told["size"]), ("fuzz_planted", "fails", 4), err)
        self.assertEqual(len(told := json.loads((law / "bucket.json").read_text())["findings"]), 2, told)
        self.assertIn("AddressSanitizer: heap-buffer-overflow", (memory / "report.txt").read_text())
        explained = (law / "explanation.md").read_text()
        for words in ("RFC 5321 4.2", "one reply", "made shorter from 8", "./scripts/reproduce --harness fuzz_planted"):
            self.assertIn(words, explained)
        self.assertIn("EHLO", (law / "dialogue.txt").read_text())
        self.assertRegex(err, r"(?m)^one-greeted-ehlo-\w+ +2 +8 -> 4 +fuzz_planted +fails +RFC 5321 4.2$")
        self.assertEqual(self.findings(), before)
        self.assertEqual([path for path in self.room.iterdir() if path.name.startswith(".")], [])
        self.again(law)

    def again(self, law):
        """A second run replaces the first, and what somebody wrote into it stays."""
        code, out, _ = self.triage()
        self.assertEqual(code, 1, out)
        self.assertFalse((self.room / "triage-1").exists())
        (law / "notes").write_text("mine")
        code, out, _ = self.triage()
        self.assertIn("has been changed by hand", out)
        self.assertEqual((self.room / "triage-1" / law.name / "notes").read_text(), "mine")
        self.assertEqual(len(self.buckets()), 2)

    def test_a_faulty_server(self):
        session = (b"EHLO client.example\r\nNOOP\r\nMAIL FROM:<a@b.example> SIZE=10\r\nRCPT TO:<c@d.example>\r\n"
                   b"DATA\r\nSubject: x\r\n\r\ntext\n.\nNOOP\r\nmore\r\n.\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n"
                   b"BDAT 9 LAST\r\n123456789QUIT\r\n")
        self.plant("fuzz_bugbench", finding=session)
        code, out, err = self.triage(POSTERN_BUG="2",
                                     POSTERN_CMAKE_ARGS="-DPOSTERN_TEST_HARNESSES=ON -DPOSTERN_BUGBENCH=ON")
        self.assertEqual((code, err), (1, ""), out)
        folder, = self.buckets()
        short = (folder / "input").read_bytes()
        self.assertIn(b"\n.\n", short)
        self.assertNotIn(b"BDAT", short)
        self.assertLess(len(short), 90)
        self.assertEqual(json.loads((folder / "bucket.json").read_text())["test"], "fails")
        told = (folder / "dialogue.txt").read_text()
        self.assertIn("<- bare-lf", told)
        self.assertRegex(told, r"What bugbench answered, up to where the law broke:\n\n    to CONNECT: 220 ")
        self.assertIn("\n\nThe dialogue, as libpostern answers it, not bugbench, the target under test:\n\n", told)
        code, again, err = support.script("reproduce", folder / "input", POSTERN_BUG="2")
        self.assertEqual((code, err), (1, ""), again)
        self.assertIn(told.split("\n\n")[1], again)
        self.assertIn("as libpostern answers it, not bugbench", again)
        # The same test passes where the server is right.
        case, = (support.BUILD / "release" / "cases").glob(f"case.{folder.name}")
        self.assertEqual(subprocess.run([case], env={**os.environ, "POSTERN_BUG": "0"}, check=False).returncode, 0)

    def test_nothing_fails(self):
        self.plant("fuzz_planted", harmless=b"RSET\r\n")
        code, out, err = self.triage("--output", self.room / "elsewhere", "--tries", "1")
        self.assertEqual((code, err), (0, ""), out)
        self.assertIn("1 finding: 0 buckets, 1 flaky", out)
        self.plant("fuzz_unheard_of", x=b"NOOP\r\n")
        code, out, err = self.triage("--output", self.room / "elsewhere", "--tries", "1", "--json")
        self.assertEqual((code, [one["why"] for one in json.loads(out)["left_out"]]), (1, [triage.UNKNOWN]), err)
        self.assertEqual([one["slow"] for one in json.loads(out)["flaky"]], [False])
        self.assertTrue((self.room / "elsewhere" / "triage.json").exists())

    def test_misuse(self):
        self.refused("triage", self.room / "nothing", says="no such folder")
        self.refused("triage", says="no campaign has found anything", XDG_STATE_HOME=str(self.room))
        (self.room / "findings").mkdir()
        (self.room / "triage").mkdir()
        (self.room / "triage" / "precious").write_text("")
        self.refused("triage", self.room, says="no triage made it")
        self.assertTrue((self.room / "triage" / "precious").exists())


if __name__ == "__main__":
    unittest.main()
