/* policy_run.c: see policy_run.h. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "policy_run.h"

#include <postern/fuzz/exact.h>
#include <postern/fuzz/oracle.h>

#include <string.h>

uint32_t pf_policed_seed;
pf_policed_run pf_policed;

/* The session at hand. */
static struct {
    bool in_use;
    bool closed;
    pf_log *log;
    uint32_t chance;
    size_t replies;
    postern_decision pending;
    postern_session session;
} now;

/* A number below `below`. The same for a seed and a number of calls. */
static uint32_t draw(uint32_t below) {
    now.chance = now.chance * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(now.chance ^ now.chance >> 15) * below >> 32);
}

/* ---- The policy ---- */

static postern_enhanced draw_enhanced(int code) {
    static const uint16_t numbers[] = {0, 1, 5, 7, 10, 30, 255, 999, 1000};
    const uint16_t subject = numbers[draw(sizeof numbers / sizeof *numbers)];
    const uint16_t detail = numbers[draw(sizeof numbers / sizeof *numbers)];

    switch (draw(4)) {
    case 0: return (postern_enhanced){0, 0, 0};
    case 1: return (postern_enhanced){(uint8_t)draw(7), subject, detail};
    default: return (postern_enhanced){(uint8_t)(code / 100), subject, detail};
    }
}

static postern_slice draw_text(void) {
    static const char broken[] = "a\r\n250 b\x1b\nc\xff";
    static const char *const texts[] = {"Not now", "one\ntwo", "", "2.0.0 x", broken};
    const uint32_t which = draw(2 * sizeof texts / sizeof *texts);

    if (which >= sizeof texts / sizeof *texts) return (postern_slice){NULL, 0};
    return (postern_slice){(const uint8_t *)texts[which], strlen(texts[which])};
}

/* A code that servers give, or any number. */
static int draw_code(void) {
    static const int codes[] = {220, 235, 250, 251, 252, 334, 354, 421, 450, 451, 452, 454, 455, 501,
                                502, 503, 504, 521, 530, 534, 535, 538, 550, 551, 552, 553, 554, 555,
                                556, 211, 214, 253, 422, 432, 435, 453, 458, 459, 500, 523, 524, 525};
    return draw(4) > 0 ? codes[draw(sizeof codes / sizeof *codes)] : (int)draw(700);
}

static postern_decision decide(void) {
    postern_decision decision = {.verdict = POSTERN_ACCEPT};

    if (draw(3) > 0) return decision;
    decision.verdict = POSTERN_ANSWER;
    decision.code = draw_code();
    decision.enhanced = draw_enhanced(decision.code);
    decision.text = draw_text();
    return decision;
}

/* Write a question down. Returns: where. */
static pf_asked *note(pf_question question, postern_decision decision, const postern_transaction *transaction) {
    static pf_asked spare;
    pf_policed_run *run = &pf_policed;

    if (run->asked_count == PF_ASKED_MOST) {
        run->full = true;
        return &spare;
    }
    pf_asked *asked = &run->asked[run->asked_count++];
    *asked = (pf_asked){.reply = now.replies, .question = question, .decision = decision, .open = run->open};
    if (transaction != NULL) asked->transaction = *transaction;
    return asked;
}

/* Tell a decision, or keep it for later. */
static postern_decision tell(postern_decision decision) {
    if (draw(4) > 0) return decision;
    now.pending = decision;
    return (postern_decision){.verdict = POSTERN_PENDING};
}

static postern_decision ask(pf_question question, const postern_transaction *transaction) {
    const postern_decision decision = decide();

    (void)note(question, decision, transaction);
    return tell(decision);
}

static postern_decision on_connect(void *user) {
    (void)user;
    const postern_decision decision = draw(2) > 0 ? (postern_decision){.verdict = POSTERN_ACCEPT} : decide();

    (void)note(PF_ASKED_CONNECT, decision, NULL);
    return decision;
}

static postern_decision on_hello(void *user, const postern_command *command) {
    (void)user, (void)command;
    return ask(PF_ASKED_HELLO, NULL);
}

