/* auth_run.c: see auth_run.h. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "auth_run.h"

#include "../copy.h"

#include <string.h>

/* The session at hand. */
static struct {
    pf_test_user user; /* first: the test policy finds it here */
    const pf_auth_setup *setup;
    pf_auth_run *run;
    postern_config config;
    postern_policy policy;
    postern_session session;
} now;

static pf_auth_octets keep(postern_slice octets) {
    pf_auth_run *run = now.run;
    pf_auth_octets kept = {.present = octets.data != NULL, .at = (uint32_t)run->used};

    if (octets.size > sizeof run->arena - run->used) {
        run->full = true;
        return kept;
    }
    kept.size = (uint32_t)octets.size;
    if (octets.size > 0) pf_copy(run->arena + run->used, octets.data, octets.size);
    run->used += octets.size;
    return kept;
}

static pf_auth_told *listen(void) {
    static pf_auth_told spare;
    pf_auth_run *run = now.run;

    if (run->told_count == PF_AUTH_TOLD) {
        run->full = true;
        return &spare;
    }
    pf_auth_told *told = &run->told[run->told_count++];
    *told = (pf_auth_told){.reply = run->reply_count};
    return told;
}

/* ---- The policy ---- */

static bool begins(postern_slice slice, const char *prefix) {
    const size_t size = strlen(prefix);
    return slice.size >= size && memcmp(slice.data, prefix, size) == 0;
}

static bool is(postern_slice slice, const char *text) {
    return slice.size == strlen(text) && begins(slice, text);
}

/* The code that the policy gives; 235: it accepts. */
static int judge(const postern_credentials *credentials) {
    static const int codes[] = {235, 535, 454, 534};
    const postern_slice name = credentials->authcid;

    if (now.setup->blind) return codes[now.setup->seed >> 2 * (now.run->told_count % 16) & 3];
    if (is(name, "user") && is(credentials->password, "pass")) return 235;
    if (begins(name, "yes-")) return 235;
    if (begins(name, "later-")) return 454;
    if (begins(name, "weak-")) return 534;
    return 535;
}

static postern_decision decision_of(int code, postern_slice name) {
    static const char text[] = "no\r\n235 come in\n\x1b[2J";

    if (code == 235) return (postern_decision){.verdict = POSTERN_ACCEPT};
    postern_decision decision = {.verdict = POSTERN_ANSWER, .code = code};
    if (!now.setup->blind && begins(name, "wrong-")) decision.code = 235;
    if (!now.setup->blind && begins(name, "odd-")) decision.code = 250;
    if (code == 454) decision.text = (postern_slice){(const uint8_t *)text, sizeof text - 1};
    return decision;
}

static postern_decision authenticate(void *user, const postern_credentials *credentials) {
    (void)user;
    const int code = judge(credentials);
    const postern_decision decision = decision_of(code, credentials->authcid);
    pf_auth_told *told = listen();

    told->code = decision.verdict == POSTERN_ACCEPT             ? 235
                 : decision.code == 235 || decision.code == 250 ? 451
                                                                : decision.code;
    told->authzid = keep(credentials->authzid);
    told->authcid = keep(credentials->authcid);
    told->password = keep(credentials->password);
    if (!now.user.late) return decision;
    now.user.pending = decision;
    return (postern_decision){.verdict = POSTERN_PENDING};
}

/* ---- The mechanism ---- */

static postern_auth_status puppet_step(const postern_policy *policy, void *user, postern_auth *auth,
                                       postern_slice response) {
    static const int codes[] = {235, 535, 501, 454, 534, 432, 334, 334};
    static const postern_auth_status outcomes[] = {POSTERN_AUTH_SUCCESS,   POSTERN_AUTH_CREDENTIALS,
                                                   POSTERN_AUTH_MALFORMED, POSTERN_AUTH_TEMPORARY,
                                                   POSTERN_AUTH_TOO_WEAK,  POSTERN_AUTH_ANSWER,
                                                   POSTERN_AUTH_CHALLENGE, POSTERN_AUTH_CHALLENGE};
    const size_t outcome = response.size > 0 ? response.data[0] % 8 : 6;
    pf_auth_told *told = listen();

    (void)policy;
    (void)user;
    told->puppet = true;
    told->code = codes[outcome] == 334 && response.size > sizeof auth->challenge ? 454 : codes[outcome];
    told->response = keep(response);
    /* It remembers what it can, and asks for more than there is room for. */
    const size_t size = response.size < sizeof auth->memory ? response.size : sizeof auth->memory;
    if (size > 0) pf_copy(auth->memory, response.data, size);
    auth->memory_size = size;
    auth->challenge_size = response.size;
    memset(auth->challenge, PF_AUTH_CHALLENGE_OCTET, sizeof auth->challenge);
    auth->answer = (postern_decision){.verdict = POSTERN_ANSWER, .code = 432};
    if (outcome != 0 || !now.user.late) return outcomes[outcome];
    now.user.pending = (postern_decision){.verdict = POSTERN_ACCEPT};
    return POSTERN_AUTH_PENDING;
}

