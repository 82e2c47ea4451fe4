/* test_reply.c: the reply parser of a client, against vectors, limits, and the second reading of plain_reply.h.
 *
 * SPDX-License-Identifier: MIT */
#include "plain_reply.h"
#include "support.h"

#include <postern/reply.h>

/* ---- the parser under test, fed in parts ---- */

enum { CHUNK_MAX = 8192 };

/* Where the stream is cut: behind `first` octets, then behind every `rest`; or behind octet i for each bit i of mask.
 */
typedef struct partition {
    size_t first;
    size_t rest;
    uint32_t mask;
} partition;

static const partition whole = {SIZE_MAX, SIZE_MAX, 0};
static const partition octetwise = {1, 1, 0};

static size_t chunk_size(const partition *cuts, size_t at, size_t left) {
    size_t size = at == 0 ? cuts->first : cuts->rest;
    if (cuts->mask != 0) {
        for (size = 1; size < left && (cuts->mask >> (at + size - 1) & 1) == 0;) {
            size++;
        }
    }
    return size < left ? size : left;
}

/* Feed one chunk, flush against a guard page, to its end or to the first error. */
static postern_status feed_chunk(postern_reply_parser *parser, const uint8_t *octets, size_t size, size_t *taken,
                                 postern_fault *fault, reply_log *log) {
    postern_status status;
    *taken = 0;
    do {
        postern_reply_line line;
        size_t step;
        status = postern_reply_feed(parser, octets + *taken, size - *taken, &step, &line, fault);
        assert_true(step <= size - *taken);
        *taken += step;
        if (status == POSTERN_COMPLETE) {
            assert_true(step > 0);
            assert_int_equal(fault->error, POSTERN_ERROR_NONE);
            log_line(log, &line);
        } else {
            assert_null(line.text.data);
            assert_int_equal(line.code, 0);
        }
        if (status == POSTERN_NEED_MORE) {
            assert_int_equal(*taken, size);
        }
    } while (status == POSTERN_COMPLETE && *taken < size);
    return status;
}

static void read_replies(reply_log *log, postern_reply_level level, int fill, const partition *cuts,
                         const uint8_t *octets, size_t size) {
    static uint8_t *page;
    static postern_reply_parser parser;
    postern_status status = POSTERN_NEED_MORE;
    postern_fault fault = {POSTERN_ERROR_NONE, 0};
    size_t at = 0;

    guard_release();
    page = guard_buffer(CHUNK_MAX);
    memset(&parser, fill, sizeof parser);
    postern_reply_parser_init(&parser, level);
    log->size = 0;
    while (at < size && status != POSTERN_WRONG) {
        size_t taken;
        size_t part = chunk_size(cuts, at, size - at);
        part = part < CHUNK_MAX ? part : CHUNK_MAX;
        uint8_t *chunk = page + CHUNK_MAX - part;
        memcpy(chunk, octets + at, part);
        status = feed_chunk(&parser, chunk, part, &taken, &fault, log);
        memset(chunk, 0xEE, part);
        at += taken;
    }
    log_end(log, status == POSTERN_WRONG ? status : POSTERN_NEED_MORE, fault, at);
}

/* ---- laws ---- */

static const postern_reply_level levels[] = {POSTERN_REPLY_STRICT, POSTERN_REPLY_PRACTICE};

/* Both readings agree, whatever the parser's memory held before and however the octets were cut. */
static void expect_laws(postern_reply_level level, const uint8_t *octets, size_t size, bool every_cut) {
    static reply_log plain, log;
    read_plainly(&plain, level, octets, size);
    read_replies(&log, level, 0x00, &whole, octets, size);
    expect_same(&plain, &log, octets, size);
    read_replies(&log, level, 0xAA, &octetwise, octets, size);
    expect_same(&plain, &log, octets, size);
    for (size_t i = 1; every_cut && i < size; i++) {
        partition in_two = {i, SIZE_MAX, 0};
        partition even = {i, i, 0};
        read_replies(&log, level, 0xAA, &in_two, octets, size);
        expect_same(&plain, &log, octets, size);
        read_replies(&log, level, 0x00, &even, octets, size);
        expect_same(&plain, &log, octets, size);
    }
}

