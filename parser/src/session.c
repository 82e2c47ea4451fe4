/* session.c: the session engine's door: octets come in here, events go out.
 *
 * Exactly one of five things happens to an octet: it is framed as part of a line (the framer), received as content
 * (DATA, BDAT), drained (a chunk that was refused), swallowed (after the 220 to STARTTLS), or not taken at all.
 *
 * SPDX-License-Identifier: MIT */
#include "engine.h"

#include <string.h>

void postern_config_init(postern_config *config) {
    static const uint8_t localhost[] = {'l', 'o', 'c', 'a', 'l', 'h', 'o', 's', 't'};

    memset(config, 0, sizeof *config);
    config->domain = (postern_slice){localhost, sizeof localhost};
    config->extensions = POSTERN_EXT_SESSION & ~(uint32_t)(POSTERN_EXT_STARTTLS | POSTERN_EXT_AUTH);
    config->max_recipients = POSTERN_RECIPIENTS_MIN;
    config->max_text_line = POSTERN_TEXT_LINE_MAX;
    config->error_budget = 20;
}

void postern_session_init(postern_session *session, const postern_config *config, const postern_policy *policy,
                          void *user) {
    static const postern_policy defaults = {0};

    session->config = config;
    session->policy = policy != NULL ? policy : &defaults;
    session->user = user;
    session->state = POSTERN_STATE_CONNECTED;
    session->state_before_chunk = POSTERN_STATE_CONNECTED;
    session->esmtp = false;
    session->tls = config->tls_active;
    session->authenticated = false;
    session->shutdown = false;
    session->transaction_open = false;
    session->in_force = POSTERN_EXT_NONE;
    session->errors = 0;
    memset(&session->transaction, 0, sizeof session->transaction);
    session->offset = 0;
    session->item_begin = 0;
    session->owed = 0;
    session->question = QUESTION_NONE;
    session->answers_due = 0;
    session->recipient = 0;
    session->stimulus = POSTERN_STIMULUS_CONNECT;
    session->verb = POSTERN_VERB_UNKNOWN;
    session->code = 0;
    session->reply_size = 0;
    session->refusal = POSTERN_ERROR_NONE;
    session->drain = 0;
    session->chunk_last = false;
    session->mechanism = NULL;
    session->auth_told = false;
    session->by_bdat = false;
    postern_line_init(&session->line, POSTERN_COMMAND_LINE_MAX);
    postern_data_init(&session->data, config->max_text_line);
    postern_bdat_init(&session->bdat, config->max_text_line);
    postern_engine_connect(session);
}

/* ---- What goes out ---- */

static postern_status emit(const postern_session *s, postern_event *event, postern_event_kind kind) {
    event->kind = kind;
    event->begin = s->item_begin;
    event->end = s->offset;
    event->stimulus = s->stimulus;
    event->verb = s->verb;
    return POSTERN_COMPLETE;
}

/* Yield the first thing that is owed. Returns: POSTERN_NEED_MORE when nothing is. */
static postern_status yield_owed(postern_session *s, postern_event *event) {
    if (s->owed & OWE_MESSAGE_END) {
        s->owed &= (uint8_t)~OWE_MESSAGE_END;
        return emit(s, event, POSTERN_EVENT_MESSAGE_END);
    }
    if (s->owed & OWE_QUESTION) {
        s->owed &= (uint8_t)~OWE_QUESTION;
        postern_engine_ask_content(s);
    }
    if (s->owed & OWE_REPLY) {
        s->owed &= (uint8_t)~OWE_REPLY;
        /* The next recipient is asked for only now: its reply takes the buffer of this one. */
        if (s->answers_due > 0 && !(s->owed & OWE_CLOSE)) {
            s->owed |= OWE_QUESTION;
        }
        event->code = s->code;
        event->octets = (postern_slice){s->reply, s->reply_size};
        return emit(s, event, POSTERN_EVENT_REPLY);
    }
    if (s->question != QUESTION_NONE) {
        return emit(s, event, POSTERN_EVENT_PENDING);
    }
    if (s->owed & OWE_STARTTLS) {
        s->owed &= (uint8_t)~OWE_STARTTLS;
        return emit(s, event, POSTERN_EVENT_STARTTLS);
    }
    if (s->owed & OWE_CLOSE) {
        s->owed &= (uint8_t)~OWE_CLOSE;
        postern_engine_end_transaction(s);
        const bool within_auth = s->state == POSTERN_STATE_AUTH;
        s->state = POSTERN_STATE_CLOSED;
        if (within_auth) {
            postern_engine_auth_wipe(s, s->line.length);
        }
        return emit(s, event, POSTERN_EVENT_CLOSE);
    }
    return POSTERN_NEED_MORE;
}

