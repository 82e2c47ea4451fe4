/* line.c: command lines, collected octet by octet (RFC 5321 2.3.8, 4.1.1). Room: fuzz/bugbench.
 *
 * SPDX-License-Identifier: MIT */
#include "server.h"

#include <string.h>

void bench_line_reset(bench_server *s) {
    s->size = 0;
    s->stored = 0;
    s->cr = false;
    s->error = NULL;
    s->begin = s->offset;
}

size_t bench_line_room(size_t limit) {
    return limit + (BUG(42) ? 0 : 1) + (BUG(45) ? 2 : 0);
}

void bench_line_limit(bench_server *s, size_t limit) {
    const size_t room = bench_line_room(limit);

    s->limit = limit;
    if (room <= s->line_room) return;
    char *bigger = bench_grow(s->line, s->line_room, room);
    if (bigger == NULL) {
        bench_no_memory(s);
        return;
    }
    s->line = bigger;
    s->line_room = room;
}

static void wrong(bench_server *s, const char *error) {
    if (s->error == NULL) s->error = error;
}

/* Refused once, and never run in part. Where a chunk ends behind a broken BDAT nobody knows. */
static void broken_line(bench_server *s) {
    size_t word = 0;

    while (word < s->stored && memchr(" \t\r\n", s->line[word], 4) == NULL && s->line[word] != '\0') word++;
    const bool chunk = s->reading == READ_COMMAND && bench_is_word(s->line, word, "BDAT");
    if (s->reading == READ_AUTH) {
        bench_auth_over(s);
        s->state = AT_GREETED;
    }
    bench_note(s, PF_EVENT_LINE, NULL, s->error);
    bench_reply(s, NULL, 500);
    if (BUG(44) && strcmp(s->error, "line-too-long") == 0) bench_reply(s, NULL, 500);
    if (chunk) bench_close(s);
}

/* A line is there, with its end of `end` octets. */
static void complete_line(bench_server *s, size_t end) {
    const uint64_t begin = s->begin;
    size_t size = s->stored;

    s->line[size] = '\0';
    if (s->error == NULL) {
        size -= end;
        if (BUG(48)) size = strnlen(s->line, size);
        while (size > 0 && (s->line[size - 1] == ' ' || s->line[size - 1] == '\t')) size--;
        s->line[size] = '\0';
    }
    if (s->error != NULL)
        broken_line(s);
    else if (s->reading == READ_AUTH)
        bench_auth_line(s, s->line, size);
    else
        bench_command(s, s->line, size, s->size);
    bench_line_reset(s);
    if (s->reading == READ_CHUNK) s->begin = begin; /* a chunk is of one piece with its line */
}

/* An octet behind a CR is no LF: the CR was bare. Look at it again, in its place. */
static void look_again(bench_server *s, const uint8_t *octets, size_t at) {
    if (BUG(37) && octets[at - 1] != '\r') return;
    if (BUG(46))
        s->stored--; /* let the line have it not */
    else
        wrong(s, "bare-cr");
}

/* The limit has been passed. */
static void over_limit(bench_server *s) {
    wrong(s, "line-too-long");
    if (!BUG(43)) return;
    bench_note(s, PF_EVENT_LINE, NULL, s->error);
    bench_reply(s, NULL, 500);
    bench_line_reset(s);
}

/* One octet. Returns: the size of the line's end, when this was the last one. */
static size_t line_octet(bench_server *s, const uint8_t *octets, size_t at) {
    const uint8_t c = octets[at];

    if (s->cr && c != '\n') look_again(s, octets, at);
    if (s->size >= s->limit + (BUG(45) ? 2 : 0) && s->error == NULL) over_limit(s);
    const bool after_cr = s->cr;
    s->cr = c == '\r';
    s->size++;
    s->offset++;
    if (s->stored < s->line_room - (BUG(42) ? 0 : 1)) s->line[s->stored++] = (char)c;
    if (c == '\n') {
        if (after_cr) return 2;
        if (BUG(47)) return 1;
        wrong(s, "bare-lf");
    }
    if (c == '\0' && !BUG(48)) wrong(s, "nul");
    return 0;
}

size_t bench_line_take(bench_server *s, const uint8_t *octets, size_t size) {
    if (BUG(60)) {
        size_t seen = 0;
        for (size_t i = 0; i < s->stored; i++) seen += s->line[i] != '\n';
        bench_work(seen);
    }
    for (size_t i = 0; i < size; i++) {
        const signed char c = (signed char)octets[i];
        if (BUG(40) && c == -1) { /* no more input */
            s->offset += size - i;
            return size;
        }
        bench_work(1);
        const size_t end = line_octet(s, octets, i);
        if (end > 0) {
            s->rest = size - i - 1;
            complete_line(s, end);
            return i + 1;
        }
        if (s->reading == READ_CLOSED) return size;
    }
    return size;
}

void bench_line_eof(bench_server *s) {
    if (s->reading == READ_COMMAND && s->size > 0) complete_line(s, 0);
}
