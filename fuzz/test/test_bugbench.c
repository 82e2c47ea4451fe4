/* test_bugbench.c: every bug of the bench is alive, is reported by the law that it is there for, and by none where it
 * is not: corpus/bugbench/BNN-... are the inputs that prove it.
 *
 * Each is judged in a process of its own, which a sanitizer may end.
 *
 * SPDX-License-Identifier: MIT */
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE
#endif
#include "heard.h"
#include "model_support.h"

#include <bench.h>
#include <postern/fuzz/oracle.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN true
#endif
#endif
#ifndef WITH_ASAN
#define WITH_ASAN false
#endif

enum { FILE_MOST = 1 << 16, NAME_MOST = 32 };

static uint8_t octets[FILE_MOST];

static size_t read_file(const char *folder, const char *name) {
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/%s/%s", POSTERN_CORPUS, folder, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    const size_t size = fread(octets, 1, FILE_MOST, file);
    fclose(file);
    assert_true(size < FILE_MOST);
    return size;
}

/* Is the name one of the words? */
static bool is_one_of(const char *words, const char *name) {
    const size_t size = strlen(name);

    for (const char *at = size > 0 ? strstr(words, name) : NULL; at != NULL; at = strstr(at + 1, name))
        if ((at == words || at[-1] == ' ') && (at[size] == ' ' || at[size] == '\0')) return true;
    return false;
}

static bool judge(pf_bench_side side, size_t size, bool thorough, pf_violation *violation) {
    if (side == PF_BENCH_SERVER) return pf_judge(&pf_target_bench, octets, size, thorough, violation);
    return pf_client_judge(pf_client_oracles, &pf_client_bench, octets, size, thorough, violation);
}

/* Something that is done in a process of its own. Out: word, fewer than NAME_MOST characters. */
typedef void apart(const void *what, char word[static NAME_MOST]);

/* Do it. Out: word; "SAN" when the process died of it. */
static void do_apart(apart *act, const void *what, char word[static NAME_MOST]) {
    int ends[2];
    int status;

    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        static const int deadly[] = {SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGSYS, SIGABRT}; /* cmocka would go on */
        char said[NAME_MOST] = "";
        for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++) (void)signal(deadly[i], SIG_DFL);
        const int nowhere = open("/dev/null", O_WRONLY);
        close(ends[0]);
        if (nowhere < 0 || dup2(nowhere, STDERR_FILENO) < 0) _exit(1);
        act(what, said);
        _exit(write(ends[1], said, strlen(said)) == (ssize_t)strlen(said) ? 0 : 1);
    }
    close(ends[1]);
    const ssize_t said = read(ends[0], word, NAME_MOST - 1);
    close(ends[0]);
    word[said > 0 ? said : 0] = '\0';
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) (void)snprintf(word, NAME_MOST, "SAN");
}

/* A bug before all laws. */
typedef struct trial {
    pf_bench_side side;
    int bug;
    size_t size;
} trial;

static void try_all_laws(const void *what, char word[static NAME_MOST]) {
    const trial *t = what;
    pf_violation violation;

    pf_bench_bug = t->bug;
    if (!judge(t->side, t->size, true, &violation)) (void)snprintf(word, NAME_MOST, "%s", violation.oracle);
}

/* The name of the oracle that reports the input first, "SAN" when the process died of it; "" for none. */
static void first_reporter(pf_bench_side side, int bug, size_t size, char out[static NAME_MOST]) {
    do_apart(try_all_laws, &(trial){side, bug, size}, out);
}

static int is_trigger(const struct dirent *entry) {
    return entry->d_name[0] == 'B';
}

static int bug_of(const char *name) {
    return (int)strtol(name + 1, NULL, 10);
}

