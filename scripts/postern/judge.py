# SPDX-License-Identifier: MIT
"""What a failing input is worth: it is run again, alone and with full reports, beside the campaign, and kept."""

from concurrent.futures import ThreadPoolExecutor

from . import afl, artifact, findings, house, libfuzzer, violation

DOUBT = "doubt"  # in the name of an input that a kill may have made what it is
RERUN = {"libfuzzer": libfuzzer.rerun, "afl": afl.rerun}


class Judge:
    """`harnesses` is {engine: {name: Harness}}; `folder` takes the inputs while they wait."""

    def __init__(self, state, harnesses, folder):
        self.state = state
        self.harnesses = harnesses
        self.folder = folder
        self.bench = ThreadPoolExecutor(max_workers=1)
        self.cases = []
        self.count = 0
        self.failing = {}  # path of a saved finding -> whether it was seen to fail

    def submit(self, name, engine, path):
        """Hand in a failing input. Its file may go away at once. Returns: whether it is beyond doubt that it failed."""
        self.count += 1
        octets, doubtful = artifact.read(path)
        doubtful = doubtful or DOUBT in path.name  # a campaign that was killed had it
        copy = self.folder / f"{name}.{engine}.{DOUBT if doubtful else 'judge'}-{self.count}"
        house.write_whole(copy, octets, lasting=False)
        self.cases.append(((name, engine), self.bench.submit(self._decide, name, engine, copy)))
        return not doubtful

    def collect(self, wait=False):
        """Verdicts that are ready, or all. Yields: (harness name, engine), Finding; None when it is none."""
        ready = [case for case in self.cases if wait or case[1].done()]
        for case in ready:
            self.cases.remove(case)
            yield case[0], case[1].result()

    def close(self):
        """Begin no more cases."""
        self.bench.shutdown(wait=True, cancel_futures=True)

    def _decide(self, name, engine, copy):
        octets = copy.read_bytes()
        verdict, report = self._judge(name, engine, copy)
        if verdict is None and DOUBT in copy.name:
            copy.unlink()
            return None
        reproduces = verdict is not None
        if verdict is None:
            verdict = violation.Verdict(violation.FLAKY, f"{violation.FLAKY}|{engine}",
                                        summary="failed once, and did not when it was run again alone")
        finding = findings.keep(self.state, name, engine, octets, verdict, report, reproduces,
                                lambda path: self._fails(path, name, engine, verdict))
        if reproduces:
            self.failing[finding.path] = True
        copy.unlink()
        return finding

    def _fails(self, path, name, engine, verdict):
        """Whether a saved finding still fails in the way that its name says. That is found out once a campaign; of
        flaky ones nobody can tell, so that each is one of its own."""
        if verdict.oracle == violation.FLAKY:
            return False
        if path not in self.failing:
            copy = self.folder / f".{path.name}"  # engines leave things where an input lies
            house.write_whole(copy, path.read_bytes(), lasting=False)
            seen, _ = self._judge(name, engine, copy)
            copy.unlink()
            self.failing[path] = bool(seen and seen.key == verdict.key)
        return self.failing[path]

    def _judge(self, name, engine, path):
        """The verdict of the engine that found it, or of one whose reports say more of a crash (ASan's)."""
        first, first_report = None, ""
        for other in (engine, *(other for other in RERUN if other != engine)):
            harness = self.harnesses.get(other, {}).get(name)
            if harness is None:
                continue
            report, code = RERUN[other](harness, path)
            verdict = violation.read(report, code)
            if verdict and (verdict.oracle != "SAN" or other == "libfuzzer"):
                return verdict, report
            if verdict and first is None:
                first, first_report = verdict, report
        return first, first_report
