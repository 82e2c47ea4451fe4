/* test_client.c: every oracle of a client stays silent on what is right and fires on its fault, first of all; and files
 * are read and run as client.h says.
 *
 * SPDX-License-Identifier: MIT */
#include "model_support.h"
#include "toy_client.h"

#define GREETING "220 toy\r\n"
#define BYE "221 bye\r\n"
#define STREAM GREETING "250 a\r\n250 b\r\n354 c\r\n250 d\r\n" BYE
#define HELLO "EHLO a.example\r\n"
#define UTF8 "MAIL a@b SMTPUTF8\r\n"
#define MESSAGE(body) STREAM "DATA\r\nBODY " body "\r\n.\r\nQUIT\r\n"

typedef struct sample {
    toy_client_fault fault;
    const char *oracle; /* NULL: nothing */
    const char *verb;
    const char *file;
    bool by_all; /* also of a client that promises nothing */
} sample;

#define F(fault) TOY_CLIENT_##fault
static const sample samples[] = {
    {F(RIGHT), NULL, NULL, "", true},
    {F(RIGHT), NULL, NULL, "250 a", true},
    {F(RIGHT), NULL, NULL, "220 a.example\r\n250 a@b\r\n250 c@d\r\n250 e\r\n", true},
    {F(RIGHT), NULL, NULL, STREAM HELLO "MAIL a@b SIZE=10 X=y\r\nRCPT c@d\r\nNOOP\r\nNOOP a\r\nRSET\r\nQUIT\r\n", true},
    {F(RIGHT), NULL, NULL, STREAM "NOOP a\\r\\nQUIT\r\nMAIL a@b>\\nX\r\nNOOP a\\x00\r\nNOOP \\xc2\\x85\r\n", true},
    {F(RIGHT), NULL, NULL, STREAM "AUTH PLAIN abc\r\nAUTH LOGIN\r\nRESPOND abc\r\nVRFY a\r\n", true},
    {F(RIGHT), NULL, NULL, MESSAGE(".\\r\\n..\\r\\n.x\\r\\na.b\\r\\n\\xff"), true},
    {F(RIGHT), NULL, NULL, MESSAGE("a\\nb"), true},
    {F(RIGHT), NULL, NULL, MESSAGE("a\\r"), true},
    {F(RIGHT), NULL, NULL, STREAM "DATA\r\nBODY a\r\nBODY .\\r\r\nBODY \\n.\r\n.\r\nDATA\r\nBODY a\r\n", true},
    {F(RIGHT), NULL, NULL, "220-a\r\n220 b\r\n250\r\n250 \r\n250-\r\n250\r\n", true},
    {F(RIGHT), NULL, NULL, "220-a\r\n221 b\r\n250 c\r\n", true},
    {F(RIGHT), NULL, NULL, "220 a\n220 b\r\n", true},
    {F(RIGHT), NULL, NULL, "220 a\rb\r\n", true},
    {F(SENDS_CR), "INJ", "NOOP", STREAM "NOOP a\\rb\r\n", true},
    {F(SENDS_LF), "INJ", "NOOP", STREAM "NOOP a\\nb\r\n", true},
    {F(SENDS_LF), "INJ", "MAIL", STREAM "MAIL a@b\nRSET\r\n", true},
    {F(SENDS_LF), "INJ", "EHLO", GREETING "250 a\nb\r\n" BYE "EHLO a\\nb\r\n", true},
    {F(SENDS_NUL), "INJ", "NOOP", STREAM "NOOP a\\x00b\r\n", true},
    {F(SENDS_NEL), "INJ", "RCPT", STREAM "RCPT a\\xc2\\x85b@c\r\n", true},
    {F(SENDS_NEL_OF_ONE_OCTET), "INJ", "NOOP", STREAM "NOOP a\\x85b\r\n", true},
    {F(SENDS_NEL_OF_ONE_OCTET), "INJ", "NOOP", STREAM "NOOP a\\xe2\\x85b\r\n", true},
    {F(SENDS_LINE_SEPARATOR), "INJ", "RCPT", STREAM "RCPT a\\xe2\\x80\\xa8b@c\r\n", true},
    {F(SENDS_LINE_SEPARATOR), "INJ", "RCPT", STREAM "RCPT a\\xe2\\x80\\xa9b@c\r\n", true},
    {F(SENDS_GREATER), "INJ", "RCPT", STREAM "RCPT a@b>\\x20X=1\\x20Y=<\r\n", true},
    {F(SENDS_SPACE), "INJ", "MAIL", STREAM "MAIL a@b X\\x20Y\r\n", true},
    {F(SENDS_LF_IN_PARAMETER), "INJ", "MAIL", STREAM "MAIL a@b X=1\\nY\r\n", true},
    {F(SENDS_LF_IN_PARAMETER), "INJ", "MAIL", STREAM "MAIL a@b X\\nY\r\n", true},
    {F(WRITES_WHAT_IT_REFUSES), "INJ", "NOOP", STREAM "NOOP a\\nb\r\n", true},
    {F(ANSWERS_BY_ITSELF), "INJ", "-", GREETING "334 a\r\n" BYE "AUTH PLAIN abc\r\n", true},
    {F(FORGETS_CRLF), "INJ", "EHLO", STREAM HELLO, true},
    {F(SENDS_TWO_LINES), "INJ", "RSET", STREAM "RSET\r\n", true},
    {F(OTHER_VERB), "INJ", "NOOP", STREAM "NOOP\r\n", true},
    {F(DROPS_PARAMETER), "INJ", "MAIL", STREAM "MAIL a@b X=1\r\n", true},
    {F(OTHER_VALUE), "INJ", "MAIL", STREAM "MAIL a@b SIZE=1\r\n", false},
    {F(CUTS_ARGUMENT), "INJ", "EHLO", STREAM HELLO, false},
    {F(CUTS_PATH), "INJ", "RCPT", STREAM "RCPT a@b.example\r\n", false},
    {F(WRONG_BASE64), "INJ", "AUTH", STREAM "AUTH PLAIN abc\r\n", false},
    {F(UNGRAMMATICAL), "INJ", "QUIT", STREAM "QUIT\r\n", false},
    {F(REFUSES_LAWFUL), "INJ", "EHLO", STREAM HELLO, false},
    {F(REFUSES_LAWFUL), "INJ", "NOOP", STREAM "NOOP a\r\n", false},
    {F(REFUSES_LAWFUL), "INJ", "MAIL", STREAM "MAIL a@b SIZE=10\r\n", false},
    {F(REFUSES_LAWFUL), "INJ", "RCPT", STREAM "RCPT a@b\r\n", false},
    {F(RIGHT), NULL, NULL, STREAM UTF8 "RCPT \\xc3\\xa9@d\r\nMAIL a\\xc2@b SMTPUTF8\r\nRCPT \\xc3\\xa9@d\r\n", true},
    {F(RIGHT), NULL, NULL, STREAM "MAIL a@b\r\nRCPT \\xc3\\xa9@d\r\nMAIL \\xc3\\xa9@b\r\n", true},
    {F(RIGHT), NULL, NULL, STREAM UTF8 "MAIL a@b\r\nRCPT \\xc3\\xa9@d\r\nRCPT \\xc2\\x9f@d\r\n", true},
    {F(SENDS_UTF8_UNASKED), "INJ", "RCPT", STREAM "MAIL a@b\r\nRCPT \\xc3\\xa9@d\r\n", false},
    {F(SENDS_UTF8_UNASKED), "INJ", "RCPT", STREAM UTF8 "MAIL a@b\r\nRCPT \\xc3\\xa9@d\r\n", false},
    {F(SENDS_UTF8_UNASKED), "INJ", "MAIL", STREAM UTF8 "MAIL \\xc3\\xa9@b\r\n", false},
    {F(REFUSES_UTF8), "INJ", "RCPT", STREAM UTF8 "RCPT \\xc3\\xa9@d\r\n", false},
    {F(REFUSES_UTF8), "INJ", "MAIL", STREAM "MAIL \\xc3\\xa9@b SmtpUtf8\r\n", false},
    {F(STUFFS_NOTHING), "INJ", "DATA_BODY", MESSAGE("a\\r\\n.\\r\\nRSET\\r\\n"), true},
    {F(STUFFS_NOTHING), "ROUND", "DATA_BODY", MESSAGE("a\\r\\n.b\\r\\n"), false},
    {F(STUFFS_NOTHING), "INJ", "DATA_BODY", STREAM "DATA\r\nBODY a\\r\\n.\\r\\nb\r\n", true},
    {F(STUFFS_BEHIND_LF_ALONE), "INJ", "DATA_BODY", MESSAGE(".\\r\\nRSET"), true},
    {F(STUFFS_ALL_DOTS), "ROUND", "DATA_BODY", MESSAGE("a.b"), false},
    {F(PASSES_BARE_LF), "ROUND", "DATA_BODY", MESSAGE("a\\n.\\nb"), true},
    {F(PASSES_BARE_LF), "ROUND", "DATA_BODY", MESSAGE("a\\n.\\r\\nb"), true},
    {F(PASSES_NUL), "ROUND", "DATA_BODY", MESSAGE("a\\r\\n\\x00.\\r\\n"), true},
    {F(CRLF_OF_MESSAGE_LOST), "ROUND", "DATA_BODY", MESSAGE("a\\r\\nb\\r\\n"), true},
    {F(DOT_ALONE_ENDS), "ROUND", "DATA_BODY", MESSAGE("a"), true},
    {F(ENDS_TWICE), "INJ", "DATA_BODY", MESSAGE("a"), true},
    {F(ENDS_WHAT_IT_REFUSES), "INJ", "DATA_BODY", MESSAGE("a\\nb"), true},
    {F(TAKES_OTHER_CODE), "GRAM", "-", "220-a\r\n250 b\r\n", true},
    {F(TAKES_OTHER_CODE), "GRAM", "-", GREETING "250-a\r\n550 b\r\n250 c\r\n", true},
    {F(LF_ENDS_LINE), "GRAM", "-", "220 a\n250 b\n", true},
    {F(LF_ENDS_LINE), "GRAM", "-", GREETING "250-a\n250 b\r\n", true},
    {F(TAKES_NUL), "GRAM", "-", "220 a\0b\r\n", true},
    {F(TAKES_CODE_999), "GRAM", "-", "999 a\r\n", true},
    {F(GOES_ON), "GRAM", "-", GREETING "250 \x01" GREETING, true},
    {F(OTHER_REPLY_CODE), "GRAM", "-", GREETING, true},
    {F(PASSES_OVER_REPLY), "GRAM", "-", GREETING "250 a\r\n220 b\r\n", true},
    {F(PASSES_OVER_REPLY), "REF", "-", GREETING "220 a\r\n220 b\r\n", false},
    {F(LAST_LINE_ONLY), "REF", "-", "220-a\r\n220 b\r\n", false},
    {F(REFUSES_EMPTY_TEXT), "REF", "-", "220\r\n", false},
    {F(ENDS_IN_SILENCE), "REF", "-", "220 a\x01\r\n", false},
    {F(LINE_ENDS_AT_CUT), "CHUNK", "-", "220 abcdef\r\n", true},
    {F(STUFFS_EACH_PIECE), "CHUNK", "DATA_BODY", MESSAGE("a................................"), true},
    {F(READS_OLD_TEXT), "POISON", "-", "220\r\n", true},
    {F(COPIES_ALL_FOR_EACH_LINE), "BOUND", "-", "220-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n220 b\r\n", true},
    {F(COPIES_CHEAPLY), "BOUND", "-", "220-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n220 b\r\n", true},
    {F(DEAR_OCTETS), "BOUND", "-", GREETING, false},
};

