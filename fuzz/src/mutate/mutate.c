/* mutate.c: which operations a kind has, and how they are drawn. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/mutate.h>

#include "change_session.h"

/* The weights of the operations of each kind add up to this. */
enum { WEIGHTS = 256 };

/* How often it is drawn again when an operation does not apply, before octets are changed whatever they mean. */
enum { ATTEMPTS = 12 };

static const pf_operations *operations_of(pf_mutate_kind kind) {
    static const pf_operations *const all[PF_MUTATE_KINDS] = {
        [PF_MUTATE_SESSION] = &pf_operations_session, [PF_MUTATE_COMMAND] = &pf_operations_command,
        [PF_MUTATE_ADDRESS] = &pf_operations_address, [PF_MUTATE_DATA] = &pf_operations_data,
        [PF_MUTATE_REPLY] = &pf_operations_reply,     [PF_MUTATE_LINE] = &pf_operations_line,
        [PF_MUTATE_CLIENT] = &pf_operations_client};
    return all[kind];
}

size_t pf_mutate_operation_count(pf_mutate_kind kind) {
    return operations_of(kind)->count;
}

const char *pf_mutate_operation_name(pf_mutate_kind kind, size_t operation) {
    return operations_of(kind)->list[operation].name;
}

unsigned pf_mutate_operation_weight(pf_mutate_kind kind, size_t operation) {
    return operations_of(kind)->list[operation].weight;
}

static const pf_operation *draw_operation(pf_bench *bench, const pf_operations *operations) {
    size_t left = pf_below(&bench->maker, WEIGHTS);
    const pf_operation *operation = operations->list;

    while (left >= operation->weight) left -= operation++->weight;
    return operation;
}

/* Run one operation on the items as they are now: who has changed nothing has left them true. */
static bool run(pf_bench *bench, const pf_operation *operation) {
    if (operation->items && !bench->items_found) {
        bench->item_count = pf_items_find(bench->items, bench->octets, bench->size);
        bench->items_found = true;
    }
    return operation->run(bench);
}

static void change(pf_bench *bench, const pf_operations *operations) {
    bench->items_found = false;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++)
        if (run(bench, draw_operation(bench, operations))) return;
    (void)pf_havoc(bench);
}

/* Fields, not the whole: most of a bench is room that need not be cleared. */
static void set_up(pf_bench *bench, uint64_t seed, uint8_t *octets, size_t size, size_t capacity, const uint8_t *other,
                   size_t other_size) {
    bench->maker.chance = seed;
    bench->octets = octets;
    bench->size = size;
    bench->capacity = capacity;
    bench->other = other;
    bench->other_size = other_size;
    bench->items_found = false;
}

/* Room for this call. What a run costs grows with its input, and what it finds does not: most calls on a session get
 * little, some enough for one line at its limit, a few all there is. Never less than the input has. */
static size_t draw_room(pf_bench *bench, pf_mutate_kind kind, size_t size, size_t capacity) {
    enum { LITTLE = 256, LINE = 1400 };
    const size_t draw = pf_below(&bench->maker, 16);
    const size_t room = draw == 0 ? capacity : draw < 5 || kind != PF_MUTATE_SESSION ? LINE : LITTLE;
    const size_t least = size > room ? size : room;

    return least < capacity ? least : capacity;
}

/* Is another operation to follow? A session, a message and a dialogue go on behind what is wrong in them: one run shows
 * several changes. In a line that is one command or mailbox the first fault hides the others. */
static bool goes_on(pf_bench *bench, pf_mutate_kind kind) {
    const bool one_line = kind == PF_MUTATE_COMMAND || kind == PF_MUTATE_ADDRESS;
    return one_line ? pf_one_in(&bench->maker, 3) : !pf_one_in(&bench->maker, 3);
}

/* Before the operations. Half of all sessions begin anew: what is made from nothing is all read, where an input that
 * many hands have changed has often come to an end in its middle. The others most often lose each QUIT that something
 * follows, and if they are long any part, the more likely the longer they are. */
static void prepare(pf_bench *bench, pf_mutate_kind kind) {
    enum { LONG = 320 };

    if (kind != PF_MUTATE_SESSION) return;
    if (pf_one_in(&bench->maker, 2)) {
        (void)pf_session_fresh(bench);
        return;
    }
    bench->item_count = pf_items_find(bench->items, bench->octets, bench->size);
    if (!pf_one_in(&bench->maker, 4))
        while (pf_session_go_on(bench)) bench->item_count = pf_items_find(bench->items, bench->octets, bench->size);
    if (pf_below(&bench->maker, bench->size + 1) >= LONG) (void)pf_session_drop_many(bench);
}

size_t pf_mutate(pf_mutate_kind kind, uint64_t seed, uint8_t *octets, size_t size, size_t capacity,
                 const uint8_t *other, size_t other_size) {
    pf_bench bench;

    if (capacity == 0) return 0;
    set_up(&bench, seed, octets, size, capacity, other, other_size);
    bench.capacity = draw_room(&bench, kind, size, capacity);
    prepare(&bench, kind);
    do change(&bench, operations_of(kind));
    while (goes_on(&bench, kind));
    if (bench.size == 0) {
        octets[0] = '\n';
        bench.size = 1;
    }
    return bench.size;
}

bool pf_mutate_by(pf_mutate_kind kind, size_t operation, uint64_t seed, uint8_t *octets, size_t *size, size_t capacity,
                  const uint8_t *other, size_t other_size) {
    pf_bench bench;

    set_up(&bench, seed, octets, *size, capacity, other, other_size);
    const bool changed = run(&bench, &operations_of(kind)->list[operation]);
    *size = bench.size;
    return changed;
}
