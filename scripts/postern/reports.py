# SPDX-License-Identifier: MIT
"""--junit FILE, --sarif FILE and --json FILE: what a campaign or a check found, for programs that show it elsewhere."""

import time
from dataclasses import asdict
from pathlib import Path

from . import dialogue, findings, junit, places, rules, sarif, violation
from .console import FAILED, FOUND, Failure
from .junit import Case, Suite
from .outputs import add_json, json_asked, json_file, writable
from .sarif import Result
from .tally import Tally


def add_arguments(parser):
    parser.add_argument("--junit", metavar="FILE", type=Path, help="write the result as JUnit XML too")
    parser.add_argument("--sarif", metavar="FILE", type=Path, help="write what is wrong as SARIF 2.1.0 too")
    add_json(parser)


class Reports:
    """Made before anything else is done or said, filled in at the end:

        with Reports("check", options) as report:
            ...
            report.write(...)

    What an earlier run wrote goes at the beginning, so that nobody takes it for this one's. When this one could not
    run, JUnit tells so, by a case in error. The others are not written then (but for what `keep` was told): without
    results, they say that all is mended. A JUnit that is complete stays, whatever becomes of the others."""

    def __init__(self, verb, options):
        self.verb = verb
        self.junit, self.sarif = options.junit, options.sarif
        self.began = time.time()
        self.told = False  # JUnit is there
        self.known = []  # suites of a run that cannot go on
        named = {}
        for option, path in (("--junit", self.junit), ("--sarif", self.sarif), ("--json", json_file(options))):
            if path:
                writable(option, path)
                place = path.parent.resolve() / path.name
                if place in named:
                    raise Failure(f"{named[place]} and {option} are both {path}: name two files")
                named[place] = option
        self.json = json_asked(options)
        for path in (self.junit, self.sarif):
            if path:
                path.unlink(missing_ok=True)

    def __enter__(self):
        return self

    def __exit__(self, _kind, error, _trace):
        if self.junit and not self.told and isinstance(error, (Failure, OSError)):
            case = Case(self.verb, f"postern.{self.verb}", time.time() - self.began, "error",
                        f"could not run: {error}", type(error).__name__)
            junit.write(self.junit, f"postern {self.verb}", [*self.known, Suite(self.verb, [case], self.began)])

    def keep(self, suites, results):
        """What a run that is about to fail has found: JUnit gets it beside the case in error, and SARIF has it where
        there is any."""
        self.known = suites
        if self.sarif and results:
            sarif.write(self.sarif, results, FAILED, self.began)

    def write(self, suites, results, facts, exit_code):
        """`suites`, `results` and `facts` are made when they are asked for: functions without arguments."""
        if self.junit:
            junit.write(self.junit, f"postern {self.verb}", suites())
            self.told = True
        if self.sarif:
            sarif.write(self.sarif, results(), exit_code, self.began)
        if self.json:
            self.json.write(facts())


def facts_of_verdict(verdict):
    """Of a finding, for programs; null where nothing was wrong."""
    names = ("oracle", "section", "state", "verb", "summary", "key")
    return {name: getattr(verdict, name) if verdict else None for name in names}


def facts_of_finding(finding):
    return {"file": str(finding.path), "harness": finding.harness, "new": finding.fresh,
            "reproduces": finding.verdict.oracle != violation.FLAKY, **facts_of_verdict(finding.verdict)}


# ---- A campaign ----

def _story(finding):
    """A finding for people who have nothing but the report."""
    facts = findings.read_facts(finding.path)
    command = findings.reproduce_command(finding.harness, finding.path, finding.verdict)
    told = dialogue.show(finding.path, finding.harness, details=finding.verdict.details)
    return "\n\n".join([told, f"reproduce: {command}", facts.get("report", "")])


def _headline(finding):
    verdict = finding.verdict
    where = " ".join(word for word in (verdict.state, verdict.verb) if word)
    return f"{verdict.oracle}{f' ({verdict.section})' if verdict.section else ''}" \
           f"{f' at {where}' if where else ''}: {verdict.summary}"


