# SPDX-License-Identifier: MIT
"""scripts/check: build and test everything, with gcc and with clang's sanitizers."""

import json
import os
import subprocess
import time
import xml.etree.ElementTree as ElementTree

from . import build, house, project, reports, tally
from .console import FOUND, OK, Arguments, Failure, positive, run, say, show_command
from .junit import Case, Suite
from .tally import Tally

EPILOG = """\
Two builds, build/dev (gcc) and build/asan (clang, ASan and UBSan), each with all tests: units, laws, replays of every
seed and regression, the command; and the tests of the scripts. Outside projects that use the parser are built once,
with gcc. --only takes one of these parts, or two that are else left out:

  gcc, sanitizers, scripts    what runs without --only
  clang                       build/dev-clang, without sanitizers
  32-bit                      build/dev-32 (gcc -m32); its libraries are those of the architecture i386

--junit has a case for each program of tests and for each test of the scripts; --sarif has what failed: a law that a
replay broke, what a sanitizer said, or the place at which a test failed.

--json: passed, failed, skipped, parts (part, passed, failed, skipped, cases: name, outcome, seconds, message, output).

The last line counts test cases: "N passed, N failed, N skipped". A build that fails counts as one failed case.

environment:
  CI=true            warnings are errors
  POSTERN_BUILD_DIR  where to build (default: build/ in the source tree)

exit codes: 0 all passed, 1 something failed, 2 could not run
"""

# part: preset, labels of the tests that are left to gcc's
PRESETS = {"gcc": ("dev", ()), "clang": ("dev-clang", ("reuse",)), "sanitizers": ("asan", ("reuse",)),
           "32-bit": ("dev-32", ("reuse",))}
USUAL = ("gcc", "sanitizers", "scripts")
SECONDS = 1500  # for one test
CLASSES = 4  # of the scripts' tests at once, at most: campaigns among them keep all processors busy by themselves


def arguments():
    parser = Arguments("check", description="Build and test everything.", epilog=EPILOG)
    parser.add_argument("--only", action="append", choices=[*PRESETS, "scripts"], metavar="PART",
                        help=f"this part alone: {', '.join(PRESETS)} or scripts (may be given again)")
    parser.add_argument("--clients", action="store_true",
                        help="also drive real mail clients (installs curl, msmtp, swaks, exim4)")
    parser.add_argument("--report", action="store_true",
                        help="also look at a campaign's report in a browser (installs gnuplot, graphviz, chromium)")
    parser.add_argument("--long", action="store_true", help="also run the long enumerations")
    parser.add_argument("--jobs", type=positive, default=len(os.sched_getaffinity(0)), metavar="N",
                        help="processes at once (default: one for each processor)")
    reports.add_arguments(parser)
    return parser.parse_args()


def environment(options):
    """What the tests are told."""
    return {**os.environ, **({"POSTERN_LONG": "1"} if options.long else {})}


def test(folder, part, left_out, options):
    """Run the tests of a build folder. Returns: their Tally and Cases."""
    junit_file = folder / "tests.xml"
    junit_file.unlink(missing_ok=True)
    command = ["ctest", "--test-dir", str(folder), "--parallel", str(options.jobs), "--output-on-failure",
               "--timeout", str(SECONDS), "--output-junit", str(junit_file), "--test-output-size-passed", "1000000",
               "--test-output-size-failed", "1000000"]
    left_out = [*left_out, *([] if options.clients else ["clients"]), *([] if options.long else ["long"])]
    if left_out:
        command += ["--label-exclude", f"^({'|'.join(left_out)})$"]
    show_command(command)
    code = subprocess.run(command, cwd=project.ROOT, stdin=subprocess.DEVNULL, env=environment(options)).returncode
    if not junit_file.exists():
        return Tally(failed=1), [Case("ctest", "ctest", outcome="error", message=f"ctest ended with exit code {code}")]
    counted, cases = tally.of_junit(junit_file), cases_of_ctest(junit_file, part)
    if not counted.failed and (code != 0 or not cases):
        counted.failed = 1
        cases.append(unexplained("ctest", f"ctest ended with exit code {code}", cases))
    return counted, cases


