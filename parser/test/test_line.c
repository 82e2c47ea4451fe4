/* test_line.c: framing, against a batch reading of the whole stream that is written apart. (test_automata.c has the
 * proof for streams of every length.)
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <postern/line.h>

typedef postern_status feed_function(postern_line *, const uint8_t *, size_t, size_t *, postern_slice *,
                                     postern_fault *);

/* ---- what came out of a stream ---- */

enum { ENTRIES_MAX = 64 };

/* A line that ended: its octets are begin to end of the stream. */
typedef struct entry {
    size_t begin;
    size_t end;
    postern_fault fault;
} entry;

typedef struct record {
    entry entries[ENTRIES_MAX];
    size_t count;
} record;

static void add(record *to, entry ended) {
    assert_true(to->count < ENTRIES_MAX);
    to->entries[to->count++] = ended;
}

static void expect_record(const record *got, const record *expected, const uint8_t *stream, size_t size,
                          const char *how) {
    bool equal = got->count == expected->count;
    for (size_t i = 0; equal && i < got->count; i++) {
        const entry *a = &got->entries[i];
        const entry *b = &expected->entries[i];
        equal = a->begin == b->begin && a->end == b->end && a->fault.error == b->fault.error &&
                a->fault.offset == b->fault.offset;
    }
    if (!equal) {
        fail_msg("%s: another record for \"%s\"", how, escape(stream, size));
    }
}

/* ---- the reference: a batch reading, which looks for CRLF and then into each line ---- */

static postern_fault reference_fault(const uint8_t *line, size_t size, size_t limit) {
    const size_t content = size - 2;
    for (size_t i = 0; i < content; i++) {
        if (i == limit) break;
        if (line[i] == '\0') return (postern_fault){POSTERN_ERROR_NUL, i};
        if (line[i] == '\r') return (postern_fault){POSTERN_ERROR_BARE_CR, i};
        if (line[i] == '\n') return (postern_fault){POSTERN_ERROR_BARE_LF, i};
    }
    return size > limit ? (postern_fault){POSTERN_ERROR_LINE_TOO_LONG, limit} : (postern_fault){POSTERN_ERROR_NONE, 0};
}

static record reference(const uint8_t *stream, size_t size, size_t limit) {
    record lines = {.count = 0};
    size_t begin = 0;
    for (size_t i = 1; i < size; i++) {
        if (stream[i - 1] == '\r' && stream[i] == '\n') {
            add(&lines, (entry){begin, i + 1, reference_fault(stream + begin, i + 1 - begin, limit)});
            begin = i + 1;
        }
    }
    return lines;
}

/* ---- running the framer ---- */

/* Feed octets, which are `at` to `at + size` of the stream, as often as it takes, and hold each call to the contract.
 */
static void feed_all(feed_function *feed, postern_line *framer, const uint8_t *stream, size_t at, size_t size,
                     size_t *begin, record *lines) {
    const uint8_t *octets = guard_copy(stream + at, size);
    for (size_t used = 0; used < size;) {
        size_t taken = 0;
        postern_slice line = {stream, 1};
        postern_fault fault = {POSTERN_ERROR_CAPACITY, 99};
        postern_status status = feed(framer, octets + used, size - used, &taken, &line, &fault);
        assert_in_range(taken, 1, size - used);
        used += taken;
        if (status == POSTERN_NEED_MORE) {
            assert_int_equal(used, size);
            assert_null(line.data);
            assert_int_equal(line.size, 0);
            expect_fault(fault, POSTERN_ERROR_NONE, 0, "need more");
            break;
        }
        size_t length = at + used - *begin;
        assert_int_equal(status, fault.error == POSTERN_ERROR_NONE ? POSTERN_COMPLETE : POSTERN_WRONG);
        assert_int_equal(line.size, length < framer->limit ? length : framer->limit);
        assert_memory_equal(line.data, stream + *begin, line.size);
        assert_false(postern_line_is_open(framer));
        add(lines, (entry){*begin, at + used, fault});
        *begin = at + used;
    }
    guard_release();
    assert_true(postern_line_is_open(framer) == (*begin < at + size));
    assert_in_range(framer->length, 0, POSTERN_AUTH_LINE_MAX + 1);
}

