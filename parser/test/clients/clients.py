#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""clients.py: real mail clients deliver mail to examples/tiny_server; what arrives is compared with what was sent,
octet by octet.

usage: clients.py --server TINY_SERVER [--seeds DIR] [--nodemailer] [CLIENT...]

CLIENT is swaks, curl, msmtp, smtplib, exim4, nodemailer (fetched from npm, and so only with --nodemailer), or sockets
(no client at all: sessions by hand, for what no client does); without any, all of them. A client that is not
installed is skipped. --seeds DIR keeps the octets that each client sent in the cases that make good seeds, as
DIR/ok-client-CLIENT-CASE, unless another has sent the same.

Prints TAP. Exit: 0 all passed or were skipped, 1 something failed, 2 could not run, 77 everything was skipped.
"""
import argparse
import dataclasses
import os
import pathlib
import re
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
import time

SENDER = "alice@client.example"
RECIPIENT = "bob@server.example"
PATIENCE = 30  # seconds, for anything


def message(subject, body):
    """A message with all headers that a client might want to add, so that it adds none."""
    headers = (f"Date: Sat, 01 Jan 2000 00:00:00 +0000\r\nFrom: <{SENDER}>\r\nTo: <{RECIPIENT}>\r\n"
               f"Message-ID: <{subject}@client.example>\r\nSubject: {subject}\r\n\r\n")
    return headers.encode() + body


MESSAGES = {
    "plain": message("plain", b"Hello Bob.\r\n"),
    # Every line that could be taken for the end, or lose a dot on the way.
    "dots": message("dots", b".\r\n..\r\n...\r\n.a\r\n..b\r\n. \r\n .\r\na.\r\n\r\n.\r\nQUIT\r\n.\r\n"),
    # 998 octets and CRLF are the longest lawful line, one that begins with a dot and so is 1,001 on the wire too.
    "long": message("long", b"x" * 997 + b"\r\n" + b"y" * 998 + b"\r\n." + b"z" * 997 + b"\r\n"),
    # UTF-8, and every octet above 127 in the order of ISO 8859-1.
    "8bit": message("8bit", "Grüße, 你好.\r\n".encode() + bytes(range(0xA0, 0x100)) + b"\r\n"),
    # Larger than any buffer on the way, with dots at changing distances from their edges.
    "large": message("large", b"".join(b"." * (n % 5) + b"%d" % n + b"." * (n % 67) + b"\r\n" for n in range(9000))),
}


class Failure(Exception):
    """What a case found wrong."""


def expect(holds, what):
    if not holds:
        raise Failure(what)


def find(program):
    # Where an MTA stands is not on everybody's path.
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")


def run(command, **options):
    done = subprocess.run([find(command[0]), *command[1:]], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=PATIENCE, **options)
    expect(done.returncode == 0, f"{command[0]} exits with {done.returncode}: {done.stdout.decode(errors='replace')}")


class Server:
    """A tiny_server in a folder of its own."""

    def __init__(self, program, *arguments):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="postern-clients-"))
        self.process = subprocess.Popen(
            [program, "--maildir", self.folder / "mail", "--record", self.folder, *arguments],
            stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().rpartition(":")[2])

    def __enter__(self):
        return self

    def __exit__(self, *_unused):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        shutil.rmtree(self.folder)

    def finish(self, by_signal=True):
        """Wait until all sessions are over, and check that the server leaves in order."""
        if by_signal:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE)
        expect(code == 0, f"the server exits with {code}")

    def mail(self):
        """The messages that arrived: each its envelope headers and its content."""
        expect(not any((self.folder / "mail/tmp").iterdir()), "a part of a message was left in tmp/")
        return [file.read_bytes() for file in sorted((self.folder / "mail/new").iterdir())]

    def recording(self):
        """The octets of the one session."""
        return (self.folder / "session-001").read_bytes()


# ---- Clients: each takes the server, the case and the message in a file (with CRLF), and delivers it ----


def swaks(server, case, file):
    # It takes a last dot for the end, and adds an end of its own behind the last CRLF.
    file.write_bytes(file.read_bytes() + b".\r\n")
    run(["swaks", "--server", "127.0.0.1", "--port", str(server.port), "--ehlo", "client.example", "--from", SENDER,
         "--to", ",".join(case.recipients), "--data", f"@{file}", *case.arguments])


def curl(server, case, file):
    recipients = [word for recipient in case.recipients for word in ("--mail-rcpt", recipient)]
    run(["curl", "--silent", "--show-error", f"smtp://127.0.0.1:{server.port}/client.example", "--mail-from", SENDER,
         *recipients, "--upload-file", file, *case.arguments])


def msmtp(server, case, file):
    with open(file, "rb") as content:
        run(["msmtp", "--file=/dev/null", "--host=127.0.0.1", f"--port={server.port}", "--domain=client.example",
             f"--from={SENDER}", "--tls=off", *case.arguments, "--", *case.recipients], stdin=content)


def python_smtplib(server, case, file):
    # The class, a login and the options of MAIL.
    kind, login, options = case.arguments
    with kind("127.0.0.1", server.port, local_hostname="client.example") as client:
        if login:
            client.ehlo()
            client.user, client.password = "user", "pass"
            client.auth(login, getattr(client, f"auth_{login.lower()}"))
        client.sendmail(SENDER, case.recipients, file.read_bytes(), mail_options=options)


EXIM = """
primary_hostname = client.example
spool_directory = {folder}
log_file_path = {folder}/%slog
received_header_text =
untrusted_set_sender = *
local_from_check = false
keep_environment =
disable_ipv6
acl_not_smtp = accept
begin acl
begin routers
everything:
  driver = manualroute
  route_list = * 127.0.0.1 byname
  self = send
  transport = out
