/* connection.h: one client of tiny_server.c: a socket that does not block, and the session behind it.
 *
 * SPDX-License-Identifier: MIT */
#ifndef CONNECTION_H
#define CONNECTION_H

#include <postern/session.h>

#include <poll.h>

typedef struct connection connection;

/* What all connections share. */
typedef struct connection_settings {
    postern_config config;
    const char *maildir;    /* where messages go; NULL: nowhere */
    const char *recordings; /* where the octets of each session go; NULL: nowhere */
    int64_t idle_ms;        /* patience with a silent client */
} connection_settings;

/* Milliseconds of a clock that only goes forward. */
int64_t now_ms(void);

/* Take over a socket, and greet. The number names the recording. Returns: NULL when that cannot be done; the socket is
 * closed then. */
connection *connection_open(const connection_settings *settings, int socket, unsigned long number);

/* What to poll for, and when to serve the connection even if nothing comes. */
struct pollfd connection_wants(const connection *c);
int64_t connection_alarm(const connection *c);

/* Do what can be done without waiting. In: what poll() said. Returns: false when the connection is over. */
bool connection_serve(connection *c, const struct pollfd *polled);

/* Say 421 and good bye; serve it until it is over. */
void connection_part(connection *c);

void connection_close(connection *c);

#endif