/* All strings up to that length over the alphabet, behind a beginning. */
static void exhaust(const char *beginning, const char *letters, size_t count, size_t length, bool every_cut) {
    uint8_t octets[64];
    size_t begin = strlen(beginning);
    memcpy(octets, beginning, begin);
    for (size_t n = 0; n <= length; n++) {
        memset(octets + begin, letters[0], n);
        do {
            for (size_t level = 0; level < COUNT_OF(levels); level++) {
                expect_laws(levels[level], octets, begin + n, every_cut);
            }
        } while (next_string(octets + begin, n, (const uint8_t *)letters, count));
    }
}

static void test_short_strings(void **state) {
    (void)state;
    size_t more = long_run() ? 2 : 1;
    exhaust("", "250- \r\n", 7, 5 + more, false);
    exhaust("250", "- a\r\n\t\0\x80", 8, 4 + more, false);
    exhaust("250", "- \r\n0", 5, 4 + more, true);
    exhaust("25", "0- \r\n", 5, 5 + more, false);
    exhaust("250-a\r\n", "25130- \r\n", 9, 4 + more, false);
    exhaust("250-a\r\n250", "- a\r\n\0", 6, 4 + more, true);
}

static void test_all_partitions(void **state) {
    static const char *const inputs[] = {"250-\r\n250 x\r\n", "250-a\r\n251 b", "250\r\n334 \r\n", "450 4.2.1 x\r\n",
                                         "250 \rx"};
    static reply_log plain, log;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(inputs); i++) {
        const uint8_t *octets = (const uint8_t *)inputs[i];
        size_t size = strlen(inputs[i]);
        read_plainly(&plain, POSTERN_REPLY_STRICT, octets, size);
        for (uint32_t mask = 1; mask < UINT32_C(1) << (size - 1); mask++) {
            partition cuts = {0, 0, mask};
            read_replies(&log, POSTERN_REPLY_STRICT, (int)(mask & 0xFF), &cuts, octets, size);
            expect_same(&plain, &log, octets, size);
        }
    }
}

/* Each of the 256 octets in each place of a good stream of replies, and put before it, and in place of two. */
static void test_all_octets_in_all_places(void **state) {
    static const char good[] = "220 mx ESMTP\r\n250-mx\r\n250-SIZE 1\r\n250 2.0.0 x\r\n354\r\n550 5.1.1 a\tb\r\n";
    enum { SIZE = sizeof good - 1 };
    uint8_t octets[SIZE + 1];
    (void)state;
    for (size_t place = 0; place < SIZE; place++) {
        for (int octet = 0; octet < 256; octet++) {
            for (size_t level = 0; level < COUNT_OF(levels); level++) {
                memcpy(octets, good, SIZE);
                octets[place] = (uint8_t)octet;
                expect_laws(levels[level], octets, SIZE, false);
                memmove(octets + place + 1, (const uint8_t *)good + place, SIZE - place);
                expect_laws(levels[level], octets, SIZE + 1, false);
                memcpy(octets, good, SIZE);
                octets[place] = (uint8_t)octet;
                if (place + 1 < SIZE) memmove(octets + place + 1, octets + place + 2, SIZE - place - 2);
                expect_laws(levels[level], octets, SIZE - 1, false);
            }
        }
    }
}

static void test_random_streams(void **state) {
    static const char *const parts[] = {"250",    "250-",   "250 ",  "\r\n",    "\r",  "\n",  "550",
                                        "5.1.1 ", "2.0.0 ", "x",     "-",       " ",   "251", "\t",
                                        "\xE9",   "354 ",   "text ", "\r\n250", "599", "0"};
    uint32_t dice_state = 20210;
    uint8_t octets[256];
    (void)state;
    for (size_t round = 0; round < (long_run() ? 200000U : 4000U); round++) {
        size_t size = 0;
        for (uint32_t n = dice(&dice_state) % 24; n > 0; n--) {
            const char *part = parts[dice(&dice_state) % COUNT_OF(parts)];
            memcpy(octets + size, part, strlen(part));
            size += strlen(part);
        }
        expect_laws(levels[round % 2], octets, size, round % 16 == 0);
    }
}