def campaign_suites(rows, found, began):
    """A suite for each harness: a case for each engine that found nothing new, and one for each finding."""
    suites = {}
    spent = {}  # harness -> seconds of engines that have no case of their own
    for row in rows:
        suite = suites.setdefault(row.harness, Suite(row.harness, began=began))
        group = f"fuzz.{row.harness}"
        if not row.had_turn and not row.executions:
            suite.cases.append(Case(row.engine, group, outcome="skipped", message="it had no turn in this campaign"))
        elif not row.findings:
            suite.cases.append(Case(row.engine, group, row.seconds))
        else:
            spent[row.harness] = spent.get(row.harness, 0.0) + row.seconds
    for finding in found:
        suites[finding.harness].cases.append(Case(
            finding.path.name, f"fuzz.{finding.harness}", spent.pop(finding.harness, 0.0), "failed",
            _headline(finding), rules.of_verdict(finding.verdict).id, _story(finding)))
    return list(suites.values())


def campaign_results(found):
    results = []
    for finding in found:
        facts = findings.read_facts(finding.path)
        report = facts.get("report", "")
        verdict = finding.verdict
        told = {key: facts[key] for key in ("engine", "found", "sha1", "size", "reproduces", "reproduce")
                if key in facts}
        seen = {key: value for key in ("oracle", "section", "state", "verb") if (value := getattr(verdict, key))}
        results.append(Result(
            rules.of_verdict(verdict), f"{finding.harness}|{verdict.key}",
            f"{_headline(finding)}. Found in {finding.harness}; "
            f"{findings.reproduce_command(finding.harness, finding.path, verdict)} shows it again.",
            places.of_finding(verdict, report, finding.harness), places.frames(report),
            {"harness": finding.harness, **seen, **told}))
    return results


def campaign_facts(rows, campaign):
    return {
        "state": str(campaign.state), "interrupted": campaign.interrupted,
        "seconds": round(campaign.record.facts["spent"], 1),
        "executions": sum(row.earlier + row.executions for row in rows),
        "findings": [{**facts_of_finding(finding),
                      "reproduce": findings.reproduce_command(finding.harness, finding.path, finding.verdict)}
                     for finding in campaign.found.values()],
        "harnesses": [{"harness": row.harness, "engine": row.engine, "turn": row.had_turn,
                       "executions": row.earlier + row.executions, "seconds": round(row.seconds, 1),
                       "coverage": row.coverage, "features": row.best, "corpus": row.corpus, "findings": row.findings}
                      for row in rows]}


# ---- A check ----

def check_facts(parts):
    """In: parts, a Tally and a Suite for each."""
    return {**asdict(sum((counted for counted, _ in parts), Tally())), "parts": [
        {"part": suite.name, **asdict(counted), "cases": [
            {"name": case.name, "outcome": case.outcome, "seconds": round(case.seconds, 3), "message": case.message,
             "output": case.output[-junit.LONGEST:]} for case in suite.cases]} for counted, suite in parts]}


def check_results(suites):
    """What failed, once, in whichever builds it did."""
    merged = {}
    for suite in suites:
        for case in suite.cases:
            if case.outcome in ("failed", "error"):
                result = _of_case(case)
                merged.setdefault(result.key, (result, []))[1].append(suite.name)
    for result, builds in merged.values():
        result.message += f" (in {', '.join(builds)})"
    return [result for result, _ in merged.values()]


def _of_case(case):
    harness = case.name.removeprefix("harness.")
    replay = harness.startswith("fuzz_") and harness != case.name
    # Tests of the laws break them on purpose, and print it: only a replay that does is a finding.
    said = [line for line in case.output.splitlines() if replay or not line.startswith(violation.MARK)]
    verdict = violation.read("\n".join(said), FOUND)
    if verdict:
        return Result(rules.of_verdict(verdict), f"{harness}|{verdict.key}",
                      f"{case.name}: {verdict.oracle} is broken: {verdict.summary}",
                      places.of_finding(verdict, case.output, harness), places.frames(case.output), {"test": case.name})
    place = places.of_test(case.output) or places.of_test_name(case.name)
    return Result(rules.ALL["TEST"], f"TEST|{case.name}", f"{case.name} failed: {case.message}", place,
                  facts={"test": case.name})
