/* judge.c: `postern judge`: sessions put to a server, in this process or on a pipe, and judged by the laws.
 *
 * SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* strsignal */

#include "files.h"
#include "judge_print.h"

#include <postern/fuzz/wire.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char summary[] =
    "Puts sessions to a server and says which law of SMTP it breaks, if any. FILE is what a\n"
    "client sends, octet by octet, a session script (.smtp), or a folder of such.\n"
    "\n"
    "The server is libpostern, or any program that speaks SMTP on its standard input and\n"
    "output: --target='exec:COMMAND', run by the shell once or more for each file. Of such a\n"
    "program only the replies are seen: are they grammatical (GRAM), is there one for each\n"
    "command and each message (ONE), may they answer it where they do (STATE), is nothing of\n"
    "a message run as commands (ONE, NODATA), do controls of the client come out (CANON), and\n"
    "does it depend on how the stream was cut (CHUNK)? A program that a signal ends is\n"
    "reported as SAN.\n";

static const char notes[] =
    "Programs on a pipe cannot shake hands for TLS: a session ends behind the 220 to STARTTLS.\n"
    "Files whose last line NOOP o... asks for LMTP run with --lmtp alone, and all others\n"
    "without. What else that line asks for, a program does not hear.\n"
    "\n"
    "JSON: file, verdict (lawful, broken, skipped); of a broken law oracle, section, state,\n"
    "verb, expected, seen, offset; events (at, verb or null, reply or null, text in escapes);\n"
    "of a program status, signal, killed, late, lost (see postern(1)).\n"
    "\n"
    "Exit codes: 0 no law is broken; 1 one is; 2 called wrongly, or something could not be\n"
    "read or run.\n";

enum { WAIT_MS = 2000, PATIENCE = 3 };

/* ---- One file ---- */

static bool is_mismatch(const judging *judge, const uint8_t *octets, size_t size) {
    return judge->exec && pf_target_options_read(octets, size).lmtp != judge->lmtp;
}

/* A program that ended by a signal, in any of its runs, broke a law, whatever it had answered. */
static bool crashed(const judging *judge, const uint8_t *octets, size_t size, pf_violation *violation) {
    const int number = judge->exec ? pf_exec_crash() : 0;

    if (number == 0) {
        return false;
    }
    *violation =
        (pf_violation){.oracle = "SAN", .section = "-", .state = "-", .verb = "-", .octets = octets, .offset = size};
    snprintf(violation->expected, sizeof violation->expected, "the program to live");
    snprintf(violation->seen, sizeof violation->seen, "a signal, %s", strsignal(number));
    return true;
}

/* Out: violation, and whether a program died, which no patience mends. */
static bool breaks_a_law(const judging *judge, const uint8_t *octets, size_t size, pf_violation *violation,
                         bool *died) {
    const pf_oracle *const *oracles = judge->exec ? pf_wire_oracles : pf_session_oracles;
    pf_violation death;

    (void)pf_exec_crash(); /* of the file before */
    const bool broken = !pf_judge_by(oracles, judge->target, octets, size, judge->thorough, violation);
    *died = crashed(judge, octets, size, &death);
    if (*died) { /* and a reply that is missing is so because of that */
        *violation = death;
    }
    return broken || *died;
}

/* How much longer a reply is awaited, and a session may last. */
static void be_patient(const judging *judge, unsigned times) {
    pf_exec_options options = judge->exec_options;

    options.reply_ms *= times;
    options.session_ms *= times;
    (void)pf_target_exec(judge->command, &options);
}

/* The shell's word for a command that it does not find, or may not run. */
static bool could_not_run(const judging *judge, const pf_log *log) {
    const pf_exec_end end = pf_exec_last();
    bool replied = false;

    for (size_t i = 0; i < log->count; i++) {
        replied = replied || log->events[i].kind == PF_EVENT_REPLY;
    }
    return judge->exec && (!end.started || (!replied && (end.status == 126 || end.status == 127)));
}

static int judge_octets(judging *judge, const char *path, const uint8_t *octets, size_t size) {
    static pf_log log;
    const pf_target_options options = pf_target_options_read(octets, size);
    judgement found = {.path = path, .octets = octets, .size = size, .log = &log};

    found.skipped = is_mismatch(judge, octets, size);
    if (!found.skipped) {
        bool died;
        (void)pf_exec_was_late(); /* with the file before */
        found.broken = breaks_a_law(judge, octets, size, &found.violation, &died);
        const bool late = found.broken && !died && judge->exec && pf_exec_was_late();
        if (late) { /* it may have been the machine, which had other things to do */
            be_patient(judge, PATIENCE);
            found.broken = breaks_a_law(judge, octets, size, &found.violation, &died);
        }
        if (found.broken || judge->jsonl) {
            (void)pf_target_run(judge->target, &options, octets, size, NULL, 0, &log);
        }
        if (late) {
            be_patient(judge, 1);
        }
        if (found.broken && could_not_run(judge, &log)) {
            return cli_misuse("judge", "cannot run %s", judge->command);
        }
    }
    judge->files++;
    judge->broken += found.broken;
    judge->skipped += found.skipped;
    if (judge->jsonl) {
        judge_print_json(judge, &found);
    } else if (found.broken) {
        judge_print(judge, &found);
    }
    return CLI_OK;
}

