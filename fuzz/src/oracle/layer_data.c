/* layer_data.c: the laws of body.h. Toolkit room: fuzz/.
 *
 * REF    DATA ends where the model says, with the model's content and violations, and so has a message in chunks
 * CHUNK  whatever the cuts; and so for the stuffer
 * TWIN   by the fast receiver and by the plain one
 * ROUND  unstuff(stuff(m)) = m, and nothing in stuff(m) ends a message before its end; BDAT hands on what it is given;
 *        a stuffer begins anew behind the end of a message
 * LIMIT  a message is stuffed into a room that is large enough, and into none that is not
 *
 * SPDX-License-Identifier: MIT */
#include "../copy.h"
#include "../model/decode.h"
#include "judging.h"

#include <postern/body.h>
#include <postern/client.h>
#include <postern/codec.h>
#include <postern/fuzz/exact.h>
#include <postern/fuzz/libpostern.h>

#include <string.h>

enum { INPUT_MOST = 1 << 20 };

/* The longest text line of the receivers at hand; 0: none is too long. */
static uint32_t line_limit;

typedef postern_status feed_function(postern_data *, const uint8_t *, size_t, size_t *, postern_slice *);

/* What a receiver made of a body. */
typedef struct received {
    bool end;
    size_t consumed;
    size_t size;
    postern_content facts;
    uint8_t content[INPUT_MOST];
} received;

static void take(received *r, postern_slice slice) {
    pf_touch_slice(slice);
    PF_CHECK(slice.size <= sizeof r->content - r->size);
    pf_copy(r->content + r->size, slice.data, slice.size);
    r->size += slice.size;
}

static void receive(feed_function *feed, const uint8_t *octets, size_t size, const size_t *cuts, size_t count,
                    received *r) {
    postern_data data;
    size_t at = 0;

    memset(&data, 0xa5, sizeof data);
    postern_data_init(&data, line_limit);
    r->end = false;
    r->size = 0;
    for (size_t i = 0; i <= count && !r->end; i++) {
        const size_t to = i < count ? cuts[i] : size;
        const uint8_t *copy = pf_exact_copy(octets + at, to - at);
        const size_t from = at;
        while (at < to && !r->end) {
            postern_slice slice;
            size_t taken = 0;
            r->end = feed(&data, copy + (at - from), to - at, &taken, &slice) == POSTERN_COMPLETE;
            PF_CHECK(taken > 0 && taken <= to - at);
            take(r, slice);
            at += taken;
        }
        pf_exact_release();
    }
    r->consumed = at;
    r->facts = data.content;
    PF_CHECK(r->facts.size == r->size && r->facts.offset == at);
}

/* No octets, which nobody has to point to, change nothing; neither does a chunk of none end. */
static void feed_nothing(void) {
    postern_data data;
    postern_bdat bdat;
    postern_slice slice;
    size_t taken = 1;

    postern_data_init(&data, 0);
    PF_CHECK(postern_data_feed(&data, NULL, 0, &taken, &slice) == POSTERN_NEED_MORE && taken + slice.size == 0);
    PF_CHECK(postern_data_feed_plain(&data, NULL, 0, &taken, &slice) == POSTERN_NEED_MORE && taken + slice.size == 0);
    postern_bdat_init(&bdat, 0);
    postern_bdat_begin(&bdat, 0);
    PF_CHECK(postern_bdat_feed(&bdat, NULL, 0, &taken, &slice) == POSTERN_COMPLETE && taken + slice.size == 0);
    PF_CHECK(postern_bdat_feed_plain(&bdat, NULL, 0, &taken, &slice) == POSTERN_COMPLETE && taken + slice.size == 0);
    postern_bdat_begin(&bdat, 1);
    PF_CHECK(postern_bdat_feed(&bdat, NULL, 0, &taken, &slice) == POSTERN_NEED_MORE && taken + slice.size == 0);
    PF_CHECK(postern_bdat_feed_plain(&bdat, NULL, 0, &taken, &slice) == POSTERN_NEED_MORE && taken + slice.size == 0);
}

