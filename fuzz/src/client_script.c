/* client_script.c: the calls that a corpus file makes of a client (client.h). Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "client_script.h"

#include "asan.h"
#include "copy.h"

#include <string.h>

const char *pf_call_word(pf_call_kind kind) {
    static const char *const words[] = {
#define PF_CALL_WORD(identifier, word) word,
        PF_CALL_LIST(PF_CALL_WORD)
#undef PF_CALL_WORD
    };
    return words[kind];
}

/* ---- Octets of arguments, each alone in poisoned memory ---- */

enum { GAP = 16 };

static uint8_t arena[PF_SCRIPT_ARENA];
static size_t arena_used;

static void arena_clear(void) {
    if (asan.poison != NULL && arena_used > 0) asan.poison(arena, arena_used);
    arena_used = 0;
}

/* Room for at most `size` octets, or NULL. */
static uint8_t *arena_begin(size_t size) {
    if (size + GAP > sizeof arena - arena_used) return NULL;
    uint8_t *at = arena + arena_used;
    if (asan.unpoison != NULL && size > 0) asan.unpoison(at, size);
    return at;
}

/* So many of them are in use. */
static pf_octets arena_end(uint8_t *at, size_t most, size_t size) {
    if (asan.poison != NULL && most > size) asan.poison(at + size, most - size);
    arena_used += (size + GAP + 7) & ~(size_t)7;
    return (pf_octets){at, size};
}

/* ---- Escapes ---- */

static int hex_digit(uint8_t octet) {
    if (octet >= '0' && octet <= '9') return octet - '0';
    if (octet >= 'a' && octet <= 'f') return octet - 'a' + 10;
    if (octet >= 'A' && octet <= 'F') return octet - 'A' + 10;
    return -1;
}

/* The octet that stands here. Returns: how many octets it takes; a backslash that begins no escape is one. */
static size_t unescape(const uint8_t *at, size_t left, uint8_t *octet) {
    *octet = *at;
    if (*at != '\\' || left < 2) return 1;
    switch (at[1]) {
    case 'r': *octet = '\r'; return 2;
    case 'n': *octet = '\n'; return 2;
    case 't': *octet = '\t'; return 2;
    case '\\':
    case '"': *octet = at[1]; return 2;
    case 'x': break;
    default: return 1;
    }
    if (left < 4 || hex_digit(at[2]) < 0 || hex_digit(at[3]) < 0) return 1;
    *octet = (uint8_t)(hex_digit(at[2]) * 16 + hex_digit(at[3]));
    return 4;
}

/* Returns: false when there is no room. */
static bool keep(const uint8_t *octets, size_t size, bool escapes, pf_octets *kept) {
    uint8_t *out = arena_begin(size);
    size_t n = 0;

    if (out == NULL) return false;
    for (size_t at = 0; at < size; n++) {
        out[n] = octets[at];
        at += escapes ? unescape(octets + at, size - at, &out[n]) : 1;
    }
    *kept = arena_end(out, size, n);
    return true;
}

/* ---- Lines ---- */

static pf_script the_script;

static bool add_call(pf_call_kind kind, const uint8_t *octets, size_t size, bool escapes) {
    pf_script *s = &the_script;
    pf_call *call = &s->calls[s->count];

    if (s->count == PF_SCRIPT_CALLS || !keep(octets, size, escapes, &call->argument)) return false;
    call->kind = kind;
    call->parameter_count = 0;
    s->count++;
    return true;
}

static size_t up_to(uint8_t octet, const uint8_t *octets, size_t size) {
    const uint8_t *found = memchr(octets, octet, size);
    return found != NULL ? (size_t)(found - octets) : size;
}

/* KEYWORD[=VALUE], as far as there is room for it. */
static void add_parameter(pf_call *call, const uint8_t *octets, size_t size) {
    pf_call_parameter *parameter = &call->parameters[call->parameter_count];
    const size_t keyword = up_to('=', octets, size);

    if (call->parameter_count == PF_CALL_PARAMETERS || !keep(octets, keyword, true, &parameter->keyword)) return;
    parameter->has_value = keyword < size;
    if (!keep(octets + keyword + parameter->has_value, size - keyword - parameter->has_value, true, &parameter->value))
        return;
    call->parameter_count++;
}

