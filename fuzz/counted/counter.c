/* counter.c: the counted build of libpostern as a target, and what its basic blocks call. Room: fuzz/counted.
 *
 * A step is a basic block of the parser, or eight octets that it hands to libc. The memory that it holds is the depth
 * of its stack: it has no other that could grow.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/target.h>
#include <postern/limits.h>

/* What each basic block calls has this name by a link option (--wrap): libFuzzer has one of the old name. */
void __wrap___sanitizer_cov_trace_pc(void);
void pf_counted_block(void); /* what counting.h calls */

uint64_t pf_counted_steps;

static uintptr_t lowest;  /* address of a frame of the parser, in this call */
static uintptr_t deepest; /* of all calls of a session, from the frame of the call */

void __wrap___sanitizer_cov_trace_pc(void) {
    const uintptr_t here = (uintptr_t)__builtin_frame_address(0);

    pf_counted_steps++;
    if (here < lowest) lowest = here;
}

void pf_counted_block(void) {
    __wrap___sanitizer_cov_trace_pc();
}

static void call_ends(uintptr_t frame) {
    if (lowest < frame && frame - lowest > deepest) deepest = frame - lowest;
}

static void *open_counted(const pf_target_options *options, pf_log *log) {
    const uintptr_t frame = (uintptr_t)__builtin_frame_address(0);

    pf_counted_steps = deepest = 0;
    lowest = frame;
    void *session = pf_target_postern.open(options, log);
    call_ends(frame);
    return session;
}

static bool feed_counted(void *session, const uint8_t *octets, size_t size) {
    const uintptr_t frame = (uintptr_t)__builtin_frame_address(0);

    lowest = frame;
    const bool open = pf_target_postern.feed(session, octets, size);
    call_ends(frame);
    return open;
}

static void tls_done_counted(void *session) {
    pf_target_postern.tls_done(session);
}

static void account_counted(const void *session, pf_target_account *account) {
    (void)session;
    *account = (pf_target_account){.steps = pf_counted_steps, .memory = deepest};
}

static void close_counted(void *session) {
    pf_target_postern.close(session);
}

/* Most costly are the shortest commands with the longest replies, octet by octet: 205 steps for each octet with gcc
 * -O2, and no more than a thousand with any compiler and all sanitizers. */
const pf_target pf_target_counted = {
    .name = "libpostern, counted",
    .kinds = PF_KINDS_ALL,
    .can = PF_CAN_FILL | PF_CAN_COUNT | PF_CAN_RANGE,
    .limits = {.text_line = POSTERN_TEXT_LINE_MAX,
               .recipients = POSTERN_RECIPIENTS_MIN,
               .steps_octet = 1000,
               .steps_once = 5000,
               .memory = 32768},
    .open = open_counted,
    .feed = feed_counted,
    .tls_done = tls_done_counted,
    .account = account_counted,
    .close = close_counted,
};
