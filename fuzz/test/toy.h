/* toy.h: a server of a few lines that can be given one fault at a time, for the tests of the oracles. Room: fuzz/test.
 *
 * It is also an adapter to read: all that a target needs is here. It knows EHLO, LHLO, HELO, MAIL, RCPT, DATA, RSET,
 * NOOP and QUIT, in their order, and of arguments only the local-parts that the policy of the test sessions refuses.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_TEST_TOY_H
#define POSTERN_FUZZ_TEST_TOY_H

#include <postern/fuzz/target.h>

typedef enum toy_fault {
    TOY_RIGHT,
    /* GRAM */
    TOY_CODE_999,
    TOY_LF_ENDS_REPLY,
    TOY_REPLY_SPLITS, /* an octet of the input gets into the reply: CR LF and what the client likes */
    TOY_HYPHEN_ON_LAST,
    TOY_OTHER_CODE_ON_LAST,
    TOY_REPLY_OF_513,
    TOY_CONTROL_IN_REPLY,
    TOY_ENHANCED_IN_EHLO,
    TOY_ENHANCED_OF_OTHER_CLASS,
    TOY_ENHANCED_ON_ONE_LINE,
    /* ONE */
    TOY_TWO_REPLIES,
    TOY_NO_REPLY,
    TOY_NO_GREETING,
    TOY_STAYS_AFTER_QUIT,
    TOY_CLOSES_WITHOUT_REPLY,
    TOY_ONE_REPLY_IN_LMTP,
    TOY_REPLIES_OUT_OF_ORDER,
    TOY_250_THEN_354,
    /* STATE */
    TOY_RCPT_BEFORE_MAIL,
    TOY_DATA_BEFORE_RCPT,
    TOY_MAIL_TWICE,
    TOY_503_TO_NOOP,
    TOY_354_TO_RCPT,
    TOY_VERB_OF_SEVEN_BITS,
    /* REF */
    TOY_LF_DOT_LF_ENDS,
    TOY_LF_ENDS_LINE,
    TOY_DOT_STAYS,
    TOY_RUNS_OPEN_LINE,
    TOY_CRLF_OF_BODY_LOST,
    TOY_RANGE_IS_OFF,
    /* CHUNK */
    TOY_FORGETS_CR_AT_CUT,
    TOY_DOT_AT_CUT_ENDS,
    TOY_REPLY_TELLS_CUTS,
    TOY_CONTENT_LOST_AT_CUT,
    TOY_HANGS_UP_AFTER_CUTS,
    /* RESET */
    TOY_RSET_KEEPS_ENVELOPE,
    TOY_RSET_KEEPS_RECIPIENTS,
    TOY_EHLO_KEEPS_ENVELOPE,
    TOY_HELO_KEEPS_ENVELOPE,
    TOY_MESSAGE_KEEPS_ENVELOPE,
    TOY_REFUSED_MESSAGE_KEEPS_ENVELOPE,
    TOY_REFUSED_SENDER_KEEPS_ENVELOPE,
    /* META */
    TOY_CASE_MATTERS,
    TOY_NOOP_FORGETS,
    TOY_UNKNOWN_FORGETS,
    TOY_ONE_REFUSED_ALL_REFUSED,
    TOY_NUL_ENDS_LINE,
    /* POISON */
    TOY_REPLY_TELLS_STALE_OCTETS,
    TOY_STALE_OCTET_DECIDES,
    /* FAULT */
    TOY_FAILURE_LOSES_A_LINE,
    TOY_FAILURE_LOSES_A_MESSAGE,
    TOY_FAILURE_WITHOUT_REPLY,
    TOY_FAILURE_COUNTS_RECIPIENT,
    TOY_FAILURE_IS_550,
    TOY_FAILURE_ENDS_IN_SILENCE,
    TOY_FAILURE_OF_NOOP_IS_MAIL, /* a 4yz that is in no table, and then a transaction that nobody began */
    /* BOUND */
    TOY_SCANS_AGAIN,
    TOY_KEEPS_HISTORY,
    TOY_KEEPS_HISTORY_LATE,
    TOY_TAKES_MANY_STEPS,
    TOY_HOLDS_MUCH,
    TOY_FAULTS
} toy_fault;

/* The fault of all sessions from here on. */
extern toy_fault toy_has;

extern const pf_target toy_target;

/* The same, seen from outside: only its replies. */
extern const pf_target toy_target_replies;

#endif
