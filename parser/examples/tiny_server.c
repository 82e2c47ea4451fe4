/* tiny_server.c: a small real SMTP or LMTP server around the session engine of libpostern. It owns sockets, time and
 * files; the engine owns the protocol. One thread, many sessions, and poll() is the only place where it waits.
 *
 *     tiny_server --port 2525 --maildir mail
 *     swaks --server 127.0.0.1:2525 --to someone@localhost
 *
 * Three things in it are worth copying: connection_converse(), the loop from octets to events; the policy, which copies
 * what it wants to keep of a command, because slices end with the call; and the pending decision, by which a server
 * waits for a directory without a thread. What a mail server needs besides (TLS, trace headers, delivery) is not here.
 *
 * SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L

#include "maildir.h"

#include <postern/postern.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    CONNECTIONS_MAX = 64,
    INPUT_SIZE = 16 * 1024,
    OUTPUT_SIZE = 8 * POSTERN_SESSION_REPLY_MAX,
    LOOKUP_MS = 100, /* what the make-believe directory takes to answer */
    LINGER_MS = 2000 /* how long a client may take to read the last reply */
};

typedef struct server {
    postern_config config;
    const char *maildir;    /* where messages go; NULL: nowhere */
    const char *recordings; /* where the octets of each session go; NULL: nowhere */
    long sessions_left;     /* to accept; negative: no end */
    unsigned long accepted;
    int64_t idle_ms;
    int listener; /* -1: none are accepted any more */
    size_t count;
    struct connection *connections[CONNECTIONS_MAX];
} server;

typedef enum phase {
    TALKING,   /* the session goes on */
    PARTING,   /* the last replies go out */
    LINGERING, /* they are out: read on until the client closes, else TCP might take them back */
    OVER
} phase;

typedef struct connection {
    server *server;
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
} connection;

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

