/* make_dictionary.c: writes the dictionary of a harness, in the form that libFuzzer and AFL++ both read.
 *
 *     make_dictionary [HARNESS] > HARNESS.dict
 *
 * Verbs, parameters, extensions and reply codes come from the parser's own tables, so that a verb that is added there
 * is in the next campaign. The rest is what the tables do not know: line ends, ends of data, numbers around limits.
 * Without HARNESS, or for one that it does not know, all of it. Room: fuzz/.
 *
 * Only the escapes \\, \" and \xHH are understood by all engines.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/command.h>
#include <postern/reply.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Longer ones libFuzzer passes over in silence. */
enum { TOKEN_MOST = 63 };

static unsigned count;

static void print_token(const char *octets, size_t size) {
    if (size == 0 || size > TOKEN_MOST) {
        fprintf(stderr, "make_dictionary: a token of %zu octets\n", size);
        exit(1);
    }
    printf("t%03u=\"", ++count);
    for (size_t i = 0; i < size; i++) {
        const unsigned char octet = (unsigned char)octets[i];
        if (octet == '"' || octet == '\\')
            printf("\\%c", octet);
        else if (octet < 0x20 || octet > 0x7e)
            printf("\\x%02X", octet);
        else
            putchar(octet);
    }
    printf("\"\n");
}

/* A token made of parts. */
static void token(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void token(const char *format, ...) {
    char text[256];
    va_list arguments;

    va_start(arguments, format);
    const int size = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    print_token(text, (size_t)size);
}

static void title(const char *text) {
    printf("# %s\n", text);
}

/* Tokens with any octets: each with its size, so that a NUL may stand in it. */
typedef struct raw {
    const char *octets;
    size_t size;
} raw;
#define RAW(text) {text, sizeof text - 1}

static void tokens(const raw *list, size_t size) {
    for (size_t i = 0; i < size; i++) print_token(list[i].octets, list[i].size);
}
#define TOKENS(...)                                                                                                    \
    do {                                                                                                               \
        static const raw list[] = {__VA_ARGS__};                                                                       \
        tokens(list, sizeof list / sizeof *list);                                                                      \
    } while (0)

/* ---- From the parser's tables ---- */

static void verbs(void) {
    title("verbs, and how their arguments begin");
    for (int verb = POSTERN_VERB_UNKNOWN + 1; verb < POSTERN_VERB_COUNT; verb++) {
        const postern_verb_info *info = postern_verb_describe((postern_verb)verb);
        token("%s%s", info->name, info->argument == POSTERN_ARGUMENT_FORBIDDEN ? "\r\n" : " ");
    }
    TOKENS(RAW("EHLO a.example\r\n"), RAW("HELO a.example\r\n"), RAW("LHLO a.example\r\n"), RAW("MAIL FROM:<"),
           RAW("MAIL FROM:<>\r\n"), RAW("MAIL FROM:<a@b.example>\r\n"), RAW("RCPT TO:<"),
           RAW("RCPT TO:<c@d.example>\r\n"), RAW("RCPT TO:<Postmaster>\r\n"), RAW("SEND FROM:<"), RAW("NOOP\r\n"),
           RAW("BDAT 0 LAST\r\n"), RAW("BDAT 1\r\n"), RAW("BDAT 5\r\n"), RAW(" LAST"), RAW("HELP\r\n"));
}

static void parameters(void) {
    title("parameters");
    static const char *const keywords[] = {
#define KEYWORD(identifier, verb, keyword, extension, increment) keyword,
        POSTERN_PARAMETER_LIST(KEYWORD)
#undef KEYWORD
    };
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++) token(" %s=", keywords[i]);
    TOKENS(RAW(" SMTPUTF8"), RAW(" REQUIRETLS"), RAW(" CONPERM"), RAW(" CONNEG"), RAW(" BODY=7BIT"),
           RAW(" BODY=8BITMIME"), RAW(" BODY=BINARYMIME"), RAW(" RET=FULL"), RAW(" RET=HDRS"), RAW(" AUTH=<>"),
           RAW(" AUTH=a@b.example"), RAW(" ENVID=a+2Bb"), RAW(" NOTIFY=NEVER"), RAW(" NOTIFY=SUCCESS,FAILURE,DELAY"),
           RAW(" ORCPT=rfc822;a@b.example"), RAW(" ORCPT=utf-8;"), RAW(" BY=120;R"), RAW(" BY=-1;NT"),
           RAW(" HOLDFOR=86400"), RAW(" HOLDUNTIL=2026-02-28T23:59:60Z"), RAW(" MT-PRIORITY=-9"), RAW(" MT-PRIORITY=3"),
           RAW(" SOLICIT=org.example:ADV,x:Y"), RAW(" SUBMITTER=a+40b.example"), RAW(" RRVS=2014-04-03T23:01:00Z;R"),
           RAW(" SIZE=0"), RAW(" SIZE=18446744073709551615"), RAW(" SIZE=99999999999999999999"), RAW(" X-NEW=1"));
}

