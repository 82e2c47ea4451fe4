/* test_layer_policy.c: the laws of configurations and policies fire on faulty sessions.
 *
 * SPDX-License-Identifier: MIT */
#include "planted.h"

#include <postern/reply.h>
#include <postern/session.h>

enum {
    RIGHT,
    OFFERS_OTHER_SIZE,
    OFFERS_LESS,
    OFFERS_MORE,
    OFFERS_CLEAR,
    NAMES_ANOTHER,
    ASKS_NOBODY,
    ASKS_TWICE,
    ASKS_ANOTHER,
    LIES,
    KEEPS_TRANSACTION,
    RESETS_TWICE,
    RESETS_EARLY,
    WRONG_RECIPIENT,
    TAKES_MORE_RECIPIENTS,
    TAKES_ANY_SIZE,
    TAKES_ANY_HOLD,
    REFUSES_THE_LAST_RECIPIENT,
    TAKES_ANY_CONTENT,
    REFUSES_AT_THE_MAXIMUM,
    TELLS_TOO_MUCH,
    TELLS_TOO_LITTLE,
    TAKES_CLEAR,
    NEEDS_TLS_FOR_NOTHING,
    RUNS_OUT_OF_TURN,
    REFUSES_NOOP,
    DROPS_458,
    DROPS_AUTH_REASON,
    GIVES_ANOTHER_REASON,
    SPENDS_NOTHING,
    OTHER_CODE,
    OTHER_ENHANCED,
    ENHANCED_FOR_HELO,
    OTHER_TEXT,
    OTHER_STANDARD_TEXT,
    NO_STANDARD_TEXT,
    NEVER_WITHIN,
    HYPHEN,
    OTHER_EXTENSIONS,
    OTHER_BUDGET,
    ENDS_BEHIND_INPUT,
    DATA_BEGINS_EARLY,
    NO_DECISION,
    NO_HANDSHAKE,
    SHUTS_DOWN_WITH_450,
    SHUTS_DOWN_SILENTLY,
    NEVER_CLOSED,
    WITHIN_WHEN_CLOSED,
    OTHER_USER,
    PENDING_GREETING_IS_YES,
    DECIDES_LATER_STILL,
    DECIDES_NOTHING,
    EARLY_HANDSHAKE,
    CHUNK_IS_NO_STATE,
    SHUTDOWN_STILL_ASKS,
    SHUTDOWN_DROPS_REPLY,
    SHUTDOWN_OWES_MORE,
    SHUTDOWN_KEEPS_TRANSACTION,
    MANY_ARE_NONE,
    EMPTY_LINE,
    OVERLONG_LINE,
    EMPTY_NAME,
    OVERLONG_NAME,
    OTHER_LONGEST_HOLD,
    LONG_TEXT_IS_CUT,
    NEVER_LENIENT,
    TAKES_ANY_TEXT_LINE
};
static int has_fault;

static postern_config bent_config;
static uint64_t late_size; /* what is configured once EHLO has told */
static uint32_t late_hold;
static bool late_clear;
static postern_policy bent_policy;
static const postern_policy *straight;

/* In the place of a further line of that size. */
static void tell_instead(postern_config *config, bool (*replaced)(size_t size)) {
    static postern_slice lines[4];

    for (size_t i = 0; i < config->keyword_count; i++)
        lines[i] = replaced(config->keywords[i].size) ? (postern_slice){(const uint8_t *)"X", 1} : config->keywords[i];
    config->keywords = lines;
}

static bool is_empty(size_t size) {
    return size == 0;
}

static bool is_overlong(size_t size) {
    return size > 506;
}

static postern_decision asks_twice(void *user, const postern_command *command) {
    (void)straight->mail(user, command);
    return straight->mail(user, command);
}

static postern_decision asks_another(void *user, const postern_command *command) {
    return straight->vrfy(user, command);
}

static postern_decision lies(void *user, const postern_command *command, const postern_transaction *transaction) {
    postern_transaction other = *transaction;
    other.recipients++;
    return straight->rcpt(user, command, &other);
}

static void resets_twice(void *user) {
    straight->reset(user);
    straight->reset(user);
}

