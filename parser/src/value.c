/* value.c: the values of the typed parameters of MAIL and RCPT, each by the rule of its extension.
 *
 * Each rule reads the octets from `at` to `end`, which form an esmtp-value. Returns: the octet at fault, or NULL.
 * A value that is one word out of few is wrong as a whole: the octet at fault is its first.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/codec.h>

#include "rules.h"

enum {
    MAILBOX_MAX = POSTERN_PATH_MAX - 2, /* a path less its brackets */
    SOLICIT_MAX = 1000                  /* RFC 3865 2.2 */
};

typedef const uint8_t *value_rule(value_reading *v, const uint8_t *at, const uint8_t *end);

#define EQUALS(at, end, word) char_equal(at, (size_t)((end) - (at)), word, sizeof word - 1)

static postern_slice slice(const uint8_t *start, const uint8_t *end) {
    return (postern_slice){start, (size_t)(end - start)};
}

/* All of the value must have been read. */
static const uint8_t *unless_at_end(const uint8_t *at, const uint8_t *end) {
    return at == end ? NULL : at;
}

/* The value has at most `limit` octets. In: fault, what else is wrong with it, or NULL. */
static const uint8_t *unless_too_long(const uint8_t *at, const uint8_t *end, size_t limit, const uint8_t *fault) {
    bool too_long = (size_t)((fault != NULL ? fault : end) - at) > limit;
    return too_long ? at + limit : fault;
}

/* At most `most` digits, which is no more than nine. Out: value. Returns: behind them. */
static const uint8_t *digits(const uint8_t *at, const uint8_t *end, int most, uint32_t *value) {
    *value = 0;
    for (; most > 0 && char_is(at, end, CHAR_DIGIT); most--) {
        *value = 10 * *value + (uint32_t)(*at - '0');
        at++;
    }
    return at;
}

static const uint8_t *xtext(const uint8_t *at, const uint8_t *end) {
    postern_fault fault;
    return postern_xtext_check(at, (size_t)(end - at), &fault) ? NULL : at + fault.offset;
}

/* ---- SIZE, BODY ---- */

/* 1*20DIGIT (RFC 1870 3). Twenty digits may be more than 64 bits: that is well-formed, and too big. */
static const uint8_t *size_value(value_reading *v, const uint8_t *at, const uint8_t *end) {
    uint64_t size = 0;
    bool too_big = false;
    for (int i = 0; i < POSTERN_SIZE_DIGITS_MAX && char_is(at, end, CHAR_DIGIT); i++) {
        uint64_t digit = (uint64_t)(*at - '0');
        too_big = too_big || size > (UINT64_MAX - digit) / 10;
        size = too_big ? 0 : 10 * size + digit;
        at++;
    }
    v->values->size = size;
    v->values->size_too_big = too_big;
    return unless_at_end(at, end);
}

/* "7BIT" / "8BITMIME" / "BINARYMIME" (RFC 6152 2, RFC 3030 3) */
static const uint8_t *body_value(value_reading *v, const uint8_t *at, const uint8_t *end) {
    if (EQUALS(at, end, "7BIT")) {
        v->values->body = POSTERN_BODY_7BIT;
        return NULL;
    }
    bool binary = EQUALS(at, end, "BINARYMIME");
    if (!binary && !EQUALS(at, end, "8BITMIME")) {
        return at;
    }
    v->values->body = binary ? POSTERN_BODY_BINARYMIME : POSTERN_BODY_8BITMIME;
    v->not_implemented = (v->in_force & (binary ? POSTERN_EXT_BINARYMIME : POSTERN_EXT_8BITMIME)) == 0;
    return NULL;
}

/* ---- DSN: RET, ENVID, NOTIFY, ORCPT ---- */

/* "FULL" / "HDRS" (RFC 3461 4.3) */
static const uint8_t *ret_value(value_reading *v, const uint8_t *at, const uint8_t *end) {
    bool full = EQUALS(at, end, "FULL");
    v->values->ret = full ? POSTERN_RET_FULL : POSTERN_RET_HDRS;
    return full || EQUALS(at, end, "HDRS") ? NULL : at;
}

/* xtext of printable US-ASCII (RFC 3461 4.2, 4.4): what it decodes to ends up in the header of a report. */
static const uint8_t *printable_xtext(const uint8_t *at, const uint8_t *end) {
    const uint8_t *fault = xtext(at, end);
    const uint8_t *stop = fault != NULL ? fault : end;
    for (; stop - at > 2; at++) {
        bool printable = at[1] >= '2' && at[1] <= '7' && !(at[1] == '7' && at[2] == 'F');
        if (*at == '+' && !printable) {
            return at;
        }
    }
    return fault;
}

