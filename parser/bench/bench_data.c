/* bench_data.c: how fast a message is received by DATA. Room: parser/bench.
 *
 *     bench_data [ROUNDS]
 *
 * 64 MiB of text lines of 1 to 76 octets, a dot at the beginning of one line in fifty, handed over in reads of 64 KiB;
 * content is taken slice by slice. Each round also times the limit, a memcpy of the same octets; medians of
 * interleaved rounds. Exit: 0, or 2 when it could not run.
 *
 * SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "bench.h"

#include <postern/body.h>

enum { SIZE = 64 << 20, READ = 64 << 10, LINE_MAX_OCTETS = 80 };

/* Text on the wire, up to and with its end. Returns: octets written, at most SIZE. */
static size_t compose(uint8_t *out) {
    uint32_t dice = 2463534242u;
    size_t size = 0;
    while (size + LINE_MAX_OCTETS + 3 < SIZE) {
        dice ^= dice << 13, dice ^= dice >> 17, dice ^= dice << 5;
        const size_t length = 1 + dice % 76;
        if (dice % 50 == 0) out[size++] = '.', out[size++] = '.';
        for (size_t i = 0; i < length; i++) out[size++] = (uint8_t)('a' + (dice + i) % 26);
        out[size++] = '\r', out[size++] = '\n';
    }
    memcpy(out + size, ".\r\n", 3);
    return size + 3;
}

/* Returns: octets of content. */
static size_t receive(const uint8_t *octets, size_t size, postern_status *end) {
    postern_data data;
    size_t content = 0, at = 0;
    postern_data_init(&data, POSTERN_TEXT_LINE_MAX);
    *end = POSTERN_NEED_MORE;
    while (at < size && *end == POSTERN_NEED_MORE) {
        const size_t stop = size - at < READ ? size : at + READ;
        while (at < stop && *end == POSTERN_NEED_MORE) {
            size_t taken;
            postern_slice slice;
            *end = postern_data_feed(&data, octets + at, stop - at, &taken, &slice);
            bench_keep(slice.data);
            content += slice.size;
            at += taken;
        }
    }
    return content;
}

int main(int argc, char **argv) {
    if (argc > 2) bench_fail("usage:", "bench_data [ROUNDS]");
    const int rounds = argc == 2 ? bench_rounds(argv[1]) : 9;
    uint8_t *wire = bench_room(SIZE), *copy = bench_room(SIZE);
    const size_t size = compose(wire);
    double limit[BENCH_ROUNDS_MAX], ours[BENCH_ROUNDS_MAX];
    size_t content = 0;
    memset(copy, 0, SIZE);
    for (int round = 0; round < rounds; round++) {
        postern_status end;
        const double begin = bench_now();
        memcpy(copy, wire, size);
        bench_keep(copy);
        const double middle = bench_now();
        content = receive(wire, size, &end);
        limit[round] = (double)size / (middle - begin) / 1e6;
        ours[round] = (double)size / (bench_now() - middle) / 1e6;
        if (end != POSTERN_COMPLETE) bench_fail("the message did not end", "");
    }
    const double copy_median = bench_median(limit, rounds), feed_median = bench_median(ours, rounds);
    printf("DATA: %zu octets, %zu of content; medians of %d rounds\n", size, content, rounds);
    printf("  memcpy           %7.0f MB/s\n", copy_median);
    printf("  receive, strict  %7.0f MB/s (%.2f of memcpy)\n", feed_median, feed_median / copy_median);
    free(wire);
    free(copy);
    return 0;
}
