/* show.c: `postern show`: a test case, a seed or a finding for a person's eyes.
 *
 * SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* realpath */

#include "check.h"
#include "dialogue.h"
#include "files.h"
#include "script.h"
#include "show_coverage.h"
#include "show_parts.h"
#include "show_pcap.h"

#include <postern/fuzz/target.h>

#include <jansson.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char summary[] = "Shows test cases: a session as a dialogue with libpostern under the test policy\n"
                              "(see postern check --help), anything else as postern check would. Every octet is\n"
                              "visible; errors and violations are marked where they are; long messages and replies\n"
                              "are folded.\n"
                              "\n"
                              "FILE is what a client sends, octet by octet (a seed, a finding, a regression); or a\n"
                              "session script, when its name ends in .smtp. What else it may be, the option says,\n"
                              "or the harness of the finding, or a folder called fuzz_KIND that it lies in\n"
                              "(fuzz_smuggling: data). With a finding, what is known of it is shown too (FILE.json).\n"
                              "\n"
                              "With --coverage, files and folders are run as sessions instead, and what they reach\n"
                              "of the protocol is counted: which verb was answered in which state by which class of\n"
                              "replies (2yz to 5yz), how many of the triples that the RFCs allow that is, and which\n"
                              "were never reached. States are those of the reference model. 421, which may come at\n"
                              "any time, is counted among the codes alone.\n"
                              "\n"
                              "With --pcap, a session and libpostern's answers are written as packets of a made-up\n"
                              "connection, in lock-step; what is said over TLS stands there in clear. With --parts,\n"
                              "it is told where a test case can be cut without cutting what belongs together.\n";

static const char notes[] =
    "Left column: octets of the stream. C the client, S the server, | the client within a\n"
    "message, x clear text that is never run.\n"
    "\n"
    "JSON of --coverage: sessions, replies, legal, reached; states (state, legal, reached);\n"
    "triples, those that were reached, never, those that were not, and outside, those that no\n"
    "RFC has (state, verb or null for a broken line, class, count); codes (verb, code, count);\n"
    "moves (from, to, count).\n"
    "\n"
    "JSON of --parts, an object a line: what (command, message, chunk, answer, handshake; of\n"
    "anything but a session: line), begin, middle, end. In the middle, a chunk's content\n"
    "begins, and that of a message ends, as does the clear text before a handshake.\n"
    "\n"
    "Exit codes: 0 shown; 1 a reply is not the one that the script expects; 2 called\n"
    "wrongly, or could not read.\n";

typedef struct show_options {
    const char *kind; /* or NULL */
    bool full;
    bool lmtp;
    bool coverage;
    bool json;
    bool parts;
    const char *graph; /* or NULL */
    const char *pcap;  /* or NULL */
} show_options;

/* ---- What a file is ---- */

/* The kind that a harness is for; NULL when it is unknown. Of "fuzz_command" or a longer path that is "command". */
static const char *kind_of_harness(const char *text) {
    static const struct {
        const char *harness;
        const char *kind;
    } known[] = {
        {"fuzz_session", "session"}, {"fuzz_command", "command"}, {"fuzz_address", "address"}, {"fuzz_reply", "reply"},
        {"fuzz_data", "data"},       {"fuzz_smuggling", "data"},  {"fuzz_line", "line"},
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const char *found = strstr(text, known[i].harness);
        const char end = found != NULL ? found[strlen(known[i].harness)] : 'x';
        if (found != NULL && (found == text || found[-1] == '/') && (end == '/' || end == '\0')) {
            return known[i].kind;
        }
    }
    return NULL;
}

/* The kind that the folders say. */
static const char *kind_of_path(const char *file) {
    char *path = realpath(file, NULL);
    const char *kind = path != NULL ? kind_of_harness(path) : NULL;

    free(path);
    return kind;
}

/* ---- Findings ---- */

static json_t *read_facts(const char *file) {
    const size_t size = strlen(file) + sizeof ".json";
    char *beside = cli_allocate(size);

    snprintf(beside, size, "%s.json", file);
    json_t *facts = json_load_file(beside, 0, NULL);
    free(beside);
    return facts;
}

static void print_facts(const json_t *facts) {
    static const char *const keys[] = {"oracle", "section", "summary", "state",
                                       "verb",   "engine",  "version", "reproduce"};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *value = json_string_value(json_object_get(facts, keys[i]));
        if (value != NULL && value[0] != '\0') {
            check_row(keys[i], (const uint8_t *)value, strlen(value));
        }
    }
    puts("");
}

/* ---- Kinds ---- */

