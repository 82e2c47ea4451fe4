# SPDX-License-Identifier: MIT
"""Seconds of a processor: what a run has really had, on a machine that others load as well."""

import os
from pathlib import Path

from . import leash

_TICKS = os.sysconf("SC_CLK_TCK")


def seconds_in(room):
    """Processor seconds of all processes that work in a room, and of the children that they have waited for."""
    ticks = 0
    for number in leash.processes_in(room):
        try:
            words = Path(f"/proc/{number}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        ticks += sum(map(int, words[11:15]))  # its own, as user and system; its children's, likewise
    return ticks / _TICKS
