/* The recogniser of addresses: the rows of RFC 5321 one by one, a second predicate for every octet, inet_pton for
 * IPv6, and the reviewed table of real-life addresses.
 *
 * SPDX-License-Identifier: MIT */
#include "model_support.h"

#include <arpa/inet.h>
#include <ctype.h>

static pf_model_path path;

static pf_model_verdict check_octets(const uint8_t *octets, size_t size, bool smtputf8) {
    pf_model_verdict verdict = pf_model_check_address(pf_exact_copy(octets, size), size, smtputf8, &path);
    pf_exact_release();
    assert_true(verdict.result == PF_ACCEPT || verdict.result == PF_REJECT);
    assert_int_equal(verdict.result == PF_ACCEPT, verdict.error == NULL);
    assert_true(verdict.result == PF_ACCEPT || verdict.offset <= size);
    return verdict;
}

static pf_model_verdict check(const char *text, bool smtputf8) {
    return check_octets((const uint8_t *)text, strlen(text), smtputf8);
}

static void accepts(const char *text, pf_domain_kind kind) {
    if (check(text, false).result != PF_ACCEPT) fail_msg("rejected: %s", text);
    assert_int_equal(path.kind, kind);
}

static void rejects(const char *text, size_t offset) {
    pf_model_verdict verdict = check(text, false);
    if (verdict.result != PF_REJECT) fail_msg("accepted: %s", text);
    if (verdict.offset != offset) fail_msg("%s: offset %zu, not %zu", text, verdict.offset, offset);
    assert_int_equal(verdict.code, 501);
}

static void local_parts(void **state) {
    (void)state;
    accepts("a@b", PF_DOMAIN_NAME);
    assert_false(path.quoted);
    accepts("a.b.c@d", PF_DOMAIN_NAME);
    accepts("\"\"@b", PF_DOMAIN_NAME);
    assert_true(path.quoted);
    assert_int_equal(path.local.end - path.local.begin, 2);
    accepts("\"a b\\\"\\\\@>\"@b", PF_DOMAIN_NAME);
    rejects("", 0);
    rejects("@b", 0);
    rejects(".a@b", 0);
    rejects("a.@b", 2);
    rejects("a..b@c", 2);
    rejects("a b@c", 1);
    rejects("a", 1);
    rejects("\"a@b", 4);
    rejects("\"a\\\"@b", 6);
    rejects("\"a\"b@c", 3);
    rejects("a\"b\"@c", 1);
    rejects("<a@b>", 0);
}

static void domains(void **state) {
    (void)state;
    accepts("a@b.c", PF_DOMAIN_NAME);
    accepts("a@1.2.3.4", PF_DOMAIN_NAME);
    accepts("a@b--c", PF_DOMAIN_NAME);
    rejects("a@", 2);
    rejects("a@-b", 2);
    rejects("a@b-", 4);
    rejects("a@b-.c", 4);
    rejects("a@b.", 4);
    rejects("a@b..c", 4);
    rejects("a@b_c", 3);
    rejects("a@b ", 3);
}

static void literals(void **state) {
    (void)state;
    accepts("a@[0.255.099.1]", PF_DOMAIN_IPV4);
    accepts("a@[IPv6:::]", PF_DOMAIN_IPV6);
    accepts("a@[ipV6:1:2:3:4:5:6::]", PF_DOMAIN_IPV6);
    accepts("a@[IPv6:1:2:3:4:5:6:7:8]", PF_DOMAIN_IPV6);
    accepts("a@[IPv6:1:2:3:4::1.2.3.4]", PF_DOMAIN_IPV6);
    accepts("a@[IPv6:1:2:3:4:5:6:1.2.3.4]", PF_DOMAIN_IPV6);
    accepts("a@[x-1:!~]", PF_DOMAIN_GENERAL);
    accepts("a@[IPv4:1.2.3.4]", PF_DOMAIN_GENERAL);
    rejects("a@[1.2.3.256]", 11);
    rejects("a@[1.2.3.4000]", 11);
    rejects("a@[1.2.3]", 8);
    rejects("a@[1.2.3.4", 10);
    rejects("a@[IPv6:junk]", 8);
    rejects("a@[IPv6:1:2:3:4:5:6:7::]", 22);
    rejects("a@[IPv6:1:2:3:4:5::1.2.3.4]", 20);
    rejects("a@[IPv6:::1::]", 12);
    rejects("a@[IPv6:12345::]", 12);
    rejects("a@[x-:y]", 5);
    rejects("a@[x:]", 5);
    rejects("a@[x:a\\b]", 6);
}

