/* toy_client.h: a client of a few lines that can be given one fault at a time, for the tests of the oracles. Room:
 * fuzz/test.
 *
 * It is also an adapter to read: all that a client needs is here. It takes letters, digits and a few marks as
 * arguments, an e with an acute accent in a mailbox under SMTPUTF8, and knows no AUTH but with an initial response of
 * three octets.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_TEST_TOY_CLIENT_H
#define POSTERN_FUZZ_TEST_TOY_CLIENT_H

#include <postern/fuzz/client.h>

typedef enum toy_client_fault {
    TOY_CLIENT_RIGHT,
    /* INJ */
    TOY_CLIENT_SENDS_CR,
    TOY_CLIENT_SENDS_LF,
    TOY_CLIENT_SENDS_NUL,
    TOY_CLIENT_SENDS_NEL,
    TOY_CLIENT_SENDS_NEL_OF_ONE_OCTET,
    TOY_CLIENT_SENDS_LINE_SEPARATOR,
    TOY_CLIENT_SENDS_GREATER, /* what ends a path */
    TOY_CLIENT_SENDS_SPACE,
    TOY_CLIENT_SENDS_LF_IN_PARAMETER,
    TOY_CLIENT_WRITES_WHAT_IT_REFUSES,
    TOY_CLIENT_ANSWERS_BY_ITSELF,
    TOY_CLIENT_FORGETS_CRLF,
    TOY_CLIENT_SENDS_TWO_LINES,
    TOY_CLIENT_OTHER_VERB,
    TOY_CLIENT_DROPS_PARAMETER,
    TOY_CLIENT_OTHER_VALUE,
    TOY_CLIENT_CUTS_ARGUMENT,
    TOY_CLIENT_CUTS_PATH,
    TOY_CLIENT_WRONG_BASE64,
    TOY_CLIENT_UNGRAMMATICAL,
    TOY_CLIENT_REFUSES_LAWFUL,
    TOY_CLIENT_SENDS_UTF8_UNASKED, /* in a transaction without SMTPUTF8 */
    TOY_CLIENT_REFUSES_UTF8,
    /* ROUND */
    TOY_CLIENT_STUFFS_NOTHING,
    TOY_CLIENT_STUFFS_BEHIND_LF_ALONE, /* not in the first line */
    TOY_CLIENT_STUFFS_ALL_DOTS,
    TOY_CLIENT_PASSES_BARE_LF,
    TOY_CLIENT_PASSES_NUL,
    TOY_CLIENT_CRLF_OF_MESSAGE_LOST,
    TOY_CLIENT_DOT_ALONE_ENDS, /* without the CRLF before it */
    TOY_CLIENT_ENDS_TWICE,
    TOY_CLIENT_ENDS_WHAT_IT_REFUSES,
    /* GRAM */
    TOY_CLIENT_TAKES_OTHER_CODE,
    TOY_CLIENT_LF_ENDS_LINE,
    TOY_CLIENT_TAKES_NUL,
    TOY_CLIENT_TAKES_LONG_LINE,
    TOY_CLIENT_TAKES_CODE_999,
    TOY_CLIENT_GOES_ON,
    TOY_CLIENT_OTHER_REPLY_CODE,
    /* REF */
    TOY_CLIENT_PASSES_OVER_REPLY,
    TOY_CLIENT_LAST_LINE_ONLY,
    TOY_CLIENT_REFUSES_EMPTY_TEXT,
    TOY_CLIENT_ENDS_IN_SILENCE,
    /* CHUNK */
    TOY_CLIENT_LINE_ENDS_AT_CUT,
    TOY_CLIENT_STUFFS_EACH_PIECE,
    /* POISON */
    TOY_CLIENT_READS_OLD_TEXT,
    /* BOUND */
    TOY_CLIENT_COPIES_ALL_FOR_EACH_LINE,
    TOY_CLIENT_COPIES_CHEAPLY, /* the same eight octets at a time, by a client that costs much else */
    TOY_CLIENT_DEAR_OCTETS,
    TOY_CLIENT_FAULTS
} toy_client_fault;

/* The fault of all runs from here on. */
extern toy_client_fault toy_client_has;

extern const pf_client toy_client;

/* The same, without a promise beyond what every client owes. */
extern const pf_client toy_client_loose;

#endif
