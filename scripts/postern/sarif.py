# SPDX-License-Identifier: MIT
"""SARIF 2.1.0 (OASIS): findings for programs that show them in the source, such as GitHub's code scanning."""

import hashlib
import json
import re
import time
import unicodedata
from dataclasses import dataclass, field

from . import house, project, rules
from .places import Place
from .rules import Rule

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
HOME = "https://github.com/postern-smtp/postern"

BASE = "%SRCROOT%"  # what code scanning calls the top of the repository

SEVERITY = "7.5"  # from 0 to 10, by which code scanning sorts: all laws guard the same gate


@dataclass
class Result:
    """One finding. `key` is what tells it apart from others, the same from run to run."""
    rule: Rule
    key: str
    message: str
    place: Place
    frames: list = field(default_factory=list)  # (function, Place or None), the innermost first
    facts: dict = field(default_factory=dict)


def fingerprint(key):
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def _clean(text):
    """Text of somebody else's: no control characters, nothing that turns the direction of what follows, no half of a
    character, which is no JSON."""
    return "".join("?" if unicodedata.category(one) in ("Cc", "Cf", "Cs") else one for one in text)


def _message(text):
    """A brace alone is a placeholder, and a bracket before a parenthesis a link."""
    return re.sub(r"[{}]", r"\g<0>\g<0>", _clean(text)).replace("](", "] (")


def _weakness(rule):
    return {"id": str(rule.cwe), "toolComponent": {"name": "CWE", "index": 0}}


def _help(rule):
    words = [("The law", rule.law), ("What its breach means", rule.breach), ("What to mend", rule.advice)]
    if rule.id != "TEST":
        words.append(("See it", "`postern show FILE` prints the dialogue, and `./scripts/reproduce FILE` runs it again "
                                "in a plain gcc build."))
    return {"text": "\n\n".join(f"{title}: {said}" for title, said in words),
            "markdown": "\n\n".join(f"**{title}.** {said}" for title, said in words)}


def _descriptor(rule):
    made = {"id": rule.id, "shortDescription": {"text": rule.law}, "fullDescription": {"text": rule.breach},
            "help": _help(rule), "defaultConfiguration": {"level": rule.level}}
    if rule.uri:
        made["helpUri"] = rule.uri
    if rule.cwe:
        made["relationships"] = [{"target": _weakness(rule), "kinds": ["superset"]}]
        made["properties"] = {"tags": ["security", f"external/cwe/cwe-{rule.cwe:03}"], "precision": "very-high",
                              "security-severity": SEVERITY}
    return made


def _location(place):
    region = {"startLine": place.line, **({"startColumn": place.column} if place.column else {})}
    made = {"physicalLocation": {"artifactLocation": {"uri": place.path, "uriBaseId": BASE}, "region": region}}
    if place.function:
        made["logicalLocations"] = [{"name": place.function, "kind": "function"}]
    return made


def _frame(function, place):
    location = _location(place) if place else {}
    return {"location": {**location, "logicalLocations": [{"name": function, "kind": "function"}]}}


def _result(result, index):
    mark = fingerprint(result.key)
    made = {"ruleId": result.rule.id, "ruleIndex": index, "level": result.rule.level, "kind": "fail",
            "message": {"text": _message(result.message)},
            "locations": [_location(result.place)],
            # The second is the only one that code scanning reads; it would make one up from the line of the source,
            # and take all findings of a harness for one.
            "partialFingerprints": {"posternFinding/v1": mark, "primaryLocationLineHash": f"{mark}:1"}}
    if result.frames:
        made["stacks"] = [{"message": {"text": "where it failed"},
                           "frames": [_frame(*frame) for frame in result.frames]}]
    if result.facts:
        made["properties"] = {name: _clean(fact) if isinstance(fact, str) else fact
                              for name, fact in result.facts.items()}
    return made


def _taxonomy(described):
    numbers = sorted({rule.cwe for rule in described if rule.cwe})
    return {"name": "CWE", "version": "4.15", "organization": "MITRE",
            "informationUri": "https://cwe.mitre.org/", "isComprehensive": False,
            "shortDescription": {"text": "Common Weakness Enumeration"},
            "taxa": [{"id": str(number), "helpUri": f"https://cwe.mitre.org/data/definitions/{number}.html"}
                     for number in numbers]}


def text(results, exit_code, began):
    """The octets of a report on one run of a verb. Of results with the same key the first is told. What code scanning
    calls the category is left to whoever uploads it: one that stands here (automationDetails) would override theirs,
    and the reports of two builds would replace each other."""
    described = {**rules.ALL, **{result.rule.id: result.rule for result in results}}
    order = list(described)
    once = {result.key: result for result in reversed(results)}
    once = [once[key] for key in dict.fromkeys(result.key for result in results)]
    stamp = "%Y-%m-%dT%H:%M:%SZ"
    run = {
        "tool": {"driver": {
            "name": "Postern", "semanticVersion": project.version().split()[0], "version": project.version(),
            "informationUri": HOME, "rules": [_descriptor(rule) for rule in described.values()],
            "supportedTaxonomies": [{"name": "CWE", "index": 0}]}},
        "invocations": [{"executionSuccessful": True, "exitCode": exit_code,
                         "startTimeUtc": time.strftime(stamp, time.gmtime(began)),
                         "endTimeUtc": time.strftime(stamp, time.gmtime())}],
        "originalUriBaseIds": {BASE: {"description": {"text": "the top of Postern's source tree"}}},
        "columnKind": "unicodeCodePoints",
        "taxonomies": [_taxonomy(described.values())],
        "results": [_result(result, order.index(result.rule.id)) for result in once],
    }
    return (json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n").encode()


def write(path, results, exit_code, began):
    house.write_whole(path, text(results, exit_code, began))
