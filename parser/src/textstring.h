/* textstring.h: the octets that the text of a reply may have (RFC 5321 4.2), for the parser and the formatter alike.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_SRC_TEXTSTRING_H
#define POSTERN_SRC_TEXTSTRING_H

#include <stdbool.h>
#include <stdint.h>

/* HT, SP and printable US-ASCII. */
static inline bool is_textstring(uint8_t octet) {
    return octet == '\t' || (octet >= ' ' && octet <= '~');
}

#endif
