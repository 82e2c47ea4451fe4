# SPDX-License-Identifier: MIT
"""Is a finding real? It is run in the plain replay build first, which tries every law with all partitions; crashes, and
what stays clean there, in one with ASan and UBSan; what stays clean there too, in the engine's own build. What fails in
none of them, time and again, is flaky."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from . import build, cases, libfuzzer
from .console import Failure, say
from .replaying import Replaying
from .violation import Verdict

PLAIN, SANITIZED, ENGINE = "plain", "sanitized", "engine"


@dataclass
class Case:
    """One finding. `verdict` is None until it reproduces; `how`: the build in which it does; `unread`: why it cannot be
    run; `slow`: it ran clean, but long."""
    path: Path
    harness: build.Harness
    verdict: Verdict | None = None
    report: str = ""
    how: str = ""
    unread: str = ""
    slow: bool = False


class Builds:
    """The builds in which findings run, each made when it is asked for. In: names of the harnesses."""

    def __init__(self, names, seconds):
        self.names = names
        self.seconds = seconds
        self.made = {}

    def folder(self, how):
        """Returns: the folder of that build, made; None when it cannot be made here."""
        if how not in self.made:
            self.made[how] = self._make(how)
        return self.made[how]

    def _make(self, how):
        if how == ENGINE:
            return self._make_engine()
        preset, name, settings = cases.replay_build(how == SANITIZED)
        return build.build(preset, [*self.names, *(["postern"] if how == PLAIN else [])], name, settings)

    def _make_engine(self):
        if not shutil.which("clang"):
            say("no clang: what only the engine's own build sees will count as flaky")
            return None
        try:
            return build.build(libfuzzer.PRESET, self.names)
        except Failure as failure:
            say(f"no build for libFuzzer ({failure}): what only it sees will count as flaky")
            return None

    def replaying(self, how, harness, seconds=None):
        """How inputs of a harness run in that build; None when there is none."""
        folder = self.folder(how)
        if folder is None:
            return None
        program = build.choose(build.harnesses(folder), [harness.name])[0].program
        return Replaying(program, seconds or self.seconds, engine=how == ENGINE)


def _run(builds, how, chosen):
    """Run cases in one build, and note what is seen. A crash is told best by a sanitizer, so that its word replaces
    that of the plain build."""
    for name in dict.fromkeys(case.harness.name for case in chosen):
        say(f"  {how}: {len([case for case in chosen if case.harness.name == name])} of {name}")
        mine = {case.path: case for case in chosen if case.harness.name == name}
        replaying = builds.replaying(how, next(iter(mine.values())).harness)
        for failing in replaying.failures(list(mine)) if replaying else ():
            case = mine[failing.path]
            case.verdict, case.report, case.how = failing.verdict, failing.report, how
        for path, why in replaying.unread.items() if replaying else ():
            mine[path].unread = why
        for path in replaying.slow if replaying else ():
            mine[path].slow = True


def reproduce(builds, found, tries):
    """Run all cases until each has failed, or has not in so many tries. Returns: those that could be read."""
    for number in range(tries):
        _run(builds, PLAIN, _left(found))
        found = [case for case in found if not case.unread]
        left = [case for case in found if case.verdict is None or (case.verdict.oracle, case.how) == ("SAN", PLAIN)]
        if left:
            _run(builds, SANITIZED, left)
        if _left(found) and number == 0:
            _run(builds, ENGINE, _left(found))
        left = _left(found)
        say(f"try {number + 1}: {len(found) - len(left)} of {len(found)} fail")
        if not left:
            break
    return found


def _left(found):
    return [case for case in found if case.verdict is None]
