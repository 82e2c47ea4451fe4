/* explain_compare.c: what two codes have in common and what parts them: what was written about the pair, and what
 * their digits and the rows of the reference model say.
 *
 * SPDX-License-Identifier: MIT */
#include "explain.h"

#include <stdarg.h>
#include <string.h>

/* ---- Sentences ---- */

/* One more difference. What does not fit is cut. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static void
difference(explain_comparison *comparison, const char *format, ...) {
    char *const sentence = comparison->room + comparison->used;
    const size_t left = sizeof comparison->room - comparison->used;
    va_list arguments;

    if (comparison->count == EXPLAIN_DIFFERENCES_MAX || left < 2) {
        return;
    }
    va_start(arguments, format);
    vsnprintf(sentence, left, format, arguments);
    va_end(arguments);
    comparison->differences[comparison->count++] = sentence;
    comparison->used += strlen(sentence) + 1;
}

static void compare_classes(explain_comparison *comparison, const explain_code *one, const explain_code *other) {
    const explain_class *const first = explain_class_of(one->digit), *const second = explain_class_of(other->digit);
    const char *const part = one->basic != NULL ? "digit" : "number";

    if (first == second) {
        difference(comparison, "First %s: both mean %s (%s).", part, first->name, first->says);
    } else {
        difference(comparison, "First %s: %s means %s (%s), %s means %s (%s).", part, one->name, first->name,
                   first->says, other->name, second->name, second->says);
    }
}

static void compare_clients(explain_comparison *comparison, const explain_code *one, const explain_code *other) {
    const char *const first = explain_client(one), *const second = explain_client(other);

    if (first == second) {
        difference(comparison, "What a client does, after both: %s.", first);
    } else {
        difference(comparison, "What a client does: after %s %s; after %s %s.", one->name, first, other->name, second);
    }
}

/* ---- Reply codes ---- */

enum { ANSWERED_MAX = 40 };

/* What a code answers, without repetition. */
typedef struct answered {
    size_t count;
    const char *names[ANSWERED_MAX];
} answered;

/* What a verb of the reply table is called in a sentence. */
static const char *plain_name(const char *verb) {
    static const struct {
        const char *verb, *name;
    } names[] = {
        {"ANY", "any command"},
        {"CONNECT", "a new connection"},
        {"DATA_BODY", "the end of a message"},
        {"BDAT_CHUNK", "a BDAT chunk"},
        {"AUTH_CONTINUATION", "an AUTH response"},
        {"UNKNOWN", "an unknown verb"},
        {"LINE_TOO_LONG", "a bad line"},
        {"BARE_LF", "a bad line"},
        {"NUL", "a bad line"},
        {"NON_ASCII", "a non-ASCII octet"},
        {"STARTTLS_NEGOTIATED", "a handshake"},
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(names[i].verb, verb) == 0) {
            return names[i].name;
        }
    }
    return verb;
}

