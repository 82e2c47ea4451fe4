/* naive.h: a server of SMTP as many are written: octets in, octets out. It stands for yours. Room: fuzz/examples.
 *
 * SPDX-License-Identifier: MIT */
#ifndef NAIVE_H
#define NAIVE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct naive {
    char line[2048];
    size_t used;
    bool hello, mail, rcpt, in_message, overlong;
    char out[65536]; /* what it says; whoever reads it sets out_size to zero */
    size_t out_size;
    bool closed;
} naive;

void naive_begin(naive *server);
void naive_take(naive *server, const char *octets, size_t size);

#endif
