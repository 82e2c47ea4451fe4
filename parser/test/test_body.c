/* test_body.c: the receivers of DATA and BDAT, against a batch reading that splits at CRLF and is written apart.
 * (test_automata.c has the proof for bodies of every length.)
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <postern/body.h>

typedef postern_status data_function(postern_data *, const uint8_t *, size_t, size_t *, postern_slice *);
typedef postern_status bdat_function(postern_bdat *, const uint8_t *, size_t, size_t *, postern_slice *);

/* ---- what came out of a body ---- */

enum { CONTENT_MAX = 4096 };

typedef struct outcome {
    bool ended;
    size_t consumed;
    size_t size;
    uint32_t violations;
    postern_error first;
    uint64_t first_offset;
    bool eight_bit;
    uint8_t content[CONTENT_MAX];
} outcome;

static void deliver(outcome *to, const uint8_t *octets, size_t size) {
    assert_in_range(size, 0, CONTENT_MAX - to->size);
    memcpy(to->content + to->size, octets, size);
    to->size += size;
}

static void violate(outcome *to, uint32_t violation, postern_error error, size_t offset) {
    if (to->violations == 0) {
        to->first = error;
        to->first_offset = offset;
    }
    to->violations |= violation;
}

static void take_over(outcome *to, const postern_content *content) {
    to->violations = content->violations;
    to->first = content->first;
    to->first_offset = content->first_offset;
    to->eight_bit = content->eight_bit;
    assert_int_equal(content->offset, to->consumed);
    assert_int_equal(content->size, to->size);
}

static void expect_outcome(const outcome *got, const outcome *wanted, const uint8_t *body, size_t size,
                           const char *how) {
    if (got->ended != wanted->ended || got->consumed != wanted->consumed || got->size != wanted->size ||
        memcmp(got->content, wanted->content, got->size) != 0) {
        fail_msg("%s: \"%s\": %s, %zu consumed, \"%s\"; expected %s, %zu consumed, \"%s\"", how, escape(body, size),
                 got->ended ? "end" : "no end", got->consumed, escape(got->content, got->size),
                 wanted->ended ? "end" : "no end", wanted->consumed, escape(wanted->content, wanted->size));
    }
    if (got->violations != wanted->violations || got->first != wanted->first ||
        got->first_offset != wanted->first_offset || got->eight_bit != wanted->eight_bit) {
        fail_msg("%s: \"%s\": violations %u, first %d at %zu; expected %u, %d at %zu", how, escape(body, size),
                 got->violations, (int)got->first, (size_t)got->first_offset, wanted->violations, (int)wanted->first,
                 (size_t)wanted->first_offset);
    }
}

/* ---- the reference: a batch reading ---- */

/* A line of text, or the beginning of one. `known` octets of the body are there, so that the octet behind a CR is
 * known unless the CR is the last of them. */
static void reference_line(outcome *to, const uint8_t *body, size_t begin, size_t end, size_t known, bool whole,
                           size_t limit) {
    for (size_t i = begin; i < end; i++) {
        const bool of_crlf = whole && i + 2 >= end;
        if (limit != 0 && i - begin == limit) {
            violate(to, POSTERN_VIOLATION_LINE_TOO_LONG, POSTERN_ERROR_LINE_TOO_LONG, i);
        }
        if (body[i] == '\r' && !of_crlf && i + 1 < known) {
            violate(to, POSTERN_VIOLATION_BARE_CR, POSTERN_ERROR_BARE_CR, i);
        } else if (body[i] == '\n' && !of_crlf) {
            violate(to, POSTERN_VIOLATION_BARE_LF, POSTERN_ERROR_BARE_LF, i);
        } else if (body[i] == '\0') {
            violate(to, POSTERN_VIOLATION_NUL, POSTERN_ERROR_NUL, i);
        }
        to->eight_bit = to->eight_bit || body[i] >= 0x80;
    }
    deliver(to, body + begin, end - begin);
}

/* Returns: where the line that begins here ends, behind its CRLF; or 0. */
static size_t line_end(const uint8_t *body, size_t size, size_t begin) {
    for (size_t i = begin; i + 1 < size; i++) {
        if (body[i] == '\r' && body[i + 1] == '\n') {
            return i + 2;
        }
    }
    return 0;
}

