/* format.c: the reply formatter of a server (RFC 5321 4.2, RFC 2034 4).
 *
 * What is handed in as text ends up as text: it can neither start a line of its own, nor leave the grammar, nor pass
 * for an enhanced code that contradicts the reply.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/reply.h>

#include <string.h>

#include "scan.h"
#include "textstring.h"

#define PREFIX_MAX 14 /* "550-" and "5.999.999 " */
#define CRLF_SIZE 2

/* The beginning that all lines of a reply share. The separator stands at octet 3. */
typedef struct prefix {
    uint8_t octets[PREFIX_MAX];
    size_t size;
    bool enhanced;
} prefix;

static bool is_reply_code(int code) {
    return code >= 200 && code <= 599 && code / 10 % 10 <= 5;
}

static void append_number(prefix *start, unsigned number) {
    unsigned place = number >= 100 ? 100 : number >= 10 ? 10 : 1;
    for (; place > 0; place /= 10) {
        start->octets[start->size++] = (uint8_t)('0' + number / place % 10);
    }
}

static void append_octet(prefix *start, uint8_t octet) {
    start->octets[start->size++] = octet;
}

/* Returns: false when the enhanced code does not go with the reply code or cannot be written. */
static bool reply_prefix(prefix *start, int code, const postern_enhanced *enhanced) {
    start->size = 0;
    start->enhanced = enhanced != NULL && enhanced->class_ != 0 && code / 100 != 3;
    append_number(start, (unsigned)code);
    append_octet(start, '-');
    if (!start->enhanced) {
        return true;
    }
    if (enhanced->class_ != code / 100 || enhanced->subject > 999 || enhanced->detail > 999) {
        return false;
    }
    append_number(start, enhanced->class_);
    append_octet(start, '.');
    append_number(start, enhanced->subject);
    append_octet(start, '.');
    append_number(start, enhanced->detail);
    append_octet(start, ' ');
    return true;
}

/* Would a client read the beginning of this text as an enhanced code of another class than the reply's? */
static bool contradicts(int code, const uint8_t *text, size_t size) {
    postern_enhanced claimed;
    if (size < 2 || text[1] != '.') {
        return false; /* as most texts; what follows would say the same */
    }
    size_t length = postern_enhanced_parse(&claimed, text, size);
    bool ends = length == size || text[length] == ' ' || text[length] == '\t';
    return length > 0 && ends && claimed.class_ != code / 100;
}

/* Octets up to the first LF, or all. */
static size_t text_line_size(const uint8_t *text, size_t size) {
    const uint8_t *lf = size > 0 ? memchr(text, '\n', size) : NULL;
    return lf != NULL ? (size_t)(lf - text) : size;
}

/* Are all eight octets printable US-ASCII? The low seven bits of one from SP on reach the top bit with 0x60 added,
 * those of DEL with 1 added; neither sum goes beyond its octet. */
static bool is_printable_word(uint64_t word) {
    const uint64_t low = word & SCAN_EACH(0x7F);
    const uint64_t printable = (low + SCAN_EACH(0x60)) & ~(low + SCAN_EACH(1)) & ~word;
    return (printable & SCAN_EACH(0x80)) == SCAN_EACH(0x80);
}

static void copy_text_plain(uint8_t *out, const uint8_t *text, size_t size) {
    for (size_t i = 0; i < size; i++) {
        out[i] = is_textstring(text[i]) ? text[i] : '?';
    }
}

/* What is no text becomes a question mark. Printable text, which most is, is copied eight octets at a time; its last
 * few with those before them. */
static void copy_text(uint8_t *out, const uint8_t *text, size_t size) {
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
    copy_text_plain(out + at, text + at, size - at);
}

/* One line; there is room for it. Returns: octets written. */
static size_t reply_line(uint8_t *out, const prefix *start, bool last, bool defuse, const uint8_t *text, size_t size) {
    memcpy(out, start->octets, start->size);
    out[3] = last ? ' ' : '-';
    copy_text(out + start->size, text, size);
    if (defuse) {
        out[start->size] = '?';
    }
    out[start->size + size] = '\r';
    out[start->size + size + 1] = '\n';
    return start->size + size + CRLF_SIZE;
}

postern_status postern_reply_format(uint8_t *out, size_t capacity, int code, const postern_enhanced *enhanced,
                                    const uint8_t *text, size_t size, size_t *written) {
    prefix start;
    size_t at = 0;
    bool last;

    *written = 0;
    if (!is_reply_code(code) || !reply_prefix(&start, code, enhanced)) {
        return POSTERN_MISUSE;
    }
    do {
        size_t line = text_line_size(text, size);
        size_t room = POSTERN_REPLY_LINE_MAX - CRLF_SIZE - start.size;
        size_t kept = line < room ? line : room;
        bool defuse = !start.enhanced && contradicts(code, text, line);

        last = line == size;
        if (capacity - at < start.size + kept + CRLF_SIZE) {
            return POSTERN_WRONG;
        }
        at += reply_line(out + at, &start, last, defuse, text, kept);
        if (!last) {
            text += line + 1;
            size -= line + 1;
        }
    } while (!last);
    *written = at;
    return POSTERN_COMPLETE;
}
