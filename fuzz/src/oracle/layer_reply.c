/* layer_reply.c: the laws of reply.h. Toolkit room: fuzz/.
 *
 * REF    the first reply of a stream is what the model reads; at the level of practice, what reply.h says of it: codes
 *        from 200 to 599, 8-bit text, lines of 4,096 octets, and all else as ever; so is an enhanced code alone
 * LIMIT  a line, and a number of lines, that are as long as they may be, and one octet, and one line, more
 * CHUNK  whatever the cuts
 * GRAM   what the formatter makes of any text is grammatical
 * ROUND  and has that text; a reply that was read, formatted and read again is the same
 * CONTRACT  misuse is told of codes and enhanced codes that the formatter does not write, and of no others
 *
 * SPDX-License-Identifier: MIT */
#include "../copy.h"
#include "judging.h"
#include "reply_plain.h"

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
    bool enhanced_right;       /* of each line, by what stands in it */
    size_t lines;
    size_t consumed;
    bool goes_on;            /* and what comes behind is read as the header says */
    size_t size;             /* of: */
    uint8_t text[TEXT_MOST]; /* the lines, an LF between two */
} reading;

/* Is the enhanced code of the line the one that its text begins with, if it is of the code's class and a space parts it
 * from the rest? */
static bool is_enhanced_right(const postern_reply_line *line) {
    unsigned numbers[2];
    const size_t size = pf_plain_enhanced(line->text.data, line->text.size, numbers);

    if (size == 0 || size == line->text.size || line->text.data[size] != ' ' ||
        line->text.data[0] - '0' != line->code / 100)
        return line->enhanced.class_ == 0;
    return line->enhanced.class_ == line->code / 100 && line->enhanced.subject == numbers[0] &&
           line->enhanced.detail == numbers[1];
}

