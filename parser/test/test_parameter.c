/* test_parameter.c: lists of esmtp-params and of attributes: their shape, what is given twice, what is in force.
 *
 * SPDX-License-Identifier: MIT */
#include "command_support.h"

static postern_command command; /* of the last call of parse */

static postern_fault parse(const char *line, size_t size, const postern_command_options *options) {
    postern_fault fault;
    (void)!parse_line(&command, guard_copy(line, size), size, options, &fault);
    return fault;
}

/* ---- vectors ---- */

/* The parameters of the command: KEYWORD, then "*" when it is typed, then "=" and the value, parted by spaces. */
static const char *describe(void) {
    static char words[4096];
    size_t at = 0;
    words[0] = '\0';
    for (size_t i = 0; i < command.parameter_count; i++) {
        const postern_parameter *p = &command.parameters[i];
        at += (size_t)snprintf(words + at, sizeof words - at, "%s%s%s%s%s", i > 0 ? " " : "",
                               escape(p->keyword.data, p->keyword.size), p->id != POSTERN_PARAMETER_UNKNOWN ? "*" : "",
                               p->value.data != NULL ? "=" : "", escape(p->value.data, p->value.size));
    }
    return words;
}

/* Columns behind the input, which lacks its CRLF: options, error, offset, parameters. */
static void visit(const vector *row) {
    char line[4096];
    const postern_command_options options = options_named(vector_field(row, 0));
    memcpy(line, row->input, row->size);
    memcpy(line + row->size, "\r\n", 2);
    const postern_fault fault = parse(line, row->size + 2, &options);
    expect_fault(fault, error_named(vector_field(row, 1)), vector_number(row, 2), row->title);
    if (fault.error == POSTERN_ERROR_NONE && strcmp(describe(), vector_field(row, 3)) != 0) {
        fail_msg("%s: %s, expected %s", row->title, describe(), vector_field(row, 3));
    }
}

static void test_vectors(void **state) {
    (void)state;
    vectors_each("parameters.tsv", visit);
    vectors_each("attributes.tsv", visit);
}

/* ---- what is in force ---- */

static const struct {
    bool rcpt_to;
    const char *keyword;
    postern_parameter_id id;
    uint32_t extensions;
    const char *good;
    const char *bad;
} typed[] = {
    {false, "SIZE", POSTERN_PARAMETER_SIZE, POSTERN_EXT_SIZE, "=1", "=x"},
    {false, "BODY", POSTERN_PARAMETER_BODY, POSTERN_EXT_8BITMIME | POSTERN_EXT_BINARYMIME, "=7BIT", "=x"},
    {false, "AUTH", POSTERN_PARAMETER_AUTH, POSTERN_EXT_AUTH, "=<>", "=x"},
    {false, "RET", POSTERN_PARAMETER_RET, POSTERN_EXT_DSN, "=FULL", "=x"},
    {false, "ENVID", POSTERN_PARAMETER_ENVID, POSTERN_EXT_DSN, "=x", "=+"},
    {false, "BY", POSTERN_PARAMETER_BY, POSTERN_EXT_DELIVERBY, "=1;N", "=x"},
    {false, "HOLDFOR", POSTERN_PARAMETER_HOLDFOR, POSTERN_EXT_FUTURERELEASE, "=1", "=x"},
    {false, "HOLDUNTIL", POSTERN_PARAMETER_HOLDUNTIL, POSTERN_EXT_FUTURERELEASE, "=2026-01-01T00:00:00Z", "=x"},
    {false, "MT-PRIORITY", POSTERN_PARAMETER_MT_PRIORITY, POSTERN_EXT_MT_PRIORITY, "=3", "=x"},
    {false, "SMTPUTF8", POSTERN_PARAMETER_SMTPUTF8, POSTERN_EXT_SMTPUTF8, "", "=x"},
    {false, "REQUIRETLS", POSTERN_PARAMETER_REQUIRETLS, POSTERN_EXT_REQUIRETLS, "", "=x"},
    {false, "SOLICIT", POSTERN_PARAMETER_SOLICIT, POSTERN_EXT_NO_SOLICITING, "=x", "=1"},
    {false, "CONPERM", POSTERN_PARAMETER_CONPERM, POSTERN_EXT_CONPERM, "", "=x"},
    {false, "SUBMITTER", POSTERN_PARAMETER_SUBMITTER, POSTERN_EXT_SUBMITTER, "=a@b", "=x"},
    {true, "NOTIFY", POSTERN_PARAMETER_NOTIFY, POSTERN_EXT_DSN, "=NEVER", "=x"},
    {true, "ORCPT", POSTERN_PARAMETER_ORCPT, POSTERN_EXT_DSN, "=x;y", "=x"},
    {true, "CONNEG", POSTERN_PARAMETER_CONNEG, POSTERN_EXT_CONNEG, "", "=x"},
    {true, "RRVS", POSTERN_PARAMETER_RRVS, POSTERN_EXT_RRVS, "=2026-01-01T00:00:00Z", "=x"},
};