static bool holds(const answered *list, const char *name) {
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* Shutdown and timeout answer nothing: their 421 comes unasked. */
static bool is_answer(const pf_model_reply_row *row) {
    return strcmp(row->verb, "SHUTDOWN") != 0 && strcmp(row->verb, "TIMEOUT") != 0;
}

/* By the RFCs; by what is seen in practice, where they say nothing. */
static answered answers(int code) {
    const explain_rows rows = explain_rows_of(code);
    answered list = {0};

    for (size_t i = 0; i < rows.count && list.count < ANSWERED_MAX; i++) {
        const char *const name = plain_name(rows.row[i]->verb);
        if (rows.row[i]->level == PF_LEVEL_PRACTICE && rows.row[0]->level != PF_LEVEL_PRACTICE) {
            break;
        }
        if (is_answer(rows.row[i]) && !holds(&list, name)) {
            list.names[list.count++] = name;
        }
    }
    return list;
}

/* "A, B and C" of those of `from` that are (or are not) in `other`. Returns: how many. */
static size_t enumerate(char *out, size_t capacity, const answered *from, const answered *other, bool shared) {
    const char *chosen[ANSWERED_MAX];
    size_t count = 0, size = 0;

    out[0] = '\0';
    for (size_t i = 0; i < from->count; i++) {
        if (holds(other, from->names[i]) == shared) {
            chosen[count++] = from->names[i];
        }
    }
    for (size_t i = 0; i < count && size < capacity; i++) {
        const char *const link = i == 0 ? "" : i + 1 == count ? " and " : ", ";
        size += (size_t)snprintf(out + size, capacity - size, "%s%s", link, chosen[i]);
    }
    return count;
}

static void compare_answers(explain_comparison *comparison, const explain_code *one, const explain_code *other) {
    const answered first = answers(one->basic->code), second = answers(other->basic->code);
    char mine[512], yours[512], both[512], sentence[2048];
    size_t size = 0;

    if (first.count == 0 || second.count == 0) {
        if (first.count != second.count) {
            difference(comparison, "No verb is known to be answered with %s.",
                       first.count == 0 ? one->name : other->name);
        }
        return;
    }
    if (enumerate(mine, sizeof mine, &first, &second, false) > 0) {
        size += (size_t)snprintf(sentence + size, sizeof sentence - size, "%s alone answers %s", one->name, mine);
    }
    if (enumerate(yours, sizeof yours, &second, &first, false) > 0) {
        size += (size_t)snprintf(sentence + size, sizeof sentence - size, "%s%s alone answers %s", size > 0 ? "; " : "",
                                 other->name, yours);
    }
    if (enumerate(both, sizeof both, &first, &second, true) > 0) {
        snprintf(sentence + size, sizeof sentence - size, "%s answer %s", size > 0 ? "; both" : "Both", both);
    }
    difference(comparison, "%s.", sentence);
}

/* All states in which the verb may get the code by the RFCs. */
static uint32_t states_of(const char *verb, const explain_rows *rows) {
    uint32_t states = 0;

    for (size_t i = 0; i < rows->count; i++) {
        if (strcmp(rows->row[i]->verb, verb) == 0 && rows->row[i]->level != PF_LEVEL_PRACTICE) {
            states |= rows->row[i]->states;
        }
    }
    return states;
}

/* A verb that gets the one code in some states and the other one in others only: 354 and 503 to DATA. */
static void compare_states(explain_comparison *comparison, const explain_code *one, const explain_code *other) {
    const explain_rows mine = explain_rows_of(one->basic->code), yours = explain_rows_of(other->basic->code);

    for (size_t i = 0; i < mine.count; i++) {
        const char *const verb = mine.row[i]->verb;
        const uint32_t here = states_of(verb, &mine), there = states_of(verb, &yours);
        char names[2][128];
        if (here == 0 || there == 0 || (here & there) != 0) {
            continue;
        }
        explain_states(here, names[0], sizeof names[0]);
        explain_states(there, names[1], sizeof names[1]);
        difference(comparison, "%s gets %s in %s, and %s in %s.", verb, one->name, names[0], other->name, names[1]);
        return;
    }
}

static void compare_connections(explain_comparison *comparison, const explain_code *one, const explain_code *other) {
    if (explain_closes(one) && explain_closes(other)) {
        difference(comparison, "The connection closes behind both.");
    } else if (explain_closes(one) || explain_closes(other)) {
        difference(comparison, "The connection closes behind %s, and not behind %s.",
                   explain_closes(one) ? one->name : other->name, explain_closes(one) ? other->name : one->name);
    }
}

static void compare_standing(explain_comparison *comparison, const explain_code *one, const explain_code *other) {
    static const char *const standing[] = {
        [POSTERN_CODE_STANDARD] = "is of RFC 5321 or an update of it",
        [POSTERN_CODE_EXTENSION] = "comes from an extension",
        [POSTERN_CODE_REGISTERED] = "stands in the registry of enhanced codes and nowhere else",
        [POSTERN_CODE_EXPERIMENTAL] = "comes from an experiment",
        [POSTERN_CODE_HISTORIC] = "is history",
        [POSTERN_CODE_PRACTICE] = "is in no RFC, and only seen in practice",
        [POSTERN_CODE_NOT_SMTP] = "is no code of SMTP at all",
    };

    if (one->basic->status != other->basic->status) {
        difference(comparison, "%s %s (%s); %s %s (%s).", one->name, standing[one->basic->status], one->basic->source,
                   other->name, standing[other->basic->status], other->basic->source);
    }
}

static void compare_basic(explain_comparison *comparison, const explain_code *one, const explain_code *other) {
    const bool ordered = one->basic->code < other->basic->code;
    const explain_pair *const pair = ordered ? explain_pair_find(one->basic->code, other->basic->code)
                                             : explain_pair_find(other->basic->code, one->basic->code);
    const char *const mine = explain_category(one->basic->code), *const yours = explain_category(other->basic->code);

    if (pair != NULL) {
        difference(comparison, "%s", pair->difference);
        snprintf(comparison->use[0], sizeof comparison->use[0], "%s", ordered ? pair->use_low : pair->use_high);
        snprintf(comparison->use[1], sizeof comparison->use[1], "%s", ordered ? pair->use_high : pair->use_low);
    }
    compare_classes(comparison, one, other);
    compare_clients(comparison, one, other);
    if (mine == yours) {
        difference(comparison, "Second digit: both are about %s.", mine);
    } else {
        difference(comparison, "Second digit: %s is about %s, %s about %s.", one->name, mine, other->name, yours);
    }
    compare_answers(comparison, one, other);
    compare_states(comparison, one, other);
    compare_connections(comparison, one, other);
    compare_standing(comparison, one, other);
}

/* ---- Enhanced codes ---- */

static const char *listed_codes(const explain_code *code) {
    return code->enhanced->codes[0] != '\0' ? code->enhanced->codes : "none in particular";
}

static void compare_enhanced(explain_comparison *comparison, const explain_code *one, const explain_code *other) {
    difference(comparison, "%s: %s %s: %s", one->name, one->enhanced->description, other->name,
               other->enhanced->description);
    compare_classes(comparison, one, other);
    compare_clients(comparison, one, other);
    if (one->enhanced->subject == other->enhanced->subject) {
        difference(comparison, "Second number: both are about %s.", explain_subject(one->enhanced->subject));
    } else {
        difference(comparison, "Second number: %s is about %s, %s about %s.", one->name,
                   explain_subject(one->enhanced->subject), other->name, explain_subject(other->enhanced->subject));
    }
    difference(comparison, "Reply codes that they are registered with: %s, %s; %s, %s.", one->name, listed_codes(one),
               other->name, listed_codes(other));
}

static void compare_kinds(explain_comparison *comparison, const explain_code *basic, const explain_code *enhanced) {
    const bool fits = enhanced->digit == 0 || enhanced->digit == basic->digit;

    difference(comparison,
               "%s is a reply code: the three digits that a client acts upon. %s is an enhanced code: it stands behind "
               "the reply code in the text and gives the reason.",
               basic->name, enhanced->name);
    if (basic->digit == 3) {
        difference(comparison, "No enhanced code stands in a reply 3yz.");
    } else if (!fits) {
        difference(comparison, "They cannot stand in one reply: the class of the enhanced code has to be the first "
                               "digit of the reply code.");
    } else {
        difference(comparison, "They may stand in one reply%s.",
                   explain_goes_with(enhanced->enhanced, basic->basic->code)
                       ? ", and are registered with each other"
                       : ", though they are not registered with each other");
    }
}

/* ---- Both ---- */

/* Where nothing was written about the pair: what is known of each alone. */
static void default_use(char *use, size_t capacity, const explain_code *code) {
    if (code->enhanced != NULL) {
        snprintf(use, capacity, "%s", code->enhanced->description);
        return;
    }
    switch (code->basic->status) {
    case POSTERN_CODE_NOT_SMTP: snprintf(use, capacity, "Never send it. %s", code->basic->when); break;
    case POSTERN_CODE_PRACTICE:
    case POSTERN_CODE_HISTORIC:
        snprintf(use, capacity, "Not for a new server: choose a standard code that begins with %d. %s", code->digit,
                 code->basic->when);
        break;
    default: snprintf(use, capacity, "%s", code->basic->when); break;
    }
}

void explain_compare(explain_comparison *comparison, const explain_code *one, const explain_code *other) {
    memset(comparison, 0, sizeof *comparison);
    default_use(comparison->use[0], sizeof comparison->use[0], one);
    default_use(comparison->use[1], sizeof comparison->use[1], other);
    if (strcmp(one->name, other->name) == 0) {
        difference(comparison, "They are the same code.");
    } else if (one->basic != NULL && other->basic != NULL) {
        compare_basic(comparison, one, other);
    } else if (one->enhanced != NULL && other->enhanced != NULL) {
        compare_enhanced(comparison, one, other);
    } else {
        compare_kinds(comparison, one->basic != NULL ? one : other, one->basic != NULL ? other : one);
    }
}