/* At most 100 characters (RFC 3461 4.4) */
static const uint8_t *envid_value(value_reading *v, const uint8_t *at, const uint8_t *end) {
    v->values->envid = slice(at, end);
    return unless_too_long(at, end, POSTERN_ENVID_MAX, printable_xtext(at, end));
}

static uint32_t notify_word(const uint8_t *at, const uint8_t *end) {
    return EQUALS(at, end, "SUCCESS")   ? POSTERN_NOTIFY_SUCCESS
           : EQUALS(at, end, "FAILURE") ? POSTERN_NOTIFY_FAILURE
           : EQUALS(at, end, "DELAY")   ? POSTERN_NOTIFY_DELAY
                                        : 0;
}

/* "NEVER" / 1#( "SUCCESS" / "FAILURE" / "DELAY" ) (RFC 3461 4.1) */
static const uint8_t *notify_value(value_reading *v, const uint8_t *at, const uint8_t *end) {
    if (EQUALS(at, end, "NEVER")) {
        v->values->notify = POSTERN_NOTIFY_NEVER;
        return NULL;
    }
    for (;;) {
        const uint8_t *comma = char_run(at, end, CHAR_ALPHA);
        uint32_t word = notify_word(at, comma);
        if (word == 0) {
            return at;
        }
        v->values->notify |= word;
        if (char_at(comma, end) != ',') {
            return unless_at_end(comma, end);
        }
        at = comma + 1;
    }
}

/* xtext, and the UTF-8 that an address of the type "utf-8" may have (RFC 6533 3). That it is well-formed is known. */
static const uint8_t *xtext_or_utf8(const uint8_t *at, const uint8_t *end) {
    const uint8_t *fault = NULL;
    while (fault == NULL && at < end) {
        const uint8_t *utf8 = char_run(at, end, CHAR_PRINTABLE);
        fault = printable_xtext(at, utf8);
        at = utf8;
        while (char_is_non_ascii(at, end)) {
            at++;
        }
    }
    return fault;
}

/* addr-type ";" xtext; the whole parameter has at most 500 characters (RFC 3461 4.2) */
static const uint8_t *orcpt_value(value_reading *v, const uint8_t *at, const uint8_t *end) {
    const uint8_t *semicolon = char_run(at, end, CHAR_ATEXT);
    if (semicolon == at || char_at(semicolon, end) != ';') {
        return unless_too_long(at, end, POSTERN_ORCPT_MAX, semicolon);
    }
    const uint8_t *address = semicolon + 1;
    v->values->orcpt_type = slice(at, semicolon);
    v->values->orcpt = slice(address, end);
    bool utf8 = EQUALS(at, semicolon, "UTF-8");
    return unless_too_long(at, end, POSTERN_ORCPT_MAX, utf8 ? xtext_or_utf8(address, end) : printable_xtext(address, end));
}

/* ---- AUTH, SUBMITTER ---- */

/* A Mailbox in xtext, or, where that is allowed, "<>". What is wrong with a mailbox stands nowhere on the line, so the
 * octet at fault is then the first. */
static const uint8_t *encoded_mailbox(value_reading *v, const uint8_t *at, const uint8_t *end, bool nobody_allowed) {
    uint8_t decoded[MAILBOX_MAX];
    size_t size;
    postern_fault fault;
    postern_mailbox mailbox;
    if (postern_xtext_decode(decoded, sizeof decoded, at, (size_t)(end - at), &size, &fault) != POSTERN_COMPLETE) {
        return fault.error == POSTERN_ERROR_CAPACITY ? at : at + fault.offset;
    }
    if (nobody_allowed && EQUALS(decoded, decoded + size, "<>")) {
        return NULL;
    }
    if (postern_mailbox_parse(&mailbox, decoded, size, &fault) != POSTERN_COMPLETE) {
        return at;
    }
    v->needs_utf8 = mailbox.non_ascii;
    return NULL;
}

/* RFC 4954 5 */
static const uint8_t *auth_value(value_reading *v, const uint8_t *at, const uint8_t *end) {
    v->values->auth = slice(at, end);
    return encoded_mailbox(v, at, end, true);
}

