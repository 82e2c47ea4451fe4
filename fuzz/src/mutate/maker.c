/* maker.c: appending to a piece. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "maker.h"

void pf_put(pf_maker *maker, const void *octets, size_t size) {
    if (size > maker->capacity - maker->size) {
        size = maker->capacity - maker->size;
        maker->full = true;
    }
    if (size > 0) memcpy(maker->octets + maker->size, octets, size);
    maker->size += size;
}

void pf_put_fill(pf_maker *maker, int octet, size_t count) {
    if (count > maker->capacity - maker->size) {
        count = maker->capacity - maker->size;
        maker->full = true;
    }
    if (count > 0) memset(maker->octets + maker->size, octet, count);
    maker->size += count;
}

void pf_put_number(pf_maker *maker, uint64_t number) {
    char digits[20];
    size_t at = sizeof digits;

    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    pf_put(maker, digits + at, sizeof digits - at);
}

void pf_put_letters(pf_maker *maker, size_t count) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEF0123456789";

    for (size_t i = 0; i < count && !maker->full; i++)
        pf_put(maker, letters + pf_below(maker, i == 0 ? 32 : sizeof letters - 1), 1);
}
