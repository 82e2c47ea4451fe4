# SPDX-License-Identifier: MIT
"""scripts/regress: replay every seed, every regression and every saved finding."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

from . import build, cases, corpus, findings, house
from .console import FOUND, OK, Arguments, Json, positive, run, say
from .replaying import Replaying

EPILOG = """\
Replays corpus/seeds, corpus/regressions and STATE/findings through their harnesses, in a plain build with gcc: every
law with all partitions and variants, and no input longer than it may take. An input that fails is named, and the next
one goes on. A saved finding fails until its bug is mended; scripts/triage says more of it.

environment:
  XDG_STATE_HOME       STATE is $XDG_STATE_HOME/postern, or ~/.local/state/postern
  POSTERN_BUILD_DIR    where to build (default: build/ in the source tree)

--json: inputs, seconds, harnesses (harness, inputs, failing, seconds), failing (file, harness, kind: seed, regression,
finding or corpus; oracle, section, state, verb, summary, key, reproduce).

exit codes: 0 every input ran clean, 1 an input broke a law, crashed or took too long, 2 could not run
"""


def arguments():
    parser = Arguments("regress", description="Replay every seed, regression and saved finding.", epilog=EPILOG)
    parser.add_argument("harness", nargs="*", metavar="HARNESS", help="harnesses to replay (default: all)")
    parser.add_argument("--seconds", type=positive, default=20, metavar="N",
                        help="what one input may take (default: 20)")
    parser.add_argument("--sanitize", action="store_true", help="build with gcc's ASan and UBSan")
    parser.add_argument("--corpus", action="store_true", help="replay the corpus that campaigns have kept, too")
    parser.add_argument("--no-findings", action="store_true", help="leave saved findings out")
    parser.add_argument("--jobs", type=positive, default=len(os.sched_getaffinity(0)), metavar="N",
                        help="harnesses at once (default: one for each processor)")
    parser.add_argument("--state", metavar="DIR", help="where campaigns keep corpus and findings")
    parser.add_argument("--json", action="store_true", help="a JSON object on standard output")
    return parser.parse_args()


def inputs_of(options, state, name):
    """{path: kind} of all that is replayed of a harness."""
    kinds = cases.of_harness(state, name)
    if options.no_findings:
        kinds = [(kind, paths) for kind, paths in kinds if kind != "finding"]
    if options.corpus:
        kinds.append(("corpus", cases.files_in(corpus.folder_of(state, name))))
    return {path: kind for kind, paths in kinds for path in paths}


def facts_of(harness, kind, failing):
    verdict = failing.verdict
    return {"file": str(failing.path), "harness": harness.name, "kind": kind, "oracle": verdict.oracle,
            "section": verdict.section, "state": verdict.state, "verb": verdict.verb, "summary": verdict.summary,
            "key": verdict.key, "reproduce": findings.reproduce_command(harness.name, failing.path, verdict)}


def replay(harness, kinds, seconds):
    """All of one harness. Returns: facts of it, and of each failing input."""
    begun = time.monotonic()
    failing = [facts_of(harness, kinds[one.path], one)
               for one in Replaying(harness.program, seconds).failures(list(kinds))]
    taken = round(time.monotonic() - begun, 1)
    return {"harness": harness.name, "inputs": len(kinds), "failing": len(failing), "seconds": taken}, failing


def tell(facts, failing):
    """What became of one harness, for a person."""
    count = facts["inputs"]
    say(f"{facts['harness']}: {count} input{'' if count == 1 else 's'}, "
        f"{facts['failing'] or 'none'} failing ({facts['seconds']} s)")
    for one in failing:
        section = f" ({one['section']})" if one["section"] else ""
        say(f"  {one['kind']} {house.short(one['file'])}: {one['oracle']}{section}: {one['summary']}")
        say(f"    {one['reproduce']}")


def main():
    options = arguments()
    out = Json() if options.json else None
    state = cases.folder(options.state) if options.state else house.state_dir()
    build.bootstrap("reproduce")
    preset, name, settings = cases.replay_build(options.sanitize)
    chosen = build.choose(build.harnesses(build.configure(preset, name, settings)), options.harness)
    build.build(preset, [harness.name for harness in chosen], name, settings)
    begun = time.monotonic()
    harnesses, failing = [], []
    with ThreadPoolExecutor(options.jobs) as pool:
        for facts, found in pool.map(
                lambda harness: replay(harness, inputs_of(options, state, harness.name), options.seconds), chosen):
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