static postern_fault parse_one(bool rcpt_to, uint32_t extensions, const char *keyword, const char *value) {
    char line[128];
    const postern_command_options options = {.extensions = extensions};
    const int size =
        snprintf(line, sizeof line, "%s %s%s\r\n", rcpt_to ? "RCPT TO:<a@b>" : "MAIL FROM:<>", keyword, value);
    const postern_fault fault = parse(line, (size_t)size, &options);
    guard_release();
    return fault;
}

static void expect_untyped(postern_fault fault) {
    assert_int_equal(fault.error, POSTERN_ERROR_NONE);
    assert_int_equal(command.parameter_count, 1);
    assert_int_equal(command.parameters[0].id, POSTERN_PARAMETER_UNKNOWN);
    assert_int_equal(command.values.given, 0);
    assert_false(command.smtputf8);
}

static void test_in_force(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(typed); i++) {
        const char *keyword = typed[i].keyword;
        const bool rcpt_to = typed[i].rcpt_to;
        for (unsigned bit = 0; bit < 20; bit++) {
            const uint32_t alone = UINT32_C(1) << bit;
            if ((alone & typed[i].extensions) == 0) {
                expect_untyped(parse_one(rcpt_to, alone, keyword, typed[i].bad));
                continue;
            }
            assert_int_equal(parse_one(rcpt_to, alone, keyword, typed[i].good).error, POSTERN_ERROR_NONE);
            assert_int_equal(command.parameters[0].id, typed[i].id);
            assert_int_equal(command.values.given, 1u << typed[i].id);
            assert_int_equal(command.smtputf8, typed[i].id == POSTERN_PARAMETER_SMTPUTF8);
            assert_int_equal(parse_one(rcpt_to, alone, keyword, typed[i].bad).error, POSTERN_ERROR_PARAMETER_VALUE);
        }
        expect_untyped(parse_one(rcpt_to, POSTERN_EXT_ALL & ~typed[i].extensions, keyword, typed[i].bad));
        expect_untyped(parse_one(!rcpt_to, POSTERN_EXT_ALL, keyword, typed[i].bad));
        /* Almost the keyword. */
        char other[32];
        snprintf(other, sizeof other, "%sX", keyword);
        expect_untyped(parse_one(rcpt_to, POSTERN_EXT_ALL, other, typed[i].bad));
        for (size_t n = 0; keyword[n] != '\0'; n++) {
            strcpy(other, keyword);
            other[n] = other[n] == 'X' ? 'Y' : 'X';
            expect_untyped(parse_one(rcpt_to, POSTERN_EXT_ALL, other, typed[i].bad));
            strcpy(other, keyword);
            other[n] = '\0';
            if (n > 0 && strcmp(other, "RE") != 0) {
                expect_untyped(parse_one(rcpt_to, POSTERN_EXT_ALL, other, typed[i].bad));
            }
        }
    }
}

static void test_body_needs_its_extension(void **state) {
    (void)state;
    static const struct {
        uint32_t extensions;
        const char *value;
        bool implemented;
    } cases[] = {
        {POSTERN_EXT_8BITMIME, "=7BIT", true},        {POSTERN_EXT_8BITMIME, "=8BITMIME", true},
        {POSTERN_EXT_8BITMIME, "=BINARYMIME", false}, {POSTERN_EXT_BINARYMIME, "=7BIT", true},
        {POSTERN_EXT_BINARYMIME, "=8BITMIME", false}, {POSTERN_EXT_BINARYMIME, "=BINARYMIME", true},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const postern_fault fault = parse_one(false, cases[i].extensions, "BODY", cases[i].value);
        expect_fault(fault, cases[i].implemented ? POSTERN_ERROR_NONE : POSTERN_ERROR_PARAMETER_NOT_IMPLEMENTED,
                     cases[i].implemented ? 0 : strlen("MAIL FROM:<> BODY="), cases[i].value);
    }
}

/* ---- twice ---- */

static const char prefix[] = "MAIL FROM:<>";

