/* fuzz_planted.c: a harness with three planted faults, for the tests of the scripts (-DPOSTERN_TEST_HARNESSES=ON). Room:
 * harnesses/test.
 *
 * "EHLO" runs into a violation with a name, "DATA" reads beyond its input, "QUIT" never ends. They are reached through
 * compares of single octets, so that an engine finds them in a second.
 *
 * SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int begins(const uint8_t *data, size_t size, const char *word) {
    for (size_t i = 0; word[i] != '\0'; i++)
        if (i >= size || data[i] != (uint8_t)word[i]) return 0;
    return 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static volatile uint8_t sink = 0;
    if (begins(data, size, "EHLO")) {
        fputs("POSTERN-VIOLATION {\"oracle\": \"ONE\", \"section\": \"RFC 5321 4.2\", \"state\": \"GREETED\", "
              "\"verb\": \"EHLO\", \"expected\": \"one reply\", \"seen\": \"none\"}\n", stderr);
        abort();
    }
    if (begins(data, size, "DATA")) {
        uint8_t *copy = malloc(size);
        if (copy == NULL) return 0;
        memcpy(copy, data, size);
        sink = (uint8_t)(sink + copy[size]);
        free(copy);
    }
    while (begins(data, size, "QUIT")) sink++;
    return 0;
}
