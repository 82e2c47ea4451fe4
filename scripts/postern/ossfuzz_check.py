# SPDX-License-Identifier: MIT
"""scripts/ossfuzz/check: what OSS-Fuzz demands of a build, looked at without Docker."""

import resource
import shutil
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import ossfuzz_demands as demands, ossfuzz_matrix as matrix, ossfuzz_openssl, ossfuzz_script as script, project
from .build import bootstrap
from .console import FOUND, OK, Arguments, Failure, positive, run, say
from .outputs import add_json, json_asked
from .ossfuzz_place import Place
from .ossfuzz_room import Builder, copy_source, without_network, writable

EPILOG = """\
Builds the project as OSS-Fuzz does, by scripts/ossfuzz/build.sh into a fresh $OUT: without a network, not as root,
from a read-only copy of the source. Looks at how the script behaves: run twice, replayed, with a target missing. Moves
$OUT elsewhere and looks at it: every target, seed archive, dictionary and options file, what is linked, how each target
starts, and what it does with awkward inputs and with its seeds.

Without options: clang 14, libFuzzer with address, undefined, memory and coverage, AFL++ with address, and an engine
given as an archive. --all adds clang 19 and 22, the introspector's flags, i386, honggfuzz's flags (with a stand-in for
its archive), and for memory and i386 an OpenSSL built from the distribution's source (else fuzz_starttls is left out
there).

  --out DIR looks at a folder that something else has filled, and builds nothing.
  --json    builds: a list, each with build, targets, seconds (on the clock), processor (seconds), left_out and
            complaints (subject, text)

exit codes: 0 all demands are met, 1 some are not, 2 could not run
"""


def arguments():
    parser = Arguments("ossfuzz/check", description="OSS-Fuzz's demands, checked without Docker.", epilog=EPILOG)
    parser.add_argument("--engine", choices=matrix.ENGINES, help="only the builds for this engine")
    parser.add_argument("--sanitizer", choices=matrix.SANITIZERS, help="only the builds with this sanitizer")
    parser.add_argument("--clang", choices=matrix.CLANGS, type=int, help="only the builds with this clang")
    parser.add_argument("--architecture", choices=matrix.ARCHITECTURES, help="only the builds for this architecture")
    parser.add_argument("--all", action="store_true", help="also newer compilers, i386 and more flags")
    parser.add_argument("--source", metavar="DIR", type=Path, default=project.ROOT, help="the project to build "
                        "(default: this one): its scripts/ossfuzz/build.sh and harnesses/fuzz_*.c")
    parser.add_argument("--out", metavar="DIR", type=Path, help="look at DIR instead of building (with --engine and "
                        "--sanitizer: how it was built; default libfuzzer, address)")
    parser.add_argument("--want", metavar="NAME", nargs="*", default=[], help="with --out: targets that must be there")
    parser.add_argument("--openssl", metavar="DIR", type=Path, help="source of OpenSSL 3, which build.sh then builds "
                        "for fuzz_starttls (with memory, that target is left out without it)")
    parser.add_argument("--seconds", metavar="N", type=positive, default=25, help="time for one input (default 25, as "
                        "OSS-Fuzz has it)")
    parser.add_argument("--jobs", metavar="N", type=positive, default=2, help="targets looked at side by side "
                        "(default 2)")
    add_json(parser)
    parser.add_argument("--keep", action="store_true", help="keep the folders of the builds")
    return parser.parse_args()


def look(place, jobs):
    """All complaints about a filled $OUT: (subject, complaint)."""
    place.prepare()
    found = [complaint for demand in demands.OF_THE_FOLDER for complaint in demand(place)]

    def look_at(target):
        complaints = []
        for demand in demands.OF_A_TARGET:
            texts = list(demand(place, target))
            complaints += [(target.name, text) for text in texts]
            if texts and demand in demands.GATES:
                break  # what follows would say the same again
        return complaints

    with ThreadPoolExecutor(jobs) as pool:
        for complaints in pool.map(look_at, place.targets()):
            found += complaints
    return found + [complaint for demand in demands.OF_ALL_TARGETS for complaint in demand(place)]


class Clock:
    """How long something took: on the clock, and of processors."""

    def __init__(self):
        self.began, self.had = time.monotonic(), self._processor()

    @staticmethod
    def _processor():
        return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))

    def read(self):
        """Returns: seconds on the clock, and processor seconds."""
        return round(time.monotonic() - self.began, 1), round(self._processor() - self.had, 1)


def report(name, place, found, clock, left_out=()):
    seconds, processor = clock.read()
    say(f"{'ok' if not found else 'REFUSED':8}{name:34}{len(place.targets()):3} targets {seconds:6.0f} s, "
        f"{processor:5.0f} of processors")
    for subject, text in found:
        say(f"    {subject}: {text}")
    return {"build": name, "targets": [target.name for target in place.targets()], "seconds": seconds,
            "processor": processor, "left_out": list(left_out),
            "complaints": [{"subject": str(subject), "text": text} for subject, text in found]}


