/* The reply table and the walker of states: that they say what the RFC says, and that they agree with the model's own
 * session on sessions at random.
 *
 * SPDX-License-Identifier: MIT */
#include "model_support.h"

static bool allowed(const char *verb, pf_model_state state, int code) {
    return pf_model_reply_allowed(verb, state, code, false) != NULL;
}

static bool practised(const char *verb, pf_model_state state, int code) {
    return pf_model_reply_allowed(verb, state, code, true) != NULL;
}

static void rows_are_well_formed(void **state) {
    size_t count;
    const pf_model_reply_row *rows = pf_model_reply_rows(&count);
    (void)state;
    assert_true(count > 200);
    for (size_t i = 0; i < count; i++) {
        assert_true(rows[i].code == 0 || (rows[i].code >= 200 && rows[i].code < 600));
        assert_true(rows[i].states != 0 && rows[i].states < 1u << PF_STATE_CLOSED);
        assert_true(strlen(rows[i].verb) > 0 && strlen(rows[i].when) > 0 && strlen(rows[i].source) > 0);
        for (size_t j = 0; j < i; j++) {
            bool twice = rows[j].code == rows[i].code && strcmp(rows[j].verb, rows[i].verb) == 0 &&
                         (rows[j].states & rows[i].states) != 0 && rows[j].level == rows[i].level &&
                         rows[j].extension == rows[i].extension;
            assert_false(twice);
        }
    }
}

/* Each row of its own allows its reply, at its level. */
static void rows_allow_what_they_say(void **state) {
    size_t count;
    const pf_model_reply_row *rows = pf_model_reply_rows(&count);
    (void)state;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].verb, "ANY") == 0) continue;
        for (int s = 0; s < PF_STATE_COUNT; s++) {
            if ((rows[i].states & (1u << s)) == 0) continue;
            assert_true(practised(rows[i].verb, (pf_model_state)s, rows[i].code));
            if (rows[i].level != PF_LEVEL_PRACTICE) assert_true(allowed(rows[i].verb, (pf_model_state)s, rows[i].code));
        }
    }
}

static void must_beats_any(void **state) {
    (void)state;
    for (int code = 200; code < 600; code++) {
        bool noop = code == 250 || code == 421 || code == 500 || code == 501;
        assert_int_equal(allowed("NOOP", PF_STATE_GREETED, code), noop);
        assert_int_equal(practised("NOOP", PF_STATE_GREETED, code), noop);
        assert_int_equal(allowed("QUIT", PF_STATE_BDAT, code),
                         code == 221 || code == 421 || code == 500 || code == 501);
        bool rset = code == 250 || code == 421 || code == 500 || code == 501;
        assert_int_equal(allowed("RSET", PF_STATE_BDAT, code), rset);
        assert_int_equal(allowed("RSET", PF_STATE_GREETED, code), rset || code == 530);
    }
    assert_true(allowed("NOOP", PF_STATE_REJECTED, 503));
    assert_false(allowed("QUIT", PF_STATE_REJECTED, 503));
}

static void some_replies(void **state) {
    (void)state;
    assert_true(allowed("CONNECT", PF_STATE_NONE, 220));
    assert_false(practised("CONNECT", PF_STATE_NONE, 500));
    assert_false(practised("CONNECT", PF_STATE_NONE, 250));
    assert_false(practised("MAIL", PF_STATE_CONNECTED, 250));
    assert_false(practised("MAIL", PF_STATE_MAIL, 250));
    assert_true(allowed("MAIL", PF_STATE_MAIL, 503));
    assert_false(practised("RCPT", PF_STATE_GREETED, 250));
    assert_false(practised("DATA", PF_STATE_MAIL, 354));
    assert_false(practised("DATA", PF_STATE_RCPT, 250));
    assert_false(practised("DATA_BODY", PF_STATE_DATA, 354));
    assert_false(allowed("DATA_BODY", PF_STATE_DATA, 503));
    assert_true(allowed("DATA_BODY", PF_STATE_DATA, 421));
    assert_true(allowed("BDAT_CHUNK", PF_STATE_RCPT, 250));
    assert_true(allowed("BDAT_LAST", PF_STATE_BDAT, 250));
    assert_true(allowed("BDAT", PF_STATE_GREETED, 502));
    assert_false(practised("STARTTLS", PF_STATE_CONNECTED, 220));
    assert_false(practised("AUTH", PF_STATE_MAIL, 235));
    assert_true(allowed("UNKNOWN", PF_STATE_MAIL, 500));
    assert_false(practised("UNKNOWN", PF_STATE_MAIL, 250));
    assert_true(allowed(NULL, PF_STATE_GREETED, 500));
    assert_true(allowed(NULL, PF_STATE_AUTH, 500));
    assert_false(allowed(NULL, PF_STATE_GREETED, 250));
    assert_true(practised(NULL, PF_STATE_GREETED, 250));
    assert_false(practised(NULL, PF_STATE_GREETED, 354));
    assert_false(allowed("EHLO", PF_STATE_GREETED, 530));
    assert_true(allowed("VRFY", PF_STATE_GREETED, 530));
}

