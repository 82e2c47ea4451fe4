/* test_smuggling.c: every string over {x . CR LF NUL} up to seven octets, in DATA and in BDAT: how many replies come
 * tells where the server saw the end.
 *
 * Behind each string stands a command. It has a reply of its own when the string ended the message, and none when it is
 * part of it: that much is to be seen of any server.
 *
 * SPDX-License-Identifier: MIT */
#include "crooked.h"
#include "model_support.h"

#include <postern/fuzz/target.h>

#define ENVELOPE "EHLO a.example\r\nMAIL FROM:<a@a.example>\r\nRCPT TO:<b@b.example>\r\n"
#define CANARY "NOOP c0ffee\r\n"

enum { ENVELOPE_REPLIES = 4, STRING_MOST = 7, ROOM = 256 };

typedef struct text {
    uint8_t octets[ROOM];
    size_t size;
} text;

static void put(text *t, const void *octets, size_t size) {
    assert_true(t->size + size <= sizeof t->octets);
    memcpy(t->octets + t->size, octets, size);
    t->size += size;
}

static size_t replies_to(const pf_target *target, const text *session) {
    static pf_log log;
    static const pf_target_options options = {.lmtp = false};
    size_t count = 0;

    (void)pf_target_run(target, &options, session->octets, session->size, NULL, 0, &log);
    for (size_t i = 0; i < log.count; i++) count += log.events[i].kind == PF_EVENT_REPLY;
    return count;
}

/* Where a message ends, by RFC 5321 4.1.1.4 and nothing else: behind a line that is a dot. SIZE_MAX when it does not.
 */
static size_t end_of(const uint8_t *octets, size_t size) {
    size_t begin = 0;

    for (size_t i = 0; i + 1 < size; i++) {
        if (octets[i] != '\r' || octets[i + 1] != '\n') continue;
        if (i - begin == 1 && octets[begin] == '.') return i + 2;
        begin = i + 2;
    }
    return SIZE_MAX;
}

/* Replies to the message and to what follows: `canary` octets of body stand in front of the canary. */
static size_t expected_replies(const uint8_t *body, size_t size, size_t canary) {
    const size_t end = end_of(body, size);
    size_t lines = 0;

    assert_true(end <= size);
    if (end > canary) return 1;
    for (size_t i = end; i + 1 < size; i++) lines += body[i] == '\r' && body[i + 1] == '\n';
    return 1 + lines;
}

/* Returns: did as many replies come as must? */
static bool data_is_right(const pf_target *target, const uint8_t *string, size_t size) {
    text session = {.size = 0};

    put(&session, ENVELOPE "DATA\r\n", strlen(ENVELOPE "DATA\r\n"));
    const size_t body = session.size;
    put(&session, string, size);
    put(&session, "\r\n", 2);
    const size_t canary = session.size - body;
    put(&session, CANARY ".\r\n", strlen(CANARY ".\r\n"));
    const size_t expected = expected_replies(session.octets + body, session.size - body, canary);
    return replies_to(target, &session) == ENVELOPE_REPLIES + 1 + expected;
}

static bool chunk_is_right(const pf_target *target, const uint8_t *string, size_t size) {
    text session = {.size = 0};
    char line[32];

    put(&session, ENVELOPE, strlen(ENVELOPE));
    put(&session, line, (size_t)snprintf(line, sizeof line, "BDAT %zu LAST\r\n", size));
    put(&session, string, size);
    put(&session, CANARY, strlen(CANARY));
    return replies_to(target, &session) == ENVELOPE_REPLIES + 2;
}

typedef bool law(const pf_target *target, const uint8_t *string, size_t size);

/* Go through all strings. Returns: how many are not as they must be; `first` is the first of them. */
static size_t count_wrong(const pf_target *target, law *is_right, size_t most, uint8_t *first, size_t *first_size) {
    static const uint8_t alphabet[] = {'x', '.', '\r', '\n', '\0'};
    const size_t letters = sizeof alphabet;
    size_t wrong = 0;
    size_t all = 1;

    for (size_t size = 0; size <= most; size++, all *= letters) {
        for (size_t number = 0; number < all; number++) {
            uint8_t string[STRING_MOST];
            size_t rest = number;
            for (size_t i = 0; i < size; i++, rest /= letters) string[i] = alphabet[rest % letters];
            if (is_right(target, string, size) || wrong++ > 0) continue;
            memcpy(first, string, size);
            *first_size = size;
        }
    }
    return wrong;
}

static void assert_none_wrong(law *is_right) {
    uint8_t first[STRING_MOST];
    size_t size = 0;
    char words[8 * STRING_MOST] = "";

    if (count_wrong(&pf_target_postern, is_right, STRING_MOST, first, &size) == 0) return;
    for (size_t i = 0; i < size; i++) (void)snprintf(words + 5 * i, 6, "\\x%02x ", (unsigned)first[i]);
    fail_msg("the first that is wrong: %s", words);
}

static void no_string_ends_data_but_the_one(void **state) {
    (void)state;
    assert_none_wrong(data_is_right);
}

static void no_string_ends_a_chunk(void **state) {
    (void)state;
    assert_none_wrong(chunk_is_right);
}

/* What is counted tells: servers that end a message elsewhere are found among the strings of five. */
static void faulty_servers_are_found(void **state) {
    (void)state;
    uint8_t first[STRING_MOST];
    size_t size;

    crooked_is = CROOKED_NOT;
    assert_int_equal(count_wrong(&crooked_target_replies, data_is_right, 5, first, &size), 0);
    crooked_is = CROOKED_LF_DOT_ENDS;
    assert_true(count_wrong(&crooked_target_replies, data_is_right, 5, first, &size) > 0);
    crooked_is = CROOKED_CRS_BEFORE_LF;
    assert_true(count_wrong(&crooked_target_replies, data_is_right, 6, first, &size) > 0);
    crooked_is = CROOKED_CHUNK_OF_5;
    assert_true(count_wrong(&crooked_target_replies, chunk_is_right, 5, first, &size) > 0);
    crooked_is = CROOKED_NOT;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_string_ends_data_but_the_one),
        cmocka_unit_test(no_string_ends_a_chunk),
        cmocka_unit_test(faulty_servers_are_found),
    };
    return cmocka_run_group_tests_name("smuggling", tests, NULL, NULL);
}
