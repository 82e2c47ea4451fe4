/* maildir.c: see maildir.h.
 *
 * SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L

#include "maildir.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void path_of(char path[MAILDIR_PATH_MAX], const maildir_message *message, const char *folder) {
    (void)snprintf(path, MAILDIR_PATH_MAX, "%s/%s/%s", message->maildir, folder, message->name);
}

bool maildir_make(const char *maildir) {
    static const char *const folders[] = {"", "tmp", "new", "cur"};

    if (strlen(maildir) + sizeof "/new/" + MAILDIR_NAME_MAX > MAILDIR_PATH_MAX) {
        errno = ENAMETOOLONG;
        return false;
    }
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        char path[MAILDIR_PATH_MAX];
        (void)snprintf(path, sizeof path, "%s/%s", maildir, folders[i]);
        if (mkdir(path, 0700) != 0 && errno != EEXIST) return false;
    }
    return true;
}

bool maildir_begin(maildir_message *message, const char *maildir) {
    static unsigned long count;
    char path[MAILDIR_PATH_MAX];

    message->maildir = maildir;
    (void)snprintf(message->name, sizeof message->name, "%lld.P%ldQ%lu.localhost", (long long)time(NULL),
                   (long)getpid(), ++count);
    path_of(path, message, "tmp");
    message->file = fopen(path, "wbx");
    return message->file != NULL;
}

void maildir_append(maildir_message *message, const uint8_t *octets, size_t size) {
    if (message->file != NULL) (void)fwrite(octets, 1, size, message->file);
}

void maildir_header(maildir_message *message, const char *name, const uint8_t *octets, size_t size) {
    if (message->file != NULL) (void)fprintf(message->file, "%s: %.*s\r\n", name, (int)size, (const char *)octets);
}

/* What a folder holds is on the disk only when the folder is. Not all file systems know how to do that. */
static bool sync_folder(const maildir_message *message, const char *folder) {
    char path[MAILDIR_PATH_MAX];

    (void)snprintf(path, sizeof path, "%s/%s", message->maildir, folder);
    const int descriptor = open(path, O_RDONLY | O_DIRECTORY);
    if (descriptor < 0) return false;
    const bool done = fsync(descriptor) == 0 || errno == EINVAL;
    (void)close(descriptor);
    return done;
}

bool maildir_keep(maildir_message *message) {
    char from[MAILDIR_PATH_MAX];
    char to[MAILDIR_PATH_MAX];

    if (message->file == NULL) return false;
    path_of(from, message, "tmp");
    path_of(to, message, "new");
    if (fflush(message->file) != 0 || ferror(message->file) || fsync(fileno(message->file)) != 0 ||
        rename(from, to) != 0) {
        maildir_discard(message);
        return false;
    }
    (void)fclose(message->file);
    message->file = NULL;
    if (sync_folder(message, "new")) return true;
    (void)unlink(to);
    return false;
}

void maildir_discard(maildir_message *message) {
    char path[MAILDIR_PATH_MAX];

    if (message->file == NULL) return;
    path_of(path, message, "tmp");
    (void)fclose(message->file);
    (void)unlink(path);
    message->file = NULL;
}
