/* check_data.c: the octets behind DATA CRLF: where the message ends, what its content is, what violates it.
 *
 * SPDX-License-Identifier: MIT */
#include "check.h"

#include <string.h>

enum { VIOLATIONS = 4 };

/* Note violations that were not there before. Of those that one octet brings to light (a bare CR is known by the octet
 * behind it) the one that the receiver calls the first comes first, and the others stand in the order of their bits. */
static void note_violations(check_data *it, uint32_t before, const postern_content *content) {
    if (before == 0 && content->violations != 0) {
        it->violations[it->violation_count++] = content->first;
    }
    for (uint32_t bit = 1; bit < 1u << VIOLATIONS; bit <<= 1) {
        const postern_error error = postern_violation_error(bit);
        if ((content->violations & ~before & bit) != 0 && error != content->first) {
            it->violations[it->violation_count++] = error;
        }
    }
}

/* A second reading, octet by octet, for the order of the violations. */
static void order_violations(check_data *it, const uint8_t *octets, size_t size) {
    postern_data data;
    size_t taken;
    postern_slice slice;

    postern_data_init(&data, POSTERN_TEXT_LINE_MAX);
    for (size_t at = 0; at < size; at += taken) {
        const uint32_t before = data.content.violations;
        const postern_status status = postern_data_feed(&data, octets + at, 1, &taken, &slice);
        note_violations(it, before, &data.content);
        if (status == POSTERN_COMPLETE) {
            break;
        }
    }
}

static void judge(check_case *check) {
    check_data *const it = &check->data;
    size_t at = 0, taken;
    postern_slice slice;

    it->end = false;
    it->violation_count = 0;
    postern_data_init(&it->data, POSTERN_TEXT_LINE_MAX);
    while (at < check->size && !it->end) {
        it->end =
            postern_data_feed(&it->data, check->octets + at, check->size - at, &taken, &slice) == POSTERN_COMPLETE;
        at += taken;
        cli_buffer_add(&check->read, slice.data, slice.size);
    }
    if (!it->end) {
        check->verdict = CHECK_INCOMPLETE;
    }
    const postern_content *content = &it->data.content;
    if (content->first != POSTERN_ERROR_NONE) {
        order_violations(it, check->octets, at);
        check_fault(check, content->first, content->first_offset);
        check->code = postern_error_describe(POSTERN_ERROR_CONTENT_VIOLATION)->code;
    }
}

static void json(const check_case *check, cli_buffer *out) {
    const check_data *const it = &check->data;

    if (it->end) {
        CLI_BUFFER_TEXT(out, ",\"end\":true,\"consumed\":");
        cli_json_number(out, it->data.content.offset);
    } else {
        CLI_BUFFER_TEXT(out, ",\"end\":false,\"consumed\":null");
    }
    CLI_BUFFER_TEXT(out, ",\"content\":");
    cli_json_octets(out, (const uint8_t *)(check->read.size > 0 ? check->read.data : ""), check->read.size);
    CLI_BUFFER_TEXT(out, ",\"violations\":[");
    for (size_t i = 0; i < it->violation_count; i++) {
        const char *name = postern_error_describe(it->violations[i])->name;
        if (i > 0) {
            CLI_BUFFER_TEXT(out, ",");
        }
        cli_json_octets(out, (const uint8_t *)name, strlen(name));
    }
    CLI_BUFFER_TEXT(out, "]");
}

static void print(const check_case *check) {
    const check_data *const it = &check->data;
    char text[80];

    if (it->end) {
        snprintf(text, sizeof text, "after %llu of %zu octets", (unsigned long long)it->data.content.offset,
                 check->size);
    } else {
        snprintf(text, sizeof text, "has not come: CRLF \".\" CRLF is still missing");
    }
    check_row("end", (const uint8_t *)text, strlen(text));
    snprintf(text, sizeof text, "%zu octets without transparency dots", check->read.size);
    check_row("content", (const uint8_t *)text, strlen(text));
    for (size_t i = 0; i < it->violation_count; i++) {
        const postern_error_info *info = postern_error_describe(it->violations[i]);
        snprintf(text, sizeof text, "%s (%s)", info->name, info->section);
        check_row("violation", (const uint8_t *)text, strlen(text));
    }
}

const check_kind check_kind_data = {
    .name = "data",
    .keys = ",\"end\":null,\"consumed\":null,\"content\":null,\"violations\":null",
    .judge = judge,
    .json = json,
    .print = print,
};
