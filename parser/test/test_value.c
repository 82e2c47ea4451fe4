/* test_value.c: the values of the typed parameters, seen through MAIL and RCPT with every extension in force.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <stdlib.h>

#include <postern/codec.h>
#include <postern/command.h>

#include "abnf_command.h"

enum { LINE_MAX_OCTETS = 4096 };

static postern_command command; /* of the last call of parse */

/* The fault of one parameter, its offset counted from where the parameter begins. */
static postern_fault parse(bool rcpt_to, const void *parameter, size_t size) {
    const char *prefix = rcpt_to ? "RCPT TO:<a@b> " : "MAIL FROM:<> ";
    const size_t start = strlen(prefix);
    const postern_command_options options = {.extensions = POSTERN_EXT_ALL};
    char line[LINE_MAX_OCTETS];
    postern_fault fault;
    assert_true(start + size + 2 <= sizeof line);
    memcpy(line, prefix, start);
    memcpy(line + start, parameter, size);
    memcpy(line + start + size, "\r\n", 2);
    const uint8_t *octets = guard_copy(line, start + size + 2);
    const postern_status status = postern_command_parse(&command, octets, start + size + 2, &options, &fault);
    assert_int_equal(status, fault.error == POSTERN_ERROR_NONE ? POSTERN_COMPLETE : POSTERN_WRONG);
    if (fault.error != POSTERN_ERROR_NONE) {
        assert_true(fault.offset >= start);
        fault.offset -= start;
    }
    return fault;
}

static bool accepted(bool rcpt_to, const char *parameter) {
    const bool good = parse(rcpt_to, parameter, strlen(parameter)).error == POSTERN_ERROR_NONE;
    guard_release();
    return good;
}

static bool given(postern_parameter_id id) {
    return command.values.given == 1u << id && command.parameter_count == 1 && command.parameters[0].id == id;
}

/* ---- vectors ---- */

static const char *slice_text(postern_slice slice) {
    return escape(slice.data, slice.size);
}

/* The values that a command gives, in words. */
static const char *describe(void) {
    static char words[4096];
    static const char *const bodies[] = {"7bit", "8bitmime", "binarymime"};
    static const char *const rets[] = {"none", "full", "hdrs"};
    const postern_parameter_values *v = &command.values;
    words[0] = '\0';
    if (given(POSTERN_PARAMETER_SIZE)) {
        snprintf(words, sizeof words, "%llu%s", (unsigned long long)v->size, v->size_too_big ? " too big" : "");
    } else if (given(POSTERN_PARAMETER_BODY)) {
        snprintf(words, sizeof words, "%s", bodies[v->body]);
    } else if (given(POSTERN_PARAMETER_AUTH)) {
        snprintf(words, sizeof words, "%s", slice_text(v->auth));
    } else if (given(POSTERN_PARAMETER_RET)) {
        snprintf(words, sizeof words, "%s", rets[v->ret]);
    } else if (given(POSTERN_PARAMETER_ENVID)) {
        snprintf(words, sizeof words, "%s", slice_text(v->envid));
    } else if (given(POSTERN_PARAMETER_BY)) {
        snprintf(words, sizeof words, "%d %c%s", (int)v->by_seconds, v->by_mode, v->by_trace ? " trace" : "");
    } else if (given(POSTERN_PARAMETER_HOLDFOR)) {
        snprintf(words, sizeof words, "%u", (unsigned)v->hold_for);
    } else if (given(POSTERN_PARAMETER_HOLDUNTIL)) {
        snprintf(words, sizeof words, "%s", slice_text(v->hold_until));
    } else if (given(POSTERN_PARAMETER_MT_PRIORITY)) {
        snprintf(words, sizeof words, "%d", v->mt_priority);
    } else if (given(POSTERN_PARAMETER_SOLICIT)) {
        snprintf(words, sizeof words, "%s", slice_text(v->solicit));
    } else if (given(POSTERN_PARAMETER_SUBMITTER)) {
        snprintf(words, sizeof words, "%s", slice_text(v->submitter));
    } else if (given(POSTERN_PARAMETER_NOTIFY)) {
        snprintf(words, sizeof words, "%s%s%s%s", v->notify & POSTERN_NOTIFY_NEVER ? " never" : "",
                 v->notify & POSTERN_NOTIFY_SUCCESS ? " success" : "",
                 v->notify & POSTERN_NOTIFY_FAILURE ? " failure" : "",
                 v->notify & POSTERN_NOTIFY_DELAY ? " delay" : "");
        return words + 1;
    } else if (given(POSTERN_PARAMETER_ORCPT)) {
        snprintf(words, sizeof words, "%s %s", slice_text(v->orcpt_type), slice_text(v->orcpt));
    } else if (given(POSTERN_PARAMETER_RRVS)) {
        snprintf(words, sizeof words, "%s %c", slice_text(v->rrvs), v->rrvs_mode != 0 ? v->rrvs_mode : '-');
    } else if (command.values.given != 0) {
        snprintf(words, sizeof words, "%s", slice_text(command.parameters[0].keyword));
    }
    return words;
}

