/* layer_format.c: the laws of the command lines that client.h writes. Toolkit room: fuzz/.
 *
 * INJ       a command that a strict server reads is written as one line that says it; with any octet that ends a line
 *           in it, or in a transaction that did not ask for its UTF-8, it is refused, with the place; so is a path or a
 *           parameter that goes on as another parameter
 * LIMIT     into a room that is large enough, and into none that is not
 * CONTRACT  misuse is told, and nothing written
 *
 * SPDX-License-Identifier: MIT */
#include "../copy.h"
#include "judging.h"

#include <postern/client.h>
#include <postern/fuzz/exact.h>

#include <string.h>

enum {
    LINE_MOST = POSTERN_AUTH_LINE_MAX + 64,
    INPUTS_A_TURN = 4 /* a command is parsed again for each line that is written */
};

typedef struct draft {
    size_t size;
    uint8_t octets[LINE_MOST];
} draft;

/* A command that a server reads under SMTPUTF8, and the call that asks for it. */
typedef struct trial {
    const uint8_t *line; /* the exact copy, with CRLF */
    size_t size;
    postern_command command;
    postern_request request;
    size_t begin; /* where path or argument begin on the line */
    draft wanted; /* the line as it is to be written */
    uint32_t hash;
    pf_violation *violation;
} trial;

static uint8_t out[LINE_MOST + 1];

static bool wrong(const trial *t, const char *law, const char *expected, const char *seen) {
    (void)pf_unlawful(t->violation, law, "client.h", postern_verb_describe(t->command.verb)->name, t->wanted.octets,
                      t->wanted.size, 0, "%s", seen);
    return pf_expected(t->violation, "%s", expected);
}

static const char *words_of(postern_status status, postern_fault fault) {
    if (status == POSTERN_MISUSE) return "misuse";
    return status == POSTERN_COMPLETE ? "a line" : postern_error_describe(fault.error)->name;
}

/* ---- The call, and its line ---- */

static bool has_path(postern_verb verb) {
    return verb == POSTERN_VERB_MAIL || verb == POSTERN_VERB_RCPT || verb == POSTERN_VERB_SEND ||
           verb == POSTERN_VERB_SOML || verb == POSTERN_VERB_SAML;
}

static void put(draft *line, const void *octets, size_t size) {
    PF_CHECK(size <= sizeof line->octets - line->size);
    pf_copy(line->octets + line->size, octets, size);
    line->size += size;
}

static void put_word(draft *line, const char *word) {
    put(line, word, strlen(word));
}

static void ask(trial *t) {
    const postern_command *command = &t->command;
    const postern_verb verb = command->verb;

    t->wanted.size = 0;
    put_word(&t->wanted, postern_verb_describe(verb)->name);
    t->request = (postern_request){.verb = verb};
    if (!has_path(verb)) {
        t->request.argument = command->argument;
        if (command->argument.size > 0) put_word(&t->wanted, " ");
        t->begin = t->wanted.size;
        put(&t->wanted, command->argument.data, command->argument.size);
    } else {
        t->request.path = (postern_slice){command->path.raw.data + 1, command->path.raw.size - 2};
        t->request.parameters = command->parameters;
        t->request.parameter_count = command->parameter_count;
        put_word(&t->wanted, verb == POSTERN_VERB_RCPT ? " TO:<" : " FROM:<");
        t->begin = t->wanted.size;
        put(&t->wanted, t->request.path.data, t->request.path.size);
        put_word(&t->wanted, ">");
        for (size_t i = 0; i < command->parameter_count; i++) {
            const postern_parameter *parameter = &command->parameters[i];
            put_word(&t->wanted, " ");
            put(&t->wanted, parameter->keyword.data, parameter->keyword.size);
            if (parameter->value.data != NULL) put_word(&t->wanted, "=");
            put(&t->wanted, parameter->value.data, parameter->value.size);
        }
    }
    put_word(&t->wanted, "\r\n");
}

/* ---- INJ ---- */

/* A character beyond ASCII that is a line end somewhere. Returns: where the first one is, or the size of the line. */
static size_t foreign_end(const draft *line) {
    for (size_t i = 0; i + 2 < line->size; i++) {
        const uint8_t *at = line->octets + i;
        if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0) return i;
        if (at[0] == 0xe2 && at[1] == 0x80 && (at[2] == 0xa8 || at[2] == 0xa9)) return i;
    }
    return line->size;
}

