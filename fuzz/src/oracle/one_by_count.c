/* one_by_count.c: ONE for a server of which only the replies are seen. Toolkit room: fuzz/.
 *
 * What the client sent calls for so many replies, as its own reading of the stream and the replies so far tell it. One
 * too many is payload that was run as a command, or a command that was answered twice; one too few is a command that
 * was lost.
 *
 * SPDX-License-Identifier: MIT */
#include "client_view.h"
#include "judging.h"

static bool broken(const pf_case *run, size_t at, const char *expected, pf_violation *violation) {
    return pf_broken(run, &pf_oracle_one, at, expected, NULL, violation);
}

/* A reply that nothing calls for. */
static const char *instead_of(const pf_client_view *client, int code) {
    switch (client->place) {
    case PF_CLIENT_OVER: return "the close behind 221 and 421";
    case PF_CLIENT_TLS: return "no reply in clear text behind the 220 to STARTTLS";
    default: return code == 421 ? NULL : "no reply, for all is answered: here or before, one too many";
    }
}

bool pf_one_by_count(const pf_case *run, pf_violation *violation) {
    const pf_log *log = run->log;
    const bool sees_close = run->target->kinds & PF_KIND(PF_EVENT_CLOSE);
    pf_client_view client = {.lmtp = run->options->lmtp,
                             .practice = run->target->practice,
                             .shakes_hands = run->target->tls_done != NULL};
    pf_due due;
    bool closed = false;
    int code = 0;

    for (size_t i = 0; i < log->count && !pf_client_is_lost(&client, run->octets, run->size); i++) {
        const pf_event *event = &log->events[i];
        if (event->kind == PF_EVENT_CLOSE) closed = true;
        if (event->kind != PF_EVENT_REPLY) continue;
        code = event->code;
        if (pf_client_due(&client, run->octets, run->size, &due)) {
            (void)pf_client_answered(&client, &due, code, pf_log_octets(log, event), event->size);
            continue;
        }
        const char *expected = instead_of(&client, code);
        if (expected != NULL) return broken(run, i, expected, violation);
        client.place = PF_CLIENT_OVER;
    }
    if (log->full || log->lost || pf_client_is_lost(&client, run->octets, run->size)) return true;
    if (client.place == PF_CLIENT_OVER)
        return closed || !sees_close || broken(run, log->count, "the close behind 221 and 421", violation);
    /* Who hangs up behind a refusal owes nothing any more. */
    if ((closed && code >= 400) || !pf_client_due(&client, run->octets, run->size, &due) || !due.complete) return true;
    return broken(run, closed ? log->count - 1 : log->count,
                  client.place == PF_CLIENT_GREETING ? "a greeting" : "a reply", violation);
}
