# SPDX-License-Identifier: MIT
"""`postern check`: verdicts, the bulk form, and what a person sees. Room: harnesses/test."""

import json
import os
import subprocess
import unittest

import cli

COMMON = ["input", "verdict", "error", "offset", "reply"]
OWN = {
    "command": ["verb", "argument", "path", "params"],
    "address": [],
    "reply": ["code", "enhanced", "lines"],
    "data": ["end", "consumed", "content", "violations"],
    "session": ["events"],
}
ACCEPT = ("accept", None, None, None)
INCOMPLETE = ("incomplete", None, None, None)


class Escapes(cli.Case):
    def test_every_octet_comes_back_in_canonical_form(self):
        inputs = [bytes([octet]) for octet in range(256)]
        inputs += [bytes([octet, other]) for octet in range(256) for other in b"x0\\\"\r"]
        inputs += [b"a" * at + bytes([octet]) + b"a" * (16 - at) for octet in range(256) for at in range(16)]
        inputs.append(bytes(range(256)) * 3)
        self.bulk("address", inputs)

    def test_other_spellings_are_read_too(self):
        spellings = {b"\\x41\\x5C\\xfF": "A\\\\\\xff", b'a"b': 'a\\"b', b"\x80\r\x00": "\\x80\\r\\x00", b"": ""}
        out = self.ask("check", "address", "--jsonl", stdin=b"".join(line + b"\n" for line in spellings))
        self.assertEqual([json.loads(line)["input"] for line in out.splitlines()], list(spellings.values()))

    def test_a_bad_escape_is_told_and_no_more(self):
        bad = ["\\q", "a\\", "\\x4", "\\xg0", "\\x0g", "\\0", "ok\\a\"", "\\X41"]
        for kind, own in OWN.items():
            out = self.ask("check", kind, "--jsonl", stdin="".join(line + "\nNOOP\n" for line in bad).encode())
            objects = [json.loads(line) for line in out.splitlines()]
            for line, found in zip(bad, objects[::2], strict=True):
                wanted = dict.fromkeys(COMMON + own) | {"input": line, "error": "bad-escape"}
                self.assertEqual(found, wanted)
            self.assertEqual({one["input"] for one in objects[1::2]}, {"NOOP"})

    def test_a_bad_escape_is_made_safe(self):
        out = self.ask("check", "address", "--jsonl", stdin=b"\\q\x80\x1b\"\n")
        self.assertEqual(json.loads(out)["input"], '\\q\\x80\\x1b"')


