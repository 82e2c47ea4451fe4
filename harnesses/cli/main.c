/* main.c: the command `postern`: its verbs, and what holds for all of them.
 *
 * SPDX-License-Identifier: MIT */
#include "cli.h"

#include <string.h>

typedef struct cli_verb {
    const char *name;
    const char *summary;
    int (*run)(int argc, char **argv);
} cli_verb;

static const cli_verb verbs[] = {
    {"check", "what the parser makes of a command, address, reply, message or session", verb_check},
    {"explain", "what a reply code means, and how two of them differ", verb_explain},
    {"judge", "which law of SMTP a server breaks, libpostern or a program on a pipe", verb_judge},
    {"extract", "what clients said in a capture of packets", verb_extract},
    {"generate", "inputs from nothing, valid and with one fault", verb_generate},
    {"show", "a test case as a dialogue, or what a corpus reaches of the protocol", verb_show},
};

static void help(void) {
    puts("Usage: postern VERB [OPTION...] [ARGUMENT...]\n\n"
         "Looks at SMTP with the eyes of libpostern, a hardened parser.\n\n"
         "Verbs:");
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        printf("  %-10s %s\n", verbs[i].name, verbs[i].summary);
    }
    puts("\nOptions:\n"
         "  --help     say this; behind a verb: what the verb does\n"
         "  --version  say which version this is\n\n"
         "Exit codes: 0 the tool did its work, whatever it found; 1 it did, and has to say no\n"
         "(nobody defines that code, no client said anything, a reply is not the expected one,\n"
         "a law is broken); 2 it was called wrongly, or could not read or write.\n"
         "Colours appear on a terminal only, and not when NO_COLOR is set.");
}

static int run(int argc, char **argv) {
    if (argc < 2) {
        return cli_misuse("", "a verb is missing (postern --help names them)");
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        help();
        return CLI_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        cli_version();
        return CLI_OK;
    }
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (strcmp(argv[1], verbs[i].name) == 0) {
            return verbs[i].run(argc - 1, argv + 1);
        }
    }
    return cli_misuse("", "unknown verb %s (postern --help names them)", argv[1]);
}

int main(int argc, char **argv) {
    const int exit_code = run(argc, argv);

    if (fflush(stdout) != 0 || ferror(stdout) != 0) {
        return cli_misuse("", "cannot write");
    }
    return exit_code;
}
