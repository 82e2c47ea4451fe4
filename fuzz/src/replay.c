/* replay.c: the replay driver, the engine for every compiler. Toolkit room: fuzz/.
 *
 *     HARNESS [--missing-ok] [--quiet] [--brief] [--seconds=N] FILE|FOLDER...
 *
 * Runs each file, and each file in each folder (and in its folders), through the harness once. A folder is read when
 * the driver runs, so that a file that is dropped in is seen without a new configure. With --brief, a harness judges as
 * it does under an engine, without all partitions and variants. With --seconds, an input that takes longer ends the
 * driver by SIGPROF.
 *
 * Exit: 0 when all inputs ran (a harness that finds something aborts, and the last line on stderr names the file);
 * 2 when something could not be read, or nothing was given.
 *
 * SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* setitimer */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t capacity);

/* That it is there, and not 0, tells a harness that it is replayed, and may try all partitions (pf_is_replay). */
extern int pf_replay_driver;
int pf_replay_driver = 1;

/* Harnesses with a custom mutator refer to it; nothing is mutated here. */
__attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t capacity) {
    (void)data;
    return size <= capacity ? size : capacity;
}

typedef struct replay {
    bool missing_ok;
    bool quiet;
    bool trouble;     /* something could not be read */
    unsigned seconds; /* of the processor's time that one input may take; 0: any */
    size_t inputs;
    uint64_t octets;
} replay;

/* The file at hand, for the signal handler: what a crash needs to be known by. */
static const char *current = NULL;

static void say(const char *text) {
    size_t left = strlen(text);
    while (left > 0) {
        ssize_t written = write(STDERR_FILENO, text, left);
        if (written <= 0) return;
        text += written;
        left -= (size_t)written;
    }
}

static void on_crash(int number) {
    if (current != NULL) {
        say("replay: failed: ");
        say(current);
        say("\n");
    }
    raise(number); /* SA_RESETHAND: this time with the default action */
}

/* Sanitizers have handlers of their own for memory faults; SIGABRT is what a violation ends in. */
static void name_the_file_on_abort(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_crash;
    action.sa_flags = (int)(SA_RESETHAND | SA_NODEFER);
    const int numbers[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGALRM, SIGPROF};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct sigaction before;
        if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler == SIG_DFL)
            (void)sigaction(numbers[i], &action, NULL);
    }
}

static bool cannot(replay *run, const char *path) {
    fprintf(stderr, "replay: cannot read %s: %s\n", path, strerror(errno));
    run->trouble = true;
    return false;
}

/* The whole file in a block of exactly its size, so that a read beyond its end is seen. Returns: the block, owned by
 * the caller, or NULL. */
static uint8_t *read_exactly(replay *run, const char *path, size_t size) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        cannot(run, path);
        return NULL;
    }
    uint8_t *octets = malloc(size > 0 ? size : 1);
    if (octets == NULL || fread(octets, 1, size, file) != size) {
        cannot(run, path);
        free(octets);
        octets = NULL;
    }
    fclose(file);
    return octets;
}

/* From now on so much of the processor's time may pass, and ten times as much by the clock: a machine that is busy is
 * no finding. 0: any. */
static void limit(unsigned seconds) {
    const struct itimerval timer = {.it_value = {.tv_sec = (time_t)seconds}};
    (void)setitimer(ITIMER_PROF, &timer, NULL);
    (void)alarm(10 * seconds);
}

static bool run_file(replay *run, const char *path, size_t size) {
    uint8_t *octets = read_exactly(run, path, size);
    if (octets == NULL) return false;
    current = path;
    limit(run->seconds);
    (void)LLVMFuzzerTestOneInput(octets, size);
    limit(0);
    current = NULL;
    free(octets);
    run->inputs++;
    run->octets += size;
    if (!run->quiet && run->inputs % 1000 == 0) fprintf(stderr, "replay: %zu inputs so far\n", run->inputs);
    return true;
}

static bool run_path(replay *run, const char *path);

static int visible(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

static bool run_folder(replay *run, const char *path) {
    struct dirent **entries;
    int count = scandir(path, &entries, visible, alphasort);
    if (count < 0) return cannot(run, path);
    bool good = true;
    for (int i = 0; i < count; i++) {
        size_t room = strlen(path) + strlen(entries[i]->d_name) + 2;
        char *inner = malloc(room);
        if (inner == NULL) abort();
        snprintf(inner, room, "%s/%s", path, entries[i]->d_name);
        good = run_path(run, inner) && good;
        free(inner);
        free(entries[i]);
    }
    free(entries);
    return good;
}

static bool run_path(replay *run, const char *path) {
    struct stat facts;
    if (stat(path, &facts) != 0) {
        if (errno == ENOENT && run->missing_ok) return true;
        return cannot(run, path);
    }
    if (S_ISDIR(facts.st_mode)) return run_folder(run, path);
    return run_file(run, path, (size_t)facts.st_size);
}

static int usage(FILE *out, const char *name) {
    fprintf(out,
            "usage: %s [--missing-ok] [--quiet] [--brief] [--seconds=N] FILE|FOLDER...\n"
            "Replays inputs through this harness. --missing-ok: a path that does not exist is no error.\n"
            "--brief: judge as under an engine, without all partitions and variants.\n"
            "--seconds: an input that takes more of the processor's time is a finding.\n"
            "Exit: 0 all ran, 2 something could not be read; a finding aborts, or ends by SIGPROF.\n",
            name);
    return out == stdout ? 0 : 2;
}

/* Returns: false when it is no whole number from 1 to a day. */
static bool read_seconds(const char *text, unsigned *seconds) {
    char *end;
    const unsigned long number = strtoul(text, &end, 10);
    *seconds = (unsigned)number;
    return *text >= '1' && *text <= '9' && *end == '\0' && number <= 86400;
}

int main(int argc, char **argv) {
    static const char seconds[] = "--seconds=";
    replay run = {.quiet = false};
    int first = 1;
    for (; first < argc && strncmp(argv[first], "--", 2) == 0; first++) {
        if (strcmp(argv[first], "--help") == 0) return usage(stdout, argv[0]);
        if (strcmp(argv[first], "--missing-ok") == 0)
            run.missing_ok = true;
        else if (strcmp(argv[first], "--quiet") == 0)
            run.quiet = true;
        else if (strcmp(argv[first], "--brief") == 0)
            pf_replay_driver = 0;
        else if (strncmp(argv[first], seconds, sizeof seconds - 1) != 0 ||
                 !read_seconds(argv[first] + sizeof seconds - 1, &run.seconds))
            return usage(stderr, argv[0]);
    }
    if (first == argc) return usage(stderr, argv[0]);

    name_the_file_on_abort();
    if (LLVMFuzzerInitialize != NULL) (void)LLVMFuzzerInitialize(&argc, &argv);
    bool good = true;
    for (int i = first; i < argc; i++) good = run_path(&run, argv[i]) && good;
    if (!run.quiet) fprintf(stderr, "replay: %zu inputs, %llu octets\n", run.inputs, (unsigned long long)run.octets);
    return good && !run.trouble ? 0 : 2;
}