def unexplained(name, why, cases):
    """The Case for a run that did not go well although none of its cases says so."""
    return Case(name, name, outcome="error", message=f"{why}, and {'no case failed' if cases else 'there was no case'}")


def cases_of_ctest(path, part):
    """The Cases of a file that ctest wrote: one for each program of tests."""
    cases = []
    for element in ElementTree.parse(path).getroot().iter("testcase"):
        name, output = element.get("name"), element.findtext("system-out") or ""
        case = Case(name, f"{part}.{name.split('.')[0]}", float(element.get("time") or 0))
        if element.find("skipped") is not None or element.get("status") in ("notrun", "disabled"):
            case.outcome, case.message = "skipped", "left out by ctest"
        elif element.find("failure") is not None or element.get("status") == "fail":
            why = element.find("failure").get("message") if element.find("failure") is not None else ""
            case.outcome, case.output = "failed", output
            case.message = ", ".join(tally.names_of_failed(output)) or why or "failed"
        cases.append(case)
    return cases


def one_preset(part, options):
    """Build and test one part. Returns: its Tally, and a Suite for reports."""
    preset, left_out = PRESETS[part]
    begun = time.monotonic()
    suite = Suite(part)
    werror = ("-DPOSTERN_WERROR=ON",) if os.environ.get("CI") else ()
    log = house.BUILD / preset / "build.log"
    known = log.stat().st_size if log.exists() else 0
    try:
        folder = build.build(preset, options=werror, jobs=options.jobs)
        counted, suite.cases = test(folder, part, left_out, options)
    except Failure as failure:
        say(f"{preset}: {failure}")
        counted = Tally(failed=1)
        said = log.read_bytes()[known:].decode("utf-8", "replace") if log.exists() else ""
        suite.cases = [Case(f"build.{preset}", f"{part}.build", time.monotonic() - begun, "error", str(failure),
                            output=said)]
    say(f"{preset}: {counted} ({time.monotonic() - begun:.0f} s)")
    return counted, suite


def scripts(options):
    """Run the tests of the scripts themselves. Returns: their Tally, and a Suite for reports."""
    begun = time.monotonic()
    suite = Suite("scripts")
    folder = project.ROOT / "scripts" / "test"
    noted = house.BUILD / "scripts-test" / f"cases.{os.getpid()}.json"
    command = ["/usr/bin/python3", "-B", "-m", "postern.unittests", str(folder), str(noted),
               str(min(options.jobs, CLASSES))]
    show_command(command)
    output = []
    with subprocess.Popen(command, cwd=project.ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env=environment(options), text=True, errors="replace") as running:
        for line in running.stdout:
            say(line.rstrip("\n"))
            output.append(line)
    if noted.exists():
        suite.cases = [Case(**fields) for fields in json.loads(noted.read_text(encoding="utf-8"))]
        noted.unlink()
        for case in suite.cases:
            if case.outcome == "skipped":
                say(f"skipped: {case.name.partition(' ')[0].rpartition('.')[2]}: {case.message}")
    else:
        suite.cases = [Case("scripts", "scripts", time.monotonic() - begun, "error", "the tests could not be run",
                            output="".join(output))]
    if not tally.of_cases(suite.cases).failed and (running.returncode != 0 or not suite.cases):
        suite.cases.append(unexplained("scripts", f"the tests ended with exit code {running.returncode}", suite.cases))
    counted = tally.of_cases(suite.cases)
    say(f"scripts: {counted} ({time.monotonic() - begun:.0f} s)")
    return counted, suite


def run_parts(options):
    """Returns: a Tally and a Suite for each part."""
    parts = options.only or USUAL
    build.bootstrap(*sorted({"check-32" if part == "32-bit" else "check" for part in parts}),
                    *(["clients"] if options.clients else []), *(["report-test"] if options.report else []))
    return [scripts(options) if part == "scripts" else one_preset(part, options) for part in dict.fromkeys(parts)]


def main():
    options = arguments()
    with reports.Reports("check", options) as report:
        parts = run_parts(options)
        total = sum((counted for counted, _ in parts), Tally())
        suites = [suite for _, suite in parts]
        say(total)
        code = FOUND if total.failed else OK
        report.write(lambda: suites, lambda: reports.check_results(suites), lambda: reports.check_facts(parts), code)
    return code


if __name__ == "__main__":
    run("check", main)