class Bulk(cli.Case):
    def test_keys_stand_in_their_order(self):
        for kind, own in OWN.items():
            for line in (b"NOOP\\r\\n", b"", b"\\q", b"250 x\\r\\n", b"a\\r\\n.\\r\\n"):
                out = self.ask("check", kind, "--jsonl", stdin=line + b"\n")
                self.assertEqual(list(json.loads(out)), COMMON + own, (kind, line))

    def test_order_holds_over_blocks_and_long_lines(self):
        inputs = [b"NOOP %d\r\n" % number for number in range(30000)]
        inputs[15000] = b"NOOP " + b"x" * 700000 + b"\r\n"
        inputs[15001] = b""
        objects = self.bulk("command", inputs)
        self.assertEqual(objects[14999]["argument"], "14999")
        self.assertEqual(objects[15000]["error"], "line-too-long")

    def test_the_last_line_needs_no_end(self):
        out = self.ask("check", "command", "--jsonl", stdin=b"NOOP a\\r\\n\nNOOP b\\r\\n")
        self.assertEqual([json.loads(line)["argument"] for line in out.splitlines()], ["a", "b"])
        self.assertEqual(self.ask("check", "command", "--jsonl", stdin=b""), "")

    def test_each_line_is_answered_before_the_next_is_awaited(self):
        with subprocess.Popen([cli.BINARY, "check", "command", "--jsonl"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as peer:
            for number in range(20):
                peer.stdin.write(b"NOOP %d\\r\\n\n" % number)
                peer.stdin.flush()
                self.assertEqual(json.loads(peer.stdout.readline())["argument"], str(number))
            peer.stdin.close()
            self.assertEqual((peer.stdout.read(), peer.wait(timeout=60)), (b"", 0))

    def test_text_gives_objects_too(self):
        out = self.ask("check", "command", "--jsonl", "NOOP a", "NOOP b\\r\\n")
        self.assertEqual([json.loads(line)["input"] for line in out.splitlines()], ["NOOP a\\r\\n", "NOOP b\\r\\n"])


class Command(cli.Case):
    def test_verdicts(self):
        cases = {
            b"NOOP\r\n": ACCEPT,
            b"noop\r\n": ACCEPT,
            b"NOOP": INCOMPLETE,
            b"": INCOMPLETE,
            b"NOOP\r\nx": ("reject", "trailing-octets", 6, None),
            b"NOOP\r\n\r\n": ("reject", "trailing-octets", 6, None),
            b"XYZZY\r\nx": ("reject", "verb-unknown", 0, 500),
            b"NO\nOP\r\n": ("reject", "bare-lf", 2, 500),
            b"NO\nOP": ("reject", "bare-lf", 2, 500),
            b"NOOP \rx": ("reject", "bare-cr", 5, 500),
            b"NOOP \r": INCOMPLETE,
            b"NOOP \0\r\n": ("reject", "nul", 5, 500),
            b"NOOP " + b"x" * 505 + b"\r\n": ACCEPT,
            b"NOOP " + b"x" * 506 + b"\r\n": ("reject", "line-too-long", 512, 500),
            b"DATA x\r\n": ("reject", "argument-unexpected", 5, 501),
            b"EHLO\r\n": ("reject", "argument-missing", 4, 501),
        }
        for octets, verdict in cases.items():
            self.assertEqual(self.verdict("command", octets), verdict, octets)

    def test_every_prefix_of_a_good_line_is_incomplete(self):
        line = b"MAIL FROM:<a@b.example> SIZE=1000 BODY=8BITMIME\r\n"
        for found in self.bulk("command", [line[:size] for size in range(len(line))]):
            self.assertEqual(found["verdict"], "incomplete", found["input"])

    def test_what_was_read(self):
        found = self.one("command", b'mail FROM:<@r.example,@s.example:"a b"@[192.0.2.1]> size=5 x-y=z Flag \r\n')
        self.assertEqual((found["verdict"], found["verb"]), ("accept", "MAIL"))
        self.assertEqual(found["argument"],
                         'FROM:<@r.example,@s.example:\\"a b\\"@[192.0.2.1]> size=5 x-y=z Flag')
        self.assertEqual(found["path"], {"null": False, "local": '\\"a b\\"', "domain": "[192.0.2.1]", "kind": "ipv4",
                                         "quoted": True, "postmaster": False, "route": "@r.example,@s.example"})
        self.assertEqual(found["params"], [{"keyword": "SIZE", "value": "5"}, {"keyword": "X-Y", "value": "z"},
                                           {"keyword": "FLAG", "value": None}])

    def test_kinds_of_path(self):
        cases = {b"MAIL FROM:<>": (True, "none", False), b"RCPT TO:<postmaster>": (False, "none", True),
                 b"RCPT TO:<a@b.example>": (False, "domain", False),
                 b"RCPT TO:<a@[IPv6:::1]>": (False, "ipv6", False), b"RCPT TO:<a@[x:y]>": (False, "general", False)}
        for line, (null, kind, postmaster) in cases.items():
            path = self.one("command", line + b"\r\n")["path"]
            self.assertEqual((path["null"], path["kind"], path["postmaster"]), (null, kind, postmaster), line)
        self.assertIsNone(self.one("command", b"NOOP x\r\n")["path"])

    def test_what_was_refused(self):
        found = self.one("command", b"rcpt TO:<a@b..c>\r\n")
        self.assertEqual((found["verb"], found["argument"], found["path"], found["params"]),
                         ("RCPT", "TO:<a@b..c>", None, []))
        self.assertIsNone(self.one("command", b"XYZZY a\r\n")["verb"])

    def test_extensions(self):
        longer = b"MAIL FROM:<a@b.example> X=" + b"x" * 600 + b"\r\n"
        self.assertEqual(self.verdict("command", longer), ACCEPT)
        self.assertEqual(self.verdict("command", longer, "--extensions=none"), ("reject", "line-too-long", 512, 500))
        longer = b"MAIL FROM:<a@b.example> X=" + b"x" * 1100 + b"\r\n"
        self.assertEqual(self.verdict("command", longer, "--extensions=dsn,Size,AUTH"), ACCEPT)
        self.assertEqual(self.verdict("command", longer, "--extensions=dsn,Size")[1], "line-too-long")
        mail = b"MAIL FROM:<a@b.example> BODY=BINARYMIME\r\n"
        self.assertEqual(self.verdict("command", mail, "--extensions", "8BITMIME")[:2],
                         ("reject", "parameter-not-implemented"))
        rcpt = b"RCPT TO:<\xc3\xbc@b.example>\r\n"
        self.assertEqual(self.verdict("command", rcpt), ("reject", "non-ascii", 9, 553))
        self.assertEqual(self.verdict("command", rcpt, "--smtputf8"), ACCEPT)


class Address(cli.Case):
    def test_verdicts(self):
        cases = {
            b"a@b.example": ACCEPT,
            b'"a b"@[IPv6:2001:db8::1]': ACCEPT,
            b"": ("reject", "local-part-syntax", 0, 501),
            b"a@b..c": ("reject", "domain-syntax", 4, 501),
            b"<a@b>": ("reject", "local-part-syntax", 0, 501),
            b"x" * 64 + b"@b": ACCEPT,
            b"x" * 65 + b"@b": ("reject", "local-part-too-long", 64, 501),
            b"a\xc3\xbc@b": ("reject", "non-ascii", 1, 553),
        }
        for octets, verdict in cases.items():
            self.assertEqual(self.verdict("address", octets), verdict, octets)
        self.assertEqual(self.verdict("address", b"a\xc3\xbc@b", "--smtputf8"), ACCEPT)
        self.assertEqual(self.verdict("address", b"a\xc3@b", "--smtputf8")[:2], ("reject", "utf8-syntax"))


class Reply(cli.Case):
    def test_verdicts(self):
        cases = {
            b"250 OK\r\n": ACCEPT,
            b"250-a\r\n250 b\r\n": ACCEPT,
            b"250-a\r\n": INCOMPLETE,
            b"250 OK": INCOMPLETE,
            b"": INCOMPLETE,
            b"250 a\r\n250 b\r\n": ("reject", "trailing-octets", 7, None),
            b"250-a\r\n251 b\r\n": ("reject", "reply-code-changed", 9, None),
            b"650 a\r\n": ("reject", "reply-code", 0, None),
            b"250 a\nb\r\n": ("reject", "bare-lf", 5, None),
        }
        for octets, verdict in cases.items():
            self.assertEqual(self.verdict("reply", octets), verdict, octets)

    def test_what_was_read(self):
        found = self.one("reply", b'550-5.1.1 no "one"\r\n550 \r\n')
        self.assertEqual((found["code"], found["enhanced"], found["lines"]),
                         (550, "5.1.1", ['5.1.1 no \\"one\\"', ""]))
        found = self.one("reply", b"354-x\r\n")
        self.assertEqual((found["code"], found["enhanced"], found["lines"]), (354, None, ["x"]))
        found = self.one("reply", b"x")
        self.assertEqual((found["code"], found["enhanced"], found["lines"]), (None, None, []))


class Data(cli.Case):
    def test_verdicts(self):
        cases = {
            b".\r\n": ACCEPT,
            b"a\r\n.\r\nQUIT\r\n": ACCEPT,
            b"a\r\n": INCOMPLETE,
            b"": INCOMPLETE,
            b"a\n.\n": ("reject", "bare-lf", 1, 554),
            b"a\r.\r\n.\r\n": ("reject", "bare-cr", 1, 554),
            b"a\0\r\n.\r\n": ("reject", "nul", 1, 554),
            b"x" * 998 + b"\r\n.\r\n": ACCEPT,
            b"x" * 999 + b"\r\n.\r\n": ("reject", "line-too-long", 1000, 554),
            b"\x80\r\n.\r\n": ACCEPT,
        }
        for octets, verdict in cases.items():
            self.assertEqual(self.verdict("data", octets), verdict, octets)

    def test_what_was_read(self):
        found = self.one("data", b"..a\r\n\r\n.\r\nQUIT\r\n")
        self.assertEqual((found["end"], found["consumed"], found["content"], found["violations"]),
                         (True, 10, ".a\\r\\n\\r\\n", []))
        found = self.one("data", b".\r\n")
        self.assertEqual((found["end"], found["consumed"], found["content"]), (True, 3, ""))
        found = self.one("data", b"a\r\n.")
        self.assertEqual((found["end"], found["consumed"]), (False, None))

    def test_violations_stand_in_the_order_of_appearance(self):
        pieces = {"bare-cr": b"a\rb", "bare-lf": b"a\nb", "nul": b"\0", "line-too-long": b"x" * 1001}
        for first, one in pieces.items():
            for second, other in pieces.items():
                octets = one + b"\r\n" + other + b"\r\n.\r\n"
                found = self.one("data", octets)
                self.assertEqual(found["violations"], list(dict.fromkeys([first, second])), octets)
                self.assertEqual((found["error"], found["consumed"]), (first, len(octets)))
        # what one octet brings to light: the error is the first of them
        for last, also in ((b"\0", "nul"), (b"\n", "bare-lf"), (b"\r\r", "bare-cr")):
            found = self.one("data", b"x" * 1000 + last + b"\r\n.\r\n")
            self.assertEqual(found["violations"], ["line-too-long", also])
            self.assertEqual((found["error"], found["offset"]), ("line-too-long", 1000))


class Person(cli.Case):
    def caret(self, kind, text, width=80):
        """What the caret points at: the rest of the row above it, and its column."""
        rows = self.ask("check", kind, text, COLUMNS=str(width)).splitlines()
        at = next(number for number, row in enumerate(rows) if row.strip() == "^")
        self.assertLessEqual(max(len(row) for row in rows[2:at + 1]), width)
        return rows[at - 1][rows[at].index("^"):]

    def test_the_caret_stands_under_the_octet(self):
        self.assertEqual(self.caret("address", "a@b..c"), ".c")
        self.assertEqual(self.caret("address", "\\x80\\\\\\t@b..c"), "\\x80\\\\\\t@b..c")
        self.assertEqual(self.caret("address", '"\\xc3\\xbc\\"'), "")
        self.assertEqual(self.caret("command", "NO\\nOP"), "\\n")
        self.assertEqual(self.caret("command", "NO\\nOP".replace("NO", "N\\x01O")), "\\n")
        self.assertEqual(self.caret("reply", "250-a\\r\\n251 b"), "1 b\\r\\n")
        self.assertEqual(self.caret("data", "a\\r\\n\\nb\\r\\n"), "\\n")
        self.assertEqual(self.caret("data", "a\\r\\nb\\r\\nc\\rd\\r\\n.\\r\\n"), "\\rd\\r\\n")

    def test_the_caret_holds_in_long_lines(self):
        for width in (40, 80, 200):
            for before in (0, 10, 60, 300, 1000):
                rest = self.caret("command", "NOOP " + "x" * before + "\\x00" + "y" * 300, width)
                self.assertTrue(rest.startswith("\\x00"), (width, before, rest))

    def test_many_lines_are_left_out(self):
        out = self.ask("check", "data", "a\\r\\n" * 100 + "b\\n" + "c\\r\\n" * 100 + ".\\r\\n")
        self.assertIn("(97 more lines before)", out)
        self.assertIn("(99 more lines behind)", out)
        self.assertLess(len(out.splitlines()), 20)

    def test_it_says_what_a_server_would(self):
        out = self.ask("check", "command", "MAIL FROM:<a@b..c>")
        self.assertIn("reject: domain-syntax at octet 15: Domain is malformed (RFC 5321 4.1.2)\n", out)
        self.assertIn("501 5.1.3 Domain is malformed\n", out)
        self.assertIn("accept\n", self.ask("check", "command", "MAIL FROM:<a@b.c>"))
        self.assertIn("554 5.6.0", self.ask("check", "data", "a\\n"))

    def test_text_gets_a_crlf_where_it_is_a_line(self):
        self.assertIn("accept", self.ask("check", "command", "NOOP"))
        self.assertIn("accept", self.ask("check", "command", "NOOP\\r\\n"))
        self.assertIn("incomplete", self.ask("check", "command", "--raw", "NOOP"))
        self.assertIn("accept", self.ask("check", "reply", "250 OK"))
        self.assertIn("incomplete", self.ask("check", "reply", "--raw", "250 OK"))
        self.assertIn("incomplete", self.ask("check", "data", "."))
        self.assertIn("accept", self.ask("check", "command", "--", "NOOP --raw"))

    def test_standard_input_is_taken_raw(self):
        self.assertIn("bare-lf at octet 4", self.ask("check", "command", stdin=b"NOOP\n"))
        self.assertIn("accept\n", self.ask("check", "command", stdin=b"NOOP \\q\r\n"))

    def test_colours_are_for_terminals(self):
        words = ("check", "command", "NO\\nOP")
        self.assertIn("\033[", self.ask_on_terminal(*words))
        self.assertNotIn("\033", self.ask_on_terminal(*words, NO_COLOR="1"))
        self.assertNotIn("\033", self.ask("check", "command", "NO\\nOP"))


class Misuse(cli.Case):
    def test_it_is_told_in_one_line(self):
        self.misuse(says="verb is missing")
        self.misuse("chekc", says="unknown verb chekc")
        self.misuse("check", says="kind is missing")
        self.misuse("check", "commend", says="commend")
        self.misuse("check", "command", "--jsno", says="--jsno")
        self.misuse("check", "command", "-x", says="-x")
        self.misuse("check", "command", "--jsonl=yes", says="no value")
        self.misuse("check", "command", "--extensions", says="needs a value")
        self.misuse("check", "command", "--extensions=SIZE,NOSUCH", "NOOP", says="NOSUCH")
        self.misuse("check", "command", "--extensions=", "NOOP", says="known are SIZE 8BITMIME")
        self.misuse("check", "command", "NOOP \\q", says="bad escape at character 5")
        self.misuse("show", says="file is missing")
        self.misuse("show", "--kind=nosuch", "x", says="nosuch")

    def test_help_and_version(self):
        for verb in ([], ["check"], ["show"], ["explain"]):
            self.assertIn("Usage: postern", self.ask(*verb, "--help"))
            self.assertRegex(self.ask(*verb, "--version"), r"^postern \d+\.\d+\.\d+\n$")
        for verb in ("check", "show", "explain"):
            self.assertIn(f"\n  {verb} ", self.ask("--help"))
            self.assertIn("Exit codes:", self.ask(verb, "--help"))

    @unittest.skipUnless(os.path.exists("/dev/full"), "there is no /dev/full")
    def test_a_full_disk_is_told(self):
        for options in (["--jsonl"], ["--jsonl", "NOOP"], ["NOOP"]):
            with open("/dev/full", "wb") as full:
                done = subprocess.run([cli.BINARY, "check", "command", *options], input=b"NOOP\\r\\n\n", stdout=full,
                                      stderr=subprocess.PIPE, timeout=60)
            self.assertEqual((done.returncode, done.stderr.count(b"\n")), (2, 1), done.stderr)


if __name__ == "__main__":
    unittest.main()
