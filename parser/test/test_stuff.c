/* test_stuff.c: a message stuffed in pieces is the message stuffed at once (test_codec.c says what that is), whatever
 * the pieces and however little room there is.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <postern/client.h>
#include <postern/codec.h>

enum { CONTENT_MOST = 64, STUFFED_MOST = POSTERN_STUFFED_MAX(CONTENT_MOST) };

typedef struct stuffed {
    postern_fault fault;
    size_t size;
    uint8_t octets[STUFFED_MOST];
} stuffed;

/* Feed one piece, with so much room in each call. Returns: false when it was refused. */
static bool feed_piece(postern_stuffer *stuffer, const uint8_t *octets, size_t size, size_t room, stuffed *s) {
    do {
        size_t taken = 999;
        size_t written = 999;
        uint8_t *out = guard_buffer(room);
        const postern_status status =
            postern_stuffer_feed(stuffer, out, room, guard_copy(octets, size), size, &taken, &written, &s->fault);
        assert_in_range(taken, 0, size);
        assert_in_range(written, 0, room);
        assert_in_range(written, 0, sizeof s->octets - s->size);
        assert_int_equal(status, s->fault.error == POSTERN_ERROR_NONE ? POSTERN_NEED_MORE : POSTERN_WRONG);
        memcpy(s->octets + s->size, out, written);
        s->size += written;
        guard_release();
        if (status == POSTERN_WRONG) return false;
        /* What is not taken had no room. */
        assert_true(taken == size || (taken > 0 && written + 2 > room));
        octets += taken;
        size -= taken;
    } while (size > 0);
    return true;
}

/* Pieces end behind each octet whose bit is set, modulo 32. */
static void in_pieces(const uint8_t *octets, size_t size, unsigned cuts, size_t room, stuffed *s) {
    postern_stuffer stuffer;
    size_t from = 0;
    size_t written;

    memset(&stuffer, 0xA5, sizeof stuffer);
    postern_stuffer_init(&stuffer);
    s->size = 0;
    for (size_t at = 1; at <= size; at++) {
        if (at < size && (cuts >> (at - 1) % 32 & 1) == 0) continue;
        if (!feed_piece(&stuffer, octets + from, at - from, room, s)) return;
        from = at;
    }
    uint8_t *out = guard_buffer(POSTERN_STUFFER_END_MAX);
    const postern_status status = postern_stuffer_finish(&stuffer, out, POSTERN_STUFFER_END_MAX, &written, &s->fault);
    assert_int_equal(status, s->fault.error == POSTERN_ERROR_NONE ? POSTERN_COMPLETE : POSTERN_WRONG);
    memcpy(s->octets + s->size, out, written);
    s->size += written;
    guard_release();
}

static void compare(const uint8_t *octets, size_t size, unsigned cuts, size_t room) {
    static stuffed parts;
    static stuffed whole;
    const postern_status status =
        postern_data_stuff(whole.octets, sizeof whole.octets, octets, size, &whole.size, &whole.fault);
    in_pieces(octets, size, cuts, room, &parts);
    if (parts.fault.error != whole.fault.error || parts.fault.offset != whole.fault.offset ||
        (status == POSTERN_COMPLETE &&
         (parts.size != whole.size || memcmp(parts.octets, whole.octets, whole.size) != 0)))
        fail_msg("\"%s\" in pieces 0x%x of room %zu: \"%s\", %s at %zu", escape(octets, size), cuts, room,
                 escape(parts.octets, parts.size), postern_error_describe(parts.fault.error)->name, parts.fault.offset);
}

static void all_pieces(void **state) {
    (void)state;
    static const uint8_t alphabet[] = {'a', '.', '\r', '\n', '\0', 0x8d};
    for (size_t size = 0; size <= 5; size++) {
        uint8_t octets[8];
        memset(octets, alphabet[0], size);
        do {
            for (unsigned cuts = 0; cuts < 1U << (size > 0 ? size - 1 : 0); cuts++)
                for (size_t room = 2; room <= 4; room++) compare(octets, size, cuts, room);
        } while (next_string(octets, size, alphabet, sizeof alphabet));
    }
}

