/* codes.c: what is known of every reply code that an RFC defines or that servers are seen to send.
 *
 * The texts of the standard codes are those that RFC 5321 4.2.3 proposes, since people search for them.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/reply.h>

static const postern_code_info codes[] = {
    {101, POSTERN_CODE_NOT_SMTP, "Not a reply of SMTP",
     "No server sends it: SMTP has no replies that begin with 1. Some client programs print it when they cannot open "
     "a connection.",
     "Take the number as a protocol error and look at the network: host, port, DNS, firewall.", "", "RFC 5321 4.2.1"},
    {200, POSTERN_CODE_PRACTICE, "Non-standard success",
     "Outside the list of the RFC. Sendmail answers a debugging command with it, and some lists name it as a general "
     "success.",
     "Nothing: a client goes by the first digit, which means success.", "", "Sendmail 8.17"},
    {211, POSTERN_CODE_STANDARD, "System status, or system help reply",
     "The server answers HELP, or a question for its status, with words about itself.",
     "Nothing is wrong; read the text.", "HELP", "RFC 5321 4.2.3"},
    {214, POSTERN_CODE_STANDARD, "Help message",
     "The server explains its commands to a human reader, mostly on several lines.",
     "Nothing is wrong; the text names the commands that the server knows.", "HELP", "RFC 5321 4.2.3"},
    {220, POSTERN_CODE_STANDARD, "<domain> Service ready",
     "The greeting: the first line on ports 25 and 587, and on 465 once TLS is up. It is also the go-ahead after "
     "STARTTLS, and the new greeting after XCLIENT.",
     "Nothing is wrong. If it does not come, see whether the server runs, whether port and TLS mode are right, and "
     "whether a firewall or a tarpit holds it back (a client waits five minutes).",
     "CONNECT STARTTLS XCLIENT", "RFC 5321 4.2.3; RFC 3207 4"},
    {221, POSTERN_CODE_STANDARD, "<domain> Service closing transmission channel",
     "The answer to QUIT, behind which the server closes the connection.",
     "Nothing is wrong after QUIT. Unasked, it means that the server shuts down, lost patience or (Postfix) was sent "
     "a command of another protocol, such as GET.",
     "QUIT", "RFC 5321 4.1.1.10; Postfix"},
    {235, POSTERN_CODE_EXTENSION, "Authentication succeeded", "An AUTH exchange has ended well.",
     "Nothing is wrong; go on with MAIL, or with EHLO first if a SASL security layer was agreed.",
     "AUTH AUTH_CONTINUATION", "RFC 4954 4, 6"},
    {250, POSTERN_CODE_STANDARD, "Requested mail action okay, completed",
     "The common success: to EHLO, HELO, MAIL, RCPT, RSET, NOOP, VRFY, EXPN, to each BDAT chunk and to the end of the "
     "message. After the final dot it also says that the server now answers for the message.",
     "Nothing is wrong. Where 250 was expected and another code came, look at the syntax, at the order of the commands "
     "and at the server's policy.",
     "EHLO HELO LHLO MAIL RCPT DATA_BODY BDAT_CHUNK BURL RSET NOOP VRFY EXPN ETRN ATRN XFORWARD",
     "RFC 5321 4.2.3, 4.2.5; RFC 3030 2"},
    {251, POSTERN_CODE_STANDARD, "User not local; will forward to <forward-path>",
     "RCPT or VRFY named an address that has moved; the server takes the message and sends it on. After ETRN: no "
     "messages are waiting.",
     "Nothing is needed for delivery. Bring the address book up to date from the text, if you trust the server.",
     "RCPT VRFY ETRN", "RFC 5321 3.4; RFC 1985 5.1"},
    {252, POSTERN_CODE_STANDARD, "Cannot VRFY user, but will accept message and attempt delivery",
     "VRFY or EXPN, where the server cannot check the address or, for privacy, does not want to. After ETRN: delivery "
     "of the waiting messages has begun.",
     "Nothing is needed: the server will try to deliver. To learn whether an address exists, go by RCPT and bounces, "
     "or ask the administrator.",
     "VRFY EXPN ETRN", "RFC 5321 3.5.3, 7.3; RFC 1985 5.1"},
    {253, POSTERN_CODE_EXTENSION, "OK, pending messages for node started",
     "ETRN has started the queue, and the text says how many messages wait.", "Nothing is wrong.", "ETRN",
     "RFC 1985 5.1"},
    {334, POSTERN_CODE_EXTENSION, "Server challenge",
     "In an AUTH exchange the server waits for the next base64 line. The challenge may be empty, but the space behind "
     "the code stays.",
     "Send the response in base64, or a single * to cancel.", "AUTH AUTH_CONTINUATION", "RFC 4954 4"},
    {354, POSTERN_CODE_STANDARD, "Start mail input; end with <CRLF>.<CRLF>",
     "DATA was accepted: all that follows is the message, up to a line that is one dot.",
     "Send the message with CRLF at every line end and each leading dot doubled, then the line with one dot.", "DATA",
     "RFC 5321 4.1.1.4"},
    {355, POSTERN_CODE_EXPERIMENTAL, "Octet-offset is the transaction offset",
     "CHECKPOINT: says where an interrupted transfer may be taken up again.", "Go on sending from that offset.",
     "MAIL DATA", "RFC 1845"},
    {421, POSTERN_CODE_STANDARD, "<domain> Service not available, closing transmission channel",
     "At any time, also unasked: shutdown, overload, idle for too long, too many errors or connections. The connection "
     "closes behind it.",
     "Wait and try later. If it keeps coming, open fewer connections, look at the server's health, and look for a "
     "client that repeats an error.",
     "any", "RFC 5321 3.8, 4.2.3"},
    {422, POSTERN_CODE_REGISTERED, "A password transition is needed",
     "The registry names it beside 432 for the enhanced code X.7.12.", "Log in once with PLAIN over TLS, as for 432.",
     "AUTH", "RFC 5248 2.4"},
    {430, POSTERN_CODE_REGISTERED, "Invalid command, for now",
     "Named in the registry for X.5.1 and nowhere else; no RFC gives it a text.",
     "Try again; tell the server's operator if it stays.", "", "RFC 5248 2.4"},
    {431, POSTERN_CODE_PRACTICE, "Not enough memory or disk on the server",
     "In no RFC; several mail products document it.",
     "Make room on the receiving server, or send to fewer recipients at once.", "DATA_BODY", "mail products"},
    {432, POSTERN_CODE_EXTENSION, "A password transition is needed",
     "The account has to log in once with a plain mechanism before the chosen one can work. (Exchange also used the "
     "number for a stopped queue.)",
     "Log in once with PLAIN over TLS, then try the strong mechanism again.", "AUTH AUTH_CONTINUATION", "RFC 4954 6"},
    {435, POSTERN_CODE_PRACTICE, "Unable to authenticate at present",
     "Exim says so for a passing failure, where RFC 4954 has 454.",
     "Try later; look at what the server asks for its passwords.", "AUTH AUTH_CONTINUATION", "Exim"},
    {441, POSTERN_CODE_PRACTICE, "The recipient's server does not respond",
     "In no RFC; Exchange and some clients show it.", "Look at the network path to that server and try again.", "",
     "Exchange"},
    {442, POSTERN_CODE_PRACTICE, "The connection was dropped during transmission", "In no RFC; Exchange shows it.",
     "Look at the network and try again.", "", "Exchange"},
    {446, POSTERN_CODE_PRACTICE, "Maximum hop count exceeded", "In no RFC; Exchange shows it.",
     "Look for a loop in routing or forwarding.", "", "Exchange"},
    {447, POSTERN_CODE_PRACTICE, "The message timed out", "In no RFC; Exchange shows it.",
     "Send fewer recipients or a smaller message, and try again.", "", "Exchange"},
    {449, POSTERN_CODE_PRACTICE, "Routing error", "In no RFC; Exchange shows it.", "Look at the routing and at DNS.",
     "", "Exchange"},
    {450, POSTERN_CODE_STANDARD, "Requested mail action not taken: mailbox unavailable",
     "The mailbox is busy, or policy holds the message back for now: greylisting, a rate limit, a check of the sender "
     "that has not ended.",
     "Leave the message in the queue and try again in some minutes.", "RCPT DATA_BODY MAIL",
     "RFC 5321 4.2.3; RFC 6710 4.1"},
    {451, POSTERN_CODE_STANDARD, "Requested action aborted: local error in processing",
     "Something failed inside the server, in DNS or in a filter.",
     "Try later. The server's operator finds the cause in the log.", "MAIL RCPT DATA_BODY BDAT_CHUNK ATRN",
     "RFC 5321 4.2.3"},
    {452, POSTERN_CODE_STANDARD, "Requested action not taken: insufficient system storage",
     "The disk is short, or the transaction has as many recipients as the server takes (this is the right code for "
     "too many recipients).",
     "Try later; send the recipients that are left in a new transaction. The operator makes room on the disk.",
     "MAIL RCPT DATA_BODY BDAT_CHUNK", "RFC 5321 4.2.3, 4.5.3.1.10; RFC 1870 6.1"},
    {453, POSTERN_CODE_EXTENSION, "You have no mail",
     "ATRN found nothing that waits for the domains. Also registered with X.3.2.", "Nothing is wrong; ask again later.",
     "ATRN", "RFC 2645 5.2.1; RFC 5248 2.4"},
    {454, POSTERN_CODE_EXTENSION, "Temporary authentication failure, or TLS not available due to temporary reason",
     "AUTH or STARTTLS failed for a reason on the server that will pass.",
     "Try later and do not ask the user for another password. The operator looks at what checks the passwords, or at "
     "the certificate.",
     "AUTH AUTH_CONTINUATION STARTTLS", "RFC 4954 6; RFC 3207 4"},
    {455, POSTERN_CODE_STANDARD, "Server unable to accommodate parameters",
     "The server understands a parameter of MAIL or RCPT and cannot honour it at present.",
     "Try later, or leave the optional parameter out.", "MAIL RCPT", "RFC 5321 4.1.1.11; RFC 2852 4"},
    {458, POSTERN_CODE_EXTENSION, "Unable to queue messages for node", "ETRN could not start the queue.",
     "Try later; the provider looks at its queue runner.", "ETRN", "RFC 1985 5.1"},
    {459, POSTERN_CODE_EXTENSION, "Node not allowed: <reason>",
     "ETRN came from a client that may not start this queue.", "Ask the provider to allow your host or domain.", "ETRN",
     "RFC 1985 5.1"},
    {471, POSTERN_CODE_PRACTICE, "Filter or local server error",
     "In no RFC, and its second digit is outside the grammar of replies; some spam filters send it.",
     "Look at the filter of the server that sent it.", "", "spam filters"},
    {500, POSTERN_CODE_STANDARD, "Syntax error, command unrecognized",
     "The verb is unknown; or the line is too long (512 octets with its CRLF, more where an extension says so), has "
     "octets that are not allowed, or does not end in CRLF. In an AUTH exchange: the response is too long.",
     "Check the spelling. Keep the line within the limit, end it with CRLF, and send ASCII unless SMTPUTF8 is in use.",
     "any", "RFC 5321 4.2.2, 4.2.4, 4.5.3.1.9; RFC 4954 6"},
    {501, POSTERN_CODE_STANDARD, "Syntax error in parameters or arguments",
     "The verb is right, but its argument is missing, malformed, or there where none may be (DATA, RSET, QUIT and "
     "STARTTLS take none).",
     "Mend the argument: the address in angle brackets, no space behind the colon, a valid domain, valid base64.",
     "any", "RFC 5321 4.2.2, 4.3.2; RFC 4954 4"},
    {502, POSTERN_CODE_STANDARD, "Command not implemented",
     "The server knows the command and does not offer it; mostly VRFY, EXPN or TURN, switched off by the "
     "administrator.",
     "Go another way (RCPT or a test message in place of VRFY), and see in the EHLO reply what is offered.",
     "VRFY EXPN HELP TURN SEND SOML SAML ETRN ATRN EHLO HELO", "RFC 5321 4.2.4, 4.3.2"},
    {503, POSTERN_CODE_STANDARD, "Bad sequence of commands",
     "A command came at the wrong time: MAIL before EHLO, RCPT before MAIL, DATA without an accepted recipient, a "
     "second MAIL or AUTH, DATA mixed with BDAT.",
     "Keep the order EHLO (STARTTLS, EHLO), (AUTH), MAIL, RCPT, DATA or BDAT; RSET begins anew.", "any",
     "RFC 5321 4.1.4, 3.3; RFC 3030 2; RFC 4954 4"},
    {504, POSTERN_CODE_STANDARD, "Command parameter not implemented",
     "The command is implemented, but not with this parameter: an AUTH mechanism that the server does not have, for "
     "example.",
     "Choose a parameter or a mechanism that the EHLO reply lists.", "AUTH HELP VRFY EXPN EHLO HELO MAIL",
     "RFC 5321 4.2.1, 4.2.2; RFC 4954 4"},
    {510, POSTERN_CODE_PRACTICE, "Bad email address", "In no RFC; some products document it.", "Mend the address.", "",
     "mail products"},
    {511, POSTERN_CODE_PRACTICE, "Bad email address", "In no RFC; some products document it.", "Mend the address.", "",
     "mail products"},
    {512, POSTERN_CODE_PRACTICE, "The domain cannot be resolved", "In no RFC; some products document it.",
     "Mend the domain, or its DNS.", "", "mail products"},
    {521, POSTERN_CODE_STANDARD, "Host does not accept mail",
     "The greeting of a host that never takes mail. (Postfix also says it before it hangs up on a bad BDAT.)",
     "Send to the host that takes the domain's mail. The domain should publish the right MX, or a null MX.", "CONNECT",
     "RFC 7504 3"},
    {523, POSTERN_CODE_REGISTERED, "Encryption needed for this authentication mechanism",
     "AUTH with a plain-text mechanism and without TLS; goes with X.7.10. (Some products use it for limits on "
     "recipients.)",
     "Start TLS first.", "AUTH", "RFC 5248 2.4"},
    {524, POSTERN_CODE_REGISTERED, "Encryption required for requested authentication mechanism",
     "The registry names it beside 538 for X.7.11.", "Start TLS first.", "AUTH", "RFC 5248 2.4"},
    {525, POSTERN_CODE_REGISTERED, "User account disabled",
     "The credentials are right and the account is switched off; goes with X.7.13.",
     "The owner of the account turns to the administrator.", "AUTH AUTH_CONTINUATION", "RFC 5248 2.4"},
    {530, POSTERN_CODE_EXTENSION, "Authentication required, or must issue a STARTTLS command first",
     "The server wants a login, or TLS, before it goes on.",
     "Log in with AUTH, or send STARTTLS and EHLO; then send the command again.", "MAIL RCPT AUTH ATRN DATA VRFY EXPN",
     "RFC 4954 6; RFC 3207 4"},
    {533, POSTERN_CODE_REGISTERED, "Delivery not authorised",
     "Named in the registry for X.7.1 and nowhere else; no RFC gives it a text.", "Take it as a refusal by policy.", "",
     "RFC 5248 2.4"},
    {534, POSTERN_CODE_EXTENSION, "Authentication mechanism is too weak",
     "The mechanism is below what the server asks of this user.", "Choose a stronger mechanism, or use TLS.",
     "AUTH AUTH_CONTINUATION", "RFC 4954 6"},
    {535, POSTERN_CODE_EXTENSION, "Authentication credentials invalid",
     "User name or password is wrong, or the account may not log in this way (it needs an application password, for "
     "example).",
     "Give the right credentials; find out whether an application password or OAuth is asked for.",
     "AUTH AUTH_CONTINUATION", "RFC 4954 4, 6"},
    {538, POSTERN_CODE_HISTORIC, "Encryption required for requested authentication mechanism",
     "A plain-text login without TLS. Kept for history: today's servers do not even offer the mechanism there.",
     "Start TLS before AUTH.", "AUTH AUTH_CONTINUATION", "RFC 4954 6"},
    {541, POSTERN_CODE_PRACTICE, "Message rejected by the recipient", "In no RFC; some spam filters send it.",
     "Look at the content and at the sender's reputation; ask the recipient to let you in.", "DATA_BODY",
     "spam filters"},
    {550, POSTERN_CODE_STANDARD, "Requested action not taken: mailbox unavailable",
     "There is no such mailbox, or no access to it, or policy refuses: no relaying, a blocklist, SPF, DMARC.",
     "Check the address. If it is right, text and enhanced code name the policy: mend the sender's authentication or "
     "reputation.",
     "RCPT MAIL VRFY EXPN DATA_BODY BDAT_CHUNK EHLO HELO", "RFC 5321 4.2.3"},
    {551, POSTERN_CODE_STANDARD, "User not local; please try <forward-path>",
     "The server does not forward, and names the address that is right.", "Send again, to the address in the text.",
     "RCPT VRFY", "RFC 5321 3.4"},
    {552, POSTERN_CODE_STANDARD, "Requested mail action aborted: exceeded storage allocation",
     "The mailbox is over its quota, or the message over the size limit. Old servers also mean too many recipients, "
     "which a client treats as 452.",
     "Make the message smaller, or have the recipient clear the mailbox.", "MAIL RCPT DATA_BODY BDAT_CHUNK BURL",
     "RFC 5321 4.2.3, 4.5.3.1.10; RFC 1870 6.1, 6.4"},
    {553, POSTERN_CODE_STANDARD, "Requested action not taken: mailbox name not allowed",
     "The address is malformed or not permitted; VRFY finds it ambiguous; or it would have to be ASCII, for want of "
     "SMTPUTF8.",
     "Mend the address; use one in ASCII, or SMTPUTF8; on submission send as an address that is yours.",
     "RCPT MAIL VRFY", "RFC 5321 4.2.3, 3.5.1; RFC 6531 3.5"},
    {554, POSTERN_CODE_STANDARD, "Transaction failed",
     "The general permanent failure: no valid recipients, a refusal by content or policy, TLS that is not good enough. "
     "As a greeting: no SMTP service here.",
     "Read text and enhanced code; look at reputation, content and recipients. After a 554 greeting use another host "
     "or ask the operator.",
     "CONNECT DATA DATA_BODY BDAT_CHUNK BURL STARTTLS", "RFC 5321 3.1, 4.2.3; RFC 3207 4.1; RFC 6531 3.5"},
    {555, POSTERN_CODE_STANDARD, "MAIL FROM/RCPT TO parameters not recognized or not implemented",
     "The client sent a parameter that the server does not know, mostly without a look at the EHLO reply.",
     "Leave the parameter out, or send it only where EHLO offered its extension.", "MAIL RCPT",
     "RFC 5321 4.1.1.11, 4.2.3"},
    {556, POSTERN_CODE_STANDARD, "Domain does not accept mail",
     "The recipient's domain publishes a null MX, or is known in another way to take no mail.",
     "Use another address; this domain wants no mail.", "RCPT", "RFC 7504 4; RFC 7505"},
    {557, POSTERN_CODE_PRACTICE, "Message refused", "In no RFC; some providers send it, for too many duplicates say.",
     "Read the text of the reply.", "", "some providers"},
    {571, POSTERN_CODE_PRACTICE, "Blocked by a blocklist or by policy",
     "In no RFC, and its second digit is outside the grammar of replies; some older filters send it.",
     "Ask to be taken off the list, or turn to the recipient's administrator.", "CONNECT RCPT", "older filters"},
};

#define CODES (sizeof(codes) / sizeof(codes[0]))

const postern_code_info *postern_code_find(int code) {
    size_t low = 0;
    size_t high = CODES;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (codes[middle].code < code) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < CODES && codes[low].code == code ? &codes[low] : NULL;
}

const postern_code_info *postern_code_table(size_t *count) {
    *count = CODES;
    return codes;
}