static void read_call(const uint8_t *line, size_t size) {
    const size_t word = up_to(' ', line, size);
    const uint8_t *rest = line + word + (word < size);
    size_t left = size - word - (word < size);

    for (pf_call_kind kind = 0; kind < PF_CALLS; kind++) {
        const char *name = pf_call_word(kind);
        if (strlen(name) != word || memcmp(line, name, word) != 0) continue;
        if (kind != PF_CALL_MAIL && kind != PF_CALL_RCPT) {
            (void)add_call(kind, rest, left, true);
            return;
        }
        size_t size_of = up_to(' ', rest, left);
        if (!add_call(kind, rest, size_of, true)) return;
        while (size_of < left) {
            rest += size_of + 1;
            left -= size_of + 1;
            size_of = up_to(' ', rest, left);
            add_parameter(&the_script.calls[the_script.count - 1], rest, size_of);
        }
        return;
    }
}

/* Behind the CRLF that ends the line, or `size`. Out: length, without it. */
static size_t line_end(const uint8_t *octets, size_t size, size_t at, size_t *length) {
    const size_t begin = at;
    while (at < size) {
        at += up_to('\n', octets + at, size - at);
        if (at == size) break;
        at++;
        if (at - begin < 2 || octets[at - 2] != '\r') continue;
        *length = at - 2 - begin;
        return at;
    }
    *length = size - begin;
    return size;
}

/* Where the script begins: behind the first line "221 ", or 0 for none. */
static size_t find_script(const uint8_t *octets, size_t size) {
    for (size_t at = 0; at < size;) {
        size_t length;
        const size_t begin = at;
        at = line_end(octets, size, at, &length);
        if (length < at - begin && length >= 4 && memcmp(octets + begin, "221 ", 4) == 0) return at;
    }
    return 0;
}

/* ---- Without a script ---- */

/* The text of the n-th line that the server sends, however it ends. Returns: false when there is none. */
static bool text_of(const uint8_t *octets, size_t size, size_t n, pf_octets *text) {
    size_t at = 0;
    for (; n > 0 && at < size; n--) at += up_to('\n', octets + at, size - at) + 1;
    if (at >= size) return false;
    size_t length = up_to('\n', octets + at, size - at);
    while (length > 0 && octets[at + length - 1] == '\r') length--;
    if (length < 5) return false;
    *text = (pf_octets){octets + at + 4, length - 4};
    return true;
}

static void add_default(pf_call_kind kind, const char *otherwise, const uint8_t *octets, size_t size, size_t n) {
    pf_octets text = {(const uint8_t *)otherwise, strlen(otherwise)};
    (void)text_of(octets, size, n, &text);
    (void)add_call(kind, text.data, text.size, false);
}

static void default_calls(const uint8_t *octets, size_t size) {
    add_default(PF_CALL_HELLO, "a.example", octets, size, 0);
    add_default(PF_CALL_MAIL, "a@a.example", octets, size, 1);
    add_default(PF_CALL_RCPT, "b@b.example", octets, size, 2);
    (void)add_call(PF_CALL_DATA, octets, 0, false);
    (void)add_call(PF_CALL_BODY, octets, size, false);
    (void)add_call(PF_CALL_END, octets, 0, false);
    add_default(PF_CALL_NOOP, "", octets, size, 3);
    (void)add_call(PF_CALL_QUIT, octets, 0, false);
}

const pf_script *pf_script_read(const uint8_t *octets, size_t size) {
    pf_script *s = &the_script;

    if (size > PF_SCRIPT_INPUT) size = PF_SCRIPT_INPUT;
    arena_clear();
    s->count = 0;
    const size_t begin = find_script(octets, size);
    s->stream = begin > 0 ? begin : size;
    if (begin == 0) default_calls(octets, size);
    for (size_t at = begin; begin > 0 && at < size && s->count < PF_SCRIPT_CALLS;) {
        size_t length;
        const uint8_t *line = octets + at;
        at = line_end(octets, size, at, &length);
        read_call(line, length);
    }
    return s;
}

size_t pf_script_stream(const pf_script *script) {
    return script->stream;
}

const pf_call *pf_script_calls(const pf_script *script, size_t *count) {
    *count = script->count;
    return script->calls;
}