/* ---- What comes in ---- */

static postern_status receive_line(postern_session *s, const uint8_t *octets, size_t size, size_t *taken,
                                   postern_event *event) {
    postern_slice line;

    if (!postern_line_is_open(&s->line)) {
        s->item_begin = s->offset;
    }
    const postern_status status = postern_line_feed(&s->line, octets, size, taken, &line, &event->fault);
    s->offset += *taken;
    if (status == POSTERN_NEED_MORE) {
        return POSTERN_NEED_MORE;
    }

    if (status == POSTERN_WRONG) {
        postern_engine_break_line(s, line, event->fault.error);
    } else if (s->state == POSTERN_STATE_AUTH) {
        s->stimulus = POSTERN_STIMULUS_AUTH_CONTINUATION;
        s->verb = POSTERN_VERB_AUTH;
        s->auth_told = true;
        postern_engine_auth_continue(s, line, &event->fault);
    } else {
        s->stimulus = POSTERN_STIMULUS_COMMAND;
        postern_engine_run_line(s, line, &event->fault);
        event->command = s->stimulus == POSTERN_STIMULUS_COMMAND ? &s->command : NULL;
    }
    return emit(s, event, POSTERN_EVENT_COMMAND);
}

/* Content goes to the caller as far as the message is within its size, in whatever parts it comes. */
static postern_status deliver(const postern_session *s, const postern_content *content, postern_slice slice,
                              uint64_t begin, postern_event *event) {
    const uint64_t maximum = s->config->max_message_size;
    const uint64_t beyond = maximum != 0 && content->size > maximum ? content->size - maximum : 0;

    slice.size -= beyond < slice.size ? (size_t)beyond : slice.size;
    if (slice.size == 0) {
        return POSTERN_NEED_MORE;
    }
    event->kind = POSTERN_EVENT_DATA;
    event->begin = begin;
    event->end = s->offset;
    event->octets = slice;
    return POSTERN_COMPLETE;
}

static postern_status receive_data(postern_session *s, const uint8_t *octets, size_t size, size_t *taken,
                                   postern_event *event) {
    postern_slice slice;
    const uint64_t begin = s->offset;

    if (s->data.content.offset == 0) {
        s->item_begin = begin; /* the reply at the end answers the content, not the DATA line */
    }
    const postern_status status = postern_data_feed(&s->data, octets, size, taken, &slice);

    s->offset += *taken;
    if (status == POSTERN_COMPLETE) {
        postern_engine_message_complete(s);
    }
    return deliver(s, &s->data.content, slice, begin, event);
}

/* A chunk that was refused: taken off the stream, and looked at no further. */
static postern_status drain_chunk(postern_session *s, size_t size, size_t *taken) {
    *taken = size < s->drain ? size : (size_t)s->drain;
    s->drain -= *taken;
    s->offset += *taken;
    if (s->drain == 0) {
        postern_engine_chunk_drained(s);
    }
    return POSTERN_NEED_MORE;
}

static postern_status receive_chunk(postern_session *s, const uint8_t *octets, size_t size, size_t *taken,
                                    postern_event *event) {
    postern_slice slice;
    const uint64_t begin = s->offset;
    const postern_status status = postern_bdat_feed(&s->bdat, octets, size, taken, &slice);

    s->offset += *taken;
    if (status == POSTERN_COMPLETE) {
        postern_engine_chunk_complete(s);
    }
    return deliver(s, &s->bdat.content, slice, begin, event);
}

static postern_status receive(postern_session *s, const uint8_t *octets, size_t size, size_t *taken,
                              postern_event *event) {
    switch (s->state) {
    case POSTERN_STATE_TLS:
        /* Plain text behind STARTTLS is never looked at (RFC 3207 4, CVE-2011-0411). */
        *taken = size;
        s->offset += size;
        return POSTERN_NEED_MORE;
    case POSTERN_STATE_DATA: return receive_data(s, octets, size, taken, event);
    case POSTERN_STATE_CHUNK:
        return s->refusal != POSTERN_ERROR_NONE ? drain_chunk(s, size, taken)
                                                : receive_chunk(s, octets, size, taken, event);
    default: return receive_line(s, octets, size, taken, event);
    }
}

