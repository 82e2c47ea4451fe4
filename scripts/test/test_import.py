# SPDX-License-Identifier: MIT
"""Dialogues come into the corpora once and whole, and what is none is refused in a line that says why."""

import hashlib
import json
import subprocess
import unittest
from pathlib import Path

import support
from postern import importing, project, session_script

SESSION = b"EHLO a\r\nMAIL FROM:<a@b.example>\r\nQUIT\r\n"


class Scripts(support.Case):
    def read(self, text):
        path = self.room / "x.smtp"
        path.write_bytes(text.encode("latin-1"))
        return session_script.read(path)

    def test_items(self):
        script = "# hello\nC: EHLO a\nS: 250\n--\n\nC: STARTTLS\nTLS\nC:NOOP \\\\c\nC: A\\x00\\r\\c\n"
        self.assertEqual(self.read(script), b"EHLO a\r\nSTARTTLS\r\n\x16\x03NOOP \\c\r\nA\0\r")

    def test_what_is_no_item(self):
        for text, says in (("C: a\nD: b\n", r"line 2: no item: 'D: b'"), ("C: \\q", "line 1: bad escape"),
                           ("S: 25", "no item"), ("C: a\r\n", "line 1: it ends in CRLF"),
                           ("\nC: \xe4\n", "line 2: an octet beyond ASCII")):
            with self.assertRaisesRegex(ValueError, says):
                self.read(text)


class Refusing(support.Case):
    def test_a_hang_in_a_partition_is_refused_and_what_takes_long_is_told(self):
        harness = self.room / "harness"
        harness.write_text("#!/bin/sh\ncase $* in *--brief*|*--seconds=6*/0) exit 0;; esac\n"
                           "for name; do :; done; echo \"replay: failed: $name\" >&2; kill -PROF $$\n")
        harness.chmod(0o755)
        session = importing.Session("a", self.room / "a", SESSION, False)
        self.assertEqual(importing.judge([session], harness, 1, self.room), ({}, {"a"}))
        harness.write_text(harness.read_text().replace("*--seconds=6*/0", "no"))
        self.assertEqual(importing.judge([session], harness, 1, self.room), (
            {"a": "it breaks the law BOUND: timeout: 6 s do not do for all partitions and variants"}, set()))

    def test_a_folder_that_cannot_be_read(self):
        (self.room / "sealed").mkdir()
        (self.room / "x").write_bytes(SESSION)
        with support.sealed(self.room / "sealed"):
            self.assertEqual(importing.collect([self.room]),
                             ([self.room / "x"], {self.room / "sealed": "Permission denied"}))


