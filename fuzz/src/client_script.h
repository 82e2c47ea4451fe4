/* client_script.h: a script as it is kept. Private to the toolkit. Room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_SRC_CLIENT_SCRIPT_H
#define POSTERN_FUZZ_SRC_CLIENT_SCRIPT_H

#include <postern/fuzz/client.h>

enum {
    PF_SCRIPT_INPUT = 1 << 16, /* octets of a file that are looked at */
    PF_SCRIPT_CALLS = 256,
    PF_SCRIPT_ARENA = 4 * PF_SCRIPT_INPUT
};

struct pf_script {
    size_t stream;
    size_t count;
    pf_call calls[PF_SCRIPT_CALLS];
};

#endif
