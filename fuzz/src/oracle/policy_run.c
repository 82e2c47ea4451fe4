/* policy_run.c: see policy_run.h. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "policy_run.h"
#include "judging.h"

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
    uint32_t more_chance;
    size_t replies;
    postern_decision pending;
    pf_walk walk;
    bool handshake; /* is awaited */
    bool chunk;     /* BDAT was read, and is not answered */
    bool promised;  /* a decision */
    /* The service ends behind the event of this kind that is the so manieth, counted from 1, or never. A decision that
     * comes late is such an event too: about a message by DATA a MESSAGE_END, else NONE. */
    postern_event_kind end_kind;
    uint32_t end_count;
    postern_session session;
} now;

static uint32_t draw_from(uint32_t *chance, uint32_t below) {
    *chance = *chance * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(*chance ^ *chance >> 15) * below >> 32);
}

/* A number below `below`. The same for a seed and a number of calls. */
static uint32_t draw(uint32_t below) {
    return draw_from(&now.chance, below);
}

/* The same, for what is seldom or came later: it leaves the other numbers as they are, and with them what the corpus
 * has been chosen for. */
static uint32_t draw_more(uint32_t below) {
    return draw_from(&now.more_chance, below);
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

/* One that fits into no reply. */
static postern_slice long_text(void) {
    static uint8_t text[POSTERN_SESSION_REPLY_MAX];

    memset(text, 'x', sizeof text);
    for (size_t at = 100; at < sizeof text; at += 100) text[at] = '\n';
    return (postern_slice){text, sizeof text};
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
    if (draw_more(16) == 0) decision.text = long_text();
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
    now.promised = true;
    now.pending = decision;
    return (postern_decision){.verdict = POSTERN_PENDING};
}

static postern_decision ask(pf_question question, const postern_transaction *transaction) {
    const postern_decision decision = decide();

    (void)note(question, decision, transaction);
    return tell(decision);
}

static postern_decision on_connect(void *user) {
    const postern_decision decision = draw(2) > 0 ? (postern_decision){.verdict = POSTERN_ACCEPT} : decide();
    const bool late = draw_more(8) == 0; /* and that is too late */

    PF_CHECK(user == &now);
    (void)note(PF_ASKED_CONNECT,
               late ? (postern_decision){.verdict = POSTERN_ANSWER, .code = 451, .enhanced = {4, 3, 0}} : decision,
               NULL);
    return late ? (postern_decision){.verdict = POSTERN_PENDING} : decision;
}

static postern_decision on_hello(void *user, const postern_command *command) {
    (void)command;
    PF_CHECK(user == &now);
    return ask(PF_ASKED_HELLO, NULL);
}

static postern_decision on_mail(void *user, const postern_command *command) {
    (void)command;
    PF_CHECK(user == &now);
    if (pf_policed.open) pf_policed.wrong = "MAIL asked about within a transaction";
    return ask(PF_ASKED_MAIL, NULL);
}

static postern_decision on_rcpt(void *user, const postern_command *command, const postern_transaction *transaction) {
    (void)command;
    PF_CHECK(user == &now);
    return ask(PF_ASKED_RCPT, transaction);
}

static postern_decision on_data(void *user, const postern_transaction *transaction) {
    PF_CHECK(user == &now);
    return ask(PF_ASKED_DATA, transaction);
}

static postern_decision on_chunk(void *user, const postern_transaction *transaction) {
    PF_CHECK(user == &now);
    return ask(PF_ASKED_CHUNK, transaction);
}

static postern_decision on_message(void *user, const postern_transaction *transaction, uint32_t recipient) {
    PF_CHECK(user == &now);
    const postern_decision decision = decide();

    note(PF_ASKED_MESSAGE, decision, transaction)->recipient = recipient;
    return tell(decision);
}

static void on_reset(void *user) {
    PF_CHECK(user == &now);
    if (!pf_policed.open) pf_policed.wrong = "a reset of no transaction";
    pf_policed.open = false;
}

static postern_decision on_vrfy(void *user, const postern_command *command) {
    (void)command;
    PF_CHECK(user == &now);
    return ask(PF_ASKED_VRFY, NULL);
}

static postern_decision on_other(void *user, const postern_command *command) {
    (void)command;
    PF_CHECK(user == &now);
    return ask(PF_ASKED_OTHER, NULL);
}

static postern_decision on_authenticate(void *user, const postern_credentials *credentials) {
    (void)credentials;
    PF_CHECK(user == &now);
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

    (void)policy, (void)response;
    PF_CHECK(user == &now);
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
    now.promised = which == ENDS + 1;
    return now.promised ? POSTERN_AUTH_PENDING : POSTERN_AUTH_ANSWER;
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

/* So many that they do not fit into a line. */
static void offer_many(postern_config *config) {
    static const postern_mechanism lengthy = {.name = "X-TWENTY-OCTETS-LONG", .step = drawn_step};
    static const postern_mechanism *many[PF_MODEL_OFFER_MECHANISMS];
    enum { MANY = sizeof many / sizeof *many };

    for (size_t i = 0; i < MANY - 1; i++) many[i] = &lengthy;
    many[MANY - 1] = &postern_mechanism_plain;
    config->mechanisms = many;
    config->mechanism_count = MANY;
}

/* Lines of which some are none: empty, the longest there can be, twice, so that one may not fit into the reply, and one
 * longer. */
static void offer_lengthy(postern_config *config) {
    static uint8_t octets[PF_MODEL_OFFER_LINE];
    static const postern_slice keywords[] = {{NULL, 0},
                                             {octets, sizeof octets},
                                             {octets, sizeof octets - 1},
                                             {octets + 1, sizeof octets - 1}};

    memset(octets, 'K', sizeof octets);
    octets[sizeof octets - 1] = 'L';
    config->keyword_count = 1 + draw_more(sizeof keywords / sizeof *keywords);
    config->keywords = keywords;
}

/* Names that are none, and the longest one. */
static void name_oddly(postern_config *config) {
    static uint8_t octets[POSTERN_DOMAIN_MAX + 1];
    static const size_t sizes[] = {0, POSTERN_DOMAIN_MAX, POSTERN_DOMAIN_MAX + 1};

    for (size_t i = 0; i < sizeof octets; i++) octets[i] = i % 2 ? '.' : 'a';
    config->domain = (postern_slice){octets, sizes[draw_more(sizeof sizes / sizeof *sizes)]};
}

/* What few would configure. */
static void draw_oddities(postern_config *config) {
    static const uint32_t text_lines[] = {0, 2, 10, 40};

    if (draw_more(8) == 0) offer_many(config);
    if (draw_more(8) == 0) offer_lengthy(config);
    if (draw_more(8) == 0) name_oddly(config);
    if (draw_more(8) == 0) config->futurerelease_max = UINT32_MAX;
    if (draw_more(4) == 0) config->lenient = draw_more(4);
    if (draw_more(4) == 0) config->max_text_line = text_lines[draw_more(sizeof text_lines / sizeof *text_lines)];
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
    draw_oddities(config);
    if (options->no_extensions) config->extensions = POSTERN_EXT_NONE;
}

/* Never where content is cut: how it is, nobody promises. */
static void draw_end(void) {
    static const postern_event_kind kinds[] = {POSTERN_EVENT_COMMAND, POSTERN_EVENT_MESSAGE_END, POSTERN_EVENT_REPLY,
                                               POSTERN_EVENT_PENDING, POSTERN_EVENT_NONE};

    now.end_kind = kinds[draw_more(sizeof kinds / sizeof *kinds)];
    now.end_count = draw_more(6) == 0 ? 1 + draw_more(8) : 0;
}

/* ---- The adapter ---- */

/* A verb that would change the state, if the engine and not the policy knew what it does. */
static bool is_the_policys(postern_verb verb) {
    return verb == POSTERN_VERB_SEND || verb == POSTERN_VERB_SOML || verb == POSTERN_VERB_SAML ||
           verb == POSTERN_VERB_BURL || verb == POSTERN_VERB_XCLIENT;
}

static void append(pf_event_kind kind, const postern_event *event) {
    pf_event noted = {.kind = kind, .begin = event->begin, .end = event->end};

    if (kind == PF_EVENT_LINE) pf_check_line(event);
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
    if (kind == PF_EVENT_LINE) now.chunk = event->verb == POSTERN_VERB_BDAT;
    if (kind == PF_EVENT_REPLY) now.chunk = false;
    if (kind == PF_EVENT_STARTTLS) now.handshake = true;
    if (!is_the_policys(event->verb)) pf_walk_past(&now.walk, &noted);
    pf_log_append(now.log, &noted, event->octets.data);
}

/* What the session says of its state is what its replies have said. In: nothing is owed. */
static void check_state(void) {
    static const postern_session_state states[PF_STATE_COUNT] = {
        [PF_STATE_CONNECTED] = POSTERN_STATE_CONNECTED, [PF_STATE_GREETED] = POSTERN_STATE_GREETED,
        [PF_STATE_MAIL] = POSTERN_STATE_MAIL,           [PF_STATE_RCPT] = POSTERN_STATE_RCPT,
        [PF_STATE_DATA] = POSTERN_STATE_DATA,           [PF_STATE_BDAT] = POSTERN_STATE_BDAT,
        [PF_STATE_AUTH] = POSTERN_STATE_AUTH,           [PF_STATE_TLS] = POSTERN_STATE_TLS,
        [PF_STATE_REJECTED] = POSTERN_STATE_REJECTED,   [PF_STATE_CLOSED] = POSTERN_STATE_CLOSED};
    const postern_session_state state = now.chunk ? POSTERN_STATE_CHUNK : states[now.walk.state];

    PF_CHECK(postern_session_state_of(&now.session) == state);
}

/* Decide late, once: not with another promise, and not when nothing is asked. */
static void decide_late(void) {
    static const postern_decision later = {.verdict = POSTERN_PENDING};

    PF_CHECK(postern_session_decide(&now.session, &later) == POSTERN_MISUSE);
    PF_CHECK(postern_session_decide(&now.session, &now.pending) == POSTERN_COMPLETE);
    PF_CHECK(postern_session_decide(&now.session, &now.pending) == POSTERN_MISUSE);
    now.promised = false;
}

/* ---- The end of the service (RFC 5321 3.8) ---- */

static bool is_same(const postern_event *a, const postern_event *b) {
    return a->begin == b->begin && a->end == b->end && a->stimulus == b->stimulus && a->verb == b->verb;
}

/* May the close follow at once? Behind 221 and 421, and where a chunk begins that nobody can read. */
static bool may_close_behind(const postern_event *last) {
    if (last->kind != POSTERN_EVENT_REPLY) return false;
    return last->code == 221 || last->code == 421 || last->verb == POSTERN_VERB_BDAT ||
           last->stimulus == POSTERN_STIMULUS_BROKEN;
}

static postern_event next_event(void) {
    postern_event event;
    size_t taken;

    (void)!postern_session_feed(&now.session, (const uint8_t *)"", 0, &taken, &event);
    return event;
}

/* Behind what is owed comes 421, but not into a handshake, and the close; nobody is asked any more, nor owes an answer.
 * In: last, the event before; due, a reply to the same is owed. */
static void shut_down(const postern_event *last, bool due) {
    const bool handshake = postern_session_state_of(&now.session) == POSTERN_STATE_TLS;

    postern_session_shutdown(&now.session);
    postern_event event = next_event();
    if (due) {
        PF_CHECK(event.kind == POSTERN_EVENT_REPLY && is_same(&event, last));
        append(PF_EVENT_REPLY, &event);
    }
    const bool may_close = may_close_behind(due ? &event : last);
    if (due) event = next_event();
    if (event.kind == POSTERN_EVENT_STARTTLS) event = next_event();
    if (!handshake && !(may_close && event.kind == POSTERN_EVENT_CLOSE)) {
        PF_CHECK(event.kind == POSTERN_EVENT_REPLY && event.code == 421);
        PF_CHECK(event.octets.size > 4 && memcmp(event.octets.data, "421 ", 4) == 0);
        event = next_event();
    }
    PF_CHECK(event.kind == POSTERN_EVENT_CLOSE && !pf_policed.open);
    now.closed = true;
}

/* Is this where the service was drawn to end? It ends then. */
static bool ends_here(postern_event_kind kind, const postern_event *last, bool due) {
    if (kind != now.end_kind || now.end_count == 0 || --now.end_count > 0) return false;
    pf_policed.ended = true;
    if (now.promised && !pf_policed.full) pf_policed.asked_count--; /* what nobody waits for any more */
    shut_down(last, due);
    return true;
}

/* Does a reply follow the line for certain? */
static bool is_answered_now(const postern_event *event) {
    return event->kind == POSTERN_EVENT_COMMAND && !now.promised &&
           postern_session_state_of(&now.session) != POSTERN_STATE_CHUNK;
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
        PF_CHECK(now.handshake || event.kind == POSTERN_EVENT_STARTTLS ||
                 postern_session_tls_done(&now.session) == POSTERN_MISUSE);
        if (event.kind == POSTERN_EVENT_NONE) {
            check_state();
            return true;
        }
        if (event.kind == POSTERN_EVENT_PENDING) {
            if (ends_here(event.kind, &event, false)) return false;
            decide_late();
            const bool message = event.stimulus == POSTERN_STIMULUS_DATA_BODY;
            if (ends_here(message ? POSTERN_EVENT_MESSAGE_END : POSTERN_EVENT_NONE, &event, true)) return false;
            continue;
        }
        PF_CHECK(event.begin <= event.end && event.end <= before + taken);
        PF_CHECK(event.kind != POSTERN_EVENT_DATA || (event.begin >= before && event.end == before + taken));
        append(kinds[event.kind], &event);
        now.closed = event.kind == POSTERN_EVENT_CLOSE;
        if (ends_here(event.kind, &event, is_answered_now(&event))) return false;
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
    now.more_chance = ~pf_policed_seed * 0x85ebca6bu;
    now.replies = 0;
    now.walk = pf_walk_begin();
    now.handshake = now.chunk = now.promised = false;
    run->full = run->open = run->ended = false;
    run->asked_count = 0;
    run->wrong = NULL;
    draw_config(&run->config, options);
    draw_policy(&run->policy);
    draw_end();
    postern_session_init(&now.session, &run->config, &run->policy, &now);
    (void)feed(&now, (const uint8_t *)"", 0);
    return &now;
}

static void tls_done(void *session) {
    (void)session;
    PF_CHECK(postern_session_tls_done(&now.session) == POSTERN_COMPLETE);
    now.handshake = false;
    now.walk.state = pf_model_state_next(now.walk.state, "STARTTLS_NEGOTIATED", 0);
    check_state();
}

static void close_session(void *session) {
    (void)session;
    pf_policed.closed = now.closed;
    pf_policed.within = postern_session_is_open(&now.session);
    if (!now.closed) shut_down(&(postern_event){.kind = POSTERN_EVENT_NONE}, false);
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
