/* terminal.c: colours and columns of standard output.
 *
 * SPDX-License-Identifier: MIT */
#include "cli.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* https://no-color.org: set and not empty. */
static bool colours(void) {
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

    return (no_color == NULL || no_color[0] == '\0') && (term == NULL || strcmp(term, "dumb") != 0) &&
           isatty(STDOUT_FILENO);
}

const char *cli_paint_code(cli_paint paint) {
    static const char *const codes[] = {
        [CLI_PLAIN] = "\033[0m",   [CLI_BOLD] = "\033[1m",     [CLI_DIM] = "\033[2m",     [CLI_RED] = "\033[31m",
        [CLI_GREEN] = "\033[32m",  [CLI_YELLOW] = "\033[33m",  [CLI_BLUE] = "\033[34m",   [CLI_MAGENTA] = "\033[35m",
        [CLI_CYAN] = "\033[36m",   [CLI_ALARM] = "\033[1;7;31m",
    };
    static int on = -1;

    if (on < 0) {
        on = colours();
    }
    return on ? codes[paint] : "";
}

size_t cli_width(void) {
    struct winsize window;
    const char *columns = getenv("COLUMNS");
    size_t width = 0;

    if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0) {
        width = window.ws_col;
    }
    if (width == 0 && columns != NULL) {
        width = (size_t)strtoul(columns, NULL, 10);
    }
    if (width == 0) {
        width = 80;
    }
    return width < 40 ? 40 : width > 1000 ? 1000 : width;
}
