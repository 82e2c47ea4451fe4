# SPDX-License-Identifier: MIT
"""Findings as a campaign tells them to a person: what, the dialogue, the command that shows it again."""

from . import build, dialogue, findings
from .console import Failure, say


def tell(found):
    """In: found, Findings."""
    if found:
        try:
            build.build("release", ["postern"])
        except Failure as failure:
            say(f"no dialogues, because the plain build {failure}")
    for number, finding in enumerate(found, 1):
        _tell_one(number, len(found), finding)


def _tell_one(number, count, finding):
    say()
    say(f"finding {number} of {count}: {finding.verdict.oracle} in {finding.harness}: {finding.verdict.summary}"
        + ("" if finding.fresh else " (saved before)"))
    say(dialogue.show(finding.path, finding.harness, details=finding.verdict.details))
    say()
    say(f"reproduce: {findings.reproduce_command(finding.harness, finding.path, finding.verdict)}")
