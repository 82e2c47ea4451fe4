/* layer_command.c: the laws of command.h. Toolkit room: fuzz/.
 *
 * REF    verdict, error, offset and every field are those of the model, with all extensions in force and with none
 * ROUND  a command that was parsed, printed and parsed again is the same
 * CONTRACT  what does not end in CRLF is misuse
 * A leniency lets in what it says, as the strict line that it stands for, and nothing else.
 * Slices lie in the line; the size of BDAT is read alike by both functions that read it.
 *
 * SPDX-License-Identifier: MIT */
#include "judging.h"
#include "kin.h"
#include "lenient.h"

#include <postern/fuzz/exact.h>
#include <postern/fuzz/libpostern.h>

#include <string.h>

enum { LINE_MOST = POSTERN_AUTH_LINE_MAX + 64 };

/* One line under one set of options. */
typedef struct trial {
    const uint8_t *line; /* the exact copy */
    size_t size;
    const uint8_t *input; /* the same octets, for the report */
    postern_command_options options;
    postern_command command;
    postern_status status;
    postern_fault fault;
    pf_violation *violation;
} trial;

static const char *verb_name(postern_verb verb) {
    return verb == POSTERN_VERB_UNKNOWN ? "UNKNOWN" : postern_verb_describe(verb)->name;
}

static bool wrong(const trial *t, const char *law, const char *expected, const char *seen) {
    (void)pf_unlawful(t->violation, law, postern_verb_describe(t->command.verb)->section, verb_name(t->command.verb),
                      t->input, t->size, 0, "%s", seen);
    return pf_expected(t->violation, "%s", expected);
}

/* ---- REF ---- */

static bool stands(const trial *t, postern_slice slice, bool there, pf_span span) {
    if (!there || slice.data == NULL) return !there && slice.data == NULL;
    return slice.data == t->line + span.begin && slice.size == span.end - span.begin;
}

static pf_domain_kind kind_as(postern_domain_kind kind) {
    switch (kind) {
    case POSTERN_DOMAIN_NAME: return PF_DOMAIN_NAME;
    case POSTERN_DOMAIN_IPV4: return PF_DOMAIN_IPV4;
    case POSTERN_DOMAIN_IPV6: return PF_DOMAIN_IPV6;
    case POSTERN_DOMAIN_GENERAL: return PF_DOMAIN_GENERAL;
    default: return PF_DOMAIN_NONE;
    }
}

/* The whole of a path, and of the mailbox in it. */
static bool same_whole(const trial *t, const pf_model_path *path, size_t begin) {
    const postern_path *ours = &t->command.path;
    bool non_ascii = false;

    if (path->null) return stands(t, ours->raw, true, (pf_span){begin, begin + 2});
    if (path->postmaster) return stands(t, ours->raw, true, (pf_span){path->local.begin - 1, path->local.end + 1});
    const pf_span whole = {begin, path->domain.end + 1};
    const pf_span mailbox = {path->local.begin, path->domain.end};
    for (size_t i = mailbox.begin; i < mailbox.end; i++) non_ascii = non_ascii || t->line[i] > 127;
    return stands(t, ours->raw, true, whole) && stands(t, ours->mailbox.raw, true, mailbox) &&
           ours->mailbox.non_ascii == non_ascii;
}

static bool same_path(const trial *t, const pf_model_path *path, size_t argument) {
    const postern_path *ours = &t->command.path;

    if (ours->raw.data == NULL)
        return t->command.verb == POSTERN_VERB_VRFY || t->command.verb == POSTERN_VERB_EXPN || !path->present;
    if (!path->present || !same_whole(t, path, argument + strcspn((const char *)t->line + argument, "<"))) return false;
    if (path->null || path->postmaster) return ours->null == path->null && ours->postmaster == path->postmaster;
    return !ours->null && !ours->postmaster && ours->mailbox.quoted == path->quoted &&
           kind_as(ours->mailbox.kind) == path->kind && stands(t, ours->mailbox.local, true, path->local) &&
           stands(t, ours->mailbox.domain, true, path->domain) &&
           stands(t, ours->route, path->route.end > path->route.begin, path->route);
}

