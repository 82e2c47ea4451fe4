/* explain_print.c: an explanation for a person.
 *
 * SPDX-License-Identifier: MIT */
#include "explain.h"
#include "wrap.h"

#include <string.h>

enum { LABEL_AT = 2, TEXT_AT = 13, STATES_MAX = 16, WHEN_MIN = 20 };

static cli_paint class_paint(int digit) {
    static const cli_paint paints[] = {CLI_BOLD, CLI_RED, CLI_GREEN, CLI_CYAN, CLI_YELLOW, CLI_RED};

    return paints[digit >= 0 && digit <= 5 ? digit : 1];
}

static void print_name(const explain_code *code) {
    printf("%s%s%s%s", cli_paint_code(CLI_BOLD), cli_paint_code(class_paint(code->digit)), code->name,
           cli_paint_code(CLI_PLAIN));
}

/* "  Label      text ..." */
static void print_row(const char *label, const char *text) {
    printf("%*s%s%-*s%s", LABEL_AT, "", cli_paint_code(CLI_DIM), TEXT_AT - LABEL_AT, label, cli_paint_code(CLI_PLAIN));
    wrap_print(TEXT_AT, text);
}

static void print_heading(const char *heading) {
    printf("\n%*s%s%s%s\n\n", LABEL_AT, "", cli_paint_code(CLI_BOLD), heading, cli_paint_code(CLI_PLAIN));
}

static void print_class(const explain_code *code) {
    const explain_class *const class_ = explain_class_of(code->digit);
    char text[512];

    snprintf(text, sizeof text, "%s: %s. What a client does: %s.", class_->name, class_->says, explain_client(code));
    print_row("Class", text);
}

/* ---- Verbs and states ---- */

static size_t longer(size_t width, const char *text) {
    const size_t size = strlen(text);

    return size > width ? size : width;
}

static void print_valid_row(const size_t *columns, const pf_model_reply_row *row) {
    char states[128], when[256];
    const char *const cells[] = {row->verb, states, explain_level(row->level), when};

    explain_states(row->states, states, sizeof states);
    snprintf(when, sizeof when, "%s (%s)", row->when, row->source);
    wrap_cells(columns, cells, sizeof cells / sizeof *cells);
}

static void print_no_rows(const explain_code *code) {
    const bool seen = code->basic->verbs[0] != '\0';
    char text[256];

    snprintf(text, sizeof text, "%s%s.", seen ? "The states are not known. Seen with: " : "No verb is known to get it",
             code->basic->verbs);
    printf("%*s", LABEL_AT + 2, "");
    wrap_print(LABEL_AT + 2, text);
}

/* On a narrow terminal a table would have no room for its last column. */
static void print_valid_folded(const explain_rows *rows) {
    for (size_t i = 0; i < rows->count; i++) {
        const pf_model_reply_row *const row = rows->row[i];
        char states[128], text[512];
        explain_states(row->states, states, sizeof states);
        snprintf(text, sizeof text, "%s in %s, %s: %s (%s)", row->verb, states, explain_level(row->level), row->when,
                 row->source);
        printf("%*s- ", LABEL_AT, "");
        wrap_print(LABEL_AT + 2, text);
    }
}

/* The first columns are as wide as what they hold; the states are folded. */
static void print_valid_table(const explain_rows *rows) {
    static const char *const titles[] = {"Answer to", "In state", "Level", "When"};
    size_t columns[] = {LABEL_AT + 2, 0, 0, 0};
    size_t verb = strlen(titles[0]), state = strlen(titles[1]);

    for (size_t i = 0; i < rows->count; i++) {
        char states[128];
        explain_states(rows->row[i]->states, states, sizeof states);
        verb = longer(verb, rows->row[i]->verb);
        state = longer(state, states);
    }
    columns[1] = columns[0] + verb + 2;
    columns[2] = columns[1] + (state < STATES_MAX ? state : STATES_MAX) + 2;
    columns[3] = columns[2] + strlen("extension") + 2;
    if (cli_width() < columns[3] + WHEN_MIN) {
        print_valid_folded(rows);
        return;
    }
    fputs(cli_paint_code(CLI_DIM), stdout);
    wrap_cells(columns, titles, sizeof titles / sizeof *titles);
    fputs(cli_paint_code(CLI_PLAIN), stdout);
    for (size_t i = 0; i < rows->count; i++) {
        print_valid_row(columns, rows->row[i]);
    }
}

