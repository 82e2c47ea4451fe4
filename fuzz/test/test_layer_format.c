/* test_layer_format.c: the laws of the lines that client.h writes fire on faulty formatters.
 *
 * SPDX-License-Identifier: MIT */
#include "planted.h"

#include <postern/client.h>

enum {
    RIGHT,
    WRITES_TO,
    TAKES_UTF8_ALWAYS,
    REFUSES_COPYRIGHT,
    WRITES_NEL,
    OFFSET_IN_ARGUMENT,
    OTHER_ERROR,
    LF_GOES_THROUGH,
    WRITES_BEYOND,
    WANTS_MORE_ROOM,
    WRITES_UNKNOWN,
    DROPS_ARGUMENT,
    DROPS_PARAMETERS,
    WRITES_LOWER_CASE,
    REFUSES_ALL,
    NEL_SOMEWHERE,
    JOINS_PATH,
    JOINS_PARAMETERS,
    SECOND_PARAMETER_SOMEWHERE
};
static int has_fault;

static size_t find(const uint8_t *octets, size_t size, const char *text) {
    const size_t length = strlen(text);
    size_t at = 0;
    while (at + length <= size && memcmp(octets + at, text, length) != 0) at++;
    return at + length <= size ? at : SIZE_MAX;
}

static postern_status refuse(size_t *written, postern_fault *fault, postern_error error) {
    *written = 0;
    *fault = (postern_fault){error, 0};
    return POSTERN_WRONG;
}

static postern_status planted_format(uint8_t *out, size_t capacity, const postern_request *asked,
                                     const postern_command_options *options, size_t *written, postern_fault *fault) {
    postern_command_options in_force = *options;
    postern_request request = *asked;

    if (has_fault == TAKES_UTF8_ALWAYS) in_force.smtputf8 = true;
    if (has_fault == WANTS_MORE_ROOM && capacity > 0) capacity--;
    if (has_fault == WRITES_UNKNOWN && request.verb == POSTERN_VERB_UNKNOWN) request.verb = POSTERN_VERB_NOOP;
    if (has_fault == DROPS_ARGUMENT && request.path.size > 0) request.argument.size = 0;
    if (has_fault == DROPS_PARAMETERS) request.parameter_count = 0;
    if (has_fault == LF_GOES_THROUGH && request.path.size > 0 && memchr(request.path.data, '\n', request.path.size))
        request.path.size = 0;
    const postern_status status = postern_command_format(out, capacity, &request, &in_force, written, fault);
    if (has_fault == WRITES_BEYOND && status == POSTERN_WRONG) out[capacity] = 'a';
    if (has_fault == OFFSET_IN_ARGUMENT && fault->offset >= 5) fault->offset -= 5;
    if (has_fault == OTHER_ERROR && fault->error == POSTERN_ERROR_NON_ASCII) fault->error = POSTERN_ERROR_PATH_SYNTAX;
    if (has_fault == WRITES_NEL && fault->error == POSTERN_ERROR_ARGUMENT_SYNTAX) {
        *written = 1;
        return POSTERN_COMPLETE;
    }
    if (has_fault == NEL_SOMEWHERE && fault->error == POSTERN_ERROR_ARGUMENT_SYNTAX) fault->offset++;
    if (has_fault == SECOND_PARAMETER_SOMEWHERE && fault->error == POSTERN_ERROR_PARAMETER_SYNTAX) fault->offset++;
    if ((has_fault == JOINS_PATH && fault->error == POSTERN_ERROR_PATH_SYNTAX) ||
        (has_fault == JOINS_PARAMETERS && fault->error == POSTERN_ERROR_PARAMETER_SYNTAX)) {
        *written = 1;
        return POSTERN_COMPLETE;
    }
    if (status != POSTERN_COMPLETE) return status;
    if (has_fault == WRITES_LOWER_CASE) out[0] |= 32;
    if (has_fault == REFUSES_ALL) return refuse(written, fault, POSTERN_ERROR_PATH_SYNTAX);
    if (has_fault == WRITES_TO && request.verb == POSTERN_VERB_SOML)
        return refuse(written, fault, POSTERN_ERROR_ARGUMENT_SYNTAX);
    if (has_fault == REFUSES_COPYRIGHT && find(out, *written, "\xc2\xa9") != SIZE_MAX)
        return refuse(written, fault, POSTERN_ERROR_ARGUMENT_SYNTAX);
    return status;
}

