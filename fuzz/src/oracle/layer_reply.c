/* layer_reply.c: the laws of reply.h. Toolkit room: fuzz/.
 *
 * REF    the first reply of a stream is what the model reads, also at the level of practice, which reads lawful ones in
 *        the same way; so does an enhanced code alone
 * LIMIT  a line, and a number of lines, that are as long as they may be, and one octet, and one line, more
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

/* No octets, which nobody has to point to, change nothing. */
static void feed_nothing(postern_reply_parser *parser) {
    postern_reply_line line;
    postern_fault fault;
    size_t taken = 1;

    PF_CHECK(postern_reply_feed(parser, NULL, 0, &taken, &line, &fault) == POSTERN_NEED_MORE && taken == 0);
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
        feed_nothing(&parser);
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

    if (r->status == POSTERN_WRONG && r->fault.error == POSTERN_ERROR_REPLY_TOO_MANY_LINES)
        return r->lines == POSTERN_REPLY_LINES_MAX ||
               pf_unlawful(v, "REF", section, NULL, octets, size, 0, "%zu lines are too many", r->lines);
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

static bool is_control(uint8_t octet) {
    return (octet < ' ' && octet != '\t') || octet == 0x7f;
}

/* What the model reads at the level of practice is read, and so is what breaks a line there. Longer lines than RFC 5321
 * has, and codes that it has not, are the parser's alone; so is its dislike of controls, which the model lets pass. */
static bool as_in_practice(const reading *r, const uint8_t *octets, size_t size, pf_violation *v) {
    pf_model_reply reply;
    const size_t end = r->status == POSTERN_COMPLETE ? r->consumed : size;
    const pf_model_verdict verdict = pf_model_check_reply(octets, end, true, &reply);

    if (verdict.result == PF_REJECT &&
        (strcmp(verdict.error, "line-too-long") == 0 || strcmp(verdict.error, "reply-code") == 0))
        return true;
    if (r->status == POSTERN_WRONG && r->fault.error == POSTERN_ERROR_REPLY_TEXT && is_control(octets[r->fault.offset]))
        return true;
    if (r->status == POSTERN_WRONG && r->fault.error == POSTERN_ERROR_REPLY_TOO_MANY_LINES)
        return r->lines == POSTERN_REPLY_LINES_MAX ||
               pf_unlawful(v, "REF", "RFC 5321 4.2", NULL, octets, size, 0, "%zu lines are too many", r->lines);
    const bool good = verdict.result == PF_ACCEPT
                          ? r->status == POSTERN_COMPLETE && r->code == reply.code && r->lines == reply.lines &&
                                same_enhanced(r, octets, reply.enhanced)
                      : verdict.result == PF_REJECT ? r->status == POSTERN_WRONG && same_fault(r->fault, &verdict)
                                                    : r->status == POSTERN_NEED_MORE;
    return good || pf_unlawful(v, "REF", "RFC 5321 4.2", NULL, octets, size, r->fault.offset,
                               "status %d, code %u, %zu lines in practice", (int)r->status, r->code, r->lines);
}

/* "class.subject.detail" at the beginning, the numbers with one digit to three and no further one. Returns: its size.
 */
static size_t plain_enhanced(const uint8_t *octets, size_t size, unsigned numbers[static 2]) {
    size_t at = 1;

    if (size == 0 || (octets[0] != '2' && octets[0] != '4' && octets[0] != '5')) return 0;
    for (int i = 0; i < 2; i++) {
        size_t digits = 0;
        numbers[i] = 0;
        if (at == size || octets[at++] != '.') return 0;
        for (; at < size && octets[at] >= '0' && octets[at] <= '9'; at++, digits++)
            numbers[i] = 10 * (numbers[i] % 1000) + (unsigned)(octets[at] - '0');
        if (digits == 0 || digits > 3) return 0;
    }
    return at;
}

/* An enhanced code that ends with the octets, so that one look beyond would be seen. */
static bool enhanced_alone(const uint8_t *octets, size_t size, bool thorough, pf_violation *v) {
    enum { MOST = 16 };
    const size_t most = size < MOST ? size : MOST;
    const size_t chosen = pf_hash(octets, size) % (most + 1);
    postern_enhanced found;

    PF_CHECK(postern_enhanced_parse(&found, NULL, 0) == 0 && found.class_ == 0);
    for (size_t n = thorough ? 0 : chosen; n <= (thorough ? most : chosen); n++) {
        unsigned numbers[2];
        const size_t expected = plain_enhanced(octets, n, numbers);
        const size_t seen = postern_enhanced_parse(&found, pf_exact_copy(octets, n), n);
        const unsigned class = expected > 0 ? (unsigned)(octets[0] - '0') : 0;
        pf_exact_release();
        if (seen != expected || found.class_ != class ||
            (expected > 0 && (found.subject != numbers[0] || found.detail != numbers[1])))
            return pf_unlawful(v, "REF", "RFC 2034 4", NULL, octets, n, 0, "%zu octets of an enhanced code, not %zu",
                               seen, expected);
    }
    return true;
}

/* ---- LIMIT ---- */

/* A reply of so many lines that are as long as this one; the last has `more` octets more. */
static size_t make_reply(uint8_t *out, size_t lines, size_t text, size_t more) {
    size_t at = 0;

    for (size_t i = 1; i <= lines; i++) {
        const size_t octets = i == lines ? text + more : text;
        memcpy(out + at, i == lines ? "250 " : "250-", 4);
        memset(out + at + 4, 'a', octets);
        memcpy(out + at + 4 + octets, "\r\n", 2);
        at += 4 + octets + 2;
    }
    return at;
}

/* A reply that keeps a limit is read; one that has one more is wrong there, and known to be as early as can be. */
static bool keeps_limit(postern_reply_level level, const uint8_t *octets, size_t size, postern_error error,
                        size_t where, pf_violation *v) {
    static reading r;
    const bool good = error == POSTERN_ERROR_NONE;

    read_stream(level, octets, size, NULL, 0, &r);
    return (good ? r.status == POSTERN_COMPLETE && r.consumed == size
                 : r.status == POSTERN_WRONG && r.fault.error == error && r.fault.offset == where) ||
           pf_unlawful(v, "LIMIT", "RFC 5321 4.5.3.1.5", NULL, octets, size, where, "status %d, %s at %zu",
                       (int)r.status, postern_error_describe(r.fault.error)->name, r.fault.offset);
}

static bool at_limits(uint32_t which, pf_violation *v) {
    static uint8_t octets[8 * (POSTERN_REPLY_LINES_MAX + 1)];
    const bool more = which & 1;
    const bool practice = which & 2;
    const postern_reply_level level = practice ? POSTERN_REPLY_PRACTICE : POSTERN_REPLY_STRICT;
    const size_t longest = practice ? POSTERN_REPLY_PRACTICE_LINE_MAX : POSTERN_REPLY_LINE_MAX;

    if (which & 4) {
        const size_t size = make_reply(octets, POSTERN_REPLY_LINES_MAX + more, 1, 0);
        return keeps_limit(level, octets, size, more ? POSTERN_ERROR_REPLY_TOO_MANY_LINES : POSTERN_ERROR_NONE,
                           7 * POSTERN_REPLY_LINES_MAX, v);
    }
    const size_t size = make_reply(octets, 1, longest - 6, more);
    if (!keeps_limit(level, octets, size, more ? POSTERN_ERROR_LINE_TOO_LONG : POSTERN_ERROR_NONE, longest, v))
        return false;
    /* Its last octet but one can still be a CR; the last one cannot be text. */
    static reading r;
    memset(octets + 4, 'a', longest);
    read_stream(level, octets, longest - 1, NULL, 0, &r);
    return r.status == POSTERN_NEED_MORE ? keeps_limit(level, octets, longest, POSTERN_ERROR_LINE_TOO_LONG, longest, v)
                                         : pf_unlawful(v, "LIMIT", "RFC 5321 4.5.3.1.5", NULL, octets, longest - 1,
                                                       r.fault.offset, "too long too early");
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

/* Without text there is a code and a space, and nobody has to point to it. */
static void format_nothing(void) {
    uint8_t octets[8];
    size_t n;

    PF_CHECK(postern_reply_format(octets, sizeof octets, 250, NULL, NULL, 0, &n) == POSTERN_COMPLETE && n == 6);
    PF_CHECK(memcmp(octets, "250 \r\n", 6) == 0);
    PF_CHECK(postern_reply_format(octets, 5, 250, NULL, NULL, 0, &n) == POSTERN_WRONG && n == 0);
    PF_CHECK(postern_reply_format(octets, 6, 250, NULL, NULL, 0, &n) == POSTERN_COMPLETE && n == 6);
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
    if (!as_in_practice(&practice, octets, size, violation)) return false;
    format_nothing();
    /* The limits do not depend on the input: one of them now and then. */
    enum { LIMITS = 8, SELDOM = 512 };
    const uint32_t turn = pf_hash(octets, size) % SELDOM;
    for (uint32_t i = 0; i < LIMITS; i++)
        if ((thorough || i == turn) && !at_limits(i, violation)) return false;
    return enhanced_alone(octets, size, thorough, violation) &&
           in_parts(POSTERN_REPLY_STRICT, octets, size, thorough, &strict, violation) &&
           in_parts(POSTERN_REPLY_PRACTICE, octets, size, thorough, &practice, violation) &&
           any_text(octets, size, violation);
}
