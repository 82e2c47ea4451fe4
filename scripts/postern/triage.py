# SPDX-License-Identifier: MIT
"""scripts/triage: what a campaign found: is it real, what is it, and what to do about it."""

import os
import shutil
import subprocess
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from . import build, cases, exports, findings, house, limits, project, violation
from .console import FOUND, OK, Arguments, Failure, positive, run, say
from .keeping import LIST, Kept
from .outputs import add_json, json_asked
from .reproducing import PLAIN, SANITIZED, Builds, Case, reproduce
from .shrink import shrink

EPILOG = """\
Every finding is run again; what does not fail in any build, because it is mended or flaky, is kept apart. The others
are gathered by oracle, state and verb, or by the stack of a crash; the shortest of each is made as short as it gets
while it fails in the same way, and written down in a folder of its own:

  input           the raw octets             dialogue.txt    who says what, and what is wrong with it
  explanation.md  law, section, what to mend report.txt      what the harness or the sanitizer said
  test.c          a regression test in C     session.pcap    the session as packets
  replay.sh       the session, sent by nc    bucket.json     all of it for programs

DIR is the state of a campaign, or its findings; the folders go to triage/ in the state, beside findings/ (of
findings/HARNESS to triage-HARNESS/, of any other folder into it). That folder is there whole or not at all. An older
one is replaced when nobody has changed it, and set aside under another name when somebody has. Findings themselves are
read and nothing else.

environment:
  XDG_STATE_HOME       DIR is $XDG_STATE_HOME/postern, or ~/.local/state/postern
  POSTERN_BUILD_DIR    where to build (default: build/ in the source tree)

--json: output, findings, seconds, buckets (as in bucket.json), flaky (file, harness, slow: it took longer than
--seconds with all partitions and variants), left_out (files, or folders: file, why).

exit codes: 0 every finding was run, and none fails any more; 1 some do, or some could not be run (they cannot be read,
or their harness is not known); 2 could not run, 130 interrupted
"""

UNKNOWN = "its harness is not known"


def arguments():
    parser = Arguments("triage", description="Sort, shorten and explain what campaigns found.", epilog=EPILOG)
    parser.add_argument("dir", nargs="?", metavar="DIR", help="a campaign's state, or findings in it")
    parser.add_argument("--output", metavar="OUT", help="write there instead")
    parser.add_argument("--seconds", type=positive, default=limits.SECONDS, metavar="N",
                        help=f"of the processor's time that one input may take (default: {limits.SECONDS})")
    parser.add_argument("--shorten", type=positive, default=60, metavar="N",
                        help="seconds to spend on making one input short (default: 60)")
    parser.add_argument("--tries", type=positive, default=3, metavar="N",
                        help="how often a finding may run clean before it is flaky (default: 3)")
    add_json(parser)
    return parser.parse_args()


def places(options):
    """Where findings lie, and where the triage goes."""
    given = cases.folder(options.dir) if options.dir else house.state_dir()
    if (given / "findings").is_dir():
        source, output = given / "findings", given / "triage"
    elif given.name == "findings":
        source, output = given, given.with_name("triage")
    elif given.parent.name == "findings":  # of one harness
        source, output = given, given.parent.with_name(f"triage-{given.name}")
    elif options.dir:
        source, output = given, given / "triage"
    else:
        raise Failure(f"{given} has no findings: no campaign has found anything there")
    return source, Path(options.output).absolute() if options.output else output


def collect(source, known):
    """The findings as cases, and what is left out: {file, why}. What a triage wrote is none: not its folder, and of
    a bucket that somebody has moved, the input alone."""
    found, left_out, unread = [], [], {}
    for path in cases.files_in(source, lambda folder: os.path.exists(folder / LIST), unread):
        if exports.is_told(path):
            continue
        try:
            found.append(Case(path, cases.harness_of(path, known)))
        except Failure:
            say(f"left out, no harness of this build is in its path or in a .json beside it: {house.short(path)}")
            left_out.append({"file": str(path), "why": UNKNOWN})
    for path, why in unread.items():
        say(f"left out, it cannot be read: {house.short(path)}: {why}")
        left_out.append({"file": str(path), "why": why})
    return found, left_out


