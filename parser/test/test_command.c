/* test_command.c: whole command lines, against the second reading of abnf_command.h.
 *
 * SPDX-License-Identifier: MIT */
#include "command_support.h"

#include "abnf_command.h"

static const postern_command_options all = {.extensions = POSTERN_EXT_ALL};

/* One line of each kind, and of each shape of argument. None has more than 60 octets. */
static const char *const lines[] = {
    "EHLO mx-1.example.com",
    "EHLO [192.0.2.1]",
    "LHLO [IPv6:2001:db8::1:192.0.2.1]",
    "HELO a.b",
    "MAIL FROM:<>",
    "MAIL FROM:<a.b+c@d-e.example> SIZE=100 BODY=8BITMIME",
    "MAIL FROM:<\"a b\\\"\"@[x:y]> AUTH=a+2Bb@c RET=FULL",
    "MAIL FROM:<@a,@b:c@d> SMTPUTF8 X-Y=z REQUIRETLS",
    "RCPT TO:<Postmaster>",
    "RCPT TO:<postmaster@a> NOTIFY=NEVER",
    "RCPT TO:<a@[192.0.2.1]> ORCPT=rfc822;a@b NOTIFY=DELAY",
    "DATA",
    "BDAT 1000",
    "BDAT 0 LAST",
    "RSET",
    "NOOP",
    "NOOP a \t b",
    "QUIT",
    "VRFY Crispin",
    "VRFY a.b@c SMTPUTF8",
    "EXPN \"a b\"",
    "HELP",
    "HELP \"MAIL FROM\"",
    "STARTTLS",
    "AUTH LOGIN",
    "AUTH PLAIN AHVzZXIAcGFzcw==",
    "AUTH X-Y_9 =",
    "BURL imap://a@b/c;uid=%20 LAST",
    "ETRN @a.b",
    "ETRN #queue",
    "ATRN",
    "ATRN a.b,c-d",
    "TURN",
    "SEND FROM:<a@b>",
    "SOML FROM:<>",
    "SAML FROM:<@a:b@c>",
    "XCLIENT NAME=a+2Bb ADDR=[UNAVAILABLE]",
    "XFORWARD IDENT= SOURCE=LOCAL",
    "VERB",
    "ONEX",
};

static postern_command command; /* of the last call of parse */

/* The line and a CRLF, flush against a guard page. */
static postern_fault parse_with(const void *line, size_t size, const postern_command_options *options) {
    uint8_t whole[4096];
    postern_fault fault;
    assert_true(size + 2 <= sizeof whole);
    memcpy(whole, line, size);
    memcpy(whole + size, "\r\n", 2);
    const postern_status status = parse_line(&command, guard_copy(whole, size + 2), size + 2, options, &fault);
    assert_true(status != POSTERN_MISUSE);
    return fault;
}

static postern_fault parse(const void *line, size_t size) {
    return parse_with(line, size, &all);
}

/* ---- vectors ---- */

static const char *slice_text(postern_slice slice) {
    return escape(slice.data, slice.size);
}

static size_t add_slice(char *to, size_t room, const char *name, postern_slice slice) {
    return slice.data == NULL ? 0 : (size_t)snprintf(to, room, " %s=%s", name, slice_text(slice));
}

/* What was read, in words. */
static const char *describe(void) {
    static char words[4096];
    static const char *const kinds[] = {"", " (domain)", " (ipv4)", " (ipv6)", " (general)"};
    const postern_path *p = &command.path;
    size_t at = (size_t)snprintf(words, sizeof words, "%s", postern_verb_describe(command.verb)->name);
#define ADD(...) at += (size_t)snprintf(words + at, sizeof words - at, __VA_ARGS__)
#define ADD_SLICE(name, slice) at += add_slice(words + at, sizeof words - at, name, slice)
    ADD("%s%s", p->null ? " null" : "", p->postmaster ? " postmaster" : "");
    ADD_SLICE("route", p->route);
    ADD_SLICE("local", p->mailbox.local);
    ADD_SLICE("domain", p->mailbox.domain);
    ADD("%s", kinds[p->mailbox.kind]);
    ADD_SLICE("domain", command.domain);
    ADD("%s", kinds[command.kind]);
    ADD_SLICE("text", command.text);
    ADD_SLICE("mechanism", command.mechanism);
    ADD_SLICE("initial", command.initial);
    if (command.verb == POSTERN_VERB_BDAT) ADD(" size=%llu", (unsigned long long)command.chunk_size);
    ADD("%s%s", command.last ? " last" : "", command.smtputf8 ? " smtputf8" : "");
    if (command.parameter_count > 0) ADD(" params=%zu", command.parameter_count);
#undef ADD
#undef ADD_SLICE
    return words;
}

