/* client_inj.c: INJ, the lines on the wire are the calls that were made. Toolkit room: fuzz/.
 *
 * Whatever is in an argument, a call is one line, or it is refused and nothing is written; a client that promises to be
 * exact refuses nothing that a server would read as it was asked. A line is counted as the
 * most tolerant of all receivers would count it: CR, LF and NUL end one, and so do NEL (U+0085, in UTF-8 or as one
 * octet) and U+2028, U+2029, which programs that split text into lines take for ends. And the line must say what was
 * asked: an argument cannot end its path, or become a parameter. A message is one thing: what stands in it behind an
 * end of data would be lines that nobody asked for.
 *
 * SPDX-License-Identifier: MIT */
#include "client_judging.h"

#include "../copy.h"
#include "model/decode.h"

#include <stdio.h>
#include <string.h>

/* ---- One line ---- */

/* Octets of the UTF-8 character that begins here: a lead octet and all continuations that it asks for; else 1. */
static size_t utf8_size(const uint8_t *octets, size_t left) {
    const uint8_t first = octets[0];
    const size_t size = first >= 0xf0 && first < 0xf8 ? 4 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xc0 ? 2 : 1;

    if (first >= 0xf8 || size > left) return 1;
    for (size_t i = 1; i < size; i++)
        if ((octets[i] & 0xc0) != 0x80) return 1;
    return size;
}

/* Octets of a line end of any kind that begins here, or 0. */
static size_t line_end_size(const uint8_t *octets, size_t left, size_t character) {
    if (octets[0] == '\r' || octets[0] == '\n' || octets[0] == '\0') return 1;
    if (character == 1) return octets[0] == 0x85 ? 1 : 0;
    if (character == 2) return memcmp(octets, "\xc2\x85", 2) == 0 ? 2 : 0;
    const bool separator = character == 3 && left >= 3 && memcmp(octets, "\xe2\x80", 2) == 0;
    return separator && (octets[2] == 0xa8 || octets[2] == 0xa9) ? 3 : 0;
}

/* Where the first line ends that some receiver sees; `size` for nowhere. */
static size_t first_end(const uint8_t *octets, size_t size) {
    for (size_t at = 0; at < size;) {
        const size_t character = utf8_size(octets + at, size - at);
        if (line_end_size(octets + at, size - at, character) > 0) return at;
        at += character;
    }
    return size;
}

static uint8_t upper(uint8_t octet) {
    return octet >= 'a' && octet <= 'z' ? (uint8_t)(octet - 32) : octet;
}

static bool begins_with(pf_octets line, const char *word) {
    const size_t size = strlen(word);
    if (line.size < size) return false;
    for (size_t i = 0; i < size; i++)
        if ((line.data[i] & 0xdf) != (word[i] & 0xdf)) return false;
    return line.data[size] == ' ' || line.data[size] == '\r';
}

static bool has_verb(pf_octets line, pf_call_kind kind) {
    if (kind == PF_CALL_RESPOND) return true;
    if (kind == PF_CALL_HELLO)
        return begins_with(line, "EHLO") || begins_with(line, "HELO") || begins_with(line, "LHLO");
    return begins_with(line, pf_call_word(kind));
}

/* ---- What a server reads ---- */

static bool is_span(const uint8_t *line, pf_span span, pf_octets octets) {
    return span.end - span.begin == octets.size && memcmp(line + span.begin, octets.data, octets.size) == 0;
}

/* Is it the base64 of the octets (RFC 4648 4)? */
static bool is_base64(const uint8_t *text, size_t size, pf_octets octets) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    if (size != (octets.size + 2) / 3 * 4) return false;
    for (size_t i = 0; i < size; i++) {
        const size_t bit = i * 6;
        const size_t at = bit / 8;
        const unsigned two =
            (unsigned)(at < octets.size ? octets.data[at] << 8 : 0) | (at + 1 < octets.size ? octets.data[at + 1] : 0);
        const char digit = at < octets.size ? alphabet[two >> (10 - bit % 8) & 63] : '=';
        if (text[i] != digit) return false;
    }
    return true;
}

