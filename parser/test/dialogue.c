/* dialogue.c: runs a session for a test; see dialogue.h.
 *
 * SPDX-License-Identifier: MIT */
#include "dialogue.h"

#include <stdlib.h>

/* What the policy of a run remembers. */
typedef struct world {
    const dialogue *d;
    bool late; /* every decision comes late */
    postern_decision owed;
    unsigned resets;
    size_t recipients;
    int verdicts[256]; /* of the message, by recipient */
} world;

static world the_world;
static char transcript[1 << 16];
static size_t transcript_size;
static char replies[1 << 16];
static size_t replies_size;

/* ---- Policy ---- */

static bool begins_with(postern_slice octets, const char *prefix) {
    const size_t size = strlen(prefix);
    return octets.size >= size && memcmp(octets.data, prefix, size) == 0;
}

static postern_decision decide(world *w, int code) {
    const postern_decision decision = {.verdict = code == 0 ? POSTERN_ACCEPT : POSTERN_ANSWER, .code = code};

    if (!w->late) {
        return decision;
    }
    w->owed = decision;
    return (postern_decision){.verdict = POSTERN_PENDING};
}

static int by_prefix(const postern_command *command) {
    const postern_slice local = command->path.mailbox.local;
    return begins_with(local, "reject-") ? 550 : begins_with(local, "defer-") ? 450 : 0;
}

static postern_decision ask_hello(void *user, const postern_command *command) {
    (void)command;
    return decide(user, 0);
}

static postern_decision ask_mail(void *user, const postern_command *command) {
    return decide(user, by_prefix(command));
}

static postern_decision ask_rcpt(void *user, const postern_command *command, const postern_transaction *transaction) {
    world *w = user;
    const postern_slice local = command->path.mailbox.local;
    const int code = by_prefix(command);

    if (code == 0) {
        assert_int_equal(transaction->recipients, w->recipients);
        if (w->recipients < COUNT_OF(w->verdicts)) {
            w->verdicts[w->recipients] = begins_with(local, "bodyreject-")  ? 554
                                         : begins_with(local, "bodydefer-") ? 451
                                                                            : 0;
        }
        w->recipients++;
    }
    return decide(w, code);
}

static postern_decision ask_transaction(void *user, const postern_transaction *transaction) {
    (void)transaction;
    return decide(user, 0);
}

static postern_decision ask_message(void *user, const postern_transaction *transaction, uint32_t recipient) {
    world *w = user;
    int code = 0;

    assert_int_equal(transaction->recipients, w->recipients);
    if (w->d->config.lmtp) {
        return decide(w, w->verdicts[recipient]);
    }
    for (size_t i = 0; i < w->recipients && i < COUNT_OF(w->verdicts); i++) {
        code = w->verdicts[i] > code ? w->verdicts[i] : code;
    }
    return decide(w, code);
}

static void told_reset(void *user) {
    world *w = user;
    w->resets++;
    w->recipients = 0;
}

static postern_decision ask_command(void *user, const postern_command *command) {
    (void)command;
    return decide(user, 0);
}

static postern_decision ask_credentials(void *user, const postern_credentials *credentials) {
    const postern_slice name = credentials->authcid;
    const postern_slice word = credentials->password;
    const postern_slice other = credentials->authzid;
    const bool right = name.size == 4 && memcmp(name.data, "user", 4) == 0 && word.size == 4 &&
                       memcmp(word.data, "pass", 4) == 0 &&
                       (other.size == 0 || (other.size == 4 && memcmp(other.data, "user", 4) == 0));
    return decide(user, right ? 0 : 535);
}

void dialogue_init(dialogue *d) {
    static const postern_mechanism *const mechanisms[] = {&postern_mechanism_plain, &postern_mechanism_login};

    postern_config_init(&d->config);
    d->config.extensions = POSTERN_EXT_SESSION;
    d->config.plaintext_auth = true;
    d->config.mechanisms = mechanisms;
    d->config.mechanism_count = COUNT_OF(mechanisms);
    d->config.error_budget = 0;
    d->policy = (postern_policy){.hello = ask_hello,
                                 .mail = ask_mail,
                                 .rcpt = ask_rcpt,
                                 .data = ask_transaction,
                                 .chunk = ask_transaction,
                                 .message = ask_message,
                                 .reset = told_reset,
                                 .vrfy = ask_command,
                                 .authenticate = ask_credentials};
}

/* ---- The run ---- */

static void write_word(const char *word) {
    transcript_size += (size_t)snprintf(transcript + transcript_size, sizeof transcript - transcript_size, "%s%s",
                                        transcript_size > 0 ? " " : "", word);
    assert_true(transcript_size < sizeof transcript);
}

/* Content is joined: "{ab}" and "{cd}" read "{abcd}". */
static void write_content(postern_slice octets) {
    if (transcript_size > 0 && transcript[transcript_size - 1] == '}') {
        transcript_size--;
    } else {
        write_word("{");
    }
    for (size_t i = 0; i < octets.size; i++) {
        const char *text = escape(octets.data + i, 1);
        transcript_size +=
            (size_t)snprintf(transcript + transcript_size, sizeof transcript - transcript_size, "%s", text);
    }
    transcript_size += (size_t)snprintf(transcript + transcript_size, sizeof transcript - transcript_size, "}");
    assert_true(transcript_size < sizeof transcript);
}

