/* parse_line.c: parse one command line, and print what is in it or what is wrong with it.
 *
 *     parse_line 'MAIL FROM:<a@example.org> SIZE=1000'
 *
 * SPDX-License-Identifier: MIT */
#include <postern/postern.h>
#include <stdio.h>

static void print(const char *name, postern_slice slice) {
    if (slice.size > 0) printf("%-9s %.*s\n", name, (int)slice.size, (const char *)slice.data);
}

int main(int argc, char **argv) {
    const postern_command_options options = {POSTERN_EXT_ALL, 0, false};
    postern_command command;
    postern_fault fault;
    char line[POSTERN_COMMAND_LINE_MAX];
    const int size = snprintf(line, sizeof line, "%s\r\n", argc == 2 ? argv[1] : "NOOP");

    if (size < 0 || size >= (int)sizeof line) return 2;
    if (postern_command_parse(&command, (const uint8_t *)line, (size_t)size, &options, &fault) != POSTERN_COMPLETE) {
        const postern_error_info *error = postern_error_describe(fault.error);
        printf("%d %s %s (%s at octet %zu, %s)\n", error->code, error->enhanced, error->text, error->name, fault.offset,
               error->section);
        return 1;
    }
    print("verb", command.verb_raw);
    print("mailbox", command.path.mailbox.raw);
    for (size_t i = 0; i < command.parameter_count; i++) print("parameter", command.parameters[i].keyword);
    return 0;
}
