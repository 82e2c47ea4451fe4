/* copy.h: copying without libc. Toolkit room: fuzz/.
 *
 * Under AddressSanitizer memcpy is an interceptor, and for the short runs of octets of which a session's log is made it
 * costs more than the copying. What is copied here has been touched before (exact.h).
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_SRC_COPY_H
#define POSTERN_FUZZ_SRC_COPY_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline void pf_copy(uint8_t *out, const uint8_t *octets, size_t size) {
    if (size > 256) {
        memcpy(out, octets, size);
        return;
    }
    for (; size >= 8; size -= 8, out += 8, octets += 8) {
        uint64_t eight;
        memcpy(&eight, octets, 8); /* of a constant size: a load, not a call */
        memcpy(out, &eight, 8);
        __asm__ volatile("" ::: "memory"); /* else the compiler makes one memcpy of the loop */
    }
    for (; size > 0; size--) {
        *out++ = *octets++;
        __asm__ volatile("" ::: "memory");
    }
}

#endif