/* ---- vectors ---- */

static postern_reply_line last_line;
static postern_enhanced first_enhanced;
static size_t lines_seen;

/* Exactly one reply, its lines and nothing behind. Returns: COMPLETE, NEED_MORE or WRONG. */
static postern_status read_one(postern_reply_level level, const uint8_t *octets, size_t size, postern_fault *fault) {
    postern_reply_parser parser;
    postern_status status;
    postern_reply_parser_init(&parser, level);
    lines_seen = 0;
    do {
        size_t taken;
        status = postern_reply_feed(&parser, octets, size, &taken, &last_line, fault);
        octets += taken;
        size -= taken;
        if (status == POSTERN_COMPLETE && lines_seen++ == 0) {
            first_enhanced = last_line.enhanced;
        }
    } while (status == POSTERN_COMPLETE && !last_line.last);
    if (status == POSTERN_COMPLETE && size > 0) {
        *fault = (postern_fault){POSTERN_ERROR_TRAILING_OCTETS, 0};
        return POSTERN_WRONG;
    }
    return status;
}

static void expect_accept(const vector *row) {
    char enhanced[16] = "-";
    if (first_enhanced.class_ != 0) {
        snprintf(enhanced, sizeof enhanced, "%u.%u.%u", first_enhanced.class_, first_enhanced.subject,
                 first_enhanced.detail);
    }
    assert_int_equal(last_line.code, vector_number(row, 4));
    assert_int_equal(lines_seen, vector_number(row, 5));
    assert_string_equal(enhanced, vector_field(row, 6));
}

static void expect_vector(const vector *row, postern_reply_level level, const uint8_t *octets) {
    static const char *const verdicts[] = {"accept", "incomplete", "reject"};
    postern_fault fault;
    postern_status status = read_one(level, guard_copy(octets, row->size), row->size, &fault);
    if (strcmp(verdicts[status], vector_field(row, 1)) != 0) {
        fail_msg("%s: %s", row->title, verdicts[status]);
    }
    expect_fault(fault, error_named(vector_field(row, 2)), vector_number(row, 3), row->title);
    if (status == POSTERN_COMPLETE) {
        expect_accept(row);
    }
    expect_laws(level, octets, row->size, true);
}

static void visit_vector(const vector *row) {
    static const char *const names[] = {"strict", "practice"};
    const char *level = vector_field(row, 0);
    uint8_t octets[512];
    assert_true(row->size <= sizeof octets);
    memcpy(octets, row->input, row->size);
    for (size_t i = 0; i < COUNT_OF(levels); i++) {
        if (strcmp(level, "both") == 0 || strcmp(level, names[i]) == 0) {
            expect_vector(row, levels[i], octets);
        }
    }
}

static void test_vectors(void **state) {
    (void)state;
    vectors_each("replies.tsv", visit_vector);
}

/* Rows with 8-bit octets were taken from a log that had printed them as text; as octets they are not of textstring,
 * whatever the column says. */
static void visit_shared(const vector *row) {
    postern_fault fault;
    postern_status status = read_one(POSTERN_REPLY_STRICT, row->input, row->size, &fault);
    const char *verdict = vector_field(row, 2);
    if (status == POSTERN_WRONG && fault.error == POSTERN_ERROR_REPLY_TEXT && row->input[fault.offset] >= 0x80) {
        return;
    }
    if ((status == POSTERN_COMPLETE) != (strcmp(verdict, "accept") == 0)) {
        fail_msg("%s: expected %s, status %d, error %d", row->title, verdict, (int)status, (int)fault.error);
    }
    if (status == POSTERN_COMPLETE) {
        char fields[64];
        snprintf(fields, sizeof fields, "%u x%zu lines", last_line.code, lines_seen);
        assert_string_equal(fields, vector_field(row, 3));
    }
}

