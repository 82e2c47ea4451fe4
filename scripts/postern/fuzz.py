# SPDX-License-Identifier: MIT
"""scripts/fuzz: a bounded campaign on both engines."""

import os
import shlex

from . import build, house, reports, telling
from .campaign import ENGINES, Campaign, Settings
from .console import FOUND, INTERRUPTED, OK, Arguments, Failure, minutes, positive, run, say
from .outputs import writable_folder
from .record import Record
from .schedule import SHORTEST

SECONDS = 60  # of a campaign of which nothing else is said
PROCESSORS = len(os.sched_getaffinity(0))
MOST_JOBS = 8 * max(2, PROCESSORS)  # each may take two GiB

EPILOG = """\
Without names, all harnesses take turns: each pair of harness and engine gets at least 10 seconds, the one that rested
longest comes first, and what had no turn is named at the end. Building does not count as time.

When there are more processors than such pairs, a turn has several: AFL++ as one main and secondary fuzzers, libFuzzer
in its fork mode. All that run on a harness share one corpus, and look into it while they run.

Corpus and findings are kept between runs, outside the source tree, in STATE/corpus/HARNESS and STATE/findings/HARNESS.
What a campaign was asked to do, and how far it got, is in STATE/campaigns; after Ctrl-C, a kill, or a finding, --resume
does what is left of it. A kill of any part loses no finding: the next campaign on the state takes them home.
A finding is the raw octets and a .json beside them; its dialogue and the command that reproduces it are printed.

environment:
  XDG_STATE_HOME       STATE is $XDG_STATE_HOME/postern, or ~/.local/state/postern
  POSTERN_BUILD_DIR    where to build (default: build/ in the source tree)
  POSTERN_CMAKE_ARGS   more arguments for cmake

--json: state, interrupted, seconds, executions, findings (file, harness, new, reproduces: not if flaky, oracle,
section, state, verb, summary, key, reproduce), harnesses (harness, engine, turn, executions, seconds, coverage,
features, corpus, findings).

exit codes: 0 nothing found, 1 findings, 2 could not run (to the end: what was found until then is told all the same),
130 interrupted with nothing found
"""


def arguments():
    parser = Arguments("fuzz", description="Fuzz the parser for a while, on both engines.", epilog=EPILOG)
    parser.add_argument("harness", nargs="*", metavar="HARNESS", help="harnesses to run (default: all)")
    parser.add_argument("--engine", choices=[*ENGINES, "both"], help="default: both")
    parser.add_argument("--time", type=positive, metavar="SECONDS",
                        help=f"in all (default: {SECONDS}; at least {SHORTEST}); with --resume: more than it was")
    parser.add_argument("--until-stable", type=minutes, metavar="MINUTES",
                        help="end when no harness found anything new for so long on any engine; --time may end it "
                             "sooner")
    parser.add_argument("--resume", action="store_true",
                        help="go on with the last campaign on this state: its harnesses, engines, and what is left of "
                             "its time")
    parser.add_argument("--jobs", type=positive, metavar="N",
                        help="fuzzing processes at once (default: one for each processor)")
    parser.add_argument("--keep-going", action="store_true", help="do not stop at the first finding")
    parser.add_argument("--mutator", choices=["postern", "none"],
                        help="none: the engines' own mutators alone (default: postern)")
    parser.add_argument("--state", metavar="DIR", help="keep corpus and findings there")
    reports.add_arguments(parser)
    options = parser.parse_args()
    wrong = mistake(options)
    if wrong:
        parser.error(wrong)
    return options


def mistake(options):
    """What does not go together, in words; None when all does."""
    taken = [*options.harness, *(["--engine"] if options.engine else []), *(["--mutator"] if options.mutator else [])]
    if options.resume and taken:
        return f"--resume goes on with what the last campaign ran: leave out {', '.join(taken)}"
    if options.until_stable and options.time and not options.resume and options.time <= options.until_stable * 60:
        return (f"--until-stable {options.until_stable:g} needs a --time of more than {options.until_stable * 60:g} "
                "seconds, or none")
    if options.jobs and options.jobs > MOST_JOBS:
        return f"--jobs {options.jobs}: {PROCESSORS} processors take {MOST_JOBS} processes at most"
    return None


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


