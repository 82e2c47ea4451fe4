/* test_format.c: the reply formatter, against vectors, the law GRAM (every reply is grammatical, whatever the text was)
 * and the law ROUND (the reply parser reads back what was written).
 *
 * SPDX-License-Identifier: MIT */
#include "plain_reply.h"
#include "support.h"

#include <postern/reply.h>

#include "../src/format.h"

enum { REPLY_MAX = 1 << 15 };

typedef struct request {
    int code;
    postern_enhanced enhanced; /* class 0: none */
    const uint8_t *text;
    size_t size;
} request;

/* Format with the text flush against a guard page, and the output too. */
static postern_status format(uint8_t *out, size_t capacity, const request *asked, size_t *written) {
    const uint8_t *text = guard_copy(asked->text, asked->size);
    uint8_t *room = guard_buffer(capacity);
    const postern_enhanced *enhanced = asked->enhanced.class_ != 0 ? &asked->enhanced : NULL;
    *written = 12345;
    postern_status status = postern_reply_format(room, capacity, asked->code, enhanced, text, asked->size, written);
    if (status == POSTERN_COMPLETE) {
        assert_true(*written <= capacity);
        memcpy(out, room, *written);
    } else {
        assert_int_equal(*written, 0);
    }
    guard_release();
    return status;
}

/* ---- GRAM, written apart from the formatter ---- */

static bool is_line_grammatical(const uint8_t *line, size_t size, const uint8_t *code, bool last) {
    char text[POSTERN_REPLY_LINE_MAX] = {0};
    if (size < 6 || size > 512 || memcmp(line, code, 3) != 0 || line[3] != (last ? ' ' : '-')) {
        return false;
    }
    memcpy(text, line + 4, size - 6);
    for (size_t i = 0; i < size - 6; i++) {
        if (text[i] != '\t' && (text[i] < ' ' || text[i] > '~')) {
            return false;
        }
    }
    size_t claimed = plain_status_code(text);
    return claimed == 0 || !strchr(" \t", text[claimed]) || text[0] == (char)code[0];
}

static bool is_grammatical(const uint8_t *reply, size_t size) {
    size_t at = 0;
    if (size < 6 || !strchr("2345", reply[0]) || !strchr("012345", reply[1]) || !strchr("0123456789", reply[2])) {
        return false;
    }
    while (at < size) {
        size_t end = at;
        while (end + 1 < size && memcmp(reply + end, "\r\n", 2) != 0) end++;
        if (end + 1 >= size || !is_line_grammatical(reply + at, end + 2 - at, reply, end + 2 == size)) {
            return false;
        }
        at = end + 2;
    }
    return true;
}

/* ---- what is to come out, said a second time ---- */

static size_t plain_format(uint8_t *out, const request *asked) {
    size_t written = 0;
    size_t at = 0;
    for (bool last = false; !last;) {
        char status[24] = "";
        char line[1024] = {0};
        size_t size = 0;
        if (asked->enhanced.class_ != 0 && asked->code / 100 != 3) {
            snprintf(status, sizeof status, "%u.%u.%u ", asked->enhanced.class_, asked->enhanced.subject,
                     asked->enhanced.detail);
        }
        for (; at < asked->size && asked->text[at] != '\n'; at++) {
            bool fine = asked->text[at] == '\t' || (asked->text[at] > 31 && asked->text[at] < 127);
            if (size < sizeof line - 1) line[size++] = (char)(fine ? asked->text[at] : '?');
        }
        last = at == asked->size;
        at++;
        size_t claimed = plain_status_code(line);
        if (status[0] == '\0' && claimed > 0 && strchr(" \t", line[claimed]) && line[0] - '0' != asked->code / 100) {
            line[0] = '?';
        }
        char whole_line[2048];
        snprintf(whole_line, sizeof whole_line, "%d%c%s%s", asked->code, last ? ' ' : '-', status, line);
        whole_line[510] = '\0';
        written += (size_t)sprintf((char *)out + written, "%s\r\n", whole_line);
    }
    return written;
}

/* ---- ROUND ---- */

