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
    WITHIN_WHEN_CLOSED
};
static int has_fault;

static postern_config bent_config;
static uint64_t late_size; /* what is configured once EHLO has told */
static uint32_t late_hold;
static postern_policy bent_policy;
static const postern_policy *straight;

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
    case SPENDS_NOTHING: config->error_budget = 0; break;
    default: break;
    }
}

static void bend_policy(postern_policy *policy) {
    switch (has_fault) {
    case ASKS_NOBODY: policy->mail = NULL; break;
    case ASKS_TWICE: policy->mail = straight->mail != NULL ? asks_twice : NULL; break;
    case ASKS_ANOTHER: policy->mail = straight->mail != NULL && straight->vrfy != NULL ? asks_another : NULL; break;
    case LIES: policy->rcpt = straight->rcpt != NULL ? lies : NULL; break;
    case KEEPS_TRANSACTION: policy->reset = NULL; break;
    case RESETS_TWICE: policy->reset = resets_twice; break;
    case RESETS_EARLY: policy->data = resets_early; break;
    case WRONG_RECIPIENT: policy->message = straight->message != NULL ? wrong_recipient : NULL; break;
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
    bend_config(&bent_config);
    bend_policy(&bent_policy);
    postern_session_init(session, &bent_config, &bent_policy, user);
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
    if (has_fault == HYPHEN && event->verb == POSTERN_VERB_RSET) octets[3] = '-';
}

static postern_status planted_feed(postern_session *session, const uint8_t *octets, size_t size, size_t *taken,
                                   postern_event *event) {
    const postern_status status = postern_session_feed(session, octets, size, taken, event);
    if (event->kind == POSTERN_EVENT_REPLY && event->verb == POSTERN_VERB_EHLO) {
        bent_config.max_message_size = late_size;
        bent_config.futurerelease_max = late_hold;
    }
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
    const postern_status status = postern_session_decide(session, decision);
    return has_fault == NO_DECISION ? POSTERN_MISUSE : status;
}

static postern_status planted_tls(postern_session *session) {
    const postern_status status = postern_session_tls_done(session);
    return has_fault == NO_HANDSHAKE ? POSTERN_MISUSE : status;
}

static void planted_shutdown(postern_session *session) {
    if (has_fault != SHUTS_DOWN_SILENTLY) postern_session_shutdown(session);
}

static postern_session_state planted_state(const postern_session *session) {
    const postern_session_state state = postern_session_state_of(session);
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
#define RCPTS RCPT RCPT RCPT RCPT

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
    {SPENDS_NOTHING, "CONTRACT", "X\\r\\nX\\r\\nX\\r\\nX\\r\\n"},
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
    {HYPHEN, "GRAM", "RSET\\r\\n"},
};

#define CONTENT HELLO MAIL RCPTS "DATA\\r\\nabc\\r\\n.\\r\\n"

static const promise promises[] = {
    {OTHER_EXTENSIONS, "config->extensions ==", ""},
    {OTHER_BUDGET, "config->error_budget == 20", ""},
    {ENDS_BEHIND_INPUT, "event.end <= before + taken", CONTENT},
    {DATA_BEGINS_EARLY, "event.begin >= before", CONTENT},
    {NO_DECISION, "postern_session_decide(", HELLO MAIL RCPTS},
    {NO_HANDSHAKE, "postern_session_tls_done(", HELLO "STARTTLS\\r\\n\\x16\\x03" HELLO},
    {SHUTS_DOWN_WITH_450, "event.code == 421", "NOOP\\r\\n"},
    {SHUTS_DOWN_SILENTLY, "event.kind == POSTERN_EVENT_REPLY", "NOOP\\r\\n"},
    {NEVER_CLOSED, "== POSTERN_STATE_CLOSED", "NOOP\\r\\n"},
    {WITHIN_WHEN_CLOSED, "!postern_session_is_open(", "NOOP\\r\\n"},
};

static void broken_promises_are_told(void **state) {
    (void)state;
    check_promises(promises, sizeof promises / sizeof *promises, &has_fault, pf_laws_policy);
}

static void faulty_sessions_are_found(void **state) {
    (void)state;
    check_planted(list, sizeof list / sizeof *list, &has_fault, pf_laws_policy);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(faulty_sessions_are_found),
                                       cmocka_unit_test(broken_promises_are_told)};
    return cmocka_run_group_tests_name("layer_policy", tests, NULL, NULL);
}
