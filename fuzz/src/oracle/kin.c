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
    SAME_IN_PATH, /* the same, but in a mailbox alone: there the model, which counts brackets, is one behind */
    KEYWORD,      /* ours is a keyword, the model looks at its value first */
    NOT_LATER,    /* ours is where a rule begins that the model follows for as long as it goes */
    NEXT,         /* the model has the space, ours the octet behind it */
    SEQUENCE,     /* ours is where an octet sequence begins that is no UTF-8, the model's is within it */
    DIGIT,        /* ours is the digit that is too much, where the model has the whole number; else the same */
    UNIT,         /* ours is the first decoded octet beyond the limit, the model's is the value */
    WORD,         /* both are in one parameter, or as below */
    VALUE         /* ours is in the value of a parameter before: see below */
} relation;

/* What the parameters say is read in another order by the two: whether UTF-8 may stand in a value depends on a keyword
 * that may come behind it. The model looks for it at once; ours tells such a value when it has read on in vain. */
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
    {"parameter-duplicate", "parameter-syntax", KEYWORD},
    {"parameter-value", "parameter-value-syntax", WORD},
    {"parameter-value", "parameter-syntax", WORD},
    {"parameter-value", "argument-syntax", NOT_LATER},
    {"parameter-value", "attribute-too-long", UNIT},
    {"parameter-value", "parameter-duplicate", VALUE},
    {"parameter-value", "too-many-parameters", VALUE},
    {"parameter-too-many", "too-many-parameters", SAME},
    {"parameter-too-many", "parameter-duplicate", SAME},
    {"parameter-too-many", "parameter-syntax", KEYWORD},
};

static const char *const wanted_words[] = {
    [SAME] = "the same place",
    [SAME_IN_PATH] = "the same place, in the path with its brackets",
    [KEYWORD] = "the keyword of the same parameter",
    [NOT_LATER] = "a place not behind this one",
    [NEXT] = "the place behind this one",
    [SEQUENCE] = "where the sequence of octets begins",
    [DIGIT] = "the first digit that is too much",
    [UNIT] = "the first octet beyond the limit",
    [WORD] = "a place in the same parameter",
    [VALUE] = "a value before this place",
};

static bool ends_in(const char *name, const char *with) {
    const size_t size = strlen(name), end = strlen(with);
    return size >= end && strcmp(name + size - end, with) == 0;
}

/* One limit may lie within another, and what comes behind may be wrong in itself. */
static bool is_limit_before(pf_told_error ours, pf_told_error theirs) {
    static const char too_long[] = "-too-long";

    if (!ends_in(ours.name, too_long) || strcmp(theirs.name, "line-too-long") == 0) return false;
    return ends_in(theirs.name, too_long) || ends_in(theirs.name, "-syntax");
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

/* Is this place in a value that has UTF-8, or xtext that stands for some ("+C3"), in a parameter before that one? */
static bool is_utf8_value(const pf_kin_input *input, size_t at, size_t before) {
    size_t begin = at;
    bool high = false;

    while (begin > 0 && input->octets[begin - 1] != ' ' && input->octets[begin - 1] != '=') begin--;
    if (begin == 0 || input->octets[begin - 1] != '=') return false;
    for (; begin < input->size && is_no_space(input->octets[begin]); begin++) {
        const uint8_t next = begin + 1 < input->size ? input->octets[begin + 1] : 0;
        high = high || is_high(input->octets[begin]);
        high = high || (input->octets[begin] == '+' && ((next >= '8' && next <= '9') || (next >= 'A' && next <= 'F')));
    }
    return high && begin < before;
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
    case SAME_IN_PATH: return (input->part == PF_KIN_MAILBOX ? ours + 1 : ours) == theirs;
    case KEYWORD:
        return ours < theirs && ours > 0 && input->octets[ours - 1] == ' ' && are_all(input, ours, theirs, is_no_space);
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
    case WORD: return are_all(input, first, last, is_no_space) || is_utf8_value(input, ours, theirs);
    case VALUE: return is_utf8_value(input, ours, theirs);
    }
    return false;
}

bool pf_kin(const pf_kin_input *input, pf_told_error ours, pf_told_error theirs, const char **wanted) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(rows[i].ours, ours.name) != 0 || strcmp(rows[i].theirs, theirs.name) != 0) continue;
        *wanted = wanted_words[rows[i].where];
        return stand(input, rows[i].where, ours.offset, theirs.offset);
    }
    const bool limit = is_limit_before(ours, theirs);
    *wanted = limit ? "the first octet beyond the limit, before this place" : "an error of this kind";
    return limit && ours.offset < theirs.offset && ours.offset == pf_kin_limit(input, ours.name);
}