/* Read the reply back, and put its text together again as it would be handed in. Returns: octets of it. */
static size_t read_back(uint8_t *text, const request *asked, const uint8_t *reply, size_t size) {
    postern_reply_parser parser;
    postern_reply_line line = {.last = false};
    size_t head = 0;
    size_t length = 0;
    postern_reply_parser_init(&parser, POSTERN_REPLY_STRICT);
    for (size_t at = 0, taken; at < size; at += taken) {
        postern_fault fault;
        assert_false(line.last);
        assert_int_equal(postern_reply_feed(&parser, reply + at, size - at, &taken, &line, &fault), POSTERN_COMPLETE);
        assert_int_equal(line.code, asked->code);
        if (asked->enhanced.class_ != 0 && asked->code / 100 != 3) {
            assert_int_equal(line.enhanced.class_, asked->enhanced.class_);
            assert_int_equal(line.enhanced.subject, asked->enhanced.subject);
            assert_int_equal(line.enhanced.detail, asked->enhanced.detail);
            head = strcspn((const char *)line.text.data, " ") + 1;
        }
        if (at > 0) text[length++] = '\n';
        memcpy(text + length, line.text.data + head, line.text.size - head);
        length += line.text.size - head;
    }
    assert_true(line.last);
    return length;
}

static void expect_laws(const request *asked) {
    static uint8_t reply[REPLY_MAX], again[REPLY_MAX], expected[REPLY_MAX], text[REPLY_MAX];
    size_t written, rewritten;
    assert_int_equal(format(reply, REPLY_MAX, asked, &written), POSTERN_COMPLETE);
    if (!is_grammatical(reply, written)) {
        fail_msg("not grammatical: %s", escape(reply, written));
    }
    size_t size = plain_format(expected, asked);
    if (written != size || memcmp(reply, expected, size) != 0) {
        fail_msg("%s instead of %s", escape(reply, written), escape(expected, size));
    }
    request repeated = *asked;
    repeated.text = text;
    repeated.size = read_back(text, asked, reply, written);
    assert_int_equal(format(again, REPLY_MAX, &repeated, &rewritten), POSTERN_COMPLETE);
    assert_int_equal(rewritten, written);
    assert_memory_equal(again, reply, written);
}

static const request kinds[] = {
    {250, {0, 0, 0}, NULL, 0}, {250, {2, 0, 0}, NULL, 0},    {354, {0, 0, 0}, NULL, 0},     {334, {5, 7, 8}, NULL, 0},
    {450, {4, 2, 0}, NULL, 0}, {550, {5, 10, 100}, NULL, 0}, {559, {5, 999, 999}, NULL, 0}, {421, {0, 0, 0}, NULL, 0},
};

static void expect_laws_of_kinds(const uint8_t *text, size_t size) {
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        request asked = kinds[i];
        asked.text = text;
        asked.size = size;
        expect_laws(&asked);
    }
}

static void exhaust(const char *letters, size_t count, size_t length) {
    uint8_t text[16];
    for (size_t size = 0; size <= length; size++) {
        memset(text, letters[0], sizeof text);
        do {
            expect_laws_of_kinds(text, size);
        } while (next_string(text, size, (const uint8_t *)letters, count));
    }
}

static void test_short_texts(void **state) {
    (void)state;
    size_t more = long_run() ? 2 : 0;
    exhaust("a\r\n \t-", 6, 4 + more);
    exhaust("\n\r\0\x80", 4, 5 + more);
    exhaust("52.1 ", 5, 5 + more);
    exhaust("4.1\n", 4, 6 + more);
}

static void test_all_octets(void **state) {
    (void)state;
    for (int octet = 0; octet < 256; octet++) {
        uint8_t text[3] = {(uint8_t)octet, 'x', (uint8_t)octet};
        for (size_t size = 1; size <= 3; size++) {
            expect_laws_of_kinds(text, size);
        }
    }
}

/* The copying by words is that of octets, wherever in a word an octet stands, and whatever its neighbours are. */
static void test_all_octets_in_printable_text(void **state) {
    (void)state;
    for (int octet = 0; octet < 256; octet++) {
        for (size_t size = 1; size <= 26; size++) {
            uint8_t text[26];
            for (size_t at = 0; at < size; at++) {
                memset(text, octet % 2 == 0 ? ' ' : '~', size);
                text[at] = (uint8_t)octet;
                expect_laws(&(request){250, {0, 0, 0}, text, size});
            }
        }
    }
}

