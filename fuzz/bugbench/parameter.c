/* parameter.c: the parameters of MAIL and RCPT (RFC 5321 4.1.2 and the extensions). Room: fuzz/bugbench.
 *
 * SPDX-License-Identifier: MIT */
#include "server.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* One parameter, in the text. */
typedef struct parameter {
    const char *keyword;
    size_t keyword_size;
    const char *value; /* NULL: none */
    size_t value_size;
    bool known;
} parameter;

typedef bool value_check(const parameter *given, bench_parameters *all);

static bool value_is(const parameter *given, const char *word) {
    return bench_is_word(given->value, given->value_size, word);
}

/* A number of at most 20 digits; over 2^63-1 it is too large (RFC 1870 6). */
static bool check_size(const parameter *given, bench_parameters *all) {
    const uint64_t most = INT64_MAX;
    uint64_t value = 0;

    if (BUG(49)) return atoi(given->value) <= INT32_MAX;
    if (given->value_size > 20) return false;
    for (size_t i = 0; i < given->value_size; i++) {
        if (!bench_is_digit(given->value[i])) return false;
        const uint64_t digit = (uint64_t)(given->value[i] - '0');
        if (value > (most - digit) / 10)
            all->too_large = true;
        else
            value = value * 10 + digit;
    }
    return true;
}

static bool check_body(const parameter *given, bench_parameters *all) {
    all->binarymime = value_is(given, "BINARYMIME");
    all->eightbit = value_is(given, "8BITMIME");
    return all->binarymime || all->eightbit || value_is(given, "7BIT");
}

static bool check_ret(const parameter *given, bench_parameters *all) {
    (void)all;
    return value_is(given, "FULL") || value_is(given, "HDRS");
}

static int hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decode xtext (RFC 3461 4) in place. Returns: its new size; SIZE_MAX when it is none. */
static size_t decode_xtext(char *text, size_t size) {
    size_t length = 0;

    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '+') {
            const int high = BUG(51) || i + 2 < size ? hex(text[i + 1]) : -1;
            const int low = BUG(51) || i + 2 < size ? hex(text[i + 2]) : -1;
            if ((high < 0 || low < 0) && !BUG(51)) return SIZE_MAX;
            c = (unsigned char)((high & 15) * 16 + (low & 15));
            i += 2;
        } else if (c < 33 || c > 126 || c == '=')
            return SIZE_MAX;
        text[length++] = (char)c;
    }
    return length;
}

/* What xtext stands for, in a block of `size` octets. Returns: NULL when it is none, or there is no memory. Out:
 * length. */
static char *xtext(const char *value, size_t size, size_t *length, bench_parameters *all) {
    char *text = bench_alloc(size);

    if (text == NULL) {
        all->no_memory = true;
        return NULL;
    }
    memcpy(text, value, size);
    *length = decode_xtext(text, size);
    if (*length != SIZE_MAX) return text;
    bench_free(text, size);
    return NULL;
}

static bool is_printable(const char *text, size_t size) {
    for (size_t i = 0; i < size; i++)
        if ((text[i] < ' ' || text[i] > '~') && !BUG(50)) return false;
    return true;
}

/* AUTH= xtext of a mailbox, or "<>" (RFC 4954 5) */
static bool check_auth(const parameter *given, bench_parameters *all) {
    bench_mailbox mailbox = {.local = NULL};
    size_t length;

    if (value_is(given, "<>")) return true;
    char *text = xtext(given->value, given->value_size, &length, all);
    if (text == NULL) return false;
    bool good = memchr(text, '\0', length) == NULL;
    char *copy = good ? bench_copy(text, length) : NULL;
    if (good && copy == NULL) all->no_memory = true;
    const char *end = copy != NULL ? bench_mailbox_read(copy, all->smtputf8, &mailbox) : NULL;
    good = end != NULL && *end == '\0' && !mailbox.too_long;
    bench_free(copy, length + 1);
    bench_free(text, given->value_size);
    return good;
}

static bool check_envid(const parameter *given, bench_parameters *all) {
    if (given->value_size > 100 || all->envelope_id != NULL) return false;
    all->envelope_id_room = given->value_size;
    all->envelope_id = xtext(given->value, given->value_size, &all->envelope_id_size, all);
    return all->envelope_id != NULL && is_printable(all->envelope_id, all->envelope_id_size);
}