/* A line of a dot and a CR, in one call, and the octet behind them in the next: only LF makes it an end. */
static bool behind_dot_cr(feed_function *feed, uint8_t octet, pf_violation *v) {
    static const uint8_t dot_cr[] = {'.', '\r'};
    static uint8_t stream[] = {'.', '\r', '\0'}; /* what a violation shows lives on */
    postern_data data;
    postern_slice slice;
    size_t taken;

    postern_data_init(&data, 0);
    for (size_t at = 0; at < sizeof dot_cr; at += taken) {
        if (feed(&data, dot_cr + at, sizeof dot_cr - at, &taken, &slice) != POSTERN_NEED_MORE || slice.size > 0)
            return pf_unlawful(v, "CHUNK", "RFC 5321 4.5.2", "DATA_BODY", dot_cr, at + 1, at, "held back too little");
    }
    stream[2] = octet;
    const postern_status status = feed(&data, pf_exact_copy(&octet, 1), 1, &taken, &slice);
    const bool good = octet == '\n' ? status == POSTERN_COMPLETE && slice.size == 0
                                    : status == POSTERN_NEED_MORE && slice.size == 2 &&
                                          memcmp(slice.data, stream + 1, slice.size) == 0;
    pf_exact_release();
    return good || pf_unlawful(v, "CHUNK", "RFC 5321 4.5.2", "DATA_BODY", stream, sizeof stream, 2,
                               "status %d, %zu octets", (int)status, slice.size);
}

/* All octets do, or one of them. */
static bool behind_dot_crs(uint32_t hash, bool thorough, pf_violation *v) {
    for (uint32_t octet = thorough ? 0 : hash % 256; octet < 256; octet++) {
        if (!behind_dot_cr(postern_data_feed, (uint8_t)octet, v) ||
            !behind_dot_cr(postern_data_feed_plain, (uint8_t)octet, v))
            return false;
        if (!thorough) break;
    }
    return true;
}

/* ---- Comparing ---- */

static const char data_section[] = "RFC 5321 4.5.2";

static bool is_violation(const postern_content *facts, const char *name) {
    for (uint32_t bit = 1; bit <= POSTERN_VIOLATION_LINE_TOO_LONG; bit <<= 1)
        if (strcmp(postern_error_describe(postern_violation_error(bit))->name, name) == 0)
            return facts->violations & bit;
    return false;
}

static bool has_eight_bit(const uint8_t *octets, size_t size) {
    for (size_t i = 0; i < size; i++)
        if (octets[i] > 127) return true;
    return false;
}

/* What the model found wrong with a text: names in their order, and where the first is. */
typedef struct known_violations {
    const char *const *names;
    size_t count;
    size_t first;
} known_violations;

static bool same_violations(const postern_content *facts, known_violations model, const char *verb,
                            const uint8_t *octets, size_t size, pf_violation *v) {
    const uint32_t bits = facts->violations;
    const size_t count = (bits & 1) + (bits >> 1 & 1) + (bits >> 2 & 1) + (bits >> 3 & 1);
    size_t known = 0;

    for (size_t i = 0; i < model.count; i++) known += is_violation(facts, model.names[i]);
    if (known != model.count || count != model.count || bits >> 4 != 0)
        return pf_unlawful(v, "REF", data_section, verb, octets, size, 0, "violations 0x%x, the model has %zu", bits,
                           model.count);
    if (count == 0)
        return facts->first == POSTERN_ERROR_NONE ||
               pf_unlawful(v, "REF", data_section, verb, octets, size, 0, "a first violation where there is none");
    if (strcmp(postern_error_describe(facts->first)->name, model.names[0]) == 0 && facts->first_offset == model.first)
        return true;
    (void)pf_unlawful(v, "REF", data_section, verb, octets, size, facts->first_offset, "%s at %zu first",
                      postern_error_describe(facts->first)->name, (size_t)facts->first_offset);
    return pf_expected(v, "%s at %zu first", model.names[0], model.first);
}

static bool as_model(const received *r, const uint8_t *octets, size_t size, pf_violation *v) {
    static uint8_t content[INPUT_MOST];
    pf_model_data data;
    const pf_model_verdict verdict = pf_model_check_data(octets, size, line_limit, content, &data);

    if (r->end != data.end || (r->end && r->consumed != data.consumed)) {
        (void)pf_unlawful(v, "REF", data_section, "DATA_BODY", octets, size, r->end ? r->consumed : size, "%s at %zu",
                          r->end ? "the end" : "no end", r->consumed);
        return pf_expected(v, "%s at %zu", data.end ? "the end" : "no end", data.consumed);
    }
    if (r->size != data.content_size || memcmp(r->content, content, r->size) != 0)
        return pf_unlawful(v, "REF", data_section, "DATA_BODY", octets, size, 0, "%zu octets of other content than %zu",
                           r->size, data.content_size);
    if (r->facts.eight_bit != has_eight_bit(octets, r->consumed))
        return pf_unlawful(v, "REF", data_section, "DATA_BODY", octets, size, 0, "8-bit octets: %d",
                           r->facts.eight_bit);
    /* Which violations are certain at an open end is the receiver's. */
    const known_violations known = {data.violations, data.violation_count, verdict.offset};
    return !r->end || same_violations(&r->facts, known, "DATA_BODY", octets, size, v);
}

