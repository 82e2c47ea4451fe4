/* format.c: the reply formatter of a server (RFC 5321 4.2, RFC 2034 4).
 *
 * What is handed in as text ends up as text: it can neither start a line of its own, nor leave the grammar, nor pass
 * for an enhanced code that contradicts the reply.
 *
 * SPDX-License-Identifier: MIT */
#include "format.h"

#include <string.h>

#include "scan.h"
#include "textstring.h"

static bool is_reply_code(int code) {
    return code >= 200 && code <= 599 && code / 10 % 10 <= 5;
}

/* Write a number of at most three digits. Returns: where they end. */
static uint8_t *put_number(uint8_t *out, unsigned number) {
    if (number >= 100) {
        *out++ = (uint8_t)('0' + number / 100);
    }
    if (number >= 10) {
        *out++ = (uint8_t)('0' + number / 10 % 10);
    }
    *out++ = (uint8_t)('0' + number % 10);
    return out;
}

bool postern_writer_begin(postern_writer *writer, uint8_t *out, size_t capacity, int code,
                          const postern_enhanced *enhanced) {
    uint8_t *end = writer->prefix;

    if (!is_reply_code(code)) {
        return false;
    }
    writer->out = out;
    writer->capacity = capacity;
    writer->size = 0;
    writer->last = 0;
    writer->code = code;
    writer->enhanced = enhanced != NULL && enhanced->class_ != 0 && code / 100 != 3;
    end = put_number(end, (unsigned)code);
    *end++ = '-';
    if (writer->enhanced) {
        if (enhanced->class_ != code / 100 || enhanced->subject > 999 || enhanced->detail > 999) {
            return false;
        }
        end = put_number(end, enhanced->class_);
        *end++ = '.';
        end = put_number(end, enhanced->subject);
        *end++ = '.';
        end = put_number(end, enhanced->detail);
        *end++ = ' ';
    }
    writer->prefix_size = (size_t)(end - writer->prefix);
    return true;
}

void postern_writer_open(postern_writer *writer) {
    const size_t rest = writer->prefix_size - WRITER_CODE;
    writer->at = writer->size;
    writer->cut = writer->capacity - writer->size < writer->prefix_size + WRITER_CRLF;
    if (writer->cut) {
        return; /* and there may be no buffer at all */
    }
    uint8_t *line = writer->out + writer->size;
    memcpy(line, writer->prefix, WRITER_CODE); /* of a fixed size, for most prefixes are no more than that */
    if (rest > 0) {
        memcpy(line + WRITER_CODE, writer->prefix + WRITER_CODE, rest);
    }
    writer->at += writer->prefix_size;
}

size_t postern_writer_room(const postern_writer *writer) {
    return POSTERN_REPLY_LINE_MAX - WRITER_CRLF - (writer->at - writer->size);
}

bool postern_writer_fits(const postern_writer *writer, size_t size) {
    return !writer->cut && size <= postern_writer_room(writer) && size <= writer->capacity - WRITER_CRLF - writer->at;
}

void postern_writer_add(postern_writer *writer, postern_slice text) {
    if (!postern_writer_fits(writer, text.size)) {
        writer->cut = true;
        return;
    }
    textstring_copy(writer->out + writer->at, text.data, text.size);
    writer->at += text.size;
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

bool postern_writer_close(postern_writer *writer) {
    if (writer->cut) {
        return false;
    }
    uint8_t *text = writer->out + writer->size + writer->prefix_size;
    const size_t size = writer->at - writer->size - writer->prefix_size;
    if (!writer->enhanced && contradicts(writer->code, text, size)) {
        text[0] = '?';
    }
    text[size] = '\r';
    text[size + 1] = '\n';
    writer->last = writer->size;
    writer->size = writer->at + WRITER_CRLF;
    return true;
}

size_t postern_writer_end(postern_writer *writer) {
    if (writer->size > 0) {
        writer->out[writer->last + WRITER_CODE - 1] = ' ';
    }
    return writer->size;
}

/* Octets up to the first LF, or all. */
static size_t text_line_size(const uint8_t *text, size_t size) {
    size_t at = 0;
    for (; size - at >= SCAN_WORD; at += SCAN_WORD) {
        const uint64_t word = scan_word(text + at);
        if (scan_word_has(word, '\n')) {
            return at + scan_first(scan_word_equal(word, '\n'));
        }
    }
    while (at < size && text[at] != '\n') {
        at++;
    }
    return at;
}

postern_status postern_reply_format(uint8_t *out, size_t capacity, int code, const postern_enhanced *enhanced,
                                    const uint8_t *text, size_t size, size_t *written) {
    postern_writer writer;
    bool last;

    *written = 0;
    if (!postern_writer_begin(&writer, out, capacity, code, enhanced)) {
        return POSTERN_MISUSE;
    }
    do {
        const size_t line = text_line_size(text, size);

        last = line == size;
        postern_writer_open(&writer);
        const size_t room = postern_writer_room(&writer);
        postern_writer_add(&writer, (postern_slice){text, line < room ? line : room});
        if (!postern_writer_close(&writer)) {
            return POSTERN_WRONG;
        }
        if (!last) {
            text += line + 1;
            size -= line + 1;
        }
    } while (!last);
    *written = postern_writer_end(&writer);
    return POSTERN_COMPLETE;
}
