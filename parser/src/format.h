/* format.h: a reply that is written in its place, line by line. The formatter and the session's replies are made of it,
 * so that whatever goes out keeps the same laws: what is handed in as text ends up as text.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_SRC_FORMAT_H
#define POSTERN_SRC_FORMAT_H

#include <postern/reply.h>

enum {
    WRITER_CODE = 4,    /* "550-" */
    WRITER_PREFIX = 14, /* and "5.999.999 " */
    WRITER_CRLF = 2
};

/* Octets [0, size) are whole lines, each with a hyphen; those behind it are the line at hand. */
typedef struct postern_writer {
    uint8_t *out;
    size_t capacity;
    size_t size;
    size_t last; /* where the last whole line begins */
    size_t at;   /* the end of the line at hand */
    bool cut;    /* something of the line at hand did not fit: it is left out, for half a line says something else */
    bool enhanced;
    int code;
    size_t prefix_size;
    uint8_t prefix[WRITER_PREFIX]; /* the beginning of all lines */
} postern_writer;

/* Begin a reply. In: enhanced, NULL for none. Returns: false when the code is none, or the enhanced code does not go
 * with it or cannot be written. */
POSTERN_NODISCARD bool postern_writer_begin(postern_writer *writer, uint8_t *out, size_t capacity, int code,
                                            const postern_enhanced *enhanced);

/* Begin a line. */
void postern_writer_open(postern_writer *writer);

/* The octets of text that the line at hand can still take, by its own limit (RFC 5321 4.5.3.1.5). */
size_t postern_writer_room(const postern_writer *writer);

/* Do so many octets of text fit, into the line at hand and into the reply? */
bool postern_writer_fits(const postern_writer *writer, size_t size);

/* Add text to the line at hand. What is no text, a line end too, becomes a question mark. */
void postern_writer_add(postern_writer *writer, postern_slice text);

/* End the line at hand. Returns: false when it was left out. */
bool postern_writer_close(postern_writer *writer);

/* End the reply. Returns: its octets; 0 when it has no line. */
size_t postern_writer_end(postern_writer *writer);

#endif