/* A message in chunks has no dots: all its octets are text. */
static bool chunks_as_model(const postern_content *facts, const uint8_t *octets, size_t size, pf_violation *v) {
    pf_text_scan scan = {.limit = line_limit};

    pf_scan_text(&scan, octets, size, 0);
    pf_scan_text_end(&scan);
    if (facts->size != size || facts->offset != size || facts->eight_bit != has_eight_bit(octets, size))
        return pf_unlawful(v, "REF", "RFC 3030 2", "BDAT_CHUNK", octets, size, 0, "%zu octets, 8-bit octets: %d",
                           (size_t)facts->size, facts->eight_bit);
    return same_violations(facts, (known_violations){scan.names, scan.count, scan.first}, "BDAT_CHUNK", octets, size,
                           v);
}

static bool same_facts(const postern_content *a, const postern_content *b) {
    return a->violations == b->violations && a->first == b->first && a->first_offset == b->first_offset &&
           a->eight_bit == b->eight_bit && a->size == b->size;
}

/* Two receivers that saw the same octets; what is held back at an open end may differ. */
static bool agree(const received *a, const received *b) {
    if (a->end != b->end || a->consumed != b->consumed) return false;
    const size_t common = a->end || a->size < b->size ? a->size : b->size;
    if (memcmp(a->content, b->content, common) != 0) return false;
    return !a->end || (a->size == b->size && same_facts(&a->facts, &b->facts));
}

/* ---- BDAT ---- */

typedef postern_status chunk_function(postern_bdat *, const uint8_t *, size_t, size_t *, postern_slice *);

/* Feed as one message, in chunks that end at the cuts, with some of the next chunk behind each, or as one chunk in
 * parts that end there. Out: facts. Returns: the octets came out as they went in. */
static bool receive_chunks(chunk_function *feed, bool one_chunk, const uint8_t *octets, size_t size, const size_t *cuts,
                           size_t count, postern_content *facts) {
    postern_bdat bdat;
    size_t at = 0;
    bool good = true;

    memset(&bdat, 0xa5, sizeof bdat);
    postern_bdat_init(&bdat, line_limit);
    if (one_chunk) postern_bdat_begin(&bdat, size);
    for (size_t i = 0; i <= count; i++) {
        const size_t to = i < count ? cuts[i] : size;
        const size_t behind = one_chunk ? 0 : size - to < 3 ? size - to : 3;
        const uint8_t *copy = pf_exact_copy(octets + at, to - at + behind);
        postern_slice slice;
        size_t taken;
        if (!one_chunk) postern_bdat_begin(&bdat, to - at);
        const postern_status status = feed(&bdat, copy, to - at + behind, &taken, &slice);
        PF_CHECK(status == (one_chunk && to < size ? POSTERN_NEED_MORE : POSTERN_COMPLETE));
        PF_CHECK(taken == to - at);
        pf_touch_slice(slice);
        good = good && slice.size == taken && (taken == 0 || memcmp(slice.data, octets + at, taken) == 0);
        pf_exact_release();
        at = to;
    }
    postern_bdat_finish(&bdat);
    *facts = bdat.content;
    return good;
}

/* ---- The round trip ---- */

/* What does not fit is told, with the capacity as the place, and of what fits nothing is written beyond. In: n, octets
 * that it takes; less, fewer. */
static bool keeps_capacity(const uint8_t *octets, size_t size, size_t n, size_t less, pf_violation *v) {
    static uint8_t room[POSTERN_STUFFED_MAX(INPUT_MOST) + 1];
    postern_fault fault;
    size_t written = 1;

    room[less] = room[n] = 0xa5;
    const postern_status status = postern_data_stuff(room, less, octets, size, &written, &fault);
    if (status != POSTERN_WRONG || fault.error != POSTERN_ERROR_CAPACITY || fault.offset != less || written != 0 ||
        room[less] != 0xa5)
        return pf_unlawful(v, "LIMIT", "codec.h", "DATA_BODY", octets, size, fault.offset,
                           "status %d, %s, in %zu of %zu octets", (int)status,
                           postern_error_describe(fault.error)->name, less, n);
    return (postern_data_stuff(room, n, octets, size, &written, &fault) == POSTERN_COMPLETE && written == n &&
            room[n] == 0xa5) ||
           pf_unlawful(v, "LIMIT", "codec.h", "DATA_BODY", octets, size, 0, "a capacity that is enough, refused");
}

