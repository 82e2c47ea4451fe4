/* model: the verdicts on one input, as `postern check` gives them.
 *
 * SPDX-License-Identifier: MIT */
#include "model/decode.h"
#include "model/grammar.h"

#include <string.h>

static const struct {
    const char *keyword;
    uint32_t bit;
} extensions[] = {
    {"SIZE", PF_EXTENSION_SIZE},
    {"8BITMIME", PF_EXTENSION_8BITMIME},
    {"PIPELINING", PF_EXTENSION_PIPELINING},
    {"CHUNKING", PF_EXTENSION_CHUNKING},
    {"BINARYMIME", PF_EXTENSION_BINARYMIME},
    {"SMTPUTF8", PF_EXTENSION_SMTPUTF8},
    {"DSN", PF_EXTENSION_DSN},
    {"ENHANCEDSTATUSCODES", PF_EXTENSION_ENHANCEDSTATUSCODES},
    {"STARTTLS", PF_EXTENSION_STARTTLS},
    {"AUTH", PF_EXTENSION_AUTH},
    {"REQUIRETLS", PF_EXTENSION_REQUIRETLS},
    {"LIMITS", PF_EXTENSION_LIMITS},
    {"MT-PRIORITY", PF_EXTENSION_MT_PRIORITY},
    {"DELIVERBY", PF_EXTENSION_DELIVERBY},
    {"FUTURERELEASE", PF_EXTENSION_FUTURERELEASE},
    {"NO-SOLICITING", PF_EXTENSION_NO_SOLICITING},
    {"CONPERM", PF_EXTENSION_CONPERM},
    {"CONNEG", PF_EXTENSION_CONNEG},
    {"RRVS", PF_EXTENSION_RRVS},
    {"SUBMITTER", PF_EXTENSION_SUBMITTER},
};

uint32_t pf_model_extension(const char *keyword) {
    for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++) {
        if (pf_spells((const uint8_t *)keyword, strlen(keyword), extensions[i].keyword)) return extensions[i].bit;
    }
    return 0;
}

static pf_model_verdict verdict(pf_model_result result) {
    return (pf_model_verdict){result, NULL, SIZE_MAX, 0};
}

static pf_model_verdict judge(pf_fault fault) {
    if (fault.name == NULL) return verdict(PF_ACCEPT);
    return (pf_model_verdict){PF_REJECT, fault.name, fault.offset, fault.code};
}

pf_model_verdict pf_model_check_address(const uint8_t *octets, size_t size, bool smtputf8, pf_model_path *path) {
    pf_cursor c = {.octets = octets, .end = size, .utf8 = true};
    *path = (pf_model_path){0};
    if (!pf_mailbox(&c, path) || !pf_at_end(&c)) return judge((pf_fault){"mailbox-syntax", c.furthest, 501});
    pf_fault fault = pf_mailbox_limits(octets, path);
    size_t non_ascii = pf_first_non_ascii(octets, (pf_span){0, size});
    if (fault.name == NULL && !smtputf8 && non_ascii != SIZE_MAX) fault = (pf_fault){"non-ascii", non_ascii, 553};
    return judge(fault);
}

pf_model_verdict pf_model_check_command(const uint8_t *octets, size_t size, const pf_model_options *options,
                                        pf_model_command *command) {
    memset(command, 0, offsetof(pf_model_command, parameters));
    /* Every verb has 512 octets; what it has beyond takes time to add up. */
    size_t longest = size < 512 ? 512 : pf_model_line_limit(NULL, options->extensions);
    pf_line line = pf_decode_line(octets, size, longest);
    if (line.error != NULL) return judge((pf_fault){line.error, line.offset, 500});
    if (!line.complete) {
        /* Full, and no CR at its end: whatever comes, the line is too long. */
        bool certain = size >= longest && octets[size - 1] != '\r';
        return certain ? judge((pf_fault){"line-too-long", longest, 500}) : verdict(PF_INCOMPLETE);
    }
    size_t text = pf_line_trim(octets, line.size);
    const char *verb = pf_line_verb(octets, text);
    size_t limit = line.size < 512 ? 512 : pf_model_line_limit(verb, options->extensions);
    if (line.size > limit) return judge((pf_fault){"line-too-long", limit, 500});
    pf_fault fault = pf_line_arguments(octets, text, verb, options, command);
    if (fault.name == NULL && line.size < size) fault = (pf_fault){"trailing-octets", line.size, 500};
    return judge(fault);
}

size_t pf_model_utf8(const uint8_t *octets, size_t size) {
    pf_cursor c = {.octets = octets, .end = size, .utf8 = true};
    while (c.at < size) {
        if (octets[c.at] < 0x80)
            c.at++;
        else if (!pf_utf8_non_ascii(&c))
            break;
    }
    return c.at;
}

/* What of a text line is content: without the dot that was stuffed, or that may yet be the end. */
static pf_span content_of(const uint8_t *line, size_t size) {
    bool may_end = (size == 1 && line[0] == '.') || (size == 2 && memcmp(line, ".\r", 2) == 0);
    return (pf_span){may_end ? size : line[0] == '.', size};
}

pf_model_verdict pf_model_check_data(const uint8_t *octets, size_t size, uint32_t text_line, uint8_t *content,
                                     pf_model_data *data) {
    pf_text_scan scan = {.limit = text_line};
    size_t end = pf_decode_data_end(octets, size);
    size_t text = end != 0 ? end - strlen(".\r\n") : size;
    *data = (pf_model_data){.end = end != 0, .consumed = end};
    for (size_t at = 0; at < text;) {
        size_t line = pf_decode_text_line(octets + at, text - at);
        pf_span kept = content_of(octets + at, line);
        pf_scan_text(&scan, octets + at + kept.begin, kept.end - kept.begin, at + kept.begin);
        memcpy(content + data->content_size, octets + at + kept.begin, kept.end - kept.begin);
        data->content_size += kept.end - kept.begin;
        at += line;
    }
    data->violation_count = scan.count;
    memcpy(data->violations, scan.names, sizeof scan.names);
    if (end == 0) return verdict(PF_INCOMPLETE);
    return scan.count == 0 ? verdict(PF_ACCEPT) : judge((pf_fault){scan.names[0], scan.first, 554});
}
