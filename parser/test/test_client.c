/* test_client.c: what a client sends is what was asked for, or nothing: against a line that is put together and read
 * again in another way here, for each octet at each place.
 *
 * SPDX-License-Identifier: MIT */
#include "command_support.h"

#include <postern/client.h>
#include <postern/limits.h>

enum { LINE_MOST = 8192, GUARDED_MOST = 16 };

/* What a request is worth: a line, or an error and where it is. */
typedef struct worth {
    postern_status status;
    postern_fault fault;
    size_t size;
    uint8_t line[LINE_MOST];
} worth;

static postern_slice slice_of(const char *text) {
    return (postern_slice){(const uint8_t *)text, strlen(text)};
}

/* A copy of the slice flush against a guard page; an absent one stays absent. */
static postern_slice guarded(postern_slice slice) {
    return slice.data == NULL ? slice : (postern_slice){guard_copy(slice.data, slice.size), slice.size};
}

static void format(const postern_request *request, size_t capacity, const postern_command_options *options,
                   worth *got) {
    postern_parameter parameters[POSTERN_PARAMETERS_MAX + 2];
    postern_request asked = *request;
    size_t written = 99999;
    uint8_t *out = guard_buffer(capacity);

    asked.path = guarded(request->path);
    asked.argument = guarded(request->argument);
    for (size_t i = 0; i < request->parameter_count; i++) {
        parameters[i] = request->parameters[i];
        if (i >= GUARDED_MOST) continue;
        parameters[i].keyword = guarded(parameters[i].keyword);
        parameters[i].value = guarded(parameters[i].value);
    }
    asked.parameters = request->parameter_count > 0 ? parameters : NULL;
    *got = (worth){.fault = {POSTERN_ERROR_SHUTDOWN, 99}};
    got->status = postern_command_format(out, capacity, &asked, options, &written, &got->fault);
    assert_in_range(written, 0, capacity);
    assert_true(got->status == POSTERN_COMPLETE || written == 0);
    assert_int_equal(got->status == POSTERN_WRONG, got->fault.error != POSTERN_ERROR_NONE);
    assert_true(got->fault.error != POSTERN_ERROR_NONE || got->fault.offset == 0);
    got->size = written;
    memcpy(got->line, out, written);
    guard_release();
}

/* ---- the same in another way ---- */

typedef struct text {
    size_t size;
    uint8_t octets[LINE_MOST];
} text;

static void add(text *to, const void *octets, size_t size) {
    assert_in_range(size, 0, LINE_MOST - to->size);
    if (size > 0) {
        memcpy(to->octets + to->size, octets, size);
    }
    to->size += size;
}

/* Is the slice that was read the one that was asked for, between these? */
static bool is_asked(postern_slice read, const char *before, postern_slice asked, const char *behind) {
    static text wanted;
    wanted.size = 0;
    add(&wanted, before, strlen(before));
    add(&wanted, asked.data, asked.size);
    add(&wanted, behind, strlen(behind));
    return read.size == wanted.size && (read.size == 0 || memcmp(read.data, wanted.octets, read.size) == 0);
}

static bool reads_the_same(const postern_command *read, const postern_request *asked, bool with_path) {
    if (read->verb != asked->verb) return false;
    if (!with_path) return is_asked(read->argument, "", asked->argument, "");
    if (!is_asked(read->path.raw, "<", asked->path, ">")) return false;
    if (read->parameter_count != asked->parameter_count) return false;
    for (size_t i = 0; i < asked->parameter_count; i++) {
        const postern_parameter *a = &asked->parameters[i];
        const postern_parameter *r = &read->parameters[i];
        if (!is_asked(r->keyword, "", a->keyword, "") || !is_asked(r->value, "", a->value, "")) return false;
        if ((a->value.data == NULL) != (r->value.data == NULL)) return false;
    }
    return true;
}

static bool has_foreign_line_end(const text *line) {
    static const char *const ends[] = {"\xe2\x80\xa8", "\xe2\x80\xa9"};
    for (size_t i = 0; i + 2 < line->size; i++) {
        for (size_t j = 0; j < COUNT_OF(ends); j++)
            if (memcmp(line->octets + i, ends[j], 3) == 0) return true;
        if (line->octets[i] == 0xc2 && line->octets[i + 1] >= 0x80 && line->octets[i + 1] < 0xa0) return true;
    }
    return false;
}

