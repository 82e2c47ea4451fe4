/* test_layer_auth.c: the laws of AUTH exchanges fire on a session that lets in whom it should not, and on one that
 * cannot keep a secret.
 *
 * AHVzZXIAcGFzcw== is NUL user NUL pass, AHVzZXIAd29yZA== NUL user NUL word, dXNlcg== user, cGFzcw== pass.
 *
 * SPDX-License-Identifier: MIT */
#include "planted.h"

#include <postern/session.h>

enum {
    RIGHT,
    /* of a mechanism */
    LETS_ANYBODY_IN,
    LETS_IN_AGAINST_A_NO,
    KEEPS_OUT_AGAINST_A_YES,
    CUTS_THE_PASSWORD,
    SWAPS_THE_NAMES,
    ASKS_TWICE,
    TAKES_A_THIRD_NUL,
    TAKES_NO_PASSWORD,
    PROMPTS_ANOTHER_WAY,
    /* of the session */
    TAKES_CLEAR,
    NEEDS_TLS_FOR_NOTHING,
    CUTS_A_CHALLENGE,
    ASKS_WHOEVER_CANCELS,
    KEEPS_THE_SECRET,
    SAYS_THE_SECRET,
    SAYS_HOW_LONG_IT_IS,
    KEEPS_A_BROKEN_LINE,
    KEEPS_IT_AT_THE_CLOSE
};
static int has_fault;

static uint8_t secret[512];
static size_t secret_size;

static void overhear(postern_slice octets) {
    secret_size = octets.size < sizeof secret ? octets.size : sizeof secret;
    if (secret_size > 0) memcpy(secret, octets.data, secret_size);
}

/* ---- A mechanism ---- */

static const postern_policy *behind;

static postern_decision ask(void *user, const postern_credentials *credentials) {
    postern_credentials told = *credentials;

    if (has_fault == CUTS_THE_PASSWORD) told.password.size--;
    if (has_fault == SWAPS_THE_NAMES) told.authzid = credentials->authcid;
    if (has_fault == ASKS_TWICE) (void)behind->authenticate(user, &told);
    postern_decision decision = behind->authenticate(user, &told);
    if (has_fault == LETS_IN_AGAINST_A_NO) decision.verdict = POSTERN_ACCEPT;
    if (has_fault == KEEPS_OUT_AGAINST_A_YES && decision.verdict == POSTERN_ACCEPT)
        decision = (postern_decision){.verdict = POSTERN_ANSWER, .code = 535};
    return decision;
}

static postern_auth_status planted_step(const postern_policy *policy, void *user, postern_auth *auth,
                                        postern_slice response) {
    postern_policy between = *policy;

    behind = policy;
    between.authenticate = ask;
    if (response.data != NULL) overhear(response);
    if (has_fault == PROMPTS_ANOTHER_WAY && response.data == NULL) {
        auth->challenge_size = 1;
        return POSTERN_AUTH_CHALLENGE;
    }
    if (has_fault == LETS_ANYBODY_IN && response.data != NULL) return POSTERN_AUTH_SUCCESS;
    if (has_fault == TAKES_A_THIRD_NUL && response.size > 0 && response.data[response.size - 1] == '\0')
        response.size--;
    if (has_fault == TAKES_NO_PASSWORD && response.size > 0 && response.data[response.size - 1] == '\0') {
        const postern_credentials none = {.authcid = {response.data + 1, response.size - 2}};
        (void)policy->authenticate(user, &none);
        return POSTERN_AUTH_CREDENTIALS;
    }
    return postern_mechanism_plain.step(&between, user, auth, response);
}

static const postern_mechanism planted_plain = {.name = "PLAIN", .plaintext = true, .step = planted_step};

/* ---- A session ---- */

static void say(postern_event *event, const void *octets, size_t size) {
    static uint8_t text[600];

    snprintf((char *)text, sizeof text, "%d ", event->code);
    memcpy(text + 4, octets, size);
    memcpy(text + 4 + size, "\r\n", 2);
    event->octets = (postern_slice){text, size + 6};
}

static postern_config bent_config;

