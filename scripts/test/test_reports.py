# SPDX-License-Identifier: MIT
"""JUnit and SARIF: valid, one entry for each finding, and the same entry for the same finding next time."""

import argparse
import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import time
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from unittest import mock

import support
from postern import (build, check, console, findings, house, junit, places, project, report_facts, reports, rules,
                     sarif, tally, telling, violation)
from postern.junit import Case, Suite
from postern.progress import Row

MARKED = 'POSTERN-VIOLATION {"oracle": "REF", "section": "RFC 5321 4.5.2", "state": "MAIL", "verb": "DATA", ' \
         '"expected": "250 {and} more", "seen": "354"}\n'
ASAN = f"""==1==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000000011
    #0 0x55d0 in __interceptor_memcpy (/usr/bin/fuzz_line+0x1234)
    #1 0x55d1 in postern_line_feed {project.ROOT}/parser/src/line.c:10:5
    #2 0x55d2 in LLVMFuzzerTestOneInput {project.ROOT}/harnesses/fuzz_line.c:20:3
    #3 0x55d3 in __libc_start_main /build/glibc/csu/libc-start.c:381:3

0x602000000011 is located 0 bytes behind a region, allocated by
    #0 0x55d0 in somebody_else {project.ROOT}/fuzz/src/replay.c:30:3
SUMMARY: AddressSanitizer: heap-buffer-overflow line.c:10:5 in postern_line_feed
"""


def row(harness, engine, **facts):
    made = Row((harness, engine))
    made.had_turn = True
    for name, value in facts.items():
        setattr(made, name, value)
    return made


def problems_of_sarif(document):
    """What SARIF 2.1.0, or code scanning, would not take: the rules of the schema for the parts that are in use."""
    problems = []

    def must(condition, *words):
        if not condition:
            problems.append(" ".join(map(str, words)))

    must(document["version"] == "2.1.0" and document["$schema"].endswith("sarif-schema-2.1.0.json"), "version")
    must(set(document) == {"version", "$schema", "runs"}, "unknown keys")
    json.dumps(document, ensure_ascii=False).encode()  # fails on half a character
    for run in document["runs"]:
        must("automationDetails" not in run, "automationDetails overrides the category of whoever uploads it")
        must(all(set(base) == {"description"} for base in run["originalUriBaseIds"].values()), "a base with a path")
        driver = run["tool"]["driver"]
        must(isinstance(driver["name"], str) and driver["name"], "driver.name")
        must(re.fullmatch(r"\d+\.\d+\.\d+", driver["semanticVersion"]), "semanticVersion")
        ids = [rule["id"] for rule in driver["rules"]]
        must(len(ids) == len(set(ids)), "rules are not unique")
        taxa = [taxon["id"] for taxon in run["taxonomies"][0]["taxa"]]
        must(len(taxa) == len(set(taxa)), "taxa are not unique")
        for rule in driver["rules"]:
            must(rule["shortDescription"]["text"].endswith("."), rule["id"], "shortDescription")
            must(rule["fullDescription"]["text"] and rule["help"]["text"] and rule["help"]["markdown"], rule["id"])
            for words in (rule["shortDescription"]["text"], rule["fullDescription"]["text"]):
                must(len(words) <= 1024, rule["id"], "code scanning cuts off what is longer")
            must(len(rule["id"]) <= 255, rule["id"], "is a long name")
            must(len(rule.get("properties", {}).get("tags", [])) <= 10, rule["id"], "has more tags than are shown")
            must(rule["defaultConfiguration"]["level"] in ("none", "note", "warning", "error"), rule["id"], "level")
            must(rule.get("helpUri", "https://").startswith("https://"), rule["id"], "helpUri")
            for relationship in rule.get("relationships", []):
                number = relationship["target"]["id"]
                must(number in taxa, rule["id"], "is a weakness that the taxonomy lacks")
                must(f"external/cwe/cwe-{int(number):03}" in rule["properties"]["tags"], rule["id"], "has no tag")
                must(0 < float(rule["properties"]["security-severity"]) <= 10, rule["id"], "security-severity")
        for invocation in run["invocations"]:
            must(isinstance(invocation["executionSuccessful"], bool), "executionSuccessful")
            must(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", invocation["startTimeUtc"]), "startTimeUtc")
        for result in run["results"]:
            must(ids[result["ruleIndex"]] == result["ruleId"], "ruleIndex of", result["ruleId"])
            must(result["level"] in ("none", "note", "warning", "error"), "level")
            must(result["message"]["text"], "message")
            must(all(isinstance(mark, str) for mark in result["partialFingerprints"].values()), "fingerprints")
            must(result["locations"], "locations")
            physical = [location["physicalLocation"] for location in result["locations"]]
            for stack in result.get("stacks", []):
                physical += [frame["location"]["physicalLocation"] for frame in stack["frames"]
                             if "physicalLocation" in frame["location"]]
            for place in physical:
                must((project.ROOT / place["artifactLocation"]["uri"]).is_file(), place, "is no file")
                must(place["artifactLocation"]["uriBaseId"] == "%SRCROOT%", place, "has an unknown base")
                must("%SRCROOT%" in run["originalUriBaseIds"], "the base is not described")
                must(place["region"]["startLine"] >= 1 and place["region"].get("startColumn", 1) >= 1, place)
    return problems


# What Jenkins' schema, junit-10.xsd of its xunit plugin, has for each element: attributes, elements inside.
JUNIT = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": ({"name", "tests", "failures", "errors", "group", "time", "skipped", "timestamp", "hostname", "id",
                   "package", "file", "log", "url"},
                  {"testsuite", "properties", "testcase", "system-out", "system-err"}),
    "testcase": ({"name", "time", "classname", "group"}, {"skipped", "error", "failure", "system-out", "system-err"}),
    **dict.fromkeys(("failure", "error", "skipped"), ({"type", "message"}, set())),
}


