/* wire.h: what else is known of a wire. Private to the toolkit. Room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_SRC_WIRE_H
#define POSTERN_FUZZ_SRC_WIRE_H

#include <postern/fuzz/wire.h>

#include "client_view.h"

#define PF_WIRE_REPLY 65536 /* octets of one reply: a longer one is none */

/* Is a reply awaited, for which all is there that it answers? Out: due. */
bool pf_wire_awaits(const pf_wire *wire, pf_due *due);

/* The same if these octets were sent too. */
bool pf_wire_would_await(pf_wire *wire, const uint8_t *octets, size_t size, pf_due *due);

/* Where the client stands, and how many octets it sent. */
pf_client_place pf_wire_place(const pf_wire *wire);
size_t pf_wire_size(const pf_wire *wire);

/* From some point on nobody can say what replies answer, and nothing was logged. */
bool pf_wire_is_lost(const pf_wire *wire);

/* More came than anyone reads: the rest was dropped. */
bool pf_wire_is_full(const pf_wire *wire);

#endif