/* Nothing but the ends of a body, of a chunk and of an exchange moves the state on a refusal. */
static void refusals_stay(void **state) {
    static const char *const verbs[] = {"EHLO", "HELO", "LHLO", "MAIL", "RCPT",     "DATA",    "RSET",
                                        "NOOP", "VRFY", "AUTH", "BDAT", "STARTTLS", "UNKNOWN", NULL};
    (void)state;
    for (pf_model_state s = PF_STATE_CONNECTED; s <= PF_STATE_BDAT; s++) {
        for (size_t v = 0; v < sizeof verbs / sizeof verbs[0]; v++) {
            assert_int_equal(pf_model_state_next(s, verbs[v], 503), s);
            assert_int_equal(pf_model_state_next(s, verbs[v], 450), s);
            assert_int_equal(pf_model_state_next(s, verbs[v], 421), PF_STATE_CLOSED);
        }
    }
    assert_int_equal(pf_model_state_next(PF_STATE_DATA, "DATA_BODY", 554), PF_STATE_GREETED);
    assert_int_equal(pf_model_state_next(PF_STATE_BDAT, "BDAT_CHUNK", 451), PF_STATE_GREETED);
    assert_int_equal(pf_model_state_next(PF_STATE_AUTH, "AUTH_CONTINUATION", 535), PF_STATE_GREETED);
    assert_int_equal(pf_model_state_next(PF_STATE_AUTH, NULL, 500), PF_STATE_GREETED);
}

static void the_usual_walk(void **state) {
    static const struct {
        const char *verb;
        int code;
        const char *then;
    } steps[] = {
        {"CONNECT", 220, "CONNECTED"},
        {"EHLO", 250, "GREETED"},
        {"STARTTLS", 220, "TLS"},
        {"STARTTLS_NEGOTIATED", 0, "CONNECTED"},
        {"RSET", 250, "CONNECTED"},
        {"EHLO", 250, "GREETED"},
        {"AUTH", 334, "AUTH"},
        {"AUTH_CONTINUATION", 334, "AUTH"},
        {"AUTH_CONTINUATION", 235, "GREETED"},
        {"MAIL", 250, "MAIL"},
        {"RCPT", 550, "MAIL"},
        {"RCPT", 250, "RCPT"},
        {"NOOP", 250, "RCPT"},
        {"DATA", 354, "DATA"},
        {"DATA_BODY", 250, "GREETED"},
        {"MAIL", 250, "MAIL"},
        {"RCPT", 251, "RCPT"},
        {"BDAT_CHUNK", 250, "BDAT"},
        {"BDAT_LAST", 250, "GREETED"},
        {"MAIL", 250, "MAIL"},
        {"BDAT", 503, "MAIL"},
        {"RCPT", 250, "RCPT"},
        {"BDAT", 502, "RCPT"},
        {"BDAT", 501, "GREETED"},
        {"MAIL", 250, "MAIL"},
        {"RSET", 250, "GREETED"},
        {"XCLIENT", 220, "CONNECTED"},
        {"QUIT", 501, "CONNECTED"},
        {"QUIT", 221, "CLOSED"},
        {"NOOP", 250, "CLOSED"},
    };
    pf_model_state s = PF_STATE_NONE;
    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        s = pf_model_state_next(s, steps[i].verb, steps[i].code);
        assert_string_equal(pf_model_state_name(s), steps[i].then);
    }
    s = pf_model_state_next(PF_STATE_NONE, "CONNECT", 554);
    assert_string_equal(pf_model_state_name(pf_model_state_next(s, "EHLO", 250)), "REJECTED");
}

