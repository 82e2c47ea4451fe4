/* buffer.c: memory that grows, and the ways in and out of it.
 *
 * SPDX-License-Identifier: MIT */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *cli_grow(void *memory, size_t size) {
    void *grown = realloc(memory, size > 0 ? size : 1);

    if (grown == NULL) {
        fputs("postern: out of memory\n", stderr);
        exit(CLI_MISUSE);
    }
    return grown;
}

void *cli_allocate(size_t size) {
    return cli_grow(NULL, size);
}

char *cli_buffer_room(cli_buffer *buffer, size_t more) {
    if (buffer->data == NULL || buffer->capacity - buffer->size < more) {
        const size_t least = 4096, twice = buffer->capacity * 2, wanted = buffer->size + more;
        buffer->capacity = wanted > twice ? wanted : twice;
        buffer->capacity = buffer->capacity < least ? least : buffer->capacity;
        buffer->data = cli_grow(buffer->data, buffer->capacity);
    }
    return buffer->data + buffer->size;
}

void cli_buffer_add(cli_buffer *buffer, const void *octets, size_t size) {
    char *room = cli_buffer_room(buffer, size);

    if (size > 0) {
        memcpy(room, octets, size);
    }
    buffer->size += size;
}

bool cli_buffer_flush(cli_buffer *buffer, int descriptor) {
    size_t at = 0;

    while (at < buffer->size) {
        const ssize_t wrote = write(descriptor, buffer->data + at, buffer->size - at);
        if (wrote < 0 && errno == EINTR) {
            continue;
        }
        if (wrote < 0) {
            return false;
        }
        at += (size_t)wrote;
    }
    buffer->size = 0;
    return true;
}

void cli_buffer_release(cli_buffer *buffer) {
    free(buffer->data);
    *buffer = (cli_buffer){0};
}

bool cli_read_all(FILE *stream, cli_buffer *buffer) {
    const size_t block = 65536;
    size_t got;

    do {
        got = fread(cli_buffer_room(buffer, block), 1, block, stream);
        buffer->size += got;
    } while (got == block);
    return ferror(stream) == 0;
}
