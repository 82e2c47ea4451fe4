/* explain_json.c: an explanation for a program: one JSON object. Its keys are promised in the help of explain.c.
 *
 * SPDX-License-Identifier: MIT */
#include "explain.h"

#include <jansson.h>
#include <string.h>

/* "A B C" as an array of strings. */
static json_t *words(const char *text) {
    json_t *const array = json_array();

    while (*text != '\0') {
        const size_t size = strcspn(text, " ");
        json_array_append_new(array, json_stringn(text, size));
        text += size;
        text += strspn(text, " ");
    }
    return array;
}

static json_t *valid_rows(int code) {
    const explain_rows rows = explain_rows_of(code);
    json_t *const array = json_array();

    for (size_t i = 0; i < rows.count; i++) {
        const pf_model_reply_row *const row = rows.row[i];
        char states[128];
        explain_states(row->states, states, sizeof states);
        json_array_append_new(array, json_pack("{s:s, s:o, s:s, s:s?, s:s, s:s}", "verb", row->verb, "states",
                                               words(states), "level", explain_level(row->level), "extension",
                                               row->extension, "when", row->when, "source", row->source));
    }
    return array;
}

static json_t *companions(const explain_code *code) {
    size_t count;
    const postern_enhanced_info *const table = postern_enhanced_table(&count);
    json_t *const array = json_array();

    for (size_t i = 0; i < count; i++) {
        if (explain_goes_with(&table[i], code->basic->code)) {
            char name[16];
            explain_enhanced_name(&table[i], code->digit, name);
            json_array_append_new(array, json_string(name));
        }
    }
    return array;
}

/* A reply code is a number, an enhanced code a string. */
static json_t *code_value(const explain_code *code) {
    return code->basic != NULL ? json_integer(code->basic->code) : json_string(code->name);
}

static json_t *basic_object(const explain_code *code) {
    const postern_code_info *const info = code->basic;

    return json_pack("{s:o, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "code", code_value(code),
                     "kind", "reply", "meaning", info->text, "class", explain_class_key(code->digit), "client",
                     explain_client(code), "about", explain_category(info->code), "when", info->when, "fix", info->fix,
                     "status", explain_status(info->status), "source", info->source, "companions", companions(code),
                     "verbs", words(info->verbs), "valid", valid_rows(info->code));
}

static json_t *enhanced_object(const explain_code *code) {
    const postern_enhanced_info *const info = code->enhanced;

    return json_pack("{s:o, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:n, s:s, s:o, s:[], s:[]}", "code", code_value(code),
                     "kind", "enhanced", "meaning", info->text, "class", explain_class_key(code->digit), "client",
                     explain_client(code), "about", explain_subject(info->subject), "when", info->description, "fix",
                     explain_subject_fix(info->subject), "status", "source", info->source, "companions",
                     words(info->codes), "verbs", "valid");
}

static json_t *comparison_object(const explain_code *codes, const explain_comparison *comparison) {
    json_t *const differences = json_array();

    for (size_t i = 0; i < comparison->count; i++) {
        json_array_append_new(differences, json_string(comparison->differences[i]));
    }
    return json_pack("{s:o, s:[{s:o, s:s}, {s:o, s:s}]}", "differences", differences, "use", "code",
                     code_value(&codes[0]), "text", comparison->use[0], "code", code_value(&codes[1]), "text",
                     comparison->use[1]);
}

bool explain_json(const explain_code *codes, size_t count, const explain_comparison *comparison) {
    json_t *const array = json_array();

    for (size_t i = 0; i < count; i++) {
        json_array_append_new(array, codes[i].basic != NULL ? basic_object(&codes[i]) : enhanced_object(&codes[i]));
    }
    json_t *const object = json_pack("{s:o, s:o}", "codes", array, "comparison",
                                     comparison != NULL ? comparison_object(codes, comparison) : json_null());
    const bool done = object != NULL && json_dumpf(object, stdout, JSON_INDENT(2)) == 0 && putchar('\n') != EOF;
    json_decref(object);
    return done;
}