/* Where the octet stands first in a part of the line, or the end of the part. */
static size_t place_of(const trial *t, char octet, size_t begin, size_t end) {
    const uint8_t *found = memchr(t->line + begin, octet, end - begin);
    return found != NULL ? (size_t)(found - t->line) : end;
}

/* The words behind the other verbs that are parameters: SMTPUTF8 (VRFY, EXPN), and attributes (XCLIENT, XFORWARD). */
static bool same_words_with_keywords(const trial *t, const pf_model_command *model) {
    const postern_command *ours = &t->command;
    const bool attributes = ours->verb == POSTERN_VERB_XCLIENT || ours->verb == POSTERN_VERB_XFORWARD;
    const postern_parameter_id id = !model->smtputf8                  ? POSTERN_PARAMETER_UNKNOWN
                                    : ours->verb == POSTERN_VERB_VRFY ? POSTERN_PARAMETER_VRFY_SMTPUTF8
                                                                      : POSTERN_PARAMETER_EXPN_SMTPUTF8;
    const size_t end = attributes || model->smtputf8 ? model->argument.end : 0;
    size_t at = attributes ? model->argument.begin : end - (model->smtputf8 ? strlen("SMTPUTF8") : 0);
    size_t count = 0;

    for (; at < end && count < ours->parameter_count; count++) {
        const postern_parameter *parameter = &ours->parameters[count];
        const size_t behind = place_of(t, ' ', at, end);
        const size_t equals = place_of(t, '=', at, behind);
        if (parameter->id != id || !stands(t, parameter->keyword, true, (pf_span){at, equals}) ||
            !stands(t, parameter->value, equals < behind, (pf_span){equals + 1, behind}))
            return false;
        at = behind + 1;
    }
    return at >= end && count == ours->parameter_count &&
           ours->values.given == (model->smtputf8 ? UINT32_C(1) << id : 0);
}

static bool same_parameters(const trial *t, const pf_model_command *model) {
    if (t->command.verb != POSTERN_VERB_MAIL && t->command.verb != POSTERN_VERB_RCPT)
        return same_words_with_keywords(t, model);
    if (t->command.parameter_count != model->parameter_count) return false;
    for (size_t i = 0; i < model->parameter_count; i++) {
        const postern_parameter *ours = &t->command.parameters[i];
        const pf_model_parameter *theirs = &model->parameters[i];
        if (!stands(t, ours->keyword, true, theirs->keyword) ||
            !stands(t, ours->value, theirs->has_value, theirs->value) ||
            (ours->id != POSTERN_PARAMETER_UNKNOWN) != theirs->in_force)
            return false;
    }
    return true;
}

/* The fields that only some verbs have. */
static const char *other_field(const trial *t, const pf_model_command *model) {
    const postern_command *ours = &t->command;

    if (ours->verb == POSTERN_VERB_BDAT && (ours->chunk_size != model->chunk_size || ours->last != model->last))
        return "the size of the chunk as the model has it";
    if (ours->verb == POSTERN_VERB_AUTH && (!stands(t, ours->mechanism, true, model->mechanism) ||
                                            !stands(t, ours->initial, model->has_initial, model->initial)))
        return "mechanism and initial response as the model has them";
    if (ours->smtputf8 != model->smtputf8) return "SMTPUTF8 as the model has it";
    const bool binary =
        ours->values.given & 1u << POSTERN_PARAMETER_BODY && ours->values.body == POSTERN_BODY_BINARYMIME;
    if (ours->verb == POSTERN_VERB_MAIL && binary != model->binarymime) return "BODY as the model has it";
    return NULL;
}