@dataclass
class Bucket:
    key: str
    name: str
    members: list = field(default_factory=list)
    original: int = 0  # octets of the one that is written down, before it was made shorter

    @property
    def first(self):
        return self.members[0]

    verdict = property(lambda self: self.first.verdict)
    harness = property(lambda self: self.first.harness)
    how = property(lambda self: self.first.how)


def gather(found):
    """Buckets of the cases that fail, each with its shortest first."""
    buckets = {}
    for case in sorted(found, key=lambda case: (case.path.stat().st_size, str(case.path))):
        if case.verdict:
            key = violation.bucket_of(case.verdict, case.harness.name)
            buckets.setdefault(key, Bucket(key, violation.name_of(case.verdict, key))).members.append(case)
    return list(buckets.values())


def shorten(bucket, builds, seconds, room):
    """Returns: the octets of the bucket, made short, and the report on them."""
    case = bucket.first
    octets = case.path.read_bytes()
    bucket.original = len(octets)
    brief = builds.replaying(case.how, case.harness, 2 if case.verdict.key == violation.LATE else None)
    try:
        short = shrink(octets, case.harness.kind or "session", brief, case.verdict, case.report, seconds)
    except Failure as failure:
        say(f"    cannot be made shorter: {failure}")
        short = octets
    path = room / "shortened"
    path.write_bytes(short)
    failing = builds.replaying(case.how, case.harness).judge(path)
    path.unlink()
    if failing is None or failing.verdict.key != case.verdict.key:  # it fails for other reasons than its octets
        return octets, case.report
    case.verdict = failing.verdict
    return short, failing.report.replace(str(path), "input")


@contextmanager
def tests_built(buckets, folder, output):
    """Build the tests in C of some buckets; nobody else builds in that folder meanwhile, and it does not know of them
    afterwards. Gives: whether that went well."""
    log = folder / "cases.log"
    configure = ["cmake", "-S", project.ROOT, "-B", folder]
    with build.alone(folder):
        try:
            build.run_logged([*configure, f"-DPOSTERN_CASES={output}"], log)
            build.run_logged(["cmake", "--build", folder, "--target", *(f"case.{one.name}" for one in buckets)], log)
            built = True
        except Failure as failure:
            say(f"tests in C: {failure}")
            built = False
        try:
            yield built
        finally:
            with suppress(Failure):
                build.run_logged([*configure, "-DPOSTERN_CASES="], log)


def run_tests(buckets, builds, output, all_facts):
    """Build the tests in C, and see that each of them fails."""
    for how in (PLAIN, SANITIZED):
        mine = [bucket for bucket in buckets if (bucket.how == PLAIN) == (how == PLAIN)]
        if not mine:
            continue
        folder = builds.folder(how)
        with tests_built(mine, folder, output) as built:
            for bucket in mine:
                program = folder / "cases" / f"case.{bucket.name}"
                all_facts[bucket.name]["test"] = run_test(program, builds.seconds) if built else "not built"
                exports.write_facts(output / bucket.name, all_facts[bucket.name])


def run_test(program, seconds):
    """In: seconds, of the processor's time; a machine that is busy makes no test fail."""
    try:
        code = subprocess.run(["prlimit", f"--cpu={seconds}", program], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=10 * seconds,
                              check=False).returncode
    except subprocess.TimeoutExpired:
        return "fails"
    return "fails" if code else "passes"


def counted(things, word):
    return f"{len(things)} {word}{'' if len(things) == 1 else 's'}"


