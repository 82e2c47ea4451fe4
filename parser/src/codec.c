/* codec.c: base64, xtext, quoted local-parts, UTF-8. A decoder that refuses an input says where: at the
 * first octet that no input of its grammar can have there, or at the end of one that was cut short.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/codec.h>

#include "chars.h"

/* ---- what all of them write to ---- */

typedef struct sink {
    uint8_t *out;
    size_t capacity;
    size_t size;
    bool full; /* something did not fit */
} sink;

static void put(sink *to, uint8_t octet) {
    if (to->size < to->capacity) {
        to->out[to->size++] = octet;
    } else {
        to->full = true;
    }
}

static void put_all(sink *to, const uint8_t *octets, size_t size) {
    for (size_t i = 0; i < size; i++) {
        put(to, octets[i]);
    }
}

static postern_status end(const sink *to, size_t *written, postern_fault *fault) {
    if (to->full) {
        *written = 0;
        *fault = (postern_fault){POSTERN_ERROR_CAPACITY, to->capacity};
        return POSTERN_WRONG;
    }
    *written = to->size;
    *fault = (postern_fault){POSTERN_ERROR_NONE, 0};
    return POSTERN_COMPLETE;
}

static postern_status wrong(postern_error error, size_t offset, size_t *written, postern_fault *fault) {
    *written = 0;
    *fault = (postern_fault){error, offset};
    return POSTERN_WRONG;
}

/* ---- base64, RFC 4648 4 ---- */

static const char base64_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The value of each octet of the alphabet, and 1; 0 for all others. */
/* clang-format off */
static const uint8_t base64_values[256] = {
    ['A'] = 1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,
    ['a'] = 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52,
    ['0'] = 53, 54, 55, 56, 57, 58, 59, 60, 61, 62,
    ['+'] = 63,
    ['/'] = 64,
};
/* clang-format on */

static uint8_t base64_digit(uint32_t group, unsigned shift) {
    return (uint8_t)base64_alphabet[group >> shift & 0x3F];
}

postern_status postern_base64_encode(uint8_t *out, size_t capacity, const uint8_t *octets, size_t size,
                                     size_t *written) {
    sink to = {.out = out, .capacity = capacity};
    postern_fault fault;
    size_t at = 0;
    for (; size - at >= 3; at += 3) {
        uint32_t group = (uint32_t)octets[at] << 16 | (uint32_t)octets[at + 1] << 8 | octets[at + 2];
        put(&to, base64_digit(group, 18));
        put(&to, base64_digit(group, 12));
        put(&to, base64_digit(group, 6));
        put(&to, base64_digit(group, 0));
    }
    if (at < size) {
        bool two = size - at == 2;
        uint32_t group = (uint32_t)octets[at] << 16 | (two ? (uint32_t)octets[at + 1] << 8 : 0);
        put(&to, base64_digit(group, 18));
        put(&to, base64_digit(group, 12));
        put(&to, two ? base64_digit(group, 6) : '=');
        put(&to, '=');
    }
    return end(&to, written, &fault);
}

postern_status postern_base64_decode(uint8_t *out, size_t capacity, const uint8_t *octets, size_t size, size_t *written,
                                     postern_fault *fault) {
    sink to = {.out = out, .capacity = capacity};
    uint32_t group = 0;
    unsigned digits = 0;
    size_t at = 0;
    for (; at < size && base64_values[octets[at]] != 0; at++) {
        group = group << 6 | (base64_values[octets[at]] - 1u);
        if (++digits == 4) {
            put(&to, (uint8_t)(group >> 16));
            put(&to, (uint8_t)(group >> 8));
            put(&to, (uint8_t)group);
            group = 0;
            digits = 0;
        }
    }
    /* What is left over holds one or two octets, and bits that must be zero before there is room for padding. */
    size_t pads = 0;
    if (digits == 2 && (group & 0x0F) == 0) {
        put(&to, (uint8_t)(group >> 4));
        pads = 2;
    } else if (digits == 3 && (group & 0x03) == 0) {
        put(&to, (uint8_t)(group >> 10));
        put(&to, (uint8_t)(group >> 2));
        pads = 1;
    }
    size_t padded = 0;
    while (padded < pads && at < size && octets[at] == '=') {
        padded++;
        at++;
    }
    bool whole = digits == 0 || (pads > 0 && padded == pads);
    if (!whole || at < size) {
        return wrong(POSTERN_ERROR_BASE64_SYNTAX, at, written, fault);
    }
    return end(&to, written, fault);
}

