# SPDX-License-Identifier: MIT
"""Makes the flat seeds of fuzz_session from the session scripts: corpus/sessions/NAME.smtp becomes
corpus/seeds/fuzz_session/NAME, the octets that the client sends and nothing else.

A script has one item a line: "C: TEXT" (C escapes; CRLF is added unless TEXT ends in \\c), "S: CODE" (the reply that is
expected here), "--" (a segment ends), "TLS" (the handshake), "#" (a comment)."""

import argparse
import re
import sys

from . import house

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


def flatten(path):
    """The flat corpus file of a script."""
    octets = b""
    for number, item in enumerate(path.read_text(encoding="ascii").splitlines(), 1):
        try:
            octets += octets_of_item(item)
        except ValueError as error:
            sys.exit(f"{path}:{number}: {error}")
    return octets


def main():
    parser = argparse.ArgumentParser(prog="scripts/seeds", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter,
                                     epilog="Exit: 0 done, 1 --check found a difference, 2 misuse.")
    parser.add_argument("--check", action="store_true", help="change nothing; say which seeds are not as their scripts")
    check = parser.parse_args().check
    folder = house.ROOT / "corpus" / "seeds" / "fuzz_session"
    different = 0
    for script in sorted((house.ROOT / "corpus" / "sessions").glob("*.smtp")):
        seed = folder / script.stem
        octets = flatten(script)
        if seed.exists() and seed.read_bytes() == octets:
            continue
        different += 1
        print(f"{'differs' if check else 'written'}: {seed.relative_to(house.ROOT)}")
        if not check:
            seed.write_bytes(octets)
    if check and different:
        print("scripts/seeds writes them anew")
    return 1 if check and different else 0


if __name__ == "__main__":
    sys.exit(main())