/* RFC 4405 4 */
static const uint8_t *submitter_value(value_reading *v, const uint8_t *at, const uint8_t *end) {
    v->values->submitter = slice(at, end);
    return encoded_mailbox(v, at, end, false);
}

/* ---- BY, MT-PRIORITY, SOLICIT ---- */

/* [ "-" / "+" ] 1*9DIGIT ";" ( "N" / "R" ) [ "T" ] (RFC 2852 4); "R" takes a positive time alone */
static const uint8_t *by_value(value_reading *v, const uint8_t *at, const uint8_t *end) {
    const uint8_t *start = at;
    bool negative = char_at(at, end) == '-';
    if (negative || char_at(at, end) == '+') {
        at++;
    }
    const uint8_t *first = at;
    uint32_t seconds;
    at = digits(at, end, 9, &seconds);
    if (at == first || char_at(at, end) != ';') {
        return at;
    }
    unsigned mode = char_upper(char_at(++at, end));
    if (mode != 'N' && mode != 'R') {
        return at;
    }
    if (mode == 'R' && (negative || seconds == 0)) {
        return start;
    }
    bool trace = char_upper(char_at(++at, end)) == 'T';
    v->values->by_seconds = negative ? -(int32_t)seconds : (int32_t)seconds;
    v->values->by_mode = (char)mode;
    v->values->by_trace = trace;
    return unless_at_end(trace ? at + 1 : at, end);
}

/* ( [ "-" ] %x31-39 ) / "0" (RFC 6710 4.1) */
static const uint8_t *mt_priority_value(value_reading *v, const uint8_t *at, const uint8_t *end) {
    bool negative = *at == '-';
    if (negative) {
        at++;
    }
    if (!char_is(at, end, CHAR_DIGIT) || (negative && *at == '0')) {
        return at;
    }
    int priority = *at - '0';
    v->values->mt_priority = (int8_t)(negative ? -priority : priority);
    return unless_at_end(at + 1, end);
}

/* word *("," word), at most 1,000 characters; word = ALPHA *wordchar (RFC 3865 2.2) */
static const uint8_t *solicit_value(value_reading *v, const uint8_t *at, const uint8_t *end) {
    const uint8_t *start = at;
    const uint8_t *fault = NULL;
    v->values->solicit = slice(at, end);
    for (;;) {
        if (!char_is(at, end, CHAR_ALPHA)) {
            fault = at;
            break;
        }
        at = char_run(at, end, CHAR_WORD);
        if (char_at(at, end) != ',') {
            fault = unless_at_end(at, end);
            break;
        }
        at++;
    }
    return unless_too_long(start, end, SOLICIT_MAX, fault);
}

/* ---- HOLDFOR, HOLDUNTIL, RRVS ---- */

/* %x31-39 *8DIGIT (RFC 4865 3) */
static const uint8_t *holdfor_value(value_reading *v, const uint8_t *at, const uint8_t *end) {
    if (!char_is(at, end, CHAR_DIGIT) || *at == '0') {
        return at;
    }
    return unless_at_end(digits(at, end, 9, &v->values->hold_for), end);
}

/* A date-time while it is read. */
typedef struct moment {
    const uint8_t *at; /* in the end, behind the date-time, or on the octet at fault */
    const uint8_t *end;
    const uint8_t *zone; /* where time-offset begins */
} moment;

/* A number of so many digits. One out of range is wrong as a whole. */
static bool field(moment *m, int width, uint32_t least, uint32_t most, uint32_t *value) {
    const uint8_t *start = m->at;
    m->at = digits(start, m->end, width, value);
    if (m->at - start < width) {
        return false;
    }
    if (*value < least || *value > most) {
        m->at = start;
        return false;
    }
    return true;
}

static bool mark(moment *m, unsigned octet) {
    bool found = char_upper(char_at(m->at, m->end)) == octet;
    m->at += found ? 1 : 0;
    return found;
}

static uint32_t days_of(uint32_t year, uint32_t month) {
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap ? 1u : 0u);
}

/* "Z" / ( "+" / "-" ) time-hour ":" time-minute. Out: offset, minutes to the east of UTC. */
static bool time_offset(moment *m, int *offset) {
    uint32_t hours;
    uint32_t minutes;
    m->zone = m->at;
    *offset = 0;
    if (mark(m, 'Z')) {
        return true;
    }
    bool west = mark(m, '-');
    if ((!west && !mark(m, '+')) || !field(m, 2, 0, 23, &hours) || !mark(m, ':') || !field(m, 2, 0, 59, &minutes)) {
        return false;
    }
    *offset = (int)(60 * hours + minutes) * (west ? -1 : 1);
    return true;
}