/* The oracle "REF" needs a promise that the text is exact; what reads old text breaks it as well. */
static bool is_masked(const sample *s) {
    return s->fault == F(READS_OLD_TEXT);
}

static void judge(const sample *s, size_t i, const pf_client *client) {
    pf_violation violation = {.oracle = "none"};
    const size_t size = s->fault == F(TAKES_NUL) ? 9 : strlen(s->file);
    toy_client_has = s->fault;
    const bool good = pf_client_judge(pf_client_oracles, client, (const uint8_t *)s->file, size, true, &violation);
    toy_client_has = F(RIGHT);
    if (good != (s->oracle == NULL) ||
        (!good && (strcmp(violation.oracle, s->oracle) != 0 || strcmp(violation.verb, s->verb) != 0))) {
        if (!good) pf_violation_print(&violation);
        fail_msg("sample %zu, fault %d, %s: %s, verb %s; expected %s, %s", i, (int)s->fault, client->name,
                 violation.oracle, good ? "-" : violation.verb, s->oracle, s->verb);
    }
    if (!good) assert_true(violation.expected[0] != '\0' && violation.seen[0] != '\0');
}

static void each_oracle_says_what_it_must(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        if (!is_masked(&samples[i])) judge(&samples[i], i, &toy_client);
        if (samples[i].by_all) judge(&samples[i], i, &toy_client_loose);
    }
}

