/* test_faults.c: whatever call fails, tiny_server's connection and Maildir keep their word.
 *
 * A client sends two messages in one go, over a real socket; the k-th system call fails, for all k and in each way. No
 * message is answered 250 that is not in new/ with every octet (RFC 5321 6.1); nothing stands in new/ that is not a
 * whole message; nothing is left in tmp/; no descriptor stays open; and the connection comes to its end. Where a call
 * only takes less than it was given, nothing is refused.
 *
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE

#include "support.h"

#include "connection.h"
#include "failing.h"
#include "maildir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LONG_LINES = 1000, MESSAGE_MOST = 1 << 16, REPLIES_MOST = 1 << 14, TURNS_MOST = 20000, MESSAGES = 2 };

static const char *const envelopes[MESSAGES] = {
    "MAIL FROM:<one@a.example>\r\nRCPT TO:<b@b.example>\r\nDATA\r\n",
    "MAIL FROM:<two@a.example>\r\nRCPT TO:<c@b.example>\r\nRCPT TO:<d@b.example>\r\nDATA\r\n"};
static const char *const headers[MESSAGES] = {
    "Return-Path: <one@a.example>\r\nDelivered-To: <b@b.example>\r\n",
    "Return-Path: <two@a.example>\r\nDelivered-To: <c@b.example>\r\nDelivered-To: <d@b.example>\r\n"};

static char session[2 * MESSAGE_MOST];      /* what the client sends */
static char stored[MESSAGES][MESSAGE_MOST]; /* what is to be found of each message */
static char maildir[64];

/* Of one run. */
static struct {
    char replies[REPLIES_MOST];
    size_t size;
    bool ended;
    unsigned accepted;          /* messages that the client heard 250 of */
    bool is_accepted[MESSAGES]; /* which */
    unsigned found[MESSAGES];   /* how often in new/ */
    const char *failed;         /* the call that failed */
} seen;

static void make_session(bool lmtp) {
    static char body[MESSAGE_MOST];

    (void)sprintf(session, "%s client.example\r\n", lmtp ? "LHLO" : "EHLO");
    for (size_t i = 0; i < MESSAGES; i++) {
        body[0] = '\0';
        /* The second one is longer than what stdio keeps in memory, and than what is received at once. */
        for (int line = 0; line < (i == 0 ? 2 : LONG_LINES); line++)
            (void)sprintf(body + strlen(body), "Line %d of message %zu.\r\n", line, i);
        (void)strcat(strcat(strcat(session, envelopes[i]), body), ".\r\n");
        (void)strcat(strcpy(stored[i], headers[i]), body);
    }
    (void)strcat(session, "QUIT\r\n");
    assert_true(strlen(session) < sizeof session - 1);
}

/* ---- The folders ---- */

typedef void visitor(const char *path);

/* Visit each file of a folder. Returns: how many. */
static unsigned each_file(const char *folder, visitor *visit) {
    char path[MAILDIR_PATH_MAX];
    unsigned count = 0;

    (void)snprintf(path, sizeof path, "%s/%s", maildir, folder);
    DIR *dir = opendir(path);
    assert_non_null(dir);
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] == '.') continue;
        (void)snprintf(path, sizeof path, "%s/%s/%s", maildir, folder, entry->d_name);
        visit(path);
        count++;
    }
    (void)closedir(dir);
    return count;
}

static void discard(const char *path) {
    assert_int_equal(remove(path), 0);
}

/* Which message is it, to the last octet? */
static void recognise(const char *path) {
    static char octets[MESSAGE_MOST];
    const int file = open(path, O_RDONLY);

    assert_true(file >= 0);
    const ssize_t size = read(file, octets, sizeof octets);
    (void)close(file);
    assert_true(size >= 0);
    for (size_t i = 0; i < MESSAGES; i++) {
        if ((size_t)size == strlen(stored[i]) && memcmp(octets, stored[i], (size_t)size) == 0) {
            seen.found[i]++;
            return;
        }
    }
    fail_msg("a file of %zd octets in new/ is no whole message (%s failed)", size, failing_name());
}

static unsigned open_descriptors(void) {
    unsigned count = 0;
    for (int i = 0; i < 256; i++) {
        struct stat facts;
        count += fstat(i, &facts) == 0;
    }
    return count;
}

/* ---- The client ---- */

static void client_reads(int client) {
    if (seen.ended) return;
    const ssize_t got = read(client, seen.replies + seen.size, sizeof seen.replies - seen.size - 1);
    if (got > 0)
        seen.size += (size_t)got;
    else if (got == 0 || (errno != EAGAIN && errno != EINTR))
        seen.ended = true;
}

/* Serve one client to the end. */
static void converse(const connection_settings *settings) {
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    assert_int_equal(write(ends[1], session, strlen(session)), (ssize_t)strlen(session));
    connection *c = connection_open(settings, ends[0], 1);
    bool client_open = true;
    for (unsigned turn = 0; c != NULL; turn++) {
        if (turn > TURNS_MOST) fail_msg("the connection has no end (%s failed)", failing_name());
        struct pollfd polled = connection_wants(c);
        assert_true(poll(&polled, 1, client_open ? 0 : 1) >= 0);
        if (!connection_serve(c, &polled)) {
            connection_close(c);
            c = NULL;
        }
        if (client_open) client_reads(ends[1]);
        if (client_open && seen.ended) {
            (void)close(ends[1]);
            client_open = false;
        }
    }
    while (client_open && !seen.ended) client_reads(ends[1]);
    if (client_open) (void)close(ends[1]);
    seen.replies[seen.size] = '\0';
}