/* What the fields of a verb that stand for words of the line are to say. */
static const char *same_words(const trial *t, const pf_model_command *model) {
    const postern_command *ours = &t->command;
    pf_span text = model->argument;

    switch (ours->verb) {
    case POSTERN_VERB_MAIL:
    case POSTERN_VERB_RCPT: return pf_values_fault(t->line, ours, model);
    case POSTERN_VERB_EHLO:
    case POSTERN_VERB_LHLO:
    case POSTERN_VERB_HELO:
        if (!stands(t, ours->domain, true, model->path.domain)) return "the domain as the model has it";
        return kind_as(ours->kind) == model->path.kind ? NULL : "the kind of the domain as the model has it";
    case POSTERN_VERB_ETRN: return stands(t, ours->domain, true, text) ? NULL : "all of the node";
    case POSTERN_VERB_VRFY:
    case POSTERN_VERB_EXPN:
        if (model->smtputf8) text.end -= strlen(" SMTPUTF8");
        break;
    case POSTERN_VERB_BURL:
        if (model->last) text.end -= strlen(" LAST");
        break;
    case POSTERN_VERB_NOOP:
    case POSTERN_VERB_HELP:
    case POSTERN_VERB_VERB:
    case POSTERN_VERB_ATRN: break;
    default: return ours->text.data == NULL && ours->domain.data == NULL ? NULL : "no words where there are none";
    }
    if (ours->verb == POSTERN_VERB_BURL && ours->last != model->last) return "LAST as the model has it";
    return stands(t, ours->text, model->has_argument, text) ? NULL : "the words as the model has them";
}

/* The octet behind the first one of that kind, or the end of the line. */
static size_t behind(const trial *t, char octet) {
    const uint8_t *found = memchr(t->line, octet, t->size);
    return found != NULL ? (size_t)(found - t->line) + 1 : t->size;
}

static pf_kin_input kin_input(const trial *t) {
    switch (t->command.verb) {
    case POSTERN_VERB_MAIL:
    case POSTERN_VERB_RCPT:
    case POSTERN_VERB_SEND:
    case POSTERN_VERB_SOML:
    case POSTERN_VERB_SAML: return (pf_kin_input){t->line, t->size, PF_KIN_PATH, behind(t, ':')};
    case POSTERN_VERB_VRFY:
    case POSTERN_VERB_EXPN: return (pf_kin_input){t->line, t->size, PF_KIN_MAILBOX, behind(t, ' ')};
    case POSTERN_VERB_EHLO:
    case POSTERN_VERB_LHLO:
    case POSTERN_VERB_HELO:
    case POSTERN_VERB_ETRN:
    case POSTERN_VERB_ATRN: return (pf_kin_input){t->line, t->size, PF_KIN_DOMAINS, behind(t, ' ')};
    default: return (pf_kin_input){t->line, t->size, PF_KIN_OTHER, 0};
    }
}

/* Which rule failed first, and where, is told in two ways by two recognisers: the reply is the same, and names and
 * places go together. */
static bool same_reply(const trial *t, const pf_model_verdict *verdict) {
    const postern_error_info *info = postern_error_describe(t->fault.error);
    const pf_kin_input input = kin_input(t);
    const char *wanted = "";

    if (pf_kin(&input, (pf_told_error){info->name, t->fault.offset}, (pf_told_error){verdict->error, verdict->offset},
               &wanted) &&
        info->code == verdict->code)
        return true;
    (void)wrong(t, "REF", "", "");
    t->violation->offset = t->fault.offset;
    (void)pf_seen(t->violation, "%d, %s at %zu", info->code, info->name, t->fault.offset);
    return pf_expected(t->violation, "%s of %d, %s at %zu", info->code == verdict->code ? wanted : "the reply",
                       verdict->code, verdict->error, verdict->offset);
}

/* Does it hold a CR, a LF or a NUL? */
static bool is_broken(const uint8_t *octets, size_t size) {
    return memchr(octets, '\r', size) != NULL || memchr(octets, '\n', size) != NULL || memchr(octets, 0, size) != NULL;
}