/* May the request be sent? In: options without leniencies. */
static bool may_be_sent(const postern_request *asked, const postern_command_options *options, text *line) {
    const char *name = postern_verb_describe(asked->verb)->name;
    const bool with_path = strstr("MAIL SEND SOML SAML RCPT", name) != NULL;
    postern_command command;
    postern_fault fault;

    line->size = 0;
    add(line, name, strlen(name));
    if (with_path) {
        add(line, asked->verb == POSTERN_VERB_RCPT ? " TO:<" : " FROM:<", asked->verb == POSTERN_VERB_RCPT ? 5 : 7);
        add(line, asked->path.data, asked->path.size);
        add(line, ">", 1);
        for (size_t i = 0; i < asked->parameter_count; i++) {
            add(line, " ", 1);
            add(line, asked->parameters[i].keyword.data, asked->parameters[i].keyword.size);
            if (asked->parameters[i].value.data != NULL) add(line, "=", 1);
            add(line, asked->parameters[i].value.data, asked->parameters[i].value.size);
        }
    } else if (asked->argument.size > 0) {
        add(line, " ", 1);
        add(line, asked->argument.data, asked->argument.size);
    }
    for (size_t i = 0; i < line->size; i++)
        if (line->octets[i] == '\r' || line->octets[i] == '\n' || line->octets[i] == '\0') return false;
    add(line, "\r\n", 2);
    return line->size <= postern_command_limit(asked->verb, options->extensions) &&
           postern_command_parse(&command, line->octets, line->size, options, &fault) == POSTERN_COMPLETE &&
           !has_foreign_line_end(line) && reads_the_same(&command, asked, with_path);
}

static void expect_as_reference(const postern_request *request, const postern_command_options *options) {
    static worth got;
    static text line;
    const bool may = may_be_sent(request, options, &line);
    format(request, LINE_MOST, options, &got);
    if ((got.status == POSTERN_COMPLETE) != may) {
        fail_msg("\"%s\" is %s: %s at %zu", escape(line.octets, line.size), may ? "refused" : "sent",
                 postern_error_describe(got.fault.error)->name, got.fault.offset);
    }
    if (may) {
        assert_int_equal(got.size, line.size);
        assert_memory_equal(got.line, line.octets, line.size);
    } else {
        assert_in_range(got.fault.offset, 0, line.size);
    }
}

/* ---- each octet at each place ---- */

/* Requests that are lawful as they are. */
static const struct {
    postern_verb verb;
    const char *path;
    const char *argument;
    const char *keyword;
    const char *value;
} good[] = {
    {POSTERN_VERB_EHLO, NULL, "a.b", NULL, NULL},
    {POSTERN_VERB_HELO, NULL, "a.b", NULL, NULL},
    {POSTERN_VERB_LHLO, NULL, "a.b", NULL, NULL},
    {POSTERN_VERB_MAIL, "a@b", NULL, "X", "1"},
    {POSTERN_VERB_MAIL, "\"a b\"@b", NULL, "SMTPUTF8", NULL},
    {POSTERN_VERB_MAIL, "", NULL, "SIZE", "10"},
    {POSTERN_VERB_RCPT, "a@[IPv6:::1]", NULL, "ORCPT", "rfc822;a"},
    {POSTERN_VERB_RCPT, "\"\\\"\"@b", NULL, NULL, NULL},
    {POSTERN_VERB_SEND, "a@b", NULL, NULL, NULL},
    {POSTERN_VERB_SOML, "a@b", NULL, NULL, NULL},
    {POSTERN_VERB_SAML, "a@b", NULL, NULL, NULL},
    {POSTERN_VERB_DATA, NULL, "", NULL, NULL},
    {POSTERN_VERB_BDAT, NULL, "5 LAST", NULL, NULL},
    {POSTERN_VERB_RSET, NULL, "", NULL, NULL},
    {POSTERN_VERB_NOOP, NULL, "a", NULL, NULL},
    {POSTERN_VERB_QUIT, NULL, "", NULL, NULL},
    {POSTERN_VERB_VRFY, NULL, "a@b SMTPUTF8", NULL, NULL},
    {POSTERN_VERB_EXPN, NULL, "\"a b\"", NULL, NULL},
    {POSTERN_VERB_HELP, NULL, "a", NULL, NULL},
    {POSTERN_VERB_STARTTLS, NULL, "", NULL, NULL},
    {POSTERN_VERB_AUTH, NULL, "PLAIN AA==", NULL, NULL},
    {POSTERN_VERB_BURL, NULL, "imap://a/b LAST", NULL, NULL},
    {POSTERN_VERB_ETRN, NULL, "@a.b", NULL, NULL},
    {POSTERN_VERB_ATRN, NULL, "a.b,c.d", NULL, NULL},
    {POSTERN_VERB_TURN, NULL, "", NULL, NULL},
    {POSTERN_VERB_XCLIENT, NULL, "NAME=a ADDR=1", NULL, NULL},
    {POSTERN_VERB_XFORWARD, NULL, "NAME=a", NULL, NULL},
    {POSTERN_VERB_VERB, NULL, "", NULL, NULL},
    {POSTERN_VERB_ONEX, NULL, "", NULL, NULL},
};