static void test_shared_vectors(void **state) {
    (void)state;
    shared_each("vectors/replies.tsv", visit_shared);
}

/* Every proper prefix of a good reply asks for more; the reply itself is complete with its last octet. */
static void test_prefixes_of_good_replies(void **state) {
    static const char good[] = "250-mx.example\r\n250-8BITMIME\r\n250-\r\n250 2.0.0 done\r\n";
    (void)state;
    for (size_t size = 0; size < sizeof good - 1; size++) {
        postern_fault fault;
        const uint8_t *octets = guard_copy(good, size);
        assert_int_equal(read_one(POSTERN_REPLY_STRICT, octets, size, &fault), POSTERN_NEED_MORE);
        expect_fault(fault, POSTERN_ERROR_NONE, 0, escape(good, size));
        guard_release();
    }
    postern_fault fault;
    assert_int_equal(read_one(POSTERN_REPLY_STRICT, guard_copy(good, sizeof good - 1), sizeof good - 1, &fault),
                     POSTERN_COMPLETE);
    assert_int_equal(lines_seen, 4);
    guard_release();
}

/* ---- limits ---- */

/* "250 xxx...x" CRLF of that size. */
static void fill_line(uint8_t *octets, size_t size, char separator) {
    memset(octets, 'x', size);
    memcpy(octets, "250", 3);
    octets[3] = (uint8_t)separator;
    memcpy(octets + size - 2, "\r\n", 2);
}

static void test_line_limit(void **state) {
    static const size_t limits[] = {POSTERN_REPLY_LINE_MAX, POSTERN_REPLY_PRACTICE_LINE_MAX};
    static uint8_t octets[6 + POSTERN_REPLY_PRACTICE_LINE_MAX + 16];
    (void)state;
    for (size_t i = 0; i < COUNT_OF(limits); i++) {
        for (size_t size = limits[i] - 2; size <= limits[i] + 2; size++) {
            postern_fault fault;
            fill_line(octets, size, ' ');
            postern_status status = read_one(levels[i], guard_copy(octets, size), size, &fault);
            assert_int_equal(status, size <= limits[i] ? POSTERN_COMPLETE : POSTERN_WRONG);
            if (size > limits[i]) {
                expect_fault(fault, POSTERN_ERROR_LINE_TOO_LONG, limits[i], "a line over the limit");
            } else {
                assert_int_equal(last_line.text.size, size - 6);
            }
            guard_release();
            expect_laws(levels[i], octets, size, false);

            memcpy(octets, "250-\r\n", 6);
            fill_line(octets + 6, size, ' ');
            if (size > limits[i]) {
                assert_int_equal(read_one(levels[i], guard_copy(octets, 6 + size), 6 + size, &fault), POSTERN_WRONG);
                expect_fault(fault, POSTERN_ERROR_LINE_TOO_LONG, 6 + limits[i], "the second line over the limit");
                guard_release();
            }
            expect_laws(levels[i], octets, 6 + size, i == 0);
        }
    }
}

/* What stands in the last places decides which error comes first, and when it is certain. */
static void test_errors_at_the_line_limit(void **state) {
    static const uint8_t letters[] = "x\r\n\0";
    static uint8_t octets[POSTERN_REPLY_PRACTICE_LINE_MAX + 2];
    (void)state;
    for (size_t i = 0; i < COUNT_OF(levels); i++) {
        size_t limit = levels[i] == POSTERN_REPLY_STRICT ? POSTERN_REPLY_LINE_MAX : POSTERN_REPLY_PRACTICE_LINE_MAX;
        fill_line(octets, limit + 2, '-');
        memset(octets + limit - 2, 'x', 4);
        do {
            for (size_t size = limit - 1; size <= limit + 2; size++) {
                expect_laws(levels[i], octets, size, false);
            }
        } while (next_string(octets + limit - 2, 4, letters, 4));
    }
}

