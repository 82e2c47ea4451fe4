# SPDX-License-Identifier: MIT
"""scripts/coverage: what of the parser do tests, seeds, or a corpus reach, and what do they not?"""

import os
from pathlib import Path

from . import build, cases, coverage_summary, house, project, telling
from .console import FOUND, OK, Arguments, Failure, percentage, positive, run, say
from .coverage_empty import FromNothing
from .coverage_measure import KINDS, MCDC, PLAIN, Workshop, percent
from .coverage_summary import FILE_POINTS, POINTS
from .outputs import add_json, json_asked, writable_folder
from .reports import facts_of_finding

LINES, BRANCHES = 95, 90  # floors, in per cent of the parser, from the seeds alone
EDGES = 90  # in per cent of the edges that the seeds reach, from nothing
FROM_NOTHING = 600  # seconds

EPILOG = f"""\
Builds the parser with clang's source coverage and runs what --from says in it:

  all      unit tests, and replays of seeds and regressions (the default)
  tests    unit tests alone
  seeds    replays of corpus/seeds alone
  DIR      a campaign's state, a folder of HARNESS folders, or one HARNESS folder: replays of what lies there, each
           input once as an engine runs it (tests and seeds are run with all partitions and variants)

Several may be named. Then it writes an HTML report, a table for each file, the functions that nothing reaches, and
the triples of state, verb and class of the reply that no session reaches. An input that fails is left out and named.

  --floors      --from seeds, and a failure below {LINES} % of the lines or {BRANCHES} % of the branches
  --from-empty  libFuzzer with dictionary and mutator from an empty corpus, SECONDS in all (default: {FROM_NOTHING}); a
                failure below {EDGES} % of the edges that the seeds reach (an edge: a way out of a decision, or a
                function that is entered), or findings, which are kept in STATE/findings like those of a campaign
  --update      measures seeds and all with MC/DC, and writes corpus/COVERAGE.md
  --check       the same, but compares: a total that moved by more than {POINTS} points, a file by more than
                {FILE_POINTS}, or a function or triple that is named on one side only is a difference
  --mcdc        conditions that were seen to decide alone, too; it needs clang 19, which is installed

--json: origin, version, files (name, lines, branches, mcdc: reached, count), total, functions (never reached), protocol
(as `postern show --coverage --json`, or null), failing, floors, and for --from-empty edges (seeds, both, percent) and
findings (file, harness, new, reproduces, oracle, section, state, verb, summary, key). With --update and --check that
twice, as seeds and all, and differences, the lines that say how corpus/COVERAGE.md differs.

environment:
  XDG_STATE_HOME       STATE is $XDG_STATE_HOME/postern, or ~/.local/state/postern
  POSTERN_BUILD_DIR    where to build (default: build/ in the source tree)

exit codes: 0 measured, 1 below a floor, out of date (--check), a finding, or a test or an input failed, 2 could not
run, 130 interrupted
"""

TESTS = {"all": "^(parser\\.test|fuzz\\.|harness\\.test|command\\.|example\\.)", "tests": "^parser\\.test"}


def arguments():
    parser = Arguments("coverage", description="Measure the coverage of the parser.", epilog=EPILOG)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--from", dest="origins", nargs="+", metavar="ORIGIN", help="all, tests, seeds, or folders")
    what.add_argument("--floors", action="store_true", help="the seeds alone, against the floors")
    what.add_argument("--from-empty", nargs="?", type=positive, const=FROM_NOTHING, metavar="SECONDS",
                      help="what fuzzing from nothing reaches, against the seeds")
    what.add_argument("--update", action="store_true", help="write corpus/COVERAGE.md")
    what.add_argument("--check", action="store_true", help="is corpus/COVERAGE.md out of date?")
    parser.add_argument("--mcdc", action="store_true", help="measure MC/DC too, with clang 19")
    parser.add_argument("--html", metavar="DIR", help="where the report goes (default: build/coverage/html)")
    parser.add_argument("--missing", action="store_true", help="list the lines and branches that nothing reached")
    parser.add_argument("--min-lines", type=percentage, metavar="PERCENT", help="floor for lines")
    parser.add_argument("--min-branches", type=percentage, metavar="PERCENT", help="floor for branches")
    parser.add_argument("--jobs", type=positive, default=len(os.sched_getaffinity(0)), metavar="N",
                        help="processes at once (default: one for each processor)")
    parser.add_argument("--seed", type=positive, default=1, metavar="N", help="of --from-empty (default: 1)")
    parser.add_argument("--state", metavar="DIR", help="where --from-empty keeps what it finds failing")
    add_json(parser)
    return parser.parse_args()


# What is run.

