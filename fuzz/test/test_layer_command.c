/* test_layer_command.c: the laws of command.h fire on faulty parsers.
 *
 * SPDX-License-Identifier: MIT */
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE
#endif
#include "planted.h"

#include <postern/command.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    RIGHT,
    TAKES_ALL,
    TAKES_NONE,
    OTHER_REPLY,
    OTHER_ERROR,
    OTHER_PLACE,
    NEXT_PLACE,
    FIRST_PLACE,
    LAST_PLACE,
    FIRST_WORD,
    LAST_WORD,
    FIRST_VALUE,
    FIRST_HIGH,
    FIRST_UNLESS_DUPLICATE,
    OTHER_VERB,
    NO_ARGUMENT,
    NO_PATH,
    OTHER_KIND,
    LOSES_PARAMETER,
    UNKNOWN_IS_KNOWN,
    SIZE_WRAPS,
    LAST_LOST,
    SMTPUTF8_LOST,
    INITIAL_LOST,
    SECOND_DIFFERS,
    SIZES_DIFFER,
    SIZE_OFF,
    BODY_OFF,
    RET_OFF,
    BY_UNSIGNED,
    BY_MODE_LOST,
    BY_UNTRACED,
    HOLDFOR_OFF,
    PRIORITY_OFF,
    NOTIFY_OFF,
    ENVID_CUT,
    ORCPT_CUT,
    RRVS_MODE_LOST,
    GIVEN_TOO_MUCH,
    HELLO_KIND_OFF,
    HELLO_DOMAIN_CUT,
    TEXT_LOST,
    TEXT_CUT,
    TEXT_WHERE_NONE_IS,
    VERB_CUT,
    PATH_WIDER,
    MAILBOX_WIDER,
    ASCII_ONLY,
    SLICE_OUTSIDE,
    NO_FAULT_TOLD,
    LIMIT_OF_LOCAL_PART,
    LIMIT_OF_PATH,
    LIMIT_BEHIND,
    ONE_ID,
    ATTRIBUTE_HAS_ID,
    KEYWORD_CUT,
    VALUE_LOST,
    ONE_PARAMETER_MORE,
    LF_IS_ENOUGH,
    BDAT_NEEDS_NO_END,
    NEVER_LENIENT,
    ALL_LENIENT,
    OTHER_LENIENCY,
    LENIENT_WITHOUT_PATH
};
static int has_fault;
static unsigned calls;

static void spoil_values(postern_parameter_values *values) {
    switch (has_fault) {
    case SIZE_OFF: values->size++; break;
    case BODY_OFF: values->body = POSTERN_BODY_7BIT; break;
    case RET_OFF: values->ret = POSTERN_RET_FULL; break;
    case BY_UNSIGNED: values->by_seconds = values->by_seconds < 0 ? -values->by_seconds : values->by_seconds; break;
    case BY_MODE_LOST: values->by_mode = 0; break;
    case BY_UNTRACED: values->by_trace = false; break;
    case HOLDFOR_OFF: values->hold_for--; break;
    case PRIORITY_OFF: values->mt_priority++; break;
    case NOTIFY_OFF: values->notify &= ~POSTERN_NOTIFY_DELAY; break;
    case ENVID_CUT: values->envid.size -= values->envid.size > 0; break;
    case ORCPT_CUT: values->orcpt.size -= values->orcpt.size > 0; break;
    case RRVS_MODE_LOST: values->rrvs_mode = 0; break;
    case GIVEN_TOO_MUCH: values->given |= 1u << POSTERN_PARAMETER_CONPERM; break;
    default: break;
    }
}