static void print_valid(const explain_code *code) {
    const explain_rows rows = explain_rows_of(code->basic->code);

    print_heading("Where it is valid");
    if (rows.count == 0) {
        print_no_rows(code);
    } else {
        print_valid_table(&rows);
    }
}

/* ---- One code ---- */

/* "5.1.1 5.2.0 ...": the enhanced codes that are registered with the reply code. */
static void print_companions(const explain_code *code) {
    char text[512] = "";
    size_t count, size = 0;
    const postern_enhanced_info *const table = postern_enhanced_table(&count);

    for (size_t i = 0; i < count; i++) {
        if (explain_goes_with(&table[i], code->basic->code)) {
            char name[16];
            explain_enhanced_name(&table[i], code->digit, name);
            size += (size_t)snprintf(text + size, sizeof text - size, "%s%s", size > 0 ? " " : "", name);
        }
    }
    if (size > 0) {
        print_row("Enhanced", text);
    }
}

static void print_basic(const explain_code *code) {
    char text[512];

    print_name(code);
    printf("  %s\n\n", explain_class_of(code->digit)->name);
    print_row("Meaning", code->basic->text);
    print_class(code);
    snprintf(text, sizeof text, "%s (the second digit)", explain_category(code->basic->code));
    print_row("About", text);
    print_row("When", code->basic->when);
    print_row("How to fix", code->basic->fix);
    snprintf(text, sizeof text, "%s (%s)", explain_status(code->basic->status), code->basic->source);
    print_row("Status", text);
    print_companions(code);
    print_valid(code);
}

static void print_enhanced(const explain_code *code) {
    char text[256];

    print_name(code);
    printf("  enhanced code\n\n");
    print_row("Meaning", code->enhanced->text);
    print_class(code);
    snprintf(text, sizeof text, "%s (the second number)", explain_subject(code->enhanced->subject));
    print_row("About", text);
    print_row("When", code->enhanced->description);
    print_row("How to fix", explain_subject_fix(code->enhanced->subject));
    print_row("Goes with", code->enhanced->codes[0] != '\0' ? code->enhanced->codes : "no reply code in particular");
    print_row("Source", code->enhanced->source);
}

/* ---- Two codes ---- */

static void print_comparison(const explain_code *codes, const explain_comparison *comparison) {
    char heading[64];

    snprintf(heading, sizeof heading, "%s and %s: key differences", codes[0].name, codes[1].name);
    print_heading(heading);
    for (size_t i = 0; i < comparison->count; i++) {
        printf("%*s- ", LABEL_AT, "");
        wrap_print(LABEL_AT + 2, comparison->differences[i]);
    }
    print_heading("When to use which");
    for (size_t i = 0; i < 2; i++) {
        printf("%*s", LABEL_AT, "");
        print_name(&codes[i]);
        printf("%*s", TEXT_AT - LABEL_AT - (int)strlen(codes[i].name), "");
        wrap_print(TEXT_AT, comparison->use[i]);
    }
}

void explain_print(const explain_code *codes, size_t count, const explain_comparison *comparison) {
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            puts("");
        }
        if (codes[i].basic != NULL) {
            print_basic(&codes[i]);
        } else {
            print_enhanced(&codes[i]);
        }
    }
    if (comparison != NULL) {
        print_comparison(codes, comparison);
    }
}
