/* judge_print.c: what `postern judge` found: the law that is broken, and the dialogue in which it was.
 *
 * SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* strsignal */

#include "judge_print.h"

#include "check.h"
#include "visible.h"

#include <jansson.h>

#include <string.h>

/* ---- The dialogue ---- */

enum { MARGIN = 5, ROWS = 6 };

/* Some octets of one side, a row for each line; the middle of many is left out. */
static void rows(const char *side, cli_paint paint, const uint8_t *octets, size_t size) {
    size_t count = 0, row = 0;

    for (size_t at = 0; at < size; at += visible_line(octets + at, size - at)) {
        count++;
    }
    for (size_t at = 0; at < size; row++) {
        const size_t length = visible_line(octets + at, size - at);
        if (count <= ROWS || row + 1 < ROWS || row + 1 == count) {
            printf("  %s%s%s  ", cli_paint_code(paint), side, cli_paint_code(CLI_PLAIN));
            visible_row(octets + at, length, MARGIN, NULL);
            puts("");
        } else if (row + 1 == ROWS) {
            printf("%*s%s(%zu more lines)%s\n", MARGIN, "", cli_paint_code(CLI_DIM), count - ROWS,
                   cli_paint_code(CLI_PLAIN));
        }
        at += length;
    }
}

static void remark(const char *text) {
    printf("%*s%s%s%s\n", MARGIN, "", cli_paint_code(CLI_DIM), text, cli_paint_code(CLI_PLAIN));
}

/* The octets of the client up to `end`, as far as they were not printed. */
static size_t client(const judgement *found, size_t printed, uint64_t end) {
    const size_t stop = end < found->size ? (size_t)end : found->size;

    if (stop > printed) {
        rows("C", CLI_CYAN, found->octets + printed, stop - printed);
        printed = stop;
    }
    return printed;
}

static void print_dialogue(const judgement *found) {
    size_t printed = 0;

    for (size_t i = 0; i < found->log->count; i++) {
        const pf_event *event = &found->log->events[i];
        switch (event->kind) {
        case PF_EVENT_LINE:
        case PF_EVENT_MESSAGE_END:
            printed = client(found, printed, event->end);
            break;
        case PF_EVENT_REPLY:
            printed = client(found, printed, event->end);
            rows("S", CLI_GREEN, pf_log_octets(found->log, event), event->size);
            break;
        case PF_EVENT_CLOSE:
            remark("the server closes");
            break;
        default:
            break;
        }
    }
    if (printed < found->size) {
        remark("without an answer:");
        (void)client(found, printed, found->size);
    }
}

/* ---- Text ---- */

static void fact(const char *name, const char *text) {
    check_row(name, (const uint8_t *)text, strlen(text));
}

static void print_end(void) {
    const pf_exec_end end = pf_exec_last();

    if (end.late) {
        remark("no reply came in time");
    }
    if (end.too_much) {
        remark("it wrote more than anyone reads");
    }
    if (end.lost) {
        remark("what came later was not judged: nobody can say what the replies answer");
    }
    if (end.signal != 0) {
        printf("%*sthe program was ended by a signal: %s\n", MARGIN, "", strsignal(end.signal));
    } else if (end.killed) {
        remark("the program did not end by itself");
    } else if (end.status > 0) {
        printf("%*s%sthe program ended with status %d%s\n", MARGIN, "", cli_paint_code(CLI_DIM), end.status,
               cli_paint_code(CLI_PLAIN));
    }
}

void judge_print(const judging *judge, const judgement *found) {
    const pf_violation *violation = &found->violation;
    char at[32];

    printf("%s%s%s: %s%s%s is broken\n\n", cli_paint_code(CLI_BOLD), found->path, cli_paint_code(CLI_PLAIN),
           cli_paint_code(CLI_ALARM), violation->oracle, cli_paint_code(CLI_PLAIN));
    snprintf(at, sizeof at, "%llu", (unsigned long long)violation->offset);
    fact("section", violation->section);
    fact("state", violation->state);
    fact("verb", violation->verb);
    fact("expected", violation->expected);
    fact("seen", violation->seen);
    fact("at octet", at);
    puts("");
    print_dialogue(found);
    if (judge->exec) {
        print_end();
    }
    puts("");
}

void judge_print_sum(const judging *judge) {
    printf("%zu file%s, %zu broken", judge->files, visible_plural(judge->files), judge->broken);
    if (judge->skipped > 0) {
        printf(", %zu skipped (%s)", judge->skipped, judge->lmtp ? "not LMTP" : "LMTP");
    }
    puts("");
}

/* ---- JSON ---- */

static json_t *escaped(const uint8_t *octets, size_t size) {
    cli_buffer text = {0};

    for (size_t i = 0; i < size; i++) {
        text.size += cli_escape(cli_buffer_room(&text, 4), octets[i]);
    }
    json_t *string = json_stringn(text.size > 0 ? text.data : "", text.size);
    cli_buffer_release(&text);
    return string;
}

static json_t *events_json(const pf_log *log) {
    json_t *events = json_array();

    for (size_t i = 0; i < log->count; i++) {
        const pf_event *event = &log->events[i];
        if (event->kind == PF_EVENT_REPLY) {
            json_t *one = json_pack("{s:I, s:s?, s:o, s:o}", "at", (json_int_t)event->begin, "verb", event->verb,
                                    "reply", event->code > 0 ? json_integer(event->code) : json_null(), "text",
                                    escaped(pf_log_octets(log, event), event->size));
            json_array_append_new(events, one);
        }
    }
    return events;
}

static void add_violation(json_t *object, const pf_violation *violation) {
    json_t *facts = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:I}", "oracle", violation->oracle, "section",
                              violation->section, "state", violation->state, "verb", violation->verb, "expected",
                              escaped((const uint8_t *)violation->expected, strlen(violation->expected)), "seen",
                              escaped((const uint8_t *)violation->seen, strlen(violation->seen)), "offset",
                              (json_int_t)violation->offset);

    json_object_update(object, facts);
    json_decref(facts);
}

static void add_end(json_t *object) {
    const pf_exec_end end = pf_exec_last();
    json_t *facts = json_pack("{s:o, s:o, s:b, s:b, s:b}", "status",
                              end.status >= 0 ? json_integer(end.status) : json_null(), "signal",
                              end.signal != 0 ? json_integer(end.signal) : json_null(), "killed", end.killed, "late",
                              end.late, "lost", end.lost);

    json_object_update(object, facts);
    json_decref(facts);
}

void judge_print_json(const judging *judge, const judgement *found) {
    const char *verdict = found->skipped ? "skipped" : found->broken ? "broken" : "lawful";
    json_t *object = json_pack("{s:o, s:s}", "file", escaped((const uint8_t *)found->path, strlen(found->path)),
                               "verdict", verdict);

    if (found->broken) {
        add_violation(object, &found->violation);
    }
    if (!found->skipped) {
        json_object_set_new(object, "events", events_json(found->log));
        if (judge->exec) {
            add_end(object);
        }
    }
    json_dumpf(object, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
    puts("");
    fflush(stdout);
    json_decref(object);
}
