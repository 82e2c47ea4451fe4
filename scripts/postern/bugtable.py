# SPDX-License-Identifier: MIT
"""What the bug bench tells: medians over seeds, ratios, and tables for a terminal, for programs and for a page."""

import json
import statistics
from collections import Counter

WAYS = ("postern", "stock")

NOTES = ("both ways: the same seeds, dictionary, limits of length (-len_control=0), harness and oracles, a core each",
         "seconds are of a processor, from the start of the engine to its end, report included",
         "Postern's way: its mutator, protocol coverage, edges without counts; stock: the engine's defaults")


def _median(values):
    return statistics.median(values) if values else None


class Cell:
    """The runs of one bug by one engine in one way."""

    def __init__(self, outcomes):
        self.runs = len(outcomes)
        self.found = sum(outcome.found for outcome in outcomes)
        self.executions = _median([outcome.executions for outcome in outcomes])
        self.seconds = _median([outcome.seconds for outcome in outcomes])
        oracles = Counter(outcome.oracle for outcome in outcomes if outcome.found)
        self.oracle = oracles.most_common(1)[0][0] if oracles else ""

    @property
    def missed(self):
        """A median that is a miss counts as the executions that were spent."""
        return 2 * self.found <= self.runs

    def text(self):
        if self.runs == 0:
            return "", "", "", ""
        mark = ">" if self.missed else ""
        return f"{self.found}/{self.runs}", f"{mark}{self.executions:,.0f}", f"{self.seconds:.1f}", self.oracle

    def facts(self):
        return {"runs": self.runs, "found": self.found, "missed": self.missed, "executions": self.executions,
                "seconds": self.seconds, "oracle": self.oracle}


class Line:
    """One bug and one engine, in both ways."""

    def __init__(self, bug, engine, outcomes):
        self.bug = bug
        self.engine = engine
        self.cells = {way: Cell(outcomes.get((bug.number, engine, way), [])) for way in WAYS}

    @property
    def ratio(self):
        """Executions of the stock way for one of Postern's; None when one of them did not run."""
        ours, theirs = (self.cells[way] for way in WAYS)
        if ours.runs == 0 or theirs.runs == 0:
            return None
        return theirs.executions / max(1, ours.executions)

    def ratio_text(self):
        if self.ratio is None:
            return "-"
        missed = tuple(self.cells[way].missed for way in WAYS)
        mark = {(True, True): "?", (False, True): ">", (True, False): "<", (False, False): ""}[missed]
        return f"{mark}{self.ratio:.1f}"

    def columns(self):
        words = [f"B{self.bug.number:02}", self.bug.class_, self.engine]
        for way in WAYS:
            words += self.cells[way].text()
        return [*words, self.ratio_text()]


HEADS = ["bug", "class", "engine", "found", "executions", "seconds", "oracle",
         "found", "executions", "seconds", "oracle", "ratio"]


class Table:
    def __init__(self, bugs, engines, outcomes, facts):
        self.lines = [Line(bug, engine, outcomes) for bug in bugs for engine in engines
                      if any((bug.number, engine, way) in outcomes for way in WAYS)]
        self.engines = engines
        self.facts = facts  # version, machine, budget ...

    def summary(self):
        """A sentence for each engine."""
        said = []
        for engine in self.engines:
            lines = [line for line in self.lines if line.engine == engine]
            for way in WAYS:
                ran = [line for line in lines if line.cells[way].runs]
                if ran:
                    found = sum(not line.cells[way].missed for line in ran)
                    said.append(f"{engine}, {way}: {found} of {len(ran)} bugs found ({100 * found / len(ran):.1f} %)")
            both = sum(all(cell.runs and cell.missed for cell in line.cells.values()) for line in lines)
            if both:
                said.append(f"{engine}: {both} of {len(lines)} bugs missed by both ways, which count as the ratio of "
                            "what was spent")
            ratios = [line.ratio for line in lines if line.ratio is not None]
            if ratios:
                said.append(f"{engine}: the stock way needs {statistics.median(ratios):.1f} times the executions, as "
                            f"the median of {len(ratios)} bugs")
            said += self._by_class(engine, lines)
        return said

    @staticmethod
    def _by_class(engine, lines):
        """What the classes have: the median ratio, and the median of the seconds that Postern's way needs."""
        words = []
        for class_ in sorted({line.bug.class_ for line in lines}, key="EMHX".find):
            ratios = [line.ratio for line in lines if line.bug.class_ == class_ and line.ratio is not None]
            seconds = [line.cells["postern"].seconds for line in lines
                       if line.bug.class_ == class_ and line.cells["postern"].runs]
            if ratios and seconds:
                words.append(f"{class_} {statistics.median(ratios):.1f} ({statistics.median(seconds):.1f} s)")
        return [f"{engine}, by class, with the seconds of Postern's way: {', '.join(words)}"] if words else []

    def text(self):
        rows = [["", "", "", "postern", "", "", "", "stock", "", "", "", ""], HEADS,
                *(line.columns() for line in self.lines)]
        widths = [max(len(row[i]) for row in rows) for i in range(len(HEADS))]
        right = {3, 4, 5, 7, 8, 9, 11}
        return "\n".join("  ".join(word.rjust(width) if i in right else word.ljust(width)
                                   for i, (word, width) in enumerate(zip(row, widths))).rstrip() for row in rows)

    def markdown(self):
        heads = ["bug", "class", "engine", "Postern: found", "executions", "seconds", "oracle", "stock: found",
                 "executions", "seconds", "oracle", "ratio"]
        rows = [heads, ["---"] * len(heads), *(line.columns() for line in self.lines)]
        facts = ", ".join(f"{key} {value}" for key, value in self.facts.items())
        return "\n".join([*("| " + " | ".join(row) + " |" for row in rows), "", facts + ".", "",
                          *(f"- {sentence}" for sentence in [*self.summary(), *NOTES]), ""])

    def json(self):
        bugs = [{"bug": line.bug.number, "class": line.bug.class_, "side": line.bug.side, "engine": line.engine,
                 "expected": line.bug.oracles.split(), "model": line.bug.model, "defect": line.bug.defect,
                 **{way: line.cells[way].facts() for way in WAYS if line.cells[way].runs}, "ratio": line.ratio}
                for line in self.lines]
        return json.dumps({**self.facts, "summary": self.summary(), "bugs": bugs}, indent=1) + "\n"
