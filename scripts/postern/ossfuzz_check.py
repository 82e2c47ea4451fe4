# SPDX-License-Identifier: MIT
"""scripts/ossfuzz/check: what OSS-Fuzz demands of a build, looked at without Docker."""

import json
import shutil
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import house, ossfuzz_demands as demands, ossfuzz_matrix as matrix
from .build import bootstrap
from .console import FOUND, OK, Arguments, Failure, positive, run, say, show_command

EPILOG = """\
Builds the project as OSS-Fuzz does, by scripts/ossfuzz/build.sh into a fresh $OUT; moves that elsewhere; and looks at
it: every target, seed archive, dictionary and options file, what is linked, how each target starts, and what it does
with awkward inputs and with its seeds. Without options: clang 14, libFuzzer with address, undefined, memory and
coverage, AFL++ with address, and an engine given as an archive. --all adds clang 19 and 22 and the introspector's
flags.

  --out DIR looks at a folder that something else has filled, and builds nothing.

exit codes: 0 all demands are met, 1 some are not, 2 could not run
"""


def arguments():
    parser = Arguments("ossfuzz/check", description="OSS-Fuzz's demands, checked without Docker.", epilog=EPILOG)
    parser.add_argument("--engine", choices=matrix.ENGINES, help="only the builds for this engine")
    parser.add_argument("--sanitizer", choices=matrix.SANITIZERS, help="only the builds with this sanitizer")
    parser.add_argument("--all", action="store_true", help="also with clang 19 and 22, and the introspector's flags")
    parser.add_argument("--out", metavar="DIR", type=Path, help="look at DIR instead of building (with --engine and "
                        "--sanitizer: how it was built; default libfuzzer, address)")
    parser.add_argument("--want", metavar="NAME", nargs="*", default=[], help="with --out: targets that must be there")
    parser.add_argument("--openssl", metavar="DIR", type=Path, help="source of OpenSSL 3, which build.sh then builds "
                        "for fuzz_starttls (with memory, that target is left out without it)")
    parser.add_argument("--seconds", metavar="N", type=positive, default=25, help="time for one input (default 25, as "
                        "OSS-Fuzz has it)")
    parser.add_argument("--jobs", metavar="N", type=positive, default=2, help="targets looked at side by side "
                        "(default 2)")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write the result as JSON too")
    parser.add_argument("--keep", action="store_true", help="keep the folders of the builds")
    return parser.parse_args()


def harnesses_of_the_source():
    """The harnesses that the source has, but for those that this build says it leaves out."""
    return sorted(path.stem for path in (house.ROOT / "harnesses").glob("fuzz_*.c"))


def make(build, room, openssl):
    """Run build.sh as OSS-Fuzz does. Returns the moved $OUT and the names that must be in it."""
    source, work, out = room / "src", room / "work", room / "out"
    for folder in (source, work, out):
        folder.mkdir(parents=True)
    (source / "postern").symlink_to(house.ROOT)
    if openssl:
        (source / "openssl").symlink_to(openssl.resolve())
    command = ["bash", "-eu", house.ROOT / "scripts" / "ossfuzz" / "build.sh"]
    show_command(command, prefix=f"[{build.name}] ")
    with open(room / "build.log", "wb") as log:
        code = subprocess.run(command, cwd=source, env=build.environment(source, work, out), stdin=subprocess.DEVNULL,
                              stdout=log, stderr=subprocess.STDOUT).returncode
    if code != 0:
        text = (room / "build.log").read_text(encoding="utf-8", errors="replace")
        raise Failure(f"build.sh failed for {build.name} (exit {code}):\n{text[-4000:]}")
    left_out = work / "postern" / "harnesses-left-out.txt"
    without = left_out.read_text(encoding="utf-8").split() if left_out.exists() else []
    if without:
        say(f"  left out of {build.name}, as build.sh says: {' '.join(without)}")
    moved = room / "elsewhere"
    out.rename(moved)
    shutil.rmtree(work)
    return moved, [name for name in harnesses_of_the_source() if name not in without]


def look(place, jobs):
    """All complaints about a filled $OUT: (subject, complaint)."""
    found = [complaint for demand in demands.OF_THE_FOLDER for complaint in demand(place)]

    def look_at(target):
        return [(target.name, text) for demand in demands.OF_A_TARGET for text in demand(place, target)]

    with ThreadPoolExecutor(jobs) as pool:
        for complaints in pool.map(look_at, place.targets()):
            found += complaints
    return found


def report(name, place, found, seconds):
    say(f"{'ok' if not found else 'REFUSED':8}{name:34}{len(place.targets()):3} targets {seconds:6.0f} s")
    for subject, text in found:
        say(f"    {subject}: {text}")
    return {"build": name, "targets": [target.name for target in place.targets()], "seconds": round(seconds, 1),
            "complaints": [{"subject": subject, "text": text} for subject, text in found]}


def check_folder(options, scratch):
    if not options.out.is_dir():
        raise Failure(f"{options.out} is no folder")
    place = demands.Place(options.out.resolve(), scratch, options.engine or "libfuzzer", options.sanitizer or "address",
                          matrix.CLANGS[0], options.want, options.seconds)
    return [report(str(options.out), place, look(place, options.jobs), 0)]


def check_builds(options, scratch):
    if options.openssl and not (options.openssl / "config").exists():
        raise Failure(f"{options.openssl} is no source of OpenSSL: there is no file config in it")
    builds = matrix.choose(options.engine, options.sanitizer, options.all)
    bootstrap("ossfuzz-all" if options.all else "ossfuzz")
    results = []
    for build in builds:
        began = time.monotonic()
        room = scratch / build.name
        out, wanted = make(build, room, options.openssl)
        place = demands.Place(out, room / "look", build.engine, build.sanitizer, build.clang, wanted,
                              options.seconds)
        place.work.mkdir()
        results.append(report(build.name, place, look(place, options.jobs), time.monotonic() - began))
        if not options.keep:
            shutil.rmtree(room)
    return results


def main():
    options = arguments()
    scratch = Path(tempfile.mkdtemp(prefix="postern-ossfuzz-"))
    try:
        results = check_folder(options, scratch) if options.out else check_builds(options, scratch)
    finally:
        if options.keep:
            say(f"kept: {scratch}")
        else:
            shutil.rmtree(scratch, ignore_errors=True)
    if options.json:
        house.write_whole(options.json, (json.dumps(results, indent=2) + "\n").encode())
    return FOUND if any(result["complaints"] for result in results) else OK


if __name__ == "__main__":
    run("ossfuzz/check", main)
