/* operations_session.c: the operations of sessions, and how often each is drawn. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "change_session.h"

/* ---- One line of a session ---- */

static bool on_line(pf_bench *bench, bool (*run)(pf_bench *, size_t, size_t)) {
    const pf_item *item =
        pf_item_of(bench, PF_ITEM(PF_ITEM_COMMAND) | PF_ITEM(PF_ITEM_CHUNK) | PF_ITEM(PF_ITEM_ANSWER));
    return item != NULL && run(bench, item->begin, item->middle);
}

/* A line that has one of two verbs. */
static bool on_verb(pf_bench *bench, pf_verb one, pf_verb two, bool (*run)(pf_bench *, size_t, size_t)) {
    if (bench->item_count == 0) return false;
    size_t i = pf_below(&bench->maker, bench->item_count);

    for (size_t left = bench->item_count; left > 0; left--, i = i + 1 < bench->item_count ? i + 1 : 0)
        if (bench->items[i].verb == one || bench->items[i].verb == two)
            return run(bench, bench->items[i].begin, bench->items[i].middle);
    return false;
}

static bool change_verb(pf_bench *bench) {
    return on_line(bench, pf_change_verb_of);
}

static bool change_argument(pf_bench *bench) {
    return on_line(bench, pf_change_argument_of);
}

static bool change_address(pf_bench *bench) {
    return on_verb(bench, PF_VERB_MAIL, PF_VERB_RCPT, pf_change_address_of);
}

static bool change_parameters(pf_bench *bench) {
    return on_verb(bench, PF_VERB_MAIL, PF_VERB_RCPT, pf_change_parameters_of);
}

static bool stretch(pf_bench *bench) {
    return on_line(bench, pf_stretch);
}

/* The case of one verb. */
static bool change_case(pf_bench *bench) {
    const pf_item *item = pf_item_of(bench, PF_ITEM(PF_ITEM_COMMAND) | PF_ITEM(PF_ITEM_CHUNK));

    if (item == NULL || pf_one_in(&bench->maker, 4)) return pf_change_case(bench);
    const bool one = pf_one_in(&bench->maker, 3);
    bool changed = false;
    for (size_t at = item->begin;
         at < item->middle && (bench->octets[at] | 0x20) >= 'a' && (bench->octets[at] | 0x20) <= 'z'; at++) {
        bench->octets[at] ^= 0x20;
        changed = true;
        if (one) break;
    }
    return changed;
}

static const pf_operation operations[] = {
    {"insert-commands", 36, pf_session_insert},
    {"drop-commands", 14, pf_session_drop},
    {"duplicate-commands", 12, pf_session_duplicate},
    {"repeat-commands", 4, pf_session_repeat},
    {"many-recipients", 1, pf_session_recipients},
    {"swap-commands", 10, pf_session_swap},
    {"mend", 12, pf_session_mend},
    {"change-verb", 8, change_verb},
    {"change-argument", 10, change_argument},
    {"change-address", 12, change_address},
    {"change-parameters", 12, change_parameters},
    {"stretch-line", 6, stretch},
    {"change-line-end", 10, pf_change_line_end},
    {"insert-odd-octet", 8, pf_insert_odd_octet},
    {"change-number", 6, pf_change_number},
    {"change-case", 5, change_case},
    {"end-of-data", 18, pf_session_end_of_data},
    {"change-content", 6, pf_session_content},
    {"chunk-size", 8, pf_session_chunk_size},
    {"chunk-payload", 6, pf_session_chunk_payload},
    {"data-to-chunks", 4, pf_session_data_to_chunks},
    {"chunks-to-data", 3, pf_session_chunk_to_data},
    {"inject-before-tls", 6, pf_session_inject_before_tls},
    {"auth-answer", 6, pf_session_answer},
    {"options", 3, pf_session_options},
    {"lmtp", 2, pf_session_lmtp},
    {"splice", 8, pf_session_splice},
    {"fresh-session", 2, pf_session_fresh},
    {"havoc", 14, pf_havoc},
    {"cut", 4, pf_havoc_cut},
};
const pf_operations pf_operations_session = PF_OPERATIONS(operations, true);
