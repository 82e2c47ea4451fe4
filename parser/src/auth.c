/* auth.c: the AUTH exchange (RFC 4954 4), and the mechanisms PLAIN (RFC 4616) and LOGIN.
 *
 * SPDX-License-Identifier: MIT */
#include "engine.h"

#include <postern/codec.h>

#include <string.h>

/* ---- The exchange ---- */

/* memset that stays, though nobody reads the octets any more. */
static void wipe(void *octets, size_t size) {
    memset(octets, 0, size);
#if defined(__GNUC__)
    __asm__ volatile("" : : "r"(octets) : "memory");
#endif
}

void postern_engine_auth_wipe(postern_session *s, uint64_t line) {
    wipe(s->line.buffer, line < sizeof s->line.buffer ? (size_t)line : sizeof s->line.buffer);
    /* What was decoded is shorter than what it came from. */
    wipe(s->decoded, line < sizeof s->decoded ? (size_t)line : sizeof s->decoded);
    s->auth_told = s->question == QUESTION_AUTH;
    if (s->state != POSTERN_STATE_AUTH && s->question != QUESTION_AUTH) {
        wipe(&s->auth, sizeof s->auth);
    }
}

bool postern_engine_auth_offers(const postern_session *s, const postern_mechanism *mechanism) {
    return !mechanism->plaintext || s->tls || s->config->plaintext_auth;
}

void postern_engine_auth_end(postern_session *s) {
    s->state = POSTERN_STATE_GREETED;
    s->mechanism = NULL;
    postern_line_set_limit(&s->line, postern_command_limit_max(s->in_force));
}

static const postern_mechanism *find_mechanism(const postern_session *s, postern_slice name) {
    for (size_t i = 0; i < s->config->mechanism_count; i++) {
        const postern_mechanism *mechanism = s->config->mechanisms[i];
        size_t n = 0;
        while (n < name.size && mechanism->name[n] == (char)name.data[n]) {
            n++;
        }
        if (n == name.size && mechanism->name[n] == '\0') {
            return mechanism;
        }
    }
    return NULL;
}

/* End the exchange with a refusal. */
static void fail(postern_session *s, int code, postern_enhanced enhanced) {
    const postern_decision decision = {.verdict = POSTERN_ANSWER, .code = code, .enhanced = enhanced};
    postern_engine_settle(s, QUESTION_AUTH, &decision);
}

/* Hand a decoded response to the mechanism, and do what it says. */
static void step(postern_session *s, postern_slice response) {
    static const postern_decision accepted = {.verdict = POSTERN_ACCEPT};
    static const postern_decision pending = {.verdict = POSTERN_PENDING};

    s->auth.challenge_size = 0;
    const postern_auth_status status = s->mechanism->step(s->policy, s->user, &s->auth, response);
    switch (status) {
    case POSTERN_AUTH_CHALLENGE:
        if (s->auth.challenge_size > sizeof s->auth.challenge) {
            break; /* a part of it would be another challenge */
        }
        s->state = POSTERN_STATE_AUTH;
        postern_line_set_limit(&s->line, POSTERN_AUTH_LINE_MAX);
        postern_engine_answer_challenge(s, s->auth.challenge, s->auth.challenge_size);
        return;
    case POSTERN_AUTH_SUCCESS: postern_engine_settle(s, QUESTION_AUTH, &accepted); return;
    case POSTERN_AUTH_PENDING: postern_engine_settle(s, QUESTION_AUTH, &pending); return;
    case POSTERN_AUTH_ANSWER: postern_engine_settle(s, QUESTION_AUTH, &s->auth.answer); return;
    case POSTERN_AUTH_MALFORMED: fail(s, 501, (postern_enhanced){5, 5, 2}); return;
    case POSTERN_AUTH_TEMPORARY: break;
    case POSTERN_AUTH_TOO_WEAK: fail(s, 534, (postern_enhanced){5, 7, 9}); return;
    case POSTERN_AUTH_CREDENTIALS: fail(s, 535, (postern_enhanced){5, 7, 8}); return;
    }
    fail(s, 454, (postern_enhanced){4, 7, 0});
}

void postern_engine_auth_begin(postern_session *s) {
    const postern_slice initial = s->command.initial;
    postern_fault fault;
    size_t size = 0;

    s->mechanism = find_mechanism(s, s->command.mechanism);
    if (s->mechanism == NULL) {
        postern_engine_refuse(s, POSTERN_ERROR_PARAMETER_NOT_IMPLEMENTED);
        return;
    }
    if (!postern_engine_auth_offers(s, s->mechanism)) {
        fail(s, 538, (postern_enhanced){5, 7, 11});
        return;
    }
    s->auth.step = 0;
    s->auth.memory_size = 0;
    memset(s->auth.challenge, 0, sizeof s->auth.challenge); /* what a mechanism counts and does not write goes out */
    if (initial.data == NULL) {
        step(s, (postern_slice){NULL, 0});
        return;
    }
    /* "=" is a response of no octets (RFC 4954 4). The command layer has checked the alphabet and the padding. */
    if (!(initial.size == 1 && initial.data[0] == '=') &&
        postern_base64_decode(s->decoded, sizeof s->decoded, initial.data, initial.size, &size, &fault) !=
            POSTERN_COMPLETE) {
        postern_engine_auth_end(s);
        postern_engine_refuse(s, POSTERN_ERROR_BASE64_SYNTAX);
        return;
    }
    step(s, (postern_slice){s->decoded, size});
}

