/* kin.c: see kin.h. Toolkit room: fuzz/.
 *
 * Two recognisers may stop at the same octet and call what they miss by two names; and where one tells a limit as soon
 * as it is passed, or a value by its first octet, the other reads on. Each pair of names that can be one defect has its
 * row, and in it where the two places must be. The model's place of a syntax error is the first octet behind which
 * nothing lawful can follow any more; that of a limit, the first octet beyond, once the rest is known to be right.
 *
 * SPDX-License-Identifier: MIT */
#include "kin.h"

#include <postern/fuzz/model.h>

#include <string.h>

typedef enum relation {
    SAME,         /* one octet */
    SAME_IN_PATH, /* the same where brackets are there to be counted; else the model, which counts them, is one behind
                   */
    EARLIER,      /* ours is told as soon as it is certain, and something comes behind it that the model tells */
    NOT_LATER,    /* ours is where a rule begins that the model follows for as long as it goes */
    NEXT,         /* the model has the space, ours the octet behind it */
    SEQUENCE,     /* ours is where an octet sequence begins that is no UTF-8, the model's is within it */
    DIGIT,        /* ours is the digit that is too much, where the model has the whole number; else the same */
    UNIT,         /* ours is the first decoded octet beyond the limit, the model's is the value */
    WORD,         /* both are in one parameter */
    ANYWHERE      /* the two read in another order: see below */
} relation;

/* What the parameters say is read in another order by the two: ours looks at all characters of a parameter before what
 * it says, and the model at what the parameters before it say; and whether UTF-8 may stand in a value depends on a
 * keyword that may come behind it, so that of a line with UTF-8 less can be said. */
static const struct row {
    const char *ours;
    const char *theirs;
    relation where;
} rows[] = {
    {"line-too-long", "line-too-long", SAME},
    {"verb-unknown", "unknown-verb", SAME},
    {"argument-missing", "argument-missing", SAME},
    {"argument-missing", "argument-syntax", SAME},
    {"argument-missing", "path-syntax", SAME},
    {"argument-missing", "domain-syntax", SAME},
    {"argument-missing", "chunk-size", SAME},
    {"argument-unexpected", "argument-unexpected", NEXT},
    {"argument-syntax", "argument-syntax", SAME},
    {"argument-syntax", "path-syntax", SAME},
    {"argument-syntax", "parameter-syntax", SAME},
    {"argument-syntax", "argument-unexpected", SAME},
    {"path-syntax", "path-syntax", SAME},
    {"local-part-syntax", "path-syntax", SAME},
    {"local-part-syntax", "argument-syntax", SAME},
    {"local-part-syntax", "mailbox-syntax", SAME},
    {"domain-syntax", "domain-syntax", SAME},
    {"domain-syntax", "path-syntax", SAME},
    {"domain-syntax", "argument-syntax", SAME},
    {"domain-syntax", "mailbox-syntax", SAME},
    {"literal-syntax", "domain-syntax", NOT_LATER},
    {"literal-syntax", "path-syntax", NOT_LATER},
    {"literal-syntax", "argument-syntax", NOT_LATER},
    {"literal-syntax", "mailbox-syntax", NOT_LATER},
    {"utf8-syntax", "path-syntax", SEQUENCE},
    {"utf8-syntax", "argument-syntax", SEQUENCE},
    {"utf8-syntax", "mailbox-syntax", SEQUENCE},
    {"utf8-syntax", "parameter-syntax", SEQUENCE},
    {"utf8-syntax", "parameter-value-syntax", WORD},
    {"utf8-syntax", "parameter-duplicate", ANYWHERE},
    {"bdat-size", "chunk-size", DIGIT},
    {"base64-syntax", "base64-syntax", SAME},
    {"non-ascii", "non-ascii", SAME},
    {"local-part-too-long", "local-part-too-long", SAME},
    {"label-too-long", "label-too-long", SAME},
    {"domain-too-long", "domain-too-long", SAME},
    {"path-too-long", "path-too-long", SAME_IN_PATH},
    {"parameter-syntax", "parameter-syntax", WORD},
    {"parameter-syntax", "parameter-value-syntax", WORD},
    {"parameter-syntax", "argument-syntax", WORD},
    {"parameter-syntax", "parameter-duplicate", WORD},
    {"parameter-syntax", "path-syntax", SAME},
    {"parameter-syntax", "too-many-parameters", WORD},
    {"parameter-duplicate", "parameter-duplicate", SAME},
    {"parameter-duplicate", "parameter-syntax", EARLIER},
    {"parameter-value", "parameter-value-syntax", WORD},
    {"parameter-value", "parameter-syntax", WORD},
    {"parameter-value", "argument-syntax", NOT_LATER},
    {"parameter-value", "attribute-too-long", UNIT},
    {"parameter-value", "parameter-duplicate", ANYWHERE},
    {"parameter-too-many", "too-many-parameters", SAME},
    {"parameter-too-many", "parameter-duplicate", SAME},
    {"parameter-too-many", "parameter-syntax", EARLIER},
};