static bool stuffing(const uint8_t *octets, size_t size, const postern_content *facts, pf_violation *v) {
    static uint8_t stuffed[POSTERN_STUFFED_MAX(INPUT_MOST)];
    static received back;
    static const char section[] = "RFC 5321 4.5.2";
    const uint32_t unsendable = POSTERN_VIOLATION_BARE_CR | POSTERN_VIOLATION_BARE_LF | POSTERN_VIOLATION_NUL;
    postern_fault fault;
    size_t n;
    const bool sendable = !(facts->violations & unsendable);
    const bool done = postern_data_stuff(stuffed, sizeof stuffed, octets, size, &n, &fault) == POSTERN_COMPLETE;

    if (done != sendable)
        return pf_unlawful(v, "ROUND", section, "DATA_BODY", octets, size, done ? 0 : fault.offset, "%s",
                           done ? "stuffed, though BDAT finds a bare CR, a bare LF or a NUL" : "refused");
    if (!done && facts->first != POSTERN_ERROR_LINE_TOO_LONG &&
        (fault.error != facts->first || fault.offset != facts->first_offset))
        return pf_unlawful(v, "ROUND", section, "DATA_BODY", octets, size, fault.offset, "%s, where BDAT finds %s",
                           postern_error_describe(fault.error)->name, postern_error_describe(facts->first)->name);
    if (!done) return true;
    const bool ends = size >= 2 && octets[size - 2] == '\r' && octets[size - 1] == '\n';
    const size_t whole = size > 0 && !ends ? size + 2 : size;
    if (whole > INPUT_MOST) return true;
    receive(postern_data_feed, stuffed, n, NULL, 0, &back);
    if (!back.end || back.consumed != n)
        return pf_unlawful(v, "ROUND", section, "DATA_BODY", octets, size, back.consumed, "an end at %zu of %zu",
                           back.consumed, n);
    if (back.size != whole || memcmp(back.content, octets, size) != 0)
        return pf_unlawful(v, "ROUND", section, "DATA_BODY", octets, size, 0, "unstuff(stuff(m)) is not m");
    return keeps_capacity(octets, size, n, n - 1 - pf_hash(octets, size) % (n < 8 ? n : 8), v);
}

/* Behind the end of a message the next one begins, whose octets are counted from its own first one. */
static bool stuffs_anew(postern_stuffer *stuffer) {
    static const uint8_t next[] = {'.', '\0'};
    uint8_t out[4];
    postern_fault fault;
    size_t taken, written;

    return postern_stuffer_feed(stuffer, out, sizeof out, next, sizeof next, &taken, &written, &fault) ==
               POSTERN_WRONG &&
           fault.error == POSTERN_ERROR_NUL && fault.offset == 1 && written == 2 && memcmp(out, "..", 2) == 0;
}