/* The whole stream, cut after each octet whose bit is set, or in pieces of `piece` octets. */
static record run(feed_function *feed, const uint8_t *stream, size_t size, size_t limit, uint32_t cuts, size_t piece) {
    static struct {
        postern_line framer;
        uint8_t behind[64];
    } memory;
    static const uint8_t untouched[sizeof memory.behind];
    record lines = {.count = 0};
    size_t begin = 0;
    postern_line_init(&memory.framer, limit);
    for (size_t at = 0, i = 1; i <= size; i++) {
        if (i == size || (i < 33 && (cuts >> (i - 1) & 1) != 0) || (piece > 0 && i - at == piece)) {
            feed_all(feed, &memory.framer, stream, at, i - at, &begin, &lines);
            at = i;
        }
    }
    assert_memory_equal(memory.behind, untouched, sizeof untouched);
    return lines;
}

/* ---- every short stream, every cut ---- */

static const uint8_t letters[] = {'a', '\r', '\n', '.', '\0', 0x8D};

/* What two framers would do is the same when these are. */
static void expect_same_framer(const postern_line *a, const postern_line *b, const uint8_t *stream, size_t size) {
    if (a->length != b->length || a->after_cr != b->after_cr || a->fault.error != b->fault.error ||
        a->fault.offset != b->fault.offset || memcmp(a->buffer, b->buffer, a->length) != 0) {
        fail_msg("the framers differ behind \"%s\"", escape(stream, size));
    }
}

static void copy_framer(postern_line *to, const postern_line *from) {
    memcpy(to, from, offsetof(postern_line, buffer) + from->length);
}

/* From the state that the plain framer is in behind each octet, feed each run of octets that begins there: the fast
 * framer must report the same and be in the same state. As each chunk of each partition is such a run, that shows the
 * result to be the same for all partitions. */
static void expect_all_cuts(const uint8_t *stream, size_t size, size_t limit) {
    enum { SIZE_MAX_HERE = 9 };
    static postern_line states[SIZE_MAX_HERE + 1];
    static postern_line framer;
    size_t begins[SIZE_MAX_HERE + 1] = {0};
    record expected = {.count = 0};
    size_t counts[SIZE_MAX_HERE + 1] = {0};
    postern_line_init(&states[0], limit);
    for (size_t i = 0; i < size; i++) {
        copy_framer(&states[i + 1], &states[i]);
        begins[i + 1] = begins[i];
        feed_all(postern_line_feed_plain, &states[i + 1], stream, i, 1, &begins[i + 1], &expected);
        counts[i + 1] = expected.count;
    }
    record batch = reference(stream, size, limit);
    expect_record(&expected, &batch, stream, size, "plain");
    for (size_t i = 0; i < size; i++) {
        for (size_t j = i + 1; j <= size; j++) {
            record got = {.count = counts[i]};
            memcpy(got.entries, expected.entries, counts[i] * sizeof(entry));
            size_t begin = begins[i];
            copy_framer(&framer, &states[i]);
            feed_all(postern_line_feed, &framer, stream, i, j - i, &begin, &got);
            record wanted = {.count = counts[j]};
            memcpy(wanted.entries, expected.entries, counts[j] * sizeof(entry));
            expect_record(&got, &wanted, stream, size, "fast");
            expect_same_framer(&framer, &states[j], stream, j);
        }
    }
}

static void all_short_streams_at_all_cuts(void **state) {
    (void)state;
    const size_t longest = long_run() ? 9 : 7;
    for (size_t size = 1; size <= longest; size++) {
        uint8_t stream[16];
        memset(stream, letters[0], size);
        do {
            expect_all_cuts(stream, size, POSTERN_COMMAND_LINE_MAX);
            if (size <= 6) {
                expect_all_cuts(stream, size, 3);
            }
        } while (next_string(stream, size, letters, COUNT_OF(letters)));
    }
}