def problems_of_junit(root):
    """What a reader of JUnit would stumble over: what the schema does not have, wrong sums, times, messages, names."""
    problems = []
    for element in root.iter():
        attributes, inside = JUNIT[element.tag]
        if not set(element.attrib) <= attributes or not {child.tag for child in element} <= inside:
            problems.append(f"{element.tag}: {set(element.attrib) - attributes} {[child.tag for child in element]}")
    for element in [root, *root.iter("testsuite")]:
        cases = list(element.iter("testcase"))
        for attribute, count in (("tests", len(cases)), *(
                (name, sum(case.find(kind) is not None for case in cases))
                for name, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))
                if name in JUNIT[element.tag][0])):
            if element.get(attribute) != str(count):
                problems.append(f"{element.tag} {element.get('name')}: {attribute} is not {count}")
        float(element.get("time"))
    for case in root.iter("testcase"):
        if not case.get("name") or not case.get("classname") or float(case.get("time")) < 0:
            problems.append(f"testcase {case.attrib}")
        for outcome in case:
            if not outcome.get("message"):
                problems.append(f"{case.get('name')}: no message")
    names = [(suite.get("name"), case.get("classname"), case.get("name"))
             for suite in root.iter("testsuite") for case in suite.iter("testcase")]
    if len(names) != len(set(names)):
        problems.append("two cases have one name")
    return problems


class Valid(support.Case):
    def sarif(self, results):
        document = json.loads(sarif.text(results, 1, time.time()))
        self.assertEqual(problems_of_sarif(document), [])
        return document["runs"][0]

    def junit(self, suites):
        root = ElementTree.fromstring(junit.text("postern test", suites))
        self.assertEqual(problems_of_junit(root), [])
        return root

    def keep(self, report, harness="fuzz_line", octets=b"EHLO a\r\n"):
        return findings.keep(self.room, harness, "libfuzzer", octets, violation.read(report, 1), report, True)


