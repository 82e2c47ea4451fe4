/* layer_reply.c: the laws of reply.h. Toolkit room: fuzz/.
 *
 * REF    the first reply of a stream is what the model reads, at both levels
 * CHUNK  whatever the cuts
 * GRAM   what the formatter makes of any text is grammatical
 * ROUND  and is read back as that text; a reply that was read, formatted and read again is the same
 *
 * SPDX-License-Identifier: MIT */
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
    size_t size; /* of: */
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
    if (line->text.size > 0)
        memcpy(r->text + r->size, line->text.data, line->text.size);
    r->size += line->text.size;
    r->lines++;
}

static void read_stream(postern_reply_level level, const uint8_t *octets, size_t size, const size_t *cuts,
                        size_t count, reading *r) {
    static postern_reply_parser parser;
    size_t at = 0;

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
            if (status == POSTERN_COMPLETE)
                take(r, &line);
            if (status == POSTERN_WRONG || (status == POSTERN_COMPLETE && line.last))
                r->status = status;
        }
        pf_exact_release();
    }
    r->consumed = at;
}

static bool agree(const reading *a, const reading *b) {
    if (a->status != b->status || a->lines != b->lines || a->size != b->size || memcmp(a->text, b->text, a->size) != 0)
        return false;
    if (a->status == POSTERN_WRONG)
        return a->fault.error == b->fault.error && a->fault.offset == b->fault.offset;
    return a->status != POSTERN_COMPLETE || (a->code == b->code && a->consumed == b->consumed);
}

/* ---- REF ---- */

static bool as_model(const reading *r, postern_reply_level level, const uint8_t *octets, size_t size, pf_violation *v) {
    static const char section[] = "RFC 5321 4.2";
    pf_model_reply reply;
    const pf_model_verdict verdict = pf_model_check_reply(octets, size, level == POSTERN_REPLY_PRACTICE, &reply);
    const bool trailing = r->status == POSTERN_COMPLETE && r->consumed < size;
    const char *seen = r->status == POSTERN_NEED_MORE ? "incomplete"
                       : trailing                     ? "trailing-octets"
                       : r->status == POSTERN_WRONG   ? postern_error_describe(r->fault.error)->name
                                                      : "a reply";
    const char *expected = verdict.result == PF_INCOMPLETE ? "incomplete"
                           : verdict.result == PF_REJECT   ? verdict.error
                                                           : "a reply";

    if (strcmp(seen, expected) != 0) {
        (void)pf_unlawful(v, "REF", section, NULL, octets, size, r->fault.offset, "%s", seen);
        return pf_expected(v, "%s", expected);
    }
    if (r->status == POSTERN_WRONG && r->fault.offset != verdict.offset) {
        (void)pf_unlawful(v, "REF", section, NULL, octets, size, r->fault.offset, "%s at %zu", seen, r->fault.offset);
        return pf_expected(v, "%s at %zu", expected, verdict.offset);
    }
    if (verdict.result != PF_ACCEPT)
        return true;
    return (r->code == reply.code && r->lines == reply.lines &&
            (r->enhanced.class_ != 0) == (reply.enhanced.end > reply.enhanced.begin)) ||
           pf_unlawful(v, "REF", section, NULL, octets, size, 0, "code %u, %zu lines; the model has %d, %zu", r->code,
                       r->lines, reply.code, reply.lines);
}

/* ---- GRAM and ROUND ---- */

/* A reply that was read is formatted and read again. */
static bool read_back(const reading *r, const uint8_t *octets, size_t size, pf_violation *v) {
    static uint8_t formatted[FORMATTED_MOST];
    static reading again;
    size_t n;

    const postern_status status =
        postern_reply_format(formatted, sizeof formatted, r->code, NULL, r->text, r->size, &n);
    if (status == POSTERN_COMPLETE)
        read_stream(POSTERN_REPLY_STRICT, formatted, n, NULL, 0, &again);
    return (status == POSTERN_COMPLETE && again.status == POSTERN_COMPLETE && again.consumed == n &&
            again.code == r->code && again.lines == r->lines && again.size == r->size &&
            memcmp(again.text, r->text, r->size) == 0) ||
           pf_unlawful(v, "ROUND", "RFC 5321 4.2", NULL, octets, size, 0, "parse(format(parse(x))) is not parse(x)");
}

/* The octet that the formatter must send for this one. */
static uint8_t cleaned(uint8_t octet) {
    return octet == '\t' || (octet >= ' ' && octet <= '~') ? octet : (uint8_t)'?';
}

/* Any text can be formatted, and nothing of it breaks out. */
static bool any_text(const uint8_t *octets, size_t size, pf_violation *v) {
    static uint8_t formatted[FORMATTED_MOST];
    static const int codes[] = {250, 354, 421, 554};
    static const postern_enhanced none = {0, 0, 0};
    const uint32_t hash = pf_hash(octets, size);
    const int code = codes[hash % 4];
    const postern_enhanced enhanced = {(uint8_t)(code / 100), (uint16_t)(hash >> 8 & 255), (uint16_t)(hash >> 16 & 255)};
    const bool with = hash & 4u && code != 354;
    size_t n;

    const uint8_t *copy = pf_exact_copy(octets, size);
    const postern_status status =
        postern_reply_format(formatted, sizeof formatted, code, with ? &enhanced : &none, copy, size, &n);
    pf_exact_release();
    if (status != POSTERN_COMPLETE)
        return n == 0 || pf_unlawful(v, "ROUND", "RFC 5321 4.2", NULL, octets, size, 0, "octets written all the same");
    pf_touch(formatted, n);
    const char *wrong = pf_reply_fault(formatted, n, code, true);
    if (wrong != NULL) {
        (void)pf_unlawful(v, "GRAM", "RFC 5321 4.2", NULL, octets, size, 0, "another reply from the formatter");
        return pf_expected(v, "%s", wrong);
    }
    /* Line by line the text is that of the input, as far as it goes. */
    size_t at = 4;
    for (size_t i = 0; i < size && !with; i++) {
        if (octets[i] == '\n') {
            while (formatted[at] != '\n')
                at++;
            at += 5;
        } else if (formatted[at] != '\r') {
            if (formatted[at++] != cleaned(octets[i]))
                return pf_unlawful(v, "ROUND", "RFC 5321 4.2", NULL, octets, size, i, "another octet in the text");
        }
    }
    return true;
}

bool pf_laws_reply(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation) {
    static const postern_reply_level levels[] = {POSTERN_REPLY_STRICT, POSTERN_REPLY_PRACTICE};
    static reading whole;
    static reading parts;
    static size_t cuts[PF_CUTS_MAX];

    if (size > INPUT_MOST - 1)
        size = INPUT_MOST - 1;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        size_t turn = 0;
        size_t count;
        read_stream(levels[i], octets, size, NULL, 0, &whole);
        if (!as_model(&whole, levels[i], octets, size, violation))
            return false;
        if (levels[i] == POSTERN_REPLY_STRICT && whole.status == POSTERN_COMPLETE &&
            !read_back(&whole, octets, size, violation))
            return false;
        while (pf_cut_next(&turn, thorough, octets, size, cuts, &count)) {
            read_stream(levels[i], octets, size, cuts, count, &parts);
            if (!agree(&whole, &parts))
                return pf_unlawful(violation, "CHUNK", "RFC 5321 4.2", NULL, octets, size, count > 0 ? cuts[0] : 0,
                                   "another result with %zu cuts", count);
        }
    }
    return any_text(octets, size, violation);
}
