/* spool.c: what a server keeps of a session elsewhere: its trace field, its envelope, its log. Room: fuzz/bugbench.
 *
 * SPDX-License-Identifier: MIT */
#include "server.h"

#include <string.h>

enum { HELLO_ROOM = 64, SENDER_ROOM = LOCAL_LIMIT + 1, DOMAIN_ROOM = DOMAIN_LIMIT + 1 };

/* "from NAME", the beginning of a Received field (RFC 5321 4.4), in a string that grows. */
bool bench_spool_hello(bench_server *s, const char *name) {
    static const char from[] = "from ";
    const size_t size = strlen(name);
    const size_t needed = sizeof from + size;

    if (s->hello == NULL) {
        s->hello = bench_alloc(HELLO_ROOM);
        if (s->hello == NULL) return false;
        s->hello_room = HELLO_ROOM;
    }
    if (needed > s->hello_room) {
        const size_t wanted = BUG(33) ? s->hello_room + HELLO_ROOM : needed;
        char *bigger = bench_grow(s->hello, s->hello_room, wanted);
        if (bigger == NULL) return false;
        s->hello = bigger;
        s->hello_room = wanted;
    }
    memcpy(s->hello, from, sizeof from - 1);
    memcpy(s->hello + sizeof from - 1, name, size + 1);
    return true;
}

/* A local-part without its quotes. Returns: its size. */
static size_t unquote(const char *local, size_t size, char *out) {
    size_t length = 0;

    if (size < 2 || local[0] != '"') {
        memcpy(out, local, size);
        return size;
    }
    for (size_t i = 1; i + 1 < size; i++) {
        if (local[i] == '\\') i++;
        out[length++] = local[i];
    }
    return length;
}

bool bench_spool_sender(bench_server *s, const bench_mailbox *mailbox) {
    bench_spool_forget(s);
    if (mailbox->domain_size == 0) return true;
    s->sender = bench_alloc(SENDER_ROOM);
    s->sender_domain = bench_alloc(DOMAIN_ROOM);
    if (s->sender == NULL || s->sender_domain == NULL) return false;
    s->sender[unquote(mailbox->local, mailbox->local_size, s->sender)] = '\0';
    memcpy(s->sender_domain, mailbox->domain, mailbox->domain_size);
    s->sender_domain[mailbox->domain_size] = '\0';
    return true;
}

void bench_spool_forget(bench_server *s) {
    bench_free(s->sender, SENDER_ROOM);
    bench_free(s->sender_domain, DOMAIN_ROOM);
    s->sender = s->sender_domain = NULL;
}

/* The sender as it stands in the envelope's file: quoted, for whatever is in it. */
static void print_sender(const bench_server *s, char *out) {
    *out++ = '"';
    for (const char *at = s->sender; *at != '\0'; at++) {
        if (*at == '"' || (*at == '\\' && !BUG(35))) *out++ = '\\';
        *out++ = *at;
    }
    *out++ = '"';
    *out++ = '@';
    memcpy(out, s->sender_domain, strlen(s->sender_domain) + 1);
}

bool bench_spool_reads_back(bench_server *s) {
    enum { PRINTED_ROOM = 2 * SENDER_ROOM + 3 + DOMAIN_ROOM };
    bench_mailbox mailbox = {.local = ""};
    bool same = false;

    if (s->sender == NULL) return true;
    char *printed = bench_alloc(PRINTED_ROOM);
    char *local = bench_alloc(2 * SENDER_ROOM);
    if (printed != NULL && local != NULL) {
        print_sender(s, printed);
        const char *end = bench_mailbox_read(printed, true, &mailbox);
        if (end != NULL && *end == '\0') {
            local[unquote(mailbox.local, mailbox.local_size, local)] = '\0';
            same = strcmp(local, s->sender) == 0 && strcmp(mailbox.domain, s->sender_domain) == 0;
        }
    }
    bench_free(printed, PRINTED_ROOM);
    bench_free(local, 2 * SENDER_ROOM);
    return same;
}

/* Copy an argument for the log, cut to what a name may have, with room kept for each parenthesis that is open. */
bool bench_spool_name(const char *argument) {
    char *name = bench_alloc(NAME_LIMIT);
    int limit = NAME_LIMIT - 1;
    int open = 0;
    int size = 0;

    if (name == NULL) return false;
    for (const char *at = argument; *at != '\0'; at++) {
        if (*at == '(') {
            open++;
            limit--;
        } else if (*at == ')' && (open > 0 || BUG(39))) {
            open--;
            limit++;
        }
        if (size < limit) name[size++] = *at;
    }
    name[size] = '\0';
    bench_free(name, NAME_LIMIT);
    return true;
}

bool bench_spool_chunk(bench_server *s) {
    bench_past *past = bench_alloc(sizeof *past);

    if (past == NULL) return false;
    past->before = s->past;
    s->past = past;
    return true;
}

void bench_spool_free(bench_server *s) {
    bench_spool_forget(s);
    bench_free(s->hello, s->hello_room);
    while (s->past != NULL) {
        bench_past *past = s->past;
        s->past = past->before;
        bench_free(past, sizeof *past);
    }
}