static void visit(const vector *row) {
    const postern_command_options options = options_named(vector_field(row, 0));
    const postern_fault fault = parse_with(row->input, row->size, &options);
    expect_fault(fault, error_named(vector_field(row, 1)), vector_number(row, 2), row->title);
    if (fault.error == POSTERN_ERROR_NONE && strcmp(describe(), vector_field(row, 3)) != 0) {
        fail_msg("%s: %s, expected %s", row->title, describe(), vector_field(row, 3));
    }
}

static void test_vectors(void **state) {
    (void)state;
    vectors_each("commands.tsv", visit);
}

/* ---- verb, verb_raw and argument, of good lines and of bad ones ---- */

static void expect_parts(const uint8_t *line, size_t size, const uint8_t *verb, size_t verb_size,
                         const uint8_t *argument, size_t argument_size) {
    (void)parse(line, size);
    assert_int_equal(command.verb_raw.size, verb_size);
    assert_memory_equal(command.verb_raw.data, verb, verb_size);
    assert_int_equal(command.argument.size, argument_size);
    assert_int_equal(command.argument.data == NULL, argument == NULL);
    if (argument != NULL) assert_memory_equal(command.argument.data, argument, argument_size);
    assert_int_equal(command.verb, postern_verb_find(verb, verb_size));
    guard_release();
}

/* All short lines over an alphabet, with a verb in it or none. */
static void test_parts(void **state) {
    (void)state;
    static const uint8_t alphabet[] = {'x', ' ', '\t', '\r', '\n'};
    static const char *const verbs[] = {"", "QUIT", "MAIL", "noop"};
    for (size_t v = 0; v < COUNT_OF(verbs); v++) {
        for (size_t more = 0; more <= 5; more++) {
            uint8_t line[16];
            const size_t start = strlen(verbs[v]);
            memcpy(line, verbs[v], start);
            memset(line + start, alphabet[0], more);
            do {
                size_t size = start + more;
                while (size > 0 && (line[size - 1] == ' ' || line[size - 1] == '\t')) {
                    size--;
                }
                const uint8_t *space = memchr(line, ' ', size);
                const size_t verb_size = space != NULL ? (size_t)(space - line) : size;
                expect_parts(line, start + more, line, verb_size, space != NULL ? space + 1 : NULL,
                             space != NULL ? size - verb_size - 1 : 0);
            } while (next_string(line + start, more, alphabet, COUNT_OF(alphabet)));
        }
    }
}

/* ---- against the second reading ---- */

static bool grammatical(const uint8_t *line, size_t size) {
    uint8_t whole[64];
    const text t = {whole, size + 2, false};
    assert_true(size + 2 < sizeof whole);
    memcpy(whole, line, size);
    memcpy(whole + size, "\r\n", 2);
    return all_of(&t, command_line);
}

static void expect_as_abnf(const uint8_t *line, size_t size) {
    const postern_fault fault = parse(line, size);
    const bool expected = grammatical(line, size);
    const bool twice = fault.error == POSTERN_ERROR_PARAMETER_DUPLICATE; /* which ABNF cannot say */
    if ((fault.error == POSTERN_ERROR_NONE) != expected && !(twice && expected)) {
        fail_msg("%s: error %d at %zu", escape(line, size), (int)fault.error, fault.offset);
    }
    guard_release();
}

static void test_every_octet(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        const size_t size = strlen(lines[i]);
        uint8_t line[64];
        assert_true(grammatical((const uint8_t *)lines[i], size));
        for (size_t position = 0; position < size; position++) {
            for (unsigned octet = 0; octet < 256; octet++) {
                memcpy(line, lines[i], size);
                line[position] = (uint8_t)octet;
                expect_as_abnf(line, size);
            }
            expect_as_abnf((const uint8_t *)lines[i], position);
        }
    }
}