/* ---- xtext, RFC 3461 4 ---- */

/* xchar = %x21-2A / %x2C-3C / %x3E-7E: what may stand in an esmtp-value, less the "+" that begins a hexchar. */
static bool is_xchar(uint8_t octet) {
    return (postern_chars[octet] & CHAR_VALUE) != 0 && octet != '+';
}

static const char hex_digits[] = "0123456789ABCDEF";

/* Returns: the value of a digit, upper case alone; or 16. */
static uint8_t hex_value(uint8_t octet) {
    if (octet >= '0' && octet <= '9') {
        return (uint8_t)(octet - '0');
    }
    return octet >= 'A' && octet <= 'F' ? (uint8_t)(octet - 'A' + 10) : 16;
}

postern_status postern_xtext_encode(uint8_t *out, size_t capacity, const uint8_t *octets, size_t size,
                                    size_t *written) {
    sink to = {.out = out, .capacity = capacity};
    postern_fault fault;
    for (size_t at = 0; at < size; at++) {
        if (is_xchar(octets[at])) {
            put(&to, octets[at]);
        } else {
            put(&to, '+');
            put(&to, (uint8_t)hex_digits[octets[at] >> 4]);
            put(&to, (uint8_t)hex_digits[octets[at] & 0x0F]);
        }
    }
    return end(&to, written, &fault);
}

/* xtext = *( xchar / hexchar ), decoded. Out: at, where it breaks if it is none. */
static bool xtext(sink *to, const uint8_t *octets, size_t size, size_t *at) {
    for (*at = 0; *at < size; ++*at) {
        if (is_xchar(octets[*at])) {
            put(to, octets[*at]);
            continue;
        }
        if (octets[*at] != '+') {
            return false;
        }
        uint8_t value = 0;
        for (int digit = 0; digit < 2; digit++) {
            ++*at;
            if (*at == size || hex_value(octets[*at]) == 16) {
                return false;
            }
            value = (uint8_t)(value << 4 | hex_value(octets[*at]));
        }
        put(to, value);
    }
    return true;
}

postern_status postern_xtext_decode(uint8_t *out, size_t capacity, const uint8_t *octets, size_t size, size_t *written,
                                    postern_fault *fault) {
    sink to = {.out = out, .capacity = capacity};
    size_t at;
    return xtext(&to, octets, size, &at) ? end(&to, written, fault)
                                         : wrong(POSTERN_ERROR_XTEXT_SYNTAX, at, written, fault);
}

bool postern_xtext_check(const uint8_t *octets, size_t size, postern_fault *fault) {
    sink nowhere = {.out = NULL};
    size_t at;
    bool well_formed = xtext(&nowhere, octets, size, &at);
    *fault = well_formed ? (postern_fault){POSTERN_ERROR_NONE, 0} : (postern_fault){POSTERN_ERROR_XTEXT_SYNTAX, at};
    return well_formed;
}

/* ---- UTF-8, RFC 3629 4 ---- */

/* UTF8-octets: the length of the character that begins here, or 0. The second octet has the bounds that keep out
 * overlong forms, surrogates and what lies above U+10FFFF. In: size, at least 1. */
static size_t utf8_char(const uint8_t *octets, size_t size) {
    const uint8_t first = octets[0];
    if (first < 0x80) {
        return 1;
    }
    const size_t length = first < 0xC2 || first > 0xF4 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (length == 0 || length > size) {
        return 0;
    }
    const uint8_t lowest = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    const uint8_t highest = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (octets[1] < lowest || octets[1] > highest) {
        return 0;
    }
    for (size_t i = 2; i < length; i++) {
        if (octets[i] < 0x80 || octets[i] > 0xBF) {
            return 0;
        }
    }
    return length;
}

