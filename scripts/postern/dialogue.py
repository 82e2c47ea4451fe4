# SPDX-License-Identifier: MIT
"""A test case for human eyes: `postern show` where it is built, escaped octets elsewhere."""

import subprocess

from . import house


def _escaped(octets):
    """The octets as C escapes, a line for each CRLF."""
    names = {13: "\\r", 10: "\\n", 9: "\\t", 34: '\\"', 92: "\\\\"}
    text = "".join(names.get(octet, chr(octet) if 32 <= octet < 127 else f"\\x{octet:02x}") for octet in octets)
    return text.replace("\\r\\n", "\\r\\n\n").rstrip("\n")


def show(path, harness):
    """The decoded test case as text."""
    command = house.BUILD / "release" / "postern"
    if "session" in harness and command.exists():
        done = subprocess.run([str(command), "show", str(path)], stdin=subprocess.DEVNULL, capture_output=True)
        if done.returncode in (0, 1) and done.stdout:
            return done.stdout.decode("utf-8", "replace").rstrip("\n")
    return "\n".join("    " + line for line in _escaped(path.read_bytes()).splitlines()) or "    (empty)"