static void reference_data(outcome *to, const uint8_t *body, size_t size, size_t limit) {
    size_t begin = 0;
    memset(to, 0, offsetof(outcome, content));
    for (size_t end; (end = line_end(body, size, begin)) != 0; begin = end) {
        if (end - begin == 3 && body[begin] == '.') {
            to->ended = true;
            to->consumed = end;
            return;
        }
        reference_line(to, body, begin + (body[begin] == '.'), end, size, true, limit);
    }
    const size_t left = size - begin;
    to->consumed = size;
    if (left > 0 && body[begin] == '.') {
        if (left == 1 || (left == 2 && body[begin + 1] == '\r')) {
            return;
        }
        begin++;
    }
    reference_line(to, body, begin, size, size, false, limit);
}

/* The octets of all chunks; `finished` when the last chunk is over. */
static void reference_bdat(outcome *to, const uint8_t *body, size_t size, size_t limit, bool finished) {
    size_t begin = 0;
    memset(to, 0, offsetof(outcome, content));
    for (size_t end; (end = line_end(body, size, begin)) != 0; begin = end) {
        reference_line(to, body, begin, end, size, true, limit);
    }
    reference_line(to, body, begin, size, finished ? size + 1 : size, false, limit);
    to->consumed = size;
    to->ended = finished;
}

/* ---- running the receivers ---- */

/* Feed octets, which are `at` to `at + size` of the body, as often as it takes, and hold each call to the contract. */
static void feed_data(data_function *feed, postern_data *data, const uint8_t *body, size_t at, size_t size,
                      outcome *got) {
    const uint8_t *octets = guard_copy(body + at, size);
    for (size_t used = 0; used < size && !got->ended;) {
        size_t taken = 0;
        postern_slice slice = {body, 99999};
        postern_status status = feed(data, octets + used, size - used, &taken, &slice);
        assert_in_range(taken, 1, size - used);
        assert_true(status == POSTERN_COMPLETE || status == POSTERN_NEED_MORE);
        assert_true((slice.data == NULL) == (slice.size == 0));
        used += taken;
        got->ended = status == POSTERN_COMPLETE;
        got->consumed += taken;
        deliver(got, slice.data != NULL ? slice.data : body, slice.size);
    }
    guard_release();
    take_over(got, &data->content);
}

/* The whole body, cut after each octet whose bit is set, or in pieces. */
static void run_data(outcome *got, data_function *feed, const uint8_t *body, size_t size, size_t limit, uint32_t cuts,
                     size_t piece) {
    postern_data data;
    memset(got, 0, offsetof(outcome, content));
    memset(&data, 0xAA, sizeof data);
    postern_data_init(&data, (uint32_t)limit);
    for (size_t at = 0, i = 1; i <= size && !got->ended; i++) {
        if (i == size || (i < 33 && (cuts >> (i - 1) & 1) != 0) || (piece > 0 && i - at == piece)) {
            feed_data(feed, &data, body, at, i - at, got);
            at = i;
        }
    }
}

static void feed_bdat(bdat_function *feed, postern_bdat *bdat, const uint8_t *body, size_t at, size_t size,
                      outcome *got) {
    const uint8_t *octets = guard_copy(body + at, size);
    size_t taken = 0;
    postern_slice slice = {NULL, 0};
    const uint64_t before = bdat->remaining;
    postern_status status = feed(bdat, octets, size, &taken, &slice);
    assert_int_equal(taken, before < size ? before : size);
    assert_int_equal(bdat->remaining, before - taken);
    assert_int_equal(status, bdat->remaining == 0 ? POSTERN_COMPLETE : POSTERN_NEED_MORE);
    assert_true(taken == 0 ? slice.data == NULL : slice.data == octets);
    assert_int_equal(slice.size, taken);
    got->consumed += taken;
    deliver(got, body + at, taken);
    guard_release();
    take_over(got, &bdat->content);
}