static void all_short_streams_at_two_cuts(void **state) {
    (void)state;
    for (size_t size = 1; size <= 6; size++) {
        uint8_t stream[16];
        memset(stream, letters[0], size);
        do {
            record expected = reference(stream, size, 4);
            for (size_t first = 0; first < size; first++) {
                for (size_t second = first; second < size; second++) {
                    record got = run(postern_line_feed, stream, size, 4, 1u << first | 1u << second, 0);
                    expect_record(&got, &expected, stream, size, "two cuts");
                }
            }
        } while (next_string(stream, size, letters, COUNT_OF(letters)));
    }
}

/* The fast path goes by blocks of 32 octets: put the short streams across their borders. */
static void short_streams_across_blocks(void **state) {
    (void)state;
    static const size_t places[] = {0, 1, 27, 28, 29, 30, 31, 32, 33, 59, 60, 61, 62, 63, 64};
    for (size_t p = 0; p < COUNT_OF(places); p++) {
        uint8_t stream[100];
        const size_t size = places[p] + 4 + 32;
        uint8_t *inner = stream + places[p];
        memset(stream, 'b', size);
        memset(inner, letters[0], 4);
        memcpy(stream + size - 2, "\r\n", 2);
        do {
            record expected = reference(stream, size, 80);
            record got = run(postern_line_feed, stream, size, 80, 0, 0);
            expect_record(&got, &expected, stream, size, "whole");
            got = run(postern_line_feed, stream, size, 80, 1u << (p * 2), 0);
            expect_record(&got, &expected, stream, size, "cut");
            got = run(postern_line_feed_plain, stream, size, 80, 0, 0);
            expect_record(&got, &expected, stream, size, "plain");
        } while (next_string(inner, 4, letters, COUNT_OF(letters)));
    }
}

/* ---- limits ---- */

/* A line of so many octets, then a good one: the first is refused if it is over the limit, and the stream is in step
 * behind it. */
static void expect_limit(size_t limit, size_t length, size_t piece) {
    static uint8_t stream[40000];
    const size_t in_force = limit < 2 ? 2 : limit > POSTERN_AUTH_LINE_MAX ? POSTERN_AUTH_LINE_MAX : limit;
    memset(stream, 'a', length);
    memcpy(stream + length - 2, "\r\n\r\n", 4);
    record expected = {.entries = {{0, length, {POSTERN_ERROR_NONE, 0}}, {length, length + 2, {POSTERN_ERROR_NONE, 0}}},
                       .count = 2};
    if (length > in_force) {
        expected.entries[0].fault = (postern_fault){POSTERN_ERROR_LINE_TOO_LONG, in_force};
    }
    record got = run(postern_line_feed, stream, length + 2, limit, 0, piece);
    expect_record(&got, &expected, stream, length + 2, "limit");
}

static void limits(void **state) {
    (void)state;
    static const size_t all[] = {0, 1, 2, 3, 510, 511, 512, 513, 514, 1000, 12286, 12287, 12288, 12289, SIZE_MAX};
    static const size_t pieces[] = {0, 1, 2, 31, 1448};
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        const size_t n = all[i] < 2 ? 2 : all[i] > POSTERN_AUTH_LINE_MAX ? POSTERN_AUTH_LINE_MAX : all[i];
        for (size_t p = 0; p < COUNT_OF(pieces); p++) {
            for (size_t length = n < 5 ? 2 : n - 3; length <= n + 3; length++) {
                expect_limit(all[i], length, pieces[p]);
            }
            expect_limit(all[i], 2 * n + 1, pieces[p]);
            expect_limit(all[i], 30000, pieces[p]);
        }
    }
}