static const char *const wanted_words[] = {
    [SAME] = "the same place",
    [SAME_IN_PATH] = "the same place, in the path with its brackets",
    [EARLIER] = "a place before this one",
    [NOT_LATER] = "a place not behind this one",
    [NEXT] = "the place behind this one",
    [SEQUENCE] = "where the sequence of octets begins",
    [DIGIT] = "the first digit that is too much",
    [UNIT] = "the first octet beyond the limit",
    [WORD] = "a place in the same parameter",
    [ANYWHERE] = "",
};

static bool ends_in(const char *name, const char *with) {
    const size_t size = strlen(name), end = strlen(with);
    return size >= end && strcmp(name + size - end, with) == 0;
}

/* One limit may lie within another, and what comes behind may be wrong in itself. */
static bool is_limit_before(const char *ours, const char *theirs) {
    static const char too_long[] = "-too-long";

    if (!ends_in(ours, too_long) || strcmp(ours, "line-too-long") == 0 || strcmp(theirs, "line-too-long") == 0)
        return false;
    return ends_in(theirs, too_long) || ends_in(theirs, "-syntax");
}

static bool are_all(const pf_kin_input *input, size_t from, size_t to, bool (*is)(uint8_t)) {
    for (size_t i = from; i < to && i < input->size; i++)
        if (!is(input->octets[i])) return false;
    return true;
}

static bool is_high(uint8_t octet) {
    return octet > 127;
}

static bool is_no_space(uint8_t octet) {
    return octet != ' ';
}

static bool is_digit(uint8_t octet) {
    return octet >= '0' && octet <= '9';
}

/* Has it UTF-8, or xtext that stands for some ("+C3")? */
static bool may_hold_utf8(const pf_kin_input *input) {
    for (size_t i = 0; i < input->size; i++) {
        const uint8_t next = i + 1 < input->size ? input->octets[i + 1] : 0;
        if (is_high(input->octets[i])) return true;
        if (input->octets[i] == '+' && ((next >= '8' && next <= '9') || (next >= 'A' && next <= 'F'))) return true;
    }
    return false;
}

/* The digit with which the number at this place becomes larger than 2^63-1; SIZE_MAX: there is none. */
static size_t digit_too_much(const pf_kin_input *input, size_t at) {
    uint64_t value = 0;

    for (; at < input->size && is_digit(input->octets[at]); at++) {
        const uint64_t digit = (uint64_t)(input->octets[at] - '0');
        if (value > ((uint64_t)INT64_MAX - digit) / 10) return at;
        value = 10 * value + digit;
    }
    return SIZE_MAX;
}

/* Where the 256th octet of an xtext begins. */
static size_t unit_too_much(const pf_kin_input *input, size_t at) {
    for (int units = 0; units < 255 && at < input->size; units++) at += input->octets[at] == '+' ? 3 : 1;
    return at;
}

static bool stand(const pf_kin_input *input, relation where, size_t ours, size_t theirs) {
    const size_t first = ours < theirs ? ours : theirs;
    const size_t last = ours < theirs ? theirs : ours;

    switch (where) {
    case SAME: return ours == theirs;
    case SAME_IN_PATH: return input->bracketed ? ours == theirs : ours + 1 == theirs;
    case EARLIER: return ours < theirs;
    case NOT_LATER: return ours <= theirs;
    case NEXT: return ours == theirs + 1;
    case SEQUENCE:
        return ours == pf_model_utf8(input->octets, input->size) && ours <= theirs &&
               are_all(input, ours, theirs, is_high);
    case DIGIT: {
        const size_t digit = digit_too_much(input, strlen("BDAT "));
        return ours == (digit != SIZE_MAX ? digit : theirs);
    }
    case UNIT: return ours == unit_too_much(input, theirs);
    case WORD: return are_all(input, first, last, is_no_space) || may_hold_utf8(input);
    case ANYWHERE: return true;
    }
    return false;
}

bool pf_kin(const pf_kin_input *input, pf_told_error ours, pf_told_error theirs, const char **wanted) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].ours, ours.name) != 0 || strcmp(rows[i].theirs, theirs.name) != 0) continue;
        *wanted = wanted_words[rows[i].where];
        return stand(input, rows[i].where, ours.offset, theirs.offset);
    }
    *wanted = is_limit_before(ours.name, theirs.name) ? wanted_words[EARLIER] : "an error of this kind";
    return is_limit_before(ours.name, theirs.name) && ours.offset < theirs.offset;
}
