# SPDX-License-Identifier: MIT
"""What a campaign looks like while it runs: a live table on a terminal, plain lines elsewhere."""

import sys
import time

from .console import say

EVERY = 5  # seconds between plain lines


class Row:
    """One pair of harness and engine; its figures add up over its turns, of which several may run at once."""

    def __init__(self, pair):
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

    def figures(self):
        """Executions, executions per second, coverage, corpus: as of now."""
        live = [turn.stats for turn in self.turns]
        return (self.executions + sum(stats.executions for stats in live),
                sum(stats.per_second for stats in live) if live else self.per_second,
                max([self.coverage, *(stats.coverage for stats in live)]),
                max((stats.corpus for stats in live), default=0) or self.corpus)

    def time_left(self):
        if self.turns:
            return f"{max(turn.left() for turn in self.turns):.0f} s"
        return "waiting" if self.waiting else "done"

    def begin(self, turn):
        self.turns.append(turn)
        self.waiting -= 1

    def end(self, turn):
        """A running turn has ended: take its figures over."""
        _, self.per_second, self.coverage, self.corpus = self.figures()
        self.executions += turn.stats.executions
        self.seconds += turn.ran()
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
        return (f"{row.harness} {row.engine}: {executions} executions, {rate:.0f}/s, coverage {coverage}, "
                f"corpus {corpus}, findings {row.findings}, {row.time_left()}"
                + (" left" if row.turns else ""))

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
                            ("coverage", "right"), ("corpus", "right"), ("findings", "right"), ("time left", "right")):
            table.add_column(title, justify=side, no_wrap=True)
        for row in self.rows:
            executions, rate, coverage, corpus = row.figures()
            style = "red" if row.findings else "" if row.turns else "dim"
            table.add_row(row.harness, row.engine, f"{executions:,}", f"{rate:,.0f}", f"{coverage:,}", f"{corpus:,}",
                          str(row.findings), row.time_left(), style=style)
        return table

    def update(self):
        self.live.update(self._render())

    def ended(self, row):
        self.update()

    def note(self, text):
        self.console.print(text, markup=False, highlight=False)


def progress(rows):
    return Table(rows) if sys.stdout.isatty() else Plain(rows)