/* The triggers of a bug. Returns: how many there are. */
static int each_trigger(const pf_bench_row *row) {
    struct dirent **entries;
    char folder[1024];
    int found = 0;
    (void)snprintf(folder, sizeof folder, "%s/bugbench", POSTERN_CORPUS);
    const int count = scandir(folder, &entries, is_trigger, alphasort);
    assert_true(count > 0);
    for (int i = 0; i < count; i++) {
        if (bug_of(entries[i]->d_name) == row->number) {
            char name[NAME_MOST];
            const size_t size = read_file("bugbench", entries[i]->d_name);
            first_reporter(row->side, row->number, size, name);
            print_message("%s: %s\n", entries[i]->d_name, name[0] != '\0' ? name : "nobody");
            /* What only a sanitizer sees may pass without one, and may be seen in what it does. */
            const bool unseen = !WITH_ASAN && is_one_of(row->oracles, "SAN");
            if (!unseen && !is_one_of(row->oracles, name))
                fail_msg("%s is reported by '%s', not by %s", entries[i]->d_name, name, row->oracles);
            first_reporter(row->side, 0, size, name);
            if (name[0] != '\0') fail_msg("%s is reported by '%s' without its bug", entries[i]->d_name, name);
            found++;
        }
        free(entries[i]);
    }
    free(entries);
    return found;
}

/* The laws that each bug was planted for, each of which is to see it alone; SAN is tested above. ROUND is not there for
 * some bugs that the list gives to it too, since a server tells nobody what it decoded:
 *   13  what a client stuffs never has one dot before another octet, so that unstuff(stuff(m)) is right with it; and
 *       stuff(unstuff(x)), read again, is the same wrong text. REF has the message that was meant.
 *   32  base64 that is not canonical stands for some octets all the same, which only the server sees. What is seen is
 *       that it was taken: STRICT.
 *   35  that its own printer lost a backslash the server finds out by itself, and then refuses the message: REF.
 *   50  the decoded octets come out in a trace line, with no word of what they were decoded from: CANON. */
static const char *const meant_for[] = {
    [1] = "REF NODATA",
    [2] = "REF",
    [3] = "REF",
    [4] = "REF",
    [5] = "REF",
    [6] = "REF STRICT",
    [7] = "REF NODATA",
    [8] = "REF",
    [9] = "CHUNK",
    [10] = "CHUNK ROUND",
    [11] = "REF",
    [12] = "REF ROUND",
    [13] = "REF",
    [14] = "REF",
    [15] = "CHUNK",
    [16] = "SAN CHUNK",
    [17] = "TLS",
    [18] = "TLS",
    [19] = "TLS RESET STATE",
    [20] = "STRICT",
    [21] = "TLS",
    [22] = "NODATA CHUNK",
    [23] = "NODATA REF",
    [24] = "REF SAN",
    [25] = "STRICT REF",
    [26] = "REF",
    [27] = "STATE RESET",
    [28] = "STATE RESET",
    [29] = "STATE RESET",
    [30] = "BOUND",
    [31] = "SAN LIMIT",
    [32] = "STRICT",
    [33] = "SAN LIMIT",
    [34] = "SAN",
    [35] = "REF",
    [36] = "SAN",
    [37] = "SAN",
    [38] = "SAN",
    [39] = "SAN",
    [40] = "REF SAN",
    [41] = "REF STATE",
    [42] = "SAN LIMIT",
    [43] = "REF NODATA ONE",
    [44] = "ONE",
    [45] = "LIMIT REF",
    [46] = "STRICT REF",
    [47] = "REF STRICT",
    [48] = "REF STRICT META",
    [49] = "STRICT LIMIT",
    [50] = "CANON",
    [51] = "STRICT SAN",
    [52] = "SAN STRICT",
    [53] = "SAN LIMIT",
    [54] = "GRAM CANON",
    [55] = "GRAM ONE",
    [56] = "GRAM STATE",
    [57] = "ONE",
    [58] = "STATE",
    [59] = "STATE RESET",
    [60] = "BOUND",
    [61] = "BOUND SAN",
    [62] = "SAN POISON",
    [63] = "SAN",
    [64] = "BOUND",
    [65] = "GRAM",
    [66] = "INJ",
    [67] = "ROUND INJ",
    [68] = "FAULT SAN",
    [69] = "REF STRICT",
    [70] = "POISON",
    [71] = "META",
    [72] = "ONE",
};

