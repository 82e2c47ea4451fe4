# SPDX-License-Identifier: MIT
"""How a campaign went, over time: STATE/history/CAMPAIGN.jsonl, one file a campaign, one JSON object a line.

A line is appended in one write and never changed, so that a campaign that is killed loses at most its last line, and
several campaigns on one state do not meet. Who reads passes over a line that is not whole.

    {"event": "begin", "time": 1770000000.0, "version": "...", "seconds": 60, "jobs": 2}
    {"event": "sample", "time": ..., "harness": "fuzz_session", "engine": "libfuzzer", "executions": 1234,
     "per_second": 567.0, "coverage": 890, "features": 2345, "corpus": 67, "findings": 0}
    {"event": "end", "time": ..., "interrupted": false}

executions: of this campaign, by this harness and engine. coverage: edges, as the engine counts them; features: what
libFuzzer counts besides, 0 where the engine does not. corpus: inputs that the engine holds."""

import json
import os
import time

from . import project

EVERY = 5  # seconds between samples of a row


def folder_of(state):
    return state / "history"


class History:
    """Written by one campaign while it runs."""

    def __init__(self, state, **begin):
        folder = folder_of(state)
        folder.mkdir(parents=True, exist_ok=True)
        self.file = open(folder / f"{time.time_ns()}.{os.getpid()}.jsonl", "ab", buffering=0)
        self.last = {}  # pair -> when it was sampled, by the monotonic clock
        self._write("begin", version=project.version(), **begin)

    def _write(self, event, **facts):
        line = json.dumps({"event": event, "time": round(time.time(), 1), **facts}) + "\n"
        self.file.write(line.encode())

    def sample(self, rows, now=False):
        """Note the figures of the rows that have a running turn, when it is time again, or now."""
        for row in rows:
            pair = (row.harness, row.engine)
            if not row.turns or (not now and time.monotonic() - self.last.get(pair, -EVERY) < EVERY):
                continue
            self.last[pair] = time.monotonic()
            executions, per_second, coverage, corpus = row.figures()
            if executions:
                self._write("sample", harness=row.harness, engine=row.engine, executions=executions,
                            per_second=round(per_second, 1), coverage=coverage,
                            features=max(turn.stats.features for turn in row.turns), corpus=corpus,
                            findings=row.findings)

    def close(self, interrupted):
        self._write("end", interrupted=interrupted)
        self.file.close()


def read(state):
    """All campaigns of a state, oldest first. Returns: a list of lists of events; what is no event is left out."""
    campaigns = []
    for path in sorted(folder_of(state).glob("*.jsonl")):
        events = []
        for line in path.read_bytes().splitlines():
            try:
                event = json.loads(line)
            except ValueError:
                continue
            if isinstance(event, dict) and isinstance(event.get("time"), (int, float)) and "event" in event:
                events.append(event)
        if events:
            campaigns.append(events)
    return campaigns
