/* session_run.c: a whole client stream put to libpostern's session under the test policy.
 *
 * SPDX-License-Identifier: MIT */
#include "session_run.h"

#include <postern/fuzz/libpostern.h>

#include <stdlib.h>
#include <string.h>

typedef struct runner {
    postern_config config;
    pf_test_user user;
    postern_session session;
    session_visitor *visit;
    void *context;

    uint64_t shift; /* octets of the stream that the session was not fed */
    postern_error line_error; /* of the last line */
    uint64_t line_offset;
    uint64_t body_begin;  /* where in the stream the octet stands ... */
    uint64_t body_offset; /* ... that is this one of the content */
    bool violated;
    uint64_t violation; /* where the first violation of the content is */
    bool binary;
} runner;

static void tell(runner *run, session_seen *seen) {
    seen->state = postern_session_state_of(&run->session);
    seen->violations = run->binary ? 0 : postern_session_content(&run->session)->violations;
    run->visit(run->context, seen);
}

static void tell_range(runner *run, session_sight sight, uint64_t begin, uint64_t end) {
    session_seen seen = {.sight = sight, .begin = begin, .end = end};

    tell(run, &seen);
}

/* Where in the stream the content goes on. */
static void note_body(runner *run, uint64_t begin, uint64_t offset) {
    run->body_begin = begin;
    run->body_offset = offset;
}

static void note_line(runner *run, const postern_event *event) {
    run->line_error = event->fault.error;
    run->line_offset = event->begin + run->shift + event->fault.offset;
    run->binary = postern_session_transaction(&run->session)->body == POSTERN_BODY_BINARYMIME;
    note_body(run, event->end + run->shift, postern_session_content(&run->session)->offset);
}

static void note_violation(runner *run) {
    const postern_content *content = postern_session_content(&run->session);
    const bool violated = content->first != POSTERN_ERROR_NONE;

    if (violated && !run->violated) {
        run->violation = run->body_begin + content->first_offset - run->body_offset;
    }
    run->violated = violated;
}

/* What a reply refuses: what is wrong with the line, or with the content; or nothing that an error stands for. */
static void find_error(const runner *run, session_seen *seen) {
    const bool of_content = seen->stimulus == POSTERN_STIMULUS_DATA_BODY ||
                            seen->stimulus == POSTERN_STIMULUS_BDAT_CHUNK;

    if (seen->code < 400) {
        return;
    }
    if (run->line_error != POSTERN_ERROR_NONE) {
        seen->error = run->line_error;
        seen->offset = run->line_offset;
    } else if (of_content && run->violated && !run->binary &&
               seen->code == postern_error_describe(POSTERN_ERROR_CONTENT_VIOLATION)->code) {
        seen->error = postern_session_content(&run->session)->first;
        seen->offset = run->violation;
    }
}

static void tell_event(runner *run, const postern_event *event) {
    session_seen seen = {.begin = event->begin + run->shift,
                         .end = event->end + run->shift,
                         .stimulus = event->stimulus,
                         .verb = pf_event_verb(event),
                         .code = event->code,
                         .text = event->octets};

    note_violation(run);
    switch (event->kind) {
    case POSTERN_EVENT_COMMAND:
        note_line(run, event);
        seen.sight = SESSION_LINE;
        seen.error = run->line_error;
        seen.offset = run->line_offset;
        break;
    case POSTERN_EVENT_REPLY:
        find_error(run, &seen);
        seen.sight = SESSION_REPLY;
        if (event->code == 354) {
            note_body(run, seen.end, 0);
        }
        break;
    case POSTERN_EVENT_STARTTLS:
        seen.sight = SESSION_STARTTLS;
        break;
    case POSTERN_EVENT_CLOSE:
        seen.sight = SESSION_CLOSE;
        break;
    default:
        return;
    }
    tell(run, &seen);
}

/* From behind an accepted STARTTLS to behind the handshake. Returns: octets taken. */
static size_t negotiate(runner *run, const uint8_t *octets, size_t size, uint64_t begin) {
    const size_t injected = pf_handshake_find(octets, size, 0);
    postern_event event;
    size_t taken;

    if (injected > 0) {
        (void)!postern_session_feed(&run->session, octets, injected, &taken, &event);
        tell_range(run, SESSION_INJECTED, begin, begin + injected);
    }
    if (injected == size) {
        return size;
    }
    tell_range(run, SESSION_HANDSHAKE, begin + injected, begin + injected + PF_HANDSHAKE_SIZE);
    (void)!postern_session_tls_done(&run->session);
    run->shift += PF_HANDSHAKE_SIZE;
    return injected + PF_HANDSHAKE_SIZE;
}

/* Feed all octets. Returns: octets that the session took. */
static size_t feed(runner *run, const uint8_t *octets, size_t size) {
    size_t at = 0;

    for (;;) {
        postern_event event;
        size_t taken;
        (void)!postern_session_feed(&run->session, octets + at, size - at, &taken, &event);
        at += taken;
        tell_event(run, &event);
        switch (event.kind) {
        case POSTERN_EVENT_NONE:
        case POSTERN_EVENT_CLOSE:
            return at;
        case POSTERN_EVENT_PENDING:
            (void)!postern_session_decide(&run->session, &run->user.pending);
            break;
        case POSTERN_EVENT_STARTTLS:
            at += negotiate(run, octets + at, size - at, at);
            break;
        default:
            break;
        }
    }
}

void session_run(const session_setup *setup, const uint8_t *octets, size_t size, session_visitor *visit,
                 void *context) {
    pf_target_options options = pf_target_options_read(octets, size);
    runner *const run = cli_allocate(sizeof *run);

    memset(run, 0, sizeof *run);
    run->visit = visit;
    run->context = context;
    options.lmtp = options.lmtp || setup->lmtp;
    pf_test_setup(&run->config, &run->user, &options);
    run->config.extensions &= setup->extensions;
    postern_session_init(&run->session, &run->config, &pf_test_policy, &run->user);
    const size_t taken = feed(run, octets, size);
    if (taken < size) {
        tell_range(run, SESSION_UNREAD, taken, size);
    }
    session_seen end = {.sight = SESSION_END, .begin = size, .end = size};
    end.open = postern_session_is_open(&run->session);
    tell(run, &end);
    free(run);
}