/* Walk a log of the model: each reply must be one that the strict table allows. Returns: the state behind it. */
static pf_model_state walk(const pf_log *log) {
    pf_model_state before = PF_STATE_NONE, now = PF_STATE_NONE;
    bool last = false; /* the chunk that is answered ends its message */
    for (size_t i = 0; i < log->count; i++) {
        const pf_event *event = &log->events[i];
        if (event->kind == PF_EVENT_STARTTLS && i + 1 < log->count)
            now = pf_model_state_next(now, "STARTTLS_NEGOTIATED", 0);
        if (event->kind == PF_EVENT_CLOSE) now = PF_STATE_CLOSED;
        if (event->kind != PF_EVENT_REPLY) continue;
        /* Of the replies to one message (LMTP), each one is judged in the state that the message found. */
        bool same = i > 0 && log->events[i - 1].kind == PF_EVENT_REPLY && log->events[i - 1].begin == event->begin;
        if (!same) {
            before = now;
            last = i > 0 && log->events[i - 1].kind == PF_EVENT_MESSAGE_END;
        }
        if (!allowed(event->verb, before, event->code))
            fail_msg("%s %d in %s", event->verb != NULL ? event->verb : "broken line", event->code,
                     pf_model_state_name(before));
        bool chunk = event->verb != NULL && strcmp(event->verb, "BDAT_CHUNK") == 0;
        now = pf_model_state_next(before, chunk && last ? "BDAT_LAST" : event->verb, event->code);
    }
    return now;
}

static bool any_refusal(const pf_log *log) {
    for (size_t i = 0; i < log->count; i++) {
        if (log->events[i].kind == PF_EVENT_REPLY && log->events[i].code >= 400) return true;
    }
    return false;
}

static void sessions_at_random(void **state) {
    static const char *const pieces[] = {
        "EHLO a\r\n",
        "EHLO a\r\n",
        "HELO a\r\n",
        "LHLO a\r\n",
        "LHLO a\r\n",
        "MAIL FROM:<a@b>\r\n",
        "MAIL FROM:<a@b>\r\n",
        "MAIL FROM:<> BODY=BINARYMIME\r\n",
        "MAIL FROM:<x> y\r\n",
        "MAIL FROM:<a@b> FOO\r\n",
        "RCPT TO:<a@b>\r\n",
        "RCPT TO:<a@b>\r\n",
        "RCPT TO:<bodydefer-x@y>\r\n",
        "RCPT TO:<reject-a@b>\r\n",
        "RCPT TO:<\xc3\xa9@b>\r\n",
        "DATA\r\n",
        "DATA\r\nx\n\r\n.\r\n",
        "DATA\r\nx\r\n.\r\n",
        ".\r\n",
        "BDAT 1\r\nx",
        "BDAT 0 LAST\r\n",
        "BDAT 1\r\n\n",
        "BDAT 3 FOO\r\nabc",
        "BDAT x\r\n",
        "RSET\r\n",
        "NOOP\r\n",
        "NOOP \xff\r\n",
        "VRFY a\r\n",
        "VRFY\r\n",
        "EXPN a\r\n",
        "HELP\r\n",
        "STARTTLS\r\n",
        "STARTTLS\r\n\x16\x03",
        "AUTH PLAIN\r\n",
        "AUTH LOGIN dXNlcg==\r\n",
        "cGFzcw==\r\n",
        "AHVzZXIAcGFzcw==\r\n",
        "*\r\n",
        "x\ny\r\n",
        "\r\n",
        "TURN\r\n",
        "QUIT x\r\n",
        "QUIT\r\n",
    };
    unsigned seed = 7, reached = 0;
    (void)state;
    for (int round = 0; round < 40000; round++) {
        char text[1024] = "";
        pf_model_options options = PF_MODEL_OPTIONS;
        if (round % 4 == 1) options.lmtp = true;
        if (round % 7 == 1) options.extensions = PF_EXTENSIONS_NONE;
        if (round % 11 == 1) options.require_tls = true;
        if (round % 13 == 1) options.require_auth = true;
        if (round % 5 == 1) options.error_budget = 3;
        strcpy(text, options.lmtp ? "LHLO a\r\n" : "EHLO a\r\n");
        for (int i = 0; i < 12; i++) {
            seed = seed * 1103515245u + 12345u;
            strcat(text, pieces[(seed >> 16) % (sizeof pieces / sizeof pieces[0])]);
        }
        pf_model_outcome outcome = model_run(text, &options);
        pf_model_state behind = walk(model_log());
        /* A last STARTTLS may have had its handshake, and a last chunk may be under way: no reply shows it. */
        bool unseen = behind == PF_STATE_TLS || outcome.incomplete;
        if (!unseen && behind != outcome.state) fail_msg("%s", text);
        reached |= 1u << outcome.state;
        assert_int_equal(outcome.refused, any_refusal(model_log()));
    }
    for (pf_model_state s = PF_STATE_GREETED; s <= PF_STATE_TLS; s++) assert_true(reached & (1u << s));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_well_formed), cmocka_unit_test(rows_allow_what_they_say),
        cmocka_unit_test(must_beats_any),       cmocka_unit_test(some_replies),
        cmocka_unit_test(refusals_stay),        cmocka_unit_test(the_usual_walk),
        cmocka_unit_test(sessions_at_random),
    };
    return cmocka_run_group_tests_name("model replies", tests, NULL, NULL);
}
