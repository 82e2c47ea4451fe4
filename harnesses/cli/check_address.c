/* check_address.c: one Mailbox, without angle brackets (RFC 5321 4.1.2; with --smtputf8 RFC 6531 3.3).
 *
 * SPDX-License-Identifier: MIT */
#include "check.h"

static size_t first_non_ascii(const uint8_t *octets, size_t size) {
    size_t at = 0;

    while (at < size && octets[at] < 128) {
        at++;
    }
    return at;
}

static void judge(check_case *check) {
    postern_mailbox mailbox;
    postern_fault fault;

    if (postern_mailbox_parse(&mailbox, check->octets, check->size, &fault) == POSTERN_COMPLETE &&
        mailbox.non_ascii && !check->options.smtputf8) {
        fault = (postern_fault){POSTERN_ERROR_NON_ASCII, first_non_ascii(check->octets, check->size)};
    }
    check_fault(check, fault.error, fault.offset);
}

const check_kind check_kind_address = {.name = "address", .keys = "", .judge = judge};
