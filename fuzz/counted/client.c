/* client.c: the counted build of libpostern as a client. Room: fuzz/counted.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/client.h>
#include <postern/limits.h>

extern uint64_t pf_counted_steps;

static void *open_counted(const pf_client_options *options, pf_record *record) {
    pf_counted_steps = 0;
    return pf_client_postern.open(options, record);
}

static bool call_counted(void *client, const pf_call *call) {
    return pf_client_postern.call(client, call);
}

static void feed_counted(void *client, const uint8_t *octets, size_t size) {
    pf_client_postern.feed(client, octets, size);
}

static void account_counted(const void *client, pf_target_account *account) {
    (void)client;
    *account = (pf_target_account){.steps = pf_counted_steps};
}

static void close_counted(void *client) {
    pf_client_postern.close(client);
}

/* Most costly are the shortest calls, each of which looks for its verb and its limit in tables. */
const pf_client pf_client_counted = {.name = "libpostern, counted",
                                     .calls = PF_CALLS_ALL,
                                     .can = PF_CAN_FILL | PF_CAN_COUNT,
                                     .exact = PF_EXACT_ALL,
                                     .reply_lines = POSTERN_REPLY_LINES_MAX,
                                     .steps_octet = 1000,
                                     .steps_once = 10000,
                                     .open = open_counted,
                                     .call = call_counted,
                                     .feed = feed_counted,
                                     .account = account_counted,
                                     .close = close_counted};