static bool refused(postern_status status, size_t written, postern_fault fault, postern_error error, size_t offset) {
    return status == POSTERN_WRONG && written == 0 && fault.error == error && fault.offset == offset;
}

/* What is written in a transaction is what a server reads in it. */
static bool as_read(const trial *t, bool smtputf8) {
    static postern_command read;
    const postern_command_options options = {.extensions = POSTERN_EXT_ALL, .smtputf8 = smtputf8};
    postern_fault fault, expected;
    size_t n = 1;

    const postern_status server = postern_command_parse(&read, t->line, t->size, &options, &expected);
    const postern_status status = postern_command_format(out, t->wanted.size, &t->request, &options, &n, &fault);
    const size_t foreign = foreign_end(&t->wanted);
    if (server == POSTERN_COMPLETE && foreign < t->wanted.size)
        return refused(status, n, fault, POSTERN_ERROR_ARGUMENT_SYNTAX, foreign) ||
               wrong(t, "INJ", "what ends a line somewhere, refused", words_of(status, fault));
    if (server != POSTERN_COMPLETE)
        return refused(status, n, fault, expected.error, expected.offset) ||
               wrong(t, "INJ", postern_error_describe(expected.error)->name, words_of(status, fault));
    if (status != POSTERN_COMPLETE) return wrong(t, "INJ", "a line, for a server reads it", words_of(status, fault));
    return (n == t->wanted.size && memcmp(out, t->wanted.octets, n) == 0) ||
           wrong(t, "INJ", "the line that says what was asked", "another");
}

/* An octet that ends a line, in the place of any of the path or the argument. */
static bool no_line_end(const trial *t) {
    static const struct {
        uint8_t octet;
        postern_error error;
    } ends[] = {{'\r', POSTERN_ERROR_BARE_CR}, {'\n', POSTERN_ERROR_BARE_LF}, {'\0', POSTERN_ERROR_NUL}};
    static uint8_t changed[LINE_MOST];
    const postern_command_options options = {.extensions = POSTERN_EXT_ALL, .smtputf8 = true};
    postern_request request = t->request;
    postern_slice *part = has_path(request.verb) ? &request.path : &request.argument;
    const size_t end = t->hash / INPUTS_A_TURN % 3;
    postern_fault fault;
    size_t n = 1;

    if (part->size == 0) return true;
    const size_t at = (t->hash >> 8) % part->size;
    memcpy(changed, part->data, part->size);
    changed[at] = ends[end].octet;
    part->data = changed;
    const postern_status status = postern_command_format(out, sizeof out, &request, &options, &n, &fault);
    return refused(status, n, fault, ends[end].error, t->begin + at) ||
           wrong(t, "INJ", "an octet that ends a line, refused in its place", words_of(status, fault));
}

/* Octets of a parameter on the line, with the space before it. */
static size_t parameter_size(const postern_parameter *parameter) {
    return 1 + parameter->keyword.size + (parameter->value.data != NULL ? 1 + parameter->value.size : 0);
}

/* A path that goes on behind its bracket, as the first parameter does. */
static bool no_parameter_in_path(const trial *t) {
    const postern_command_options options = {.extensions = POSTERN_EXT_ALL, .smtputf8 = true};
    postern_request request = t->request;
    postern_fault fault;
    size_t n = 1;

    if (request.parameter_count == 0) return true;
    request.path =
        (postern_slice){t->wanted.octets + t->begin, request.path.size + 1 + parameter_size(&request.parameters[0])};
    request.parameter_count--;
    request.parameters++;
    const postern_status status = postern_command_format(out, sizeof out, &request, &options, &n, &fault);
    return (status == POSTERN_WRONG && n == 0) ||
           wrong(t, "INJ", "a path with a parameter in it, refused", words_of(status, fault));
}

