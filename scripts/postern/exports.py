# SPDX-License-Identifier: MIT
"""What is written of a bucket: its input, the dialogue, what it means, the report, a test in C, packets, a script.

    BUCKET/input  dialogue.txt  explanation.md  report.txt  test.c  session.pcap  replay.sh  bucket.json

Some laws ask questions of their own: they break in a variant of the input. Where they do, the variant is there too, and
it is what the dialogue, the packets and the script show.
"""

import json
import re
import shlex

from . import ctest_case, dialogue, house, project, rules, violation, wire
from .console import Failure, visible
from .reproducing import PLAIN
from .tool import postern

BESIDE = ("dialogue.txt", "explanation.md", "report.txt", "test.c", "session.pcap", "replay.sh", "variant")


def _show(*arguments):
    """`postern show`. Returns: why it could not, or ""."""
    try:
        postern("show", *arguments)
    except Failure as failure:
        return str(failure)
    return ""


def title_of(verdict):
    """"REF, state MAIL, DATA"; of a crash, what and where."""
    if verdict.oracle == "SAN":
        return verdict.summary
    words = [verdict.oracle, f"state {verdict.state}" if verdict.state else "", verdict.verb]
    return ", ".join(word for word in words if word)


def is_told(path):
    """Whether a file tells of the input that it lies beside, in a bucket."""
    return path.name in BESIDE and (path.parent / "bucket.json").is_file()


def _expected_and_seen(verdict):
    seen = verdict.details.get("seen") or verdict.summary
    return str(verdict.details.get("expected") or "no such thing"), str(seen)


def _words(text):
    """Somebody else's text as words of Markdown, on one line."""
    return re.sub(r"([\\`*\[\]<>&~#])", r"\\\1", visible(text, keep=""))


def _code(text):
    """Somebody else's text as code in Markdown, on one line."""
    text = visible(text, keep="")
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    space = " " if "`" in text or text != text.strip(" ") else ""
    return f"{fence}{space}{text}{space}{fence}"


def _row(*cells):
    """A row of a table in Markdown. No escape of a bar works behind a backslash: there it is spelled out."""
    return "| " + " | ".join(re.sub(r"(?<=\\)\|", r"\\x7c", cell).replace("|", "\\|") for cell in cells) + " |"


def explanation(bucket, octets, report):
    """The bucket in words, as Markdown."""
    verdict, rule = bucket.verdict, rules.of_verdict(bucket.verdict)
    expected, seen = _expected_and_seen(verdict)
    at = re.search(r"^  at octet   (\d+)", report, re.M)
    section = verdict.section or (f"RFC {rule.rfc}" if rule.rfc else "")
    rows = [("oracle", _words(verdict.oracle)), ("section", _words(section)), ("state", _words(verdict.state)),
            ("verb", _words(verdict.verb)),
            ("expected", _code(expected)), ("seen", _code(seen)), ("at octet", at.group(1) if at else ""),
            ("weakness", f"CWE-{rule.cwe}" if rule.cwe else ""),
            ("harness", bucket.harness.name), ("build", bucket.how)]
    lines = [f"# {_words(title_of(verdict))}", "", f"The law: {_words(rule.law)}", "",
             f"What a breach means: {_words(rule.breach)}", "",
             "| | |", "| --- | --- |",
             *(_row(key, value) for key, value in rows if value), "",
             "## What to mend", "", _words(rule.advice), ""]
    if rule.uri:
        lines += [f"The text: {rule.uri}", ""]
    lines += ["## The input", "", f"{len(octets)} octets" + (
        f", made shorter from {bucket.original} while it failed in the same way" if bucket.original > len(octets) else
        "") + f"; {len(bucket.members)} finding{'' if len(bucket.members) == 1 else 's'} of this kind:", ""]
    lines += [f"- {_code(house.short(case.path))} ({case.harness.name})" for case in bucket.members]
    sanitize = " --sanitize" if bucket.how != PLAIN else ""
    if variant_of(octets, verdict) is not None:
        lines += ["", "The law asks questions of its own: it was seen to break in a session that it made of this "
                  "input, which is in the file `variant`."]
    lines += ["", "## Run it again", "", "```sh", f"./scripts/reproduce --harness {bucket.harness.name}{sanitize} "
              "BUCKET/input", "sh BUCKET/replay.sh 127.0.0.1 2525       # a server of your own", "```", "",
              "Once it is mended, keep it: copy `input` to "
              f"`corpus/regressions/{bucket.harness.name}/` under a name that says why it is there.", ""]
    return "\n".join(lines)