/* inet_pton reads the same text forms, but lets "::" stand for one group; and it refuses zeros before a decimal digit,
 * which therefore do not occur here. */
static void ipv6_as_inet_pton_reads_it(void **state) {
    static const char *const pieces[] = {"c0", "ab", ":", "::", "1:", ":1", "1.2.3.4", "fffff", "25", ".", "8:9"};
    const size_t count = sizeof pieces / sizeof pieces[0];
    unsigned seed = 1;
    size_t accepted = 0;
    (void)state;
    for (int round = 0; round < 200000; round++) {
        char text[128] = "", address[160];
        size_t length = 1 + (unsigned)round % 9;
        for (size_t i = 0; i < length; i++) {
            seed = seed * 1103515245u + 12345u;
            strcat(text, pieces[(seed >> 16) % count]);
        }
        uint8_t in6[16];
        bool expected = inet_pton(AF_INET6, text, in6) == 1;
        size_t groups = 0;
        for (const char *at = text; *at != '\0'; at++) {
            groups += isxdigit((unsigned char)*at) && (at == text || at[-1] == ':');
        }
        if (strchr(text, '.') != NULL) groups++;
        if (strstr(text, "::") != NULL && groups > 6) expected = false;
        snprintf(address, sizeof address, "a@[IPv6:%s]", text);
        bool seen = check(address, false).result == PF_ACCEPT;
        if (seen != expected) fail_msg("%s: %d", address, seen);
        accepted += seen;
    }
    assert_true(accepted > 1000);
}

/* Every octet at each place of an address against a statement of the same classes as text. */
static void every_octet(void **state) {
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    static const struct {
        const char *before, *after;
        const char *more; /* allowed besides letters and digits */
        bool all;         /* all printable octets but those in `more` are allowed */
    } places[] = {
        {"x", "y@d", "!#$%&'*+-/=?^_`{|}~.@", false},
        {"", "y@d", "!#$%&'*+-/=?^_`{|}~", false},
        {"x@d", "e", "-.", false},
        {"x@d", "", "", false},
        {"x@[t:d", "e]", "[\\]", true},
    };
    (void)state;
    for (size_t p = 0; p < sizeof places / sizeof places[0]; p++) {
        for (int octet = 0; octet < 256; octet++) {
            char text[32];
            int size = snprintf(text, sizeof text, "%s%c%s", places[p].before, 'x', places[p].after);
            text[strlen(places[p].before)] = (char)octet;
            bool listed = octet != 0 && strchr(places[p].more, octet) != NULL;
            bool expected = listed || (octet != 0 && strchr(letters, octet) != NULL);
            if (places[p].all) expected = octet > 32 && octet < 127 && !listed;
            /* "x@y@d" has its at-sign too early, and "x.y@d" is well. */
            if (octet == '@') expected = places[p].all;
            pf_model_verdict verdict = check_octets((const uint8_t *)text, (size_t)size, false);
            if ((verdict.result == PF_ACCEPT) != expected) fail_msg("place %zu, octet %d", p, octet);
        }
    }
}