/* The whole body in chunks of `piece` octets, each of which comes whole. */
static void run_bdat(outcome *got, bdat_function *feed, const uint8_t *body, size_t size, size_t limit, size_t piece) {
    postern_bdat bdat;
    memset(got, 0, offsetof(outcome, content));
    memset(&bdat, 0xAA, sizeof bdat);
    postern_bdat_init(&bdat, (uint32_t)limit);
    for (size_t at = 0; at < size; at += piece) {
        postern_bdat_begin(&bdat, size - at < piece ? size - at : piece);
        feed_bdat(feed, &bdat, body, at, size - at, got);
    }
    postern_bdat_finish(&bdat);
    take_over(got, &bdat.content);
    got->ended = true;
}

/* ---- every short body, every cut ---- */

static const uint8_t letters[] = {'a', '\r', '\n', '.', '\0', 0x8D};

static bool same_content(const postern_content *a, const postern_content *b) {
    return a->offset == b->offset && a->size == b->size && a->violations == b->violations && a->first == b->first &&
           a->first_offset == b->first_offset && a->eight_bit == b->eight_bit && a->after_cr == b->after_cr &&
           a->line_limit == b->line_limit && a->line_length == b->line_length;
}

enum { SHORT_MAX = 9 };

/* From the state that the plain receiver is in behind each octet, feed each run of octets that begins there: the fast
 * one must deliver the same and be in the same state. As each chunk of each partition is such a run, that shows the
 * result to be the same for all partitions. */
static void expect_all_cuts(const uint8_t *body, size_t size, size_t limit) {
    static outcome batch, plain[SHORT_MAX + 1], fast;
    postern_data states[SHORT_MAX + 1];
    size_t last = 0;
    memset(&plain[0], 0, offsetof(outcome, content));
    postern_data_init(&states[0], (uint32_t)limit);
    for (; last < size && !plain[last].ended; last++) {
        states[last + 1] = states[last];
        memcpy(&plain[last + 1], &plain[last], offsetof(outcome, content) + plain[last].size);
        feed_data(postern_data_feed_plain, &states[last + 1], body, last, 1, &plain[last + 1]);
    }
    reference_data(&batch, body, size, limit);
    expect_outcome(&plain[last], &batch, body, size, "plain");
    for (size_t i = 0; i < last; i++) {
        for (size_t j = i + 1; j <= size; j++) {
            const size_t behind = j < last ? j : last;
            postern_data data = states[i];
            memcpy(&fast, &plain[i], offsetof(outcome, content) + plain[i].size);
            feed_data(postern_data_feed, &data, body, i, j - i, &fast);
            expect_outcome(&fast, &plain[behind], body, size, "fast");
            assert_true(same_content(&data.content, &states[behind].content));
            assert_int_equal(data.state, states[behind].state);
        }
    }
}

static void expect_all_cuts_of_chunks(const uint8_t *body, size_t size, size_t limit) {
    static outcome batch, plain[SHORT_MAX + 1], fast;
    postern_bdat states[SHORT_MAX + 1];
    memset(&plain[0], 0, offsetof(outcome, content));
    postern_bdat_init(&states[0], (uint32_t)limit);
    postern_bdat_begin(&states[0], size);
    for (size_t i = 0; i < size; i++) {
        states[i + 1] = states[i];
        memcpy(&plain[i + 1], &plain[i], offsetof(outcome, content) + plain[i].size);
        feed_bdat(postern_bdat_feed_plain, &states[i + 1], body, i, 1, &plain[i + 1]);
        reference_bdat(&batch, body, i + 1, limit, false);
        expect_outcome(&plain[i + 1], &batch, body, i + 1, "plain");
    }
    for (size_t i = 0; i < size; i++) {
        for (size_t j = i + 1; j <= size; j++) {
            postern_bdat bdat = states[i];
            memcpy(&fast, &plain[i], offsetof(outcome, content) + plain[i].size);
            feed_bdat(postern_bdat_feed, &bdat, body, i, j - i, &fast);
            expect_outcome(&fast, &plain[j], body, j, "fast");
            assert_true(same_content(&bdat.content, &states[j].content));
        }
    }
    run_bdat(&fast, postern_bdat_feed, body, size, limit, size);
    reference_bdat(&batch, body, size, limit, true);
    expect_outcome(&fast, &batch, body, size, "finished");
}

