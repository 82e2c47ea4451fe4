# SPDX-License-Identifier: MIT
"""scripts/reproduce: replay a test case in a plain gcc build and show it."""

import os
import subprocess
from pathlib import Path

from . import build, cases, dialogue, reports, violation
from .console import FOUND, OK, Arguments, Failure, run, say, show_command
from .outputs import add_json, json_asked

EPILOG = """\
Builds with gcc alone: no clang, no engine. The harness is taken from the path (corpus/seeds/HARNESS/...,
findings/HARNESS/...) or from the .json beside a finding; else name it.

--json: files (file, harness, clean, oracle, section, state, verb, summary, key, dialogue, report).

exit codes: 0 every file ran clean, 1 a file broke a law or crashed, 2 could not run
"""

SECONDS = 60  # for one file


def arguments():
    parser = Arguments("reproduce", description="Replay test cases and show their dialogues.", epilog=EPILOG)
    parser.add_argument("file", nargs="+", metavar="FILE", help="a seed, a regression, a finding, or any octets")
    parser.add_argument("--harness", metavar="NAME", help="the harness to run it in")
    parser.add_argument("--sanitize", action="store_true", help="build with gcc's ASan and UBSan")
    add_json(parser)
    return parser.parse_args()


def replay(harness, path):
    """Run one file. Returns: its Verdict, or None when it ran clean, what it said, and its exit code, or None."""
    command = [str(harness.program), "--quiet", str(path)]
    show_command(command)
    environment = {**os.environ, "UBSAN_OPTIONS": "print_stacktrace=1"}
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment,
                              timeout=SECONDS)
    except subprocess.TimeoutExpired as late:
        report = (late.stderr or b"").decode("utf-8", "replace")
        return violation.read(report, None), report, None
    report = done.stderr.decode("utf-8", "replace")
    return violation.read(report, done.returncode), report, done.returncode


def main():
    options = arguments()
    out = json_asked(options)
    paths = [Path(name).absolute() for name in options.file]
    for path in paths:
        if path.is_dir():
            raise Failure(f"{path} is a folder: name the files in it")
        if not path.is_file():
            raise Failure(f"{path} is no file" if path.exists() else f"{path}: no such file")
    build.bootstrap("reproduce")
    preset, name, settings = cases.replay_build(options.sanitize)
    known = build.harnesses(build.configure(preset, name, settings))
    chosen = [(path, cases.harness_of(path, known, options.harness)) for path in paths]
    build.build("release", ["postern"])
    build.build(preset, sorted({harness.name for _, harness in chosen}), name, settings)
    facts = []
    for path, harness in chosen:
        verdict, report, exit_code = replay(harness, path)
        told = dialogue.show(path, harness.name, details=verdict.details if verdict else None)
        say(told)
        if report.strip():
            say(report.rstrip("\n"))
        if verdict is None and exit_code != 0:
            raise Failure(f"{harness.name} ended with exit code {exit_code}")
        facts.append({"file": str(path), "harness": harness.name, "clean": verdict is None,
                      **reports.facts_of_verdict(verdict), "dialogue": told, "report": report})
        if verdict:
            section = f" ({verdict.section})" if verdict.section else ""
            say(f"broken: {verdict.oracle}{section}: {verdict.summary}")
        else:
            say("clean")
    if out:
        out.write({"files": facts})
    return OK if all(one["clean"] for one in facts) else FOUND


if __name__ == "__main__":
    run("reproduce", main)