static postern_status planted_feed(postern_session *session, const uint8_t *octets, size_t size, size_t *taken,
                                   postern_event *event) {
    static const uint8_t as[64];
    if (has_fault == KEEPS_IT_AT_THE_CLOSE && session->state == POSTERN_STATE_AUTH)
        overhear((postern_slice){session->line.buffer, session->line.length});
    bent_config = *session->config;
    if (has_fault == TAKES_CLEAR) bent_config.plaintext_auth = true;
    if (has_fault == NEEDS_TLS_FOR_NOTHING) session->tls = false;
    const postern_config *straight = session->config;
    session->config = &bent_config;
    const postern_status status = postern_session_feed(session, octets, size, taken, event);
    session->config = straight;

    if (has_fault == KEEPS_IT_AT_THE_CLOSE && event->kind == POSTERN_EVENT_CLOSE)
        memcpy(session->decoded, secret, secret_size);
    if (has_fault == CUTS_A_CHALLENGE && event->code == 334 && event->octets.size > 10) say(event, "QQ==", 4);
    /* Whatever the cuts: the last part of it that is long enough to have some of the secret. */
    if (has_fault == KEEPS_A_BROKEN_LINE && *taken > 8) overhear((postern_slice){octets, *taken});
    if (event->kind == POSTERN_EVENT_COMMAND && event->fault.error == POSTERN_ERROR_AUTH_CANCELLED &&
        has_fault == ASKS_WHOEVER_CANCELS) {
        const postern_credentials none = {.authcid = {octets, 0}};
        (void)session->policy->authenticate(session->user, &none);
    }
    if (event->kind != POSTERN_EVENT_REPLY || event->code == 250 || event->code == 334 || secret_size == 0)
        return status;
    if (has_fault == KEEPS_THE_SECRET || has_fault == KEEPS_A_BROKEN_LINE)
        memcpy(session->decoded, secret, secret_size);
    if (has_fault == SAYS_THE_SECRET) say(event, secret, secret_size);
    if (has_fault == SAYS_HOW_LONG_IT_IS) say(event, as, secret[secret_size - 1] & 1 ? 1 : 2);
    return status;
}

#define postern_session_feed planted_feed
#define postern_mechanism_plain planted_plain
#include "oracle/auth_run.c"
#define is spells_a_word
#define begins is_a_prefix
#include "oracle/layer_auth.c"

#define HELLO "EHLO a.example\\r\\n"
#define WRONG "AUTH PLAIN AHVzZXIAd29yZA==\\r\\n"

