# SPDX-License-Identifier: MIT
"""Makes the flat seeds of fuzz_session from the session scripts: corpus/sessions/NAME.smtp becomes
corpus/seeds/fuzz_session/NAME, the octets that the client sends and nothing else.

A script has one item a line: "C: TEXT" (C escapes; CRLF is added unless TEXT ends in \\c), "S: CODE" (the reply that is
expected here), "--" (a segment ends), "TLS" (the handshake), "#" (a comment)."""

import argparse
import sys

from . import house, session_script


def flatten(path):
    """The flat corpus file of a script."""
    try:
        return session_script.read(path)
    except ValueError as error:
        sys.exit(f"{path}: {error}")


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
