# SPDX-License-Identifier: MIT
"""What a report is made of, read from the state of a campaign: how it went, what it found, what it reached."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from . import cases, corpus, dialogue, findings, history, house, rules
from .coverage_measure import protocol
from .violation import Verdict

GAP = 3 * history.EVERY  # seconds between samples of a pair: beyond that it did not run
BINS = 90  # of the time fuzzed, for rates


# How it went.

@dataclass
class Pair:
    """One harness on one engine, over all campaigns; x is the time fuzzed by all, and `seconds` that by itself."""
    harness: str
    engine: str
    executions: int = 0
    seconds: float = 0.0  # that it ran
    coverage: int = 0
    features: int = 0
    corpus: int = 0
    rose: float = 0.0  # x when it last reached something new
    rose_at: float = 0.0  # the same, in seconds of its own
    first: tuple = None  # coverage and features when it began
    curve: list = field(default_factory=list)  # (seconds, coverage)
    rates: list = field(default_factory=list)  # (x from, x to, executions)

    def flat(self):
        """Seconds of its own since it reached something new."""
        return self.seconds - self.rose_at

    def growth(self):
        """What it reached beyond the beginning: features where the engine counts them, else edges."""
        return self.features - self.first[1] if self.features else self.coverage - self.first[0]


class Course:
    """All campaigns of a state one after the other, with the pauses between them left out."""

    def __init__(self, state):
        self.pairs = {}
        self.campaigns = []
        self.growth = {}  # engine -> [(x, what all its harnesses reached beyond the beginning)]
        self.seconds = 0.0
        for events in history.read(state):
            self._add(events)

    def _add(self, events):
        begun, ended = events[0]["time"], max(event["time"] for event in events)
        last = {}
        for event in events:
            if event["event"] == "sample":
                self._sample(event, self.seconds + event["time"] - begun, last)
        end = next((event for event in events if event["event"] == "end"), None)
        self.campaigns.append({
            "begun": begun, "seconds": round(ended - begun, 1), "version": str(events[0].get("version", "?")),
            "executions": sum(number for _, number in last.values()), "whole": end is not None,
            "interrupted": bool(end and end.get("interrupted"))})
        self.seconds += ended - begun

    def _sample(self, event, x, last):
        try:
            key = (str(event["harness"]), str(event["engine"]))
            executions, coverage, features, inputs = (int(event[name]) for name in
                                                      ("executions", "coverage", "features", "corpus"))
        except (KeyError, TypeError, ValueError):
            return
        pair = self.pairs.setdefault(key, Pair(*key))
        if len(pair.curve) < 2:  # at the first look an engine may still read its inputs
            pair.first = (coverage, features)
        before_x, before = last.get(key, (None, 0))
        fresh = max(0, executions - before)
        if before_x is not None and x - before_x <= GAP:
            pair.seconds += x - before_x
            pair.rates.append((before_x, x, fresh))
        pair.executions += fresh
        last[key] = (x, executions)
        if coverage > pair.coverage or features > pair.features:
            pair.rose, pair.rose_at = x, pair.seconds
        pair.coverage, pair.features = max(pair.coverage, coverage), max(pair.features, features)
        pair.corpus = inputs or pair.corpus
        pair.curve.append((pair.seconds, pair.coverage))
        self.growth.setdefault(pair.engine, []).append(
            (x, sum(other.growth() for other in self.pairs.values() if other.engine == pair.engine)))

    executions = property(lambda self: sum(pair.executions for pair in self.pairs.values()))

    def rates(self, engine):
        """Executions per second of all harnesses of an engine together, over the time fuzzed: (x, rate)."""
        width = max(self.seconds / BINS, history.EVERY)
        bins = [0.0] * (int(self.seconds / width) + 1)
        for pair in self.pairs.values():
            for begin, end, executions in pair.rates if pair.engine == engine else []:
                for number in range(int(begin / width), int(end / width) + 1):
                    overlap = min(end, (number + 1) * width) - max(begin, number * width)
                    bins[number] += executions * max(0.0, overlap) / max(end - begin, 0.1)
        return [((number + 0.5) * width, amount / width) for number, amount in enumerate(bins)
                if (number + 0.5) * width <= self.seconds]


def thinned(points, most=240):
    """A curve with fewer points that looks the same: no more of a level than its ends."""
    kept = [point for number, point in enumerate(points)
            if number in (0, len(points) - 1) or not points[number - 1][1] == point[1] == points[number + 1][1]]
    step = max(1, len(kept) // most)
    return kept[::step] + kept[-1:] if kept else []


# What it found.

MOST = 200_000  # letters of a dialogue or a report: whoever wants more opens the file


def _text(path):
    try:
        return path.read_bytes()[:MOST].decode("utf-8", "replace")
    except OSError:
        return ""


def _json(path):
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _details(facts):
    return facts.get("details") if isinstance(facts.get("details"), dict) else {}


def _described(facts):
    """What a bucket and a finding have in common, from the .json of either."""
    words = {name: str(facts.get(name) or "") for name in
             ("oracle", "section", "state", "verb", "summary", "harness", "key", "version", "build", "test")}
    rule = rules.of_verdict(Verdict(words["oracle"], words["key"], summary=words["summary"]))
    details = _details(facts)
    return {**words, "law": rule.law, "breach": rule.breach, "advice": rule.advice,
            "cwe": f"CWE-{rule.cwe}" if rule.cwe else "",
            "expected": str(details.get("expected") or ""), "seen": str(details.get("seen") or "")}


EXPORTS = ("input", "test.c", "session.pcap", "replay.sh", "report.txt", "explanation.md", "bucket.json")


def _of_bucket(folder):
    facts = _json(folder / "bucket.json")
    members = [one["file"] for one in facts.get("findings", []) if isinstance(one, dict) and "file" in one]
    return {**_described(facts), "name": folder.name, "triaged": True, "flaky": False, "members": members,
            "size": facts.get("size"), "original_size": facts.get("original_size"),
            "dialogue": _text(folder / "dialogue.txt"), "report": _text(folder / "report.txt"),
            "exports": [folder / name for name in EXPORTS if (folder / name).is_file()],
            "reproduce": str(facts.get("reproduce") or f"./scripts/reproduce {folder / 'input'}")}


def _of_finding(path):
    facts = findings.read_facts(path)
    facts = facts if isinstance(facts, dict) else {}
    harness = str(facts.get("harness") or path.parent.name)
    return {**_described({**facts, "harness": harness}), "name": path.name, "triaged": False,
            "flaky": facts.get("reproduces") is False, "members": [str(path)], "size": path.stat().st_size,
            "original_size": None, "dialogue": dialogue.show(path, harness, details=_details(facts))[:MOST],
            "report": str(facts.get("report") or "")[:MOST],
            "exports": [path], "reproduce": str(facts.get("reproduce") or f"./scripts/reproduce {path}")}


def found(state):
    """Buckets where the findings were triaged, and findings that no bucket has."""
    buckets = [_of_bucket(path.parent) for path in sorted(state.glob("triage/*/bucket.json"))]
    known = {Path(member).parts[-2:] for bucket in buckets for member in bucket["members"]}
    flaky = {path.parts[-2:] for path in (state / "triage" / "flaky").rglob("*")}
    single = [_of_finding(path) for path in cases.files_in(state / "findings") if path.parts[-2:] not in known]
    for one in single:
        one["flaky"] = one["flaky"] or Path(one["members"][0]).parts[-2:] in flaky
    return buckets + single


# What it reached.

def inputs(state, harnesses):
    """{harness: (inputs, octets)} of the corpus that is kept."""
    counted = {}
    for name in harnesses:
        sizes = [path.stat().st_size for path in cases.files_in(corpus.folder_of(state, name))]
        if sizes:
            counted[name] = (len(sizes), sum(sizes))
    return counted


@dataclass
class Protocol:
    """What sessions reach: the JSON of `postern show --coverage` on seeds alone, and on the corpus too; the graph."""
    seeds: dict
    all: dict
    dot: str


def reached(state, harnesses, postern):
    """The Protocol of the session harnesses, or None when there is no session at all."""
    names = [harness.name for harness in harnesses if harness.kind == "session"]
    seeds = [path for name in names for path in cases.files_in(house.SEEDS / name)]
    kept = [path for name in names for path in cases.files_in(corpus.folder_of(state, name))]
    if not seeds + kept:
        return None
    with house.scratch("postern-report-") as room:
        graph = room / "graph"
        everything = protocol(postern, seeds + kept, room, graph)
        return Protocol(protocol(postern, seeds, room) if seeds else None, everything,
                        graph.read_text(encoding="utf-8"))


def source(state):
    """Source coverage, if it was measured (scripts/report --source), or None."""
    facts = _json(state / "coverage.json")
    return facts if isinstance(facts.get("total"), dict) else None