static postern_decision on_mail(void *user, const postern_command *command) {
    (void)user, (void)command;
    if (pf_policed.open) pf_policed.wrong = "MAIL asked about within a transaction";
    return ask(PF_ASKED_MAIL, NULL);
}

static postern_decision on_rcpt(void *user, const postern_command *command, const postern_transaction *transaction) {
    (void)user, (void)command;
    return ask(PF_ASKED_RCPT, transaction);
}

static postern_decision on_data(void *user, const postern_transaction *transaction) {
    (void)user;
    return ask(PF_ASKED_DATA, transaction);
}

static postern_decision on_chunk(void *user, const postern_transaction *transaction) {
    (void)user;
    return ask(PF_ASKED_CHUNK, transaction);
}

static postern_decision on_message(void *user, const postern_transaction *transaction, uint32_t recipient) {
    (void)user;
    const postern_decision decision = decide();

    note(PF_ASKED_MESSAGE, decision, transaction)->recipient = recipient;
    return tell(decision);
}

static void on_reset(void *user) {
    (void)user;
    if (!pf_policed.open) pf_policed.wrong = "a reset of no transaction";
    pf_policed.open = false;
}

static postern_decision on_vrfy(void *user, const postern_command *command) {
    (void)user, (void)command;
    return ask(PF_ASKED_VRFY, NULL);
}

static postern_decision on_other(void *user, const postern_command *command) {
    (void)user, (void)command;
    return ask(PF_ASKED_OTHER, NULL);
}

static postern_decision on_authenticate(void *user, const postern_credentials *credentials) {
    (void)user, (void)credentials;
    return ask(PF_ASKED_AUTH, NULL);
}

/* ---- A mechanism that ends an exchange in any way that there is ---- */

static postern_auth_status drawn_step(const postern_policy *policy, void *user, postern_auth *auth,
                                      postern_slice response) {
    /* As session.h has it. */
    static const struct {
        postern_auth_status status;
        postern_decision decision;
    } ends[] = {
        {POSTERN_AUTH_SUCCESS, {.verdict = POSTERN_ACCEPT}},
        {POSTERN_AUTH_CREDENTIALS, {.verdict = POSTERN_ANSWER, .code = 535, .enhanced = {5, 7, 8}}},
        {POSTERN_AUTH_MALFORMED, {.verdict = POSTERN_ANSWER, .code = 501, .enhanced = {5, 5, 2}}},
        {POSTERN_AUTH_TEMPORARY, {.verdict = POSTERN_ANSWER, .code = 454, .enhanced = {4, 7, 0}}},
        {POSTERN_AUTH_TOO_WEAK, {.verdict = POSTERN_ANSWER, .code = 534, .enhanced = {5, 7, 9}}},
    };
    enum { ENDS = sizeof ends / sizeof *ends };
    const uint32_t which = draw(ENDS + 3);

    (void)policy, (void)user, (void)response;
    if (which < ENDS) {
        (void)note(PF_ASKED_AUTH, ends[which].decision, NULL);
        return ends[which].status;
    }
    const postern_decision decision = decide();
    if (which == ENDS) {
        auth->challenge_size = draw(POSTERN_AUTH_CHALLENGE_MAX + 1);
        memset(auth->challenge, 0x5a, auth->challenge_size);
        return POSTERN_AUTH_CHALLENGE;
    }
    (void)note(PF_ASKED_AUTH, decision, NULL);
    auth->answer = decision;
    now.pending = decision;
    return which == ENDS + 1 ? POSTERN_AUTH_PENDING : POSTERN_AUTH_ANSWER;
}

/* ---- What a session is set up with ---- */