/* "MECHANISM[ octets]" */
static const char *auth_fault(const uint8_t *line, const pf_model_command *read, pf_octets asked) {
    const uint8_t *space = memchr(asked.data, ' ', asked.size);
    const size_t name = space != NULL ? (size_t)(space - asked.data) : asked.size;
    const pf_octets response = {asked.data + name + (space != NULL), asked.size - name - (space != NULL)};
    const uint8_t *initial = line + read->initial.begin;
    const size_t size = read->initial.end - read->initial.begin;

    if (!is_span(line, read->mechanism, (pf_octets){asked.data, name})) return "the mechanism that was given";
    if ((space != NULL) != read->has_initial) return "an initial response where one was given";
    if (space == NULL) return NULL;
    if (response.size == 0) return size == 1 && initial[0] == '=' ? NULL : "\"=\" for an empty response";
    return is_base64(initial, size, response) ? NULL : "the base64 of the response";
}

static const char *path_fault(const uint8_t *line, const pf_model_command *read, const pf_call *call, bool exact) {
    const pf_model_path *path = &read->path;
    const pf_octets asked = call->argument;

    if (read->parameter_count != call->parameter_count) return "as many parameters as were given";
    if (!exact) return NULL;
    for (size_t i = 0; i < call->parameter_count; i++) {
        const pf_call_parameter *given = &call->parameters[i];
        const pf_model_parameter *there = &read->parameters[i];
        if (!is_span(line, there->keyword, given->keyword) || there->has_value != given->has_value ||
            (given->has_value && !is_span(line, there->value, given->value)))
            return "the parameters that were given";
    }
    if (path->null) return asked.size == 0 ? NULL : "the path that was given";
    const size_t begin = path->route.end > path->route.begin ? path->route.begin : path->local.begin;
    const size_t end = path->postmaster ? path->local.end : path->domain.end;
    return is_span(line, (pf_span){begin, end}, asked) ? NULL : "the path that was given";
}

/* What a strict server makes of the line, next to what was asked. In: smtputf8, the transaction asked for it. Returns:
 * what was expected, or NULL. */
static const char *reading_fault(const pf_client_case *run, const pf_call *call, bool smtputf8, pf_octets line) {
    static pf_model_command read;
    pf_model_options options = PF_MODEL_OPTIONS;
    const bool exact = run->client->exact & PF_EXACT_CALLS;

    if (call->kind == PF_CALL_RESPOND)
        return !exact || is_base64(line.data, line.size - 2, call->argument) ? NULL : "the base64 of the response";
    options.extensions = run->options->no_extensions ? PF_EXTENSIONS_NONE : PF_EXTENSIONS_ALL;
    options.smtputf8 = smtputf8;
    if (pf_model_check_command(line.data, line.size, &options, &read).result != PF_ACCEPT)
        return exact ? "a line in the grammar" : NULL;
    if (call->kind == PF_CALL_MAIL || call->kind == PF_CALL_RCPT) return path_fault(line.data, &read, call, exact);
    if (!exact) return NULL;
    if (call->kind == PF_CALL_AUTH) return auth_fault(line.data, &read, call->argument);
    const bool with_argument = call->kind == PF_CALL_HELLO || call->kind == PF_CALL_NOOP || call->kind == PF_CALL_VRFY;
    const pf_octets asked = {call->argument.data, with_argument ? call->argument.size : 0};
    return is_span(line.data, read.argument, asked) ? NULL : "the argument that was given";
}

/* ---- What is refused ---- */

enum { LINE_MOST = 1024 };

typedef struct draft {
    size_t size;
    bool full;
    uint8_t octets[LINE_MOST];
} draft;

static void put(draft *line, const void *octets, size_t size) {
    line->full = line->full || size > sizeof line->octets - line->size;
    if (line->full) return;
    pf_copy(line->octets + line->size, octets, size);
    line->size += size;
}

/* The line of the call, put together without a look at what is in it. */
static void put_call(draft *line, const pf_call *call) {
    const bool has_path = call->kind == PF_CALL_MAIL || call->kind == PF_CALL_RCPT;
    const bool has_text = call->kind == PF_CALL_HELLO || call->kind == PF_CALL_NOOP || call->kind == PF_CALL_VRFY;
    const char *word = call->kind == PF_CALL_HELLO ? "EHLO" : pf_call_word(call->kind);
    const char *before = call->kind == PF_CALL_MAIL ? " FROM:<" : call->kind == PF_CALL_RCPT ? " TO:<" : " ";

    put(line, word, strlen(word));
    if (has_path || (has_text && call->argument.size > 0)) {
        put(line, before, strlen(before));
        put(line, call->argument.data, call->argument.size);
    }
    if (has_path) put(line, ">", 1);
    for (size_t i = 0; has_path && i < call->parameter_count; i++) {
        const pf_call_parameter *given = &call->parameters[i];
        put(line, " ", 1);
        put(line, given->keyword.data, given->keyword.size);
        if (given->has_value) put(line, "=", 1);
        if (given->has_value) put(line, given->value.data, given->value.size);
    }
    put(line, "\r\n", 2);
}

