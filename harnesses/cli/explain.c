/* explain.c: `postern explain`: what a reply code means, and how two of them differ.
 *
 * SPDX-License-Identifier: MIT */
#include "explain.h"

#include <stdlib.h>
#include <string.h>

static const char summary[] = "Says what a reply code means, when it is seen, what to do about it, and to which\n"
                              "verbs and in which states of the session it is a valid answer. With two codes also\n"
                              "what parts them, and when to use which.\n"
                              "\n"
                              "CODE is a reply code (550) or an enhanced code (5.1.1; X.1.1 for any class).\n";

static const char notes[] = "Levels, from the strictest: must, should: so says the RFC; sequence: it stands in\n"
                            "the list of RFC 5321 4.3.2; general: any command may get it; extension: an\n"
                            "extension says so; practice: in no RFC, but servers are seen to do it.\n"
                            "\n"
                            "States: NONE before the greeting; CONNECTED before EHLO; GREETED; MAIL in a\n"
                            "transaction without a recipient; RCPT with one; DATA, BDAT in a message; AUTH in an\n"
                            "exchange; TLS between STARTTLS and the handshake; REJECTED after a 554 greeting.\n"
                            "\n"
                            "Answers: CONNECT is the greeting; DATA_BODY comes at the end of a message,\n"
                            "BDAT_CHUNK at the end of a chunk, AUTH_CONTINUATION behind a response of an AUTH\n"
                            "exchange; ANY is any command, UNKNOWN a verb that nobody knows.\n"
                            "\n"
                            "JSON: an object with two keys. \"codes\": an array, one object for each CODE: code\n"
                            "(a number; an enhanced code is a string), kind (reply, enhanced), meaning, class\n"
                            "(success, intermediate, transient, permanent, invalid; any for X), client (what it\n"
                            "does), about, when, fix, status (standard, extension, registered, experimental,\n"
                            "historic, practice, not-smtp; null for an enhanced code), source, companions (codes\n"
                            "of the other kind that it is registered with), verbs, valid: an array of verb,\n"
                            "states (an array; [\"any\"]: all of an open session), level, extension (or\n"
                            "null), when, source. \"comparison\": null for one CODE; else differences, an array of\n"
                            "sentences, and use, an array of code and text.\n"
                            "\n"
                            "Examples:\n"
                            "  postern explain 550\n"
                            "  postern explain 250 502\n"
                            "  postern explain 5.7.1 --json\n"
                            "\n"
                            "Exit codes: 0 explained; 1 nobody defines such a code; 2 called wrongly, or could\n"
                            "not write.\n";

/* "550": digits and nothing else. A number that is too long is no code, and found by nobody. */
static bool is_number(const char *text) {
    return text[0] != '\0' && strspn(text, "0123456789") == strlen(text);
}

/* "5.1.1" or "X.1.1". Returns: is it of that form? Out: subject, detail. */
static bool is_enhanced(const char *text, postern_enhanced *enhanced) {
    char padded[16];
    const size_t size = strlen(text);

    if (size >= sizeof padded) {
        return false;
    }
    memcpy(padded, text, size + 1);
    /* The class is looked at apart: for the form any one will do. */
    if ((padded[0] >= '0' && padded[0] <= '9') || padded[0] == 'X' || padded[0] == 'x') {
        padded[0] = '5';
    }
    return postern_enhanced_parse(enhanced, (const uint8_t *)padded, size) == size && size > 0;
}

static bool find_basic(explain_code *code, const char *text) {
    if (strlen(text) != 3) {
        return false;
    }
    snprintf(code->name, sizeof code->name, "%s", text);
    code->digit = text[0] - '0';
    code->basic = postern_code_find((int)strtol(text, NULL, 10));
    return code->basic != NULL;
}

static bool find_enhanced(explain_code *code, const char *text, const postern_enhanced *enhanced) {
    code->digit = text[0] == 'X' || text[0] == 'x' ? 0 : text[0] - '0';
    code->enhanced = postern_enhanced_find(enhanced->subject, enhanced->detail);
    if (code->enhanced == NULL || strchr("245Xx", text[0]) == NULL) {
        return false;
    }
    explain_enhanced_name(code->enhanced, code->digit, code->name);
    return true;
}

/* One line about a code of nobody. A client still knows what to do with some of them. */
static int unknown(const char *text) {
    const bool readable = is_number(text) && strlen(text) == 3 && strchr("2345", text[0]) != NULL;

    fprintf(stderr, "postern explain: nobody defines the code %s", text);
    if (readable) {
        fprintf(stderr, "; a client goes by its first digit: %s", explain_class_of(text[0] - '0')->name);
    }
    fputc('\n', stderr);
    return CLI_NO;
}

/* Returns: an exit code; CLI_OK when the code was found. */
static int find(explain_code *code, const char *text) {
    postern_enhanced enhanced;

    memset(code, 0, sizeof *code);
    if (is_number(text)) {
        return find_basic(code, text) ? CLI_OK : unknown(text);
    }
    if (is_enhanced(text, &enhanced)) {
        return find_enhanced(code, text, &enhanced) ? CLI_OK : unknown(text);
    }
    return cli_misuse("explain", "%s is no code: 550 and 5.1.1 are", text);
}

int verb_explain(int argc, char **argv) {
    bool json = false;
    const cli_option options[] = {{"json", NULL, "a JSON object instead of text for a person", &json, NULL}};
    const cli_usage usage = {"explain", "CODE [CODE]", summary, notes, options, sizeof options / sizeof *options};
    explain_code codes[2];
    explain_comparison comparison;
    int count, exit_code;

    if (!cli_options(&usage, argc, argv, &count, &exit_code)) {
        return exit_code;
    }
    if (count < 1 || count > 2) {
        return cli_misuse("explain", "%s (postern explain --help says more)",
                          count < 1 ? "a code is missing" : "more than two codes");
    }
    for (int i = 0; i < count && exit_code == CLI_OK; i++) {
        exit_code = find(&codes[i], argv[i]);
    }
    if (exit_code != CLI_OK) {
        return exit_code;
    }
    if (count == 2) {
        explain_compare(&comparison, &codes[0], &codes[1]);
    }
    const explain_comparison *const compared = count == 2 ? &comparison : NULL;
    if (!json) {
        explain_print(codes, (size_t)count, compared);
    } else if (!explain_json(codes, (size_t)count, compared)) {
        return cli_misuse("explain", "cannot write");
    }
    return CLI_OK;
}
