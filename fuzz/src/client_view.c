/* client_view.c: what of a client's stream must be answered next, told by the replies so far. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "client_view.h"

#include <postern/fuzz/coverage.h>

#include <string.h>

/* ---- Reading ---- */

/* The end of the line that begins at `at`, behind its CRLF; 0 when it is not there. */
static size_t line_end(const uint8_t *octets, size_t size, size_t at) {
    for (; at + 1 < size; at++)
        if (octets[at] == '\r' && octets[at + 1] == '\n') return at + 2;
    return 0;
}

/* The end of the message that begins at `at`, behind CRLF "." CRLF; 0 when it is not there. */
static size_t message_end(const uint8_t *octets, size_t size, size_t at) {
    for (size_t end; (end = line_end(octets, size, at)) != 0; at = end)
        if (end - at == 3 && octets[at] == '.') return end;
    return 0;
}

static uint8_t upper(uint8_t octet) {
    return octet >= 'a' && octet <= 'z' ? (uint8_t)(octet - 'a' + 'A') : octet;
}

/* The word at `*at`, upper case, cut where it is longer than any verb. Out: at, behind it and the spaces there. */
static void read_word(const uint8_t *octets, size_t end, size_t *at, char word[static 24]) {
    size_t size = 0;

    for (; *at < end && octets[*at] != ' ' && octets[*at] != '\t' && octets[*at] != '\r'; (*at)++)
        if (size < 23) word[size++] = (char)upper(octets[*at]);
    word[size] = '\0';
    while (*at < end && (octets[*at] == ' ' || octets[*at] == '\t')) (*at)++;
}

/* Is there a CR, a LF or a NUL within the line? Also when its end has not come. */
static bool is_broken(const uint8_t *octets, size_t begin, size_t size) {
    for (size_t i = begin; i < size; i++) {
        const bool ends = octets[i] == '\r' && i + 1 < size && octets[i + 1] == '\n';
        const bool may_end = octets[i] == '\r' && i + 1 == size;
        if (ends || may_end) return false;
        if (octets[i] == '\r' || octets[i] == '\n' || octets[i] == '\0') return true;
    }
    return false;
}

bool pf_client_is_lost(const pf_client_view *client, const uint8_t *octets, size_t size) {
    const bool reads_line = client->place == PF_CLIENT_COMMANDS || client->place == PF_CLIENT_AUTH;
    return client->place == PF_CLIENT_LOST || (client->practice && reads_line && is_broken(octets, client->at, size));
}

/* A constant string, for a word that a client sends. */
static const char *verb_of(const char *word) {
    for (size_t i = 0; i < PF_VERBS; i++) {
        const char *name = pf_verb_name(i);
        const bool command = name != NULL && strcmp(name, "CONNECT") != 0 && strchr(name, '_') == NULL;
        if (command && strcmp(name, word) == 0) return name;
    }
    return "UNKNOWN";
}

/* BDAT: where its octets end. What is no size has none; of one that no number holds nobody knows. */
static void read_chunk(const uint8_t *octets, size_t at, size_t size, pf_due *due) {
    const size_t most = SIZE_MAX / 2 - due->end;
    const size_t first = at;
    size_t count = 0;
    bool known = true;
    char word[24];

    for (; octets[at] >= '0' && octets[at] <= '9'; at++) {
        const size_t digit = (size_t)(octets[at] - '0');
        known = known && count <= (most - digit) / 10;
        if (known) count = count * 10 + digit;
    }
    const bool ends = octets[at] == ' ' || octets[at] == '\t' || octets[at] == '\r';
    due->chunk = due->end;
    if (at == first || !ends) return;
    due->complete = known && count <= size - due->end;
    if (known) due->chunk += count;
    read_word(octets, due->end, &at, word); /* nothing, and the spaces */
    read_word(octets, due->end, &at, word);
    due->last = strcmp(word, "LAST") == 0;
}

static bool due_line(const pf_client_view *client, const uint8_t *octets, size_t size, pf_due *due) {
    char word[24];
    size_t at = due->begin;

    due->end = line_end(octets, size, at);
    if (due->end == 0) return false;
    due->complete = true;
    if (client->place == PF_CLIENT_AUTH) {
        due->verb = "AUTH_CONTINUATION";
        return true;
    }
    if (is_broken(octets, at, due->end)) {
        due->verb = NULL;
        return true;
    }
    read_word(octets, due->end, &at, word);
    due->verb = verb_of(word);
    due->loose = octets[due->begin + strlen(word)] == '\t';
    if (strcmp(due->verb, "BDAT") == 0) read_chunk(octets, at, size, due);
    return true;
}

