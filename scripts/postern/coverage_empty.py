# SPDX-License-Identifier: MIT
"""Fuzzing from nothing: what do dictionary and mutator find by themselves, without a seed? What fails meanwhile is a
finding like that of any campaign: it is run again, and kept in the state."""

import shutil
import threading

from . import build, corpus, parallel
from .console import Failure, say
from .judge import Judge
from .libfuzzer import PRESET, LibFuzzerTurn
from .workroom import Workroom


class FromNothing:
    """`folder` takes the corpora that come of it; `state`, the findings."""

    def __init__(self, folder, state, jobs, seed):
        self.folder = folder
        self.state = state
        self.jobs = jobs
        self.seed = seed
        self.harnesses = build.harnesses(build.configure(PRESET))
        build.build(PRESET, build.targets_of(self.harnesses), jobs=jobs)
        self.stopped = threading.Event()
        self.alone = threading.Lock()

    def fuzz(self, seconds):
        """Give each harness an equal share of `seconds` on all slots, from an empty corpus. A failing input does not
        end it. Returns: {harness: paths of its corpus}, and the Findings."""
        shutil.rmtree(self.folder, ignore_errors=True)
        share = seconds * self.jobs / len(self.harnesses)
        say(f"fuzzing {len(self.harnesses)} harnesses from nothing, {share:.0f} seconds each, {self.jobs} at once")
        self.room = Workroom(self.state)  # a kill leaves what failed to the next campaign
        self.judge = Judge(self.state, {PRESET: {one.name: one for one in self.harnesses}}, self.room.folder)
        done = False
        try:
            parallel.each(self.jobs, lambda item: self._one(*item, share), enumerate(self.harnesses),
                          lambda told: say(f"  {told}"), self.stopped.set)
            found = {finding.path: finding for _, finding in self.judge.collect(wait=True) if finding}
            done = True
        finally:
            self.judge.close()
            self.room.close() if done else self.room.leave()
        return {one.name: sorted((self.folder / one.name).glob("*")) for one in self.harnesses}, list(found.values())

    def _one(self, number, harness, seconds):
        """A turn of one harness. Returns: what to say of it."""
        turn = LibFuzzerTurn(harness, self.room.turn((harness.name, PRESET), number), seconds, self.seed + number, [])
        turn.start()
        try:
            while not turn.over() and not self.stopped.wait(0.5):
                self._submit(harness, turn.poll())
                if turn.failed_to_run():
                    raise Failure(f"{harness.name} could not run: {turn.tail()}")
                if not turn.running() and not turn.over():
                    turn.again()
        finally:
            turn.stop()
            self._submit(harness, turn.poll())
        corpus.adopt(turn.new_inputs(), self.folder / harness.name)
        turn.close()
        return (f"{harness.name}: {turn.stats.executions} executions, {turn.stats.coverage} edges, "
                f"{len(turn.seen)} failing")

    def _submit(self, harness, paths):
        with self.alone:
            for path in paths:
                self.judge.submit(harness.name, PRESET, path)