def summary(rows, campaign):
    found = list(campaign.found.values())
    try:
        telling.tell(found)
    except KeyboardInterrupt:
        if not found:
            raise
        say("interrupted: what is left to tell lies beside each finding")
    say()
    executions = sum(row.earlier + row.executions for row in rows)
    state = house.short(campaign.state)
    count = "1 finding" if len(found) == 1 else f"{len(found)} findings"
    say(f"{executions} executions, {count}; kept in {state}/corpus and {state}/findings")
    idle = [f"{row.harness}/{row.engine}" for row in rows if not row.had_turn]
    if idle:
        say(f"no turn this time, first in line next time: {', '.join(idle)}")
    where = "" if campaign.state == house.state_dir() else f" {shlex.quote(state)}"
    say(f"next: {f'./scripts/triage{where} sorts and shortens them, ' if found else ''}./scripts/report{where} has it "
        "all on one page")


def begin(options, state):
    """What a new campaign is asked to do. Returns: its Settings, its Record."""
    seconds = options.time or (None if options.until_stable else SECONDS)
    if seconds and seconds < SHORTEST:
        say(f"--time {seconds}: raised to {SHORTEST} seconds, the shortest turn")
    stable = options.until_stable * 60 if options.until_stable else None
    settings = Settings(seconds, options.jobs or PROCESSORS, stable, options.keep_going)
    engines = [options.engine] if options.engine in ENGINES else list(ENGINES)
    return settings, Record.begin(state, harnesses=options.harness, engines=engines,
                                  mutator=options.mutator or "postern")


def resume(options, state):
    """What is left of the last campaign. Returns: its Settings, its Record."""
    record = Record.last(state)
    asked = record.facts
    over = {"time": "its time is over", "stable": "it is stable"}.get(asked["ended"])
    if over and not options.time and not (options.until_stable and asked["stable"]):
        raise Failure(f"nothing is left of the last campaign: {over}; --resume --time SECONDS has it go on")
    stable = None if asked["ended"] == "stable" else asked["stable"]
    if options.until_stable:
        stable = options.until_stable * 60
    seconds = asked["spent"] + options.time if options.time else asked["seconds"]
    if options.time or options.until_stable or (options.jobs and options.jobs != asked["jobs"]):
        asked["turns"] = []  # they are planned anew
    say(f"going on after {asked['spent']:.0f} seconds")
    return Settings(seconds, options.jobs or asked["jobs"], stable, options.keep_going or asked["keep_going"]), record


def main():
    options = arguments()
    with reports.Reports("fuzz", options) as report:
        state = house.state_dir(options.state)
        settings, record = (resume if options.resume else begin)(options, state)
        writable_folder("--state", state)
        asked = record.facts
        build.bootstrap(*asked["engines"])
        harnesses = build_engines(asked["harnesses"], asked["engines"], asked["mutator"])
        campaign = Campaign(state, harnesses, settings, record)
        try:
            rows = campaign.run()
        except Failure:
            found = list(campaign.found.values())
            telling.tell(found)
            report.keep(reports.campaign_suites(campaign.rows.values(), found, report.began),
                        reports.campaign_results(found))
            raise
        summary(rows, campaign)
        code = FOUND if campaign.found else INTERRUPTED if campaign.interrupted else OK
        found = list(campaign.found.values())
        report.write(lambda: reports.campaign_suites(rows, found, report.began),
                     lambda: reports.campaign_results(found), lambda: reports.campaign_facts(rows, campaign), code)
    return code


if __name__ == "__main__":
    run("fuzz", main)
