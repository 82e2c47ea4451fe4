/* target_postern.c: libpostern's session as a target. Toolkit room: fuzz/.
 *
 * One session at a time, in one static block: nothing is allocated for a run.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/exact.h>
#include <postern/fuzz/libpostern.h>
#include <postern/fuzz/oracle.h>

#include <string.h>

typedef struct adapter {
    bool in_use;
    pf_log *log;
    postern_slice fed;     /* the exact copy at hand */
    postern_error refused; /* what was wrong with the last line */
    postern_config config;
    pf_test_user user;
    postern_session session;
} adapter;

static adapter the_adapter;

const char *pf_event_verb(const postern_event *event) {
    switch (event->stimulus) {
    case POSTERN_STIMULUS_CONNECT: return "CONNECT";
    case POSTERN_STIMULUS_BROKEN: return NULL;
    case POSTERN_STIMULUS_DATA_BODY: return "DATA_BODY";
    case POSTERN_STIMULUS_BDAT_CHUNK: return "BDAT_CHUNK";
    case POSTERN_STIMULUS_AUTH_CONTINUATION: return "AUTH_CONTINUATION";
    default: return event->verb == POSTERN_VERB_UNKNOWN ? "UNKNOWN" : postern_verb_describe(event->verb)->name;
    }
}

void pf_check_line(const postern_event *event) {
    PF_CHECK((event->command != NULL) == (event->stimulus == POSTERN_STIMULUS_COMMAND));
    if (event->stimulus == POSTERN_STIMULUS_BROKEN) {
        PF_CHECK(event->verb == POSTERN_VERB_UNKNOWN);
        PF_CHECK(event->fault.error != POSTERN_ERROR_NONE);
    }
}

static bool lies_in(postern_slice slice, const void *block, size_t size) {
    const uint8_t *begin = block;
    return slice.data >= begin && slice.data <= begin + size && slice.size <= (size_t)(begin + size - slice.data);
}

/* Octets of what was fed, or of the session's own memory, are there to be read. All others are read now. */
static void touch(const adapter *self, postern_slice slice) {
    if (slice.size > 0 && !lies_in(slice, self->fed.data, self->fed.size) &&
        !lies_in(slice, &self->session, sizeof self->session))
        pf_touch_slice(slice);
}

static void note(adapter *self, pf_event_kind kind, const postern_event *event) {
    pf_event noted = {.kind = kind, .begin = event->begin, .end = event->end};

    if (kind == PF_EVENT_LINE || kind == PF_EVENT_REPLY) noted.verb = pf_event_verb(event);
    if (kind == PF_EVENT_LINE && event->stimulus == POSTERN_STIMULUS_BROKEN)
        noted.error = postern_error_describe(event->fault.error)->name;
    if (kind == PF_EVENT_REPLY) noted.code = event->code;
    if (kind == PF_EVENT_DATA || kind == PF_EVENT_REPLY) {
        noted.size = (uint32_t)event->octets.size;
        touch(self, event->octets);
    }
    pf_log_append(self->log, &noted, event->octets.data);
}

/* What a line is refused for was told with it; what pf_test_policy refuses has no fault. An AUTH exchange has refusals
 * of its own. */
static void check_reply(const adapter *self, const postern_event *event) {
    const bool to_line = event->stimulus == POSTERN_STIMULUS_COMMAND || event->stimulus == POSTERN_STIMULUS_BROKEN;

    if (!to_line || event->code == 421) return;
    if (self->refused != POSTERN_ERROR_NONE)
        PF_CHECK(event->code == postern_error_describe(self->refused)->code);
    else if (event->verb != POSTERN_VERB_AUTH)
        PF_CHECK(event->code < 400 || event->code == 450 || event->code == 550);
}

static void touch_line(const adapter *self, const postern_event *event) {
    if (event->command == NULL) return;
    touch(self, event->command->verb_raw);
    touch(self, event->command->argument);
    if (event->fault.error == POSTERN_ERROR_NONE) pf_check_parts(event->command);
}

/* More events than one octet can have: two for each recipient of a message in LMTP. */
enum { EVENTS_MOST = 4 * POSTERN_RECIPIENTS_MIN };

/* Feed until all is taken. Returns: false once the session has closed. */
static bool pump(adapter *self, const uint8_t *octets, size_t size) {
    self->fed = (postern_slice){octets, size};
    for (unsigned standing = 0;; standing++) {
        postern_event event;
        size_t taken;
        const postern_status status = postern_session_feed(&self->session, octets, size, &taken, &event);

        PF_CHECK(taken <= size);
        standing = taken > 0 ? 0 : standing;
        PF_CHECK(standing < EVENTS_MOST);
        PF_CHECK((status == POSTERN_NEED_MORE) == (event.kind == POSTERN_EVENT_NONE));
        octets += taken;
        size -= taken;
        switch (event.kind) {
        case POSTERN_EVENT_NONE: PF_CHECK(size == 0); return true;
        case POSTERN_EVENT_COMMAND:
            pf_check_line(&event);
            self->refused = event.fault.error;
            touch_line(self, &event);
            note(self, PF_EVENT_LINE, &event);
            break;
        case POSTERN_EVENT_DATA: note(self, PF_EVENT_DATA, &event); break;
        case POSTERN_EVENT_MESSAGE_END: note(self, PF_EVENT_MESSAGE_END, &event); break;
        case POSTERN_EVENT_REPLY:
            check_reply(self, &event);
            note(self, PF_EVENT_REPLY, &event);
            break;
        case POSTERN_EVENT_STARTTLS: note(self, PF_EVENT_STARTTLS, &event); break;
        case POSTERN_EVENT_PENDING:
            PF_CHECK(self->user.late);
            PF_CHECK(postern_session_decide(&self->session, &self->user.pending) == POSTERN_COMPLETE);
            break;
        case POSTERN_EVENT_CLOSE:
            note(self, PF_EVENT_CLOSE, &event);
            PF_CHECK(postern_session_feed(&self->session, octets, size, &taken, &event) == POSTERN_MISUSE);
            return false;
        }
    }
}

static void *open_session(const pf_target_options *options, pf_log *log) {
    adapter *self = &the_adapter;

    if (self->in_use) return NULL;
    self->in_use = true;
    self->log = log;
    pf_test_setup(&self->config, &self->user, options);
    if (options->filled) memset(&self->session, options->fill, sizeof self->session);
    postern_session_init(&self->session, &self->config, &pf_test_policy, &self->user);
    (void)pump(self, (const uint8_t *)"", 0);
    return self;
}

static bool feed(void *session, const uint8_t *octets, size_t size) {
    return pump(session, octets, size);
}

static void tls_done(void *session) {
    adapter *self = session;
    PF_CHECK(postern_session_tls_done(&self->session) == POSTERN_COMPLETE);
}

static void close_session(void *session) {
    adapter *self = session;
    self->in_use = false;
}

const pf_target pf_target_postern = {
    .name = "libpostern",
    .kinds = PF_KINDS_ALL,
    .can = PF_CAN_FILL | PF_CAN_RANGE,
    .limits = {.command_line = POSTERN_COMMAND_LINE_MAX,
               .text_line = POSTERN_TEXT_LINE_MAX,
               .recipients = POSTERN_RECIPIENTS_MIN,
               .extensions_add = true,
               .local_part = POSTERN_LOCAL_PART_MAX,
               .domain = POSTERN_DOMAIN_MAX,
               .path = POSTERN_PATH_MAX,
               .auth_line = POSTERN_AUTH_LINE_MAX},
    .open = open_session,
    .feed = feed,
    .tls_done = tls_done,
    .close = close_session,
};