/* In the limit that fuzz_line runs them with. */
static void show_lines(const uint8_t *octets, size_t size) {
    const uint32_t word = pf_options_word(octets, size);
    postern_line framer;
    postern_slice line;
    postern_fault fault;
    size_t taken;

    postern_line_init(&framer, word != 0 ? word % POSTERN_AUTH_LINE_MAX : POSTERN_COMMAND_LINE_MAX);
    for (size_t at = 0; at < size; at += taken) {
        if (postern_line_feed(&framer, octets + at, size - at, &taken, &line, &fault) == POSTERN_NEED_MORE) {
            fault = postern_line_pending_fault(&framer);
        }
        dialogue_line(octets + at, taken, at, fault);
    }
}

typedef struct reply_ends {
    uint64_t *ends;
    size_t count;
} reply_ends;

static void note_reply(void *context, const session_seen *seen) {
    reply_ends *const replies = context;

    if (seen->sight == SESSION_REPLY) {
        replies->ends = cli_grow(replies->ends, (replies->count + 1) * sizeof *replies->ends);
        replies->ends[replies->count++] = seen->end;
    }
}

/* Which reply does each "S:" line mean? Those that stand together mean the last ones that have come by then, so that a
 * script need not tell every reply. One for which nothing has come stands behind all replies. Returns: a code for each
 * reply, 0 for any. Out: count. */
static int *align(const session_script *script, const reply_ends *came, size_t *count) {
    int *expected = cli_allocate((came->count + script->reply_count) * sizeof *expected);
    size_t claimed = 0, late = came->count;

    memset(expected, 0, (came->count + script->reply_count) * sizeof *expected);
    for (size_t i = 0; i < script->reply_count;) {
        const uint64_t offset = script->replies[i].offset;
        size_t group = 1, due = claimed;
        while (i + group < script->reply_count && script->replies[i + group].offset == offset) {
            group++;
        }
        while (due < came->count && came->ends[due] <= offset) {
            due++;
        }
        claimed = due - claimed > group ? due - group : claimed;
        for (const size_t end = i + group; i < end; i++) {
            expected[claimed < due ? claimed++ : late++] = script->replies[i].code;
        }
    }
    *count = late;
    return expected;
}

static int show_script(const char *file, const cli_buffer *text, const session_setup *setup, bool full) {
    session_script script;
    reply_ends replies = {NULL, 0};
    size_t line, count;
    int exit_code = CLI_OK;

    if (!script_read(&script, text->data, text->size, &line)) {
        exit_code = script_refuse("show", file, line);
    } else {
        const uint8_t *octets = (const uint8_t *)script.octets.data;
        session_run(setup, octets, script.octets.size, note_reply, &replies);
        int *expected = align(&script, &replies, &count);
        const dialogue_options options = {.full = full, .expected = expected, .expected_count = count};
        exit_code = dialogue_print(setup, octets, script.octets.size, &options) ? CLI_OK : CLI_NO;
        free(expected);
        free(replies.ends);
    }
    script_release(&script);
    return exit_code;
}

static int show_content(const char *file, const char *kind, const cli_buffer *content, const show_options *options) {
    const session_setup setup = {.extensions = POSTERN_EXT_SESSION, .lmtp = options->lmtp};
    const uint8_t *octets = (const uint8_t *)content->data;

    if (strcmp(kind, "script") == 0) {
        return show_script(file, content, &setup, options->full);
    }
    if (strcmp(kind, "session") == 0) {
        (void)dialogue_print(&setup, octets, content->size, &(dialogue_options){.full = options->full});
    } else if (strcmp(kind, "line") == 0) {
        show_lines(octets, content->size);
    } else {
        check_case *check = cli_allocate(sizeof *check);
        memset(check, 0, sizeof *check);
        check->options.extensions = POSTERN_EXT_ALL;
        check_run(check_kind_find(kind), check, octets, content->size);
        check_print(check_kind_find(kind), check);
        cli_buffer_release(&check->read);
        free(check);
    }
    return CLI_OK;
}

/* What it is, for those who do not say: known of a finding, else where it lies, else how it is called. */
static const char *guess_kind(const char *file, const json_t *facts) {
    const char *harness = json_string_value(json_object_get(facts, "harness"));
    const char *kind = harness != NULL ? kind_of_harness(harness) : NULL;

    kind = kind == NULL ? kind_of_path(file) : kind;
    return kind == NULL ? (cli_ends_in(file, ".smtp") ? "script" : "session") : kind;
}