static void all_short_bodies_at_all_cuts(void **state) {
    (void)state;
    const size_t longest = long_run() ? SHORT_MAX : 7;
    for (size_t size = 1; size <= longest; size++) {
        uint8_t body[SHORT_MAX];
        memset(body, letters[0], size);
        do {
            expect_all_cuts(body, size, POSTERN_TEXT_LINE_MAX);
            if (size <= 6) {
                expect_all_cuts(body, size, 3);
                expect_all_cuts_of_chunks(body, size, 0);
                expect_all_cuts_of_chunks(body, size, 2);
            }
        } while (next_string(body, size, letters, COUNT_OF(letters)));
    }
}

static void all_short_bodies_at_two_cuts(void **state) {
    (void)state;
    static outcome got, wanted;
    for (size_t size = 1; size <= 6; size++) {
        uint8_t body[SHORT_MAX];
        memset(body, letters[0], size);
        do {
            reference_data(&wanted, body, size, 4);
            for (size_t first = 0; first < size; first++) {
                for (size_t second = first; second < size; second++) {
                    run_data(&got, postern_data_feed, body, size, 4, 1u << first | 1u << second, 0);
                    expect_outcome(&got, &wanted, body, size, "two cuts");
                }
            }
        } while (next_string(body, size, letters, COUNT_OF(letters)));
    }
}

/* The fast path goes by blocks of 32 octets: put the short bodies across their borders. */
static void short_bodies_across_blocks(void **state) {
    (void)state;
    enum { INNER = 4 };
    static const size_t places[] = {0, 1, 27, 28, 29, 30, 31, 32, 33, 59, 60, 61, 62, 63, 64};
    static const size_t limits[] = {0, 40, 67, 1000};
    static outcome got, wanted;
    for (size_t p = 0; p < COUNT_OF(places); p++) {
        uint8_t body[160];
        const size_t size = places[p] + INNER + 64 + 5;
        uint8_t *inner = body + places[p];
        memset(body, 'b', size);
        memset(inner, letters[0], INNER);
        memcpy(body + size - 5, "\r\n.\r\n", 5);
        do {
            for (size_t l = 0; l < COUNT_OF(limits); l++) {
                reference_data(&wanted, body, size, limits[l]);
                run_data(&got, postern_data_feed, body, size, limits[l], 0, 0);
                expect_outcome(&got, &wanted, body, size, "whole");
                run_data(&got, postern_data_feed, body, size, limits[l], 1u << (p * 2), 0);
                expect_outcome(&got, &wanted, body, size, "cut");
            }
            run_data(&got, postern_data_feed_plain, body, size, 1000, 0, 0);
            expect_outcome(&got, &wanted, body, size, "plain");
            reference_bdat(&wanted, body, size, 67, true);
            run_bdat(&got, postern_bdat_feed, body, size, 67, size);
            expect_outcome(&got, &wanted, body, size, "chunk");
            run_bdat(&got, postern_bdat_feed_plain, body, size, 67, 40);
            expect_outcome(&got, &wanted, body, size, "chunks, plain");
        } while (next_string(inner, INNER, letters, COUNT_OF(letters)));
    }
}

/* ---- limits ---- */

/* A line of so many octets, with or without a transparency dot, then the end. */
static void expect_line(size_t length, bool dot, uint32_t limit, size_t piece) {
    static uint8_t body[3000];
    static outcome got, wanted;
    const size_t at = dot ? 3 : 2;
    const size_t size = at + length + 3;
    memset(body, 'x', size);
    memcpy(body, "\r\n..", dot ? 4 : 2);
    memcpy(body + size - 5, "\r\n.\r\n", 5);
    run_data(&got, postern_data_feed, body, size, limit, 0, piece);
    assert_true(got.ended);
    assert_int_equal(got.consumed, size);
    assert_int_equal(got.violations, length > limit && limit != 0 ? POSTERN_VIOLATION_LINE_TOO_LONG : 0);
    assert_int_equal(got.first_offset, got.violations != 0 ? at + limit : 0);
    reference_data(&wanted, body, size, limit);
    expect_outcome(&got, &wanted, body, size, "limit");
    if (!dot) {
        run_bdat(&got, postern_bdat_feed, body, size - 3, limit, piece == 0 ? size : piece);
        assert_int_equal(got.violations, wanted.violations);
        assert_int_equal(got.first_offset, wanted.first_offset);
    }
}

