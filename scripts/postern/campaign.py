# SPDX-License-Identifier: MIT
"""A bounded campaign: turns on all slots until time is up, a finding ends it, or somebody does."""

import os
import random
import shutil
import signal
import time

from . import afl, corpus, findings, libfuzzer, violation
from .console import Failure
from .progress import Row, progress
from .schedule import Rest, plan

ENGINES = {"libfuzzer": libfuzzer, "afl": afl}
TURNS = {"libfuzzer": libfuzzer.LibFuzzerTurn, "afl": afl.AflTurn}
MOST_FINDINGS = 200  # of one pair in one campaign: beyond that it is the harness that is broken


class Campaign:
    """`harnesses` is {engine: {name: Harness}}: what to run, already built."""

    def __init__(self, state, harnesses, keep_going=False, seed=None):
        self.state = state
        self.harnesses = harnesses
        self.keep_going = keep_going
        self.random = random.Random(seed)
        self.rest = Rest(state)
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
        self._sweep()
        self.running = []
        try:
            with progress([self.rows[pair] for pair in in_order if self.rows[pair].waiting]) as self.view:
                self._loop(jobs)
        finally:
            for turn in self.running:
                turn.stop()
                turn.close()
            for number, handler in before.items():
                signal.signal(number, handler)
        return [self.rows[pair] for pair in in_order]

    def _interrupt(self, _number, _frame):
        self.interrupted = True

    def _sweep(self):
        """Take home what a campaign left that was killed, and clear up behind it."""
        for folder in self.state.glob("work/*"):
            owner = folder.name.split(".")[0]
            if owner.isdigit() and os.path.exists(f"/proc/{owner}"):
                continue
            for turn in folder.glob("*"):
                pair = turn.name.split(".")
                if len(pair) < 2:
                    continue
                harness, engine = pair[0], pair[1]
                fresh = turn.glob("fresh/*") if engine == "libfuzzer" else turn.glob("out/default*/queue/id:*")
                corpus.adopt(list(fresh), corpus.folder_of(self.state, harness))
                known = self.harnesses.get(engine, {}).get(harness)
                left = turn.glob("found/*") if engine == "libfuzzer" else turn.glob("out/default*/crashes/id:*")
                for path in sorted(left) if known else []:
                    self._take(known, engine, path)
            shutil.rmtree(folder, ignore_errors=True)

    def _loop(self, jobs):
        while (self.waiting or self.running) and not self.interrupted and not self.enough:
            while self.waiting and len(self.running) < jobs:
                self._start(self.waiting.pop(0))
            time.sleep(0.25)
            for turn in list(self.running):
                self._attend(turn)
            self.view.update()
        for turn in list(self.running):
            self._end(turn)

    def _start(self, pair):
        name, engine = pair
        self.count += 1
        folder = self.state / "work" / str(os.getpid()) / f"{name}.{engine}.{self.count}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        turn = TURNS[engine](self.harnesses[engine][name], folder, self.turn_seconds,
                             self.random.randrange(1, 1 << 31), corpus.sources(self.state, name))
        turn.pair = pair
        self.rows[pair].waiting -= 1
        self.rows[pair].turn = turn
        self.rows[pair].had_turn = True
        self.running.append(turn)
        turn.start()

    def _attend(self, turn):
        """Look after one running turn."""
        was_running = turn.running()  # before poll, so that nothing written at the end is missed
        for path in turn.poll():
            self._take(turn.harness, turn.engine, path)
            if not self.keep_going:
                self.enough = True
                return
        if turn.over():
            self._end(turn)
        elif not was_running:
            if turn.failed_to_run():
                raise Failure(f"{turn.engine} could not run {turn.harness.name}:\n{turn.tail()}")
            if self.rows[turn.pair].findings >= MOST_FINDINGS:
                self._end(turn)
            else:
                turn.again()

    def _end(self, turn):
        self.running.remove(turn)
        turn.stop()
        for path in turn.poll():
            self._take(turn.harness, turn.engine, path)
        corpus.adopt(turn.new_inputs(), corpus.folder_of(self.state, turn.harness.name))
        row = self.rows[turn.pair]
        row.settle()
        self.rest.note(turn.pair, time.time())
        turn.close()
        self.view.ended(row)

    def _take(self, harness, engine, path):
        """Run a failing input again, alone, and keep it if its like is not kept yet."""
        octets = path.read_bytes()
        verdict, report = self._judge(harness, engine, path)
        reproduces = verdict is not None
        if verdict is None:
            verdict = violation.Verdict("FLAKY", f"FLAKY|{engine}|{harness.name}",
                                        summary="failed once, and did not when run again alone")
        finding = findings.keep(self.state, harness.name, engine, octets, verdict, report, reproduces)
        known = (harness.name, verdict.key)
        if known not in self.found:
            self.found[known] = finding
            row = getattr(self, "rows", {}).get((harness.name, engine))
            if row:
                row.findings += 1

    def _judge(self, harness, engine, path):
        """The verdict on an input, from the engine that found it, or from one whose reports say more."""
        first, report = None, ""
        for name in (engine, *(other for other in ENGINES if other != engine)):
            runner = self.harnesses.get(name, {}).get(harness.name)
            if runner is None:
                continue
            text, code = ENGINES[name].rerun(runner, path)
            verdict = (violation.read(text, code) if code is not None
                       else violation.Verdict("BOUND", "BOUND|timeout", summary="timeout"))
            if verdict and (verdict.oracle != "SAN" or name == "libfuzzer"):
                return verdict, text
            if verdict and first is None:
                first, report = verdict, text
        return first, report