/* Columns behind the input: verb, error, offset from the parameter's start, the values in words. */
static void visit(const vector *row) {
    const bool rcpt_to = strcmp(vector_field(row, 0), "RCPT") == 0;
    const postern_fault fault = parse(rcpt_to, row->input, row->size);
    expect_fault(fault, error_named(vector_field(row, 1)), vector_number(row, 2), row->title);
    if (fault.error == POSTERN_ERROR_NONE && strcmp(describe(), vector_field(row, 3)) != 0) {
        fail_msg("%s: %s, expected %s", row->title, describe(), vector_field(row, 3));
    }
}

static void test_vectors(void **state) {
    (void)state;
    vectors_each("values.tsv", visit);
}

/* ---- against the second reading ---- */

static void expect_as_abnf(bool rcpt_to, const char *keyword, const uint8_t *value, size_t size, rule *r) {
    uint8_t parameter[128];
    const size_t start = (size_t)snprintf((char *)parameter, sizeof parameter, "%s=", keyword);
    const text t = {value, size, false};
    const bool good = all_of(&t, r) && (times(&t, PLACE(0), 1, MANY, value_octet) & PLACE(size)) != 0;
    memcpy(parameter + start, value, size);
    const postern_fault fault = parse(rcpt_to, parameter, start + size);
    if ((fault.error == POSTERN_ERROR_NONE) != good) {
        fail_msg("%s=%s: the grammar says %s", keyword, escape(value, size), good ? "yes" : "no");
    }
    if (fault.error != POSTERN_ERROR_NONE && (fault.offset < start || fault.offset > start + size)) {
        fail_msg("%s=%s: an error at %zu", keyword, escape(value, size), fault.offset);
    }
    guard_release();
}

/* All octets at each position, and each beginning. */
static void each_octet(bool rcpt_to, const char *keyword, const char *value, rule *r) {
    const size_t size = strlen(value);
    uint8_t changed[64];
    assert_true(size < sizeof changed);
    for (size_t position = 0; position < size; position++) {
        for (unsigned octet = 0; octet < 256; octet++) {
            /* White space at the end would be no part of the value, and a space within it would end it. */
            if (octet == ' ' || octet == '\t') continue;
            memcpy(changed, value, size);
            changed[position] = (uint8_t)octet;
            expect_as_abnf(rcpt_to, keyword, changed, size, r);
        }
    }
    for (size_t shorter = 1; shorter <= size; shorter++) {
        expect_as_abnf(rcpt_to, keyword, (const uint8_t *)value, shorter, r);
    }
}

