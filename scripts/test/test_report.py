# SPDX-License-Identifier: MIT
"""The report of a campaign: what stands in it, that nothing hostile gets out of its place, and how it looks in a
browser (chromium without a window; scripts/check --report installs it)."""

import html.parser
import json
import re
import shutil
import struct
import subprocess
import unittest
import zlib
from collections import Counter
from unittest import mock

import support
from postern import history, report_facts, report_page, report_plots

HOSTILE = "</pre><script>alert('\u202e')</script><img src=http://evil.example/x onerror=alert(1)>\x1b[2J\x00"
VOID = {"meta", "br", "img", "link", "input", "hr"}
NEEDED = [name for name in ("gnuplot", "dot", "gcc", "cmake") if not shutil.which(name)]


def sample(time, harness, engine, executions, coverage, features):
    return json.dumps({"event": "sample", "time": time, "harness": harness, "engine": engine, "executions": executions,
                       "per_second": 1.0, "coverage": coverage, "features": features, "corpus": 7, "findings": 0})


def write_state(state):
    """A state as two campaigns leave it: one of them was killed in mid-line; a bucket and a finding, both hostile."""
    folder = state / "history"
    folder.mkdir(parents=True)
    begin = json.dumps({"event": "begin", "time": 1000.0, "version": f"1 {HOSTILE}", "seconds": 60, "jobs": 2})
    lines = [begin]
    for step in range(0, 600, 5):
        lines.append(sample(1000 + step, "fuzz_session", "libfuzzer", 100 * (step + 1), 500 + step // 4, 900 + step))
        lines.append(sample(1000 + step, "fuzz_line", "afl", 50 * (step + 1), 80 + step // 60, 0))
    lines.append(json.dumps({"event": "end", "time": 1600.0, "interrupted": False}))
    (folder / "1.1.jsonl").write_text("\n".join(lines) + "\n")
    killed = [begin.replace("1000.0", "9000.0"), sample(9005, "fuzz_session", "libfuzzer", 500, 700, 1600)]
    (folder / "2.1.jsonl").write_text("\n".join(killed) + "\n" + killed[1][:40])
    corpus = state / "corpus" / "fuzz_session"
    corpus.mkdir(parents=True)
    (corpus / "a").write_bytes(b"EHLO client.example\r\nRSET\r\nQUIT\r\n")
    facts = {"harness": "fuzz_session", "engine": "afl", "oracle": "ONE", "section": "RFC 5321 4.2", "state": "GREETED",
             "verb": "EHLO", "summary": f"expected one reply, seen none {HOSTILE}", "key": "ONE|GREETED|EHLO",
             "details": {"expected": "one reply", "seen": HOSTILE}, "size": 8, "reproduces": True,
             "reproduce": f"./scripts/reproduce 'x{HOSTILE}'", "report": HOSTILE}
    found = state / "findings" / "fuzz_session"
    found.mkdir(parents=True)
    for name in ("one-a", "one-b"):
        (found / name).write_bytes(b"EHLO <script>alert(1)</script>\r\n")
        (found / f"{name}.json").write_text(json.dumps(facts))
    bucket = state / "triage" / "one-greeted-ehlo-1"
    bucket.mkdir(parents=True)
    (bucket / "bucket.json").write_text(json.dumps({
        **facts, "bucket": "one-greeted-ehlo-1", "original_size": 31, "findings": [{"file": str(found / "one-a")}]}))
    (bucket / "dialogue.txt").write_text(f"  0  C  EHLO {HOSTILE}\n", encoding="utf-8")
    (bucket / "input").write_bytes(b"EHLO a\r\n")
    (bucket / "session.pcap").write_bytes(b"\xd4\xc3\xb2\xa1" * 20000)  # too large to stand in the page
    (state / "coverage.json").write_text(json.dumps({
        "origin": "the seeds", "version": "1", "functions": [f"line.c: f{HOSTILE}"],
        "files": [{"name": "line.c", **{kind: {"reached": 9, "count": 10} for kind in ("lines", "branches", "mcdc")}}],
        "total": {kind: {"reached": 9, "count": 10} for kind in ("lines", "branches", "mcdc")}}))


class Page(html.parser.HTMLParser):
    """Which elements there are, and whether each that is opened is closed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.wrong = [], Counter(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attributes]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attributes]

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append((tag, self.getpos()))


class History(support.Case):
    def test_what_is_read_is_what_was_written(self):
        class Turn:
            stats = type("Stats", (), {"features": 9})

        class Row:
            harness, engine, findings, turns = "fuzz_line", "libfuzzer", 0, [Turn]

            @staticmethod
            def figures():
                return 1000, 50.0, 66, 7

        written = history.History(self.room, seconds=60, jobs=2)
        with mock.patch.object(history.time, "monotonic", return_value=1000.0):
            written.sample([Row])
            written.sample([Row])  # too soon
            written.sample([Row], now=True)
        path, = history.folder_of(self.room).iterdir()
        self.assertEqual(path.read_bytes().count(b"\n"), 3)  # there before it is closed: a kill takes nothing with it
        written.close(True)
        events, = history.read(self.room)
        self.assertEqual([event["event"] for event in events], ["begin", "sample", "sample", "end"])
        self.assertEqual((events[1]["executions"], events[1]["features"], events[3]["interrupted"]), (1000, 9, True))

    def test_a_killed_campaign_is_read_up_to_its_last_line(self):
        write_state(self.room)
        course = report_facts.Course(self.room)
        self.assertEqual([campaign["whole"] for campaign in course.campaigns], [True, False])
        self.assertEqual(course.campaigns[0]["executions"], 100 * 596 + 50 * 596)
        self.assertEqual(course.seconds, 605)
        pair = course.pairs["fuzz_session", "libfuzzer"]
        self.assertEqual((pair.coverage, pair.features, pair.executions), (700, 1600, 100 * 596 + 500))
        self.assertEqual(pair.rose, 605)
        rates = dict(course.rates("libfuzzer"))
        self.assertTrue(all(rate == 0 or 50 < rate < 150 for rate in rates.values()), rates)

    def test_what_is_no_history_is_passed_over(self):
        folder = history.folder_of(self.room)
        folder.mkdir()
        (folder / "1.jsonl").write_text('[]\n{"event": "begin"}\nnull\n{"event": "sample", "time": 1}\n\xff{\n',
                                        encoding="latin-1")
        course = report_facts.Course(self.room)
        self.assertEqual((len(course.campaigns), course.pairs), (1, {}))


class Text(unittest.TestCase):
    def test_hostile_text_stays_text(self):
        told = report_page.text(HOSTILE)
        self.assertNotRegex(told, r"[<>\x00-\x08\x1b\u202e]")
        self.assertIn("\\u{202e}", told)

    def test_curves_grow_no_larger_than_they_look(self):
        points = [(x, x // 100) for x in range(10000)]
        thin = report_facts.thinned(points)
        self.assertLess(len(thin), 300)
        self.assertEqual((thin[0], thin[-1]), (points[0], points[-1]))
        self.assertEqual(report_facts.thinned([]), [])

    @unittest.skipIf(NEEDED, f"not installed: {' '.join(NEEDED)} (scripts/check --report installs what it takes)")
    def test_pictures_have_no_colours_of_their_own(self):
        svg = report_plots.curves("a", "t", [report_plots.Line("x", [(0, 0), (9000, 5)], 0)], (400, 200), True)
        self.assertIn("var(--series-1)", svg)
        self.assertIn("fuzzed, hours", svg)
        self.assertNotRegex(svg, r"rgb\(|black|white|<title")


@unittest.skipIf(NEEDED, f"not installed: {' '.join(NEEDED)} (scripts/check --report installs what it takes)")
class Report(support.Case):
    long = True

    def report(self, *arguments):
        return support.script("report", self.room, *arguments, POSTERN_BOOTSTRAP="off")

    def test_an_empty_state(self):
        code, out, err = self.report()
        self.assertEqual((code, err), (0, ""), out)
        page = (self.room / "report.html").read_text(encoding="utf-8")
        self.assertIn("No findings, and no record of a campaign", page)
        self.assertIn("./scripts/fuzz --state", page)

    def test_misuse(self):
        self.refused("report", self.room / "nowhere", says="no such folder")

    def test_the_whole_page(self):
        write_state(self.room)
        code, out, err = self.report("--json")
        self.assertEqual(code, 0, err)
        facts = json.loads(out)
        self.assertEqual(len(facts["findings"]), 2)
        self.assertEqual([one["triaged"] for one in facts["findings"]], [True, False])
        self.assertEqual(facts["executions"], 100 * 596 + 500 + 50 * 596)
        self.assertGreater(facts["protocol"]["reached"], 100)
        text = (self.room / "report.html").read_text(encoding="utf-8")
        page = Page(text)
        self.assertEqual((page.open, page.wrong), ([], []))
        for tag in ("script", "img", "iframe", "link", "object"):
            self.assertEqual(page.tags[tag], 0, tag)
        self.assertEqual(page.tags["svg"], 7)  # two curves, one for each harness, the graph, two in the legend
        for tag, name, value in page.attributes:
            self.assertFalse(name.startswith("on"), (tag, name))
            if name in ("href", "src", "xlink:href"):
                self.assertRegex(value, r"^(#|data:application/octet-stream;base64,|triage/)", (tag, name))
        self.assertIn("default-src 'none'", text)
        for words in ("2 findings to look at", "expected one reply", "RFC 5321 4.2", "Take it away", "fuzz_line",
                      "shortened from", "never reached", "killed, or still running", "EXPN"):
            self.assertIn(words, text)
        self.assertIn('href="triage/one-greeted-ehlo-1/session.pcap"', text)
        self.assertGreater(text.count('class="c h'), 100)
        self.assertGreater(text.count('class="c never"'), 20)

    # In a browser.

    @unittest.skipUnless(shutil.which("chromium"), "chromium is not installed (scripts/check --report installs it)")
    def test_how_it_looks(self):
        write_state(self.room)
        code, out, err = self.report()
        self.assertEqual((code, err), (0, ""), out)
        seen = {width: self.measure(width) for width in (400, 1400)}
        for width in seen:
            self.laid_out(seen[width], width)
        for scheme, blink in (("light", 1), ("dark", 0)):
            self.picture(scheme, blink, 400, 700, seen[400]["course"], "series")
            self.picture(scheme, blink, 400, 700, seen[400]["protocol"], "heat")
            self.picture(scheme, blink, 1400, 500, seen[1400]["course"], "series")

    def laid_out(self, seen, width):
        self.assertLessEqual(seen["wide"], width, "the page is wider than the window")
        self.assertLessEqual(seen["outside"], 0, "something sticks out of the window, and out of any scroller")
        self.assertGreaterEqual(seen["font"], 14)
        self.assertGreaterEqual(seen["letters"], 8, "letters of the curves are too small to read")
        self.assertGreater(seen["curves"], 3)
        self.assertGreater(seen["boxes"], 150)
        self.assertGreater(seen["high"], 2000)

    def browse(self, url, *options):
        done = subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-extensions",
             "--disable-dev-shm-usage",  # in a container there is next to none
             f"--user-data-dir={self.room}/browser", "--virtual-time-budget=4000", *options, url],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=300, cwd=self.room, check=False)
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        return done.stdout.decode("utf-8", "replace")

    def measure(self, width):
        """Ask the browser how the page is laid out at that width."""
        (self.room / "measure.html").write_text(f"""<!DOCTYPE html><iframe id=f src="report.html"
            style="width:{width}px;height:900px;border:0"></iframe><pre id=out></pre><script>
            onload = () => {{
                const d = document.getElementById("f").contentDocument, e = d.documentElement;
                const size = x => x.getBoundingClientRect();
                const text = [...d.querySelectorAll("figure svg text")].map(t => size(t).height).filter(h => h > 0);
                const free = [...d.body.querySelectorAll("*")].filter(x => !x.closest(".scroll, svg, pre"));
                document.getElementById("out").textContent = JSON.stringify({{
                    course: Math.floor(size(d.getElementById("course")).top),
                    protocol: Math.floor(size(d.getElementById("protocol")).top),
                    wide: e.scrollWidth, high: e.scrollHeight, letters: Math.min(...text),
                    font: parseFloat(getComputedStyle(d.body).fontSize),
                    curves: d.querySelectorAll("figure svg path[stroke^='var(--series']").length,
                    boxes: [...d.querySelectorAll(".c")].filter(x => size(x).width > 10).length,
                    outside: free.filter(x => size(x).right > {width} + 1).length}});
            }};</script>""")
        dom = self.browse("file://" + str(self.room / "measure.html"), "--dump-dom", "--allow-file-access-from-files",
                          "--window-size=1500,1000")
        return json.loads(re.search(r"<pre id=\"out\">(\{.*?\})</pre>", dom)[1])

    def picture(self, scheme, blink, width, height, top, looked_for):
        """Take a picture of the page from `top` pixels on, and look for what must be in it."""
        colours = {"light": {"page": (252, 252, 251), "series": (11, 98, 171), "heat": (219, 232, 244)},
                   "dark": {"page": (22, 24, 27), "series": (111, 181, 242), "heat": (29, 51, 71)}}[scheme]
        path = self.room / f"{scheme}-{width}-{top}.png"
        (self.room / "picture.html").write_text(f"""<!DOCTYPE html><style>:root {{ color-scheme: light dark }}
            body {{ margin: 0; overflow: hidden }} iframe {{ position: absolute; left: 0; top: -{top}px; border: 0;
            width: {width}px; height: {top + height}px }}</style><iframe src="report.html"></iframe>""")
        self.browse(f"file://{self.room}/picture.html", f"--window-size={width},{height}",
                    f"--screenshot={path}", f"--blink-settings=preferredColorScheme={blink}")
        counted = pixels(path, width, height)
        said = (scheme, width, top, counted.most_common(5))
        self.assertGreater(counted[colours["page"]], width * height / 3, said)
        self.assertGreater(counted[colours[looked_for]], 100, said)
        self.assertGreater(len(counted), 30, said)  # letters and lines


def pixels(path, width, height):
    """How often each colour comes in a PNG of eight bits, as chromium writes it."""
    octets, at, packed = path.read_bytes(), 8, b""
    while at < len(octets):
        size, kind = struct.unpack(">I4s", octets[at:at + 8])
        if kind == b"IHDR":
            wide, high, bits, colour = struct.unpack(">IIBB", octets[at + 8:at + 18])
        packed += octets[at + 8:at + 8 + size] if kind == b"IDAT" else b""
        at += 12 + size
    if (wide, high, bits) != (width, height, 8) or colour not in (2, 6):
        raise AssertionError(f"{path.name} is no picture of {width} x {height}")
    step = 3 if colour == 2 else 4
    raw, counted, above = zlib.decompress(packed), Counter(), bytes(wide * step)
    for row in range(high):
        begin = row * (wide * step + 1)
        above = unfiltered(raw[begin], bytearray(raw[begin + 1:begin + 1 + wide * step]), above, step)
        counted.update(zip(above[0::step], above[1::step], above[2::step]))
    return counted


def unfiltered(kind, line, above, step):
    """A row of a PNG as it was before its filter."""
    for i in range(len(line)) if kind else ():
        left = line[i - step] if i >= step else 0
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = above[i]
        elif kind == 3:
            guess = (left + above[i]) // 2
        else:
            corner = above[i - step] if i >= step else 0
            slope = left + above[i] - corner
            guess = min((left, above[i], corner), key=lambda value: abs(slope - value))
        line[i] = (line[i] + guess) & 255
    return bytes(line)


if __name__ == "__main__":
    unittest.main()
