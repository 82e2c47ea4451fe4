# SPDX-License-Identifier: MIT
"""scripts/import: dialogues of one's own into the corpus that campaigns start from."""

import hashlib
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from . import build, cases, corpus, findings, house, limits, options as harness_options, session_script
from .console import FOUND, OK, Arguments, Failure, positive, run, say
from .outputs import add_json, json_asked, writable_folder
from .replaying import Replaying
from .tool import UNABLE, postern

EPILOG = """\
FILE is a session script (NAME.smtp, as in corpus/sessions), the raw octets that a client sent, a capture of packets
(NAME.pcap, NAME.pcapng), or a folder of such. What is in it is checked, named by its content, and put into the corpus
of each harness that takes sessions; of a capture, what the client of each connection said, in clear text. Refused, in
one line each, and the others go on:

  scripts     a line that is no item of a script, or has an escape that is none
  octets      nothing, or more than 1 MiB; lines that end in LF alone (--crlf has them end in CRLF); what a server says;
              what has no command in it
  captures    what is none, or has no client in it (--port)
  all         a session that breaks a law: that is a finding, and no input to start from

A session longer than a harness takes (its max_len) stays out of that harness. To keep a session for good, write a
script into corpus/sessions and run scripts/seeds.

environment:
  XDG_STATE_HOME       STATE is $XDG_STATE_HOME/postern, or ~/.local/state/postern
  POSTERN_BUILD_DIR    where to build (default: build/ in the source tree)

--json: taken (file, of a capture with the number of the connection; name, octets, harnesses, new: in how many of them
it was not yet there; slow: it took longer than --seconds with all partitions and variants), refused (file, why).

exit codes: 0 everything was taken, 1 something was refused, 2 could not run, 130 interrupted
"""

_JUDGE = "fuzz_session"  # the harness whose laws are asked


def arguments():
    parser = Arguments("import", description="Put dialogues into the corpus that campaigns start from.", epilog=EPILOG)
    parser.add_argument("file", nargs="+", metavar="FILE",
                        help="a session script, a client's octets, a capture, or a folder")
    parser.add_argument("--harness", action="append", default=[], metavar="NAME",
                        help="for this harness (again for more; default: all that take sessions)")
    parser.add_argument("--state", metavar="DIR", help="where campaigns keep corpus and findings")
    parser.add_argument("--output", metavar="OUT", help="into OUT/HARNESS instead of STATE/corpus/HARNESS")
    parser.add_argument("--port", type=positive, default=25, metavar="N", help="captures: the server's (default: 25)")
    parser.add_argument("--crlf", action="store_true", help="octets with lines that end in LF: have them end in CRLF")
    parser.add_argument("--seconds", type=positive, default=limits.SECONDS, metavar="N",
                        help=f"of the processor's time that one input may take (default: {limits.SECONDS})")
    add_json(parser)
    return parser.parse_args()


class Refusal(Exception):
    """A file that is not taken, and why."""


@dataclass
class Session:
    label: str  # the file, and of a capture the connection
    path: Path
    octets: bytes
    raw: bool  # the file holds these octets and nothing else

    @property
    def name(self):
        return hashlib.sha1(self.octets).hexdigest()


def read_capture(path, port):
    """The sessions in a capture. What comes behind STARTTLS is not to be read, and left out. Raises Refusal."""
    done = postern("extract", f"--port={port}", path, codes=(0, 1, UNABLE))
    if done.returncode == UNABLE:
        raise Refusal(f"no capture: {done.stderr.strip().rpartition(': ')[2]}")
    streams = [json.loads(line) for line in done.stdout.splitlines()]
    if not streams:
        raise Refusal(f"no client in it says anything to port {port} (--port)")
    for one in streams:
        octets = session_script.unescape(one["octets"])
        upgrade = re.search(rb"(?i)(^|\r\n)starttls[ \t]*\r\n(?=\x16\x03)", octets)
        label = f"{house.short(path)}, connection {one['stream']}"
        yield Session(label, path, octets[:upgrade.end()] if upgrade else octets, False)


def read(path, options):
    """The sessions in a file. Raises Refusal for what is no script, no capture, or no octets of a client."""
    if path.suffix in (".pcap", ".pcapng", ".cap"):
        return list(read_capture(path, options.port))
    octets = read_octets(path, options.crlf)
    return [Session(house.short(path), path, octets, octets == path.read_bytes())]


def read_octets(path, crlf):
    """The octets of a client. Raises Refusal for what is no script, or no octets of a client."""
    if path.suffix == ".smtp":
        try:
            return session_script.read(path)
        except ValueError as error:
            raise Refusal(f"no session script: {error}") from None
    octets = path.read_bytes()
    if b"\n" in octets and b"\r\n" not in octets:
        if not crlf:
            raise Refusal("line 1 ends in LF alone, as all others do; --crlf has them end in CRLF, as a client's do")
        octets = octets.replace(b"\n", b"\r\n")
    for number, line in enumerate(octets.split(b"\n"), 1):
        if re.match(rb"[CS]: ", line):
            raise Refusal(f"line {number} is one of a session script: call the file NAME.smtp")
        if re.match(rb"2(20|50)[ -]", line) and number <= 2:
            raise Refusal(f"line {number} is what a server says: a client's octets alone are wanted, or a script")
    return octets


