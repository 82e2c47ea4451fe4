/* generate.c: `postern generate`: sessions, commands, addresses, replies and messages from nothing, valid and with one
 * fault, by the grammar of the mutator (postern/fuzz/mutate.h).
 *
 * SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* mkdir */

#include "cli.h"

#include <postern/fuzz/mutate.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char summary[] =
    "Makes inputs: half of them valid, half with one fault. Valid means that the server of\n"
    "the test policy (see postern check --help) takes all of it; a valid session has no\n"
    "reply 4yz or 5yz. The same seed gives the same inputs, on every machine: the input of\n"
    "seed N is the same alone and in a row that begins before it.\n"
    "\n"
    "They come one a line, in C escapes, ready for postern check KIND --jsonl (addresses with\n"
    "--smtputf8: some are international). With --output each is a file of raw octets, ready\n"
    "for a corpus, called KIND-SEED.\n";

static const char notes[] = "Objects of --jsonl:\n"
                            "  seed     what makes it again alone\n"
                            "  input    in C escapes\n"
                            "  fault    what is wrong with it, or null\n"
                            "  expects  names of errors, of which it is meant to meet one; of a session reply codes;\n"
                            "           \"incomplete\" where nothing but the rest is missing; null when it is valid\n"
                            "\n"
                            "Exit codes: 0 made; 2 called wrongly, or could not write.\n"
                            "\n"
                            "  postern generate --seed 7 --raw | nc -C mail.example 25\n";

enum { INPUT_MOST = 8192 };

typedef struct generation {
    pf_mutate_kind kind;
    pf_generate_how how;
    uint64_t seed;
    uint64_t count;
    bool raw;
    bool jsonl;
    const char *folder; /* or NULL */
} generation;

/* ---- Ways out ---- */

static void put_escaped(const uint8_t *octets, size_t size) {
    for (size_t i = 0; i < size; i++) {
        char text[4];
        fwrite(text, 1, cli_escape(text, octets[i]), stdout);
    }
    putchar('\n');
}

/* Constant words need no escapes. */
static void add_word(cli_buffer *out, const char *key, const char *word) {
    CLI_BUFFER_TEXT(out, ",\"");
    cli_buffer_add(out, key, strlen(key));
    CLI_BUFFER_TEXT(out, "\":");
    cli_json_octets(out, (const uint8_t *)word, word != NULL ? strlen(word) : 0);
}

static void put_object(cli_buffer *out, uint64_t seed, const uint8_t *octets, const pf_generated *made) {
    out->size = 0;
    CLI_BUFFER_TEXT(out, "{\"seed\":");
    cli_json_number(out, seed);
    CLI_BUFFER_TEXT(out, ",\"input\":");
    cli_json_octets(out, octets, made->size);
    add_word(out, "fault", made->fault);
    add_word(out, "expects", made->expects);
    CLI_BUFFER_TEXT(out, "}\n");
    fwrite(out->data, 1, out->size, stdout);
}

/* One file, under another name until it is whole, so that no engine ever reads half of it. */
static int put_file(const char *folder, const char *kind, uint64_t seed, const uint8_t *octets, size_t size) {
    const size_t room = strlen(folder) + 64;
    char *const part = cli_allocate(room), *const path = cli_allocate(room);
    int exit_code = CLI_OK;

    snprintf(part, room, "%s/.%s-%llu.part", folder, kind, (unsigned long long)seed);
    snprintf(path, room, "%s/%s-%llu", folder, kind, (unsigned long long)seed);
    FILE *const file = fopen(part, "wb");
    const bool written = file != NULL && fwrite(octets, 1, size, file) == size;
    if (file == NULL || fclose(file) != 0 || !written || rename(part, path) != 0) {
        exit_code = cli_misuse("generate", "cannot write %s: %s", path, strerror(errno));
        unlink(part);
    }
    free(part);
    free(path);
    return exit_code;
}