/* addr-type ";" xtext (RFC 3461 4.2), in UTF-8 for the type utf-8 (RFC 6533 3) */
static bool check_orcpt(const parameter *given, bench_parameters *all) {
    const char *end = given->value + given->value_size;
    const char *at = given->value;

    if (strlen("ORCPT=") + given->value_size > 500) return false;
    while (at < end && bench_is_atext(*at)) at++;
    if (at == given->value || at == end || *at != ';') return false;
    const bool utf8 = all->smtputf8 && bench_is_word(given->value, (size_t)(at - given->value), "UTF-8");
    for (at++; at < end;) {
        const char *begin = at;
        size_t length;
        while (at < end && (unsigned char)*at < 128) at++;
        if (at > begin) {
            char *text = xtext(begin, (size_t)(at - begin), &length, all);
            const bool good = text != NULL && is_printable(text, length);
            bench_free(text, (size_t)(at - begin));
            if (!good) return false;
        } else {
            const size_t size = utf8 ? bench_utf8(at) : 0;
            if (size == 0) return false;
            at += size;
        }
    }
    return true;
}

/* NEVER, or a list */
static bool check_notify(const parameter *given, bench_parameters *all) {
    const char *end = given->value + given->value_size;
    const char *at = given->value;

    (void)all;
    if (value_is(given, "NEVER")) return true;
    for (;;) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const size_t size = (size_t)((comma != NULL ? comma : end) - at);
        if (!bench_is_word(at, size, "SUCCESS") && !bench_is_word(at, size, "FAILURE") &&
            !bench_is_word(at, size, "DELAY"))
            return false;
        if (comma == NULL) return true;
        at = comma + 1;
    }
}

/* by-time ";" by-mode [by-trace] (RFC 2852 4) */
static bool check_by(const parameter *given, bench_parameters *all) {
    const char *end = given->value + given->value_size;
    const char *at = given->value;
    const bool negative = *at == '-';
    unsigned long seconds = 0;

    (void)all;
    if (*at == '-' || *at == '+') at++;
    const char *digits = at;
    for (; at < end && bench_is_digit(*at); at++) seconds = at - digits < 9 ? seconds * 10 + (unsigned)(*at - '0') : 0;
    if (at == digits || at - digits > 9 || at == end || *at++ != ';' || at == end) return false;
    const bool may_return = seconds > 0 && !negative;
    if (*at != 'N' && *at != 'n' && !(may_return && (*at == 'R' || *at == 'r'))) return false;
    at++;
    if (at < end && (*at == 'T' || *at == 't')) at++;
    return at == end;
}

static bool check_holdfor(const parameter *given, bench_parameters *all) {
    (void)all;
    if (given->value_size > 9 || given->value[0] == '0') return false;
    for (size_t i = 0; i < given->value_size; i++)
        if (!bench_is_digit(given->value[i])) return false;
    return true;
}

/* Digits of a fixed width within bounds; -1 for none. */
static int field(const char *at, size_t width, int least, int most) {
    int value = 0;

    for (size_t i = 0; i < width; i++) {
        if (!bench_is_digit(at[i])) return -1;
        value = value * 10 + at[i] - '0';
    }
    return value >= least && value <= most ? value : -1;
}

/* date-time in UTC (RFC 3339 5.6, 5.7; RFC 4865 5) */
static bool check_holduntil(const parameter *given, bench_parameters *all) {
    static const char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    static const char form[] = "dddd-dd-ddTdd:dd:dd";
    const char *at = given->value;
    const char *end = at + given->value_size;

    (void)all;
    if (given->value_size < sizeof form) return false;
    for (size_t i = 0; i < sizeof form - 1; i++)
        if (form[i] != 'd' && form[i] != at[i] && !(i == 10 && at[i] == 't')) return false;
    const int year = field(at, 4, 0, 9999);
    const int month = field(at + 5, 2, 1, 12);
    if (year < 0 || month < 0) return false;
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    const int last = days[month - 1] + (month == 2 && leap ? 1 : 0);
    const int day = field(at + 8, 2, 1, last);
    const int hour = field(at + 11, 2, 0, 23);
    const int minute = field(at + 14, 2, 0, 59);
    const int second = field(at + 17, 2, 0, 60);
    if (day < 0 || hour < 0 || minute < 0 || second < 0) return false;
    if (second == 60 && !(day == last && hour == 23 && minute == 59)) return false;
    at += sizeof form - 1;
    if (at < end && *at == '.') {
        const char *fraction = ++at;
        while (at < end && bench_is_digit(*at)) at++;
        if (at == fraction) return false;
    }
    return end - at == 1 && (*at == 'Z' || *at == 'z');
}

