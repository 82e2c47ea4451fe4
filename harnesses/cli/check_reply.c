/* check_reply.c: one reply of a server, all its lines, at the strict level of reply.h.
 *
 * SPDX-License-Identifier: MIT */
#include "check.h"

#include <string.h>

static void keep_line(check_case *check, const postern_reply_line *line) {
    if (check->read.size > 0) {
        CLI_BUFFER_TEXT(&check->read, ",");
    } else {
        check->reply.code = line->code;
        check->reply.enhanced = line->enhanced;
    }
    cli_json_octets(&check->read, line->text.data, line->text.size);
}

static void judge(check_case *check) {
    size_t at = 0, taken;
    postern_reply_line line = {0};
    postern_status status = POSTERN_COMPLETE;
    postern_fault fault;

    check->reply.code = 0;
    check->reply.enhanced = (postern_enhanced){0};
    postern_reply_parser_init(&check->reply.parser, POSTERN_REPLY_STRICT);
    do {
        status = postern_reply_feed(&check->reply.parser, check->octets + at, check->size - at, &taken, &line, &fault);
        at += taken;
        if (status == POSTERN_COMPLETE) {
            keep_line(check, &line);
        }
    } while (status == POSTERN_COMPLETE && !line.last);
    if (status == POSTERN_NEED_MORE) {
        check->verdict = CHECK_INCOMPLETE;
    } else if (status == POSTERN_WRONG) {
        check_fault(check, fault.error, fault.offset);
    } else if (at < check->size) {
        check_fault(check, POSTERN_ERROR_TRAILING_OCTETS, at);
    }
    check->code = 0; /* nobody answers a reply, whatever is wrong with it */
}

static size_t enhanced_text(char out[16], postern_enhanced enhanced) {
    const int size = snprintf(out, 16, "%u.%u.%u", enhanced.class_, enhanced.subject, enhanced.detail);

    return size > 0 ? (size_t)size : 0;
}

static void json(const check_case *check, cli_buffer *out) {
    char text[16];

    CLI_BUFFER_TEXT(out, ",\"code\":");
    if (check->reply.code != 0) {
        cli_json_number(out, check->reply.code);
    } else {
        CLI_BUFFER_TEXT(out, "null");
    }
    CLI_BUFFER_TEXT(out, ",\"enhanced\":");
    if (check->reply.enhanced.class_ != 0) {
        cli_json_octets(out, (const uint8_t *)text, enhanced_text(text, check->reply.enhanced));
    } else {
        CLI_BUFFER_TEXT(out, "null");
    }
    CLI_BUFFER_TEXT(out, ",\"lines\":[");
    cli_buffer_add(out, check->read.data, check->read.size);
    CLI_BUFFER_TEXT(out, "]");
}

static void print(const check_case *check) {
    const postern_code_info *code = check->reply.code != 0 ? postern_code_find(check->reply.code) : NULL;
    const postern_enhanced enhanced = check->reply.enhanced;
    const postern_enhanced_info *info =
        enhanced.class_ != 0 ? postern_enhanced_find(enhanced.subject, enhanced.detail) : NULL;
    char label[16];

    if (code != NULL) {
        snprintf(label, sizeof label, "%d", code->code);
        check_row(label, (const uint8_t *)code->text, strlen(code->text));
    }
    if (info != NULL) {
        label[enhanced_text(label, enhanced)] = '\0';
        check_row(label, (const uint8_t *)info->text, strlen(info->text));
    }
}

const check_kind check_kind_reply = {
    .name = "reply",
    .is_line = true,
    .keys = ",\"code\":null,\"enhanced\":null,\"lines\":null",
    .judge = judge,
    .json = json,
    .print = print,
};
