/* escape.c: octets as text: the C escapes that every input and output of the command uses.
 *
 * SPDX-License-Identifier: MIT */
#include "cli.h"

#include <string.h>

static int hex_value(char digit) {
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    if (digit >= 'a' && digit <= 'f') {
        return digit - 'a' + 10;
    }
    if (digit >= 'A' && digit <= 'F') {
        return digit - 'A' + 10;
    }
    return -1;
}

/* One escape. In: text, the backslash and `size` - 1 characters. Returns: characters read; 0 when it is none. */
static size_t unescape_octet(uint8_t *octet, const char *text, size_t size) {
    static const char letters[] = "rnt\\\"", octets[] = "\r\n\t\\\"";

    if (size < 2) {
        return 0;
    }
    if (text[1] == 'x') {
        const int high = size >= 4 ? hex_value(text[2]) : -1, low = size >= 4 ? hex_value(text[3]) : -1;
        if (high < 0 || low < 0) {
            return 0;
        }
        *octet = (uint8_t)(high << 4 | low);
        return 4;
    }
    const char *letter = memchr(letters, text[1], sizeof letters - 1);
    if (letter == NULL) {
        return 0;
    }
    *octet = (uint8_t)octets[letter - letters];
    return 2;
}

bool cli_unescape(uint8_t *out, const char *text, size_t size, size_t *written) {
    size_t at = 0;

    *written = 0;
    while (at < size) {
        const char *backslash = memchr(text + at, '\\', size - at);
        const size_t plain = backslash != NULL ? (size_t)(backslash - text) - at : size - at;
        memcpy(out + *written, text + at, plain);
        *written += plain;
        at += plain;
        if (backslash == NULL) {
            break;
        }
        const size_t taken = unescape_octet(out + *written, text + at, size - at);
        if (taken == 0) {
            *written = at;
            return false;
        }
        *written += 1;
        at += taken;
    }
    return true;
}

size_t cli_escape(char out[4], uint8_t octet) {
    static const char digits[] = "0123456789abcdef";
    char letter = '\0';

    switch (octet) {
    case '\r': letter = 'r'; break;
    case '\n': letter = 'n'; break;
    case '\t': letter = 't'; break;
    case '\\': letter = '\\'; break;
    case '"': letter = '"'; break;
    default: break;
    }
    if (letter != '\0') {
        memcpy(out, (const char[]){'\\', letter}, 2);
        return 2;
    }
    if (octet >= 32 && octet <= 126) {
        out[0] = (char)octet;
        return 1;
    }
    memcpy(out, (const char[]){'\\', 'x', digits[octet >> 4], digits[octet & 15]}, 4);
    return 4;
}
