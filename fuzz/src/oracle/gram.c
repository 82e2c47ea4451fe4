/* gram.c: GRAM, every reply is grammatical (RFC 5321 4.2, RFC 2034 4). Toolkit room: fuzz/.
 *
 * A reading of the grammar of its own: nothing here is the parser's.
 *
 * SPDX-License-Identifier: MIT */
#include "judging.h"

#include <stdio.h>
#include <string.h>

enum { LINE_MAX_OCTETS = 512 };

static bool is_digit(uint8_t octet) {
    return octet >= '0' && octet <= '9';
}

/* Without a way out of the loop, so that the compiler takes many octets at once. */
static bool is_textstring(const uint8_t *octets, size_t size) {
    unsigned wrong = 0;

    for (size_t i = 0; i < size; i++) wrong |= (uint8_t)(octets[i] - 0x20) > 0x5e && octets[i] != '\t';
    return wrong == 0;
}

/* Octets of 1*3DIGIT at the beginning; 0 when there is none, or there are more than three. */
static size_t number(const uint8_t *octets, size_t size) {
    size_t n = 0;
    while (n < size && is_digit(octets[n])) n++;
    return n <= 3 ? n : 0;
}

/* Does the text begin with an enhanced code and a space, or is it one? */
static bool has_enhanced(const uint8_t *text, size_t size) {
    if (size < 2 || (text[0] != '2' && text[0] != '4' && text[0] != '5') || text[1] != '.') return false;
    const size_t subject = number(text + 2, size - 2);
    if (subject == 0 || subject + 2 >= size || text[subject + 2] != '.') return false;
    const size_t detail = number(text + subject + 3, size - subject - 3);
    const size_t end = subject + 3 + detail;
    return detail > 0 && (end == size || text[end] == ' ' || text[end] == '\t');
}

/* One reply, as it is read line by line. */
typedef struct reading {
    const uint8_t *octets;
    size_t size;
    size_t at; /* the beginning of the line at hand */
    size_t lines;
    pf_enhanced_rule rule;
    bool enhanced; /* the first line has an enhanced code */
    bool last;     /* the line before had no hyphen */
} reading;

/* The line at hand. Returns: what is wrong with it, or NULL. */
static const char *read_line(reading *r, int code) {
    const uint8_t *line = r->octets + r->at;
    const size_t left = r->size - r->at;
    const uint8_t *cr = memchr(line, '\r', left);

    if (cr == NULL || cr + 1 == line + left || cr[1] != '\n') return "a line that ends in CRLF";
    const size_t size = (size_t)(cr - line);
    if (size + 2 > LINE_MAX_OCTETS) return "a line of at most 512 octets";
    if (size < 3 || line[0] < '2' || line[0] > '5' || line[1] < '0' || line[1] > '5' || !is_digit(line[2]))
        return "a code [2-5][0-5][0-9]";
    if ((line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0') != code) return "the same code on every line";
    if (size > 3 && line[3] != ' ' && line[3] != '-') return "SP or a hyphen behind the code";
    r->last = size == 3 || line[3] == ' ';
    if (size > 4 && !is_textstring(line + 4, size - 4)) return "text of HT, SP and printable US-ASCII";

    const bool enhanced = size > 4 && has_enhanced(line + 4, size - 4);
    if (enhanced && line[4] != line[0]) return "an enhanced code of the class of the code";
    if (enhanced && r->rule == PF_ENHANCED_NEVER) return "no enhanced code in this reply";
    if (r->lines == 0)
        r->enhanced = enhanced;
    else if (enhanced != r->enhanced && r->rule == PF_ENHANCED_WHOLE)
        return "an enhanced code on all lines or on none";
    r->at += size + 2;
    r->lines++;
    return NULL;
}

/* RFC 2034 4: not in the greeting, not in replies to HELO and EHLO, not in 3yz. */
static pf_enhanced_rule rule_of(const pf_event *reply) {
    static const char *const without[] = {"CONNECT", "EHLO", "HELO", "LHLO"};

    if (reply->code / 100 == 3) return PF_ENHANCED_NEVER;
    for (size_t i = 0; i < sizeof without / sizeof *without; i++)
        if (reply->verb != NULL && strcmp(reply->verb, without[i]) == 0) return PF_ENHANCED_NEVER;
    return PF_ENHANCED_WHOLE;
}

const char *pf_reply_fault(const uint8_t *octets, size_t size, int code, pf_enhanced_rule rule) {
    reading r = {.octets = octets, .size = size, .rule = rule};

    do {
        const char *wrong = read_line(&r, code);
        if (wrong != NULL) return wrong;
    } while (!r.last && r.at < r.size);
    if (!r.last) return "a last line without a hyphen";
    return r.at < r.size ? "nothing behind the last line" : NULL;
}

static bool gram(const pf_case *run, pf_violation *violation) {
    for (size_t i = 0; i < run->log->count; i++) {
        const pf_event *event = &run->log->events[i];
        if (event->kind != PF_EVENT_REPLY) continue;
        const char *wrong = pf_reply_fault(pf_log_octets(run->log, event), event->size, event->code, rule_of(event));
        if (wrong == NULL || (run->log->full && i + 1 == run->log->count)) continue;
        (void)pf_broken(run, &pf_oracle_gram, i, wrong, NULL, violation);
        violation->octets = pf_log_octets(run->log, event);
        violation->size = event->size;
        return false;
    }
    return true;
}

const pf_oracle pf_oracle_gram = {.name = "GRAM",
                                  .section = "RFC 5321 4.2",
                                  .law = "every reply is grammatical",
                                  .needs = PF_KIND(PF_EVENT_REPLY),
                                  .holds = gram};