void postern_engine_auth_continue(postern_session *s, postern_slice line, postern_fault *fault) {
    size_t size = line.size - 2; /* without CRLF */
    size_t written;

    while (size > 0 && (line.data[size - 1] == ' ' || line.data[size - 1] == '\t')) {
        size--;
    }
    if (size == 1 && line.data[0] == '*') {
        *fault = (postern_fault){POSTERN_ERROR_AUTH_CANCELLED, 0};
    } else if (postern_base64_decode(s->decoded, sizeof s->decoded, line.data, size, &written, fault) ==
               POSTERN_COMPLETE) {
        step(s, (postern_slice){s->decoded, written});
        return;
    }
    postern_engine_auth_end(s);
    postern_engine_refuse(s, fault->error);
}

/* ---- Mechanisms ---- */

/* Ask the policy. */
static postern_auth_status authenticate(const postern_policy *policy, void *user, postern_auth *auth,
                                        const postern_credentials *credentials) {
    if (policy->authenticate == NULL) {
        return POSTERN_AUTH_CREDENTIALS;
    }
    auth->answer = policy->authenticate(user, credentials);
    switch (auth->answer.verdict) {
    case POSTERN_ACCEPT: return POSTERN_AUTH_SUCCESS;
    case POSTERN_PENDING: return POSTERN_AUTH_PENDING;
    case POSTERN_ANSWER: break;
    }
    return POSTERN_AUTH_ANSWER;
}

/* The part of `octets` before the first NUL, which is taken off with it. Out: found, whether there was a NUL. */
static postern_slice take_field(postern_slice *octets, bool *found) {
    const uint8_t *nul = octets->size > 0 ? memchr(octets->data, 0, octets->size) : NULL;
    const size_t size = nul != NULL ? (size_t)(nul - octets->data) : octets->size;
    const postern_slice field = {octets->data, size};
    const size_t skipped = nul != NULL ? size + 1 : size;

    *found = nul != NULL;
    octets->data += skipped;
    octets->size -= skipped;
    return field;
}

/* RFC 4616 2: [authzid] NUL authcid NUL passwd. The last two are never empty. What is not of that form is
 * no right answer either: 501 is for base64 that cannot be decoded (RFC 4954 4). */
static postern_auth_status plain_step(const postern_policy *policy, void *user, postern_auth *auth,
                                      postern_slice response) {
    postern_credentials credentials;
    bool first, second, third;

    if (response.data == NULL) {
        return POSTERN_AUTH_CHALLENGE; /* an empty one: the client goes first */
    }
    credentials.authzid = take_field(&response, &first);
    credentials.authcid = take_field(&response, &second);
    credentials.password = take_field(&response, &third);
    const bool well_formed = first && second && !third;
    if (!well_formed || credentials.authcid.size == 0 || credentials.password.size == 0) {
        return POSTERN_AUTH_CREDENTIALS;
    }
    return authenticate(policy, user, auth, &credentials);
}

/* A response that can be a name or a password: not empty, and without NUL. */
static bool is_word(postern_slice response) {
    return response.size > 0 && memchr(response.data, 0, response.size) == NULL;
}

static postern_auth_status login_ask(postern_auth *auth, const char *prompt, size_t size) {
    memcpy(auth->challenge, prompt, size);
    auth->challenge_size = size;
    return POSTERN_AUTH_CHALLENGE;
}

/* LOGIN has no RFC: the server asks for the user name, then for the password. Many clients send the user name as an
 * initial response, and servers take it. A name that cannot be one is not told from one that is not known. */
static postern_auth_status login_step(const postern_policy *policy, void *user, postern_auth *auth,
                                      postern_slice response) {
    if (response.data == NULL) {
        return login_ask(auth, "Username:", 9);
    }
    if (auth->step++ == 0) {
        if (is_word(response) && response.size <= sizeof auth->memory) {
            memcpy(auth->memory, response.data, response.size);
            auth->memory_size = response.size;
        }
        return login_ask(auth, "Password:", 9);
    }
    if (auth->memory_size == 0 || !is_word(response)) {
        return POSTERN_AUTH_CREDENTIALS;
    }
    const postern_credentials credentials = {
        .authzid = {NULL, 0}, .authcid = {auth->memory, auth->memory_size}, .password = response};
    return authenticate(policy, user, auth, &credentials);
}

const postern_mechanism postern_mechanism_plain = {.name = "PLAIN", .plaintext = true, .step = plain_step};
const postern_mechanism postern_mechanism_login = {.name = "LOGIN", .plaintext = true, .step = login_step};