/* Put the octets into a copy of the text, at a place; instead of what stands there, or before it. */
static postern_slice changed(const char *old, const char *octets, size_t size, size_t at, bool instead) {
    static text copies[4];
    static size_t next;
    text *copy = &copies[next++ % COUNT_OF(copies)];
    const size_t behind = instead && at < strlen(old) ? at + 1 : at;
    copy->size = 0;
    add(copy, old, at);
    add(copy, octets, size);
    add(copy, old + behind, strlen(old) - behind);
    return (postern_slice){copy->octets, copy->size};
}

static void change_each_place(size_t which, const char *octets, size_t size) {
    const postern_command_options options = {.extensions = POSTERN_EXT_ALL, .smtputf8 = true};
    const char *const parts[] = {good[which].path, good[which].argument, good[which].keyword, good[which].value};
    for (size_t part = 0; part < COUNT_OF(parts); part++) {
        for (size_t at = 0; parts[part] != NULL && at <= strlen(parts[part]); at++) {
            for (int instead = 0; instead < 2; instead++) {
                const postern_slice slice = changed(parts[part], octets, size, at, instead);
                postern_slice slices[4] = {{0}};
                for (size_t i = 0; i < 4; i++)
                    if (parts[i] != NULL) slices[i] = i == part ? slice : slice_of(parts[i]);
                const postern_parameter parameter = {.keyword = slices[2], .value = slices[3]};
                const postern_request request = {.verb = good[which].verb,
                                                 .path = slices[0],
                                                 .argument = slices[1],
                                                 .parameters = &parameter,
                                                 .parameter_count = good[which].keyword != NULL};
                expect_as_reference(&request, &options);
            }
        }
    }
}

static void each_octet_at_each_place(void **state) {
    (void)state;
    for (size_t which = 0; which < COUNT_OF(good); which++) {
        for (unsigned octet = 0; octet < 256; octet++) {
            const char octets[1] = {(char)octet};
            change_each_place(which, octets, 1);
        }
    }
}

static void more_octets_at_each_place(void **state) {
    (void)state;
    static const char *const runs[] = {
        "\r\n",         "\n\r",         "\r\nQUIT\r\n",    "> X=<",        "> ",
        "\xc2\x80",     "\xc2\x85",     "\xc2\x9f",        "\xc2\xa0",     "\xe2\x80\xa7",
        "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaa",    "\xe2\x81\xa8", "\xe3\x80\xa8",
        " A",           " A=1",         " A=1 ",           " \t",          "=",
        "\xc3\x85",     "<>",           "\xf0\x9f\x93\xa7"};
    for (size_t which = 0; which < COUNT_OF(good); which++)
        for (size_t run = 0; run < COUNT_OF(runs); run++) change_each_place(which, runs[run], strlen(runs[run]));
}

/* ---- limits ---- */

static void lengths(void **state) {
    (void)state;
    static worth got;
    static char name[1024];
    const postern_command_options none = {0};
    memset(name, 'a', sizeof name);
    for (size_t size = 500; size <= 520; size++) {
        const postern_request request = {.verb = POSTERN_VERB_NOOP, .argument = {(const uint8_t *)name, size}};
        const bool fits = size + 7 <= POSTERN_COMMAND_LINE_MAX;
        format(&request, LINE_MOST, &none, &got);
        assert_int_equal(got.status, fits ? POSTERN_COMPLETE : POSTERN_WRONG);
        if (!fits) expect_fault(got.fault, POSTERN_ERROR_LINE_TOO_LONG, POSTERN_COMMAND_LINE_MAX, "a long line");
    }
}

