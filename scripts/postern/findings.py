# SPDX-License-Identifier: MIT
"""Findings that are kept: the raw octets, and a .json beside them. One for each verdict key, and another one when that
does not fail any more; nothing is overwritten, and nothing thrown away."""

import hashlib
import itertools
import json
import shlex
import time
from dataclasses import dataclass
from pathlib import Path

from . import house, project, violation
from .violation import FLAKY, Verdict


@dataclass
class Finding:
    harness: str
    path: Path
    verdict: Verdict
    fresh: bool  # not known before this campaign


def folder_of(state, harness):
    return state / "findings" / harness


def reproduce_command(harness, path, verdict):
    """The command that a person types to see the finding again."""
    words = ["./scripts/reproduce", "--harness", harness]
    if verdict.oracle == "SAN":
        words.append("--sanitize")
    return shlex.join([*words, str(path)])


def keep(state, harness, engine, octets, verdict, report, reproduces, fails=lambda path: True):
    """Save a finding, unless one of the same key is saved that fails to this day: where those do not any more, because
    the parser was changed or the key says too little, the new one stands beside them. In: fails(path), whether a saved
    one does; none of flaky ones, which nobody can tell apart but by what they are. Returns: the Finding."""
    sha1 = hashlib.sha1(octets).hexdigest()
    name = violation.name_of(verdict) + (f"-{sha1[:12]}" if verdict.oracle == FLAKY else "")
    first = folder_of(state, harness) / name

    def describe(path, its_octets):
        facts = {
            "harness": harness, "engine": engine, "oracle": verdict.oracle, "section": verdict.section,
            "state": verdict.state, "verb": verdict.verb, "summary": verdict.summary, "key": verdict.key,
            "details": verdict.details, "version": project.version(), "size": len(its_octets),
            "sha1": hashlib.sha1(its_octets).hexdigest(), "found": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "reproduces": reproduces, "reproduce": reproduce_command(harness, path, verdict),
            "report": report[-20000:],
        }
        house.write_whole(beside(path), (json.dumps(facts, indent=2) + "\n").encode())

    saved = {path: path.read_bytes() for path in reversed(_saved(first))}
    for path, its_octets in saved.items():
        if not beside(path).exists():
            describe(path, its_octets)  # a kill came between the two
    known = next((path for path in saved if saved[path] == octets), None) or next(filter(fails, saved), None)
    if known:
        return Finding(harness, known, verdict, False)
    path = next(path for path in _names(first) if house.write_new(path, octets))
    describe(path, octets)
    return Finding(harness, path, verdict, True)


def _names(first):
    """NAME, NAME-2, NAME-3 and so on."""
    yield first
    for number in itertools.count(2):
        yield first.with_name(f"{first.name}-{number}")


def _saved(first):
    """Those of these names that are there, in this order."""
    numbers = (path.name[len(first.name) + 1:] for path in first.parent.glob(f"{first.name}-*"))
    more = sorted(int(number) for number in numbers if number.isdecimal())
    return [path for path in (first, *(first.with_name(f"{first.name}-{number}") for number in more)) if path.exists()]


def beside(path):
    """Where it is told what a finding is."""
    return path.with_name(path.name + ".json")


def load(harness, path):
    """A finding that was kept before, or None when it is there no more, or is none of ours."""
    facts = read_facts(path)
    if not path.exists() or not facts.get("key"):
        return None
    verdict = Verdict(facts.get("oracle", "?"), facts["key"], *(facts.get(name, "") for name in
                                                               ("section", "state", "verb", "summary")),
                      facts.get("details") or {})
    return Finding(harness, path, verdict, False)


def read_facts(path):
    """The .json beside a finding, or an empty dictionary."""
    try:
        facts = json.loads(beside(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}
