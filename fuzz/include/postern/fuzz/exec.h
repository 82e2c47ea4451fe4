/* postern/fuzz/exec.h: a server on a pipe as a target: a program that speaks SMTP on its standard input and output.
 *
 * Nothing of such a server is seen but its replies; which command each of them answers is found by their order
 * (wire.h). Their text may change from run to run (dates, queue numbers).
 *
 * A server that reads no end to the stream, or never answers, is ended after a while. POSIX only.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_EXEC_H
#define POSTERN_FUZZ_EXEC_H

#include <postern/fuzz/oracle.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct pf_exec_options {
    bool lmtp;           /* the program speaks LMTP */
    bool practice;       /* judge by what is seen in practice; a bare LF or CR may end a line then */
    bool lockstep;       /* await each reply before the next command goes out, as a client without PIPELINING */
    unsigned reply_ms;   /* how long a reply, or an end, is awaited; 0: 2 seconds */
    unsigned session_ms; /* how long a session may last; 0: 10 seconds */
} pf_exec_options;

/* A target that runs `command` by the shell for each session. One at a time: the next call changes it. In: command,
 * kept; options. */
const pf_target *pf_target_exec(const char *command, const pf_exec_options *options);

/* How the program of the last session ended. */
typedef struct pf_exec_end {
    bool started;
    bool killed;   /* it had to be ended */
    bool late;     /* a reply did not come in time */
    bool too_much; /* it wrote more than anyone reads */
    bool lost;     /* from some point on nobody can say what its replies answer: the rest was not judged */
    int status;    /* its exit status, or -1 */
    int signal;    /* that ended it, not ours; or 0 */
} pf_exec_end;

pf_exec_end pf_exec_last(void);

/* A law runs the program more than once, and it may crash in any of these sessions. Returns: the signal that ended one
 * since this was asked last, not ours; or 0. */
int pf_exec_crash(void);

/* Did a reply not come in time, in any session since this was asked last? */
bool pf_exec_was_late(void);

#ifdef __cplusplus
}
#endif

#endif
