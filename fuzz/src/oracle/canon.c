/* canon.c: CANON, no control that the client sent comes out in a reply, a log or a trace field. Toolkit room: fuzz/.
 *
 * What comes out has been through the server: a CR that was octets of a command may be a new line of a reply, and one
 * that was "+0D" may be a new line of a log. So a control counts as the client's when it stands in the octets that the
 * reply answers, or stands there in xtext. One that does not is the server's own, and GRAM's business.
 *
 * SPDX-License-Identifier: MIT */
#include "judging.h"

#include <stdio.h>
#include <string.h>

static bool is_control(uint8_t octet) {
    return (octet < 0x20 && octet != '\t') || octet == 0x7f;
}

static int hex_value(uint8_t octet) {
    if (octet >= '0' && octet <= '9') return octet - '0';
    octet |= 0x20;
    return octet >= 'a' && octet <= 'f' ? octet - 'a' + 10 : -1;
}

/* Did the client send this octet in [begin, end), plain or as xtext? A CRLF is a line end, and no octets of it. */
static bool was_sent(const pf_case *run, const pf_event *event, uint8_t octet) {
    /* Who does not say what a reply answers may have had it from anywhere. */
    const bool tells = run->target->can & PF_CAN_RANGE;
    const uint64_t end = tells && event->end < run->size ? event->end : run->size;
    const uint8_t *octets = run->octets;

    for (uint64_t i = tells ? event->begin : 0; i < end; i++) {
        if (octets[i] == '\r' && i + 1 < end && octets[i + 1] == '\n') {
            i++;
            continue;
        }
        if (octets[i] == octet) return true;
        if (octets[i] != '+' || i + 2 >= end) continue;
        const int high = hex_value(octets[i + 1]);
        const int low = hex_value(octets[i + 2]);
        if (high >= 0 && low >= 0 && high * 16 + low == octet) return true;
    }
    return false;
}

/* Behind a CRLF at `at`: the end, or the next line of the same reply. */
static bool line_may_begin(const uint8_t *octets, size_t size, size_t at, size_t begin) {
    const bool more = at < size;
    const bool hyphen = begin + 3 < size && octets[begin + 3] == '-';

    if (more != hyphen) return false;
    return !more || (at + 3 < size && memcmp(octets + at, octets + begin, 3) == 0 &&
                     (octets[at + 3] == '-' || octets[at + 3] == ' ' || octets[at + 3] == '\r'));
}

/* Are there eight octets at `at`, and none of them a control or HT? */
static bool is_plain_word(const uint8_t *octets, size_t size, size_t at) {
    const uint64_t each = 0x0101010101010101u;
    uint64_t word;

    if (size - at < sizeof word) return false;
    memcpy(&word, octets + at, sizeof word);
    const uint64_t rubout = word ^ each * 0x7f;
    return ((((word - each * 0x20) & ~word) | ((rubout - each) & ~rubout)) & each << 7) == 0;
}

/* The first octet of a reply that is a control and no part of its framing; `size` when there is none. */
static size_t stray_in_reply(const uint8_t *octets, size_t size) {
    size_t begin = 0;

    for (size_t i = 0; i < size; i++) {
        while (is_plain_word(octets, size, i)) i += sizeof(uint64_t);
        if (i == size) break;
        if (!is_control(octets[i])) continue;
        const bool crlf = octets[i] == '\r' && i + 1 < size && octets[i + 1] == '\n';
        if (!crlf || !line_may_begin(octets, size, i + 2, begin)) return i;
        begin = i + 2;
        i++;
    }
    return size;
}

/* The same in a line of a log or a trace field, which may be folded: CRLF and white space (RFC 5322 2.2.3). */
static size_t stray_in_trace(const uint8_t *octets, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (!is_control(octets[i])) continue;
        const size_t line_end = octets[i] == '\r' && i + 1 < size && octets[i + 1] == '\n' ? 2 : octets[i] == '\n';
        const size_t next = i + line_end;
        if (line_end == 0 || next == size || (octets[next] != ' ' && octets[next] != '\t')) return i;
        i = next - 1;
    }
    return size;
}

static bool broken(const pf_case *run, size_t at, size_t place, pf_violation *violation) {
    const pf_event *event = &run->log->events[at];
    const bool trace = event->kind == PF_EVENT_TRACE;
    char seen[PF_VIOLATION_TEXT];

    snprintf(seen, sizeof seen, "the octet %02x at %zu of %s", (unsigned)pf_log_octets(run->log, event)[place], place,
             trace ? "a line in a log or a message" : "the reply");
    return pf_broken(run, &pf_oracle_canon, at, "nothing but text of what the client sent", seen, violation);
}

static bool canon(const pf_case *run, pf_violation *violation) {
    for (size_t i = 0; i < run->log->count; i++) {
        const pf_event *event = &run->log->events[i];
        const uint8_t *octets = pf_log_octets(run->log, event);
        if (event->kind == PF_EVENT_TRACE) {
            const size_t place = stray_in_trace(octets, event->size);
            if (place < event->size) return broken(run, i, place, violation);
        } else if (event->kind == PF_EVENT_REPLY) {
            const size_t place = stray_in_reply(octets, event->size);
            if (place < event->size && was_sent(run, event, octets[place])) return broken(run, i, place, violation);
        }
    }
    return true;
}

const pf_oracle pf_oracle_canon = {.name = "CANON",
                                   .section = "RFC 5321 4.2, 7.7",
                                   .law =
                                       "no control that the client sent comes out in a reply, a log or a trace field",
                                   .needs = PF_KIND(PF_EVENT_REPLY),
                                   .holds = canon};