static void extensions(void) {
    title("keywords of the reply to EHLO");
    for (uint32_t bit = 1; bit != 0 && bit <= POSTERN_EXT_ALL; bit <<= 1)
        if (postern_extension_keyword(bit) != NULL) token("250-%s\r\n", postern_extension_keyword(bit));
    TOKENS(RAW("250-AUTH PLAIN LOGIN\r\n"), RAW("250 SIZE 1000\r\n"));
}

static void replies(void) {
    size_t size;
    const postern_code_info *codes = postern_code_table(&size);

    title("replies");
    for (size_t i = 0; i < size; i++) {
        if (codes[i].code < 200) continue;
        token("%d ", codes[i].code);
        token("\r\n%d-", codes[i].code);
    }
    const postern_enhanced_info *enhanced = postern_enhanced_table(&size);
    for (size_t i = 0; i < size; i++)
        token("%u.%u.%u ", i % 3 == 0 ? 2U : i % 3 == 1 ? 4U : 5U, enhanced[i].subject, enhanced[i].detail);
    TOKENS(RAW("250\r\n"), RAW("250 \r\n"), RAW("250-\r\n"), RAW("999 "), RAW("000 "), RAW("2.999.999 "), RAW("5.0.0"));
}

/* ---- What no table has ---- */

static void lines(void) {
    title("line ends");
    TOKENS(RAW("\r\n"), RAW("\n"), RAW("\r"), RAW("\r\r\n"), RAW("\n\r"), RAW("\0"), RAW(" \r\n"), RAW("\t\r\n"),
           RAW("\xc2\x85"), RAW("\xe2\x80\xa8"), RAW("\x0b"), RAW("\x1b"), RAW("\x7f"), RAW("\xff"), RAW("\x8d\x8a"));
}

static void ends_of_data(void) {
    title("ends of data, true and false");
    TOKENS(RAW("\r\n.\r\n"), RAW("\n.\n"), RAW("\n.\r\n"), RAW("\r\n.\n"), RAW("\r.\r"), RAW("\r.\r\n"), RAW("\r.\n"),
           RAW("\n.\r"), RAW("\r\n.\r"), RAW("\r\n.\r\r\n"), RAW("\r\r\n.\r\r\n"), RAW("\r\r\n.\r\n"),
           RAW("\r\n\0.\r\n"), RAW("\r\n.\0\r\n"), RAW("\r\n.\r\0\n"), RAW("\r\0\n.\r\0\n"), RAW("\r\n. \r\n"),
           RAW("\r\n .\r\n"), RAW("\x8d\x8a.\x8d\x8a"), RAW("\xc2\x85.\xc2\x85"), RAW("\x0b.\x0b"), RAW(".\r\n"),
           RAW("..\r\n"), RAW("\r\n..\r\n"), RAW(".."), RAW("\r\n.a"));
}

