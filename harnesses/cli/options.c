/* options.c: the options of a verb, and its --help, from one table.
 *
 * SPDX-License-Identifier: MIT */
#include "cli.h"

#include <postern/base.h>

#include <stdarg.h>
#include <string.h>

int cli_misuse(const char *verb, const char *format, ...) {
    va_list arguments;

    fprintf(stderr, "postern%s%s: ", verb[0] != '\0' ? " " : "", verb);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return CLI_MISUSE;
}

void cli_version(void) {
    printf("postern %s\n", postern_version());
}

/* One row of the help: the option, then its text in a column of its own. */
static void help_row(const char *name, const char *value, const char *help) {
    const int column = 24;
    int written = printf("  --%s%s%s", name, value != NULL ? "=" : "", value != NULL ? value : "");

    for (const char *line = help;;) {
        const size_t size = strcspn(line, "\n");
        printf("%*s%.*s\n", column > written ? column - written : 1, "", (int)size, line);
        if (line[size] == '\0') {
            return;
        }
        line += size + 1;
        written = 0;
    }
}

static void help(const cli_usage *usage) {
    printf("Usage: postern %s [OPTION...] %s\n\n%s\n", usage->verb, usage->operands, usage->summary);
    puts("Options:");
    for (size_t i = 0; i < usage->option_count; i++) {
        help_row(usage->options[i].name, usage->options[i].value, usage->options[i].help);
    }
    help_row("help", NULL, "say this");
    help_row("version", NULL, "say which version this is");
    if (usage->notes[0] != '\0') {
        printf("\n%s", usage->notes);
    }
}

/* Is it --NAME or --NAME=VALUE? Out: value, what stands behind "=", or NULL. */
static bool names(const char *argument, const char *name, const char **value) {
    const size_t size = strlen(name);

    if (strncmp(argument, name, size) != 0 || (argument[size] != '\0' && argument[size] != '=')) {
        return false;
    }
    *value = argument[size] == '=' ? argument + size + 1 : NULL;
    return true;
}

static const cli_option *find(const cli_usage *usage, const char *argument, const char **value) {
    for (size_t i = 0; i < usage->option_count; i++) {
        if (names(argument, usage->options[i].name, value)) {
            return &usage->options[i];
        }
    }
    return NULL;
}

/* Take one option. In: next, the argument behind it, or NULL. Returns: arguments taken; 0 when it is wrong. */
static int take(const cli_usage *usage, const char *argument, const char *next) {
    const char *value = NULL;
    const cli_option *option = argument[1] == '-' ? find(usage, argument + 2, &value) : NULL;

    if (option == NULL) {
        cli_misuse(usage->verb, "unknown option %s (postern %s --help names them)", argument, usage->verb);
        return 0;
    }
    if (option->value == NULL) {
        if (value != NULL) {
            cli_misuse(usage->verb, "--%s takes no value", option->name);
            return 0;
        }
        *option->flag = true;
        return 1;
    }
    *option->text = value != NULL ? value : next;
    if (*option->text == NULL) {
        cli_misuse(usage->verb, "--%s needs a value: %s", option->name, option->value);
        return 0;
    }
    return value != NULL ? 1 : 2;
}

bool cli_options(const cli_usage *usage, int argc, char **argv, int *count, int *exit_code) {
    *count = 0;
    *exit_code = CLI_OK;
    for (int i = 1; i < argc;) {
        if (strcmp(argv[i], "--") == 0) {
            while (++i < argc) {
                argv[(*count)++] = argv[i];
            }
            break;
        }
        if (argv[i][0] != '-' || argv[i][1] == '\0') {
            argv[(*count)++] = argv[i++];
            continue;
        }
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            help(usage);
            return false;
        }
        if (strcmp(argv[i], "--version") == 0) {
            cli_version();
            return false;
        }
        const int taken = take(usage, argv[i], i + 1 < argc ? argv[i + 1] : NULL);
        if (taken == 0) {
            *exit_code = CLI_MISUSE;
            return false;
        }
        i += taken;
    }
    return true;
}
