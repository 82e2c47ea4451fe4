/* fuzz_starttls: nothing that comes in clear survives STARTTLS.
 *
 * OpenSSL's client and server shake hands in this process, and the session stands behind the server. What is injected
 * before, in or behind the handshake yields no event; after it the state is as after the greeting; the log is that of
 * the model, whatever the records; what is left of a record or of a line when the connection ends is not run (RFC 3207
 * 4, CVE-2011-0411). The input is as that of fuzz_session: what stands between STARTTLS and the octets 16 03 is
 * injected, what stands behind them is sent within TLS.
 *
 *     ./scripts/fuzz fuzz_starttls
 *
 * SPDX-License-Identifier: MIT */
#include "starttls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    pf_violation violation;

    if (!pf_judge_by(starttls_laws, &pf_target_postern, data, size, pf_is_replay(), &violation))
        pf_violation_abort(&violation);
    return 0;
}