static int judge_file(void *context, const char *path) {
    judging *const judge = context;
    cli_buffer octets = {0};
    int exit_code = cli_session_read("judge", path, &octets);

    if (exit_code == CLI_OK) {
        (void)cli_buffer_room(&octets, 1); /* so that there are octets, be they none */
        exit_code = judge_octets(judge, path, (const uint8_t *)octets.data, octets.size);
    }
    cli_buffer_release(&octets);
    return exit_code;
}

/* ---- The verb ---- */

/* The target by its name. Returns: false when nothing is called so. */
static bool choose_target(judging *judge, const char *name, const pf_exec_options *options) {
    static pf_target here;
    static const char exec[] = "exec:";

    if (strncmp(name, exec, sizeof exec - 1) == 0 && name[sizeof exec - 1] != '\0') {
        judge->exec = true;
        judge->command = name + sizeof exec - 1;
        judge->exec_options = *options;
        judge->target = pf_target_exec(judge->command, options);
        return true;
    }
    here = pf_target_postern;
    here.practice = options->practice;
    judge->target = &here;
    judge->thorough = true;
    return strcmp(name, "postern") == 0;
}

static bool read_seconds(const char *text, unsigned *ms) {
    char *end;

    errno = 0;
    const double seconds = strtod(text, &end);
    if (errno != 0 || end == text || *end != '\0' || !(seconds >= 0.01 && seconds <= 3600)) {
        return false;
    }
    *ms = (unsigned)(seconds * 1000);
    return true;
}

int verb_judge(int argc, char **argv) {
    judging judge = {.jsonl = false};
    pf_exec_options exec = {.reply_ms = WAIT_MS};
    const char *target = "postern", *seconds = NULL;
    bool thorough = false;
    const cli_option options[] = {
        {"jsonl", NULL, "a JSON object for each file, one a line", &judge.jsonl, NULL},
        {"lmtp", NULL, "the program speaks LMTP", &exec.lmtp, NULL},
        {"lockstep", NULL, "await each reply before the next command goes to the program", &exec.lockstep, NULL},
        {"practice", NULL, "allow replies that are seen in practice, though no RFC has them", &exec.practice, NULL},
        {"target", "TARGET", "postern (the default) or exec:COMMAND", NULL, &target},
        {"thorough", NULL, "run the program with all partitions of each file: many runs", &thorough, NULL},
        {"wait", "SECONDS", "how long a reply of the program is awaited (default: 2)", NULL, &seconds},
    };
    const cli_usage usage = {"judge", "FILE...", summary, notes, options, sizeof options / sizeof *options};
    int count, exit_code;

    if (!cli_options(&usage, argc, argv, &count, &exit_code)) {
        return exit_code;
    }
    if (count == 0) {
        return cli_misuse("judge", "a file is missing (postern judge --help)");
    }
    if (seconds != NULL && !read_seconds(seconds, &exec.reply_ms)) {
        return cli_misuse("judge", "--wait takes seconds, 0.01 to 3600, not %s", seconds);
    }
    exec.session_ms = exec.reply_ms * 5;
    if (!choose_target(&judge, target, &exec)) {
        return cli_misuse("judge", "no target is called %s: postern, or exec:COMMAND", target);
    }
    if (!judge.exec && (exec.lmtp || exec.lockstep || seconds != NULL || thorough)) {
        return cli_misuse("judge", "--lmtp, --lockstep, --thorough and --wait go with --target=exec:COMMAND");
    }
    judge.lmtp = exec.lmtp;
    judge.thorough = judge.thorough || thorough;
    for (int i = 0; i < count; i++) {
        const int one = cli_walk("judge", argv[i], judge_file, &judge);
        if (one != CLI_OK) {
            return one;
        }
    }
    if (judge.files == 0) {
        return cli_misuse("judge", "there is no session in %s", argv[0]);
    }
    if (!judge.jsonl) {
        judge_print_sum(&judge);
    }
    return judge.broken > 0 ? CLI_NO : CLI_OK;
}
