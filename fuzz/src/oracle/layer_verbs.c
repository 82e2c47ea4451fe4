/* layer_verbs.c: the laws of what command.h knows of verbs and extensions. Toolkit room: fuzz/.
 *
 * REF       argument rules, keywords and limits are those of the model
 * CONTRACT  each verb and each extension is found by its name in any case, by nothing else, and beyond them is nothing
 *
 * SPDX-License-Identifier: MIT */
#include "judging.h"

#include <string.h>

enum {
    NAME_MOST = 32,
    BITS = 32,
    INPUTS_A_TURN = 16 /* tables do not depend on the input, and asking takes as long as a command */
};

static bool wrong(pf_violation *v, const char *law, const char *name, const char *expected) {
    (void)pf_unlawful(v, law, "command.h", NULL, (const uint8_t *)name, strlen(name), 0, "another answer");
    return pf_expected(v, "%s", expected);
}

/* The name in lower case, with something behind it. Returns: the size without that. */
static size_t lower(const char *name, uint8_t behind, uint8_t out[static NAME_MOST]) {
    size_t size = 0;

    for (; name[size] != '\0' && size < NAME_MOST - 1; size++)
        out[size] = (uint8_t)(name[size] >= 'A' && name[size] <= 'Z' ? name[size] + 32 : name[size]);
    out[size] = behind;
    return size;
}

/* ---- Verbs ---- */

static bool is_found(postern_verb verb, const char *name, pf_violation *v) {
    static const uint8_t behind[] = {' ', '\t', '\r', '\n', '\0'};
    uint8_t octets[NAME_MOST];
    const size_t size = lower(name, 'x', octets);

    if (postern_verb_find(octets, size) != verb || postern_verb_find(octets, size - 1) == verb ||
        postern_verb_find(octets, size + 1) == verb || postern_verb_peek(octets, size) != verb ||
        postern_verb_peek(octets, size + 1) == verb)
        return wrong(v, "CONTRACT", name, "the verb by its whole name and nothing else");
    for (size_t i = 0; i < sizeof behind; i++) {
        octets[size] = behind[i];
        if (postern_verb_peek(octets, size + 1) != verb)
            return wrong(v, "CONTRACT", name, "the verb up to what ends a word");
    }
    return true;
}

static bool is_argument_rule(const postern_verb_info *info, pf_violation *v) {
    const pf_model_options options = {.extensions = PF_EXTENSIONS_ALL};
    pf_model_command command;
    uint8_t line[NAME_MOST + 4];
    size_t size = lower(info->name, '\r', line);

    memcpy(line + size, "\r\n", 2);
    const bool alone = pf_model_check_command(line, size + 2, &options, &command).result == PF_ACCEPT;
    memcpy(line + size, " \v\r\n", 4); /* nothing that any verb takes */
    const char *error = pf_model_check_command(line, size + 4, &options, &command).error;
    const bool never = error != NULL && strcmp(error, "argument-unexpected") == 0;
    const postern_argument_rule rule = never   ? POSTERN_ARGUMENT_FORBIDDEN
                                       : alone ? POSTERN_ARGUMENT_OPTIONAL
                                               : POSTERN_ARGUMENT_REQUIRED;
    return info->argument == rule || wrong(v, "REF", info->name, "the argument rule that the model has");
}

static bool is_offered(const postern_verb_info *info, pf_violation *v) {
    static const struct {
        const char *verb;
        const char *keyword;
    } offers[] = {{"STARTTLS", "STARTTLS"}, {"AUTH", "AUTH"}, {"BDAT", "CHUNKING"}};
    uint32_t extension = 0;

    for (size_t i = 0; i < sizeof offers / sizeof *offers; i++)
        if (strcmp(offers[i].verb, info->name) == 0) extension = pf_model_extension(offers[i].keyword);
    return info->extension == extension || wrong(v, "REF", info->name, "the extension that offers the verb");
}

/* The rule begins with the verb, in quotes, alone or with what stands before a path. */
static bool is_rule_of(const postern_verb_info *info, pf_violation *v) {
    const size_t size = strlen(info->name);
    const char *rule = info->syntax;

    return (info->section[0] != '\0' && rule[0] == '"' && strncmp(rule + 1, info->name, size) == 0 &&
            (rule[1 + size] == '"' || rule[1 + size] == ' ')) ||
           wrong(v, "CONTRACT", info->name, "a section, and a rule that begins with the verb");
}

static bool verb_holds(postern_verb verb, uint32_t extensions, pf_violation *v) {
    const postern_verb_info *info = postern_verb_describe(verb);

    if (verb >= POSTERN_VERB_COUNT)
        return info == postern_verb_describe(POSTERN_VERB_UNKNOWN) ||
               wrong(v, "CONTRACT", info->name, "nothing beyond the last verb");
    if (info->name_size != strlen(info->name)) return wrong(v, "CONTRACT", info->name, "the size of the name");
    if (postern_command_limit(verb, extensions) != pf_model_line_limit(info->name, extensions))
        return wrong(v, "REF", info->name, "the limit that the model has");
    return verb == POSTERN_VERB_UNKNOWN ||
           (is_found(verb, info->name, v) && is_argument_rule(info, v) && is_offered(info, v) && is_rule_of(info, v));
}

/* ---- Extensions ---- */

static bool extension_holds(uint32_t bit, pf_violation *v) {
    const uint32_t extension = UINT32_C(1) << bit;
    const char *keyword = postern_extension_keyword(extension);
    uint8_t octets[NAME_MOST];

    if (keyword == NULL)
        return (extension & POSTERN_EXT_ALL) == 0 || wrong(v, "CONTRACT", "", "a keyword for each extension");
    const size_t size = lower(keyword, 'x', octets);
    if (pf_model_extension(keyword) != extension) return wrong(v, "REF", keyword, "the keyword that the model has");
    return (postern_extension_find(octets, size) == extension && postern_extension_find(octets, size - 1) == 0 &&
            postern_extension_find(octets, size + 1) == 0 && postern_extension_keyword(extension | 1u << 31) == NULL) ||
           wrong(v, "CONTRACT", keyword, "the extension by its whole keyword and nothing else");
}

bool pf_laws_verbs(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation) {
    const uint32_t hash = pf_hash(octets, size);
    const uint32_t extensions = hash & POSTERN_EXT_ALL;
    const unsigned verbs = POSTERN_VERB_COUNT + 2;

    if (!thorough && (hash >> 24) % INPUTS_A_TURN != 0) return true; /* bits that choose no extension */
    if (postern_command_limit_max(extensions) != pf_model_line_limit(NULL, extensions))
        return wrong(violation, "REF", "", "the limit of all verbs that the model has");
    for (unsigned i = 0; i < (thorough ? verbs : 1); i++)
        if (!verb_holds((postern_verb)((hash + i) % verbs), extensions, violation)) return false;
    for (uint32_t i = 0; i < (thorough ? BITS : 1); i++)
        if (!extension_holds((hash + i) % BITS, violation)) return false;
    return true;
}
