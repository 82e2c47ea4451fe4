# SPDX-License-Identifier: MIT
"""What a campaign looks like while it runs: a live table on a terminal, plain lines elsewhere."""

import sys
import time

from .console import say

EVERY = 5  # seconds between plain lines


class Row:
    """One pair of harness and engine; its figures add up over its turns.

    `goal`: seconds without anything new after which it is stable, or None when nobody asks for that.
    """

    def __init__(self, pair, goal=None):
        self.harness, self.engine = pair
        self.executions = 0
        self.seconds = 0.0  # of turns that have ended
        self.per_second = 0.0
        self.coverage = 0
        self.corpus = 0
        self.findings = 0
        self.turns = []  # the running ones
        self.waiting = 0  # turns still to come
        self.had_turn = False
        self.earlier = 0  # executions, before the campaign was resumed
        self.goal = goal
        self.best = 0  # features, or coverage where the engine counts no more than that
        self.quiet_before = 0.0  # seconds of earlier turns in which it did not rise
        self.risen = 0.0  # when it rose last or the turn began, by the monotonic clock

    def memory(self):
        """What a campaign that is resumed wants to know of it."""
        executions, _, coverage, _ = self.figures()
        return {"executions": self.earlier + executions, "coverage": coverage, "features": self.best,
                "quiet": self.quiet(), "findings": self.findings}

    def recall(self, memory):
        """Go on from there."""
        self.earlier = memory.get("executions", 0)
        self.coverage = memory.get("coverage", 0)
        self.best = memory.get("features", 0)
        self.quiet_before = memory.get("quiet", 0.0)
        self.findings = memory.get("findings", 0)

    def look(self):
        """Note whether the running turn found something new."""
        figure = max((turn.stats.features or turn.stats.coverage for turn in self.turns), default=0)
        if figure > self.best:
            self.best, self.quiet_before, self.risen = figure, 0.0, time.monotonic()

    def quiet(self):
        """For how many seconds of its turns it has found nothing new."""
        return self.quiet_before + (time.monotonic() - self.risen if self.turns else 0.0)

    def stable(self):
        return self.goal is not None and self.quiet() >= self.goal

    def figures(self):
        """Executions, executions per second, coverage, corpus: as of now."""
        live = [turn.stats for turn in self.turns]
        return (self.executions + sum(stats.executions for stats in live),
                sum(stats.per_second for stats in live) if live else self.per_second,
                max([self.coverage, *(stats.coverage for stats in live)]),
                max((stats.corpus for stats in live), default=0) or self.corpus)

    def time_left(self):
        if self.turns and self.goal:
            return f"nothing new for {self.quiet():.0f} of {self.goal:.0f} s"
        if self.turns:
            return f"{max(turn.left() for turn in self.turns):.0f} s left"
        return "waiting" if self.waiting else "stable" if self.stable() else "done"

    def begin(self, turn):
        self.turns.append(turn)
        self.waiting -= 1
        self.risen = time.monotonic()

    def end(self, turn):
        """A running turn has ended: take its figures over."""
        _, self.per_second, self.coverage, self.corpus = self.figures()
        self.executions += turn.stats.executions
        self.seconds += turn.ran()
        self.quiet_before = self.quiet()
        self.turns.remove(turn)


class Plain:
    """Lines for logs and CI."""

    def __init__(self, rows):
        self.rows = rows
        self.last = time.monotonic()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    @staticmethod
    def line(row):
        executions, rate, coverage, corpus = row.figures()
        return (f"{row.harness} {row.engine}: {row.earlier + executions} executions, {rate:.0f}/s, "
                f"coverage {coverage}, corpus {corpus}, findings {row.findings}, {row.time_left()}")

    def update(self):
        if time.monotonic() - self.last < EVERY:
            return
        self.last = time.monotonic()
        for row in self.rows:
            if row.turns:
                say(self.line(row))

    def ended(self, row):
        say(self.line(row))

    def note(self, text):
        say(text)


class Table:
    """One row for each pair, redrawn in place."""

    def __init__(self, rows):
        from rich.console import Console
        from rich.live import Live
        self.rows = rows
        self.console = Console()
        self.live = Live(self._render(), console=self.console, refresh_per_second=4)

    def __enter__(self):
        self.live.__enter__()
        return self

    def __exit__(self, *error):
        self.live.update(self._render())
        self.live.__exit__(*error)

    def _render(self):
        from rich.table import Table as RichTable
        table = RichTable(box=None, pad_edge=False, header_style="bold")
        for title, side in (("harness", "left"), ("engine", "left"), ("executions", "right"), ("exec/s", "right"),
                            ("coverage", "right"), ("corpus", "right"), ("findings", "right"), ("time", "right")):
            table.add_column(title, justify=side, no_wrap=True)
        for row in self.rows:
            executions, rate, coverage, corpus = row.figures()
            style = "red" if row.findings else "" if row.turns else "dim"
            table.add_row(row.harness, row.engine, f"{row.earlier + executions:,}", f"{rate:,.0f}", f"{coverage:,}",
                          f"{corpus:,}", str(row.findings), row.time_left(), style=style)
        return table

    def update(self):
        self.live.update(self._render())

    def ended(self, row):
        self.update()

    def note(self, text):
        self.console.print(text, markup=False, highlight=False)


def progress(rows):
    return Table(rows) if sys.stdout.isatty() else Plain(rows)
