/* layer_reply.c: the laws of reply.h. Toolkit room: fuzz/.
 *
 * REF    the first reply of a stream is what the model reads; the level of practice reads lawful ones in the same way
 * CHUNK  whatever the cuts
 * GRAM   what the formatter makes of any text is grammatical
 * ROUND  and is read back as that text; a reply that was read, formatted and read again is the same
 *
 * SPDX-License-Identifier: MIT */
#include "../copy.h"
#include "judging.h"

#include <postern/fuzz/exact.h>
#include <postern/fuzz/libpostern.h>
#include <postern/reply.h>

#include <stdio.h>
#include <string.h>

enum { INPUT_MOST = 1 << 16, TEXT_MOST = INPUT_MOST, FORMATTED_MOST = 8 * INPUT_MOST };

/* What a parser made of a stream, up to the end of its first reply. */
typedef struct reading {
    postern_status status; /* COMPLETE: the last line was read */
    postern_fault fault;
    uint16_t code;
    postern_enhanced enhanced; /* of the first line */
    size_t lines;
    size_t consumed;
    size_t size;             /* of: */
    uint8_t text[TEXT_MOST]; /* the lines, an LF between two */
} reading;

static void take(reading *r, const postern_reply_line *line) {
    pf_touch_slice(line->text);
    r->code = line->code;
    if (r->lines == 0)
        r->enhanced = line->enhanced;
    else
        r->text[r->size++] = '\n';
    PF_CHECK(line->text.size < sizeof r->text - r->size);
    pf_copy(r->text + r->size, line->text.data, line->text.size);
    r->size += line->text.size;
    r->lines++;
}

static void read_stream(postern_reply_level level, const uint8_t *octets, size_t size, const size_t *cuts, size_t count,
                        reading *r) {
    static postern_reply_parser parser;
    size_t at = 0;

    memset(&parser, 0xa5, sizeof parser);
    postern_reply_parser_init(&parser, level);
    r->status = POSTERN_NEED_MORE;
    r->fault = (postern_fault){POSTERN_ERROR_NONE, 0};
    r->lines = 0;
    r->size = 0;
    for (size_t i = 0; i <= count && r->status == POSTERN_NEED_MORE; i++) {
        const size_t to = i < count ? cuts[i] : size;
        const size_t from = at;
        const uint8_t *copy = pf_exact_copy(octets + from, to - from);
        while (at < to && r->status == POSTERN_NEED_MORE) {
            postern_reply_line line;
            size_t taken = 0;
            const postern_status status =
                postern_reply_feed(&parser, copy + (at - from), to - at, &taken, &line, &r->fault);
            PF_CHECK(taken <= to - at);
            PF_CHECK(status == POSTERN_COMPLETE ? taken > 0 : status == POSTERN_WRONG || taken == to - at);
            at += taken;
            if (status == POSTERN_COMPLETE) take(r, &line);
            if (status == POSTERN_WRONG || (status == POSTERN_COMPLETE && line.last)) r->status = status;
        }
        pf_exact_release();
    }
    r->consumed = at;
}

static bool agree(const reading *a, const reading *b) {
    if (a->status != b->status || a->lines != b->lines || a->size != b->size || memcmp(a->text, b->text, a->size) != 0)
        return false;
    if (a->status == POSTERN_WRONG) return a->fault.error == b->fault.error && a->fault.offset == b->fault.offset;
    return a->status != POSTERN_COMPLETE || (a->code == b->code && a->consumed == b->consumed);
}

/* ---- REF ---- */

/* The same offset, and the same name where both have one. The model tells a separator from a text by its place alone,
 * and a control in a code is to it no digit like others. */
static bool same_fault(postern_fault fault, const pf_model_verdict *verdict) {
    const char *name = postern_error_describe(fault.error)->name;
    const bool code = strncmp(verdict->error, "reply-code", strlen("reply-code")) == 0;

    if (fault.offset != verdict->offset) return false;
    switch (fault.error) {
    case POSTERN_ERROR_REPLY_SEPARATOR:
    case POSTERN_ERROR_REPLY_TEXT: return strcmp(verdict->error, "reply-syntax") == 0;
    case POSTERN_ERROR_BARE_CR:
    case POSTERN_ERROR_BARE_LF:
    case POSTERN_ERROR_NUL: return code || strcmp(name, verdict->error) == 0;
    default: return strcmp(name, verdict->error) == 0;
    }
}

