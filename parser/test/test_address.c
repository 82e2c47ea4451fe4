/* test_address.c: domains, literals, mailboxes and paths, against the second reading of abnf.h.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <postern/address.h>

#include "abnf.h"

/* ---- the parser under one face ---- */

typedef struct outcome {
    bool accepted;
    postern_fault fault;
} outcome;

typedef outcome parse_function(const uint8_t *octets, size_t size);

static outcome outcome_of(postern_status status, postern_fault fault, size_t size) {
    assert_true(status == POSTERN_COMPLETE || status == POSTERN_WRONG);
    assert_int_equal(status == POSTERN_COMPLETE, fault.error == POSTERN_ERROR_NONE);
    assert_true(fault.offset <= size);
    return (outcome){status == POSTERN_COMPLETE, fault};
}

static outcome parse_domain(const uint8_t *octets, size_t size) {
    postern_domain_kind kind;
    postern_fault fault;
    postern_status status = postern_domain_parse(&kind, octets, size, &fault);
    assert_int_equal(kind, POSTERN_DOMAIN_NAME);
    return outcome_of(status, fault, size);
}

static outcome parse_literal(const uint8_t *octets, size_t size) {
    postern_domain_kind kind;
    postern_fault fault;
    postern_status status = postern_literal_parse(&kind, octets, size, &fault);
    return outcome_of(status, fault, size);
}

static bool has_non_ascii(postern_slice slice) {
    for (size_t i = 0; i < slice.size; i++) {
        if (slice.data[i] > 127) return true;
    }
    return false;
}

/* What is always true of a mailbox that was accepted. */
static void expect_consistent(const postern_mailbox *mailbox, const uint8_t *octets, size_t size) {
    if (mailbox->raw.data != octets || mailbox->raw.size != size || mailbox->local.data != octets ||
        mailbox->local.size + 1 + mailbox->domain.size != size || octets[mailbox->local.size] != '@' ||
        mailbox->domain.data != octets + mailbox->local.size + 1) {
        fail_msg("%s: the parts do not make the whole", escape(octets, size));
    }
    bool literal = mailbox->domain.data[0] == '[';
    if (mailbox->quoted != (octets[0] == '"') || literal != (mailbox->kind != POSTERN_DOMAIN_NAME) ||
        mailbox->kind == POSTERN_DOMAIN_NONE || mailbox->non_ascii != has_non_ascii(mailbox->raw)) {
        fail_msg("%s: kind, quoted or non_ascii is wrong", escape(octets, size));
    }
}

static outcome parse_mailbox(const uint8_t *octets, size_t size) {
    postern_mailbox mailbox;
    postern_fault fault;
    postern_status status = postern_mailbox_parse(&mailbox, octets, size, &fault);
    if (status == POSTERN_COMPLETE) {
        expect_consistent(&mailbox, octets, size);
    }
    return outcome_of(status, fault, size);
}

static outcome parse_path_as(const uint8_t *octets, size_t size, unsigned allowed) {
    postern_path path;
    postern_fault fault;
    postern_status status = postern_path_parse(&path, octets, size, allowed, &fault);
    if (status == POSTERN_COMPLETE) {
        size_t route = path.route.data != NULL ? path.route.size + 1 : 0;
        if (path.raw.data != octets || path.raw.size != route + path.mailbox.raw.size + 2 ||
            (path.null && (path.mailbox.raw.data != NULL || (allowed & POSTERN_PATH_NULL) == 0)) ||
            (path.postmaster && (path.mailbox.domain.data != NULL || path.mailbox.kind != POSTERN_DOMAIN_NONE ||
                                 path.mailbox.local.size != 10 || (allowed & POSTERN_PATH_POSTMASTER) == 0))) {
            fail_msg("%s: the parts do not make the whole", escape(octets, size));
        }
        if (!path.null && !path.postmaster) {
            expect_consistent(&path.mailbox, octets + 1 + route, path.mailbox.raw.size);
        }
        if (path.raw.size < size) {
            return (outcome){false, {POSTERN_ERROR_TRAILING_OCTETS, path.raw.size}};
        }
    }
    return outcome_of(status, fault, size);
}

static outcome parse_reverse_path(const uint8_t *octets, size_t size) {
    return parse_path_as(octets, size, POSTERN_PATH_NULL);
}

static outcome parse_forward_path(const uint8_t *octets, size_t size) {
    return parse_path_as(octets, size, POSTERN_PATH_POSTMASTER);
}

/* ---- laws for one input ---- */

