/* model: one reply with all its lines, RFC 5321 section 4.2, RFC 2034 section 4.
 *
 * SPDX-License-Identifier: MIT */
#include "model/grammar.h"

#define REPLY_LINE_MAX 512

static pf_model_verdict reject(const char *error, size_t offset) {
    return (pf_model_verdict){PF_REJECT, error, offset, 0};
}

static pf_model_verdict verdict(pf_model_result result) {
    return (pf_model_verdict){result, NULL, SIZE_MAX, 0};
}

/* The n-th octet of a Reply-code; it is the same on all lines. */
static bool is_code_octet(uint8_t octet, size_t n) {
    static const char low[] = "200", high[] = "559";
    return octet >= low[n] && octet <= high[n];
}

static bool is_text(uint8_t octet, bool practice) {
    return pf_is_textstring(octet) || (practice && octet != '\0' && octet != '\r' && octet != '\n');
}

static const char *control_name(uint8_t octet) {
    return octet == '\r' ? "bare-cr" : octet == '\n' ? "bare-lf" : octet == '\0' ? "nul" : "reply-syntax";
}

/* status-code SP: class of the reply code, subject and detail of 1 to 3 digits. Returns: its size, or 0. */
static size_t enhanced_code(const uint8_t *text, size_t size, uint8_t class) {
    pf_cursor c = {.octets = text, .end = size};
    bool matches = (class == '2' || class == '4' || class == '5') && pf_octet(&c, class) && pf_octet(&c, '.') &&
                   pf_repeat(&c, 1, 3, pf_is_digit) && pf_octet(&c, '.') && pf_repeat(&c, 1, 3, pf_is_digit) &&
                   pf_octet(&c, ' ');
    return matches ? c.at - 1 : 0;
}

/* One line: code, then "-" or SP and text, or nothing. Accepted: it is a whole one. Out: size, last. */
static pf_model_verdict reply_line(const uint8_t *line, size_t left, const uint8_t *first, bool practice, size_t *size,
                                   bool *last) {
    *last = true;
    for (size_t i = 0; i < left; i++) {
        if (i >= REPLY_LINE_MAX) return reject("line-too-long", i);
        if (i < 3) {
            if (!is_code_octet(line[i], i)) return reject("reply-code", i);
            if (line[i] != first[i]) return reject("reply-code-changed", i);
            continue;
        }
        if (line[i] == '\r' && i + 1 == left) return verdict(PF_INCOMPLETE);
        if (line[i] == '\r' && line[i + 1] == '\n') {
            if (i + 1 >= REPLY_LINE_MAX) return reject("line-too-long", i + 1);
            *size = i + 2;
            return verdict(PF_ACCEPT);
        }
        if (i == 3 && line[i] == '-')
            *last = false;
        else if (i == 3 ? line[i] != ' ' : !is_text(line[i], practice))
            return reject(control_name(line[i]), i);
    }
    /* Full, and no CR at its end: whatever comes, the line is too long. */
    return left >= REPLY_LINE_MAX ? reject("line-too-long", REPLY_LINE_MAX) : verdict(PF_INCOMPLETE);
}

pf_model_verdict pf_model_check_reply(const uint8_t *octets, size_t size, bool practice, pf_model_reply *reply) {
    *reply = (pf_model_reply){0};
    size_t at = 0;
    for (bool last = false; !last;) {
        size_t line = 0;
        pf_model_verdict one = reply_line(octets + at, size - at, octets, practice, &line, &last);
        if (one.result == PF_REJECT) one.offset += at;
        if (one.result != PF_ACCEPT) return one;
        if (reply->lines++ == 0) {
            reply->code = (octets[0] - '0') * 100 + (octets[1] - '0') * 10 + (octets[2] - '0');
            size_t enhanced = line > 6 ? enhanced_code(octets + 4, line - 6, octets[0]) : 0;
            reply->enhanced = (pf_span){4, 4 + enhanced};
        }
        at += line;
    }
    return at == size ? verdict(PF_ACCEPT) : reject("trailing-octets", at);
}