#define ENVELOPE "EHLO client.example\r\nMAIL FROM:<>\r\nRCPT TO:<b@server.example>\r\n"

/* Where the triggers show a bug to one law, and others need one more command. */
static const struct {
    int bug;
    const char *law;
    const char *session;
} witnesses[] = {
    {27, "STATE", ENVELOPE "BDAT 2\r\na\nBDAT 0 LAST\r\n"},
    {28, "STATE", ENVELOPE "RCPT TO:<bodyreject-b@server.example>\r\nDATA\r\n.\r\nDATA\r\n.\r\n"},
    /* The message that VRFY has cut off from its sender resets nothing; LMTP counts who is left. */
    {29, "RESET",
     "LHLO client.example\r\nMAIL FROM:<>\r\nRCPT TO:<b@server.example>\r\nVRFY b\r\nDATA\r\n.\r\nNOOP o00000001\r\n"},
    /* LIMIT goes to the ends of buffers from any session; a trigger would die by itself. */
    {31, "LIMIT", "EHLO client.example\r\n"},
    {33, "LIMIT", "EHLO client.example\r\n"},
    {42, "LIMIT", "EHLO client.example\r\n"},
    {53, "LIMIT", "EHLO client.example\r\n"},
    {32, "STRICT", "EHLO client.example\r\nAUTH LOGIN\r\ndXNlch==\r\n*\r\n"},
    /* A trigger reads on behind its end. */
    {51, "STRICT", "EHLO client.example\r\nMAIL FROM:<> ENVID=a+2bc\r\n"},
    {59, "STATE", ENVELOPE "HELO client.example\r\nDATA\r\n.\r\n"},
};

/* A bug before one law. */
typedef struct question {
    const pf_bench_row *row;
    const char *law; /* NULL: before none, the input is only run */
    size_t size;
} question;

static bool is_called(const char *law, const char *name) {
    return law != NULL && strcmp(law, name) == 0;
}

/* A server is judged by what it tells, and by what a client hears of it. */
static bool is_right_by(const question *q) {
    const pf_oracle *server[2] = {NULL};
    const pf_client_oracle *client[2] = {NULL};
    pf_violation violation;

    if (is_called(q->law, "ROUND")) server[0] = &pf_oracle_round;
    for (size_t i = 0; pf_session_oracles[i] != NULL; i++)
        if (is_called(q->law, pf_session_oracles[i]->name)) server[0] = pf_session_oracles[i];
    for (size_t i = 0; pf_client_oracles[i] != NULL; i++)
        if (is_called(q->law, pf_client_oracles[i]->name)) client[0] = pf_client_oracles[i];
    if (q->row->side == PF_BENCH_CLIENT)
        return pf_client_judge(client, &pf_client_bench, octets, q->size, true, &violation);
    return pf_judge_by(server, &pf_target_bench, octets, q->size, true, &violation) &&
           (!is_called(q->law, "ONE") ||
            pf_judge_by(server, heard_target(&pf_target_bench, false), octets, q->size, true, &violation));
}

static void ask(const void *what, char word[static NAME_MOST]) {
    const question *q = what;

    pf_bench_bug = q->row->number;
    if (!is_right_by(q)) (void)snprintf(word, NAME_MOST, "%s", q->law);
}

/* Has the law something to say of these octets? It may also be that it goes where a sanitizer ends the process, as the
 * input by itself does not. */
static bool is_seen_by(const question *q) {
    const question none = {q->row, NULL, q->size};
    char word[NAME_MOST], without[NAME_MOST];

    do_apart(ask, q, word);
    if (strcmp(word, "SAN") != 0) return word[0] != '\0';
    do_apart(ask, &none, without);
    return without[0] == '\0';
}

