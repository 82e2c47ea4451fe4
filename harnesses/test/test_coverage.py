# SPDX-License-Identifier: MIT
"""`postern show --coverage`: what a corpus reaches of the protocol. Room: harnesses/test."""

import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import cli

HELLO = b"EHLO a.example\r\n"
RCPT = HELLO + b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\n"


class Coverage(cli.Case):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)

    def put(self, name, octets):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(octets)
        return str(path)

    def report(self, *paths):
        return json.loads(self.ask("show", "--coverage", "--json", *map(str, paths)))

    @staticmethod
    def counts(report, section="triples"):
        return {(one["state"], one["verb"], one["class"]): one.get("count") for one in report[section]}

    def test_triples_of_one_session(self):
        octets = RCPT + b"RCPT TO:<reject-@x>\r\nDATA\r\n.\r\nN\nOOP\r\nNOOP\r\nNOOP\r\nQUIT\r\n"
        report = self.report(self.put("a", octets))
        self.assertEqual(self.counts(report), {
            ("NONE", "CONNECT", 2): 1, ("CONNECTED", "EHLO", 2): 1, ("GREETED", "MAIL", 2): 1, ("MAIL", "RCPT", 2): 1,
            ("RCPT", "RCPT", 5): 1, ("RCPT", "DATA", 3): 1, ("DATA", "DATA_BODY", 2): 1, ("GREETED", None, 5): 1,
            ("GREETED", "NOOP", 2): 2, ("GREETED", "QUIT", 2): 1})
        self.assertEqual((report["sessions"], report["replies"], report["reached"]), (1, 11, 10))
        self.assertEqual(report["legal"], report["reached"] + len(report["never"]))
        self.assertEqual(report["outside"], [])
        self.assertNotIn(("RCPT", "DATA", 3), self.counts(report, "never"))
        self.assertIn(("RCPT", "DATA", 5), self.counts(report, "never"))
        for state in report["states"]:
            mine = [key for key in self.counts(report) if key[0] == state["state"]]
            self.assertEqual(state["reached"], len(mine))
        self.assertEqual(sum(state["legal"] for state in report["states"]), report["legal"])
        codes = {(one["verb"], one["code"]): one["count"] for one in report["codes"]}
        self.assertEqual((codes["RCPT", 250], codes["RCPT", 550], codes[None, 500]), (1, 1, 1))
        moves = {(one["from"], one["to"]): one["count"] for one in report["moves"]}
        self.assertEqual(moves, {("NONE", "CONNECTED"): 1, ("CONNECTED", "GREETED"): 1, ("GREETED", "MAIL"): 1,
                                 ("MAIL", "RCPT"): 1, ("RCPT", "RCPT"): 1, ("RCPT", "DATA"): 1, ("DATA", "GREETED"): 1,
                                 ("GREETED", "GREETED"): 3, ("GREETED", "CLOSED"): 1})

    def test_a_second_session_adds_to_the_first(self):
        one, two = self.put("c/one", RCPT), self.put("c/deep/two", HELLO + b"AUTH LOGIN\r\n*\r\n")
        self.put("c/.hidden", b"XYZZY\r\n")
        self.put("c/one.json", b"{}")
        first, second, both = self.report(one), self.report(two), self.report(self.folder / "c")
        self.assertEqual(both["sessions"], 2)
        self.assertEqual(set(self.counts(both)), set(self.counts(first)) | set(self.counts(second)))
        self.assertEqual(self.counts(both)["CONNECTED", "EHLO", 2], 2)
        self.assertIn(("AUTH", "AUTH_CONTINUATION", 5), self.counts(both))
        self.assertEqual(self.report(one, two), both)

    def test_options_handshakes_and_scripts_count(self):
        lmtp = b"LHLO a\r\n" + RCPT[len(HELLO):] + b"RCPT TO:<x@y>\r\nDATA\r\n.\r\nNOOP o00000001\r\n"
        self.assertEqual(self.counts(self.report(self.put("lmtp", lmtp)))["DATA", "DATA_BODY", 2], 2)
        tls = self.put("tls.smtp", b"C: EHLO a\nC: STARTTLS\nTLS\nC: EHLO a\n")
        self.assertEqual(self.counts(self.report(tls))["CONNECTED", "EHLO", 2], 2)
        budget = self.report(self.put("budget", b"X\r\n" * 30 + b"NOOP o00000020\r\n"))
        self.assertIn({"verb": "UNKNOWN", "code": 421, "count": 1}, budget["codes"])
        self.assertEqual(budget["outside"], [])

    def test_text(self):
        out = self.ask("show", "--coverage", self.put("a", RCPT))
        self.assertTrue(out.startswith("1 session, 4 replies"))
        self.assertRegex(out, r"\n  MAIL +1 +\d+ +\d+\.\d %\n")
        self.assertRegex(out, r"\n  all +4 +(\d+) +")
        self.assertRegex(out, r"\n  DATA +all 3\n")
        self.assertRegex(out, r"\n  EHLO +250\n")
        self.assertNotIn("no RFC", out)
        never = out[out.index("Never reached"):]
        self.assertNotRegex(never, r"\n  CONNECTED .*EHLO 2yz")
        self.assertRegex(never, r"\n  RCPT ")
        self.assertLessEqual(max(map(len, out.splitlines())), 80)

    def test_the_graph_is_one_of_graphviz(self):
        graph = self.folder / "g.dot"
        octets = RCPT + b"DATA\r\n.\r\nQUIT\r\n"
        self.ask("show", "--coverage", f"--graph={graph}", self.put("a", octets), self.put("b", octets))
        text = graph.read_text()
        self.assertTrue(text.startswith("digraph postern {\n") and text.endswith("}\n"))
        self.assertIn('RCPT -> DATA [label="DATA\\n2"];', text)
        self.assertIn('GREETED -> CLOSED [label="QUIT\\n2"];', text)
        self.assertNotIn("handshake", text)
        dot = shutil.which("dot")
        if dot:
            done = subprocess.run([dot, "-Tsvg", str(graph)], capture_output=True, timeout=60)
            self.assertEqual((done.returncode, done.stderr), (0, b""))
            self.assertIn(b"GREETED", done.stdout)

    def test_misuse(self):
        self.misuse("show", "--coverage", says="missing")
        self.misuse("show", "--coverage", str(self.folder / "nosuch"), says="nosuch")
        self.misuse("show", "--coverage", str(self.folder), says="no session")
        self.misuse("show", "--json", self.put("a", RCPT), says="--coverage")
        self.misuse("show", "--graph=x", self.put("a", RCPT), says="--coverage")
        self.misuse("show", "--coverage", self.put("bad.smtp", b"what?\n"), says="bad.smtp:1")
        code, _, err = cli.run("show", "--coverage", f"--graph={self.folder}/nosuch/x", str(self.folder / "a"))
        self.assertEqual((code, err.count("\n")), (2, 1))


if __name__ == "__main__":
    unittest.main()