static void draw_policy(postern_policy *policy) {
    *policy = (postern_policy){.connect = on_connect,
                               .hello = on_hello,
                               .mail = on_mail,
                               .rcpt = on_rcpt,
                               .data = on_data,
                               .chunk = on_chunk,
                               .message = on_message,
                               .reset = on_reset,
                               .vrfy = on_vrfy,
                               .other = on_other,
                               .authenticate = on_authenticate};
    if (draw(2) > 0) policy->connect = NULL;
    if (draw(2) > 0) policy->hello = NULL;
    if (draw(4) == 0) policy->mail = NULL;
    if (draw(4) == 0) policy->rcpt = NULL;
    if (draw(2) > 0) policy->data = NULL;
    if (draw(2) > 0) policy->chunk = NULL;
    if (draw(4) == 0) policy->message = NULL;
    if (draw(4) == 0) policy->vrfy = NULL;
    if (draw(2) > 0) policy->other = NULL;
    if (draw(4) == 0) policy->authenticate = NULL;
}

static void draw_offer(postern_config *config) {
    static const postern_mechanism drawn = {.name = "X-DRAWN", .plaintext = false, .step = drawn_step};
    static const postern_mechanism *const mechanisms[] = {&drawn, &postern_mechanism_login, &postern_mechanism_plain,
                                                          &drawn};
    static const postern_slice keywords[] = {{(const uint8_t *)"ETRN", 4}, {(const uint8_t *)"X-ONE two", 9}};

    config->extensions = draw(4) > 0 ? POSTERN_EXT_SESSION : draw(POSTERN_EXT_ALL + 1);
    config->mechanism_count = draw(4);
    config->mechanisms = mechanisms + draw(2);
    config->plaintext_auth = draw(2) > 0;
    config->keywords = keywords;
    config->keyword_count = draw(3);
}

static void draw_numbers(postern_config *config) {
    static const uint64_t sizes[] = {0, 1, 40, 1000, 18446744073709551615u};
    static const uint32_t counts[] = {0, 1, 2, 100, 4294967295u};
    static const uint32_t holds[] = {0, 1, 86400, 999999999};

    config->max_message_size = sizes[draw(sizeof sizes / sizeof *sizes)];
    config->max_recipients = counts[draw(sizeof counts / sizeof *counts)];
    config->limits_mailmax = counts[draw(sizeof counts / sizeof *counts)];
    config->limits_rcptdomainmax = counts[draw(sizeof counts / sizeof *counts)];
    config->futurerelease_max = holds[draw(sizeof holds / sizeof *holds)];
    if (draw(4) == 0) config->error_budget = draw(4);
}

static void draw_config(postern_config *config, const pf_target_options *options) {
    static const postern_slice domains[] = {{(const uint8_t *)"localhost", 9},
                                            {(const uint8_t *)"mx.example", 10},
                                            {(const uint8_t *)"[192.0.2.1]", 11}};

    postern_config_init(config);
    PF_CHECK(config->extensions == (POSTERN_EXT_SESSION & ~(POSTERN_EXT_STARTTLS | POSTERN_EXT_AUTH)));
    PF_CHECK(config->max_recipients == 100 && config->max_text_line == 1000 && config->error_budget == 20);
    config->domain = domains[draw(3)];
    config->lmtp = options->lmtp;
    config->require_tls = options->require_tls;
    config->require_auth = options->require_auth;
    config->error_budget = options->error_budget;
    config->tls_active = draw(8) == 0;
    draw_offer(config);
    draw_numbers(config);
    if (options->no_extensions) config->extensions = POSTERN_EXT_NONE;
}

/* ---- The adapter ---- */

static void append(pf_event_kind kind, const postern_event *event) {
    pf_event noted = {.kind = kind, .begin = event->begin, .end = event->end};

    if (kind == PF_EVENT_LINE || kind == PF_EVENT_REPLY) noted.verb = pf_event_verb(event);
    if (kind == PF_EVENT_LINE && event->stimulus == POSTERN_STIMULUS_BROKEN)
        noted.error = postern_error_describe(event->fault.error)->name;
    if (kind == PF_EVENT_DATA || kind == PF_EVENT_REPLY) noted.size = (uint32_t)event->octets.size;
    if (kind == PF_EVENT_DATA && !pf_policed.open) pf_policed.wrong = "content of no transaction";
    if (kind == PF_EVENT_REPLY) {
        noted.code = event->code;
        now.replies++;
        if (event->stimulus == POSTERN_STIMULUS_COMMAND && event->verb == POSTERN_VERB_MAIL && event->code < 300)
            pf_policed.open = true;
    }
    pf_log_append(now.log, &noted, event->octets.data);
}

