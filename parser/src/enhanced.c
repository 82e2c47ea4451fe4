/* enhanced.c: what is known of every enhanced status code X.subject.detail (RFC 3463, RFC 5248 and what they grew).
 *
 * SPDX-License-Identifier: MIT */
#include <postern/reply.h>

static const postern_enhanced_info enhanced_codes[] = {
    {0, 0, "Other undefined status", "any", "Nothing but the class of the outcome is known.", "RFC 3463 3.1"},

    /* X.1: addresses */
    {1, 0, "Other address status", "", "Something about the address, and no more is said.", "RFC 3463 3.2"},
    {1, 1, "Bad destination mailbox address", "451 550", "The domain has no such mailbox.", "RFC 3463 3.2"},
    {1, 2, "Bad destination system address", "", "The domain does not exist or takes no mail.", "RFC 3463 3.2"},
    {1, 3, "Bad destination mailbox address syntax", "501", "The recipient's address is malformed.", "RFC 3463 3.2"},
    {1, 4, "Destination mailbox address ambiguous", "", "More than one mailbox matches the address.", "RFC 3463 3.2"},
    {1, 5, "Destination address valid", "250", "The recipient is good; stands in replies of success.", "RFC 3463 3.2"},
    {1, 6, "Destination mailbox has moved, no forwarding address", "", "The mailbox was valid once and is gone.",
     "RFC 3463 3.2"},
    {1, 7, "Bad sender's mailbox address syntax", "", "The sender's address is malformed.", "RFC 3463 3.2"},
    {1, 8, "Bad sender's system address", "451 501", "The sender's domain does not exist or cannot take replies.",
     "RFC 3463 3.2"},
    {1, 9, "Message relayed to non-compliant mailer", "", "The message went on to a system that cannot report on it.",
     "RFC 3886 3.3.4"},
    {1, 10, "Recipient address has null MX", "556", "The recipient's domain publishes that it takes no mail.",
     "RFC 7505; RFC 7504 6"},

    /* X.2: mailboxes */
    {2, 0, "Other or undefined mailbox status", "", "The mailbox exists, and something about it is wrong.",
     "RFC 3463 3.3"},
    {2, 1, "Mailbox disabled, not accepting messages", "", "The mailbox is closed, for a time or for good.",
     "RFC 3463 3.3"},
    {2, 2, "Mailbox full", "552", "The mailbox is over its quota.", "RFC 3463 3.3"},
    {2, 3, "Message length exceeds administrative limit", "552", "The message is bigger than this mailbox may take.",
     "RFC 3463 3.3"},
    {2, 4, "Mailing list expansion problem", "450 452", "The address is a list that could not be expanded.",
     "RFC 3463 3.3"},

    /* X.3: the mail system */
    {3, 0, "Other or undefined mail system status", "221 250 421 451 550 554",
     "Something about the receiving system, and no more is said.", "RFC 3463 3.4"},
    {3, 1, "Mail system full", "452", "The system's storage is used up.", "RFC 3463 3.4"},
    {3, 2, "System not accepting network messages", "453 521", "The host takes no mail, now or ever.",
     "RFC 3463 3.4; RFC 7504 6"},
    {3, 3, "System not capable of selected features", "", "A feature that was asked for is missing.", "RFC 3463 3.4"},
    {3, 4, "Message too big for system", "552 554", "The message is over the system's limit for one message.",
     "RFC 3463 3.4"},
    {3, 5, "System incorrectly configured", "", "The system is set up in a way that it cannot accept the message.",
     "RFC 3463 3.4"},
    {3, 6, "Requested priority was changed", "250 251", "The server gave the message another MT-PRIORITY.",
     "RFC 6710 4.1"},

    /* X.4: network and routing */
    {4, 0, "Other or undefined network or routing status", "", "Something about the network, and no more is said.",
     "RFC 3463 3.5"},
    {4, 1, "No answer from host", "451", "The next host did not answer.", "RFC 3463 3.5"},
    {4, 2, "Bad connection", "421", "The connection broke.", "RFC 3463 3.5"},
    {4, 3, "Directory server failure", "451 550", "A look-up in DNS or in a directory failed.", "RFC 3463 3.5"},
    {4, 4, "Unable to route", "", "No way leads to the destination.", "RFC 3463 3.5"},
    {4, 5, "Mail system congestion", "451", "The system has too much to do.", "RFC 3463 3.5"},
    {4, 6, "Routing loop detected", "", "The message has gone round too often.", "RFC 3463 3.5"},
    {4, 7, "Delivery time expired", "", "The message waited too long, or its DELIVERBY limit has passed.",
     "RFC 3463 3.5; RFC 2852 4.1.3"},

    /* X.5: the protocol */
    {5, 0, "Other or undefined protocol status", "220 250 251 252 253 451 452 454 458 459 501 502 503 554",
     "Something about the protocol, and no more is said.", "RFC 3463 3.6"},
    {5, 1, "Invalid command", "430 500 501 503 530 550 554 555", "The command is unknown, or came out of order.",
     "RFC 3463 3.6"},
    {5, 2, "Syntax error", "500 501 502 550 555", "The command could not be parsed.", "RFC 3463 3.6"},
    {5, 3, "Too many recipients", "451", "More recipients than the server takes at a time; in practice goes with 452.",
     "RFC 3463 3.6"},
    {5, 4, "Invalid command arguments", "451 501 502 503 504 550 555",
     "The command is valid, and its argument is wrong or not supported.", "RFC 3463 3.6"},
    {5, 5, "Wrong protocol version", "", "Client and server speak different versions of the protocol.", "RFC 3463 3.6"},
    {5, 6, "Authentication exchange line is too long", "500", "The SASL response is longer than the server's buffer.",
     "RFC 4954 6"},

    /* X.6: content */
    {6, 0, "Other or undefined media error", "", "Something about the content, and no more is said.", "RFC 3463 3.7"},
    {6, 1, "Media not supported", "", "The type of the content is not supported.", "RFC 3463 3.7"},
    {6, 2, "Conversion required and prohibited", "", "The content would have to be converted, and may not be.",
     "RFC 3463 3.7"},
    {6, 3, "Conversion required but not supported", "554", "The content would have to be converted, and cannot be.",
     "RFC 3463 3.7; RFC 4468 6"},
    {6, 4, "Conversion with loss performed", "250", "The content was converted and lost something.", "RFC 3463 3.7"},
    {6, 5, "Conversion failed", "", "The content was to be converted, and that failed.", "RFC 3463 3.7"},
    {6, 6, "Message content not available", "554", "BURL could not fetch the content.", "RFC 4468 5"},
    {6, 7, "Non-ASCII addresses not permitted for that sender/recipient", "550 553",
     "The address has to be in ASCII here.", "RFC 6531 3.5"},
    {6, 8, "UTF-8 string reply is required, but not permitted by the SMTP client", "252 550 553",
     "The reply would need UTF-8, and the client did not allow it.", "RFC 6531 4"},
    {6, 9, "UTF-8 header message cannot be transferred to one or more recipients", "550 554",
     "The message has headers in UTF-8 that some recipient cannot take.", "RFC 6531 3.5"},
    {6, 10, "Duplicate of X.6.8, deprecated", "", "Not to be used.", "RFC 6855"},

    /* X.7: security and policy */
    {7, 0, "Other or undefined security status", "220 235 450 454 500 501 503 504 530 535 550",
     "Something about security, and no more is said.", "RFC 3463 3.8"},
    {7, 1, "Delivery not authorized, message refused", "451 454 502 503 533 550 551", "Policy refuses.",
     "RFC 3463 3.8"},
    {7, 2, "Mailing list expansion prohibited", "550", "The sender may not expand the list or send to it.",
     "RFC 3463 3.8"},
    {7, 3, "Security conversion required but not possible", "",
     "The message would have to change from one security protocol to another, and cannot.", "RFC 3463 3.8"},
    {7, 4, "Security features not supported", "504", "A security feature that was asked for is missing.",
     "RFC 3463 3.8"},
    {7, 5, "Cryptographic failure", "", "A cryptographic operation failed.", "RFC 3463 3.8"},
    {7, 6, "Cryptographic algorithm not supported", "", "The algorithm is unknown here.", "RFC 3463 3.8"},
    {7, 7, "Message integrity failure", "554", "The check of the message's integrity failed.",
     "RFC 3463 3.8; RFC 4405 4.2"},
    {7, 8, "Authentication credentials invalid", "535 554", "User name or password is wrong.", "RFC 4954 6"},
    {7, 9, "Authentication mechanism is too weak", "534", "The server asks for a stronger mechanism.", "RFC 4954 6"},
    {7, 10, "Encryption needed", "523", "TLS has to come first.", "RFC 5248 2.4; RFC 8689 4.2.1"},
    {7, 11, "Encryption required for requested authentication mechanism", "524 538",
     "The mechanism is allowed under encryption only.", "RFC 4954 6"},
    {7, 12, "A password transition is needed", "422 432", "Log in once with PLAIN.", "RFC 4954 6"},
    {7, 13, "User account disabled", "525", "The account is switched off.", "RFC 5248 2.4"},
    {7, 14, "Trust relationship required", "535 554", "The server that holds the content does not trust this one.",
     "RFC 5248 2.4"},
    {7, 15, "Priority level is too low", "450 550", "The MT-PRIORITY is below the lowest that is accepted.",
     "RFC 6710 4.1"},
    {7, 16, "Message is too big for the specified priority", "552", "That priority has a limit of its own.",
     "RFC 6710 5"},
    {7, 17, "Mailbox owner has changed", "5XX", "RRVS: the mailbox belongs to somebody else now.", "RFC 7293 15.3"},
    {7, 18, "Domain owner has changed", "5XX", "RRVS: the domain belongs to somebody else now.", "RFC 7293 15.3"},
    {7, 19, "RRVS test cannot be completed", "5XX", "RRVS: it is not known how old the mailbox is.", "RFC 7293 15.3"},
    {7, 20, "No passing DKIM signature found", "550", "A valid DKIM signature is asked for.", "RFC 7372 3.1"},
    {7, 21, "No acceptable DKIM signature found", "550", "There is a valid DKIM signature, but none that counts here.",
     "RFC 7372 3.1"},
    {7, 22, "No valid author-matched DKIM signature found", "550", "A DKIM signature has to be of the author's domain.",
     "RFC 7372 3.1"},
    {7, 23, "SPF validation failed", "550", "The host may not send for that domain.", "RFC 7372 3.2"},
    {7, 24, "SPF validation error", "451 550", "SPF could not be evaluated.", "RFC 7372 3.2"},
    {7, 25, "Reverse DNS validation failed", "550", "Name and address of the client's host do not match.",
     "RFC 7372 3.3"},
    {7, 26, "Multiple authentication checks failed", "550", "More than one of SPF, DKIM and the like failed.",
     "RFC 7372 3.4"},
    {7, 27, "Sender address has null MX", "550", "The sender's domain publishes that it takes no mail.", "RFC 7505 5"},
    {7, 28, "Mail flood detected", "", "The message is one of a burst of alike abusive ones.", "IANA registry"},
    {7, 29, "ARC validation failure", "550", "The chain of ARC seals is broken.", "RFC 8617"},
    {7, 30, "REQUIRETLS support required", "550", "The next host does not support REQUIRETLS.", "RFC 8689 4.2.1"},
};

#define ENHANCED_CODES (sizeof(enhanced_codes) / sizeof(enhanced_codes[0]))

static bool before(const postern_enhanced_info *info, unsigned subject, unsigned detail) {
    return info->subject != subject ? info->subject < subject : info->detail < detail;
}

const postern_enhanced_info *postern_enhanced_find(unsigned subject, unsigned detail) {
    size_t low = 0;
    size_t high = ENHANCED_CODES;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (before(&enhanced_codes[middle], subject, detail)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == ENHANCED_CODES || enhanced_codes[low].subject != subject || enhanced_codes[low].detail != detail) {
        return NULL;
    }
    return &enhanced_codes[low];
}

const postern_enhanced_info *postern_enhanced_table(size_t *count) {
    *count = ENHANCED_CODES;
    return enhanced_codes;
}
