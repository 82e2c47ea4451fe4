/* test_verb.c: the tables of verbs and extensions, and how long a command line may be.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <postern/command.h>

/* ---- verbs ---- */

/* Verbs as the RFCs have them: what follows the verb, and the extension that offers it. */
static const struct {
    postern_verb verb;
    const char *name;
    postern_argument_rule argument;
    uint32_t extension;
} known[] = {
    {POSTERN_VERB_EHLO, "EHLO", POSTERN_ARGUMENT_REQUIRED, 0},
    {POSTERN_VERB_HELO, "HELO", POSTERN_ARGUMENT_REQUIRED, 0},
    {POSTERN_VERB_LHLO, "LHLO", POSTERN_ARGUMENT_REQUIRED, 0},
    {POSTERN_VERB_MAIL, "MAIL", POSTERN_ARGUMENT_REQUIRED, 0},
    {POSTERN_VERB_RCPT, "RCPT", POSTERN_ARGUMENT_REQUIRED, 0},
    {POSTERN_VERB_DATA, "DATA", POSTERN_ARGUMENT_FORBIDDEN, 0},
    {POSTERN_VERB_BDAT, "BDAT", POSTERN_ARGUMENT_REQUIRED, POSTERN_EXT_CHUNKING},
    {POSTERN_VERB_RSET, "RSET", POSTERN_ARGUMENT_FORBIDDEN, 0},
    {POSTERN_VERB_NOOP, "NOOP", POSTERN_ARGUMENT_OPTIONAL, 0},
    {POSTERN_VERB_QUIT, "QUIT", POSTERN_ARGUMENT_FORBIDDEN, 0},
    {POSTERN_VERB_VRFY, "VRFY", POSTERN_ARGUMENT_REQUIRED, 0},
    {POSTERN_VERB_EXPN, "EXPN", POSTERN_ARGUMENT_REQUIRED, 0},
    {POSTERN_VERB_HELP, "HELP", POSTERN_ARGUMENT_OPTIONAL, 0},
    {POSTERN_VERB_STARTTLS, "STARTTLS", POSTERN_ARGUMENT_FORBIDDEN, POSTERN_EXT_STARTTLS},
    {POSTERN_VERB_AUTH, "AUTH", POSTERN_ARGUMENT_REQUIRED, POSTERN_EXT_AUTH},
    {POSTERN_VERB_BURL, "BURL", POSTERN_ARGUMENT_REQUIRED, 0},
    {POSTERN_VERB_ETRN, "ETRN", POSTERN_ARGUMENT_REQUIRED, 0},
    {POSTERN_VERB_ATRN, "ATRN", POSTERN_ARGUMENT_OPTIONAL, 0},
    {POSTERN_VERB_TURN, "TURN", POSTERN_ARGUMENT_FORBIDDEN, 0},
    {POSTERN_VERB_SEND, "SEND", POSTERN_ARGUMENT_REQUIRED, 0},
    {POSTERN_VERB_SOML, "SOML", POSTERN_ARGUMENT_REQUIRED, 0},
    {POSTERN_VERB_SAML, "SAML", POSTERN_ARGUMENT_REQUIRED, 0},
    {POSTERN_VERB_XCLIENT, "XCLIENT", POSTERN_ARGUMENT_REQUIRED, 0},
    {POSTERN_VERB_XFORWARD, "XFORWARD", POSTERN_ARGUMENT_REQUIRED, 0},
    {POSTERN_VERB_VERB, "VERB", POSTERN_ARGUMENT_OPTIONAL, 0},
    {POSTERN_VERB_ONEX, "ONEX", POSTERN_ARGUMENT_FORBIDDEN, 0},
};

static postern_verb find(const char *octets, size_t size) {
    const postern_verb verb = postern_verb_find(guard_copy(octets, size), size);
    guard_release();
    return verb;
}

static void test_describe(void **state) {
    (void)state;
    assert_int_equal(COUNT_OF(known), POSTERN_VERB_COUNT - 1);
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        const postern_verb_info *info = postern_verb_describe(known[i].verb);
        const size_t size = strlen(known[i].name);
        assert_string_equal(info->name, known[i].name);
        assert_int_equal(info->name_size, size);
        assert_int_equal(info->argument, known[i].argument);
        assert_int_equal(info->extension, known[i].extension);
        assert_true(info->section[0] != '\0');
        /* The syntax begins with the verb in quotes, ends in CRLF, and has an argument when there may be one. */
        assert_int_equal(info->syntax[0], '"');
        assert_int_equal(strncmp(info->syntax + 1, known[i].name, size), 0);
        assert_string_equal(info->syntax + strlen(info->syntax) - 5, " CRLF");
        assert_int_equal(strlen(info->syntax) == size + 7, known[i].argument == POSTERN_ARGUMENT_FORBIDDEN);
        assert_int_equal(strstr(info->syntax, "\" [ SP") != NULL, known[i].argument == POSTERN_ARGUMENT_OPTIONAL);
    }
}

