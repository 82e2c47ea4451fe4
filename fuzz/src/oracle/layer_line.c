/* layer_line.c: the laws of line.h. Toolkit room: fuzz/.
 *
 * TWIN   the fast framer and its plain twin do the same
 * CHUNK  whatever the cuts
 * REF    and what they do is what a batch reading does, which sees all octets at once
 *
 * SPDX-License-Identifier: MIT */
#include "judging.h"

#include <postern/fuzz/exact.h>
#include <postern/fuzz/libpostern.h>
#include <postern/line.h>

#include <string.h>

typedef postern_status feed_function(postern_line *, const uint8_t *, size_t, size_t *, postern_slice *,
                                     postern_fault *);

/* ---- The batch reading ---- */

typedef struct batch_line {
    size_t size;   /* octets with the CRLF */
    bool complete; /* it has one */
    postern_fault fault;
} batch_line;

static batch_line read_batch(const uint8_t *octets, size_t size, size_t limit) {
    batch_line line = {.size = size, .fault = {POSTERN_ERROR_NONE, limit}};

    for (size_t i = 0; i < size; i++) {
        const bool crlf = octets[i] == '\r' && i + 1 < size && octets[i + 1] == '\n';
        postern_error error = POSTERN_ERROR_NONE;
        if (crlf) {
            line.size = i + 2;
            line.complete = true;
            break;
        }
        if (octets[i] == '\r')
            error = POSTERN_ERROR_BARE_CR;
        else if (octets[i] == '\n')
            error = POSTERN_ERROR_BARE_LF;
        else if (octets[i] == '\0')
            error = POSTERN_ERROR_NUL;
        if (error != POSTERN_ERROR_NONE && line.fault.error == POSTERN_ERROR_NONE && i < limit)
            line.fault = (postern_fault){error, i};
    }
    if (line.fault.error == POSTERN_ERROR_NONE && line.size > limit) line.fault.error = POSTERN_ERROR_LINE_TOO_LONG;
    return line;
}

/* ---- The framers against it ---- */

typedef struct framing {
    feed_function *feed;
    const char *law; /* that is broken when this one errs */
    postern_line framer;
    size_t asked; /* for a limit of so many octets, which becomes: */
    size_t limit;
    const uint8_t *octets;
    size_t size;
    size_t begin; /* of the line at hand */
    pf_violation *violation;
} framing;

static bool wrong(const framing *f, const char *expected, postern_status status, postern_fault fault) {
    (void)pf_unlawful(f->violation, f->law, "RFC 5321 2.3.8", NULL, f->octets + f->begin, f->size - f->begin, f->begin,
                      "status %d, %s at %zu", (int)status, postern_error_describe(fault.error)->name, fault.offset);
    return pf_expected(f->violation, "%s", expected);
}

/* A line has ended: is it the batch reading's? */
static bool check_line(framing *f, postern_status status, postern_slice line, postern_fault fault, size_t end) {
    const batch_line expected = read_batch(f->octets + f->begin, f->size - f->begin, f->limit);
    const bool broken = expected.fault.error != POSTERN_ERROR_NONE;

    pf_touch_slice(line);
    if (!expected.complete || end - f->begin != expected.size)
        return wrong(f, "the line to end at its CRLF", status, fault);
    if (fault.error != expected.fault.error || (broken && fault.offset != expected.fault.offset))
        return wrong(f, postern_error_describe(expected.fault.error)->name, status, fault);
    if (status != (broken ? POSTERN_WRONG : POSTERN_COMPLETE))
        return wrong(f, "complete or wrong, as the fault says", status, fault);
    const size_t kept = f->limit < 8 ? f->limit : 8;
    const size_t least = broken && kept < expected.size ? kept : expected.size;
    if (line.size < least || line.size > expected.size || line.size > f->limit ||
        memcmp(line.data, f->octets + f->begin, line.size) != 0)
        return wrong(f, "the octets of the line", status, fault);
    f->begin = end;
    return true;
}

