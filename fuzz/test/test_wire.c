/* test_wire.c: a lawful server that is heard on a wire, and tells nothing but its replies, breaks no law; also one that
 * knows no TLS. RESET and META find out from the order of replies where a variant's part begins.
 *
 * SPDX-License-Identifier: MIT */
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE
#endif
#include "heard.h"
#include "model_support.h"

#include <postern/fuzz/oracle.h>

#include <dirent.h>

enum { FILE_MOST = 1 << 16, SEEDS_LEAST = 200 };

/* As a client hears it. In: tls, whether it can shake hands, and tells of it. */
static const pf_target *hear(const pf_target *target, bool tls) {
    static pf_target heard;

    heard = *heard_target(target, false);
    if (tls)
        heard.kinds |= PF_KIND(PF_EVENT_STARTTLS);
    else
        heard.tls_done = NULL;
    return &heard;
}

static void expect_silence(const char *name, const uint8_t *octets, size_t size) {
    static const pf_oracle *const varied[] = {&pf_oracle_reset, &pf_oracle_meta, &pf_oracle_limit, NULL};
    pf_violation violation;

    for (int tls = 0; tls < 2; tls++) {
        if (pf_judge_by(varied, hear(&pf_target_postern, tls), octets, size, true, &violation)) continue;
        pf_violation_print(&violation);
        fail_msg("%s, with%s TLS: %s", name, tls ? "" : "out", violation.oracle);
    }
}

static void no_seed_accuses_a_lawful_server(void **state) {
    (void)state;
    static const char folder[] = POSTERN_CORPUS "/seeds/fuzz_session";
    static uint8_t octets[FILE_MOST];
    struct dirent **entries;
    int seeds = 0;
    const int count = scandir(folder, &entries, NULL, alphasort);

    for (int i = 0; i < count; i++) {
        char path[1024];
        (void)snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        FILE *file = entries[i]->d_name[0] != '.' ? fopen(path, "rb") : NULL;
        if (file != NULL) {
            const size_t size = fread(octets, 1, sizeof octets, file);
            (void)fclose(file);
            expect_silence(entries[i]->d_name, octets, size);
            seeds++;
        }
        free(entries[i]);
    }
    assert_true(seeds >= SEEDS_LEAST);
    free(entries);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(no_seed_accuses_a_lawful_server)};
    return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