/* Two parameters that stand side by side, handed in as one: the line would be the one that asks for both. */
static bool no_parameter_in_parameter(const trial *t) {
    static postern_parameter parameters[POSTERN_PARAMETERS_MAX];
    const postern_command_options options = {.extensions = POSTERN_EXT_ALL, .smtputf8 = true};
    const size_t count = t->request.parameter_count;
    postern_request request = t->request;
    postern_fault fault;
    size_t n = 1;

    if (count < 2) return true;
    const size_t joined = t->hash / INPUTS_A_TURN % (count - 1);
    size_t begin = t->begin + request.path.size + 1;
    for (size_t i = 0; i < joined; i++) begin += parameter_size(&request.parameters[i]);
    for (size_t i = 0; i + 1 < count; i++) parameters[i] = request.parameters[i <= joined ? i : i + 1];
    postern_parameter *one = &parameters[joined];
    const size_t more = parameter_size(&request.parameters[joined + 1]);
    if (one->value.data != NULL)
        one->value = (postern_slice){t->wanted.octets + begin + 1 + one->keyword.size + 1, one->value.size + more};
    else
        one->keyword = (postern_slice){t->wanted.octets + begin + 1, one->keyword.size + more};
    request.parameters = parameters;
    request.parameter_count = count - 1;
    const postern_status status = postern_command_format(out, sizeof out, &request, &options, &n, &fault);
    return refused(status, n, fault, POSTERN_ERROR_PARAMETER_SYNTAX, begin) ||
           wrong(t, "INJ", "two parameters as one, refused in their place", words_of(status, fault));
}

/* ---- LIMIT ---- */

static bool keeps_capacity(const trial *t) {
    enum { GUARD = 0xa5 };
    const postern_command_options options = {.extensions = POSTERN_EXT_ALL, .smtputf8 = true};
    const size_t less = (t->hash >> 8) % t->wanted.size;
    postern_fault fault;
    size_t n = 1;

    out[less] = GUARD;
    const postern_status status = postern_command_format(out, less, &t->request, &options, &n, &fault);
    return (status == POSTERN_WRONG && fault.error == POSTERN_ERROR_CAPACITY && n == 0 && out[less] == GUARD) ||
           wrong(t, "LIMIT", "a capacity that is not enough, refused", words_of(status, fault));
}

/* ---- CONTRACT ---- */

/* A verb that is none; what a verb has no use for. */
static bool misuse(pf_violation *v) {
    const postern_slice text = {(const uint8_t *)"a@b", 3};
    const postern_parameter parameter = {.keyword = {(const uint8_t *)"X", 1}};
    const postern_request requests[] = {
        {.verb = POSTERN_VERB_UNKNOWN},
        {.verb = POSTERN_VERB_COUNT},
        {.verb = POSTERN_VERB_MAIL, .path = text, .argument = text},
        {.verb = POSTERN_VERB_NOOP, .path = text},
        {.verb = POSTERN_VERB_VRFY, .argument = text, .parameters = &parameter, .parameter_count = 1},
    };
    const postern_command_options options = {.extensions = POSTERN_EXT_ALL};
    postern_fault fault;

    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        size_t n = 1;
        const postern_status status = postern_command_format(out, sizeof out, &requests[i], &options, &n, &fault);
        if (status == POSTERN_MISUSE && n == 0) continue;
        (void)pf_unlawful(v, "CONTRACT", "client.h", NULL, text.data, text.size, 0, "call %zu: %s", i,
                          words_of(status, fault));
        return pf_expected(v, "misuse, and nothing written");
    }
    return true;
}

bool pf_laws_format(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation) {
    static uint8_t line[LINE_MOST];
    static trial t;
    const postern_command_options options = {.extensions = POSTERN_EXT_ALL, .smtputf8 = true};
    postern_fault fault;

    t.hash = pf_hash(octets, size);
    if (!thorough && t.hash % INPUTS_A_TURN != 0) return true;
    const bool ends = size >= 2 && octets[size - 2] == '\r' && octets[size - 1] == '\n';
    if (size > LINE_MOST - 2) return misuse(violation);
    pf_copy(line, octets, size);
    if (!ends) {
        line[size++] = '\r';
        line[size++] = '\n';
    }
    t.line = pf_exact_copy(line, size);
    t.size = size;
    t.violation = violation;
    bool good = true;
    if (postern_command_parse(&t.command, t.line, size, &options, &fault) == POSTERN_COMPLETE) {
        ask(&t);
        const bool foreign = foreign_end(&t.wanted) < t.wanted.size;
        good = as_read(&t, true) && as_read(&t, false) && no_line_end(&t) && no_parameter_in_path(&t) &&
               (foreign || (no_parameter_in_parameter(&t) && keeps_capacity(&t)));
    }
    pf_exact_release();
    return good && misuse(violation);
}