static void test_short(void **state) {
    (void)state;
    static const struct {
        const char *prefix;
        const char *alphabet;
        size_t longest;
    } shapes[] = {
        {"MAIL FROM:<>", " aS=-\t", 6}, {"RCPT TO:", "<>@a. ", 6},   {"MAIL FROM:<a@b", "> =x", 6},
        {"MAIL", " FROM:<>", 4},        {"VRFY ", "a.@\" \\S", 6},   {"VRFY a", " SMTPUF8", 4},
        {"HELP", "a\" \\\t.", 6},       {"NOOP", " \ta\x7F\x01", 6}, {"EHLO", " a.-[]", 6},
        {"BDAT", " 19LAST\t", 5},       {"BDAT 1 LAS", "Tt \tx", 5}, {"AUTH ", "A =gB", 7},
        {"AUTH A AAAA", "A=+ gQ", 6},   {"BURL ", "a:%1 LF", 5},     {"BURL a:b LA", "ST \tx", 5},
        {"ETRN", " @#a.-", 6},          {"ATRN", " a,.-", 7},        {"XCLIENT", " NAMEPORT=", 4},
        {"XCLIENT PORT=", "+2B =a", 6}, {"DATA", " \tx", 6},         {"SAML FROM:<a@b>", " \t=x", 5},
    };
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        const size_t start = strlen(shapes[i].prefix);
        for (size_t more = 0; more <= shapes[i].longest; more++) {
            uint8_t line[64];
            memcpy(line, shapes[i].prefix, start);
            memset(line + start, shapes[i].alphabet[0], more);
            do {
                expect_as_abnf(line, start + more);
            } while (next_string(line + start, more, (const uint8_t *)shapes[i].alphabet, strlen(shapes[i].alphabet)));
        }
    }
}

/* A few octets replaced, taken out or put in. */
static void test_mutations(void **state) {
    (void)state;
    static const uint8_t octets[] = " \t<>@:;,.=+-\"\\[]#%aA1xSTL\x00\x7F\xC3";
    uint32_t seed = 42;
    const int turns = long_run() ? 3000000 : 100000;
    for (int turn = 0; turn < turns; turn++) {
        const char *base = lines[dice(&seed) % COUNT_OF(lines)];
        uint8_t line[64];
        size_t size = strlen(base);
        memcpy(line, base, size);
        for (uint32_t edits = 1 + dice(&seed) % 3; edits > 0; edits--) {
            const size_t at = dice(&seed) % (size + 1);
            const uint8_t octet_ = octets[dice(&seed) % (sizeof octets - 1)];
            const uint32_t kind = dice(&seed) % 3;
            if (kind == 0 && size < 60) {
                memmove(line + at + 1, line + at, size - at);
                line[at] = octet_;
                size++;
            } else if (kind == 1 && at < size) {
                memmove(line + at, line + at + 1, size - at - 1);
                size--;
            } else if (at < size) {
                line[at] = octet_;
            }
        }
        expect_as_abnf(line, size);
    }
}

/* ---- laws ---- */

/* The error is the first: what stands behind the octet at fault plays no part in it. */
static void test_first_error(void **state) {
    (void)state;
    static const char *const tails[] = {"", "x", " x=1", ">", "\"", "@a", "]"};
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        const size_t size = strlen(lines[i]);
        for (size_t position = 0; position < size; position++) {
            static const char octets[] = " \t=,<>@.x1\"\\\x01\xFF";
            for (size_t n = 0; n < sizeof octets - 1; n++) {
                uint8_t line[128];
                memcpy(line, lines[i], size);
                line[position] = (uint8_t)octets[n];
                const postern_fault fault = parse(line, size);
                guard_release();
                /* White space at the end is another matter, and so is a literal, whose colon says what it is. */
                if (fault.error == POSTERN_ERROR_NONE || fault.error == POSTERN_ERROR_LITERAL_SYNTAX ||
                    fault.offset >= size || line[fault.offset] == ' ' || line[fault.offset] == '\t') {
                    continue;
                }
                for (size_t tail = 0; tail < COUNT_OF(tails); tail++) {
                    /* A value that is one of few words is wrong as a whole, and a keyword too: it must have ended. */
                    size_t kept = fault.offset + 1;
                    while ((fault.error == POSTERN_ERROR_PARAMETER_VALUE || fault.error == POSTERN_ERROR_VERB_UNKNOWN ||
                            fault.error == POSTERN_ERROR_PARAMETER_SYNTAX) &&
                           kept < size && line[kept - 1] != ' ') {
                        kept++;
                    }
                    const size_t more = strlen(tails[tail]);
                    uint8_t other[128];
                    memcpy(other, line, kept);
                    memcpy(other + kept, tails[tail], more);
                    expect_fault(parse(other, kept + more), fault.error, fault.offset, escape(line, size));
                    guard_release();
                }
            }
        }
    }
}

