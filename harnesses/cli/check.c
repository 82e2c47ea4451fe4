/* check.c: `postern check`: what libpostern makes of one input, for a person or, with --jsonl, for a program.
 *
 * SPDX-License-Identifier: MIT */
#include "check.h"

#include "visible.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const verdict_names[] = {"accept", "reject", "incomplete"};

/* ---- One check ---- */

void check_fault(check_case *check, postern_error error, uint64_t offset) {
    if (error == POSTERN_ERROR_NONE) {
        return;
    }
    check->verdict = CHECK_REJECT;
    check->error = error;
    check->offset = offset;
    check->code = postern_error_describe(error)->code;
}

void check_run(const check_kind *kind, check_case *check, const uint8_t *octets, size_t size) {
    check->octets = octets;
    check->size = size;
    check->verdict = CHECK_ACCEPT;
    check->error = POSTERN_ERROR_NONE;
    check->offset = 0;
    check->code = 0;
    check->read.size = 0;
    kind->judge(check);
}

void check_json(const check_kind *kind, const check_case *check, cli_buffer *out) {
    CLI_BUFFER_TEXT(out, "{\"input\":");
    cli_json_octets(out, check->octets, check->size);
    CLI_BUFFER_TEXT(out, ",\"verdict\":\"");
    cli_buffer_add(out, verdict_names[check->verdict], strlen(verdict_names[check->verdict]));
    if (check->error != POSTERN_ERROR_NONE) {
        const char *name = postern_error_describe(check->error)->name;
        CLI_BUFFER_TEXT(out, "\",\"error\":\"");
        cli_buffer_add(out, name, strlen(name));
        CLI_BUFFER_TEXT(out, "\",\"offset\":");
        cli_json_number(out, check->offset);
    } else {
        CLI_BUFFER_TEXT(out, "\",\"error\":null,\"offset\":null");
    }
    CLI_BUFFER_TEXT(out, ",\"reply\":");
    if (check->code != 0) {
        cli_json_number(out, (uint64_t)check->code);
    } else {
        CLI_BUFFER_TEXT(out, "null");
    }
    if (kind->json != NULL) {
        kind->json(check, out);
    }
    CLI_BUFFER_TEXT(out, "}\n");
}

/* ---- For a person ---- */

void check_row(const char *label, const uint8_t *octets, size_t size) {
    const size_t room = cli_width() - 18;
    size_t shown = 0;

    for (size_t width = 0; shown < size && width + visible_width(octets[shown]) <= room; shown++) {
        width += visible_width(octets[shown]);
    }
    printf("    %s%-10s%s ", cli_paint_code(CLI_DIM), label, cli_paint_code(CLI_PLAIN));
    visible_print(octets, shown, 0, 0);
    puts(shown < size ? "..." : "");
}

/* "501 5.1.3 Domain is malformed" */
static void print_reply(postern_error error) {
    const postern_error_info *info = postern_error_describe(error);
    char text[POSTERN_REPLY_LINE_MAX];
    const int size = snprintf(text, sizeof text, "%d %s %s", info->code, info->enhanced, info->text);

    check_row("reply", (const uint8_t *)text, size > 0 ? (size_t)size : 0);
}

void check_print(const check_kind *kind, const check_case *check) {
    static const cli_paint paints[] = {CLI_GREEN, CLI_RED, CLI_YELLOW};
    const postern_error_info *info = postern_error_describe(check->error);
    const bool wrong = check->error != POSTERN_ERROR_NONE;

    printf("%s%s%s", cli_paint_code(paints[check->verdict]), verdict_names[check->verdict],
           cli_paint_code(CLI_PLAIN));
    if (wrong) {
        printf(": %s%s%s at octet %llu: %s", cli_paint_code(CLI_BOLD), info->name, cli_paint_code(CLI_PLAIN),
               (unsigned long long)check->offset, info->text);
        printf(info->section[0] != '\0' ? " (%s)" : "%s", info->section);
    } else if (check->code != 0) {
        printf(": the first refusal is a %d", check->code);
    }
    puts("\n");
    if (kind->print_input != NULL) {
        kind->print_input(check);
    } else {
        visible_caret(check->octets, check->size, wrong ? &check->offset : NULL);
    }
    if (kind->print_input != NULL) {
        return;
    }
    if (check->code != 0 || kind->print != NULL) {
        puts("");
    }
    if (check->code != 0) {
        print_reply(check->code == info->code ? check->error : POSTERN_ERROR_CONTENT_VIOLATION);
    }
    if (kind->print != NULL) {
        kind->print(check);
    }
}

