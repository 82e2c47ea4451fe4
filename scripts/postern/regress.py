# SPDX-License-Identifier: MIT
"""scripts/regress: replay every seed, every regression and every saved finding."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

from . import build, cases, corpus, findings, house
from .console import FOUND, OK, Arguments, positive, run, say
from .outputs import add_json, json_asked
from .replaying import Replaying

EPILOG = """\
Replays corpus/seeds, corpus/regressions and STATE/findings through their harnesses, in a plain build with gcc: every
law with all partitions and variants, and no input takes longer than it may (--seconds, of the processor's time). An
input that fails is named, and the next one goes on. A saved finding fails until its bug is mended; scripts/triage says
more of it. Findings of a sanitizer are replayed in a build with ASan and UBSan, as everything is with --sanitize.

environment:
  XDG_STATE_HOME       STATE is $XDG_STATE_HOME/postern, or ~/.local/state/postern
  POSTERN_BUILD_DIR    where to build (default: build/ in the source tree)

--json: inputs, seconds, harnesses (harness, build: plain or sanitized, inputs, failing, seconds), failing (file,
harness, kind: seed, regression, finding or corpus; oracle, section, state, verb, summary, key, reproduce).

exit codes: 0 every input ran clean, 1 an input broke a law, crashed or took too long, 2 could not run
"""


def arguments():
    parser = Arguments("regress", description="Replay every seed, regression and saved finding.", epilog=EPILOG)
    parser.add_argument("harness", nargs="*", metavar="HARNESS", help="harnesses to replay (default: all)")
    parser.add_argument("--seconds", type=positive, default=20, metavar="N",
                        help="of the processor's time that one input may take (default: 20)")
    parser.add_argument("--sanitize", action="store_true", help="build with gcc's ASan and UBSan")
    parser.add_argument("--corpus", action="store_true", help="replay the corpus that campaigns have kept, too")
    parser.add_argument("--no-findings", action="store_true", help="leave saved findings out")
    parser.add_argument("--jobs", type=positive, default=len(os.sched_getaffinity(0)), metavar="N",
                        help="harnesses at once (default: one for each processor)")
    parser.add_argument("--state", metavar="DIR", help="where campaigns keep corpus and findings")
    add_json(parser)
    return parser.parse_args()


def inputs_of(options, state, name):
    """{path: kind} of all that is replayed of a harness: in the plain build, and in one with sanitizers."""
    kinds = cases.of_harness(state, name)
    if options.no_findings:
        kinds = [(kind, paths) for kind, paths in kinds if kind != "finding"]
    if options.corpus:
        kinds.append(("corpus", cases.files_in(corpus.folder_of(state, name))))
    plain, sanitized = {}, {}
    for kind, paths in kinds:
        for path in paths:
            crash = kind == "finding" and findings.read_facts(path).get("oracle") == "SAN"
            (sanitized if crash or options.sanitize else plain)[path] = kind
    return plain, sanitized


def plan(options, state, chosen):
    """What is replayed in which build, made: (Harness, "plain" or "sanitized", {path: kind})."""
    inputs = {harness.name: inputs_of(options, state, harness.name) for harness in chosen}
    most, jobs = "sanitized" if options.sanitize else "plain", []
    for number, word in enumerate(("plain", "sanitized")):
        preset, folder, settings = cases.replay_build(word == "sanitized")
        names = [name for name, both in inputs.items() if both[number] or word == most]
        if names:
            known = build.harnesses(build.build(preset, names, folder, settings))
            jobs += [(harness, word, inputs[harness.name][number]) for harness in build.choose(known, names)]
    return jobs


def facts_of(harness, kind, failing):
    verdict = failing.verdict
    return {"file": str(failing.path), "harness": harness.name, "kind": kind, "oracle": verdict.oracle,
            "section": verdict.section, "state": verdict.state, "verb": verdict.verb, "summary": verdict.summary,
            "key": verdict.key, "reproduce": findings.reproduce_command(harness.name, failing.path, verdict)}


def replay(harness, word, kinds, seconds):
    """All of one harness in one build. Returns: facts of it, and of each failing input."""
    begun = time.monotonic()
    failing = [facts_of(harness, kinds[one.path], one)
               for one in Replaying(harness.program, seconds).failures(list(kinds))]
    taken = round(time.monotonic() - begun, 1)
    facts = {"harness": harness.name, "build": word, "inputs": len(kinds), "failing": len(failing), "seconds": taken}
    return facts, failing


def tell(facts, failing):
    """What became of one harness, for a person."""
    count = facts["inputs"]
    where = ", sanitized" if facts["build"] == "sanitized" else ""
    say(f"{facts['harness']}{where}: {count} input{'' if count == 1 else 's'}, "
        f"{facts['failing'] or 'none'} failing ({facts['seconds']} s)")
    for one in failing:
        section = f" ({one['section']})" if one["section"] else ""
        say(f"  {one['kind']} {house.short(one['file'])}: {one['oracle']}{section}: {one['summary']}")
        say(f"    {one['reproduce']}")


def main():
    options = arguments()
    out = json_asked(options)
    state = cases.folder(options.state) if options.state else house.state_dir()
    build.bootstrap("regress")
    preset, name, settings = cases.replay_build(False)
    chosen = build.choose(build.harnesses(build.configure(preset, name, settings)), options.harness)
    jobs = plan(options, state, chosen)
    begun = time.monotonic()
    harnesses, failing = [], []
    with ThreadPoolExecutor(options.jobs) as pool:
        for facts, found in pool.map(lambda job: replay(*job, options.seconds), jobs):
            tell(facts, found)
            harnesses.append(facts)
            failing += found
    count, seconds = sum(facts["inputs"] for facts in harnesses), round(time.monotonic() - begun, 1)
    say(f"{count} inputs, {len(failing)} failing ({seconds} s)")
    if out:
        out.write({"inputs": count, "seconds": seconds, "harnesses": harnesses, "failing": failing})
    return FOUND if failing else OK


if __name__ == "__main__":
    run("regress", main)
