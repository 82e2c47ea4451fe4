# SPDX-License-Identifier: MIT
"""A campaign: turns on all processors until time is up, nothing new comes, a finding ends it, or somebody does."""

import random
import signal
import time
from dataclasses import asdict, dataclass

from . import afl, corpus, findings, libfuzzer, libfuzzer_fork
from .console import Failure
from .history import History
from .judge import Judge
from .progress import Row, progress
from .schedule import SHORTEST, Rest, Slot, one_round, plan
from .share import Share
from .workroom import Workroom

ENGINES = {"libfuzzer": libfuzzer, "afl": afl}
MOST_FINDINGS = 100  # artifacts of one turn: beyond that it only finds the same again


@dataclass
class Settings:
    """`seconds`: None when only `stable` ends it, which is how many seconds nothing new may come."""
    seconds: float | None
    jobs: int
    stable: float | None = None
    keep_going: bool = False


def turn_of(engine, width):
    """The class of a turn: of an engine, in so many processes."""
    if engine == "afl":
        return afl.AflTurn
    return libfuzzer_fork.ForkTurn if width > 1 else libfuzzer.LibFuzzerTurn


class Campaign:
    """`harnesses` is {engine: {name: Harness}}: what to run, already built. `record`: of this campaign, which may have
    begun in an earlier process."""

    def __init__(self, state, harnesses, settings, record):
        self.state = state
        self.harnesses = harnesses
        self.settings = settings
        self.record = record
        self.random = random.Random()
        self.rest = Rest(state)
        self.room = Workroom(state)
        self.judge = Judge(state, harnesses, self.room.folder)
        self.share = Share(state, self._note)
        self.view = None
        self.running = []
        self.found = {}  # path -> Finding
        self.interrupted = False
        self.enough = False
        self.count = 0
        names = list(next(iter(self.harnesses.values())))
        self.pairs = [(name, engine) for name in names for engine in self.harnesses]
        self.rows = {pair: Row(pair, settings.stable) for pair in self.pairs}
        self._remember()
        self.waiting = self._turns()
        for slot in self.waiting:
            self.rows[slot.pair].waiting += 1

    def _remember(self):
        """What the record knows of an earlier part of this campaign."""
        for pair, row in self.rows.items():
            row.recall(self.record.facts["rows"].get("/".join(pair), {}))
        for path in map(self.state.joinpath, self.record.facts["findings"]):
            finding = findings.load(path.parent.name, path)
            if finding:
                self.found[finding.path] = finding
        self.spent = self.record.facts["spent"]
        self.record.save(**asdict(self.settings), room=self.room.folder.name, ended=None)

    def _turns(self):
        """The turns to come: what is left of those that were planned, else a new plan."""
        left = [Slot((name, engine), seconds, width) for name, engine, seconds, width in self.record.facts["turns"]
                if (name, engine) in self.rows]
        if left:
            return left
        pairs = self.rest.order(self.pairs)
        if self.settings.stable is None:
            return plan(pairs, self.settings.seconds - self.spent, self.settings.jobs)
        return one_round([pair for pair in pairs if not self.rows[pair].stable()] or pairs, self.settings.stable,
                         self.settings.jobs)

    def run(self):
        """Returns: the rows with their figures, those that had no turn included."""
        before = {number: signal.signal(number, self._interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
        self.room.take_home({name for name, _ in self.pairs}, lambda pair, path: self.judge.submit(*pair, path))
        self.history = History(self.state, seconds=self.settings.seconds, jobs=self.settings.jobs)
        self.began = time.monotonic()
        done = False
        try:
            with progress([self.rows[pair] for pair in self.pairs if self.rows[pair].waiting]) as self.view:
                self._loop()
            done = True
        finally:
            for turn in self.running:
                turn.stop()
            self.judge.close()
            self.room.close() if done else self.room.leave()
            self.history.close(self.interrupted)
            for number, handler in before.items():
                signal.signal(number, handler)
        return [self.rows[pair] for pair in self.pairs]

    def _interrupt(self, _number, _frame):
        self.interrupted = True

    def _note(self, text):
        self.view.note(text)

    # ---- Time ----

    def _spent(self):
        return self.spent + time.monotonic() - self.began

    def _time_is_up(self):
        """Only where turns do not add up to the time: those that end when nothing new comes."""
        return self.settings.stable is not None and self.settings.seconds is not None \
            and self._spent() >= self.settings.seconds

    def _is_over(self):
        return self.interrupted or self.enough or self._time_is_up() or not (self.waiting or self.running)

    def _ended(self):
        """Why it is over, for the record."""
        if self.interrupted or self.enough:
            return "interrupted" if self.interrupted else "finding"
        return "time" if self.waiting or self.running or self.settings.stable is None else "stable"

    def _save(self, ended=None):
        left = [(turn.pair, turn.left(), turn.width) for turn in self.running if turn.left() >= SHORTEST / 2]
        left += [(slot.pair, slot.seconds, slot.width) for slot in self.waiting]
        self.record.save(spent=self._spent(), ended=ended,
                         turns=[[*pair, seconds, width] for pair, seconds, width in left], **self._tally())

    def _tally(self):
        return {"rows": {"/".join(pair): row.memory() for pair, row in self.rows.items()},
                "findings": [str(finding.path.relative_to(self.state)) for finding in self.found.values()]}

    # ---- Turns ----

    def _loop(self):
        while not self._is_over():
            self._fill()
            time.sleep(0.25)
            for turn in list(self.running):
                self._attend(turn)
            self._collect()
            self.view.update()
            self.history.sample(self.rows.values())
            if self.record.is_due():
                self._save()
        ended = self._ended()
        self._save(ended)
        for turn in self.running:
            turn.wind_up()
        for turn in self.running:
            turn.stop()
        self._collect(wait=True)  # before the rows are closed, so that they count it
        for turn in list(self.running):
            self._end(turn)
        self._collect(wait=True)
        self.record.save(**self._tally())

    def _fill(self):
        """Begin turns as long as there are processors for them."""
        busy = sum(turn.width for turn in self.running)
        while self.waiting and (not busy or busy + self.waiting[0].width <= self.settings.jobs):
            busy += self.waiting[0].width
            self._start(self.waiting.pop(0))

    def _start(self, slot):
        name, engine = slot.pair
        self.count += 1
        turn = turn_of(engine, slot.width)(
            self.harnesses[engine][name], self.room.turn(slot.pair, self.count), slot.seconds,
            self.random.randrange(1, 1 << 31), corpus.sources(self.state, name), slot.width)
        turn.pair = slot.pair
        self.rows[slot.pair].begin(turn)
        self.running.append(turn)
        turn.start()

    def _attend(self, turn):
        """Look after one running turn."""
        was_running = turn.running()  # before poll, so that nothing written at the end is missed
        for path in turn.poll():
            if self.judge.submit(*turn.pair, path) and not self.settings.keep_going:
                self.enough = True
                return
        row = self.rows[turn.pair]
        row.look()
        if turn.over() or row.stable() or len(turn.seen) >= MOST_FINDINGS:
            self._end(turn)
            self._once_more(row, turn)
        elif not was_running:
            if turn.failed_to_run():
                self.view.note(turn.tail())
                raise Failure(f"{turn.engine} could not run {turn.harness.name} (its last words are above)")
            turn.again()
        else:
            self.share.look(turn)

    def _end(self, turn):
        turn.stop()
        for path in turn.poll():
            self.judge.submit(*turn.pair, path)
        self.share.ended(turn)
        self.running.remove(turn)
        row = self.rows[turn.pair]
        self.history.sample([row], now=True)
        row.end(turn)
        if turn.seen or turn.ran() >= SHORTEST - 1:  # else it was cut short by another's finding, or by somebody
            row.had_turn = True
            self.rest.note(turn.pair, time.time())
        turn.close()
        self.view.ended(row)

    def _once_more(self, row, turn):
        """Who is not stable yet has another turn when all others have had theirs, in as many processes: figures of
        libFuzzer's fork mode do not compare with others."""
        if self.settings.stable is None or row.stable() or len(turn.seen) >= MOST_FINDINGS:
            return
        self.waiting.append(Slot(turn.pair, turn.seconds, turn.width))
        row.waiting += 1

    def _collect(self, wait=False):
        """Note what has been judged."""
        for pair, finding in self.judge.collect(wait):
            if finding is None:
                continue
            if finding.path not in self.found:
                self.found[finding.path] = finding
                self._row_of(pair).findings += 1

    def _row_of(self, pair):
        """The row of a finding. One that a killed campaign left may be of an engine that this campaign does not run."""
        return self.rows.get(pair) or next(row for row in self.rows.values() if row.harness == pair[0])