static void test_every_octet(void **state) {
    (void)state;
    each_octet(false, "SIZE", "12345678901234567890", size_value);
    each_octet(false, "BODY", "7bit", body_value);
    each_octet(false, "BODY", "8BitMime", body_value);
    each_octet(false, "BODY", "BINARYMIME", body_value);
    each_octet(false, "AUTH", "<>", auth_value);
    each_octet(false, "AUTH", "+3C+3E", auth_value);
    each_octet(false, "AUTH", "e+3Dmc2@[IPv6:::1]", auth_value);
    each_octet(false, "RET", "Full", ret_value);
    each_octet(false, "RET", "hdrs", ret_value);
    each_octet(false, "ENVID", "a+2Bb+20+7E", envid_value);
    each_octet(false, "BY", "-120;Nt", by_value);
    each_octet(false, "BY", "+010;r", by_value);
    each_octet(false, "HOLDFOR", "123456789", holdfor_value);
    each_octet(false, "HOLDUNTIL", "2026-12-01T23:59:59.5Z", holduntil_value);
    each_octet(false, "MT-PRIORITY", "-9", mt_priority_value);
    each_octet(false, "SOLICIT", "org.example:ADV,b-c_d", solicit_value);
    each_octet(false, "SUBMITTER", "+22a+20b+22@c.example", submitter_value);
    each_octet(true, "NOTIFY", "Never", notify_value);
    each_octet(true, "NOTIFY", "success,Failure,DELAY", notify_value);
    each_octet(true, "ORCPT", "rfc822;a+2Bb@c", orcpt_value);
    each_octet(true, "RRVS", "2026-01-11T00:00:00-23:59;C", rrvs_value);
}

/* All strings over an alphabet. */
static void each_short(bool rcpt_to, const char *keyword, const char *alphabet, size_t longest, rule *r) {
    for (size_t size = 1; size <= longest; size++) {
        uint8_t value[16];
        memset(value, alphabet[0], sizeof value);
        do {
            expect_as_abnf(rcpt_to, keyword, value, size, r);
        } while (next_string(value, size, (const uint8_t *)alphabet, strlen(alphabet)));
    }
}

static void test_short(void **state) {
    (void)state;
    each_short(false, "BY", "+-10;NRT", 5, by_value);
    each_short(false, "MT-PRIORITY", "+-0123456789;", 3, mt_priority_value);
    each_short(false, "HOLDFOR", "01-", 10, holdfor_value);
    each_short(false, "SOLICIT", "a1.-,+", 5, solicit_value);
    each_short(false, "ENVID", "+2Bbg", 6, envid_value);
    each_short(false, "AUTH", "a@<>+3CE", 5, auth_value);
    each_short(true, "ORCPT", "a;+2@.", 6, orcpt_value);
}

static void test_notify(void **state) {
    (void)state;
    static const char *const words[] = {"SUCCESS", "FAILURE", "DELAY", "NEVER", ",", "X"};
    for (size_t turn = 0, turns = 6 * 6 * 6 * 6 * 6; turn < turns; turn++) {
        char value[64] = "";
        for (size_t n = 0, rest = turn; n < 5; n++, rest /= 6) {
            strcat(value, words[rest % 6]);
            if (value[0] != '\0' && strlen(value) < 60) {
                expect_as_abnf(true, "NOTIFY", (const uint8_t *)value, strlen(value), notify_value);
            }
        }
    }
}

/* ---- numbers ---- */

static void expect_size(const char *digits, uint64_t size, bool too_big) {
    char parameter[64];
    snprintf(parameter, sizeof parameter, "SIZE=%s", digits);
    assert_true(accepted(false, parameter));
    assert_true(given(POSTERN_PARAMETER_SIZE));
    assert_int_equal(command.values.size, size);
    assert_int_equal(command.values.size_too_big, too_big);
}

static void test_size(void **state) {
    (void)state;
    static const uint64_t edges[] = {0, 9, 10, INT32_MAX, UINT32_MAX, INT64_MAX, UINT64_MAX - 25};
    for (size_t i = 0; i < COUNT_OF(edges); i++) {
        for (uint64_t more = 0; more < 20; more++) {
            char digits[32];
            snprintf(digits, sizeof digits, "%llu", (unsigned long long)(edges[i] + more));
            expect_size(digits, edges[i] + more, false);
            snprintf(digits, sizeof digits, "%020llu", (unsigned long long)(edges[i] + more));
            expect_size(digits, edges[i] + more, false);
        }
    }
    expect_size("18446744073709551615", UINT64_MAX, false);
    expect_size("18446744073709551616", 0, true);
    expect_size("18446744073709551619", 0, true);
    expect_size("18446744073709551620", 0, true);
    expect_size("20000000000000000000", 0, true);
    expect_size("99999999999999999999", 0, true);
}

