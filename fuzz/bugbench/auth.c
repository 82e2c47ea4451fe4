/* auth.c: AUTH with PLAIN and LOGIN (RFC 4954 4, RFC 4616). Room: fuzz/bugbench.
 *
 * SPDX-License-Identifier: MIT */
#include "server.h"

#include <string.h>

enum { MECHANISM_LIMIT = 20, NO_BASE64 = -1, NO_MEMORY = 0 };

static int digit(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    return c == '/' ? 63 : -1;
}

/* Decode base64 (RFC 4648 4). Returns: octets, or NO_BASE64. */
static long decode(const char *text, size_t size, uint8_t *out) {
    uint32_t bits = 0;
    unsigned held = 0;
    size_t padding = 0;
    long length = 0;

    for (size_t i = 0; i < size; i++) {
        if (text[i] == '=' && (padding > 0 || i > 0)) {
            padding++;
            continue;
        }
        const int value = digit(text[i]);
        if (value < 0 || (padding > 0 && !BUG(32))) return NO_BASE64;
        bits = (bits << 6 | (uint32_t)value) & 0xffffu;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        out[length++] = (uint8_t)(bits >> held);
    }
    if (size % 4 != 0 || padding > 2) return NO_BASE64;
    return (bits & ((1u << held) - 1)) == 0 || BUG(32) ? length : NO_BASE64;
}

static size_t decoded_room(size_t size) {
    return BUG(31) ? 3 * (size / 4) + 1 : 3 * (size / 4) + 3;
}

static bool equals(const uint8_t *octets, size_t size, const char *word) {
    return size == strlen(word) && memcmp(octets, word, size) == 0;
}

/* [authzid] NUL authcid NUL passwd */
static int plain(const uint8_t *message, size_t size) {
    const uint8_t *end = message + size;
    const uint8_t *user = memchr(message, '\0', size);
    if (user == NULL) return 535;
    user++;
    const uint8_t *password = memchr(user, '\0', (size_t)(end - user));
    if (password == NULL) return 535;
    const bool known = equals(user, (size_t)(password - user), "user");
    password++;
    return known && equals(password, (size_t)(end - password), "pass") ? 235 : 535;
}

/* A message of the exchange. Returns: the code that answers it. */
static int message(bench_server *s, const uint8_t *octets, size_t size) {
    switch (s->login) {
    case LOGIN_USER:
        s->user_known = equals(octets, size, "user");
        s->login = LOGIN_PASSWORD;
        return 334;
    case LOGIN_PASSWORD: return s->user_known && equals(octets, size, "pass") ? 235 : 535;
    default: return plain(octets, size);
    }
}

void bench_auth_over(bench_server *s) {
    s->reading = READ_COMMAND;
    s->limit = bench_verb_limit(s, "MAIL");
}

/* Where the exchange goes from here: a longer line (RFC 4954 4), or back to commands. */
static void settle(bench_server *s, int code) {
    if (code == 235) s->authenticated = true;
    if (code != 334) {
        bench_auth_over(s);
        return;
    }
    s->reading = READ_AUTH;
    bench_line_limit(s, AUTH_LIMIT);
}

static bool is_mechanism(char c) {
    return (c >= 'A' && c <= 'Z') || bench_is_digit(c) || c == '-' || c == '_';
}

/* Decode, and have it judged when the mechanism is known. Returns: the code of the reply, or NO_MEMORY. */
static int encoded(bench_server *s, const char *text, size_t size, bool known) {
    const size_t room = decoded_room(size);
    uint8_t *out = bench_alloc(room);
    if (out == NULL) return NO_MEMORY;
    const long length = decode(text, size, out);
    int code = 501;
    if (length >= 0) code = known ? message(s, out, (size_t)length) : 504;
    bench_free(out, room);
    bench_work(size);
    return code;
}

int bench_auth(bench_server *s, const char *argument) {
    size_t size = 0;
    int code = 334;

    if (argument == NULL) return 501;
    while (size < MECHANISM_LIMIT && is_mechanism(argument[size])) size++;
    if (size == 0 || (argument[size] != '\0' && argument[size] != ' ')) return 501;
    const bool is_plain = size == 5 && strncmp(argument, "PLAIN", size) == 0;
    const bool known = is_plain || (size == 5 && strncmp(argument, "LOGIN", size) == 0);
    const char *initial = argument + size + (argument[size] == ' ' ? 1 : 0);
    s->login = is_plain ? LOGIN_PLAIN : LOGIN_USER;
    s->user_known = false;
    if (argument[size] == '\0')
        code = known ? 334 : 504;
    else if (strcmp(initial, "=") == 0)
        code = known ? message(s, (const uint8_t *)"", 0) : 504;
    else
        code = encoded(s, initial, strlen(initial), known);
    if (code == 501 || code == 504 || code == NO_MEMORY) return code;
    settle(s, code);
    return code;
}

void bench_auth_line(bench_server *s, const char *text, size_t size) {
    int code;

    bench_note(s, PF_EVENT_LINE, "AUTH_CONTINUATION", NULL);
    if (size == 0)
        code = message(s, (const uint8_t *)"", 0);
    else
        code = strcmp(text, "*") == 0 ? 501 : encoded(s, text, size, true);
    if (code == NO_MEMORY) {
        bench_no_memory(s);
        return;
    }
    settle(s, code);
    bench_reply(s, "AUTH_CONTINUATION", code);
}
