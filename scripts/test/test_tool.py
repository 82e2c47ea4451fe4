# SPDX-License-Identifier: MIT
"""The command `postern`, when it is missing, or fails: one line that says so, and what can go on does."""

import unittest
from pathlib import Path
from unittest import mock

import support
from postern import build, dialogue, exports, features, house, reproducing, shrink, tool, triage, violation
from postern.console import Failure


class Tool(support.Case):
    def setUp(self):
        super().setUp()
        patch = mock.patch.object(house, "BUILD", self.room)
        patch.start()
        self.addCleanup(patch.stop)
        (self.room / "release").mkdir()
        (self.room / "input").write_bytes(b"EHLO\r\n")

    def put(self, text):
        tool.path().write_text(f"#!/bin/sh\n{text}\n")
        tool.path().chmod(0o755)

    def test_it_is_missing(self):
        with self.assertRaisesRegex(Failure, "release/postern cannot be run: No such file"):
            tool.postern("show")
        self.assertIn("EHLO\\r\\n", dialogue.show(self.room / "input", "fuzz_session"))
        self.assertIn("cannot be run", exports._show("--pcap=x", self.room / "input"))

    def test_it_fails(self):
        self.put("echo one >&2; echo two >&2; echo half a word; kill -SEGV $$")
        with self.assertRaisesRegex(Failure, "postern show ended with exit code -11: two"):
            tool.postern("show", "x")
        with self.assertRaisesRegex(Failure, "exit code -11"):
            shrink.parts_of(b"EHLO\r\n", "session", self.room)
        shown = dialogue.show(self.room / "input", "fuzz_session")
        self.assertIn("exit code -11: two", shown)
        self.assertIn("EHLO\\r\\n", shown)
        self.assertNotIn("half a word", shown)

    def test_exit_codes_that_are_answers(self):
        self.put("echo said; exit 1")
        self.assertEqual(tool.postern("show", codes=(0, 1)).stdout, "said\n")
        with self.assertRaisesRegex(Failure, "exit code 1: it said nothing"):
            tool.postern("show")

    def test_packets_are_there_whole_or_not_at_all(self):
        self.put("for word; do case $word in --pcap=*) head -c ${size:-4} /dev/zero > ${word#*=};; esac; done\n"
                 "echo cannot write >&2; exit 2")
        harness = build.Harness("fuzz_x", Path("/x"), None, None, "session")
        bucket = triage.Bucket("key", "name", [reproducing.Case(self.room / "input", harness,
                                                                violation.Verdict("ONE", "key"))])
        folder = self.room / "name"
        folder.mkdir()
        self.assertIn("exit code 2: cannot write", exports._pcap(folder, b"QUIT\r\n", bucket))
        self.assertEqual(list(folder.iterdir()), [])
        with support.small_disk(folder, 0), mock.patch.dict("os.environ", size="5000000"), \
                self.assertRaisesRegex(OSError, f"No space left on device: '{folder}'"):
            exports._pcap(folder, b"QUIT\r\n", bucket)

    def test_whose_answers_a_dialogue_shows(self):
        self.put("echo the dialogue")
        broken = {"oracle": "ONE", "expected": "a", "seen": "b"}
        of_ours = dialogue.show(self.room / "input", "fuzz_session", details=broken)
        self.assertEqual(of_ours, "the dialogue")
        theirs = {**broken, "target": "na\x1bive", "answers": "to CONNECT: 220 \x1b[2J\nto EHLO: 250 naive\n"}
        self.assertEqual(dialogue.show(self.room / "input", "fuzz_session", details=theirs),
                         "What na?ive answered, up to where the law broke:\n\n"
                         "    to CONNECT: 220 ?[2J\n    to EHLO: 250 naive\n\n"
                         "The dialogue, as libpostern answers it, not na?ive, the target under test:\n\nthe dialogue")
        self.assertEqual(dialogue.show(self.room / "input", "fuzz_session", details={**broken, "target": "naive"}),
                         "The dialogue, as libpostern answers it, not naive, the target under test:\n\nthe dialogue")
        for odd in ({"target": 7, "answers": "x"}, {"target": ""}):  # a .json by somebody else's hand
            self.assertEqual(dialogue.show(self.room / "input", "fuzz_session", details={**broken, **odd}),
                             "the dialogue")
        tool.path().unlink()
        shown = dialogue.show(self.room / "input", "fuzz_session", details=theirs)
        self.assertIn("    to EHLO: 250 naive\n", shown)
        self.assertNotIn("libpostern", shown)  # it answers nothing here

    def test_of_what_there_is_a_dialogue(self):
        self.put('echo "$@"')
        for harness, kind in (("fuzz_session", "session"), ("fuzz_command", "command"), ("fuzz_smuggling", "data")):
            self.assertIn(f"--kind={kind}", dialogue.show(self.room / "input", harness))
        self.assertNotIn("--kind", dialogue.show(self.room / "input", "fuzz_auth"))  # the program looks for itself
        for harness in ("fuzz_client", "fuzz_client_bound", "fuzz_roundtrip"):
            self.assertEqual(dialogue.show(self.room / "input", harness),
                             f"{house.short(self.room / 'input')}\n\n    EHLO\\r\\n")
            self.assertIn("--kind=session", dialogue.show(self.room / "input", harness, "session"))
        self.assertEqual(dialogue.kind_of("somebodys", "client"), dialogue.kind_of("fuzz_client"))
        self.assertEqual(dialogue.kind_of("somebodys", "data"), "data")

    def test_an_input_that_is_not_there_any_more(self):
        self.assertIn("cannot be read: No such file", dialogue.show(self.room / "gone", "fuzz_session"))


class Merges(support.Case):
    """libFuzzer's merge, which is asked what inputs reach."""

    def features(self, text):
        program = self.room / "fuzz_x"
        program.write_text("#!/bin/sh\nfor word; do case $word in -merge_control_file=*) file=${word#*=};; esac; done\n"
                           f"{text}\n")
        program.chmod(0o755)
        (self.room / "input").write_bytes(b"x")
        room = self.room / "room"
        room.mkdir()
        harness = build.Harness("fuzz_x", program, None, None, None)
        return list(features.by_libfuzzer(harness, [self.room / "input"], room))

    def test_what_it_wrote(self):
        wrote = f"1\\n0\\n{self.room}/room/inputs/0\\nSTARTED 0 1\\nFT 0 5 7\\n"
        self.assertEqual(self.features(f'printf "{wrote}" > "$file"'), [(self.room / "input", ["5", "7"])])

    def test_it_wrote_nothing(self):
        with self.assertRaisesRegex(Failure, "fuzz_x: libFuzzer's merge left nothing that can be read: why"):
            self.features("echo why >&2; exit 1")

    def test_it_wrote_half(self):
        with self.assertRaisesRegex(Failure, "nothing that can be read"):
            self.features('printf "3\\n0\\n/a" > "$file"')

    def test_it_cannot_be_run(self):
        with self.assertRaisesRegex(Failure, "none cannot be run: No such file"):
            list(features.by_libfuzzer(build.Harness("none", Path("/none"), None, None, None), [],
                                       self.room))


if __name__ == "__main__":
    unittest.main()
