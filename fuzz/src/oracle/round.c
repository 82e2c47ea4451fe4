/* round.c: ROUND of a server, the message that a client meant is the one that is handed on. Toolkit room: fuzz/.
 *
 * unstuff(stuff(m)) = m: a message is sent as every client must send it, with a dot before each line that begins with
 * one (RFC 5321 4.5.2), in one piece and cut near its end, and has to come out octet by octet. What is sent is the
 * content that the model sees in the input, and the input itself. The model's reading of DATA is asked nothing.
 *
 * What no client makes by stuffing (a single dot before other octets) this law cannot send, and REF compares.
 *
 * SPDX-License-Identifier: MIT */
#include "variant.h"

#include <stdio.h>
#include <string.h>

static pf_variant sent;
static pf_log heard;

typedef struct message {
    const uint8_t *octets;
    size_t size;
} message;

static bool ends_line(message m) {
    return m.size >= 2 && m.octets[m.size - 2] == '\r' && m.octets[m.size - 1] == '\n';
}

static void stuff(message m) {
    bool starts = true;

    for (size_t i = 0; i < m.size; i++) {
        if (starts && m.octets[i] == '.') pf_variant_say(&sent, ".");
        pf_variant_add(&sent, m.octets + i, 1);
        starts = i > 0 && m.octets[i - 1] == '\r' && m.octets[i] == '\n';
    }
    pf_variant_say(&sent, ends_line(m) ? ".\r\n" : "\r\n.\r\n");
}

static void say_session(const pf_case *run, message m) {
    pf_variant_clear(&sent);
    pf_variant_say(&sent, run->options->lmtp ? "LHLO" : "EHLO");
    pf_variant_say(&sent, " round.example\r\nMAIL FROM:<>\r\nRCPT TO:<round@r.example>\r\nDATA\r\n");
    stuff(m);
}

/* The first reply of this code to the verb, or count. */
static size_t find_reply(const char *verb, int least, int most) {
    size_t at = 0;

    for (; at < heard.count; at++) {
        const pf_event *event = &heard.events[at];
        if (event->kind == PF_EVENT_REPLY && event->verb != NULL && strcmp(event->verb, verb) == 0 &&
            event->code >= least && event->code <= most)
            break;
    }
    return at;
}

/* Is what was handed on the message, with a line end where none stood at its end? Out: at, the octet that is not. */
static bool is_handed_on(message m, size_t *at) {
    static const uint8_t line_end[] = {'\r', '\n'};
    const size_t all = m.size + (ends_line(m) ? 0 : sizeof line_end);

    *at = 0;
    for (size_t i = 0; i < heard.count; i++) {
        const uint8_t *octets = pf_log_octets(&heard, &heard.events[i]);
        if (heard.events[i].kind != PF_EVENT_DATA) continue;
        for (size_t n = 0; n < heard.events[i].size; n++, ++*at)
            if (*at == all || octets[n] != (*at < m.size ? m.octets[*at] : line_end[*at - m.size])) return false;
    }
    return *at == all;
}

static bool tell(const pf_case *run, message m, size_t at, const size_t *cut, pf_violation *violation) {
    pf_case other = *run;
    char expected[PF_VIOLATION_TEXT];
    char seen[PF_VIOLATION_TEXT];
    char where[48] = "in one piece";

    other.octets = sent.octets;
    other.size = sent.size;
    other.log = &heard;
    if (cut != NULL) snprintf(where, sizeof where, "cut at octet %zu", *cut);
    snprintf(expected, sizeof expected, "a message of %zu octets, as it was before dots were stuffed", m.size);
    snprintf(seen, sizeof seen, "another message, from its octet %zu on; sent %s", at, where);
    (void)pf_broken(&other, &pf_oracle_round, find_reply("DATA_BODY", 200, 599), expected, seen, violation);
    violation->offset = 0;
    return pf_seen_in(sent.octets, sent.size, violation);
}

/* One run. In: cut, NULL for none. */
static bool comes_out(const pf_case *run, message m, const size_t *cut, pf_violation *violation) {
    size_t at;

    /* Where DATA is refused the message is no message, and may have a DATA of its own. */
    (void)pf_target_run(run->target, run->options, sent.octets, sent.size, cut, cut != NULL, &heard);
    const size_t answer = find_reply("DATA", 200, 599);
    if (heard.full || answer == heard.count || heard.events[answer].code != 354) return true;
    /* Who refuses a message in practice need not have read all of it. */
    if (run->target->practice && find_reply("DATA_BODY", 200, 299) == heard.count) return true;
    return is_handed_on(m, &at) || tell(run, m, at, cut, violation);
}

static bool judge(const pf_case *run, message m, pf_violation *violation) {
    enum { CUTS = 6 }; /* each within the end and before it */

    if (m.size > PF_VARIANT_MOST / 4) return true;
    say_session(run, m);
    if (sent.full || !comes_out(run, m, NULL, violation)) return sent.full;
    const size_t chosen = 1 + pf_choose(run, 13, CUTS);
    for (size_t back = 1; back <= CUTS; back++) {
        const size_t cut = sent.size - back;
        if ((run->thorough || back == chosen) && !comes_out(run, m, &cut, violation)) return false;
    }
    return true;
}

static bool round_holds(const pf_case *run, pf_violation *violation) {
    enum { MESSAGES_THOROUGH = 12 };
    size_t count = 0, turn = 0;

    for (size_t i = 0; i < run->model->count; i++) count += run->model->events[i].kind == PF_EVENT_DATA;
    const size_t chosen = pf_choose(run, 12, count + 1);
    if ((run->thorough || chosen == count) && !judge(run, (message){run->octets, run->size}, violation)) return false;
    for (size_t i = 0; i < run->model->count; i++) {
        const pf_event *event = &run->model->events[i];
        if (event->kind != PF_EVENT_DATA) continue;
        const bool tried = turn == chosen || (run->thorough && turn % pf_stride(count, MESSAGES_THOROUGH) == 0);
        turn++;
        if (tried && !judge(run, (message){pf_log_octets(run->model, event), event->size}, violation)) return false;
    }
    return true;
}

const pf_oracle pf_oracle_round = {.name = "ROUND",
                                   .section = "RFC 5321 4.5.2",
                                   .law = "a message that was stuffed is handed on as it was",
                                   .needs = PF_KIND(PF_EVENT_REPLY) | PF_KIND(PF_EVENT_DATA),
                                   .dear = true,
                                   .holds = round_holds};