/* Two readings of lines that mean the same. */
static void expect_same(const uint8_t *line, size_t size, const uint8_t *other, size_t other_size) {
    char first[4096];
    const postern_fault fault = parse(line, size);
    strcpy(first, describe());
    const postern_fault again = parse(other, other_size);
    expect_fault(again, fault.error, fault.offset, escape(other, other_size));
    if (strcmp(first, describe()) != 0) {
        fail_msg("%s: %s, not %s", escape(other, other_size), describe(), first);
    }
    guard_release();
}

static void test_white_space_at_the_end(void **state) {
    (void)state;
    static const char *const ends[] = {" ", "\t", "  ", " \t", "\t ", " \t \t\t  "};
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        for (size_t size = 0; size <= strlen(lines[i]); size++) {
            for (size_t n = 0; n < COUNT_OF(ends); n++) {
                uint8_t line[128];
                memcpy(line, lines[i], size);
                memcpy(line + size, ends[n], strlen(ends[n]));
                expect_same((const uint8_t *)lines[i], size, line, size + strlen(ends[n]));
            }
        }
    }
}

/* Letters of verbs, of fixed words and of keywords have no case. */
static void test_case(void **state) {
    (void)state;
    static const char *const words[] = {"FROM:",      "TO:",   "LAST",  "SMTPUTF8",
                                        "REQUIRETLS", "SIZE=", "BODY=", "NOTIFY=NEVER"};
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        const size_t size = strlen(lines[i]);
        uint8_t line[64];
        memcpy(line, lines[i], size);
        for (size_t n = 0; n < size && line[n] != ' '; n++) {
            line[n] = (uint8_t)(line[n] | 0x20);
        }
        for (size_t w = 0; w < COUNT_OF(words); w++) {
            const char *at = strstr(lines[i], words[w]);
            for (size_t n = 0; at != NULL && words[w][n] != '\0'; n++) {
                const char letter = words[w][n];
                line[(size_t)(at - lines[i]) + n] =
                    letter >= 'A' && letter <= 'Z' ? (uint8_t)(letter | 0x20) : (uint8_t)letter;
            }
        }
        assert_int_equal(parse(line, size).error, POSTERN_ERROR_NONE);
        expect_same((const uint8_t *)lines[i], size, line, size);
    }
}

/* What the struct held before does not matter. */
static void test_stale(void **state) {
    (void)state;
    static postern_command other;
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        char line[128];
        postern_fault fault;
        const size_t size = (size_t)snprintf(line, sizeof line, "%s\r\n", lines[i]);
        const uint8_t *octets = guard_copy(line, size);
        assert_int_equal(parse_line(&command, octets, size, &all, &fault), POSTERN_COMPLETE);
        memset(&other, 0, sizeof other);
        assert_int_equal(postern_command_parse(&other, octets, size, &all, &fault), POSTERN_COMPLETE);
        assert_memory_equal(&command, &other, offsetof(postern_command, parameters));
        guard_release();
    }
}

/* SMTPUTF8 of VRFY and EXPN has no place in a list of parameters (RFC 6531 3.7.4.2); it is told like one. */
static void test_smtputf8_of_vrfy_and_expn(void **state) {
    (void)state;
    static const struct {
        const char *line;
        postern_parameter_id id;
    } cases[] = {{"VRFY a SMTPUTF8", POSTERN_PARAMETER_VRFY_SMTPUTF8},
                 {"EXPN a SMTPUTF8", POSTERN_PARAMETER_EXPN_SMTPUTF8}};

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        expect_fault(parse_with(cases[i].line, strlen(cases[i].line), &all), POSTERN_ERROR_NONE, 0, cases[i].line);
        assert_int_equal(command.values.given, 1u << cases[i].id);
        assert_int_equal(command.parameter_count, 1);
        assert_int_equal(command.parameters[0].id, cases[i].id);
        assert_true(command.smtputf8);
        guard_release();
    }
}

/* ---- length ---- */