static void long_messages(void **state) {
    (void)state;
    uint32_t seed = 4502;
    for (unsigned turn = 0; turn < 20000; turn++) {
        static const char *const words[] = {"a", ".", "..", "\r\n", "\r\n.", "\r\n.\r\n", "b.c", "\xff", "\r\n\r\n"};
        uint8_t octets[CONTENT_MOST];
        size_t size = 0;
        const size_t most = dice(&seed) % (CONTENT_MOST - 8);
        while (size < most) {
            const char *word = words[dice(&seed) % COUNT_OF(words)];
            memcpy(octets + size, word, strlen(word));
            size += strlen(word);
        }
        compare(octets, size, dice(&seed), 2 + dice(&seed) % 9);
    }
}

/* ---- room ---- */

static void no_room(void **state) {
    (void)state;
    postern_stuffer stuffer;
    postern_fault fault;
    size_t taken;
    size_t written;
    uint8_t out[8];

    /* A CR takes none: it is held back. A dot at the start of a line takes two. */
    postern_stuffer_init(&stuffer);
    assert_int_equal(postern_stuffer_feed(&stuffer, out, 1, (const uint8_t *)".a", 2, &taken, &written, &fault),
                     POSTERN_NEED_MORE);
    assert_int_equal(taken, 0);
    assert_int_equal(written, 0);
    assert_int_equal(postern_stuffer_feed(&stuffer, out, 3, (const uint8_t *)".a\r", 3, &taken, &written, &fault),
                     POSTERN_NEED_MORE);
    assert_int_equal(taken, 3);
    assert_int_equal(written, 3);
    assert_memory_equal(out, "..a", 3);
    assert_int_equal(postern_stuffer_feed(&stuffer, out, 0, NULL, 0, &taken, &written, &fault), POSTERN_NEED_MORE);
    assert_int_equal(postern_stuffer_feed(&stuffer, out, 1, (const uint8_t *)"\n", 1, &taken, &written, &fault),
                     POSTERN_NEED_MORE);
    assert_int_equal(taken, 0);
    /* An octet that cannot be sent is refused although there is no room. */
    assert_int_equal(postern_stuffer_feed(&stuffer, out, 0, (const uint8_t *)"a", 1, &taken, &written, &fault),
                     POSTERN_WRONG);
    expect_fault(fault, POSTERN_ERROR_BARE_CR, 2, "a CR that was held back");
    assert_int_equal(taken, 0);
}

/* Where there is too little room, for whatever part of it, a whole message is refused with the room that there was. */
static void a_whole_message_fits_or_does_not(void **state) {
    (void)state;
    static const char *const contents[] = {"", "a", "abc\r\n.x\r\ny", ".\r\n.\r\n"};
    for (size_t i = 0; i < COUNT_OF(contents); i++) {
        const size_t size = strlen(contents[i]);
        const size_t most = POSTERN_STUFFED_MAX(size);
        bool fits = false;
        for (size_t capacity = 0; capacity <= most; capacity++) {
            postern_fault fault = {POSTERN_ERROR_NUL, 99};
            size_t written = 99;
            uint8_t *out = guard_buffer(capacity);
            const postern_status status =
                postern_data_stuff(out, capacity, (const uint8_t *)contents[i], size, &written, &fault);
            fits = fits || status == POSTERN_COMPLETE; /* and then in all that is greater */
            assert_int_equal(status, fits ? POSTERN_COMPLETE : POSTERN_WRONG);
            expect_fault(fault, fits ? POSTERN_ERROR_NONE : POSTERN_ERROR_CAPACITY, fits ? 0 : capacity, contents[i]);
            assert_true(fits ? written <= capacity && memcmp(out + written - 3, ".\r\n", 3) == 0 : written == 0);
            guard_release();
        }
        assert_true(fits);
    }
}

