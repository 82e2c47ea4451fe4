/* client_postern.c: the client's side of libpostern as a client. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "copy.h"

#include <postern/client.h>
#include <postern/codec.h>
#include <postern/fuzz/client.h>
#include <postern/fuzz/exact.h>
#include <postern/fuzz/libpostern.h>
#include <postern/reply.h>

#include <string.h>

enum { ARGUMENT_MOST = 2 * POSTERN_AUTH_LINE_MAX, MESSAGE_MOST = 1 << 17, ROOM_MOST = 64 };

typedef struct adapter {
    pf_record *record;
    bool broken;
    bool smtputf8; /* the transaction at hand asked for it */
    uint32_t extensions;
    postern_reply_parser parser;
    postern_stuffer stuffer;
    size_t lines; /* of the reply at hand */
    size_t text_size;
    uint8_t out[POSTERN_AUTH_LINE_MAX];
    uint8_t argument[ARGUMENT_MOST];
    uint8_t text[POSTERN_REPLY_LINES_MAX * POSTERN_REPLY_LINE_MAX]; /* not filled: only what was written is read */
} adapter;

static adapter the_adapter;
static uint8_t stuffed[MESSAGE_MOST + ROOM_MOST];

static void *adapter_open(const pf_client_options *options, pf_record *record) {
    adapter *self = &the_adapter;

    if (options->filled) memset(self, options->fill, offsetof(adapter, text));
    self->record = record;
    self->broken = self->smtputf8 = false;
    self->lines = self->text_size = 0;
    self->extensions = options->no_extensions ? POSTERN_EXT_NONE : POSTERN_EXT_ALL;
    postern_reply_parser_init(&self->parser, POSTERN_REPLY_STRICT);
    postern_stuffer_init(&self->stuffer); /* once: it is as new behind each message */
    return self;
}

/* ---- Calls ---- */

static bool send_request(adapter *self, const postern_request *request) {
    const postern_command_options options = {.extensions = self->extensions, .smtputf8 = self->smtputf8};
    postern_fault fault;
    size_t size;

    if (postern_command_format(self->out, sizeof self->out, request, &options, &size, &fault) != POSTERN_COMPLETE)
        return false;
    pf_record_write(self->record, self->out, size);
    return true;
}

static bool send_line(adapter *self, postern_verb verb, const uint8_t *argument, size_t size) {
    return send_request(self, &(postern_request){.verb = verb, .argument = {argument, size}});
}

static bool send_path(adapter *self, postern_verb verb, const pf_call *call) {
    postern_parameter parameters[PF_CALL_PARAMETERS];
    bool utf8 = false;

    for (size_t i = 0; i < call->parameter_count; i++) {
        const pf_call_parameter *given = &call->parameters[i];
        parameters[i] = (postern_parameter){.keyword = {given->keyword.data, given->keyword.size}};
        if (given->has_value) parameters[i].value = (postern_slice){given->value.data, given->value.size};
        utf8 = utf8 || postern_extension_find(given->keyword.data, given->keyword.size) == POSTERN_EXT_SMTPUTF8;
    }
    if (!send_request(self, &(postern_request){.verb = verb,
                                               .path = {call->argument.data, call->argument.size},
                                               .parameters = parameters,
                                               .parameter_count = call->parameter_count}))
        return false;
    if (verb == POSTERN_VERB_MAIL) self->smtputf8 = utf8;
    return true;
}

/* "MECHANISM", or "MECHANISM " and the octets of the initial response, which may be none (RFC 4954 4: "="). */
static bool send_auth(adapter *self, pf_octets argument) {
    size_t name = 0;
    size_t n = 0;

    while (name < argument.size && argument.data[name] != ' ') name++;
    if (name + 2 > sizeof self->argument) return false;
    pf_copy(self->argument, argument.data, name);
    if (name == argument.size) return send_line(self, POSTERN_VERB_AUTH, self->argument, name);
    self->argument[name++] = ' ';
    if (postern_base64_encode(self->argument + name, sizeof self->argument - name, argument.data + name,
                              argument.size - name, &n) != POSTERN_COMPLETE)
        return false;
    if (n == 0) self->argument[name + n++] = '=';
    return send_line(self, POSTERN_VERB_AUTH, self->argument, name + n);
}

