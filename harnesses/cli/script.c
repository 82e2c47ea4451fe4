/* script.c: session scripts.
 *
 * SPDX-License-Identifier: MIT */
#include "script.h"

#include <stdlib.h>
#include <string.h>

static bool is_line(const char *line, size_t size, const char *text) {
    return size == strlen(text) && memcmp(line, text, size) == 0;
}

static bool read_client(session_script *script, const char *text, size_t size) {
    const bool unended = size >= 2 && memcmp(text + size - 2, "\\c", 2) == 0 &&
                         (size == 2 || text[size - 3] != '\\' || (size > 3 && text[size - 4] == '\\'));
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

static bool read_reply(session_script *script, const char *text, size_t size) {
    int code = 0;

    if (size < 3) {
        return false;
    }
    for (size_t i = 0; i < 3; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        code = code * 10 + (text[i] - '0');
    }
    script->replies = cli_grow(script->replies, (script->reply_count + 1) * sizeof *script->replies);
    script->replies[script->reply_count++] = (script_reply){script->octets.size, code};
    return true;
}

static bool read_item(session_script *script, const char *line, size_t size) {
    if (size == 0 || line[0] == '#' || is_line(line, size, "--")) {
        return true;
    }
    if (is_line(line, size, "TLS")) {
        CLI_BUFFER_TEXT(&script->octets, "\x16\x03");
        return true;
    }
    if (size < 2 || line[1] != ':') {
        return false;
    }
    const size_t begin = size > 2 && line[2] == ' ' ? 3 : 2;
    if (line[0] == 'C') {
        return read_client(script, line + begin, size - begin);
    }
    return line[0] == 'S' && read_reply(script, line + begin, size - begin);
}

bool script_read(session_script *script, const char *text, size_t size, size_t *line) {
    *script = (session_script){.replies = NULL};
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

void script_release(session_script *script) {
    cli_buffer_release(&script->octets);
    free(script->replies);
    *script = (session_script){.replies = NULL};
}
