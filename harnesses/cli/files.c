/* files.c: reading what a person names: files, and folders with all that lies in them.
 *
 * SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* scandir, alphasort */

#include "files.h"

#include "script.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool cli_ends_in(const char *text, const char *end) {
    return strlen(text) >= strlen(end) && strcmp(text + strlen(text) - strlen(end), end) == 0;
}

static bool read_file(const char *path, cli_buffer *content) {
    FILE *stream = fopen(path, "rb");
    const bool read = stream != NULL && cli_read_all(stream, content);
    const int error = errno;

    if (stream != NULL) {
        fclose(stream);
    }
    errno = error;
    return read;
}

int cli_session_read(const char *verb, const char *path, cli_buffer *octets) {
    session_script script;
    size_t line;

    if (!read_file(path, octets)) {
        return cli_misuse(verb, "cannot read %s: %s", path, strerror(errno));
    }
    if (!cli_ends_in(path, ".smtp")) {
        return CLI_OK;
    }
    const bool good = script_read(&script, octets->data, octets->size, &line);
    octets->size = 0;
    cli_buffer_add(octets, script.octets.data, good ? script.octets.size : 0);
    script_release(&script);
    return good ? CLI_OK : script_refuse(verb, path, line);
}

static int worse(int a, int b) {
    return a > b ? a : b;
}

/* What a folder holds of inputs: no hidden files, and not what is told of a finding beside it. */
static int is_input(const struct dirent *entry) {
    return entry->d_name[0] != '.' && !cli_ends_in(entry->d_name, ".json");
}

static int walk_folder(const char *verb, const char *path, cli_file_visitor *visit, void *context) {
    struct dirent **entries;
    const int count = scandir(path, &entries, is_input, alphasort);
    int exit_code = CLI_OK;

    if (count < 0) {
        return cli_misuse(verb, "cannot read %s: %s", path, strerror(errno));
    }
    for (int i = 0; i < count; i++) {
        const size_t size = strlen(path) + strlen(entries[i]->d_name) + 2;
        char *inner = cli_allocate(size);
        snprintf(inner, size, "%s%s%s", path, cli_ends_in(path, "/") ? "" : "/", entries[i]->d_name);
        exit_code = worse(exit_code, cli_walk(verb, inner, visit, context));
        free(inner);
        free(entries[i]);
    }
    free(entries);
    return exit_code;
}

int cli_walk(const char *verb, const char *path, cli_file_visitor *visit, void *context) {
    struct stat facts;

    if (stat(path, &facts) != 0) {
        return cli_misuse(verb, "cannot read %s: %s", path, strerror(errno));
    }
    return S_ISDIR(facts.st_mode) ? walk_folder(verb, path, visit, context) : visit(context, path);
}
