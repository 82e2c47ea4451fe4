/* meta.c: META, changes of an input that change nothing, or one thing. Toolkit room: fuzz/.
 *
 * The case of a verb says nothing (RFC 5321 2.4); pipelined commands are answered as in lock-step (RFC 2920 3.2);
 * NOOP, VRFY, HELP, what is refused for its verb, and a line with a NUL, which is no command whatever stands before it,
 * leave no trace but their own reply (RFC 5321 4.1.1.6 to 4.1.1.9, 4.1.4, 4.1.2); two neighbouring recipients are
 * answered in their order; and what comes later does not change what was said.
 *
 * SPDX-License-Identifier: MIT */
#include "variant.h"

#include <stdio.h>
#include <string.h>

static pf_variant varied;
static pf_log log_of_varied;
static pf_log model_of_varied; /* the model is slow, and only asked about differences */

static bool is_letter(uint8_t octet) {
    return (octet >= 'A' && octet <= 'Z') || (octet >= 'a' && octet <= 'z');
}

/* Does the model see no difference in the changed input, but for what was put back? */
static bool as_model(const pf_case *run) {
    size_t at;
    return pf_log_equal(run->model, &model_of_varied, PF_COMPARE_RANGE | PF_COMPARE_LINES, &at);
}

static const char *words_at(const pf_log *log, size_t at, char out[static PF_VIOLATION_TEXT]) {
    if (at < log->count) return pf_event_words(&log->events[at], out);
    snprintf(out, PF_VIOLATION_TEXT, "nothing more");
    return out;
}

/* Tell of the event `at` of the run's log, which another event should have been. */
static bool tell(const pf_case *run, size_t at, size_t seen_at, size_t border, const char *change,
                 pf_violation *violation) {
    char expected[PF_VIOLATION_TEXT];
    char words[PF_VIOLATION_TEXT];
    char seen[PF_VIOLATION_TEXT];

    snprintf(seen, sizeof seen, "%.100s: %.130s", change, words_at(&log_of_varied, seen_at, words));
    (void)pf_broken(run, &pf_oracle_meta, at, words_at(run->log, at, expected), seen, violation);
    violation->offset = border;
    return false;
}

/* The same, seen in the changed input. */
static bool tell_varied(const pf_case *run, size_t at, size_t border, const char *change, pf_violation *violation) {
    (void)tell(run, at, at, border, change, violation);
    return pf_seen_in(varied.octets, varied.size, violation);
}

/* ---- The case of verbs ---- */

/* Whether the case of a letter is turned: by `pattern` 0 it becomes small, by 1 great, else it is drawn. */
static uint8_t folded(uint8_t octet, size_t pattern, uint32_t *state) {
    if (!is_letter(octet)) return octet;
    *state = *state * 1664525u + 1013904223u;
    if (pattern == 0 || (pattern > 1 && *state >> 31)) return octet | 0x20;
    return octet & (uint8_t)~0x20u;
}

static bool fold(const pf_case *run, size_t pattern, pf_violation *violation) {
    uint32_t state = run->hash + (uint32_t)pattern;
    size_t at;
    char change[64];

    pf_variant_clear(&varied);
    pf_variant_add(&varied, run->octets, run->size);
    for (size_t i = 0; i < run->model->count; i++) {
        const pf_event *line = &run->model->events[i];
        if (line->kind != PF_EVENT_LINE || line->verb == NULL || strcmp(line->verb, "AUTH_CONTINUATION") == 0 ||
            strcmp(line->verb, "UNKNOWN") == 0)
            continue;
        uint8_t *octet = varied.octets + line->begin;
        for (size_t j = 0; j < strlen(line->verb); j++) octet[j] = folded(octet[j], pattern, &state);
    }
    (void)pf_variant_run(run, &varied, &log_of_varied);
    if (pf_runs_equal(run->target, run->log, &log_of_varied, pf_variant_compare(run->target), &at)) return true;
    pf_variant_model(run, &varied, &model_of_varied);
    if (!as_model(run)) return true;
    const size_t begin = at < run->log->count ? (size_t)run->log->events[at].begin : run->size;
    snprintf(change, sizeof change, "with the verb \"%.8s\"",
             begin + 8 < varied.size ? (const char *)varied.octets + begin : "...");
    return tell_varied(run, at, begin, change, violation);
}

/* ---- Lock-step ---- */

