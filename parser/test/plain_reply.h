/* plain_reply.h: a second reading of RFC 5321 4.2 for test_reply.c, which goes about it the other way round than the
 * parser: it looks at whole lines and then chooses the lowest of the faults it found. It shares nothing with the
 * sources, numbers included.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_TEST_PLAIN_REPLY_H
#define POSTERN_TEST_PLAIN_REPLY_H

#include "support.h"

#include <postern/reply.h>

/* ---- what a run says, in a form that can be compared ---- */

typedef struct reply_log {
    uint8_t octets[1 << 16];
    size_t size;
} reply_log;

static inline void log_number(reply_log *log, uint64_t number) {
    assert_true(log->size + sizeof number <= sizeof log->octets);
    memcpy(log->octets + log->size, &number, sizeof number);
    log->size += sizeof number;
}

static inline void log_line(reply_log *log, const postern_reply_line *line) {
    log_number(log, line->code);
    log_number(log, line->last);
    log_number(log, line->enhanced.class_);
    log_number(log, line->enhanced.subject);
    log_number(log, line->enhanced.detail);
    log_number(log, line->text.size);
    assert_non_null(line->text.data);
    assert_true(log->size + line->text.size <= sizeof log->octets);
    memcpy(log->octets + log->size, line->text.data, line->text.size);
    log->size += line->text.size;
}

static inline void log_end(reply_log *log, postern_status status, postern_fault fault, size_t taken) {
    log_number(log, status);
    log_number(log, fault.error);
    log_number(log, fault.offset);
    log_number(log, taken);
}

static inline void expect_same(const reply_log *one, const reply_log *other, const uint8_t *octets, size_t size) {
    if (one->size != other->size || memcmp(one->octets, other->octets, one->size) != 0) {
        fail_msg("two readings differ: %s", escape(octets, size));
    }
}

/* ---- the second reading ---- */

typedef struct plain_line {
    const uint8_t *octets;
    size_t size;
    bool ended;
    postern_reply_level level;
    const uint8_t *first; /* the reply's first line, or NULL when this is it */
} plain_line;

static inline postern_error plain_octet(const plain_line *line, size_t i) {
    static const char *const strict_digits[] = {"2345", "012345", "0123456789"};
    static const char *const practice_digits[] = {"2345", "0123456789", "0123456789"};
    uint8_t octet = line->octets[i];
    bool practice = line->level == POSTERN_REPLY_PRACTICE;

    if (i >= 4 && octet == '\n' && line->octets[i - 1] == '\r') return POSTERN_ERROR_NONE;
    if (octet == '\n') return POSTERN_ERROR_BARE_LF;
    if (octet == 0) return POSTERN_ERROR_NUL;
    if (i < 3) {
        if (!strchr((practice ? practice_digits : strict_digits)[i], octet)) return POSTERN_ERROR_REPLY_CODE;
        bool same = line->first == NULL || line->first[i] == octet;
        return same ? POSTERN_ERROR_NONE : POSTERN_ERROR_REPLY_CODE_CHANGED;
    }
    if (octet == '\r') {
        bool bare = i + 1 < line->size && line->octets[i + 1] != '\n';
        return bare ? POSTERN_ERROR_BARE_CR : POSTERN_ERROR_NONE;
    }
    if (i == 3) return strchr(" -", octet) ? POSTERN_ERROR_NONE : POSTERN_ERROR_REPLY_SEPARATOR;
    if (octet >= 0x80) return practice ? POSTERN_ERROR_NONE : POSTERN_ERROR_REPLY_TEXT;
    return octet == 9 || (octet > 31 && octet != 127) ? POSTERN_ERROR_NONE : POSTERN_ERROR_REPLY_TEXT;
}

