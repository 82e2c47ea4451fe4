# SPDX-License-Identifier: MIT
"""libFuzzer in several processes: its fork mode.

A parent gives some inputs to each child, lets it run (one second at first, then longer and longer), and merges what it
found into the corpus. A child that fails leaves its artifact, and the others go on. The parent never looks into the
corpus folder again, and what children found since they began is lost when it is interrupted; both are seen to here.
"""

import os
import re
import signal
import time

from . import artifact, corpus
from .libfuzzer import LibFuzzerTurn
from .turn import tail

RENEW = 120  # seconds after which it is started again, when there are inputs that others found
WRAP_UP = 4.0  # seconds that it has in the end to merge what the children found

_MERGED = re.compile(r"^#(\d+): cov: (\d+) ft: (\d+) corp: (\d+) ", re.M)
_CHILD = re.compile(r"^#(\d+)\t", re.M)


class ForkTurn(LibFuzzerTurn):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.children = self.folder / "children"
        self.waiting = False  # inputs that others found

    def more_flags(self):
        self.children.mkdir(exist_ok=True)
        return [f"-fork={self.width}", "-ignore_crashes=1"]

    def environment(self, number):
        return {**super().environment(number), "TMPDIR": str(self.children)}

    def read_stats(self):
        merged = _MERGED.findall(self.tail(16384))
        count, *figures = merged[-1] if merged else ("0", "", "", "")
        # The parent counts a child's executions when that has ended.
        living = [_CHILD.findall(tail(log, 2048)) for log in self.children.glob("*/*.log")]
        self.note(int(count) + sum(int(counts[-1]) for counts in living if counts), *figures)

    def take(self, paths):
        self.known |= corpus.bring(paths, self.inputs, self.folder)
        self.waiting = True

    def poll(self):
        if self.waiting and self.running() and time.time() - self.launched > RENEW and self.left() > RENEW:
            self.stop()
            self.again()
        return super().poll()

    def again(self):
        self.signal_all(signal.SIGKILL)  # children outlive a parent that was killed
        self.salvage()
        self.waiting = False
        super().again()

    def stop(self):
        if self.running():
            self._wrap_up()
        super().stop()
        self.salvage()

    def _wrap_up(self):
        """Have the children end, and wait until the parent has merged what they found."""
        merges = len(_MERGED.findall(self.tail(1 << 20)))
        for folder in self.children.glob("*.dir"):
            (folder / "STOP").write_bytes(b"1")
        until = time.monotonic() + WRAP_UP
        while self.running() and time.monotonic() < until:
            if len(_MERGED.findall(self.tail(1 << 20))) >= merges + self.width:
                break
            time.sleep(0.1)

    def salvage(self):
        """Keep what children found and nobody merged."""
        for path in self.children.glob("*/C*/*"):
            if artifact.whole(path):
                os.replace(path, self.fresh / path.name)