/* Two parameters, with others between them: the second is at fault if it has the keyword of the first. */
static void expect_pair(const char *first, const char *second, size_t between, uint32_t extensions, bool duplicate) {
    char line[1024];
    const postern_command_options options = {.extensions = extensions};
    size_t at = (size_t)snprintf(line, sizeof line, "%s %s", prefix, first);
    for (size_t i = 0; i < between; i++) {
        at += (size_t)snprintf(line + at, sizeof line - at, " z%zu=z", i);
    }
    const size_t offset = at + 1;
    at += (size_t)snprintf(line + at, sizeof line - at, " %s\r\n", second);
    expect_fault(parse(line, at, &options), duplicate ? POSTERN_ERROR_PARAMETER_DUPLICATE : POSTERN_ERROR_NONE,
                 duplicate ? offset : 0, line);
    guard_release();
}

static void test_twice(void **state) {
    (void)state;
    static const char *const spellings[][2] = {{"SIZE=1", "size=2"},
                                               {"BODY=7BIT", "body=8BITMIME"},
                                               {"AUTH=<>", "Auth=<>"},
                                               {"RET=FULL", "ret=full"},
                                               {"ENVID=a", "EnvID=b"},
                                               {"BY=1;N", "by=2;N"},
                                               {"HOLDFOR=1", "holdfor=1"},
                                               {"MT-PRIORITY=1", "mt-Priority=2"},
                                               {"SMTPUTF8", "smtputf8"},
                                               {"REQUIRETLS", "requiretls"},
                                               {"SOLICIT=a", "solicit=a"},
                                               {"CONPERM", "conperm"},
                                               {"SUBMITTER=a@b", "submitter=a@b"},
                                               {"X", "x"},
                                               {"X-Y=1", "x-y"},
                                               {"8Z", "8z=1"},
                                               {"Q=1", "q=2"},
                                               {"HOLDUNTIL=2026-01-01T00:00:00Z", "holduntil=2026-01-01T00:00:00Z"}};
    for (size_t i = 0; i < COUNT_OF(spellings); i++) {
        for (size_t j = 0; j < COUNT_OF(spellings); j++) {
            const bool hold = strncmp(spellings[i][0], "HOLD", 4) == 0 && strncmp(spellings[j][0], "HOLD", 4) == 0;
            for (size_t between = 0; between < 62; between += 20) {
                expect_pair(spellings[i][0], spellings[j][1], between, POSTERN_EXT_ALL, i == j || hold);
                expect_pair(spellings[i][0], spellings[j][1], between, POSTERN_EXT_NONE, i == j);
            }
        }
    }
}

/* Many keywords, all different: none is taken for another. Then one of them again, which is. */
static void test_many(void **state) {
    (void)state;
    static const char letters[] = "ABab12-";
    uint32_t seed = 7;
    for (int turn = 0; turn < 300; turn++) {
        const postern_command_options options = {.extensions = POSTERN_EXT_ALL};
        char line[1024];
        char keywords[POSTERN_PARAMETERS_MAX][8];
        size_t count = 0;
        size_t at = (size_t)snprintf(line, sizeof line, "%s", prefix);
        while (count < 40) {
            char *keyword = keywords[count];
            const size_t size = 1 + dice(&seed) % 4;
            for (size_t n = 0; n < size; n++) {
                keyword[n] = letters[dice(&seed) % (n == 0 ? 6 : 7)];
            }
            keyword[size] = '\0';
            bool known = false;
            for (size_t i = 0; i < count; i++) {
                char a[8], b[8];
                for (size_t n = 0; n < sizeof a; n++) { /* the letters have one other case each */
                    a[n] = keywords[i][n] == 'a' ? 'A' : keywords[i][n] == 'b' ? 'B' : keywords[i][n];
                    b[n] = keyword[n] == 'a' ? 'A' : keyword[n] == 'b' ? 'B' : keyword[n];
                }
                known = known || strcmp(a, b) == 0;
            }
            if (!known) {
                at += (size_t)snprintf(line + at, sizeof line - at, " %s", keyword);
                count++;
            }
        }
        memcpy(line + at, "\r\n", 2);
        assert_int_equal(parse(line, at + 2, &options).error, POSTERN_ERROR_NONE);
        assert_int_equal(command.parameter_count, count);
        guard_release();
        const size_t size =
            at + (size_t)snprintf(line + at, sizeof line - at, " %s\r\n", keywords[dice(&seed) % count]);
        expect_fault(parse(line, size, &options), POSTERN_ERROR_PARAMETER_DUPLICATE, at + 1, line);
        guard_release();
    }
}

