# SPDX-License-Identifier: MIT
"""scripts/reproduce: replay a test case in a plain gcc build and show it."""

import os
import subprocess
from pathlib import Path

from . import build, cases, dialogue, violation
from .console import FOUND, OK, Arguments, Failure, run, say, show_command

EPILOG = """\
Builds with gcc alone: no clang, no engine. The harness is taken from the path (corpus/seeds/HARNESS/...,
findings/HARNESS/...) or from the .json beside a finding; else name it.

exit codes: 0 every file ran clean, 1 a file broke a law or crashed, 2 could not run
"""

SECONDS = 60  # for one file


def arguments():
    parser = Arguments("reproduce", description="Replay test cases and show their dialogues.", epilog=EPILOG)
    parser.add_argument("file", nargs="+", metavar="FILE", help="a seed, a regression, a finding, or any octets")
    parser.add_argument("--harness", metavar="NAME", help="the harness to run it in")
    parser.add_argument("--sanitize", action="store_true", help="build with gcc's ASan and UBSan")
    return parser.parse_args()


def replay(harness, path):
    """Run one file. Returns: its Verdict, or None when it ran clean."""
    command = [str(harness.program), "--quiet", str(path)]
    show_command(command)
    environment = {**os.environ, "UBSAN_OPTIONS": "print_stacktrace=1"}
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment,
                              timeout=SECONDS)
    except subprocess.TimeoutExpired as late:
        return violation.read((late.stderr or b"").decode("utf-8", "replace"), None)
    report = done.stderr.decode("utf-8", "replace")
    verdict = violation.read(report, done.returncode)
    if report.strip():
        say(report.rstrip("\n"))
    if verdict is None and done.returncode != 0:
        raise Failure(f"{harness.name} ended with exit code {done.returncode}")
    return verdict


def main():
    options = arguments()
    paths = [Path(name).absolute() for name in options.file]
    for path in paths:
        if not path.is_file():
            raise Failure(f"{path}: no such file")
    build.bootstrap("reproduce")
    preset, name, settings = cases.replay_build(options.sanitize)
    known = build.harnesses(build.configure(preset, name, settings))
    chosen = [(path, cases.harness_of(path, known, options.harness)) for path in paths]
    build.build("release", ["postern"])
    build.build(preset, sorted({harness.name for _, harness in chosen}), name, settings)
    broken = 0
    for path, harness in chosen:
        say(dialogue.show(path, harness.name))
        verdict = replay(harness, path)
        if verdict:
            broken += 1
            section = f" ({verdict.section})" if verdict.section else ""
            say(f"broken: {verdict.oracle}{section}: {verdict.summary}")
        else:
            say("clean")
    return FOUND if broken else OK


if __name__ == "__main__":
    run("reproduce", main)
