/* test_probe.c: the probes of LIMIT ask what they are there to ask: each applies to libpostern, in a fuzzing run and in
 * a thorough one, in SMTP and in LMTP, and asks for what fits and for what does not.
 *
 * SPDX-License-Identifier: MIT */
#include "model_support.h"
#include "oracle/probe.h"

static pf_probe probe;

/* Begin a probe in a new session. */
static void begin(bool thorough, bool lmtp, uint32_t hash) {
    static pf_target_options options;
    options.lmtp = lmtp;
    const pf_case run = {.target = &pf_target_postern, .options = &options, .thorough = thorough, .hash = hash};
    pf_probe_begin(&probe, &run, (const uint8_t *)"", 0);
}

/* Each question has its reply, and those that show whether the probe applies are answered by success. */
static void check_controls(unsigned kind, unsigned turn, bool lmtp) {
    static pf_log log;
    const pf_target_options options = {.lmtp = lmtp};
    size_t at = 1; /* behind the greeting */

    (void)pf_target_run(&pf_target_postern, &options, probe.octets, probe.size, NULL, 0, &log);
    for (size_t i = 0; i < probe.count; i++) {
        while (at < log.count && log.events[at].kind != PF_EVENT_REPLY) at++;
        const pf_asked asked = probe.questions[i].asked;
        const int code = at < log.count ? log.events[at++].code : 0;
        if (asked == PF_ASKED_CONTROL && (code == 0 || code >= 400))
            fail_msg("kind %u, turn %u: question %zu is answered by %d", kind, turn, i, code);
    }
    assert_false(log.full);
}

static unsigned asked_of(void) {
    unsigned asked = 0;
    for (size_t i = 0; i < probe.count; i++) asked |= 1u << probe.questions[i].asked;
    return asked;
}

static void every_probe_applies(void **state) {
    (void)state;
    const unsigned beyond = 1u << PF_ASKED_REFUSE | 1u << PF_ASKED_SILENCE | 1u << PF_ASKED_CLOSE;

    for (unsigned kind = 0; kind < PF_PROBE_KINDS; kind++) {
        for (int lmtp = 0; lmtp < 2; lmtp++) {
            unsigned asked = 0;
            unsigned turn = 0;
            for (begin(true, lmtp, 0); pf_probe_write(&probe, kind, turn); begin(true, lmtp, 0)) {
                check_controls(kind, turn++, lmtp);
                asked |= asked_of();
            }
            assert_in_range(turn, 1, 100);
            if ((asked & beyond) == 0) fail_msg("kind %u asks for nothing beyond a limit", kind);
            assert_false(probe.full);
        }
    }
}

/* What the hash draws. */
static void every_probe_is_drawn_with_all_that_it_asks(void **state) {
    (void)state;
    for (unsigned kind = 0; kind < PF_PROBE_KINDS; kind++) {
        unsigned asked = 0;
        for (uint32_t n = 0; n < 200; n++) {
            begin(false, false, n * 2654435761u);
            assert_true(pf_probe_write(&probe, kind, 0));
            check_controls(kind, 0, false);
            asked |= asked_of();
        }
        const unsigned beyond = 1u << PF_ASKED_REFUSE | 1u << PF_ASKED_SILENCE | 1u << PF_ASKED_CLOSE;
        if ((asked & beyond) == 0) fail_msg("kind %u asks for nothing beyond a limit", kind);
    }
}

/* Without CHUNKING nothing is asked of chunks: their octets would be commands. */
static void chunks_are_asked_for_where_they_are_offered(void **state) {
    (void)state;
    const pf_target_options options = {.no_extensions = true};
    const pf_case run = {.target = &pf_target_postern, .options = &options, .thorough = true};
    unsigned silent = 0;

    for (unsigned kind = 0; kind < PF_PROBE_KINDS; kind++) {
        pf_probe_begin(&probe, &run, (const uint8_t *)"", 0);
        silent += !pf_probe_write(&probe, kind, 0);
    }
    assert_int_equal(silent, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_probe_applies),
        cmocka_unit_test(every_probe_is_drawn_with_all_that_it_asks),
        cmocka_unit_test(chunks_are_asked_for_where_they_are_offered),
    };
    return cmocka_run_group_tests_name("probe", tests, NULL, NULL);
}
