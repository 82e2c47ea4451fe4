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
    {"insert-commands", 32, pf_session_insert, true},
    {"drop-commands", 9, pf_session_drop, true},
    {"drop-quit", 2, pf_session_go_on, true},
    {"duplicate-commands", 6, pf_session_duplicate, true},
    {"repeat-commands", 4, pf_session_repeat, true},
    {"many-recipients", 1, pf_session_recipients, true},
    {"swap-commands", 5, pf_session_swap, true},
    {"mend", 7, pf_session_mend, true},
    {"change-verb", 8, change_verb, true},
    {"change-argument", 12, change_argument, true},
    {"change-address", 14, change_address, true},
    {"change-parameters", 18, change_parameters, true},
    {"stretch-line", 6, stretch, true},
    {"change-line-end", 10, pf_change_line_end, false},
    {"insert-odd-octet", 8, pf_insert_odd_octet, false},
    {"change-number", 6, pf_change_number, false},
    {"change-case", 4, change_case, true},
    {"end-of-data", 24, pf_session_end_of_data, true},
    {"change-content", 14, pf_session_content, true},
    {"chunk-size", 8, pf_session_chunk_size, true},
    {"chunk-payload", 6, pf_session_chunk_payload, true},
    {"data-to-chunks", 4, pf_session_data_to_chunks, true},
    {"chunks-to-data", 3, pf_session_chunk_to_data, true},
    {"inject-before-tls", 6, pf_session_inject_before_tls, true},
    {"auth-answer", 6, pf_session_answer, true},
    {"options", 3, pf_session_options, true},
    {"lmtp", 4, pf_session_lmtp, true},
    {"splice", 6, pf_session_splice, true},
    {"fresh-session", 3, pf_session_fresh, false},
    {"havoc", 13, pf_havoc, false},
    {"cut", 4, pf_havoc_cut, false},
};
const pf_operations pf_operations_session = PF_OPERATIONS(operations);
