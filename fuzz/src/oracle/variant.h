/* variant.h: inputs made of others, for the laws that compare two runs of a target. Private to the toolkit. Room:
 * fuzz/.
 *
 * Such a law says that two inputs, or the ends of two inputs, must get the same. It is asked of the model first: where
 * the model sees a difference too, the law does not speak of these inputs.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_SRC_ORACLE_VARIANT_H
#define POSTERN_FUZZ_SRC_ORACLE_VARIANT_H

#include "judging.h"

/* Longer inputs are not varied. */
#define PF_VARIANT_MOST (1u << 17)

typedef struct pf_variant {
    size_t size;
    bool full; /* something did not fit */
    uint8_t octets[PF_VARIANT_MOST];
} pf_variant;

void pf_variant_clear(pf_variant *variant);
void pf_variant_add(pf_variant *variant, const uint8_t *octets, size_t size);
void pf_variant_say(pf_variant *variant, const char *text);

/* What the model logs for it, under the options of the run. Out: log. */
void pf_variant_model(const pf_case *run, const pf_variant *variant, pf_log *log);

/* What the target logs for it, in one piece. Out: log. */
pf_target_account pf_variant_run(const pf_case *run, const pf_variant *variant, pf_log *log);

/* ---- Borders ---- */

/* A place in the input where the model awaits a command. */
typedef struct pf_border {
    size_t at; /* octets before it */
    pf_model_state state;
    const char *hello; /* the verb of the greeting that is in force: EHLO, HELO, LHLO; NULL for none */
    bool authenticated;
    bool tls;
    bool chunk_line_refused; /* since the last greeting or RSET, where a message was being received: see STATE */
} pf_border;

#define PF_BORDERS_MOST 256

/* Out: borders, in their order, at most PF_BORDERS_MOST: before each command line, and at the end of the input if that
 * is one. Returns: how many. */
size_t pf_borders(const pf_case *run, pf_border *borders);

/* ---- Parts of logs ---- */

/* How many events of the target's log for these octets come from the first `at` of them, which end at a border. From
 * the events' ranges if the target has them; else those octets are run alone, and their replies and handshakes are
 * counted. */
size_t pf_events_before(const pf_case *run, const pf_log *log, const uint8_t *octets, size_t at);

/* The same for a log whose events have ranges, as the model's have. */
size_t pf_events_by_range(const pf_log *log, size_t at);

/* Leave out `count` events from `from` on, and the `octets` from which they came: what stands behind comes up. */
void pf_log_cut_out(pf_log *log, size_t from, size_t count, uint64_t octets);

/* By what the logs of this target are compared here: never by the text of replies, which may tell the time of day. */
unsigned pf_variant_compare(const pf_target *target);

/* May the server have had enough of this client? 421 is allowed anywhere. */
bool pf_hangs_up(const pf_log *log, size_t at);

/* Report the event `at` of the log of a variant, as pf_broken does. In: border, where in the run's input the variant
 * differs. Returns: false. */
bool pf_variant_broken(const pf_case *run, const pf_variant *variant, const pf_log *log, size_t at, size_t border,
                       const pf_oracle *oracle, const char *expected, const char *seen, pf_violation *violation);

/* ---- Choosing ---- */

/* A number below `count`, which is not 0, that the input draws: another one for each salt. */
size_t pf_choose(const pf_case *run, uint32_t salt, size_t count);

/* The steps of a loop over `count` things: all of them up to `most`, and else so many in even distances. */
size_t pf_stride(size_t count, size_t most);

#endif
