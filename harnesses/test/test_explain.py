# SPDX-License-Identifier: MIT
"""`postern explain`: what it says, in which form, and when it refuses. Room: harnesses/test."""

import itertools
import json
import re
import unittest

import cli

STANDARD = [211, 214, 220, 221, 250, 251, 252, 354, 421, 450, 451, 452, 455, 500, 501, 502, 503, 504, 521, 550, 551,
            552, 553, 554, 555, 556]
EXTENSION = [235, 253, 334, 432, 453, 454, 458, 459, 530, 534, 535]
OTHER = [101, 200, 355, 422, 430, 431, 435, 441, 442, 446, 447, 449, 471, 510, 511, 512, 523, 524, 525, 533, 538, 541,
         557, 571]
CODES = sorted(STANDARD + EXTENSION + OTHER)
CLASSES = {1: "invalid", 2: "success", 3: "intermediate", 4: "transient", 5: "permanent"}
KEYS = ["code", "kind", "meaning", "class", "client", "about", "when", "fix", "status", "source", "companions", "verbs",
        "valid"]
ROW_KEYS = ["verb", "states", "level", "extension", "when", "source"]
LEVELS = ["must", "should", "sequence", "general", "extension", "practice"]
STATES = ["NONE", "CONNECTED", "GREETED", "MAIL", "RCPT", "DATA", "BDAT", "AUTH", "TLS", "REJECTED", "CLOSED", "any"]

# Pairs that people ask about: somebody has written about each of them.
WRITTEN = [(220, 502), (250, 502), (220, 500), (220, 252), (221, 502), (250, 251), (250, 252), (251, 252), (251, 551),
           (421, 450), (421, 451), (450, 550), (450, 451), (451, 452), (452, 552), (454, 530), (500, 501), (500, 502),
           (501, 503), (501, 504), (502, 503), (502, 504), (504, 555), (521, 554), (530, 535), (534, 535), (535, 550),
           (550, 551), (550, 553), (550, 554), (550, 556), (552, 554), (501, 553), (421, 554), (250, 354), (235, 334),
           (211, 214)]


class Explain(cli.Case):
    def explained(self, *codes):
        """The JSON object for these codes."""
        return json.loads(self.ask("explain", "--json", *map(str, codes)))

    def compared(self, *codes):
        return self.explained(*codes)["comparison"]


