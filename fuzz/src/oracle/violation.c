/* violation.c: how a broken law is told, to a person and to a program. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "judging.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Printing ---- */

enum { OCTETS_SHOWN = 160, VARIANT_SHOWN = 4096, SESSION_MOST = 1 << 14 };

static void print_octets(const uint8_t *octets, size_t size, size_t most) {
    const size_t shown = size > most ? most : size;

    fputc('"', stderr);
    for (size_t i = 0; i < shown; i++) {
        const uint8_t octet = octets[i];
        if (octet == '\r')
            fputs("\\r", stderr);
        else if (octet == '\n')
            fputs("\\n", stderr);
        else if (octet == '\t')
            fputs("\\t", stderr);
        else if (octet == '"' || octet == '\\')
            fprintf(stderr, "\\%c", octet);
        else if (octet < 0x20 || octet > 0x7e)
            fprintf(stderr, "\\x%02x", octet);
        else
            fputc(octet, stderr);
    }
    fputc('"', stderr);
    if (shown < size) fprintf(stderr, " and %zu more", size - shown);
}

static void print_escaped(const void *octets, size_t size) {
    const unsigned char *text = octets;

    for (size_t i = 0; i < size; i++) {
        const unsigned char octet = text[i];
        if (octet == '"' || octet == '\\')
            fprintf(stderr, "\\%c", octet);
        else if (octet < 0x20 || octet > 0x7e)
            fprintf(stderr, "\\u%04x", octet);
        else
            fputc(octet, stderr);
    }
}

static void print_json(const char *key, const void *octets, size_t size, const char *behind) {
    fprintf(stderr, "\"%s\":\"", key);
    print_escaped(octets, size);
    fprintf(stderr, "\"%s", behind);
}

static void print_text(const char *key, const char *text, const char *behind) {
    print_json(key, text, strlen(text), behind);
}

/* ---- What a target answered ---- */

static bool is_libpostern(const pf_target *target) {
    static const char name[] = "libpostern"; /* or "libpostern, under any policy" */
    return strncmp(target->name, name, sizeof name - 1) == 0;
}

static const char *answered(const pf_event *reply) {
    return reply->verb != NULL ? reply->verb : "a broken line";
}

/* The first line of a reply, without its end. Returns: its size, where it is not too long for a report. */
static size_t first_line(const pf_log *log, const pf_event *reply) {
    enum { SHOWN = 100 };
    const uint8_t *text = pf_log_octets(log, reply);
    size_t size = 0;

    while (size < reply->size && size < SHOWN && text[size] != '\r' && text[size] != '\n') size++;
    return size;
}

/* The replies of a target that nobody else can show, the last ones up to where the law broke: each to `print`. */
static void each_answer(const pf_violation *violation, void (*print)(const pf_log *log, const pf_event *reply)) {
    enum { SHOWN = 24 };
    const pf_log *log = violation->log;
    size_t left = 0;

    if (log == NULL) return;
    const size_t end = violation->at < log->count ? violation->at + 1 : log->count;
    for (size_t i = 0; i < end; i++) left += log->events[i].kind == PF_EVENT_REPLY;
    for (size_t i = 0; i < end; i++) {
        const pf_event *event = &log->events[i];
        if (event->kind == PF_EVENT_REPLY && left-- <= SHOWN) print(log, event);
    }
}

static void print_answer(const pf_log *log, const pf_event *reply) {
    fprintf(stderr, "\n  answer     to %s: ", answered(reply));
    print_octets(pf_log_octets(log, reply), first_line(log, reply), SIZE_MAX);
}

static void print_json_answer(const pf_log *log, const pf_event *reply) {
    fprintf(stderr, "to %s: ", answered(reply));
    print_escaped(pf_log_octets(log, reply), first_line(log, reply));
    fputs("\\n", stderr);
}

static void print_json_target(const pf_violation *violation) {
    print_text("target", violation->target, ",");
    fputs("\"answers\":\"", stderr);
    each_answer(violation, print_json_answer);
    fputs("\",", stderr);
}

/* ---- The whole ---- */

