/* dialogue.c: a session as a dialogue for a person.
 *
 * The left column counts octets of the stream; then comes who speaks: C the client, S the server, | the client within a
 * message, x clear text that is swallowed behind STARTTLS or comes too late.
 *
 * SPDX-License-Identifier: MIT */
#include "dialogue.h"

#include "visible.h"

#include <postern/body.h>

#include <string.h>

enum { PREFIX = 11, BODY_ROWS = 10, FIRST_ROWS = 3, LAST_ROWS = 2, MARKED_ROWS = 8, REPLY_ROWS = 4 };

typedef struct dialogue {
    const dialogue_options *options;
    const uint8_t *octets;
    size_t size;
    size_t printed; /* octets of the client */
    size_t replies;
    size_t folded_rows; /* since the last row that was printed */
    size_t folded_octets;
    bool as_expected;
} dialogue;

/* ---- Rows ---- */

static void prefix(const uint64_t *offset, cli_paint paint, const char *speaker) {
    if (offset != NULL) {
        printf("%s%6llu%s", cli_paint_code(CLI_DIM), (unsigned long long)*offset, cli_paint_code(CLI_PLAIN));
    } else {
        printf("%6s", "");
    }
    printf("  %s%s%s  ", cli_paint_code(paint), speaker, cli_paint_code(CLI_PLAIN));
}

static void remark(const char *text) {
    printf("%*s%s(%s)%s\n", PREFIX, "", cli_paint_code(CLI_DIM), text, cli_paint_code(CLI_PLAIN));
}

static size_t count_rows(const uint8_t *octets, size_t size) {
    size_t count = 0;

    for (size_t at = 0; at < size; count++) {
        at += visible_line(octets + at, size - at);
    }
    return count;
}

static void fold_row(dialogue *d, size_t size) {
    d->folded_rows++;
    d->folded_octets += size;
}

static void tell_folded(dialogue *d) {
    char text[80];

    if (d->folded_rows > 0) {
        snprintf(text, sizeof text, "%zu more line%s, %zu octets", d->folded_rows, visible_plural(d->folded_rows),
                 d->folded_octets);
        remark(text);
    }
    d->folded_rows = d->folded_octets = 0;
}

/* One row of the client's octets. */
static void client_row(dialogue *d, size_t size, cli_paint paint, const char *speaker, const char *mark) {
    const uint64_t offset = d->printed;

    prefix(&offset, paint, speaker);
    (void)visible_row(d->octets + d->printed, size, PREFIX + strlen(mark), NULL);
    printf("%s%s%s\n", cli_paint_code(CLI_RED), mark, cli_paint_code(CLI_PLAIN));
    d->printed += size;
}

static void client_rows(dialogue *d, uint64_t end, cli_paint paint, const char *speaker) {
    while (d->printed < end) {
        client_row(d, visible_line(d->octets + d->printed, (size_t)end - d->printed), paint, speaker, "");
    }
}

/* ---- Lines ---- */

void dialogue_line(const uint8_t *line, size_t size, uint64_t begin, postern_fault fault) {
    const postern_error_info *info = postern_error_describe(fault.error);

    prefix(&begin, CLI_CYAN, "C");
    const size_t left = visible_row(line, size, PREFIX, &fault.offset);
    puts("");
    if (fault.error != POSTERN_ERROR_NONE) {
        printf("%*s%s^ %s%s", PREFIX + (int)left, "", cli_paint_code(CLI_RED), info->name,
               cli_paint_code(CLI_PLAIN));
        printf(info->section[0] != '\0' ? " (%s)\n" : "%s\n", info->section);
    }
}

static void client_line(dialogue *d, const session_seen *seen) {
    const bool wrong = seen->error != POSTERN_ERROR_NONE;

    dialogue_line(d->octets + seen->begin, (size_t)(seen->end - seen->begin), seen->begin,
                  (postern_fault){seen->error, wrong ? (size_t)(seen->offset - seen->begin) : 0});
    d->printed = (size_t)seen->end;
}

/* ---- Bodies ---- */

/* What is wrong with one row of a message, as " <- name, name"; the library says what is. */
static void row_mark(char *out, size_t capacity, const uint8_t *row, size_t size) {
    const bool stuffed = size > 3 && row[0] == '.';
    postern_bdat content;
    postern_slice slice;
    size_t taken, used = 0;

    out[0] = '\0';
    postern_bdat_init(&content, POSTERN_TEXT_LINE_MAX);
    postern_bdat_begin(&content, stuffed ? size - 1 : size);
    (void)!postern_bdat_feed(&content, stuffed ? row + 1 : row, stuffed ? size - 1 : size, &taken, &slice);
    postern_bdat_finish(&content);
    for (uint32_t bit = 1; bit <= content.content.violations; bit <<= 1) {
        if ((content.content.violations & bit) != 0 && used < capacity) {
            const int more = snprintf(out + used, capacity - used, "%s%s", used == 0 ? "  <- " : ", ",
                                      postern_error_describe(postern_violation_error(bit))->name);
            used += more > 0 ? (size_t)more : 0;
        }
    }
}

