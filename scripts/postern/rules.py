# SPDX-License-Identifier: MIT
"""What can be wrong, as rules: one for each oracle, and one for each kind of error that a sanitizer tells apart, for
those are different weaknesses. Each says what the law is, what its breach means and what to mend, to people (triage)
and to programs that show findings (sarif)."""

import re
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Rule:
    id: str
    law: str  # what should hold, in one sentence
    breach: str  # what it means when it does not
    advice: str  # what to do
    cwe: int | None = None  # the weakness, in MITRE's enumeration
    rfc: str | None = None  # RFC and section behind the law: "5321 4.2"; a violation may name a closer one
    level: str = "error"

    @property
    def uri(self):
        """Where the law is written down, or None."""
        if not self.rfc:
            return None
        number, section = self.rfc.split()
        return f"https://www.rfc-editor.org/rfc/rfc{number}#section-{section}"


_LAWS = (
    Rule("GRAM", "Every reply is grammatical.",
         "A client that reads replies line by line takes a broken one for something else: an error for a success, "
         "or the text of one reply for the next.",
         "Write replies in one place: three digits, a hyphen on all lines but the last, the same code on each, "
         "printable text, CRLF, at most 512 octets. Put nothing into them that the client sent.",
         116, "5321 4.2"),
    Rule("ONE", "Exactly one final reply to each command, in order.",
         "Client and server are out of step: every reply that follows is read as the answer to something else. The "
         "same is seen when a part of a message is run as commands.",
         "Answer where a command or a message ends, and nowhere else. An over-long or broken line is answered once, "
         "at its CRLF. LMTP answers a message once for each accepted recipient.",
         440, "5321 4.2"),
    Rule("STATE", "Every reply is a code that may answer this verb in this state.",
         "The server took a command where it has no place, or refused it with a code that says something else.",
         "Look at the transition of this verb in this state: what must have come before it, what the reply is when "
         "it did not (503), and which state follows a refusal.",
         841, "5321 4.3.2"),
    Rule("REF", "The log is that of the reference model.",
         "The parser and a second reading of the RFC disagree on what was said. Two programs on the way of a "
         "message that disagree are what smuggling is made of.",
         "Find the first event that differs and read the section. If the model is wrong, it is the model that is to "
         "be mended, from the text of the RFC.",
         436, "5321 2.3.8"),
    Rule("CHUNK", "The log does not depend on the cuts.",
         "The same octets mean something else when TCP cuts them otherwise: whoever chooses the segments chooses "
         "what the server reads.",
         "Look for what is forgotten or decided at the end of a feed: a CR that waits for its LF, a flag that means "
         "'nothing seen yet', a look at the octet before the buffer.",
         436, "5321 2.3.8"),
    Rule("CANON", "No control octet that the client sent comes out in a reply, a log line or a trace field.",
         "A client writes lines into a log, a trace field or a reply.",
         "Escape or leave out control characters where text is put out, whatever was checked on the way in.",
         117, "5321 4.2"),
    Rule("NODATA", "No octet of a message is run as a command.",
         "A message smuggles commands, and with them a second message under another's name.",
         "The end of DATA is CRLF, a dot, CRLF and nothing else; BDAT counts octets, also of a chunk that is "
         "refused; the rest of a broken line goes with the line.",
         147, "5321 4.1.1.4"),
    Rule("STRICT", "What was accepted lies within the grammar.",
         "Something that is no command, no mailbox or no parameter was taken for one; the next hop may read it in "
         "another way.",
         "Check the whole of it by the ABNF before it is accepted: bare CR and LF, NUL, octets over 127, lengths, "
         "digits, xtext, literals.",
         1286, "5321 4.1.1"),
    Rule("TLS", "Nothing from before the handshake is of any use behind it.",
         "What an attacker put into the clear text is run as if it had come through TLS (CVE-2011-0411).",
         "Throw away all input behind the 220 to STARTTLS, whole lines and parts of them, and forget EHLO, AUTH and "
         "the transaction.",
         349, "3207 4.2"),
    Rule("LIMIT", "What is within a limit is accepted, what is beyond is refused, and the stream stays in step.",
         "A length is counted wrongly, or the stream is out of step behind what was too long.",
         "Compare as the RFC counts, the CRLF included; check integers before they wrap; refuse once, and go on at "
         "the next CRLF.",
         193, "5321 4.5.3.1"),
    Rule("RESET", "What resets a session leaves nothing of what came before.",
         "Something of one transaction, sender, recipients or mode, is still there in the next.",
         "Reset in one function, and call it for RSET, a greeting, the end of a message whether taken or refused, a "
         "chunk in error and a handshake.",
         459, "5321 4.1.1.5"),
    Rule("META", "Case, pipelining, NOOP and the order of recipients change nothing else.",
         "Two sessions that say the same are answered differently.",
         "Compare verbs without their case everywhere, keep no state in NOOP, and let each command begin where the "
         "last one ended in the buffer.",
         440, "5321 2.4"),
    Rule("POISON", "The log does not depend on what the memory held before.",
         "Something is read before it was written.",
         "Initialise it where the session begins. MSan names the line.",
         908, None),
    Rule("BOUND", "Work is linear in the input, and memory constant.",
         "A small input costs much: one client can keep the server busy, or fill its memory.",
         "Look at each octet once: no scan from the start of the buffer at every feed, no recursion per command, no "
         "list that grows without a limit.",
         407, "5321 7.8"),
    Rule("FAULT", "What fails is told by a 4yz or by the close.",
         "An allocation or a read failed, and a message was lost or half accepted.",
         "Check each result, undo what was begun, and answer 4yz or close.",
         755, "5321 4.2.1"),
    Rule("AUTH", "Nobody is let in without the yes of policy and mechanism.",
         "What the client sent is not what policy and mechanism were told, or an exchange ends in success without "
         "them.",
         "Follow the exchange from the first response to 235: decode once, hand on all of it, and answer 235 in one "
         "place.",
         287, "4954 4"),
    Rule("SECRET", "No reply depends on a secret, and none is kept.",
         "A password can be guessed by its replies, or stays in memory once the exchange is over.",
         "Let replies say the outcome and nothing more, and wipe what was decoded when the exchange ends.",
         226, "4954 9"),
    Rule("ROUND", "What was read, written out and read again is the same.",
         "A message or an address changes on its way.",
         "Find what the writer does not undo of the reader: quoting, stuffing of dots, padding, escapes.",
         172, "5321 4.5.2"),
    Rule("TWIN", "The fast path and its plain twin do the same.",
         "A fast path has a bug of its own; the plain one tells what is right.",
         "Mend the fast path, at the octet where both part.",
         436, None),
    Rule("INJ", "Lines on the wire are calls that were made.",
         "An argument of a caller becomes a command of its own.",
         "Refuse an argument with CR, LF or NUL before anything of it is written.",
         93, "5321 2.3.8"),
    Rule("DIFF", "Two servers see the same messages in the same octets.",
         "What one forwards the other reads differently: smuggling between the two.",
         "See which of them departs from the RFC, and begin with that one.",
         436, "5321 2.3.8"),
    Rule("CONTRACT", "What the headers promise holds.",
         "A slice lies outside what it is a part of, an octet is taken twice, or a fault has no error.",
         "Read the expression that failed: it is the promise. Mend the code; the promise is what callers rely on.",
         573, None),
    Rule("SAN", "No access to memory that is not there, and no undefined behaviour.",
         "The program crashed, or a sanitizer stopped it: memory can be read or written by whoever sends such "
         "input.",
         "Begin with the first frame of the report that is your own code.",
         119, None),
    Rule("FLAKY", "What failed once fails again.",
         "What failed depends on something else than the input: memory that was not initialised, a clock, the order "
         "of runs, a machine that was too busy.",
         "Run it again under another load, and with MSan. What keeps failing is a finding.",
         None, None, level="warning"),
)