static void test_limits(void **state) {
    (void)state;
    static const uint32_t sets[] = {POSTERN_EXT_NONE,     POSTERN_EXT_ALL,  POSTERN_EXT_SIZE,   POSTERN_EXT_DSN,
                                    POSTERN_EXT_SMTPUTF8, POSTERN_EXT_AUTH, POSTERN_EXT_SESSION};
    for (unsigned verb = 0; verb < POSTERN_VERB_COUNT; verb++) {
        const char *name = verb == POSTERN_VERB_UNKNOWN ? "XYZZY" : postern_verb_describe((postern_verb)verb)->name;
        for (size_t i = 0; i < COUNT_OF(sets); i++) {
            const postern_command_options options = {.extensions = sets[i]};
            const size_t limit = postern_command_limit((postern_verb)verb, sets[i]);
            for (size_t size = limit - 2; size <= limit + 2; size++) {
                static const char *const arguments[] = {" ", " x", " FROM:<a@b> X=", " TO:<a@b> X="};
                for (size_t a = 0; a < COUNT_OF(arguments); a++) {
                    char line[4096];
                    memset(line, a == 0 ? ' ' : 'x', sizeof line);
                    memcpy(line, name, strlen(name));
                    memcpy(line + strlen(name), arguments[a], strlen(arguments[a]));
                    const postern_fault fault = parse_with(line, size - 2, &options);
                    if (size > limit) {
                        expect_fault(fault, POSTERN_ERROR_LINE_TOO_LONG, limit, name);
                        assert_int_equal(command.verb, verb);
                    } else {
                        assert_true(fault.error != POSTERN_ERROR_LINE_TOO_LONG);
                        const bool path =
                            (verb == POSTERN_VERB_MAIL && a == 2) || (verb == POSTERN_VERB_RCPT && a == 3);
                        assert_true(!path || fault.error == POSTERN_ERROR_NONE);
                    }
                    guard_release();
                }
            }
        }
    }
}

/* ---- the size of a chunk on its own ---- */

/* It is read when the line is good but for its marker, and is wrong for the same reason as the line otherwise. */
static void expect_chunk(const char *argument) {
    char line[128];
    uint64_t size = 99;
    postern_fault fault;
    const size_t length = (size_t)snprintf(line, sizeof line, "BDAT%s", argument);
    const postern_fault expected = parse(line, length);
    const uint64_t expected_size = command.chunk_size;
    memcpy(line + length, "\r\n", 2);
    const postern_status status = postern_bdat_parse(&size, guard_copy(line, length + 2), length + 2, &fault);
    if (expected.error == POSTERN_ERROR_NONE || expected.error == POSTERN_ERROR_ARGUMENT_SYNTAX) {
        expect_fault(fault, POSTERN_ERROR_NONE, 0, line);
        assert_int_equal(status, POSTERN_COMPLETE);
        assert_int_equal(size, expected_size);
    } else {
        expect_fault(fault, expected.error, expected.offset, line);
        assert_int_equal(status, POSTERN_WRONG);
        assert_int_equal(size, 0);
    }
    guard_release();
}

static void test_chunk_short(void **state) {
    (void)state;
    static const uint8_t alphabet[] = {' ', '0', '9', 'L', 'x', '\t'};
    for (size_t size = 0; size <= 6; size++) {
        char argument[8] = "";
        memset(argument, alphabet[0], size);
        do {
            expect_chunk(argument);
        } while (next_string((uint8_t *)argument, size, alphabet, COUNT_OF(alphabet)));
    }
}

/* Around the bound, around powers of two and of ten, and far above. */
static void test_chunk_size(void **state) {
    (void)state;
    static const char *const numbers[] = {"1",
                                          "2147483647",
                                          "4294967296",
                                          "9223372036854775799",
                                          "9223372036854775800",
                                          "9223372036854775806",
                                          "9223372036854775807",
                                          "9223372036854775808",
                                          "9223372036854775810",
                                          "9999999999999999999",
                                          "10000000000000000000",
                                          "18446744073709551615",
                                          "18446744073709551616",
                                          "18446744073709551617",
                                          "99999999999999999999",
                                          "340282366920938463463374607431768211457"};
    static const struct {
        const char *before;
        const char *behind;
        bool good;
    } frames[] = {{" ", "", true},       {" 000", "", true}, {" ", " LAST", true}, {" ", " last ", true},
                  {" ", " LASTx", true}, {" ", " X", true},  {" ", "x", false},    {" +", "", false},
                  {"", "", false},       {"  ", "", false}};
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        const bool fits = strlen(numbers[i]) < 19 || (strlen(numbers[i]) == 19 && numbers[i][0] == '9' &&
                                                      strcmp(numbers[i], "9223372036854775807") <= 0);
        for (size_t n = 0; n < COUNT_OF(frames); n++) {
            char argument[96];
            uint64_t size;
            postern_fault fault;
            snprintf(argument, sizeof argument, "%s%s%s", frames[n].before, numbers[i], frames[n].behind);
            expect_chunk(argument);
            char line[128];
            const int length = snprintf(line, sizeof line, "BDAT%s\r\n", argument);
            const postern_status status = postern_bdat_parse(&size, (const uint8_t *)line, (size_t)length, &fault);
            assert_int_equal(status, fits && frames[n].good ? POSTERN_COMPLETE : POSTERN_WRONG);
            if (status == POSTERN_COMPLETE) {
                char digits[32];
                snprintf(digits, sizeof digits, "%llu", (unsigned long long)size);
                assert_string_equal(digits, numbers[i]);
            }
        }
    }
}