static bool check_priority(const parameter *given, bench_parameters *all) {
    const size_t sign = given->value[0] == '-' ? 1 : 0;

    (void)all;
    if (given->value_size != sign + 1 || !bench_is_digit(given->value[sign])) return false;
    return sign == 0 || given->value[1] != '0';
}

static const struct known {
    const char *keyword;
    bool mail;
    value_check *check; /* NULL: it has no value */
} known[] = {
    {"SIZE", true, check_size},       {"BODY", true, check_body},           {"AUTH", true, check_auth},
    {"RET", true, check_ret},         {"ENVID", true, check_envid},         {"BY", true, check_by},
    {"HOLDFOR", true, check_holdfor}, {"HOLDUNTIL", true, check_holduntil}, {"MT-PRIORITY", true, check_priority},
    {"SMTPUTF8", true, NULL},         {"REQUIRETLS", true, NULL},           {"NOTIFY", false, check_notify},
    {"ORCPT", false, check_orcpt},
};

/* keyword [ "=" value ]. Returns: where it ends, or NULL. */
static const char *read_parameter(const char *at, bool utf8, parameter *out) {
    out->keyword = at;
    if (!bench_is_alnum(*at)) return NULL;
    while (bench_is_alnum(*at) || *at == '-') at++;
    out->keyword_size = (size_t)(at - out->keyword);
    out->value = NULL;
    out->value_size = 0;
    if (*at != '=') return at;
    out->value = ++at;
    for (;;) {
        const size_t size = *at > ' ' && *at <= '~' && *at != '=' ? 1 : utf8 ? bench_utf8(at) : 0;
        if (size == 0) break;
        at += size;
    }
    out->value_size = (size_t)(at - out->value);
    return out->value_size > 0 ? at : NULL;
}

static bool same_keyword(const parameter *a, const parameter *b) {
    return a->keyword_size == b->keyword_size && strncasecmp(a->keyword, b->keyword, a->keyword_size) == 0;
}

static bool is_hold(const parameter *given) {
    return given->known && (bench_is_word(given->keyword, given->keyword_size, "HOLDFOR") ||
                            bench_is_word(given->keyword, given->keyword_size, "HOLDUNTIL"));
}

static bool check(parameter *given, bench_parameters *all) {
    for (size_t i = 0; i < sizeof known / sizeof *known && all->in_force; i++) {
        if (known[i].mail != all->mail || !bench_is_word(given->keyword, given->keyword_size, known[i].keyword))
            continue;
        given->known = true;
        if ((known[i].check != NULL) != (given->value != NULL)) return false;
        return known[i].check == NULL || known[i].check(given, all);
    }
    all->unknown = true;
    return true;
}

/* Is one of the words behind the path SMTPUTF8? From the end backwards: it mostly stands there. */
static bool asks_for_utf8(const char *start, const char *from) {
    const char *end = from + strlen(from);

    for (const char *at = end; at > from;) {
        at--;
        if (BUG(36) && *at == '"') {
            do at--;
            while (*at != '"');
            if (at < start) return false;
        }
        if (*at != ' ') continue;
        if (bench_is_word(at + 1, (size_t)(end - at - 1), "SMTPUTF8")) return true;
        end = at;
    }
    return false;
}

bool bench_parameters_read(const char *start, const char *text, bench_parameters *parameters) {
    parameter seen[PARAMETERS_LIMIT];
    size_t count = 0;

    if (parameters->mail && parameters->in_force) parameters->smtputf8 = asks_for_utf8(start, text);
    while (*text != '\0') {
        if (*text++ != ' ' || count == PARAMETERS_LIMIT) return false;
        parameter *given = &seen[count];
        text = read_parameter(text, parameters->smtputf8, given);
        if (text == NULL) return false;
        given->known = false;
        if (!check(given, parameters)) return false;
        for (size_t i = 0; i < count; i++)
            if (same_keyword(&seen[i], given) || (is_hold(&seen[i]) && is_hold(given))) return false;
        count++;
        bench_work(1);
    }
    return true;
}