/* The extensions in force make the line longer, and an octet that is wrong counts before the length. */
static void length_with_extensions(void **state) {
    (void)state;
    static worth got;
    static char value[4096];
    postern_parameter parameter = {.keyword = slice_of("X"), .value = {(const uint8_t *)value, 0}};
    const postern_request request = {.verb = POSTERN_VERB_MAIL,
                                     .path = slice_of("a@b"),
                                     .parameters = &parameter,
                                     .parameter_count = 1};
    memset(value, 'a', sizeof value);
    const uint32_t sets[] = {POSTERN_EXT_NONE, POSTERN_EXT_SIZE, POSTERN_EXT_ALL};
    for (size_t i = 0; i < COUNT_OF(sets); i++) {
        const postern_command_options options = {.extensions = sets[i]};
        const size_t limit = postern_command_limit(POSTERN_VERB_MAIL, sets[i]);
        parameter.value.size = limit - strlen("MAIL FROM:<a@b> X=\r\n");
        format(&request, LINE_MOST, &options, &got);
        assert_int_equal(got.status, POSTERN_COMPLETE);
        assert_int_equal(got.size, limit);
        parameter.value.size++;
        format(&request, LINE_MOST, &options, &got);
        expect_fault(got.fault, POSTERN_ERROR_LINE_TOO_LONG, limit, "one more");
        /* In the last place that is lawful, and behind it. */
        value[parameter.value.size - 1] = '\n';
        format(&request, LINE_MOST, &options, &got);
        expect_fault(got.fault, POSTERN_ERROR_BARE_LF, limit - 2, "LF in that place");
        value[parameter.value.size - 1] = 'a';
        value[parameter.value.size] = '\n';
        parameter.value.size++;
        format(&request, LINE_MOST, &options, &got);
        expect_fault(got.fault, POSTERN_ERROR_LINE_TOO_LONG, limit, "LF behind it");
        value[parameter.value.size - 1] = 'a';
    }
}

/* Just the room that is needed suffices; less is refused, and never overrun. */
static void capacity(void **state) {
    (void)state;
    static worth got;
    const postern_command_options options = {.extensions = POSTERN_EXT_ALL};
    const postern_parameter parameter = {.keyword = slice_of("SIZE"), .value = slice_of("1")};
    const postern_request requests[] = {
        {.verb = POSTERN_VERB_MAIL, .path = slice_of("a@b"), .parameters = &parameter, .parameter_count = 1},
        {.verb = POSTERN_VERB_QUIT},
        {.verb = POSTERN_VERB_EHLO, .argument = slice_of("a.b")},
    };
    for (size_t i = 0; i < COUNT_OF(requests); i++) {
        format(&requests[i], LINE_MOST, &options, &got);
        assert_int_equal(got.status, POSTERN_COMPLETE);
        const size_t needed = got.size;
        for (size_t room = 0; room < needed; room++) {
            format(&requests[i], room, &options, &got);
            assert_int_equal(got.status, POSTERN_WRONG);
            expect_fault(got.fault, POSTERN_ERROR_CAPACITY, room, "little room");
        }
        format(&requests[i], needed, &options, &got);
        assert_int_equal(got.status, POSTERN_COMPLETE);
        assert_int_equal(got.size, needed);
    }
}

static void many_parameters(void **state) {
    (void)state;
    static worth got;
    static char keywords[POSTERN_PARAMETERS_MAX + 1][4];
    postern_parameter parameters[POSTERN_PARAMETERS_MAX + 1];
    const postern_command_options options = {.extensions = POSTERN_EXT_ALL};
    for (size_t i = 0; i < COUNT_OF(parameters); i++) {
        snprintf(keywords[i], sizeof keywords[i], "X%zu", i);
        parameters[i] = (postern_parameter){.keyword = slice_of(keywords[i])};
    }
    postern_request request = {.verb = POSTERN_VERB_MAIL,
                               .parameters = parameters,
                               .parameter_count = POSTERN_PARAMETERS_MAX};
    format(&request, LINE_MOST, &options, &got);
    assert_int_equal(got.status, POSTERN_COMPLETE);
    request.parameter_count++;
    format(&request, LINE_MOST, &options, &got);
    assert_int_equal(got.fault.error, POSTERN_ERROR_PARAMETER_TOO_MANY);
}