class One(Explain):
    def test_every_known_code(self):
        for code in CODES:
            found = self.explained(code)
            self.assertEqual(list(found), ["codes", "comparison"])
            self.assertIsNone(found["comparison"])
            (one,) = found["codes"]
            self.assertEqual(list(one), KEYS)
            self.assertEqual((one["code"], one["kind"], one["class"]), (code, "reply", CLASSES[code // 100]))
            for key in ("meaning", "client", "about", "when", "fix", "source"):
                self.assertTrue(one[key], (code, key))
            text = self.ask("explain", str(code))
            self.assertEqual(text.split()[0], str(code))
            for key in ("meaning", "when", "fix", "source"):
                self.assertIn(one[key].split()[0], text)

    def test_status(self):
        for code in CODES:
            status = self.explained(code)["codes"][0]["status"]
            self.assertEqual(status == "standard", code in STANDARD, code)
            self.assertEqual(status == "extension", code in EXTENSION, code)

    def test_rows_of_verbs_and_states(self):
        for code in CODES:
            levels = []
            for row in self.explained(code)["codes"][0]["valid"]:
                self.assertEqual(list(row), ROW_KEYS)
                self.assertIn(row["level"], LEVELS)
                self.assertTrue(row["states"] and set(row["states"]) <= set(STATES), row)
                self.assertTrue(row["verb"] and row["when"] and row["source"])
                levels.append(row["level"])
            self.assertEqual(levels, sorted(levels, key=lambda level: level == "practice"), "practice comes last")
            self.assertTrue(levels or code not in STANDARD + EXTENSION, code)

    def test_where_some_codes_are_valid(self):
        def places(code, level=None):
            rows = self.explained(code)["codes"][0]["valid"]
            return {row["verb"]: " ".join(row["states"]) for row in rows if level in (None, row["level"])}

        self.assertEqual(places(354), {"DATA": "RCPT"})
        self.assertEqual(places(221, "must"), {"QUIT": "any"})
        self.assertEqual(places(220, "sequence"), {"CONNECT": "NONE"})
        self.assertEqual(places(250, "must"), {"RSET": "any", "NOOP": "any", "BDAT_CHUNK": "BDAT"})
        self.assertEqual(places(503, "must")["MAIL"], "MAIL RCPT")
        self.assertEqual(places(556), {"RCPT": "MAIL RCPT"})
        self.assertEqual(places(430), {})

    def test_companions(self):
        self.assertIn("5.1.1", self.explained(550)["codes"][0]["companions"])
        self.assertIn("4.1.1", self.explained(451)["codes"][0]["companions"])
        self.assertEqual(self.explained("5.1.1")["codes"][0]["companions"], ["451", "550"])
        self.assertEqual(self.explained("2.0.0")["codes"][0]["companions"], ["any"])

    def test_enhanced_codes(self):
        (one,) = self.explained("5.1.1")["codes"]
        self.assertEqual(list(one), KEYS)
        self.assertEqual((one["code"], one["kind"], one["class"]), ("5.1.1", "enhanced", "permanent"))
        self.assertIsNone(one["status"])
        self.assertEqual(one["meaning"], "Bad destination mailbox address")
        for name, code, kind in [("4.7.1", "4.7.1", "transient"), ("2.1.5", "2.1.5", "success"),
                                 ("X.7.30", "X.7.30", "any"), ("x.0.0", "X.0.0", "any"),
                                 ("5.01.001", "5.1.1", "permanent")]:
            (one,) = self.explained(name)["codes"]
            self.assertEqual((one["code"], one["class"]), (code, kind))
            self.assertIn(code, self.ask("explain", name))

    def test_details_that_readers_look_for(self):
        text = self.ask("explain", "550")
        for label in ("Meaning", "Class", "permanent failure", "When", "How to fix", "RFC 5321", "RCPT", "DATA_BODY"):
            self.assertIn(label, text)
        self.assertIn("No verb is known", self.ask("explain", "430"))
        self.assertIn("MAIL DATA", self.ask("explain", "355"))


class Two(Explain):
    def test_pairs_that_people_ask_about(self):
        for pair in WRITTEN:
            found = self.compared(*pair)
            self.assertEqual(list(found), ["differences", "use"])
            self.assertFalse(found["differences"][0].startswith("First digit"), pair)
            self.assertEqual([use["code"] for use in found["use"]], list(pair))
            for code, use in zip(pair, found["use"], strict=True):
                self.assertRegex(use["text"], rf"\ASend {code} ", pair)

    def test_every_other_pair_of_standard_codes(self):
        for pair in itertools.combinations(STANDARD, 2):
            found = self.compared(*pair)
            said = " ".join(found["differences"])
            self.assertGreaterEqual(len(found["differences"]), 3, pair)
            self.assertIn("First digit", said)
            self.assertIn("Second digit", said)
            self.assertIn("What a client does", said)
            self.assertTrue(all(use["text"] for use in found["use"]), pair)

    def test_codes_outside_the_standard(self):
        self.assertIn("no code of SMTP", " ".join(self.compared(101, 250)["differences"]))
        self.assertRegex(self.compared(250, 571)["use"][1]["text"], r"\ANot for a new server: .* begins with 5\.")
        self.assertRegex(self.compared(101, 250)["use"][0]["text"], r"\ANever send it\.")
        self.assertIn("No verb is known to be answered with 430.", self.compared(430, 500)["differences"])
        for code in OTHER:
            self.assertGreaterEqual(len(self.compared(code, 250)["differences"]), 3)

    def test_order_is_the_reader_s(self):
        for one, other in [(220, 502), (452, 533)]:
            there, back = self.compared(one, other), self.compared(other, one)
            self.assertEqual(there["use"], back["use"][::-1])
            self.assertEqual(len(there["differences"]), len(back["differences"]))
            self.assertEqual([found["code"] for found in self.explained(other, one)["codes"]], [other, one])

    def test_what_the_tables_say(self):
        def says(*pair):
            return self.compared(*pair)["differences"]

        self.assertIn("DATA gets 354 in RCPT, and 503 in CONNECTED GREETED MAIL.", says(354, 503))
        self.assertIn("220 alone answers a new connection, STARTTLS and XCLIENT; 354 alone answers DATA.",
                      says(220, 354))
        self.assertIn("421 alone answers any command, a new connection, the end of a message, an unknown verb and a "
                      "bad line; 221 alone answers QUIT.", says(421, 221))
        self.assertIn("The connection closes behind both.", says(221, 421))
        self.assertIn("The connection closes behind 421, and not behind 451.", says(451, 421))
        self.assertIn("Second digit: 421 is about connections, 450 about the mail system.", says(421, 450))
        self.assertIn("Second digit: both are about syntax.", says(500, 501))
        self.assertIn("What a client does, after both: it goes on with the next command.", says(220, 250))
        self.assertIn("What a client does: after 221 it closes the connection on its side too; after 250 it goes on "
                      "with the next command.", says(221, 250))
        self.assertIn("Both answer AUTH and an AUTH response.", says(534, 535))
        self.assertFalse([line for line in says(250, 550) if "connection closes" in line])

    def test_the_same_code_twice(self):
        self.assertEqual(self.compared(250, 250)["differences"], ["They are the same code."])

    def test_enhanced_codes(self):
        two = " ".join(self.compared("4.2.2", "5.7.1")["differences"])
        self.assertIn("4.2.2 is about mailboxes, 5.7.1 about security and policy", two)
        self.assertIn("both are about addresses", " ".join(self.compared("5.1.1", "5.1.3")["differences"]))
        mixed = " ".join(self.compared("550", "5.1.1")["differences"])
        self.assertIn("registered with each other", mixed)
        self.assertEqual(self.compared("5.1.1", "550")["differences"], self.compared("550", "5.1.1")["differences"])
        self.assertIn("not registered with each other", " ".join(self.compared("550", "5.2.2")["differences"]))
        self.assertIn("cannot stand in one reply", " ".join(self.compared("450", "5.1.1")["differences"]))
        self.assertIn("No enhanced code", " ".join(self.compared("354", "2.0.0")["differences"]))

    def test_text_says_what_json_says(self):
        def folded(text):
            return " ".join(text.split())

        for pair in [(220, 502), (452, 533), ("550", "5.1.1")]:
            text = folded(self.ask("explain", *map(str, pair)))
            found = self.compared(*pair)
            for sentence in found["differences"]:
                self.assertIn("- " + sentence, text)
            for use in found["use"]:
                self.assertIn(f"{use['code']} {use['text']}", text)
            self.assertIn("key differences", text)
            self.assertIn("When to use which", text)


class Form(Explain):
    def test_lines_fit_the_terminal(self):
        for columns in (None, 40, 60, 79, 80, 120, 250):
            widest = 0
            for codes in [("250",), ("501",), ("554", "550"), ("5.7.1", "421"), ("101", "571"), ("355",)]:
                environment = {} if columns is None else {"COLUMNS": str(columns)}
                for line in self.ask("explain", *codes, **environment).splitlines():
                    self.assertEqual(line, line.rstrip())
                    widest = max(widest, len(line))
            self.assertLessEqual(widest, columns or 80)
            self.assertGreater(widest, (columns or 80) * 0.7)

    def test_plain_text_away_from_a_terminal(self):
        for code in ("550", "5.1.1"):
            text = self.ask("explain", code, "354")
            self.assertRegex(text, r"\A[ -~\n]*\Z")

    def test_colours_change_nothing_but_the_colour(self):
        coloured = self.ask_on_terminal("explain", "430")
        self.assertIn("\033[33m430\033[0m", coloured)
        self.assertEqual(re.sub("\033\\[[0-9;]*m", "", coloured), self.ask("explain", "430"))
        self.assertEqual(self.ask_on_terminal("explain", "430", NO_COLOR="1"), self.ask("explain", "430"))

    def test_help_names_every_key_and_level(self):
        text = self.ask("explain", "--help")
        for word in KEYS + ROW_KEYS + LEVELS + STATES[:-2] + ["codes", "comparison", "differences", "use", "text"]:
            self.assertRegex(text, rf"\b{word}\b")
        self.assertLessEqual(max(map(len, text.splitlines())), 84)
        row = re.search(r"valid: an array of ([^.]*)\.", text)[1]
        self.assertEqual(re.sub(r"\s*\([^)]*\)", "", row).replace(",", "").split(), ROW_KEYS)
        self.assertIn('["any"]', row)

    def test_options_stand_anywhere(self):
        self.assertEqual(self.ask("explain", "--json", "250", "550"), self.ask("explain", "250", "550", "--json"))


class Refusals(Explain):
    def test_codes_that_nobody_defines(self):
        for codes in [("299",), ("999",), ("000",), ("599",), ("25",), ("2500",), ("00250",), ("5.99.1",), ("3.1.1",),
                      ("1.1.1",), ("9.0.0",), ("5.1.11",), ("X.8.0",), ("250", "298"), ("298", "250"),
                      ("5.1.1", "5.1.99")]:
            code, out, err = cli.run("explain", *codes)
            self.assertEqual((code, out, err.count("\n")), (1, "", 1), codes)
            self.assertRegex(err, r"\Apostern explain: nobody defines the code [0-9X.]+")
        self.assertIn("permanent failure", cli.run("explain", "599")[2])
        self.assertNotIn("failure", cli.run("explain", "999")[2])

    def test_misuse(self):
        self.misuse("explain", says="a code is missing")
        self.misuse("explain", "220", "250", "354", says="more than two codes")
        for word in ("abc", "", "25O", "250 ", "+250", "5.1", "5.1.", "5.1.1.1", "5.1.1234", "Y.1.1", "5..1", "a" * 40):
            self.misuse("explain", word, says="is no code")
        self.misuse("explain", "250", "--jsonl", says="unknown option")
        self.misuse("explain", "--json=1", "250", says="takes no value")


if __name__ == "__main__":
    unittest.main()
