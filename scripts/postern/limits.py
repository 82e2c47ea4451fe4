# SPDX-License-Identifier: MIT
"""What one input may take, wherever it runs: a finding of one engine is one for the other, and for a replay."""

SECONDS = 10  # for engines by the clock, for replays of the processor's time
LIBFUZZER = {"timeout": SECONDS, "rss_limit_mb": 2048}  # its flags; NAME.options may have others


def flags(**changed):
    """These limits on libFuzzer's command line."""
    return [f"-{key}={value}" for key, value in {**LIBFUZZER, **changed}.items()]