static bool as_model(const trial *t) {
    const pf_model_options options = {.extensions = t->options.extensions,
                                      .smtputf8 = t->options.smtputf8,
                                      .text_line = 1000,
                                      .recipients = 100};
    pf_model_command model;
    const pf_model_verdict verdict = pf_model_check_command(t->line, t->size, &options, &model);
    const char *error = verdict.error != NULL ? verdict.error : "a command";

    /* Lines that no framer lets through: the parser may call them what it likes, but not a command. */
    const bool too_long =
        t->size > POSTERN_COMMAND_LINE_MAX && t->size > postern_command_limit_max(t->options.extensions);
    if (is_broken(t->line, t->size - 2) || too_long)
        return t->status != POSTERN_COMPLETE || wrong(t, "REF", error, "a command");
    if ((verdict.result == PF_ACCEPT) != (t->status == POSTERN_COMPLETE))
        return wrong(t, "REF", error,
                     t->status == POSTERN_COMPLETE ? "a command" : postern_error_describe(t->fault.error)->name);
    if (t->status != POSTERN_COMPLETE) return same_reply(t, &verdict);
    if (strcmp(model.verb, verb_name(t->command.verb)) != 0)
        return wrong(t, "REF", model.verb, verb_name(t->command.verb));
    if (!stands(t, t->command.verb_raw, true, (pf_span){0, strlen(model.verb)}))
        return wrong(t, "REF", "the verb as it stands on the line", "another");
    if (!stands(t, t->command.argument, model.has_argument, model.argument))
        return wrong(t, "REF", "the argument as the model has it", "another");
    if (!same_path(t, &model.path, model.argument.begin))
        return wrong(t, "REF", "the path as the model has it", "another");
    if (!same_parameters(t, &model)) return wrong(t, "REF", "the parameters as the model has them", "others");
    const char *field = other_field(t, &model);
    if (field == NULL) field = same_words(t, &model);
    return field == NULL || wrong(t, "REF", field, "another");
}

/* ---- ROUND ---- */

typedef struct printer {
    size_t size;
    uint8_t octets[LINE_MOST];
} printer;

static void print_octets(printer *p, postern_slice slice) {
    PF_CHECK(slice.size <= sizeof p->octets - p->size);
    if (slice.size > 0) memcpy(p->octets + p->size, slice.data, slice.size);
    p->size += slice.size;
}

static void print(printer *p, const char *text) {
    print_octets(p, (postern_slice){(const uint8_t *)text, strlen(text)});
}

static void print_word(printer *p, postern_slice slice) {
    if (slice.data == NULL) return;
    print(p, " ");
    print_octets(p, slice);
}

