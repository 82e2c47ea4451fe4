/* bench.h: what both benches share: a clock, medians, files. Room: parser/bench.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_BENCH_H
#define POSTERN_BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BENCH_ROUNDS_MAX 99

static inline double bench_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static inline int bench_compare(const void *left, const void *right) {
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static inline double bench_median(double *values, int count) {
    qsort(values, (size_t)count, sizeof *values, bench_compare);
    return values[count / 2];
}

/* The compiler must take it that the octets there have been read. */
static inline void bench_keep(const void *value) { __asm__ volatile("" : : "r"(value) : "memory"); }

static inline _Noreturn void bench_fail(const char *what, const char *which) {
    fprintf(stderr, "bench: %s %s\n", what, which);
    exit(2);
}

/* Memory, or the end. */
static inline uint8_t *bench_room(size_t size) {
    uint8_t *room = malloc(size > 0 ? size : 1);
    if (room == NULL) bench_fail("no memory", "");
    return room;
}

/* The number of rounds from the command line, an odd number. */
static inline int bench_rounds(const char *text) {
    char *end;
    const long rounds = strtol(text, &end, 10);
    if (*text == '\0' || *end != '\0' || rounds < 1 || rounds > BENCH_ROUNDS_MAX) bench_fail("bad number of rounds:", text);
    return (int)(rounds | 1);
}

#endif
