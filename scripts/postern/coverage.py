# SPDX-License-Identifier: MIT
"""scripts/coverage: what of the parser do tests and seeds reach?"""

import json
import os
import shutil
import subprocess

from . import build, house
from .console import FOUND, OK, Arguments, Failure, positive, run, say, show_command

EPILOG = """\
Builds the preset coverage (clang), runs the tests (replays of all seeds and regressions are among them), and writes
an HTML report. The last line is the summary. With floors, a summary below them is a failure.

exit codes: 0 measured, 1 below a floor, or a test failed, 2 could not run
"""

SOURCES = house.ROOT / "parser" / "src"


def percent(text):
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 100:
        raise ValueError(text)
    return number


def arguments():
    parser = Arguments("coverage", description="Measure the coverage of the parser.", epilog=EPILOG)
    parser.add_argument("--from", dest="origin", choices=["all", "tests", "seeds"], default="all",
                        help="unit tests, replays of seeds and regressions, or both (default: all)")
    parser.add_argument("--html", metavar="DIR", help="where the report goes (default: build/coverage/html)")
    parser.add_argument("--missing", action="store_true", help="list the lines and branches that nothing reached")
    parser.add_argument("--min-lines", type=percent, default=0, metavar="PERCENT", help="floor for lines")
    parser.add_argument("--min-branches", type=percent, default=0, metavar="PERCENT", help="floor for branches")
    parser.add_argument("--jobs", type=positive, default=len(os.sched_getaffinity(0)), metavar="N",
                        help="tests at once (default: one for each processor)")
    return parser.parse_args()


def run_tests(folder, origin, jobs):
    """Run the tests that count; each process leaves a profile. Returns: did all pass?"""
    profiles = folder / "profiles"
    shutil.rmtree(profiles, ignore_errors=True)
    chosen = {"all": "^(parser\\.test|fuzz\\.|harness\\.|command\\.|example\\.)", "tests": "^parser\\.test",
              "seeds": "^harness\\."}[origin]
    command = ["ctest", "--test-dir", str(folder), "--parallel", str(jobs), "--tests-regex", chosen,
               "--output-on-failure", "--no-tests=error"]
    show_command(command)
    log = folder / "tests.log"
    with open(log, "wb") as out:
        code = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                              env={**os.environ, "LLVM_PROFILE_FILE": f"{profiles}/%m-%p.profraw"}).returncode
    if not any(profiles.glob("*.profraw")):
        raise Failure(f"no test left a profile (log: {house.short(log)})")
    if code != 0:
        say(log.read_text(encoding="utf-8", errors="replace")[-8000:])
    return code == 0


def programs(folder):
    """Every program of the build that has coverage in it."""
    found = [path for path in sorted(folder.rglob("*")) if path.is_file() and os.access(path, os.X_OK)
             and "CMakeFiles" not in path.parts and path.suffix == ""]
    covered = [path for path in found if b"__llvm_covmap" in path.read_bytes()]
    return [word for number, path in enumerate(covered) for word in (["-object"] if number else []) + [str(path)]]


def llvm_cov(*words):
    done = subprocess.run(["llvm-cov", *words], stdin=subprocess.DEVNULL, capture_output=True)
    if done.returncode != 0:
        raise Failure(f"llvm-cov {words[0]}: {done.stderr.decode('utf-8', 'replace')[-2000:]}")
    return done.stdout.decode("utf-8", "replace")


def print_missing(lcov):
    """Lines and branches with a count of none, from an lcov trace."""
    name = ""
    for row in lcov.splitlines():
        kind, _, rest = row.partition(":")
        fields = rest.split(",")
        if kind == "SF":
            name = house.short(rest)
        elif kind == "DA" and fields[1] == "0":
            say(f"{name}:{fields[0]}: not run")
        elif kind == "BRDA" and fields[3] in ("0", "-"):
            say(f"{name}:{fields[0]}: branch {fields[2]} not taken")


def main():
    options = arguments()
    build.bootstrap("coverage")
    folder = build.build("coverage", jobs=options.jobs)
    passed = run_tests(folder, options.origin, options.jobs)
    profile = folder / "postern.profdata"
    raw = sorted(str(path) for path in (folder / "profiles").glob("*.profraw"))
    (folder / "profiles.txt").write_text("\n".join(raw) + "\n", encoding="utf-8")
    build.run_logged(["llvm-profdata", "merge", "-sparse", f"-input-files={folder / 'profiles.txt'}", "-o", profile],
                     folder / "merge.log")
    common = [*programs(folder), f"-instr-profile={profile}", "-ignore-filename-regex=/(test|examples|bench)/"]
    where = [str(SOURCES)]
    html = options.html or str(folder / "html")
    llvm_cov("show", *common, "-format=html", f"-output-dir={html}", "-show-branches=count",
             "-show-line-counts-or-regions", *where)
    say(llvm_cov("report", *common, *where).rstrip("\n"))
    if options.missing:
        print_missing(llvm_cov("export", *common, "-format=lcov", *where))
    totals = json.loads(llvm_cov("export", *common, "-summary-only", *where))["data"][0]["totals"]
    lines, branches = totals["lines"], totals["branches"]
    say(f"report: {html}/index.html")
    say(f"parser, from {options.origin}: lines {lines['percent']:.2f} % ({lines['covered']} of {lines['count']}), "
        f"branches {branches['percent']:.2f} % ({branches['covered']} of {branches['count']})")
    enough = lines["percent"] >= options.min_lines and branches["percent"] >= options.min_branches
    return OK if passed and enough else FOUND


if __name__ == "__main__":
    run("coverage", main)
