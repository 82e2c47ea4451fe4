/* target_exec.c: a program on a pipe as a target. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/exec.h>

#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum {
    REPLY_MS = 2000,
    SESSION_MS = 10000,
    END_MS = 300,              /* to end by itself, when it was late or said too much and its stream has ended */
    OUTPUT_MOST = 1024 * 1024, /* octets of all of them */
    TAKEN_MS = 50              /* to take octets out of the pipe, when they call for no reply */
};

typedef struct child {
    pf_wire *wire;
    pid_t pid;
    int to;   /* -1: closed */
    int from; /* -1: it has ended its output */
    uint64_t deadline;
    size_t output; /* octets */
} child;

static child the_child;
static pf_exec_end the_end;
static int the_crash; /* the last signal, of any session */
static bool was_late; /* any session */
static pf_exec_options settings;
static const char *the_command;

pf_exec_end pf_exec_last(void) {
    return the_end;
}

int pf_exec_crash(void) {
    const int last = the_crash;

    the_crash = 0;
    return last;
}

bool pf_exec_was_late(void) {
    const bool was = was_late;

    was_late = false;
    return was;
}

static uint64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static uint64_t earlier(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

/* When a wait that begins now must end. */
static uint64_t until(const child *c, unsigned ms) {
    return earlier(now_ms() + ms, c->deadline);
}

static unsigned reply_ms(void) {
    return settings.reply_ms > 0 ? settings.reply_ms : REPLY_MS;
}

/* ---- Output ---- */

static void end_output(child *c) {
    if (c->from >= 0) close(c->from);
    c->from = -1;
    pf_wire_ended(c->wire);
}

/* Read what is there. */
static void read_output(child *c) {
    uint8_t octets[16384];
    const ssize_t got = read(c->from, octets, sizeof octets);

    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got > 0) {
        pf_wire_heard(c->wire, octets, (size_t)got);
        c->output += (size_t)got;
        the_end.too_much = pf_wire_is_full(c->wire) || c->output > OUTPUT_MOST;
    }
    if (got <= 0 || the_end.too_much) end_output(c);
}

/* ---- Waiting ---- */

/* Wait for output, or for room in the pipe when something is to be written. Returns: false at the deadline. */
static bool wait_for(child *c, bool room, uint64_t deadline, bool *can_write) {
    struct pollfd ends[2] = {{.fd = c->from, .events = POLLIN}, {.fd = room ? c->to : -1, .events = POLLOUT}};
    const uint64_t now = now_ms();

    *can_write = false;
    if (now >= deadline || poll(ends, 2, (int)(deadline - now)) < 0) return now < deadline && errno == EINTR;
    if (ends[0].revents != 0) read_output(c);
    *can_write = ends[1].revents != 0;
    return true;
}

/* Wait until all that was sent has its answer: for each of the replies as long as for one. */
static void await_replies(child *c) {
    uint64_t deadline = until(c, reply_ms());
    bool can_write;
    pf_due due, next;

    if (!pf_wire_awaits(c->wire, &due)) return;
    while (!the_end.late && c->from >= 0) {
        if (!wait_for(c, false, deadline, &can_write)) the_end.late = true;
        if (!pf_wire_awaits(c->wire, &next)) return;
        if (next.begin != due.begin || next.verb != due.verb || next.number != due.number)
            deadline = until(c, reply_ms());
        due = next;
    }
}

/* Wait until the program has taken the octets, so that those of the next segment come to it by themselves. */
static void await_taking(child *c) {
    const struct timespec moment = {.tv_nsec = 100000};
    const uint64_t deadline = until(c, TAKEN_MS);
    int left = 0;

    while (c->to >= 0 && c->from >= 0 && ioctl(c->to, FIONREAD, &left) == 0 && left > 0 && now_ms() < deadline)
        nanosleep(&moment, NULL);
}

/* Returns: false when the program reads no more. */
static bool write_all(child *c, const uint8_t *octets, size_t size) {
    uint64_t deadline = until(c, reply_ms());

    while (size > 0 && c->from >= 0) {
        bool can_write;
        if (!wait_for(c, true, deadline, &can_write)) {
            the_end.late = true;
            return false;
        }
        if (!can_write) continue;
        const ssize_t wrote = write(c->to, octets, size);
        if (wrote < 0 && errno != EAGAIN && errno != EINTR) return false;
        if (wrote <= 0) continue;
        octets += wrote;
        size -= (size_t)wrote;
        deadline = until(c, reply_ms());
    }
    return size == 0;
}

/* ---- The program ---- */