/* One call after another, each with little room: as in one call, a fault included, which stays. */
static bool stuffing_in_parts(const uint8_t *octets, size_t size, const size_t *cuts, size_t count, pf_violation *v) {
    static uint8_t whole[POSTERN_STUFFED_MAX(INPUT_MOST)];
    static uint8_t parts[POSTERN_STUFFED_MAX(INPUT_MOST) + POSTERN_STUFFER_END_MAX];
    static const char section[] = "RFC 5321 4.5.2";
    postern_stuffer stuffer;
    postern_fault fault, expected;
    size_t at = 0, n = 0, m, taken, written;
    bool good = true;

    const postern_status status = postern_data_stuff(whole, sizeof whole, octets, size, &m, &expected);
    memset(&stuffer, 0xa5, sizeof stuffer);
    postern_stuffer_init(&stuffer);
    for (size_t i = 0; i <= count && good; i++) {
        const size_t to = i < count ? cuts[i] : size;
        while (at < to && good) {
            const size_t room = 2 + (at + i) % 3;
            good = postern_stuffer_feed(&stuffer, parts + n, room, octets + at, to - at, &taken, &written, &fault) ==
                   POSTERN_NEED_MORE;
            PF_CHECK(taken <= to - at && written <= room && (!good || taken > 0));
            at += taken;
            n += written;
        }
    }
    if (!good) { /* it stays, whatever comes */
        const postern_status again =
            postern_stuffer_feed(&stuffer, parts + n, 2, (const uint8_t *)"a", 1, &taken, &written, &fault);
        good = again == POSTERN_WRONG && taken == 0 && written == 0;
    }
    /* Too little room for the end is said, and is no end. */
    postern_status end = postern_stuffer_finish(&stuffer, parts + n, 2, &written, &fault);
    PF_CHECK(end == POSTERN_WRONG && written == 0);
    if (fault.error == POSTERN_ERROR_CAPACITY)
        end = postern_stuffer_finish(&stuffer, parts + n, POSTERN_STUFFER_END_MAX, &written, &fault);
    n += written;
    good = end == status &&
           (status == POSTERN_COMPLETE ? good && n == m && memcmp(parts, whole, n) == 0
                                       : fault.error == expected.error && fault.offset == expected.offset);
    if (good && status == POSTERN_COMPLETE && !stuffs_anew(&stuffer))
        return pf_unlawful(v, "ROUND", section, "DATA_BODY", octets, size, 0,
                           "behind its end a stuffer that is not as it was before it");
    return good ||
           pf_unlawful(v, "CHUNK", section, "DATA_BODY", octets, size, fault.offset, "%s at %zu, in one call %s at %zu",
                       postern_error_describe(fault.error)->name, (size_t)fault.offset,
                       postern_error_describe(expected.error)->name, (size_t)expected.offset);
}

static bool judge(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation) {
    static received whole;
    static received other;
    static size_t cuts[PF_CUTS_MAX];
    postern_content one;
    postern_content many;
    size_t turn = 0;
    size_t count;

    receive(postern_data_feed, octets, size, NULL, 0, &whole);
    if (!as_model(&whole, octets, size, violation)) return false;
    receive(postern_data_feed_plain, octets, size, NULL, 0, &other);
    if (!agree(&whole, &other))
        return pf_unlawful(violation, "TWIN", data_section, "DATA_BODY", octets, size, 0, "fast and plain differ");
    if (!receive_chunks(postern_bdat_feed, false, octets, size, NULL, 0, &one))
        return pf_unlawful(violation, "ROUND", "RFC 3030 2", "BDAT_CHUNK", octets, size, 0, "other octets came out");
    if (!receive_chunks(postern_bdat_feed_plain, true, octets, size, NULL, 0, &many) || !same_facts(&one, &many))
        return pf_unlawful(violation, "TWIN", "RFC 3030 2", "BDAT_CHUNK", octets, size, 0, "fast and plain differ");
    if (!chunks_as_model(&one, octets, size, violation)) return false;
    if (!stuffing(octets, size, &one, violation)) return false;
    while (pf_cut_next(&turn, thorough, octets, size, cuts, &count)) {
        receive(turn % 2 == 0 ? postern_data_feed_plain : postern_data_feed, octets, size, cuts, count, &other);
        if (!agree(&whole, &other))
            return pf_unlawful(violation, "CHUNK", data_section, "DATA_BODY", octets, size, count > 0 ? cuts[0] : 0,
                               "another result with %zu cuts", count);
        if (!receive_chunks(turn % 2 == 0 ? postern_bdat_feed_plain : postern_bdat_feed, turn % 4 < 2, octets, size,
                            cuts, count, &many) ||
            !same_facts(&one, &many))
            return pf_unlawful(violation, "CHUNK", "RFC 3030 2", "BDAT_CHUNK", octets, size, count > 0 ? cuts[0] : 0,
                               "another result in %zu chunks", count + 1);
        if (!stuffing_in_parts(octets, size, cuts, count, violation)) return false;
    }
    return true;
}

bool pf_laws_data(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation) {
    static const uint32_t limits[] = {0, 2, 78, 4294967295u};
    const uint32_t hash = pf_hash(octets, size);
    const bool usual = thorough || hash >> 16 & 3;

    if (size > INPUT_MOST - 2) size = INPUT_MOST - 2;
    feed_nothing();
    line_limit = POSTERN_TEXT_LINE_MAX;
    if (usual && !judge(octets, size, thorough, violation)) return false;
    line_limit = limits[hash >> 18 & 3];
    if ((thorough || !usual) && !judge(octets, size, false, violation)) return false;
    return behind_dot_crs(hash, thorough, violation) &&
           (!thorough || pf_holds_nearby(pf_laws_data, octets, size, violation));
}
