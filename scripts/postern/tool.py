# SPDX-License-Identifier: MIT
"""The command `postern`, run and checked."""

import os
import subprocess

from . import house
from .console import Failure

UNABLE = 2  # the exit code of every verb of it that cannot do what it is asked


def path():
    """Where `build.build("release", ["postern"])` puts it."""
    return house.BUILD / "release" / "postern"


def postern(*words, codes=(0,), program=None, environment=None):
    """Run it. In: codes, exit codes that are answers; program, another one than path(); environment, what is added to
    ours. Returns: the process that has ended, with what it said as text. Raises Failure where there is no such program,
    or it ends otherwise."""
    command = [str(program or path()), *map(str, words)]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8",
                              errors="replace", check=False, env={**os.environ, **(environment or {})})
    except OSError as error:
        raise Failure(f"{house.short(command[0])} cannot be run: {error.strerror}") from error
    if done.returncode in codes:
        return done
    said = done.stderr.strip().splitlines() or ["it said nothing"]
    raise Failure(f"postern {words[0]} ended with exit code {done.returncode}: {said[-1]}")