static void test_chunk_of_other_lines(void **state) {
    (void)state;
    uint64_t size = 99;
    postern_fault fault;
    assert_int_equal(postern_bdat_parse(&size, (const uint8_t *)"NOOP 1\r\n", 8, &fault), POSTERN_WRONG);
    expect_fault(fault, POSTERN_ERROR_VERB_UNKNOWN, 0, "another verb");
    assert_int_equal(size, 0);
    assert_int_equal(postern_bdat_parse(&size, (const uint8_t *)"BDAT 1\n", 7, &fault), POSTERN_MISUSE);
    expect_fault(fault, POSTERN_ERROR_NONE, 0, "no line");
    char line[600];
    memset(line, '0', sizeof line);
    memcpy(line, "BDAT ", 5);
    memcpy(line + 511, "\r\n", 2);
    assert_int_equal(postern_bdat_parse(&size, (const uint8_t *)line, 513, &fault), POSTERN_WRONG);
    expect_fault(fault, POSTERN_ERROR_LINE_TOO_LONG, 512, "a long line");
    memcpy(line + 510, "\r\n", 2);
    assert_int_equal(postern_bdat_parse(&size, (const uint8_t *)line, 512, &fault), POSTERN_COMPLETE);
}

/* ---- the border of the contract ---- */

/* A line that does not end in CRLF is no line. */
static void test_misuse(void **state) {
    (void)state;
    static const char *const others[] = {"",       "\n",        "\r",       "NOOP",    "NOOP\n",
                                         "NOOP\r", "NOOP\r\n ", "NOOP\n\r", "NOOP\rx", "NOOPx\n"};
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        const size_t size = strlen(others[i]);
        postern_fault fault;
        const uint8_t *line = guard_copy(others[i], size);
        assert_int_equal(parse_line(&command, line, size, &all, &fault), POSTERN_MISUSE);
        expect_fault(fault, POSTERN_ERROR_NONE, 0, others[i]);
        guard_release();
    }
}

/* Lines as clients send them. All are good but those that the grammar has not: HELO with a literal, and a local-part
 * of more than 64 octets. */
static void visit_reference(const vector *row) {
    const postern_fault fault = parse(row->input, row->size);
    const bool helo_literal = row->size > 5 && memcmp(row->input, "HELO [", 6) == 0;
    const uint8_t *open = memchr(row->input, '<', row->size);
    const uint8_t *at_sign = memchr(row->input, '@', row->size);
    const bool long_local = open != NULL && at_sign != NULL && at_sign - open > 65;
    const postern_error expected = helo_literal ? POSTERN_ERROR_DOMAIN_SYNTAX
                                   : long_local ? POSTERN_ERROR_LOCAL_PART_TOO_LONG
                                                : POSTERN_ERROR_NONE;
    if (fault.error != expected) {
        fail_msg("%s: error %d at %zu: %s", row->title, (int)fault.error, fault.offset, escape(row->input, row->size));
    }
}

static void test_reference(void **state) {
    (void)state;
    shared_each("reference/commands.txt", visit_reference);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_every_octet),
        cmocka_unit_test(test_short),
        cmocka_unit_test(test_mutations),
        cmocka_unit_test(test_first_error),
        cmocka_unit_test(test_white_space_at_the_end),
        cmocka_unit_test(test_case),
        cmocka_unit_test(test_stale),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_chunk_short),
        cmocka_unit_test(test_chunk_size),
        cmocka_unit_test(test_chunk_of_other_lines),
        cmocka_unit_test(test_smtputf8_of_vrfy_and_expn),
        cmocka_unit_test(test_misuse),
        cmocka_unit_test(test_reference),
    };
    return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