static postern_decision resets_early(void *user, const postern_transaction *transaction) {
    const postern_decision decision = straight->data(user, transaction);
    straight->reset(user);
    return decision;
}

static postern_decision wrong_recipient(void *user, const postern_transaction *transaction, uint32_t recipient) {
    return straight->message(user, transaction, recipient > 0 ? recipient - 1 : 0);
}

/* Its 458 becomes what no policy may say, which is answered 451. */
static postern_decision drops_458(void *user, const postern_command *command) {
    postern_decision decision = straight->other(user, command);
    if (decision.verdict == POSTERN_ANSWER && decision.code == 458) decision.code = 999;
    return decision;
}

/* The same of the reasons that RFC 5248 2.4 gives for a refused AUTH. */
static postern_decision drops_auth_reason(void *user, const postern_credentials *credentials) {
    postern_decision decision = straight->authenticate(user, credentials);
    if (decision.verdict == POSTERN_ANSWER && decision.code >= 523 && decision.code <= 538) decision.code = 999;
    return decision;
}

static void bend_config(postern_config *config) {
    static const postern_slice more[] = {{(const uint8_t *)"MORE", 4}};

    switch (has_fault) {
    case OFFERS_OTHER_SIZE: config->max_message_size++; break;
    case OFFERS_LESS: config->limits_mailmax = 0; break;
    case OFFERS_MORE:
        config->keywords = more;
        config->keyword_count = 1;
        break;
    case OFFERS_CLEAR: config->plaintext_auth = true; break;
    case NAMES_ANOTHER: config->domain.size--; break;
    case TAKES_MORE_RECIPIENTS:
        config->extensions &= ~(uint32_t)POSTERN_EXT_LIMITS; /* not in force behind HELO: nobody is told */
        config->max_recipients = 0;
        break;
    case TAKES_ANY_SIZE: late_size = 0; break;
    case TAKES_ANY_HOLD: late_hold = 0; break;
    case TAKES_CLEAR: late_clear = true; break;
    case REFUSES_THE_LAST_RECIPIENT:
        config->extensions &= ~(uint32_t)POSTERN_EXT_LIMITS;
        if (config->max_recipients > 1) config->max_recipients--;
        break;
    case SPENDS_NOTHING: config->error_budget = 0; break;
    case TAKES_ANY_TEXT_LINE: config->max_text_line = 0; break;
    case NEVER_LENIENT: config->lenient = 0; break;
    case MANY_ARE_NONE: config->mechanism_count %= 32; break;
    case EMPTY_LINE: tell_instead(config, is_empty); break;
    case OVERLONG_LINE: tell_instead(config, is_overlong); break;
    case EMPTY_NAME: config->domain.size += config->domain.size == 0; break;
    case OVERLONG_NAME: config->domain.size -= config->domain.size == POSTERN_DOMAIN_MAX + 1; break;
    case OTHER_LONGEST_HOLD:
        config->futurerelease_max -= config->futurerelease_max == UINT32_MAX ? 3294967297u : 0;
        break;
    default: break;
    }
}

static postern_decision long_text_is_cut(void *user, const postern_command *command) {
    postern_decision decision = straight->vrfy(user, command);
    if (decision.text.size > 1000) decision.text.size = 10;
    return decision;
}

static postern_decision pending_greeting_is_yes(void *user) {
    const postern_decision decision = straight->connect(user);
    return decision.verdict == POSTERN_PENDING ? (postern_decision){.verdict = POSTERN_ACCEPT} : decision;
}

