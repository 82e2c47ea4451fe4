/* model: what the session writes to its log.
 *
 * SPDX-License-Identifier: MIT */
#include "model/session.h"

static void append(pf_session *s, pf_event event) {
    pf_log_append(s->log, &event, s->octets + event.begin);
}

void pf_session_line(pf_session *s, const char *verb, const char *error, size_t begin, size_t end) {
    append(s, (pf_event){.kind = PF_EVENT_LINE, .verb = verb, .error = error, .begin = begin, .end = end});
}

void pf_session_close(pf_session *s, size_t begin, size_t end) {
    s->state = PF_STATE_CLOSED;
    append(s, (pf_event){.kind = PF_EVENT_CLOSE, .begin = begin, .end = end});
}

void pf_session_reply(pf_session *s, const char *verb, int code, size_t begin, size_t end) {
    uint32_t budget = s->options->error_budget;
    bool spent = code >= 400 && budget != 0 && s->errors >= budget;
    if (s->state == PF_STATE_CLOSED) return;
    if (code >= 400) {
        s->refused = true;
        s->errors++;
    }
    append(s, (pf_event){.kind = PF_EVENT_REPLY, .verb = verb, .code = spent ? 421 : code, .begin = begin, .end = end});
    if (spent) pf_session_close(s, begin, end);
}

void pf_session_data(pf_session *s, size_t begin, size_t end) {
    if (end == begin) return;
    append(s, (pf_event){.kind = PF_EVENT_DATA, .begin = begin, .end = end, .size = (uint32_t)(end - begin)});
}

void pf_session_message_end(pf_session *s, size_t begin, size_t end) {
    append(s, (pf_event){.kind = PF_EVENT_MESSAGE_END, .begin = begin, .end = end});
}

void pf_session_starttls(pf_session *s, size_t at) {
    append(s, (pf_event){.kind = PF_EVENT_STARTTLS, .begin = at, .end = at});
}
