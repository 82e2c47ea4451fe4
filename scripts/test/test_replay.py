# SPDX-License-Identifier: MIT
"""The replay driver (fuzz/src/replay.c): what it runs, what it says, how it ends."""

import subprocess
import unittest
from unittest import mock

import support
from postern import build, house


class Replay(support.Case):
    @classmethod
    def setUpClass(cls):
        with mock.patch.object(house, "BUILD", support.BUILD), \
                mock.patch.dict("os.environ", support.environment()), \
                mock.patch.object(build, "show_command"):
            folder = build.build("release", ["fuzz_planted", "fuzz_empty"])
            cls.harness = {harness.name: str(harness.program) for harness in build.harnesses(folder)}

    def replay(self, name, *arguments):
        done = subprocess.run([self.harness[name], *map(str, arguments)], capture_output=True, text=True, check=False)
        self.assertEqual(done.stdout if "--help" not in arguments else "", "")
        return done.returncode, done.stderr

    def test_files_and_folders(self):
        (self.room / "inner").mkdir()
        for name, octets in (("a", b"1"), ("b", b""), ("inner/c", b"333"), (".hidden", b"22")):
            (self.room / name).write_bytes(octets)
        code, said = self.replay("fuzz_empty", self.room, self.room / "a")
        self.assertEqual(code, 0)
        self.assertIn("replay: 4 inputs, 5 octets\n", said)
        self.assertIn("POSTERN-MEAN-LENGTH 1.2\n", said)  # 5 / 4: the harness saw the same

    def test_a_file_dropped_in_is_seen(self):
        self.assertIn("replay: 0 inputs", self.replay("fuzz_empty", self.room)[1])
        (self.room / "new").write_bytes(b"x")
        self.assertIn("replay: 1 inputs", self.replay("fuzz_empty", self.room)[1])

    def test_failing_inputs_are_named(self):
        (self.room / "good").write_bytes(b"NOOP\r\n")
        (self.room / "wrong").write_bytes(b"EHLO\r\n")
        code, said = self.replay("fuzz_planted", self.room)
        self.assertLess(code, 0)
        self.assertIn("POSTERN-VIOLATION ", said)
        self.assertTrue(said.endswith(f"replay: failed: {self.room}/wrong\n"), said)
        self.assertEqual(self.replay("fuzz_planted", "--brief", self.room), (code, said))

    def test_what_cannot_be_read(self):
        code, said = self.replay("fuzz_empty", self.room / "nothing")
        self.assertEqual((code, said.splitlines()[0]),
                         (2, f"replay: cannot read {self.room}/nothing: No such file or directory"))
        self.assertEqual(self.replay("fuzz_empty", "--missing-ok", self.room / "nothing")[0], 0)

    def test_misuse(self):
        for arguments in ([], ["--no-such-option", "x"]):
            code, said = self.replay("fuzz_empty", *arguments)
            self.assertEqual((code, said[:6]), (2, "usage:"))
        self.assertEqual(self.replay("fuzz_empty", "--help"), (0, ""))


if __name__ == "__main__":
    unittest.main()
