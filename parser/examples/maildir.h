/* maildir.h: messages on their way into a Maildir, for tiny_server.c: written in tmp/, and moved to new/ when they are
 * whole, so that nobody ever sees a part of one.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MAILDIR_H
#define MAILDIR_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { MAILDIR_PATH_MAX = 1024, MAILDIR_NAME_MAX = 64 };

typedef struct maildir_message {
    const char *maildir;
    FILE *file; /* NULL: no message is being written */
    char name[MAILDIR_NAME_MAX];
} maildir_message;

/* Make the folders that are not there. Returns: false, and errno, when that cannot be done. */
bool maildir_make(const char *maildir);

/* Begin a message. Returns: false, and errno, when there is no place for one. */
bool maildir_begin(maildir_message *message, const char *maildir);

/* Append octets, or a header of its own. A failure shows when the message is kept. Nothing happens without one. */
void maildir_append(maildir_message *message, const uint8_t *octets, size_t size);
void maildir_header(maildir_message *message, const char *name, const uint8_t *octets, size_t size);

/* Returns: true when the message is on the disk; only then may a client hear 250 (RFC 5321 6.1). */
bool maildir_keep(maildir_message *message);

/* Forget the message, if there is one. */
void maildir_discard(maildir_message *message);

#endif
