/* model/decode.h: the batch decoder. It has all octets at hand and splits them: command lines at CRLF, message text
 * at CRLF until a line equal to ".", chunks by counting.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_MODEL_DECODE_H
#define POSTERN_FUZZ_MODEL_DECODE_H

#include <postern/fuzz/model.h>

/* A command line at the beginning of the octets. */
typedef struct pf_line {
    bool complete;     /* its CRLF is there */
    size_t size;       /* with the CRLF; all octets when it is not complete */
    const char *error; /* the framing error of the lowest offset, or NULL */
    size_t offset;
} pf_line;

/* The octet with the index `limit` may not belong to the line. */
pf_line pf_decode_line(const uint8_t *octets, size_t size, size_t limit);

/* A line of message text at the beginning of the octets: up to and with CRLF, or all of them. */
size_t pf_decode_text_line(const uint8_t *octets, size_t size);

/* The octets of a message behind DATA CRLF that belong to it, with the end. Returns: 0 when the end is not there. */
size_t pf_decode_data_end(const uint8_t *octets, size_t size);

/* Looks for what message text may not hold. Zero-initialise; the text may come in pieces (the chunks of BDAT). */
typedef struct pf_text_scan {
    uint32_t limit; /* of a line with its CRLF; 0: off */
    size_t line;    /* octets in the line so far */
    bool cr;        /* a CR came last */
    size_t cr_at;
    size_t count; /* of distinct violations */
    const char *names[4];
    size_t first; /* where the first of all was found */
} pf_text_scan;

/* Scan a piece whose first octet has the position `at`. */
void pf_scan_text(pf_text_scan *scan, const uint8_t *octets, size_t size, size_t at);
/* The text ends: a CR that came last is bare. */
void pf_scan_text_end(pf_text_scan *scan);
/* Scan a message with its end, as pf_decode_data_end found it, without the dots that were stuffed. Returns: the size of
 * its content. */
size_t pf_scan_data(pf_text_scan *scan, const uint8_t *octets, size_t size);

#endif
