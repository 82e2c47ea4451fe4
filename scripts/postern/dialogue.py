# SPDX-License-Identifier: MIT
"""A test case for human eyes: `postern show` where it is built, escaped octets elsewhere."""

import re

from . import house, tool
from .console import Failure

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
    if not tool.path().exists():
        return f"{house.short(path)}\n\n{_octets(path)}"
    try:
        shown = tool.postern("show", *([f"--kind={kind}"] if kind in KINDS else []), path, codes=(0, 1))
    except Failure as failure:
        return f"{failure}\n{house.short(path)}\n\n{_octets(path)}"
    return shown.stdout.rstrip("\n")


def _octets(path):
    try:
        return _escaped(path.read_bytes())
    except OSError as error:
        return f"    (cannot be read: {error.strerror})"
