/* The recogniser of command lines: every verb, every parameter, every limit, and what the arguments leave behind.
 *
 * SPDX-License-Identifier: MIT */
#include "model_support.h"

static pf_model_options options = PF_MODEL_OPTIONS;
static pf_model_command command;

static pf_model_verdict check_octets(const uint8_t *octets, size_t size) {
    pf_model_verdict verdict = pf_model_check_command(pf_exact_copy(octets, size), size, &options, &command);
    pf_exact_release();
    return verdict;
}

static pf_model_verdict check_raw(const char *text) {
    return check_octets((const uint8_t *)text, strlen(text));
}

static pf_model_verdict check(const char *text) {
    static char line[1 << 15];
    snprintf(line, sizeof line, "%s\r\n", text);
    return check_raw(line);
}

static void accepts(const char *text) {
    pf_model_verdict verdict = check(text);
    if (verdict.result != PF_ACCEPT) fail_msg("rejected: %s: %s at %zu", text, verdict.error, verdict.offset);
}

static void rejects(const char *text, size_t offset, int code) {
    pf_model_verdict verdict = check(text);
    if (verdict.result != PF_REJECT) fail_msg("accepted: %s", text);
    if (verdict.offset != offset || verdict.code != code)
        fail_msg("%s: %d at %zu, not %d at %zu", text, verdict.code, verdict.offset, code, offset);
}

static int all_extensions(void **state) {
    (void)state;
    options = (pf_model_options)PF_MODEL_OPTIONS;
    options.extensions = PF_EXTENSIONS_ALL;
    return 0;
}

static void well_formed(void **state) {
    static const char *const lines[] = {
        "EHLO a.b",
        "EHLO [127.0.0.1]",
        "EHLO [IPv6:::1]",
        "HELO a",
        "LHLO a",
        "MAIL FROM:<>",
        "MAIL FROM:<a@b>",
        "mail from:<@x,@y.z:a@b>",
        "MAIL FROM:<\"a b\"@[1.2.3.4]> SIZE=1 BODY=8bitmime",
        "RCPT TO:<a@b>",
        "RCPT TO:<Postmaster>",
        "rcpt to:<postMASTER>",
        "RCPT TO:<postmaster@b>",
        "DATA",
        "RSET",
        "NOOP",
        "NOOP x y",
        "NOOP  \t!",
        "QUIT",
        "VRFY a",
        "VRFY \"a b\"",
        "VRFY a@b",
        "VRFY a SMTPUTF8",
        "EXPN list",
        "HELP",
        "HELP MAIL",
        "STARTTLS",
        "AUTH PLAIN",
        "AUTH X-Y_9 =",
        "AUTH PLAIN AHVzZXIAcGFzcw==",
        "BDAT 0",
        "BDAT 007 last",
        "BDAT 9223372036854775807",
        "BURL imap://a/b;c?d%20 LAST",
        "ETRN a.b",
        "ETRN @a",
        "ETRN #a",
        "ATRN",
        "ATRN a,b.c",
        "TURN",
        "SEND FROM:<a@b>",
        "SOML FROM:<>",
        "SAML FROM:<a@b>",
        "XCLIENT NAME=a ADDR=1.2.3.4",
        "XFORWARD source=x+2B",
        "VERB",
        "ONEX",
        "RSET \t ",
        "MAIL FROM:<a@b> \t",
        "DATA  ",
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        accepts(lines[i]);
        assert_non_null(command.verb);
        /* Every proper prefix of the wire form needs more. */
        char wire[256];
        int size = snprintf(wire, sizeof wire, "%s\r\n", lines[i]);
        for (int n = 0; n < size; n++)
            assert_int_equal(check_octets((const uint8_t *)wire, (size_t)n).result, PF_INCOMPLETE);
        /* Octets behind it do not belong to it. */
        strcat(wire, "x");
        pf_model_verdict verdict = check_raw(wire);
        assert_int_equal(verdict.result, PF_REJECT);
        assert_int_equal(verdict.offset, size);
    }
}

