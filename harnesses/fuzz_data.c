/* fuzz_data: a message ends at CRLF "." CRLF and at nothing else.
 *
 * End, content and violations are those of the reference model, whole and in any cuts, by the fast receiver and by the
 * plain one; unstuff(stuff(m)) is m; BDAT hands on exactly what it is given (RFC 5321 4.5.2, RFC 3030 2). The input
 * stands for the octets behind DATA CRLF, and for a message.
 *
 *     ./scripts/fuzz fuzz_data
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/oracle.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    pf_violation violation;

    if (!pf_laws_data(data, size, pf_is_replay(), &violation)) pf_violation_abort(&violation);
    return 0;
}