static void limits(void **state) {
    (void)state;
    static const uint32_t all[] = {0, 3, 31, 32, 33, 64, 65, 998, 999, 1000, 1001, 1002, UINT32_MAX};
    static const size_t pieces[] = {0, 1, 5, 32, 512};
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        const size_t n = all[i] < 3 || all[i] > 2000 ? 1000 : all[i];
        for (size_t p = 0; p < COUNT_OF(pieces); p++) {
            for (size_t length = n < 6 ? 3 : n - 3; length <= n + 3; length++) {
                expect_line(length, false, all[i], pieces[p]);
                expect_line(length, true, all[i], pieces[p]);
            }
            expect_line(2 * n + 1, true, all[i], pieces[p]);
        }
    }
}

/* Each violation at each of the places about the limit, in a line that is too long besides. */
static void violations_about_the_limit(void **state) {
    (void)state;
    static const char octets[] = {'\0', '\n', '\r'};
    static outcome got, wanted;
    for (size_t limit = 60; limit < 70; limit++) {
        for (size_t place = limit - 2; place < limit + 3; place++) {
            for (size_t o = 0; o < COUNT_OF(octets); o++) {
                uint8_t body[200];
                memset(body, 'x', sizeof body);
                body[place] = (uint8_t)octets[o];
                reference_data(&wanted, body, sizeof body, limit);
                assert_int_equal(wanted.first_offset, place < limit ? place : limit);
                for (size_t piece = 0; piece < 70; piece++) {
                    run_data(&got, postern_data_feed, body, sizeof body, limit, 0, piece);
                    expect_outcome(&got, &wanted, body, sizeof body, "about the limit");
                }
            }
        }
    }
}

/* A count that stands near the end of its range does not wrap. */
static void the_length_of_a_line_does_not_wrap(void **state) {
    (void)state;
    for (uint32_t room = 0; room < 80; room++) {
        postern_bdat bdat;
        size_t taken;
        postern_slice slice;
        uint8_t text[200];
        memset(text, 'x', sizeof text);
        postern_bdat_init(&bdat, UINT32_MAX);
        bdat.content.line_length = UINT32_MAX - room;
        postern_bdat_begin(&bdat, sizeof text);
        assert_int_equal(postern_bdat_feed(&bdat, text, sizeof text, &taken, &slice), POSTERN_COMPLETE);
        assert_int_equal(bdat.content.violations, POSTERN_VIOLATION_LINE_TOO_LONG);
        assert_int_equal(bdat.content.first_offset, room);
        assert_int_equal(bdat.content.line_length, UINT32_MAX);
    }
}

/* ---- chunks of BDAT ---- */

static void chunks_count_octets(void **state) {
    (void)state;
    static const uint8_t octets[] = "\r\n.\r\nQUIT\r\n";
    postern_bdat bdat;
    size_t taken = 99;
    postern_slice slice = {octets, 1};
    memset(&bdat, 0xAA, sizeof bdat);
    postern_bdat_init(&bdat, 1000);
    assert_int_equal(postern_bdat_feed(&bdat, octets, 12, &taken, &slice), POSTERN_COMPLETE);
    assert_int_equal(taken, 0);
    assert_null(slice.data);
    postern_bdat_begin(&bdat, 0);
    assert_int_equal(postern_bdat_feed(&bdat, NULL, 0, &taken, &slice), POSTERN_COMPLETE);
    assert_int_equal(taken, 0);
    assert_null(slice.data);
    assert_int_equal(postern_bdat_feed(&bdat, octets, 12, &taken, &slice), POSTERN_COMPLETE);
    assert_int_equal(taken, 0);
    postern_bdat_begin(&bdat, 6);
    assert_int_equal(postern_bdat_feed(&bdat, NULL, 0, &taken, &slice), POSTERN_NEED_MORE);
    assert_int_equal(postern_bdat_feed(&bdat, octets, 12, &taken, &slice), POSTERN_COMPLETE);
    assert_int_equal(taken, 6);
    assert_ptr_equal(slice.data, octets);
    assert_int_equal(slice.size, 6);
    assert_int_equal(postern_bdat_feed(&bdat, octets, 12, &taken, &slice), POSTERN_COMPLETE);
    assert_int_equal(taken, 0);
    postern_bdat_begin(&bdat, POSTERN_CHUNK_MAX);
    assert_int_equal(postern_bdat_feed(&bdat, octets, 12, &taken, &slice), POSTERN_NEED_MORE);
    assert_int_equal(taken, 12);
    assert_true(bdat.remaining == (uint64_t)INT64_MAX - 12);
    assert_int_equal(bdat.content.offset, 18);
}

