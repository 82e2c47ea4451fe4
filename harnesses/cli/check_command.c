/* check_command.c: one command line: framed by line.h, read by command.h. Syntax alone: no state, no policy.
 *
 * SPDX-License-Identifier: MIT */
#include "check.h"

#include <string.h>

static void judge(check_case *check) {
    check_command *const it = &check->command;
    size_t taken;
    postern_slice line;
    postern_fault fault;

    if (it->limit == 0) {
        it->limit = postern_command_limit_max(check->options.extensions);
    }
    it->framed = it->parsed = false;
    postern_line_init(&it->framer, it->limit);
    const postern_status framed =
        postern_line_feed(&it->framer, check->octets, check->size, &taken, &line, &fault);
    if (framed == POSTERN_NEED_MORE) {
        check->verdict = CHECK_INCOMPLETE;
        fault = postern_line_pending_fault(&it->framer);
    } else if (framed == POSTERN_COMPLETE) {
        const postern_command_options options = {.extensions = check->options.extensions,
                                                 .smtputf8 = check->options.smtputf8};
        it->framed = true;
        it->parsed = postern_command_parse(&it->command, line.data, line.size, &options, &fault) == POSTERN_COMPLETE;
        if (it->parsed && taken < check->size) {
            fault = (postern_fault){POSTERN_ERROR_TRAILING_OCTETS, taken};
        }
    }
    check_fault(check, fault.error, fault.offset);
}

/* ---- JSON ---- */

static void json_slice(cli_buffer *out, postern_slice slice) {
    cli_json_octets(out, slice.data, slice.size);
}

static void json_bool(cli_buffer *out, bool value) {
    if (value) {
        CLI_BUFFER_TEXT(out, "true");
    } else {
        CLI_BUFFER_TEXT(out, "false");
    }
}

static const char *kind_name(postern_domain_kind kind) {
    switch (kind) {
    case POSTERN_DOMAIN_NAME: return "domain";
    case POSTERN_DOMAIN_IPV4: return "ipv4";
    case POSTERN_DOMAIN_IPV6: return "ipv6";
    case POSTERN_DOMAIN_GENERAL: return "general";
    case POSTERN_DOMAIN_NONE: break;
    }
    return "none";
}

static bool has_path(const check_command *it) {
    return it->parsed && it->command.path.raw.data != NULL;
}

static void json_path(cli_buffer *out, const postern_path *path) {
    const char *kind = kind_name(path->mailbox.kind);

    CLI_BUFFER_TEXT(out, "{\"null\":");
    json_bool(out, path->null);
    CLI_BUFFER_TEXT(out, ",\"local\":");
    json_slice(out, path->mailbox.local);
    CLI_BUFFER_TEXT(out, ",\"domain\":");
    json_slice(out, path->mailbox.domain);
    CLI_BUFFER_TEXT(out, ",\"kind\":\"");
    cli_buffer_add(out, kind, strlen(kind));
    CLI_BUFFER_TEXT(out, "\",\"quoted\":");
    json_bool(out, path->mailbox.quoted);
    CLI_BUFFER_TEXT(out, ",\"postmaster\":");
    json_bool(out, path->postmaster);
    CLI_BUFFER_TEXT(out, ",\"route\":");
    json_slice(out, path->route);
    CLI_BUFFER_TEXT(out, "}");
}

/* A keyword has letters, digits and hyphens alone: no escape is there to be spoilt. */
static void json_upper_case(cli_buffer *out, postern_slice keyword) {
    const size_t begin = out->size;

    json_slice(out, keyword);
    for (size_t i = begin; i < out->size; i++) {
        if (out->data[i] >= 'a' && out->data[i] <= 'z') {
            out->data[i] = (char)(out->data[i] - 'a' + 'A');
        }
    }
}

static void json_parameters(cli_buffer *out, const postern_command *command) {
    CLI_BUFFER_TEXT(out, "[");
    for (size_t i = 0; i < command->parameter_count; i++) {
        if (i > 0) {
            CLI_BUFFER_TEXT(out, ",");
        }
        CLI_BUFFER_TEXT(out, "{\"keyword\":");
        json_upper_case(out, command->parameters[i].keyword);
        CLI_BUFFER_TEXT(out, ",\"value\":");
        json_slice(out, command->parameters[i].value);
        CLI_BUFFER_TEXT(out, "}");
    }
    CLI_BUFFER_TEXT(out, "]");
}

static void json(const check_case *check, cli_buffer *out) {
    const check_command *const it = &check->command;

    CLI_BUFFER_TEXT(out, ",\"verb\":");
    if (it->framed && it->command.verb != POSTERN_VERB_UNKNOWN) {
        const postern_verb_info *info = postern_verb_describe(it->command.verb);
        CLI_BUFFER_TEXT(out, "\"");
        cli_buffer_add(out, info->name, info->name_size);
        CLI_BUFFER_TEXT(out, "\"");
    } else {
        CLI_BUFFER_TEXT(out, "null");
    }
    CLI_BUFFER_TEXT(out, ",\"argument\":");
    json_slice(out, it->framed ? it->command.argument : (postern_slice){NULL, 0});
    CLI_BUFFER_TEXT(out, ",\"path\":");
    if (has_path(it)) {
        json_path(out, &it->command.path);
    } else {
        CLI_BUFFER_TEXT(out, "null");
    }
    CLI_BUFFER_TEXT(out, ",\"params\":");
    if (it->parsed) {
        json_parameters(out, &it->command);
    } else {
        CLI_BUFFER_TEXT(out, "[]");
    }
}

/* ---- For a person ---- */

static void print_path(const postern_path *path) {
    if (path->null) {
        check_row("path", (const uint8_t *)"<> (null)", strlen("<> (null)"));
        return;
    }
    check_row("local-part", path->mailbox.local.data, path->mailbox.local.size);
    if (path->mailbox.domain.data != NULL) {
        check_row("domain", path->mailbox.domain.data, path->mailbox.domain.size);
    }
    if (path->route.data != NULL) {
        check_row("route", path->route.data, path->route.size);
    }
}

static void print(const check_case *check) {
    const check_command *const it = &check->command;

    if (!it->framed) {
        return;
    }
    const postern_verb_info *info = postern_verb_describe(it->command.verb);
    if (it->command.verb != POSTERN_VERB_UNKNOWN) {
        check_row("verb", (const uint8_t *)info->name, info->name_size);
        check_row("syntax", (const uint8_t *)info->syntax, strlen(info->syntax));
        check_row("source", (const uint8_t *)info->section, strlen(info->section));
    }
    if (it->parsed && has_path(it)) {
        print_path(&it->command.path);
    } else if (it->parsed && it->command.argument.data != NULL) {
        check_row("argument", it->command.argument.data, it->command.argument.size);
    }
    for (size_t i = 0; it->parsed && i < it->command.parameter_count; i++) {
        const postern_parameter *parameter = &it->command.parameters[i];
        const uint8_t *end = parameter->value.data != NULL ? parameter->value.data + parameter->value.size
                                                           : parameter->keyword.data + parameter->keyword.size;
        check_row(parameter->id != POSTERN_PARAMETER_UNKNOWN ? "parameter" : "unknown", parameter->keyword.data,
                  (size_t)(end - parameter->keyword.data));
    }
}

const check_kind check_kind_command = {
    .name = "command",
    .is_line = true,
    .keys = ",\"verb\":null,\"argument\":null,\"path\":null,\"params\":null",
    .judge = judge,
    .json = json,
    .print = print,
};