/* [ "." 1*DIGIT ] */
static bool time_secfrac(moment *m) {
    if (!mark(m, '.')) {
        return true;
    }
    const uint8_t *first = m->at;
    m->at = char_run(first, m->end, CHAR_DIGIT);
    return m->at > first;
}

/* date-time (RFC 3339 5.6), with a day that the month has (5.7). A second 60 is one that the end of a month in UTC may
 * have. */
static bool date_time(moment *m) {
    uint32_t year, month, day, hour, minute, second;
    int offset;
    if (!field(m, 4, 0, 9999, &year) || !mark(m, '-') || !field(m, 2, 1, 12, &month) || !mark(m, '-') ||
        !field(m, 2, 1, days_of(year, month), &day) || !mark(m, 'T') || !field(m, 2, 0, 23, &hour) || !mark(m, ':') ||
        !field(m, 2, 0, 59, &minute) || !mark(m, ':')) {
        return false;
    }
    const uint8_t *seconds = m->at;
    if (!field(m, 2, 0, 60, &second) || !time_secfrac(m) || !time_offset(m, &offset)) {
        return false;
    }
    if (second < 60) {
        return true;
    }
    /* In UTC: minutes since the month began. The last one of this month, or of the month before. */
    int last = (int)(24 * 60 * days_of(year, month)) - 1;
    int utc = (int)(24 * 60 * (day - 1) + 60 * hour + minute) - offset;
    if (utc != last && utc != -1) {
        m->at = seconds;
        return false;
    }
    return true;
}

/* date-time in UTC (RFC 4865 3) */
static const uint8_t *holduntil_value(value_reading *v, const uint8_t *at, const uint8_t *end) {
    moment m = {.at = at, .end = end};
    v->values->hold_until = slice(at, end);
    if (!date_time(&m)) {
        return m.at;
    }
    return char_upper(*m.zone) == 'Z' ? unless_at_end(m.at, end) : m.zone;
}

/* date-time [ ";" ( "C" / "R" ) ] (RFC 7293 3.1) */
static const uint8_t *rrvs_value(value_reading *v, const uint8_t *at, const uint8_t *end) {
    moment m = {.at = at, .end = end};
    if (!date_time(&m)) {
        return m.at;
    }
    v->values->rrvs = slice(at, m.at);
    if (!mark(&m, ';')) {
        return unless_at_end(m.at, end);
    }
    unsigned mode = char_upper(char_at(m.at, end));
    if (mode != 'C' && mode != 'R') {
        return m.at;
    }
    v->values->rrvs_mode = (char)mode;
    return unless_at_end(m.at + 1, end);
}

/* ---- All of them ---- */

/* The parameters that take no value have no rule here. */
static value_rule *const value_rules[POSTERN_PARAMETER_COUNT] = {
    [POSTERN_PARAMETER_SIZE] = size_value,
    [POSTERN_PARAMETER_BODY] = body_value,
    [POSTERN_PARAMETER_AUTH] = auth_value,
    [POSTERN_PARAMETER_RET] = ret_value,
    [POSTERN_PARAMETER_ENVID] = envid_value,
    [POSTERN_PARAMETER_BY] = by_value,
    [POSTERN_PARAMETER_HOLDFOR] = holdfor_value,
    [POSTERN_PARAMETER_HOLDUNTIL] = holduntil_value,
    [POSTERN_PARAMETER_MT_PRIORITY] = mt_priority_value,
    [POSTERN_PARAMETER_SOLICIT] = solicit_value,
    [POSTERN_PARAMETER_SUBMITTER] = submitter_value,
    [POSTERN_PARAMETER_NOTIFY] = notify_value,
    [POSTERN_PARAMETER_ORCPT] = orcpt_value,
    [POSTERN_PARAMETER_RRVS] = rrvs_value,
};

const uint8_t *postern_rule_value(value_reading *v, postern_parameter_id id, postern_slice keyword,
                                  postern_slice value) {
    value_rule *rule = value_rules[id];
    if ((rule != NULL) != (value.data != NULL)) {
        return rule != NULL ? keyword.data + keyword.size : value.data;
    }
    return rule != NULL ? rule(v, value.data, value.data + value.size) : NULL;
}
