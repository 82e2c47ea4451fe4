/* nearby.c: what a replay asks besides: of inputs that are the one in the file but for an octet. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "judging.h"

#include <string.h>

enum {
    PLACES = 4,
    LONGEST = 4096 /* a copy of more is not worth its time */
};

bool pf_holds_nearby(pf_law *law, const uint8_t *octets, size_t size, pf_violation *violation) {
    static uint8_t nearby[LONGEST];
    const uint32_t hash = pf_hash(octets, size);

    if (size == 0 || size > LONGEST) return true;
    for (uint32_t i = 0; i < PLACES; i++) {
        /* By the golden ratio, so that the places lie apart. */
        const size_t place = (size_t)((uint64_t)(uint32_t)(hash + i * 0x9e3779b9u) * size >> 32);
        memcpy(nearby, octets, size);
        for (unsigned octet = 0; octet < 256; octet++) {
            nearby[place] = (uint8_t)octet;
            if (!law(nearby, size, false, violation)) return pf_seen_in(nearby, size, violation);
        }
    }
    return true;
}
