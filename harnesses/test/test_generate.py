# SPDX-License-Identifier: MIT
"""`postern generate`: what it makes is what it says, and is what libpostern takes it for. Room: harnesses/test."""

import json
import os
import subprocess
import tempfile
import unittest

import cli

KINDS = ["session", "command", "address", "reply", "data"]
COUNT = 1500


def codes(verdict):
    return [str(event["reply"]) for event in verdict["events"]]


class Generate(cli.Case):
    def made(self, kind, *options, count=COUNT, seed=0):
        out = self.ask("generate", "--kind", kind, f"--count={count}", f"--seed={seed}", "--jsonl", *options)
        return [json.loads(line) for line in out.splitlines()]

    def judged(self, kind, made):
        """What libpostern says of each."""
        options = ["--smtputf8"] if kind == "address" else []
        lines = "".join(one["input"] + "\n" for one in made)
        out = self.ask("check", kind, "--jsonl", *options, stdin=lines.encode())
        return [json.loads(line) for line in out.splitlines()]

    def test_valid_is_accepted(self):
        for kind in KINDS:
            made = self.made(kind, "--valid")
            for one, verdict in zip(made, self.judged(kind, made), strict=True):
                self.assertEqual((verdict["verdict"], one["fault"], one["expects"]), ("accept", None, None), one)

    def test_nearly_valid_is_rejected_for_the_reason_meant(self):
        for kind in KINDS:
            made = self.made(kind, "--nearly", seed=10000)
            met = 0
            for one, verdict in zip(made, self.judged(kind, made), strict=True):
                seen = {verdict["error"], verdict["verdict"] if verdict["verdict"] == "incomplete" else None}
                seen |= set(codes(verdict) if kind == "session" else verdict.get("violations") or [])
                self.assertNotEqual(verdict["verdict"], "accept", (one, "has no fault"))
                met += bool(seen & set(one["expects"].split()))
            self.assertGreaterEqual(met, 0.99 * COUNT, kind)

    def test_every_fault_comes(self):
        for kind, least in (("session", 9), ("command", 17), ("address", 9), ("reply", 7), ("data", 3)):
            faults = {one["fault"] for one in self.made(kind, "--nearly")}
            self.assertEqual(len(faults), least, (kind, faults))

    def test_half_of_each(self):
        for kind in KINDS:
            valid = sum(one["fault"] is None for one in self.made(kind))
            self.assertTrue(0.4 * COUNT < valid < 0.6 * COUNT, (kind, valid))

    def test_valid_sessions_reach_far(self):
        made = self.made("session", "--valid")
        seen = {(event["verb"], event["reply"]) for verdict in self.judged("session", made)
                for event in verdict["events"]}
        self.assertLessEqual({("DATA_BODY", 250), ("BDAT_CHUNK", 250), ("STARTTLS", 220), ("AUTH", 235), ("LHLO", 250),
                              ("AUTH_CONTINUATION", 235), ("RSET", 250), ("VRFY", 252), ("HELP", 214), ("QUIT", 221)},
                             seen)

    def test_a_seed_is_an_input(self):
        row = self.ask("generate", "--seed=41", "--count=3").splitlines()
        self.assertEqual(row, [self.ask("generate", f"--seed={seed}").rstrip("\n") for seed in (41, 42, 43)])
        self.assertEqual(len(set(row)), 3)

    def test_raw_is_what_the_escapes_say(self):
        text = self.ask("generate", "--seed", "5", "--kind", "data").rstrip("\n")
        raw = subprocess.run([cli.BINARY, "generate", "--seed", "5", "--kind", "data", "--raw"], capture_output=True,
                             timeout=60, check=True).stdout
        self.assertEqual(cli.escape(raw), text)

    def test_files(self):
        with tempfile.TemporaryDirectory() as folder:
            inner = os.path.join(folder, "new")
            self.assertEqual(self.ask("generate", "--count=4", "--seed=7", "--kind=reply", "--output", inner), "")
            self.assertEqual(sorted(os.listdir(inner)), [f"reply-{seed}" for seed in (10, 7, 8, 9)])
            lines = self.ask("generate", "--count=4", "--seed=7", "--kind=reply").splitlines()
            for seed, line in zip((7, 8, 9, 10), lines, strict=True):
                with open(os.path.join(inner, f"reply-{seed}"), "rb") as file:
                    self.assertEqual(cli.escape(file.read()), line)

    def test_what_it_cannot_write(self):
        with tempfile.NamedTemporaryFile() as file:
            self.misuse("generate", "--output", file.name, says="cannot write")
        self.misuse("generate", "--output", "/nowhere/at/all", says="cannot make")

    def test_misuse(self):
        self.misuse("generate", "--kind=line", says="no kind is called line")
        self.misuse("generate", "--kind=letter", says="no kind is called letter")
        self.misuse("generate", "--seed=-1", says="--seed is a number")
        self.misuse("generate", "--seed=18446744073709551616", says="--seed is a number")
        self.misuse("generate", "--count=x", says="--count is a number")
        self.misuse("generate", "--raw", "--count=2", says="one input")
        self.misuse("generate", "--raw", "--jsonl", says="one of")
        self.misuse("generate", "--valid", "--nearly", says="or neither")
        self.misuse("generate", "sessions", says="what is sessions?")

    def test_none_is_none(self):
        self.assertEqual(self.ask("generate", "--count=0"), "")

    def test_help(self):
        text = self.ask("generate", "--help")
        for word in ("--seed", "--count", "--kind", "--valid", "--nearly", "--raw", "--jsonl", "--output", "expects"):
            self.assertIn(word, text)


if __name__ == "__main__":
    unittest.main()
