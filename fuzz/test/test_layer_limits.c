/* test_layer_limits.c: LIMIT fires on layers that err by one.
 *
 * SPDX-License-Identifier: MIT */
#include "planted.h"

#include <postern/address.h>
#include <postern/codec.h>
#include <postern/command.h>
#include <postern/limits.h>
#include <postern/line.h>

enum {
    RIGHT,
    LINE_ONE_LESS,
    LINE_TAKES_ALL,
    LINE_TELLS_OTHER_OFFSET,
    LINE_REST_IS_A_LINE,
    PLAIN_ONE_MORE,
    COMMAND_TAKES_ALL,
    COMMAND_ONE_LESS,
    LOCAL_PART_OF_65,
    DOMAIN_OF_256,
    BASE64_WRITES_ONE_MORE,
    BASE64_ASKS_FOR_MORE,
    XTEXT_FITS_ANYWHERE
};
static int has_fault;

static void planted_init(postern_line *framer, size_t limit) {
    const size_t all = POSTERN_AUTH_LINE_MAX;
    postern_line_init(framer, has_fault == LINE_ONE_LESS ? limit - 1 : has_fault == LINE_TAKES_ALL ? all : limit);
}

static postern_status planted_feed(postern_line *framer, const uint8_t *octets, size_t size, size_t *taken,
                                   postern_slice *line, postern_fault *fault) {
    static size_t open; /* octets of a line that has not ended */
    if (has_fault == LINE_REST_IS_A_LINE && size > 600) size = 600;
    postern_status status = postern_line_feed(framer, octets, size, taken, line, fault);
    if (has_fault == LINE_TELLS_OTHER_OFFSET && status == POSTERN_WRONG) fault->offset++;
    open = status == POSTERN_NEED_MORE ? open + *taken : 0;
    if (has_fault == LINE_REST_IS_A_LINE && open >= 600) {
        *line = (postern_slice){octets, 2};
        fault->error = POSTERN_ERROR_LINE_TOO_LONG;
        status = POSTERN_WRONG;
        open = 0;
    }
    return status;
}

static postern_status planted_feed_plain(postern_line *framer, const uint8_t *octets, size_t size, size_t *taken,
                                         postern_slice *line, postern_fault *fault) {
    const postern_status status = postern_line_feed_plain(framer, octets, size, taken, line, fault);
    return has_fault == PLAIN_ONE_MORE && status == POSTERN_WRONG ? POSTERN_COMPLETE : status;
}

static postern_status planted_parse(postern_command *command, const uint8_t *line, size_t size,
                                    const postern_command_options *options, postern_fault *fault) {
    const postern_status status = postern_command_parse(command, line, size, options, fault);
    if (has_fault == COMMAND_TAKES_ALL) return POSTERN_COMPLETE;
    if (has_fault == COMMAND_ONE_LESS && size == 512) return POSTERN_WRONG;
    return status;
}

static postern_status planted_mailbox(postern_mailbox *mailbox, const uint8_t *octets, size_t size,
                                      postern_fault *fault) {
    const postern_status status = postern_mailbox_parse(mailbox, octets, size, fault);
    const bool longer = status == POSTERN_WRONG && fault->error == POSTERN_ERROR_LOCAL_PART_TOO_LONG;
    return has_fault == LOCAL_PART_OF_65 && longer && octets[65] == '@' ? POSTERN_COMPLETE : status;
}

static postern_status planted_domain(postern_domain_kind *kind, const uint8_t *octets, size_t size,
                                     postern_fault *fault) {
    const postern_status status = postern_domain_parse(kind, octets, size, fault);
    const bool longer = status == POSTERN_WRONG && fault->error == POSTERN_ERROR_DOMAIN_TOO_LONG;
    return has_fault == DOMAIN_OF_256 && longer && size == 256 ? POSTERN_COMPLETE : status;
}

static postern_status planted_decode(uint8_t *out, size_t capacity, const uint8_t *octets, size_t size, size_t *written,
                                     postern_fault *fault) {
    const size_t told = has_fault == BASE64_ASKS_FOR_MORE && capacity > 0 ? capacity - 1 : capacity;
    const postern_status status = postern_base64_decode(out, told, octets, size, written, fault);
    if (has_fault == BASE64_WRITES_ONE_MORE) out[capacity] = 0;
    return status;
}

static postern_status planted_xtext(uint8_t *out, size_t capacity, const uint8_t *octets, size_t size, size_t *written,
                                    postern_fault *fault) {
    const postern_status status = postern_xtext_decode(out, capacity, octets, size, written, fault);
    return has_fault == XTEXT_FITS_ANYWHERE ? POSTERN_COMPLETE : status;
}

#define postern_line_init planted_init
#define postern_line_feed planted_feed
#define postern_line_feed_plain planted_feed_plain
#define postern_command_parse planted_parse
#define postern_mailbox_parse planted_mailbox
#define postern_domain_parse planted_domain
#define postern_base64_decode planted_decode
#define postern_xtext_decode planted_xtext
#include "oracle/layer_limits.c"

static void each_fault_is_seen(void **state) {
    (void)state;
    static const planted list[] = {
        {RIGHT, NULL, ""},
        {RIGHT, NULL, "NOOP\\r\\nEHLO a.example\\r\\n"},
        {LINE_ONE_LESS, "LIMIT", "NOOP\\r\\n"},
        {LINE_TAKES_ALL, "LIMIT", "NOOP\\r\\n"},
        {LINE_TELLS_OTHER_OFFSET, "LIMIT", "NOOP\\r\\n"},
        {LINE_REST_IS_A_LINE, "LIMIT", "NOOP\\r\\n"},
        {PLAIN_ONE_MORE, "LIMIT", "NOOP\\r\\n"},
        {COMMAND_TAKES_ALL, "LIMIT", "NOOP\\r\\n"},
        {COMMAND_ONE_LESS, "LIMIT", "NOOP\\r\\n"},
        {LOCAL_PART_OF_65, "LIMIT", "NOOP\\r\\n"},
        {DOMAIN_OF_256, "LIMIT", "NOOP\\r\\n"},
        {BASE64_WRITES_ONE_MORE, "LIMIT", "NOOP\\r\\n"},
        {BASE64_ASKS_FOR_MORE, "LIMIT", "NOOP\\r\\n"},
        {XTEXT_FITS_ANYWHERE, "LIMIT", "NOOP\\r\\n"},
    };
    check_planted(list, sizeof list / sizeof *list, &has_fault, pf_laws_limits);
}

/* Not only thorough: over inputs that differ a fuzzing run sees each fault. */
static void each_fault_is_seen_in_turn(void **state) {
    (void)state;
    for (int fault = LINE_ONE_LESS; fault <= XTEXT_FITS_ANYWHERE; fault++) {
        unsigned fired = 0;
        for (int n = 0; n < 4000; n++) {
            char input[32];
            pf_violation violation;
            const int size = snprintf(input, sizeof input, "NOOP %d\r\n", n);
            has_fault = fault;
            fired += !pf_laws_limits((const uint8_t *)input, (size_t)size, false, &violation);
        }
        has_fault = RIGHT;
        if (fired < 4) fail_msg("fault %d fired %u times in 4000", fault, fired);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_is_seen),
        cmocka_unit_test(each_fault_is_seen_in_turn),
    };
    return cmocka_run_group_tests_name("layer_limits", tests, NULL, NULL);
}
