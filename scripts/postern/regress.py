# SPDX-License-Identifier: MIT
"""scripts/regress: replay every seed, every regression and every saved finding."""

import os
import time

from . import build, cases, corpus, findings, house, limits, parallel
from .console import FOUND, OK, Arguments, positive, run, say
from .outputs import add_json, json_asked
from .replaying import Replaying
from .reports import facts_of_verdict

EPILOG = """\
Replays corpus/seeds, corpus/regressions and STATE/findings through their harnesses, in a plain build with gcc: every
law with all partitions and variants, and no input takes longer than it may (--seconds, of the processor's time). One
that is clean without partitions and variants has six times as long for all of them, and is named when it took that. An
input that fails is named, and the next one goes on. A saved finding fails until its bug is mended; scripts/triage says
more of it. Findings of a sanitizer are replayed in a build with ASan and UBSan, as everything is with --sanitize. A
finding that runs clean is named too: mended, or of the kind that only the build of the engine shows which found it.

environment:
  XDG_STATE_HOME       STATE is $XDG_STATE_HOME/postern, or ~/.local/state/postern
  POSTERN_BUILD_DIR    where to build (default: build/ in the source tree)

--json: inputs, seconds, harnesses (harness, build: plain or sanitized, inputs, failing, seconds), failing (file,
harness, kind: seed, regression, finding or corpus; oracle, section, state, verb, summary, key, reproduce), clean
(findings that ran clean: file, harness, engine, oracle, summary), slow (clean, but with all partitions and variants it
took longer than --seconds: file, harness), unread (files, or folders: file, harness, why), unknown (folders of
harnesses that this build does not know: folder, inputs).

exit codes: 0 every input ran clean, 1 an input broke a law, crashed, took too long or could not be read, 2 could not
run, 130 interrupted
"""


def arguments():
    parser = Arguments("regress", description="Replay every seed, regression and saved finding.", epilog=EPILOG)
    parser.add_argument("harness", nargs="*", metavar="HARNESS", help="harnesses to replay (default: all)")
    parser.add_argument("--seconds", type=positive, default=limits.SECONDS, metavar="N",
                        help=f"of the processor's time that one input may take (default: {limits.SECONDS})")
    parser.add_argument("--sanitize", action="store_true", help="build with gcc's ASan and UBSan")
    parser.add_argument("--corpus", action="store_true", help="replay the corpus that campaigns have kept, too")
    parser.add_argument("--no-findings", action="store_true", help="leave saved findings out")
    parser.add_argument("--jobs", type=positive, default=len(os.sched_getaffinity(0)), metavar="N",
                        help="harnesses at once (default: one for each processor)")
    parser.add_argument("--state", metavar="DIR", help="where campaigns keep corpus and findings")
    add_json(parser)
    return parser.parse_args()


def inputs_of(options, state, name, unread):
    """{path: kind} of all that is replayed of a harness: in the plain build, and in one with sanitizers. Out: unread,
    {path: why} of what cannot be looked into."""
    kinds = cases.of_harness(state, name, unread, not options.no_findings)
    if options.corpus:
        kinds.append(("corpus", cases.files_in(corpus.folder_of(state, name), unread=unread)))
    plain, sanitized = {}, {}
    for kind, paths in kinds:
        for path in paths:
            crash = kind == "finding" and findings.read_facts(path).get("oracle") == "SAN"
            (sanitized if crash or options.sanitize else plain)[path] = kind
    return plain, sanitized


def plan(options, state, chosen):
    """What is replayed in which build, made: the Replays."""
    unread = {harness.name: {} for harness in chosen}
    inputs = {name: inputs_of(options, state, name, left) for name, left in unread.items()}
    most, jobs = "sanitized" if options.sanitize else "plain", []
    for number, word in enumerate(("plain", "sanitized")):
        preset, folder, settings = cases.replay_build(word == "sanitized")
        names = [name for name, both in inputs.items() if both[number] or word == most]
        if names:
            known = build.harnesses(build.build(preset, names, folder, settings))
            jobs += [Replay(harness, word, inputs[harness.name][number], options.seconds,
                            unread[harness.name] if word == most else {}) for harness in build.choose(known, names)]
    return jobs