/* ---- The run ---- */

static void note_reply(const postern_event *event, size_t shift) {
    pf_auth_run *run = now.run;

    if (run->reply_count == PF_AUTH_REPLIES) {
        run->full = true;
        return;
    }
    run->replies[run->reply_count++] = (pf_auth_reply){.stimulus = event->stimulus,
                                                       .verb = event->verb,
                                                       .code = event->code,
                                                       .begin = (size_t)event->begin + shift,
                                                       .end = (size_t)event->end + shift,
                                                       .text = keep(event->octets)};
}

/* Feed until all is taken. Returns: the last event: NONE, STARTTLS (what is left is worth nothing) or CLOSE. */
static postern_event pump(const uint8_t *octets, size_t size, size_t shift) {
    for (;;) {
        postern_event event;
        size_t taken;

        (void)!postern_session_feed(&now.session, octets, size, &taken, &event);
        octets += taken;
        size -= taken;
        switch (event.kind) {
        case POSTERN_EVENT_REPLY: note_reply(&event, shift); break;
        case POSTERN_EVENT_PENDING: (void)!postern_session_decide(&now.session, &now.user.pending); break;
        case POSTERN_EVENT_NONE:
        case POSTERN_EVENT_STARTTLS:
        case POSTERN_EVENT_CLOSE: return event;
        default: break;
        }
    }
}

static void begin(const pf_auth_setup *setup) {
    static const postern_mechanism puppet = {.name = "X-PUPPET", .plaintext = false, .step = puppet_step};
    static const postern_mechanism *const mechanisms[] = {&postern_mechanism_plain, &postern_mechanism_login, &puppet};

    now.setup = setup;
    pf_test_setup(&now.config, &now.user, setup->options);
    now.config.mechanisms = mechanisms;
    now.config.mechanism_count = sizeof mechanisms / sizeof *mechanisms;
    now.config.plaintext_auth = !setup->no_plaintext;
    now.policy = pf_test_policy;
    now.policy.authenticate = authenticate;
    memset(&now.session, 0xa5, sizeof now.session);
    postern_session_init(&now.session, &now.config, &now.policy, &now.user);
}

const postern_session *pf_auth_play(const pf_auth_setup *setup, const uint8_t *octets, size_t size, const size_t *cuts,
                                    size_t cut_count, pf_auth_run *run) {
    size_t shift = 0; /* octets that were not fed */
    size_t at = 0;

    run->told_count = run->reply_count = run->used = 0;
    run->full = false;
    now.run = run;
    begin(setup);
    postern_event event = pump(octets, 0, 0);
    while (at < size && event.kind != POSTERN_EVENT_CLOSE) {
        for (; cut_count > 0 && *cuts <= at; cuts++) cut_count--;
        const size_t end = cut_count > 0 && *cuts < size ? *cuts : size;
        event = pump(octets + at, end - at, shift);
        at = end;
        if (event.kind != POSTERN_EVENT_STARTTLS) continue;
        const size_t accepted = (size_t)event.end + shift;
        at = pf_handshake_find(octets, size, accepted);
        if (at == size) break;
        at += PF_HANDSHAKE_SIZE;
        shift += at - accepted;
        (void)!postern_session_tls_done(&now.session);
    }
    if (setup->shut_down) {
        postern_session_shutdown(&now.session);
        (void)pump(octets, 0, shift);
    }
    return &now.session;
}