static void test_random_texts(void **state) {
    uint8_t text[900];
    uint32_t dice_state = 2034;
    (void)state;
    for (size_t round = 0; round < (long_run() ? 20000U : 1000U); round++) {
        size_t size = dice(&dice_state) % 900;
        uint32_t line = 1 + dice(&dice_state) % 700;
        for (size_t i = 0; i < size; i++) {
            uint8_t octet = (uint8_t)dice(&dice_state);
            text[i] = octet == '\n' || dice(&dice_state) % line == 0 ? '\n' : octet;
        }
        expect_laws_of_kinds(text, size);
    }
}

/* ---- limits ---- */

/* A line is cut at 512 octets, and the lines behind it are not touched by that. */
static void test_long_lines_are_cut(void **state) {
    static uint8_t text[3000], reply[REPLY_MAX];
    size_t written;
    (void)state;
    memset(text, 'x', sizeof text);
    for (size_t size = 480; size <= 530; size++) {
        expect_laws_of_kinds(text, size);
        text[size] = '\n';
        expect_laws_of_kinds(text, size + 8);
        text[size] = 'x';
    }
    request asked = {250, {0, 0, 0}, text, sizeof text};
    assert_int_equal(format(reply, REPLY_MAX, &asked, &written), POSTERN_COMPLETE);
    assert_int_equal(written, POSTERN_REPLY_LINE_MAX);
    asked.enhanced = (postern_enhanced){2, 999, 999};
    assert_int_equal(format(reply, REPLY_MAX, &asked, &written), POSTERN_COMPLETE);
    assert_int_equal(written, POSTERN_REPLY_LINE_MAX);
}

/* Exactly the capacity that is needed suffices, and less never writes past its end: the guard page sees to that. */
static void test_capacity(void **state) {
    static const char *const texts[] = {"", "ok", "a\nbc\n\nd", "\n\n\n"};
    uint8_t reply[256];
    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        for (size_t kind = 0; kind < COUNT_OF(kinds); kind++) {
            size_t needed, written;
            request asked = kinds[kind];
            asked.text = (const uint8_t *)texts[i];
            asked.size = strlen(texts[i]);
            assert_int_equal(format(reply, sizeof reply, &asked, &needed), POSTERN_COMPLETE);
            for (size_t capacity = 0; capacity < needed; capacity++) {
                assert_int_equal(format(reply, capacity, &asked, &written), POSTERN_WRONG);
            }
            assert_int_equal(format(reply, needed, &asked, &written), POSTERN_COMPLETE);
            assert_int_equal(written, needed);
        }
    }
}

static void test_text_may_be_null(void **state) {
    uint8_t reply[16];
    size_t written;
    (void)state;
    assert_int_equal(postern_reply_format(reply, sizeof reply, 250, NULL, NULL, 0, &written), POSTERN_COMPLETE);
    assert_int_equal(written, 6);
    assert_memory_equal(reply, "250 \r\n", 6);
}

/* ---- misuse ---- */

static void test_all_codes(void **state) {
    uint8_t reply[32];
    size_t written;
    (void)state;
    for (int code = -1000; code <= 3000; code++) {
        char digits[8];
        snprintf(digits, sizeof digits, "%d", code);
        bool good = strlen(digits) == 3 && strchr("2345", digits[0]) && strchr("012345", digits[1]);
        request asked = {code, {0, 0, 0}, (const uint8_t *)"x", 1};
        assert_int_equal(format(reply, sizeof reply, &asked, &written), good ? POSTERN_COMPLETE : POSTERN_MISUSE);
    }
}

static void test_enhanced_and_code(void **state) {
    static const uint16_t numbers[] = {0, 1, 9, 10, 99, 100, 999, 1000, 1001, UINT16_MAX};
    uint8_t reply[64];
    size_t written;
    (void)state;
    for (int code = 200; code < 600; code += 50) {
        for (unsigned class_ = 1; class_ < 256; class_++) {
            for (size_t i = 0; i < COUNT_OF(numbers) * COUNT_OF(numbers); i++) {
                postern_enhanced enhanced = {(uint8_t)class_, numbers[i % COUNT_OF(numbers)],
                                             numbers[i / COUNT_OF(numbers)]};
                bool fits = class_ == (unsigned)code / 100 && enhanced.subject < 1000 && enhanced.detail < 1000;
                request asked = {code, enhanced, (const uint8_t *)"x", 1};
                assert_int_equal(format(reply, sizeof reply, &asked, &written),
                                 fits || code / 100 == 3 ? POSTERN_COMPLETE : POSTERN_MISUSE);
            }
        }
    }
}

