/* change_session.h: the operations on items of a session. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_MUTATE_CHANGE_SESSION_H
#define POSTERN_FUZZ_MUTATE_CHANGE_SESSION_H

#include "bench.h"

#define PF_ITEM(kind) (1u << (kind))

/* An item of one of these kinds, or NULL. */
pf_item *pf_item_of(pf_bench *bench, unsigned kinds);

/* Items (change_session.c) */
bool pf_session_insert(pf_bench *bench);
bool pf_session_drop(pf_bench *bench);
bool pf_session_drop_many(pf_bench *bench);
bool pf_session_go_on(pf_bench *bench);
bool pf_session_duplicate(pf_bench *bench);
bool pf_session_repeat(pf_bench *bench);
bool pf_session_recipients(pf_bench *bench);
bool pf_session_swap(pf_bench *bench);
bool pf_session_fresh(pf_bench *bench);
bool pf_session_mend(pf_bench *bench);
bool pf_session_options(pf_bench *bench);
bool pf_session_lmtp(pf_bench *bench);
bool pf_session_splice(pf_bench *bench);

/* Messages and exchanges (change_body.c) */
bool pf_session_end_of_data(pf_bench *bench);
bool pf_session_content(pf_bench *bench);
bool pf_session_chunk_size(pf_bench *bench);
bool pf_session_chunk_payload(pf_bench *bench);
bool pf_session_data_to_chunks(pf_bench *bench);
bool pf_session_chunk_to_data(pf_bench *bench);
bool pf_session_inject_before_tls(pf_bench *bench);
bool pf_session_answer(pf_bench *bench);

#endif