/* ---- misuse ---- */

static void misuse(void **state) {
    (void)state;
    static worth got;
    const postern_command_options options = {.extensions = POSTERN_EXT_ALL};
    const postern_parameter parameter = {.keyword = slice_of("X")};
    const postern_request requests[] = {
        {.verb = POSTERN_VERB_UNKNOWN, .argument = slice_of("a")},
        {.verb = POSTERN_VERB_COUNT},
        {.verb = POSTERN_VERB_NOOP, .path = slice_of("a")},
        {.verb = POSTERN_VERB_NOOP, .parameters = &parameter, .parameter_count = 1},
        {.verb = POSTERN_VERB_RCPT, .path = slice_of("a@b"), .argument = slice_of("a")},
    };
    for (size_t i = 0; i < COUNT_OF(requests); i++) {
        format(&requests[i], LINE_MOST, &options, &got);
        assert_int_equal(got.status, POSTERN_MISUSE);
    }
}

/* ---- vectors ---- */

/* "KEYWORD=VALUE|KEYWORD", in escapes. Returns: how many. */
static size_t read_parameters(const char *field, postern_parameter *parameters) {
    static uint8_t octets[8][64];
    size_t count = 0;
    if (strcmp(field, "-") == 0) return 0;
    for (bool more = true; more; count++) {
        char one[256] = {0};
        size_t size;
        const size_t length = strcspn(field, "|");
        assert_true(count < COUNT_OF(octets) && length < sizeof one);
        memcpy(one, field, length);
        assert_true(unescape(one, octets[count], sizeof octets[count], &size));
        const uint8_t *equals = size > 0 ? memchr(octets[count], '=', size) : NULL;
        const size_t keyword = equals != NULL ? (size_t)(equals - octets[count]) : size;
        parameters[count] = (postern_parameter){.keyword = {octets[count], keyword}};
        if (equals != NULL) parameters[count].value = (postern_slice){equals + 1, size - keyword - 1};
        more = field[length] == '|';
        field += length + more;
    }
    return count;
}

static void visit(const vector *row) {
    static worth got;
    uint8_t line[512];
    size_t size;
    postern_parameter parameters[8];
    const char *verb = vector_field(row, 0);
    const postern_command_options options = options_named(vector_field(row, 1));
    postern_request request = {.verb = postern_verb_find((const uint8_t *)verb, strlen(verb))};
    const bool with_path = strstr("MAIL RCPT SEND SOML SAML", verb) != NULL;
    *(with_path ? &request.path : &request.argument) = (postern_slice){row->input, row->size};
    request.parameter_count = read_parameters(vector_field(row, 2), parameters);
    request.parameters = parameters;
    format(&request, LINE_MOST, &options, &got);
    if (strcmp(vector_field(row, 3), "-") == 0) {
        assert_int_equal(got.status, POSTERN_WRONG);
        expect_fault(got.fault, error_named(vector_field(row, 4)), vector_number(row, 5), row->title);
        return;
    }
    assert_true(unescape(vector_field(row, 3), line, sizeof line - 2, &size));
    memcpy(line + size, "\r\n", 2);
    if (got.status != POSTERN_COMPLETE || got.size != size + 2 || memcmp(got.line, line, got.size) != 0)
        fail_msg("%s: \"%s\", %s at %zu", row->title, escape(got.line, got.size),
                 postern_error_describe(got.fault.error)->name, got.fault.offset);
}

static void vectors(void **state) {
    (void)state;
    vectors_each("requests.tsv", visit);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors),
        cmocka_unit_test(each_octet_at_each_place),
        cmocka_unit_test(more_octets_at_each_place),
        cmocka_unit_test(lengths),
        cmocka_unit_test(length_with_extensions),
        cmocka_unit_test(capacity),
        cmocka_unit_test(many_parameters),
        cmocka_unit_test(misuse),
    };
    return cmocka_run_group_tests_name("client", tests, NULL, NULL);
}
