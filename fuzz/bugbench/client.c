/* client.c: the client of the bug bench, bugs B62 to B67. Room: fuzz/bugbench.
 *
 * A small client as they are written: the reply is put together on the heap, as C strings; arguments are looked over
 * for what they must not have, and dots are stuffed octet by octet. With bug 0 it keeps all laws of a client.
 *
 * SPDX-License-Identifier: MIT */
#include "bench.h"
#include "server.h"

#include <postern/fuzz/client.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct bench_client {
    pf_record *record;
    pf_target_options memory; /* how its memory behaves */

    char *line; /* the line of the reply at hand, LINE_LIMIT octets */
    size_t line_size;
    char *text; /* of the lines of the reply that are whole, LF between two */
    size_t text_size;
    size_t text_room;
    size_t lines;
    int code;
    bool broken;

    bool first; /* nothing of the message was sent */
    bool line_start;
    bool after_cr;
    char out[2 * LINE_LIMIT];
    size_t out_size;
} bench_client;

static bench_client the_client;

static void *open_client(const pf_client_options *options, pf_record *record) {
    bench_client *c = &the_client;

    memset(c, options->filled ? options->fill : 0, sizeof *c);
    c->memory = (pf_target_options){.filled = options->filled, .fill = options->fill};
    bench_memory_open(&c->memory);
    c->record = record;
    c->line = bench_alloc(LINE_LIMIT);
    c->text = NULL;
    c->line_size = c->text_size = c->text_room = c->lines = c->out_size = 0;
    c->broken = c->line == NULL;
    return c;
}

static void close_client(void *client) {
    bench_client *c = client;

    bench_free(c->line, LINE_LIMIT);
    bench_free(c->text, c->text_room);
}

static void account(const void *client, pf_target_account *account) {
    (void)client;
    bench_account(account);
}

/* ---- Replies ---- */

static void give_up(bench_client *c) {
    c->broken = true;
    pf_record_broken(c->record);
}

/* Room for more text. Returns: false when there is none. */
static bool have_room(bench_client *c, size_t more) {
    size_t room = c->text_room;

    if (BUG(64)) {
        /* All that was read is copied for each line. */
        room = c->text_size + more;
    } else {
        while (room < c->text_size + more) room = room == 0 ? 256 : 2 * room;
        if (room == c->text_room) return true;
    }
    char *bigger = bench_alloc(room);
    if (bigger == NULL) return false;
    bench_work(c->text_size);
    if (c->text_size > 0) memcpy(bigger, c->text, c->text_size);
    bench_free(c->text, c->text_room);
    c->text = bigger;
    c->text_room = room;
    return true;
}

static bool is_code(const char *line, size_t size) {
    return size >= 3 && line[0] >= '2' && line[0] <= '5' && line[1] >= '0' && line[1] <= '5' && line[2] >= '0' &&
           line[2] <= '9';
}

static int code_of(const char *line, size_t size) {
    if (!BUG(63)) return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    char *copy = bench_alloc(size);
    if (copy == NULL) return 0;
    memcpy(copy, line, size);
    const long code = strtol(copy, NULL, 10);
    bench_free(copy, size);
    return (int)code;
}

/* The text behind code and separator, which ends at a NUL. */
static const char *text_of(const char *line, size_t size) {
    return size > 4 || BUG(62) ? line + 4 : "";
}

static bool is_last(const char *line, size_t size) {
    return size < 4 || line[3] != '-';
}

/* A line without its CRLF. In: line, ended by NUL. */
static void take_line(bench_client *c, const char *line, size_t size) {
    const int code = is_code(line, size) ? code_of(line, size) : 0;
    const bool changed = c->lines > 0 && code != c->code;

    if (code == 0 || (changed && !BUG(65)) || (size > 3 && line[3] != ' ' && line[3] != '-')) {
        give_up(c);
        return;
    }
    const char *text = text_of(line, size);
    const size_t length = strlen(text);
    if (!have_room(c, length + 1)) {
        give_up(c);
        return;
    }
    if (c->lines++ > 0) c->text[c->text_size++] = '\n';
    memcpy(c->text + c->text_size, text, length);
    c->text_size += length;
    c->code = code;
    if (!is_last(line, size)) return;
    pf_record_reply(c->record, c->code, (const uint8_t *)c->text, c->text_size);
    c->text_size = c->lines = 0;
}