def check(session, room):
    """Raises Refusal for what is no session."""
    path, octets = session.path, session.octets
    if not octets:
        raise Refusal("nothing is sent in it")
    if len(octets) > corpus.LARGEST:
        raise Refusal(f"{len(octets)} octets: engines take {corpus.LARGEST} at most")
    flat = room / "flat"
    flat.write_bytes(octets)
    try:
        reached = json.loads(postern("show", "--coverage", "--json", flat).stdout)["triples"]
    except Failure as failure:
        raise Refusal(str(failure)) from None
    if not any(one["verb"] not in (None, "CONNECT", "UNKNOWN") for one in reached):
        raise Refusal("no line of it is a command")
    if path.suffix == ".smtp" and postern("show", path, codes=(0, 1)).returncode == 1:
        say(f"{house.short(path)}: libpostern replies otherwise than it expects (postern show {house.short(path)})")


def collect(names):
    """The files that were named, or lie in folders that were. Returns: them, and {path: why} of what cannot be read."""
    paths, unread = [], {}
    for name in names:
        path = Path(name).absolute()
        if path.is_dir():
            paths += cases.files_in(path, unread=unread)
        elif path.is_file():
            paths.append(path)
        else:
            raise Failure(f"{name}: no such file or folder")
    if not paths and not unread:
        raise Failure(f"{names[0]}: there is no file in it")
    return list(dict.fromkeys(paths)), unread


def harnesses_of(known, names):
    """Those that the sessions are for."""
    chosen = build.choose(known, names)
    for harness in chosen:
        if names and harness.kind != "session":
            raise Failure(f"{harness.name} takes no sessions ({harness.kind or 'its inputs have no kind'})")
    return [harness for harness in chosen if harness.kind == "session"]


def judge(sessions, program, seconds, room):
    """Which sessions break a law. Returns: {label: why}, and the labels of those that are clean, and took long."""
    homes = {}
    for number, session in enumerate(sessions):
        home = room / str(number)
        home.write_bytes(session.octets)
        homes[home] = session
    broken = {}
    replaying = Replaying(program, seconds)
    for failing in replaying.failures(list(homes)):
        session, verdict = homes[failing.path], failing.verdict
        broken[session.label] = f"it breaks the law {verdict.oracle}: {verdict.summary}"
        if session.raw:
            broken[session.label] += f" ({findings.reproduce_command(_JUDGE, session.path, verdict)})"
    return broken, {homes[path].label for path in replaying.slow}


def adopt(session, harnesses, home_of):
    """Put a session where it belongs. Returns: the names of the harnesses, and in how many of them it is new."""
    taken, new = [], 0
    for harness in harnesses:
        most = int(harness_options.read(harness.options)["libfuzzer"].get("max_len", corpus.LARGEST))
        if len(session.octets) > most:
            continue
        home = home_of(harness.name) / session.name
        new += not home.exists()
        if not home.exists():
            house.write_whole(home, session.octets)
        taken.append(harness.name)
    return taken, new


def main():
    options = arguments()
    out = json_asked(options)
    paths, unread = collect(options.file)
    state = house.state_dir(options.state)
    if options.output:
        writable_folder("--output", Path(options.output).absolute())
    else:
        writable_folder("--state", state)
    build.bootstrap("import")
    known = build.harnesses(build.configure("release"))
    harnesses = harnesses_of(known, options.harness)
    build.build("release", ["postern", _JUDGE])
    postern("--version")  # if it cannot be run, that is no file's fault
    taken, sessions = [], []
    refused = {house.short(path): f"it cannot be read: {why}" for path, why in unread.items()}
    with house.scratch("postern-import-") as room:
        for number, path in enumerate(paths, 1):
            if number % 500 == 0:
                say(f"checked {number} of {len(paths)} files")
            try:
                found = read(path, options)
            except Refusal as refusal:
                refused[house.short(path)] = str(refusal)
                continue
            except OSError as error:
                refused[house.short(path)] = f"it cannot be read: {error.strerror}"
                continue
            for session in found:
                try:
                    check(session, room)
                    sessions.append(session)
                except Refusal as refusal:
                    refused[session.label] = str(refusal)
        broken, slow = judge(sessions, build.choose(known, [_JUDGE])[0].program, options.seconds, room)
        refused |= broken

    def home_of(harness):
        return Path(options.output).absolute() / harness if options.output else corpus.folder_of(state, harness)

    for session in sessions:
        if session.label not in refused:
            names, new = adopt(session, harnesses, home_of)
            taken.append({"file": session.label, "name": session.name, "octets": len(session.octets),
                          "harnesses": names, "new": new, "slow": session.label in slow})
            where = f"{len(names)} of {len(harnesses)} harnesses" if names else "no harness: it is too long for all"
            say(f"{session.label}: {len(session.octets)} octets, for {where}"
                + ("" if new else ", known before" if names else "")
                + (", longer than --seconds with all partitions and variants" if session.label in slow else ""))
    for label, why in refused.items():
        print(f"scripts/import: {label}: {why}", file=sys.stderr, flush=True)
    say(f"{len(taken)} taken, {len(refused)} refused; kept in "
        f"{house.short(options.output or state / 'corpus')}")
    if out:
        out.write({"taken": taken, "refused": [{"file": label, "why": why} for label, why in refused.items()]})
    return FOUND if refused else OK


if __name__ == "__main__":
    run("import", main)