void pf_violation_print(const pf_violation *violation) {
    fprintf(stderr, "\nThe law %s is broken (%s).\n", violation->oracle, violation->section);
    fprintf(stderr, "  state      %s\n", violation->state);
    fprintf(stderr, "  verb       %s\n", violation->verb);
    fprintf(stderr, "  expected   %s\n", violation->expected);
    fprintf(stderr, "  seen       %s\n", violation->seen);
    fprintf(stderr, "  at octet   %llu: ", (unsigned long long)violation->offset);
    print_octets(violation->octets, violation->size, OCTETS_SHOWN);
    if (violation->varied) {
        fputs("\n  variant    ", stderr);
        print_octets(violation->session, violation->session_size, VARIANT_SHOWN);
    }
    if (violation->target != NULL) {
        fprintf(stderr, "\n  target     %s", violation->target);
        each_answer(violation, print_answer);
        fputs("\n  reproduce  run this program on FILE\n", stderr); /* it may be part of another project */
    } else
        fputs("\n  reproduce  ./scripts/reproduce FILE\n", stderr);

    fputs("POSTERN-VIOLATION {", stderr);
    print_text("oracle", violation->oracle, ",");
    print_text("section", violation->section, ",");
    print_text("state", violation->state, ",");
    print_text("verb", violation->verb, ",");
    if (violation->session != NULL && violation->session_size <= SESSION_MOST)
        print_json("session", violation->session, violation->session_size, ","); /* a character for each octet */
    if (violation->target != NULL) print_json_target(violation);
    print_text("expected", violation->expected, ",");
    print_text("seen", violation->seen, "}\n");
    fflush(stderr);
}

void pf_violation_abort(const pf_violation *violation) {
    pf_violation_print(violation);
    abort();
}

void pf_check_failed(const char *expression, const char *file, int line) {
    pf_violation violation = {.oracle = "CONTRACT", .section = "the headers of libpostern", .state = "-", .verb = "-"};
    const char *name = strrchr(file, '/');

    snprintf(violation.expected, sizeof violation.expected, "%s", expression);
    snprintf(violation.seen, sizeof violation.seen, "not so, in %s, line %d", name != NULL ? name + 1 : file, line);
    pf_violation_abort(&violation);
}

/* ---- Walking ---- */

pf_walk pf_walk_begin(void) {
    return (pf_walk){.state = PF_STATE_NONE};
}

pf_model_state pf_walk_state(const pf_walk *walk, const pf_event *event) {
    if (walk->message_ended && event->kind == PF_EVENT_REPLY) return walk->ending;
    /* A handshake leaves no trace of its own: what is run or answered next stands behind it. */
    if (walk->state == PF_STATE_TLS && (event->kind == PF_EVENT_LINE || event->kind == PF_EVENT_REPLY))
        return pf_model_state_next(walk->state, "STARTTLS_NEGOTIATED", 0);
    return walk->state;
}

void pf_walk_past(pf_walk *walk, const pf_event *event) {
    const pf_model_state state = pf_walk_state(walk, event);

    if (event->kind == PF_EVENT_MESSAGE_END) {
        walk->message_ended = true;
        walk->ending = state;
    } else if (event->kind == PF_EVENT_LINE) {
        walk->message_ended = false;
        walk->state = state;
    } else if (event->kind == PF_EVENT_REPLY) {
        const bool last_chunk = walk->message_ended && event->verb != NULL && strcmp(event->verb, "BDAT_CHUNK") == 0;
        walk->state = pf_model_state_next(state, last_chunk ? "BDAT_LAST" : event->verb, event->code);
    }
}

bool pf_walk_refuses_chunk_line(const pf_walk *walk, const pf_event *event) {
    const pf_model_state state = pf_walk_state(walk, event);

    return event->kind == PF_EVENT_REPLY && event->code == 501 && event->verb != NULL &&
           strcmp(event->verb, "BDAT") == 0 && (state == PF_STATE_RCPT || state == PF_STATE_BDAT);
}

/* ---- Filling in ---- */

