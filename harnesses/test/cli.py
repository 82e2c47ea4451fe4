# SPDX-License-Identifier: MIT
"""What the tests of the command `postern` share. Room: harnesses/test.

The environment variable POSTERN names the binary; ctest sets it.
"""

import contextlib
import json
import os
import pty
import subprocess
import unittest

BINARY = os.environ.get("POSTERN", "postern")
NAMES = {13: "\\r", 10: "\\n", 9: "\\t", 34: '\\"', 92: "\\\\"}
HANGS = 300  # seconds: all seeds on a pipe, under sanitizers, on a machine that has other work, are not done in 60


def escape(octets):
    """The canonical C escapes, written a second time."""
    return "".join(NAMES.get(octet, chr(octet) if 32 <= octet <= 126 else f"\\x{octet:02x}") for octet in octets)


def run(*arguments, stdin=b"", **environment):
    """Run the command away from any terminal. Returns: exit code, standard output, standard error."""
    plain = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR")}
    done = subprocess.run([BINARY, *arguments], input=stdin, capture_output=True, env={**plain, **environment},
                          timeout=HANGS)
    return done.returncode, done.stdout.decode("ascii"), done.stderr.decode("utf-8", "replace")


def _all_of(screen):
    """What comes to a terminal, until nobody writes to it any more."""
    with contextlib.suppress(OSError):  # EIO: that is how the end of a terminal is told
        while part := screen.read(65536):
            yield part


class Case(unittest.TestCase):
    """A test of the command."""

    maxDiff = None

    def ask(self, *arguments, stdin=b"", **environment):
        """Run; all must be well. Returns: standard output."""
        code, out, err = run(*arguments, stdin=stdin, **environment)
        self.assertEqual((code, err), (0, ""), arguments)
        return out

    def ask_on_terminal(self, *arguments, **environment):
        """Run it on a terminal of 80 columns. Returns: what a person would see. Skips where there are no terminals."""
        try:
            ours, theirs = pty.openpty()
        except OSError as error:
            self.skipTest(f"no pseudo-terminal here: {error}")
        plain = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        with os.fdopen(ours, "rb", buffering=0) as screen:
            process = subprocess.Popen([BINARY, *arguments], stdout=theirs,
                                       env={**plain, "TERM": "xterm", "COLUMNS": "80", **environment})
            os.close(theirs)
            seen = b"".join(_all_of(screen))
            self.assertEqual(process.wait(timeout=60), 0, arguments)
            return seen.decode().replace("\r\n", "\n")

    def bulk(self, kind, inputs, *options):
        """The objects for these inputs (octets), in their order."""
        lines = "".join(escape(octets) + "\n" for octets in inputs)
        out = self.ask("check", kind, "--jsonl", *options, stdin=lines.encode())
        objects = [json.loads(line) for line in out.splitlines()]
        self.assertEqual([one["input"] for one in objects], [escape(octets) for octets in inputs])
        return objects

    def one(self, kind, octets, *options):
        """The object for one input."""
        return self.bulk(kind, [octets], *options)[0]

    def verdict(self, kind, octets, *options):
        """Verdict, error, offset and reply of one input."""
        found = self.one(kind, octets, *options)
        return found["verdict"], found["error"], found["offset"], found["reply"]

    def misuse(self, *arguments, stdin=b"", says=""):
        """Run; it must end with code 2, one line on standard error and nothing else."""
        code, out, err = run(*arguments, stdin=stdin)
        self.assertEqual((code, out, err.count("\n")), (2, "", 1), (arguments, err))
        self.assertIn(says, err)