static void the_end_needs_room(void **state) {
    (void)state;
    static const struct {
        const char *content;
        const char *end;
    } samples[] = {{"", ".\r\n"}, {"a\r\n", ".\r\n"}, {"a", "\r\n.\r\n"}, {".", "\r\n.\r\n"}};
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        const size_t size = strlen(samples[i].end);
        postern_stuffer stuffer;
        postern_fault fault;
        size_t taken;
        size_t written;
        uint8_t out[8];
        postern_stuffer_init(&stuffer);
        assert_int_equal(postern_stuffer_feed(&stuffer, out, sizeof out, (const uint8_t *)samples[i].content,
                                              strlen(samples[i].content), &taken, &written, &fault),
                         POSTERN_NEED_MORE);
        for (size_t room = 0; room < size; room++) {
            written = 9;
            assert_int_equal(postern_stuffer_finish(&stuffer, guard_buffer(room), room, &written, &fault),
                             POSTERN_WRONG);
            expect_fault(fault, POSTERN_ERROR_CAPACITY, room, samples[i].content);
            assert_int_equal(written, 0);
        }
        uint8_t *end = guard_buffer(size);
        assert_int_equal(postern_stuffer_finish(&stuffer, end, size, &written, &fault), POSTERN_COMPLETE);
        assert_int_equal(written, size);
        assert_memory_equal(end, samples[i].end, size);
        expect_fault(fault, POSTERN_ERROR_NONE, 0, samples[i].content);
        /* The next message begins anew. */
        assert_int_equal(postern_stuffer_feed(&stuffer, out, sizeof out, (const uint8_t *)".\n", 2, &taken, &written,
                                              &fault),
                         POSTERN_WRONG);
        assert_int_equal(written, 2);
        assert_memory_equal(out, "..", 2);
        expect_fault(fault, POSTERN_ERROR_BARE_LF, 1, "offsets begin anew");
        guard_release();
    }
}

/* ---- what cannot be sent ---- */

static void wrong_stays_wrong(void **state) {
    (void)state;
    static const struct {
        const char *content;
        size_t size;
        const char *error;
        size_t offset;
        size_t sent;
    } samples[] = {{"a\nb", 3, "bare-lf", 1, 1},    {"ab\rc", 4, "bare-cr", 2, 2}, {"abc\0", 4, "nul", 3, 3},
                   {"a\r\r\n", 4, "bare-cr", 1, 1}, {"\r\0", 2, "bare-cr", 0, 0},  {"a\r\n\n", 4, "bare-lf", 3, 3},
                   {"\n", 1, "bare-lf", 0, 0},      {"\r.", 2, "bare-cr", 0, 0}};
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        postern_stuffer stuffer;
        postern_fault fault;
        size_t taken;
        size_t written;
        uint8_t out[16];
        postern_stuffer_init(&stuffer);
        const uint8_t *copy = guard_copy(samples[i].content, samples[i].size);
        assert_int_equal(postern_stuffer_feed(&stuffer, out, sizeof out, copy, samples[i].size, &taken, &written,
                                              &fault),
                         POSTERN_WRONG);
        expect_fault(fault, error_named(samples[i].error), samples[i].offset, samples[i].error);
        assert_int_equal(written, samples[i].sent);
        assert_true(taken < samples[i].size);
        assert_int_equal(postern_stuffer_feed(&stuffer, out, sizeof out, (const uint8_t *)"x", 1, &taken, &written,
                                              &fault),
                         POSTERN_WRONG);
        assert_int_equal(taken + written, 0);
        expect_fault(fault, error_named(samples[i].error), samples[i].offset, "again");
        assert_int_equal(postern_stuffer_finish(&stuffer, out, sizeof out, &written, &fault), POSTERN_WRONG);
        expect_fault(fault, error_named(samples[i].error), samples[i].offset, "at the end");
        assert_int_equal(written, 0);
        guard_release();
    }
}

static void a_cr_at_the_end(void **state) {
    (void)state;
    postern_stuffer stuffer;
    postern_fault fault;
    size_t taken;
    size_t written;
    uint8_t out[16];
    postern_stuffer_init(&stuffer);
    assert_int_equal(postern_stuffer_feed(&stuffer, out, sizeof out, (const uint8_t *)"ab\r", 3, &taken, &written,
                                          &fault),
                     POSTERN_NEED_MORE);
    for (int again = 0; again < 2; again++) {
        assert_int_equal(postern_stuffer_finish(&stuffer, out, sizeof out, &written, &fault), POSTERN_WRONG);
        expect_fault(fault, POSTERN_ERROR_BARE_CR, 2, "a CR at the end");
    }
    assert_int_equal(postern_stuffer_feed(&stuffer, out, sizeof out, (const uint8_t *)"\n", 1, &taken, &written,
                                          &fault),
                     POSTERN_WRONG);
    expect_fault(fault, POSTERN_ERROR_BARE_CR, 2, "and behind it");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_pieces),
        cmocka_unit_test(long_messages),
        cmocka_unit_test(no_room),
        cmocka_unit_test(a_whole_message_fits_or_does_not),
        cmocka_unit_test(the_end_needs_room),
        cmocka_unit_test(wrong_stays_wrong),
        cmocka_unit_test(a_cr_at_the_end),
    };
    return cmocka_run_group_tests_name("stuff", tests, NULL, NULL);
}
