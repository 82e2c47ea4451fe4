/* fuzz_reply: a client reads of a reply what the server said, and a server can say nothing else than one reply.
 *
 * The first reply of the stream is what the reference model reads, at the strict level and at that of practice, whole
 * and in any cuts, up to the longest line and the most lines; read, formatted and read again it is the same; and
 * whatever text goes into the formatter, one grammatical reply comes out (RFC 5321 4.2); what is known of a code is
 * what the model knows. The input is what a server sent, and a text to be formatted.
 *
 *     ./scripts/fuzz fuzz_reply
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/oracle.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    pf_violation violation;

    if (!pf_laws_reply(data, size, pf_is_replay(), &violation) ||
        !pf_laws_codes(data, size, pf_is_replay(), &violation))
        pf_violation_abort(&violation);
    return 0;
}
