# SPDX-License-Identifier: MIT
"""Fuzzing from nothing: what do dictionary and mutator find by themselves, without a seed?"""

import shutil
import time
from concurrent.futures import ThreadPoolExecutor

from . import build, corpus
from .console import Failure, say
from .libfuzzer import PRESET, LibFuzzerTurn


def fuzz(folder, seconds, jobs, seed):
    """Give each harness an equal share of `seconds` on `jobs` slots, from an empty corpus. A failing input does not end
    it. Returns: {harness: paths of its corpus}, which lie in the folder."""
    known = build.harnesses(build.configure(PRESET))
    build.build(PRESET, build.targets_of(known), jobs=jobs)
    share = seconds * jobs / len(known)
    say(f"fuzzing {len(known)} harnesses from nothing, {share:.0f} seconds each, {jobs} at once")
    shutil.rmtree(folder, ignore_errors=True)

    def one(number, harness):
        room = folder / "work" / harness.name
        room.mkdir(parents=True)
        turn = LibFuzzerTurn(harness, room, share, seed + number, [])
        turn.start()
        try:
            while not turn.over():
                time.sleep(0.5)
                turn.poll()
                if turn.failed_to_run():
                    raise Failure(f"{harness.name} could not run: {turn.tail()}")
                if not turn.running() and not turn.over():
                    turn.again()
        finally:
            turn.stop()
        turn.poll()
        corpus.adopt(turn.new_inputs(), folder / harness.name)
        say(f"  {harness.name}: {turn.stats.executions} executions, {turn.stats.coverage} edges, "
            f"{len(turn.seen)} failing")
        return harness.name, sorted((folder / harness.name).glob("*"))

    with ThreadPoolExecutor(jobs) as pool:
        found = dict(pool.map(lambda item: one(*item), enumerate(known)))
    shutil.rmtree(folder / "work")
    return found