static bool lock_step(const pf_case *run, pf_violation *violation) {
    static size_t cuts[PF_LOG_EVENTS];
    size_t count = 0;
    size_t at;

    for (size_t i = 0; i < run->model->count; i++) {
        const size_t end = (size_t)run->model->events[i].end;
        if (run->model->events[i].kind == PF_EVENT_REPLY && end > (count > 0 ? cuts[count - 1] : 0) && end < run->size)
            cuts[count++] = end;
    }
    (void)pf_target_run(run->target, run->options, run->octets, run->size, cuts, count, &log_of_varied);
    return pf_runs_equal(run->target, run->log, &log_of_varied, pf_compare_runs(run->target), &at) ||
           tell(run, at, at, run->size, "in lock-step", violation);
}

/* ---- Commands that change nothing ---- */

#define COMMAND(line, words) {line "\r\n", sizeof line + 1, words}
static const struct {
    const char *octets;
    size_t size;
    const char *words;
} idle_commands[] = {
    COMMAND("NOOP", "NOOP"),      COMMAND("VRFY someone", "VRFY"), COMMAND("HELP", "HELP"),
    COMMAND("EXPN list", "EXPN"), COMMAND("XYZZY", "XYZZY"),       COMMAND("QUIT\0x", "QUIT and a NUL"),
};
enum { IDLE_COMMANDS = sizeof idle_commands / sizeof *idle_commands };

static bool insert(const pf_case *run, const pf_border *border, size_t which, pf_violation *violation) {
    const uint8_t *command = (const uint8_t *)idle_commands[which].octets;
    const size_t size = idle_commands[which].size;
    const size_t x = border->at;
    size_t at;
    char change[64];

    pf_variant_clear(&varied);
    pf_variant_add(&varied, run->octets, x);
    pf_variant_add(&varied, command, size);
    pf_variant_add(&varied, run->octets + x, run->size - x);
    if (varied.full) return true;
    (void)pf_variant_run(run, &varied, &log_of_varied);
    size_t first = pf_events_before(run, &log_of_varied, varied.octets, x);
    const size_t next = pf_events_before(run, &log_of_varied, varied.octets, x + size);
    if (pf_hangs_up(&log_of_varied, first)) return true;
    pf_log_cut_out(&log_of_varied, first, next - first, size);
    if (pf_runs_equal(run->target, run->log, &log_of_varied, pf_variant_compare(run->target), &at)) return true;
    if (pf_hangs_up(&log_of_varied, at)) return true;
    pf_variant_model(run, &varied, &model_of_varied);
    first = pf_events_by_range(&model_of_varied, x);
    pf_log_cut_out(&model_of_varied, first, pf_events_by_range(&model_of_varied, x + size) - first, size);
    if (!as_model(run)) return true;
    snprintf(change, sizeof change, "with %s at octet %zu", idle_commands[which].words, x);
    return tell_varied(run, at, x, change, violation);
}

/* ---- Two recipients ---- */

/* Two neighbouring lines: where the first begins, the second, and what stands behind. */
typedef struct pair {
    size_t begin;
    size_t middle;
    size_t end;
} pair;

static bool is_rcpt(const pf_event *event, pf_event_kind kind) {
    return event->kind == kind && event->verb != NULL && strcmp(event->verb, "RCPT") == 0;
}

/* The pairs that the model sees. Returns: how many. */
static size_t find_pairs(const pf_log *model, pair *pairs, size_t capacity) {
    size_t count = 0;

    for (size_t i = 0; i + 3 < model->count && count < capacity; i++) {
        const pf_event *e = &model->events[i];
        if (is_rcpt(e, PF_EVENT_LINE) && is_rcpt(e + 1, PF_EVENT_REPLY) && is_rcpt(e + 2, PF_EVENT_LINE) &&
            is_rcpt(e + 3, PF_EVENT_REPLY))
            pairs[count++] = (pair){(size_t)e[0].begin, (size_t)e[2].begin, (size_t)e[2].end};
    }
    return count;
}

static void move(pf_event *event, int64_t octets) {
    event->begin += (uint64_t)octets;
    event->end += (uint64_t)octets;
}

/* Put the events of the two lines back into their old order. They are `each` for each line, from `first` on. */
static void swap_back(pf_log *log, size_t first, size_t each, const pair *lines) {
    const size_t one = lines->middle - lines->begin;
    const size_t two = lines->end - lines->middle;

    for (size_t i = first; i < first + each; i++) {
        const pf_event other = log->events[i];
        log->events[i] = log->events[i + each];
        log->events[i + each] = other;
        move(&log->events[i], -(int64_t)two);
        move(&log->events[i + each], (int64_t)one);
    }
}

