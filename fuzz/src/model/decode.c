/* model: the batch decoder.
 *
 * SPDX-License-Identifier: MIT */
#include "model/decode.h"

#include <string.h>

static void note(pf_line *line, const char *error, size_t offset) {
    if (line->error != NULL) return;
    line->error = error;
    line->offset = offset;
}

pf_line pf_decode_line(const uint8_t *octets, size_t size, size_t limit) {
    pf_line line = {.size = size};
    for (size_t i = 0; i < size; i++) {
        if (i == limit) note(&line, "line-too-long", i);
        if (octets[i] == '\r') {
            if (i + 1 == size) break;
            if (octets[i + 1] == '\n') {
                if (i + 1 == limit) note(&line, "line-too-long", i + 1);
                line.complete = true;
                line.size = i + 2;
                break;
            }
            note(&line, "bare-cr", i);
        }
        if (octets[i] == '\n') note(&line, "bare-lf", i);
        if (octets[i] == '\0') note(&line, "nul", i);
    }
    return line;
}

size_t pf_decode_text_line(const uint8_t *octets, size_t size) {
    for (size_t i = 0; i + 1 < size; i++) {
        if (octets[i] == '\r' && octets[i + 1] == '\n') return i + 2;
    }
    return size;
}

size_t pf_decode_data_end(const uint8_t *octets, size_t size) {
    for (size_t at = 0; at < size;) {
        size_t line = pf_decode_text_line(octets + at, size - at);
        if (line == 3 && memcmp(octets + at, ".\r\n", 3) == 0) return at + 3;
        at += line;
    }
    return 0;
}

static void violation(pf_text_scan *scan, const char *name, size_t at) {
    for (size_t i = 0; i < scan->count; i++) {
        if (strcmp(scan->names[i], name) == 0) return;
    }
    if (scan->count == 0) scan->first = at;
    scan->names[scan->count++] = name;
}

void pf_scan_text(pf_text_scan *scan, const uint8_t *octets, size_t size, size_t at) {
    for (size_t i = 0; i < size; i++) {
        bool ends = scan->cr && octets[i] == '\n';
        if (scan->cr && !ends) violation(scan, "bare-cr", scan->cr_at);
        scan->line++;
        if (scan->limit != 0 && scan->line == (size_t)scan->limit + 1) violation(scan, "line-too-long", at + i);
        if (octets[i] == '\n' && !ends) violation(scan, "bare-lf", at + i);
        if (octets[i] == '\0') violation(scan, "nul", at + i);
        if (ends) scan->line = 0;
        scan->cr = octets[i] == '\r';
        scan->cr_at = at + i;
    }
}

void pf_scan_text_end(pf_text_scan *scan) {
    if (scan->cr) violation(scan, "bare-cr", scan->cr_at);
}

size_t pf_scan_data(pf_text_scan *scan, const uint8_t *octets, size_t size) {
    const size_t text = size - strlen(".\r\n");
    size_t content = 0;
    for (size_t at = 0; at < text;) {
        const size_t line = pf_decode_text_line(octets + at, text - at);
        const size_t stuffed = octets[at] == '.' ? 1 : 0;
        pf_scan_text(scan, octets + at + stuffed, line - stuffed, at + stuffed);
        content += line - stuffed;
        at += line;
    }
    return content;
}
