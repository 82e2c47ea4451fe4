/* fuzz_client: whatever a server sends and whatever a program hands in, the client's side keeps its laws.
 *
 * A call is one line on the wire, or is refused where no server would read just what was asked (INJ); a message arrives
 * as it was handed in and ends nowhere before its end (ROUND); what is taken for a reply is one (GRAM), all that is one
 * is read, and nothing behind what is none (REF); neither cuts (CHUNK) nor what the memory held before (POISON) change
 * anything. That work is linear (BOUND) is the business of fuzz_client_bound. The input is what a server sends, and
 * behind its "221 " line the calls, one a line; options stand in a last line "NOOP o" + 8 hex digits
 * (fuzz/include/postern/fuzz/client.h).
 *
 *     ./scripts/fuzz fuzz_client
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/client.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    pf_violation violation;

    if (!pf_client_judge(pf_client_oracles, &pf_client_postern, data, size, pf_is_replay(), &violation))
        pf_violation_abort(&violation);
    return 0;
}