static void each_fault_has_a_sample(void **state) {
    (void)state;
    for (int fault = F(RIGHT); fault < F(FAULTS); fault++) {
        bool found = fault == F(TAKES_LONG_LINE); /* has a test of its own */
        for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) found = found || (int)samples[i].fault == fault;
        if (!found) fail_msg("fault %d has no sample", fault);
    }
}

static void long_lines(void **state) {
    (void)state;
    static char file[2048];
    for (size_t size = 505; size <= 509; size++) {
        memcpy(file, "250 ", 4);
        memset(file + 4, 'a', size);
        memcpy(file + 4 + size, "\r\n", 3);
        judge(&(sample){F(RIGHT), NULL, NULL, file, true}, size, &toy_client);
        const bool lawful = size + 6 <= 512;
        judge(&(sample){F(TAKES_LONG_LINE), lawful ? NULL : "GRAM", "-", file, true}, size, &toy_client);
    }
}

/* While fuzzing, what is dear takes turns; in a number of inputs each one has its turn. */
static void dear_oracles_take_turns(void **state) {
    (void)state;
    static const toy_client_fault faults[] = {F(READS_OLD_TEXT), F(DEAR_OCTETS)};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        unsigned found = 0;
        for (unsigned n = 0; n < 64; n++) {
            char file[64];
            pf_violation violation;
            const int size = snprintf(file, sizeof file, "220\r\n220 %u\r\n", n);
            toy_client_has = faults[i];
            const pf_client *client = i == 0 ? &toy_client_loose : &toy_client;
            found +=
                !pf_client_judge(pf_client_oracles, client, (const uint8_t *)file, (size_t)size, false, &violation);
            toy_client_has = F(RIGHT);
        }
        assert_in_range(found, 10, 54);
    }
}