bool postern_utf8_check(const uint8_t *octets, size_t size, size_t *offset) {
    size_t at = 0;
    while (at < size) {
        size_t length = utf8_char(octets + at, size - at);
        if (length == 0) {
            break;
        }
        at += length;
    }
    *offset = at;
    return at == size;
}

/* ---- Local-part, RFC 5321 4.1.2, RFC 6531 3.3 ---- */

/* The length of the character that begins here if it is in the class or UTF8-non-ascii, else 0. In: size, 1 or more. */
static size_t char_of(unsigned class, const uint8_t *octets, size_t size) {
    if (octets[0] < 0x80) {
        return (postern_chars[octets[0]] & class) != 0 ? 1 : 0;
    }
    return utf8_char(octets, size);
}

/* Dot-string = Atom *("." Atom). Out: at, where it breaks if it is none. */
static bool dot_string(const uint8_t *octets, size_t size, size_t *at) {
    bool in_atom = false;
    for (*at = 0; *at < size;) {
        size_t length = char_of(CHAR_ATEXT, octets + *at, size - *at);
        if (length == 0 && !(in_atom && octets[*at] == '.')) {
            return false;
        }
        in_atom = length > 0;
        *at += in_atom ? length : 1;
    }
    return in_atom;
}

/* Quoted-string = DQUOTE *QcontentSMTP DQUOTE, without its quotes and backslashes. Out: at, where it breaks if it is
 * none. In: octets, of which the first is the quote. */
static bool quoted_string(sink *to, const uint8_t *octets, size_t size, size_t *at) {
    for (*at = 1; *at < size;) {
        size_t length = 0;
        if (octets[*at] == '"') {
            ++*at;
            return *at == size;
        }
        if (octets[*at] == '\\') {
            ++*at;
            length = *at < size && (postern_chars[octets[*at]] & CHAR_PRINTABLE) != 0 ? 1 : 0;
        } else {
            length = char_of(CHAR_QTEXT, octets + *at, size - *at);
        }
        if (length == 0) {
            return false;
        }
        put_all(to, octets + *at, length);
        *at += length;
    }
    return false;
}

postern_status postern_local_part_unquote(uint8_t *out, size_t capacity, const uint8_t *octets, size_t size,
                                          size_t *written, postern_fault *fault) {
    sink to = {.out = out, .capacity = capacity};
    size_t at;
    if (size > 0 && octets[0] == '"') {
        if (!quoted_string(&to, octets, size, &at)) {
            return wrong(POSTERN_ERROR_LOCAL_PART_SYNTAX, at, written, fault);
        }
    } else if (dot_string(octets, size, &at)) {
        put_all(&to, octets, size);
    } else {
        return wrong(POSTERN_ERROR_LOCAL_PART_SYNTAX, at, written, fault);
    }
    return end(&to, written, fault);
}

postern_status postern_local_part_quote(uint8_t *out, size_t capacity, const uint8_t *octets, size_t size,
                                        size_t *written, postern_fault *fault) {
    sink to = {.out = out, .capacity = capacity};
    size_t at;
    if (dot_string(octets, size, &at)) {
        put_all(&to, octets, size);
        return end(&to, written, fault);
    }
    put(&to, '"');
    for (at = 0; at < size;) {
        size_t length = char_of(CHAR_PRINTABLE, octets + at, size - at);
        if (length == 0) {
            return wrong(POSTERN_ERROR_LOCAL_PART_SYNTAX, at, written, fault);
        }
        if (octets[at] == '"' || octets[at] == '\\') {
            put(&to, '\\');
        }
        put_all(&to, octets + at, length);
        at += length;
    }
    put(&to, '"');
    return end(&to, written, fault);
}