static int generate(const generation *job) {
    static uint8_t octets[INPUT_MOST];
    cli_buffer line = {0};
    int exit_code = CLI_OK;

    if (job->folder != NULL && mkdir(job->folder, 0777) != 0 && errno != EEXIST) {
        return cli_misuse("generate", "cannot make %s: %s", job->folder, strerror(errno));
    }
    for (uint64_t i = 0; i < job->count && exit_code == CLI_OK && !ferror(stdout); i++) {
        const uint64_t seed = job->seed + i;
        const pf_generated made = pf_generate(job->kind, seed, job->how, octets, sizeof octets);
        if (job->folder != NULL) {
            exit_code = put_file(job->folder, pf_mutate_kind_name(job->kind), seed, octets, made.size);
        } else if (job->jsonl) {
            put_object(&line, seed, octets, &made);
        } else if (job->raw) {
            fwrite(octets, 1, made.size, stdout);
        } else {
            put_escaped(octets, made.size);
        }
    }
    cli_buffer_release(&line);
    return exit_code;
}

/* ---- Options ---- */

/* A number, decimal digits and nothing else. */
static bool read_number(const char *text, uint64_t *number) {
    char *end;

    errno = 0;
    *number = strtoull(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0;
}

/* What the options leave unclear. Returns: CLI_OK, or CLI_MISUSE when all is said. */
static int settle(generation *job, const char *seed, const char *count, const char *kind) {
    if (!read_number(seed, &job->seed)) {
        return cli_misuse("generate", "--seed is a number from 0 to 18446744073709551615, not %s", seed);
    }
    if (!read_number(count, &job->count)) {
        return cli_misuse("generate", "--count is a number, not %s", count);
    }
    if (!pf_mutate_kind_find(kind, &job->kind) || job->kind > PF_MUTATE_REPLY) {
        return cli_misuse("generate", "no kind is called %s: session, command, address, reply or data", kind);
    }
    if (job->raw + job->jsonl + (job->folder != NULL) > 1) {
        return cli_misuse("generate", "one of --raw, --jsonl and --output");
    }
    if (job->raw && job->count != 1) {
        return cli_misuse("generate", "--raw is for one input: nothing would part them");
    }
    return CLI_OK;
}

int verb_generate(int argc, char **argv) {
    generation job = {.how = PF_GENERATE_ANY};
    const char *seed = "0", *count = "1", *kind = "session";
    bool valid = false, nearly = false;
    const cli_option options[] = {
        {"seed", "N", "the first seed (default: 0)", NULL, &seed},
        {"count", "N", "how many (default: 1); each has the next seed", NULL, &count},
        {"kind", "KIND", "session (default), command, address, reply or data", NULL, &kind},
        {"valid", NULL, "no faults", &valid, NULL},
        {"nearly", NULL, "one fault in each", &nearly, NULL},
        {"raw", NULL, "one input, octet by octet, as it goes over a wire", &job.raw, NULL},
        {"jsonl", NULL, "objects that say what is wrong with each", &job.jsonl, NULL},
        {"output", "DIR", "a file for each, in this folder, which is made when it is\nmissing", NULL, &job.folder},
    };
    const cli_usage usage = {"generate", "", summary, notes, options, sizeof options / sizeof *options};
    int operands, exit_code;

    if (!cli_options(&usage, argc, argv, &operands, &exit_code)) {
        return exit_code;
    }
    if (operands > 0) {
        return cli_misuse("generate", "what is %s? (postern generate --help)", argv[0]);
    }
    if (valid && nearly) {
        return cli_misuse("generate", "--valid or --nearly, or neither: half of each");
    }
    job.how = valid ? PF_GENERATE_VALID : nearly ? PF_GENERATE_NEARLY : PF_GENERATE_ANY;
    exit_code = settle(&job, seed, count, kind);
    return exit_code == CLI_OK ? generate(&job) : exit_code;
}
