/* bench_command.c: what it costs to frame and parse a command line. Room: parser/bench.
 *
 *     bench_command FILE [ROUNDS]
 *
 * FILE holds command lines, one a line (LF or CRLF); they are repeated until there are a million and parsed from one
 * buffer, as a server would that is handed large reads. Each round also times the limit, a memchr for each line over
 * the same octets; medians of interleaved rounds. Exit: 0, or 2 when FILE cannot be read.
 *
 * SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "bench.h"

#include <postern/command.h>
#include <postern/line.h>

enum { COMMANDS = 1000000, OCTETS_MAX = 1 << 28 };

typedef struct workload {
    uint8_t *octets;
    size_t size;
    size_t commands;
} workload;

static void append(workload *work, const uint8_t *line, size_t size) {
    memcpy(work->octets + work->size, line, size);
    memcpy(work->octets + work->size + size, "\r\n", 2);
    work->size += size + 2;
    work->commands++;
}

/* Every line of the text once. */
static void append_all(workload *work, const uint8_t *text, size_t size) {
    const uint8_t *const end = text + size;
    while (text < end && work->commands < COMMANDS) {
        const uint8_t *lf = memchr(text, '\n', (size_t)(end - text));
        const uint8_t *stop = lf != NULL ? lf : end;
        size_t length = (size_t)(stop - text);
        if (length > 0 && text[length - 1] == '\r') length--;
        if (length > 0 && work->size + length + 2 <= OCTETS_MAX) append(work, text, length);
        text = stop + 1;
    }
}

static workload load(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) bench_fail("cannot read", path);
    uint8_t *text = bench_room(OCTETS_MAX);
    const size_t size = fread(text, 1, OCTETS_MAX, file);
    fclose(file);
    workload work = {bench_room(OCTETS_MAX), 0, 0};
    size_t before;
    do {
        before = work.commands;
        append_all(&work, text, size);
    } while (work.commands > before && work.commands < COMMANDS);
    free(text);
    if (work.commands == 0) bench_fail("no command in", path);
    return work;
}

static size_t scan(const workload *work) {
    const uint8_t *at = work->octets;
    const uint8_t *const end = at + work->size;
    size_t lines = 0;
    for (const uint8_t *lf; at < end && (lf = memchr(at, '\n', (size_t)(end - at))) != NULL; at = lf + 1) lines++;
    return lines;
}

/* Returns: commands that were well-formed. */
static size_t parse(const workload *work) {
    static postern_line framer;
    static postern_command command;
    const postern_command_options options = {.extensions = UINT32_MAX};
    const uint8_t *at = work->octets;
    size_t left = work->size, good = 0;
    postern_line_init(&framer, POSTERN_AUTH_LINE_MAX);
    while (left > 0) {
        size_t taken;
        postern_slice line;
        postern_fault fault;
        if (postern_line_feed(&framer, at, left, &taken, &line, &fault) == POSTERN_COMPLETE &&
            postern_command_parse(&command, line.data, line.size, &options, &fault) == POSTERN_COMPLETE)
            good++;
        bench_keep(&command);
        at += taken;
        left -= taken;
    }
    return good;
}

int main(int argc, char **argv) {
    if (argc < 2 || argc > 3) bench_fail("usage:", "bench_command FILE [ROUNDS]");
    const int rounds = argc == 3 ? bench_rounds(argv[2]) : 9;
    const workload work = load(argv[1]);
    double limit[BENCH_ROUNDS_MAX], ours[BENCH_ROUNDS_MAX];
    size_t lines = 0, good = 0;
    for (int round = 0; round < rounds; round++) {
        const double begin = bench_now();
        lines = scan(&work);
        const double middle = bench_now();
        good = parse(&work);
        limit[round] = (middle - begin) * 1e9 / (double)work.commands;
        ours[round] = (bench_now() - middle) * 1e9 / (double)work.commands;
    }
    if (lines != work.commands) bench_fail("the scan lost lines of", argv[1]);
    const double scan_median = bench_median(limit, rounds), parse_median = bench_median(ours, rounds);
    printf("commands: %zu of %.2f octets on average, %zu well-formed; medians of %d rounds\n", work.commands,
           (double)work.size / (double)work.commands, good, rounds);
    printf("  memchr scan      %7.1f ns a command\n", scan_median);
    printf("  frame and parse  %7.1f ns a command (%.1f times the scan)\n", parse_median, parse_median / scan_median);
    free(work.octets);
    return 0;
}
