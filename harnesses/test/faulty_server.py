#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A server of SMTP on standard input and output that has one fault: faulty_server.py [FAULT]. For test_judge.py."""

import os
import re
import signal
import sys
import time

FAULT = sys.argv[1] if len(sys.argv) > 1 else "none"


class Server:
    def __init__(self):
        self.buffer = b""
        self.mail, self.recipients, self.hello = False, 0, False
        self.number = 0

    def say(self, code, text):
        self.number += 1
        line = f"{code} {text}, {os.getpid()}.{self.number}\r\n"  # no two runs say the same
        if FAULT == "reply-with-lf":
            line = line.replace("\r\n", "\n")
        elif FAULT == "hyphen-on-last":
            line = line.replace(" ", "-", 1)
        elif FAULT == "code-999":
            line = "999" + line[3:]
        elif FAULT == "floods":
            while True:
                os.write(1, line.encode() * 100)
        os.write(1, line.encode())

    def fill(self):
        """More octets. The client is gone: so is the server."""
        octets = os.read(0, 4096)
        if not octets:
            if FAULT == "ignores-the-end":
                time.sleep(3600)
            sys.exit(0)
        if FAULT == "cut-ends-line" and len(octets) < 16 and not octets.endswith(b"\n"):
            octets += b"\r\n"
        self.buffer += octets

    def until(self, *ends):
        """The octets up to the first of these ends, which are taken too."""
        while True:
            found = [(self.buffer.index(end), len(end)) for end in ends if end in self.buffer]
            if found:
                at, size = min(found)
                octets, self.buffer = self.buffer[:at], self.buffer[at + size:]
                return octets
            self.fill()

    def body(self):
        self.buffer = b"\r\n" + self.buffer
        self.until(*([b"\r\n.\r\n", b"\n.\n"] if FAULT == "lf-dot-lf" else [b"\r\n.\r\n"]))
        replies = self.recipients if FAULT == "lmtp" else 1
        self.mail, self.recipients = False, 0
        for _ in range(replies):
            self.say(250, "taken")

    def bdat(self, words):
        size = int(words[1])
        if FAULT != "chunks-are-commands":
            while len(self.buffer) < size:
                self.fill()
            self.buffer = self.buffer[size:]
        if not self.recipients:
            self.say(503, "no recipient")
            return
        if len(words) > 2:
            self.mail, self.recipients = False, 0
        self.say(250, "chunk")

    def envelope(self, verb, line):
        if verb == b"MAIL":
            right = self.hello and not self.mail
        else:
            right = self.mail or FAULT == "rcpt-before-mail"
        if verb == b"DATA":
            right = self.recipients > 0
        if not right:
            self.say(503, "not now")
        elif verb != b"DATA" and not re.fullmatch(rb"(MAIL FROM|RCPT TO):<[^>]*>", line, re.I):
            self.say(501, "one path and nothing else")
        elif verb == b"DATA":
            self.say(354, "go on")
            self.body()
        else:
            self.mail = True
            self.recipients += verb == b"RCPT"
            self.say(250, "fine")

    def noop(self, line):
        if FAULT == "crashes":
            os.kill(os.getpid(), signal.SIGSEGV)
        if FAULT == "exits":
            sys.exit(3)
        if FAULT == "exits-quietly":
            sys.exit(0)
        if FAULT == "sleeps":
            time.sleep(3600)
        if FAULT == "no-reply":
            return
        self.say(503 if FAULT == "503-to-noop" else 250, "fine")
        if FAULT == "two-replies":
            self.say(250, "fine again")
        if FAULT == "echo":
            os.write(1, b"250 " + line.replace(b"\\n", b"\r\n") + b"\r\n")

    def run(self):
        if FAULT == "leaves-a-child" and os.fork() == 0:
            time.sleep(3600)
        if FAULT != "no-greeting":
            self.say(220, "faulty")
        while True:
            line = self.until(b"\r\n")
            words = line.upper().split()
            verb = words[0] if words else b""
            if b"\n" in line or b"\r" in line or b"\0" in line:
                self.say(500, "broken")
            elif verb in (b"EHLO", b"HELO", b"LHLO", b"RSET"):
                self.hello = self.hello or verb != b"RSET"
                self.mail, self.recipients = False, 0
                os.write(1, b"250-faulty\r\n250-CHUNKING\r\n" if verb == b"EHLO" else b"")
                self.say(250, "PIPELINING" if verb == b"EHLO" else "fine")
            elif verb in (b"MAIL", b"RCPT", b"DATA"):
                self.envelope(verb, line)
            elif verb == b"BDAT" and len(words) > 1 and words[1].isdigit():
                self.bdat(words)
            elif verb == b"NOOP":
                self.noop(line)
            elif verb == b"STARTTLS" and self.hello:
                self.say(220, "go on")
                if FAULT != "answers-before-tls":
                    self.until(b"never")
            elif verb == b"QUIT":
                self.say(221, "bye")
                if FAULT != "stays-after-quit":
                    return
            else:
                self.say(500, "what?")


try:
    Server().run()
except BrokenPipeError:
    sys.exit(1)
