# SPDX-License-Identifier: MIT
"""scripts/minimize-corpus: the fewest inputs that reach all that the kept corpus reaches, for both engines."""

from pathlib import Path

from . import build, cases, corpus, features, house, setcover, workroom
from .campaign import ENGINES
from .console import FOUND, OK, Arguments, Failure, run, say
from .features import Features
from .fuzz import build_engines
from .outputs import add_json, json_asked, writable_folder
from .replaying import unreadable

EPILOG = """\
Measures what each input of STATE/corpus/HARNESS reaches, by libFuzzer's features and by AFL++'s edges, and keeps a set
cover of both: every feature of either engine stays. An input that fails in an engine stays where it is, whatever it
reaches, and is named; what comes in meanwhile stays as well. What was chosen is measured once more before anything is
removed, and nothing is when a feature is missing then, or what was chosen has been changed meanwhile. Seeds,
regressions and findings are not touched, and not counted on: the corpus reaches by itself what it did. One
minimize-corpus at a time works on a state.

environment:
  XDG_STATE_HOME       STATE is $XDG_STATE_HOME/postern, or ~/.local/state/postern
  POSTERN_BUILD_DIR    where to build (default: build/ in the source tree)
  POSTERN_CMAKE_ARGS   more arguments for cmake

--json: harnesses (harness; before and after, each with files, octets and features by engine; failing, the files that
fail; unread, those that cannot be read; unsure, how many features the second measurement missed).

exit codes: 0 done, 1 done but for what is named: inputs that fail or cannot be read, a corpus left as it was; 2 could
not run, 130 interrupted
"""


def arguments():
    parser = Arguments("minimize-corpus", description="Keep the fewest inputs that reach all that the corpus reaches.",
                       epilog=EPILOG)
    parser.add_argument("harness", nargs="*", metavar="HARNESS", help="harnesses (default: all that have a corpus)")
    parser.add_argument("--engine", choices=[*ENGINES, "both"], default="both", help="whose features (default: both)")
    parser.add_argument("--state", metavar="DIR", help="where campaigns keep corpus and findings")
    parser.add_argument("--from", dest="more", action="append", default=[], metavar="DIR",
                        help="inputs to choose from besides (an afl-fuzz queue, another corpus); with one HARNESS")
    parser.add_argument("--output", metavar="OUT",
                        help="copy what is chosen to OUT/HARNESS, and leave the corpus as it is")
    add_json(parser)
    options = parser.parse_args()
    if options.more and len(options.harness) != 1:
        parser.error("--from goes with one HARNESS")
    return options


class Corpus:
    """The inputs of one harness, each content once, and what they reach. In: engines, {engine: Harness}; home, the
    folder that it is kept in. Of twins a file at home is taken rather than one elsewhere, or a link to it."""

    def __init__(self, name, engines, paths, home):
        self.name = name
        self.engines = engines
        self.home = home
        self.sizes, self.contents = {}, {}
        for path in sorted(paths, key=lambda path: (path.parent == home, not path.is_symlink())):
            octets = path.read_bytes()
            self.sizes[path] = len(octets)
            self.contents[path] = corpus.name_of(octets)
        self.paths = list({content: path for path, content in self.contents.items()}.values())
        self.twins = sorted(set(paths) - set(self.paths))
        self.features = Features()

    def measure(self, paths):
        """{path: mask}, and the set of those that some engine could not measure."""
        masks, failing = dict.fromkeys(paths, 0), set()
        for engine, harness in self.engines.items():
            ran = set()
            with house.scratch("postern-minimize-") as room:
                for path, found in features.BY[engine](harness, paths, room):
                    masks[path] |= self.features.mask(engine, found)
                    ran.add(path)
            failing |= set(paths) - ran
        return masks, failing

    def choose(self):
        """Returns: paths to keep, those of them that fail, and how many features a second measurement missed."""
        self.masks, failing = self.measure(self.paths)
        clean = {path: mask for path, mask in self.masks.items() if path not in failing}
        chosen = set(setcover.cover(clean, self.sizes))
        chosen |= failing
        again, _ = self.measure(sorted(chosen - failing))
        missed = _union(clean.values()) & ~_union(again.values())
        return chosen, failing, missed.bit_count()

    def figures(self, paths):
        reached = _union(self.masks.get(path, 0) for path in paths)
        return {"files": len(paths), "octets": sum(self.sizes[path] for path in paths),
                "features": {engine: self.features.count(reached, engine) for engine in self.engines}}