class Rules(Valid):
    def test_every_oracle_has_one(self):
        table = (project.ROOT / "fuzz" / "README.md").read_text(encoding="utf-8")
        named = re.findall(r"^\| ([A-Z]+) \| ", table, re.M)
        self.assertGreater(len(named), 20)
        self.assertEqual([name for name in named if name not in rules.ALL], [])

    def test_all_are_valid(self):
        described = self.sarif([])["tool"]["driver"]["rules"]
        self.assertEqual([rule["id"] for rule in described], list(rules.ALL))
        for rule in rules.ALL.values():
            if rule.id not in ("FLAKY", "TEST"):
                self.assertIsNotNone(rule.cwe, rule.id)

    def test_what_sanitizers_say(self):
        for kind, rule in (("AddressSanitizer: heap-use-after-free x.c:1 in f", "SAN/use-after-free"),
                           ("AddressSanitizer: stack-overflow x.c:1 in f", "SAN/stack-overflow"),
                           ("AddressSanitizer: SEGV x.c:1 in f", "SAN"),
                           ("LeakSanitizer: 16 byte(s) leaked in 1 allocation(s).", "SAN/leak"),
                           ("MemorySanitizer: use-of-uninitialized-value x.c:1 in f", "SAN/uninitialized")):
            self.assertEqual(rules.of_verdict(violation.read(f"SUMMARY: {kind}\n", 1)).id, rule)
        for error, rule in (("index 5 out of bounds for type 'int [5]'", "SAN/index-out-of-bounds"),
                            ("signed integer overflow: 1 + 2147483647 cannot be represented in type 'int'",
                             "SAN/integer-overflow"),
                            ("implicit conversion from type 'int' of value -1 (32-bit, signed) to type 'unsigned char' "
                             "changed the value to 255", "SAN/conversion"),
                            ("load of null pointer of type 'int'", "SAN/null-pointer"),
                            ("execution reached an unreachable program point", "SAN/undefined-behaviour")):
            report = f"x.c:1:2: runtime error: {error}\n" \
                     "SUMMARY: UndefinedBehaviorSanitizer: undefined-behavior x.c:1:2\n"
            self.assertEqual(rules.of_verdict(violation.read(report, 1)).id, rule, error)

    def test_a_law_of_somebody_elses(self):
        finding = self.keep(MARKED.replace("REF", "MYLAW"))
        self.assertEqual(self.sarif(reports.campaign_results([finding]))["results"][0]["ruleId"], "MYLAW")


