# SPDX-License-Identifier: MIT
"""What a failing run said on stderr, as a Verdict: which law was broken, where, and by which name it is known.

A harness prints "POSTERN-VIOLATION {json}" before it aborts. All else is a sanitizer's report, a time-out, a crash.
"""

import hashlib
import json
import re
from dataclasses import dataclass, field

MARK = "POSTERN-VIOLATION "
LATE = "BOUND|timeout"  # the key of what took too long
FLAKY = "FLAKY"  # in place of a law: what failed once, and never again

# Frames that say how a run died, not why.
_MACHINERY = re.compile(r"^(__asan|__ubsan|__sanitizer|__interceptor|__msan|__lsan|fuzzer::|LLVMFuzzer|__libc_start|"
                        r"main$|_start$|abort$|raise$|gsignal$|pthread_kill|__GI_|mem(cpy|move|cmp|set|chr)$|"
                        r"(malloc|calloc|realloc|free)$|StrtolFixAndCheck|(printf|scanf)_common|"
                        r"afl_|__afl|run_(file|folder|path)$)")
_FRAME = re.compile(r"^\s*#\d+ 0x[0-9a-f]+ (?:in )?(\S+)", re.M)


@dataclass
class Verdict:
    """Why a run failed. `key` is what findings are told apart by."""
    oracle: str
    key: str
    section: str = ""
    state: str = ""
    verb: str = ""
    summary: str = ""
    details: dict = field(default_factory=dict)


def _frames(report):
    names = [name for name in _FRAME.findall(report) if not _MACHINERY.match(name)]
    return names[:3]


def session_of(verdict):
    """The session in which a law was seen to break: the input, or a variant that the law made of it. None: not told."""
    session = verdict.details.get("session")
    return session.encode("latin-1", "replace") if isinstance(session, str) else None


def stack_of(report):
    """The functions of a report's first stack, the innermost first; one that calls itself is named once."""
    names = []
    for line in report.splitlines():
        found = _FRAME.match(line)
        if not found or (names and re.match(r"\s*#0 ", line)):
            if names:
                break
        elif names[-1:] != [found.group(1)]:
            names.append(found.group(1))
    return names


def read(report, exit_code):
    """The verdict on a run that said `report` on stderr; exit code None: it took too long. None: nothing was wrong."""
    for line in report.splitlines():
        if line.startswith(MARK):
            try:
                facts = json.loads(line[len(MARK):])
                oracle = str(facts["oracle"])
            except (ValueError, KeyError, TypeError):
                continue
            state, verb = (str(facts.get(key) or "").strip("-") for key in ("state", "verb"))
            summary = f"expected {facts.get('expected', '?')}, seen {facts.get('seen', '?')}"
            key = f"{oracle}|{state}|{verb}" if state or verb else f"{oracle}|{facts.get('expected')}"
            return Verdict(oracle, key, str(facts.get("section") or ""), state, verb, summary, facts)

    if exit_code is None:
        return Verdict("BOUND", LATE, summary="timeout")
    found = re.search(r"SUMMARY: (\w*Sanitizer): ([\w-]+)(.*)", report)
    if found:
        error = re.search(r"runtime error: (.*)", report)
        kind = f"{found.group(1)} {error.group(1) if error else found.group(2)}"
        frames = _frames(report)
        where = frames or [re.sub(r".*/|:\d+", "", found.group(3).strip())]
        key = re.sub(r"0x[0-9a-f]+|[0-9]+", "N", kind)  # addresses and values differ from run to run
        return Verdict("SAN", f"SAN|{key}|{'|'.join(where)}", summary=f"{kind} in {', '.join(where)}")
    found = re.search(r"SUMMARY: libFuzzer: ([\w -]+)", report)
    if found and found.group(1) != "deadly signal":
        return Verdict("BOUND", f"BOUND|{found.group(1)}", summary=found.group(1))
    if found or exit_code < 0:
        frames = _frames(report)
        signal = found.group(1) if found else f"signal {-exit_code}"
        return Verdict("SAN", f"SAN|crash|{'|'.join(frames)}", summary=f"{signal} in {', '.join(frames) or '?'}")
    return None


def bucket_of(verdict, harness):
    """What findings of all harnesses are gathered by: oracle, state and verb, or oracle and stack. Where a verdict has
    none of these, its key tells findings of one harness apart, and no more."""
    return verdict.key if verdict.state or verdict.verb or verdict.oracle == "SAN" else f"{verdict.key}|{harness}"


def name_of(verdict, key=None):
    """A file name for a finding of this verdict: readable, and the same for the same key (the verdict's own, or that of
    its bucket)."""
    words = [verdict.oracle, verdict.state, verdict.verb]
    if key and not (verdict.state or verdict.verb):
        words = key.split("|")
    readable = "-".join(re.sub(r"[^A-Za-z0-9]+", "_", word) for word in words if word).strip("_").lower()
    return f"{readable[:60]}-{hashlib.sha1((key or verdict.key).encode()).hexdigest()[:8]}"
