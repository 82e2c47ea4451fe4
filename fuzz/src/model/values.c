/* model: what the values of parameters mean that the grammar has recognised.
 *
 * SPDX-License-Identifier: MIT */
#include "model/grammar.h"

#include <string.h>

/* From the beginning of a span to the first such octet, or all of it. */
static pf_span until(const uint8_t *line, pf_span span, uint8_t octet) {
    pf_span part = {span.begin, span.begin};
    while (part.end < span.end && line[part.end] != octet) part.end++;
    return part;
}

/* What is behind a part and the octet that ended it. */
static pf_span behind(pf_span span, pf_span part) {
    return (pf_span){part.end < span.end ? part.end + 1 : span.end, span.end};
}

static uint8_t upper(uint8_t octet) {
    return octet >= 'a' && octet <= 'z' ? (uint8_t)(octet - 'a' + 'A') : octet;
}

/* The words of a list with commas, each by its place among those that there are. */
static uint32_t words_of(const uint8_t *line, pf_span list, const char *const *words) {
    uint32_t set = 0;
    while (list.begin < list.end) {
        pf_span word = until(line, list, ',');
        for (size_t i = 0; words[i] != NULL; i++) set |= pf_span_spells(line, word, words[i]) ? 1u << i : 0;
        list = behind(list, word);
    }
    return set;
}

/* A number that may have a sign. */
static void read_number(const uint8_t *line, pf_span digits, pf_model_value *value) {
    value->negative = digits.begin < digits.end && line[digits.begin] == '-';
    if (digits.begin < digits.end && !pf_is_digit(line[digits.begin])) digits.begin++;
    value->too_large = !pf_number(line + digits.begin, digits.end - digits.begin, UINT64_MAX, &value->number);
    if (value->too_large) value->number = 0;
}

pf_model_value pf_model_value_of(const uint8_t *line, const pf_model_parameter *parameter) {
    static const char *const bodies[] = {"7BIT", "8BITMIME", "BINARYMIME", NULL};
    static const char *const rets[] = {"FULL", "HDRS", NULL};
    static const char *const notices[] = {"NEVER", "SUCCESS", "FAILURE", "DELAY", NULL};
    static const char *const numbers[] = {"SIZE", "HOLDFOR", "MT-PRIORITY", "BY", NULL};
    const pf_span all = parameter->value;
    const pf_span name = parameter->keyword;
    const pf_span front = until(line, all, ';');
    const pf_span back = behind(all, front);
    pf_model_value value = {.front = front, .back = back};

    for (size_t i = 0; numbers[i] != NULL; i++)
        if (pf_span_spells(line, name, numbers[i])) read_number(line, front, &value);
    if (pf_span_spells(line, name, "BODY")) value.words = words_of(line, all, bodies);
    if (pf_span_spells(line, name, "RET")) value.words = words_of(line, all, rets);
    if (pf_span_spells(line, name, "NOTIFY")) value.words = words_of(line, all, notices);
    if (back.begin < back.end) value.mode = upper(line[back.begin]);
    value.trace = back.end - back.begin == 2 && upper(line[back.begin + 1]) == 'T';
    return value;
}