static void test_lines_limit(void **state) {
    static uint8_t octets[(POSTERN_REPLY_LINES_MAX + 1) * 6];
    (void)state;
    for (size_t lines = POSTERN_REPLY_LINES_MAX - 1; lines <= POSTERN_REPLY_LINES_MAX + 1; lines++) {
        postern_fault fault;
        size_t size = lines * 6;
        for (size_t i = 0; i < lines; i++) {
            memcpy(octets + i * 6, "250-\r\n", 6);
        }
        const uint8_t *open = guard_copy(octets, size);
        postern_status status = read_one(POSTERN_REPLY_STRICT, open, size, &fault);
        assert_int_equal(status, lines <= POSTERN_REPLY_LINES_MAX ? POSTERN_NEED_MORE : POSTERN_WRONG);

        octets[size - 3] = ' ';
        const uint8_t *closed = guard_copy(octets, size);
        status = read_one(POSTERN_REPLY_STRICT, closed, size, &fault);
        if (lines <= POSTERN_REPLY_LINES_MAX) {
            assert_int_equal(status, POSTERN_COMPLETE);
            assert_int_equal(lines_seen, lines);
        } else {
            assert_int_equal(status, POSTERN_WRONG);
            expect_fault(fault, POSTERN_ERROR_REPLY_TOO_MANY_LINES, POSTERN_REPLY_LINES_MAX * 6, "one line too many");
        }
        guard_release();
        expect_laws(POSTERN_REPLY_STRICT, octets, size, false);
    }
}

/* ---- the parser's own manners ---- */

static void test_replies_follow_one_another(void **state) {
    static const char stream[] = "220 a\r\n250-b\r\n250 c\r\n354\r\n250 d\n";
    static const struct {
        const char *text;
        uint16_t code;
        bool last;
    } lines[] = {{"a", 220, true}, {"b", 250, false}, {"c", 250, true}, {"", 354, true}};
    const uint8_t *octets = guard_copy(stream, sizeof stream - 1);
    size_t size = sizeof stream - 1;
    postern_reply_parser parser;
    postern_reply_line line;
    postern_fault fault;
    size_t taken;
    (void)state;
    postern_reply_parser_init(&parser, POSTERN_REPLY_STRICT);
    for (size_t i = 0; i < COUNT_OF(lines); i++, octets += taken, size -= taken) {
        assert_int_equal(postern_reply_feed(&parser, octets, size, &taken, &line, &fault), POSTERN_COMPLETE);
        assert_int_equal(line.code, lines[i].code);
        assert_int_equal(line.last, lines[i].last);
        assert_int_equal(line.text.size, strlen(lines[i].text));
        assert_memory_equal(line.text.data, lines[i].text, line.text.size);
        assert_true(line.text.data >= octets && line.text.data < octets + taken);
    }
    assert_int_equal(postern_reply_feed(&parser, octets, size, &taken, &line, &fault), POSTERN_WRONG);
    expect_fault(fault, POSTERN_ERROR_BARE_LF, 5, "the offset counts anew in each reply");
    guard_release();
}

static void test_wrong_stays_wrong(void **state) {
    const uint8_t *bad = guard_copy("250 a\nb", 7);
    const uint8_t *good = guard_copy("250 ok\r\n", 8);
    postern_reply_parser parser;
    postern_reply_line line;
    postern_fault fault;
    size_t taken;
    (void)state;
    postern_reply_parser_init(&parser, POSTERN_REPLY_STRICT);
    assert_int_equal(postern_reply_feed(&parser, bad, 7, &taken, &line, &fault), POSTERN_WRONG);
    assert_int_equal(taken, 6);
    for (size_t size = 0; size <= 8; size += 8) {
        assert_int_equal(postern_reply_feed(&parser, good, size, &taken, &line, &fault), POSTERN_WRONG);
        assert_int_equal(taken, 0);
        expect_fault(fault, POSTERN_ERROR_BARE_LF, 5, "said again");
    }
    postern_reply_parser_init(&parser, POSTERN_REPLY_STRICT);
    assert_int_equal(postern_reply_feed(&parser, good, 8, &taken, &line, &fault), POSTERN_COMPLETE);
    expect_fault(fault, POSTERN_ERROR_NONE, 0, "initialised anew");
    guard_release();
}

