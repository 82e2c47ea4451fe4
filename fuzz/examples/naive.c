/* naive.c: a server of SMTP with a fault that has a name: it ends lines at a bare LF too, so that LF "." LF ends a
 * message, and what follows within it is run as commands (CVE-2023-51764 and its sisters). -DNAIVE_MENDED is without.
 *
 * SPDX-License-Identifier: MIT */
#include "naive.h"

#include <string.h>
#include <strings.h>

static void say(naive *s, const char *reply) {
    const size_t size = strlen(reply);
    if (size > sizeof s->out - s->out_size) return;
    memcpy(s->out + s->out_size, reply, size);
    s->out_size += size;
}

static bool is(const naive *s, const char *verb) {
    const size_t size = strlen(verb);
    const char end = s->line[size];
    return strncasecmp(s->line, verb, size) == 0 && (end == '\0' || end == ' ' || end == '\t');
}

/* MAIL and RCPT: one path, and no parameters. */
static bool has_path(const naive *s, const char *begin) {
    const size_t size = strlen(begin);
    const char *end = strchr(s->line, '>');
    return strncasecmp(s->line, begin, size) == 0 && end != NULL && end[1] == '\0';
}

static void reset(naive *s) {
    s->mail = s->rcpt = false;
}

static void command(naive *s) {
    if (is(s, "EHLO") || is(s, "HELO")) {
        const bool good = s->line[4] == ' ' && s->line[5] > ' ';
        s->hello = s->hello || good;
        if (good) reset(s);
        say(s, good ? "250 naive\r\n" : "501 who?\r\n");
    } else if (is(s, "MAIL")) {
        const bool now = s->hello && !s->mail;
        const bool good = now && has_path(s, "MAIL FROM:<");
        s->mail = s->mail || good;
        say(s, good ? "250 sender\r\n" : now ? "501 MAIL FROM:<...>\r\n" : "503 not now\r\n");
    } else if (is(s, "RCPT")) {
        const bool good = s->mail && has_path(s, "RCPT TO:<");
        s->rcpt = s->rcpt || good;
        say(s, good ? "250 recipient\r\n" : s->mail ? "501 RCPT TO:<...>\r\n" : "503 MAIL first\r\n");
    } else if (is(s, "DATA")) {
        s->in_message = s->rcpt;
        say(s, s->rcpt ? "354 go on\r\n" : "503 RCPT first\r\n");
    } else if (is(s, "RSET")) {
        reset(s);
        say(s, "250 forgotten\r\n");
    } else if (is(s, "NOOP")) {
        say(s, "250 nothing\r\n");
    } else if (is(s, "QUIT")) {
        s->closed = true;
        say(s, "221 bye\r\n");
    } else
        say(s, "500 what?\r\n");
}

static void line(naive *s) {
    if (s->in_message && !s->overlong && s->used == 1 && s->line[0] == '.') {
        s->in_message = false;
        reset(s);
        say(s, "250 taken\r\n");
    } else if (!s->in_message) {
        if (s->overlong || strlen(s->line) != s->used || strpbrk(s->line, "\r\n") != NULL)
            say(s, "500 a broken line\r\n");
        else
            command(s);
    }
}

void naive_begin(naive *server) {
    memset(server, 0, sizeof *server);
    say(server, "220 naive\r\n");
}

/* Does the line end here? Its end is not part of it then. */
static bool ends(naive *s) {
    if (s->line[s->used - 1] != '\n') return false;
    const bool cr = s->used > 1 && s->line[s->used - 2] == '\r';
#ifdef NAIVE_MENDED
    if (!cr) return false;
#endif
    s->used -= cr ? 2 : 1;
    s->line[s->used] = '\0';
    return true;
}

void naive_take(naive *server, const char *octets, size_t size) {
    for (; size > 0 && !server->closed; size--) {
        if (server->used == sizeof server->line - 1) { /* keep the end: it may be that of a line */
            server->overlong = true;
            server->line[0] = server->line[server->used - 1];
            server->used = 1;
        }
        server->line[server->used++] = *octets++;
        if (!ends(server)) continue;
        line(server);
        server->used = 0;
        server->overlong = false;
    }
}