static void the_checks_go_on_across_chunks(void **state) {
    (void)state;
    static const char text[] = "a line\r\n.\r\nanother with\rone \n bare\0 octet of each kind\r\n\x8D\r";
    static outcome got, wanted;
    reference_bdat(&wanted, (const uint8_t *)text, sizeof text - 1, 20, true);
    assert_int_equal(wanted.violations, 15);
    for (size_t piece = 1; piece < sizeof text; piece++) {
        run_bdat(&got, postern_bdat_feed, (const uint8_t *)text, sizeof text - 1, 20, piece);
        expect_outcome(&got, &wanted, (const uint8_t *)text, sizeof text - 1, "chunks");
    }
}

/* One call goes as far as the next dot that begins a line, whatever lies between. */
static void one_call_goes_up_to_the_seam(void **state) {
    (void)state;
    static const uint8_t body[] =
        "Subject: a text\r\n\r\nof more lines than one, without a seam, some \xC3\xA9 octets, \n\0\r,"
        " and a CRLF\r\n..dot\r\n.\r\n";
    const size_t seam = sizeof body - sizeof "..dot\r\n.\r\n";
    const uint8_t *octets = guard_copy(body, sizeof body - 1);
    postern_data data;
    size_t taken = 0;
    postern_slice slice;
    postern_data_init(&data, POSTERN_TEXT_LINE_MAX);
    assert_int_equal(postern_data_feed(&data, octets, sizeof body - 1, &taken, &slice), POSTERN_NEED_MORE);
    assert_int_equal(taken, seam);
    assert_ptr_equal(slice.data, octets);
    assert_int_equal(slice.size, seam);
    octets += taken;
    assert_int_equal(postern_data_feed(&data, octets, sizeof body - 1 - seam, &taken, &slice), POSTERN_NEED_MORE);
    assert_int_equal(taken, sizeof "..dot\r\n" - 1);
    assert_ptr_equal(slice.data, octets + 1);
    assert_int_equal(slice.size, taken - 1);
    guard_release();
}

static void an_empty_feed_changes_nothing(void **state) {
    (void)state;
    static const uint8_t body[] = "\r\n.\r";
    for (size_t size = 0; size < sizeof body; size++) {
        outcome got;
        postern_data data;
        size_t taken = 99;
        postern_slice slice = {body, 1};
        memset(&got, 0, offsetof(outcome, content));
        postern_data_init(&data, 1000);
        feed_data(postern_data_feed, &data, body, 0, size, &got);
        const postern_data before = data;
        assert_int_equal(postern_data_feed(&data, NULL, 0, &taken, &slice), POSTERN_NEED_MORE);
        assert_int_equal(taken, 0);
        assert_null(slice.data);
        assert_int_equal(postern_data_feed_plain(&data, NULL, 0, &taken, &slice), POSTERN_NEED_MORE);
        assert_int_equal(taken, 0);
        assert_true(same_content(&data.content, &before.content) && data.state == before.state);
    }
}