static void malformed(void **state) {
    (void)state;
    rejects("", 0, 500);
    rejects(" NOOP", 0, 500);
    rejects("NOOPX", 0, 500);
    rejects("NOOP\tx", 0, 500);
    rejects("XYZZY a", 0, 500);
    rejects("EHLO", 4, 501);
    rejects("EHLO  a", 5, 501);
    rejects("EHLO a b", 6, 501);
    rejects("EHLO a_b", 6, 501);
    rejects("EHLO [1.2.3]", 11, 501);
    rejects("EHLO \xc3\xa9", 5, 501);
    rejects("HELO [127.0.0.1]", 5, 501);
    rejects("MAIL", 4, 501);
    rejects("MAIL FROM", 9, 501);
    rejects("MAIL FROM: <a@b>", 10, 501);
    rejects("MAIL  FROM:<a@b>", 5, 501);
    rejects("MAIL FROM:a@b", 10, 501);
    rejects("MAIL FROM:<a@b", 14, 501);
    rejects("MAIL FROM:<a@b>x", 15, 501);
    rejects("MAIL FROM:<a@b>  SIZE=1", 16, 501);
    rejects("MAIL FROM:< >", 11, 501);
    rejects("MAIL FROM:<Postmaster>", 21, 501);
    rejects("MAIL FROM:<@a,b:c@d>", 14, 501);
    rejects("MAIL FROM:<@a:>", 14, 501);
    rejects("RCPT TO:<>", 9, 501);
    rejects("RCPT TO:<a>", 10, 501);
    rejects("RCPT FROM:<a@b>", 5, 501);
    rejects("DATA x", 4, 501);
    rejects("RSET x", 4, 501);
    rejects("QUIT now", 4, 501);
    rejects("STARTTLS x", 8, 501);
    rejects("NOOP \x80", 5, 501);
    rejects("NOOP \x7f", 5, 501);
    rejects("VRFY", 4, 501);
    rejects("VRFY a b", 7, 501);
    rejects("VRFY a.b", 8, 501);
    rejects("VRFY <a@b>", 5, 501);
    rejects("HELP a b", 6, 501);
    rejects("AUTH", 4, 501);
    rejects("AUTH plain", 5, 501);
    rejects("AUTH ABCDEFGHIJKLMNOPQRSTU", 25, 501);
    rejects("AUTH PLAIN abc", 14, 501);
    rejects("AUTH PLAIN aQ=c", 14, 501);
    rejects("AUTH PLAIN ab==", 13, 501);
    rejects("AUTH PLAIN ==", 12, 501);
    rejects("AUTH PLAIN a a", 12, 501);
    rejects("BDAT", 4, 501);
    rejects("BDAT x", 5, 501);
    rejects("BDAT -1", 5, 501);
    rejects("BDAT 1x", 6, 501);
    rejects("BDAT 1 LASTX", 11, 501);
    rejects("BDAT 1  LAST", 7, 501);
    rejects("BDAT 9223372036854775808", 5, 501);
    rejects("BDAT 18446744073709551617", 5, 501);
    rejects("BURL imap://a#b", 13, 501);
    rejects("ETRN", 4, 501);
    rejects("ATRN a,", 7, 501);
    rejects("TURN x", 4, 501);
    rejects("SEND FROM:<a@b> SIZE=1", 15, 501);
    rejects("XCLIENT", 7, 501);
    rejects("XCLIENT SOURCE=x", 8, 501);
}

