/* connection.c: octets from a socket to a session, and back; and the policy that the session asks.
 *
 * Three things are worth copying: connection_converse(), the loop from octets to events; the policy, which copies what
 * it wants to keep of a command, because slices end with the call; and the decision that stays pending, by which a
 * server waits for a directory without a thread.
 *
 * SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L

#include "connection.h"

#include "maildir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    INPUT_SIZE = 16 * 1024,
    OUTPUT_SIZE = 8 * POSTERN_SESSION_REPLY_MAX,
    LOOKUP_MS = 100, /* what the make-believe directory takes to answer */
    LINGER_MS = 2000 /* how long a client may take to read the last reply */
};

typedef enum phase {
    TALKING,   /* the session goes on */
    PARTING,   /* the last replies go out */
    LINGERING, /* they are out: read on until the client closes, else TCP might take them back */
    OVER
} phase;

struct connection {
    const connection_settings *settings;
    int socket;
    phase phase;
    int64_t deadline;  /* of the phase */
    int64_t decide_at; /* when the pending decision comes; 0: none is pending */
    size_t input_begin;
    size_t input_end;
    size_t output_begin;
    size_t output_end;
    FILE *recording;
    maildir_message message;
    bool kept; /* the last message is safely stored */
    size_t recipient_size;
    uint8_t recipient[POSTERN_PATH_MAX]; /* that the pending decision is about */
    postern_session session;
    uint8_t input[INPUT_SIZE];
    uint8_t output[OUTPUT_SIZE];
};