static void violations_have_errors(void **state) {
    (void)state;
    assert_int_equal(postern_violation_error(POSTERN_VIOLATION_BARE_CR), POSTERN_ERROR_BARE_CR);
    assert_int_equal(postern_violation_error(POSTERN_VIOLATION_BARE_LF), POSTERN_ERROR_BARE_LF);
    assert_int_equal(postern_violation_error(POSTERN_VIOLATION_NUL), POSTERN_ERROR_NUL);
    assert_int_equal(postern_violation_error(POSTERN_VIOLATION_LINE_TOO_LONG), POSTERN_ERROR_LINE_TOO_LONG);
    assert_int_equal(postern_violation_error(0), POSTERN_ERROR_NONE);
    assert_int_equal(postern_violation_error(16), POSTERN_ERROR_NONE);
}

/* ---- vectors ---- */

/* title, input, consumed with the end or "-", content in escapes, violations "name offset" of the first or "-", and
 * further names */
static void visit(const vector *row) {
    static outcome got, wanted;
    memset(&wanted, 0, offsetof(outcome, content));
    wanted.ended = strcmp(vector_field(row, 0), "-") != 0;
    wanted.consumed = wanted.ended ? vector_number(row, 0) : row->size;
    assert_true(unescape(vector_field(row, 1), wanted.content, CONTENT_MAX, &wanted.size));
    for (size_t i = 2; i < row->count; i++) {
        char name[40] = "";
        size_t offset = 0;
        assert_true(sscanf(row->fields[i], "%39s %zu", name, &offset) >= 1);
        for (uint32_t bit = 1; bit < 16; bit <<= 1) {
            if (postern_violation_error(bit) == error_named(name)) {
                violate(&wanted, bit, error_named(name), offset);
            }
        }
    }
    for (size_t i = 0; i < wanted.size; i++) {
        wanted.eight_bit = wanted.eight_bit || wanted.content[i] > 127;
    }
    for (size_t piece = 0; piece <= row->size; piece++) {
        run_data(&got, postern_data_feed, row->input, row->size, POSTERN_TEXT_LINE_MAX, 0, piece);
        expect_outcome(&got, &wanted, row->input, row->size, row->title);
    }
}

static void vectors(void **state) {
    (void)state;
    vectors_each("body.tsv", visit);
}

/* Of the shared vectors the strict columns: status, octets consumed, content, bare CR and LF. */
static void visit_shared(const vector *row) {
    static outcome got, wanted;
    memset(&wanted, 0, offsetof(outcome, content));
    wanted.ended = strcmp(vector_field(row, 0), "EOD") == 0;
    wanted.consumed = wanted.ended ? vector_number(row, 1) : row->size;
    assert_true(unescape(vector_field(row, 2), wanted.content, CONTENT_MAX, &wanted.size));
    for (size_t piece = 0; piece <= row->size; piece++) {
        run_data(&got, postern_data_feed, row->input, row->size, 0, 0, piece);
        const uint32_t bare = got.violations & (POSTERN_VIOLATION_BARE_CR | POSTERN_VIOLATION_BARE_LF);
        assert_int_equal(bare != 0, vector_number(row, 3) > 0);
        wanted.violations = got.violations;
        wanted.first = got.first;
        wanted.first_offset = got.first_offset;
        wanted.eight_bit = got.eight_bit;
        expect_outcome(&got, &wanted, row->input, row->size, row->title);
    }
}

static void shared_vectors(void **state) {
    (void)state;
    shared_each("vectors/data.tsv", visit_shared);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors),
        cmocka_unit_test(shared_vectors),
        cmocka_unit_test(all_short_bodies_at_all_cuts),
        cmocka_unit_test(all_short_bodies_at_two_cuts),
        cmocka_unit_test(short_bodies_across_blocks),
        cmocka_unit_test(limits),
        cmocka_unit_test(violations_about_the_limit),
        cmocka_unit_test(the_length_of_a_line_does_not_wrap),
        cmocka_unit_test(chunks_count_octets),
        cmocka_unit_test(the_checks_go_on_across_chunks),
        cmocka_unit_test(one_call_goes_up_to_the_seam),
        cmocka_unit_test(an_empty_feed_changes_nothing),
        cmocka_unit_test(violations_have_errors),
    };
    return cmocka_run_group_tests_name("body", tests, NULL, NULL);
}
