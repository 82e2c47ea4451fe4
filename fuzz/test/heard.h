/* heard.h: another target as its client hears it, a server that only sends octets. Room: fuzz/test.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_TEST_HEARD_H
#define POSTERN_FUZZ_TEST_HEARD_H

#include <postern/fuzz/target.h>

/* The octets of the target's replies go through wire.h: where one reply ends and the next begins is found in them
 * alone. One session at a time. In: content, whether its DATA events are told too. Returns: the target; the next call
 * changes it. */
const pf_target *heard_target(const pf_target *target, bool content);

#endif