static void test_describe_unknown(void **state) {
    (void)state;
    const postern_verb_info *unknown = postern_verb_describe(POSTERN_VERB_UNKNOWN);
    assert_string_equal(unknown->name, "");
    assert_int_equal(unknown->name_size, 0);
    assert_ptr_equal(postern_verb_describe(POSTERN_VERB_COUNT), unknown);
    assert_ptr_equal(postern_verb_describe((postern_verb)-1), unknown);
}

/* Every spelling of every verb in upper and lower case is the verb; with any other octet anywhere, it is not. */
static void test_find(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        const size_t size = strlen(known[i].name);
        for (unsigned lower = 0; lower < 1u << size; lower++) {
            char spelling[9];
            for (size_t n = 0; n < size; n++) {
                spelling[n] = (char)(known[i].name[n] | ((lower >> n & 1) != 0 ? 0x20 : 0));
            }
            assert_int_equal(find(spelling, size), known[i].verb);
        }
        for (size_t n = 0; n < size; n++) {
            for (unsigned octet = 0; octet < 256; octet++) {
                char changed[9];
                memcpy(changed, known[i].name, size);
                changed[n] = (char)octet;
                postern_verb expected = POSTERN_VERB_UNKNOWN;
                for (size_t other = 0; other < COUNT_OF(known); other++) {
                    const char *name = known[other].name;
                    bool same = strlen(name) == size && strncmp(name, changed, n) == 0 &&
                                strncmp(name + n + 1, changed + n + 1, size - n - 1) == 0;
                    if (same && (octet == (unsigned char)name[n] || octet == (unsigned char)(name[n] | 0x20))) {
                        expected = known[other].verb;
                    }
                }
                assert_int_equal(find(changed, size), expected);
            }
        }
    }
}

static void test_find_other_lengths(void **state) {
    (void)state;
    assert_int_equal(postern_verb_find(NULL, 0), POSTERN_VERB_UNKNOWN);
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        char longer[10];
        const size_t size = (size_t)snprintf(longer, sizeof longer, "%sS", known[i].name);
        assert_int_equal(find(longer, size), POSTERN_VERB_UNKNOWN);
        for (size_t shorter = 0; shorter < size - 1; shorter++) {
            assert_int_equal(find(longer, shorter), POSTERN_VERB_UNKNOWN);
        }
    }
    assert_int_equal(find("XCLIENTS", 8), POSTERN_VERB_UNKNOWN);
    assert_int_equal(find("STARTTLX", 8), POSTERN_VERB_UNKNOWN);
    assert_int_equal(find("\0\0\0\0", 4), POSTERN_VERB_UNKNOWN);
}

static void test_peek(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        const size_t size = strlen(known[i].name);
        for (unsigned octet = 0; octet < 256; octet++) {
            char line[16];
            memcpy(line, known[i].name, size);
            line[size] = (char)octet;
            memcpy(line + size + 1, "x y", 3);
            const bool ends = octet == ' ' || octet == '\t' || octet == '\r' || octet == '\n' || octet == 0;
            const uint8_t *octets = guard_copy(line, size + 4);
            assert_int_equal(postern_verb_peek(octets, size + 4), ends ? known[i].verb : POSTERN_VERB_UNKNOWN);
            guard_release();
        }
        /* a line that was cut behind the verb, or within it */
        const uint8_t *octets = guard_copy(known[i].name, size);
        assert_int_equal(postern_verb_peek(octets, size), known[i].verb);
        assert_int_equal(postern_verb_peek(octets, size - 1), POSTERN_VERB_UNKNOWN);
        guard_release();
    }
    assert_int_equal(postern_verb_peek((const uint8_t *)" MAIL", 5), POSTERN_VERB_UNKNOWN);
    assert_int_equal(postern_verb_peek(guard_copy("", 0), 0), POSTERN_VERB_UNKNOWN);
    guard_release();
}

/* ---- extensions ---- */