bool pf_client_due(const pf_client_view *client, const uint8_t *octets, size_t size, pf_due *due) {
    if (pf_client_is_lost(client, octets, size)) return false;
    *due = (pf_due){.verb = "CONNECT", .begin = client->at, .number = client->answered, .complete = true};
    switch (client->place) {
    case PF_CLIENT_GREETING: return true;
    case PF_CLIENT_BODY:
        due->verb = "DATA";
        due->body = true;
        due->end = message_end(octets, size, client->at);
        return due->end != 0;
    case PF_CLIENT_COMMANDS:
    case PF_CLIENT_AUTH: return due_line(client, octets, size, due);
    case PF_CLIENT_TLS:
        if (!client->shakes_hands) return false;
        due->begin = pf_handshake_find(octets, size, client->at);
        if (due->begin == size) return false;
        due->begin += PF_HANDSHAKE_SIZE;
        return due_line(client, octets, size, due);
    default: return false;
    }
}

/* ---- Answers ---- */

static bool is(const char *verb, const char *name) {
    return verb != NULL && strcmp(verb, name) == 0;
}

static bool offers_chunking(const uint8_t *text, size_t size) {
    static const char keyword[] = "CHUNKING";
    const size_t length = sizeof keyword - 1;

    for (size_t i = 0; i + length <= size; i++)
        if (memcmp(text + i, keyword, length) == 0) return true;
    return false;
}

static bool is_one_of(int code, const int *list) {
    while (*list != 0 && *list != code) list++;
    return *list != 0;
}

/* Does the reply speak of the line BDAT, and not of the octets behind it? */
static bool of_the_line(int code) {
    static const int codes[] = {500, 501, 502, 503, 504, 521, 530, 0};
    return is_one_of(code, codes);
}

static void answered_line(pf_client_view *client, const pf_due *due, int code, const uint8_t *text, size_t size) {
    const bool success = code / 100 == 2;

    client->at = due->end;
    client->place = PF_CLIENT_COMMANDS;
    if (is(due->verb, "EHLO") || is(due->verb, "LHLO")) client->chunking = success && offers_chunking(text, size);
    if (is(due->verb, "MAIL") && success) client->recipients = 0;
    if (is(due->verb, "RCPT") && success) client->recipients++;
    if (is(due->verb, "DATA") && code == 354) client->place = PF_CLIENT_BODY;
    if (is(due->verb, "STARTTLS") && code == 220) client->place = PF_CLIENT_TLS;
    if ((is(due->verb, "AUTH") || is(due->verb, "AUTH_CONTINUATION")) && code == 334) client->place = PF_CLIENT_AUTH;
}

/* The end of a message, of which there are as many replies as recipients in LMTP. */
static void answered_message(pf_client_view *client, size_t end) {
    if (client->lmtp && ++client->answered < client->recipients) return;
    client->answered = 0;
    client->recipients = 0;
    client->at = end;
    client->place = PF_CLIENT_COMMANDS;
}

static const char *answered_bdat(pf_client_view *client, const pf_due *due, int code) {
    const bool unheard = (code == 500 || code == 502) && !client->chunking;

    if (!of_the_line(code) && due->last) {
        answered_message(client, due->chunk);
        return "BDAT_CHUNK";
    }
    client->at = due->chunk;
    client->answered = 0;
    client->place = PF_CLIENT_COMMANDS; /* the handshake, if there was one, is done */
    /* Who knows nothing of chunks takes its octets for commands. */
    if (unheard && due->chunk > due->end) client->place = PF_CLIENT_LOST;
    return of_the_line(code) ? "BDAT" : "BDAT_CHUNK";
}

const char *pf_client_answered(pf_client_view *client, const pf_due *due, int code, const uint8_t *text, size_t size) {
    enum { LINE_MOST = 512 };
    /* Of a line that is over the limit of RFC 5321 4.5.3.1.4 nobody has to read the verb. */
    const bool unread = code == 500 && !due->body && due->end - due->begin > LINE_MOST;
    const char *verb = unread ? NULL : code == 500 && due->loose ? "UNKNOWN" : due->verb;

    if (client->place == PF_CLIENT_GREETING) {
        client->place = PF_CLIENT_COMMANDS;
    } else if (due->body) {
        answered_message(client, due->end);
        verb = "DATA_BODY";
    } else if (is(due->verb, "BDAT")) {
        verb = answered_bdat(client, due, code);
    } else
        answered_line(client, due, code, text, size);
    if (code == 221 || code == 421) client->place = PF_CLIENT_OVER;
    return verb;
}
