/* visible.c: octets as a person reads them, and the caret.
 *
 * SPDX-License-Identifier: MIT */
#include "visible.h"

#include <string.h>

enum { INDENT = 4, ROWS_BEFORE = 3, ROWS_AFTER = 2, ROWS = 24 };

static size_t visible_escape(char out[4], uint8_t octet) {
    if (octet == '"') {
        out[0] = '"';
        return 1;
    }
    return cli_escape(out, octet);
}

size_t visible_width(uint8_t octet) {
    char escaped[4];

    return visible_escape(escaped, octet);
}

/* Is the octet half of a CRLF? */
static bool ends_line(const uint8_t *octet, bool has_before, bool has_after) {
    return (*octet == '\r' && has_after && octet[1] == '\n') || (*octet == '\n' && has_before && octet[-1] == '\r');
}

static cli_paint paint_of(const uint8_t *octet, bool has_before, bool has_after) {
    if (*octet == '\r' || *octet == '\n') {
        return ends_line(octet, has_before, has_after) ? CLI_DIM : CLI_ALARM;
    }
    if (*octet == '\0') {
        return CLI_ALARM;
    }
    return *octet >= 127 || *octet < 32 ? CLI_MAGENTA : CLI_PLAIN;
}

void visible_print(const uint8_t *octets, size_t size, size_t before, size_t after) {
    cli_paint paint = CLI_PLAIN;

    for (size_t at = 0; at < size; at++) {
        char escaped[4];
        const cli_paint next = paint_of(octets + at, before + at > 0, after + (size - at - 1) > 0);
        if (next != paint) {
            printf("%s%s", cli_paint_code(CLI_PLAIN), next != CLI_PLAIN ? cli_paint_code(next) : "");
            paint = next;
        }
        fwrite(escaped, 1, visible_escape(escaped, octets[at]), stdout);
    }
    if (paint != CLI_PLAIN) {
        fputs(cli_paint_code(CLI_PLAIN), stdout);
    }
}

size_t visible_line(const uint8_t *octets, size_t size) {
    const uint8_t *end = size > 0 ? memchr(octets, '\n', size) : NULL;

    return end != NULL ? (size_t)(end - octets) + 1 : size;
}

static size_t columns(const uint8_t *octets, size_t size) {
    size_t sum = 0;

    for (size_t i = 0; i < size; i++) {
        sum += visible_width(octets[i]);
    }
    return sum;
}

size_t visible_row(const uint8_t *octets, size_t size, size_t taken, const size_t *mark) {
    static const char cut[] = "...";
    const size_t least = 16, margins = taken + 2 * strlen(cut);
    const size_t room = cli_width() > margins + least ? cli_width() - margins : least;
    size_t begin = 0, end = size, width = columns(octets, size);

    if (mark != NULL) {
        for (size_t left = columns(octets, *mark); left > room * 3 / 4 && width > room; begin++) {
            left -= visible_width(octets[begin]);
            width -= visible_width(octets[begin]);
        }
    }
    while (width > room && end > begin) {
        width -= visible_width(octets[--end]);
    }
    fputs(begin > 0 ? cut : "", stdout);
    visible_print(octets + begin, end - begin, begin, size - end);
    fputs(end < size ? cut : "", stdout);
    return mark != NULL ? columns(octets + begin, *mark - begin) + (begin > 0 ? strlen(cut) : 0) : 0;
}

static void caret_row(const uint8_t *octets, size_t size, const size_t *mark) {
    printf("%*s", INDENT, "");
    const size_t left = visible_row(octets, size, INDENT, mark);
    puts("");
    if (mark != NULL) {
        printf("%*s%s^%s\n", INDENT + (int)left, "", cli_paint_code(CLI_RED), cli_paint_code(CLI_PLAIN));
    }
}

const char *visible_plural(uint64_t count) {
    return count == 1 ? "" : "s";
}

static void rows_left_out(size_t count, const char *where) {
    if (count > 0) {
        printf("%*s%s(%zu more line%s %s)%s\n", INDENT, "", cli_paint_code(CLI_DIM), count, visible_plural(count),
               where, cli_paint_code(CLI_PLAIN));
    }
}

/* The row that holds the octet at `offset`; the last one when there is none. Out: count of rows. */
static size_t row_of(const uint8_t *octets, size_t size, uint64_t offset, size_t *count) {
    size_t row = 0;

    *count = 0;
    for (size_t at = 0; at < size; ++*count) {
        if (at <= offset) {
            row = *count;
        }
        at += visible_line(octets + at, size - at);
    }
    return row;
}

void visible_caret(const uint8_t *octets, size_t size, const uint64_t *offset) {
    size_t count, first = 0, last = ROWS, at = 0;
    const size_t marked = row_of(octets, size, offset != NULL ? *offset : 0, &count);

    if (size == 0) {
        printf("%*s%s(empty)%s\n", INDENT, "", cli_paint_code(CLI_DIM), cli_paint_code(CLI_PLAIN));
        return;
    }
    if (offset != NULL && count > ROWS) {
        first = marked > ROWS_BEFORE ? marked - ROWS_BEFORE : 0;
        last = marked + ROWS_AFTER + 1;
    }
    last = last < count ? last : count;
    rows_left_out(first, "before");
    for (size_t row = 0; row < last; row++) {
        const size_t length = visible_line(octets + at, size - at);
        const size_t mark = offset != NULL && row == marked ? (size_t)*offset - at : 0;
        if (row >= first) {
            caret_row(octets + at, length, offset != NULL && row == marked ? &mark : NULL);
        }
        at += length;
    }
    rows_left_out(count - last, "behind");
}