static int show_file(const char *file, const show_options *options) {
    cli_buffer content = {0};
    FILE *stream = fopen(file, "rb");
    const bool read = stream != NULL && cli_read_all(stream, &content);
    const int error = errno;

    if (stream != NULL) {
        fclose(stream);
    }
    if (!read) {
        cli_buffer_release(&content);
        return cli_misuse("show", "cannot read %s: %s", file, strerror(error));
    }
    json_t *facts = read_facts(file);
    const char *kind = options->kind != NULL ? options->kind : guess_kind(file, facts);
    printf("%s%s%s (%s, %zu octet%s)\n\n", cli_paint_code(CLI_BOLD), file, cli_paint_code(CLI_PLAIN), kind,
           content.size, content.size == 1 ? "" : "s");
    if (facts != NULL) {
        print_facts(facts);
    }
    const int exit_code = show_content(file, kind, &content, options);
    json_decref(facts);
    cli_buffer_release(&content);
    return exit_code;
}

/* ---- For programs ---- */

/* --parts and --pcap: of one file. */
static int export_file(const char *file, const show_options *options) {
    const session_setup setup = {.extensions = POSTERN_EXT_SESSION, .lmtp = options->lmtp};
    cli_buffer content = {0};
    json_t *facts = read_facts(file);
    const char *kind = options->kind != NULL ? options->kind : guess_kind(file, facts);
    pf_mutate_kind parts = PF_MUTATE_SESSION;
    int exit_code = cli_session_read("show", file, &content);

    (void)cli_buffer_room(&content, 1); /* so that there are octets, be they none */
    const uint8_t *octets = (const uint8_t *)content.data;
    const bool is_session = strcmp(kind, "session") == 0 || strcmp(kind, "script") == 0;
    if (exit_code == CLI_OK && options->parts) {
        (void)pf_mutate_kind_find(kind, &parts); /* a script is a session */
        show_parts(parts, octets, content.size);
    } else if (exit_code == CLI_OK && (is_session || strcmp(kind, "reply") == 0)) {
        exit_code = show_pcap(options->pcap, is_session ? &setup : NULL, octets, content.size);
    } else if (exit_code == CLI_OK) {
        exit_code = cli_misuse("show", "--pcap takes a session or a reply, and %s is a %s", file, kind);
    }
    json_decref(facts);
    cli_buffer_release(&content);
    return exit_code;
}

int verb_show(int argc, char **argv) {
    show_options show = {.kind = NULL};
    const cli_option options[] = {
        {"coverage", NULL, "count what FILEs and folders reach of the protocol", &show.coverage, NULL},
        {"full", NULL, "do not fold long messages and replies", &show.full, NULL},
        {"graph", "FILE",
         "with --coverage: write the graph of states, with counts, for Graphviz\n(dot -Tsvg FILE -o FILE.svg)", NULL,
         &show.graph},
        {"json", NULL, "with --coverage: a JSON object instead of text", &show.json, NULL},
        {"kind", "KIND", "session, script, command, address, reply, data or line", NULL, &show.kind},
        {"lmtp", NULL, "LMTP instead of SMTP", &show.lmtp, NULL},
        {"parts", NULL, "where FILE can be cut, as JSON", &show.parts, NULL},
        {"pcap", "OUT", "write FILE as packets, for Wireshark and its kin", NULL, &show.pcap},
    };
    const cli_usage usage = {"show", "FILE...", summary, notes, options, sizeof options / sizeof *options};
    int count, exit_code;

    if (!cli_options(&usage, argc, argv, &count, &exit_code)) {
        return exit_code;
    }
    if (count == 0) {
        return cli_misuse("show", "a file is missing (postern show --help)");
    }
    if (show.kind != NULL && strcmp(show.kind, "script") != 0 && strcmp(show.kind, "line") != 0 &&
        !(show.parts && strcmp(show.kind, "client") == 0) && check_kind_find(show.kind) == NULL) {
        return cli_misuse("show", "no kind is called %s: session, script, command, address, reply, data or line",
                          show.kind);
    }
    if (show.coverage + show.parts + (show.pcap != NULL) > 1) {
        return cli_misuse("show", "--coverage, --parts and --pcap go one at a time");
    }
    if (!show.coverage && (show.json || show.graph != NULL)) {
        return cli_misuse("show", "--%s goes with --coverage", show.json ? "json" : "graph");
    }
    if (show.coverage) {
        return show_coverage(argv, count, show.json, show.graph);
    }
    if (show.parts || show.pcap != NULL) {
        return count == 1 ? export_file(argv[0], &show)
                          : cli_misuse("show", "--%s takes one file", show.parts ? "parts" : "pcap");
    }
    for (int i = 0; i < count; i++) {
        if (i > 0) {
            puts("");
        }
        const int one = show_file(argv[i], &show);
        exit_code = one > exit_code ? one : exit_code;
    }
    return exit_code;
}