static void expect_as_abnf(const uint8_t *octets, size_t size, parse_function *parse, rule *r) {
    const text t = {octets, size, true};
    if (parse(octets, size).accepted != all_of(&t, r)) {
        fail_msg("%s: the grammar says %s", escape(octets, size), all_of(&t, r) ? "yes" : "no");
    }
}

/* What stands behind the octet at fault plays no part in an error. */
static void expect_first_error(const uint8_t *octets, size_t size, parse_function *parse) {
    static const char *const tails[] = {"", "a", "@a", ".", "\"", "]", ">", ":"};
    const postern_fault fault = parse(octets, size).fault;
    uint8_t other[128];
    if (fault.error == POSTERN_ERROR_NONE || fault.offset == size) {
        return;
    }
    memcpy(other, octets, fault.offset + 1);
    for (size_t i = 0; i < COUNT_OF(tails); i++) {
        size_t tail = strlen(tails[i]);
        memcpy(other + fault.offset + 1, tails[i], tail);
        const postern_fault again = parse(other, fault.offset + 1 + tail).fault;
        if (again.error != fault.error || again.offset != fault.offset) {
            expect_fault(again, fault.error, fault.offset, escape(octets, size));
        }
    }
}

/* An input that is wrong at an octet was right so far: some way to go on from there makes it whole. */
static void expect_viable(const uint8_t *octets, size_t size, parse_function *parse) {
    static const char *const completions[] = {"",         "@a",     "a@a",     "\"@a",  "a\"@a", "a",      "1]",
                                              ".1]",      ".1.1]",  ".1.1.1]", "]",     "a]",    ":a]",    "a:a]",
                                              "1.1.1.1]", ">",      "@a>",     "a@a>",  "\"@a>", "a\"@a>", "a>",
                                              ":a@a>",    "a:a@a>", "@a:a@a>", "<a@a>", "1.1]",  "1.1.1]", "[1.1.1.1]"};
    uint8_t other[128];
    const outcome got = parse(octets, size);
    const size_t good = got.accepted ? size : got.fault.offset;
    memcpy(other, octets, good);
    for (size_t i = 0; i < COUNT_OF(completions); i++) {
        size_t tail = strlen(completions[i]);
        memcpy(other + good, completions[i], tail);
        if (parse(other, good + tail).accepted) {
            return;
        }
    }
    fail_msg("%s: was wrong before offset %zu", escape(octets, size), good);
}

/* ---- exhaustive short inputs ---- */

enum { LAWS_LONGEST = 5 }; /* longer strings are held against the grammar alone */

static void each_short(const char *alphabet, size_t longest, parse_function *parse, rule *r) {
    const size_t letters = strlen(alphabet);
    for (size_t size = 0; size <= longest; size++) {
        uint8_t octets[16];
        memset(octets, alphabet[0], sizeof octets);
        do {
            expect_as_abnf(octets, size, parse, r);
            if (size > LAWS_LONGEST) {
                continue;
            }
            expect_viable(octets, size, parse);
            if (memchr(octets, '[', size) == NULL) { /* there, a colon further on makes it another kind of literal */
                expect_first_error(octets, size, parse);
            }
        } while (next_string(octets, size, (const uint8_t *)alphabet, letters));
    }
}

static void test_mailbox_short(void **state) {
    (void)state;
    each_short("a.@\" \\-[]:1<>", long_run() ? 7 : 5, parse_mailbox, mailbox);
}

static void test_domain_short(void **state) {
    (void)state;
    each_short("a.-1", 8, parse_domain, domain);
}

static void test_path_short(void **state) {
    (void)state;
    each_short("<a@,:>.", long_run() ? 8 : 6, parse_reverse_path, reverse_path);
    each_short("<a@,:>.", 5, parse_forward_path, forward_path);
}

/* All sequences of so many tokens, as what stands in "[" ... "]". */
static void each_literal(const char *prefix, const char *const *tokens, size_t count, size_t longest) {
    size_t turns = 1;
    for (size_t length = 0; length <= longest; length++, turns *= count) {
        for (size_t turn = 0; turn < turns; turn++) {
            char octets[64];
            size_t size = (size_t)snprintf(octets, sizeof octets, "[%s", prefix);
            for (size_t n = 0, rest = turn; n < length && size < 52; n++, rest /= count) {
                const char *token = tokens[rest % count];
                memcpy(octets + size, token, strlen(token));
                size += strlen(token);
            }
            octets[size++] = ']';
            expect_as_abnf((const uint8_t *)octets, size, parse_literal, address_literal);
        }
    }
}