/* Which messages did the client hear 250 of? They are told apart by the recipients that were accepted: the first has
 * one, the second two. */
static void read_replies(void) {
    unsigned recipients = 0;
    bool body = false; /* a 354 was heard, and no reply since that is not one to the body */

    for (char *line = seen.replies, *end; (end = strstr(line, "\r\n")) != NULL; line = end + 2) {
        if (strncmp(line, "250 2.1.0", 9) == 0) {
            recipients = 0;
            body = false;
        }
        recipients += strncmp(line, "250 2.1.5", 9) == 0;
        if (strncmp(line, "354", 3) == 0)
            body = true;
        else if (body && strncmp(line, "250", 3) == 0) {
            assert_in_range(recipients, 1, MESSAGES);
            seen.accepted += !seen.is_accepted[recipients - 1];
            seen.is_accepted[recipients - 1] = true;
        }
    }
}

/* ---- One run ---- */

/* Let call number `call` fail. A run in which less is transferred may have fewer or more calls than another. Returns:
 * how many calls there were. */
static unsigned run(bool lmtp, unsigned call, failure how) {
    static const int64_t patience = 60000;
    connection_settings settings = {.maildir = maildir, .idle_ms = patience};

    memset(&seen, 0, sizeof seen);
    postern_config_init(&settings.config);
    settings.config.lmtp = lmtp;
    const unsigned before = open_descriptors();
    failing_begin(call, how);
    converse(&settings);
    const unsigned calls = failing_calls();
    const char *name = failing_name() != NULL ? failing_name() : "no call";
    seen.failed = name;
    failing_begin(0, FAILS_HARD);
    read_replies();
    (void)each_file("new", recognise);
    for (size_t i = 0; i < MESSAGES; i++) {
        if (seen.found[i] > 1) fail_msg("message %zu is stored twice (%s failed)", i, name);
        if (seen.is_accepted[i] && seen.found[i] == 0)
            fail_msg("message %zu was acknowledged, and is not there (call %u, %s, failed in way %d)", i, call, name,
                     (int)how);
    }
    const unsigned left = each_file("tmp", discard);
    if (left > 0) fail_msg("%u files are left in tmp/ (call %u, %s, failed)", left, call, name);
    (void)each_file("new", discard);
    assert_int_equal(open_descriptors(), before);
    return calls;
}

/* A call of this name failed: what the client must have heard. */
static void judge(const char *name, failure how) {
    const bool socket = strcmp(name, "recv") == 0 || strcmp(name, "send") == 0;
    const bool must_refuse = strcmp(name, "fsync") == 0 || strcmp(name, "rename") == 0 || strcmp(name, "fopen") == 0;

    if (how == FAILS_SHORT || (how == FAILS_INTERRUPTED && socket)) assert_int_equal(seen.accepted, MESSAGES);
    if ((how == FAILS_HARD || how == FAILS_ONCE) && must_refuse) assert_in_range(seen.accepted, 0, MESSAGES - 1);
}

static void each_call_fails(bool lmtp) {
    static const char *const names[] = {"calloc", "fcntl", "fopen", "write", "fsync",
                                        "rename", "close", "recv",  "send"};
    unsigned reached[COUNT_OF(names)] = {0};

    make_session(lmtp);
    const unsigned calls = run(lmtp, 0, FAILS_ONCE);
    assert_int_equal(seen.accepted, MESSAGES);
    for (failure how = FAILS_HARD; how < FAILURES; how++) {
        for (unsigned call = 1; call <= calls; call++) {
            (void)run(lmtp, call, how);
            judge(seen.failed, how);
            for (size_t i = 0; i < COUNT_OF(names); i++) reached[i] += strcmp(names[i], seen.failed) == 0;
        }
    }
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (reached[i] == 0) fail_msg("%s is never called", names[i]);
}

static void no_message_is_lost_in_smtp(void **state) {
    (void)state;
    each_call_fails(false);
}

static void no_message_is_lost_in_lmtp(void **state) {
    (void)state;
    each_call_fails(true);
}

static int make_folders(void **state) {
    (void)state;
    (void)snprintf(maildir, sizeof maildir, "postern-faults-%ld", (long)getpid());
    return maildir_make(maildir) ? 0 : -1;
}

static int remove_folders(void **state) {
    static const char *const folders[] = {"/tmp", "/new", "/cur", ""};
    char path[MAILDIR_PATH_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        (void)snprintf(path, sizeof path, "%s%s", maildir, folders[i]);
        if (rmdir(path) != 0) return -1;
    }
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_message_is_lost_in_smtp),
        cmocka_unit_test(no_message_is_lost_in_lmtp),
    };
    return cmocka_run_group_tests_name("faults", tests, make_folders, remove_folders);
}