static void every_quoted_octet(void **state) {
    (void)state;
    for (int octet = 0; octet < 256; octet++) {
        char plain[] = "\"a_b\"@d", pair[] = "\"a\\_b\"@d";
        plain[2] = pair[3] = (char)octet;
        bool printable = octet >= 32 && octet <= 126;
        bool expected = printable && octet != '"' && octet != '\\';
        /* A backslash quotes the letter behind it. */
        if (octet == '\\') expected = true;
        assert_int_equal(check_octets((const uint8_t *)plain, 7, false).result == PF_ACCEPT, expected);
        assert_int_equal(check_octets((const uint8_t *)pair, 8, false).result == PF_ACCEPT, printable);
    }
}

static void repeat(char *out, char letter, size_t count) {
    memset(out, letter, count);
    out[count] = '\0';
}

static void limits(void **state) {
    char text[600], run[300];
    (void)state;
    for (size_t n = 63; n <= 65; n++) {
        repeat(run, 'a', n);
        snprintf(text, sizeof text, "%s@b", run);
        if (n <= 64)
            accepts(text, PF_DOMAIN_NAME);
        else
            rejects(text, 64);
        run[n - 2] = '\0';
        snprintf(text, sizeof text, "\"%s\"@b", run);
        if (n <= 64)
            accepts(text, PF_DOMAIN_NAME);
        else
            rejects(text, 64);
        run[n - 2] = 'a';
        snprintf(text, sizeof text, "a@b.%s.c", run);
        if (n <= 63)
            accepts(text, PF_DOMAIN_NAME);
        else
            rejects(text, 4 + 63);
    }
    /* A mailbox of 254 octets makes a path of 256. */
    for (size_t n = 253; n <= 255; n++) {
        repeat(text, 'd', n);
        memcpy(text, "a@", 2);
        for (size_t i = 40; i < n - 1; i += 40) text[i] = '.';
        if (n <= 254)
            accepts(text, PF_DOMAIN_NAME);
        else
            rejects(text, 255);
    }
}

static void utf8(void **state) {
    (void)state;
    static const char *const good[] = {"\xc3\xa9@d", "a@\xc3\xa9", "\"\xe2\x82\xac\"@d", "a@b.\xf0\x9f\x98\x80-x.c"};
    static const char *const bad[] = {"\xc0\xaf@d",  "\xed\xa0\x80@d",  "\xf4\x90\x80\x80@d",
                                      "\xff@d",      "\xe2\x82@d",      "\xc3@d",
                                      "\x80@d",      "\xe0\x9f\xbf@d",  "\xf0\x8f\xbf\xbf@d",
                                      "a@\xc3\xa9-", "\"\\\xc3\xa9\"@d"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_int_equal(check(good[i], true).result, PF_ACCEPT);
        pf_model_verdict verdict = check(good[i], false);
        assert_int_equal(verdict.code, 553);
        assert_string_equal(verdict.error, "non-ascii");
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(check(bad[i], true).code, 501);
        assert_int_equal(check(bad[i], false).code, 501);
    }
}

static void check_row(char *const *columns, size_t count) {
    static uint8_t address[1 << 15];
    assert_true(count >= 3);
    size_t size = model_unescape(columns[0], strlen(columns[0]), address);
    pf_model_verdict verdict = check_octets(address, size, columns[1][0] == 'y');
    bool either = strcmp(columns[2], "either") == 0;
    if (!either && (verdict.result == PF_ACCEPT) != (strcmp(columns[2], "accept") == 0)) fail_msg("%s", columns[0]);
}

static void shared_vectors(void **state) {
    (void)state;
    if (model_each_row("vectors/addresses.tsv", check_row) == 0) skip();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(local_parts),    cmocka_unit_test(domains),
        cmocka_unit_test(literals),       cmocka_unit_test(ipv6_as_inet_pton_reads_it),
        cmocka_unit_test(every_octet),    cmocka_unit_test(every_quoted_octet),
        cmocka_unit_test(limits),         cmocka_unit_test(utf8),
        cmocka_unit_test(shared_vectors),
    };
    return cmocka_run_group_tests_name("model address", tests, NULL, NULL);
}
