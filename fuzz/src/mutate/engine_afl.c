/* engine_afl.c: the mutator for AFL++, as a shared object. Toolkit room: fuzz/.
 *
 *     AFL_CUSTOM_MUTATOR_LIBRARY=.../postern_mutate_afl.so afl-fuzz ...
 *
 * AFL++ keeps its own havoc beside it. POSTERN_MUTATE_KIND in the environment says what the inputs are: session (the
 * default), command, address, data, reply, line or client. AFL++ 4.04c installs no headers: what it calls is declared
 * here.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/mutate.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *afl_custom_init(void *afl, unsigned int seed);
void afl_custom_deinit(void *data);
size_t afl_custom_fuzz(void *data, uint8_t *octets, size_t size, uint8_t **out, uint8_t *other, size_t other_size,
                       size_t capacity);
int32_t afl_custom_init_trim(void *data, uint8_t *octets, size_t size);
size_t afl_custom_trim(void *data, uint8_t **out);
int32_t afl_custom_post_trim(void *data, unsigned char success);

/* AFL++ has inputs of at most 1 MiB. */
enum { CAPACITY = 1 << 20 };

/* Attempts to trim an input: each is a run, and each input that AFL++ takes up costs them. So many are enough to try
 * every command of a session of a dozen alone and with its neighbours; what octets could be had beyond that would cost
 * more runs than shorter inputs save. */
enum { TRIM_MOST = 32 };

/* Calls of the mutator for one input, one upon the other. AFL++ runs what is new four times,
 * and of a young campaign nearly all is: what an input is to show, it had better show at once. libFuzzer piles changes
 * up by itself (-mutate_depth), and so does AFL++'s havoc. In a line that is one command or mailbox the first fault
 * hides the others: one call. */
enum { PILE = 4 };

/* An input of fewer octets is as short as most that are made (mutate.c): trimming it, AFL++'s first act, would cost
 * many runs and save nothing. */
enum { TRIM_FROM = 257 };

/* One for a fuzzer; the only memory that is ever asked for. */
typedef struct mutator {
    pf_mutate_kind kind;
    uint64_t seed;
    unsigned pile;
    pf_trim trim;
    size_t trim_size; /* of the input that is trimmed */
    size_t shorter_size;
    unsigned attempts;
    uint8_t out[CAPACITY];
    uint8_t trimmed[CAPACITY];
} mutator;

void *afl_custom_init(void *afl, unsigned int seed) {
    const char *kind = getenv("POSTERN_MUTATE_KIND");
    mutator *self = calloc(1, sizeof *self);

    (void)afl;
    if (self == NULL) return NULL;
    self->seed = seed;
    if (kind != NULL && !pf_mutate_kind_find(kind, &self->kind)) {
        fprintf(stderr, "POSTERN_MUTATE_KIND: no kind of input is called %s\n", kind);
        exit(2);
    }
    self->pile = self->kind == PF_MUTATE_COMMAND || self->kind == PF_MUTATE_ADDRESS ? 1 : PILE;
    return self;
}

void afl_custom_deinit(void *data) {
    free(data);
}

size_t afl_custom_fuzz(void *data, uint8_t *octets, size_t size, uint8_t **out, uint8_t *other, size_t other_size,
                       size_t capacity) {
    mutator *self = data;

    capacity = capacity < CAPACITY ? capacity : CAPACITY;
    size = size < capacity ? size : capacity;
    memcpy(self->out, octets, size);
    *out = self->out;
    for (unsigned left = self->pile; left > 0; left--)
        size = pf_mutate(self->kind, self->seed++, self->out, size, capacity, other, other_size);
    return size;
}

/* ---- Trimming. `out` holds the attempt, `trimmed` the input as it stands. ---- */

/* Is there another attempt? AFL++ asks by the number of the step: 0 goes on, 1 has come to the end. */
static int32_t step(mutator *self) {
    if (self->attempts++ == TRIM_MOST) return 1;
    return pf_trim_next(&self->trim, self->trimmed, self->trim_size, self->out, &self->shorter_size) ? 0 : 1;
}

int32_t afl_custom_init_trim(void *data, uint8_t *octets, size_t size) {
    mutator *self = data;

    if (size < TRIM_FROM || size > CAPACITY) return 0;
    memcpy(self->trimmed, octets, size);
    self->trim_size = size;
    self->attempts = 0;
    pf_trim_begin(&self->trim, self->kind, octets, size);
    return 1 - step(self);
}

size_t afl_custom_trim(void *data, uint8_t **out) {
    mutator *self = data;

    *out = self->out;
    return self->shorter_size;
}

int32_t afl_custom_post_trim(void *data, unsigned char success) {
    mutator *self = data;

    if (success) {
        memcpy(self->trimmed, self->out, self->shorter_size);
        self->trim_size = self->shorter_size;
    }
    pf_trim_went(&self->trim, success != 0, self->trimmed, self->trim_size);
    return step(self);
}