static void bend_policy(postern_policy *policy) {
    switch (has_fault) {
    case ASKS_NOBODY: policy->mail = NULL; break;
    case ASKS_TWICE: policy->mail = straight->mail != NULL ? asks_twice : NULL; break;
    case ASKS_ANOTHER: policy->mail = straight->mail != NULL && straight->vrfy != NULL ? asks_another : NULL; break;
    case LIES: policy->rcpt = straight->rcpt != NULL ? lies : NULL; break;
    case KEEPS_TRANSACTION: policy->reset = NULL; break;
    case DROPS_458: policy->other = straight->other != NULL ? drops_458 : NULL; break;
    case DROPS_AUTH_REASON: policy->authenticate = straight->authenticate != NULL ? drops_auth_reason : NULL; break;
    case RESETS_TWICE: policy->reset = resets_twice; break;
    case RESETS_EARLY: policy->data = resets_early; break;
    case WRONG_RECIPIENT: policy->message = straight->message != NULL ? wrong_recipient : NULL; break;
    case LONG_TEXT_IS_CUT: policy->vrfy = straight->vrfy != NULL ? long_text_is_cut : NULL; break;
    case PENDING_GREETING_IS_YES: policy->connect = straight->connect != NULL ? pending_greeting_is_yes : NULL; break;
    default: break;
    }
}

static void planted_init(postern_session *session, const postern_config *config, const postern_policy *policy,
                         void *user) {
    bent_config = *config;
    bent_policy = *policy;
    straight = policy;
    late_size = config->max_message_size;
    late_hold = config->futurerelease_max;
    late_clear = config->plaintext_auth;
    bend_config(&bent_config);
    bend_policy(&bent_policy);
    postern_session_init(session, &bent_config, &bent_policy, has_fault == OTHER_USER ? session : user);
}

/* The text that the code table has for a code of the policy's. */
static void bend_standard_text(postern_event *event, uint8_t *octets) {
    const postern_code_info *info = postern_code_find(event->code);
    const size_t text = info != NULL ? strlen(info->text) : 0;

    if (text == 0 || event->octets.size < 4 + text + 2) return;
    uint8_t *at = octets + event->octets.size - 2 - text;
    if (memcmp(at, info->text, text) != 0) return;
    if (has_fault == OTHER_STANDARD_TEXT) at[text - 1] ^= 1;
    if (has_fault == NO_STANDARD_TEXT) {
        memcpy(at, "\r\n", 2);
        event->octets.size -= text;
    }
}

/* A reply, octet by octet. */
static void bend_reply(postern_event *event) {
    static uint8_t octets[POSTERN_SESSION_REPLY_MAX];

    if (event->octets.size == 0 || event->octets.size > sizeof octets) return;
    memcpy(octets, event->octets.data, event->octets.size);
    event->octets.data = octets;
    if (has_fault == OTHER_CODE && event->verb == POSTERN_VERB_RCPT && event->code == 250) {
        event->code = 251;
        octets[2] = '1';
    }
    const bool plain = event->verb == POSTERN_VERB_NOOP && event->octets.size > 9;
    if (has_fault == OTHER_ENHANCED && plain && octets[5] == '.') octets[8] = '1';
    if (has_fault == ENHANCED_FOR_HELO && event->verb == POSTERN_VERB_RSET && octets[5] != '.')
        memcpy(octets + 4, "2.0.0", strlen("Reset"));
    if (has_fault == OTHER_TEXT && event->verb == POSTERN_VERB_MAIL) octets[event->octets.size - 3] ^= 1;
    bend_standard_text(event, octets);
    if (has_fault == NEEDS_TLS_FOR_NOTHING && event->verb == POSTERN_VERB_AUTH && event->code == 535) {
        event->code = 538;
        octets[2] = '8';
    }
    if (has_fault == GIVES_ANOTHER_REASON && octets[5] == '.' &&
        (event->stimulus == POSTERN_STIMULUS_BROKEN || event->stimulus == POSTERN_STIMULUS_AUTH_CONTINUATION) &&
        (event->code == 500 || event->code == 501))
        memcpy(octets + 4, "5.5.2", 5);
    if (has_fault == REFUSES_NOOP && event->verb == POSTERN_VERB_NOOP && event->code == 250) {
        event->code = 550;
        octets[0] = '5';
    }
    if (has_fault == HYPHEN && event->verb == POSTERN_VERB_RSET) octets[3] = '-';
}