static void test_too_many(void **state) {
    (void)state;
    const postern_command_options options = {.extensions = POSTERN_EXT_ALL};
    for (size_t count = 62; count <= 67; count++) {
        for (int last = 0; last < 4; last++) {
            static const char *const lasts[] = {"x=y", "SIZE=1", "p0", "-"};
            char line[1024];
            size_t at = (size_t)snprintf(line, sizeof line, "%s", prefix);
            size_t offset = 0;
            for (size_t i = 0; i < count; i++) {
                offset = i == POSTERN_PARAMETERS_MAX ? at + 1 : offset;
                at += i + 1 < count ? (size_t)snprintf(line + at, sizeof line - at, " p%zu", i)
                                    : (size_t)snprintf(line + at, sizeof line - at, " %s", lasts[last]);
            }
            const size_t begin_of_last = at - strlen(lasts[last]);
            memcpy(line + at, "\r\n", 2);
            const postern_fault fault = parse(line, at + 2, &options);
            if (count > 65 || (count == 65 && last < 3)) {
                expect_fault(fault, POSTERN_ERROR_PARAMETER_TOO_MANY, offset, lasts[last]);
            } else if (last == 2) {
                expect_fault(fault, POSTERN_ERROR_PARAMETER_DUPLICATE, begin_of_last, lasts[last]);
            } else if (last == 3) {
                expect_fault(fault, POSTERN_ERROR_PARAMETER_SYNTAX, begin_of_last, lasts[last]);
            } else {
                expect_fault(fault, POSTERN_ERROR_NONE, 0, lasts[last]);
                assert_int_equal(command.parameter_count, count);
            }
            guard_release();
        }
    }
}

/* ---- attributes ---- */

/* A value has at most 255 octets once it is decoded. */
static void test_attribute_size(void **state) {
    (void)state;
    const postern_command_options options = {.extensions = POSTERN_EXT_ALL};
    for (size_t octets = 253; octets <= 258; octets++) {
        for (size_t escaped = 0; escaped <= 100; escaped += 50) {
            char line[1024];
            size_t at = (size_t)snprintf(line, sizeof line, "XCLIENT NAME=");
            size_t beyond = 0;
            for (size_t i = 0; i < octets; i++) {
                beyond = i == 255 ? at : beyond;
                /* escapes at the end, so that the first octet beyond is one */
                at += (size_t)snprintf(line + at, sizeof line - at, "%s", i + escaped >= octets ? "+2B" : "x");
            }
            memcpy(line + at, "\r\n", 2);
            const postern_fault fault = parse(line, at + 2, &options);
            expect_fault(fault, octets > 255 ? POSTERN_ERROR_PARAMETER_VALUE : POSTERN_ERROR_NONE, beyond, line);
            guard_release();
        }
    }
}

/* Each verb has its names, in any case, each once. */
static void test_attribute_names(void **state) {
    (void)state;
    static const struct {
        const char *name;
        bool xclient;
        bool xforward;
    } names[] = {
        {"NAME", true, true},   {"ADDR", true, true},     {"PORT", true, true},      {"PROTO", true, true},
        {"HELO", true, true},   {"LOGIN", true, false},   {"DESTADDR", true, false}, {"DESTPORT", true, false},
        {"IDENT", false, true}, {"SOURCE", false, true},  {"NAM", false, false},     {"NAMES", false, false},
        {"", false, false},     {"CLIENT", false, false},
    };
    const postern_command_options options = {.extensions = POSTERN_EXT_NONE};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        for (int which = 0; which < 2; which++) {
            char line[128];
            char lower[16] = "";
            const char *verb = which == 0 ? "XCLIENT" : "XFORWARD";
            const bool known = which == 0 ? names[i].xclient : names[i].xforward;
            for (size_t n = 0; names[i].name[n] != '\0'; n++) {
                lower[n] = (char)(names[i].name[n] | 0x20);
            }
            size_t at = (size_t)snprintf(line, sizeof line, "%s %s=a\r\n", verb, names[i].name);
            expect_fault(parse(line, at, &options), known ? POSTERN_ERROR_NONE : POSTERN_ERROR_PARAMETER_SYNTAX,
                         known ? 0 : strlen(verb) + 1, line);
            guard_release();
            if (known) {
                at = (size_t)snprintf(line, sizeof line, "%s %s=a %s=b\r\n", verb, names[i].name, lower);
                expect_fault(parse(line, at, &options), POSTERN_ERROR_PARAMETER_DUPLICATE,
                             at - 4 - strlen(names[i].name), line);
                guard_release();
            }
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_in_force),
        cmocka_unit_test(test_body_needs_its_extension),
        cmocka_unit_test(test_twice),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_attribute_size),
        cmocka_unit_test(test_attribute_names),
    };
    return cmocka_run_group_tests_name("parameter", tests, NULL, NULL);
}
