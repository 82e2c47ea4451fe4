/* explain_digits.c: what the parts of a code say by themselves (RFC 5321 4.2.1, RFC 3463 2), and which rows of the
 * reference model speak of a code.
 *
 * SPDX-License-Identifier: MIT */
#include "explain.h"

#include <stdlib.h>
#include <string.h>

static const explain_class classes[] = {
    [0] = {"no class of SMTP", "replies begin with 2, 3, 4 or 5", "it takes the reply for an error of the protocol"},
    [2] = {"success", "the server did what was asked", "it goes on with the next command"},
    [3] = {"intermediate", "all is well so far, and the server waits for more",
           "it sends the rest: the message, or the next AUTH response"},
    [4] = {"transient failure", "refused for now; the same may succeed later",
           "it keeps the message in its queue and tries again later"},
    [5] = {"permanent failure", "refused for good; the same will fail again",
           "it does not repeat the command as it was, and returns the mail to its sender where no other way is left"},
};

const explain_class *explain_class_of(int digit) {
    static const explain_class any = {"any class",
                                      "the class, the first number, is 2 (success), 4 (for now) or 5 (for "
                                      "good)",
                                      "it goes by the class"};

    if (digit == 0) {
        return &any;
    }
    return digit >= 2 && digit <= 5 ? &classes[digit] : &classes[0];
}

bool explain_closes(const explain_code *code) {
    return code->basic != NULL && (code->basic->code == 221 || code->basic->code == 421);
}

const char *explain_client(const explain_code *code) {
    if (!explain_closes(code)) {
        return explain_class_of(code->digit)->client;
    }
    return code->digit == 2 ? "it closes the connection on its side too"
                            : "it closes the connection, keeps the message in its queue and tries again later";
}

const char *explain_class_key(int digit) {
    static const char *const keys[] = {"any", "invalid", "success", "intermediate", "transient", "permanent"};

    return digit >= 0 && digit <= 5 ? keys[digit] : keys[1];
}

const char *explain_category(int code) {
    static const char *const categories[] = {
        "syntax", "information", "connections", "authentication", "no subject that is defined", "the mail system"};
    const int digit = code / 10 % 10;

    return digit <= 5 ? categories[digit] : "no subject (over 5 it is outside the grammar)";
}

typedef struct explain_subject_text {
    const char *name;
    const char *fix;
} explain_subject_text;

static const explain_subject_text *subject_text(unsigned subject) {
    static const explain_subject_text texts[] = {
        {"nothing in particular", "Read the text of the reply: the code says no more than its class."},
        {"addresses", "Check the address that the reply is about: its spelling, its domain, its syntax."},
        {"mailboxes",
         "The owner of the mailbox, or whoever runs the list, has to act; the sender can write elsewhere."},
        {"the receiving system", "The operator of the receiving system has to act, or the message has to become "
                                 "smaller."},
        {"network and routing", "Look at DNS, at routes and at the next host; a message that may wait is tried again."},
        {"the protocol", "Client or server has a fault: compare what was sent with the grammar and the order of "
                         "commands (postern check command, postern check session)."},
        {"content", "Change the content or its encoding, or send it to a system that takes it as it is."},
        {"security and policy", "Find the policy in the reply's text; mend authentication, encryption or reputation."},
    };

    return &texts[subject < sizeof texts / sizeof *texts ? subject : 0];
}

const char *explain_subject(unsigned subject) {
    return subject_text(subject)->name;
}

const char *explain_subject_fix(unsigned subject) {
    return subject_text(subject)->fix;
}

const char *explain_status(postern_code_status status) {
    static const char *const names[] = {
        [POSTERN_CODE_STANDARD] = "standard",     [POSTERN_CODE_EXTENSION] = "extension",
        [POSTERN_CODE_REGISTERED] = "registered", [POSTERN_CODE_EXPERIMENTAL] = "experimental",
        [POSTERN_CODE_HISTORIC] = "historic",     [POSTERN_CODE_PRACTICE] = "practice",
        [POSTERN_CODE_NOT_SMTP] = "not-smtp",
    };

    return names[status];
}

const char *explain_level(pf_model_level level) {
    static const char *const names[] = {
        [PF_LEVEL_MUST] = "must",       [PF_LEVEL_SHOULD] = "should",       [PF_LEVEL_SEQUENCE] = "sequence",
        [PF_LEVEL_GENERAL] = "general", [PF_LEVEL_EXTENSION] = "extension", [PF_LEVEL_PRACTICE] = "practice",
    };

    return names[level];
}

/* ---- Verbs and states ---- */

explain_rows explain_rows_of(int code) {
    explain_rows found = {0};
    size_t count;
    const pf_model_reply_row *const rows = pf_model_reply_rows(&count);

    for (int practice = 0; practice < 2; practice++) {
        for (size_t i = 0; i < count && found.count < EXPLAIN_ROWS_MAX; i++) {
            if (rows[i].code == code && (rows[i].level == PF_LEVEL_PRACTICE) == (practice == 1)) {
                found.row[found.count++] = &rows[i];
            }
        }
    }
    return found;
}

void explain_states(uint32_t states, char *out, size_t capacity) {
    const uint32_t all = (UINT32_C(1) << PF_STATE_COUNT) - 1;
    const uint32_t open = all & ~(UINT32_C(1) << PF_STATE_NONE | UINT32_C(1) << PF_STATE_CLOSED);
    size_t size = 0;

    if ((states & open) == open) {
        snprintf(out, capacity, "any");
        return;
    }
    out[0] = '\0';
    for (int state = 0; state < PF_STATE_COUNT && size < capacity; state++) {
        if ((states >> state & 1) != 0) {
            size += (size_t)snprintf(out + size, capacity - size, "%s%s", size > 0 ? " " : "",
                                     pf_model_state_name((pf_model_state)state));
        }
    }
}

/* ---- Enhanced codes ---- */

bool explain_goes_with(const postern_enhanced_info *enhanced, int code) {
    for (const char *at = enhanced->codes; *at != '\0';) {
        char *end;
        const bool same = strtol(at, &end, 10) == code;
        if (same && end == at + 3) {
            return true;
        }
        at = end + strcspn(end, " ");
        at += strspn(at, " ");
    }
    return false;
}

void explain_enhanced_name(const postern_enhanced_info *enhanced, int digit, char out[16]) {
    snprintf(out, 16, "%c.%u.%u", digit == 0 ? 'X' : '0' + digit, enhanced->subject, enhanced->detail);
}