static void take(reading *r, const postern_reply_line *line) {
    pf_touch_slice(line->text);
    r->enhanced_right = r->enhanced_right && is_enhanced_right(line);
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

/* What is no reply stays none, whatever comes. */
static bool stays_wrong(postern_reply_parser *parser, postern_fault first) {
    static const uint8_t right[] = "250 a\r\n";
    postern_reply_line line;
    postern_fault fault;
    size_t taken;

    return postern_reply_feed(parser, right, sizeof right - 1, &taken, &line, &fault) == POSTERN_WRONG &&
           fault.error == first.error && fault.offset == first.offset;
}

/* Behind the last line another reply begins, whose octets are counted from its own first one. */
static bool begins_anew(postern_reply_parser *parser) {
    static const uint8_t more[] = "354-a\r\n35x";
    enum { FIRST = sizeof "354-a\r\n" - 1, WRONG_AT = FIRST + 2 };
    postern_reply_line line;
    postern_fault fault;
    size_t taken;

    return postern_reply_feed(parser, more, sizeof more - 1, &taken, &line, &fault) == POSTERN_COMPLETE &&
           taken == FIRST && line.code == 354 && !line.last && line.text.size == 1 &&
           postern_reply_feed(parser, more + FIRST, sizeof more - 1 - FIRST, &taken, &line, &fault) == POSTERN_WRONG &&
           fault.error == POSTERN_ERROR_REPLY_CODE && fault.offset == WRONG_AT;
}

static void read_stream(postern_reply_level level, const uint8_t *octets, size_t size, const size_t *cuts, size_t count,
                        reading *r) {
    static postern_reply_parser parser;
    size_t at = 0;

    memset(&parser, 0xa5, sizeof parser);
    postern_reply_parser_init(&parser, level);
    r->status = POSTERN_NEED_MORE;
    r->fault = (postern_fault){POSTERN_ERROR_NONE, 0};
    r->enhanced_right = true;
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
    r->goes_on = r->status == POSTERN_WRONG      ? stays_wrong(&parser, r->fault)
                 : r->status == POSTERN_COMPLETE ? begins_anew(&parser)
                                                 : true;
}

static bool agree(const reading *a, const reading *b) {
    if (a->status != b->status || a->lines != b->lines || a->size != b->size || memcmp(a->text, b->text, a->size) != 0)
        return false;
    if (a->status == POSTERN_WRONG) return a->fault.error == b->fault.error && a->fault.offset == b->fault.offset;
    return a->status != POSTERN_COMPLETE || (a->code == b->code && a->consumed == b->consumed);
}

/* ---- REF ---- */

/* How many octets of its line stand before this one? */
static size_t place_in_line(const uint8_t *octets, size_t at) {
    size_t place = 0;

    while (place < at && octets[at - place - 1] != '\n') place++;
    return place;
}

/* The same place, and the same name where both have one. The model tells a separator from a text by its place alone,
 * and a control in a code is to it no digit like others. */
static bool same_fault(postern_fault fault, const uint8_t *octets, const pf_model_verdict *verdict) {
    const char *name = postern_error_describe(fault.error)->name;
    const char *theirs = verdict->error != NULL ? verdict->error : "";
    const bool code = strncmp(theirs, "reply-code", strlen("reply-code")) == 0;

    if (fault.offset != verdict->offset) return false;
    switch (fault.error) {
    case POSTERN_ERROR_REPLY_SEPARATOR:
        return strcmp(theirs, "reply-syntax") == 0 && place_in_line(octets, fault.offset) == 3;
    case POSTERN_ERROR_REPLY_TEXT:
        return strcmp(theirs, "reply-syntax") == 0 && place_in_line(octets, fault.offset) > 3;
    case POSTERN_ERROR_BARE_CR: return strcmp(name, theirs) == 0 || (code && octets[fault.offset] == '\r');
    case POSTERN_ERROR_BARE_LF: return strcmp(name, theirs) == 0 || (code && octets[fault.offset] == '\n');
    case POSTERN_ERROR_NUL: return strcmp(name, theirs) == 0 || (code && octets[fault.offset] == '\0');
    default: return strcmp(name, theirs) == 0;
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

/* Is the text what stands in the lines behind code and separator? */
static bool same_text(const reading *r, const uint8_t *octets) {
    size_t at = 0, n = 0;

    for (size_t line = 0; line < r->lines; line++) {
        const uint8_t *end = memchr(octets + at, '\n', r->consumed - at);
        if (end == NULL || (line > 0 && (n == r->size || r->text[n++] != '\n'))) return false;
        const size_t behind = (size_t)(end - octets) + 1;
        const size_t size = behind - at > 6 ? behind - at - 6 : 0;
        if (size > r->size - n || memcmp(r->text + n, octets + at + 4, size) != 0) return false;
        n += size;
        at = behind;
    }
    return n == r->size;
}

/* Who else reads a reply. */
typedef pf_model_verdict reader(const uint8_t *octets, size_t size, pf_model_reply *reply);

static pf_model_verdict by_model(const uint8_t *octets, size_t size, pf_model_reply *reply) {
    return pf_model_check_reply(octets, size, false, reply);
}

/* More lines than anybody keeps: is there that number of them, right as far as they go, and one to come? */
static bool too_many_lines(const reading *r, const uint8_t *octets, reader *read) {
    pf_model_reply reply;
    const pf_model_verdict verdict = read(octets, r->fault.offset, &reply);

    return r->lines == POSTERN_REPLY_LINES_MAX && verdict.result == PF_INCOMPLETE && reply.lines == r->lines;
}

/* Is it what the other reader reads? What stands behind the first reply is none of its business. */
static bool is_read_by(reader *read, const reading *r, const uint8_t *octets, size_t size, pf_violation *v) {
    static const char section[] = "RFC 5321 4.2";
    static const char *const results[] = {[PF_ACCEPT] = "a reply", [PF_REJECT] = "no reply", [PF_INCOMPLETE] = "more"};
    const bool complete = r->status == POSTERN_COMPLETE;
    const pf_model_result seen = complete ? PF_ACCEPT : r->status == POSTERN_NEED_MORE ? PF_INCOMPLETE : PF_REJECT;
    pf_model_reply reply;
    const pf_model_verdict verdict = read(octets, complete ? r->consumed : size, &reply);

    if (r->status == POSTERN_WRONG && r->fault.error == POSTERN_ERROR_REPLY_TOO_MANY_LINES)
        return too_many_lines(r, octets, read) ||
               pf_unlawful(v, "REF", section, NULL, octets, size, 0, "%zu lines are too many", r->lines);
    if (seen != verdict.result || (seen == PF_REJECT && !same_fault(r->fault, octets, &verdict)) ||
        (!complete && r->lines != reply.lines)) {
        (void)pf_unlawful(v, "REF", section, NULL, octets, size, r->fault.offset, "%s, %s at %zu, behind %zu lines",
                          results[seen], postern_error_describe(r->fault.error)->name, r->fault.offset, r->lines);
        return pf_expected(v, "%s, %s at %zu, behind %zu lines%s", results[verdict.result],
                           verdict.error != NULL ? verdict.error : "nothing", verdict.offset, reply.lines,
                           read == by_model ? "" : ", in practice");
    }
    if (!complete) return true;
    if (r->code != reply.code || r->lines != reply.lines || !same_enhanced(r, octets, reply.enhanced)) {
        (void)pf_unlawful(v, "REF", section, NULL, octets, size, 0, "code %u (%u.%u.%u), %zu lines", r->code,
                          r->enhanced.class_, r->enhanced.subject, r->enhanced.detail, r->lines);
        return pf_expected(v, "code %d (%.*s), %zu lines", reply.code, (int)(reply.enhanced.end - reply.enhanced.begin),
                           (const char *)octets + reply.enhanced.begin, reply.lines);
    }
    return same_text(r, octets) || pf_unlawful(v, "REF", section, NULL, octets, size, 0, "another text than was sent");
}

static bool as_read_by(reader *read, const reading *r, const uint8_t *octets, size_t size, pf_violation *v) {
    return is_read_by(read, r, octets, size, v) &&
           (r->enhanced_right || pf_unlawful(v, "REF", "RFC 2034 4", NULL, octets, size, 0,
                                             "an enhanced code that its line does not begin with, or none")) &&
           (r->goes_on || pf_unlawful(v, "REF", "reply.h", NULL, octets, size, r->consumed,
                                      "a parser that goes on in another way than it promises"));
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
        const size_t expected = pf_plain_enhanced(octets, n, numbers);
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

/* It fits into its size, and not into less, of which nothing is written beyond. */
static bool keeps_capacity(int code, const postern_enhanced *enhanced, postern_slice text, postern_slice whole,
                           pf_violation *v) {
    enum { GUARD = 0xa5 };
    static uint8_t room[FORMATTED_MOST + 1];
    size_t n;

    room[whole.size] = GUARD;
    const postern_status fits = postern_reply_format(room, whole.size, code, enhanced, text.data, text.size, &n);
    const bool same = fits == POSTERN_COMPLETE && n == whole.size && memcmp(room, whole.data, n) == 0;
    if (!same || room[whole.size] != GUARD)
        return pf_unlawful(v, "LIMIT", "reply.h", NULL, text.data, text.size, 0, "a capacity that is enough, refused");
    room[whole.size - 1] = GUARD;
    const postern_status less = postern_reply_format(room, whole.size - 1, code, enhanced, text.data, text.size, &n);
    return (less == POSTERN_WRONG && n == 0 && room[whole.size - 1] == GUARD) ||
           pf_unlawful(v, "LIMIT", "reply.h", NULL, text.data, text.size, 0, "a capacity that is not enough, taken");
}

/* Any text can be formatted, and nothing of it breaks out. */
static bool any_text(const uint8_t *octets, size_t size, pf_violation *v) {
    static uint8_t formatted[FORMATTED_MOST];
    static uint8_t plain[FORMATTED_MOST];
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
    const postern_slice text = {octets, size}, whole = {formatted, n};
    if (!keeps_capacity(code, with ? &enhanced : &none, text, whole, v)) return false;
    const size_t m = pf_plain_format(plain, sizeof plain, code, with ? &enhanced : NULL, octets, size);
    return (m == n && memcmp(plain, formatted, n) == 0) ||
           pf_unlawful(v, "ROUND", "RFC 5321 4.2", NULL, octets, size, 0, "another text");
}

/* A code, or an enhanced code, that the formatter promises to refuse. */
static bool is_misuse(int code, postern_enhanced enhanced) {
    if (code < 200 || code > 599 || code / 10 % 10 > 5) return true;
    return enhanced.class_ != 0 && code / 100 != 3 &&
           (enhanced.class_ != code / 100 || enhanced.subject > 999 || enhanced.detail > 999);
}

/* Misuse is told of any numbers, and of those alone; nothing is written then. */
static bool any_numbers(int code, postern_enhanced enhanced, pf_violation *v) {
    static const uint8_t text[] = "text";
    uint8_t out[64];
    size_t n = 1;
    const postern_status status = postern_reply_format(out, sizeof out, code, &enhanced, text, sizeof text - 1, &n);
    const bool misuse = is_misuse(code, enhanced);

    if ((status == POSTERN_MISUSE) == misuse && (!misuse || n == 0)) return true;
    (void)pf_unlawful(v, "CONTRACT", "reply.h", NULL, text, sizeof text - 1, 0,
                      "status %d, %zu octets for %d, %d.%d.%d", (int)status, n, code, enhanced.class_, enhanced.subject,
                      enhanced.detail);
    return pf_expected(v, misuse ? "misuse, and nothing written" : "no misuse");
}

/* Codes of all kinds, each with an enhanced code of any class, with one that is absent, and with one of its own class;
 * one of them now and then. */
static bool misuse(uint32_t hash, bool thorough, pf_violation *v) {
    enum { CODES = 1100, SELDOM = 32 };
    const uint16_t subject = (uint16_t)(hash >> 5 & 2047), detail = (uint16_t)(hash >> 16 & 2047);
    const int chosen = (int)(hash / SELDOM % CODES);

    if (!thorough && hash % SELDOM != 0) return true;
    for (int code = thorough ? -1 : chosen; code < (thorough ? CODES : chosen + 1); code++) {
        if (!any_numbers(code, (postern_enhanced){(uint8_t)(((int)(hash >> 20) + code) & 7), 1, 2}, v) ||
            !any_numbers(code, (postern_enhanced){0, subject, detail}, v) ||
            !any_numbers(code, (postern_enhanced){(uint8_t)(code / 100 & 7), subject, detail}, v))
            return false;
    }
    return true;
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
    if (!as_read_by(by_model, &strict, octets, size, violation)) return false;
    if (strict.status == POSTERN_COMPLETE && !read_back(&strict, octets, size, violation)) return false;
    read_stream(POSTERN_REPLY_PRACTICE, octets, size, NULL, 0, &practice);
    if (strict.status != POSTERN_WRONG && !agree(&strict, &practice))
        return pf_unlawful(violation, "REF", "RFC 5321 4.2", NULL, octets, size, 0,
                           "the level of practice reads a lawful reply in another way");
    if (!as_read_by(pf_plain_in_practice, &practice, octets, size, violation)) return false;
    format_nothing();
    /* The limits do not depend on the input: one of them now and then. */
    enum { LIMITS = 8, SELDOM = 512 };
    const uint32_t turn = pf_hash(octets, size) % SELDOM;
    for (uint32_t i = 0; i < LIMITS; i++)
        if ((thorough || i == turn) && !at_limits(i, violation)) return false;
    return enhanced_alone(octets, size, thorough, violation) &&
           in_parts(POSTERN_REPLY_STRICT, octets, size, thorough, &strict, violation) &&
           in_parts(POSTERN_REPLY_PRACTICE, octets, size, thorough, &practice, violation) &&
           any_text(octets, size, violation) && misuse(pf_hash(octets, size), thorough, violation) &&
           (!thorough || pf_holds_nearby(pf_laws_reply, octets, size, violation));
}
