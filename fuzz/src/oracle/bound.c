/* bound.c: BOUND, work is linear in the input and memory is constant. Toolkit room: fuzz/.
 *
 * No clock: the target counts its steps and the octets that it holds. A piece of the input is repeated until the input
 * is some 512 octets long, twice that, and so on: an octet of those that a doubling adds may cost 1.1 times what one of
 * the doubling before did. What costs the same in all runs so hides nothing. One step up is no proof, since a buffer
 * may grow up to its limit: a violation is a cost that goes on growing too fast, and memory that goes on growing, over
 * all doublings that follow. A buffer may also have a first size that is enough for long: some inputs begin at 8 KiB. A
 * target that declares what an octet may cost at the most is held to it, too.
 *
 * SPDX-License-Identifier: MIT */
#include "variant.h"

#include <stdio.h>

enum {
    FIRST_SIZE = 512,
    FIRST_SIZE_LONG = 8192,
    DOUBLINGS = 8,           /* 512 to 131,072 octets, as far as there is room */
    STEPS_DOUBLINGS = 4,     /* to 8,192 at the least */
    MEMORY_DOUBLINGS = 3,    /* at the least, and as many as it takes: */
    MEMORY_SIZE = 96 * 1024, /* beyond every limit of a line */
};

/* A piece of the input that is repeated, and how the whole is fed. */
typedef struct repetition {
    size_t begin;
    size_t end;
    size_t distance; /* of cuts; 0: in one piece */
    bool long_first; /* it begins at 8 KiB */
} repetition;

static pf_variant longer;
static pf_log log_of_longer;
static size_t cuts[PF_VARIANT_MOST];

/* Make an input of at least `size` octets, if it has room. */
static void repeat(const pf_case *run, const repetition *r, size_t size) {
    const size_t unit = r->end - r->begin;
    const size_t rest = run->size - unit;
    size_t times = size > rest ? (size - rest + unit - 1) / unit : 1;

    if (rest + times * unit > PF_VARIANT_MOST) times = (PF_VARIANT_MOST - rest) / unit;
    pf_variant_clear(&longer);
    pf_variant_add(&longer, run->octets, r->begin);
    for (size_t i = 0; i < times; i++) pf_variant_add(&longer, run->octets + r->begin, unit);
    pf_variant_add(&longer, run->octets + r->end, run->size - r->end);
}

static pf_target_account measure(const pf_case *run, const repetition *r) {
    size_t count = 0;

    if (r->distance > 0)
        for (size_t at = r->distance; at < longer.size; at += r->distance) cuts[count++] = at;
    return pf_target_run(run->target, run->options, longer.octets, longer.size, cuts, count, &log_of_longer);
}

static bool tell(const pf_case *run, const repetition *r, const char *what, uint64_t most, uint64_t seen,
                 pf_violation *violation) {
    char expected_text[PF_VIOLATION_TEXT];
    char seen_text[PF_VIOLATION_TEXT];
    size_t at = 0;

    snprintf(expected_text, sizeof expected_text, "at the most %llu %s", (unsigned long long)most, what);
    snprintf(seen_text, sizeof seen_text, "%llu, for %zu octets in which octets %zu to %zu stand %zu times, %s%.0zu",
             (unsigned long long)seen, longer.size, r->begin, r->end,
             1 + (longer.size - run->size) / (r->end - r->begin), r->distance == 0 ? "in one piece" : "in pieces of ",
             r->distance);
    while (at < run->log->count && run->log->events[at].end <= r->begin) at++;
    (void)pf_broken(run, &pf_oracle_bound, at, expected_text, seen_text, violation);
    return pf_seen_in(longer.octets, longer.size, violation);
}

/* What the target has declared. */
static bool within_limits(const pf_case *run, const repetition *r, const pf_target_account *account,
                          pf_violation *violation) {
    const pf_target_limits *limits = &run->target->limits;
    const uint64_t most = (uint64_t)limits->steps_octet * longer.size + limits->steps_once;

    if (limits->steps_octet != 0 && account->steps > most)
        return tell(run, r, "steps", most, account->steps, violation);
    return limits->memory == 0 || account->memory <= limits->memory ||
           tell(run, r, "octets held", limits->memory, account->memory, violation);
}

/* What a doubling added. */
typedef struct addition {
    uint64_t steps;
    uint64_t octets;
} addition;