static int64_t now_ms(void) {
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static postern_decision on_mail(void *user, const postern_command *command) {
    connection *c = user;

    if (slice_begins(command->path.mailbox.local, "reject-"))
        return answer(550, (postern_enhanced){5, 7, 1}, "This sender is not welcome");
    if (c->server->maildir != NULL && !maildir_begin(&c->message, c->server->maildir))
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
    if (recipient == 0) c->kept = c->server->maildir == NULL || maildir_keep(&c->message);
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

/* ---- Connections ---- */

/* Feed what was read, and act on the events. Stops when it is used up, a decision is pending, the session has ended,
 * or there may be no room for a reply: a client that sends and never reads is not served, it costs no memory. */
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
        default: /* COMMAND and MESSAGE_END are for a log; PENDING has set decide_at; STARTTLS is not offered */ break;
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
    c->deadline = now_ms() + c->server->idle_ms;
}

/* Pipelined commands may give more replies than the output holds: converse and send in turn, as long as both go on. */
static void connection_advance(connection *c) {
    do {
        connection_converse(c);
        connection_send(c);
    } while (c->phase == TALKING && c->decide_at == 0 && c->output_end == 0 && c->input_begin < c->input_end);
}

/* The server goes down, or the client has been silent for too long: 421, and good bye. */
static void connection_part(connection *c) {
    c->deadline = now_ms() + LINGER_MS;
    c->decide_at = 0;
    c->input_begin = c->input_end = 0;
    postern_session_shutdown(&c->session);
    connection_advance(c);
}

/* What is the connection ready for? Input is not read before the replies to the last of it are out. */
static struct pollfd connection_wants(const connection *c) {
    const bool idle = c->phase == TALKING && c->decide_at == 0 && c->input_begin == c->input_end;
    const bool reads = c->output_end == 0 && (idle || c->phase == LINGERING);
    return (struct pollfd){c->socket, (short)((reads ? POLLIN : 0) | (c->output_end > 0 ? POLLOUT : 0)), 0};
}

static void connection_serve(connection *c, const struct pollfd *polled, int64_t now) {
    if (polled->revents & POLLIN)
        connection_receive(c);
    else if (polled->revents & (POLLERR | POLLHUP | POLLNVAL))
        c->phase = OVER;
    if (c->decide_at != 0 && now >= c->decide_at) rcpt_decide(c);
    if (c->phase != OVER) connection_advance(c);
    if (now < c->deadline || c->phase == OVER) return;
    if (c->phase == TALKING && c->output_end == 0)
        connection_part(c);
    else
        c->phase = OVER;
}

static connection *connection_open(server *s, int socket) {
    connection *c = calloc(1, sizeof *c);

    if (c == NULL || fcntl(socket, F_SETFL, O_NONBLOCK) != 0) {
        free(c);
        (void)close(socket);
        return NULL;
    }
    c->server = s;
    c->socket = socket;
    c->deadline = now_ms() + s->idle_ms;
    if (s->recordings != NULL) {
        char path[MAILDIR_PATH_MAX];
        (void)snprintf(path, sizeof path, "%s/session-%03lu", s->recordings, s->accepted);
        c->recording = fopen(path, "wb");
    }
    postern_session_init(&c->session, &s->config, &policy, c);
    connection_advance(c);
    return c;
}

static void connection_close(connection *c) {
    maildir_discard(&c->message);
    if (c->recording != NULL) (void)fclose(c->recording);
    (void)close(c->socket);
    free(c);
}

/* ---- The server ---- */

static int wake_pipe[2]; /* a signal writes into it, so that poll() returns */

static void on_signal(int number) {
    const int kept_errno = errno;

    (void)number;
    (void)!write(wake_pipe[1], "", 1);
    errno = kept_errno;
}

static void server_stop_listening(server *s) {
    if (s->listener >= 0) (void)close(s->listener);
    s->listener = -1;
}

static void server_accept(server *s) {
    const int socket = accept(s->listener, NULL, NULL);

    if (socket < 0) return;
    s->accepted++;
    connection *c = connection_open(s, socket);
    if (c != NULL) s->connections[s->count++] = c;
    if (s->sessions_left > 0 && --s->sessions_left == 0) server_stop_listening(s);
}

/* Milliseconds to the first thing that time brings. */
static int server_patience(const server *s, int64_t now) {
    int64_t patience = 60 * 1000;

    for (size_t i = 0; i < s->count; i++) {
        const connection *c = s->connections[i];
        const int64_t next = c->decide_at != 0 && c->decide_at < c->deadline ? c->decide_at : c->deadline;
        if (next - now < patience) patience = next > now ? next - now : 0;
    }
    return (int)patience;
}

static void server_run(server *s) {
    bool going_down = false;

    while (s->listener >= 0 || s->count > 0) {
        struct pollfd polled[CONNECTIONS_MAX + 2];
        const size_t count = s->count;
        for (size_t i = 0; i < count; i++) polled[i] = connection_wants(s->connections[i]);
        polled[count] = (struct pollfd){wake_pipe[0], going_down ? 0 : POLLIN, 0};
        polled[count + 1] = (struct pollfd){count < CONNECTIONS_MAX ? s->listener : -1, POLLIN, 0};
        if (poll(polled, (nfds_t)count + 2, server_patience(s, now_ms())) < 0)
            for (size_t i = 0; i < count + 2; i++) /* interrupted: nothing is known of any of them */
                polled[i].revents = 0;

        const int64_t now = now_ms();
        if (polled[count + 1].revents & POLLIN) server_accept(s);
        for (size_t i = count; i-- > 0;) connection_serve(s->connections[i], &polled[i], now);
        if (polled[count].revents & POLLIN) {
            going_down = true;
            server_stop_listening(s);
            for (size_t i = 0; i < s->count; i++) connection_part(s->connections[i]);
        }
        for (size_t i = s->count; i-- > 0;) {
            if (s->connections[i]->phase != OVER) continue;
            connection_close(s->connections[i]);
            s->connections[i] = s->connections[--s->count];
        }
    }
}

/* ---- Starting ---- */

static _Noreturn void fail(const char *what) {
    (void)fprintf(stderr, "tiny_server: %s: %s\n", what, strerror(errno));
    exit(2);
}

static int listen_on(uint16_t port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    socklen_t size = sizeof address;
    const int on = 1;
    const int listener = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (listener < 0 || setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(listener, (const struct sockaddr *)&address, size) != 0 || listen(listener, 64) != 0 ||
        fcntl(listener, F_SETFL, O_NONBLOCK) != 0 || getsockname(listener, (struct sockaddr *)&address, &size) != 0)
        fail("cannot listen");
    (void)printf("listening on 127.0.0.1:%u\n", (unsigned)ntohs(address.sin_port));
    (void)fflush(stdout);
    return listener;
}

static void catch_signals(void) {
    struct sigaction action = {.sa_handler = on_signal};

    if (pipe(wake_pipe) != 0 || fcntl(wake_pipe[1], F_SETFL, O_NONBLOCK) != 0 ||
        sigaction(SIGTERM, &action, NULL) != 0 || sigaction(SIGINT, &action, NULL) != 0)
        fail("cannot catch signals");
}

static const char usage[] =
    "usage: tiny_server [--port N] [--lmtp] [--no-chunking] [--maildir DIR] [--record DIR] [--idle SECONDS]\n"
    "                   [--sessions N]\n"
    "\n"
    "Receives mail on 127.0.0.1 and prints the address it listens on. Each message becomes a file in DIR/new, behind\n"
    "Return-Path and Delivered-To; without --maildir mail is accepted and forgotten. --record saves the octets that\n"
    "each client sends as DIR/session-NNN. Silent sessions are closed after --idle SECONDS (300). The server ends\n"
    "after N sessions, or by SIGTERM or SIGINT, with a 421 to each client.\n"
    "\n"
    "Mailboxes: reject-... is refused, slow-... takes a moment, all others are accepted. AUTH: user, pass.\n"
    "Exit: 0 done, 2 could not run.\n";

static long number(const char *text, long minimum, long maximum) {
    char *end;
    const long value = strtol(text, &end, 10);

    if (end == text || *end != '\0' || value < minimum || value > maximum) {
        (void)fprintf(stderr, "tiny_server: %s: a number from %ld to %ld is needed\n", text, minimum, maximum);
        exit(2);
    }
    return value;
}

static uint16_t read_options(server *s, int argc, char **argv) {
    static const struct option options[] = {
        {"port", required_argument, NULL, 'p'},
        {"lmtp", no_argument, NULL, 'l'},
        {"no-chunking", no_argument, NULL, 'c'},
        {"maildir", required_argument, NULL, 'm'},
        {"record", required_argument, NULL, 'r'},
        {"idle", required_argument, NULL, 'i'},
        {"sessions", required_argument, NULL, 'n'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    uint16_t port = 0;
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'p': port = (uint16_t)number(optarg, 0, UINT16_MAX); break;
        case 'l': s->config.lmtp = true; break;
        case 'c': s->config.extensions &= ~(uint32_t)(POSTERN_EXT_CHUNKING | POSTERN_EXT_BINARYMIME); break;
        case 'm': s->maildir = optarg; break;
        case 'r': s->recordings = optarg; break;
        case 'i': s->idle_ms = number(optarg, 1, 24 * 3600) * 1000; break;
        case 'n': s->sessions_left = number(optarg, 1, INT32_MAX); break;
        default: (void)fputs(usage, option == 'h' ? stdout : stderr); exit(option == 'h' ? 0 : 2);
        }
    }
    if (optind != argc) {
        (void)fputs(usage, stderr);
        exit(2);
    }
    return port;
}

int main(int argc, char **argv) {
    static const postern_mechanism *const mechanisms[] = {&postern_mechanism_plain, &postern_mechanism_login};
    server s = {.sessions_left = -1, .idle_ms = 300 * 1000};

    postern_config_init(&s.config);
    /* Offer what this server keeps its word on, and no more. */
    s.config.extensions = POSTERN_EXT_SIZE | POSTERN_EXT_8BITMIME | POSTERN_EXT_PIPELINING | POSTERN_EXT_CHUNKING |
                          POSTERN_EXT_BINARYMIME | POSTERN_EXT_SMTPUTF8 | POSTERN_EXT_ENHANCEDSTATUSCODES |
                          POSTERN_EXT_AUTH;
    s.config.plaintext_auth = true; /* on the loopback interface, and nowhere else */
    s.config.mechanisms = mechanisms;
    s.config.mechanism_count = sizeof mechanisms / sizeof mechanisms[0];
    s.config.max_message_size = 64 * 1024 * 1024;

    const uint16_t port = read_options(&s, argc, argv);
    if (s.maildir != NULL && !maildir_make(s.maildir)) fail(s.maildir);
    catch_signals();
    s.listener = listen_on(port);
    server_run(&s);
    return 0;
}