/* Out: taken, octets of the line up to the one that makes the fault certain. */
static inline postern_fault plain_fault(const plain_line *line, size_t *taken) {
    size_t limit = line->level == POSTERN_REPLY_PRACTICE ? 4096 : 512;
    for (size_t i = 0; i < line->size && i < limit; i++) {
        postern_error error = plain_octet(line, i);
        if (error != POSTERN_ERROR_NONE) {
            *taken = i + (error == POSTERN_ERROR_BARE_CR ? 2 : 1);
            return (postern_fault){error, i};
        }
    }
    bool after_cr = line->size >= limit && line->octets[limit - 1] == '\r';
    if (line->size > limit || (line->size == limit && !line->ended && !after_cr)) {
        *taken = after_cr ? limit + 1 : limit;
        return (postern_fault){POSTERN_ERROR_LINE_TOO_LONG, limit};
    }
    *taken = line->size;
    return (postern_fault){POSTERN_ERROR_NONE, 0};
}

/* Octets of the status code at the beginning, 0 when there is none: digits are counted, nothing is computed. */
static inline size_t plain_status_code(const char *text) {
    size_t subject = 2 + strspn(text + (text[0] && text[1] ? 2 : 0), "0123456789");
    if (!text[0] || !strchr("245", text[0]) || text[1] != '.' || subject < 3 || subject > 5 || text[subject] != '.') {
        return 0;
    }
    size_t detail = strspn(text + subject + 1, "0123456789");
    return detail >= 1 && detail <= 3 ? subject + 1 + detail : 0;
}

static inline postern_enhanced plain_enhanced(const uint8_t *text, size_t size, uint8_t digit) {
    char copy[16] = {0};
    unsigned class_, subject, detail;
    memcpy(copy, text, size < sizeof copy - 1 ? size : sizeof copy - 1);
    size_t length = plain_status_code(copy);
    if (length == 0 || copy[length] != ' ' || copy[0] != digit) {
        return (postern_enhanced){0, 0, 0};
    }
    assert_int_equal(sscanf(copy, "%1u.%3u.%3u", &class_, &subject, &detail), 3);
    return (postern_enhanced){(uint8_t)class_, (uint16_t)subject, (uint16_t)detail};
}

static inline postern_reply_line plain_content(const plain_line *line) {
    const uint8_t *octets = line->octets;
    size_t head = line->size == 5 ? 3 : 4;
    postern_reply_line content = {
        .code = (uint16_t)((octets[0] - '0') * 100 + (octets[1] - '0') * 10 + (octets[2] - '0')),
        .last = octets[3] != '-',
        .text = {octets + head, line->size - head - 2},
    };
    content.enhanced = plain_enhanced(content.text.data, content.text.size, octets[0]);
    return content;
}

static inline void read_plainly(reply_log *log, postern_reply_level level, const uint8_t *octets, size_t size) {
    size_t reply = 0;
    size_t lines = 0;
    log->size = 0;
    for (size_t at = 0; at < size;) {
        plain_line line = {octets + at, size - at, false, level, lines > 0 ? octets + reply : NULL};
        for (size_t i = 0; i + 1 < size - at && !line.ended; i++) {
            if (memcmp(octets + at + i, "\r\n", 2) == 0) {
                line.size = i + 2;
                line.ended = true;
            }
        }
        size_t taken = 1;
        postern_fault fault = {POSTERN_ERROR_REPLY_TOO_MANY_LINES, 0};
        if (lines < 1000) {
            fault = plain_fault(&line, &taken);
        }
        if (fault.error != POSTERN_ERROR_NONE) {
            fault.offset += at - reply;
            log_end(log, POSTERN_WRONG, fault, at + taken);
            return;
        }
        if (!line.ended) {
            break;
        }
        postern_reply_line content = plain_content(&line);
        log_line(log, &content);
        at += line.size;
        lines = content.last ? 0 : lines + 1;
        reply = content.last ? at : reply;
    }
    log_end(log, POSTERN_NEED_MORE, (postern_fault){POSTERN_ERROR_NONE, 0}, size);
}

#endif
