/* fuzz_line: a line ends at CRLF and at nothing else.
 *
 * The fast framer, its plain twin and a batch reading that sees all octets at once give the same lines and the same
 * faults, whole and in any cuts (RFC 5321 2.3.8, 4.5.3.1.4). The limit is 512, or the number in a last line
 * "NOOP o" + 8 hex digits.
 *
 *     ./scripts/fuzz fuzz_line
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/oracle.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    pf_violation violation;

    if (!pf_laws_line(data, size, pf_is_replay(), &violation)) pf_violation_abort(&violation);
    return 0;
}
