/* layer_codes.c: the laws of what reply.h knows of codes, and error.h of errors. Toolkit room: fuzz/.
 *
 * REF       a code is known, comes from where it does and has the text that an RFC gives it, as the model has them; it
 *           is found under its own number; verbs that RFC 5321 answers with it, or that succeed with it by an
 *           extension, are among those that it is seen with
 * CONTRACT  the tables are in ascending order and have what is found, and nothing else; an error is what error.h
 *           lists, and beyond the last one is none
 *
 * SPDX-License-Identifier: MIT */
#include "judging.h"

#include <postern/reply.h>

#include <string.h>

enum { SUBJECTS = 10, DETAILS = 100, CODES = 1000 };

static bool wrong(pf_violation *v, const char *law, const char *section, const char *expected, unsigned a, unsigned b) {
    (void)pf_unlawful(v, law, section, NULL, NULL, 0, 0, "another answer for %u, %u", a, b);
    return pf_expected(v, "%s", expected);
}

static pf_model_code status_of(const postern_code_info *info) {
    if (info == NULL) return PF_CODE_UNKNOWN;
    switch (info->status) {
    case POSTERN_CODE_STANDARD: return PF_CODE_STANDARD;
    case POSTERN_CODE_EXTENSION: return PF_CODE_EXTENSION;
    case POSTERN_CODE_REGISTERED: return PF_CODE_REGISTERED;
    case POSTERN_CODE_EXPERIMENTAL: return PF_CODE_EXPERIMENTAL;
    case POSTERN_CODE_HISTORIC: return PF_CODE_HISTORIC;
    case POSTERN_CODE_PRACTICE: return PF_CODE_PRACTICE;
    case POSTERN_CODE_NOT_SMTP: return PF_CODE_NOT_SMTP;
    }
    return PF_CODE_UNKNOWN;
}

static bool code_as_model(int code, pf_violation *v) {
    const postern_code_info *info = postern_code_find(code);
    const char *text = pf_model_code_text(code);

    if (info != NULL && (info->text[0] == '\0' || (text != NULL && strcmp(info->text, text) != 0)))
        return wrong(v, "REF", "RFC 5321 4.2.3", text != NULL ? text : "some text", (unsigned)code, 0);
    return (status_of(info) == pf_model_code_of(code) && (info == NULL || info->code == code)) ||
           wrong(v, "REF", "RFC 5321 4.2.3", "the code to be known as the model knows it", (unsigned)code, 0);
}

static bool enhanced_as_model(unsigned subject, unsigned detail, pf_violation *v) {
    const postern_enhanced_info *info = postern_enhanced_find(subject, detail);

    return ((info != NULL) == pf_model_enhanced_is_known(subject, detail) &&
            (info == NULL || (info->subject == subject && info->detail == detail))) ||
           wrong(v, "REF", "RFC 5248 2.3", "the enhanced code to be known as the model knows it", subject, detail);
}

/* ---- Verbs ---- */

/* Is the word one of the list, in which a space parts them? */
static bool has_word(const char *list, const char *word) {
    const size_t size = strlen(word);

    for (; *list != '\0'; list += strcspn(list, " "), list += strspn(list, " "))
        if (strcspn(list, " ") == size && strncmp(list, word, size) == 0) return true;
    return false;
}

/* Does the row say what RFC 5321 answers a verb with, or how it succeeds by an extension that is known? */
static bool names_verb(const pf_model_reply_row *row) {
    static const char others[] = "ANY UNKNOWN LINE_TOO_LONG BARE_LF NUL STARTTLS_NEGOTIATED";

    return row->code != 0 && !has_word(others, row->verb) &&
           (row->level <= PF_LEVEL_SEQUENCE ||
            (row->code < 400 && row->extension != NULL && pf_model_extension(row->extension) != 0));
}

static bool verb_is_known(const pf_model_reply_row *row, pf_violation *v) {
    const postern_code_info *info = postern_code_find(row->code);

    if (!names_verb(row)) return true;
    return (info != NULL && (has_word(info->verbs, row->verb) || strcmp(info->verbs, "any") == 0)) ||
           wrong(v, "REF", row->source, row->verb, (unsigned)row->code, 0);
}

/* ---- Errors ---- */

static bool error_as_listed(unsigned number, pf_violation *v) {
    static const postern_error_info listed[] = {
#define LISTED(identifier, name, code, enhanced, text, section) {name, code, enhanced, text, sizeof text - 1, section},
        POSTERN_ERROR_LIST(LISTED)
#undef LISTED
    };
    const postern_error_info *info = postern_error_describe((postern_error)number);
    const postern_error_info *wanted = &listed[number < POSTERN_ERROR_COUNT ? number : POSTERN_ERROR_NONE];

    return (strcmp(info->name, wanted->name) == 0 && info->code == wanted->code &&
            strcmp(info->enhanced, wanted->enhanced) == 0 && strcmp(info->text, wanted->text) == 0 &&
            info->text_size == wanted->text_size && strcmp(info->section, wanted->section) == 0) ||
           wrong(v, "CONTRACT", "error.h", wanted->name, number, 0);
}

/* ---- All of it ---- */

/* All that can be found, in the order of the tables. */
static bool all_in_order(pf_violation *v) {
    size_t count, enhanced_count;
    const postern_code_info *codes = postern_code_table(&count);
    const postern_enhanced_info *enhanced = postern_enhanced_table(&enhanced_count);
    size_t at = 0;

    for (int code = 0; code < CODES; code++) {
        if (!code_as_model(code, v)) return false;
        const postern_code_info *info = postern_code_find(code);
        if (info != NULL && (at >= count || info != &codes[at++]))
            return wrong(v, "CONTRACT", "reply.h", "the table of codes in ascending order", (unsigned)code, 0);
    }
    if (at != count) return wrong(v, "CONTRACT", "reply.h", "no further code", (unsigned)count, 0);
    at = 0;
    for (unsigned i = 0; i < SUBJECTS * DETAILS; i++) {
        const unsigned subject = i / DETAILS, detail = i % DETAILS;
        if (!enhanced_as_model(subject, detail, v)) return false;
        const postern_enhanced_info *info = postern_enhanced_find(subject, detail);
        if (info != NULL && (at >= enhanced_count || info != &enhanced[at++]))
            return wrong(v, "CONTRACT", "reply.h", "the table of enhanced codes in ascending order", subject, detail);
    }
    return at == enhanced_count ||
           wrong(v, "CONTRACT", "reply.h", "no further enhanced code", (unsigned)enhanced_count, 0);
}

bool pf_laws_codes(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation) {
    enum { ERRORS = POSTERN_ERROR_COUNT + 2 };
    const uint32_t hash = pf_hash(octets, size);
    size_t rows;
    const pf_model_reply_row *row = pf_model_reply_rows(&rows);

    for (uint32_t i = 0; i < (thorough ? ERRORS : 1); i++)
        if (!error_as_listed((hash + i) % ERRORS, violation)) return false;
    for (size_t i = 0; i < (thorough ? rows : 1); i++)
        if (!verb_is_known(&row[(hash + i) % rows], violation)) return false;
    if (thorough && !all_in_order(violation)) return false;
    return code_as_model((int)(hash % CODES), violation) && code_as_model((int)hash, violation) &&
           enhanced_as_model(hash % SUBJECTS, hash / SUBJECTS % DETAILS, violation) &&
           enhanced_as_model(hash & 0xffff, hash >> 16, violation);
}
