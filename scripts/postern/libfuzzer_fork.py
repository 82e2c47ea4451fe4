# SPDX-License-Identifier: MIT
"""libFuzzer in several processes: its fork mode.

A parent gives some inputs to each child, lets it run (one second at first, then longer and longer), and merges what it
found into the corpus. A child that fails leaves its artifact, and the others go on. The parent never looks into the
corpus folder again, and what children found since they began is lost when it is interrupted; both are seen to here.
"""

import os
import re
import shutil
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
        self.stopping = None  # by how many merges in all it is wound up, and until when it must be

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
        shutil.rmtree(self.children, ignore_errors=True)
        self.waiting = False
        super().again()

    def wind_up(self):
        """Have the children end, so that the parent merges what they found."""
        if self.stopping is None and self.running():
            self.stopping = self._merges() + self.width, time.monotonic() + WRAP_UP
            for folder in self.children.glob("*.dir"):
                (folder / "STOP").write_bytes(b"1")

    def stop(self):
        self.wind_up()
        if self.stopping:
            merges, until = self.stopping
            while self.running() and self._merges() < merges and time.monotonic() < until:
                time.sleep(0.1)
        super().stop()
        self.stopping = None
        self.salvage()

    def _merges(self):
        """How often the parent merged what a child found."""
        return len(_MERGED.findall(self.tail(1 << 20)))

    def salvage(self):
        """Keep what children found and nobody merged."""
        for path in self.children.glob("*/C*/*"):
            if artifact.whole(path):
                os.replace(path, self.fresh / path.name)
