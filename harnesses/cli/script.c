/* script.c: session scripts.
 *
 * SPDX-License-Identifier: MIT */
#include "script.h"

#include <stdlib.h>
#include <string.h>

static bool is_line(const char *line, size_t size, const char *text) {
    return size == strlen(text) && memcmp(line, text, size) == 0;
}

/* Does it end in "\c"? In "\\c" the backslash is itself escaped, so an odd number of them tells. */
static bool is_unended(const char *text, size_t size) {
    size_t backslashes = 0;

    if (size == 0 || text[size - 1] != 'c') {
        return false;
    }
    while (backslashes < size - 1 && text[size - 2 - backslashes] == '\\') {
        backslashes++;
    }
    return backslashes % 2 == 1;
}

static bool read_client(session_script *script, const char *text, size_t size) {
    const bool unended = is_unended(text, size);
    size_t written;

    char *room = cli_buffer_room(&script->octets, size + 2);
    if (!cli_unescape((uint8_t *)room, text, unended ? size - 2 : size, &written)) {
        return false;
    }
    script->octets.size += written;
    if (!unended) {
        CLI_BUFFER_TEXT(&script->octets, "\r\n");
    }
    return true;
}

/* A reply code, from 200 to 599, and nothing behind it. */
static bool read_reply(session_script *script, const char *text, size_t size) {
    int code = 0;

    if (size != 3 || text[0] < '2' || text[0] > '5') {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        code = code * 10 + (text[i] - '0');
    }
    script->replies = cli_grow(script->replies, (script->reply_count + 1) * sizeof *script->replies);
    script->replies[script->reply_count++] = (script_reply){script->octets.size, code};
    return true;
}

static bool is_ascii(const char *line, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if ((unsigned char)line[i] > 0x7f) {
            return false;
        }
    }
    return true;
}

/* What a reader cannot see is no item: whether the CR is sent when a line ends in CRLF, and which octets an editor has
 * made of a letter beyond ASCII. */
static bool read_item(session_script *script, const char *line, size_t size) {
    if ((size > 0 && line[size - 1] == '\r') || !is_ascii(line, size)) {
        return false;
    }
    if (size == 0 || line[0] == '#' || is_line(line, size, "--")) {
        return true;
    }
    if (is_line(line, size, "TLS")) {
        CLI_BUFFER_TEXT(&script->octets, "\x16\x03");
        return true;
    }
    if (size >= 3 && memcmp(line, "S: ", 3) == 0) {
        return read_reply(script, line + 3, size - 3);
    }
    if (size < 2 || memcmp(line, "C:", 2) != 0) {
        return false;
    }
    const size_t begin = size > 2 && line[2] == ' ' ? 3 : 2;
    return read_client(script, line + begin, size - begin);
}

bool script_read(session_script *script, const char *text, size_t size, size_t *line) {
    *script = (session_script){.replies = NULL};
    (void)cli_buffer_room(&script->octets, 0); /* a session of no octets is not at NULL: places are counted from it */
    *line = 0;
    for (size_t at = 0; at < size;) {
        const char *end = memchr(text + at, '\n', size - at);
        const size_t length = end != NULL ? (size_t)(end - text) - at : size - at;
        ++*line;
        if (!read_item(script, text + at, length)) {
            return false;
        }
        at += length + 1;
    }
    return true;
}

int script_refuse(const char *verb, const char *path, size_t line) {
    return cli_misuse(verb, "%s:%zu: no item of a session script (C: S: -- TLS #), in ASCII, ended by LF", path, line);
}

void script_release(session_script *script) {
    cli_buffer_release(&script->octets);
    free(script->replies);
    *script = (session_script){.replies = NULL};
}
