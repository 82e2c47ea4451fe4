/* check_bulk.c: the bulk form of `postern check`: an input on each line, in C escapes; a JSON object for each.
 *
 * Lines are taken out of large blocks, and objects go out in large blocks, but all that could be said is said before
 * the next read may block: a peer at the other end of two pipes gets an answer to each line it sends.
 *
 * SPDX-License-Identifier: MIT */
#include "check.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 1 << 18 };

static void bad_escape(const check_kind *kind, const char *line, size_t size, cli_buffer *out) {
    CLI_BUFFER_TEXT(out, "{\"input\":");
    cli_json_text(out, (const uint8_t *)line, size);
    CLI_BUFFER_TEXT(out, ",\"verdict\":null,\"error\":\"bad-escape\",\"offset\":null,\"reply\":null");
    cli_buffer_add(out, kind->keys, strlen(kind->keys));
    CLI_BUFFER_TEXT(out, "}\n");
}

static void judge_line(const check_kind *kind, check_case *check, const char *line, size_t size, cli_buffer *decoded,
                       cli_buffer *out) {
    uint8_t *octets = (uint8_t *)cli_buffer_room(decoded, size);
    size_t written;

    if (cli_unescape(octets, line, size, &written)) {
        check_run(kind, check, octets, written);
        check_json(kind, check, out);
    } else {
        bad_escape(kind, line, size, out);
    }
}

/* Judge the whole lines of what was read. Returns: false when it cannot write. Out: judged, the octets of them.
 * In: searched, octets at the beginning that have no LF. */
static bool judge_lines(const check_kind *kind, check_case *check, const cli_buffer *in, size_t searched,
                        cli_buffer *decoded, cli_buffer *out, size_t *judged) {
    const char *end;

    *judged = 0;
    while ((end = memchr(in->data + searched, '\n', in->size - searched)) != NULL) {
        const char *line = in->data + *judged;
        judge_line(kind, check, line, (size_t)(end - line), decoded, out);
        *judged = searched = (size_t)(end - in->data) + 1;
        if (out->size >= BLOCK && !cli_buffer_flush(out, STDOUT_FILENO)) {
            return false;
        }
    }
    return true;
}

static bool pump(const check_kind *kind, check_case *check, int descriptor, cli_buffer *in, cli_buffer *decoded,
                 cli_buffer *out) {
    for (;;) {
        size_t judged;
        const ssize_t got = read(descriptor, cli_buffer_room(in, BLOCK), BLOCK);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return false;
        }
        if (got == 0) {
            break;
        }
        const size_t searched = in->size;
        in->size += (size_t)got;
        if (!judge_lines(kind, check, in, searched, decoded, out, &judged) || !cli_buffer_flush(out, STDOUT_FILENO)) {
            return false;
        }
        in->size -= judged;
        memmove(in->data, in->data + judged, in->size);
    }
    if (in->size > 0) {
        judge_line(kind, check, in->data, in->size, decoded, out);
    }
    return cli_buffer_flush(out, STDOUT_FILENO);
}

bool check_bulk(const check_kind *kind, check_case *check, int descriptor) {
    cli_buffer in = {0}, decoded = {0}, out = {0};
    const bool done = pump(kind, check, descriptor, &in, &decoded, &out);

    cli_buffer_release(&in);
    cli_buffer_release(&decoded);
    cli_buffer_release(&out);
    return done;
}