/* Another maximum at the end of the message than before it. */
static void bend_content(const postern_session *session, postern_event *event) {
    const bool ends = event->kind == POSTERN_EVENT_MESSAGE_END;
    const bool begins = event->kind == POSTERN_EVENT_REPLY && event->code == 354;
    uint64_t *most = &bent_config.max_message_size;

    if (has_fault == TAKES_ANY_CONTENT && ends) *most = 0;
    if (has_fault == REFUSES_AT_THE_MAXIMUM && ends && *most == postern_session_content(session)->size) --*most;
    if (has_fault == TELLS_TOO_MUCH && begins) *most = 0;
    if (has_fault == TELLS_TOO_MUCH && ends) *most = late_size;
    if (has_fault == TELLS_TOO_LITTLE && event->kind == POSTERN_EVENT_DATA) event->octets.size--;
}

static postern_status planted_feed(postern_session *session, const uint8_t *octets, size_t size, size_t *taken,
                                   postern_event *event) {
    const bool out_of_turn = has_fault == RUNS_OUT_OF_TURN && session->state == POSTERN_STATE_MAIL;
    if (out_of_turn) session->state = POSTERN_STATE_GREETED;
    const postern_status status = postern_session_feed(session, octets, size, taken, event);
    if (event->kind == POSTERN_EVENT_REPLY && event->verb == POSTERN_VERB_EHLO) {
        bent_config.max_message_size = late_size;
        bent_config.futurerelease_max = late_hold;
        bent_config.plaintext_auth = late_clear;
    }
    bend_content(session, event);
    if (out_of_turn && session->state == POSTERN_STATE_GREETED) session->state = POSTERN_STATE_MAIL;
    if (event->kind == POSTERN_EVENT_REPLY) bend_reply(event);
    if (has_fault == ENDS_BEHIND_INPUT && event->kind == POSTERN_EVENT_DATA) event->end++;
    if (has_fault == DATA_BEGINS_EARLY && event->kind == POSTERN_EVENT_DATA) event->begin--;
    if (has_fault == SHUTS_DOWN_WITH_450 && event->code == 421) event->code = 450;
    return status;
}

static bool planted_is_open(const postern_session *session) {
    if (has_fault == WITHIN_WHEN_CLOSED && postern_session_state_of(session) == POSTERN_STATE_CLOSED) return true;
    return has_fault != NEVER_WITHIN && postern_session_is_open(session);
}

static void planted_defaults(postern_config *config) {
    postern_config_init(config);
    if (has_fault == OTHER_EXTENSIONS) config->extensions |= POSTERN_EXT_AUTH;
    if (has_fault == OTHER_BUDGET) config->error_budget++;
}

static postern_status planted_decide(postern_session *session, const postern_decision *decision) {
    const bool later = decision->verdict == POSTERN_PENDING;
    const bool nothing = session->question == 0 && !later;
    const postern_status status = postern_session_decide(session, decision);
    if (has_fault == DECIDES_LATER_STILL && later) return POSTERN_COMPLETE;
    if (has_fault == DECIDES_NOTHING && nothing) return POSTERN_COMPLETE;
    return has_fault == NO_DECISION ? POSTERN_MISUSE : status;
}

static postern_status planted_tls(postern_session *session) {
    const bool early = has_fault == EARLY_HANDSHAKE && session->state == POSTERN_STATE_TLS;
    const postern_status status = postern_session_tls_done(session);
    if (early) return POSTERN_COMPLETE;
    return has_fault == NO_HANDSHAKE ? POSTERN_MISUSE : status;
}

static void planted_shutdown(postern_session *session) {
    enum { OWE_REPLY = 4 }; /* as the engine has it */
    const postern_session before = *session;

    if (has_fault != SHUTS_DOWN_SILENTLY) postern_session_shutdown(session);
    if (has_fault == SHUTDOWN_STILL_ASKS) session->question = before.question;
    if (has_fault == SHUTDOWN_DROPS_REPLY) session->owed &= (uint8_t)~OWE_REPLY;
    if (has_fault == SHUTDOWN_OWES_MORE) session->answers_due = before.answers_due;
    if (has_fault == SHUTDOWN_KEEPS_TRANSACTION) session->transaction_open = false;
}