static bool is_seen_in_a_trigger(const pf_bench_row *row, const char *law) {
    struct dirent **entries;
    char folder[1024];
    bool seen = false;
    (void)snprintf(folder, sizeof folder, "%s/bugbench", POSTERN_CORPUS);
    const int count = scandir(folder, &entries, is_trigger, alphasort);
    for (int i = 0; i < count; i++) {
        if (bug_of(entries[i]->d_name) == row->number && !seen)
            seen = is_seen_by(&(question){row, law, read_file("bugbench", entries[i]->d_name)});
        free(entries[i]);
    }
    free(entries);
    for (size_t i = 0; i < sizeof witnesses / sizeof *witnesses && !seen; i++) {
        if (witnesses[i].bug != row->number || strcmp(witnesses[i].law, law) != 0) continue;
        const size_t size = strlen(witnesses[i].session);
        memcpy(octets, witnesses[i].session, size);
        seen = is_seen_by(&(question){row, law, size});
    }
    return seen;
}

/* What a law sees in one kind of build alone. */
static const struct {
    int bug;
    const char *law;
    bool asan; /* with ASan; else without it, where the process goes on to what the law looks at */
} builds[] = {
    {31, "LIMIT", true}, {33, "LIMIT", true}, {42, "LIMIT", true}, {53, "LIMIT", true}, {62, "POISON", false},
};

/* Is it left out here? */
static bool is_for_another_build(int bug, const char *law) {
    for (size_t i = 0; i < sizeof builds / sizeof *builds; i++) {
        if (builds[i].bug != bug || strcmp(builds[i].law, law) != 0 || builds[i].asan == WITH_ASAN) continue;
        print_message("left out: bug %d by %s, in a build %s ASan\n", bug, law, WITH_ASAN ? "with" : "without");
        return true;
    }
    return false;
}

static void each_law_sees_what_it_is_meant_for(void **state) {
    (void)state;
    unsigned blind = 0;
    for (const pf_bench_row *row = pf_bench_bugs; row->number != 0; row++) {
        char words[64];
        (void)snprintf(words, sizeof words, "%s", meant_for[row->number]);
        for (char *law = strtok(words, " "); law != NULL; law = strtok(NULL, " ")) {
            if (strcmp(law, "SAN") == 0 || is_for_another_build(row->number, law) || is_seen_in_a_trigger(row, law))
                continue;
            print_message("bug %d is not seen by %s alone\n", row->number, law);
            blind++;
        }
    }
    assert_int_equal(blind, 0);
}

/* Of what stands in bugs.c, ROUND and the ear of a client are not among the laws of every session: without a bug they
 * are silent too. */
