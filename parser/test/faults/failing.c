/* failing.c: see failing.h. The linker sends the examples' calls here (--wrap). What stdio writes, it would write by
 * calls of its own, which no linker option reaches: so the files that are opened are streams whose writing is ours.
 *
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE

#include "failing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static unsigned calls;
static unsigned fails_at;
static failure fails_how;
static const char *failed_call;

void failing_begin(unsigned call, failure how) {
    calls = 0;
    fails_at = call;
    fails_how = how;
    failed_call = NULL;
}

unsigned failing_calls(void) {
    return calls;
}

const char *failing_name(void) {
    return failed_call;
}

/* Does this call, the next one, fail? */
static bool fails(const char *name) {
    calls++;
    if (calls == fails_at) failed_call = name;
    return calls == fails_at || (fails_how == FAILS_HARD && failed_call == name && calls > fails_at);
}

/* A call that transfers octets. Returns: false when it fails, with errno. In and out: size, of what it may transfer. */
static bool transfers(const char *name, size_t *size, int error) {
    if (!fails(name)) return true;
    if (fails_how == FAILS_SHORT && *size > 0) {
        *size = 1;
        return true;
    }
    errno = fails_how == FAILS_INTERRUPTED ? EINTR : error;
    return false;
}

/* A call that does a thing or not. */
static bool succeeds(const char *name, int error) {
    if (!fails(name) || fails_how == FAILS_SHORT || fails_how == FAILS_INTERRUPTED) return true;
    errno = error;
    return false;
}

/* ---- Files ---- */

enum { FILES_MOST = 8 };

static struct {
    FILE *stream;
    int descriptor;
} files[FILES_MOST];

/* As stdio writes a real file: what was not taken is offered again. */
static ssize_t stream_write(void *cookie, const char *octets, size_t size) {
    const int descriptor = (int)(intptr_t)cookie;
    size_t written = 0;

    while (written < size) {
        size_t next = size - written;
        if (!transfers("write", &next, ENOSPC)) break;
        const ssize_t taken = write(descriptor, octets + written, next);
        if (taken <= 0) break;
        written += (size_t)taken;
    }
    return (ssize_t)written;
}

static int stream_close(void *cookie) {
    const int descriptor = (int)(intptr_t)cookie;

    for (size_t i = 0; i < FILES_MOST; i++)
        if (files[i].stream != NULL && files[i].descriptor == descriptor) files[i].stream = NULL;
    const int closed = close(descriptor);
    return succeeds("close", EIO) ? closed : EOF;
}

FILE *__wrap_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode) {
    static const cookie_io_functions_t functions = {.write = stream_write, .close = stream_close};
    size_t place = 0;

    if (strcmp(mode, "wbx") != 0) abort(); /* no other mode is known here */
    if (!succeeds("fopen", ENOSPC)) return NULL;
    while (place < FILES_MOST && files[place].stream != NULL) place++;
    if (place == FILES_MOST) abort();
    const int descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (descriptor < 0) return NULL;
    files[place].descriptor = descriptor;
    files[place].stream = fopencookie((void *)(intptr_t)descriptor, "w", functions);
    return files[place].stream;
}

int __wrap_fileno(FILE *stream);
int __wrap_fileno(FILE *stream) {
    for (size_t i = 0; i < FILES_MOST; i++)
        if (files[i].stream == stream) return files[i].descriptor;
    abort();
}

int __real_fsync(int descriptor);
int __wrap_fsync(int descriptor);
int __wrap_fsync(int descriptor) {
    return succeeds("fsync", EIO) ? __real_fsync(descriptor) : -1;
}

int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to) {
    return succeeds("rename", ENOSPC) ? __real_rename(from, to) : -1;
}

/* ---- Memory and sockets ---- */

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size) {
    return succeeds("calloc", ENOMEM) ? __real_calloc(count, size) : NULL;
}

int __real_fcntl(int descriptor, int command, ...);
int __wrap_fcntl(int descriptor, int command, ...);
int __wrap_fcntl(int descriptor, int command, ...) {
    va_list arguments;

    va_start(arguments, command);
    const int argument = va_arg(arguments, int);
    va_end(arguments);
    return succeeds("fcntl", EINVAL) ? __real_fcntl(descriptor, command, argument) : -1;
}

ssize_t __real_recv(int socket, void *octets, size_t size, int flags);
ssize_t __wrap_recv(int socket, void *octets, size_t size, int flags);
ssize_t __wrap_recv(int socket, void *octets, size_t size, int flags) {
    return transfers("recv", &size, ECONNRESET) ? __real_recv(socket, octets, size, flags) : -1;
}

ssize_t __real_send(int socket, const void *octets, size_t size, int flags);
ssize_t __wrap_send(int socket, const void *octets, size_t size, int flags);
ssize_t __wrap_send(int socket, const void *octets, size_t size, int flags) {
    return transfers("send", &size, EPIPE) ? __real_send(socket, octets, size, flags) : -1;
}