static void spoil(postern_command *command) {
    switch (has_fault) {
    case OTHER_VERB: command->verb = POSTERN_VERB_NOOP; break;
    case NO_ARGUMENT: command->argument = (postern_slice){NULL, 0}; break;
    case NO_PATH: command->path = (postern_path){.null = false}; break;
    case OTHER_KIND: command->path.mailbox.kind = POSTERN_DOMAIN_GENERAL; break;
    case LOSES_PARAMETER: command->parameter_count = 0; break;
    case UNKNOWN_IS_KNOWN: command->parameters[0].id = POSTERN_PARAMETER_SIZE; break;
    case SIZE_WRAPS: command->chunk_size &= UINT32_MAX; break;
    case LAST_LOST: command->last = false; break;
    case SMTPUTF8_LOST: command->smtputf8 = false; break;
    case SLICE_OUTSIDE: command->path.mailbox.local.size += 100; break;
    case INITIAL_LOST: command->initial = (postern_slice){NULL, 0}; break;
    case HELLO_KIND_OFF: command->kind = POSTERN_DOMAIN_NAME; break;
    case HELLO_DOMAIN_CUT: command->domain.size -= command->domain.size > 0; break;
    case TEXT_LOST: command->text = (postern_slice){NULL, 0}; break;
    case TEXT_CUT: command->text.size -= command->text.size > 0; break;
    case VERB_CUT: command->verb_raw.size--; break;
    case PATH_WIDER: command->path.raw.size += command->path.raw.size > 0; break;
    case MAILBOX_WIDER: command->path.mailbox.raw.size += command->path.mailbox.raw.size > 0; break;
    case ASCII_ONLY: command->path.mailbox.non_ascii = false; break;
    case ONE_ID:
        if (command->verb == POSTERN_VERB_EXPN) command->parameters[0].id = POSTERN_PARAMETER_VRFY_SMTPUTF8;
        break;
    case ATTRIBUTE_HAS_ID: command->parameters[1].id = POSTERN_PARAMETER_SIZE; break;
    case KEYWORD_CUT: command->parameters[0].keyword.size--; break;
    case VALUE_LOST: command->parameters[1].value = (postern_slice){NULL, 0}; break;
    case ONE_PARAMETER_MORE: command->parameters[command->parameter_count++] = (postern_parameter){.id = 0}; break;
    case TEXT_WHERE_NONE_IS: command->text = command->argument; break;
    default: spoil_values(&command->values); break;
    }
}

/* Errors elsewhere in the line than they are, and limits where there are none. */
static void misplace(const uint8_t *line, size_t size, postern_fault *found) {
    const size_t value = strcspn((const char *)line, "=\r") + 1;
    size_t at = 0;

    switch (has_fault) {
    case LAST_PLACE: found->offset = size - 2; break;
    case FIRST_WORD: found->offset = strlen("MAIL FROM:<> "); break;
    case LAST_WORD:
        for (at = size; line[at - 1] != ' ';) at--;
        found->offset = at;
        break;
    case FIRST_VALUE: found->offset = value; break;
    case FIRST_HIGH:
        while (at < size - 2 && line[at] < 128) at++;
        found->offset = at;
        break;
    case FIRST_UNLESS_DUPLICATE:
        if (found->error != POSTERN_ERROR_PARAMETER_DUPLICATE) found->offset = 0;
        break;
    case LIMIT_OF_LOCAL_PART: *found = (postern_fault){POSTERN_ERROR_LOCAL_PART_TOO_LONG, 0}; break;
    case LIMIT_OF_PATH: *found = (postern_fault){POSTERN_ERROR_PATH_TOO_LONG, strlen("MAIL FROM:<")}; break;
    case LIMIT_BEHIND:
        *found = (postern_fault){POSTERN_ERROR_LOCAL_PART_TOO_LONG, strcspn((const char *)line, "a") + 64};
        break;
    default: break;
    }
}

static uint32_t bend_leniency(uint32_t lenient) {
    switch (has_fault) {
    case NEVER_LENIENT: return 0;
    case ALL_LENIENT: return lenient != 0 ? POSTERN_LENIENT_HELO_LITERAL | POSTERN_LENIENT_PATH_SPACE : 0;
    case OTHER_LENIENCY: return (lenient << 1 | lenient >> 1) & 3;
    default: return lenient;
    }
}