static const planted list[] = {
    {RIGHT, NULL, ""},
    {RIGHT, NULL, HELLO WRONG "AUTH PLAIN AHVzZXIAcGFzcw==\\r\\nAUTH PLAIN AHVzZXIAcGFzcw==\\r\\n"},
    {RIGHT, NULL, WRONG HELLO "AUTH PLAIN\\r\\nAHVzZXIAcGFzcw==\\r\\nRSET\\r\\nMAIL FROM:<>\\r\\n"},
    {RIGHT, NULL, HELLO "AUTH LOGIN\\r\\ndXNlcg==\\r\\ncGFzcw==\\r\\nNOOP o00000014\\r\\n"},
    {RIGHT, NULL, HELLO "AUTH LOGIN dXNlcg==\\r\\n*\\r\\nAUTH LOGIN =\\r\\nAAAA\\r\\nAUTH LOGIN\\r\\nx\\nx\\r\\n"},
    {RIGHT, NULL, HELLO "AUTH X-PUPPET\\r\\nBnNlY3JldA==\\r\\nBnNlY3JldA==\\r\\nAHNlY3JldA==\\r\\n"},
    {RIGHT, NULL, HELLO "AUTH X-PUPPET AXNlY3JldA==\\r\\nAUTH X-PUPPET AnNlY3JldA==\\r\\nAUTH X-PUPPET =\\r\\n*\\r\\n"},
    {RIGHT, NULL,
     HELLO "STARTTLS\\r\\n\\x16\\x03" HELLO WRONG "AUTH PLAIN\\r\\nAHVzZXIA%d29yZA==\\r\\nNOOP o00000040\\r\\n"},
    {LETS_ANYBODY_IN, "AUTH", HELLO WRONG},
    {LETS_IN_AGAINST_A_NO, "AUTH", HELLO WRONG},
    {KEEPS_OUT_AGAINST_A_YES, "AUTH", HELLO "AUTH PLAIN\\r\\nAHVzZXIAcGFzcw==\\r\\n"},
    {CUTS_THE_PASSWORD, "AUTH", HELLO WRONG},
    {SWAPS_THE_NAMES, "AUTH", HELLO WRONG},
    {ASKS_TWICE, "AUTH", HELLO WRONG},
    {TAKES_A_THIRD_NUL, "AUTH", HELLO "AUTH PLAIN AHVzZXIAcGFzcwA=\\r\\n"},
    {TAKES_NO_PASSWORD, "AUTH", HELLO "AUTH PLAIN AHVzZXIA\\r\\n"},
    {PROMPTS_ANOTHER_WAY, "AUTH", HELLO "AUTH PLAIN\\r\\n"},
    {TAKES_CLEAR, "AUTH", HELLO "AUTH LOGIN\\r\\nNOOP o00000040\\r\\n"},
    {NEEDS_TLS_FOR_NOTHING, "AUTH", HELLO "STARTTLS\\r\\n\\x16\\x03" HELLO WRONG "NOOP o00000040\\r\\n"},
    {CUTS_A_CHALLENGE, "AUTH", HELLO "AUTH LOGIN\\r\\n"},
    {CUTS_A_CHALLENGE, "AUTH", HELLO "AUTH X-PUPPET BnNlY3JldA==\\r\\n"},
    {ASKS_WHOEVER_CANCELS, "AUTH", HELLO "AUTH PLAIN\\r\\n*\\r\\n"},
    {KEEPS_THE_SECRET, "SECRET", HELLO WRONG},
    {KEEPS_THE_SECRET, "SECRET", HELLO "AUTH PLAIN\\r\\nAHVzZXIAd29yZA==\\r\\nNOOP\\r\\n"},
    {SAYS_THE_SECRET, "SECRET", HELLO WRONG},
    {SAYS_HOW_LONG_IT_IS, "SECRET", HELLO WRONG},
    {KEEPS_A_BROKEN_LINE, "SECRET", HELLO "AUTH PLAIN AHVzZXIAd29yZA==\\nNOOP\\r\\n"},
    {KEEPS_A_BROKEN_LINE, "SECRET", "auth\\tPLAIN AHVzZXIAd29yZA==\\nx\\r\\n"},
    {KEEPS_IT_AT_THE_CLOSE, "SECRET", HELLO "AUTH PLAIN\\r\\nAHVzZXIAd29y"},
    {KEEPS_IT_AT_THE_CLOSE, "SECRET", HELLO "AUTH LOGIN\\r\\ndXNlcg==\\r\\nd29y"},
    {KEEPS_A_BROKEN_LINE, "SECRET", HELLO "AUTH PLAIN\\r\\nAHVzZXIAd29yZA==\\nx\\r\\n"},
};

static void faulty_exchanges_are_found(void **state) {
    (void)state;
    check_planted(list, sizeof list / sizeof *list, &has_fault, pf_laws_auth);
}

/* What each exchange lets in is what the policy of these runs says. */
static void a_policy_is_obeyed(void **state) {
    (void)state;
    static const struct {
        const char *message;
        int code;
    } cases[] = {
        {"AHllcy1tZQB4", 235},     /* yes-me */
        {"AGxhdGVyLW1lAHg=", 454}, /* later-me */
        {"AHdlYWstbWUAeA==", 534}, /* weak-me */
        {"AHdyb25nLW1lAHg=", 451}, /* wrong-me: 235 is not a policy's to give as an answer */
        {"AG9kZC1tZQB4", 451},     /* odd-me: 250 */
        {"AG1lAHg=", 535},         /* me */
        {"eWVzLW1lAG1lAHg=", 535}, /* yes-me as authorization identity is nobody's */
    };
    static pf_auth_run run;
    const pf_target_options options = {.lmtp = false};
    const pf_auth_setup setup = {.options = &options};

    has_fault = RIGHT;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[128];
        const int size = snprintf(text, sizeof text, "EHLO a\r\nAUTH PLAIN %s\r\n", cases[i].message);
        (void)pf_auth_play(&setup, (const uint8_t *)text, (size_t)size, NULL, 0, &run);
        assert_int_equal(run.reply_count, 3);
        assert_int_equal(run.told_count, 1);
        if (run.replies[2].code != cases[i].code) fail_msg("%s: %d", cases[i].message, run.replies[2].code);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(faulty_exchanges_are_found),
                                       cmocka_unit_test(a_policy_is_obeyed)};
    return cmocka_run_group_tests_name("layer_auth", tests, NULL, NULL);
}
