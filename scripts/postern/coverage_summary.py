# SPDX-License-Identifier: MIT
"""corpus/COVERAGE.md: the coverage of the parser as a text that is committed, so that a change shows in a diff.

It holds no dates, paths or counts of executions. Two measurements of one tree write the same text, apart from noise."""

import re

from . import house, project
from .coverage_measure import KINDS, percent

PATH = project.ROOT / "corpus" / "COVERAGE.md"
TITLES = {"lines": "lines", "branches": "branches", "mcdc": "MC/DC"}
POINTS = 0.5  # per cent: a difference that is no noise, of a total
FILE_POINTS = 2  # and of a file: a single line of a short one is more than half a point

OPENING = """\
# Coverage of the parser

Written by `scripts/coverage --update`, which measures with clang 19; `scripts/coverage --check` says when it is out of
date. In brackets: how many of how many are not reached. MC/DC: conditions that were seen to decide alone.
"""


def _cell(figure):
    reached, count = figure
    if not count:
        return "none"
    # A figure that is not whole never reads 100.0.
    share = int(percent(figure) * 10) / 10
    return f"{share:.1f} % ({count - reached} of {count})"


def _table(measurement):
    yield "| file | lines | branches | MC/DC |"
    yield "| --- | --- | --- | --- |"
    for name in sorted(measurement.files):
        yield f"| {name} | " + " | ".join(_cell(measurement.files[name][kind]) for kind in KINDS) + " |"
    yield "| **all** | " + " | ".join(_cell(measurement.total(kind)) for kind in KINDS) + " |"


def by_state(triples):
    """{state: {verb: classes}} of a list of triples, for people."""
    sorted_out = {}
    for triple in triples:
        verb = triple["verb"] or "(broken line)"
        sorted_out.setdefault(triple["state"], {}).setdefault(verb, []).append(f"{triple['class']}yz")
    return sorted_out


def _never_said(triples):
    """Triples as text, a line a state: "MAIL: EHLO 2yz 5yz, ..."."""
    for state, verbs in by_state(triples).items():
        yield f"- {state}: " + ", ".join(f"{verb} {' '.join(classes)}" for verb, classes in verbs.items())


def triples_text(protocol):
    """What sessions never reached, as lines; and how many of how many they did."""
    yield f"{protocol['reached']} of {protocol['legal']} legal triples of state, verb and class of the reply."
    yield ""
    yield from _never_said(protocol["never"])


def render(seeds, everything, protocol):
    """The text. In: the Measurements of the seeds alone and of all, and the protocol that the seeds reach."""
    lines = [OPENING, "## From the seeds alone", "", *_table(seeds), "",
             "## From unit tests, seeds and regressions", "", *_table(everything), "",
             "## Functions that nothing reaches", ""]
    lines += [f"- {name}" for name in everything.never] or ["None."]
    lines += ["", "## Functions that the seeds alone do not reach", ""]
    lines += [f"- {name}" for name in seeds.never] or ["None."]
    lines += ["", "## The protocol, from the seeds", "", "| state | reached | legal |", "| --- | --- | --- |"]
    lines += [f"| {state['state']} | {state['reached']} | {state['legal']} |" for state in protocol["states"]]
    lines += ["", *triples_text(protocol)]
    return "\n".join(lines).rstrip("\n") + "\n"


_ROW = re.compile(r"\| (\S+) \| (\S[^|]*) \| (\S[^|]*) \| (\S[^|]*) \|$")
_FIGURE = re.compile(r"([\d.]+) % \((\d+) of (\d+)\)")


def _figures(text):
    """{(section, file, kind): (reached, there are)} of a text that render() wrote; and its other lines, by section."""
    section, figures, others = "", {}, {}
    for line in text.splitlines():
        row = _ROW.match(line)
        cells = [_FIGURE.fullmatch(cell) for cell in row.groups()[1:]] if row else []
        if line.startswith("## "):
            section = line[3:]
        elif any(cells):
            for kind, cell in zip(KINDS, cells):
                if cell:
                    missed, count = int(cell[2]), int(cell[3])
                    figures[section, row[1].strip("*"), kind] = (count - missed, count)
        elif line.strip() and section and not line.startswith(("| ---", "| file", "| state")):
            others.setdefault(section, set()).add(line)
    return figures, others


def differences(committed, measured):
    """What two texts of render() disagree about, beyond noise: a list of lines for a person."""
    if not committed:
        return [f"there is no {house.short(PATH)}"]
    before, words_before = _figures(committed)
    after, words_after = _figures(measured)
    found = []
    for key in sorted(before.keys() | after.keys()):
        section, name, kind = key
        if key not in before or key not in after:
            found.append(f"{section}: {name}, {TITLES[kind]}: {'new' if key in after else 'gone'}")
            continue
        points = percent(after[key]) - percent(before[key])
        if abs(points) > (POINTS if name == "all" else FILE_POINTS):
            found.append(f"{section}: {name}, {TITLES[kind]}: {_cell(before[key])} became {_cell(after[key])}")
    for section in sorted(words_before.keys() | words_after.keys()):
        old, new = words_before.get(section, set()), words_after.get(section, set())
        found += [f"{section}: no longer: {line}" for line in sorted(old - new)]
        found += [f"{section}: new: {line}" for line in sorted(new - old)]
    return found
