# SPDX-License-Identifier: MIT
"""What goes over the wire for an input of a harness: a session is that already; a command, a mailbox or a message needs
one around it; replies come from a server."""

import re

from . import dialogue

_HELLO = b"EHLO client.example\r\n"
_MAIL = b"MAIL FROM:<a@client.example>\r\n"
_RCPT = b"RCPT TO:<b@mx.example>\r\n"
_QUIT = b"QUIT\r\n"


def _line(octets):
    return octets if octets.endswith(b"\r\n") else octets + b"\r\n"


def _command(octets):
    """A command where it has its place."""
    verb = octets[:4].upper()
    before = {b"RCPT": _HELLO + _MAIL, b"DATA": _HELLO + _MAIL + _RCPT, b"BDAT": _HELLO + _MAIL + _RCPT}
    return (b"" if verb in (b"EHLO", b"HELO", b"LHLO") else before.get(verb, _HELLO)) + _line(octets)


def by_client(octets, kind):
    """What a client sends. In: kind of the input, that of its harness. Returns: None when a server would send it."""
    if kind in ("reply", "client"):
        return None
    if kind == "command":
        return _command(octets)
    if kind == "address":
        return _HELLO + b"MAIL FROM:<" + octets + b">\r\n" + _QUIT
    if kind == "data":
        end = b"" if re.search(rb"(?s)(^|\r\n)\.\r\n", octets) else b"\r\n.\r\n"
        return _HELLO + _MAIL + _RCPT + b"DATA\r\n" + octets + end + _QUIT
    return octets


def by_server(octets, kind):
    """What a server sends. Of a client's input that is all up to its 221; behind that stand the calls."""
    if kind == "client":
        end = re.search(rb"(?s)(^|\r\n)221 .*?(\r\n|$)", octets)
        return octets[:end.end()] if end else octets
    return octets


def shell_script(octets, kind, title):
    """A POSIX sh script that puts the input on the wire, with nc."""
    sent = by_client(octets, kind)
    listens = sent is None
    said = by_server(octets, kind) if listens else sent
    lines = [_printf(line) for line in re.findall(rb"(?s).{0,200}?\r\n|.{1,200}", said)]
    if listens:
        usage = "[PORT]: a server on the loopback interface, for the first client that comes (default: 2525)"
        setup, nc = 'port=${1:-2525}', 'nc -l -p "$port" 127.0.0.1 2>/dev/null || nc -l 127.0.0.1 "$port"'
        feed = [f"say | {{ {nc}; }}"]
    else:
        usage = "[HOST [PORT]]: sent to a server (default: port 2525 of the loopback interface)"
        setup, nc = 'host=${1:-127.0.0.1} port=${2:-2525}', 'nc -w 5 "$host" "$port"'
        feed = ["# The pause leaves the server time to answer before its client goes.",
                f"{{ say; sleep \"${{PAUSE:-1}}\"; }} | {nc}"]
    note = ["# The octets 16 03 stand where a TLS handshake would: nc has none."] if b"\x16\x03" in said else []
    return "\n".join(["#!/bin/sh", f"# {dialogue.one_line(title)}", "#", f"#     replay.sh {usage}", *note, setup, "",
                      "say() {", *(lines or ["    :"]), "}", "", *feed, ""]).encode()


def _printf(octets):
    """A printf of some octets: escapes in octal, which every printf knows."""
    named = {13: "\\r", 10: "\\n", 9: "\\t", 92: "\\\\", 37: "%%", 39: "\\047"}
    text = "".join(named.get(octet, chr(octet) if 32 <= octet < 127 else f"\\{octet:03o}") for octet in octets)
    if text.startswith("-"):  # no option
        text = "\\055" + text[1:]
    return f"    printf '{text}'"