static void test_by(void **state) {
    (void)state;
    static const int32_t times_[] = {-999999999, -1, 0, 1, 86400, 999999999};
    for (size_t i = 0; i < COUNT_OF(times_); i++) {
        char parameter[64];
        snprintf(parameter, sizeof parameter, "BY=%d;N", (int)times_[i]);
        assert_true(accepted(false, parameter));
        assert_int_equal(command.values.by_seconds, times_[i]);
        assert_int_equal(command.values.by_mode, 'N');
        assert_false(command.values.by_trace);
        snprintf(parameter, sizeof parameter, "BY=%+d;rT", (int)times_[i]);
        assert_int_equal(accepted(false, parameter), times_[i] > 0);
        if (times_[i] > 0) {
            assert_int_equal(command.values.by_seconds, times_[i]);
            assert_int_equal(command.values.by_mode, 'R');
            assert_true(command.values.by_trace);
        }
    }
}

/* ---- dates ---- */

/* Days since 1970-01-01 (the usual algorithm on years that begin in March). */
static long days_from_civil(int year, int month, int day) {
    year -= month <= 2;
    const long era = (year >= 0 ? year : year - 399) / 400;
    const long of_era = year - era * 400;
    const long of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* A day exists when the first of the next month does not come before the day behind it. */
static bool day_exists(int year, int month, int day) {
    const long first_of_next = month == 12 ? days_from_civil(year + 1, 1, 1) : days_from_civil(year, month + 1, 1);
    return day >= 1 && days_from_civil(year, month, day) < first_of_next;
}

static void test_days(void **state) {
    (void)state;
    static const int years[] = {0, 4, 100, 400, 1900, 1970, 1999, 2000, 2023, 2024, 2100, 2400, 9999};
    for (size_t i = 0; i < COUNT_OF(years); i++) {
        for (int month = 0; month <= 13; month++) {
            for (int day = 0; day <= 32; day++) {
                char parameter[64];
                const bool exists = month >= 1 && month <= 12 && day_exists(years[i], month, day);
                snprintf(parameter, sizeof parameter, "HOLDUNTIL=%04d-%02d-%02dT12:00:00Z", years[i], month, day);
                assert_int_equal(accepted(false, parameter), exists);
            }
        }
    }
}

/* Is the minute, given in local time, the last one of a month in UTC? */
static bool month_ends(int year, int month, int day, int minutes_utc) {
    long days = days_from_civil(year, month, day);
    days += minutes_utc < 0 ? -1 : minutes_utc >= 1440 ? 1 : 0;
    if ((minutes_utc + 1440) % 1440 != 1439) {
        return false;
    }
    for (int m = 1; m <= 12; m++) {
        for (int y = year - 1; y <= year + 1; y++) {
            if (days_from_civil(y, m, 1) == days + 1) return true;
        }
    }
    return false;
}

/* A second 60 is accepted where it could be, in every time zone. */
static void test_leap_seconds(void **state) {
    (void)state;
    static const int dates[][3] = {{2016, 12, 31}, {2017, 1, 1},  {2017, 1, 2},  {2015, 6, 30},
                                   {2015, 7, 1},   {2015, 6, 29}, {2024, 2, 29}, {2024, 2, 28},
                                   {2024, 3, 1},   {2023, 2, 28}, {2023, 2, 27}};
    static const int hours[] = {0, 1, 12, 22, 23};
    static const int minutes[] = {0, 29, 30, 58, 59};
    for (size_t i = 0; i < COUNT_OF(dates) * 25; i++) {
        const int *date = dates[i / 25];
        const int hour_ = hours[i % 25 / 5];
        const int minute = minutes[i % 5];
        for (int offset = -1439; offset <= 1439; offset += 1) {
            char parameter[64];
            const int size = offset < 0 ? -offset : offset;
            snprintf(parameter, sizeof parameter, "RRVS=%04d-%02d-%02dT%02d:%02d:60%c%02d:%02d", date[0], date[1],
                     date[2], hour_, minute, offset < 0 ? '-' : '+', size / 60, size % 60);
            const bool could_be = month_ends(date[0], date[1], date[2], 60 * hour_ + minute - offset);
            if (accepted(true, parameter) != could_be) {
                fail_msg("%s: %s", parameter, could_be ? "refused" : "accepted");
            }
        }
    }
    assert_true(accepted(false, "HOLDUNTIL=2016-12-31T23:59:60Z"));
    assert_true(accepted(false, "HOLDUNTIL=2016-12-31T23:59:60.25Z"));
    assert_false(accepted(false, "HOLDUNTIL=2016-12-30T23:59:60Z"));
    assert_false(accepted(false, "HOLDUNTIL=2016-12-31T23:59:61Z"));
}

/* ---- limits ---- */

/* KEYWORD=PREFIX, then so many octets that the value has `size`. */
static void expect_limit(bool rcpt_to, const char *keyword, const char *prefix, size_t size, size_t limit) {
    char parameter[LINE_MAX_OCTETS];
    const size_t start = strlen(keyword) + 1;
    memset(parameter, 'x', sizeof parameter);
    memcpy(parameter, keyword, start - 1);
    parameter[start - 1] = '=';
    memcpy(parameter + start, prefix, strlen(prefix));
    const postern_fault fault = parse(rcpt_to, parameter, start + size);
    expect_fault(fault, size > limit ? POSTERN_ERROR_PARAMETER_VALUE : POSTERN_ERROR_NONE,
                 size > limit ? start + limit : 0, keyword);
    guard_release();
    if (size > limit) { /* something wrong behind the limit does not matter, at the limit it does not either */
        parameter[start + size - 1] = '+';
        expect_fault(parse(rcpt_to, parameter, start + size), POSTERN_ERROR_PARAMETER_VALUE, start + limit, keyword);
        guard_release();
    }
}

static void test_limits(void **state) {
    (void)state;
    for (size_t size = 98; size <= 104; size++) {
        expect_limit(false, "ENVID", "", size, 100);
    }
    for (size_t size = 492; size <= 498; size++) {
        expect_limit(true, "ORCPT", "rfc822;", size, 494);
    }
    for (size_t size = 998; size <= 1004; size++) {
        expect_limit(false, "SOLICIT", "", size, 1000);
    }
    /* Without its semicolon, ORCPT is wrong at its end, or too long. */
    char parameter[1024] = "ORCPT=";
    memset(parameter + 6, 'x', sizeof parameter - 6);
    for (size_t size = 492; size <= 498; size++) {
        expect_fault(parse(true, parameter, 6 + size), POSTERN_ERROR_PARAMETER_VALUE, 6 + (size < 494 ? size : 494),
                     "a long type");
        guard_release();
    }
}

/* A mailbox of `size` octets, each escaped or none. */
static bool encoded_accepted(const char *keyword, size_t size, bool escaped) {
    char parameter[LINE_MAX_OCTETS];
    uint8_t box[300];
    memset(box, 'x', sizeof box);
    box[1] = '@';
    for (size_t i = 40; i < size - 1; i += 40) {
        box[i] = '.';
    }
    size_t at = (size_t)snprintf(parameter, sizeof parameter, "%s=", keyword);
    for (size_t i = 0; i < size; i++) {
        at += (size_t)snprintf(parameter + at, sizeof parameter - at, escaped ? "+%02X" : "%c", box[i]);
    }
    return accepted(false, parameter);
}

static void test_encoded_limits(void **state) {
    (void)state;
    for (size_t size = 252; size <= 258; size++) {
        assert_int_equal(encoded_accepted("AUTH", size, false), size <= 254);
        assert_int_equal(encoded_accepted("AUTH", size, true), size <= 254);
        assert_int_equal(encoded_accepted("SUBMITTER", size, false), size <= 254);
        assert_int_equal(encoded_accepted("SUBMITTER", size, true), size <= 254);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),        cmocka_unit_test(test_every_octet),  cmocka_unit_test(test_short),
        cmocka_unit_test(test_notify),         cmocka_unit_test(test_size),         cmocka_unit_test(test_by),
        cmocka_unit_test(test_days),           cmocka_unit_test(test_leap_seconds), cmocka_unit_test(test_limits),
        cmocka_unit_test(test_encoded_limits),
    };
    return cmocka_run_group_tests_name("value", tests, NULL, NULL);
}
