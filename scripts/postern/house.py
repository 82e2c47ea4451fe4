# SPDX-License-Identifier: MIT
"""Where things are: the source tree, the builds, the state that outlives a run."""

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("POSTERN_BUILD_DIR") or ROOT / "build")
SEEDS = ROOT / "corpus" / "seeds"
REGRESSIONS = ROOT / "corpus" / "regressions"


def state_dir(chosen=None):
    """The folder that holds corpus/ and findings/ between runs."""
    if chosen:
        return Path(chosen).absolute()
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "postern"


def version():
    """The library's version, and the commit where there is one: "0.1.0 (1a2b3c4)"."""
    header = (ROOT / "parser/include/postern/base.h").read_text(encoding="utf-8")
    number = re.search(r'POSTERN_VERSION_STRING "([^"]+)"', header).group(1)
    try:
        commit = subprocess.run(["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--exclude", "*"],
                                capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return number
    return f"{number} ({commit})"


def short(path):
    """A path as a person would type it: relative to the source tree when it is inside."""
    path = Path(path)
    try:
        return str(path.relative_to(ROOT))
    except ValueError:
        return str(path)


def write_whole(path, octets, lasting=True):
    """Write a file so that it is there whole or not at all, whatever is killed when. If lasting, it also outlives a
    failure of the power, which costs some milliseconds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    with open(unfinished, "wb") as out:
        out.write(octets)
        if lasting:
            out.flush()
            os.fsync(out.fileno())
    os.replace(unfinished, path)