class Importing(support.Case):
    def put(self, **files):
        folder = self.room / "mine"
        folder.mkdir(exist_ok=True)
        for name, octets in files.items():
            (folder / name.replace("_", ".")).write_bytes(octets)
        return folder

    def bring(self, *arguments):
        return support.script("import", "--state", self.room, *arguments)

    def corpus(self, harness):
        return {path.name: path.read_bytes() for path in (self.room / "corpus" / harness).glob("*")}

    def test_sessions_go_to_every_harness_that_takes_them(self):
        folder = self.put(raw=SESSION, script_smtp=b"C: EHLO a\nS: 250\nC: QUIT\nS: 221\n", raw_json=b"{}")
        code, out, err = self.bring(folder)
        self.assertEqual((code, err), (0, ""), out)
        self.assertIn("2 taken, 0 refused", out)
        wanted = {hashlib.sha1(octets).hexdigest(): octets for octets in (SESSION, b"EHLO a\r\nQUIT\r\n")}
        names = {path.name for path in (self.room / "corpus").iterdir()}
        self.assertTrue({"fuzz_session", "fuzz_chunks", "fuzz_auth"} <= names and "fuzz_address" not in names, names)
        for name in names:
            self.assertEqual(self.corpus(name), wanted)
        code, out, err = self.bring(folder / "raw", "--json")
        facts, = json.loads(out)["taken"]
        self.assertEqual((code, facts["new"], facts["octets"]), (0, 0, len(SESSION)), err)
        self.assertEqual(set(facts["harnesses"]), names)

    def test_a_session_too_long_for_a_harness_stays_out_of_it(self):
        folder = self.put(raw=b"EHLO a\r\n" + b"NOOP\r\n" * 450)
        code, out, err = self.bring(folder, "--harness", "fuzz_session", "--harness", "fuzz_chunks")
        self.assertEqual((code, err), (0, ""), out)
        self.assertIn("for 1 of 2 harnesses", out)
        self.assertEqual((len(self.corpus("fuzz_session")), len(self.corpus("fuzz_chunks"))), (1, 0))

    def test_one_that_cannot_be_read_is_refused_and_the_others_go_on(self):
        folder = self.put(good=SESSION)
        why = support.make_unreadable(folder / "sealed")
        code, out, err = self.bring(folder, "--harness", "fuzz_session", "--json", self.room / "x.json")
        self.assertEqual((code, err), (1, f"scripts/import: {folder}/sealed: it cannot be read: {why}\n"), out)
        facts = json.loads((self.room / "x.json").read_text())
        self.assertEqual((len(facts["taken"]), facts["refused"][0]["file"]), (1, f"{folder}/sealed"))

    def test_refusals(self):
        folder = self.put(good=SESSION, empty=b"", lf=b"EHLO a\nQUIT\n", server=b"220 mx\r\nEHLO a\r\n",
                          noise=b"hello\r\n", transcript=b"C: EHLO a\r\nS: 250 x\r\n",
                          bad_smtp=b"C: EHLO a\nEHLO b\n", silent_smtp=b"# no\n")
        code, out, err = self.bring(folder, "--output", self.room / "out", "--harness", "fuzz_session")
        self.assertEqual(code, 1, out)
        self.assertIn("1 taken, 7 refused", out)
        self.assertEqual(len(list((self.room / "out" / "fuzz_session").iterdir())), 1)
        for name, why in (("empty", "nothing is sent"), ("lf", "--crlf"), ("server", "line 1 is what a server says"),
                          ("noise", "no line of it is a command"), ("transcript", "call the file NAME.smtp"),
                          ("bad.smtp", "line 2: no item: 'EHLO b'"), ("silent.smtp", "nothing is sent")):
            line, = [line for line in err.splitlines() if f"/mine/{name}: " in line]
            self.assertIn(why, line)
        self.assertEqual(err.count("\n"), 7)

    def test_captures(self):
        show = support.BUILD / "release" / "postern"
        folder = self.put(raw=SESSION, tls=b"EHLO a\r\nSTARTTLS\r\n", no_pcap=b"EHLO a\r\n")
        self.bring(folder / "raw")  # has the command built
        for name in ("raw", "tls"):
            done = subprocess.run([show, "show", f"--pcap={folder}/{name}.pcap", folder / name], capture_output=True,
                                  text=True, check=False)
            (folder / name).unlink()
            if "no libpcap" in done.stderr:
                self.skipTest("built without libpcap")
        code, out, err = self.bring(folder, "--harness", "fuzz_auth")
        self.assertEqual((code, err.count("\n")), (1, 1), err)
        self.assertIn("/mine/no.pcap: no capture: ", err)
        self.assertIn("/mine/raw.pcap, connection 1: ", out)
        self.assertEqual(sorted(self.corpus("fuzz_auth").values()), sorted([SESSION, b"EHLO a\r\nSTARTTLS\r\n"]))
        code, out, err = self.bring(folder / "raw.pcap", "--port", "26")
        self.assertEqual(code, 1, out)
        self.assertIn("no client in it says anything to port 26", err)

    def test_line_ends_of_an_editor(self):
        folder = self.put(lf=b"EHLO a\nQUIT\n")
        code, out, err = self.bring(folder, "--crlf", "--harness", "fuzz_session")
        self.assertEqual((code, err), (0, ""), out)
        self.assertEqual(list(self.corpus("fuzz_session").values()), [b"EHLO a\r\nQUIT\r\n"])

    def test_replies_that_differ_are_told(self):
        code, out, err = self.bring(self.put(odd_smtp=b"C: EHLO a\nS: 550\n"), "--harness", "fuzz_session")
        self.assertEqual((code, err), (0, ""), out)
        self.assertIn("libpostern replies otherwise than it expects", out)

    def test_every_script_of_the_corpus(self):
        folder = project.ROOT / "corpus" / "sessions"
        code, out, err = self.bring(folder, "--harness", "fuzz_session")
        self.assertEqual((code, err), (0, ""), out)
        self.assertIn(f"{len(list(Path(folder).glob('*.smtp')))} taken", out)

    def test_misuse(self):
        self.refused("import", says="FILE")
        self.refused("import", self.room / "none", says="no such file or folder")
        self.refused("import", self.put(), says="there is no file in it")
        self.refused("import", self.put(x=SESSION), "--harness", "fuzz_address", says="takes no sessions")


if __name__ == "__main__":
    unittest.main()
