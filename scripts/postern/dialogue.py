# SPDX-License-Identifier: MIT
"""A test case for human eyes: `postern show` where it is built, escaped octets elsewhere."""

import re
import subprocess

from . import house

KINDS = ("session", "command", "address", "reply", "data", "line")


def escaped(octets):
    """The octets as C escapes."""
    names = {13: "\\r", 10: "\\n", 9: "\\t", 34: '\\"', 92: "\\\\"}
    return "".join(names.get(octet, chr(octet) if 32 <= octet < 127 else f"\\x{octet:02x}") for octet in octets)


def one_line(text):
    """Text of somebody else's on one line, without control characters."""
    return re.sub(r"[^ -~]", "?", text)


def _escaped(octets):
    """The octets as C escapes, a line for each line."""
    return "\n".join("    " + escaped(line) for line in re.findall(rb"(?s).*?\n|.+", octets)) or "    (empty)"


def show(path, harness, kind=None):
    """The decoded test case as text. In: harness, the name of the one that it belongs to; kind, what it is, where that
    is known."""
    kind = kind or harness.removeprefix("fuzz_")
    command = [str(house.BUILD / "release" / "postern"), "show", *([f"--kind={kind}"] if kind in KINDS else []),
               str(path)]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True)
    except OSError:
        return f"{path}\n\n{_escaped(path.read_bytes())}"
    if done.returncode == 2:
        return f"{done.stderr.decode('utf-8', 'replace')}{path}\n\n{_escaped(path.read_bytes())}"
    return done.stdout.decode("utf-8", "replace").rstrip("\n")