static postern_session_state planted_state(const postern_session *session) {
    const postern_session_state state = postern_session_state_of(session);
    if (has_fault == CHUNK_IS_NO_STATE && state == POSTERN_STATE_CHUNK) return session->state_before_chunk;
    return has_fault == NEVER_CLOSED && state == POSTERN_STATE_CLOSED ? POSTERN_STATE_GREETED : state;
}

#define postern_config_init planted_defaults
#define postern_session_decide planted_decide
#define postern_session_tls_done planted_tls
#define postern_session_shutdown planted_shutdown
#define postern_session_state_of planted_state
#define postern_session_is_open planted_is_open
#define postern_session_init planted_init
#define postern_session_feed planted_feed
#include "oracle/policy_run.c"
/* One after the other: the second asks for what the first defines. */
#include "oracle/layer_policy.c"

#define HELLO "EHLO a.example\\r\\n"
#define MAIL "MAIL FROM:<a@a.example>\\r\\n"
#define RCPT "RCPT TO:<b@b.example>\\r\\n"
#define VRFYS "VRFY a\\r\\nVRFY a\\r\\nVRFY a\\r\\nVRFY a\\r\\n"
#define XS "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" /* a line of 60 octets */
#define RCPTS RCPT RCPT RCPT RCPT
#define FORTY "01234567890123456789012345678901234567\\r\\n"

#define LOGINS "AUTH PLAIN AHUAcA==\\r\\nAUTH PLAIN AHUAcA==\\r\\nAUTH PLAIN AHUAcA==\\r\\nAUTH PLAIN AHUAcA==\\r\\n"
#define ETRNS "ETRN a.example\\r\\nETRN b.example\\r\\nETRN c.example\\r\\nETRN d.example\\r\\n"
#define CANCELLED "AUTH LOGIN\\r\\n* \\r\\n"

/* A response that is one octet too long. */
static char too_long[13000] = HELLO "AUTH LOGIN\\r\\n";

static void make_too_long(void) {
    const size_t size = strlen(too_long);
    memset(too_long + size, 'A', POSTERN_AUTH_LINE_MAX - 1);
    memcpy(too_long + size + POSTERN_AUTH_LINE_MAX - 1, "\\r\\n", sizeof "\\r\\n");
}