class Replay:
    """All of one harness in one build. In: kinds, {path: kind}; left, {path: why} of what is not among them, for it
    cannot be looked into."""

    def __init__(self, harness, word, kinds, seconds, left):
        self.harness = harness
        self.word = word
        self.kinds = kinds
        self.left = left
        self.replaying = Replaying(harness.program, seconds)

    def run(self):
        """Returns: self, with facts of it, and of the inputs that are worth a word."""
        begun = time.monotonic()
        self.failing = [self._failing(one) for one in self.replaying.failures(list(self.kinds))]
        failed = {one["file"] for one in self.failing}
        self.unread = [{"file": str(path), "harness": self.harness.name, "why": why}
                       for path, why in {**self.left, **self.replaying.unread}.items()]
        self.slow = [{"file": str(path), "harness": self.harness.name} for path in self.replaying.slow]
        self.clean = [self._clean(path) for path, kind in self.kinds.items()
                      if kind == "finding" and str(path) not in failed and path not in self.replaying.unread]
        self.facts = {"harness": self.harness.name, "build": self.word, "inputs": len(self.kinds),
                      "failing": len(self.failing), "seconds": round(time.monotonic() - begun, 1)}
        return self

    def _failing(self, failing):
        verdict = failing.verdict
        return {"file": str(failing.path), "harness": self.harness.name, "kind": self.kinds[failing.path],
                **facts_of_verdict(verdict),
                "reproduce": findings.reproduce_command(self.harness.name, failing.path, verdict)}

    def _clean(self, path):
        facts = findings.read_facts(path)
        return {"file": str(path), "harness": self.harness.name,
                **{name: str(facts.get(name) or "") for name in ("engine", "oracle", "summary")}}

    def tell(self):
        """What became of it, for a person."""
        count = self.facts["inputs"]
        where = ", sanitized" if self.word == "sanitized" else ""
        say(f"{self.harness.name}{where}: {count} input{'' if count == 1 else 's'}, "
            f"{self.facts['failing'] or 'none'} failing ({self.facts['seconds']} s)")
        for one in self.failing:
            section = f" ({one['section']})" if one["section"] else ""
            say(f"  {one['kind']} {house.short(one['file'])}: {one['oracle']}{section}: {one['summary']}")
            say(f"    {one['reproduce']}")
        for one in self.clean:
            why = f"mended, or only the build of {one['engine'] or 'an engine'} shows it (./scripts/triage)"
            say(f"  clean here: finding {house.short(one['file'])}: {'flaky' if one['oracle'] == 'FLAKY' else why}")
        for one in self.slow:
            say(f"  clean, but it took longer than {self.replaying.seconds} s with all partitions and variants: "
                f"{house.short(one['file'])}")
        for one in self.unread:
            say(f"  cannot be read: {house.short(one['file'])}: {one['why']}")


def strangers(options, state, known, unread):
    """Folders with inputs of harnesses that the build does not know: {folder, inputs} of each. Out: unread, {path: why}
    of what cannot be looked into."""
    homes = [house.SEEDS, house.REGRESSIONS, *([] if options.no_findings else [state / "findings"]),
             *([state / "corpus"] if options.corpus else [])]
    names = {harness.name for harness in known}
    found = [{"folder": str(folder), "inputs": len(cases.files_in(folder, unread=unread))} for home in homes
             if home.is_dir() for folder in sorted(home.iterdir()) if folder.is_dir() and folder.name not in names]
    return [one for one in found if one["inputs"]]


def main():
    options = arguments()
    out = json_asked(options)
    state = cases.folder(options.state) if options.state else house.state_dir()
    build.bootstrap("regress")
    preset, name, settings = cases.replay_build(False)
    known = build.harnesses(build.configure(preset, name, settings))
    jobs = plan(options, state, build.choose(known, options.harness))
    unseen = {}
    unknown = [] if options.harness else strangers(options, state, known, unseen)
    begun = time.monotonic()
    parallel.each(options.jobs, Replay.run, jobs, Replay.tell, lambda: [job.replaying.stop() for job in jobs])
    for one in unknown:
        say(f"not replayed: {one['inputs']} in {house.short(one['folder'])}: this build knows no such harness")
    for path, why in unseen.items():
        say(f"cannot be read: {house.short(path)}: {why}")
    count, seconds = sum(job.facts["inputs"] for job in jobs), round(time.monotonic() - begun, 1)
    failing, clean, slow, unread = ([one for job in jobs for one in getattr(job, name)]
                                    for name in ("failing", "clean", "slow", "unread"))
    unread += [{"file": str(path), "harness": None, "why": why} for path, why in unseen.items()]
    say(f"{count} inputs, {len(failing)} failing ({seconds} s)")
    if out:
        out.write({"inputs": count, "seconds": seconds, "harnesses": [job.facts for job in jobs], "failing": failing,
                   "clean": clean, "slow": slow, "unread": unread, "unknown": unknown})
    return FOUND if failing or unread else OK


if __name__ == "__main__":
    run("regress", main)