static void framing_comes_first(void **state) {
    (void)state;
    static const struct {
        const char *text, *error;
        size_t offset;
    } rows[] = {
        {"NOOP\n", "bare-lf", 4}, {"NOOP\rx", "bare-cr", 4},       {"NOOP\r\r\n", "bare-cr", 4},
        {"\n", "bare-lf", 0},     {"XX\nYY\rZ\r\n", "bare-lf", 2}, {"MAIL \x01\n\r\n", "bare-lf", 6},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pf_model_verdict verdict = check_raw(rows[i].text);
        assert_int_equal(verdict.result, PF_REJECT);
        assert_string_equal(verdict.error, rows[i].error);
        assert_int_equal(verdict.offset, rows[i].offset);
        assert_int_equal(verdict.code, 500);
        assert_null(command.verb);
    }
    pf_model_verdict verdict = check_octets((const uint8_t *)"NO\0OP\r\n", 7);
    assert_string_equal(verdict.error, "nul");
    assert_int_equal(verdict.offset, 2);
}

/* A well-formed and a malformed value each; the offset of the latter within " KEYWORD=VALUE". */
static void parameters(void **state) {
    static const struct {
        const char *mail;
        bool rcpt;
        const char *good[5];
        struct {
            const char *text;
            size_t offset;
        } bad[8];
    } rows[] = {
        {"SIZE",
         false,
         {"=0", "=00000000000000000000", "=99999999999999999999"},
         {{"", 4}, {"=-1", 5}, {"=1x", 6}, {"=000000000000000000001", 25}}},
        {"BODY", false, {"=7BIT", "=8bitMIME", "=BinaryMime"}, {{"=8BIT", 9}, {"=7BITX", 9}, {"", 4}}},
        {"AUTH",
         false,
         {"=<>", "=a@b", "=a+2Bb@c", "=+22a+20b+22@c"},
         {{"=a", 6}, {"=a+2b@c", 8}, {"=a+@c", 7}, {"=<a@b>", 0}, {"=+0D+0A", 0}}},
        {"RET", false, {"=FULL", "=hdrs"}, {{"=FUL", 7}, {"=FULLX", 0}}},
        {"ENVID", false, {"=a", "=+41"}, {{"", 5}, {"=+0a", 0}, {"=+0D", 0}, {"=a+", 0}}},
        {"BY",
         false,
         {"=1;N", "=-999999999;NT", "=+5;r", "=1;RT"},
         {{"=1;R", SIZE_MAX}, {"=0;R", 5}, {"=-1;R", 6}, {"=1", 4}, {"=1;X", 5}, {"=1;NX", 6}, {"=1234567890;N", 12}}},
        {"HOLDFOR", false, {"=1", "=999999999"}, {{"=0", 8}, {"=01", 8}, {"=1234567890", 17}}},
        {"HOLDUNTIL",
         false,
         {"=2024-02-29T23:59:60Z", "=2000-01-01t00:00:00.5z"},
         {{"=2023-02-29T00:00:00Z", 19},
          {"=2023-13-01T00:00:00Z", 16},
          {"=2023-01-01T24:00:00Z", 22},
          {"=2023-01-01T00:00:00+01:00", 29}}},
        {"MT-PRIORITY", false, {"=0", "=-9", "=9"}, {{"=10", 13}, {"=-0", 13}, {"=+1", 12}, {"=", 12}}},
        {"SMTPUTF8", false, {""}, {{"=1", 8}, {"=", 9}}},
        {"REQUIRETLS", false, {""}, {{"=x", 10}}},
        {"SOLICIT", false, {"=a.b:c", "=a,b"}, {{"=1", 8}, {"=a,", 10}, {"=a,,b", 10}}},
        {"CONPERM", false, {""}, {{"=x", 7}}},
        {"SUBMITTER", false, {"=a@b"}, {{"=a", 0}, {"=<>", 0}}},
        {"X-NEW", false, {"", "=x!", "=<>;,"}, {{"=", 6}, {"=a=b", 7}}},
        {"NOTIFY",
         true,
         {"=NEVER", "=success,DELAY", "=DELAY,DELAY"},
         {{"=NEVER,DELAY", 0}, {"=SUCCESS,", 0}, {"=", 7}, {"=MAYBE", 7}}},
        {"ORCPT",
         true,
         {"=rfc822;a@b", "=rfc822;", "=x;+20"},
         {{"=rfc822", 12}, {"=;a", 6}, {"=a;+80", 0}, {"=a;+8", 0}}},
        {"CONNEG", true, {""}, {{"=x", 6}}},
        {"RRVS",
         true,
         {"=2014-04-03T23:01:00Z", "=2014-04-03T23:01:00-05:30;C"},
         {{"=2014-04-03T23:01:00", 0}, {"=2014-04-03T23:01:00Z;X", 26}}},
    };
    (void)state;
    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        const char *start = rows[r].rcpt ? "RCPT TO:<a@b> " : "MAIL FROM:<a@b> ";
        char line[256];
        for (size_t i = 0; i < 5 && rows[r].good[i] != NULL; i++) {
            snprintf(line, sizeof line, "%s%s%s", start, rows[r].mail, rows[r].good[i]);
            accepts(line);
            assert_int_equal(command.parameter_count, 1);
            assert_int_equal(command.parameters[0].in_force, strcmp(rows[r].mail, "X-NEW") != 0);
        }
        for (size_t i = 0; i < 8 && rows[r].bad[i].text != NULL; i++) {
            snprintf(line, sizeof line, "%s%s%s", start, rows[r].mail, rows[r].bad[i].text);
            if (rows[r].bad[i].offset == SIZE_MAX) {
                accepts(line);
                continue;
            }
            pf_model_verdict verdict = check(line);
            if (verdict.result != PF_REJECT || verdict.code != 501) fail_msg("accepted: %s", line);
            if (rows[r].bad[i].offset != 0 && verdict.offset != strlen(start) + rows[r].bad[i].offset)
                fail_msg("%s: at %zu", line, verdict.offset - strlen(start));
        }
    }
}