/* The number at a place of the input, up to what is no digit. */
static unsigned number_at(const uint8_t *octets, size_t *at) {
    unsigned number = 0;

    for (; octets[*at] >= '0' && octets[*at] <= '9'; ++*at) number = 10 * number + (unsigned)(octets[*at] - '0');
    ++*at;
    return number;
}

/* Is it the one that stands there, or none where none stands? */
static bool same_enhanced(const reading *r, const uint8_t *octets, pf_span span) {
    size_t at = span.begin;

    if (span.end == span.begin) return r->enhanced.class_ == 0;
    return r->enhanced.class_ == number_at(octets, &at) && r->enhanced.subject == number_at(octets, &at) &&
           r->enhanced.detail == number_at(octets, &at);
}

static bool as_model(const reading *r, const uint8_t *octets, size_t size, pf_violation *v) {
    static const char section[] = "RFC 5321 4.2";
    static const char *const results[] = {[PF_ACCEPT] = "a reply", [PF_REJECT] = "no reply", [PF_INCOMPLETE] = "more"};
    const bool trailing = r->status == POSTERN_COMPLETE && r->consumed < size;
    const pf_model_result seen = r->status == POSTERN_NEED_MORE               ? PF_INCOMPLETE
                                 : r->status == POSTERN_COMPLETE && !trailing ? PF_ACCEPT
                                                                              : PF_REJECT;
    pf_model_reply reply;
    const pf_model_verdict verdict = pf_model_check_reply(octets, size, false, &reply);

    if (seen != verdict.result || (seen == PF_REJECT && !trailing && !same_fault(r->fault, &verdict))) {
        (void)pf_unlawful(v, "REF", section, NULL, octets, size, r->fault.offset, "%s, %s at %zu", results[seen],
                          postern_error_describe(r->fault.error)->name, r->fault.offset);
        return pf_expected(v, "%s, %s at %zu", results[verdict.result],
                           verdict.error != NULL ? verdict.error : "nothing", verdict.offset);
    }
    if (seen != PF_ACCEPT) return true;
    return (r->code == reply.code && r->lines == reply.lines && same_enhanced(r, octets, reply.enhanced)) ||
           pf_unlawful(v, "REF", section, NULL, octets, size, 0, "code %u, %zu lines; the model has %d, %zu", r->code,
                       r->lines, reply.code, reply.lines);
}

/* ---- GRAM and ROUND ---- */

/* A reply that was read is formatted and read again. */
static bool read_back(const reading *r, const uint8_t *octets, size_t size, pf_violation *v) {
    static uint8_t formatted[FORMATTED_MOST];
    static reading again;
    size_t n;

    /* A parser lets an enhanced code of another class pass as text; the formatter does not. */
    if (pf_reply_fault(octets, r->consumed, r->code, PF_ENHANCED_LOOSE) != NULL) return true;
    const postern_status status =
        postern_reply_format(formatted, sizeof formatted, r->code, NULL, r->text, r->size, &n);
    if (status == POSTERN_COMPLETE) read_stream(POSTERN_REPLY_STRICT, formatted, n, NULL, 0, &again);
    return (status == POSTERN_COMPLETE && again.status == POSTERN_COMPLETE && again.consumed == n &&
            again.code == r->code && again.lines == r->lines && again.size == r->size &&
            memcmp(again.text, r->text, r->size) == 0) ||
           pf_unlawful(v, "ROUND", "RFC 5321 4.2", NULL, octets, size, 0, "parse(format(parse(x))) is not parse(x)");
}

/* The octet that the formatter must send for this one. */
static uint8_t cleaned(uint8_t octet) {
    return octet == '\t' || (octet >= ' ' && octet <= '~') ? octet : (uint8_t)'?';
}

