/* check_session.c: a whole client stream, answered by libpostern's session under the test policy.
 *
 * SPDX-License-Identifier: MIT */
#include "check.h"

#include "dialogue.h"
#include "session_run.h"

#include <string.h>

static session_setup setup_of(const check_case *check) {
    return (session_setup){.extensions = check->options.extensions, .lmtp = check->options.lmtp};
}

static void note_reply(check_case *check, const session_seen *seen) {
    cli_buffer *const events = &check->read;

    if (events->size > 0) {
        CLI_BUFFER_TEXT(events, ",");
    }
    CLI_BUFFER_TEXT(events, "{\"at\":");
    cli_json_number(events, seen->begin);
    CLI_BUFFER_TEXT(events, ",\"verb\":");
    cli_json_octets(events, (const uint8_t *)seen->verb, seen->verb != NULL ? strlen(seen->verb) : 0);
    CLI_BUFFER_TEXT(events, ",\"reply\":");
    cli_json_number(events, (uint64_t)seen->code);
    CLI_BUFFER_TEXT(events, "}");
    if (seen->code >= 400 && check->verdict == CHECK_ACCEPT) {
        check->verdict = CHECK_REJECT;
        check->error = seen->error;
        check->offset = seen->offset;
        check->code = seen->code;
    }
}

static void visit(void *context, const session_seen *seen) {
    check_case *const check = context;

    if (seen->sight == SESSION_REPLY) {
        note_reply(check, seen);
    } else if (seen->sight == SESSION_END && seen->open) {
        check->verdict = CHECK_INCOMPLETE;
    }
}

static void judge(check_case *check) {
    const session_setup setup = setup_of(check);

    session_run(&setup, check->octets, check->size, visit, check);
}

static void json(const check_case *check, cli_buffer *out) {
    CLI_BUFFER_TEXT(out, ",\"events\":[");
    cli_buffer_add(out, check->read.data, check->read.size);
    CLI_BUFFER_TEXT(out, "]");
}

static void print_input(const check_case *check) {
    const session_setup setup = setup_of(check);

    dialogue_print(&setup, check->octets, check->size, &(dialogue_options){0});
}

const check_kind check_kind_session = {
    .name = "session",
    .keys = ",\"events\":null",
    .judge = judge,
    .json = json,
    .print_input = print_input,
};