static bool make_pipe(int ends[static 2]) {
    if (pipe(ends) != 0) return false;
    (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return true;
}

/* Run the command in a process group of its own, so that all of it can be ended. */
static int spawn(pid_t *pid, int in, int out) {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t defaults;
    char *const argv[] = {(char *)(uintptr_t)"sh", (char *)(uintptr_t)"-c", (char *)(uintptr_t)the_command, NULL};

    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    const int error = posix_spawn(pid, "/bin/sh", &files, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return error;
}

static bool start(child *c) {
    int in[2];
    int out[2];

    if (!make_pipe(in)) return false;
    if (!make_pipe(out)) {
        close(in[0]);
        close(in[1]);
        return false;
    }
    const bool started = spawn(&c->pid, in[0], out[1]) == 0;
    close(in[0]);
    close(out[1]);
    c->to = in[1];
    c->from = out[0];
    (void)fcntl(c->to, F_SETFL, O_NONBLOCK);
    (void)fcntl(c->from, F_SETFL, O_NONBLOCK);
    /* A write to a program that has gone is an error of the write, and no end of ours. */
    if (started) (void)signal(SIGPIPE, SIG_IGN);
    if (!started) {
        close(c->to);
        close(c->from);
    }
    return started;
}

/* Has it ended? It stays a zombie, so that its number stays its own. */
static bool has_ended(const child *c, uint64_t deadline) {
    const struct timespec moment = {.tv_nsec = 500000};
    siginfo_t facts;

    for (;;) {
        facts.si_pid = 0;
        if (waitid(P_PID, (id_t)c->pid, &facts, WEXITED | WNOHANG | WNOWAIT) != 0 || facts.si_pid != 0) return true;
        if (now_ms() >= deadline) return false;
        nanosleep(&moment, NULL);
    }
}

/* End what is left of it, and see how it ended. Who has closed its output is about to end by itself. */
static void reap(child *c, bool closed) {
    int status = 0;

    the_end.killed = !has_ended(c, closed ? until(c, reply_ms()) : now_ms() + END_MS);
    (void)kill(-c->pid, SIGKILL); /* its group: what it started too */
    while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR) continue;
    c->pid = 0;
    if (WIFEXITED(status)) the_end.status = WEXITSTATUS(status);
    if (WIFSIGNALED(status) && !the_end.killed) the_end.signal = WTERMSIG(status);
    /* The shell tells of the end of what it ran by a number. */
    if (the_end.status > 128 && the_end.status < 160) the_end.signal = the_end.status - 128;
    /* Who is cut off while it still writes ends of that, as if it were killed. */
    if (the_end.signal == SIGPIPE && (the_end.late || the_end.too_much)) {
        the_end.killed = true;
        the_end.signal = 0;
    }
    if (the_end.signal != 0) the_crash = the_end.signal;
    if (the_end.late) was_late = true;
}

/* ---- The target ---- */

static void *open_session(const pf_target_options *options, pf_log *log) {
    child *c = &the_child;

    (void)options;
    if (c->pid != 0) return NULL;
    *c = (child){.wire = pf_wire_open(log, settings.lmtp, settings.practice), .to = -1, .from = -1};
    c->deadline = now_ms() + (settings.session_ms > 0 ? settings.session_ms : SESSION_MS);
    the_end = (pf_exec_end){.status = -1};
    if (!start(c)) return NULL;
    the_end.started = true;
    await_replies(c);
    return c;
}

/* How many of these octets a client that awaits each reply sends before it waits. */
static size_t one_step(const child *c, const uint8_t *octets, size_t size) {
    const size_t before = pf_wire_size(c->wire);
    pf_due due;

    if (!settings.lockstep || !pf_wire_would_await(c->wire, octets, size, &due)) return size;
    const size_t end = due.chunk > 0 ? due.chunk : due.end;
    return end > before && end - before < size ? end - before : size;
}

static bool is_over(const child *c) {
    const pf_client_place place = pf_wire_place(c->wire);
    return place == PF_CLIENT_OVER || place == PF_CLIENT_TLS;
}

/* Behind 221 and 421 the program closes. */
static void await_close(child *c) {
    const uint64_t deadline = until(c, reply_ms());
    bool can_write;

    while (c->from >= 0 && wait_for(c, false, deadline, &can_write)) continue;
}

static bool feed(void *session, const uint8_t *octets, size_t size) {
    child *c = session;

    while (size > 0 && c->from >= 0 && !is_over(c) && !the_end.late) {
        const size_t now = one_step(c, octets, size);
        pf_wire_sent(c->wire, octets, now);
        if (!write_all(c, octets, now)) {
            if (!the_end.late) await_close(c); /* it has gone: what it said is still to be read */
            break;
        }
        octets += now;
        size -= now;
        await_replies(c);
    }
    await_taking(c);
    if (pf_wire_place(c->wire) == PF_CLIENT_OVER) await_close(c);
    return c->from >= 0 && !is_over(c);
}

static void close_session(void *session) {
    child *c = session;
    const bool closed = c->from < 0;
    pf_due due;

    if (c->to >= 0) close(c->to);
    c->to = -1;
    if (!closed && !the_end.too_much && !the_end.late) await_close(c);
    const bool ended = c->from < 0 && !the_end.too_much;
    if (c->from >= 0) end_output(c);
    reap(c, ended);
    the_end.lost = pf_wire_is_lost(c->wire);
    /* Who owes a reply at its end has closed before its client did, whenever we heard of it; but not who has ended in
     * trouble. */
    const bool owes = pf_wire_awaits(c->wire, &due);
    if (ended && (owes ? the_end.status == 0 : closed)) pf_wire_closed(c->wire);
}

const pf_target *pf_target_exec(const char *command, const pf_exec_options *options) {
    static pf_target target = {.name = "exec",
                               .kinds = PF_KIND(PF_EVENT_REPLY) | PF_KIND(PF_EVENT_CLOSE),
                               .words_vary = true,
                               .open = open_session,
                               .feed = feed,
                               .close = close_session};

    the_command = command;
    settings = *options;
    target.practice = options->practice;
    return &target;
}