/* Member by member: an event is made for every line, and there is little in it. */
static void clear(postern_event *event) {
    event->kind = POSTERN_EVENT_NONE;
    event->begin = 0;
    event->end = 0;
    event->stimulus = POSTERN_STIMULUS_CONNECT;
    event->verb = POSTERN_VERB_UNKNOWN;
    event->fault.error = POSTERN_ERROR_NONE;
    event->fault.offset = 0;
    event->command = NULL;
    event->code = 0;
    event->octets.data = NULL;
    event->octets.size = 0;
}

postern_status postern_session_feed(postern_session *session, const uint8_t *octets, size_t size, size_t *taken,
                                    postern_event *event) {
    size_t part = 0;

    *taken = 0;
    clear(event);
    if (session->state == POSTERN_STATE_CLOSED) {
        (void)emit(session, event, POSTERN_EVENT_CLOSE);
        return POSTERN_MISUSE;
    }
    if (session->auth_told) {
        postern_engine_auth_wipe(session, session->offset - session->item_begin);
    }
    /* Each turn yields an event, takes octets, or ends the loop: a chunk of no octets ends without taking any, once. */
    for (;;) {
        if (yield_owed(session, event) == POSTERN_COMPLETE) {
            return POSTERN_COMPLETE;
        }
        if (session->shutdown) {
            session->stimulus = POSTERN_STIMULUS_COMMAND;
            session->verb = POSTERN_VERB_UNKNOWN;
            session->item_begin = session->offset;
            if (session->state != POSTERN_STATE_TLS) {
                postern_engine_refuse(session, POSTERN_ERROR_SHUTDOWN);
            }
            session->owed |= OWE_CLOSE;
            continue;
        }
        const uint64_t left = session->refusal != POSTERN_ERROR_NONE ? session->drain : session->bdat.remaining;
        const bool chunk_ends = session->state == POSTERN_STATE_CHUNK && left == 0;
        if (size == 0 && !chunk_ends) {
            return POSTERN_NEED_MORE;
        }
        const postern_status status = receive(session, octets, size, &part, event);
        octets = size > 0 ? octets + part : octets;
        size -= part;
        *taken += part;
        if (status == POSTERN_COMPLETE) {
            return POSTERN_COMPLETE;
        }
    }
}

/* ---- What the caller tells ---- */

postern_status postern_session_decide(postern_session *session, const postern_decision *decision) {
    const question asked = (question)session->question;

    if (asked == QUESTION_NONE || decision->verdict == POSTERN_PENDING) {
        return POSTERN_MISUSE;
    }
    session->question = QUESTION_NONE;
    postern_engine_settle(session, asked, decision);
    return POSTERN_COMPLETE;
}

postern_status postern_session_tls_done(postern_session *session) {
    if (session->state != POSTERN_STATE_TLS || session->owed != 0) {
        return POSTERN_MISUSE;
    }
    postern_engine_end_transaction(session);
    session->state = POSTERN_STATE_CONNECTED;
    session->tls = true;
    session->esmtp = false;
    session->authenticated = false;
    session->in_force = POSTERN_EXT_NONE;
    postern_line_reset(&session->line);
    postern_line_set_limit(&session->line, POSTERN_COMMAND_LINE_MAX);
    return POSTERN_COMPLETE;
}

void postern_session_shutdown(postern_session *session) {
    session->shutdown = true;
    session->question = QUESTION_NONE;
    session->answers_due = 0;
    session->owed &= (uint8_t)~OWE_QUESTION;
}

postern_session_state postern_session_state_of(const postern_session *session) {
    return session->state;
}

bool postern_session_is_open(const postern_session *session) {
    switch (session->state) {
    case POSTERN_STATE_DATA:
    case POSTERN_STATE_CHUNK:
    case POSTERN_STATE_AUTH: return true;
    case POSTERN_STATE_CLOSED:
    case POSTERN_STATE_TLS: return false;
    default: return postern_line_is_open(&session->line);
    }
}

const postern_transaction *postern_session_transaction(const postern_session *session) {
    return &session->transaction;
}

const postern_content *postern_session_content(const postern_session *session) {
    return session->by_bdat ? &session->bdat.content : &session->data.content;
}