static void line_ends(bench_client *c) {
    const size_t size = c->line_size - 2;
    /* Filled memory reaches further, so that what lies behind is known. */
    const size_t room = c->memory.filled ? size + 32 : size + 1;
    char *copy = bench_alloc(room);

    if (copy == NULL) {
        give_up(c);
        return;
    }
    memcpy(copy, c->line, size);
    copy[size] = copy[room - 1] = '\0';
    take_line(c, copy, size);
    bench_free(copy, room);
    c->line_size = 0;
}

static bool is_text(char octet) {
    return octet == '\t' || octet == '\r' || (octet >= ' ' && octet <= '~');
}

static void feed(void *client, const uint8_t *octets, size_t size) {
    bench_client *c = client;

    for (size_t i = 0; i < size && !c->broken; i++) {
        const char octet = (char)octets[i];
        const bool after_cr = c->line_size > 0 && c->line[c->line_size - 1] == '\r';
        bench_work(1);
        if (c->line_size == LINE_LIMIT || after_cr != (octet == '\n') || (octet != '\n' && !is_text(octet))) {
            give_up(c);
            return;
        }
        c->line[c->line_size++] = octet;
        if (octet == '\n') line_ends(c);
    }
}

/* ---- Calls ---- */

static bool may_be_sent(uint8_t octet, const char *but) {
    if (BUG(66) && (octet == '\r' || octet == '\n')) return true;
    return octet >= ' ' && octet <= '~' && strchr(but, octet) == NULL;
}

/* Put a text behind what is in `out`. In: but, what it must not have. Returns: false when it may not be sent. */
static bool put(bench_client *c, const char *before, pf_octets text, const char *but) {
    const size_t length = strlen(before);

    if (length + text.size > sizeof c->out - 2 - c->out_size) return false;
    memcpy(c->out + c->out_size, before, length);
    c->out_size += length;
    for (size_t i = 0; i < text.size; i++) {
        if (!may_be_sent(text.data[i], but)) return false;
        c->out[c->out_size++] = (char)text.data[i];
    }
    return true;
}

static bool send_line(bench_client *c) {
    memcpy(c->out + c->out_size, "\r\n", 2);
    if (c->out_size + 2 > LINE_LIMIT) return false;
    pf_record_write(c->record, (const uint8_t *)c->out, c->out_size + 2);
    return true;
}

static bool send_path(bench_client *c, const char *before, const pf_call *call) {
    /* Who lets a quote in must know where it is closed. */
    if (!put(c, before, call->argument, " <>\"\\") || !put(c, ">", (pf_octets){NULL, 0}, "")) return false;
    for (size_t i = 0; i < call->parameter_count; i++) {
        const pf_call_parameter *parameter = &call->parameters[i];
        if (parameter->keyword.size == 0 || !put(c, " ", parameter->keyword, " =")) return false;
        if (parameter->has_value && !put(c, "=", parameter->value, " =")) return false;
    }
    return send_line(c);
}

static bool put_base64(bench_client *c, pf_octets octets) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    if (octets.size / 3 * 4 + 4 > sizeof c->out - 2 - c->out_size) return false;
    for (size_t at = 0; at < octets.size; at += 3) {
        const size_t left = octets.size - at;
        const unsigned group = (unsigned)octets.data[at] << 16 | (left > 1 ? (unsigned)octets.data[at + 1] << 8 : 0) |
                               (left > 2 ? octets.data[at + 2] : 0);
        c->out[c->out_size++] = alphabet[group >> 18];
        c->out[c->out_size++] = alphabet[group >> 12 & 63];
        c->out[c->out_size++] = left > 1 ? alphabet[group >> 6 & 63] : '=';
        c->out[c->out_size++] = left > 2 ? alphabet[group & 63] : '=';
    }
    return true;
}