class OfCampaigns(Valid):
    def test_one_result_for_each_finding(self):
        found = [self.keep(MARKED), self.keep(ASAN)]
        broken, crash = self.sarif(reports.campaign_results(found))["results"]
        self.assertEqual((broken["ruleId"], crash["ruleId"]), ("REF", "SAN/heap-buffer-overflow"))
        self.assertIn("250 {{and}} more", broken["message"]["text"])
        self.assertIn("./scripts/reproduce --harness fuzz_line", broken["message"]["text"])
        place = broken["locations"][0]["physicalLocation"]
        self.assertEqual(place["artifactLocation"]["uri"], "harnesses/fuzz_line.c")
        entry = (project.ROOT / "harnesses/fuzz_line.c").read_text().splitlines()[place["region"]["startLine"] - 1]
        self.assertIn("LLVMFuzzerTestOneInput", entry)
        place = crash["locations"][0]["physicalLocation"]
        self.assertEqual((place["artifactLocation"]["uri"], place["region"]),
                         ("parser/src/line.c", {"startLine": 10, "startColumn": 5}))
        self.assertEqual(len(crash["stacks"][0]["frames"]), 3)

    def test_the_fingerprint_is_that_of_the_finding(self):
        def mark(report, harness="fuzz_line"):
            results = self.sarif(reports.campaign_results([self.keep(report, harness)]))["results"]
            return results[0]["partialFingerprints"]["posternFinding/v1"]

        moved = ASAN.replace("0x602000000011", "0x602000000099").replace("line.c:10:5", "line.c:12:7")
        self.assertEqual(mark(moved), mark(ASAN))
        others = [mark(MARKED), mark(MARKED.replace("MAIL", "RCPT")), mark(MARKED, "fuzz_chunks"), mark(ASAN)]
        self.assertEqual(len(set(others)), 4)

    def test_hostile_words(self):
        """What came off the wire is no link, no placeholder, no half of a character, and turns nothing around."""
        finding = self.keep(MARKED.replace("354", r"[x](http://evil.example) {0} \u202e \u0007 \ud800 \u00e4"))
        result, = self.sarif(reports.campaign_results([finding]))["results"]
        self.assertIn("seen [x] (http://evil.example) {{0}} ? ? ? \u00e4.", result["message"]["text"])
        for fact in result["properties"].values():
            str(fact).encode()

    def test_junit(self):
        rows = [row("fuzz_line", "libfuzzer", executions=9, findings=1, seconds=4.0),
                row("fuzz_line", "afl", executions=9, seconds=5.5), row("fuzz_data", "afl", had_turn=False)]
        found = [self.keep(MARKED, octets=b"EHLO \x1b\x00\r\n")]
        root = self.junit(reports.campaign_suites(rows, found, time.time()))
        self.assertEqual([root.get(name) for name in ("tests", "failures", "errors", "skipped", "time")],
                         ["3", "1", "0", None, "9.500"])
        self.assertEqual([suite.get("skipped") for suite in root], ["0", "1"])
        failure = root.find(".//failure")
        self.assertIn("REF (RFC 5321 4.5.2) at MAIL DATA: expected 250", failure.get("message"))
        self.assertIn("EHLO", failure.text)
        self.assertIn("reproduce: ./scripts/reproduce", failure.text)

    def test_a_target_of_ones_own_is_told_wherever_a_dialogue_is(self):
        """Findings kept, read back, told on the terminal, in JUnit and on the page."""
        fields = '"target": "naive", "answers": "to CONNECT: 220 naive\\n", "expected"'
        kept = self.keep(MARKED.replace('"expected"', fields), "fuzz_naive")
        finding = findings.load("fuzz_naive", kept.path)
        self.assertEqual(finding.verdict.details["target"], "naive")
        terminal = io.StringIO()
        with mock.patch.object(build, "build"), contextlib.redirect_stdout(terminal):
            telling.tell([finding])
        rows = [row("fuzz_naive", "libfuzzer", executions=9, findings=1)]
        failure = self.junit(reports.campaign_suites(rows, [finding], time.time())).find(".//failure")
        page, = report_facts.found(self.room)
        for told in (terminal.getvalue(), failure.text, page["dialogue"]):
            self.assertIn("What naive answered, up to where the law broke:\n\n    to CONNECT: 220 naive\n", told)

    def test_json(self):
        rows = [row("fuzz_line", "libfuzzer", executions=9, findings=1, seconds=4.04, earlier=2)]
        found = {finding.path: finding for finding in (self.keep(MARKED), self.keep(ASAN))}
        campaign = argparse.Namespace(state=self.room, interrupted=False, found=found,
                                      record=argparse.Namespace(facts={"spent": 12.34}))
        facts = json.loads(json.dumps(reports.campaign_facts(rows, campaign)))
        self.assertEqual((facts["executions"], facts["seconds"], facts["interrupted"]), (11, 12.3, False))
        law, crash = facts["findings"]
        self.assertEqual([law[name] for name in ("oracle", "section", "state", "verb")],
                         ["REF", "RFC 5321 4.5.2", "MAIL", "DATA"])
        self.assertTrue(crash["reproduce"].endswith(f"--sanitize {crash['file']}"), crash)
        self.assertTrue(law["reproduces"])
        flaky = findings.Finding("fuzz_x", self.room / "x", violation.Verdict("FLAKY", "FLAKY|afl"), True)
        self.assertFalse(reports.facts_of_finding(flaky)["reproduces"])
        self.assertEqual((facts["harnesses"][0]["executions"], facts["harnesses"][0]["seconds"]), (11, 4.0))

    def test_what_xml_cannot_hold(self):
        text = "".join(map(chr, range(0x20))) + "<&>\"\x7f\x85\ud800\uffff\U0001f600"
        root = self.junit([Suite(text.strip(), [Case(text, text, 1.0, "failed", text, text, text)])])
        self.assertIn("\\x00\\x01", root.find(".//failure").text)
        self.assertIn("\U0001f600", root.find(".//failure").text)

    def test_long_output_loses_its_beginning(self):
        root = self.junit([Suite("s", [Case("a", "b", 0, "failed", "m", "", "x" * 5_000_000 + "end")])])
        self.assertTrue(root.find(".//failure").text.endswith("xend"))
        self.assertLess(len(root.find(".//failure").text), 200_000)


