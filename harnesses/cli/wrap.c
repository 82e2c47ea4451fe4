/* wrap.c: text for a person, broken at words to fit into columns.
 *
 * SPDX-License-Identifier: MIT */
#include "wrap.h"

#include <string.h>

enum { CELLS_MAX = 8, GAP = 2, WIDTH_MIN = 12 };

size_t wrap_line(const char **line, const char **rest, size_t width) {
    const char *const begin = *rest + strspn(*rest, " ");
    size_t size = 0;

    for (size_t end = 0; begin[end] != '\0' && end <= width;) {
        end += strspn(begin + end, " ");
        end += strcspn(begin + end, " ");
        if (end <= width) {
            size = end;
        }
    }
    if (size == 0) {
        const size_t word = strcspn(begin, " ");
        size = word < width ? word : width;
    }
    *line = begin;
    *rest = begin + size + strspn(begin + size, " ");
    return size;
}

/* Columns from here to the right edge. A terminal that is too narrow gets lines that are too long. */
static size_t room(size_t column) {
    const size_t width = cli_width();

    return width > column + WIDTH_MIN ? width - column : WIDTH_MIN;
}

void wrap_print(size_t indent, const char *text) {
    const char *line;
    size_t size = wrap_line(&line, &text, room(indent));

    printf("%.*s\n", (int)size, line);
    while ((size = wrap_line(&line, &text, room(indent))) > 0) {
        printf("%*s%.*s\n", (int)indent, "", (int)size, line);
    }
}

void wrap_cells(const size_t *columns, const char *const *cells, size_t count) {
    const char *rest[CELLS_MAX];
    bool more = true;

    for (size_t i = 0; i < count; i++) {
        rest[i] = cells[i];
    }
    while (more) {
        size_t at = 0;
        more = false;
        for (size_t i = 0; i < count; i++) {
            const char *line;
            const size_t width = i + 1 < count ? columns[i + 1] - columns[i] - GAP : room(columns[i]);
            const size_t size = wrap_line(&line, &rest[i], width);
            if (size > 0) {
                printf("%*s%.*s", (int)(columns[i] - at), "", (int)size, line);
                at = columns[i] + size;
            }
            more = more || *rest[i] != '\0';
        }
        puts("");
    }
}