static bool send_auth(bench_client *c, pf_octets argument) {
    const uint8_t *space = memchr(argument.data, ' ', argument.size);
    const size_t name = space != NULL ? (size_t)(space - argument.data) : argument.size;
    const pf_octets response = {argument.data + name + (space != NULL), argument.size - name - (space != NULL)};

    if (!put(c, "AUTH ", (pf_octets){argument.data, name}, "")) return false;
    if (space != NULL && !put(c, response.size > 0 ? " " : " =", (pf_octets){NULL, 0}, "")) return false;
    return put_base64(c, response) && send_line(c);
}

/* ---- Messages ---- */

static bool begin_message(bench_client *c) {
    c->first = c->line_start = true;
    c->after_cr = false;
    return put(c, "DATA", (pf_octets){NULL, 0}, "") && send_line(c);
}

static bool is_stuffed(const bench_client *c, uint8_t octet) {
    return octet == '.' && c->line_start && !(BUG(67) && c->first);
}

static bool send_content(bench_client *c, pf_octets content) {
    char *stuffed = malloc(2 * content.size + 1);
    size_t size = 0;
    bool good = stuffed != NULL;

    for (size_t i = 0; good && i < content.size; i++) {
        const uint8_t octet = content.data[i];
        good = octet != '\0' && (c->after_cr == (octet == '\n') || (BUG(67) && octet == '\n'));
        if (is_stuffed(c, octet)) stuffed[size++] = '.';
        stuffed[size++] = (char)octet;
        c->line_start = octet == '\n' && c->after_cr;
        c->after_cr = octet == '\r';
        c->first = false;
    }
    if (good) pf_record_write(c->record, (const uint8_t *)stuffed, size);
    free(stuffed);
    return good;
}

static bool send_end(bench_client *c) {
    static const uint8_t end[] = "\r\n.\r\n";
    const size_t from = c->line_start ? 2 : 0;

    if (c->after_cr) return false;
    pf_record_write(c->record, end + from, sizeof end - 1 - from);
    return true;
}

static bool call(void *client, const pf_call *call) {
    bench_client *c = client;

    c->out_size = 0;
    switch (call->kind) {
    case PF_CALL_HELLO: return put(c, "EHLO ", call->argument, " ") && send_line(c);
    case PF_CALL_MAIL: return send_path(c, "MAIL FROM:<", call);
    case PF_CALL_RCPT: return send_path(c, "RCPT TO:<", call);
    case PF_CALL_DATA: return begin_message(c);
    case PF_CALL_BODY: return send_content(c, call->argument);
    case PF_CALL_END: return send_end(c);
    case PF_CALL_VRFY: return put(c, "VRFY ", call->argument, "") && send_line(c);
    case PF_CALL_NOOP: return put(c, call->argument.size > 0 ? "NOOP " : "NOOP", call->argument, "") && send_line(c);
    case PF_CALL_AUTH: return send_auth(c, call->argument);
    case PF_CALL_RESPOND: return put_base64(c, call->argument) && send_line(c);
    case PF_CALL_RSET: return put(c, "RSET", (pf_octets){NULL, 0}, "") && send_line(c);
    default: return put(c, "QUIT", (pf_octets){NULL, 0}, "") && send_line(c);
    }
}

const pf_client pf_client_bench = {.name = "bug bench",
                                   .calls = PF_CALLS_ALL,
                                   .can = PF_CAN_FILL | PF_CAN_COUNT,
                                   .exact = PF_EXACT_MESSAGES,
                                   .steps_octet = 8,
                                   .steps_once = 4096,
                                   .open = open_client,
                                   .call = call,
                                   .feed = feed,
                                   .account = account,
                                   .close = close_client};