begin transports
out:
  driver = smtp
  port = {port}
  allow_localhost
  hosts_avoid_tls = *
  {options}
"""


def exim4(server, case, file):
    # Exim runs the file of another place than its own as the caller, who is trusted when it is root.
    spool = server.folder / "exim"
    spool.mkdir()
    spool.chmod(0o777)
    server.folder.chmod(0o755)
    configuration = server.folder / "exim.conf"
    configuration.write_text(EXIM.format(folder=spool, port=server.port, options="\n  ".join(case.arguments)))
    with open(file, "rb") as content:
        run(["exim4", "-C", configuration, "-odi", "-oi", "-oee", "-B8BITMIME", "-f", SENDER, *case.recipients],
            stdin=content)


NODEMAILER = """
const [port, sender, recipients, file, use8BitMime] = process.argv.slice(2);
const transport = require('nodemailer').createTransport(
    {host: '127.0.0.1', port, name: 'client.example', secure: false, ignoreTLS: true});
const envelope = {from: sender, to: recipients.split(','), use8BitMime: Boolean(use8BitMime)};
transport.sendMail({envelope, raw: require('fs').readFileSync(file)})
    .catch((error) => { console.error(error); process.exitCode = 1; });
"""


def nodemailer(server, case, file):
    folder = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "postern/nodemailer"
    if not (folder / "node_modules/nodemailer").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        run(["npm", "install", "--no-audit", "--no-fund", "--prefix", folder, "nodemailer"])
    script = folder / "send.js"
    script.write_text(NODEMAILER)
    run(["node", script, str(server.port), SENDER, ",".join(case.recipients), file, *case.arguments])


# ---- Cases ----


@dataclasses.dataclass
class Case:
    name: str
    message: str = ""  # of MESSAGES; the one of this name unless said
    arguments: tuple = ()  # to the client
    sends: bytes = rb"(?i)\r\nDATA\r\n"  # the client's octets hold this pattern: the case tests what it says
    server: tuple = ()
    recipients: tuple = (RECIPIENT,)
    seed: bool = False


def cases(*special, **common):
    return [Case("plain", seed=True, **common), Case("dots", seed=True, **common), Case("long", **common),
            Case("8bit", seed=True, **common), Case("large", **common), *special]


TWO = (RECIPIENT, "slow-carol@server.example")
AUTH = rb"(?i)\r\nAUTH (PLAIN|LOGIN) ?"
BODY = rb"(?is)BODY=8BITMIME.*\r\nDATA\r\n"
CHUNKS = rb"(?s)\r\nBDAT [0-9]+ LAST\r\n"
MANY_CHUNKS = rb"(?s)\r\nBDAT [0-9]+\r\n.*\r\nBDAT [0-9]+ LAST\r\n"
AS_LMTP = dict(server=("--lmtp",), recipients=TWO, sends=rb"(?i)\ALHLO ")
SWAKS_LOGIN = ("--auth-user", "user", "--auth-password", "pass", "--auth")
CHUNKING = ("hosts_try_chunking = *",)

CLIENTS = {
    "swaks": (("swaks",), swaks, cases(
        Case("pipeline", "dots", ("--pipeline",), seed=True),
        Case("pipeline-two", "plain", ("--pipeline",), recipients=TWO),
        Case("auth-plain", "plain", (*SWAKS_LOGIN, "PLAIN"), sends=AUTH, seed=True),
        Case("auth-login", "plain", (*SWAKS_LOGIN, "LOGIN"), sends=AUTH, seed=True),
        Case("helo", "plain", ("--protocol", "SMTP"), sends=rb"\AHELO ", seed=True),
        Case("lmtp", "dots", ("--protocol", "LMTP"), **AS_LMTP))),
    "curl": (("curl",), curl, cases(
        Case("two", "plain", recipients=TWO),
        Case("auth", "plain", ("--user", "user:pass"), sends=AUTH, seed=True))),
    "msmtp": (("msmtp",), msmtp, cases(
        Case("two", "plain", recipients=TWO),
        Case("auth", "plain", ("--auth=plain", "--user=user", "--passwordeval=echo pass"), sends=AUTH, seed=True),
        Case("lmtp", "dots", ("--protocol=lmtp",), **AS_LMTP))),
    "smtplib": ((), python_smtplib, cases(
        Case("8bitmime", "8bit", (smtplib.SMTP, None, ["BODY=8BITMIME"]), sends=BODY, seed=True),
        Case("smtputf8", "8bit", (smtplib.SMTP, None, ["SMTPUTF8"]), sends=b"SMTPUTF8", seed=True),
        Case("auth-plain", "plain", (smtplib.SMTP, "PLAIN", []), sends=AUTH),
        Case("auth-login", "plain", (smtplib.SMTP, "LOGIN", []), sends=AUTH, seed=True),
        Case("lmtp", "dots", (smtplib.LMTP, None, []), **{**AS_LMTP, "recipients": (RECIPIENT,)}),
        arguments=(smtplib.SMTP, None, []))),
    "exim4": (("exim4",), exim4, cases(
        Case("large-chunks", "large", CHUNKING, sends=MANY_CHUNKS),
        Case("data", "dots", CHUNKING, server=("--no-chunking",), seed=True),
        Case("lock-step", "dots", (*CHUNKING, "hosts_avoid_pipelining = *"), sends=CHUNKS, seed=True),
        Case("two", "plain", CHUNKING, sends=CHUNKS, recipients=TWO, seed=True),
        Case("lmtp", "dots", (*CHUNKING, "protocol = lmtp"), **AS_LMTP),
        arguments=CHUNKING, sends=CHUNKS)),
    "nodemailer": (("node", "npm"), nodemailer, cases(
        Case("8bitmime", "8bit", ("use8BitMime",), sends=BODY, seed=True))),
}


def deliver(client, case, options):
    """One message from one client, compared; the seed kept."""
    content = MESSAGES[case.message or case.name]
    with Server(options.server, "--sessions", "1", *case.server) as server:
        file = server.folder / "message"
        file.write_bytes(content)
        CLIENTS[client][1](server, case, file)
        server.finish(by_signal=False)
        envelope = "".join([f"Return-Path: <{SENDER}>\r\n", *(f"Delivered-To: <{to}>\r\n" for to in case.recipients)])
        mail = server.mail()
        expect(len(mail) == 1, f"{len(mail)} messages arrived")
        compare(mail[0], envelope.encode() + content)
        sent = server.recording()
        expect(re.search(case.sends, sent), f"the client did not send {case.sends!r}: {sent[:400]!r}")
        if case.seed and options.seeds and sent not in options.seeds_kept:
            options.seeds_kept.append(sent)
            (options.seeds / f"ok-client-{client}-{case.name}").write_bytes(sent)


def compare(arrived, sent):
    at = next((n for n, (a, b) in enumerate(zip(arrived, sent)) if a != b), min(len(arrived), len(sent)))
    expect(arrived == sent, f"of {len(sent)} octets {len(arrived)} arrived, and at {at} it is "
                            f"{arrived[at:at + 40]!r}, not {sent[at:at + 40]!r}")


# ---- Sessions by hand ----


class Dialogue:
    """A session that is talked through. Expectations are the beginnings of replies."""

    def __init__(self, server, small_buffers=False):
        self.socket = socket.socket()
        if small_buffers:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(("127.0.0.1", server.port))
        self.replies = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_unused):
        self.replies.close()
        self.socket.close()

    def send(self, octets):
        self.socket.sendall(octets)

    def hear(self, *codes):
        for code in codes:
            line = self.replies.readline()
            while line[3:4] == b"-":
                line = self.replies.readline()
            expect(line.startswith(code), f"{line!r} came, not {code!r}")

    def hear_at_last(self, code, behind):
        """Hear a reply behind any number of others."""
        line = self.replies.readline()
        while line.startswith(behind):
            line = self.replies.readline()
        expect(line.startswith(code), f"{line!r} came, not {code!r}")

    def say(self, octets, *codes):
        self.send(octets)
        self.hear(*codes)

    def hear_end(self):
        rest = self.replies.read()
        expect(rest == b"", f"{rest!r} came behind the end")


ENVELOPE = b"EHLO client.example\r\nMAIL FROM:<alice@client.example>\r\nRCPT TO:<bob@server.example>\r\n"


def refusals(server):
    """The mailboxes that are refused do not receive; the others do."""
    with Dialogue(server) as dialogue:
        dialogue.hear(b"220")
        dialogue.say(b"EHLO client.example\r\nMAIL FROM:<reject-a@client.example>\r\n", b"250", b"550 5.7.1")
        dialogue.say(b"MAIL FROM:<>\r\nRCPT TO:<reject-b@server.example>\r\nDATA\r\n", b"250", b"550 5.1.1", b"503")
        dialogue.say(b"RCPT TO:<Postmaster>\r\nDATA\r\n", b"250", b"354")
        dialogue.say(b"x\r\n.\r\nQUIT\r\n", b"250", b"221")
        dialogue.hear_end()
    server.finish()
    expect(server.mail() == [b"Return-Path: <>\r\nDelivered-To: <Postmaster>\r\nx\r\n"], "it is not what arrived")


def pending(server):
    """While a decision is pending the session waits, what was pipelined behind it waits too, and nobody else does."""
    with Dialogue(server) as slow, Dialogue(server) as fast:
        slow.hear(b"220")
        fast.hear(b"220")
        slow.send(ENVELOPE + b"RCPT TO:<slow-c@server.example>\r\nDATA\r\n")
        fast.say(b"NOOP\r\n" * 3, b"250", b"250", b"250")
        slow.hear(b"250", b"250", b"250", b"250", b"354")
        slow.say(b".\r\nQUIT\r\n", b"250", b"221")
    server.finish()
    expect([mail.count(b"Delivered-To") for mail in server.mail()] == [2], "it is not what arrived")


def many_at_once(server):
    """As many sessions as the server takes, and some more that wait, all in step with one another."""
    dialogues = [Dialogue(server) for _ in range(80)]
    for dialogue in dialogues[:64]:
        dialogue.hear(b"220")
        dialogue.say(ENVELOPE + b"DATA\r\n", b"250", b"250", b"250", b"354")
    for number, dialogue in enumerate(dialogues[:64]):
        with dialogue:
            dialogue.say(b"%d\r\n.\r\nQUIT\r\n" % number, b"250", b"221")
    for dialogue in dialogues[64:]:
        with dialogue:
            dialogue.hear(b"220")
            dialogue.say(b"QUIT\r\n", b"221")
    server.finish()
    arrived = sorted(int(mail.split(b"\r\n")[2]) for mail in server.mail())
    expect(arrived == list(range(64)), f"messages {arrived} arrived")


def flood(server):
    """A client that sends and does not read is not read either, until it reads; and all its replies come then."""
    hello = b"EHLO client.example\r\n" * 1000
    with Dialogue(server, small_buffers=True) as dialogue:
        dialogue.hear(b"220")
        dialogue.socket.settimeout(0.5)
        try:
            for thousands in range(1000):
                dialogue.send(hello)
            raise Failure("the server never stopped reading")
        except socket.timeout:
            dialogue.socket.settimeout(PATIENCE)
        dialogue.hear(*[b"250"] * 1000 * thousands)
    server.finish()


def farewell(server):
    """Whatever a client sends behind QUIT, it gets its 221 and an orderly end, and no reset connection."""
    with Dialogue(server) as dialogue:
        dialogue.hear(b"220")
        dialogue.send(b"QUIT\r\n" + b"NOOP\r\n" * 20000)
        time.sleep(0.1)
        dialogue.hear(b"221")
        dialogue.hear_end()
    server.finish()


def lmtp(server):
    """Each recipient has a reply of its own, by DATA and by BDAT."""
    with Dialogue(server) as dialogue:
        dialogue.hear(b"220")
        dialogue.say(b"LHLO client.example\r\n", b"250")
        for content in (b"DATA\r\n", b"BDAT 3 LAST\r\nx\r\n"):
            dialogue.say(b"MAIL FROM:<>\r\nRCPT TO:<a@server.example>\r\n", b"250", b"250")
            dialogue.say(b"RCPT TO:<reject-b@server.example>\r\nRCPT TO:<c@server.example>\r\n", b"550", b"250")
            if content == b"DATA\r\n":
                dialogue.say(content, b"354")
                content = b"x\r\n.\r\n"
            dialogue.say(content + b"NOOP x\r\n", b"250", b"250", b"250")
        dialogue.say(b"QUIT\r\n", b"221")
        dialogue.hear_end()
    server.finish()
    expect([mail.count(b"Delivered-To") for mail in server.mail()] == [2, 2], "it is not what arrived")


def broken_off(server):
    """A client that goes away within a message leaves nothing behind."""
    for way in (b"DATA\r\npart of a message\r\n.", b"BDAT 100\r\npart of a chunk", b"BDAT 4\r\nhalf"):
        with Dialogue(server) as dialogue:
            dialogue.hear(b"220")
            dialogue.say(ENVELOPE, b"250", b"250", b"250")
            dialogue.send(way)
    with Dialogue(server) as dialogue:
        dialogue.hear(b"220")
        dialogue.say(b"QUIT\r\n", b"221")
    server.finish()
    expect(server.mail() == [], "something arrived")


def reset(server):
    """RSET between chunks forgets the message; a binary one arrives as it is."""
    binary = bytes(range(256)) + b"\r\n.\r\n\n.\n\r.\r"
    with Dialogue(server) as dialogue:
        dialogue.hear(b"220")
        dialogue.say(ENVELOPE + b"BDAT 4\r\nhalfRSET\r\n", b"250", b"250", b"250", b"250", b"250")
        dialogue.say(b"MAIL FROM:<> BODY=BINARYMIME\r\nRCPT TO:<b@server.example>\r\n", b"250", b"250")
        dialogue.say(b"BDAT %d LAST\r\n" % len(binary) + binary + b"QUIT\r\n", b"250", b"221")
    server.finish()
    arrived = [mail.partition(b"b@server.example>\r\n")[2] for mail in server.mail()]
    expect(arrived == [binary], f"{arrived} arrived")


def idle(server):
    """A silent client gets 421 and the end, in the middle of a line or of a message too."""
    with Dialogue(server) as greeted, Dialogue(server) as in_line, Dialogue(server) as in_data:
        for dialogue in (greeted, in_line, in_data):
            dialogue.hear(b"220")
        in_line.send(b"NOO")
        in_data.say(ENVELOPE + b"DATA\r\n", b"250", b"250", b"250", b"354")
        for dialogue in (greeted, in_line, in_data):
            dialogue.hear(b"421")
            dialogue.hear_end()
    server.finish()
    expect(server.mail() == [], "something arrived")


def going_down(server):
    """SIGTERM: 421 to each client, whatever it is doing, and the server ends."""
    with Dialogue(server) as greeted, Dialogue(server) as waiting, Dialogue(server) as in_data:
        for dialogue in (greeted, waiting, in_data):
            dialogue.hear(b"220")
        in_data.say(ENVELOPE + b"DATA\r\n", b"250", b"250", b"250", b"354")
        in_data.send(b"x\r\n")
        waiting.say(b"EHLO client.example\r\n", b"250")
        waiting.say(b"MAIL FROM:<>\r\n", b"250")
        # One is always being decided, for longer than this machine may be busy with something else.
        waiting.say(b"RCPT TO:<slow-a@server.example>\r\n" * 20, b"250")
        server.process.send_signal(signal.SIGTERM)
        for dialogue in (greeted, in_data):
            dialogue.hear(b"421")
        waiting.hear_at_last(b"421", b"250 2.1.5")
        for dialogue in (greeted, waiting, in_data):
            dialogue.hear_end()
    server.finish()
    expect(server.mail() == [], "something arrived")


SOCKETS = {refusals: (), pending: (), many_at_once: (), flood: (), farewell: (), lmtp: ("--lmtp",), broken_off: (),
           reset: (), idle: ("--idle", "1"), going_down: ()}


def by_hand(test, options):
    with Server(options.server, *SOCKETS[test]) as server:
        test(server)


# ---- Running ----


def plan(options):
    """All that is to be run: (client, case, what to call)."""
    for client in options.clients or [*CLIENTS, "sockets"]:
        if client == "sockets":
            for test in SOCKETS:
                yield client, test.__name__.replace("_", "-"), lambda test=test: by_hand(test, options)
            continue
        for case in CLIENTS[client][2]:
            yield client, case.name, lambda client=client, case=case: deliver(client, case, options)


def reason_to_skip(client, options):
    if client == "nodemailer" and not options.nodemailer:
        return "only with --nodemailer"
    if client == "exim4" and os.geteuid() != 0:
        return "Exim gives its spool to a user of its own, and only root may do that"
    missing = [program for program in CLIENTS.get(client, ((),))[0] if not find(program)]
    return f"{missing[0]} is not installed" if missing else None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True)
    parser.add_argument("--seeds", type=pathlib.Path)
    parser.add_argument("--nodemailer", action="store_true")
    parser.add_argument("clients", nargs="*", metavar="CLIENT", choices=[[], *CLIENTS, "sockets"])
    options = parser.parse_args()
    options.seeds_kept = []

    steps = list(plan(options))
    passed = failed = skipped = 0
    print(f"1..{len(steps)}")
    for number, (client, case, call) in enumerate(steps, 1):
        reason = reason_to_skip(client, options)
        trouble = None
        if not reason:
            try:
                call()
            except (Failure, OSError, smtplib.SMTPException, subprocess.TimeoutExpired) as error:
                trouble = error
        passed, failed, skipped = passed + (not reason and not trouble), failed + bool(trouble), skipped + bool(reason)
        print(f"{'not ok' if trouble else 'ok'} {number} - {client} {case}{f' # SKIP {reason}' if reason else ''}",
              *([f"# {trouble}"] if trouble else []), sep="\n", flush=True)
    print(f"# {passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 77 if skipped == len(steps) else 0


if __name__ == "__main__":
    sys.exit(main())