static void test_literals(void **state) {
    (void)state;
    static const char *const ipv6_tokens[] = {"f:", ":", "00aF", "1.2.3.4"};
    static const char *const ipv6_digits[] = {"1", ":", "12345", ".", "g"};
    static const char *const ipv4_tokens[] = {"1", "0", "25", "5", "6", "."};
    static const char *const general_tokens[] = {"a", "-", ":", "[", "\\", " ", "IPv6", "~"};
    each_literal("IPv6:", ipv6_tokens, COUNT_OF(ipv6_tokens), 8);
    each_literal("ipV6:1:", ipv6_tokens, COUNT_OF(ipv6_tokens), 8);
    each_literal("IPv6:", ipv6_digits, COUNT_OF(ipv6_digits), 7);
    each_literal("1.2.", ipv4_tokens, COUNT_OF(ipv4_tokens), 6);
    each_literal("", ipv4_tokens, COUNT_OF(ipv4_tokens), 6);
    each_literal("", general_tokens, COUNT_OF(general_tokens), 5);
}

/* ---- all octets at each position ---- */

static void each_octet(const char *base, parse_function *parse, rule *r) {
    const size_t size = strlen(base);
    assert_true(size < 64);
    for (size_t position = 0; position < size; position++) {
        for (unsigned value = 0; value < 256; value++) {
            uint8_t changed[64];
            memcpy(changed, base, size);
            changed[position] = (uint8_t)value;
            const uint8_t *octets = guard_copy(changed, size);
            expect_as_abnf(octets, size, parse, r);
            guard_release();
        }
        /* the same, cut there */
        const uint8_t *octets = guard_copy(base, position);
        expect_as_abnf(octets, position, parse, r);
        guard_release();
    }
}

static void test_every_octet(void **state) {
    (void)state;
    static const char *const mailboxes[] = {"user.name+tag@mail-1.example.com",
                                            "\"a b\\\"c\\\\d\"@x.y",
                                            "\"\"@a",
                                            "a@[192.0.2.1]",
                                            "a@[IPv6:2001:db8::ff00:1]",
                                            "a@[IPv6:::ffff:255.255.255.255]",
                                            "a@[IPv6:1:2:3:4:5:6:7:8]",
                                            "a@[Tag-1:x]",
                                            "j\xC3\xB6rg@m\xC3\xBCnster.example",
                                            "\"\xE4\xBE\x8B \xF0\x9F\x98\x80\"@\xE4\xBE\x8B.jp"};
    for (size_t i = 0; i < COUNT_OF(mailboxes); i++) {
        each_octet(mailboxes[i], parse_mailbox, mailbox);
    }
    each_octet("mail-1.example.com", parse_domain, domain);
    each_octet("<@a.b,@c-d.e:user@example.com>", parse_reverse_path, reverse_path);
    each_octet("<>", parse_reverse_path, reverse_path);
    each_octet("<Postmaster>", parse_forward_path, forward_path);
    each_octet("<pOSTMASTER@a.example>", parse_forward_path, forward_path);
}

/* ---- UTF-8 ---- */

/* One character, or what pretends to be one, in each place where the grammar has UTF8-non-ascii. */
static void expect_utf8(const uint8_t *octets, size_t size) {
    static const char *const frames[][2] = {{"", "@a"}, {"\"", "\"@a"}, {"a@", ""}, {"a@b", "c"}};
    for (size_t i = 0; i < COUNT_OF(frames); i++) {
        uint8_t framed[16];
        size_t at = strlen(frames[i][0]);
        size_t rest = strlen(frames[i][1]);
        memcpy(framed, frames[i][0], at);
        memcpy(framed + at, octets, size);
        memcpy(framed + at + size, frames[i][1], rest);
        expect_as_abnf(framed, at + size + rest, parse_mailbox, mailbox);
    }
}

static void test_utf8(void **state) {
    (void)state;
    static const uint8_t edges[] = {0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0,
                                    0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF8, 0xFF};
    uint8_t octets[4];
    for (unsigned pair = 0; pair < 0x8000; pair++) {
        octets[0] = (uint8_t)(0x80 + (pair >> 8));
        octets[1] = (uint8_t)pair;
        expect_utf8(octets, 2);
    }
    for (size_t size = 1; size <= 4; size++) {
        memset(octets, edges[0], sizeof octets);
        do {
            expect_utf8(octets, size);
        } while (next_string(octets, size, edges, COUNT_OF(edges)));
        if (size == 3 && !long_run()) {
            break;
        }
    }
    /* Never in a literal. */
    const outcome general = parse_literal((const uint8_t *)"[a:\xC3\xA9]", 7);
    expect_fault(general.fault, POSTERN_ERROR_LITERAL_SYNTAX, 3, "UTF-8 in a literal");
}

