# SPDX-License-Identifier: MIT
"""scripts/check: build and test everything, with gcc and with clang's sanitizers."""

import os
import subprocess
import time

from . import build, house, tally
from .console import FOUND, OK, Arguments, Failure, positive, run, say, show_command
from .tally import Tally

EPILOG = """\
Two builds, build/dev (gcc) and build/asan (clang, ASan and UBSan), each with all tests: units, laws, replays of every
seed and regression, the command, the scripts. Outside projects that use the parser are built once, with gcc.

The last line counts test cases: "N passed, N failed, N skipped". A build that fails counts as one failed case.

environment:
  CI=true            warnings are errors
  POSTERN_BUILD_DIR  where to build (default: build/ in the source tree)

exit codes: 0 all passed, 1 something failed, 2 could not run
"""

# preset, labels of the tests that are left to the other one
PRESETS = (("dev", ()), ("asan", ("reuse",)))
SECONDS = 1500  # for one test


def arguments():
    parser = Arguments("check", description="Build and test everything.", epilog=EPILOG)
    parser.add_argument("--clients", action="store_true",
                        help="also drive real mail clients (installs curl, msmtp, swaks, exim4)")
    parser.add_argument("--long", action="store_true", help="also run the long enumerations")
    parser.add_argument("--jobs", type=positive, default=len(os.sched_getaffinity(0)), metavar="N",
                        help="processes at once (default: one for each processor)")
    return parser.parse_args()


def environment(options):
    """What the tests are told."""
    return {**os.environ, **({"POSTERN_LONG": "1"} if options.long else {})}


def test(folder, left_out, options):
    """Run the tests of a build folder. Returns: their Tally."""
    junit = folder / "tests.xml"
    junit.unlink(missing_ok=True)
    command = ["ctest", "--test-dir", str(folder), "--parallel", str(options.jobs), "--output-on-failure",
               "--timeout", str(SECONDS), "--output-junit", str(junit), "--test-output-size-passed", "1000000",
               "--test-output-size-failed", "1000000"]
    left_out = [*left_out, *([] if options.clients else ["clients"]), *([] if options.long else ["long"])]
    if left_out:
        command += ["--label-exclude", f"^({'|'.join(left_out)})$"]
    show_command(command)
    code = subprocess.run(command, cwd=house.ROOT, stdin=subprocess.DEVNULL, env=environment(options)).returncode
    if not junit.exists():
        return Tally(failed=1)
    counted = tally.of_junit(junit)
    if code != 0 and not counted.failed:
        counted.failed = 1
    return counted


def one_preset(preset, left_out, options):
    begun = time.monotonic()
    werror = ("-DPOSTERN_WERROR=ON",) if os.environ.get("CI") else ()
    try:
        folder = build.build(preset, options=werror, jobs=options.jobs)
        counted = test(folder, left_out, options)
    except Failure as failure:
        say(f"{preset}: {failure}")
        counted = Tally(failed=1)
    say(f"{preset}: {counted} ({time.monotonic() - begun:.0f} s)")
    return counted


def scripts():
    """Run the tests of the scripts themselves. Returns: their Tally."""
    begun = time.monotonic()
    folder = house.ROOT / "scripts" / "test"
    command = ["/usr/bin/python3", "-B", "-m", "unittest", "discover", "-s", str(folder), "-t", str(folder)]
    show_command(command)
    done = subprocess.run(command, cwd=house.ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    output = done.stdout.decode("utf-8", "replace")
    counted = tally.of_output(output, "run" if done.returncode == 0 else "fail")
    if counted.failed:
        say(output)
    say(f"scripts: {counted} ({time.monotonic() - begun:.0f} s)")
    return counted


def main():
    options = arguments()
    build.bootstrap("check", *(["clients"] if options.clients else []))
    total = Tally()
    for preset, left_out in PRESETS:
        total += one_preset(preset, left_out, options)
    total += scripts()
    say(total)
    return FOUND if total.failed else OK


if __name__ == "__main__":
    run("check", main)
