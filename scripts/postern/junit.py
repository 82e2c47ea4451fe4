# SPDX-License-Identifier: MIT
"""JUnit's XML, as Jenkins and GitLab read it: suites of cases, each with its time, and a message where it failed."""

import re
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field

from . import house

LONGEST = 100_000  # characters kept of what a case printed: its end tells more than its beginning

_OUTLAWED = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # by XML 1.0, also when escaped


@dataclass
class Case:
    """`outcome` is passed, failed, error (it could not run) or skipped; `kind` is what failed, by a name."""
    name: str
    group: str
    seconds: float = 0.0
    outcome: str = "passed"
    message: str = ""
    kind: str = ""
    output: str = ""


@dataclass
class Suite:
    name: str
    cases: list = field(default_factory=list)
    began: float = field(default_factory=time.time)


_ELEMENT = {"failed": "failure", "error": "error", "skipped": "skipped"}


def _clean(text):
    return _OUTLAWED.sub(lambda found: f"\\x{ord(found.group()):02x}", text)


def _counts(cases):
    """Attributes that suites and the whole have in common: those that Jenkins' schema (junit-10.xsd) has for both."""
    return {"tests": str(len(cases)),
            "failures": str(sum(case.outcome == "failed" for case in cases)),
            "errors": str(sum(case.outcome == "error" for case in cases)),
            "time": f"{sum(case.seconds for case in cases):.3f}"}


def _add_case(parent, case):
    element = ElementTree.SubElement(parent, "testcase", {
        "name": _clean(case.name), "classname": _clean(case.group), "time": f"{case.seconds:.3f}"})
    if case.outcome == "passed":
        return
    outcome = ElementTree.SubElement(element, _ELEMENT[case.outcome], {"message": _clean(case.message)})
    if case.outcome != "skipped":
        outcome.set("type", _clean(case.kind or case.outcome))
        # GitLab shows the text and no attribute.
        outcome.text = _clean(f"{case.message}\n\n{case.output[-LONGEST:]}")


def text(name, suites):
    """The octets of a report."""
    root = ElementTree.Element("testsuites", {
        "name": _clean(name), **_counts([case for suite in suites for case in suite.cases])})
    for suite in suites:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(suite.began))
        element = ElementTree.SubElement(root, "testsuite", {
            "name": _clean(suite.name), "timestamp": stamp, **_counts(suite.cases),
            "skipped": str(sum(case.outcome == "skipped" for case in suite.cases))})
        for case in suite.cases:
            _add_case(element, case)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def write(path, name, suites):
    house.write_whole(path, text(name, suites))
