# SPDX-License-Identifier: MIT
"""`postern judge`: libpostern, and programs on a pipe, before the laws. Room: harnesses/test."""

import json
import os
import pathlib
import shlex
import shutil
import sys
import tempfile
import time
import unittest

import cli

HERE = pathlib.Path(__file__).resolve().parent
SEEDS = HERE.parent.parent / "corpus" / "seeds" / "fuzz_session"
EXAMPLE = os.environ.get("POSTERN_SESSION_ON_STDIO", "")

HELLO = b"EHLO a.example\r\n"
RCPT = HELLO + b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\n"
DATA = RCPT + b"DATA\r\n"


def program(fault="none"):
    return f"{shlex.quote(sys.executable)} -B {shlex.quote(str(HERE / 'faulty_server.py'))} {fault}"


def server(fault="none"):
    return f"--target=exec:exec {program(fault)}"


class Judge(cli.Case):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def put(self, octets, name="case"):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(octets)
        return str(path)

    def judge(self, fault, octets, *options):
        """The object for one session with a faulty server; and the exit code fits it."""
        code, out, err = cli.run("judge", "--jsonl", server(fault), *options, self.put(octets))
        self.assertEqual(err, "", (fault, octets))
        found = json.loads(out)
        self.assertEqual(code, found["verdict"] == "broken", (fault, octets, found))
        return found

    def broken(self, fault, octets, oracle, *options):
        found = self.judge(fault, octets, *options)
        self.assertEqual((found["verdict"], found.get("oracle")), ("broken", oracle), (fault, octets, found))
        return found

    def lawful(self, octets, *options, fault="none"):
        found = self.judge(fault, octets, *options)
        self.assertEqual(found["verdict"], "lawful", (fault, octets, found))
        return found

    # ---- A server without a fault ----

    def test_a_good_server_breaks_no_law(self):
        for octets in (b"", HELLO, HELLO[:-1], b"NOOP\r\nDATA\r\nXYZZY\r\nQUIT\r\nNOOP\r\n", DATA + b".\r\nQUIT\r\n",
                       DATA + b"open", DATA + b"NOOP\r\n..\r\n.\r\nNO\nOP\r\n" + RCPT,
                       RCPT + b"BDAT 6\r\nNOOP\r\nBDAT 2 LAST\r\nxxMAIL FROM:<a@b>\r\n", b"BDAT 6\r\nNOOP\r\nQUIT\r\n",
                       RCPT + b"BDAT 60 LAST\r\nNOOP\r\n", HELLO + b"STARTTLS\r\nNOOP\r\n\x16\x03" + HELLO):
            for options in ((), ("--lockstep",), ("--practice",)):
                self.lawful(octets, "--wait=60", *options)
        self.lawful(b"NOOP\r\n", "--wait=60", "--thorough")

    def test_what_it_answered_is_told(self):
        octets = DATA + b".\r\nBDAT 1\r\nxNOPE\r\nQUIT\r\n"
        found = self.lawful(octets, "--wait=60")  # it answers, however long the machine takes to start it
        self.assertEqual([(one["verb"], one["reply"]) for one in found["events"]], [
            ("CONNECT", 220), ("EHLO", 250), ("MAIL", 250), ("RCPT", 250), ("DATA", 354), ("DATA_BODY", 250),
            ("BDAT", 503), ("UNKNOWN", 500), ("QUIT", 221)])
        self.assertEqual([one["at"] for one in found["events"]], [0, 0, 16, 41, 64, 70, 73, 82, 88])
        self.assertTrue(found["events"][1]["text"].startswith("250-faulty\\r\\n250-CHUNKING\\r\\n250 "))
        self.assertEqual((found["status"], found["signal"], found["killed"], found["late"], found["lost"]),
                         (0, None, False, False, False))

    def test_libpostern_on_a_pipe_breaks_none(self):
        if not EXAMPLE:
            self.skipTest("session_on_stdio was not built")
        for options in ((), ("--lockstep",)):
            out = self.ask("judge", f"--target=exec:exec {shlex.quote(EXAMPLE)}", "--wait=60", *options, str(SEEDS))
            self.assertRegex(out, r"^\d{3,} files, 0 broken, \d+ skipped \(LMTP\)\n$")

    # ---- Each fault ----

    def test_each_fault_is_reported(self):
        cases = [
            ("code-999", HELLO, "GRAM"), ("reply-with-lf", HELLO, "GRAM"), ("hyphen-on-last", HELLO, "GRAM"),
            ("echo", HELLO + b"NOOP x\r\n", "ONE"), ("two-replies", HELLO + b"NOOP\r\nRSET\r\n", "ONE"),
            ("two-replies", HELLO + b"NOOP\r\n", "ONE"), ("no-greeting", HELLO, "ONE"),
            ("stays-after-quit", HELLO + b"QUIT\r\nNOOP\r\n", "ONE"), ("rcpt-before-mail", HELLO + RCPT[41:], "STATE"),
            ("503-to-noop", HELLO + b"NOOP\r\n", "STATE"),
            ("lf-dot-lf", DATA + b"x\n.\nMAIL FROM:<a@b>\r\n.\r\n", "ONE"),
            ("chunks-are-commands", RCPT + b"BDAT 6 LAST\r\nNOOP\r\n", "ONE"),
            ("answers-before-tls", HELLO + b"STARTTLS\r\nNOOP\r\n", "ONE"), ("floods", HELLO, "ONE"),
        ]
        for fault, octets, oracle in cases:
            found = self.broken(fault, octets, oracle, "--wait=1")
            self.assertTrue(found["expected"] and found["seen"] and found["section"], found)

    def test_a_cut_must_not_matter(self):
        found = self.broken("cut-ends-line", HELLO + b"NOOP\r\n", "CHUNK", "--thorough")
        self.assertIn("cuts", found["seen"])

    def test_a_program_that_ends(self):
        found = self.broken("crashes", HELLO + b"NOOP\r\n", "SAN")  # whatever else a death leaves undone
        self.assertEqual((found["signal"], found["status"]), (11, None))
        self.assertEqual((found["expected"], found["seen"]), ("the program to live", "a signal, Segmentation fault"))
        found = self.broken("exits", HELLO + b"NOOP\r\n", "ONE")
        self.assertEqual((found["signal"], found["status"]), (None, 3))
        found = self.broken("exits-quietly", HELLO + b"NOOP\r\n", "ONE")
        self.assertEqual((found["status"], found["seen"]), (0, "close"))
        # one that has answered everything
        command = "printf '220 a\\r\\n'; cat > /dev/null; kill -SEGV $$"
        code, out, err = cli.run("judge", "--jsonl", f"--target=exec:{command}", self.put(b"NO"))
        self.assertEqual((code, err, json.loads(out)["oracle"], json.loads(out)["signal"]), (1, "", "SAN", 11))

    def test_what_we_end_has_not_crashed(self):
        # Who is cut off dies of the pipe that nobody reads any more, the shell or what it runs, or is killed.
        for command in ("exec yes 250", "yes 250; exit $?", "printf '220 a\\r\\n'; exec sleep 3600"):
            code, out, err = cli.run("judge", "--jsonl", "--wait=0.5", f"--target=exec:{command}", self.put(HELLO))
            found = json.loads(out)
            self.assertEqual((code, err, found["oracle"] != "SAN", found["signal"], found["killed"]),
                             (1, "", True, None, True), command)

    def test_a_crash_in_one_of_the_runs(self):
        mark = shlex.quote(str(self.folder / "has-crashed"))
        command = f"printf '220 a\\r\\n'; cat > /dev/null; test -e {mark} || {{ : > {mark}; kill -SEGV $$; }}"
        files = [self.put(b"NO", "one"), self.put(b"NOO", "two")]
        code, out, err = cli.run("judge", "--jsonl", f"--target=exec:{command}", *files)
        first, second = (json.loads(line) for line in out.splitlines())
        self.assertEqual((code, err, first["oracle"], second["verdict"]), (1, "", "SAN", "lawful"))

    def in_turn(self, *deeds):
        """A server that does one of these at each start, in this order, and is a good one from then on."""
        counter = shlex.quote(str(self.folder / "starts"))
        cases = "".join(f"{number}) {deed} ;; " for number, deed in enumerate(deeds))
        return (f"--target=exec:n=$(cat {counter} 2> /dev/null || echo 0); echo $((n + 1)) > {counter}; "
                f"case $n in {cases} esac; exec {program()}")

    def test_who_was_late_once_gets_more_time(self):
        code, out, err = cli.run("judge", "--jsonl", self.in_turn("exec sleep 3600"), self.put(b"NOOP\r\n"))
        self.assertEqual((code, err, json.loads(out)["verdict"]), (0, "", "lawful"))

    def test_a_crash_is_not_forgotten_over_a_late_reply(self):
        code, out, err = cli.run("judge", "--jsonl", "--thorough", self.put(b"NOOP\r\n"),
                                 self.in_turn(f"{program()}; kill -SEGV $$", "exec sleep 3600"))
        self.assertEqual((code, err, json.loads(out)["verdict"]), (1, "", "broken"))

    def test_time_is_bounded_and_nothing_stays(self):
        # Each of these programs would stay for an hour. A greeting must come in time, on a busy machine as well.
        begin = time.monotonic()
        found = self.broken("sleeps", HELLO + b"NOOP\r\n" * 3, "ONE", "--wait=1")
        self.assertEqual((found["late"], found["killed"]), (True, True))
        found = self.lawful(HELLO, "--wait=1", fault="ignores-the-end")
        self.assertEqual((found["killed"], found["signal"]), (True, None))
        self.lawful(HELLO, "--wait=1", fault="leaves-a-child")
        self.assertLess(time.monotonic() - begin, 600)
        marker = f"{os.getpid()}.5"
        command = f"sleep 3600.{marker} & printf '220 a\\r\\n'; exec sleep 3600.{marker}"
        cli.run("judge", "--wait=0.1", f"--target=exec:{command}", self.put(b""))
        alive = [path for path in pathlib.Path("/proc").glob("[0-9]*/cmdline") if self.mentions(path, marker)]
        self.assertEqual(alive, [])

    @staticmethod
    def mentions(path, marker):
        try:
            return path.read_bytes().split(b"\0")[1:2] == [f"3600.{marker}".encode()]
        except OSError:
            return False

    # ---- What is ambiguous is not judged ----

    def test_practice(self):
        takes_lf = "--target=exec:printf '220 a\\r\\n'; while read -r line; do printf '250 a\\r\\n'; done"
        octets = b"NOOP\nNOOP\r\nNOOP\r\n"
        code, out, _ = cli.run("judge", "--jsonl", takes_lf, self.put(octets))
        self.assertEqual((code, json.loads(out)["oracle"]), (1, "ONE"))
        code, out, _ = cli.run("judge", "--jsonl", "--practice", takes_lf, self.put(octets))
        self.assertEqual((code, json.loads(out)["lost"]), (0, True))

    def test_lmtp_files_are_for_lmtp_servers(self):
        lmtp = self.put(b"LHLO a\r\nNOOP o00000001\r\n")
        code, out, err = cli.run("judge", server(), lmtp)
        self.assertEqual((code, out, err), (0, "1 file, 0 broken, 1 skipped (LMTP)\n", ""))
        self.assertEqual(self.judge("none", b"NOOP\r\n", "--lmtp")["verdict"], "skipped")
        two = b"LHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n.\r\nQUIT\r\nNOOP o00000001\r\n"
        self.lawful(two, "--lmtp", fault="lmtp")
        self.broken("lmtp-with-one-reply", two.replace(b"QUIT\r\n", b""), "ONE", "--lmtp", "--wait=1")
        self.broken("lmtp-with-one-reply", two, "STATE", "--lmtp")

    # ---- The verb ----

    def test_text(self):
        code, out, err = cli.run("judge", server("two-replies"), self.put(HELLO + b"NOOP\r\n"), self.put(b"", "good"))
        self.assertEqual((code, err), (1, ""))
        self.assertRegex(out, r"^\S+/case: ONE is broken\n")
        self.assertRegex(out, r"\n +expected +no reply, for all is answered: here or before, one too many\n")
        self.assertRegex(out, r"\n  C  NOOP\\r\\n\n  S  250 fine, \d+\.\d+\\r\\n\n  S  250 fine again")
        self.assertTrue(out.endswith("2 files, 1 broken\n"))

    def test_libpostern_is_the_default(self):
        code, out, _ = cli.run("judge", self.put(DATA + b"x\n.\r\n.\r\n"))
        self.assertEqual((code, out), (0, "1 file, 0 broken\n"))

    def test_misuse(self):
        case = self.put(HELLO)
        self.misuse("judge", says="missing")
        self.misuse("judge", str(self.folder / "nosuch"), says="nosuch")
        self.misuse("judge", "--target=nosuch", case, says="nosuch")
        self.misuse("judge", "--target=exec:", case, says="exec:")
        self.misuse("judge", "--wait=0", server(), case, says="--wait")
        self.misuse("judge", "--wait=x", server(), case, says="--wait")
        self.misuse("judge", "--lockstep", case, says="exec:")
        code, out, err = cli.run("judge", "--target=exec:exec /nosuch/program", case)
        self.assertEqual((code, out), (2, ""))
        self.assertIn("cannot run exec /nosuch/program", err)
        (self.folder / "empty").mkdir()
        self.misuse("judge", str(self.folder / "empty"), says="no session")


if __name__ == "__main__":
    unittest.main()