def notice_of_network(alone):
    if not alone:
        say("  no network namespace is to be had here: that nothing is fetched cannot be checked")


def check_folder(options, scratch):
    if not options.out.is_dir():
        raise Failure(f"{options.out} is no folder")
    clock = Clock()
    build = matrix.Build(options.engine or "libfuzzer", options.sanitizer or "address")
    alone = without_network() or []
    notice_of_network(alone)
    place = Place(options.out.resolve(), scratch / "look", build, options.want, options.seconds, alone)
    return [report(str(options.out), place, look(place, options.jobs), clock)]


class Builds:
    """The builds of a matrix, one after the other over the same $WORK, as on the machine of a developer."""

    def __init__(self, options, scratch):
        self.options = options
        self.scratch = scratch
        self.builder = Builder(scratch / "builder")
        self.work = self.builder.give(scratch / "work")
        notice_of_network(not self.builder.has_network)
        copy_source(options.source.resolve(), self.builder.source / "postern")
        self.wanted = sorted(path.stem for path in (self.builder.source / "postern/harnesses").glob("fuzz_*.c"))

    def openssl_for(self, build):
        """Lay the source of OpenSSL beside the project's where the build needs it, and nowhere else."""
        link = self.builder.source / "openssl"
        source = self.options.openssl
        if source is None and self.options.all and (build.sanitizer == "memory" or build.architecture == matrix.I386):
            room = self.scratch / "openssl"
            source = next(room.glob("openssl-*/"), None) or ossfuzz_openssl.fetch(room)
        link.unlink(missing_ok=True)
        if source:
            link.symlink_to(source.resolve())

    def check(self, build, thorough):
        clock = Clock()
        room = self.scratch / build.name
        room.mkdir()
        self.openssl_for(build)
        if build.engine == "honggfuzz":
            self.builder.stand_in_for_honggfuzz(build)
        made, without = script.make(self.builder, build, room, self.work)
        found = [("build.sh", text) for demand in script.OF_EVERY_BUILD for text in demand(made)]
        if thorough:
            found += [("build.sh", text) for demand in script.OF_ONE_BUILD for text in demand(made, self.work)]
        moved = room / "elsewhere"
        made.out.rename(moved)
        moved.chmod(0o555)
        place = Place(moved, room / "look", build, [name for name in self.wanted if name not in without],
                      self.options.seconds, self.builder.prefix, self.builder.source)
        found += look(place, self.options.jobs)
        result = report(build.name, place, found, clock, without)
        if not self.options.keep:
            writable(room)
            shutil.rmtree(room)
        return result


def have_compilers(builds):
    """Before anything is built: what is missing half an hour later is missing now."""
    leave_out = f"--clang {matrix.CLANGS[0]} leaves out the builds that need newer compilers"
    unusual = any(build.is_unusual for build in builds)
    try:
        bootstrap("ossfuzz-all" if unusual else "ossfuzz")
    except Failure as failure:
        raise Failure(f"{failure}; {leave_out}" if unusual else str(failure)) from failure
    missing = sorted({tool for build in builds for tool in build.compilers if not shutil.which(tool)})
    if missing:
        raise Failure(f"not installed: {' '.join(missing)} (scripts/bootstrap ossfuzz-all has them from Debian); "
                      f"{leave_out}")


def check_builds(options, scratch):
    if options.openssl and not (options.openssl / "config").exists():
        raise Failure(f"{options.openssl} is no source of OpenSSL: there is no file config in it")
    if not any(options.source.glob("harnesses/fuzz_*.c")) or not (options.source / "scripts/ossfuzz/build.sh").exists():
        raise Failure(f"{options.source} has no harnesses/fuzz_*.c or no scripts/ossfuzz/build.sh")
    chosen = matrix.choose(options.all, engine=options.engine, sanitizer=options.sanitizer, clang=options.clang,
                           architecture=options.architecture)
    have_compilers(chosen)
    builds = Builds(options, scratch)
    clock = Clock()
    results = [builds.check(build, thorough=build is chosen[0]) for build in chosen]
    say("{} builds, {} refused: {:.0f} s, {:.0f} of processors".format(
        len(results), sum(bool(result["complaints"]) for result in results), *clock.read()))
    return results


def main():
    options = arguments()
    out = json_asked(options)
    scratch = Path(tempfile.mkdtemp(prefix="postern-ossfuzz-")).resolve()
    scratch.chmod(0o755)
    try:
        results = check_folder(options, scratch) if options.out else check_builds(options, scratch)
    finally:
        if options.keep:
            say(f"kept: {scratch}")
        else:
            writable(scratch)
            shutil.rmtree(scratch, ignore_errors=True)
    if out:
        out.write({"builds": results})
    return FOUND if any(result["complaints"] for result in results) else OK


if __name__ == "__main__":
    run("ossfuzz/check", main)
