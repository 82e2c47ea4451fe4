# SPDX-License-Identifier: MIT
"""A test case for human eyes: `postern show` where it is built, escaped octets elsewhere."""

import re

from . import house, tool
from .console import Failure

KINDS = ("session", "command", "address", "reply", "data", "line")

# What the inputs of a harness are, where neither its name nor what its mutator makes of them says it. Of a server's
# replies with a caller's calls behind them, and of octets that a layer's letter precedes, there is no dialogue.
_KIND_OF = {"fuzz_smuggling": "data", "fuzz_roundtrip": "octets",
            **{f"fuzz_{name}": "octets" for name in ("client", "client_bound", "bugbench_client",
                                                     "bugbench_client_stock")}}


def escaped(octets):
    """The octets as C escapes."""
    names = {13: "\\r", 10: "\\n", 9: "\\t", 34: '\\"', 92: "\\\\"}
    return "".join(names.get(octet, chr(octet) if 32 <= octet < 127 else f"\\x{octet:02x}") for octet in octets)


def one_line(text):
    """Text of somebody else's on one line, without control characters."""
    return re.sub(r"[^ -~]", "?", text)


def _escaped(octets):
    """The octets as C escapes, a line for each line."""
    return "\n".join("    " + escaped(line) for line in re.findall(rb"(?s).*?\n|.+", octets)) or "    (empty)"


def kind_of(harness, mutated=None):
    """What the inputs of a harness are. In: mutated, what they are for its mutator, where that is known."""
    return _KIND_OF.get(harness) or {"client": "octets"}.get(mutated, mutated) or harness.removeprefix("fuzz_")


def show(path, harness, kind=None, details=None, again=False):
    """The decoded test case as text. In: harness, the name of the one that it belongs to; kind, what it is, where that
    is known; details, of the verdict on it, where there is one: libpostern answers here, whoever broke the law; again,
    what that one answered has been shown."""
    kind = kind or kind_of(harness)
    answers = "" if again else _answers(details)
    if kind == "octets" or not tool.path().exists():
        return f"{answers}{house.short(path)}\n\n{_octets(path)}"
    try:
        shown = tool.postern("show", *([f"--kind={kind}"] if kind in KINDS else []), path, codes=(0, 1))
    except Failure as failure:
        return f"{answers}{failure}\n{house.short(path)}\n\n{_octets(path)}"
    target = _target(details)
    heading = f"The dialogue, as libpostern answers it, not {target}, the target under test:\n\n" if target else ""
    return answers + heading + shown.stdout.rstrip("\n")


def _target(details):
    """The name of the target that broke the law, when that is not libpostern; else ""."""
    target = (details or {}).get("target")
    return one_line(target) if isinstance(target, str) else ""


def _answers(details):
    """What that target answered, up to where the law broke; "" where nobody says."""
    answers = (details or {}).get("answers")
    if not _target(details) or not answers or not isinstance(answers, str):
        return ""
    lines = "\n".join("    " + one_line(answer) for answer in answers.splitlines())
    return f"What {_target(details)} answered, up to where the law broke:\n\n{lines}\n\n"


def _octets(path):
    try:
        return _escaped(path.read_bytes())
    except OSError as error:
        return f"    (cannot be read: {error.strerror})"