static void test_extensions(void **state) {
    (void)state;
    static const struct {
        uint32_t extension;
        const char *keyword;
    } keywords[] = {
        {POSTERN_EXT_SIZE, "SIZE"},
        {POSTERN_EXT_8BITMIME, "8BITMIME"},
        {POSTERN_EXT_PIPELINING, "PIPELINING"},
        {POSTERN_EXT_CHUNKING, "CHUNKING"},
        {POSTERN_EXT_BINARYMIME, "BINARYMIME"},
        {POSTERN_EXT_SMTPUTF8, "SMTPUTF8"},
        {POSTERN_EXT_DSN, "DSN"},
        {POSTERN_EXT_ENHANCEDSTATUSCODES, "ENHANCEDSTATUSCODES"},
        {POSTERN_EXT_STARTTLS, "STARTTLS"},
        {POSTERN_EXT_AUTH, "AUTH"},
        {POSTERN_EXT_REQUIRETLS, "REQUIRETLS"},
        {POSTERN_EXT_LIMITS, "LIMITS"},
        {POSTERN_EXT_MT_PRIORITY, "MT-PRIORITY"},
        {POSTERN_EXT_DELIVERBY, "DELIVERBY"},
        {POSTERN_EXT_FUTURERELEASE, "FUTURERELEASE"},
        {POSTERN_EXT_NO_SOLICITING, "NO-SOLICITING"},
        {POSTERN_EXT_CONPERM, "CONPERM"},
        {POSTERN_EXT_CONNEG, "CONNEG"},
        {POSTERN_EXT_RRVS, "RRVS"},
        {POSTERN_EXT_SUBMITTER, "SUBMITTER"},
    };
    uint32_t all = 0;
    for (size_t i = 0; i < COUNT_OF(keywords); i++) {
        const size_t size = strlen(keywords[i].keyword);
        char lower[32];
        for (size_t n = 0; n < size; n++) {
            const char letter = keywords[i].keyword[n];
            lower[n] = letter >= 'A' && letter <= 'Z' ? (char)(letter | 0x20) : letter;
        }
        assert_string_equal(postern_extension_keyword(keywords[i].extension), keywords[i].keyword);
        const uint8_t *octets = guard_copy(lower, size);
        assert_int_equal(postern_extension_find(octets, size), keywords[i].extension);
        assert_int_equal(postern_extension_find(octets, size - 1), 0);
        guard_release();
        all |= keywords[i].extension;
    }
    assert_int_equal(all, POSTERN_EXT_ALL);
    assert_null(postern_extension_keyword(0));
    assert_null(postern_extension_keyword(POSTERN_EXT_SIZE | POSTERN_EXT_DSN));
    assert_null(postern_extension_keyword(POSTERN_EXT_ALL + 1));
    assert_int_equal(postern_extension_find((const uint8_t *)"SIZEX", 5), 0);
    assert_int_equal(postern_extension_find(NULL, 0), 0);
}

/* ---- limits ---- */

/* Octets that each extension adds to the 512 of each verb, from the RFCs (or worked out, where they are silent). */
static const struct {
    uint32_t extension;
    postern_verb verb;
    size_t octets;
} increments[] = {
    {POSTERN_EXT_SIZE, POSTERN_VERB_MAIL, 26},        {POSTERN_EXT_8BITMIME, POSTERN_VERB_MAIL, 14},
    {POSTERN_EXT_BINARYMIME, POSTERN_VERB_MAIL, 16},  {POSTERN_EXT_AUTH, POSTERN_VERB_MAIL, 500},
    {POSTERN_EXT_DSN, POSTERN_VERB_MAIL, 9 + 107},    {POSTERN_EXT_DSN, POSTERN_VERB_RCPT, 29 + 501},
    {POSTERN_EXT_DELIVERBY, POSTERN_VERB_MAIL, 17},   {POSTERN_EXT_FUTURERELEASE, POSTERN_VERB_MAIL, 34},
    {POSTERN_EXT_MT_PRIORITY, POSTERN_VERB_MAIL, 15}, {POSTERN_EXT_SMTPUTF8, POSTERN_VERB_MAIL, 10},
    {POSTERN_EXT_SMTPUTF8, POSTERN_VERB_VRFY, 9},     {POSTERN_EXT_SMTPUTF8, POSTERN_VERB_EXPN, 9},
    {POSTERN_EXT_REQUIRETLS, POSTERN_VERB_MAIL, 11},  {POSTERN_EXT_NO_SOLICITING, POSTERN_VERB_MAIL, 1007},
    {POSTERN_EXT_CONPERM, POSTERN_VERB_MAIL, 8},      {POSTERN_EXT_SUBMITTER, POSTERN_VERB_MAIL, 265},
    {POSTERN_EXT_CONNEG, POSTERN_VERB_RCPT, 7},       {POSTERN_EXT_RRVS, POSTERN_VERB_RCPT, 33},
};

/* The two extensions that have BODY add one increment together, the larger. */
static size_t expected_limit(postern_verb verb, uint32_t extensions) {
    size_t limit = 512;
    for (size_t i = 0; i < COUNT_OF(increments); i++) {
        const bool smaller = increments[i].extension == POSTERN_EXT_8BITMIME && (extensions & POSTERN_EXT_BINARYMIME);
        if (increments[i].verb == verb && (extensions & increments[i].extension) != 0 && !smaller) {
            limit += increments[i].octets;
        }
    }
    return limit;
}

static void test_limits(void **state) {
    (void)state;
    uint32_t seed = 20;
    for (int turn = 0; turn < 4000; turn++) {
        const uint32_t extensions = turn < 20    ? UINT32_C(1) << turn
                                    : turn == 20 ? POSTERN_EXT_ALL
                                    : turn == 21 ? POSTERN_EXT_NONE
                                                 : dice(&seed) & POSTERN_EXT_ALL;
        size_t most = 0;
        for (unsigned verb = 0; verb < POSTERN_VERB_COUNT; verb++) {
            const size_t limit = postern_command_limit((postern_verb)verb, extensions);
            assert_int_equal(limit, expected_limit((postern_verb)verb, extensions));
            most = limit > most ? limit : most;
        }
        assert_int_equal(postern_command_limit_max(extensions), most);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_describe), cmocka_unit_test(test_describe_unknown),
        cmocka_unit_test(test_find),     cmocka_unit_test(test_find_other_lengths),
        cmocka_unit_test(test_peek),     cmocka_unit_test(test_extensions),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests_name("verb", tests, NULL, NULL);
}