static void test_nothing_fed(void **state) {
    postern_reply_parser parser;
    postern_reply_line line;
    postern_fault fault;
    size_t taken = 7;
    (void)state;
    postern_reply_parser_init(&parser, POSTERN_REPLY_STRICT);
    assert_int_equal(postern_reply_feed(&parser, NULL, 0, &taken, &line, &fault), POSTERN_NEED_MORE);
    assert_int_equal(taken, 0);
    expect_fault(fault, POSTERN_ERROR_NONE, 0, "nothing");
    assert_int_equal(postern_reply_feed(&parser, guard_copy("250", 3), 3, &taken, &line, &fault), POSTERN_NEED_MORE);
    assert_int_equal(postern_reply_feed(&parser, NULL, 0, &taken, &line, &fault), POSTERN_NEED_MORE);
    assert_int_equal(postern_reply_feed(&parser, guard_copy("\r\n", 2), 2, &taken, &line, &fault), POSTERN_COMPLETE);
    assert_int_equal(line.code, 250);
    assert_int_equal(line.text.size, 0);
    guard_release();
}

/* ---- enhanced codes alone ---- */

static void expect_status_code(const char *text) {
    size_t size = strlen(text);
    const uint8_t *octets = guard_copy(text, size);
    postern_enhanced enhanced = {9, 9, 9};
    size_t expected = plain_status_code(text);
    if (postern_enhanced_parse(&enhanced, octets, size) != expected) {
        fail_msg("%s: not %zu octets", text, expected);
    }
    char written[16] = "0.0.0";
    unsigned class_ = 0, subject = 0, detail = 0;
    if (expected > 0) {
        assert_int_equal(sscanf(text, "%1u.%3u.%3u", &class_, &subject, &detail), 3);
        snprintf(written, sizeof written, "%u.%u.%u", class_, subject, detail);
    }
    assert_int_equal(enhanced.class_, class_);
    assert_int_equal(enhanced.subject, subject);
    assert_int_equal(enhanced.detail, detail);
    guard_release();
}

static void test_enhanced_parse(void **state) {
    static const char letters[] = "1.25 ";
    char text[16];
    (void)state;
    for (size_t size = 0; size <= 8; size++) {
        memset(text, letters[0], sizeof text);
        text[size] = '\0';
        do {
            expect_status_code(text);
        } while (next_string((uint8_t *)text, size, (const uint8_t *)letters, 5));
    }
    static const char *const more[] = {"5.999.999", "5.1000.1", "5.1.1000", "4.000.007", "5.1.1.1",
                                       "2.0.0x",    "5.1.a",    "5,1.1",    "5.1,1",     "5.1:.1",
                                       "5./.1",     "0.0.0",    "3.0.0",    "6.0.0",     "5.12.345 x"};
    for (size_t i = 0; i < COUNT_OF(more); i++) {
        expect_status_code(more[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_shared_vectors),
        cmocka_unit_test(test_prefixes_of_good_replies),
        cmocka_unit_test(test_short_strings),
        cmocka_unit_test(test_all_partitions),
        cmocka_unit_test(test_all_octets_in_all_places),
        cmocka_unit_test(test_random_streams),
        cmocka_unit_test(test_line_limit),
        cmocka_unit_test(test_errors_at_the_line_limit),
        cmocka_unit_test(test_lines_limit),
        cmocka_unit_test(test_replies_follow_one_another),
        cmocka_unit_test(test_wrong_stays_wrong),
        cmocka_unit_test(test_nothing_fed),
        cmocka_unit_test(test_enhanced_parse),
    };
    return cmocka_run_group_tests_name("reply", tests, NULL, NULL);
}
