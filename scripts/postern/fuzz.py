# SPDX-License-Identifier: MIT
"""scripts/fuzz: a bounded campaign on both engines."""

import os

from . import build, dialogue, findings, house, reports
from .campaign import ENGINES, Campaign
from .console import FOUND, INTERRUPTED, OK, Arguments, Failure, positive, run, say
from .schedule import SHORTEST

EPILOG = """\
Without names, all harnesses take turns: each pair of harness and engine gets at least 10 seconds, the one that rested
longest comes first, and what had no turn is named at the end. Building does not count as time.

Corpus and findings are kept between runs, outside the source tree, in STATE/corpus/HARNESS and STATE/findings/HARNESS.
A finding is the raw octets and a .json beside them; its dialogue and the command that reproduces it are printed.

environment:
  XDG_STATE_HOME       STATE is $XDG_STATE_HOME/postern, or ~/.local/state/postern
  POSTERN_BUILD_DIR    where to build (default: build/ in the source tree)
  POSTERN_CMAKE_ARGS   more arguments for cmake

exit codes: 0 nothing found, 1 findings, 2 could not run, 130 interrupted with nothing found
"""


def arguments():
    parser = Arguments("fuzz", description="Fuzz the parser for a while, on both engines.", epilog=EPILOG)
    parser.add_argument("harness", nargs="*", metavar="HARNESS", help="harnesses to run (default: all)")
    parser.add_argument("--engine", choices=[*ENGINES, "both"], default="both", help="default: both")
    parser.add_argument("--time", type=positive, default=60, metavar="SECONDS", help="in all (default: 60; at least 10)")
    parser.add_argument("--jobs", type=positive, default=len(os.sched_getaffinity(0)), metavar="N",
                        help="turns that run at once (default: one for each processor)")
    parser.add_argument("--keep-going", action="store_true", help="do not stop at the first finding")
    parser.add_argument("--mutator", choices=["postern", "none"], default="postern",
                        help="none: the engines' own mutators alone (default: postern)")
    parser.add_argument("--state", metavar="DIR", help="keep corpus and findings there")
    reports.add_arguments(parser)
    return parser.parse_args()


def build_engines(names, engines, mutator="postern"):
    """{engine: {harness name: Harness}}, built."""
    made = {}
    for engine in engines:
        preset = ENGINES[engine].PRESET
        stock = {"name": f"{preset}-stock", "options": ["-DPOSTERN_MUTATOR=OFF"]} if mutator == "none" else {}
        chosen = build.choose(build.harnesses(build.configure(preset, **stock)), names)
        folder = build.build(preset, build.targets_of(chosen), **stock)
        made[engine] = {harness.name: harness for harness in build.choose(build.harnesses(folder), names)}
    return made


def print_finding(number, count, finding):
    say()
    say(f"finding {number} of {count}: {finding.verdict.oracle} in {finding.harness}: {finding.verdict.summary}"
        + ("" if finding.fresh else " (saved before)"))
    say(dialogue.show(finding.path, finding.harness))
    say()
    say(f"reproduce: {findings.reproduce_command(finding.harness, finding.path, finding.verdict)}")


def summary(rows, campaign):
    found = list(campaign.found.values())
    if found:
        try:
            build.build("release", ["postern"])
        except Failure as failure:
            say(f"no dialogues, because the plain build {failure}")
    for number, finding in enumerate(found, 1):
        print_finding(number, len(found), finding)
    say()
    executions = sum(row.executions for row in rows)
    state = house.short(campaign.state)
    count = "1 finding" if len(found) == 1 else f"{len(found)} findings"
    say(f"{executions} executions, {count}; kept in {state}/corpus and {state}/findings")
    idle = [f"{row.harness}/{row.engine}" for row in rows if not row.had_turn]
    if idle:
        say(f"no turn this time, first in line next time: {', '.join(idle)}")


def main():
    options = arguments()
    report = reports.Reports("fuzz", options)
    engines = list(ENGINES) if options.engine == "both" else [options.engine]
    build.bootstrap(*engines)
    harnesses = build_engines(options.harness, engines, options.mutator)
    campaign = Campaign(house.state_dir(options.state), harnesses, options.keep_going)
    if options.time < SHORTEST:
        say(f"--time {options.time}: raised to {SHORTEST} seconds, the shortest turn")
    rows = campaign.run(options.time, options.jobs)
    summary(rows, campaign)
    code = FOUND if campaign.found else INTERRUPTED if campaign.interrupted else OK
    found = list(campaign.found.values())
    report.write(lambda: reports.campaign_suites(rows, found, report.began), lambda: reports.campaign_results(found),
                 code)
    return code


if __name__ == "__main__":
    run("fuzz", main)