/* Is it a control beyond ASCII, U+0080 to U+009F, which is a line end somewhere? */
static bool has_control(const uint8_t *octets, size_t size) {
    for (size_t i = 0; i + 1 < size; i++)
        if (octets[i] == 0xc2 && octets[i + 1] < 0xa0) return true;
    return false;
}

/* Would a strict server read just what was asked? Of characters that are a line end somewhere nothing is said. */
static bool is_lawful(const pf_client_case *run, const pf_call *call, bool smtputf8) {
    static pf_model_command read;
    static draft line;
    pf_model_options options = PF_MODEL_OPTIONS;

    if (call->kind == PF_CALL_AUTH || call->kind == PF_CALL_RESPOND) return false;
    line.size = 0;
    line.full = false;
    put_call(&line, call);
    options.smtputf8 = smtputf8;
    options.extensions = run->options->no_extensions ? PF_EXTENSIONS_NONE : PF_EXTENSIONS_ALL;
    return !line.full && first_end(line.octets, line.size) == line.size - 2 && !has_control(line.octets, line.size) &&
           pf_model_check_command(line.octets, line.size, &options, &read).result == PF_ACCEPT &&
           reading_fault(run, call, smtputf8, (pf_octets){line.octets, line.size}) == NULL;
}

/* ---- All calls ---- */

static const char *call_fault(const pf_client_case *run, const pf_note *note, bool smtputf8, pf_octets line) {
    const pf_call *call = pf_client_call(run, note);

    if (!note->taken) {
        if (line.size > 0) return "nothing on the wire of a call that is refused";
        return run->client->exact & PF_EXACT_CALLS && is_lawful(run, call, smtputf8)
                   ? "the line, for a server reads what was asked"
                   : NULL;
    }
    if (line.size < 2 || memcmp(line.data + line.size - 2, "\r\n", 2) != 0) return "a line that ends in CRLF";
    if (first_end(line.data, line.size - 2) < line.size - 2) return "one line for one call";
    if (!has_verb(line, call->kind)) return "the verb of the call";
    return reading_fault(run, call, smtputf8, line);
}

/* Does a call of MAIL ask for SMTPUTF8? */
static bool asks_smtputf8(const pf_call *call) {
    static const char word[] = "SMTPUTF8";

    for (size_t i = 0; i < call->parameter_count; i++) {
        const pf_octets keyword = call->parameters[i].keyword;
        size_t at = 0;
        while (at < keyword.size && at < sizeof word - 1 && upper(keyword.data[at]) == (uint8_t)word[at]) at++;
        if (at == keyword.size && at == sizeof word - 1) return true;
    }
    return false;
}

/* What a server reads behind the end of a message is a command. */
static const char *message_fault(const pf_note *note, pf_octets wire) {
    const size_t end = pf_decode_data_end(wire.data, wire.size);

    if (end != 0 && !note->taken) return "no end of a message that was not sent";
    return end != 0 && end < wire.size ? "nothing on the wire behind the end of a message" : NULL;
}

static bool inj(const pf_client_case *run, pf_violation *violation) {
    const pf_record *record = run->record;
    bool smtputf8 = false; /* the last MAIL that was sent asked for it */

    for (size_t i = 0; i < record->count && !record->full; i++) {
        const pf_note *note = &record->notes[i];
        const pf_octets line = pf_client_octets(record, note);
        const char *wrong = NULL;
        if (note->kind == PF_NOTE_CALL) wrong = call_fault(run, note, smtputf8, line);
        if (note->kind == PF_NOTE_CALL && note->taken && pf_client_call(run, note)->kind == PF_CALL_MAIL)
            smtputf8 = asks_smtputf8(pf_client_call(run, note));
        if (note->kind == PF_NOTE_MESSAGE) wrong = message_fault(note, line);
        if (note->kind == PF_NOTE_LOOSE) wrong = "nothing on the wire but calls";
        if (wrong != NULL) return pf_client_broken(run, &pf_client_inj, i, wrong, NULL, violation);
    }
    return true;
}

const pf_client_oracle pf_client_inj = {.name = "INJ",
                                        .section = "RFC 5321 2.3.8",
                                        .law = "the lines on the wire are the calls that were made",
                                        .holds = inj};
