/* client_again.c: CHUNK, POISON and BOUND, laws that run a client again. Toolkit room: fuzz/.
 *
 * CHUNK   the record does not depend on how the stream and the messages are cut
 * POISON  nor on what the client's memory held before
 * BOUND   work is linear in what the server sends: one line of a reply is repeated until there are some 512 octets of
 *         it, and then twice as many, up to 16 KiB; what is added to the cost may no more than double each time
 *
 * SPDX-License-Identifier: MIT */
#include "client_judging.h"

#include "../copy.h"

#include <stdio.h>
#include <string.h>

static pf_record other;

static bool differs(const pf_client_case *run, const pf_client_oracle *oracle, const char *how, size_t at,
                    pf_violation *violation) {
    char expected[PF_VIOLATION_TEXT];
    char words[PF_VIOLATION_TEXT];
    char seen[PF_VIOLATION_TEXT];

    (void)pf_client_words(run, run->record, at, expected);
    (void)pf_client_words(run, &other, at, words);
    snprintf(seen, sizeof seen, "%s: %.150s%s", how, words, strcmp(words, expected) == 0 ? ", other ones" : "");
    return pf_client_broken(run, oracle, at, expected, seen, violation);
}

/* ---- CHUNK ---- */

static bool chunk(const pf_client_case *run, pf_violation *violation) {
    static size_t cuts[PF_CUTS_MAX];
    const size_t size = pf_script_stream(run->script);
    size_t turn = 0;
    size_t count;
    size_t at;

    while (pf_cut_next(&turn, run->thorough, run->octets, size, cuts, &count)) {
        const pf_client_cutting cutting = {.cuts = cuts, .count = count, .seed = run->hash + (uint32_t)turn};
        char how[PF_VIOLATION_TEXT];
        (void)pf_client_run(run->client, run->options, run->script, run->octets, size, &cutting, &other);
        if (pf_client_equal(run->record, &other, &at)) continue;
        snprintf(how, sizeof how, "with %zu cuts, the first at octet %zu, and messages in pieces", count,
                 count > 0 ? cuts[0] : 0);
        return differs(run, &pf_client_chunk, how, at, violation);
    }
    return true;
}

/* ---- POISON ---- */

static bool poison(const pf_client_case *run, pf_violation *violation) {
    static const uint8_t fills[] = {0x00, 0xaa, 0xff, '\r', '\n', '2', '-', 'A'};
    enum { FILLS = sizeof fills, FILLS_FUZZING = 2 };
    pf_client_options options = *run->options;
    size_t at;

    options.filled = true;
    for (size_t i = 0; i < (run->thorough ? FILLS : FILLS_FUZZING); i++) {
        char how[PF_VIOLATION_TEXT];
        options.fill = fills[i];
        (void)pf_client_run(run->client, &options, run->script, run->octets, pf_script_stream(run->script), NULL,
                            &other);
        if (pf_client_equal(run->record, &other, &at)) continue;
        snprintf(how, sizeof how, "in memory filled with 0x%02x", fills[i]);
        return differs(run, &pf_client_poison, how, at, violation);
    }
    return true;
}

/* ---- BOUND ---- */

enum { FIRST_SIZE = 512, DOUBLINGS = 5, STREAM_MOST = 1 << 17 };

static uint8_t stream[STREAM_MOST];

static size_t add(size_t size, const uint8_t *octets, size_t more) {
    if (more > STREAM_MOST - size) more = STREAM_MOST - size;
    pf_copy(stream + size, octets, more);
    return size + more;
}

/* The stream with [begin, end) of it repeated. Returns: its size. */
static size_t repeat(const pf_client_case *run, pf_span unit, size_t times) {
    const size_t whole = pf_script_stream(run->script);
    size_t size = add(0, run->octets, unit.begin);

    for (size_t i = 0; i < times; i++) size = add(size, run->octets + unit.begin, unit.end - unit.begin);
    return add(size, run->octets + unit.end, whole - unit.end);
}

static bool costs_too_much(const pf_client_case *run, pf_span unit, pf_violation *violation) {
    const pf_client *client = run->client;
    const size_t length = unit.end - unit.begin;
    uint64_t before = 0;
    uint64_t growth = UINT64_MAX / 4; /* of the doubling before */
    bool grows = true;

    for (size_t i = 0; i <= DOUBLINGS; i++) {
        const size_t size = repeat(run, unit, ((size_t)FIRST_SIZE << i) / length + 1);
        const uint64_t steps = pf_client_run(client, run->options, run->script, stream, size, NULL, &other).steps;
        /* What the calls cost is their own, and the same in all runs. */
        const uint64_t most = (uint64_t)client->steps_octet * (size + run->size) + client->steps_once;
        if (client->steps_octet != 0 && steps > most) {
            char expected[PF_VIOLATION_TEXT];
            char seen[PF_VIOLATION_TEXT];
            snprintf(expected, sizeof expected, "at the most %llu steps", (unsigned long long)most);
            snprintf(seen, sizeof seen, "%llu, when octets %zu to %zu are repeated", (unsigned long long)steps,
                     unit.begin, unit.end);
            (void)pf_client_broken(run, &pf_client_bound, run->record->count, expected, seen, violation);
            return true;
        }
        /* What has grown is compared, so that what the calls cost hides nothing. A buffer that doubles has its steps,
         * and stays below that in the long run. */
        const uint64_t added = steps > before ? steps - before : 0;
        grows = grows && added > 0 && (i < 2 || added > growth * 22 / 10);
        growth = i > 0 ? added : growth;
        before = steps;
        if (!grows && !run->thorough) return false;
    }
    if (!grows) return false;
    (void)pf_client_broken(run, &pf_client_bound, run->record->count, "twice the cost for twice as many lines",
                           "more, each time", violation);
    return true;
}

enum { LINES_MOST = 64, LINES_THOROUGH = 16 };

/* The lines of the stream that end, the first ones. Returns: how many. */
static size_t find_lines(const uint8_t *octets, size_t size, pf_span *lines) {
    size_t count = 0;
    size_t at = 0;

    while (at < size && count < LINES_MOST) {
        const uint8_t *lf = memchr(octets + at, '\n', size - at);
        if (lf == NULL) break;
        lines[count] = (pf_span){at, (size_t)(lf - octets) + 1};
        at = lines[count++].end;
    }
    return count;
}

static bool bound(const pf_client_case *run, pf_violation *violation) {
    const size_t size = pf_script_stream(run->script);
    pf_span lines[LINES_MOST];
    const size_t count = find_lines(run->octets, size, lines);

    if (count == 0 || size > STREAM_MOST / 4) return true;
    if (!run->thorough) return !costs_too_much(run, lines[(run->hash >> 4) % count], violation);
    for (size_t n = 0; n < count && n < LINES_THOROUGH; n++)
        if (costs_too_much(run, lines[n], violation)) return false;
    return true;
}

const pf_client_oracle pf_client_chunk = {.name = "CHUNK",
                                          .section = "RFC 5321 2.3.8",
                                          .law = "the record does not depend on how the octets were cut",
                                          .holds = chunk};

const pf_client_oracle pf_client_poison = {.name = "POISON",
                                           .section = "the C standard, 6.7.9",
                                           .law = "the record does not depend on what the memory held before",
                                           .needs_can = PF_CAN_FILL,
                                           .dear = true,
                                           .holds = poison};

const pf_client_oracle pf_client_bound = {.name = "BOUND",
                                          .section = "RFC 5321 7.8",
                                          .law = "work is linear in what the server sends",
                                          .needs_can = PF_CAN_COUNT,
                                          .dear = true,
                                          .holds = bound};