const char *pf_event_words(const pf_event *event, char out[static PF_VIOLATION_TEXT]) {
    const char *verb = event->verb != NULL ? event->verb : "a broken line";

    switch (event->kind) {
    case PF_EVENT_LINE:
        snprintf(out, PF_VIOLATION_TEXT, "line %s%s%s", verb, event->error != NULL ? ", " : "",
                 event->error != NULL ? event->error : "");
        break;
    case PF_EVENT_DATA: snprintf(out, PF_VIOLATION_TEXT, "%u octets of content", event->size); break;
    case PF_EVENT_MESSAGE_END: snprintf(out, PF_VIOLATION_TEXT, "end of message"); break;
    case PF_EVENT_REPLY: snprintf(out, PF_VIOLATION_TEXT, "reply %d to %s", event->code, verb); break;
    case PF_EVENT_STARTTLS: snprintf(out, PF_VIOLATION_TEXT, "handshake"); break;
    case PF_EVENT_CLOSE: snprintf(out, PF_VIOLATION_TEXT, "close"); break;
    case PF_EVENT_TRACE:
        snprintf(out, PF_VIOLATION_TEXT, "a line of %u octets in a log or a message", event->size);
        break;
    }
    return out;
}

static void copy_text(char out[static PF_VIOLATION_TEXT], const char *text) {
    snprintf(out, PF_VIOLATION_TEXT, "%s", text);
}

bool pf_broken(const pf_case *run, const pf_oracle *oracle, size_t at, const char *expected, const char *seen,
               pf_violation *violation) {
    const pf_log *log = run->log;
    pf_walk walk = pf_walk_begin();
    const char *verb = "-";
    pf_model_state state;

    for (size_t i = 0; i < at && i < log->count; i++) {
        pf_walk_past(&walk, &log->events[i]);
        if (log->events[i].kind == PF_EVENT_LINE) verb = log->events[i].verb;
    }
    violation->oracle = oracle->name;
    violation->section = oracle->section;
    violation->octets = violation->session = run->octets;
    violation->session_size = run->size;
    violation->varied = false;
    violation->target = is_libpostern(run->target) ? NULL : run->target->name;
    violation->log = log;
    violation->at = at;
    violation->size = 0;
    violation->offset = run->size;
    state = walk.state;
    if (at < log->count) {
        const pf_event *event = &log->events[at];
        if (event->kind == PF_EVENT_LINE || event->kind == PF_EVENT_REPLY) verb = event->verb;
        state = pf_walk_state(&walk, event);
        violation->offset = event->begin < run->size ? event->begin : run->size;
        violation->octets = run->octets + violation->offset;
        violation->size = (size_t)((event->end < run->size ? event->end : run->size) - violation->offset);
    }
    violation->state = pf_model_state_name(state);
    violation->verb = verb != NULL ? verb : "-";
    copy_text(violation->expected, expected);
    if (seen != NULL)
        copy_text(violation->seen, seen);
    else if (at < log->count)
        (void)pf_event_words(&log->events[at], violation->seen);
    else
        copy_text(violation->seen, "nothing more");
    return false;
}

bool pf_unlawful(pf_violation *violation, const char *oracle, const char *section, const char *verb,
                 const uint8_t *octets, size_t size, uint64_t offset, const char *format, ...) {
    va_list arguments;

    violation->oracle = oracle;
    violation->section = section;
    violation->state = "-";
    violation->verb = verb != NULL ? verb : "-";
    violation->octets = octets;
    violation->size = size;
    violation->offset = offset;
    violation->session = NULL;
    violation->session_size = 0;
    violation->varied = false;
    violation->target = NULL;
    violation->log = NULL;
    copy_text(violation->expected, "the law to hold");
    va_start(arguments, format);
    vsnprintf(violation->seen, sizeof violation->seen, format, arguments);
    va_end(arguments);
    return false;
}

bool pf_seen_in(const uint8_t *octets, size_t size, pf_violation *violation) {
    violation->session = octets;
    violation->session_size = size;
    violation->varied = true;
    violation->log = NULL; /* it may be that of another run */
    return false;
}

bool pf_expected(pf_violation *violation, const char *format, ...) {
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(violation->expected, sizeof violation->expected, format, arguments);
    va_end(arguments);
    return false;
}

bool pf_seen(pf_violation *violation, const char *format, ...) {
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(violation->seen, sizeof violation->seen, format, arguments);
    va_end(arguments);
    return false;
}