def _union(masks):
    reached = 0
    for mask in masks:
        reached |= mask
    return reached


def minimize(given, output):
    """Minimise one corpus, or copy what is chosen to the folder `output`. Returns: its facts."""
    chosen, failing, missed = given.choose()
    facts = {"harness": given.name, "before": given.figures(given.paths + given.twins),
             "after": given.figures(sorted(chosen)), "failing": [str(path) for path in sorted(failing)],
             "unsure": missed}
    if missed:
        facts["after"] = facts["before"]
    elif output:
        keep(given, chosen - failing, output)
    else:
        keep(given, chosen - failing, given.home)
        for path, content in given.contents.items():
            if path not in chosen and path.parent == given.home and corpus.content_of(path) == content:
                path.unlink(missing_ok=True)
    return facts


def keep(given, chosen, home):
    """See that all that was chosen is in a folder. Raises Failure when it is not any more what was measured."""
    for path in sorted(chosen):
        content = corpus.content_of(path) if path.parent == home else corpus.adopt_one(path, home)
        if content != given.contents[path]:
            raise Failure(f"{house.short(path)} has been changed or removed meanwhile: nothing was taken out of "
                          "the corpus; minimise it again")


def tell(facts):
    before, after = facts["before"], facts["after"]
    reached = ", ".join(f"{before['features'][engine]} -> {after['features'][engine]} features of {engine}"
                        for engine in before["features"])
    say(f"{facts['harness']}: {before['files']} -> {after['files']} files, "
        f"{before['octets']} -> {after['octets']} octets, {reached}")
    for path in facts["failing"]:
        say(f"  fails, and stays: {house.short(path)}")
    if facts["unsure"]:
        say(f"  left as it was: {facts['unsure']} features were not seen a second time")


def of_harness(name, engines, state, more, output):
    """Minimise the corpus of one harness, with inputs from the folders `more`, and tell of it. Returns: its facts, None
    where there are no inputs."""
    home = corpus.folder_of(state, name)
    paths = [path for folder in (*more, home) if folder.is_dir() for path in cases.files_in(folder)
             if 0 < path.stat().st_size <= corpus.LARGEST]
    unread = unreadable(paths)
    for path, why in unread.items():
        say(f"  cannot be read, and stays: {house.short(path)}: {why}")
    paths = [path for path in paths if path not in unread]
    if not paths:
        say(f"{name}: no inputs")
        return None
    say(f"{name}: measuring {len(paths)} inputs")
    facts = {**minimize(Corpus(name, engines, paths, home), output / name if output else None),
             "unread": [str(path) for path in unread]}
    tell(facts)
    return facts


def main():
    options = arguments()
    out = json_asked(options)
    state = cases.folder(options.state) if options.state else house.state_dir()
    more = [cases.folder(name) for name in options.more]
    if any(workroom.in_use(room) for room in state.glob("work/[!.]*")):
        raise Failure(f"a campaign is at work in {house.short(state)}: minimise when it has ended")
    names = options.harness or sorted(path.name for path in (state / "corpus").glob("[!.]*") if path.is_dir())
    if not names:
        raise Failure(f"{house.short(state)} has no corpus: no campaign has kept anything there")
    output = Path(options.output).absolute() if options.output else None
    if output:
        writable_folder("--output", output)
    engines = list(ENGINES) if options.engine == "both" else [options.engine]
    build.bootstrap(*engines)
    made = build_engines(names, engines)
    (state / "corpus").mkdir(parents=True, exist_ok=True)
    with house.alone(state / "corpus", f"another minimize-corpus is at work in {house.short(state)}: minimise when it "
                     "has ended"):  # what one takes out, the other may count on
        done = [of_harness(name, {engine: made[engine][name] for engine in engines}, state, more, output)
                for name in names]
    harnesses = [facts for facts in done if facts]
    if out:
        out.write({"harnesses": harnesses})
    left = any(facts["failing"] or facts["unsure"] or facts["unread"] for facts in harnesses)
    return FOUND if left else OK


if __name__ == "__main__":
    run("minimize-corpus", main)