static void without_a_bug_those_laws_are_silent(void **state) {
    (void)state;
    static const char *const laws[] = {"ONE", "ROUND"};
    static const pf_bench_row none = {.number = 0, .side = PF_BENCH_SERVER};
    struct dirent **entries;
    char folder[1024];
    (void)snprintf(folder, sizeof folder, "%s/bugbench", POSTERN_CORPUS);
    const int count = scandir(folder, &entries, is_trigger, alphasort);
    assert_true(count > 0);
    pf_bench_bug = 0;
    for (int i = 0; i < count; i++) {
        const size_t size = read_file("bugbench", entries[i]->d_name);
        for (size_t law = 0; law < sizeof laws / sizeof *laws; law++)
            if (!is_right_by(&(question){&none, laws[law], size}))
                fail_msg("%s reports %s without a bug", laws[law], entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
}

static void every_bug_is_reported(void **state) {
    (void)state;
    for (const pf_bench_row *row = pf_bench_bugs; row->number != 0; row++)
        if (each_trigger(row) == 0) fail_msg("bug %d has no trigger", row->number);
}

/* Does a judge know an oracle of this name? */
static bool is_oracle(const char *name) {
    for (size_t i = 0; pf_session_oracles[i] != NULL; i++)
        if (strcmp(pf_session_oracles[i]->name, name) == 0) return true;
    for (size_t i = 0; pf_client_oracles[i] != NULL; i++)
        if (strcmp(pf_client_oracles[i]->name, name) == 0) return true;
    return strcmp(name, "SAN") == 0;
}

static void the_list_is_whole(void **state) {
    (void)state;
    int number = 0;
    for (const pf_bench_row *row = pf_bench_bugs; row->number != 0; row++) {
        char words[256];
        assert_int_equal(row->number, ++number);
        assert_non_null(memchr("EMHX", row->class_, 4));
        assert_true(row->model[0] != '\0' && row->defect[0] != '\0' && row->oracles[0] != '\0');
        (void)snprintf(words, sizeof words, "%s", row->oracles);
        for (char *word = strtok(words, " "); word != NULL; word = strtok(NULL, " "))
            if (!is_oracle(word)) fail_msg("bug %d: there is no oracle %s", number, word);
    }
    assert_int_equal(number, 72);
}

static int is_seed(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

/* Without a bug they are as right as any other: all sessions of the corpus. */
static void right_on(pf_bench_side side, const char *seeds, int least) {
    struct dirent **entries;
    char folder[1024];
    (void)snprintf(folder, sizeof folder, "%s/%s", POSTERN_CORPUS, seeds);
    const int count = scandir(folder, &entries, is_seed, alphasort);
    assert_true(count > least);
    pf_bench_bug = 0;
    for (int i = 0; i < count; i++) {
        pf_violation violation;
        const size_t size = read_file(seeds, entries[i]->d_name);
        if (!judge(side, size, side == PF_BENCH_CLIENT, &violation)) {
            pf_violation_print(&violation);
            fail_msg("%s", entries[i]->d_name);
        }
        free(entries[i]);
    }
    free(entries);
}

/* Address literals at the border of what is one (RFC 5321 4.1.3: "::" stands for two groups at the least). */
static void without_a_bug_groups_are_counted(void **state) {
    static const char *const literals[] = {
        "1:2:3:4:5:6:7:8", "1:2:3:4:5::6:7:8", "1:2:3:4:5::6:7",     "1:2:3:4:5::6",       "::",
        "::1:2:3:4:5:6",   "::1:2:3:4:5:6:7",  "1:2:3:4:5:6::",      "1:2:3:4:5:6:7::",    "1:2:3:4:5:6:7",
        "1::2::3",         "1:2::3:4:1.2.3.4", "1:2::3:4:5:1.2.3.4", "1:2:3:4:5:6:1.2.3.4"};
    pf_violation violation;

    (void)state;
    pf_bench_bug = 0;
    for (size_t i = 0; i < sizeof literals / sizeof *literals; i++) {
        const int size = snprintf((char *)octets, sizeof octets,
                                  "EHLO client.example\r\nMAIL FROM:<a@[IPv6:%s]>\r\nQUIT\r\n", literals[i]);
        if (judge(PF_BENCH_SERVER, (size_t)size, true, &violation)) continue;
        pf_violation_print(&violation);
        fail_msg("%s", literals[i]);
    }
}

static void without_a_bug_all_is_right(void **state) {
    (void)state;
    right_on(PF_BENCH_SERVER, "seeds/fuzz_session", 100);
    right_on(PF_BENCH_SERVER, "regressions/fuzz_session", 10);
    right_on(PF_BENCH_CLIENT, "seeds/fuzz_client", 50);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_list_is_whole),
        cmocka_unit_test(without_a_bug_groups_are_counted),
        cmocka_unit_test(without_a_bug_all_is_right),
        cmocka_unit_test(every_bug_is_reported),
        cmocka_unit_test(each_law_sees_what_it_is_meant_for),
        cmocka_unit_test(without_a_bug_those_laws_are_silent),
    };
    return cmocka_run_group_tests_name("bugbench", tests, NULL, NULL);
}
