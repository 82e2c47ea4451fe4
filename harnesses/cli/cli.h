/* cli.h: what the verbs of the command `postern` share.
 *
 * Room: harnesses/cli, the command. A verb is one function in a file of its own, named in the table of main.c.
 * Exit codes are the same for all: CLI_OK, the tool did its work, whatever it found; CLI_NO, it did, and has to say no
 * (nobody defines that code; a reply is not what the script expects); CLI_MISUSE, it was called wrongly or could not
 * read or write.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_CLI_H
#define POSTERN_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { CLI_OK = 0, CLI_NO = 1, CLI_MISUSE = 2 };

/* ---- Verbs: argv[0] is the verb itself. Returns: the exit code. ---- */

int verb_check(int argc, char **argv);
int verb_explain(int argc, char **argv);
int verb_extract(int argc, char **argv);
int verb_generate(int argc, char **argv);
int verb_judge(int argc, char **argv);
int verb_show(int argc, char **argv);

/* ---- Options (options.c) ---- */

typedef struct cli_option {
    const char *name;  /* without its two hyphens */
    const char *value; /* what stands for its value in the help ("LIST"), or NULL: a flag */
    const char *help;  /* lines parted by "\n" */
    bool *flag;        /* set when a flag was given */
    const char **text; /* set to the value that was given last */
} cli_option;

/* How a verb is called, for reading its arguments and for its --help. */
typedef struct cli_usage {
    const char *verb;     /* "check" */
    const char *operands; /* "KIND [TEXT...]" */
    const char *summary;  /* paragraphs before the options */
    const char *notes;    /* paragraphs behind them, or "" */
    const cli_option *options;
    size_t option_count;
} cli_usage;

/* Read the options of a verb, wherever they stand among the operands; "--" ends them. --help and --version are
 * understood for every verb.
 *
 * Returns: true, go on; false, all is said: return *exit_code.
 * Out: argv, rearranged: the operands are argv[0] ... argv[*count - 1]; exit_code. */
bool cli_options(const cli_usage *usage, int argc, char **argv, int *count, int *exit_code);

/* One line on standard error, behind the name of the command and the verb. Returns: CLI_MISUSE. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
int cli_misuse(const char *verb, const char *format, ...);

/* What --version says. */
void cli_version(void);

/* ---- Memory: these end the program when there is none ---- */

void *cli_allocate(size_t size);
void *cli_grow(void *memory, size_t size);

/* Octets that grow at their end. Zero it to begin with. */
typedef struct cli_buffer {
    char *data;
    size_t size;
    size_t capacity;
} cli_buffer;

/* Make room for so many more octets. Returns: where they go, never NULL; the caller adds what it wrote to `size`. */
char *cli_buffer_room(cli_buffer *buffer, size_t more);
void cli_buffer_add(cli_buffer *buffer, const void *octets, size_t size);
/* Write all of it to a file descriptor, and empty it. Returns: false when that failed. */
bool cli_buffer_flush(cli_buffer *buffer, int descriptor);
void cli_buffer_release(cli_buffer *buffer);

/* Add a string literal. */
#define CLI_BUFFER_TEXT(buffer, literal) cli_buffer_add(buffer, "" literal "", sizeof(literal) - 1)

/* All that a stream holds, added to the buffer. Returns: false when reading failed. */
bool cli_read_all(FILE *stream, cli_buffer *buffer);

/* ---- C escapes (escape.c): \r \n \t \\ \" and \xHH, nothing else ---- */

/* Undo them. Returns: false for any other backslash. Out: written, octets in `out`, which has room for `size`; on
 * false the octets of `text` before the escape that is none. */
bool cli_unescape(uint8_t *out, const char *text, size_t size, size_t *written);

/* One octet in its canonical form: itself when it is printable ASCII and neither a quote nor a backslash.
 * Returns: characters in `out`, 1 to 4; no NUL is added. */
size_t cli_escape(char out[4], uint8_t octet);

/* ---- JSON (json.c): the hot path of bulk output; elsewhere jansson does it ---- */

/* A JSON string that holds the octets in C escapes; or null when `octets` is NULL. */
void cli_json_octets(cli_buffer *out, const uint8_t *octets, size_t size);
/* The same of a text that is printed as it came but for octets outside printable ASCII. */
void cli_json_text(cli_buffer *out, const uint8_t *octets, size_t size);
void cli_json_number(cli_buffer *out, uint64_t number);

/* ---- The terminal (terminal.c) ---- */

typedef enum cli_paint {
    CLI_PLAIN,
    CLI_BOLD,
    CLI_DIM,
    CLI_RED,
    CLI_GREEN,
    CLI_YELLOW,
    CLI_BLUE,
    CLI_MAGENTA,
    CLI_CYAN,
    CLI_ALARM /* something that must not be overlooked */
} cli_paint;

/* The escape sequence for standard output, or "" when that is no terminal, or NO_COLOR is set. */
const char *cli_paint_code(cli_paint paint);
/* Columns of standard output; 80 when it is no terminal and COLUMNS says nothing. */
size_t cli_width(void);

#endif