/* ---- limits ---- */

/* Write `count` octets, in labels or atoms of at most 50 with dots between. Returns: behind them. */
static char *fill(char *at, size_t count) {
    for (size_t i = 0; i < count; i++) {
        *at++ = i % 51 == 50 && i + 1 < count ? '.' : 'x';
    }
    return at;
}

static void expect_limit(const char *from, const char *to, parse_function *parse, postern_error error, size_t offset) {
    const size_t size = (size_t)(to - from);
    const uint8_t *octets = guard_copy(from, size);
    expect_fault(parse(octets, size).fault, error, error == POSTERN_ERROR_NONE ? 0 : offset, escape(octets, size));
    guard_release();
}

static postern_error over(size_t size, size_t limit, postern_error error) {
    return size > limit ? error : POSTERN_ERROR_NONE;
}

static void test_limits(void **state) {
    (void)state;
    char buffer[512];
    for (size_t size = 62; size <= 66; size++) {
        char *end = fill(buffer, size);
        memcpy(end, "@a", 2);
        expect_limit(buffer, end + 2, parse_mailbox, over(size, 64, POSTERN_ERROR_LOCAL_PART_TOO_LONG), 64);

        buffer[0] = '"';
        end = fill(buffer + 1, size - 2);
        memcpy(end, "\"@a", 3);
        expect_limit(buffer, end + 3, parse_mailbox, over(size, 64, POSTERN_ERROR_LOCAL_PART_TOO_LONG), 64);

        memcpy(buffer, "ab.", 3);
        memset(buffer + 3, 'x', size);
        memcpy(buffer + 3 + size, ".c", 2);
        expect_limit(buffer, buffer + 3 + size + 2, parse_domain, over(size, 63, POSTERN_ERROR_LABEL_TOO_LONG), 66);
    }
    for (size_t size = 252; size <= 258; size++) {
        char *end = fill(buffer, size);
        expect_limit(buffer, end, parse_domain, over(size, 255, POSTERN_ERROR_DOMAIN_TOO_LONG), 255);

        end = fill(buffer, 62);
        *end = '@';
        end = fill(end + 1, size - 63);
        expect_limit(buffer, end, parse_mailbox, over(size, 254, POSTERN_ERROR_PATH_TOO_LONG), 254);

        memcpy(buffer, "[a:", 3);
        memset(buffer + 3, 'x', size);
        buffer[size - 1] = ']';
        expect_limit(buffer, buffer + size, parse_literal, over(size, 255, POSTERN_ERROR_DOMAIN_TOO_LONG), 255);
    }
    for (size_t size = 254; size <= 258; size++) {
        memcpy(buffer, "<ab@", 4);
        char *end = fill(buffer + 4, size - 5);
        *end = '>';
        expect_limit(buffer, end + 1, parse_reverse_path, over(size, 256, POSTERN_ERROR_PATH_TOO_LONG), 256);

        memcpy(buffer, "<@a,@", 5);
        end = fill(buffer + 5, size - 5 - 5);
        memcpy(end, ":b@c>", 5);
        expect_limit(buffer, end + 5, parse_reverse_path, over(size, 256, POSTERN_ERROR_PATH_TOO_LONG), 256);
    }
}

static void visit_domain(const vector *row) {
    const outcome got = parse_domain(row->input, row->size);
    expect_fault(got.fault, error_named(vector_field(row, 0)), vector_number(row, 1), row->title);
}

/* ---- vectors ---- */

static const char *kind_name(postern_domain_kind kind) {
    static const char *const names[] = {"none", "domain", "ipv4", "ipv6", "general"};
    return names[kind];
}

static void expect_slice(postern_slice slice, const char *expected, const char *where) {
    assert_int_equal(slice.data == NULL, strcmp(expected, "-") == 0);
    if (slice.data != NULL && strcmp(escape(slice.data, slice.size), expected) != 0) {
        fail_msg("%s: %s, expected %s", where, escape(slice.data, slice.size), expected);
    }
}