/* Each error at each of the places about the limit, in a line that is too long besides. */
static void errors_about_the_limit(void **state) {
    (void)state;
    static const char errors[] = {'\0', '\n', '\r'};
    static const size_t all[] = {2, 512, 12288};
    static uint8_t stream[12400];
    for (size_t l = 0; l < COUNT_OF(all); l++) {
        const size_t limit = all[l];
        for (size_t place = limit - 2; place < limit + 3; place++) {
            for (size_t e = 0; e < COUNT_OF(errors); e++) {
                const size_t size = limit + 40;
                memset(stream, 'a', size);
                stream[place] = (uint8_t)errors[e];
                memcpy(stream + size - 2, "\r\n", 2);
                record expected = reference(stream, size, limit);
                assert_int_equal(expected.entries[0].fault.offset, place < limit ? place : limit);
                for (size_t piece = 0; piece < 40; piece++) {
                    record got = run(postern_line_feed, stream, size, limit, 0, piece);
                    expect_record(&got, &expected, stream, size, "about the limit");
                }
            }
        }
    }
}

/* ---- laws on a session ---- */

static const char session[] = "EHLO client.example\r\nMAIL FROM:<a@b.example> SIZE=100\r\nRCPT TO:<c\rd@e.example>\r\n"
                              "NOOP \n \r\nRSET\r\r\n\r\nVRFY \0\r\nNOOP \x8D\x8A\r\n\n\r\nQUIT\r\nleft";

static void chunks_of_every_size(void **state) {
    (void)state;
    const uint8_t *stream = (const uint8_t *)session;
    const size_t size = sizeof session - 1;
    record expected = reference(stream, size, POSTERN_COMMAND_LINE_MAX);
    assert_int_equal(expected.count, 10);
    for (size_t piece = 1; piece <= size; piece++) {
        record got = run(postern_line_feed, stream, size, POSTERN_COMMAND_LINE_MAX, 0, piece);
        expect_record(&got, &expected, stream, size, "chunks");
        got = run(postern_line_feed_plain, stream, size, POSTERN_COMMAND_LINE_MAX, 0, piece);
        expect_record(&got, &expected, stream, size, "chunks, plain");
    }
}

static void prefixes_of_a_good_line_need_more(void **state) {
    (void)state;
    static const char good[] = "MAIL FROM:<someone@client.example> BODY=8BITMIME\r\n";
    static postern_line framer;
    for (size_t size = 0; size < sizeof good - 1; size++) {
        size_t taken = 99;
        postern_slice line;
        postern_fault fault;
        postern_line_init(&framer, POSTERN_COMMAND_LINE_MAX);
        const uint8_t *octets = size > 0 ? guard_copy(good, size) : NULL;
        assert_int_equal(postern_line_feed(&framer, octets, size, &taken, &line, &fault), POSTERN_NEED_MORE);
        assert_int_equal(taken, size);
        assert_null(line.data);
        assert_true(postern_line_is_open(&framer) == (size > 0));
        expect_fault(postern_line_pending_fault(&framer), POSTERN_ERROR_NONE, 0, "prefix");
        guard_release();
    }
}

/* Each of the 256 octets at each place of a good line: three of them break it, by a rule that is written again here. */
static void every_octet_at_every_place(void **state) {
    (void)state;
    static const char good[] = "NOOP some words behind the verb, and more\r\n";
    const size_t size = sizeof good - 1;
    for (size_t place = 0; place < size - 2; place++) {
        for (unsigned octet = 0; octet < 256; octet++) {
            uint8_t stream[sizeof good];
            memcpy(stream, good, size);
            stream[place] = (uint8_t)octet;
            record got = run(postern_line_feed, stream, size, POSTERN_COMMAND_LINE_MAX, 0, 0);
            postern_error error = octet == 0    ? POSTERN_ERROR_NUL
                                  : octet == 10 ? POSTERN_ERROR_BARE_LF
                                  : octet == 13 ? POSTERN_ERROR_BARE_CR
                                                : POSTERN_ERROR_NONE;
            assert_int_equal(got.count, 1);
            expect_fault(got.entries[0].fault, error, error == POSTERN_ERROR_NONE ? 0 : place, "octet in a line");
        }
    }
}

