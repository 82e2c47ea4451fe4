/* fuzz_address: a mailbox is what RFC 5321 4.1.2 and 4.1.3 derive, ASCII or not.
 *
 * Verdict and parts are those of the reference model; in angle brackets it is a path with the same parts; its
 * local-part survives unquoting and quoting; its domain alone is of the same kind. The same octets go through the
 * codecs too: decode(encode(x)) is x. The input is a mailbox without brackets.
 *
 *     ./scripts/fuzz fuzz_address
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/oracle.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    pf_violation violation;

    if (!pf_laws_address(data, size, pf_is_replay(), &violation) ||
        !pf_laws_codec(data, size, pf_is_replay(), &violation))
        pf_violation_abort(&violation);
    return 0;
}
