/* tiny_server.c: a small real SMTP or LMTP server around the session engine of libpostern. The engine owns the
 * protocol; sockets, time and files are here. One thread, many sessions, and poll() is the only place where it waits.
 *
 *     tiny_server --port 2525 --maildir mail
 *     swaks --server 127.0.0.1:2525 --to someone@localhost
 *
 * This file listens and polls, connection.c talks to a client, maildir.c stores. What a mail server needs besides (TLS,
 * trace headers, delivery) is not here.
 *
 * SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L

#include "connection.h"
#include "maildir.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 64 };

typedef struct server {
    connection_settings settings;
    long sessions_left; /* to accept; negative: no end */
    unsigned long accepted;
    int listener; /* -1: none are accepted any more */
    size_t count;
    connection *connections[CONNECTIONS_MAX];
} server;

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
    connection *c = connection_open(&s->settings, socket, ++s->accepted);
    if (c != NULL) s->connections[s->count++] = c;
    if (s->sessions_left > 0 && --s->sessions_left == 0) server_stop_listening(s);
}

/* Milliseconds to the first thing that time brings. */
static int server_patience(const server *s) {
    const int64_t now = now_ms();
    int64_t alarm = now + 60000;

    for (size_t i = 0; i < s->count; i++)
        if (connection_alarm(s->connections[i]) < alarm) alarm = connection_alarm(s->connections[i]);
    return alarm > now ? (int)(alarm - now) : 0;
}

static void server_go_down(server *s) {
    server_stop_listening(s);
    for (size_t i = 0; i < s->count; i++) connection_part(s->connections[i]);
}

/* Wait until something happens, and see to it. */
static void server_turn(server *s) {
    struct pollfd polled[CONNECTIONS_MAX + 2];
    const size_t count = s->count;
    char signals[16];

    for (size_t i = 0; i < count; i++) polled[i] = connection_wants(s->connections[i]);
    polled[count] = (struct pollfd){wake_pipe[0], POLLIN, 0};
    polled[count + 1] = (struct pollfd){count < CONNECTIONS_MAX ? s->listener : -1, POLLIN, 0};
    if (poll(polled, (nfds_t)count + 2, server_patience(s)) < 0) return; /* a signal: the pipe tells */

    /* From the last to the first, for the last one takes the place of one that is over. */
    for (size_t i = count; i-- > 0;) {
        if (connection_serve(s->connections[i], &polled[i])) continue;
        connection_close(s->connections[i]);
        s->connections[i] = s->connections[--s->count];
    }
    if (polled[count + 1].revents & POLLIN) server_accept(s);
    if ((polled[count].revents & POLLIN) && read(wake_pipe[0], signals, sizeof signals) > 0) server_go_down(s);
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
        case 'l': s->settings.config.lmtp = true; break;
        case 'c': s->settings.config.extensions &= ~(uint32_t)(POSTERN_EXT_CHUNKING | POSTERN_EXT_BINARYMIME); break;
        case 'm': s->settings.maildir = optarg; break;
        case 'r': s->settings.recordings = optarg; break;
        case 'i': s->settings.idle_ms = number(optarg, 1, 86400) * 1000; break;
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
    server s = {.sessions_left = -1, .settings.idle_ms = 300000};
    postern_config *config = &s.settings.config;

    postern_config_init(config);
    /* Offer what this server keeps its word on, and no more. */
    config->extensions = POSTERN_EXT_SIZE | POSTERN_EXT_8BITMIME | POSTERN_EXT_PIPELINING | POSTERN_EXT_CHUNKING |
                         POSTERN_EXT_BINARYMIME | POSTERN_EXT_SMTPUTF8 | POSTERN_EXT_ENHANCEDSTATUSCODES |
                         POSTERN_EXT_AUTH;
    config->plaintext_auth = true; /* on the loopback interface, and nowhere else */
    config->mechanisms = mechanisms;
    config->mechanism_count = sizeof mechanisms / sizeof mechanisms[0];
    config->max_message_size = 64 * 1024 * 1024;

    const uint16_t port = read_options(&s, argc, argv);
    if (s.settings.maildir != NULL && !maildir_make(s.settings.maildir)) fail(s.settings.maildir);
    catch_signals();
    s.listener = listen_on(port);
    while (s.listener >= 0 || s.count > 0) server_turn(&s);
    return 0;
}