class OfChecks(Valid):
    def cases(self, *tests):
        """What ctest would write of (name, output) that failed, behind one that passed."""
        path = self.room / "tests.xml"
        suite = ElementTree.Element("testsuite")
        ElementTree.SubElement(suite, "testcase", name="parser.test_chars", status="run", time="0.25")
        for name, output in tests:
            case = ElementTree.SubElement(suite, "testcase", name=name, status="fail", time="1.5")
            ElementTree.SubElement(case, "failure", message="")
            ElementTree.SubElement(case, "system-out").text = output
        path.write_bytes(ElementTree.tostring(suite))
        return check.cases_of_ctest(path, "gcc")

    def test_places(self):
        source = f"{project.ROOT}/parser/test/test_line.c"
        cmocka = "[ RUN      ] a_test\n0x1 != 0x2\n" \
                 f"[  ERROR   ] --- [   LINE   ] --- {source}:42: error: Failure!\n[  FAILED  ] a_test\n"
        python = "Traceback (most recent call last):\n" \
                 f'  File "{project.ROOT}/harnesses/test/test_check.py", line 7, in test_b\n    self.lawful()\n' \
                 f'  File "{project.ROOT}/harnesses/test/test_check.py", line 3, in lawful\n    self.fail()\n' \
                 '  File "/usr/lib/python3.11/unittest/case.py", line 5, in fail\nAssertionError\n' \
                 "FAIL: test_b (test_check.Check)\n"
        cases = self.cases(("parser.test_line", cmocka), ("command.test_check", python), ("harness.fuzz_line", MARKED),
                           ("parser.test_scan", MARKED), ("harness.fuzz_data", ASAN), ("client.curl", ""))
        results = self.sarif(reports.check_results([Suite("gcc", cases), Suite("sanitizers", cases)]))["results"]
        self.assertEqual(
            [(result["ruleId"], places_of["artifactLocation"]["uri"], places_of["region"]["startLine"])
             for result in results for places_of in [result["locations"][0]["physicalLocation"]]],
            [("TEST", "parser/test/test_line.c", 42), ("TEST", "harnesses/test/test_check.py", 7),
             ("REF", "harnesses/fuzz_line.c", places.of_harness("fuzz_line").line),
             ("TEST", "parser/test/test_scan.c", 1), ("SAN/heap-buffer-overflow", "parser/src/line.c", 10),
             ("TEST", "parser/test/clients/CMakeLists.txt", places.of_test_name("client.curl").line)])
        self.assertIn("parser.test_line failed: a_test (in gcc, sanitizers)", results[0]["message"]["text"])
        self.assertEqual(len({result["partialFingerprints"]["posternFinding/v1"] for result in results}), 6)
        campaign = self.sarif(reports.campaign_results([self.keep(MARKED)]))["results"][0]
        line = f"{project.ROOT}/parser/src/line.c"
        build = Case("build.dev", "gcc.build", 1.0, "error", "failed: cmake", "",
                     f"{line}: In function 'f':\n{line}:12:3: error: no\n")
        place = self.sarif(reports.check_results([Suite("gcc", [build])]))["results"][0]["locations"][0]
        self.assertEqual(place["physicalLocation"]["region"]["startLine"], 12)
        self.assertEqual(results[2]["partialFingerprints"], campaign["partialFingerprints"],
                         "a replay and a campaign name the same finding differently")

    def test_junit(self):
        cases = self.cases(("parser.test_line", "[  FAILED  ] a_test\n"))
        skipped = Case("test_x.A.test_b", "scripts", 0.5, "skipped", "why")
        root = self.junit([Suite("gcc", cases), Suite("scripts", [skipped])])
        self.assertEqual([case.get("name") for case in root.iter("testcase")],
                         ["parser.test_chars", "parser.test_line", "test_x.A.test_b"])
        self.assertEqual(root.find(".//failure").get("message"), "a_test")
        self.assertEqual(root.get("time"), "2.250")

    def test_json(self):
        cases = self.cases(("parser.test_line", "[  FAILED  ] a_test\n"))
        parts = [(tally.Tally(7, 1, 0), Suite("gcc", cases)), (tally.Tally(2, 0, 3), Suite("scripts"))]
        facts = reports.check_facts(parts)
        self.assertEqual([facts[name] for name in ("passed", "failed", "skipped")], [9, 1, 3])
        gcc, scripts = facts["parts"]
        self.assertEqual((gcc["part"], gcc["passed"], scripts["skipped"]), ("gcc", 7, 3))
        self.assertEqual([(one["name"], one["outcome"], one["message"]) for one in gcc["cases"]],
                         [("parser.test_chars", "passed", ""), ("parser.test_line", "failed", "a_test")])
        self.assertIn("FAILED", gcc["cases"][1]["output"])

    def of_scripts(self, text):
        """What check makes of the tests of the scripts when `text` is all there is. Returns: the Tally, the Cases."""
        folder = self.room / "scripts" / "test"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "test_x.py").write_text(text)
        with mock.patch.object(project, "ROOT", self.room), mock.patch.object(house, "BUILD", self.room), \
                mock.patch.dict("os.environ", PYTHONPATH=str(support.SCRIPTS)), mock.patch.object(check, "say"), \
                mock.patch.object(check, "show_command"):
            counted, suite = check.scripts(argparse.Namespace(jobs=2, long=False))
        return counted, suite.cases

    def test_a_runner_that_fails_without_a_case_that_does(self):
        one = "import atexit, os, unittest\nclass A(unittest.TestCase):\n    def test_a(self): pass\n"
        self.assertEqual(self.of_scripts(one)[0], tally.Tally(1, 0, 0))
        counted, cases = self.of_scripts(one + "atexit.register(os._exit, 3)\n")
        self.assertEqual((counted, cases[-1].message),
                         (tally.Tally(1, 1, 0), "the tests ended with exit code 3, and no case failed"))
        self.assertEqual(self.of_scripts("")[0], tally.Tally(0, 1, 0))
        counted, cases = self.of_scripts(one.replace("    def", "    @unittest.expectedFailure\n    def"))
        self.assertEqual((counted, cases[0].message),
                         (tally.Tally(0, 1, 0), "it passed, although it is expected to fail"))

    def test_a_ctest_that_fails_without_a_case_that_does(self):
        ctest = self.room / "ctest"
        passed = '<testcase name="parser.test_a" status="run"/>'
        for inside, code, expected in ((passed, 0, tally.Tally(1, 0, 0)), (passed, 8, tally.Tally(1, 1, 0)),
                                       ("", 0, tally.Tally(0, 1, 0))):
            ctest.write_text(f"#!/bin/sh\necho '<testsuite>{inside}</testsuite>' >{self.room}/tests.xml\nexit {code}\n")
            ctest.chmod(0o755)
            with mock.patch.dict("os.environ", PATH=f"{self.room}:{os.environ['PATH']}"), \
                    mock.patch.object(check, "show_command"):
                counted, cases = check.test(self.room, "gcc", (), argparse.Namespace(jobs=1, long=False, clients=False))
            self.assertEqual(counted, expected)
            self.assertEqual(tally.of_cases(cases), expected)

    def test_what_would_take_other_results_with_it(self):
        """A class that never ends, one that leaves without a word, and a child that nobody knows."""
        (self.room / "test_x.py").write_text(
            "import os, subprocess, unittest\nif os.fork() == 0:\n    os._exit(0)\n"
            "class A(unittest.TestCase):\n    def test_a(self):\n        other = subprocess.Popen(['sleep', '1000'])\n"
            f"        open('{self.room}/number', 'w').write(str(other.pid))\n        other.wait()\n"
            "class B(unittest.TestCase):\n    def test_a(self): os._exit(0)\n"
            "class C(unittest.TestCase):\n    def test_a(self): pass\n")
        code = subprocess.run(
            ["/usr/bin/python3", "-B", "-c", "import sys\nfrom postern import unittests\nunittests.LONGEST = 5\n"
             "sys.exit(unittests.main(*sys.argv[1:]))", str(self.room), str(self.room / "cases.json"), "2"],
            cwd=support.SCRIPTS, stdout=subprocess.DEVNULL).returncode
        cases = [Case(**fields) for fields in json.loads((self.room / "cases.json").read_text())]
        self.assertEqual(code, 1)
        self.assertEqual({case.name: (case.outcome, case.message) for case in cases},
                         {"test_x.A.test_a": ("error", "these tests took longer than 5 s, and were ended"),
                          "test_x.B.test_a": ("error", "the process of these tests ended with 0"),
                          "test_x.C.test_a": ("passed", "")})
        other = int((self.room / "number").read_text())
        self.assertTrue(support.wait_until(lambda: not support.runs(other)))

    def test_a_test_of_the_scripts(self):
        """The runner of the scripts' tests: every outcome, by name and with its time, also of a process that dies."""
        (self.room / "test_x.py").write_text(
            "import unittest\nclass A(unittest.TestCase):\n    def test_a(self): pass\n"
            "    def test_b(self): self.assertEqual(1, 2)\n    def test_c(self): {}['x']\n"
            "    @unittest.skip('why')\n    def test_d(self): pass\n"
            "    def test_e(self):\n        with self.subTest(): self.fail('inside')\n"
            "class B(unittest.TestCase):\n    @classmethod\n    def setUpClass(cls): raise OSError('no')\n"
            "    def test_a(self): pass\n"
            "class C(unittest.TestCase):\n    def test_a(self):\n        import os\n        os._exit(3)\n")
        code = subprocess.run(
            ["/usr/bin/python3", "-B", "-m", "postern.unittests", str(self.room), str(self.room / "cases.json"), "2"],
            cwd=support.SCRIPTS, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT).returncode
        cases = [Case(**fields) for fields in json.loads((self.room / "cases.json").read_text())]
        self.assertEqual(code, 1)
        self.assertEqual({case.name.removeprefix("test_x."): (case.outcome, case.message) for case in cases},
                         {"A.test_a": ("passed", ""), "A.test_b": ("failed", "1 != 2"), "A.test_c": ("error", "'x'"),
                          "A.test_d": ("skipped", "why"), "A.test_e": ("failed", "inside"),
                          "setUpClass (test_x.B)": ("error", "no"),
                          "C.test_a": ("error", "the process of these tests ended with 3")})
        self.assertEqual(tally.of_cases(cases), tally.Tally(1, 5, 1))
        self.junit([Suite("scripts", cases)])