static void addresses(void) {
    title("addresses, and the policy of the test sessions");
    TOKENS(RAW("reject-a@b.example"), RAW("defer-a@b.example"), RAW("bodyreject-a@b.example"),
           RAW("bodydefer-a@b.example"), RAW("reject-"), RAW("defer-"), RAW("bodyreject-"), RAW("bodydefer-"),
           RAW("<>"), RAW("<Postmaster>"), RAW("<postmaster@a.example>"), RAW("@a.example,@b.example:"),
           RAW("\"a b\"@"), RAW("\"\"@"), RAW("\"\\\"\""), RAW("\"a@b>c\"@"), RAW("@[192.0.2.1]"),
           RAW("[255.255.255.255]"), RAW("[256.0.0.1]"), RAW("[01.2.3.4]"), RAW("@[IPv6:2001:db8::1]"),
           RAW("[IPv6:::]"), RAW("[IPv6:"), RAW("::ffff:192.0.2.1]"), RAW("1:2:3:4:5:6:7:8]"), RAW("1::2:3:4:5:6:7]"),
           RAW("[x-tag:content]"), RAW("xn--bcher-kva.example"), RAW("b\303\274cher.example"),
           RAW("\xd0\xbf\xd0\xbe\xd1\x87\xd1\x82\xd0\xb0"), RAW("\xf0\x9f\x93\xa7"), RAW("\xc0\x80"),
           RAW("\xed\xa0\x80"), RAW("\xf4\x90\x80\x80"), RAW("a-.example"), RAW("-a.example"), RAW(".example"),
           RAW("a..b"), RAW("!#$%&'*+-/=?^_`{|}~"));
    printf("# a local-part of 63, a label of 63\n");
    token("%.*s", TOKEN_MOST, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    token("%.*s", TOKEN_MOST, "b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1");
}

static void exchanges(void) {
    title("AUTH, STARTTLS, the options of a session file");
    TOKENS(RAW("AUTH PLAIN AHVzZXIAcGFzcw==\r\n"), RAW("AUTH PLAIN\r\n"), RAW("AUTH LOGIN\r\n"),
           RAW("AUTH LOGIN dXNlcg==\r\n"), RAW("AHVzZXIAcGFzcw==\r\n"), RAW("dXNlcg==\r\n"), RAW("cGFzcw==\r\n"),
           RAW("AUTH PLAIN =\r\n"), RAW("*\r\n"), RAW("=\r\n"), RAW("AA=="), RAW("AB=="), RAW("AA=A"),
           RAW("AUTH X-NEW "), RAW("STARTTLS\r\n\x16\x03"), RAW("\x16\x03"), RAW("\x16\003EHLO a.example\r\n"));
    for (unsigned bit = 0; bit < 6; bit++) token("NOOP o%08x\r\n", 1U << bit);
}

static void secrets(void) {
    title("AUTH: mechanisms, messages, and where they are nearly right");
    TOKENS(RAW("AUTH X-PUPPET "), RAW("AUTH X-PUPPET\r\n"), RAW("AUTH LOGIN =\r\n"), RAW("AUTH PLAIN *\r\n"),
           RAW("AHVzZXIAd29yZA=="), RAW("AHllcy1tZQB4"), RAW("AGxhdGVyLW1lAHg="), RAW("AHdlYWstbWUAeA=="),
           RAW("AHdyb25nLW1lAHg="), RAW("AG9kZC1tZQB4"), RAW("dXNlcgB1c2VyAHBhc3M="), RAW("AHVzZXIAcGFzcwA="),
           RAW("AHVzZXIA"), RAW("AAAA"), RAW("AAA="), RAW("AAE="), RAW("===="), RAW("BnNlY3JldA==\r\n"),
           RAW("AHNlY3JldA==\r\n"), RAW("AXNlY3JldA==\r\n"), RAW("AnNlY3JldA==\r\n"), RAW("*\n\r\n"), RAW(" \r\n"),
           RAW("NOOP o00000040\r\n"), RAW("NOOP o00000014\r\n"), RAW("NOOP o00000054\r\n"));
}

static void records(void) {
    title("records of TLS, and what looks like one");
    TOKENS(RAW("\x14\x03\x03\0\x01\x01"), RAW("\x15\x03\x03\0\x02\x01\0"), RAW("\x15\x03\x03\0\x02\x02\x28"),
           RAW("\x16\x03\x01\x02\0"), RAW("\x16\x03\x03\0\x04\0\0\0\0"), RAW("\x17\x03\x03\0\0"),
           RAW("\x17\x03\x03\x40\x11"), RAW("\x80\x2e\x01\x03\x01"), RAW("STARTTLS\r\nNOOP\r\n\x16\x03"),
           RAW("STARTTLS\r\nNO\x16\x03"), RAW("STARTTLS\r\n\r\x16\x03"), RAW("NOOP o00000008\r\n"),
           RAW("NOOP o0000000c\r\n"));
}

static void calls(void) {
    title("the script of a client: what it begins behind, its words, line ends in escapes");
    TOKENS(RAW("\r\n221 bye\r\n"), RAW("EHLO a.example\r\n"), RAW("MAIL "), RAW("RCPT "), RAW("DATA\r\n"),
           RAW("DATA\r\nBODY "), RAW("BODY "), RAW(".\r\n"), RAW("\r\n.\r\n"), RAW("VRFY "), RAW("NOOP "),
           RAW("AUTH PLAIN "), RAW("AUTH LOGIN\r\nRESPOND "), RAW("RESPOND "), RAW("RSET\r\n"), RAW("QUIT\r\n"),
           RAW("\\r\\n"), RAW("\\n"), RAW("\\r"), RAW("\\x00"), RAW("\\x85"), RAW("\\xc2\\x85"), RAW("\\xe2\\x80\\xa8"),
           RAW("\\r\\n."), RAW("\\r\\n.\\r\\n"), RAW("\\n.\\n"), RAW("\\x20"), RAW(">\\x20X=<"), RAW("a@b.example"),
           RAW(" SIZE=1"), RAW(" SMTPUTF8"), RAW("NOOP o00000002\r\n"));
}

static void numbers(void) {
    title("numbers around limits");
    TOKENS(RAW("2147483647"), RAW("2147483648"), RAW("4294967295"), RAW("4294967296"), RAW("4294967301"),
           RAW("9223372036854775807"), RAW("9223372036854775808"), RAW("18446744073709551615"),
           RAW("18446744073709551616"), RAW("18446744073709551621"), RAW("00000000000000000001"), RAW("-1"), RAW("+5"),
           RAW("0x5"));
}

static void encodings(void) {
    title("xtext");
    TOKENS(RAW("+0D+0A"), RAW("+2B"), RAW("+3D"), RAW("+2b"), RAW("+zz"), RAW("+4"), RAW("+00"), RAW("+C3+BC"),
           RAW("\"+C3+A9\"@"));
}

int main(int argc, char **argv) {
    const char *harness = argc > 1 ? argv[1] : "";
    const bool line = strcmp(harness, "fuzz_line") == 0;
    const bool command = strcmp(harness, "fuzz_command") == 0;
    const bool address = strcmp(harness, "fuzz_address") == 0;
    const bool smuggling = strcmp(harness, "fuzz_smuggling") == 0;
    const bool data = strcmp(harness, "fuzz_data") == 0 || smuggling;
    const bool reply = strcmp(harness, "fuzz_reply") == 0;
    const bool session = strcmp(harness, "fuzz_session") == 0 || strcmp(harness, "fuzz_chunks") == 0 ||
                         strcmp(harness, "fuzz_limits") == 0 || strcmp(harness, "fuzz_differential") == 0 ||
                         strcmp(harness, "fuzz_bound") == 0 || strcmp(harness, "fuzz_auth") == 0 ||
                         strcmp(harness, "fuzz_policy") == 0 || strcmp(harness, "fuzz_starttls") == 0 ||
                         strcmp(harness, "fuzz_bugbench") == 0 || strcmp(harness, "fuzz_bugbench_stock") == 0;
    const bool client = strncmp(harness, "fuzz_client", 11) == 0 || strncmp(harness, "fuzz_bugbench_client", 20) == 0;
    const bool all = !(line || command || address || data || reply || session || client);

    printf("# %s, made by make_dictionary: do not edit.\n", all ? "All tokens" : harness);
    if (all || command || session || smuggling) verbs();
    if (all || command || session) parameters();
    if (all || reply || client) extensions();
    if (all || reply || client) replies();
    if (all || client) calls();
    lines();
    if (all || data || session || line) ends_of_data();
    if (all || command || address || session) addresses();
    if (all || command || session || line) exchanges();
    if (strcmp(harness, "fuzz_auth") == 0) secrets();
    if (strcmp(harness, "fuzz_starttls") == 0) records();
    if (all || command || session) numbers();
    if (all || command || address || session) encodings();
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
