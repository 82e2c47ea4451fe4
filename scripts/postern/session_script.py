# SPDX-License-Identifier: MIT
"""Session scripts (corpus/sessions/*.smtp), read: what the client sends, and nothing else.

A script has one item a line: "C: TEXT" (C escapes; CRLF is added unless TEXT ends in \\c), "S: CODE" (the reply that is
expected here), "--" (a segment ends), "TLS" (the handshake), "#" (a comment)."""

import re

ESCAPE = re.compile(r"\\(?:([rnt\\\"])|x([0-9A-Fa-f]{2}))")
NAMED = {"r": "\r", "n": "\n", "t": "\t", "\\": "\\", '"': '"'}


def unescape(text):
    """The octets of a text in C escapes. Raises ValueError for an escape that is none."""
    if "\\" in ESCAPE.sub("", text):
        raise ValueError(f"bad escape in {text!r}")
    plain = ESCAPE.sub(lambda found: NAMED[found[1]] if found[1] else chr(int(found[2], 16)), text)
    return plain.encode("latin-1")


def octets_of_item(item):
    """What the client sends for one line of a script. Raises ValueError for a line that is no item."""
    if item.endswith("\r"):
        raise ValueError("it ends in CRLF; lines of a script end in LF")
    if item == "TLS":
        return b"\x16\x03"
    if item in ("", "--") or item.startswith("#") or re.fullmatch(r"S: [2-5][0-9]{2}", item):
        return b""
    if not item.startswith("C:"):
        raise ValueError(f"no item: {item!r}")
    text = item[2:].removeprefix(" ")
    if re.search(r"(?<!\\)(?:\\\\)*\\c$", text):
        return unescape(text[:-2])
    return unescape(text) + b"\r\n"


def read(path):
    """The flat corpus file of a script. Raises ValueError, with the number of the line, for what is no script."""
    octets, number = b"", 0
    try:
        for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
            octets += octets_of_item(line.decode("ascii"))
    except UnicodeDecodeError:
        raise ValueError(f"line {number}: an octet beyond ASCII; write it as an escape, \\xHH") from None
    except ValueError as error:
        raise ValueError(f"line {number}: {error}") from None
    return octets
