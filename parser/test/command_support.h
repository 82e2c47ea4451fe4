/* command_support.h: what the tests of command lines share: options by name, and a call that checks what is always true
 * of a command.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_TEST_COMMAND_SUPPORT_H
#define POSTERN_TEST_COMMAND_SUPPORT_H

#include "support.h"

#include <postern/command.h>

/* Words parted by spaces: "all" or "none", then "+KEYWORD" and "-KEYWORD" of extensions, "utf8" (the transaction asked
 * for SMTPUTF8), "helo-literal" and "path-space". */
static inline postern_command_options options_named(const char *words) {
    postern_command_options options = {0};
    while (*words != '\0') {
        const size_t size = strcspn(words, " ");
        const uint32_t extension = postern_extension_find((const uint8_t *)words + 1, size - 1);
        if (*words == '+' && extension != 0) {
            options.extensions |= extension;
        } else if (*words == '-' && extension != 0) {
            options.extensions &= ~extension;
        } else if (strncmp(words, "all", size) == 0) {
            options.extensions = POSTERN_EXT_ALL;
        } else if (strncmp(words, "utf8", size) == 0) {
            options.smtputf8 = true;
        } else if (strncmp(words, "helo-literal", size) == 0) {
            options.lenient |= POSTERN_LENIENT_HELO_LITERAL;
        } else if (strncmp(words, "path-space", size) == 0) {
            options.lenient |= POSTERN_LENIENT_PATH_SPACE;
        } else if (strncmp(words, "none", size) != 0) {
            fail_msg("no option of the name %s", words);
        }
        words += words[size] == ' ' ? size + 1 : size;
    }
    return options;
}

static inline void expect_within(postern_slice slice, const uint8_t *line, size_t size) {
    if (slice.data == NULL) {
        assert_int_equal(slice.size, 0);
    } else {
        assert_true(slice.data >= line && slice.data + slice.size <= line + size);
    }
}

/* Parse, into a command that held something else before. Every slice lies within the line and is read; the fault fits
 * the status; what lies beyond parameter_count was not written. In: line, flush against a guard page. */
static inline postern_status parse_line(postern_command *command, const uint8_t *line, size_t size,
                                        const postern_command_options *options, postern_fault *fault) {
    memset(command, 0xA5, sizeof *command);
    const postern_status status = postern_command_parse(command, line, size, options, fault);
    const postern_parameter_values *v = &command->values;
    const postern_slice slices[] = {
        command->verb_raw,
        command->argument,
        command->path.raw,
        command->path.route,
        command->path.mailbox.raw,
        command->domain,
        command->text,
        command->mechanism,
        command->initial,
        command->path.mailbox.local,
        v->auth,
        v->envid,
        v->hold_until,
        v->solicit,
        command->path.mailbox.domain,
        v->submitter,
        v->orcpt_type,
        v->orcpt,
        v->rrvs,
    };
    assert_true(status != POSTERN_NEED_MORE);
    assert_int_equal(status == POSTERN_WRONG, fault->error != POSTERN_ERROR_NONE);
    assert_true(fault->offset <= size);
    for (size_t i = 0; i < COUNT_OF(slices); i++) {
        expect_within(slices[i], line, size);
    }
    assert_true(command->parameter_count <= POSTERN_PARAMETERS_MAX);
    for (size_t i = 0; i < command->parameter_count; i++) {
        assert_true(command->parameters[i].id < POSTERN_PARAMETER_COUNT);
        expect_within(command->parameters[i].keyword, line, size);
        expect_within(command->parameters[i].value, line, size);
    }
    if (command->parameter_count < POSTERN_PARAMETERS_MAX) {
        const uint8_t *beyond = (const uint8_t *)&command->parameters[command->parameter_count];
        assert_int_equal(beyond[0], 0xA5);
        assert_memory_equal(beyond, beyond + 1, sizeof(postern_parameter) - 1);
    }
    return status;
}

#endif