static void parameters_together(void **state) {
    char line[2048] = "MAIL FROM:<a@b>";
    (void)state;
    rejects("MAIL FROM:<a@b> SIZE=1 size=1", 23, 501);
    rejects("MAIL FROM:<a@b> X X", 18, 501);
    rejects("MAIL FROM:<a@b> HOLDFOR=1 HOLDUNTIL=2024-02-29T23:59:60Z", 26, 501);
    rejects("MAIL FROM:<a@b> -X", 16, 501);
    accepts("MAIL FROM:<a@b> AUTH=<>");
    accepts("MAIL FROM:<a@b> AUTH=+3C>");
    accepts("MAIL FROM:<a@b> AUTH=+3C+3E");
    rejects("MAIL FROM:<a@b> AUTH=+3C", 24, 501);
    rejects("MAIL FROM:<a@b> AUTH=<>x", 24, 501);
    rejects("MAIL FROM:<a@b> SUBMITTER=+3C+3E", 32, 501);
    accepts("RCPT TO:<a@b> SIZE=x");
    assert_false(command.parameters[0].in_force);
    for (int i = 0; i < 65; i++) {
        char word[16];
        snprintf(word, sizeof word, " K%d", i);
        strcat(line, word);
        pf_model_verdict verdict = check(line);
        if (i < 64) {
            assert_int_equal(verdict.result, PF_ACCEPT);
            assert_int_equal(command.parameter_count, i + 1);
        } else {
            assert_string_equal(verdict.error, "too-many-parameters");
        }
    }
    options.extensions = PF_EXTENSIONS_NONE;
    accepts("MAIL FROM:<a@b> SIZE=x BODY=y HOLDFOR=0 HOLDUNTIL=0");
    options.extensions = PF_EXTENSION_8BITMIME;
    accepts("MAIL FROM:<a@b> BODY=BINARYMIME");
    assert_true(command.binarymime);
}

