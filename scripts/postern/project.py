# SPDX-License-Identifier: MIT
"""The source tree: where it is, and which version."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


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