#define postern_command_format planted_format
#include "oracle/layer_format.c"

static const planted list[] = {
    {RIGHT, NULL, ""},
    {RIGHT, NULL, "NOOP\\n"},
    {RIGHT, NULL, "noop \\t"},
    {RIGHT, NULL, "mail from:<@a.example,@b.example:c@d.example> size=1 X=y Z \\r\\n"},
    {RIGHT, NULL, "RCPT TO:<Postmaster> NOTIFY=NEVER"},
    {RIGHT, NULL, "RCPT TO:<\\xc3\\xa9@b> ORCPT=utf-8;\\xc3\\xa9@b"},
    {RIGHT, NULL, "MAIL FROM:<\\xc3\\xa9@b> SMTPUTF8"},
    {RIGHT, NULL, "VRFY a\\xc2\\x85"},
    {RIGHT, NULL, "VRFY \\xe2\\x80\\xa8 SMTPUTF8"},
    {RIGHT, NULL, "BDAT 5 last"},
    {RIGHT, NULL, "AUTH PLAIN ="},
    {RIGHT, NULL, "XCLIENT NAME=a ADDR=+20"},
    {RIGHT, NULL, "SAML FROM:<>"},
    {WRITES_TO, "INJ", "SOML FROM:<a@b.example>"},
    {TAKES_UTF8_ALWAYS, "INJ", "RCPT TO:<\\xc3\\xa9@b>"},
    {REFUSES_COPYRIGHT, "INJ", "RCPT TO:<\\\"\\xc2\\xa9\\\"@b>"},
    {WRITES_NEL, "INJ", "RCPT TO:<\\\"\\xc2\\x85\\\"@b>"},
    {OFFSET_IN_ARGUMENT, "INJ", "RCPT TO:<a@b>"},
    {OFFSET_IN_ARGUMENT, "INJ", "NOOP aa"},
    {OTHER_ERROR, "INJ", "RCPT TO:<\\xc3\\xa9@b>"},
    {LF_GOES_THROUGH, "INJ", "MAIL FROM:<abc@b>"},
    {WRITES_BEYOND, "LIMIT", "RSET"},
    {WANTS_MORE_ROOM, "INJ", "RSET"},
    {WRITES_UNKNOWN, "CONTRACT", "x"},
    {DROPS_ARGUMENT, "CONTRACT", "x"},
    {DROPS_PARAMETERS, "CONTRACT", "x"},
    {DROPS_PARAMETERS, "INJ", "MAIL FROM:<> SIZE=1"},
    {WRITES_LOWER_CASE, "INJ", "QUIT"},
    {REFUSES_ALL, "INJ", "QUIT"},
    {NEL_SOMEWHERE, "INJ", "VRFY a\\xc2\\x85"},
    {JOINS_PATH, "INJ", "MAIL FROM:<a@b> X=a"},
    {JOINS_PARAMETERS, "INJ", "MAIL FROM:<a@b> X=a Y"},
    {JOINS_PARAMETERS, "INJ", "MAIL FROM:<a@b> X Y=a"},
    {SECOND_PARAMETER_SOMEWHERE, "INJ", "MAIL FROM:<a@b> X Y"},
};

static void faulty_formatters_are_found(void **state) {
    (void)state;
    check_planted(list, sizeof list / sizeof *list, &has_fault, pf_laws_format);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(faulty_formatters_are_found)};
    return cmocka_run_group_tests_name("layer_format", tests, NULL, NULL);
}