/* What may be added now, by what was added before. */
static uint64_t most_added(const addition *before, uint64_t octets) {
    return before->steps * octets / before->octets * 11 / 10;
}

/* Returns: false when the law is broken for this repetition. */
static bool judge(const pf_case *run, const repetition *r, pf_violation *violation) {
    addition before = {.steps = 0};
    bool steps = true;
    bool memory = true;

    if (r->end <= r->begin || run->size > PF_VARIANT_MOST) return true;
    repeat(run, r, r->long_first ? FIRST_SIZE_LONG : FIRST_SIZE);
    pf_target_account last = measure(run, r);
    for (size_t i = 1; i <= DOUBLINGS && (steps || memory); i++) {
        const size_t size = longer.size;
        repeat(run, r, 2 * size);
        if (longer.size < size * 5 / 4) return true; /* there is no more room */
        const pf_target_account account = measure(run, r);
        const bool grew = account.steps > last.steps; /* repeating may make one cheap long line of many dear ones */
        const addition now = {grew ? account.steps - last.steps : 0, longer.size - size};
        if (!within_limits(run, r, &account, violation)) return false;
        steps = steps && grew && (i == 1 || now.steps > most_added(&before, now.octets));
        memory = memory && account.memory > last.memory;
        if (steps && i == STEPS_DOUBLINGS)
            return tell(run, r, "steps", last.steps + most_added(&before, now.octets), account.steps, violation);
        if (memory && i >= MEMORY_DOUBLINGS && longer.size >= MEMORY_SIZE)
            return tell(run, r, "octets held", last.memory, account.memory, violation);
        before = now;
        last = account;
    }
    return true;
}

/* ---- Which repetitions ---- */

static const size_t distances[] = {0, 1, 13};
enum { DISTANCES = sizeof distances / sizeof *distances, UNITS_THOROUGH = 12 };

/* From one border to one of the next, the end of the input standing for a last one. */
static repetition lines(const pf_case *run, const pf_border *borders, size_t count, size_t i, size_t more) {
    const size_t j = i + 1 + more;
    return (repetition){.begin = borders[i].at, .end = j < count ? borders[j].at : run->size};
}

static repetition one_repetition(const pf_case *run, const pf_border *borders, size_t count) {
    repetition r;

    switch (pf_choose(run, 7, 3)) {
    case 0:
        if (count > 0) {
            r = lines(run, borders, count, pf_choose(run, 8, count), pf_choose(run, 9, 4));
            break;
        }
        /* fall through */
    case 1:
        r.begin = pf_choose(run, 8, run->size);
        r.end = r.begin + 1 + pf_choose(run, 9, 6);
        if (r.end > run->size) r.end = run->size;
        break;
    default: r = (repetition){.end = run->size};
    }
    r.distance = distances[pf_choose(run, 10, DISTANCES)];
    r.long_first = pf_choose(run, 11, 64) == 0;
    return r;
}

static bool in_all_pieces(const pf_case *run, repetition r, pf_violation *violation) {
    for (size_t i = 0; i < DISTANCES; i++) {
        r.distance = distances[i];
        if (!judge(run, &r, violation)) return false;
    }
    return true;
}

static bool bound(const pf_case *run, pf_violation *violation) {
    static pf_border borders[PF_BORDERS_MOST];
    const size_t count = pf_borders(run, borders);

    if (run->size == 0) return true;
    const repetition chosen = one_repetition(run, borders, count);
    if (!judge(run, &chosen, violation)) return false;
    if (!run->thorough) return true;
    for (size_t i = 0; i < count; i += pf_stride(count, UNITS_THOROUGH))
        for (size_t more = 0; more < 2; more++)
            if (!in_all_pieces(run, lines(run, borders, count, i, more), violation)) return false;
    for (size_t i = 0; i < run->size; i += pf_stride(run->size, UNITS_THOROUGH))
        if (!in_all_pieces(run, (repetition){.begin = i, .end = i + 1}, violation)) return false;
    return in_all_pieces(run, (repetition){.end = run->size}, violation) &&
           in_all_pieces(run, (repetition){.end = run->size, .long_first = true}, violation);
}

const pf_oracle pf_oracle_bound = {.name = "BOUND",
                                   .section = "RFC 5321 7.8",
                                   .law = "work is linear in the input and memory is constant",
                                   .needs = PF_KIND(PF_EVENT_REPLY),
                                   .needs_can = PF_CAN_COUNT,
                                   .dear = true,
                                   .holds = bound};