class CouldNotRun(Valid):
    def options(self, **named):
        files = {"junit": self.room / "x.xml", "sarif": self.room / "x.sarif", "json": None}
        return argparse.Namespace(**{**files, **named})

    def test_junit_says_why_and_nothing_says_that_all_is_well(self):
        options = self.options()
        for path in (options.junit, options.sarif):
            path.write_text("of an earlier run")
        with self.assertRaises(console.Failure), reports.Reports("check", options):
            raise console.Failure("what it needs is not installed <&>")
        self.assertFalse(options.sarif.exists())
        root = ElementTree.parse(options.junit).getroot()
        self.assertEqual((problems_of_junit(root), root.get("errors")), ([], "1"))
        self.assertEqual(root.find(".//error").get("message"), "could not run: what it needs is not installed <&>")

    def test_what_was_found_before_it_failed(self):
        """It is in both files, beside why the run failed; and nothing is written that says that all is well."""
        options = self.options()
        rows = [row("fuzz_line", "libfuzzer", findings=1), row("fuzz_line", "afl")]
        for found in ([], [self.keep(MARKED)]):
            with self.assertRaises(console.Failure), reports.Reports("fuzz", options) as report:
                report.keep(reports.campaign_suites(rows, found, report.began), reports.campaign_results(found))
                raise console.Failure("afl could not run fuzz_line")
            root = ElementTree.parse(options.junit).getroot()
            self.assertEqual((problems_of_junit(root), root.get("errors"), root.get("failures")),
                             ([], "1", str(len(found))))
            self.assertIn("afl could not run", root.find(".//error").get("message"))
            self.assertEqual(options.sarif.exists(), bool(found))
        document = json.loads(options.sarif.read_text())
        self.assertEqual(problems_of_sarif(document), [])
        self.assertEqual([result["ruleId"] for result in document["runs"][0]["results"]], ["REF"])

    def test_json_of_an_earlier_run_goes_too(self):
        path = self.room / "x.json"
        path.write_text("of an earlier run")
        with self.assertRaises(console.Failure), reports.Reports("check", self.options(json=str(path))):
            self.assertFalse(path.exists())
            raise console.Failure("it cannot run")
        self.assertFalse(path.exists())
        path.write_text("of an earlier run")
        self.refused("import", self.room / "none", "--json", path, says="no such file")
        self.assertFalse(path.exists())

    def test_what_is_complete_stays_when_another_file_cannot_be_written(self):
        options = self.options()
        cases = [Case("a test", "a group")]
        with mock.patch.object(sarif, "write", side_effect=OSError(28, "No space left on device")):
            with self.assertRaises(OSError), reports.Reports("check", options) as report:
                report.write(lambda: [Suite("a suite", cases)], list, dict, 0)
        root = ElementTree.parse(options.junit).getroot()
        self.assertEqual((root.get("errors"), root.find(".//testcase").get("name")), ("0", "a test"))

    def test_two_reports_are_two_files(self):
        (self.room / "x").write_text("precious")
        (self.room / "link").symlink_to(self.room)
        there, again = self.room / "x", self.room / "link" / "." / "x"
        for named in ({"junit": there, "sarif": again}, {"junit": there, "json": str(again)},
                      {"sarif": again, "json": str(there)}):
            with self.assertRaisesRegex(console.Failure, "name two files"):
                reports.Reports("check", self.options(**{"junit": None, "sarif": None, **named}))
        self.assertEqual((self.room / "x").read_text(), "precious")

    def test_a_campaign_that_cannot_begin(self):
        code, _, err = support.script("fuzz", "fuzz_nothing", "--engine", "libfuzzer", "--state", self.room / "state",
                                      "--junit", self.room / "x.xml", "--sarif", self.room / "x.sarif",
                                      "--json", self.room / "x.json")
        self.assertEqual(code, 2, err)
        self.assertIn("fuzz_nothing", ElementTree.parse(self.room / "x.xml").getroot().find(".//error").get("message"))
        self.assertEqual([path.name for path in self.room.iterdir() if path.is_file()], ["x.xml"])