static bool feed(void *session, const uint8_t *octets, size_t size) {
    static const pf_event_kind kinds[] = {[POSTERN_EVENT_COMMAND] = PF_EVENT_LINE,
                                          [POSTERN_EVENT_DATA] = PF_EVENT_DATA,
                                          [POSTERN_EVENT_MESSAGE_END] = PF_EVENT_MESSAGE_END,
                                          [POSTERN_EVENT_REPLY] = PF_EVENT_REPLY,
                                          [POSTERN_EVENT_STARTTLS] = PF_EVENT_STARTTLS,
                                          [POSTERN_EVENT_CLOSE] = PF_EVENT_CLOSE};

    (void)session;
    while (!now.closed) {
        const uint64_t before = now.session.offset;
        postern_event event;
        size_t taken;

        (void)!postern_session_feed(&now.session, octets, size, &taken, &event);
        octets += taken;
        size -= taken;
        if (event.kind == POSTERN_EVENT_NONE) return true;
        if (event.kind == POSTERN_EVENT_PENDING) {
            PF_CHECK(postern_session_decide(&now.session, &now.pending) == POSTERN_COMPLETE);
            continue;
        }
        PF_CHECK(event.begin <= event.end && event.end <= before + taken);
        PF_CHECK(event.kind != POSTERN_EVENT_DATA || (event.begin >= before && event.end == before + taken));
        append(kinds[event.kind], &event);
        now.closed = event.kind == POSTERN_EVENT_CLOSE;
    }
    return false;
}

static void *open_session(const pf_target_options *options, pf_log *log) {
    pf_policed_run *run = &pf_policed;

    if (now.in_use) return NULL;
    now.in_use = true;
    now.closed = false;
    now.log = log;
    now.chance = pf_policed_seed;
    now.replies = 0;
    run->full = run->open = false;
    run->asked_count = 0;
    run->wrong = NULL;
    draw_config(&run->config, options);
    draw_policy(&run->policy);
    postern_session_init(&now.session, &run->config, &run->policy, NULL);
    (void)feed(&now, (const uint8_t *)"", 0);
    return &now;
}

static void tls_done(void *session) {
    (void)session;
    PF_CHECK(postern_session_tls_done(&now.session) == POSTERN_COMPLETE);
}

/* The service ends, wherever the session is: 421, but not into a handshake, and the close (RFC 5321 3.8). */
static void shut_down(void) {
    const bool handshake = postern_session_state_of(&now.session) == POSTERN_STATE_TLS;
    postern_event event;
    size_t taken;

    postern_session_shutdown(&now.session);
    (void)!postern_session_feed(&now.session, (const uint8_t *)"", 0, &taken, &event);
    if (!handshake) {
        PF_CHECK(event.kind == POSTERN_EVENT_REPLY && event.code == 421);
        PF_CHECK(event.octets.size > 4 && memcmp(event.octets.data, "421 ", 4) == 0);
        (void)!postern_session_feed(&now.session, (const uint8_t *)"", 0, &taken, &event);
    }
    PF_CHECK(event.kind == POSTERN_EVENT_CLOSE && !pf_policed.open);
}

static void close_session(void *session) {
    (void)session;
    pf_policed.closed = now.closed;
    pf_policed.within = postern_session_is_open(&now.session);
    if (!now.closed) shut_down();
    PF_CHECK(postern_session_state_of(&now.session) == POSTERN_STATE_CLOSED);
    PF_CHECK(!postern_session_is_open(&now.session));
    now.in_use = false;
}

const pf_target pf_target_policed = {.name = "libpostern, under any policy",
                                     .kinds = PF_KINDS_ALL,
                                     .can = PF_CAN_RANGE,
                                     .practice = true,
                                     .open = open_session,
                                     .feed = feed,
                                     .tls_done = tls_done,
                                     .close = close_session};
