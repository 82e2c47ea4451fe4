# SPDX-License-Identifier: MIT
"""The laws in words: what each says, what a break of it is worth, what to mend. Read by triage, and by whoever writes
a report for programs (a rule per oracle, with help and CWE)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Law:
    """`section` is where the law stands; a violation may name a closer one."""
    title: str
    means: str
    mend: str
    section: str
    cwe: int


LAWS = {
    "GRAM": Law(
        "every reply is grammatical",
        "A client that reads replies line by line takes a broken one for something else: an error for a success, or "
        "the text of one reply for the next.",
        "Write replies in one place: three digits, a hyphen on all lines but the last, the same code on each, printable "
        "text, CRLF, at most 512 octets. Put nothing into them that the client sent.",
        "RFC 5321 4.2", 116),
    "ONE": Law(
        "exactly one final reply to each command, in order",
        "Client and server are out of step: every reply that follows is read as the answer to something else. The same "
        "is seen when a part of a message is run as commands.",
        "Answer where a command or a message ends, and nowhere else. An over-long or broken line is answered once, at "
        "its CRLF. LMTP answers a message once for each accepted recipient.",
        "RFC 5321 4.2", 841),
    "STATE": Law(
        "every reply is a code that may answer this verb in this state",
        "The server took a command where it has no place, or refused it with a code that says something else.",
        "Look at the transition of this verb in this state: what must have come before it, what the reply is when it "
        "did not (503), and which state follows a refusal.",
        "RFC 5321 4.3.2", 372),
    "REF": Law(
        "the log is that of the reference model",
        "The parser and a second reading of the RFC disagree on what was said. Two programs on the way of a message "
        "that disagree are what smuggling is made of.",
        "Find the first event that differs (see below) and read the section. If the model is wrong, it is the model "
        "that is to be mended, from the text of the RFC.",
        "RFC 5321", 436),
    "CHUNK": Law(
        "the log does not depend on the cuts",
        "The same octets mean something else when TCP cuts them otherwise: whoever chooses the segments chooses what "
        "the server reads.",
        "Look for what is forgotten or decided at the end of a feed: a CR that waits for its LF, a flag that means "
        "'nothing seen yet', a look at the octet before the buffer.",
        "RFC 5321 2.3.8", 436),
    "CANON": Law(
        "no control that the client sent comes out",
        "A client writes lines into a log, a trace field or a reply.",
        "Escape or leave out control characters where text is put out, whatever was checked on the way in.",
        "RFC 5321 4.2, 7.7", 93),
    "NODATA": Law(
        "no octet of a message is run as a command",
        "A message smuggles commands, and with them a second message under another's name.",
        "The end of DATA is CRLF, a dot, CRLF and nothing else; BDAT counts octets, also of a chunk that is refused; "
        "the rest of a broken line goes with the line.",
        "RFC 5321 4.1.1.4, RFC 3030 2", 147),
    "STRICT": Law(
        "what was accepted lies within the grammar",
        "Something that is no command, no mailbox or no parameter was taken for one; the next hop may read it in "
        "another way.",
        "Check the whole of it by the ABNF before it is accepted: bare CR and LF, NUL, octets over 127, lengths, "
        "digits, xtext, literals.",
        "RFC 5321 4.1.1, 4.1.2, 2.3.8", 1286),
    "TLS": Law(
        "nothing from before the handshake is of any use behind it",
        "What an attacker put into the clear text is run as if it had come through TLS (CVE-2011-0411).",
        "Throw away all input behind the 220 to STARTTLS, whole lines and parts of them, and forget EHLO, AUTH and the "
        "transaction.",
        "RFC 3207 4.2, 6", 349),
    "LIMIT": Law(
        "what is within a limit is accepted, what is beyond is refused",
        "A length is counted wrongly, or the stream is out of step behind what was too long.",
        "Compare as the RFC counts, the CRLF included; check integers before they wrap; refuse once, and go on at the "
        "next CRLF.",
        "RFC 5321 4.5.3.1", 1284),
    "RESET": Law(
        "what resets a session leaves nothing of what came before",
        "Something of one transaction, sender, recipients or mode, is still there in the next.",
        "Reset in one function, and call it for RSET, a greeting, the end of a message whether taken or refused, a "
        "chunk in error and a handshake.",
        "RFC 5321 4.1.1.5, RFC 3207 4.2", 664),
    "META": Law(
        "case, pipelining, NOOP and the order of recipients change nothing else",
        "Two sessions that say the same are answered differently.",
        "Compare verbs without their case everywhere, keep no state in NOOP, and let each command begin where the last "
        "one ended in the buffer.",
        "RFC 5321 2.4, 4.1.1.9, 4.1.4", 436),
    "POISON": Law(
        "the log does not depend on what the memory held before",
        "Something is read before it was written.",
        "Initialise it where the session begins. MSan names the line.",
        "the C standard, 6.7.9", 457),
    "BOUND": Law(
        "work is linear in the input, and memory constant",
        "A small input costs much: one client can keep the server busy, or fill its memory.",
        "Look at each octet once: no scan from the start of the buffer at every feed, no recursion per command, no "
        "list that grows without a limit.",
        "RFC 5321 7.8", 407),
    "FAULT": Law(
        "what fails is told by a 4yz or by the close",
        "An allocation or a read failed, and a message was lost or half accepted.",
        "Check each result, undo what was begun, and answer 4yz or close.",
        "RFC 5321 4.2.1, 6.1", 755),
    "AUTH": Law(
        "nobody is let in without the yes of policy and mechanism",
        "What the client sent is not what policy and mechanism were told, or an exchange ends in success without them.",
        "Follow the exchange from the first response to 235: decode once, hand on all of it, and answer 235 in one "
        "place.",
        "RFC 4954 4", 287),
    "SECRET": Law(
        "no reply depends on a secret, and none is kept",
        "A password can be guessed by its replies, or stays in memory once the exchange is over.",
        "Let replies say the outcome and nothing more, and wipe what was decoded when the exchange ends.",
        "RFC 4954 9", 200),
    "ROUND": Law(
        "what was read, written out and read again is the same",
        "A message or an address changes on its way.",
        "Find what the writer does not undo of the reader: quoting, stuffing of dots, padding, escapes.",
        "RFC 5321 4.5.2", 115),
    "TWIN": Law(
        "the fast path and its plain twin do the same",
        "A fast path has a bug of its own; the plain one tells what is right.",
        "Mend the fast path, at the octet where both part.",
        "RFC 5321 2.3.8", 436),
    "INJ": Law(
        "lines on the wire are calls that were made",
        "An argument of a caller becomes a command of its own.",
        "Refuse an argument with CR, LF or NUL before anything of it is written.",
        "RFC 5321 2.3.8", 93),
    "CONTRACT": Law(
        "what the headers promise",
        "A slice lies outside what it is a part of, an octet is taken twice, or a fault has no error.",
        "Read the expression that failed: it is the promise. Mend the code; the promise is what callers rely on.",
        "the headers of libpostern", 573),
    "SAN": Law(
        "no access to memory that is not there, no undefined behaviour",
        "The program crashed, or a sanitizer stopped it: memory can be read or written by whoever sends such input.",
        "Begin with the first frame of the report that is your own code.",
        "the C standard", 119),
    "FLAKY": Law(
        "it failed once, and not again",
        "What failed depends on something else than the input: memory that was not initialised, a clock, the order of "
        "runs, a machine that was too busy.",
        "Run it again under another load, and with MSan. What keeps failing is a finding.",
        "", 0),
}

_OTHER = Law("a law of its own", "A harness reported a law that this version of Postern has no words for.",
             "Read what was expected and seen.", "", 0)


def of(oracle):
    """The law of an oracle's name."""
    return LAWS.get(oracle, _OTHER)