static postern_status planted_parse(postern_command *command, const uint8_t *line, size_t size,
                                    const postern_command_options *options, postern_fault *found) {
    postern_command_options bent = *options;
    bent.lenient = bend_leniency(options->lenient);
    postern_status status = postern_command_parse(command, line, size, &bent, found);
    calls++;
    if (has_fault == LENIENT_WITHOUT_PATH && options->lenient != 0) command->path = (postern_path){.null = false};
    if (has_fault == LF_IS_ENOUGH && status == POSTERN_MISUSE && size > 0 && line[size - 1] == '\n')
        status = POSTERN_COMPLETE;
    if (has_fault == TAKES_ALL) {
        const postern_verb verb = command->verb;
        memset(command, 0, sizeof *command);
        command->verb = verb;
        found->error = POSTERN_ERROR_NONE;
        return POSTERN_COMPLETE;
    }
    if (has_fault == TAKES_NONE) {
        *found = (postern_fault){POSTERN_ERROR_ARGUMENT_SYNTAX, 0};
        return POSTERN_WRONG;
    }
    if (has_fault == OTHER_REPLY && status == POSTERN_WRONG) found->error = POSTERN_ERROR_SIZE_EXCEEDED;
    if (has_fault == OTHER_ERROR && status == POSTERN_WRONG) found->error = POSTERN_ERROR_PARAMETER_TOO_MANY;
    if (has_fault == OTHER_PLACE && status == POSTERN_WRONG) found->offset--;
    if (has_fault == NEXT_PLACE && status == POSTERN_WRONG) found->offset++;
    if (has_fault == FIRST_PLACE && status == POSTERN_WRONG) found->offset = 0;
    if (status == POSTERN_WRONG) misplace(line, size, found);
    if (has_fault == NO_FAULT_TOLD) found->error = POSTERN_ERROR_NONE;
    if (status == POSTERN_COMPLETE) spoil(command);
    if (has_fault == SECOND_DIFFERS && calls % 2 == 0) command->verb = POSTERN_VERB_HELP;
    return status;
}

static postern_status planted_bdat(uint64_t *chunk, const uint8_t *line, size_t size, postern_fault *found) {
    const postern_status status = postern_bdat_parse(chunk, line, size, found);
    if (has_fault == SIZES_DIFFER) ++*chunk;
    if (has_fault == BDAT_NEEDS_NO_END && status == POSTERN_MISUSE) return POSTERN_WRONG;
    return status;
}

#define postern_command_parse planted_parse
#define postern_bdat_parse planted_bdat
#include "oracle/layer_command.c"

#define TEN "aaaaaaaaaa"
#define LABEL TEN TEN TEN TEN TEN TEN "aaa" /* the longest, 63 octets */
#define LABELS LABEL "." LABEL "." LABEL    /* with a local-part of 64 octets, a path of 258 */
#define XTEXT TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define XTEXTS XTEXT XTEXT TEN TEN TEN TEN TEN "aaa+2B" /* 254 octets */

