/* textstring.h: the octets that the text of a reply may have (RFC 5321 4.2), for the parser and the formatter alike.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_SRC_TEXTSTRING_H
#define POSTERN_SRC_TEXTSTRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "scan.h"

/* HT, SP and printable US-ASCII. */
static inline bool is_textstring(uint8_t octet) {
    return octet == '\t' || (octet >= ' ' && octet <= '~');
}

/* Are all eight octets printable US-ASCII? The low seven bits of one from SP on reach the top bit with 0x60 added,
 * those of DEL with 1 added; neither sum goes beyond its octet. */
static inline bool is_printable_word(uint64_t word) {
    const uint64_t low = word & SCAN_EACH(0x7F);
    const uint64_t printable = (low + SCAN_EACH(0x60)) & ~(low + SCAN_EACH(1)) & ~word;
    return (printable & SCAN_EACH(0x80)) == SCAN_EACH(0x80);
}

static inline void textstring_copy_plain(uint8_t *out, const uint8_t *text, size_t size) {
    for (size_t i = 0; i < size; i++) {
        out[i] = is_textstring(text[i]) ? text[i] : '?';
    }
}

/* What is no text becomes a question mark. Printable text, which most is, is copied eight octets at a time; its last
 * few with those before them. */
static inline void textstring_copy(uint8_t *out, const uint8_t *text, size_t size) {
    size_t at = 0;
    if (size == 0) {
        return; /* and the text may be NULL, to which not even 0 can be added */
    }
    while (size - at >= SCAN_WORD && is_printable_word(scan_word(text + at))) {
        memcpy(out + at, text + at, SCAN_WORD);
        at += SCAN_WORD;
    }
    if (at > 0 && size - at < SCAN_WORD && is_printable_word(scan_word(text + size - SCAN_WORD))) {
        memcpy(out + size - SCAN_WORD, text + size - SCAN_WORD, SCAN_WORD);
        return;
    }
    textstring_copy_plain(out + at, text + at, size - at);
}

#endif
