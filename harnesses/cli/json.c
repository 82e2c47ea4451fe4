/* json.c: the JSON of bulk output, written by hand: it is most of the work when millions of vectors pass through.
 *
 * Everything that it writes is printable ASCII: octets come in C escapes, and the backslashes and quotes of those are
 * escaped once more for JSON. Long runs of plain octets are copied whole.
 *
 * SPDX-License-Identifier: MIT */
#include "cli.h"

#include <string.h>

/* Octets that stand for themselves in a JSON string of C escapes: printable, no quote, no backslash. */
static bool is_plain(uint8_t octet) {
    return octet >= 32 && octet <= 126 && octet != '"' && octet != '\\';
}

#define EVERY_OCTET UINT64_C(0x0101010101010101)
#define TOP_BITS (EVERY_OCTET * 0x80)

/* May one of these eight octets be below `least`? A borrow can only add a yes that is none. */
static uint64_t may_be_below(uint64_t word, uint8_t least) {
    return word - EVERY_OCTET * least;
}

/* Of eight octets, is one perhaps not plain? No "no" is wrong; a "yes" is looked at again, octet by octet. */
static bool may_be_special(uint64_t word) {
    const uint64_t marks = word | may_be_below(word, 32) | may_be_below(word ^ EVERY_OCTET * 127, 1) |
                           may_be_below(word ^ EVERY_OCTET * '"', 1) | may_be_below(word ^ EVERY_OCTET * '\\', 1);

    return (marks & TOP_BITS) != 0;
}

static size_t plain_run(const uint8_t *octets, size_t size) {
    size_t at = 0;

    while (size - at >= 8) {
        uint64_t word;
        memcpy(&word, octets + at, sizeof word);
        if (may_be_special(word)) {
            break;
        }
        at += 8;
    }
    while (at < size && is_plain(octets[at])) {
        at++;
    }
    return at;
}

/* A quote or a backslash of the text that a JSON string holds. */
static char *put_character(char *to, char character) {
    if (character == '"' || character == '\\') {
        *to++ = '\\';
    }
    *to++ = character;
    return to;
}

/* In: as_text, leave quotes and backslashes of the octets as they are. */
static void add_string(cli_buffer *out, const uint8_t *octets, size_t size, bool as_text) {
    /* An octet takes at most five characters: "\\xHH". */
    char *const begin = cli_buffer_room(out, size * 5 + 2), *to = begin;

    *to++ = '"';
    for (size_t at = 0; at < size;) {
        const size_t run = plain_run(octets + at, size - at);
        memcpy(to, octets + at, run);
        to += run;
        at += run;
        for (; at < size && !is_plain(octets[at]); at++) {
            char escaped[4];
            size_t length = cli_escape(escaped, octets[at]);
            if (as_text && (octets[at] == '"' || octets[at] == '\\')) {
                escaped[0] = (char)octets[at];
                length = 1;
            }
            for (size_t i = 0; i < length; i++) {
                to = put_character(to, escaped[i]);
            }
        }
    }
    *to++ = '"';
    out->size += (size_t)(to - begin);
}

void cli_json_octets(cli_buffer *out, const uint8_t *octets, size_t size) {
    if (octets == NULL) {
        CLI_BUFFER_TEXT(out, "null");
        return;
    }
    add_string(out, octets, size, false);
}

void cli_json_text(cli_buffer *out, const uint8_t *octets, size_t size) {
    add_string(out, octets, size, true);
}

void cli_json_number(cli_buffer *out, uint64_t number) {
    char digits[20];
    size_t at = sizeof digits;

    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    cli_buffer_add(out, digits + at, sizeof digits - at);
}