def inputs_under(folder, names):
    """{harness: paths} of a campaign's state, of a folder of HARNESS folders, or of one of these."""
    base = folder / "corpus" if (folder / "corpus").is_dir() else folder
    if base.name in names:
        return {base.name: cases.files_in(base)}
    found = {name: cases.files_in(base / name) for name in names if (base / name).is_dir()}
    if not any(found.values()):
        raise Failure(f"{folder}: no inputs of a harness (a campaign's state, a folder of HARNESS folders, or one)")
    return found


def add(inputs, more):
    for name, paths in more.items():
        inputs.setdefault(name, []).extend(paths)


def run_origins(shop, origins, room):
    """Run all that was named. Returns: did it pass?, the inputs."""
    names = [harness.name for harness in shop.harnesses]
    inputs, kept = {}, {}
    passed = True
    for origin in dict.fromkeys(origins):
        if origin in TESTS:
            passed = shop.run_tests(room, TESTS[origin]) and passed
        if origin in ("all", "seeds"):
            add(inputs, {name: cases.files_in(house.SEEDS / name) for name in names})
        if origin == "all":
            add(inputs, {name: cases.files_in(house.REGRESSIONS / name) for name in names})
        if origin not in ("all", "tests", "seeds"):
            add(kept, inputs_under(Path(origin).absolute(), names))
    failing = []
    for some, brief in ((inputs, False), (kept, True)):
        some = {name: paths for name, paths in some.items() if paths}
        failing += shop.replay(room, some, brief) if some else []
    add(inputs, kept)
    return passed and not failing, inputs, failing


# What is told.

def print_table(measurement, mcdc):
    kinds = KINDS if mcdc else KINDS[:2]
    say(f"{'':16}" + "".join(f"{coverage_summary.TITLES[kind]:>22}" for kind in kinds))
    for name, figures in [*sorted(measurement.files.items()),
                          ("all", {kind: measurement.total(kind) for kind in KINDS})]:
        cells = (f"{percent(figures[kind]):7.2f} % {figures[kind][0]:5}/{figures[kind][1]:<5}" for kind in kinds)
        say(f"{name:16}" + "".join(f"{cell:>22}" for cell in cells))


def print_never(measurement, protocol):
    say()
    say(f"functions that nothing reaches: {len(measurement.never) or 'none'}")
    for name in measurement.never:
        say(f"  {name}")
    if protocol:
        say()
        say("protocol: " + "\n".join(coverage_summary.triples_text(protocol)))


def print_missing(lcov):
    """Lines and branches with a count of none, from an lcov trace."""
    name = ""
    for row in lcov.splitlines():
        kind, _, rest = row.partition(":")
        fields = rest.split(",")
        if kind == "SF":
            name = house.short(rest)
        elif kind == "DA" and fields[1] == "0":
            say(f"{name}:{fields[0]}: not run")
        elif kind == "BRDA" and fields[3] in ("0", "-"):
            say(f"{name}:{fields[0]}: branch {fields[2]} not taken")


def facts_of(measurement, origin, protocol, failing):
    def pairs(figures):
        return {kind: {"reached": figures[kind][0], "count": figures[kind][1]} for kind in KINDS}

    return {"origin": origin, "version": project.version(),
            "files": [{"name": name, **pairs(figures)} for name, figures in sorted(measurement.files.items())],
            "total": pairs({kind: measurement.total(kind) for kind in KINDS}), "functions": measurement.never,
            "protocol": protocol, "failing": [str(one.path) for one in failing]}


def below(measurement, floors):
    """What lies below its floor, as text."""
    return [f"{coverage_summary.TITLES[kind]} {percent(measurement.total(kind)):.2f} %, and the floor is {floor:g} %"
            for kind, floor in floors.items() if floor is not None and percent(measurement.total(kind)) < floor]


# What can be asked.

def measure(options, out):
    """--from and --floors."""
    origins = ["seeds"] if options.floors else options.origins or ["all"]
    floors = {"lines": options.min_lines, "branches": options.min_branches}
    if options.floors:
        floors = {"lines": max(LINES, floors["lines"] or 0), "branches": max(BRANCHES, floors["branches"] or 0)}
    tools = MCDC if options.mcdc else PLAIN
    shop = Workshop(tools, options.jobs, tests=any(origin in TESTS for origin in origins))
    room = shop.room("measured")
    passed, inputs, failing = run_origins(shop, origins, room)
    measurement, profile = shop.measure(room)
    protocol = shop.triples(inputs)
    html = options.html or str(shop.folder / "html")
    shop.html(profile, html)
    print_table(measurement, options.mcdc)
    if options.missing:
        print_missing(shop.cov("export", profile, "-format=lcov"))
    print_never(measurement, protocol)
    wrong = below(measurement, floors)
    origin = ", ".join(house.short(name) for name in origins)
    say()
    say(f"report: {html}/index.html")
    totals = {kind: measurement.total(kind) for kind in (KINDS if options.mcdc else KINDS[:2])}
    say(f"parser, from {origin}: " + ", ".join(
        f"{coverage_summary.TITLES[kind]} {percent(total):.2f} % ({total[0]} of {total[1]})"
        for kind, total in totals.items()))
    for line in wrong:
        say(f"below the floor: {line}")
    if out:
        out.write({**facts_of(measurement, origin, protocol, failing),
                   "floors": {kind: floor for kind, floor in floors.items() if floor is not None}})
    return OK if passed and not wrong else FOUND


