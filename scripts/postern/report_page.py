# SPDX-License-Identifier: MIT
"""The report as one HTML page: no network, no script, nothing but what stands in it. Whatever comes from outside goes
through text(), for findings hold what an attacker would write."""

import base64
import html
import os
import re
import time
from pathlib import Path
from urllib.parse import quote

from . import project
from .console import Failure, visible
from .coverage_measure import percent
from .coverage_summary import by_state
from .report_facts import thinned
from .report_plots import Line, curves, graph

ENGINES = ("libfuzzer", "afl")
NAMES = {"libfuzzer": "libFuzzer", "afl": "AFL++"}
EMBEDDED = 64 << 10  # octets of an export that stand in the page; larger ones are linked


def text(words):
    return html.escape(visible(str(words)))


def number(value):
    return f"{value:,}"


def short_number(value):
    """1234567 as 1.23 M."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= 10 * size or (value >= size and size > 1e3):
            return f"{value / size:.3g} {letter}"
    return number(int(value))


def duration(seconds):
    seconds = int(seconds)
    if seconds >= 3600:
        return f"{seconds // 3600} h {seconds % 3600 // 60:02} min"
    if seconds >= 600 or not seconds % 60 and seconds:
        return f"{seconds // 60} min"
    return f"{seconds // 60} min {seconds % 60:02} s" if seconds > 60 else f"{seconds} s"


def when(stamp):
    return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(stamp))


def plural(count, one, many=None):
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def scroller(content, label, kind=""):
    """What is too wide for a small screen moves in itself, also by the keyboard."""
    return f'<div class="scroll{kind}" tabindex="0" role="region" aria-label="{label}">{content}</div>'


def table(head, rows, numbers=(), wide=(), label=""):
    """In: rows of cells that are HTML already; columns that are numbers, and those that may wrap."""
    def cell(tag, column, content):
        kind = "n" if column in numbers else "wide" if column in wide else ""
        return f"<{tag}{f' class={kind}' if kind else ''}>{content}</{tag}>"

    body = "".join("<tr>" + "".join(cell("th" if column == 0 else "td", column, content)
                                    for column, content in enumerate(row)) + "</tr>" for row in rows)
    heads = "".join(cell("th", column, name) for column, name in enumerate(head))
    return scroller(f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>", label)


# The beginning: what the reader wants to know.

def verdict(facts):
    real = [one for one in facts.found if not one["flaky"]]
    ran = (f"{short_number(facts.course.executions)} executions in {duration(facts.course.seconds)}"
           if facts.course.campaigns else "")
    if real:
        return "bad", f"{plural(len(real), 'finding')} to look at" + (f", after {ran}" if ran else "")
    if not ran:
        return "", "No findings, and no record of a campaign"
    return "good", f"No law was broken in {ran}"


def key_figures(facts):
    course = facts.course
    real = [one for one in facts.found if not one["flaky"]]
    yield ("findings", number(len(real)), f"{len(facts.found) - len(real)} more are flaky"
           if len(real) < len(facts.found) else "told apart by law and place", "bad" if real else "")
    if course.campaigns:
        rate = short_number(course.executions / max(course.seconds, 1))
        yield "executions", short_number(course.executions), f"{rate} per second", ""
        yield "time fuzzed", duration(course.seconds), plural(len(course.campaigns), "campaign"), ""
        late = max((pair.rose for pair in course.pairs.values()), default=0)
        yield "last new coverage", duration(course.seconds - late), "before the end", ""
    if facts.inputs:
        count, octets = (sum(pair[place] for pair in facts.inputs.values()) for place in (0, 1))
        yield "corpus", number(count), f"inputs, {octets / (1 << 20):.1f} MiB", ""
    if facts.protocol:
        everything = facts.protocol.all
        yield ("protocol", f"{everything['reached']} of {everything['legal']}", "legal triples reached", "")
    if facts.source:
        lines, branches = (percent((facts.source["total"][kind]["reached"], facts.source["total"][kind]["count"]))
                           for kind in ("lines", "branches"))
        yield "parser's source", f"{lines:.1f} %", f"of the lines, {branches:.1f} % of the branches", ""


def next_steps(facts):
    """What to do now, as HTML."""
    state = text(facts.shown_state)
    if any(not one["triaged"] and not one["flaky"] for one in facts.found):
        yield f"Sort and shorten the findings, and get a test in C for each: <code>./scripts/triage {state}</code>"
    elif any(not one["flaky"] for one in facts.found):
        yield "Mend the first defect below, and keep its input in <code>corpus/regressions/HARNESS/</code>."
    course = facts.course
    if course.campaigns:
        flat = course.seconds - max((pair.rose for pair in course.pairs.values()), default=0)
        if flat > 600 and flat > course.seconds / 4:
            yield (f"Coverage has been flat for {duration(flat)}: more time will find little. New seeds or a new "
                   "harness will; what was never reached stands at the end.")
        else:
            yield "Coverage still rises: let it run on. A campaign takes up its corpus where it was left."
        idle = sorted(set(facts.harnesses) - {pair.harness for pair in course.pairs.values()})
        if idle:
            yield f"Never fuzzed here: {', '.join(f'<code>{text(name)}</code>' for name in idle)}."
    else:
        yield f"Run a campaign: <code>./scripts/fuzz --state {state}</code>"
    if not facts.source:
        yield (f"See which lines of the parser this corpus reaches: <code>./scripts/report --source {state}</code> "
               "(a minute or more).")


def head(facts):
    kind, words = verdict(facts)
    links = [("findings", "Findings"), ("course", "Over time"), ("protocol", "Protocol"), ("never", "Never reached"),
             ("made", "How it was made")]
    yield f'<h1>Fuzzing report, Postern {text(project.version())}</h1>'
    together = re.sub(r"(\d) (?=(k|M|G|h|min|s)\b)", r"\1&nbsp;", text(words))
    yield f'<p class="verdict {kind}">{together}</p>'
    yield f'<p class="faint small">State: <code>{text(facts.shown_state)}</code>. Written {when(facts.now)}.</p>'
    yield '<dl class="figures">'
    for name, value, more, tone in key_figures(facts):
        yield (f'<div><dt>{text(name)}</dt><dd><span class="number {tone}">{text(value)}</span><br>'
               f'<span class="faint small">{text(more)}</span></dd></div>')
    yield "</dl><h3>What to do next</h3><ul class=next>"
    yield from (f"<li>{step}</li>" for step in next_steps(facts))
    yield "</ul><nav>" + "".join(f'<a href="#{name}">{title}</a>' for name, title in links) + "</nav>"


# Findings.

def link(path, folder):
    """A file for the reader: in the page when it is small, else by its place."""
    name = text(path.name)
    try:
        octets = path.read_bytes() if path.stat().st_size <= EMBEDDED else None
    except OSError as error:
        return f"{name} ({text(error.strerror)})"
    if octets is not None:
        data = base64.b64encode(octets).decode()
        return f'<a download="{name}" href="data:application/octet-stream;base64,{data}">{name}</a>'
    return f'<a href="{html.escape(quote(os.fsencode(os.path.relpath(path, folder))))}">{name}</a>'


def finding(one, place, folder, opened):
    where = ", ".join(word for word in (one["state"] and f"state {one['state']}", one["verb"]) if word)
    yield f'<article class="finding{" flaky" if one["flaky"] else ""}" id="finding-{place}">'
    yield f"<h3>{text(one['summary'] or one['name'])}</h3>"
    tags = [f'<span class=tag>{text(one["oracle"] or "?")}</span>']
    tags += [f'<span class="tag plain">{text(word)}</span>' for word in
             (one["section"], where, one["harness"], one["cwe"], "flaky" if one["flaky"] else "",
              plural(len(one["members"]), "finding") if one["triaged"] else "not triaged") if word]
    yield f"<p>{''.join(tags)}</p>"
    rows = [("law", one["law"]), ("what a breach means", one["breach"]), ("expected", one["expected"]),
            ("seen", one["seen"]), ("what to mend", one["advice"])]
    size = f"{number(one['size'])} octets" if isinstance(one["size"], int) else ""
    if isinstance(one["original_size"], int) and one["original_size"] != one["size"]:
        size += f", shortened from {number(one['original_size'])}"
    rows.append(("input", size))
    yield "<dl class=seen>"
    yield from (f"<dt>{name}</dt><dd>{text(words)}</dd>" for name, words in rows if words)
    yield "</dl>"
    if one["dialogue"]:
        yield (f"<details{' open' if opened else ''}><summary>Dialogue</summary><pre>{text(one['dialogue'])}</pre>"
               "</details>")
    if one["report"]:
        yield f"<details><summary>What the harness said</summary><pre>{text(one['report'])}</pre></details>"
    yield f"<h4>Run it again</h4><pre>{text(one['reproduce'])}</pre>"
    if one["exports"]:
        yield f"<h4>Take it away</h4><div class=exports>{''.join(link(path, folder) for path in one['exports'])}</div>"
    yield "</article>"


def all_findings(facts):
    yield '<section id="findings"><h2>Findings</h2>'
    found = sorted(facts.found, key=lambda one: (one["flaky"], not one["triaged"]))
    if not found:
        yield "<p>None. Every law held on every input that was run.</p>"
    if len(found) > 1:
        rows = [(f'<a href="#finding-{place}">{text(one["oracle"] or "?")}</a>',
                 *(text(one[name]) for name in ("section", "state", "verb", "harness")), number(len(one["members"])),
                 "flaky" if one["flaky"] else text(one["summary"][:160])) for place, one in enumerate(found, 1)]
        yield table(("law", "section", "state", "verb", "harness", "times", "in short"), rows, {5}, {6}, "findings")
    for place, one in enumerate(found, 1):
        yield from finding(one, place, facts.out.parent, place <= 3)
    yield "</section>"


# Over time.

def engine_legend(engines):
    dashes = {"libfuzzer": "", "afl": ' stroke-dasharray="6,3"'}
    marks = (f'<span><svg viewBox="0 0 30 10" aria-hidden="true"><path d="M0,5 h30" fill="none" stroke-width="2" '
             f'stroke="var(--series-{ENGINES.index(engine) + 1})"{dashes[engine]}/></svg>{NAMES[engine]}</span>'
             for engine in engines)
    return f"<div class=legend>{''.join(marks)}</div>"


def figure(caption, svg):
    return f"<figure><figcaption>{caption}</figcaption>{svg}</figure>"


def over_time(facts):
    course = facts.course
    yield '<section id="course"><h2>Over time</h2>'
    if not course.pairs:
        yield "<p>No campaign has left a record here.</p></section>"
        return
    engines = [engine for engine in ENGINES if engine in course.growth]
    yield ("<p>Time is time fuzzed: pauses between campaigns are left out. Several harnesses take turns, so that one "
           "stands still while others run.</p>")
    yield engine_legend(engines)
    growth = [Line(NAMES[engine], thinned(course.growth[engine]), ENGINES.index(engine)) for engine in engines]
    rates = [Line(NAMES[engine], course.rates(engine), ENGINES.index(engine)) for engine in engines]
    yield "<div class=charts>"
    yield figure("<b>New coverage</b>, beyond what the campaign began with<br>(features of libFuzzer, edges of AFL++; "
                 "all harnesses)", curves("growth", "new coverage over time", growth, (520, 240), True))
    yield figure("<b>Executions per second</b>,<br>of all harnesses that run at the time",
                 curves("rate", "executions per second over time", rates, (520, 240), True))
    yield "</div><h3>Edges of each harness, over the time that it ran itself</h3><div class=multiples>"
    for place, name in enumerate(facts.ordered({pair.harness for pair in course.pairs.values()})):
        pairs = [pair for pair in course.pairs.values() if pair.harness == name and pair.engine in ENGINES]
        lines = [Line(NAMES[pair.engine], thinned(pair.curve), ENGINES.index(pair.engine)) for pair in pairs]
        best = ", ".join(f"{number(pair.coverage)} {NAMES[pair.engine]}" for pair in pairs)
        yield figure(f"<b>{text(name)}</b><br><span class=faint>{best}</span>",
                     curves(f"harness-{place}", f"edges of {text(name)} over time", lines, (340, 170), False))
    yield "</div><h3>In figures</h3>"
    rows = []
    for name in facts.ordered({pair.harness for pair in course.pairs.values()}):
        for pair in (course.pairs[key] for key in sorted(course.pairs) if key[0] == name):
            rows.append((text(name), text(NAMES.get(pair.engine, pair.engine)), number(pair.executions),
                         number(int(pair.executions / pair.seconds)) if pair.seconds >= 1 else "",
                         number(pair.coverage), number(pair.features) if pair.features else "", number(pair.corpus),
                         duration(pair.seconds), f"{duration(pair.flat())} before its end"))
    yield table(("harness", "engine", "executions", "per second", "edges", "features", "inputs", "ran",
                 "last new coverage"), rows, {2, 3, 4, 5, 6}, (), "figures of each harness")
    yield "</section>"


# The protocol.

# As a session goes; what is not named comes behind, by its name.
VERBS = ("CONNECT", "EHLO", "HELO", "LHLO", "STARTTLS", "AUTH", "AUTH_CONTINUATION", "MAIL", "RCPT", "DATA",
         "DATA_BODY", "BDAT", "BDAT_CHUNK", "BURL", "RSET", "NOOP", "VRFY", "EXPN", "HELP", "QUIT")


def heat(everything, seeds):
    """The map of state, verb and class, as HTML."""
    key = lambda one: (one["state"], one["verb"] or "(broken line)", one["class"])
    counts = {key(one): one["count"] for one in everything["triples"]}
    outside = {key(one): one["count"] for one in everything["outside"]}
    never = {key(one) for one in everything["never"]}
    by_seeds = {key(one) for one in seeds["triples"]} if seeds else set(counts)
    states = [state["state"] for state in everything["states"]]
    verbs = sorted({verb for _, verb, _ in (*counts, *never, *outside)},
                   key=lambda verb: (VERBS.index(verb) if verb in VERBS else len(VERBS), verb == "(broken line)", verb))

    def box(state, verb, class_):
        place = (state, verb, class_)
        said = f"{verb} in state {state}, {class_}yz: "
        if place in counts:
            level = min(4, 1 + (len(str(counts[place])) - 1))
            fresh = "" if place in by_seeds else " fresh"
            said += plural(counts[place], "time") + (", by the campaign alone" if fresh else "")
            return f'<span class="c h{level}{fresh}" title="{text(said)}">{class_}</span>'
        if place in outside:
            return f'<span class="c outside" title="{text(said)}though no RFC has it">{class_}</span>'
        if place in never:
            return f'<span class="c never" title="{text(said)}never reached">{class_}</span>'
        return "<span class=c></span>"

    rows = "".join(f"<tr><th>{text(verb)}</th>" + "".join(
        f"<td><span class=cell>{''.join(box(state, verb, class_) for class_ in (2, 3, 4, 5))}</span></td>"
        for state in states) + "</tr>" for verb in verbs)
    foot = "".join(f"<td>{state['reached']} of {state['legal']}</td>" for state in everything["states"])
    heads = "".join(f"<th>{text(state)}</th>" for state in states)
    return scroller(f"<table class=heat><thead><tr><th>verb</th>{heads}</tr></thead><tbody>{rows}</tbody>"
                    f"<tfoot><tr><th>reached</th>{foot}</tr></tfoot></table>", "heat map")


HEAT_LEGEND = "<div class=legend>" + "".join(
    f'<span><span class="c {kind}">{class_}</span>{words}</span>' for kind, class_, words in (
        ("h1", 2, "1 to 9 times"), ("h2", 2, "up to 99"), ("h3", 2, "up to 999"), ("h4", 2, "1,000 and more"),
        ("h2 fresh", 2, "by the campaign alone, not by the seeds"), ("never", 5, "legal, never reached"),
        ("outside", 5, "reached, though no RFC has it"))) + "</div>"


def protocol(facts):
    yield '<section id="protocol"><h2>The protocol</h2>'
    if not facts.protocol:
        yield "<p>There is no session in the corpus.</p></section>"
        return
    everything = facts.protocol.all
    sessions, replies = number(everything["sessions"]), number(everything["replies"])
    yield (f"<p>{sessions} sessions, {replies} replies. Each box is a class of replies (2yz to 5yz) to a verb in a "
           "state: only those that the RFCs allow have one.</p>")
    yield HEAT_LEGEND
    yield heat(everything, facts.protocol.seeds)
    yield ("<h3>How sessions move</h3><p class=small>In each state: triples reached, of those that are legal. At each "
           "arrow: the verbs, and how often.</p>")
    yield scroller(graph("states", "graph of states", facts.protocol.dot), "graph of states", " graph")
    yield "</section>"


def never_reached(facts):
    yield '<section id="never"><h2>Never reached</h2>'
    if facts.protocol:
        rows = [(text(state), text(", ".join(f"{verb} {' '.join(classes)}" for verb, classes in verbs.items())))
                for state, verbs in by_state(facts.protocol.all["never"]).items()]
        yield "<h3>Of the protocol</h3>"
        yield (table(("state", "legal, and no session had it"), rows, (), {1}, "triples never reached") if rows
               else "<p>Nothing.</p>")
    yield "<h3>Of the parser's source</h3>"
    if facts.source:
        names = facts.source.get("functions", [])
        files = [(text(one["name"]), *(f"{percent((one[kind]['reached'], one[kind]['count'])):.1f} %"
                                       if one[kind]["count"] else "" for kind in ("lines", "branches")))
                 for one in facts.source["files"]]
        yield f"<p>From {text(facts.source.get('origin', '?'))}, version {text(facts.source.get('version', '?'))}.</p>"
        yield table(("file", "lines", "branches"), files, {1, 2}, (), "source coverage")
        if names:
            yield f"<h4>{plural(len(names), 'function')} that nothing reaches</h4><ul class=columns>"
            yield from (f"<li><code>{text(name)}</code></li>" for name in names)
            yield "</ul>"
        else:
            yield "<p>Every function was reached.</p>"
    else:
        yield f"<p>Not measured: <code>./scripts/report --source {text(facts.shown_state)}</code> does.</p>"
    yield "</section>"


def how_made(facts):
    yield '<section id="made"><h2>How it was made</h2>'
    rows = [(when(one["begun"]), duration(one["seconds"]), number(one["executions"]), text(one["version"]),
             "interrupted" if one["interrupted"] else "to its end" if one["whole"] else "killed, or still running")
            for one in facts.course.campaigns]
    if rows:
        yield table(("campaign begun", "lasted", "executions", "version", "ran"), rows, {2}, (), "campaigns")
    if facts.inputs:
        rows = [(text(name), number(facts.inputs[name][0]), f"{facts.inputs[name][1] / 1024:,.0f}")
                for name in facts.ordered(facts.inputs)]
        yield "<h3>The corpus that is kept</h3>"
        yield table(("harness", "inputs", "KiB"), rows, {1, 2}, (), "corpus")
    yield "</section>"


POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


def page(facts):
    """The whole page."""
    style = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
    try:
        body = "\n".join(part for section in (head, all_findings, over_time, protocol, never_reached, how_made)
                         for part in section(facts))
    except (KeyError, TypeError) as error:
        raise Failure(f"a .json of the state is not as Postern writes it ({error!r}): another version's?") from None
    return (f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>Postern: {text(verdict(facts)[1])}</title>\n<style>\n{style}</style>\n</head>\n<body>\n{body}\n"
            f"<footer>Written by <code>scripts/report</code> of Postern {text(project.version())}. Nothing in this "
            f"page comes from a network, and nothing in it runs.</footer>\n</body>\n</html>\n")