static bool swap(const pf_case *run, const pair *lines, pf_violation *violation) {
    const size_t two = lines->end - lines->middle;
    size_t at;
    char change[64];

    pf_variant_clear(&varied);
    pf_variant_add(&varied, run->octets, lines->begin);
    pf_variant_add(&varied, run->octets + lines->middle, two);
    pf_variant_add(&varied, run->octets + lines->begin, lines->middle - lines->begin);
    pf_variant_add(&varied, run->octets + lines->end, run->size - lines->end);
    (void)pf_variant_run(run, &varied, &log_of_varied);
    const size_t first = pf_events_before(run, &log_of_varied, varied.octets, lines->begin);
    const size_t behind = pf_events_before(run, &log_of_varied, varied.octets, lines->end);
    if ((behind - first) % 2 == 0) swap_back(&log_of_varied, first, (behind - first) / 2, lines);
    if (pf_runs_equal(run->target, run->log, &log_of_varied, pf_variant_compare(run->target), &at)) return true;
    if (pf_hangs_up(&log_of_varied, at)) return true;
    pf_variant_model(run, &varied, &model_of_varied);
    swap_back(&model_of_varied, pf_events_by_range(&model_of_varied, lines->begin), 2, lines);
    if (!as_model(run)) return true;
    snprintf(change, sizeof change, "with the recipients at octets %zu and %zu swapped", lines->begin, lines->middle);
    return tell_varied(run, at, lines->begin, change, violation);
}

/* ---- Prefixes ---- */

static bool prefix(const pf_case *run, size_t size, pf_violation *violation) {
    size_t at;
    char change[64];

    (void)pf_target_run(run->target, run->options, run->octets, size, NULL, 0, &log_of_varied);
    if (pf_runs_equal(run->target, &log_of_varied, run->log, pf_compare_runs(run->target), &at) ||
        at >= log_of_varied.count)
        return true;
    /* At the end of the stream a server may close, and say so. */
    if (pf_hangs_up(&log_of_varied, at)) return true;
    if (at + 1 == log_of_varied.count && log_of_varied.events[at].kind == PF_EVENT_CLOSE) return true;
    snprintf(change, sizeof change, "of the first %zu octets alone", size);
    (void)tell(run, at < run->log->count ? at : run->log->count, at, size, change, violation);
    return pf_seen_in(run->octets, size, violation);
}

/* ---- All of it ---- */

enum { PAIRS_MOST = 128, PATTERNS = 4, THINGS_THOROUGH = 24, PREFIXES_THOROUGH = 96 };
static pf_border borders[PF_BORDERS_MOST];
static pair pairs[PAIRS_MOST];

/* What a fuzzing run tries. */
static bool one_change(const pf_case *run, size_t border_count, size_t pair_count, pf_violation *violation) {
    const size_t turn = pf_choose(run, 4, 8);

    if (turn < 2 && pair_count > 0) return swap(run, &pairs[pf_choose(run, 5, pair_count)], violation);
    if (turn < 4 && border_count > 0)
        return insert(run, &borders[pf_choose(run, 5, border_count)], pf_choose(run, 6, IDLE_COMMANDS), violation);
    if (turn < 6) return fold(run, pf_choose(run, 5, PATTERNS), violation);
    if (turn < 7) return lock_step(run, violation);
    return prefix(run, pf_choose(run, 5, run->size + 1), violation);
}

static bool all_changes(const pf_case *run, size_t border_count, size_t pair_count, pf_violation *violation) {
    for (size_t i = 0; i < PATTERNS; i++)
        if (!fold(run, i, violation)) return false;
    if (!lock_step(run, violation)) return false;
    for (size_t i = 0; i < border_count; i += pf_stride(border_count, THINGS_THOROUGH))
        for (size_t j = 0; j < IDLE_COMMANDS; j++)
            if (!insert(run, &borders[i], j, violation)) return false;
    for (size_t i = 0; i < pair_count; i += pf_stride(pair_count, THINGS_THOROUGH))
        if (!swap(run, &pairs[i], violation)) return false;
    for (size_t i = 0; i <= run->size; i += pf_stride(run->size + 1, PREFIXES_THOROUGH))
        if (!prefix(run, i, violation)) return false;
    return true;
}

static bool meta(const pf_case *run, pf_violation *violation) {
    if (run->size > PF_VARIANT_MOST) return true;
    const size_t border_count = pf_borders(run, borders);
    const size_t pair_count = find_pairs(run->model, pairs, PAIRS_MOST);

    return one_change(run, border_count, pair_count, violation) &&
           (!run->thorough || all_changes(run, border_count, pair_count, violation));
}

const pf_oracle pf_oracle_meta = {.name = "META",
                                  .section = "RFC 5321 2.4, 4.1.1.9, 4.1.4",
                                  .law = "case, pipelining, NOOP and the order of recipients change nothing else",
                                  .needs = PF_KIND(PF_EVENT_REPLY),
                                  .dear = true,
                                  .holds = meta};
