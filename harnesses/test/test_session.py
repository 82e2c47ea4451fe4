# SPDX-License-Identifier: MIT
"""`postern check session` and `postern show`: dialogues under the test policy. Room: harnesses/test."""

import json
import pathlib
import tempfile
import unittest

import cli

HELLO = b"EHLO a.example\r\n"
MAIL = HELLO + b"MAIL FROM:<a@b.example>\r\n"
RCPT = MAIL + b"RCPT TO:<c@d.example>\r\n"
PLAIN = b"AUTH PLAIN AHVzZXIAcGFzcw==\r\n"


class Session(cli.Case):
    def codes(self, octets, *options):
        return [event["reply"] for event in self.one("session", octets, *options)["events"]]

    def test_events(self):
        octets = RCPT + b"DATA\r\nhi\r\n.\r\nNO\nOP\r\nXYZZY\r\n" + PLAIN + b"QUIT\r\n"
        found = self.one("session", octets)
        wanted, at = [{"at": 0, "verb": "CONNECT", "reply": 220}], 0
        for verb, code, size in (("EHLO", 250, 16), ("MAIL", 250, 25), ("RCPT", 250, 23), ("DATA", 354, 6),
                                 ("DATA_BODY", 250, 7), (None, 500, 7), ("UNKNOWN", 500, 7), ("AUTH", 235, 29),
                                 ("QUIT", 221, 6)):
            wanted.append({"at": at, "verb": verb, "reply": code})
            at += size
        self.assertEqual(found["events"], wanted)
        self.assertEqual((found["verdict"], found["error"], found["offset"], found["reply"]),
                         ("reject", "bare-lf", octets.index(b"\nOP"), 500))

    def test_verdicts(self):
        accept = ("accept", None, None, None)
        incomplete = ("incomplete", None, None, None)
        cases = {
            b"": accept,
            HELLO: accept,
            HELLO[:-1]: incomplete,
            RCPT + b"DATA\r\n": incomplete,
            RCPT + b"DATA\r\n.\r\n": accept,
            RCPT + b"BDAT 2\r\na": incomplete,
            RCPT + b"BDAT 2\r\nab": accept,
            RCPT + b"BDAT 2 LAST\r\nab": accept,
            HELLO + b"AUTH PLAIN\r\n": incomplete,
            HELLO + b"AUTH PLAIN\r\nAHVzZXIAcGFzcw==\r\n": accept,
            HELLO + b"AUTH LOGIN\r\ndXNlcg==\r\n": incomplete,
            HELLO + b"AUTH LOGIN\r\ndXNlcg==\r\ncGFzcw==\r\n": accept,
            b"DATA\r\n": ("reject", "bad-sequence", 0, 503),
            HELLO + b"DATA\r\n": ("reject", "bad-sequence", 16, 503),
            HELLO + b"EXPN x\r\n": ("reject", "verb-not-implemented", 16, 502),
            HELLO + b"TURN\r\n": ("reject", "verb-not-implemented", 16, 502),
            HELLO + b"VRFY x\r\nHELP\r\n": accept,
            HELLO + b"MAIL FROM:<a@b..c>\r\n": ("reject", "domain-syntax", 31, 501),
            b"XYZZY\r\nNOOP": ("incomplete", "verb-unknown", 0, 500),
        }
        for octets, verdict in cases.items():
            self.assertEqual(self.verdict("session", octets), verdict, octets)

    def test_policy(self):
        for local, code in (("reject-", 550), ("reject-x", 550), ("defer-", 450), ("rejec", 250), ("xreject-", 250)):
            address = local.encode() + b"@b.example>\r\n"
            self.assertEqual(self.codes(HELLO + b"MAIL FROM:<" + address), [220, 250, code])
            self.assertEqual(self.codes(MAIL + b"RCPT TO:<" + address), [220, 250, 250, code])
        self.assertEqual(self.verdict("session", MAIL + b"RCPT TO:<reject-@b.example>\r\n"),
                         ("reject", None, None, 550))

        def body(*locals_, options=()):
            rcpts = b"".join(b"RCPT TO:<%s@d.example>\r\n" % local for local in locals_)
            hello = b"LHLO a.example\r\n" if options else HELLO
            return self.codes(hello + MAIL[len(HELLO):] + rcpts + b"DATA\r\n.\r\n", *options)[4 + len(locals_):]
        self.assertEqual(body(b"c"), [250])
        self.assertEqual(body(b"c", b"bodydefer-"), [451])
        self.assertEqual(body(b"bodyreject-", b"bodydefer-", b"c"), [554])
        self.assertEqual(body(b"c", b"bodydefer-", b"bodyreject-", options=["--lmtp"]), [250, 451, 554])
        self.assertEqual(self.codes(HELLO + b"AUTH PLAIN AHVzZXIAcGFzcwo=\r\n"), [220, 250, 535])

    def test_there_is_no_error_budget(self):
        self.assertEqual(self.codes(b"XYZZY\r\n" * 100), [220] + [500] * 100)

    def test_starttls(self):
        start = HELLO + b"STARTTLS\r\n"
        self.assertEqual(self.codes(start + b"\x16\x03" + HELLO), [220, 250, 220, 250])
        self.assertEqual(self.codes(start + b"NOOP\r\nNO\x16\x03" + HELLO), [220, 250, 220, 250])
        self.assertEqual(self.codes(start + b"NOOP\r\nNOOP\r\n"), [220, 250, 220])
        self.assertEqual(self.codes(start + b"\x16\x03STARTTLS\r\n"), [220, 250, 220, 503])
        found = self.one("session", start + b"inject\r\n\x16\x03DATA\r\n")
        self.assertEqual(found["events"][-1], {"at": len(start) + 10, "verb": "DATA", "reply": 503})
        self.assertEqual((found["error"], found["offset"]), ("bad-sequence", len(start) + 10))
        # without an accepted STARTTLS they are octets like any others
        self.assertEqual(self.codes(b"NOOP \x16\x03\r\n"), self.codes(b"NOOP \x16\x04\r\n"))

    def test_options_of_a_file(self):
        self.assertEqual(self.codes(b"LHLO a\r\nNOOP o00000001\r\n"), [220, 250, 250])
        self.assertEqual(self.codes(HELLO + PLAIN + b"NOOP o00000002\r\n"), [220, 250, 502, 250])
        for pending in (b"NOOP o00000000\r\n", b"NOOP o00000004\r\n"):
            octets = RCPT + b"RCPT TO:<defer-@b>\r\nDATA\r\nx\n\r\n.\r\nVRFY x\r\n" + PLAIN + pending
            self.assertEqual(self.codes(octets), [220, 250, 250, 250, 450, 354, 554, 252, 235, 250])
        self.assertEqual(self.codes(b"X\r\n" * 30 + b"NOOP o00000020\r\n"), [220] + [500] * 20 + [421])

    def test_extensions_are_those_offered(self):
        self.assertEqual(self.codes(HELLO + PLAIN, "--extensions=SIZE"), [220, 250, 502])
        self.assertEqual(self.codes(HELLO + PLAIN, "--extensions=SIZE,AUTH"), [220, 250, 235])

    def test_the_offset_of_a_violation_counts_the_stream(self):
        data = RCPT + b"DATA\r\nabc\r\n"
        self.assertEqual(self.verdict("session", data + b"x\ny\r\n.\r\n"), ("reject", "bare-lf", len(data) + 1, 554))
        chunks = RCPT + b"BDAT 5\r\nabc\r\nBDAT 4\r\nde\r\nBDAT 4 LAST\r\n"
        self.assertEqual(self.verdict("session", chunks + b"x\0\r\n"), ("reject", "nul", len(chunks) + 1, 554))
        late = RCPT + b"DATA\r\nabc\r\n.\r\n" + data[len(HELLO):]
        self.assertEqual(self.verdict("session", late + b"\0\r\n.\r\nNOOP o00000004\r\n"),
                         ("reject", "nul", len(late), 554))
        twice = data + b"\0\r\n.\r\n" + RCPT[len(HELLO):] + b"DATA\r\na\rb\r\n.\r\n"
        self.assertEqual(self.verdict("session", twice), ("reject", "nul", len(data), 554))

    def test_binary_content_has_no_violations(self):
        octets = HELLO + b"MAIL FROM:<a@b> BODY=BINARYMIME\r\nRCPT TO:<%sc@d>\r\nBDAT 3 LAST\r\n\0\r\n"
        self.assertEqual(self.verdict("session", octets % b""), ("accept", None, None, None))
        self.assertEqual(self.verdict("session", octets % b"bodyreject-"), ("reject", None, None, 554))

    def test_a_session_longer_than_any_log(self):
        octets = HELLO + b"NOOP\r\n" * 20000 + RCPT[len(HELLO):] + b"DATA\r\n" + b"x" * 70 + b"\r\n" * 600000 + b".\r\n"
        found = self.one("session", octets)
        self.assertEqual((found["verdict"], len(found["events"])), ("accept", 20006))