/* Line by line, is it the text that went in, as far as it goes? A line that would have passed for an enhanced code of
 * another class begins with a question mark. */
static bool same_text(const uint8_t *formatted, const uint8_t *octets, size_t size) {
    size_t at = 4;
    bool begins = true;

    for (size_t i = 0; i < size; i++) {
        if (octets[i] == '\n') {
            while (formatted[at] != '\n') at++;
            at += 5;
            begins = true;
            continue;
        }
        if (formatted[at] != '\r') {
            if (formatted[at] != cleaned(octets[i]) && !(begins && formatted[at] == '?')) return false;
            at++;
        }
        begins = false;
    }
    return true;
}

/* Any text can be formatted, and nothing of it breaks out. */
static bool any_text(const uint8_t *octets, size_t size, pf_violation *v) {
    static uint8_t formatted[FORMATTED_MOST];
    static const int codes[] = {250, 354, 421, 554};
    static const postern_enhanced none = {0, 0, 0};
    const uint32_t hash = pf_hash(octets, size);
    const int code = codes[hash % 4];
    const postern_enhanced enhanced = {(uint8_t)(code / 100), (uint16_t)(hash >> 8 & 255),
                                       (uint16_t)(hash >> 16 & 255)};
    const bool with = hash & 4u && code != 354;
    size_t n;

    const uint8_t *copy = pf_exact_copy(octets, size);
    const postern_status status =
        postern_reply_format(formatted, sizeof formatted, code, with ? &enhanced : &none, copy, size, &n);
    pf_exact_release();
    if (status != POSTERN_COMPLETE)
        return n == 0 || pf_unlawful(v, "ROUND", "RFC 5321 4.2", NULL, octets, size, 0, "octets written all the same");
    pf_touch(formatted, n);
    const char *wrong = pf_reply_fault(formatted, n, code, with ? PF_ENHANCED_WHOLE : PF_ENHANCED_LOOSE);
    if (wrong != NULL) {
        (void)pf_unlawful(v, "GRAM", "RFC 5321 4.2", NULL, octets, size, 0, "another reply from the formatter");
        return pf_expected(v, "%s", wrong);
    }
    return with || same_text(formatted, octets, size) ||
           pf_unlawful(v, "ROUND", "RFC 5321 4.2", NULL, octets, size, 0, "another text");
}

/* The same in parts. */
static bool in_parts(postern_reply_level level, const uint8_t *octets, size_t size, bool thorough, const reading *whole,
                     pf_violation *v) {
    static reading parts;
    static size_t cuts[PF_CUTS_MAX];
    size_t turn = 0;
    size_t count;

    while (pf_cut_next(&turn, thorough, octets, size, cuts, &count)) {
        read_stream(level, octets, size, cuts, count, &parts);
        if (!agree(whole, &parts))
            return pf_unlawful(v, "CHUNK", "RFC 5321 4.2", NULL, octets, size, count > 0 ? cuts[0] : 0,
                               "another result with %zu cuts", count);
    }
    return true;
}

bool pf_laws_reply(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation) {
    static reading strict;
    static reading practice;

    if (size > INPUT_MOST - 1) size = INPUT_MOST - 1;
    read_stream(POSTERN_REPLY_STRICT, octets, size, NULL, 0, &strict);
    if (!as_model(&strict, octets, size, violation)) return false;
    if (strict.status == POSTERN_COMPLETE && !read_back(&strict, octets, size, violation)) return false;
    read_stream(POSTERN_REPLY_PRACTICE, octets, size, NULL, 0, &practice);
    if (strict.status != POSTERN_WRONG && !agree(&strict, &practice))
        return pf_unlawful(violation, "REF", "RFC 5321 4.2", NULL, octets, size, 0,
                           "the level of practice reads a lawful reply in another way");
    return in_parts(POSTERN_REPLY_STRICT, octets, size, thorough, &strict, violation) &&
           in_parts(POSTERN_REPLY_PRACTICE, octets, size, thorough, &practice, violation) &&
           any_text(octets, size, violation);
}