# What a sanitizer says -> name, what should not be, weakness. The first that fits.
_SANITIZED = (
    (r"heap-buffer-overflow", "heap-buffer-overflow", "No access beyond a block on the heap.", 122),
    (r"stack-buffer-(over|under)flow|dynamic-stack-buffer", "stack-buffer-overflow", "No access beyond a local array.",
     121),
    (r"global-buffer-overflow|container-overflow|intra-object", "buffer-overflow", "No access beyond an object.", 119),
    (r"index .* out of bounds", "index-out-of-bounds", "No index beyond its array.", 129),
    (r"heap-use-after-free|use-after-poison|use-after-scope", "use-after-free", "No use of memory that is gone.", 416),
    (r"stack-use-after-return", "use-after-return", "No use of a local variable that is gone.", 562),
    (r"double-free|bad-free", "double-free", "No memory is freed twice.", 415),
    (r"use-of-uninitialized", "uninitialized", "No use of a value that was never set.", 457),
    (r"stack-overflow", "stack-overflow", "No recursion without an end.", 674),
    (r"null pointer", "null-pointer", "No use of a null pointer.", 476),
    (r"division by zero|FPE", "division-by-zero", "No division by zero.", 369),
    (r"implicit conversion|outside the range of representable", "conversion", "No number changes by conversion.", 681),
    (r"integer overflow|cannot be represented in type|shift", "integer-overflow", "No number beyond its type.", 190),
    (r"[Ll]eak", "leak", "All memory is given back.", 401),
    (r"UndefinedBehavior", "undefined-behaviour", "No behaviour that the C standard leaves undefined.", 758),
)

_TEST = Rule("TEST", "Every test passes.", "What the test describes does not hold.",
             "Run the test alone (ctest --test-dir build/dev -R NAME --output-on-failure) and read what it says.")

_OF_ORACLES = {rule.id: rule for rule in _LAWS}
ALL = {**_OF_ORACLES, **{rule.id: rule for rule in (
    *(replace(_OF_ORACLES["SAN"], id=f"SAN/{name}", law=law, cwe=cwe) for _, name, law, cwe in _SANITIZED), _TEST)}}


def of_verdict(verdict):
    """The rule that a verdict falls under. A law that nobody here has described, of somebody's own harness, gets a
    plain one."""
    if verdict.oracle == "SAN":
        for pattern, name, *_ in _SANITIZED:
            if re.search(pattern, f"{verdict.key} {verdict.summary}"):
                return ALL[f"SAN/{name}"]
    return ALL.get(verdict.oracle) or Rule(verdict.oracle, f"The law {verdict.oracle} holds.",
                                           "A harness reported a law that this version of Postern has no words for.",
                                           "Read what was expected and seen.")
