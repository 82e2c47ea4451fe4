/* explain_pairs.c: the pairs of reply codes that people mix up or have to choose between, and what parts them. What
 * holds for any two codes (classes, verbs, states) is found out by explain_compare.c and not repeated here.
 *
 * SPDX-License-Identifier: MIT */
#include "explain.h"

static const explain_pair pairs[] = {
    {211, 214, "Both answer HELP with words for a person; clients draw no difference.",
     "Send 211 when the text is about the server itself, its version or its state.",
     "Send 214 when the text explains commands; this is the usual answer to HELP."},
    {214, 502, "214 gives help; 502 says that HELP, or whatever was asked for, is not offered here.",
     "Send 214 when there is any text at all: a server should support HELP.", "Send 502 when HELP is switched off."},
    {220, 221, "They stand at the two ends of a connection: behind 220 the client speaks, behind 221 nobody does.",
     "Send 220 as the greeting, and as the go-ahead after STARTTLS.",
     "Send 221 in answer to QUIT, and close the connection."},
    {220, 250,
     "220 says that the channel is ready, 250 that a command was carried out. As the greeting, 220 comes "
     "without being asked for; 250 always answers something.",
     "Send 220 as the greeting, and as the go-ahead after STARTTLS.",
     "Send 250 for every command that succeeded and has no code of its own, and for the end of the message."},
    {220, 252,
     "220 is about the connection: the server is ready. 252 is about an address: it was not checked, and "
     "mail for it would be tried all the same; that is neither a yes nor a no.",
     "Send 220 as the greeting, and as the go-ahead after STARTTLS.",
     "Send 252 to VRFY and EXPN when the address cannot be checked, or is not to be told for privacy."},
    {220, 421,
     "Either may be the first line of a connection: 220 opens the dialogue, 421 says not now, and the "
     "connection closes. After 421 a client tries again later, perhaps at another host of the domain.",
     "Send 220 when mail can be taken.",
     "Send 421 when it cannot for the moment: overload, too many connections, shutdown."},
    {220, 500,
     "220 says that the server is ready, before it has read anything (or that it will speak TLS next). 500 "
     "says that it could not make sense of a line: the verb is unknown, the line is too long, or it does "
     "not end in CRLF. A client that gets 500 to STARTTLS has met a server without TLS; behind 220 it has "
     "to begin the handshake.",
     "Send 220 as the greeting, and as the go-ahead after STARTTLS.",
     "Send 500 for a verb that the server does not recognise, and for a line that breaks the framing or its limit."},
    {220, 502,
     "220 opens something: the session, or the TLS handshake after STARTTLS. 502 refuses one command that "
     "the server knows and does not offer, and leaves the session as it was. In answer to STARTTLS they are "
     "opposites: begin the handshake now, or there is none to be had.",
     "Send 220 as the greeting, and as the go-ahead after STARTTLS.",
     "Send 502 for a command that is recognised and not implemented, or switched off; never for one that the EHLO "
     "reply offered."},
    {220, 521,
     "Both greet. 220 invites the client to go on; 521 says that this host never takes mail, so that there "
     "is no point in trying again.",
     "Send 220 when mail can be taken.", "Send 521 from a host that takes no mail at all."},
    {220, 554,
     "Both greet. 220 invites the client to go on; 554 refuses the service, and the server then answers "
     "everything but QUIT with 503.",
     "Send 220 when mail can be taken.", "Send 554 as the greeting when this client is not to be served."},
    {221, 250, "250 leaves the connection open for the next command; behind 221 the server closes it.",
     "Send 221 in answer to QUIT.", "Send 250 for the commands that succeed in between."},
    {221, 421,
     "Behind both the connection closes. 221 was asked for, by QUIT, and all is in order; 421 was not, and "
     "what has not been acknowledged by then has to be sent again.",
     "Send 221 in answer to QUIT.",
     "Send 421 when the server has to break off: shutdown, timeout, overload, too many errors."},
    {221, 502,
     "221 agrees to end the session, and the connection closes; 502 refuses a command, and the session goes "
     "on. QUIT may not be answered 502, since every server has to implement it. A client that reads 221 "
     "where it sent something else was shown the door; after 502 it can try another command.",
     "Send 221 in answer to QUIT.",
     "Send 502 for a command that is recognised and not implemented, such as TURN, or VRFY switched off."},
    {235, 250,
     "Both are success. 235 ends an AUTH exchange and nothing else; 250 is for commands that have no code of "
     "their own.",
     "Send 235 when the client is authenticated.", "Send 250 for commands other than AUTH."},
    {235, 334, "334 asks for one more response, 235 says that the exchange is over and went well.",
     "Send 235 when the client is authenticated.",
     "Send 334 with the next challenge in base64; an empty one is \"334 \" with its space."},
    {235, 535, "The two ends of an AUTH exchange: authenticated, or not with these credentials.",
     "Send 235 when the credentials are good.",
     "Send 535 when they are not; the session stays open, and the client may try again."},
    {250, 251,
     "The mail is accepted with both. 251 adds that the user is not local, and names the address to which "
     "the server forwards.",
     "Send 250 for a recipient who is served here, and whenever the new address is not to be told.",
     "Send 251 to RCPT or VRFY when the mail will be forwarded and the sender may learn where to."},
    {250, 252,
     "250 to VRFY vouches for the mailbox and names it; 252 vouches for nothing: the address was not "
     "checked, but a message would be taken and tried.",
     "Send 250 to VRFY when the mailbox was verified.",
     "Send 252 to VRFY and EXPN when it was not, also when checking is switched off for security."},
    {250, 354,
     "354 is the one success in the middle: DATA was accepted and the message is awaited. 250 comes when "
     "that message has been taken, and from then on the server answers for it.",
     "Send 250 behind the line with the single dot, and for other commands that succeed.",
     "Send 354 in answer to DATA, and to nothing else."},
    {250, 421,
     "250 is a command done; 421 is the end of the connection, for now. A message whose final dot is "
     "answered 421 was not taken.",
     "Send 250 for what succeeded.", "Send 421 when the server has to break off, and close."},
    {250, 450, "250 takes the recipient or the message; 450 puts it off, mostly by policy such as greylisting.",
     "Send 250 for what is accepted.", "Send 450 for a mailbox that cannot be used now and may be later."},
    {250, 502,
     "250 says that the command was carried out; 502 that it was understood and is not implemented. For "
     "commands that a server need not have, 250 in place of 502 would claim work that was not done.",
     "Send 250 when the command succeeded.",
     "Send 502 for a command that is recognised and not implemented, or switched off; for VRFY 252 is mostly better."},
    {250, 550,
     "250 takes the recipient or the message, and the duty to deliver it; 550 turns it down for good, and "
     "the client reports that to the sender.",
     "Send 250 for a mailbox that exists and may be written to.",
     "Send 550 for a mailbox that does not exist or is not to be reached, and for a refusal by policy."},
    {250, 554, "Behind the final dot these are the two ends of a transaction: taken, or failed as a whole.",
     "Send 250 when the message was taken.", "Send 554 when it was not, for a reason that will not pass."},
    {251, 252,
     "To RCPT and VRFY 251 knows something, a new address, and 252 knows nothing; both accept mail. To ETRN "
     "they mean something else: 251, no messages are waiting; 252, they are being sent.",
     "Send 251 when the user has moved and the server forwards.",
     "Send 252 to VRFY and EXPN when the address is not checked."},
    {251, 551,
     "In both the user is not local and the text names another address. 251 takes the mail and forwards it; "
     "551 does not, and the client has to send again.",
     "Send 251 when the server will forward.", "Send 551 when it will not, and may say where the user is."},
    {252, 502,
     "Both can answer a VRFY that is switched off. 252 keeps to its purpose, not to tell, and says that "
     "mail would be tried; 502 says that the command does not exist here, although every server has to "
     "implement VRFY.",
     "Send 252 to VRFY and EXPN when they are disabled for security.",
     "Send 502 to EXPN, TURN or HELP when they are not implemented."},
    {252, 550, "252 leaves open whether the mailbox exists, 550 denies it.",
     "Send 252 when the address was not checked.", "Send 550 to VRFY when there is no such user, or no access."},
    {334, 354,
     "Both ask the client for more. 334 awaits one line in base64, within AUTH; 354 awaits a whole message "
     "that ends with a dot on a line of its own, after DATA.",
     "Send 334 with a challenge.", "Send 354 in answer to DATA."},
    {354, 503, "The two usual answers to DATA: 354 when a recipient was accepted, 503 when DATA comes too early.",
     "Send 354 in answer to DATA when at least one recipient was accepted.",
     "Send 503 to DATA without MAIL, without an accepted recipient, or behind BDAT. After 503 the client must not "
     "send the message: it would be read as commands."},
    {354, 554,
     "354 awaits the message; 554 refuses it before it is sent, mostly since no recipient is valid. After "
     "554 the client must not send it: it would be read as commands.",
     "Send 354 in answer to DATA when at least one recipient was accepted.",
     "Send 554 to DATA when no recipient is valid, and to the final dot when the message is refused."},
    {421, 450,
     "Both are for now. 421 is about the connection, which closes; 450 is about one mailbox, and the session "
     "goes on with the next command.",
     "Send 421 when the server cannot go on serving this client.",
     "Send 450 when only this mailbox or this message has to wait."},
    {421, 451, "Both are for now. Behind 421 the connection closes; 451 gives up one command and keeps it open.",
     "Send 421 when the server cannot go on serving this client.",
     "Send 451 when one command failed on an error of the server."},
    {421, 452,
     "Both are for now. Behind 421 the connection closes; 452 is short of room for this message or for one "
     "more recipient, and the session goes on.",
     "Send 421 when the server cannot go on serving this client.",
     "Send 452 when storage is short, or the transaction has as many recipients as are taken."},
    {421, 554,
     "Both may be the first line of a connection. After 421 the client comes back later; after 554 it does "
     "not try this host again, and behind 554 the server waits for QUIT.",
     "Send 421 for a reason that will pass.", "Send 554 for one that will not."},
    {450, 451,
     "Both put the client off. 450 is about the mailbox, or a policy that holds it back (greylisting, "
     "rates); 451 is about the server: something failed inside.",
     "Send 450 when the mailbox is not available now, or the client is to wait.",
     "Send 451 when the server, its DNS or its filter failed."},
    {450, 452, "450 is about the mailbox or a policy, 452 about room: the disk, or the number of recipients.",
     "Send 450 when the mailbox is not available now.",
     "Send 452 when storage is short, and for one recipient too many: the client sends those that are left apart."},
    {450, 550,
     "Both say that the mailbox is unavailable, and differ in how long. After 450 the client keeps the "
     "message and tries again; after 550 it returns it to the sender.",
     "Send 450 when it may work later: busy, greylisted, not yet checked.",
     "Send 550 when it will not: no such user, no access, refused by policy. A 550 for a passing fault loses mail."},
    {451, 452,
     "Both put the client off. 451 is an error inside the server, 452 a lack of room or of places for "
     "recipients.",
     "Send 451 when something failed.", "Send 452 when nothing failed and there is not enough of something."},
    {451, 454, "454 is for AUTH and STARTTLS alone, 451 for the commands of a mail transaction.",
     "Send 451 to MAIL, RCPT and the end of the message.",
     "Send 454 to AUTH when passwords cannot be checked now, and to STARTTLS when TLS cannot be had now."},
    {451, 554,
     "Behind the final dot both mean that the message was not taken. After 451 the client sends it again "
     "later; after 554 it returns it to the sender.",
     "Send 451 when the server failed and may do better later.",
     "Send 554 when the message itself is refused, or can never be handled."},
    {452, 552,
     "Both are about room. 452 is short of it now; 552 will not have it for this message: over the limit, or "
     "over the quota. For too many recipients 452 is right; a client treats a 552 that means that as 452.",
     "Send 452 when the same may fit later, and for one recipient too many.",
     "Send 552 for a message over the size limit, and for a mailbox over its quota for good."},
    {454, 530,
     "Both keep a client from going on. 530 asks for a step that it left out, AUTH or STARTTLS; 454 says that "
     "the step was tried and failed on the server's side, for now.",
     "Send 454 when AUTH or STARTTLS cannot be done at present.",
     "Send 530 when the client has to log in or to start TLS first."},
    {454, 535,
     "Both end AUTH without success. 454 is the server's trouble, and the credentials may well be right: the "
     "client tries later and does not ask for another password. 535 says that they are wrong.",
     "Send 454 when the credentials could not be checked.", "Send 535 when they were checked and are not valid."},
    {455, 555,
     "Both are about parameters of MAIL or RCPT. 455 knows the parameter and cannot honour it now; 555 does "
     "not know it, or never does it.",
     "Send 455 for a parameter that may be met later.",
     "Send 555 for one that is not recognised or not implemented; the client leaves it out."},
    {500, 501,
     "500 is about the line or its verb: it could not be recognised at all. 501 knows the verb and objects "
     "to what follows it.",
     "Send 500 for an unknown verb, an over-long line, octets or line ends that are not allowed.",
     "Send 501 for a known verb whose argument is missing, malformed, or there where none may be."},
    {500, 502, "500 does not recognise the command; 502 recognises it and does not have it.",
     "Send 500 for verbs that mean nothing to the server, and for broken lines.",
     "Send 502 for verbs of the standard that are not implemented or are switched off."},
    {500, 503, "500 does not recognise the command; 503 recognises it and objects to when it came.",
     "Send 500 for verbs that mean nothing to the server, and for broken lines.",
     "Send 503 for a command that is right and out of order."},
    {501, 503,
     "501 is about what stands in the command, 503 about what came before it. A server looks at the order "
     "first, so an argument may still be wrong behind a 503.",
     "Send 501 for an argument that is missing or malformed.",
     "Send 503 for a command that is out of order: RCPT before MAIL, a second MAIL."},
    {501, 504,
     "501: the argument is malformed, and no server could read it. 504: it is well formed, and this server "
     "does not do what it asks for.",
     "Send 501 for wrong syntax, bad base64 among it.",
     "Send 504 for a parameter or an AUTH mechanism that is not implemented."},
    {501, 550, "501 says that the address cannot be read, 550 that it can and is refused.",
     "Send 501 for an address that breaks the grammar or its limits.",
     "Send 550 for an address that is well formed and not available here."},
    {501, 553,
     "Both object to an address. 501 is about the syntax of the command's argument; 553 is about the mailbox "
     "name as such: not allowed here, ambiguous, or not in ASCII without SMTPUTF8.",
     "Send 501 for a path that breaks the grammar.", "Send 553 for one that keeps it and is not allowed all the same."},
    {501, 555, "501: a parameter is malformed. 555: it is well formed, and not known or not implemented.",
     "Send 501 for wrong syntax, and for a parameter that is given twice.",
     "Send 555 for a parameter of MAIL or RCPT that the server does not know."},
    {502, 503, "502 refuses the command at any time, 503 only at this time: in another order it would work.",
     "Send 502 for a command that is not implemented.", "Send 503 for one that is, and came out of order."},
    {502, 504, "502 does not implement the command, 504 implements the command and not this parameter of it.",
     "Send 502 when the whole command is not to be had.",
     "Send 504 when another parameter, or another AUTH mechanism, would do."},
    {503, 530,
     "Both mean that something has to come first. 503 is about the order of the protocol, the same for "
     "everybody; 530 is the policy of this server: log in, or start TLS.",
     "Send 503 for a command that is out of order.",
     "Send 530 when the order is right and AUTH or STARTTLS is asked for first."},
    {503, 554,
     "Both answer DATA when no recipient was accepted. 503 says that RCPT is missing; 554 that those that "
     "came were not valid. A client treats them alike.",
     "Send 503 for any command that is out of order.",
     "Send 554 when the transaction fails as a whole, and as a greeting that refuses the service."},
    {504, 534, "Both refuse an AUTH mechanism. 504 does not have it; 534 has it, and it is too weak for this user.",
     "Send 504 for a mechanism that is not implemented.", "Send 534 for one that is below what this user needs."},
    {504, 555,
     "Both refuse a parameter. 555 was made for the parameters of MAIL and RCPT; 504 is for those of other "
     "commands, such as the mechanism of AUTH.",
     "Send 504 for AUTH, VRFY, HELP and the like, and for a known parameter whose value is not implemented.",
     "Send 555 for a parameter of MAIL or RCPT that is not known."},
    {521, 554,
     "As greetings both refuse for good. 521 speaks of the host: it takes no mail from anybody. 554 speaks "
     "of this connection, and elsewhere it is the general failure of a transaction.",
     "Send 521 from a host that takes no mail at all.",
     "Send 554 when this client is refused, or a transaction fails."},
    {521, 556,
     "Both say that mail is not taken. 521 is said by the host itself, when somebody connects; 556 by a relay "
     "that knows, from a null MX, that the recipient's domain wants none.",
     "Send 521 as the greeting of a host that takes no mail.", "Send 556 to RCPT for a domain that takes none."},
    {524, 538,
     "They say the same: the mechanism needs encryption. The registry lists both with X.7.11; 538 is the one "
     "in an RFC of AUTH, and is historic.",
     "Send neither: do not offer the mechanism before TLS.", "Send neither: do not offer the mechanism before TLS."},
    {525, 535,
     "535 refuses the credentials; 525 took them, and the account is switched off. To tell that to somebody "
     "who guesses passwords is a risk.",
     "Send 525 when the credentials are right and the account is disabled.",
     "Send 535 when user name or password is wrong, and whenever in doubt."},
    {530, 535, "530 asks for AUTH (or TLS), which has not taken place; 535 answers an AUTH that failed.",
     "Send 530 to a command that needs a login or TLS first.", "Send 535 to AUTH with credentials that are not valid."},
    {530, 538, "530 asks for TLS before the command; 538 says the same of one AUTH mechanism, and is historic.",
     "Send 530 when TLS or a login has to come first.",
     "Do not send 538 any more: offer no such mechanism before TLS."},
    {530, 550,
     "Both can mean: not for you. After 530 the same command may succeed behind AUTH or STARTTLS; after 550 "
     "it will not.",
     "Send 530 when a login or TLS would open the door.", "Send 550 when the door is closed either way."},
    {534, 535,
     "Both refuse a login. 534 objects to the mechanism, before any password is judged; 535 to the "
     "credentials.",
     "Send 534 when the client should use a stronger mechanism.", "Send 535 when user name or password is wrong."},
    {535, 550,
     "535 is about who the client says it is, 550 about the mailbox or the policy. Submission servers also "
     "send 550 to RCPT where a login was forgotten; 530 would be the clear answer.",
     "Send 535 to AUTH with credentials that are not valid.", "Send 550 to RCPT, MAIL or the end of the message."},
    {550, 551, "In both the mail is not taken for that mailbox. 551 knows another address and names it; 550 does not.",
     "Send 550 when there is no such mailbox, or it is not to be told where the user went.",
     "Send 551 when the user is elsewhere and the address may be told."},
    {550, 552, "550: the mailbox is not available. 552: it is there, and full, or the message is too big for it.",
     "Send 550 for an unknown mailbox and for refusals by policy.", "Send 552 for a quota or a size limit."},
    {550, 553, "550 knows the name and has no such mailbox to offer; 553 objects to the name itself.",
     "Send 550 when the mailbox does not exist or is not to be reached.",
     "Send 553 when the name is not allowed, is ambiguous, or is not in ASCII without SMTPUTF8."},
    {550, 554,
     "550 is about one mailbox, 554 about the transaction or the service as a whole. Many servers send either "
     "for a refusal by policy; the enhanced code (X.7.1 and its kin) tells them apart better.",
     "Send 550 to RCPT for a mailbox, and for a refusal that concerns it.",
     "Send 554 when the whole transaction fails, to DATA without valid recipients, and as a greeting."},
    {550, 556, "550 refuses one mailbox; 556 says that the whole domain takes no mail, as its null MX publishes.",
     "Send 550 when the domain takes mail and this mailbox does not.", "Send 556 to RCPT for a domain with a null MX."},
    {550, 571,
     "Both refuse by policy. 550 is the standard's code; 571 is in no RFC, and its middle digit is outside "
     "the grammar, so strict clients take it for an error of the protocol.",
     "Send 550 with X.7.1.", "Do not send 571."},
    {551, 553, "551 knows a better address and names it; 553 only says that this one is not allowed.",
     "Send 551 when the user is elsewhere and the address may be told.", "Send 553 when the mailbox name is refused."},
    {552, 554, "552 gives a reason, too much; 554 is for failures that have no code of their own.",
     "Send 552 when the message is over the limit, or the mailbox over its quota.",
     "Send 554 when the message is refused for its content or by policy."},
    {553, 554, "553 objects to one mailbox name, 554 to the transaction as a whole.",
     "Send 553 to MAIL or RCPT for a name that is not allowed.", "Send 554 when the whole transaction fails."},
    {554, 556, "556 gives the reason, a recipient's domain that takes no mail; 554 is the general failure.",
     "Send 554 when the transaction fails for a reason that has no code of its own.",
     "Send 556 to RCPT for a domain with a null MX."},
};

const explain_pair *explain_pair_find(int low, int high) {
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (pairs[i].low == low && pairs[i].high == high) {
            return &pairs[i];
        }
    }
    return NULL;
}
