/* fault.c: FAULT, an allocation or a read that fails does no more than a server may do. Toolkit room: fuzz/.
 *
 * For each k the k-th one fails. Up to there all is as it was; then comes a 4yz, or the connection is closed; what goes
 * on behind it is a lawful session (GRAM, ONE and STATE); and a message that is accepted nevertheless is the whole
 * message.
 *
 * SPDX-License-Identifier: MIT */
#include "judging.h"

#include <stdio.h>
#include <string.h>

static pf_log clean;
static pf_log faulty;

static bool tell(const pf_case *run, uint32_t k, size_t at, const char *expected, pf_violation *violation) {
    char words[PF_VIOLATION_TEXT];
    char seen[PF_VIOLATION_TEXT];
    pf_case other = *run;

    other.log = &faulty;
    snprintf(seen, sizeof seen, "with failure %u: %.180s", k,
             at < faulty.count ? pf_event_words(&faulty.events[at], words) : "nothing more");
    return pf_broken(&other, &pf_oracle_fault, at, expected, seen, violation);
}

/* The reply or the close in which the failure shows; count for neither. */
static size_t consequence(size_t at) {
    while (at < faulty.count && faulty.events[at].kind != PF_EVENT_REPLY && faulty.events[at].kind != PF_EVENT_CLOSE)
        at++;
    return at;
}

/* The replies to the end of a message say that it was accepted, for one recipient at least. */
static bool is_accepted(const pf_log *log, size_t end) {
    for (size_t i = end + 1; i < log->count && log->events[i].kind == PF_EVENT_REPLY; i++)
        if (log->events[i].code / 100 == 2) return true;
    return false;
}

/* The content of the message that ends at this event. Returns: its octets; they may be none. */
static const uint8_t *content(const pf_log *log, size_t end, size_t *size) {
    static uint8_t joined[2][PF_LOG_ARENA];
    uint8_t *out = joined[log == &clean];
    size_t first = end;

    *size = 0;
    /* Chunks stand with their lines and replies between them; a message begins behind MAIL, and behind DATA. */
    while (first > 0 && log->events[first - 1].kind != PF_EVENT_MESSAGE_END &&
           !(log->events[first - 1].kind == PF_EVENT_REPLY && log->events[first - 1].verb != NULL &&
             strcmp(log->events[first - 1].verb, "RCPT") == 0))
        first--;
    for (; first < end; first++) {
        const pf_event *event = &log->events[first];
        if (event->kind != PF_EVENT_DATA) continue;
        memcpy(out + *size, pf_log_octets(log, event), event->size);
        *size += event->size;
    }
    return out;
}

/* Returns: the index of the end of the message that ends at that octet; count for none. */
static size_t find_end(const pf_log *log, uint64_t octet) {
    size_t i = 0;
    while (i < log->count && !(log->events[i].kind == PF_EVENT_MESSAGE_END && log->events[i].end == octet)) i++;
    return i;
}

static bool messages_are_whole(const pf_case *run, uint32_t k, size_t from, pf_violation *violation) {
    for (size_t i = from; i < faulty.count; i++) {
        if (faulty.events[i].kind != PF_EVENT_MESSAGE_END || !is_accepted(&faulty, i)) continue;
        const size_t same = find_end(&clean, faulty.events[i].end);
        size_t size;
        size_t whole_size;
        if (same == clean.count) continue; /* commands that were content before */
        const uint8_t *octets = content(&faulty, i, &size);
        const uint8_t *whole = content(&clean, same, &whole_size);
        if (size != whole_size || memcmp(octets, whole, size) != 0)
            return tell(run, k, i, "a message that is accepted to be the whole message", violation);
    }
    return true;
}

/* What comes behind the failure, which `shows` there, is judged as any session is. */
static bool lawful_behind(const pf_case *run, uint32_t k, size_t shows, pf_violation *violation) {
    static const pf_oracle *const laws[] = {&pf_oracle_gram, &pf_oracle_one, &pf_oracle_state};
    pf_case other = *run;

    other.log = &faulty;
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        if ((laws[i]->needs & run->target->kinds) != laws[i]->needs) continue;
        /* No table foresees that NOOP fails: the 4yz itself is right for any verb. */
        const bool holds =
            laws[i] == &pf_oracle_state ? pf_state_but(&other, shows, violation) : laws[i]->holds(&other, violation);
        if (holds) continue;
        pf_violation old;
        if (!laws[i]->holds(run, &old)) continue; /* that is no matter of failures */
        char seen[PF_VIOLATION_TEXT];
        snprintf(seen, sizeof seen, "with failure %u, by the law %s: %.150s", k, laws[i]->name, violation->seen);
        memcpy(violation->seen, seen, sizeof seen);
        violation->oracle = pf_oracle_fault.name;
        violation->section = pf_oracle_fault.section;
        return false;
    }
    return true;
}

static bool with_failure(const pf_case *run, uint32_t k, pf_violation *violation) {
    pf_target_options options = *run->options;
    size_t at;

    options.fail_at = k;
    (void)pf_target_run(run->target, &options, run->octets, run->size, NULL, 0, &faulty);
    if (pf_log_equal(&clean, &faulty, PF_COMPARE_RANGE | PF_COMPARE_LINES, &at)) return true;
    const size_t shows = consequence(at);
    if (shows == faulty.count) {
        /* No session at all; or, where the close cannot be seen, one that ended without a word. */
        const bool told = shows == 0 || (at == shows && !(run->target->kinds & PF_KIND(PF_EVENT_CLOSE)));
        return told || tell(run, k, at, "a reply 4yz or the close", violation);
    }
    const pf_event *event = &faulty.events[shows];
    if (event->kind == PF_EVENT_CLOSE) return true;
    if (event->code / 100 != 4) return tell(run, k, shows, "a reply 4yz or the close", violation);
    return lawful_behind(run, k, shows, violation) && messages_are_whole(run, k, shows, violation);
}

static bool fault(const pf_case *run, pf_violation *violation) {
    enum { FAILURES_THOROUGH = 512 };
    const pf_target_account account = pf_target_run(run->target, run->options, run->octets, run->size, NULL, 0, &clean);
    const size_t chances = account.chances < UINT32_MAX ? (size_t)account.chances : UINT32_MAX - 1;

    if (chances == 0) return true;
    if (!with_failure(run, 1 + run->hash % (uint32_t)chances, violation)) return false;
    if (!run->thorough) return true;
    const size_t stride = chances <= FAILURES_THOROUGH ? 1 : chances / FAILURES_THOROUGH;
    for (size_t k = 1; k <= chances; k += stride)
        if (!with_failure(run, (uint32_t)k, violation)) return false;
    return true;
}

const pf_oracle pf_oracle_fault = {.name = "FAULT",
                                   .section = "RFC 5321 4.2.1, 6.1",
                                   .law =
                                       "what fails is told by a 4yz or by the close, and no message is half accepted",
                                   .needs = PF_KIND(PF_EVENT_REPLY),
                                   .needs_can = PF_CAN_FAIL,
                                   .dear = true,
                                   .holds = fault};
