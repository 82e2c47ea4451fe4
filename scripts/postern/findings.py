# SPDX-License-Identifier: MIT
"""Findings that are kept: the raw octets, and a .json beside them. One for each verdict key; nothing is overwritten."""

import hashlib
import json
import shlex
import time
from dataclasses import dataclass
from pathlib import Path

from . import house, violation
from .violation import Verdict


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


def keep(state, harness, engine, octets, verdict, report, reproduces):
    """Save a finding unless one of the same key is there already. Returns: the Finding."""
    path = folder_of(state, harness) / violation.name_of(verdict)
    beside = path.with_name(path.name + ".json")
    if path.exists() and beside.exists():
        return Finding(harness, path, verdict, False)
    if path.exists():
        octets = path.read_bytes()  # a kill came between the two
    facts = {
        "harness": harness, "engine": engine, "oracle": verdict.oracle, "section": verdict.section,
        "state": verdict.state, "verb": verdict.verb, "summary": verdict.summary, "key": verdict.key,
        "details": verdict.details, "version": house.version(), "size": len(octets),
        "sha1": hashlib.sha1(octets).hexdigest(), "found": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "reproduces": reproduces, "reproduce": reproduce_command(harness, path, verdict), "report": report[-20000:],
    }
    house.write_whole(path, octets)
    house.write_whole(beside, (json.dumps(facts, indent=2) + "\n").encode())
    return Finding(harness, path, verdict, True)


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
        return json.loads(path.with_name(path.name + ".json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
