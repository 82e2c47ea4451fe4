# SPDX-License-Identifier: MIT
"""Makes the flat seeds of fuzz_session from the session scripts: corpus/sessions/NAME.smtp becomes
corpus/seeds/fuzz_session/NAME, the octets that the client sends and nothing else.

A script has one item a line: "C: TEXT" (C escapes; CRLF is added unless TEXT ends in \\c), "S: CODE" (the reply that is
expected here), "--" (a segment ends), "TLS" (the handshake), "#" (a comment)."""

from . import house, project, session_script
from .console import FOUND, OK, Arguments, Failure, run, say


def flatten(path):
    """The flat corpus file of a script."""
    try:
        return session_script.read(path)
    except ValueError as error:
        raise Failure(f"{house.short(path)}: {error}") from error


def main():
    parser = Arguments("seeds", description=__doc__,
                       epilog="exit codes: 0 done, 1 --check found a difference, 2 could not run")
    parser.add_argument("--check", action="store_true", help="change nothing; say which seeds are not as their scripts")
    check = parser.parse_args().check
    folder = project.ROOT / "corpus" / "seeds" / "fuzz_session"
    different = 0
    for script in sorted((project.ROOT / "corpus" / "sessions").glob("*.smtp")):
        seed = folder / script.stem
        octets = flatten(script)
        if seed.exists() and seed.read_bytes() == octets:
            continue
        different += 1
        say(f"{'differs' if check else 'written'}: {seed.relative_to(project.ROOT)}")
        if not check:
            house.write_whole(seed, octets)
    if check and different:
        say("scripts/seeds writes them anew")
    return FOUND if check and different else OK


if __name__ == "__main__":
    run("seeds", main)