/* ---- vectors ---- */

static void visit_vector(const vector *row) {
    uint8_t expected[256], text[256], reply[256];
    size_t size, written;
    unsigned class_ = 0, subject = 0, detail = 0;
    const char *enhanced = vector_field(row, 1);
    assert_true(strcmp(enhanced, "-") == 0 || sscanf(enhanced, "%u.%u.%u", &class_, &subject, &detail) == 3);
    postern_enhanced given = {(uint8_t)class_, (uint16_t)subject, (uint16_t)detail};
    memcpy(text, row->input, row->size);

    size_t code = vector_number(row, 0);
    postern_status status =
        postern_reply_format(reply, sizeof reply, (int)code, &given, row->input, row->size, &written);
    if (strcmp(vector_field(row, 2), "misuse") == 0) {
        assert_int_equal(status, POSTERN_MISUSE);
        assert_int_equal(written, 0);
        return;
    }
    assert_int_equal(status, POSTERN_COMPLETE);
    assert_true(unescape(vector_field(row, 2), expected, sizeof expected, &size));
    if (written != size || memcmp(reply, expected, size) != 0) {
        fail_msg("%s: %s", row->title, escape(reply, written));
    }
    expect_laws(&(request){(int)code, given, text, row->size});
}

static void test_vectors(void **state) {
    (void)state;
    vectors_each("formats.tsv", visit_vector);
}

static void add(postern_writer *writer, const char *text) {
    postern_writer_add(writer, (postern_slice){(const uint8_t *)text, strlen(text)});
}

/* A line that does not fit is left out whole, and the line before it is the last. */
static void test_lines_that_do_not_fit(void **state) {
    static const char expected[] = "250-one\r\n250 three\r\n";
    uint8_t reply[sizeof expected - 1];
    postern_writer writer;

    (void)state;
    assert_true(postern_writer_begin(&writer, reply, sizeof reply, 250, NULL));
    postern_writer_open(&writer);
    assert_int_equal(postern_writer_room(&writer), POSTERN_REPLY_LINE_MAX - 6);
    add(&writer, "one");
    assert_true(postern_writer_close(&writer));
    postern_writer_open(&writer);
    add(&writer, "two");
    assert_true(postern_writer_fits(&writer, 2));
    assert_false(postern_writer_fits(&writer, 3));
    add(&writer, "two");
    assert_false(postern_writer_fits(&writer, 0));
    add(&writer, "");
    assert_false(postern_writer_close(&writer));
    postern_writer_open(&writer);
    add(&writer, "three");
    assert_true(postern_writer_close(&writer));
    postern_writer_open(&writer);
    assert_false(postern_writer_close(&writer));
    assert_int_equal(postern_writer_end(&writer), sizeof reply);
    assert_memory_equal(reply, expected, sizeof reply);
}

static void test_reply_without_lines(void **state) {
    uint8_t reply[5] = "";
    postern_writer writer;

    (void)state;
    assert_true(postern_writer_begin(&writer, reply, sizeof reply, 250, NULL));
    postern_writer_open(&writer);
    assert_false(postern_writer_close(&writer));
    assert_int_equal(postern_writer_end(&writer), 0);
    assert_memory_equal(reply, "\0\0\0\0", sizeof reply);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_lines_that_do_not_fit),
        cmocka_unit_test(test_reply_without_lines),
        cmocka_unit_test(test_short_texts),
        cmocka_unit_test(test_all_octets),
        cmocka_unit_test(test_all_octets_in_printable_text),
        cmocka_unit_test(test_random_texts),
        cmocka_unit_test(test_capacity),
        cmocka_unit_test(test_long_lines_are_cut),
        cmocka_unit_test(test_text_may_be_null),
        cmocka_unit_test(test_all_codes),
        cmocka_unit_test(test_enhanced_and_code),
    };
    return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