class Files(support.Case):
    def test_a_bad_path_is_told_at_once(self):
        (self.room / "file").write_text("")
        for verb in ("fuzz", "check"):
            for option in ("--junit", "--sarif"):
                for path in (self.room, self.room / "file" / "x.xml", Path("/proc/nothing.xml"), Path("/dev/stdout")):
                    self.refused(verb, option, path, says=str(path), before="+ cmake")
            self.refused(verb, "--junit", self.room / "x", "--sarif", self.room / "x", says="two files")
        self.assertEqual([path.name for path in self.room.iterdir()], ["file"])

    @unittest.skipUnless(shutil.which("clang"), "clang is not installed")
    def test_a_campaign_writes_both(self):
        corpus = self.room / "corpus" / "fuzz_planted"
        corpus.mkdir(parents=True)
        (corpus / "a").write_bytes(b"EHLO a\r\n")
        (corpus / "b").write_bytes(b"DATA")
        out = self.room / "new" / "folder"
        code, said, err = support.script(
            "fuzz", "fuzz_planted", "--engine", "libfuzzer", "--keep-going", "--time", "10", "--state", self.room,
            "--junit", out / "x.xml", "--sarif", out / "x.sarif", "--json", out / "x.json")
        self.assertEqual((code, err), (1, ""), said)
        self.assertEqual(sorted(path.name for path in out.iterdir()), ["x.json", "x.sarif", "x.xml"])
        root = ElementTree.parse(out / "x.xml").getroot()
        document = json.loads((out / "x.sarif").read_text())
        self.assertEqual((problems_of_junit(root), problems_of_sarif(document)), ([], []))
        count = len([path for path in (self.room / "findings/fuzz_planted").iterdir() if path.suffix != ".json"])
        self.assertGreaterEqual(count, 2)
        facts = json.loads((out / "x.json").read_text())
        self.assertEqual((len(root.findall(".//failure")), len(document["runs"][0]["results"]), len(facts["findings"])),
                         (count, count, count))
        self.assertLessEqual({"ONE", "SAN"}, {one["oracle"] for one in facts["findings"]})
        self.assertTrue(all(Path(one["file"]).is_file() and one["new"] for one in facts["findings"]))
        self.assertEqual([one["engine"] for one in facts["harnesses"]], ["libfuzzer"])
        self.assertGreater(facts["executions"], 0)
        self.reproduced(facts["findings"])
        places_of = {result["ruleId"]: result["locations"][0]["physicalLocation"]
                     for result in document["runs"][0]["results"]}
        source = (project.ROOT / "harnesses/test/fuzz_planted.c").read_text().splitlines()
        self.assertIn("copy[size]", source[places_of["SAN/heap-buffer-overflow"]["region"]["startLine"] - 1])
        self.assertEqual(places_of["ONE"]["artifactLocation"]["uri"], "harnesses/test/fuzz_planted.c")

    def reproduced(self, found):
        """What is found is told by `reproduce --json` in the same words."""
        one, = (one for one in found if one["oracle"] == "ONE")
        clean = self.room / "clean"
        clean.write_bytes(b"NOOP\r\n")
        code, out, err = support.script("reproduce", one["file"], clean, "--harness", "fuzz_planted", "--json")
        self.assertEqual(code, 1, err)
        broken, fine = json.loads(out)["files"]
        for name in ("file", "harness", "oracle", "section", "state", "verb", "summary", "key"):
            self.assertEqual(broken[name], one[name], name)
        self.assertEqual((broken["clean"], fine["clean"], fine["oracle"]), (False, True, None))
        self.assertIn("EHLO", broken["dialogue"])
        self.assertIn("POSTERN-VIOLATION", broken["report"])


if __name__ == "__main__":
    unittest.main()
