# SPDX-License-Identifier: MIT
"""A failing input made as short as it gets while it fails in the same way.

Whole parts go first: commands, messages, chunks with their octets (`postern show --parts`). Then what stands in them:
octets of a chunk (its BDAT says how many are left), lines of a message, parameters, words, and in the end single
octets. Many are taken at once, from the end to the front; then half as many; down to one. All of it again until
nothing goes any more.
"""

import json
import re
import time

from . import house, violation
from .tool import postern

AT_ONCE, OCTETS_AT_ONCE = 64, 1 << 22  # candidates that are tried in one process, and how long they are together
_CHUNK = re.compile(rb"(?i)(bdat +)\d+")


def parts_of(octets, kind, room):
    """The parts of an input: {what, begin, middle, end} of each. In: room, a folder to write in."""
    path = room / "parts"
    path.write_bytes(octets)
    return [json.loads(line) for line in postern("show", "--parts", f"--kind={kind}", path).stdout.splitlines()]


class Shrinker:
    """`same(candidates)` tells which is the first of some inputs that fails in the same way, or None. `seconds`: when
    to stop, wherever it is; what is there by then fails too."""

    def __init__(self, octets, kind, same, seconds, room):
        self.octets = octets
        self.kind = kind
        self.same = same
        self.room = room
        self.end = time.monotonic() + seconds
        self.tried = {hash(octets)}

    def run(self):
        """Returns: the shortest input found."""
        before = None
        while before != self.octets and not self.late():
            before = self.octets
            for way in (self._parts, self._chunks, self._lines, self._parameters, self._words, self._octets):
                way()
        return self.octets

    def late(self):
        return time.monotonic() >= self.end

    # ---- Ways of being shorter ----

    def _parts(self):
        ends = [part["end"] for part in parts_of(self.octets, self.kind, self.room)]
        self._take_away([self.octets[begin:end] for begin, end in zip([0, *ends], ends)])

    def _lines(self):
        self._take_away(self.octets.splitlines(keepends=True) if b"\r" not in self.octets
                        else re.findall(rb"(?s).*?\r\n|.+", self.octets))

    def _parameters(self):
        self._take_away(re.findall(rb"(?s) ?[^ \r\n]*|.", self.octets))

    def _words(self):
        self._take_away(re.findall(rb"(?s)[ <>@:;=.]?[^ <>@:;=.]*|.", self.octets))

    def _octets(self):
        self._take_away([self.octets[at:at + 1] for at in range(len(self.octets))])

    def _chunks(self):
        """Chunks with fewer octets, and a BDAT that says so: none, one, then half as many again and again."""
        if self.kind != "session":
            return
        number = 0
        while not self.late():
            chunks = [part for part in parts_of(self.octets, self.kind, self.room) if part["what"] == "chunk"]
            if number >= len(chunks):
                return
            if self._try([self._with_chunk(chunks[number], size) for size in self._sizes(chunks[number])]) is None:
                number += 1

    @staticmethod
    def _sizes(part):
        size = part["end"] - part["middle"]
        return sorted({0, 1, 2, *(size * share // 8 for share in range(1, 8)), size - 1} & set(range(size)))

    def _with_chunk(self, part, size):
        line = self.octets[part["begin"]:part["middle"]]
        content = self.octets[part["middle"]:part["end"]]
        return (self.octets[:part["begin"]] + _CHUNK.sub(rb"\g<1>%d" % size, line, count=1) + content[:size]
                + self.octets[part["end"]:])

    # ---- Trying ----

    def _take_away(self, pieces):
        """Leave pieces out, as long as what remains fails in the same way."""
        pieces = [piece for piece in pieces if piece]
        width = max(1, len(pieces) // 2)
        while pieces and not self.late():
            at = len(pieces)  # what lies behind it has been tried
            while at > 0 and not self.late():
                starts = list(range(at, 0, -width))
                found = self._try(b"".join(pieces[:max(0, end - width)] + pieces[end:]) for end in starts)
                if found is None:
                    break
                at = starts[found]
                del pieces[max(0, at - width):at]
                at = max(0, at - width)
            if width == 1:
                return
            width = max(1, width // 2)

    def _try(self, candidates):
        """Take over the first candidate that fails in the same way. Returns: its number, or None."""
        batch, size, number = [], 0, -1
        for number, candidate in enumerate(candidates):
            if hash(candidate) not in self.tried and len(candidate) <= len(self.octets):
                batch.append((number, candidate))
                size += len(candidate)
            if len(batch) >= AT_ONCE or size >= OCTETS_AT_ONCE:
                found = self._try_batch(batch)
                if found is not None or self.late():
                    return found
                batch, size = [], 0
        return self._try_batch(batch)

    def _try_batch(self, batch):
        if not batch or self.late():
            return None
        found = self.same([candidate for _, candidate in batch])
        tried = batch if found is None else batch[:found + 1]
        self.tried.update(hash(candidate) for _, candidate in tried)
        if found is None:
            return None
        self.octets = batch[found][1]
        return batch[found][0]


class Same:
    """Whether something else fails in the same way: with the same key, and by itself when the first one did. Laws try
    variants of their own, so that a fault shows with almost any input; such an input tells nobody anything."""

    def __init__(self, octets, verdict, report):
        self.key = verdict.key
        self.direct = violation.session_of(verdict) == octets
        self.stack = violation.stack_of(report) if verdict.oracle == "SAN" else []

    def holds(self, octets, failing):
        return (failing.verdict.key == self.key
                and (not self.direct or violation.session_of(failing.verdict) == octets)
                and (not self.stack or violation.stack_of(failing.report) == self.stack))


def shrink(octets, kind, replaying, verdict, report, seconds):
    """Make a failing input shorter. In: kind of the input ("session", "data" ...); replaying, how it is run; verdict
    and report, what was seen. Returns: the shorter input, which fails in the same way; octets, when there is none."""
    same = Same(octets, verdict, report)
    with house.scratch("postern-shrink-") as room:
        def first(candidates):
            paths = [room / str(number) for number in range(len(candidates))]
            for path, candidate in zip(paths, candidates):
                path.write_bytes(candidate)
            for failing in replaying.failures(paths):
                number = paths.index(failing.path)
                if same.holds(candidates[number], failing):
                    return number
            return None

        return Shrinker(octets, kind, first, seconds, room).run()