/* A reply is one reply, and nothing else, to a strict client. */
static void check_reply(const postern_event *event) {
    static postern_reply_parser client;
    size_t at = 0;
    postern_reply_line line = {0};

    postern_reply_parser_init(&client, POSTERN_REPLY_STRICT);
    while (at < event->octets.size) {
        size_t taken;
        postern_fault fault;
        assert_false(line.last);
        assert_int_equal(postern_reply_feed(&client, event->octets.data + at, event->octets.size - at, &taken, &line,
                                            &fault),
                         POSTERN_COMPLETE);
        assert_int_equal(line.code, event->code);
        at += taken;
    }
    assert_true(line.last);
}

static void write_event(const postern_event *event) {
    char word[64];

    assert_true(event->begin <= event->end);
    switch (event->kind) {
    case POSTERN_EVENT_COMMAND:
        if (event->stimulus == POSTERN_STIMULUS_COMMAND) {
            assert_non_null(event->command);
            write_word(event->verb == POSTERN_VERB_UNKNOWN ? "?" : postern_verb_describe(event->verb)->name);
        } else {
            assert_null(event->command);
            write_word(event->stimulus == POSTERN_STIMULUS_AUTH_CONTINUATION ? "response" : "broken");
        }
        if (event->fault.error != POSTERN_ERROR_NONE) {
            (void)snprintf(word, sizeof word, "!%s@%zu", postern_error_describe(event->fault.error)->name,
                           event->fault.offset);
            write_word(word);
        }
        break;
    case POSTERN_EVENT_DATA:
        assert_true(the_world.recipients > 0); /* whoever was told of a reset has thrown the content away */
        write_content(event->octets);
        break;
    case POSTERN_EVENT_MESSAGE_END: write_word("end"); break;
    case POSTERN_EVENT_REPLY:
        check_reply(event);
        (void)snprintf(word, sizeof word, "%d", event->code);
        write_word(word);
        assert_true(replies_size + event->octets.size < sizeof replies);
        memcpy(replies + replies_size, event->octets.data, event->octets.size);
        replies_size += event->octets.size;
        replies[replies_size] = '\0';
        break;
    case POSTERN_EVENT_STARTTLS: write_word("tls"); break;
    case POSTERN_EVENT_CLOSE: write_word("close"); break;
    default: break;
    }
}

/* Feed one piece, all of it, and answer what is asked on the way. Returns: false once the session has closed. */
static bool feed_piece(postern_session *s, const uint8_t *octets, size_t size) {
    const uint8_t *copy = guard_copy(octets, size);
    size_t at = 0;

    for (;;) {
        size_t taken;
        postern_event event;
        const postern_status status = postern_session_feed(s, copy + at, size - at, &taken, &event);

        assert_true(taken <= size - at);
        at += taken;
        if (status == POSTERN_NEED_MORE) {
            assert_int_equal(event.kind, POSTERN_EVENT_NONE);
            assert_int_equal(at, size);
            return true;
        }
        assert_int_equal(status, POSTERN_COMPLETE);
        write_event(&event);
        if (event.kind == POSTERN_EVENT_CLOSE) {
            return false;
        }
        if (event.kind == POSTERN_EVENT_PENDING) {
            assert_true(the_world.late);
            assert_int_equal(postern_session_decide(s, &the_world.owed), POSTERN_COMPLETE);
        }
    }
}

static void run(const dialogue *d, const uint8_t *octets, size_t size, size_t piece, bool late, int fill) {
    postern_session *s = malloc(sizeof *s);
    size_t at = 0;

    assert_non_null(s);
    memset(s, fill, sizeof *s);
    the_world = (world){.d = d, .late = late};
    transcript_size = 0;
    transcript[0] = '\0';
    replies_size = 0;
    postern_session_init(s, &d->config, &d->policy, &the_world);
    bool open = feed_piece(s, octets, 0);
    while (open && at < size) {
        size_t here = size - at < piece ? size - at : piece;
        const bool handshake = postern_session_state_of(s) == POSTERN_STATE_TLS;
        if (handshake && size - at >= 2 && octets[at] == 0x16 && octets[at + 1] == 0x03) {
            assert_int_equal(postern_session_tls_done(s), POSTERN_COMPLETE);
            at += 2;
            continue;
        }
        /* Never feed past the marker in one piece with what stands before it. */
        for (size_t i = 0; i + 1 < size - at && i < here; i++) {
            if (octets[at + i] == 0x16 && octets[at + i + 1] == 0x03 && i > 0) {
                here = i;
            }
        }
        open = feed_piece(s, octets + at, here);
        at += here;
        guard_release();
    }
    free(s);
}

void expect_octets(const dialogue *d, const void *octets, size_t size, const char *expected) {
    static const size_t pieces[] = {SIZE_MAX, 1, 2, 3, 5, 7, 16, 61};

    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        for (int late = 0; late < 2; late++) {
            run(d, octets, size, pieces[i], late != 0, late != 0 ? 0xAA : 0x00);
            if (strcmp(transcript, expected) != 0) {
                fail_msg("in pieces of %zu, decisions %s\n  of: %s\nwant: %s\nhave: %s", pieces[i],
                         late ? "late" : "at once", escape(octets, size), expected, transcript);
            }
        }
    }
}

void expect_dialogue(const dialogue *d, const char *text, const char *expected) {
    expect_octets(d, text, strlen(text), expected);
}

const char *dialogue_replies(const dialogue *d, const char *text) {
    run(d, (const uint8_t *)text, strlen(text), SIZE_MAX, false, 0xAA);
    return replies;
}

unsigned dialogue_resets(void) {
    return the_world.resets;
}