static const planted list[] = {
    {RIGHT, NULL, ""},
    {RIGHT, NULL,
     HELLO MAIL RCPTS "BDAT 3\\r\\nabcBDAT 0 LAST\\r\\n" MAIL RCPT "DATA\\r\\n.\\r\\nVRFY a\\r\\nQUIT\\r\\n"},
    {RIGHT, NULL, HELLO "STARTTLS\\r\\n\\x16\\x03" HELLO "AUTH X-DRAWN\\r\\nAA==\\r\\nAA==\\r\\nAUTH LOGIN AA==\\r\\n"},
    {OFFERS_OTHER_SIZE, "REF", HELLO},
    {OFFERS_LESS, "REF", HELLO},
    {OFFERS_MORE, "REF", HELLO},
    {OFFERS_CLEAR, "REF", HELLO "NOOP\\r\\n"},
    {NAMES_ANOTHER, "REF", "HELO a.example\\r\\n"},
    {ASKS_NOBODY, "CONTRACT", HELLO MAIL},
    {ASKS_TWICE, "CONTRACT", HELLO MAIL},
    {ASKS_ANOTHER, "CONTRACT", HELLO MAIL},
    {LIES, "CONTRACT", HELLO MAIL RCPT},
    {KEEPS_TRANSACTION, "CONTRACT", HELLO MAIL "QUIT\\r\\n"},
    {RESETS_TWICE, "CONTRACT", HELLO MAIL "RSET\\r\\n"},
    {RESETS_EARLY, "CONTRACT", HELLO MAIL RCPTS "DATA\\r\\nx\\r\\n"},
    {WRONG_RECIPIENT, "CONTRACT", "LHLO a.example\\r\\n" MAIL RCPTS "DATA\\r\\n.\\r\\nNOOP o00000001\\r\\n"},
    {TAKES_MORE_RECIPIENTS, "CONTRACT", "HELO a.example\\r\\n" MAIL RCPTS RCPTS},
    {TAKES_ANY_SIZE, "CONTRACT", HELLO "MAIL FROM:<> SIZE=999\\r\\n"},
    {TAKES_ANY_HOLD, "CONTRACT", HELLO "MAIL FROM:<> HOLDFOR=99999\\r\\n"},
    {REFUSES_THE_LAST_RECIPIENT, "CONTRACT", "HELO a.example\\r\\n" MAIL RCPTS RCPTS},
    {TAKES_ANY_CONTENT, "CONTRACT", HELLO MAIL RCPTS "DATA\\r\\n" FORTY "x\\r\\n.\\r\\n"},
    {TAKES_ANY_CONTENT, "CONTRACT", HELLO MAIL RCPTS "BDAT 3\\r\\na\\r\\nBDAT 40 LAST\\r\\n" FORTY},
    {REFUSES_AT_THE_MAXIMUM, "CONTRACT",
     HELLO MAIL RCPTS "DATA\\r\\n..0123456789012345678901234567890123456\\r\\n.\\r\\n"},
    {TELLS_TOO_MUCH, "CONTRACT", HELLO MAIL RCPTS "DATA\\r\\n" FORTY "x\\r\\n.\\r\\n"},
    {TELLS_TOO_LITTLE, "CONTRACT", HELLO MAIL RCPTS "BDAT 3\\r\\nabcBDAT 0 LAST\\r\\n"},
    {TAKES_CLEAR, "CONTRACT", HELLO "AUTH PLAIN =\\r\\n"},
    {NEEDS_TLS_FOR_NOTHING, "CONTRACT", HELLO "AUTH PLAIN =\\r\\n"},
    {RUNS_OUT_OF_TURN, "CONTRACT", HELLO MAIL "ETRN a.example\\r\\n"},
    {DROPS_458, "CONTRACT", HELLO ETRNS ETRNS ETRNS ETRNS},
    {DROPS_AUTH_REASON, "CONTRACT", HELLO LOGINS LOGINS},
    {RIGHT, NULL, HELLO CANCELLED "AUTH LOGIN\\r\\n%\\r\\nAUTH LOGIN\\r\\na\\nb\\r\\n"},
    {GIVES_ANOTHER_REASON, "REF", HELLO CANCELLED},
    {GIVES_ANOTHER_REASON, "REF", too_long},
    {REFUSES_NOOP, "CONTRACT", "NOOP\\r\\n"},
    {SPENDS_NOTHING, "CONTRACT", "X\\r\\nX\\r\\nX\\r\\nX\\r\\n"},
    {PENDING_GREETING_IS_YES, "CONTRACT", ""},
    {OTHER_CODE, "CONTRACT", HELLO MAIL RCPT},
    {OTHER_ENHANCED, "REF", HELLO "NOOP\\r\\n"},
    {ENHANCED_FOR_HELO, "REF", "RSET\\r\\nHELO a.example\\r\\nRSET\\r\\n"},
    {OTHER_TEXT, "CONTRACT", HELLO MAIL MAIL MAIL},
    {OTHER_STANDARD_TEXT, "CONTRACT", HELLO MAIL MAIL MAIL},
    {NO_STANDARD_TEXT, "CONTRACT", HELLO MAIL MAIL MAIL},
    {RIGHT, NULL, HELLO MAIL RCPT "BDAT 2\\r\\na"},
    {RIGHT, NULL, HELLO MAIL RCPT "DATA\\r\\na"},
    {RIGHT, NULL, HELLO "STARTTLS\\r\\nNOOP\\r\\n"},
    {NEVER_WITHIN, "CONTRACT", HELLO "NOOP"},
    {NEVER_WITHIN, "CONTRACT", HELLO MAIL RCPT "DATA\\r\\na"},
    {MANY_ARE_NONE, "REF", HELLO},
    {EMPTY_LINE, "REF", HELLO},
    {OVERLONG_LINE, "REF", HELLO},
    {EMPTY_NAME, "REF", HELLO},
    {OVERLONG_NAME, "REF", HELLO},
    {OTHER_LONGEST_HOLD, "REF", HELLO},
    {LONG_TEXT_IS_CUT, "CONTRACT", HELLO VRFYS VRFYS VRFYS},
    {RIGHT, NULL, "HELO [192.0.2.1]\\r\\nMAIL FROM:  <> \\r\\nRCPT TO: <a> X\\r\\nRCPT TO: <b@b.example> X=1\\r\\n"},
    {RIGHT, NULL, HELLO "SEND FROM: <a@a.example>\\r\\nHELO [192.0.2.256]\\r\\nHELO [a]\\r\\nHELO\\r\\n"},
    {NEVER_LENIENT, "CONTRACT", HELLO "MAIL FROM: <a@a.example>\\r\\n"},
    {NEVER_LENIENT, "CONTRACT", "HELO [192.0.2.1]\\r\\n"},
    {TAKES_ANY_TEXT_LINE, "CONTRACT", HELLO MAIL RCPT "DATA\\r\\n" XS "\\r\\n.\\r\\n"},
    {TAKES_ANY_TEXT_LINE, "CONTRACT", HELLO MAIL RCPT "BDAT 60 LAST\\r\\n" XS},
    {HYPHEN, "GRAM", "RSET\\r\\n"},
};