def table(all_facts):
    """What there is, for a person."""
    rows = [("bucket", "findings", "octets", "harness", "test in C", "section")]
    for facts in all_facts:
        rows.append((facts["bucket"], str(len(facts["findings"])), f"{facts['original_size']} -> {facts['size']}",
                     facts["harness"], facts["test"], facts["section"]))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row, facts in zip(rows, [None, *all_facts]):
        say("  ".join(word.ljust(width) for word, width in zip(row, widths)).rstrip())
        if facts:
            say(f"    {facts['summary']}")


def judged(source, options):
    """All findings, run again. Returns: those that could be, those that could not (file, why), and the builds."""
    preset, name, settings = cases.replay_build(False)
    found, left_out = collect(source, build.harnesses(build.configure(preset, name, settings)))
    if not found and any(one["why"] == UNKNOWN for one in left_out):
        raise Failure(f"no finding in {house.short(source)} is of a harness that this build knows (see above)")
    say(f"{counted(found, 'finding')} in {house.short(source)}")
    builds = Builds(list(dict.fromkeys(case.harness.name for case in found)), options.seconds)
    if found:
        reproduce(builds, found, options.tries)
    for case in found:
        if case.unread:
            say(f"left out, it cannot be read: {house.short(case.path)}: {case.unread}")
            left_out.append({"file": str(case.path), "why": case.unread})
    return [case for case in found if not case.unread], left_out, builds


def write(buckets, builds, room, output, seconds):
    """Write down the buckets, each made short. Returns: {name: facts}."""
    all_facts = {}
    for number, bucket in enumerate(buckets, 1):
        say(f"bucket {number} of {len(buckets)}: {bucket.name}, {bucket.first.path.stat().st_size} octets")
        octets, report = shorten(bucket, builds, seconds, room)
        say(f"    made shorter: {bucket.original} -> {len(octets)} octets")
        all_facts[bucket.name] = exports.write(room / bucket.name, bucket, octets, report, output)
    run_tests(buckets, builds, room, all_facts)
    return all_facts


def set_apart(flaky, room):
    """Copy what does not fail, with what was told of it; of two with the same name the second gets a number."""
    for case in flaky:
        home = room / "flaky" / case.harness.name / case.path.name
        home.parent.mkdir(parents=True, exist_ok=True)
        number = 1
        while home.exists():
            number += 1
            home = home.with_name(f"{case.path.name}-{number}")
        shutil.copyfile(case.path, home)
        try:
            told = findings.beside(case.path).read_bytes()
        except OSError:  # there is none, it is sealed, or its name would be too long for one
            continue
        findings.beside(home).write_bytes(told)


def tell(found, all_facts, flaky, left_out, output):
    say()
    if all_facts:
        table(all_facts.values())
        say()
    for case in flaky:
        slow = " (it took longer than --seconds with all partitions and variants)" if case.slow else ""
        say(f"does not fail, mended or flaky: {house.short(case.path)}{slow}")
    say(f"{counted(found, 'finding')}: {counted(all_facts, 'bucket')}, {len(flaky)} flaky"
        + (f", {len(left_out)} left out" if left_out else "") + f"; see {house.short(output)}")


def main():
    options = arguments()
    out = json_asked(options)
    begun = time.monotonic()
    source, output = places(options)
    kept = Kept(output)
    build.bootstrap("triage")
    with kept.folder() as room:  # at once, so that nobody waits for what cannot be written
        found, left_out, builds = judged(source, options)
        flaky = [case for case in found if case.verdict is None]
        all_facts = write(gather(found), builds, room, output, options.shorten)
        set_apart(flaky, room)
        facts = {"output": str(output), "findings": len(found), "seconds": round(time.monotonic() - begun, 1),
                 "buckets": list(all_facts.values()),
                 "flaky": [{"file": str(case.path), "harness": case.harness.name, "slow": case.slow}
                           for case in flaky],
                 "left_out": left_out}
        kept.replace(facts)
    tell(found, all_facts, flaky, left_out, output)
    if out:
        out.write(facts)
    return FOUND if all_facts or left_out else OK


if __name__ == "__main__":
    run("triage", main)
