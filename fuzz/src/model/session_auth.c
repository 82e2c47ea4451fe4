/* model: the AUTH exchange of the test session, RFC 4954 section 4, with PLAIN (RFC 4616) and LOGIN.
 *
 * SPDX-License-Identifier: MIT */
#include "model/session.h"

#include <string.h>

#define AUTH_LINE_MAX 12288

static bool is_word(const uint8_t *octets, size_t size, const char *word) {
    return size == strlen(word) && memcmp(octets, word, size) == 0;
}

/* [authzid] NUL authcid NUL passwd; on whose behalf does not matter here. What is not of that form holds no right
 * credentials either. Returns: the code that the message deserves. */
static int plain_message(const uint8_t *message, size_t size) {
    const uint8_t *end = message + size;
    const uint8_t *first = size > 0 ? memchr(message, '\0', size) : NULL;
    const uint8_t *second = first != NULL ? memchr(first + 1, '\0', (size_t)(end - first) - 1) : NULL;
    if (second == NULL || memchr(second + 1, '\0', (size_t)(end - second) - 1) != NULL) return 535;
    bool right = is_word(first + 1, (size_t)(second - first) - 1, "user") &&
                 is_word(second + 1, (size_t)(end - second) - 1, "pass");
    return right ? 235 : 535;
}

/* A decoded message of the client. Returns: the reply; 334 asks for the next line. */
static int client_message(pf_session *s, const uint8_t *message, size_t size) {
    switch (s->step) {
    case AUTH_LOGIN_USER:
        s->user_known = is_word(message, size, "user");
        s->step = AUTH_LOGIN_PASSWORD;
        return 334;
    case AUTH_LOGIN_PASSWORD: return s->user_known && is_word(message, size, "pass") ? 235 : 535;
    case AUTH_PLAIN_MESSAGE: break;
    }
    return plain_message(message, size);
}

/* Base64, or nothing. */
static int encoded_message(pf_session *s, const uint8_t *text, size_t size) {
    uint8_t message[AUTH_LINE_MAX];
    pf_cursor c = {.octets = text, .end = size};
    if (size > 0 && !(pf_base64(&c) && pf_at_end(&c))) return 501;
    return client_message(s, message, pf_base64_decode(text, size, message));
}

static void settle(pf_session *s, int code) {
    s->authenticated = s->authenticated || code == 235;
    s->state = code == 334 ? PF_STATE_AUTH : PF_STATE_GREETED;
}

int pf_session_auth(pf_session *s, const pf_command_line *line, const pf_model_command *command) {
    bool plain = pf_span_spells(line->octets, command->mechanism, "PLAIN");
    if (!plain && !pf_span_spells(line->octets, command->mechanism, "LOGIN")) return 504;
    s->step = plain ? AUTH_PLAIN_MESSAGE : AUTH_LOGIN_USER;
    s->user_known = false;
    int code = 334;
    if (command->has_initial) {
        const uint8_t *initial = line->octets + command->initial.begin;
        size_t size = command->initial.end - command->initial.begin;
        code = is_word(initial, size, "=") ? client_message(s, initial, 0) : encoded_message(s, initial, size);
    }
    settle(s, code);
    return code;
}

bool pf_session_auth_continuation(pf_session *s) {
    const uint8_t *octets = s->octets + s->at;
    pf_line line = pf_decode_line(octets, s->size - s->at, AUTH_LINE_MAX);
    if (!line.complete) return false;
    size_t begin = s->at;
    s->at += line.size;
    const char *verb = line.error == NULL ? "AUTH_CONTINUATION" : NULL;
    int code = 500;
    if (line.error == NULL) {
        size_t text = pf_line_trim(octets, line.size);
        code = is_word(octets, text, "*") ? 501 : encoded_message(s, octets, text);
    }
    pf_session_line(s, verb, line.error, begin, s->at);
    settle(s, code);
    pf_session_reply(s, verb, code, begin, s->at);
    return true;
}
