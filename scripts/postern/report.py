# SPDX-License-Identifier: MIT
"""scripts/report: the morning after a campaign, on one page."""

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

from . import build, cases, coverage, coverage_measure, house, report_facts, report_page
from .console import OK, Arguments, positive, run, say
from .outputs import add_json, json_asked, writable

EPILOG = """\
One HTML page that needs no network and runs no script: what was found (with dialogues, and what scripts/triage made of
it, if it ran), coverage and executions over time, the map of the protocol, the graph of states, what was never reached,
and what to do next. It is written to DIR/report.html.

DIR is the state of a campaign, which may still run. Files over 64 KiB are linked, not embedded: keep page and state
together when you hand it on. The protocol is that of seeds and kept corpus together, and what the corpus alone reaches
is marked.

environment:
  XDG_STATE_HOME       DIR is $XDG_STATE_HOME/postern, or ~/.local/state/postern
  POSTERN_BUILD_DIR    where to build (default: build/ in the source tree)

--json: page, findings (oracle, section, state, verb, harness, summary, triaged, flaky, members), executions, seconds,
campaigns, harnesses (harness, engine, executions, per_second, coverage, features, corpus, seconds, flat), inputs,
protocol and source (as scripts/coverage --json, or null).

exit codes: 0 written, 2 could not run, 130 interrupted
"""


def arguments():
    parser = Arguments("report", description="Write what a campaign did as one HTML page.", epilog=EPILOG)
    parser.add_argument("dir", nargs="?", metavar="DIR", help="a campaign's state")
    parser.add_argument("--output", metavar="FILE", help="write there instead")
    parser.add_argument("--source", action="store_true",
                        help="also measure which lines of the parser seeds and corpus reach (clang; a minute or more)")
    parser.add_argument("--jobs", type=positive, default=len(os.sched_getaffinity(0)), metavar="N",
                        help="processes at once for --source (default: one for each processor)")
    add_json(parser)
    return parser.parse_args()


@dataclass
class Facts:
    """All that the page is made of."""
    state: Path
    shown_state: str
    out: Path
    now: float
    harnesses: list  # names, in their order
    course: report_facts.Course
    found: list
    inputs: dict
    protocol: report_facts.Protocol
    source: dict

    def ordered(self, names):
        """Names of harnesses in the order in which they are registered; strangers at the end."""
        return sorted(names, key=lambda name: (self.harnesses.index(name) if name in self.harnesses
                                               else len(self.harnesses), name))


def measure_source(state, jobs):
    """Leave the source coverage of seeds and corpus in the state."""
    build.bootstrap("coverage")
    shop = coverage_measure.Workshop(coverage_measure.PLAIN, jobs, tests=False)
    room = shop.room("report")
    origins = ["seeds", *([str(state)] if any(state.glob("corpus/*/*")) else [])]
    _, _, failing = coverage.run_origins(shop, origins, room)
    measurement, _ = shop.measure(room)
    facts = coverage.facts_of(measurement, "the seeds and the corpus" if origins[1:] else "the seeds", None, failing)
    house.write_whole(state / "coverage.json", (json.dumps(facts, indent=2) + "\n").encode())


def in_short(facts):
    """The facts for programs."""
    course = facts.course
    names = ("name", "oracle", "section", "state", "verb", "harness", "summary", "triaged", "flaky", "members")
    return {"page": str(facts.out), "findings": [{name: one[name] for name in names} for one in facts.found],
            "executions": course.executions, "seconds": round(course.seconds, 1), "campaigns": course.campaigns,
            "harnesses": [{"harness": pair.harness, "engine": pair.engine, "executions": pair.executions,
                           "per_second": round(pair.executions / pair.seconds, 1) if pair.seconds >= 1 else None,
                           "coverage": pair.coverage, "features": pair.features, "corpus": pair.corpus,
                           "seconds": round(pair.seconds, 1), "flat": round(pair.flat(), 1)}
                          for pair in course.pairs.values()],
            "inputs": {name: {"inputs": count, "octets": octets} for name, (count, octets) in facts.inputs.items()},
            "protocol": facts.protocol.all if facts.protocol else None, "source": facts.source}


def shown(state):
    """The state as a person types it."""
    home = f"{Path.home()}/"
    return f"~/{str(state).removeprefix(home)}" if str(state).startswith(home) else house.short(state)


def gather(state, out):
    """Read the state."""
    folder = build.configure("release")
    build.build("release", ["postern"])
    known = build.harnesses(folder)
    names = [harness.name for harness in known]
    kept = [path.name for path in sorted(state.glob("corpus/*")) if path.is_dir()]
    return Facts(state, shown(state), out, time.time(), names, report_facts.Course(state),
                 report_facts.found(state), report_facts.inputs(state, dict.fromkeys([*names, *kept])),
                 report_facts.reached(state, known, folder / "postern"), report_facts.source(state))


def main():
    options = arguments()
    out = json_asked(options)
    state = cases.folder(options.dir) if options.dir else house.state_dir()
    page = Path(options.output).absolute() if options.output else state / "report.html"
    writable("--output", page)
    build.bootstrap("report")
    if options.source:
        measure_source(state, options.jobs)
    facts = gather(state, page)
    house.write_whole(page, report_page.page(facts).encode())
    say(report_page.verdict(facts)[1])
    say(f"report: {house.short(page)}")
    if out:
        out.write(in_short(facts))
    return OK


if __name__ == "__main__":
    run("report", main)
