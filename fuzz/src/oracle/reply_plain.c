/* reply_plain.c: see reply_plain.h. Toolkit room: fuzz/.
 *
 * The model knows what RFC 5321 calls a reply. What reply.h promises beyond (the level of practice, the formatter) is
 * written down here a second time, octet by octet and without a thought of speed.
 *
 * SPDX-License-Identifier: MIT */
#include "reply_plain.h"

#include <stdio.h>
#include <string.h>

enum { PRACTICE_LINE = 4096, LINE = 512, TEXT_AT = 4, CRLF = 2 };

static bool is_digit(uint8_t octet) {
    return octet >= '0' && octet <= '9';
}

/* HT, SP and what can be printed (RFC 5321 4.2, textstring). */
static bool is_text(uint8_t octet) {
    return octet == '\t' || (octet >= ' ' && octet <= '~');
}

size_t pf_plain_enhanced(const uint8_t *octets, size_t size, unsigned numbers[static 2]) {
    size_t at = 1;

    if (size == 0 || (octets[0] != '2' && octets[0] != '4' && octets[0] != '5')) return 0;
    for (int i = 0; i < 2; i++) {
        size_t digits = 0;
        numbers[i] = 0;
        if (at == size || octets[at++] != '.') return 0;
        for (; at < size && is_digit(octets[at]); at++, digits++)
            numbers[i] = 10 * (numbers[i] % 1000) + (unsigned)(octets[at] - '0');
        if (digits == 0 || digits > 3) return 0;
    }
    return at;
}

/* ---- Reading: any code from 200 to 599, 8-bit text, lines of 4,096 octets; no controls ---- */

static pf_model_verdict verdict(pf_model_result result) {
    return (pf_model_verdict){result, NULL, SIZE_MAX, 0};
}

static pf_model_verdict reject(const char *error, size_t offset) {
    return (pf_model_verdict){PF_REJECT, error, offset, 0};
}

/* What is wrong with octet `i` of a line, when it is no part of a CRLF; NULL: nothing. In: first, the code that all
 * lines have. */
static const char *wrong_with(uint8_t octet, size_t i, const uint8_t *first) {
    if (i < 3) {
        if (!is_digit(octet) || (i == 0 && (octet < '2' || octet > '5'))) return "reply-code";
        return octet == first[i] ? NULL : "reply-code-changed";
    }
    if (i == 3 ? octet == ' ' || octet == '-' : is_text(octet) || octet >= 0x80) return NULL;
    return octet == '\r' ? "bare-cr" : octet == '\n' ? "bare-lf" : octet == '\0' ? "nul" : "reply-syntax";
}

/* One line. Out: size, with its CRLF. */
static pf_model_verdict read_line(const uint8_t *line, size_t left, const uint8_t *first, size_t *size) {
    for (size_t i = 0; i < left; i++) {
        if (i == PRACTICE_LINE) break;
        if (i >= 3 && line[i] == '\r') {
            if (i + 1 == left) return verdict(PF_INCOMPLETE);
            *size = i + CRLF;
            if (line[i + 1] == '\n') return i + 1 < PRACTICE_LINE ? verdict(PF_ACCEPT) : reject("line-too-long", i + 1);
        }
        const char *wrong = wrong_with(line[i], i, first);
        if (wrong != NULL) return reject(wrong, i);
    }
    return left < PRACTICE_LINE ? verdict(PF_INCOMPLETE) : reject("line-too-long", PRACTICE_LINE);
}

/* An enhanced code of the code's class, with a space behind it. Returns: its size, or 0. */
static size_t own_enhanced(const uint8_t *text, size_t size, uint8_t class) {
    unsigned numbers[2];
    const size_t enhanced = pf_plain_enhanced(text, size, numbers);

    return enhanced > 0 && enhanced < size && text[enhanced] == ' ' && text[0] == class ? enhanced : 0;
}

pf_model_verdict pf_plain_in_practice(const uint8_t *octets, size_t size, pf_model_reply *reply) {
    size_t at = 0;

    *reply = (pf_model_reply){0};
    for (bool last = false; !last;) {
        size_t line = 0;
        pf_model_verdict one = read_line(octets + at, size - at, octets, &line);
        if (one.result == PF_REJECT) one.offset += at;
        if (one.result != PF_ACCEPT) return one;
        if (reply->lines++ == 0) {
            const size_t text = line > TEXT_AT + CRLF ? line - TEXT_AT - CRLF : 0;
            reply->code = (octets[0] - '0') * 100 + (octets[1] - '0') * 10 + (octets[2] - '0');
            reply->enhanced = (pf_span){TEXT_AT, TEXT_AT + own_enhanced(octets + TEXT_AT, text, octets[0])};
        }
        last = octets[at + 3] != '-';
        at += line;
    }
    return at == size ? verdict(PF_ACCEPT) : reject("trailing-octets", at);
}

/* ---- Writing ---- */

typedef struct writer {
    uint8_t *out;
    size_t capacity;
    size_t size;
    bool full;
} writer;

static void put(writer *w, uint8_t octet) {
    w->full = w->full || w->size == w->capacity;
    if (!w->full) w->out[w->size++] = octet;
}

static void put_words(writer *w, const char *words) {
    for (; *words != '\0'; words++) put(w, (uint8_t)*words);
}

/* Would a client take the beginning of the line for an enhanced code of another class? */
static bool contradicts(const uint8_t *text, size_t size, int code) {
    unsigned numbers[2];
    const size_t enhanced = pf_plain_enhanced(text, size, numbers);

    return enhanced > 0 && (enhanced == size || text[enhanced] == ' ' || text[enhanced] == '\t') &&
           text[0] - '0' != code / 100;
}

size_t pf_plain_format(uint8_t *out, size_t capacity, int code, const postern_enhanced *enhanced, const uint8_t *text,
                       size_t size) {
    const bool with = enhanced != NULL && enhanced->class_ != 0 && code / 100 != 3;
    writer w = {.out = out, .capacity = capacity};
    bool last = false;

    if (code < 200 || code > 599 || code / 10 % 10 > 5) return 0;
    for (size_t at = 0; !last;) {
        char before[32];
        size_t line = 0;
        while (at + line < size && text[at + line] != '\n') line++;
        last = at + line == size;
        const int begin = with ? snprintf(before, sizeof before, "%d%c%d.%d.%d ", code, last ? ' ' : '-',
                                          enhanced->class_, enhanced->subject, enhanced->detail)
                               : snprintf(before, sizeof before, "%d%c", code, last ? ' ' : '-');
        const size_t room = LINE - CRLF - (size_t)begin;
        const bool defused = !with && line > 0 && contradicts(text + at, line, code);
        put_words(&w, before);
        for (size_t i = 0; i < line && i < room; i++)
            put(&w, (i == 0 && defused) || !is_text(text[at + i]) ? (uint8_t)'?' : text[at + i]);
        put_words(&w, "\r\n");
        at += line + 1;
    }
    return w.full ? 0 : w.size;
}
