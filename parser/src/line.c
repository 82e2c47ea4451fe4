/* line.c: framing. The one function that knows where a line ends is line_octet; the fast path skips what it would find
 * nothing in.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/line.h>

#include <string.h>

#include "scan.h"

/* A count of octets beyond which no line is kept and every line is too long. Counts stop here, so none wraps. */
enum { LENGTH_MAX = POSTERN_AUTH_LINE_MAX + 1 };

static const postern_slice absent;
static const postern_fault no_fault = {POSTERN_ERROR_NONE, 0};

void postern_line_init(postern_line *framer, size_t limit) {
    postern_line_set_limit(framer, limit);
    postern_line_reset(framer);
}

void postern_line_set_limit(postern_line *framer, size_t limit) {
    framer->limit = limit < 2 ? 2 : limit > POSTERN_AUTH_LINE_MAX ? POSTERN_AUTH_LINE_MAX : limit;
}

void postern_line_reset(postern_line *framer) {
    framer->length = 0;
    framer->fault = no_fault;
    framer->after_cr = false;
}

bool postern_line_is_open(const postern_line *framer) {
    return framer->length > 0;
}

/* The fault of a line of that length: what was noted first, unless it lies behind the limit. */
static postern_fault line_fault(const postern_line *framer, size_t length) {
    if (framer->fault.error != POSTERN_ERROR_NONE && framer->fault.offset < framer->limit) {
        return framer->fault;
    }
    return length > framer->limit ? (postern_fault){POSTERN_ERROR_LINE_TOO_LONG, framer->limit} : no_fault;
}

postern_fault postern_line_pending_fault(const postern_line *framer) {
    /* At least one octet is still to come. Behind a CR it may be the LF that ends the line, or show the CR as bare. */
    return line_fault(framer, framer->after_cr ? framer->length : framer->length + 1);
}

static void note(postern_line *framer, postern_error error, size_t offset) {
    if (framer->fault.error == POSTERN_ERROR_NONE) {
        framer->fault = (postern_fault){error, offset};
    }
}

/* One octet of the line, which stands at `offset` in it. Returns: is it the LF of a CRLF, the end of the line? */
static bool line_octet(postern_line *framer, uint8_t octet, size_t offset) {
    if (framer->after_cr) {
        if (octet == '\n') {
            return true;
        }
        note(framer, POSTERN_ERROR_BARE_CR, offset - 1);
    }
    if (octet == '\n') {
        note(framer, POSTERN_ERROR_BARE_LF, offset);
    } else if (octet == '\0') {
        note(framer, POSTERN_ERROR_NUL, offset);
    }
    framer->after_cr = octet == '\r';
    return false;
}

/* Add octets to the line in the buffer, as far as there is room. */
static void line_keep(postern_line *framer, const uint8_t *octets, size_t size) {
    if (framer->length < sizeof framer->buffer) {
        size_t room = sizeof framer->buffer - framer->length;
        memcpy(framer->buffer + framer->length, octets, size < room ? size : room);
    }
    framer->length = size < LENGTH_MAX - framer->length ? framer->length + size : LENGTH_MAX;
}

/* Report a line that has ended, and be ready for the next one. */
static postern_status line_end(postern_line *framer, const uint8_t *octets, size_t length, postern_slice *line,
                               postern_fault *fault) {
    *fault = line_fault(framer, length);
    *line = (postern_slice){octets, length < framer->limit ? length : framer->limit};
    postern_line_reset(framer);
    return fault->error == POSTERN_ERROR_NONE ? POSTERN_COMPLETE : POSTERN_WRONG;
}

/* Report that all octets were taken and the line has not ended. */
static postern_status line_open(size_t size, size_t *taken, postern_slice *line, postern_fault *fault) {
    *taken = size;
    *line = absent;
    *fault = no_fault;
    return POSTERN_NEED_MORE;
}

/* The number of octets before the first NUL, CR or LF. */
static size_t ordinary(const uint8_t *octets, size_t size) {
    size_t at = 0;
    for (; size - at >= SCAN_BLOCK; at += SCAN_BLOCK) {
        const uint8_t *block = octets + at;
        uint32_t marks = scan_equal(block, '\r') | scan_equal(block, '\n') | scan_equal(block, '\0');
        if (marks != 0) {
            return at + scan_first(marks);
        }
    }
    for (; size - at >= SCAN_WORD; at += SCAN_WORD) {
        const uint64_t word = scan_word(octets + at);
        uint64_t marks = scan_word_marks(word, '\r') | scan_word_marks(word, '\n') | scan_word_marks(word, '\0');
        marks &= SCAN_EACH(0x80);
        if (marks != 0) {
            return at + scan_first(scan_top_bits(marks));
        }
    }
    while (at < size && octets[at] != '\r' && octets[at] != '\n' && octets[at] != '\0') {
        at++;
    }
    return at;
}

postern_status postern_line_feed(postern_line *framer, const uint8_t *octets, size_t size, size_t *taken,
                                 postern_slice *line, postern_fault *fault) {
    const size_t begun = framer->length;
    for (size_t at = 0; at < size; at++) {
        if (!framer->after_cr) {
            at += ordinary(octets + at, size - at);
            if (at == size) {
                break;
            }
        }
        if (line_octet(framer, octets[at], begun + at)) {
            *taken = at + 1;
            if (begun == 0) {
                return line_end(framer, octets, at + 1, line, fault);
            }
            line_keep(framer, octets, at + 1);
            return line_end(framer, framer->buffer, framer->length, line, fault);
        }
    }
    if (size > 0) {
        line_keep(framer, octets, size);
    }
    return line_open(size, taken, line, fault);
}

postern_status postern_line_feed_plain(postern_line *framer, const uint8_t *octets, size_t size, size_t *taken,
                                       postern_slice *line, postern_fault *fault) {
    for (size_t at = 0; at < size; at++) {
        bool ended = line_octet(framer, octets[at], framer->length);
        line_keep(framer, octets + at, 1);
        if (ended) {
            *taken = at + 1;
            return line_end(framer, framer->buffer, framer->length, line, fault);
        }
    }
    return line_open(size, taken, line, fault);
}