/* The octets of a message or a chunk: long ones folded, but for rows with a violation. */
static void body(dialogue *d, uint64_t end, bool violated) {
    const size_t rows = count_rows(d->octets + d->printed, (size_t)end - d->printed);
    const bool fold = !d->options->full && rows > BODY_ROWS;
    size_t marked = 0;

    for (size_t row = 0; row < rows; row++) {
        const size_t size = visible_line(d->octets + d->printed, (size_t)end - d->printed);
        char mark[80] = "";
        if (violated) {
            row_mark(mark, sizeof mark, d->octets + d->printed, size);
        }
        if (fold && row >= FIRST_ROWS && row < rows - LAST_ROWS && (mark[0] == '\0' || marked++ >= MARKED_ROWS)) {
            fold_row(d, size);
            d->printed += size;
        } else {
            tell_folded(d);
            client_row(d, size, CLI_BLUE, "|", mark);
        }
    }
}

/* ---- Replies ---- */

static cli_paint paint_of(int code) {
    return code < 400 ? CLI_GREEN : code < 500 ? CLI_YELLOW : CLI_RED;
}

static void reply(dialogue *d, const session_seen *seen) {
    const int expected = d->replies < d->options->expected_count ? d->options->expected[d->replies] : 0;
    const bool surprise = expected != 0 && expected != seen->code;
    char mark[40] = "";

    d->replies++;
    if (surprise) {
        snprintf(mark, sizeof mark, "  <- %d expected", expected);
        d->as_expected = false;
    }
    const size_t rows = count_rows(seen->text.data, seen->text.size);
    const bool fold = !d->options->full && rows > REPLY_ROWS;
    for (size_t at = 0, row = 0; row < rows; row++) {
        const uint8_t *line = seen->text.data + at;
        const size_t size = visible_line(line, seen->text.size - at);
        at += size;
        if (fold && row > 0 && row < rows - 1) {
            fold_row(d, size);
            continue;
        }
        tell_folded(d);
        prefix(NULL, paint_of(seen->code), row == 0 ? "S" : " ");
        (void)visible_row(line, size >= 2 ? size - 2 : size, PREFIX + strlen(mark), NULL);
        printf("%s%s%s\n", cli_paint_code(CLI_ALARM), row == 0 ? mark : "", cli_paint_code(CLI_PLAIN));
    }
}

/* ---- What is seen ---- */

static void end_of_stream(dialogue *d, const session_seen *seen) {
    const bool in_body = seen->state == POSTERN_STATE_DATA || seen->state == POSTERN_STATE_CHUNK;

    if (d->printed < d->size && in_body) {
        body(d, d->size, seen->violations != 0);
    }
    client_rows(d, d->size, CLI_CYAN, "C");
    if (seen->open) {
        remark(seen->state == POSTERN_STATE_DATA    ? "the stream ends within the message"
               : seen->state == POSTERN_STATE_CHUNK ? "the stream ends within the chunk"
               : seen->state == POSTERN_STATE_AUTH  ? "the stream ends within the AUTH exchange"
                                                    : "the stream ends within the line");
    }
    for (; d->replies < d->options->expected_count; d->replies++) {
        if (d->options->expected[d->replies] != 0) {
            printf("%*s%s<- %d expected, and nothing came%s\n", PREFIX, "", cli_paint_code(CLI_ALARM),
                   d->options->expected[d->replies], cli_paint_code(CLI_PLAIN));
            d->as_expected = false;
        }
    }
}

static void visit(void *context, const session_seen *seen) {
    dialogue *const d = context;

    switch (seen->sight) {
    case SESSION_LINE:
        client_line(d, seen);
        break;
    case SESSION_REPLY:
        if (d->printed < seen->end) {
            body(d, seen->end, seen->violations != 0);
        }
        reply(d, seen);
        break;
    case SESSION_INJECTED:
        client_rows(d, seen->end, CLI_MAGENTA, "x");
        remark("clear text behind STARTTLS: swallowed, never run");
        break;
    case SESSION_HANDSHAKE:
        printf("%*s%s--- TLS handshake ---%s\n", PREFIX, "", cli_paint_code(CLI_BOLD), cli_paint_code(CLI_PLAIN));
        d->printed = (size_t)seen->end;
        break;
    case SESSION_CLOSE:
        remark("the server closes");
        break;
    case SESSION_UNREAD:
        client_rows(d, seen->end, CLI_MAGENTA, "x");
        remark("behind the close: never read");
        break;
    case SESSION_END:
        end_of_stream(d, seen);
        break;
    case SESSION_STARTTLS:
        break;
    }
}

bool dialogue_print(const session_setup *setup, const uint8_t *octets, size_t size, const dialogue_options *options) {
    dialogue d = {.options = options, .octets = octets, .size = size, .as_expected = true};

    session_run(setup, octets, size, visit, &d);
    return d.as_expected;
}