static void visit_mailbox(const vector *row) {
    postern_mailbox mailbox;
    postern_fault fault;
    const postern_status status = postern_mailbox_parse(&mailbox, row->input, row->size, &fault);
    expect_fault(fault, error_named(vector_field(row, 0)), vector_number(row, 1), row->title);
    if (status == POSTERN_COMPLETE) {
        expect_slice(mailbox.local, vector_field(row, 2), row->title);
        expect_slice(mailbox.domain, vector_field(row, 3), row->title);
        assert_string_equal(kind_name(mailbox.kind), vector_field(row, 4));
        expect_consistent(&mailbox, row->input, row->size);
    }
}

static void visit_path(const vector *row) {
    postern_path path;
    postern_fault fault;
    const char *allowed = vector_field(row, 0);
    const unsigned flags = (strstr(allowed, "null") != NULL ? POSTERN_PATH_NULL : 0u) |
                           (strstr(allowed, "postmaster") != NULL ? POSTERN_PATH_POSTMASTER : 0u);
    const postern_status status = postern_path_parse(&path, row->input, row->size, flags, &fault);
    expect_fault(fault, error_named(vector_field(row, 1)), vector_number(row, 2), row->title);
    if (status == POSTERN_COMPLETE) {
        expect_slice(path.raw, vector_field(row, 3), row->title);
        expect_slice(path.route, vector_field(row, 4), row->title);
        expect_slice(path.mailbox.local, vector_field(row, 5), row->title);
        expect_slice(path.mailbox.domain, vector_field(row, 6), row->title);
        assert_int_equal(path.mailbox.non_ascii, has_non_ascii(path.mailbox.raw));
    }
}

static void test_vectors(void **state) {
    (void)state;
    vectors_each("domains.tsv", visit_domain);
    vectors_each("mailboxes.tsv", visit_mailbox);
    vectors_each("paths.tsv", visit_path);
}

/* Columns: needs_smtputf8, rfc5321_strict, ... "either" are general literals, whose tag no registry has. */
static void visit_shared(const vector *row) {
    const char *strict = vector_field(row, 1);
    const outcome got = parse_mailbox(row->input, row->size);
    const bool expected = strcmp(strict, "accept") == 0 || strcmp(strict, "either") == 0;
    if (got.accepted != expected) {
        fail_msg("%s: %s: %s", row->title, escape(row->input, row->size), strict);
    }
}

static void test_shared(void **state) {
    (void)state;
    shared_each("vectors/addresses.tsv", visit_shared);
}

/* ---- the border of the contract ---- */

static void test_nothing(void **state) {
    (void)state;
    expect_fault(parse_domain(NULL, 0).fault, POSTERN_ERROR_DOMAIN_SYNTAX, 0, "no domain");
    expect_fault(parse_literal(NULL, 0).fault, POSTERN_ERROR_LITERAL_SYNTAX, 0, "no literal");
    expect_fault(parse_mailbox(NULL, 0).fault, POSTERN_ERROR_LOCAL_PART_SYNTAX, 0, "no mailbox");
    expect_fault(parse_reverse_path(NULL, 0).fault, POSTERN_ERROR_PATH_SYNTAX, 0, "no path");
}

static void test_something_behind(void **state) {
    (void)state;
    expect_fault(parse_literal((const uint8_t *)"[192.0.2.1]]", 12).fault, POSTERN_ERROR_LITERAL_SYNTAX, 11, "bracket");
    expect_fault(parse_literal((const uint8_t *)"[IPv6:::1].", 11).fault, POSTERN_ERROR_LITERAL_SYNTAX, 10, "dot");
}

/* A path ends at its ">"; what follows is not looked at. */
static void test_path_and_more(void **state) {
    (void)state;
    static const char *const more[] = {"", ">", " SIZE=1", "x", "<a@b>", "\xFF"};
    for (size_t i = 0; i < COUNT_OF(more); i++) {
        char line[64];
        postern_path path;
        postern_fault fault;
        const size_t size = (size_t)snprintf(line, sizeof line, "<a@b>%s", more[i]);
        const uint8_t *octets = guard_copy(line, size);
        assert_int_equal(postern_path_parse(&path, octets, size, 0, &fault), POSTERN_COMPLETE);
        assert_int_equal(path.raw.size, 5);
        guard_release();
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),          cmocka_unit_test(test_shared),
        cmocka_unit_test(test_mailbox_short),    cmocka_unit_test(test_domain_short),
        cmocka_unit_test(test_path_short),       cmocka_unit_test(test_literals),
        cmocka_unit_test(test_every_octet),      cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_limits),           cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_something_behind), cmocka_unit_test(test_path_and_more),
    };
    return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