/* The memory of the framer may hold anything before. */
static void nothing_is_read_before_it_is_written(void **state) {
    (void)state;
    const uint8_t *stream = (const uint8_t *)session;
    for (int fill = 0; fill < 256; fill += 85) {
        postern_line framer;
        record got = {.count = 0};
        size_t begin = 0;
        memset(&framer, fill, sizeof framer);
        postern_line_init(&framer, POSTERN_COMMAND_LINE_MAX);
        for (size_t at = 0; at < sizeof session - 1; at++) {
            feed_all(postern_line_feed, &framer, stream, at, 1, &begin, &got);
        }
        record expected = reference(stream, sizeof session - 1, POSTERN_COMMAND_LINE_MAX);
        expect_record(&got, &expected, stream, sizeof session - 1, "filled memory");
    }
}

static void a_reset_forgets_the_line(void **state) {
    (void)state;
    static const char *const begun[] = {"NOOP", "NOOP\r", "NO\rOP", "NO\nOP", "\x01\x16\x03"};
    for (size_t i = 0; i < COUNT_OF(begun); i++) {
        postern_line framer;
        record got = {.count = 0};
        size_t begin = 0;
        postern_line_init(&framer, 20);
        feed_all(postern_line_feed, &framer, (const uint8_t *)begun[i], 0, strlen(begun[i]), &begin, &got);
        assert_true(postern_line_is_open(&framer));
        postern_line_reset(&framer);
        assert_false(postern_line_is_open(&framer));
        expect_fault(postern_line_pending_fault(&framer), POSTERN_ERROR_NONE, 0, "after a reset");
        begin = 0;
        feed_all(postern_line_feed, &framer, (const uint8_t *)"\n\r\n", 0, 3, &begin, &got);
        assert_int_equal(got.count, 1);
        expect_fault(got.entries[0].fault, POSTERN_ERROR_BARE_LF, 0, "after a reset");
        assert_int_equal(framer.limit, 20);
    }
}

/* The limit in force when a line ends is the one that counts, though it was set in the middle of the line. */
static void a_limit_takes_effect_at_once(void **state) {
    (void)state;
    static const uint8_t line[] = "0123456789\r\n";
    for (size_t cut = 1; cut < 12; cut++) {
        for (size_t limit = 10; limit <= 14; limit++) {
            postern_line framer;
            record got = {.count = 0};
            size_t begin = 0;
            postern_line_init(&framer, limit % 2 == 0 ? 4 : 600);
            feed_all(postern_line_feed, &framer, line, 0, cut, &begin, &got);
            postern_line_set_limit(&framer, limit);
            feed_all(postern_line_feed, &framer, line, cut, 12 - cut, &begin, &got);
            record expected = reference(line, 12, limit);
            expect_record(&got, &expected, line, 12, "limit set within the line");
        }
    }
}

/* title, input, limit, lines as "end", "end error offset", ... */
static void visit(const vector *row) {
    record expected = {.count = 0};
    size_t begin = 0;
    for (size_t i = 1; i < row->count; i++) {
        char error[40] = "";
        size_t end = 0;
        size_t offset = 0;
        assert_true(sscanf(row->fields[i], "%zu %39s %zu", &end, error, &offset) >= 1);
        add(&expected, (entry){begin, end, {error_named(error), offset}});
        begin = end;
    }
    const size_t limit = vector_number(row, 0);
    for (size_t piece = 0; piece <= row->size; piece++) {
        record got = run(postern_line_feed, row->input, row->size, limit, 0, piece);
        expect_record(&got, &expected, row->input, row->size, row->title);
    }
}

static void vectors(void **state) {
    (void)state;
    vectors_each("line.tsv", visit);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors),
        cmocka_unit_test(all_short_streams_at_all_cuts),
        cmocka_unit_test(all_short_streams_at_two_cuts),
        cmocka_unit_test(short_streams_across_blocks),
        cmocka_unit_test(limits),
        cmocka_unit_test(errors_about_the_limit),
        cmocka_unit_test(chunks_of_every_size),
        cmocka_unit_test(prefixes_of_a_good_line_need_more),
        cmocka_unit_test(every_octet_at_every_place),
        cmocka_unit_test(nothing_is_read_before_it_is_written),
        cmocka_unit_test(a_reset_forgets_the_line),
        cmocka_unit_test(a_limit_takes_effect_at_once),
    };
    return cmocka_run_group_tests_name("line", tests, NULL, NULL);
}