/* ---- Where inputs come from ---- */

const check_kind *check_kind_find(const char *name) {
    static const check_kind *const kinds[] = {&check_kind_command, &check_kind_address, &check_kind_reply,
                                              &check_kind_data, &check_kind_session};

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i]->name, name) == 0) {
            return kinds[i];
        }
    }
    return NULL;
}

static bool deliver(const check_kind *kind, check_case *check, const uint8_t *octets, size_t size, bool json) {
    cli_buffer out = {0};

    check_run(kind, check, octets, size);
    if (!json) {
        check_print(kind, check);
        return true;
    }
    check_json(kind, check, &out);
    const bool done = cli_buffer_flush(&out, STDOUT_FILENO);
    cli_buffer_release(&out);
    return done;
}

/* One TEXT of the command line. Returns: the exit code. */
static int check_text(const check_kind *kind, check_case *check, const char *text, bool json) {
    const size_t size = strlen(text);
    uint8_t *octets = cli_allocate(size + 2);
    size_t written;
    int exit_code = CLI_OK;

    if (!cli_unescape(octets, text, size, &written)) {
        exit_code = cli_misuse("check", "bad escape at character %zu of TEXT; known are \\r \\n \\t \\\\ \\\" \\xHH",
                               written);
    } else {
        if (kind->is_line && !check->options.raw && (written < 2 || memcmp(octets + written - 2, "\r\n", 2) != 0)) {
            memcpy(octets + written, "\r\n", 2);
            written += 2;
        }
        if (!deliver(kind, check, octets, written, json)) {
            exit_code = cli_misuse("check", "cannot write");
        }
    }
    free(octets);
    return exit_code;
}

static int check_stream(const check_kind *kind, check_case *check) {
    cli_buffer input = {0};
    int exit_code = CLI_OK;

    if (isatty(STDIN_FILENO)) {
        fprintf(stderr, "postern check %s: reading octets from the terminal, up to Ctrl-D\n", kind->name);
    }
    if (cli_read_all(stdin, &input)) {
        (void)deliver(kind, check, (const uint8_t *)cli_buffer_room(&input, 1) - input.size, input.size, false);
    } else {
        exit_code = cli_misuse("check", "cannot read standard input");
    }
    cli_buffer_release(&input);
    return exit_code;
}

/* ---- The command line ---- */

/* "all", "none", or keywords parted by commas. Returns: false, and says so, for a keyword that nobody knows. */
static bool read_extensions(const char *list, uint32_t *extensions) {
    *extensions = POSTERN_EXT_ALL;
    if (list == NULL || strcmp(list, "all") == 0) {
        return true;
    }
    *extensions = POSTERN_EXT_NONE;
    if (strcmp(list, "none") == 0) {
        return true;
    }
    for (const char *name = list;; name++) {
        const size_t size = strcspn(name, ",");
        const uint32_t bit = postern_extension_find((const uint8_t *)name, size);
        if (bit == 0) {
            fprintf(stderr, "postern check: no extension is called \"%.*s\"; known are", (int)size, name);
            for (uint32_t known = 1; known < POSTERN_EXT_ALL; known <<= 1) {
                fprintf(stderr, " %s", postern_extension_keyword(known));
            }
            fputs(", and all, and none\n", stderr);
            return false;
        }
        *extensions |= bit;
        name += size;
        if (*name == '\0') {
            return true;
        }
    }
}