static void falling_account(const void *client, pf_target_account *account) {
    toy_client.account(client, account);
    account->steps = 1000000000u / (1 + account->steps);
}

/* BOUND: a long reply may cost less than a short one, as where it becomes one that is not read. */
static void a_reply_that_gets_cheaper_is_within_bounds(void **state) {
    (void)state;
    static const pf_client_oracle *const only_bound[] = {&pf_client_bound, NULL};
    static const char file[] = "220-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n220 b\r\n";
    pf_client falling = toy_client;
    pf_violation violation;

    falling.account = falling_account;
    falling.steps_octet = 0;
    falling.steps_once = 0;
    assert_true(pf_client_judge(only_bound, &falling, (const uint8_t *)file, sizeof file - 1, true, &violation));
}

/* ---- Scripts ---- */

static const pf_call *read_script(const char *file, size_t *stream, size_t *count) {
    const pf_script *script = pf_script_read((const uint8_t *)file, strlen(file));
    *stream = pf_script_stream(script);
    return pf_script_calls(script, count);
}

static void assert_octets(pf_octets octets, const char *text) {
    assert_int_equal(octets.size, strlen(text));
    assert_memory_equal(octets.data, text, octets.size);
}

static void scripts_are_read(void **state) {
    (void)state;
    static const char file[] = STREAM "MAIL a@b A=1 B C= \\x44=\\r\\n\r\n"
                                      "unknown\r\nNOOP a b\\\\ \\q \\x4 \\xzz\\\r\nDATA\r\nBODY \r\n.\r\nQUIT";
    size_t stream;
    size_t count;
    const pf_call *calls = read_script(file, &stream, &count);
    assert_int_equal(stream, strlen(STREAM));
    assert_int_equal(count, 6);
    assert_int_equal(calls[0].kind, PF_CALL_MAIL);
    assert_octets(calls[0].argument, "a@b");
    assert_int_equal(calls[0].parameter_count, 4);
    assert_octets(calls[0].parameters[0].keyword, "A");
    assert_octets(calls[0].parameters[0].value, "1");
    assert_true(calls[0].parameters[0].has_value && !calls[0].parameters[1].has_value);
    assert_true(calls[0].parameters[2].has_value);
    assert_octets(calls[0].parameters[2].value, "");
    assert_octets(calls[0].parameters[3].keyword, "D");
    assert_octets(calls[0].parameters[3].value, "\r\n");
    assert_octets(calls[1].argument, "a b\\ \\q \\x4 \\xzz\\");
    assert_int_equal(calls[3].kind, PF_CALL_BODY);
    assert_octets(calls[3].argument, "");
    assert_int_equal(calls[5].kind, PF_CALL_QUIT);
}