def from_empty(options, out):
    """--from-empty."""
    state = house.state_dir(options.state)
    shop = Workshop(PLAIN, options.jobs, tests=False)
    names = [harness.name for harness in shop.harnesses]
    seeds_room = shop.room("seeds")
    shop.replay(seeds_room, {name: cases.files_in(house.SEEDS / name) for name in names}, brief=True)
    seeds, _ = shop.measure(seeds_room)
    empty = FromNothing(shop.folder / "from-empty", state, options.jobs, options.seed)
    inputs, found = empty.fuzz(options.from_empty)
    room = shop.room("from-empty")
    shop.replay(room, {name: paths for name, paths in inputs.items() if paths}, brief=True)
    measurement, _ = shop.measure(room)
    both = (len(measurement.edges & seeds.edges), len(seeds.edges))
    say(f"from nothing in {options.from_empty} s: {percent(both):.2f} % of the edges that the seeds reach "
        f"({both[0]} of {both[1]}), and {len(measurement.edges - seeds.edges)} that they do not")
    if options.missing:
        for edge in sorted(seeds.edges - measurement.edges):
            say(f"not reached: {edge}")
    if out:
        out.write({**facts_of(measurement, f"nothing, in {options.from_empty} s", shop.triples(inputs), []),
                   "edges": {"seeds": both[1], "both": both[0], "percent": round(percent(both), 2)},
                   "findings": list(map(facts_of_finding, found))})
    telling.tell(found)
    if percent(both) < EDGES:
        say(f"below the floor of {EDGES} %")
    return FOUND if found or percent(both) < EDGES else OK


def summary(options, out):
    """--update and --check."""
    shop = Workshop(MCDC, options.jobs, tests=True)
    seeds_room, all_room = shop.room("seeds"), shop.room("all")
    seeds_passed, inputs, failing = run_origins(shop, ["seeds"], seeds_room)
    seeds, _ = shop.measure(seeds_room)
    names = [harness.name for harness in shop.harnesses]
    passed = shop.run_tests(all_room, TESTS["all"])
    regressions = {name: cases.files_in(house.REGRESSIONS / name) for name in names}
    failing += shop.replay(all_room, {name: paths for name, paths in regressions.items() if paths})
    everything, _ = shop.measure(all_room, seeds_room)
    text = coverage_summary.render(seeds, everything, shop.triples(inputs))
    committed = coverage_summary.PATH.read_text(encoding="utf-8") if coverage_summary.PATH.exists() else ""
    found = coverage_summary.differences(committed, text)
    for line in found:
        say(line)
    if options.update and committed != text:
        house.write_whole(coverage_summary.PATH, text.encode())
        say(f"written: {house.short(coverage_summary.PATH)}")
    elif options.check and found:
        say(f"{house.short(coverage_summary.PATH)} is out of date: scripts/coverage --update writes it anew")
    elif not found:
        say(f"{house.short(coverage_summary.PATH)} is as it was measured")
    if out:
        out.write({"seeds": facts_of(seeds, "seeds", None, []), "all": facts_of(everything, "all", None, failing),
                   "differences": found})
    return FOUND if (options.check and found) or failing or not (seeds_passed and passed) else OK


def main():
    options = arguments()
    out = json_asked(options)
    for origin in options.origins or []:
        if origin not in ("all", "tests", "seeds") and not Path(origin).is_dir():
            raise Failure(f"--from {origin}: all, tests, seeds, or a folder, and there is no such folder")
    if options.html:
        writable_folder("--html", Path(options.html).absolute())
    if options.from_empty:
        writable_folder("--state", house.state_dir(options.state))
    build.bootstrap("coverage", *(["coverage-mcdc"] if options.mcdc or options.update or options.check else []))
    if options.from_empty:
        build.bootstrap("libfuzzer")
        return from_empty(options, out)
    return summary(options, out) if options.update or options.check else measure(options, out)


if __name__ == "__main__":
    run("coverage", main)