int64_t now_ms(void) {
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- Policy ---- */

static postern_decision answer(int code, postern_enhanced enhanced, const char *text) {
    return (postern_decision){POSTERN_ANSWER, code, enhanced, {(const uint8_t *)text, strlen(text)}};
}

static bool slice_equals(postern_slice slice, const char *text) {
    return slice.size == strlen(text) && memcmp(slice.data, text, slice.size) == 0;
}

static bool slice_begins(postern_slice slice, const char *text) {
    return slice.size >= strlen(text) && memcmp(slice.data, text, strlen(text)) == 0;
}

static postern_decision on_mail(void *user, const postern_command *command) {
    connection *c = user;

    if (slice_begins(command->path.mailbox.local, "reject-"))
        return answer(550, (postern_enhanced){5, 7, 1}, "This sender is not welcome");
    if (c->settings->maildir != NULL && !maildir_begin(&c->message, c->settings->maildir))
        return answer(451, (postern_enhanced){4, 3, 0}, "Cannot store mail now");
    maildir_header(&c->message, "Return-Path", command->path.raw.data, command->path.raw.size);
    return (postern_decision){0};
}

static postern_decision on_rcpt(void *user, const postern_command *command, const postern_transaction *transaction) {
    connection *c = user;
    const postern_slice path = command->path.raw;

    (void)transaction;
    if (slice_begins(command->path.mailbox.local, "reject-"))
        return answer(550, (postern_enhanced){5, 1, 1}, "No such mailbox here");
    if (slice_begins(command->path.mailbox.local, "slow-")) {
        memcpy(c->recipient, path.data, path.size);
        c->recipient_size = path.size;
        c->decide_at = now_ms() + LOOKUP_MS;
        return (postern_decision){.verdict = POSTERN_PENDING};
    }
    maildir_header(&c->message, "Delivered-To", path.data, path.size);
    return (postern_decision){0};
}

/* The answer of the directory is there. */
static void rcpt_decide(connection *c) {
    const postern_decision accept = {0};

    c->decide_at = 0;
    maildir_header(&c->message, "Delivered-To", c->recipient, c->recipient_size);
    if (postern_session_decide(&c->session, &accept) != POSTERN_COMPLETE) c->phase = OVER;
}

/* LMTP asks for each recipient; all of them share one file. */
static postern_decision on_message(void *user, const postern_transaction *transaction, uint32_t recipient) {
    connection *c = user;

    (void)transaction;
    if (recipient == 0) c->kept = c->settings->maildir == NULL || maildir_keep(&c->message);
    return c->kept ? (postern_decision){0} : answer(451, (postern_enhanced){4, 3, 0}, "Cannot store mail now");
}

static void on_reset(void *user) {
    connection *c = user;

    maildir_discard(&c->message);
}

static postern_decision on_authenticate(void *user, const postern_credentials *credentials) {
    (void)user;
    if (slice_equals(credentials->authcid, "user") && slice_equals(credentials->password, "pass"))
        return (postern_decision){0};
    return answer(535, (postern_enhanced){5, 7, 8}, "Wrong name or password");
}

static const postern_policy policy = {
    .mail = on_mail,
    .rcpt = on_rcpt,
    .message = on_message,
    .reset = on_reset,
    .authenticate = on_authenticate,
};

/* ---- The conversation ---- */

/* Feed what was read, and act on the events. Stops when it is used up, a decision is pending, the session has ended,
 * or there may be no room for a reply: a client that sends and never reads has to wait, and costs no memory. */
static void connection_converse(connection *c) {
    postern_event event = {.kind = POSTERN_EVENT_COMMAND};

    while (c->phase == TALKING && c->decide_at == 0 && event.kind != POSTERN_EVENT_NONE &&
           OUTPUT_SIZE - c->output_end >= POSTERN_SESSION_REPLY_MAX) {
        size_t taken;
        if (postern_session_feed(&c->session, c->input + c->input_begin, c->input_end - c->input_begin, &taken,
                                 &event) == POSTERN_MISUSE)
            c->phase = OVER;
        c->input_begin += taken;
        switch (event.kind) {
        case POSTERN_EVENT_DATA: maildir_append(&c->message, event.octets.data, event.octets.size); break;
        case POSTERN_EVENT_REPLY:
            memcpy(c->output + c->output_end, event.octets.data, event.octets.size);
            c->output_end += event.octets.size;
            break;
        case POSTERN_EVENT_CLOSE:
            c->phase = PARTING;
            c->deadline = now_ms() + LINGER_MS;
            break;
        default: break; /* COMMAND, MESSAGE_END: for a log. PENDING: on_rcpt knows. STARTTLS is not offered. */
        }
    }
}

static void connection_send(connection *c) {
    while (c->output_begin < c->output_end) {
        const ssize_t sent =
            send(c->socket, c->output + c->output_begin, c->output_end - c->output_begin, MSG_NOSIGNAL);
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
        if (sent < 0 && errno != EINTR) {
            c->phase = OVER;
            return;
        }
        if (sent > 0) c->output_begin += (size_t)sent;
    }
    c->output_begin = c->output_end = 0;
    if (c->phase == PARTING) {
        c->phase = LINGERING;
        (void)shutdown(c->socket, SHUT_WR);
    }
}

static void connection_receive(connection *c) {
    const ssize_t got = recv(c->socket, c->input, sizeof c->input, 0);

    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
    if (got <= 0) {
        c->phase = OVER;
        return;
    }
    if (c->phase != TALKING) return;
    if (c->recording != NULL) (void)fwrite(c->input, 1, (size_t)got, c->recording);
    c->input_begin = 0;
    c->input_end = (size_t)got;
    c->deadline = now_ms() + c->settings->idle_ms;
}

/* Pipelined commands may give more replies than the output holds: converse and send in turn, as long as both go on. */
static void connection_advance(connection *c) {
    do {
        connection_converse(c);
        connection_send(c);
    } while (c->phase == TALKING && c->decide_at == 0 && c->output_end == 0 && c->input_begin < c->input_end);
}

void connection_part(connection *c) {
    if (c->phase != TALKING) return;
    c->deadline = now_ms() + LINGER_MS;
    c->decide_at = 0;
    c->input_begin = c->input_end = 0;
    postern_session_shutdown(&c->session);
    connection_advance(c);
}

/* ---- What the poll loop sees ---- */

/* Input is not read before the replies to the last of it are out. */
struct pollfd connection_wants(const connection *c) {
    const bool idle = c->phase == TALKING && c->decide_at == 0 && c->input_begin == c->input_end;
    const bool reads = c->output_end == 0 && (idle || c->phase == LINGERING);
    return (struct pollfd){c->socket, (short)((reads ? POLLIN : 0) | (c->output_end > 0 ? POLLOUT : 0)), 0};
}

int64_t connection_alarm(const connection *c) {
    return c->decide_at != 0 && c->decide_at < c->deadline ? c->decide_at : c->deadline;
}

bool connection_serve(connection *c, const struct pollfd *polled) {
    const int64_t now = now_ms();

    if (polled->revents & POLLIN)
        connection_receive(c);
    else if (polled->revents & (POLLERR | POLLHUP | POLLNVAL))
        c->phase = OVER;
    if (c->decide_at != 0 && now >= c->decide_at) rcpt_decide(c);
    if (c->phase != OVER) connection_advance(c);
    if (now >= c->deadline) {
        if (c->phase == TALKING && c->output_end == 0)
            connection_part(c); /* the client was silent for too long */
        else
            c->phase = OVER;
    }
    return c->phase != OVER;
}

connection *connection_open(const connection_settings *settings, int socket, unsigned long number) {
    connection *c = calloc(1, sizeof *c);

    if (c == NULL || fcntl(socket, F_SETFL, O_NONBLOCK) != 0) {
        free(c);
        (void)close(socket);
        return NULL;
    }
    c->settings = settings;
    c->socket = socket;
    c->deadline = now_ms() + settings->idle_ms;
    if (settings->recordings != NULL) {
        char path[MAILDIR_PATH_MAX];
        (void)snprintf(path, sizeof path, "%s/session-%03lu", settings->recordings, number);
        c->recording = fopen(path, "wb");
    }
    postern_session_init(&c->session, &settings->config, &policy, c);
    connection_advance(c);
    return c;
}

void connection_close(connection *c) {
    maildir_discard(&c->message);
    if (c->recording != NULL) (void)fclose(c->recording);
    (void)close(c->socket);
    free(c);
}