class Dialogue(cli.Case):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def show(self, octets, *options, name="case"):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(octets)
        return self.ask("show", *options, str(path))

    def test_who_says_what(self):
        out = self.show(RCPT + b"DATA\r\nhi\r\n.\r\nQUIT\r\nlate")
        rows = [row[8:] for row in out.splitlines()]
        self.assertIn("C  EHLO a.example\\r\\n", rows)
        self.assertIn("S  354 Start mail input; end with <CRLF>.<CRLF>", rows)
        self.assertIn("|  hi\\r\\n", rows)
        self.assertIn("x  late", rows)
        self.assertIn("(the server closes)", out)

    def test_every_octet_can_be_seen(self):
        out = self.show(bytes(range(256)) + b"\r\n")
        self.assertTrue(out.isascii())
        for octet in (0, 13, 10, 127, 128, 255):
            self.assertIn(cli.escape(bytes([octet])), self.show(RCPT + b"DATA\r\n" + bytes([octet])))

    def test_errors_are_marked_where_they_are(self):
        rows = self.show(b"NO\nOP\r\n").splitlines()
        at = next(number for number, row in enumerate(rows) if "^ bare-lf" in row)
        self.assertEqual(rows[at - 1][rows[at].index("^"):], "\\nOP\\r\\n")

    def test_violations_are_marked(self):
        body = b"fine\r\na\rb\r\nc\n.\r\nd\0\r\n" + b"x" * 999 + b"\r\n." + b"y" * 998 + b"\r\n.\r\n"
        out = self.show(RCPT + b"DATA\r\n" + body)
        marked = [row.split("<-")[1].strip() for row in out.splitlines() if "<-" in row]
        self.assertEqual(marked, ["bare-cr", "bare-lf", "nul", "line-too-long"])
        chunks = RCPT + b"BDAT 2\r\na\rBDAT 1 LAST\r\n\n"
        self.assertNotIn("<-", self.show(chunks))

    def test_long_bodies_are_folded(self):
        octets = RCPT + b"DATA\r\n" + b"line\r\n" * 50 + b"bad\0\r\n" + b"line\r\n" * 50 + b".\r\n"
        out = self.show(octets)
        self.assertIn("bad\\x00\\r\\n  <- nul", out)
        self.assertIn("(47 more lines, 282 octets)", out)
        self.assertEqual([row[11:] for row in out.splitlines() if row[8:9] == "|"],
                         ["line\\r\\n"] * 3 + ["bad\\x00\\r\\n  <- nul", "line\\r\\n", ".\\r\\n"])
        self.assertEqual(self.show(octets, "--full").count("|  line"), 100)
        self.assertNotIn("CHUNKING", out)
        self.assertIn("250-CHUNKING", self.show(octets, "--full"))

    def test_rows_keep_to_the_width(self):
        octets = RCPT + b"DATA\r\n" + b"\0" * 500 + b"\r\n.\r\nNOOP " + b"y" * 400 + b"\r\n"
        for width in (40, 72, 132):
            (self.folder / "case").write_bytes(octets)
            rows = self.ask("show", str(self.folder / "case"), COLUMNS=str(width)).splitlines()[2:]
            self.assertLessEqual(max(len(row) for row in rows if "^" not in row and "S  " not in row), width)

    def test_starttls(self):
        out = self.show(HELLO + b"STARTTLS\r\nNOOP\r\n\x16\x03" + HELLO)
        self.assertLess(out.index("x  NOOP"), out.index("--- TLS handshake ---"))
        self.assertEqual(out.count("C  EHLO"), 2)

    def test_a_script_says_what_it_expects(self):
        script = (b"# a comment\n\nS: 220\nC: EHLO a\nS: 250\n--\nC: NO\\c\nC: OP\nS: 250\n"
                  b"C: STARTTLS\nS: 220\nTLS\nC: EHLO a\n")
        out = self.show(script, name="a.smtp")
        self.assertIn("C  NOOP\\r\\n", out)
        self.assertIn("TLS handshake", out)
        self.assertNotIn("expected", out)
        path = self.folder / "b.smtp"
        path.write_text("C: EHLO a\nC: MAIL FROM:<a@b>\nS: 550\nC: QUIT\nS: 221\nS: 250\n")
        code, out, err = cli.run("show", str(path))
        self.assertEqual((code, err), (1, ""))
        self.assertRegex(out, r"S  250 .*  <- 550 expected")
        self.assertIn("<- 250 expected, and nothing came", out)
        for script in ("S: 221\n", "S: 220\nS: 250\n", "S: 220\nC: NOOP\nS: 250\nC: NOOP\nS: 500\n"):
            path.write_text(script)
            self.assertEqual(cli.run("show", str(path))[0], 1, script)

    def test_an_escaped_backslash_before_c_ends_a_line_of_a_script(self):
        for text, sent in ((b"\\c", b""), (b"c", b"c\r\n"), (b"a\\c", b"a"), (b"a\\\\c", b"a\\c\r\n"),
                           (b"a\\\\\\c", b"a\\"), (b"\\\\c", b"\\c\r\n"), (b"\\\\\\\\c", b"\\\\c\r\n"),
                           (b"\\\\\\\\\\c", b"\\\\"), (b"", b"\r\n")):
            for item in (b"C: " + text, b"C:" + text):
                out = self.show(item + b"\nC: $\n", name="a.smtp")
                for line in (sent + b"$\r\n").splitlines(keepends=True):
                    self.assertIn(f"C  {cli.escape(line)}\n", out, item)

    def test_what_is_no_script_is_refused(self):
        path = self.folder / "b.smtp"
        for item in ("C: \\q", "C: \\", "C: a\\\\\\", "D: a", "C", "C a", " C: a", "S", "S:", "S: ", "S: 25",
                     "S: 2500", "S: 250 OK", "S: 250 ", "S:250", "S:  250", "S 250", "S: 199", "S: 600", "S: 999",
                     "S: 2x0", "s: 250", "TLS ", "-- ", "---", "C: NOOP\r", "S: 250\r", "--\r", "TLS\r", "# a\r", "\r",
                     "C: \u00e9", "# \u00e9", "\u00e9"):
            path.write_bytes(f"# a\n{item}\n".encode())
            code, _, err = cli.run("show", str(path))
            self.assertEqual((code, err.count("\n")), (2, 1), item)
            self.assertIn("b.smtp:2: no item of a session script", err, item)
        for code in (200, 220, 299, 354, 599):
            path.write_bytes(f"S: {code}".encode())
            self.assertEqual(cli.run("show", str(path))[0], 0 if code == 220 else 1, code)

    def test_other_kinds_are_known_by_option_folder_or_finding(self):
        self.assertIn("accept", self.show(b"a@b.example", "--kind=address"))
        self.assertIn("accept", self.show(b"a@b.example", name="fuzz_address/ok"))
        self.assertIn("accept", self.show(b"250 x\r\n", name="fuzz_reply/ok"))
        self.assertIn("(data, 6 octets)", self.show(b"x\r\n.\r\n", name="fuzz_smuggling/ok"))
        self.assertIn("^ bare-lf", self.show(b"a\nb\r\nc\r\n", name="fuzz_line/bad"))
        self.assertIn("^ line-too-long", self.show(b"abcde\r\nNOOP o00000006\r\n", name="fuzz_line/bad"))
        self.assertNotIn("^", self.show(b"abcd\r\nNOOP o00000010\r\n", name="fuzz_line/ok"))
        facts = {"harness": "fuzz_command", "oracle": "REF", "section": "RFC 5321 4.1", "report": "long",
                 "reproduce": "./scripts/reproduce x"}
        (self.folder / "finding.json").write_text(json.dumps(facts))
        out = self.show(b"NOOP\r\n", name="finding")
        self.assertIn("(command, 6 octets)", out)
        self.assertRegex(out, r"oracle +REF\n")
        self.assertRegex(out, r"reproduce +./scripts/reproduce x\n")
        self.assertNotIn("long", out)

    def test_what_cannot_be_read_is_told(self):
        self.misuse("show", str(self.folder / "nosuch"), says="nosuch")
        self.misuse("show", str(self.folder), says="cannot read")


if __name__ == "__main__":
    unittest.main()
