/* test_target_postern.c: what session.h promises of events is checked in every session of libpostern.
 *
 * SPDX-License-Identifier: MIT */
#include "planted.h"

#include <postern/session.h>

enum {
    RIGHT,
    COMMAND_OF_BROKEN,
    COMMAND_OF_AUTH_LINE,
    NO_COMMAND,
    VERB_OF_BROKEN,
    NO_FRAMING_FAULT,
    OTHER_FAULT,
    NO_FAULT
};
static int has_fault;

static postern_command nothing;

static void bend_line(postern_event *event) {
    const bool broken = event->stimulus == POSTERN_STIMULUS_BROKEN;

    switch (has_fault) {
    case COMMAND_OF_BROKEN: event->command = broken ? &nothing : event->command; break;
    case COMMAND_OF_AUTH_LINE:
        event->command = event->stimulus == POSTERN_STIMULUS_AUTH_CONTINUATION ? &nothing : event->command;
        break;
    case NO_COMMAND: event->command = NULL; break;
    case VERB_OF_BROKEN: event->verb = broken ? POSTERN_VERB_NOOP : event->verb; break;
    case NO_FRAMING_FAULT: event->fault.error = broken ? POSTERN_ERROR_NONE : event->fault.error; break;
    case OTHER_FAULT:
        if (event->fault.error == POSTERN_ERROR_BAD_SEQUENCE) event->fault.error = POSTERN_ERROR_ARGUMENT_SYNTAX;
        break;
    case NO_FAULT: event->fault.error = broken ? event->fault.error : POSTERN_ERROR_NONE; break;
    default: break;
    }
}

static postern_status planted_feed(postern_session *session, const uint8_t *octets, size_t size, size_t *taken,
                                   postern_event *event) {
    const postern_status status = postern_session_feed(session, octets, size, taken, event);
    if (event->kind == POSTERN_EVENT_COMMAND) bend_line(event);
    return status;
}

#define postern_session_feed planted_feed
#include "target_postern.c"

static bool laws(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation) {
    return pf_judge(&pf_target_postern, octets, size, thorough, violation);
}

#define HELLO "EHLO a.example\\r\\n"
#define MAIL "MAIL FROM:<a@a.example>\\r\\n"
#define LONG "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LONGEST LONG LONG LONG LONG LONG LONG LONG LONG

static const promise promises[] = {
    {COMMAND_OF_BROKEN, "event->command != NULL", "NOOP\\nNOOP\\r\\n"},
    {COMMAND_OF_BROKEN, "event->command != NULL", HELLO "NOOP " LONGEST "\\r\\n"}, /* too long for its verb alone */
    {COMMAND_OF_AUTH_LINE, "event->command != NULL", HELLO "AUTH LOGIN\\r\\n*\\r\\n"},
    {NO_COMMAND, "event->command != NULL", "NOOP\\r\\n"},
    {VERB_OF_BROKEN, "event->verb == POSTERN_VERB_UNKNOWN", "NOOP\\nNOOP\\r\\n"},
    {NO_FRAMING_FAULT, "event->fault.error != POSTERN_ERROR_NONE", "NOOP\\nNOOP\\r\\n"},
    {OTHER_FAULT, "event->code == postern_error_describe(", MAIL},
    {OTHER_FAULT, "event->code == postern_error_describe(", "BDAT 1\\r\\na"},
    {NO_FAULT, "event->code == 550", MAIL},
    {NO_FAULT, "event->code == 550", "FOO\\r\\n"},
};

static void broken_promises_are_told(void **state) {
    (void)state;
    check_promises(promises, sizeof promises / sizeof *promises, &has_fault, laws);
}

#define AUTH                                                                                                           \
    "AUTH PLAIN x\\r\\nAUTH X\\r\\nAUTH PLAIN AHVzZXIAd3Jvbmc=\\r\\nAUTH LOGIN\\r\\nx\\r\\nAUTH LOGIN\\r\\n*\\r\\n"
#define REFUSED                                                                                                        \
    "MAIL FROM:<reject-a@a.example>\\r\\nRCPT TO:<b>\\r\\n" MAIL "RCPT TO:<defer-b@b.example>\\r\\nX\\r\\nA\\nB\\r\\n"

static const planted lawful[] = {
    {RIGHT, NULL, HELLO AUTH REFUSED "BDAT 1\\r\\naEXPN a\\r\\nBDAT x\\r\\n"},
    {RIGHT, NULL, "LHLO a.example\\r\\n" REFUSED "NOOP o00000005\\r\\n"},
    {RIGHT, NULL, HELLO AUTH REFUSED "NOOP o00000008\\r\\n"},
    {RIGHT, NULL, HELLO REFUSED REFUSED REFUSED REFUSED REFUSED "NOOP o00000020\\r\\n"},
};

static void kept_promises_are_not(void **state) {
    (void)state;
    check_planted(lawful, sizeof lawful / sizeof *lawful, &has_fault, laws);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(broken_promises_are_told),
                                       cmocka_unit_test(kept_promises_are_not)};
    return cmocka_run_group_tests_name("target_postern", tests, NULL, NULL);
}