static void smtputf8(void **state) {
    (void)state;
    rejects("MAIL FROM:<\xc3\xa9@b>", 11, 553);
    rejects("MAIL FROM:<\xc3\xa9@b> SIZE=x", 22, 501);
    rejects("MAIL FROM:<\xff@b> SMTPUTF8", 11, 501);
    accepts("MAIL FROM:<\xc3\xa9@b> SIZE=1 smtputf8");
    assert_true(command.smtputf8);
    accepts("MAIL FROM:<a@b> X=\xc3\xa9 SMTPUTF8");
    rejects("MAIL FROM:<a@b> X=\xc3\xa9", 18, 501);
    rejects("MAIL FROM:<a@b> X=\xc3 SMTPUTF8", 19, 501);
    rejects("RCPT TO:<\xc3\xa9@b>", 9, 553);
    rejects("VRFY \xc3\xa9", 5, 553);
    accepts("VRFY \xc3\xa9 SMTPUTF8");
    options.smtputf8 = true;
    accepts("RCPT TO:<\xc3\xa9@b> X=\xc3\xa9");
    accepts("VRFY \xc3\xa9");
    rejects("MAIL FROM:<\xc3\xa9@b>", 11, 553);
    options.smtputf8 = false;
    options.extensions = PF_EXTENSIONS_NONE;
    rejects("MAIL FROM:<\xc3\xa9@b> SMTPUTF8", 11, 553);
    rejects("VRFY a SMTPUTF8", 6, 501);
}

static void fields(void **state) {
    (void)state;
    accepts("MAIL FROM:<@x,@y:\"a b\"@[IPv6:::1]> SIZE=12 REQUIRETLS \t");
    assert_string_equal(command.verb, "MAIL");
    assert_true(command.has_argument);
    assert_int_equal(command.argument.begin, 5);
    assert_int_equal(command.argument.end, 53);
    assert_int_equal(command.path.route.begin, 11);
    assert_int_equal(command.path.route.end, 16);
    assert_int_equal(command.path.local.begin, 17);
    assert_int_equal(command.path.local.end, 22);
    assert_true(command.path.quoted);
    assert_int_equal(command.path.domain.begin, 23);
    assert_int_equal(command.path.domain.end, 33);
    assert_int_equal(command.path.kind, PF_DOMAIN_IPV6);
    assert_int_equal(command.parameter_count, 2);
    assert_int_equal(command.parameters[0].value.end - command.parameters[0].value.begin, 2);
    assert_false(command.parameters[1].has_value);
    accepts("MAIL FROM:<>");
    assert_true(command.path.null);
    accepts("RCPT TO:<postmaster>");
    assert_true(command.path.postmaster);
    assert_int_equal(command.path.kind, PF_DOMAIN_NONE);
    accepts("BDAT 0012 LAST");
    assert_int_equal(command.chunk_size, 12);
    assert_true(command.last);
    accepts("MAIL FROM:<> SIZE=9223372036854775808");
    assert_true(command.size_too_large);
    accepts("MAIL FROM:<> SIZE=9223372036854775807");
    assert_false(command.size_too_large);
    accepts("NOOP");
    assert_false(command.has_argument);
}

/* A line of this size with its CRLF: the text, then `fill`, then CRLF. */
static pf_model_verdict check_sized(const char *text, char fill, size_t size) {
    static char line[20000];
    memset(line, fill, size);
    memcpy(line, text, strlen(text));
    memcpy(line + size - 2, "\r\n", 2);
    return check_octets((const uint8_t *)line, size);
}

