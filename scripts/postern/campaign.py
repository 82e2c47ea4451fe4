# SPDX-License-Identifier: MIT
"""A bounded campaign: turns on all slots until time is up, a finding ends it, or somebody does."""

import random
import signal
import time

from . import afl, corpus, libfuzzer
from .console import Failure
from .history import History
from .judge import Judge
from .progress import Row, progress
from .schedule import SHORTEST, Rest, plan
from .workroom import Workroom

ENGINES = {"libfuzzer": libfuzzer, "afl": afl}
TURNS = {"libfuzzer": libfuzzer.LibFuzzerTurn, "afl": afl.AflTurn}
MOST_FINDINGS = 100  # artifacts of one turn: beyond that it only finds the same again


class Campaign:
    """`harnesses` is {engine: {name: Harness}}: what to run, already built."""

    def __init__(self, state, harnesses, keep_going=False, seed=None):
        self.state = state
        self.harnesses = harnesses
        self.keep_going = keep_going
        self.random = random.Random(seed)
        self.rest = Rest(state)
        self.room = Workroom(state)
        self.judge = Judge(state, harnesses, self.room.folder)
        self.found = {}  # (harness, key) -> Finding
        self.interrupted = False
        self.enough = False
        self.count = 0

    def run(self, seconds, jobs):
        """Returns: the rows with their figures, those that had no turn included."""
        names = list(next(iter(self.harnesses.values())))
        pairs = self.rest.order([(name, engine) for name in names for engine in self.harnesses])
        self.waiting, self.turn_seconds = plan(pairs, seconds, jobs)
        in_order = [(name, engine) for name in names for engine in self.harnesses]
        self.rows = {pair: Row(pair) for pair in in_order}
        for pair in self.waiting:
            self.rows[pair].waiting += 1
        before = {number: signal.signal(number, self._interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
        self.running = []
        self.room.take_home(set(self.rows), lambda pair, path: self.judge.submit(*pair, path))
        self.history = History(self.state, seconds=seconds, jobs=jobs)
        try:
            with progress([self.rows[pair] for pair in in_order if self.rows[pair].waiting]) as self.view:
                self._loop(jobs)
        finally:
            for turn in self.running:
                turn.stop()
                turn.close()
            self.room.close()
            self.history.close(self.interrupted)
            for number, handler in before.items():
                signal.signal(number, handler)
        return [self.rows[pair] for pair in in_order]

    def _interrupt(self, _number, _frame):
        self.interrupted = True

    def _loop(self, jobs):
        while (self.waiting or self.running) and not self.interrupted and not self.enough:
            while self.waiting and len(self.running) < jobs:
                self._start(self.waiting.pop(0))
            time.sleep(0.25)
            for turn in list(self.running):
                self._attend(turn)
            self._collect()
            self.view.update()
            self.history.sample(self.rows.values())
        for turn in self.running:
            turn.stop()
        self._collect(wait=True)  # before the rows are closed, so that they count it
        for turn in list(self.running):
            self._end(turn)
        self._collect(wait=True)

    def _start(self, pair):
        name, engine = pair
        self.count += 1
        turn = TURNS[engine](self.harnesses[engine][name], self.room.turn(pair, self.count), self.turn_seconds,
                             self.random.randrange(1, 1 << 31), corpus.sources(self.state, name))
        turn.pair = pair
        self.rows[pair].begin(turn)
        self.running.append(turn)
        turn.start()

    def _attend(self, turn):
        """Look after one running turn."""
        was_running = turn.running()  # before poll, so that nothing written at the end is missed
        for path in turn.poll():
            self.judge.submit(*turn.pair, path)
            if not self.keep_going:
                self.enough = True
                return
        if turn.over():
            self._end(turn)
        elif not was_running:
            if turn.failed_to_run():
                self.view.note(turn.tail())
                raise Failure(f"{turn.engine} could not run {turn.harness.name} (its last words are above)")
            if len(turn.seen) >= MOST_FINDINGS:
                self._end(turn)
            else:
                turn.again()

    def _end(self, turn):
        self.running.remove(turn)
        turn.stop()
        for path in turn.poll():
            self.judge.submit(*turn.pair, path)
        corpus.adopt(turn.new_inputs(), corpus.folder_of(self.state, turn.harness.name))
        row = self.rows[turn.pair]
        self.history.sample([row], now=True)
        row.end(turn)
        if turn.seen or turn.ran() >= SHORTEST - 1:  # else it was cut short by another's finding, or by somebody
            row.had_turn = True
            self.rest.note(turn.pair, time.time())
        turn.close()
        self.view.ended(row)

    def _collect(self, wait=False):
        """Note what has been judged."""
        for pair, finding in self.judge.collect(wait):
            known = (finding.harness, finding.verdict.key)
            if known not in self.found:
                self.found[known] = finding
                self.rows[pair].findings += 1