static void a_script_begins_behind_221(void **state) {
    (void)state;
    static const struct {
        const char *file;
        size_t stream;
        size_t calls; /* 8: those without a script */
    } list[] = {{"221 a\r\nQUIT\r\n", 7, 1},   {"221-a\r\n221 b\r\nQUIT\r\n", 14, 1},
                {"221\r\nQUIT\r\n", 11, 8},    {"220 a\n221 b\r\nQUIT\r\n", 19, 8},
                {"221 a\r\n", 7, 0},           {"221 a", 5, 8},
                {"221 a\n\r\nQUIT\r\n", 8, 1}, {"", 0, 8}};
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        size_t stream;
        size_t count;
        (void)read_script(list[i].file, &stream, &count);
        assert_int_equal(stream, list[i].stream);
        assert_int_equal(count, list[i].calls);
    }
}

static void texts_of_replies_are_arguments(void **state) {
    (void)state;
    static const char file[] = "220 a.example\r\n250-\n250 c@d\r\r\n250 e\\n";
    size_t stream;
    size_t count;
    const pf_call *calls = read_script(file, &stream, &count);
    assert_int_equal(count, 8);
    assert_octets(calls[0].argument, "a.example");
    assert_octets(calls[1].argument, "a@a.example");
    assert_octets(calls[2].argument, "c@d");
    assert_octets(calls[4].argument, file);
    assert_octets(calls[6].argument, "e\\n");
}

static pf_record record;

static void run(const char *file) {
    const pf_script *script = pf_script_read((const uint8_t *)file, strlen(file));
    const pf_client_options options = {0};
    (void)pf_client_run(&toy_client, &options, script, (const uint8_t *)file, pf_script_stream(script), NULL, &record);
}

static void calls_that_no_program_makes(void **state) {
    (void)state;
    static const struct {
        const char *script;
        const char *wire;
    } list[] = {
        {"BODY a\r\n.\r\nRSET\r\n", "RSET\r\n"},
        {"DATA\r\nRSET\r\nBODY a\r\nDATA\r\n.\r\nRSET\r\n", "DATA\r\na\r\n.\r\nRSET\r\n"},
        {"RESPOND a\r\nVRFY a\r\nQUIT\r\nRSET\r\n", "QUIT\r\n"},
        {"DATA\r\nBODY a\\n\r\nRSET\r\n", "DATA\r\n"},
        {"DATA\r\nBODY a\r\n", "DATA\r\na"},
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        char file[256];
        (void)snprintf(file, sizeof file, STREAM "%s", list[i].script);
        run(file);
        assert_int_equal(record.wire_size, strlen(list[i].wire));
        assert_memory_equal(record.wire, list[i].wire, record.wire_size);
    }
}

/* After each call that was taken comes one reply. */
static void replies_come_behind_calls(void **state) {
    (void)state;
    static const pf_note_kind kinds[] = {PF_NOTE_REPLY, PF_NOTE_CALL,    PF_NOTE_CALL,  PF_NOTE_REPLY, PF_NOTE_CALL,
                                         PF_NOTE_REPLY, PF_NOTE_MESSAGE, PF_NOTE_REPLY, PF_NOTE_REPLY};
    run("220 a\r\n250-b\r\n250 c\r\n354 d\r\n250 e\r\n221 f\r\nNOOP a\\n\r\nNOOP\r\nDATA\r\nBODY a\r\n.\r\n");
    assert_int_equal(record.count, sizeof kinds / sizeof *kinds);
    for (size_t i = 0; i < record.count; i++) assert_int_equal(record.notes[i].kind, kinds[i]);
    assert_false(record.notes[1].taken);
    assert_true(record.notes[2].taken && record.notes[6].taken);
    assert_int_equal(record.notes[3].code, 250);
    assert_memory_equal(record.text + record.notes[3].begin, "b\nc", 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_oracle_says_what_it_must),
        cmocka_unit_test(each_fault_has_a_sample),
        cmocka_unit_test(long_lines),
        cmocka_unit_test(dear_oracles_take_turns),
        cmocka_unit_test(a_reply_that_gets_cheaper_is_within_bounds),
        cmocka_unit_test(scripts_are_read),
        cmocka_unit_test(a_script_begins_behind_221),
        cmocka_unit_test(texts_of_replies_are_arguments),
        cmocka_unit_test(calls_that_no_program_makes),
        cmocka_unit_test(replies_come_behind_calls),
    };
    return cmocka_run_group_tests_name("client", tests, NULL, NULL);
}