static bool feed_segment(framing *f, size_t from, size_t to) {
    const uint8_t *copy = pf_exact_copy(f->octets + from, to - from);
    size_t at = from;
    bool good = true;

    while (good && at < to) {
        postern_slice line;
        postern_fault fault;
        size_t taken = 0;
        const postern_status status = f->feed(&f->framer, copy + (at - from), to - at, &taken, &line, &fault);
        PF_CHECK(taken > 0 && taken <= to - at);
        at += taken;
        if (status == POSTERN_NEED_MORE)
            good = at == to || wrong(f, "all octets to be taken", status, fault);
        else
            good = check_line(f, status, line, fault, at);
    }
    pf_exact_release();
    return good;
}

/* Is the fault one that nothing behind can change? A LF may still come behind a CR. Where the line is full, and its CR
 * has not come, the next octet is one too many. Out: the fault. */
static bool is_certain(const framing *f, batch_line *rest) {
    const bool open_cr = rest->size > 0 && f->octets[f->begin + rest->size - 1] == '\r';
    const bool open_fault = rest->fault.error == POSTERN_ERROR_BARE_CR && rest->fault.offset + 1 == rest->size;

    if (rest->fault.error == POSTERN_ERROR_NONE && rest->size == f->limit && !open_cr)
        rest->fault.error = POSTERN_ERROR_LINE_TOO_LONG;
    return rest->fault.error != POSTERN_ERROR_NONE && !open_fault;
}

/* What is left is a line that has not ended. A fault that is certain is told, and is the one that it will have. */
static bool check_rest(framing *f) {
    batch_line rest = read_batch(f->octets + f->begin, f->size - f->begin, f->limit);
    const postern_fault pending = postern_line_pending_fault(&f->framer);

    if (rest.complete) return wrong(f, "the line to be reported at its CRLF", POSTERN_NEED_MORE, pending);
    if (postern_line_is_open(&f->framer) != (rest.size > 0))
        return wrong(f, "an open line where octets have no CRLF", POSTERN_NEED_MORE, pending);
    if (is_certain(f, &rest) && (pending.error != rest.fault.error || pending.offset != rest.fault.offset))
        return wrong(f, "the fault that is certain", POSTERN_NEED_MORE, pending);
    if (pending.error == POSTERN_ERROR_NONE) return true;
    postern_slice line;
    postern_fault fault;
    size_t taken;
    const postern_status status = f->feed(&f->framer, (const uint8_t *)"\r\n", 2, &taken, &line, &fault);
    return (status == POSTERN_WRONG && fault.error == pending.error && fault.offset == pending.offset) ||
           wrong(f, "the pending fault", status, fault);
}

static bool run(framing *f, const size_t *cuts, size_t count) {
    size_t from = 0;

    memset(&f->framer, 0xa5, offsetof(postern_line, buffer));
    postern_line_init(&f->framer, f->asked);
    f->begin = 0;
    for (size_t i = 0; i <= count; i++) {
        const size_t to = i < count ? cuts[i] : f->size;
        if (!feed_segment(f, from, to)) return false;
        from = to;
    }
    return check_rest(f);
}

bool pf_laws_line(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation) {
    static size_t cuts[PF_CUTS_MAX];
    const uint32_t word = pf_options_word(octets, size);
    framing f = {.asked = word != 0 ? word % (POSTERN_AUTH_LINE_MAX + 2) : POSTERN_COMMAND_LINE_MAX,
                 .octets = octets,
                 .size = size,
                 .violation = violation};
    size_t turn = 0;
    size_t count;

    f.limit = f.asked < 2 ? 2 : f.asked > POSTERN_AUTH_LINE_MAX ? POSTERN_AUTH_LINE_MAX : f.asked;
    f.feed = postern_line_feed;
    f.law = "REF";
    if (!run(&f, NULL, 0)) return false;
    f.feed = postern_line_feed_plain;
    f.law = "TWIN";
    if (!run(&f, NULL, 0)) return false;
    f.law = "CHUNK";
    while (pf_cut_next(&turn, thorough, octets, size, cuts, &count)) {
        f.feed = postern_line_feed;
        if (!run(&f, cuts, count)) return false;
        f.feed = postern_line_feed_plain;
        if (!run(&f, cuts, count)) return false;
    }
    return !thorough || pf_holds_nearby(pf_laws_line, octets, size, violation);
}
