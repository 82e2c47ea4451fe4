/* fuzz_command: a command line means what the ABNF says, and nothing else.
 *
 * Verdict, error, offset and fields are those of the reference model, with all extensions in force and with none; what
 * was parsed, printed and parsed again is the same; every slice lies in the line (RFC 5321 4.1.1 and the extensions).
 * A client that asks for the same command writes it as one line. The input is one line; a CRLF is added where it has
 * none.
 *
 *     ./scripts/fuzz fuzz_command
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/oracle.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    pf_violation violation;

    if (!pf_laws_command(data, size, pf_is_replay(), &violation) ||
        !pf_laws_verbs(data, size, pf_is_replay(), &violation) ||
        !pf_laws_format(data, size, pf_is_replay(), &violation))
        pf_violation_abort(&violation);
    return 0;
}