static void line_limits(void **state) {
    static const struct {
        const char *text, *verb;
        uint32_t extensions;
        size_t limit;
    } rows[] = {
        {"NOOP ", "NOOP", PF_EXTENSIONS_ALL, 512},
        {"BDAT ", "BDAT", PF_EXTENSIONS_ALL, 512},
        {"MAIL FROM:<a@b> X=", "MAIL", PF_EXTENSIONS_NONE, 512},
        {"MAIL FROM:<a@b> X=", "MAIL", PF_EXTENSION_8BITMIME, 526},
        {"MAIL FROM:<a@b> X=", "MAIL", PF_EXTENSION_BINARYMIME, 528},
        {"MAIL FROM:<a@b> X=", "MAIL", PF_EXTENSIONS_SESSION, 1257},
        {"MAIL FROM:<a@b> X=", "MAIL", PF_EXTENSIONS_ALL, 2537},
        {"RCPT TO:<a@b> X=", "RCPT", PF_EXTENSIONS_SESSION, 1042},
        {"RCPT TO:<a@b> X=", "RCPT", PF_EXTENSIONS_ALL, 1082},
        {"VRFY ", "VRFY", PF_EXTENSIONS_ALL, 521},
        {"EXPN ", "EXPN", PF_EXTENSIONS_NONE, 512},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        options.extensions = rows[i].extensions;
        assert_int_equal(pf_model_line_limit(rows[i].verb, rows[i].extensions), rows[i].limit);
        for (size_t size = rows[i].limit - 1; size <= rows[i].limit + 1; size++) {
            pf_model_verdict verdict = check_sized(rows[i].text, '0', size);
            bool fits = size <= rows[i].limit;
            if (fits)
                assert_int_equal(verdict.result, PF_ACCEPT);
            else
                assert_string_equal(verdict.error, "line-too-long");
            if (!fits) assert_int_equal(verdict.offset, rows[i].limit);
        }
    }
    assert_int_equal(pf_model_line_limit(NULL, PF_EXTENSIONS_ALL), 2537);
    assert_int_equal(pf_model_line_limit(NULL, PF_EXTENSIONS_NONE), 512);
}

static void value_limits(void **state) {
    static const struct {
        const char *text;
        char fill;
        size_t limit; /* of the value */
    } rows[] = {
        {"MAIL FROM:<a@b> ENVID=", 'x', 100},    {"RCPT TO:<a@b> ORCPT=x;", 'x', 492},
        {"MAIL FROM:<a@b> SOLICIT=", 'x', 1000}, {"MAIL FROM:<a@b> SIZE=", '1', 20},
        {"MAIL FROM:<a@b> AUTH=a@", 'x', 63},    {"MAIL FROM:<a@b> HOLDFOR=", '1', 9},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t n = rows[i].limit - 1; n <= rows[i].limit + 1; n++) {
            pf_model_verdict verdict = check_sized(rows[i].text, rows[i].fill, strlen(rows[i].text) + n + 2);
            assert_int_equal(verdict.result, n <= rows[i].limit ? PF_ACCEPT : PF_REJECT);
        }
    }
}

static void extension_names(void **state) {
    (void)state;
    assert_int_equal(pf_model_extension("mt-priority"), PF_EXTENSION_MT_PRIORITY);
    assert_int_equal(pf_model_extension("8BITMIME"), PF_EXTENSION_8BITMIME);
    assert_int_equal(pf_model_extension("SIZ"), 0);
    assert_int_equal(pf_model_extension("SIZEX"), 0);
    assert_int_equal(pf_model_extension(""), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(well_formed, all_extensions),
        cmocka_unit_test_setup(malformed, all_extensions),
        cmocka_unit_test_setup(framing_comes_first, all_extensions),
        cmocka_unit_test_setup(parameters, all_extensions),
        cmocka_unit_test_setup(parameters_together, all_extensions),
        cmocka_unit_test_setup(smtputf8, all_extensions),
        cmocka_unit_test_setup(fields, all_extensions),
        cmocka_unit_test_setup(line_limits, all_extensions),
        cmocka_unit_test_setup(value_limits, all_extensions),
        cmocka_unit_test(extension_names),
    };
    return cmocka_run_group_tests_name("model command", tests, NULL, NULL);
}
