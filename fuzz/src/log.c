/* log.c: the log of events. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/event.h>

#include "copy.h"

void pf_log_clear(pf_log *log) {
    log->count = 0;
    log->used = 0;
    log->shift = 0;
    log->full = log->lost = false;
}

/* Copy what fits. What does not is cut off at the same octet whatever the pieces in which it came. */
static uint32_t keep(pf_log *log, const uint8_t *octets, uint32_t size) {
    const uint32_t room = PF_LOG_ARENA - log->used;

    if (size > room) {
        size = room;
        log->full = true;
    }
    pf_copy(log->arena + log->used, octets, size);
    log->used += size;
    return size;
}

void pf_log_append(pf_log *log, const pf_event *event, const uint8_t *octets) {
    const bool content = event->kind == PF_EVENT_DATA;
    const uint64_t end = event->end + log->shift;

    if (content && event->size == 0) return;
    if (content && log->count > 0 && log->events[log->count - 1].kind == PF_EVENT_DATA) {
        pf_event *last = &log->events[log->count - 1];
        last->size += keep(log, octets, event->size);
        last->end = end;
        return;
    }
    if (log->count == PF_LOG_EVENTS) {
        log->full = true;
        return;
    }
    pf_event *fresh = &log->events[log->count++];
    *fresh = *event;
    fresh->begin = event->begin + log->shift;
    fresh->end = end;
    fresh->octets = log->used;
    const bool text = event->kind == PF_EVENT_REPLY || event->kind == PF_EVENT_TRACE;
    fresh->size = content || text ? keep(log, octets, event->size) : 0;
}

void pf_log_finish(pf_log *log) {
    if (log->count > 0 && log->events[log->count - 1].kind == PF_EVENT_DATA) {
        log->count--;
        log->used = log->events[log->count].octets;
    }
}

const uint8_t *pf_log_octets(const pf_log *log, const pf_event *event) {
    return log->arena + event->octets;
}

static bool same_name(const char *a, const char *b) {
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool same_octets(const pf_log *a, const pf_event *x, const pf_log *b, const pf_event *y) {
    return x->size == y->size && memcmp(a->arena + x->octets, b->arena + y->octets, x->size) == 0;
}

/* Does the event stand for a run of octets, and not for a point between two? */
static bool answers(const pf_event *event) {
    return event->kind != PF_EVENT_STARTTLS && event->kind != PF_EVENT_CLOSE;
}

/* Do both say the same, whatever they are of? */
static bool same_saying(const pf_log *a, const pf_event *x, const pf_log *b, const pf_event *y, unsigned how) {
    if (x->kind != y->kind) return false;
    if (x->kind == PF_EVENT_REPLY) return x->code == y->code && (!(how & PF_COMPARE_TEXT) || same_octets(a, x, b, y));
    return (x->kind != PF_EVENT_DATA && x->kind != PF_EVENT_TRACE) || same_octets(a, x, b, y);
}

static bool same_event(const pf_log *a, const pf_event *x, const pf_log *b, const pf_event *y, unsigned how) {
    if (!same_saying(a, x, b, y, how)) return false;
    /* In how many steps content came, and how far ahead the parser had looked, is not compared. */
    if (x->kind == PF_EVENT_DATA) return true;
    if ((how & PF_COMPARE_RANGE) && (x->end != y->end || (answers(x) && x->begin != y->begin))) return false;
    if (x->kind == PF_EVENT_LINE) return same_name(x->verb, y->verb) && same_name(x->error, y->error);
    return x->kind != PF_EVENT_REPLY || same_name(x->verb, y->verb);
}

/* The next event of these kinds, at or behind `at`. */
static size_t next_event(const pf_log *log, size_t at, unsigned kinds) {
    while (at < log->count && (kinds & PF_KIND(log->events[at].kind)) == 0) at++;
    return at;
}

static unsigned kinds_compared(unsigned how) {
    unsigned passed_over = 0;

    if (!(how & PF_COMPARE_LINES)) passed_over |= PF_KIND(PF_EVENT_LINE);
    if (!(how & PF_COMPARE_TEXT)) passed_over |= PF_KIND(PF_EVENT_TRACE);
    return ~passed_over;
}

bool pf_log_equal(const pf_log *a, const pf_log *b, unsigned how, size_t *at) {
    const unsigned kinds = kinds_compared(how);
    size_t i = next_event(a, 0, kinds);
    size_t j = next_event(b, 0, kinds);

    while (i < a->count && j < b->count && same_event(a, &a->events[i], b, &b->events[j], how)) {
        i = next_event(a, i + 1, kinds);
        j = next_event(b, j + 1, kinds);
    }
    *at = i;
    if (i == a->count && j == b->count) return true;
    return (i == a->count && a->full) || (j == b->count && b->full);
}

bool pf_log_tells_same(const pf_log *a, const pf_log *b, unsigned kinds, unsigned how, size_t *at) {
    size_t i = next_event(a, 0, kinds);
    size_t j = next_event(b, 0, kinds);

    while (i < a->count && j < b->count && same_saying(a, &a->events[i], b, &b->events[j], how)) {
        i = next_event(a, i + 1, kinds);
        j = next_event(b, j + 1, kinds);
    }
    *at = i;
    if (i == a->count && j == b->count) return true;
    return (i == a->count && (a->full || a->lost)) || (j == b->count && (b->full || b->lost));
}