static const char summary[] =
    "Says what libpostern makes of an input: accept, reject or incomplete, with the\n"
    "error, the octet where it is, its RFC section and the reply that it has.\n"
    "\n"
    "KIND says what the input is:\n"
    "  command    one command line with its CRLF; syntax only\n"
    "  address    one mailbox, without angle brackets\n"
    "  reply      one reply of a server, all its lines\n"
    "  data       the octets behind DATA, up to and with the final dot\n"
    "  session    all that a client sends over a connection\n"
    "\n"
    "Each TEXT is an input of its own. It may hold the C escapes \\r \\n \\t \\\\ \\\" and\n"
    "\\xHH; any other backslash is refused. A TEXT of command and reply gets a CRLF\n"
    "when it does not end in one. Without TEXT, the octets of standard input are the\n"
    "input, as they are.\n";

static const char notes[] =
    "Bulk form: with --jsonl and without TEXT, each line of standard input is an input\n"
    "in C escapes, taken as it is (no CRLF is added; an empty line is the empty input),\n"
    "and each line of standard output is a JSON object, in the same order. A line that\n"
    "is not in escapes has the error bad-escape, and null for a verdict.\n"
    "\n"
    "Two bounds are libpostern's own: a command with more than 64 parameters is refused\n"
    "(parameter-too-many), and a reply of more than 1,000 lines (reply-too-many-lines).\n"
    "\n"
    "A session runs against the test policy: the local-part prefixes reject- and\n"
    "defer- are refused in MAIL and RCPT with 550 and 450, bodyreject- and bodydefer-\n"
    "at the end of the message with 554 and 451; AUTH accepts user with pass. The\n"
    "octets \\x16\\x03 behind an accepted STARTTLS stand for the TLS handshake.\n"
    "\n"
    "Examples:\n"
    "  postern check command 'MAIL FROM:<a@b.example> SIZE=1000'\n"
    "  postern check address --smtputf8 'user@b\\xc3\\xbccher.example'\n"
    "  postern check session 'EHLO a\\r\\nQUIT\\r\\n'\n"
    "  postern check data --jsonl < vectors.txt\n"
    "\n"
    "Exit codes: 0 the input was judged, whatever the verdict; 2 called wrongly, or\n"
    "could not read or write.\n";

int verb_check(int argc, char **argv) {
    bool jsonl = false, raw = false, smtputf8 = false, lmtp = false;
    const char *list = NULL;
    const cli_option options[] = {
        {"extensions", "LIST", "all (default), none, or EHLO keywords parted by commas:\nthe extensions in force", NULL,
         &list},
        {"smtputf8", NULL, "address: non-ASCII is allowed; command: RCPT and VRFY as in\n"
         "a transaction that asked for SMTPUTF8", &smtputf8, NULL},
        {"lmtp", NULL, "session: LMTP instead of SMTP", &lmtp, NULL},
        {"jsonl", NULL, "JSON objects, one a line, instead of text for a person", &jsonl, NULL},
        {"raw", NULL, "add no CRLF to TEXT", &raw, NULL},
    };
    const cli_usage usage = {"check", "KIND [TEXT...]", summary, notes, options, sizeof options / sizeof *options};
    int count, exit_code;

    if (!cli_options(&usage, argc, argv, &count, &exit_code)) {
        return exit_code;
    }
    const check_kind *kind = count > 0 ? check_kind_find(argv[0]) : NULL;
    if (kind == NULL) {
        return cli_misuse("check", count > 0 ? "no kind is called %s: command, address, reply, data or session"
                                             : "a kind is missing%s: command, address, reply, data or session",
                          count > 0 ? argv[0] : "");
    }
    check_case *const check = cli_allocate(sizeof *check);
    memset(check, 0, sizeof *check);
    check->options = (check_options){.smtputf8 = smtputf8, .lmtp = lmtp, .raw = raw};
    if (!read_extensions(list, &check->options.extensions)) {
        exit_code = CLI_MISUSE;
    } else if (count > 1) {
        for (int i = 1; i < count && exit_code == CLI_OK; i++) {
            if (i > 1 && !jsonl) {
                puts("");
            }
            exit_code = check_text(kind, check, argv[i], jsonl);
        }
    } else if (!jsonl) {
        exit_code = check_stream(kind, check);
    } else if (!check_bulk(kind, check, STDIN_FILENO)) {
        exit_code = cli_misuse("check", "cannot read standard input, or write");
    }
    cli_buffer_release(&check->read);
    free(check);
    return exit_code;
}