static const planted list[] = {
    {RIGHT, NULL, ""},
    {RIGHT, NULL, "NOOP"},
    {RIGHT, NULL, "MAIL FROM:<@a.example:\\\"a b\\\"@[192.0.2.1]> SIZE=1 X SMTPUTF8 ENVID=a+2B\\r\\n"},
    {RIGHT, NULL, "NOOP\\nNOOP\\r\\n"},
    {RIGHT, NULL, "BDAT 9999999999999999999999"},
    {TAKES_ALL, "REF", "EHLO a b\\r\\n"},
    {TAKES_ALL, "REF", "NOOP \\n\\r\\n"},
    {TAKES_NONE, "REF", "NOOP\\r\\n"},
    {OTHER_REPLY, "REF", "EHLO\\r\\n"},
    {OTHER_ERROR, "REF", "MAIL FROM:<> SIZE=x\\r\\n"},
    {OTHER_PLACE, "REF", "EHLO a..b\\r\\n"},
    /* Where the names differ, or the places, the places go together all the same. */
    {NEXT_PLACE, "REF", "MAIL FROM:<a b@c.example>\\r\\n"}, /* local-part-syntax, path-syntax */
    {NEXT_PLACE, "REF", "RCPT TO:<a@b..example>\\r\\n"},    /* domain-syntax, path-syntax */
    {OTHER_PLACE, "REF", "VRFY a b\\r\\n"},                 /* argument-syntax twice */
    {OTHER_PLACE, "REF", "DATA x\\r\\n"},                   /* argument-unexpected: one behind the space */
    {NEXT_PLACE, "REF", "DATA x\\r\\n"},
    {OTHER_PLACE, "REF", "MAIL\\r\\n"},                        /* argument-missing, path-syntax */
    {NEXT_PLACE, "REF", "EHLO [192.0.2.256]\\r\\n"},           /* literal-syntax, domain-syntax: not later */
    {OTHER_PLACE, "REF", "BDAT 9223372036854775808\\r\\n"},    /* bdat-size, chunk-size: the digit */
    {OTHER_PLACE, "REF", "BDAT 1x\\r\\n"},                     /* and what is no digit */
    {NEXT_PLACE, "REF", "MAIL FROM:<\\xc3(@a.example>\\r\\n"}, /* utf8-syntax: where the sequence begins */
    {FIRST_PLACE, "REF", "MAIL FROM:<> SIZE=1 BODY=x\\r\\n"},  /* parameter-value: in the parameter */
    {FIRST_PLACE, "REF", "MAIL FROM:<> SIZE=1 =\\r\\n"},       /* parameter-syntax */
    {NEXT_PLACE, "REF", "MAIL FROM:<> X X\\r\\n"},             /* parameter-duplicate twice */
    /* So does a keyword that is told before something behind it that is no parameter. */
    {LAST_PLACE, "REF", "MAIL FROM:<> X X==\\r\\n"},
    {FIRST_WORD, "REF", "MAIL FROM:<> Y X X==\\r\\n"},
    {LAST_WORD, "REF", "MAIL FROM:<> X X= Y\\r\\n"},
    {FIRST_PLACE, "REF", "MAIL FROM:<> X X=\\r\\n"},
    {NEXT_PLACE, "REF", "MAIL FROM:<> X X=\\r\\n"},
    /* A value with UTF-8, where SMTPUTF8 comes too late. */
    {FIRST_UNLESS_DUPLICATE, "REF", "MAIL FROM:<> AUTH=+C3+A9@a.example X X SMTPUTF8\\r\\n"},
    {FIRST_UNLESS_DUPLICATE, "REF", "MAIL FROM:<> X=\\xc3\\xa9 X SMTPUTF8\\r\\n"},
    {FIRST_VALUE, "REF", "MAIL FROM:<> SIZE=1 BODY=x\\r\\n"},
    {FIRST_HIGH, "REF", "MAIL FROM:<> BODY=x Y=\\xc3\\xa9 SMTPUTF8\\r\\n"},
    /* Limits: of a path with its brackets, and without; of what the 256th octet of an attribute stands for. */
    {NEXT_PLACE, "REF", "MAIL FROM:<a" LABEL "@" LABELS ">\\r\\n"},
    {OTHER_PLACE, "REF", "MAIL FROM:<a" LABEL "@" LABELS ">\\r\\n"},
    {NEXT_PLACE, "REF", "RCPT TO:<@" LABELS ":a@" LABEL ".example>\\r\\n"},
    {NEXT_PLACE, "REF", "VRFY a" LABEL "@" LABELS "\\r\\n"},
    {OTHER_PLACE, "REF", "VRFY a" LABEL "@" LABELS "\\r\\n"},
    {NEXT_PLACE, "REF", "XFORWARD NAME=a" XTEXTS "+2B\\r\\n"},
    {OTHER_PLACE, "REF", "XFORWARD NAME=a" XTEXTS "+2B\\r\\n"},
    {FIRST_PLACE, "REF", "XCLIENT NAME=a" XTEXTS "+2B\\r\\n"},
    /* And limits with something wrong behind. */
    {LIMIT_OF_LOCAL_PART, "REF", "MAIL FROM:<a@b..example>\\r\\n"},
    {LIMIT_OF_LOCAL_PART, "REF", "MAIL FROM:<aa" LABEL "@b..example>\\r\\n"},
    {NEXT_PLACE, "REF", "MAIL FROM:<aa" LABEL "@b..example>\\r\\n"},
    {OTHER_PLACE, "REF", "RCPT TO:<@a.example,@b.example:\\\"a\\\\\\\"@" LABEL "\\\"@b..example>\\r\\n"},
    {NEXT_PLACE, "REF", "EHLO a" LABEL "..example\\r\\n"},
    {OTHER_PLACE, "REF", "ATRN a.example,a" LABEL "..example\\r\\n"},
    {NEXT_PLACE, "REF", "ETRN @" LABELS "." LABEL ".a..example\\r\\n"},
    {OTHER_PLACE, "REF", "EHLO [a:" LABEL LABEL LABEL LABEL LABEL "]x\\r\\n"},
    {FIRST_PLACE, "REF", "SEND FROM:<@a" LABEL ".example:a@b..example>\\r\\n"},
    {LIMIT_OF_PATH, "REF", "MAIL FROM:<a" LABEL "@" LABELS "..>\\r\\n"},
    {LIMIT_OF_PATH, "REF", "MAIL FROM:<a@b..example>\\r\\n"},
    {LIMIT_BEHIND, "REF", "SAML FROM:<a.." LABEL LABEL "@b.example>\\r\\n"},
    {LIMIT_BEHIND, "REF", "VRFY a" XTEXTS XTEXTS LABEL LABEL "\\r\\n"},
    {LIMIT_OF_PATH, "REF", "XFORWARD NAME=a b\\r\\n"},
    {OTHER_VERB, "REF", "RSET\\r\\n"},
    {NO_ARGUMENT, "REF", "HELP MAIL\\r\\n"},
    {NO_PATH, "REF", "MAIL FROM:<a@b.example>\\r\\n"},
    {OTHER_KIND, "REF", "RCPT TO:<a@[192.0.2.1]>\\r\\n"},
    {LOSES_PARAMETER, "REF", "MAIL FROM:<> SIZE=1\\r\\n"},
    {UNKNOWN_IS_KNOWN, "REF", "MAIL FROM:<> X=1\\r\\n"},
    {SIZE_WRAPS, "REF", "BDAT 4294967301\\r\\n"},
    {LAST_LOST, "REF", "BDAT 1 LAST\\r\\n"},
    {SMTPUTF8_LOST, "REF", "MAIL FROM:<> SMTPUTF8\\r\\n"},
    {INITIAL_LOST, "REF", "AUTH PLAIN AAAA\\r\\n"},
    {SIZE_OFF, "REF", "MAIL FROM:<> SIZE=1\\r\\n"},
    {BODY_OFF, "REF", "MAIL FROM:<> BODY=8bitmime\\r\\n"},
    {RET_OFF, "REF", "MAIL FROM:<> RET=HDRS\\r\\n"},
    {BY_UNSIGNED, "REF", "MAIL FROM:<> BY=-1;N\\r\\n"},
    {BY_MODE_LOST, "REF", "MAIL FROM:<> BY=1;r\\r\\n"},
    {BY_UNTRACED, "REF", "MAIL FROM:<> BY=1;RT\\r\\n"},
    {HOLDFOR_OFF, "REF", "MAIL FROM:<> HOLDFOR=60\\r\\n"},
    {PRIORITY_OFF, "REF", "MAIL FROM:<> MT-PRIORITY=-9\\r\\n"},
    {NOTIFY_OFF, "REF", "RCPT TO:<a@b.example> NOTIFY=SUCCESS,delay\\r\\n"},
    {ENVID_CUT, "REF", "MAIL FROM:<> ENVID=ab\\r\\n"},
    {ORCPT_CUT, "REF", "RCPT TO:<a@b.example> ORCPT=rfc822;a\\r\\n"},
    {RRVS_MODE_LOST, "REF", "RCPT TO:<a@b.example> RRVS=2014-04-03T23:01:00Z;c\\r\\n"},
    {GIVEN_TOO_MUCH, "REF", "MAIL FROM:<>\\r\\n"},
    {HELLO_KIND_OFF, "REF", "EHLO [192.0.2.1]\\r\\n"},
    {HELLO_DOMAIN_CUT, "REF", "HELO a.example\\r\\n"},
    {TEXT_LOST, "REF", "VRFY ab\\r\\n"},
    {TEXT_CUT, "REF", "BURL imap://a.example/%41 LAST\\r\\n"},
    {TEXT_WHERE_NONE_IS, "REF", "BDAT 1\\r\\n"},
    {VERB_CUT, "REF", "NOOP\\r\\n"},
    {PATH_WIDER, "REF", "MAIL FROM:<> X=1\\r\\n"},
    {PATH_WIDER, "REF", "MAIL FROM:<a@b.example> X=1\\r\\n"},
    {MAILBOX_WIDER, "REF", "RCPT TO:<@a.example:b@c.example>\\r\\n"},
    {ASCII_ONLY, "REF", "MAIL FROM:<\\xc3\\xa9@a.example> SMTPUTF8\\r\\n"},
    {SECOND_DIFFERS, "ROUND", "NOOP x\\r\\n"},
    {SIZES_DIFFER, "ROUND", "BDAT 1\\r\\n"},
    {RIGHT, NULL, "XFORWARD name=a+20 ADDR= SOURCE=LOCAL\\r\\n"},
    {RIGHT, NULL, "VRFY SMTPUTF8\\r\\n"},
    {RIGHT, NULL, "VRFY \\\"a SMTPUTF8\\\" smtputf8 \\r\\n"},
    {RIGHT, NULL, "SEND FROM:<a@b>\\r\\n"},
    {ONE_ID, "REF", "EXPN a SMTPUTF8\\r\\n"},
    {ATTRIBUTE_HAS_ID, "REF", "XCLIENT NAME=a PORT=25\\r\\n"},
    {KEYWORD_CUT, "REF", "XCLIENT NAME=a PORT=25\\r\\n"},
    {KEYWORD_CUT, "REF", "VRFY a SMTPUTF8\\r\\n"},
    {VALUE_LOST, "REF", "XFORWARD NAME=a ADDR=\\r\\n"},
    {ONE_PARAMETER_MORE, "REF", "XCLIENT NAME=a\\r\\n"},
    {ONE_PARAMETER_MORE, "REF", "VRFY a SMTPUTF8\\r\\n"},
    {ONE_PARAMETER_MORE, "REF", "NOOP\\r\\n"},
    {LF_IS_ENOUGH, "CONTRACT", "NOOP\\n"},
    {BDAT_NEEDS_NO_END, "CONTRACT", "BDAT 1\\n"},
    {RIGHT, NULL, "RCPT TO:   <a@b.example> NOTIFY=NEVER \\r\\n"},
    {RIGHT, NULL, "MAIL FROM: \\r\\n"},
    {RIGHT, NULL, "MAIL FROM: \\t<>\\r\\n"},
    {RIGHT, NULL, "MAIL FROM \\r\\n"},
    {RIGHT, NULL, "NOOP a: b\\r\\n"},
    {RIGHT, NULL, "HELO [192.0.2.256]\\r\\n"},
    {NEVER_LENIENT, "REF", "MAIL FROM: <a@b.example>\\r\\n"},
    {NEVER_LENIENT, "REF", "helo [192.0.2.1]\\r\\n"},
    {ALL_LENIENT, "REF", "MAIL FROM:  <>\\r\\n"},
    {ALL_LENIENT, "REF", "HELO [192.0.2.1]\\r\\n"},
    {OTHER_LENIENCY, "REF", "SAML FROM: <a@b.example>\\r\\n"},
    {LENIENT_WITHOUT_PATH, "REF", "MAIL FROM: <a@b.example>\\r\\n"},
    {LENIENT_WITHOUT_PATH, "REF", "MAIL FROM:<a@b.example>\\r\\n"},
};

static void faulty_parsers_are_found(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        calls = 0;
        check_planted(&list[i], 1, &has_fault, pf_laws_command);
    }
}

/* Does the program abort? Tried in a child. */
static bool aborts(int fault, const char *line) {
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        pf_violation violation;
        (void)freopen("/dev/null", "w", stderr);
        (void)signal(SIGABRT, SIG_DFL); /* cmocka's handler would go on with the tests */
        has_fault = fault;
        (void)pf_laws_command((const uint8_t *)line, strlen(line), true, &violation);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void what_the_header_promises_is_checked(void **state) {
    (void)state;
    assert_false(aborts(RIGHT, "MAIL FROM:<a@b.example>"));
    assert_true(aborts(SLICE_OUTSIDE, "MAIL FROM:<a@b.example>"));
    assert_true(aborts(NO_FAULT_TOLD, "MAIL FROM:<a>"));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(faulty_parsers_are_found),
                                       cmocka_unit_test(what_the_header_promises_is_checked)};
    return cmocka_run_group_tests_name("layer_command", tests, NULL, NULL);
}