#define MESSAGE MAIL RCPTS RCPTS RCPTS "DATA\\r\\n.\\r\\n"
#define CONTENT HELLO MAIL RCPTS "DATA\\r\\nabc\\r\\n.\\r\\n"

static const promise promises[] = {
    {OTHER_EXTENSIONS, "config->extensions ==", ""},
    {OTHER_BUDGET, "config->error_budget == 20", ""},
    {ENDS_BEHIND_INPUT, "event.end <= before + taken", CONTENT},
    {DATA_BEGINS_EARLY, "event.begin >= before", CONTENT},
    {NO_DECISION, "postern_session_decide(", HELLO MAIL RCPTS},
    {NO_HANDSHAKE, "postern_session_tls_done(", HELLO "STARTTLS\\r\\n\\x16\\x03" HELLO},
    {OTHER_USER, "user == &now", HELLO},
    {DECIDES_LATER_STILL, "&later) == POSTERN_MISUSE", HELLO},
    {DECIDES_NOTHING, "&now.pending) == POSTERN_MISUSE", HELLO},
    {EARLY_HANDSHAKE, "postern_session_tls_done(&now.session) == POSTERN_MISUSE", HELLO "STARTTLS\\r\\n"},
    {CHUNK_IS_NO_STATE, "postern_session_state_of(&now.session) == state", HELLO "BDAT 2\\r\\na"},
    {SHUTS_DOWN_WITH_450, "event.code == 421", "NOOP\\r\\n"},
    {SHUTS_DOWN_SILENTLY, "event.kind == POSTERN_EVENT_REPLY", "NOOP\\r\\n"},
    {SHUTDOWN_STILL_ASKS, "event.code == 421", HELLO VRFYS VRFYS VRFYS},
    {SHUTDOWN_DROPS_REPLY, "is_same(&event, last)", "NOOP\\r\\nNOOP\\r\\nNOOP\\r\\n"},
    {SHUTDOWN_OWES_MORE, "event.code == 421",
     "LHLO a.example\\r\\n" MESSAGE MESSAGE MESSAGE MESSAGE MESSAGE MESSAGE "NOOP o00000001\\r\\n"},
    {SHUTDOWN_KEEPS_TRANSACTION, "!pf_policed.open", HELLO MAIL},
    {NEVER_CLOSED, "== POSTERN_STATE_CLOSED", "NOOP\\r\\n"},
    {WITHIN_WHEN_CLOSED, "!postern_session_is_open(", "NOOP\\r\\n"},
};

static void broken_promises_are_told(void **state) {
    (void)state;
    check_promises(promises, sizeof promises / sizeof *promises, &has_fault, pf_laws_policy);
}

static void faulty_sessions_are_found(void **state) {
    (void)state;
    make_too_long();
    check_planted(list, sizeof list / sizeof *list, &has_fault, pf_laws_policy);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(faulty_sessions_are_found),
                                       cmocka_unit_test(broken_promises_are_told)};
    return cmocka_run_group_tests_name("layer_policy", tests, NULL, NULL);
}