def variant_of(octets, verdict):
    """The session in which the law was seen to break, where it is another than the input; else None."""
    session = violation.session_of(verdict)
    return session if session != octets else None


def _dialogue(path, octets, bucket):
    """The input as what it is; and what goes over the wire, where that is something else."""
    kind = dialogue.kind_of(bucket.harness.name, bucket.harness.kind)
    text = dialogue.show(path, bucket.harness.name, kind, bucket.verdict.details)
    variant = variant_of(octets, bucket.verdict)
    sent = wire.by_client(octets, bucket.harness.kind) if variant is None else variant
    if sent is not None and sent != octets:
        wrapped = path.with_name("session" if variant is None else "variant")
        wrapped.write_bytes(sent)
        text += "\n\n" + dialogue.show(wrapped, bucket.harness.name, "session", bucket.verdict.details, again=True)
        if variant is None:
            wrapped.unlink()
    return text.replace(f"{path.parent}/", "") + "\n"


def _pcap(folder, octets, bucket):
    """Packets of what goes over the wire. Returns: why there are none, or ""."""
    variant = variant_of(octets, bucket.verdict)
    sent = wire.by_client(octets, bucket.harness.kind) if variant is None else variant
    source, packets = folder / "wire", folder / "session.pcap"
    source.write_bytes(wire.by_server(octets, bucket.harness.kind) if sent is None else sent)
    why = _show(f"--pcap={packets}", f"--kind={'reply' if sent is None else 'session'}", source)
    source.unlink()
    if why:
        house.must_have_room(folder)  # a full disk is no reason that lasts
        packets.unlink(missing_ok=True)  # half of them
    return why


def facts_of(bucket, octets, home):
    """The bucket for programs."""
    verdict = bucket.verdict
    sanitize = ["--sanitize"] if bucket.how != PLAIN else []
    reproduce = ["./scripts/reproduce", "--harness", bucket.harness.name, *sanitize, str(home / bucket.name / "input")]
    return {"bucket": bucket.name, "key": bucket.key, "oracle": verdict.oracle, "section": verdict.section,
            "state": verdict.state, "verb": verdict.verb, "summary": verdict.summary, "details": verdict.details,
            "harness": bucket.harness.name, "kind": bucket.harness.kind or "session", "build": bucket.how,
            "rule": rules.of_verdict(verdict).id, "size": len(octets), "original_size": bucket.original,
            "test": "not run", "version": project.version(), "reproduce": shlex.join(reproduce),
            "findings": [{"file": str(case.path), "harness": case.harness.name} for case in bucket.members]}


def write_facts(folder, facts):
    (folder / "bucket.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


def write(folder, bucket, octets, report, home):
    """Write all files of a bucket; what becomes of its test is not yet known. In: home, where the folder will stand in
    the end. Returns: its facts."""
    folder.mkdir(parents=True)
    path = folder / "input"
    path.write_bytes(octets)
    title = title_of(bucket.verdict)
    expected, seen = _expected_and_seen(bucket.verdict)
    facts = facts_of(bucket, octets, home)
    why = _pcap(folder, octets, bucket)
    if why:
        facts["no_pcap"] = why
    (folder / "dialogue.txt").write_text(_dialogue(path, octets, bucket), encoding="utf-8")
    (folder / "explanation.md").write_text(explanation(bucket, octets, report), encoding="utf-8")
    (folder / "report.txt").write_text(report, encoding="utf-8")
    (folder / "test.c").write_bytes(ctest_case.program(octets, bucket.harness.name, title, expected, seen,
                                                       bucket.how != PLAIN))
    script = folder / "replay.sh"
    variant = variant_of(octets, bucket.verdict)
    script.write_bytes(wire.shell_script(octets, bucket.harness.kind, title) if variant is None
                       else wire.shell_script(variant, "session", title))
    script.chmod(0o755)
    write_facts(folder, facts)
    return facts
