# SPDX-License-Identifier: MIT
"""Pictures for the report, as SVG that stands in the page: curves by gnuplot, the graph of states by Graphviz.

What they draw takes its colours from the page (currentColor, and the variables that report.css has for series), so that
light and dark are the page's business alone."""

import re
import subprocess
from dataclasses import dataclass

from .console import Failure

# What gnuplot is told to draw in, and what the page makes of it.
_SERIES = (("#0000f1", "rgb(  0,   0, 241)", "var(--series-1)"), ("#0000f2", "rgb(  0,   0, 242)", "var(--series-2)"))
_GRID = ("#0000f9", "rgb(  0,   0, 249)", "var(--line)")


@dataclass(frozen=True)
class Line:
    """One curve: its name, and points (x, y). `place` picks colour and dashes."""
    name: str
    points: list
    place: int


def _run(program, words, text):
    try:
        done = subprocess.run([program, *words], input=text.encode(), capture_output=True)
    except FileNotFoundError:
        raise Failure(f"{program} is not installed: scripts/bootstrap report") from None
    if done.returncode != 0 or b"<svg" not in done.stdout:
        raise Failure(f"{program}: {done.stderr.decode('utf-8', 'replace').strip()[-500:] or 'it drew nothing'}")
    return done.stdout.decode("utf-8")


def _inline(svg, prefix, title):
    """The SVG element alone, with names of its own, told to those who cannot see it. What it does not show, and fonts
    and colours that it would take from itself, go."""
    svg = svg[svg.index("<svg"):]
    svg = re.sub(r"<!--.*?-->|<title>.*?</title>|<desc>.*?</desc>|<defs>.*?</defs>", "", svg, flags=re.S)
    svg = re.sub(r"\s(color|font-family)=\"[^\"]*\"", "", svg)
    svg = re.sub(r"<g [^>]*>\s*</g>", "", svg)
    svg = re.sub(r"\b(id=['\"])", rf"\g<1>{prefix}-", svg)
    svg = re.sub(r"\s*\n\s*", "\n", svg)
    return re.sub(r"^<svg", f"<svg role='img' aria-label='{title}'", svg)


def _scale(longest):
    """(seconds of a unit, its name) for an axis of time."""
    return (3600, "hours") if longest >= 2 * 3600 else (60, "minutes") if longest >= 120 else (1, "seconds")


def curves(prefix, title, lines, size, from_zero):
    """A chart of some lines over the time fuzzed, in seconds. Returns: SVG. In: title, a text without markup."""
    points = [point for line in lines for point in line.points]
    longest = max((x for x, _ in points), default=1)
    highest = max((y for _, y in points), default=1)
    lowest = 0 if from_zero else min((y for _, y in points), default=0)
    reach = max(highest - lowest, 4)  # a curve that is flat gets a range all the same
    second, unit = _scale(longest)
    script = [f"set terminal svg size {size[0]},{size[1]} dynamic font 'sans-serif,12'",
              f"set border 3 lc rgb '{_GRID[0]}'", "set tics nomirror out scale 0.5 textcolor rgb 'black'",
              f"set grid ytics lc rgb '{_GRID[0]}' lw 0.5", f"set xlabel 'fuzzed, {unit}' offset 0,0.6", "unset key",
              "set lmargin 8", "set rmargin 2", "set tmargin 0.8", "set bmargin 3.2",
              f"set format y '{'%.0f' if highest < 10000 else '%.0s%c'}'", f"set ytics {_step(reach)}",
              f"set xrange [0:{max(longest, 1) / second:.6f}]", f"set xtics {_step(max(longest, 1) / second)}",
              f"set yrange [{max(0, lowest - 0.05 * reach):.3f}:{lowest + 1.08 * reach:.3f}]"]
    for number, line in enumerate(lines):
        script += [f"$d{number} << EOD", *(f"{x / second:.6f} {y:.3f}" for x, y in line.points), "EOD"]
    style = ("lw 1.8", "lw 1.8 dt (6,3)")
    script.append("plot " + ", ".join(f"$d{number} with lines lc rgb '{_SERIES[line.place][0]}' {style[line.place]}"
                                      for number, line in enumerate(lines)))
    svg = _run("gnuplot", [], "\n".join(script) + "\n")
    for _, drawn, wanted in (*_SERIES, _GRID):
        svg = svg.replace(drawn, wanted)
    svg = re.sub(r"\"black\"|'black'", '"currentColor"', re.sub(r"rgb\(\s*0,\s*0,\s*0\)", "currentColor", svg))
    return _inline(svg, prefix, title)


def _step(reach):
    """A round distance between tics, of which some four fit."""
    step = 1
    while reach / step > 5:
        for factor in (2, 5, 10):
            if reach / (step * factor) <= 5:
                break
        step *= factor
    return step


def graph(prefix, title, dot):
    """The graph of states from the text that `postern show --graph` writes. What leads back to the same state is told
    by its count: the heat map has the verbs. Returns: SVG."""
    dot = re.sub(r'(\b(\w+) -> \2 \[label=")[^"]*\\n(\d+")', r"\1   stays\\n   \3", dot)
    dot = dot.replace("fontsize=9", "fontsize=11").replace("rankdir=TB", 'rankdir=TB; bgcolor="transparent"')
    svg = _run("dot", ["-Tsvg"], dot)
    svg = re.sub(r'(stroke|fill)="(black|#7f7f7f|#666666)"',
                 lambda found: f'{found[1]}="{"currentColor" if found[2] == "black" else "var(--faint)"}"', svg)
    svg = svg.replace("<text ", '<text fill="currentColor" ')
    svg = re.sub(r'(<text )fill="currentColor" ([^>]*fill=)', r"\1\2", svg)
    return _inline(svg, prefix, title)
