/* postern/fuzz/exact.h: octets behind which nothing can be read unseen.
 *
 * A parser that reads one octet beyond what it was given is only caught where that octet does not exist. Every feed of
 * every harness therefore goes through here. With AddressSanitizer in the program, the copy stands alone in poisoned
 * memory (cheaper than a malloc for each chunk, and as exact); without it, it ends flush against a page that cannot be
 * read.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_EXACT_H
#define POSTERN_FUZZ_EXACT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A copy of the octets, exactly sized, never NULL. One at a time: the next call, or pf_exact_release, takes it back. */
const uint8_t *pf_exact_copy(const uint8_t *octets, size_t size);

/* Take the copy back: whoever kept a pointer into it reads poison, or other octets than before. */
void pf_exact_release(void);

/* Read every octet, so that a slice that reaches beyond its block, or holds what nobody wrote, is seen by ASan, by
 * MSan or by the guard page. In: octets, may be NULL when size is 0. */
void pf_touch(const void *octets, size_t size);

#ifdef __cplusplus
}
#endif

#endif