static void print_number(printer *p, uint64_t number) {
    uint8_t digits[20];
    size_t at = sizeof digits;

    do {
        digits[--at] = (uint8_t)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    print_word(p, (postern_slice){digits + at, sizeof digits - at});
}

static void print_command(printer *p, const postern_command *command) {
    const postern_verb verb = command->verb;

    p->size = 0;
    print(p, verb_name(verb));
    if (command->path.raw.data != NULL) {
        print(p, verb == POSTERN_VERB_RCPT ? " TO:" : " FROM:");
        print_octets(p, command->path.raw);
    }
    print_word(p, command->domain);
    print_word(p, command->text);
    print_word(p, command->mechanism);
    print_word(p, command->initial);
    if (verb == POSTERN_VERB_BDAT) print_number(p, command->chunk_size);
    for (size_t i = 0; i < command->parameter_count; i++) {
        print_word(p, command->parameters[i].keyword);
        if (command->parameters[i].value.data != NULL) {
            print(p, "=");
            print_octets(p, command->parameters[i].value);
        }
    }
    if (command->last) print(p, " LAST");
    if (command->smtputf8 && command->parameter_count == 0) print(p, " SMTPUTF8");
    print(p, "\r\n");
}

static bool same_octets(postern_slice a, postern_slice b) {
    return (a.data == NULL) == (b.data == NULL) && a.size == b.size &&
           (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static bool same_command(const postern_command *a, const postern_command *b) {
    if (a->verb != b->verb || a->chunk_size != b->chunk_size || a->last != b->last || a->smtputf8 != b->smtputf8 ||
        a->kind != b->kind || a->parameter_count != b->parameter_count || a->values.given != b->values.given)
        return false;
    for (size_t i = 0; i < a->parameter_count; i++)
        if (a->parameters[i].id != b->parameters[i].id) return false;
    return same_octets(a->path.raw, b->path.raw) && same_octets(a->path.route, b->path.route) &&
           same_octets(a->path.mailbox.local, b->path.mailbox.local) &&
           same_octets(a->path.mailbox.domain, b->path.mailbox.domain) && same_octets(a->domain, b->domain) &&
           same_octets(a->text, b->text) && same_octets(a->mechanism, b->mechanism) &&
           same_octets(a->initial, b->initial);
}

static bool round_trip(const trial *t) {
    static printer printed;
    static postern_command again;
    postern_fault fault;

    print_command(&printed, &t->command);
    const postern_status status = postern_command_parse(&again, printed.octets, printed.size, &t->options, &fault);
    return (status == POSTERN_COMPLETE && same_command(&t->command, &again)) ||
           wrong(t, "ROUND", "parse(print(parse(x))) = parse(x)",
                 status == POSTERN_COMPLETE ? "another command" : postern_error_describe(fault.error)->name);
}

/* ---- Leniency ---- */

static bool has_path(postern_verb verb) {
    return verb == POSTERN_VERB_MAIL || verb == POSTERN_VERB_RCPT || verb == POSTERN_VERB_SEND ||
           verb == POSTERN_VERB_SOML || verb == POSTERN_VERB_SAML;
}

/* Write the line that the grammar has in the place of this one: EHLO may have a literal, and the spaces behind the
 * colon may stand before CRLF (RFC 5321 4.1.1). Its size stays. Returns: false when it is the same line. */
static bool make_strict(uint8_t *out, const trial *t, uint32_t lenient) {
    const size_t argument = strlen("HELO ");

    memcpy(out, t->line, t->size);
    if (lenient & POSTERN_LENIENT_HELO_LITERAL && t->command.verb == POSTERN_VERB_HELO && t->line[argument] == '[') {
        memcpy(out, "EHLO", strlen("EHLO"));
        return true;
    }
    return lenient & POSTERN_LENIENT_PATH_SPACE && has_path(t->command.verb) && pf_move_spaces(out, t->size);
}

/* In: t, judged without leniency. */
static bool lenient_as_strict(const trial *t, uint32_t lenient) {
    static uint8_t line[LINE_MOST];
    static postern_command ours;
    static postern_command again;
    const postern_command *strict = &t->command;
    postern_command_options options = t->options;
    postern_status expected = t->status;
    postern_fault fault, strict_fault = t->fault;

    if (make_strict(line, t, lenient)) {
        expected = postern_command_parse(&again, line, t->size, &options, &strict_fault);
        again.verb = t->command.verb;
        strict = &again;
    }
    options.lenient = lenient;
    const postern_status status = postern_command_parse(&ours, t->line, t->size, &options, &fault);
    if (status == expected && status == POSTERN_COMPLETE && same_command(&ours, strict)) return true;
    const postern_error_info *told = postern_error_describe(fault.error);
    if (status == expected && status != POSTERN_COMPLETE &&
        told->code == postern_error_describe(strict_fault.error)->code)
        return true;
    return wrong(t, "REF", "a lenient line as the strict one that it stands for",
                 status == POSTERN_COMPLETE ? "another command" : told->name);
}

static bool is_lenient_as_asked(const trial *t) {
    static uint8_t line[LINE_MOST];
    enum { ALL = POSTERN_LENIENT_HELO_LITERAL | POSTERN_LENIENT_PATH_SPACE };

    if (is_broken(t->line, t->size - 2)) return true;
    if (!make_strict(line, t, ALL)) return lenient_as_strict(t, ALL);
    for (uint32_t lenient = 1; lenient <= ALL; lenient++)
        if (!lenient_as_strict(t, lenient)) return false;
    return true;
}

/* ---- All of it ---- */

static bool inside(const trial *t, postern_slice slice) {
    return slice.data == NULL || (slice.data >= t->line && slice.data + slice.size <= t->line + t->size);
}

static bool bdat_alike(const trial *t) {
    uint64_t size;
    postern_fault fault;

    if (t->command.verb != POSTERN_VERB_BDAT || t->fault.error == POSTERN_ERROR_LINE_TOO_LONG) return true;
    const postern_status status = postern_bdat_parse(&size, t->line, t->size, &fault);
    return (status == POSTERN_COMPLETE ? size == t->command.chunk_size : t->status == POSTERN_WRONG) ||
           wrong(t, "ROUND", "the size of the chunk alike from both functions", "not so");
}

static bool judge(trial *t) {
    t->status = postern_command_parse(&t->command, t->line, t->size, &t->options, &t->fault);
    PF_CHECK(t->status == POSTERN_COMPLETE || t->status == POSTERN_WRONG);
    PF_CHECK((t->fault.error == POSTERN_ERROR_NONE) == (t->status == POSTERN_COMPLETE));
    PF_CHECK(inside(t, t->command.verb_raw) && inside(t, t->command.argument));
    if (t->status == POSTERN_COMPLETE)
        pf_touch_command(&t->command);
    else
        PF_CHECK(t->fault.offset <= t->size);
    return as_model(t) && bdat_alike(t) && (t->status != POSTERN_COMPLETE || round_trip(t));
}

/* What does not end in CRLF is no line, and is not read. */
static bool is_misuse(const uint8_t *octets, size_t size, pf_violation *v) {
    static postern_command command;
    const postern_command_options options = {.extensions = POSTERN_EXT_ALL};
    postern_fault fault;
    uint64_t chunk;

    const uint8_t *copy = pf_exact_copy(octets, size);
    const postern_status line = postern_command_parse(&command, copy, size, &options, &fault);
    const postern_status bdat = postern_bdat_parse(&chunk, copy, size, &fault);
    pf_exact_release();
    if (line == POSTERN_MISUSE && bdat == POSTERN_MISUSE) return true;
    (void)pf_unlawful(v, "CONTRACT", "command.h", NULL, octets, size, size, "status %d, of BDAT %d", (int)line,
                      (int)bdat);
    return pf_expected(v, "misuse, for there is no CRLF at the end");
}

bool pf_laws_command(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation) {
    static uint8_t line[LINE_MOST];
    static trial t;

    const bool ends = size >= 2 && octets[size - 2] == '\r' && octets[size - 1] == '\n';
    if (!ends && !is_misuse(octets, size, violation)) return false;
    t.size = size < LINE_MOST - 2 ? size : LINE_MOST - 2;
    memcpy(line, octets, t.size);
    if (!ends || t.size == LINE_MOST - 2) {
        line[t.size++] = '\r';
        line[t.size++] = '\n';
    }
    t.line = pf_exact_copy(line, t.size);
    t.input = line;
    t.violation = violation;
    t.options = (postern_command_options){.extensions = POSTERN_EXT_ALL, .smtputf8 = true};
    bool good = judge(&t);
    t.options = (postern_command_options){.extensions = POSTERN_EXT_NONE};
    good = good && judge(&t) && is_lenient_as_asked(&t);
    pf_exact_release();
    return good && (!thorough || pf_holds_nearby(pf_laws_command, octets, size, violation));
}