static bool send_response(adapter *self, pf_octets response) {
    size_t n;

    if (postern_base64_encode(self->out, sizeof self->out - 2, response.data, response.size, &n) != POSTERN_COMPLETE)
        return false;
    pf_copy(self->out + n, (const uint8_t *)"\r\n", 2);
    pf_record_write(self->record, self->out, n + 2);
    return true;
}

/* In steps of little room. */
static bool send_content(adapter *self, pf_octets content) {
    const size_t room = 2 + content.size % (ROOM_MOST - 2);
    size_t size = 0;

    for (size_t at = 0; at < content.size;) {
        size_t taken;
        size_t written;
        postern_fault fault;
        PF_CHECK(room <= sizeof stuffed - size);
        const postern_status status = postern_stuffer_feed(&self->stuffer, stuffed + size, room, content.data + at,
                                                           content.size - at, &taken, &written, &fault);
        PF_CHECK(taken <= content.size - at && written <= room);
        if (status != POSTERN_NEED_MORE) return false;
        PF_CHECK(taken > 0);
        at += taken;
        size += written;
    }
    pf_record_write(self->record, stuffed, size);
    return true;
}

static bool send_end(adapter *self) {
    postern_fault fault;
    size_t n;

    if (postern_stuffer_finish(&self->stuffer, stuffed, POSTERN_STUFFER_END_MAX, &n, &fault) != POSTERN_COMPLETE)
        return false;
    pf_record_write(self->record, stuffed, n);
    return true;
}

static bool adapter_call(void *client, const pf_call *call) {
    adapter *self = client;
    const pf_octets argument = call->argument;

    switch (call->kind) {
    case PF_CALL_HELLO: return send_line(self, POSTERN_VERB_EHLO, argument.data, argument.size);
    case PF_CALL_MAIL: return send_path(self, POSTERN_VERB_MAIL, call);
    case PF_CALL_RCPT: return send_path(self, POSTERN_VERB_RCPT, call);
    case PF_CALL_DATA: return send_line(self, POSTERN_VERB_DATA, NULL, 0);
    case PF_CALL_BODY: return send_content(self, argument);
    case PF_CALL_END: return send_end(self);
    case PF_CALL_VRFY: return send_line(self, POSTERN_VERB_VRFY, argument.data, argument.size);
    case PF_CALL_NOOP: return send_line(self, POSTERN_VERB_NOOP, argument.data, argument.size);
    case PF_CALL_AUTH: return send_auth(self, argument);
    case PF_CALL_RESPOND: return send_response(self, argument);
    case PF_CALL_RSET: return send_line(self, POSTERN_VERB_RSET, NULL, 0);
    default: return send_line(self, POSTERN_VERB_QUIT, NULL, 0);
    }
}

/* ---- Replies ---- */

static void take_line(adapter *self, const postern_reply_line *line) {
    pf_touch_slice(line->text);
    if (self->lines++ > 0) self->text[self->text_size++] = '\n';
    PF_CHECK(line->text.size <= sizeof self->text - self->text_size);
    pf_copy(self->text + self->text_size, line->text.data, line->text.size);
    self->text_size += line->text.size;
    if (!line->last) return;
    pf_record_reply(self->record, line->code, self->text, self->text_size);
    self->lines = self->text_size = 0;
}

static void adapter_feed(void *client, const uint8_t *octets, size_t size) {
    adapter *self = client;

    while (size > 0 && !self->broken) {
        postern_reply_line line;
        postern_fault fault;
        size_t taken;
        const postern_status status = postern_reply_feed(&self->parser, octets, size, &taken, &line, &fault);
        PF_CHECK(taken > 0 && taken <= size);
        if (status == POSTERN_COMPLETE) take_line(self, &line);
        self->broken = status == POSTERN_WRONG;
        octets += taken;
        size -= taken;
    }
    if (self->broken) pf_record_broken(self->record);
}

static void adapter_close(void *client) {
    (void)client;
}

const pf_client pf_client_postern = {.name = "libpostern",
                                     .calls = PF_CALLS_ALL,
                                     .can = PF_CAN_FILL,
                                     .exact = PF_EXACT_ALL,
                                     .reply_lines = POSTERN_REPLY_LINES_MAX,
                                     .open = adapter_open,
                                     .call = adapter_call,
                                     .feed = adapter_feed,
                                     .close = adapter_close};
