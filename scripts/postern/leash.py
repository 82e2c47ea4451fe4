# SPDX-License-Identifier: MIT
"""Nothing that a campaign started outlives it, however it ends.

Engines start processes of their own, some in sessions of their own, which no signal to the engine reaches. But all have
a folder of the campaign's room as their working folder. A small process beside the campaign waits until that is gone
(the pipe between them closes) and then ends whatever works in the room.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from . import project

PATIENCE = 5.0  # seconds until a killed process must be gone


def processes_in(room):
    """The processes whose working folder is in a room, this one left out."""
    room = str(Path(room).resolve())
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            folder = os.readlink(process / "cwd").removesuffix(" (deleted)")
        except OSError:
            continue  # it has ended, or it is somebody else's
        if (folder == room or folder.startswith(room + "/")) and int(process.name) != os.getpid():
            found.append(int(process.name))
    return found


def end_all(room):
    """Kill whatever works in a room, and wait until it is gone."""
    until = time.monotonic() + PATIENCE
    while (left := processes_in(room)) and time.monotonic() < until:
        for number in left:
            try:
                os.kill(number, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                pass
        time.sleep(0.05)


def hold(room):
    """Start the process beside the campaign. Returns it; release() lets go."""
    process = subprocess.Popen([sys.executable, "-m", "postern.leash"], stdin=subprocess.PIPE, cwd="/",
                               start_new_session=True, env={**os.environ, "PYTHONPATH": str(project.ROOT / "scripts")})
    process.stdin.write(f"{room}\n".encode())
    process.stdin.flush()
    return process


def release(process):
    process.stdin.close()
    process.wait()


def main():
    room = sys.stdin.readline().rstrip("\n")
    sys.stdin.read()
    if room:
        end_all(room)


if __name__ == "__main__":
    main()
