/* strict.c: STRICT, what was answered 2yz or 3yz lies within the grammar. Toolkit room: fuzz/.
 *
 * One-sided: who refuses more raises no alarm. Commands, the lines of an AUTH exchange and messages are read by the
 * model's recognisers. Limits are those that the target declares: longer lines and names than the RFC's are no fault
 * of a server that says so.
 *
 * As long as the replies are those of the model, which accepts nothing else, there is nothing to do. That makes this
 * law nearly free where all is well.
 *
 * SPDX-License-Identifier: MIT */
#include "judging.h"

#include "model/decode.h"
#include "model/grammar.h"

#include <stdio.h>
#include <string.h>

static bool same(const char *a, const char *b) {
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* What the server knows of its client and the transaction, as far as the grammar asks for it. */
typedef struct reading {
    const pf_case *run;
    bool esmtp;
    bool smtputf8;
    bool binarymime;
    bool fresh;          /* no chunk has come yet */
    pf_text_scan chunks; /* what the chunks hold */
    const char *wrong;   /* name of what is wrong with the event at hand */
} reading;

/* ---- Limits that are the target's own ---- */

static size_t line_limit(const reading *r, const char *verb, uint32_t extensions) {
    const pf_target_limits *limits = &r->run->target->limits;
    if (limits->command_line == 0) return SIZE_MAX;
    if (!limits->extensions_add) return limits->command_line;
    return limits->command_line + pf_model_line_limit(verb, extensions) -
           pf_model_line_limit("NOOP", PF_EXTENSIONS_NONE);
}

static bool lies_within(pf_span span, uint32_t limit) {
    return limit == 0 || span.end - span.begin <= limit;
}

/* The RFC's limit was passed. Is the target's as well? */
static bool may_pass(const reading *r, const char *name, const pf_model_command *command) {
    const pf_target_limits *limits = &r->run->target->limits;
    const pf_model_path *path = &command->path;

    if (strcmp(name, "local-part-too-long") == 0) return lies_within(path->local, limits->local_part);
    if (strcmp(name, "domain-too-long") == 0) return lies_within(path->domain, limits->domain);
    if (strcmp(name, "path-too-long") == 0) {
        const size_t begin = path->route.end > path->route.begin ? path->route.begin : path->local.begin;
        return lies_within((pf_span){begin, path->domain.end + strlen("<>")}, limits->path);
    }
    return false;
}

/* ---- Commands ---- */

/* One line, with its CRLF. Out: command, when it has one. */
static const char *line_fault(const reading *r, const uint8_t *octets, size_t size, pf_model_command *command) {
    pf_model_options options = PF_MODEL_OPTIONS;

    memset(command, 0, offsetof(pf_model_command, parameters));
    options.extensions = r->esmtp && !r->run->options->no_extensions ? PF_EXTENSIONS_SESSION : PF_EXTENSIONS_NONE;
    options.smtputf8 = r->smtputf8;
    const pf_line line = pf_decode_line(octets, size, SIZE_MAX);
    if (line.error != NULL) return line.error;
    if (!line.complete) return "no CRLF";
    if (line.size < size) return "octets behind the CRLF";
    const size_t text = pf_line_trim(octets, size);
    const char *verb = pf_line_verb(octets, text);
    if (size > line_limit(r, verb, options.extensions)) return "line-too-long";
    const pf_fault fault = pf_line_arguments(octets, text, verb, &options, command);
    return fault.name == NULL || may_pass(r, fault.name, command) ? NULL : fault.name;
}

/* A line of an AUTH exchange: base64, or nothing. */
static const char *exchange_fault(const reading *r, const uint8_t *octets, size_t size) {
    const uint32_t limit = r->run->target->limits.auth_line;
    const pf_line line = pf_decode_line(octets, size, limit != 0 ? limit : SIZE_MAX);

    if (line.error != NULL) return line.error;
    if (!line.complete) return "no CRLF";
    pf_cursor c = {.octets = octets, .end = pf_line_trim(octets, size)};
    return c.end == 0 || (pf_base64(&c) && pf_at_end(&c)) ? NULL : "base64-syntax";
}

/* ---- Messages ---- */

/* A whole body behind 354, with its end. */
static const char *body_fault(const reading *r, const uint8_t *octets, size_t size) {
    pf_text_scan scan = {.limit = r->run->target->limits.text_line};

    if (pf_decode_data_end(octets, size) != size) return "no CRLF, dot, CRLF at its end, or one before";
    (void)pf_scan_data(&scan, octets, size);
    return scan.count > 0 ? scan.names[0] : NULL;
}

static const char *chunk_fault(reading *r, const uint8_t *octets, size_t size, bool last) {
    if (r->binarymime) return NULL;
    if (r->fresh) r->chunks = (pf_text_scan){.limit = r->run->target->limits.text_line};
    r->fresh = last;
    pf_scan_text(&r->chunks, octets, size, 0);
    if (last) pf_scan_text_end(&r->chunks);
    return r->chunks.count > 0 ? r->chunks.names[0] : NULL;
}

/* ---- Replies ---- */

/* Where the command line of a BDAT ends that a chunk follows: the reply answers both. */
static size_t first_line(const uint8_t *octets, size_t size) {
    const uint8_t *end = memchr(octets, '\n', size);
    return end != NULL ? (size_t)(end - octets) + 1 : size;
}

static void begin_transaction(reading *r, const pf_model_command *command) {
    r->smtputf8 = command != NULL && command->smtputf8;
    r->binarymime = command != NULL && command->binarymime;
    r->fresh = true;
}

static const char *command_fault(reading *r, const pf_event *reply, const uint8_t *octets, size_t size) {
    static pf_model_command command;
    const bool chunk = same(reply->verb, "BDAT") || same(reply->verb, "BDAT_CHUNK");
    const size_t line = chunk ? first_line(octets, size) : size;
    const char *wrong = line_fault(r, octets, line, &command);

    if (wrong != NULL) return wrong;
    if (same(command.verb, "HELO") || same(command.verb, "EHLO") || same(command.verb, "LHLO")) {
        r->esmtp = !same(command.verb, "HELO");
        begin_transaction(r, NULL);
    } else if (same(command.verb, "MAIL")) {
        begin_transaction(r, &command);
    } else if (chunk) {
        return chunk_fault(r, octets + line, size - line, command.last);
    }
    return NULL;
}

/* What is wrong with what a reply accepts. Returns: its name, or NULL. */
static const char *fault_of(reading *r, const pf_event *reply) {
    const uint8_t *octets = r->run->octets + reply->begin;
    const size_t size = (size_t)(reply->end - reply->begin);

    if (reply->verb == NULL) return "a broken line";
    if (same(reply->verb, "CONNECT")) return NULL;
    if (same(reply->verb, "DATA_BODY")) return body_fault(r, octets, size);
    if (same(reply->verb, "AUTH_CONTINUATION")) return exchange_fault(r, octets, size);
    /* A verb that only the server knows has a grammar that only the server knows. */
    return same(reply->verb, "UNKNOWN") ? NULL : command_fault(r, reply, octets, size);
}

/* ---- The law ---- */

static const pf_event *next_reply(const pf_log *log, size_t *at) {
    while (*at < log->count && log->events[*at].kind != PF_EVENT_REPLY) ++*at;
    return *at < log->count ? &log->events[(*at)++] : NULL;
}

/* Is each reply that accepts the model's as well? */
static bool model_accepts_all(const pf_case *run) {
    size_t i = 0;
    size_t j = 0;

    for (;;) {
        const pf_event *seen = next_reply(run->log, &i);
        if (seen == NULL) return true;
        const pf_event *model = next_reply(run->model, &j);
        if (model == NULL || seen->code != model->code || seen->begin != model->begin || seen->end != model->end ||
            !same(seen->verb, model->verb))
            return false;
    }
}

static bool strict(const pf_case *run, pf_violation *violation) {
    reading r = {.run = run, .fresh = true};
    uint64_t recipients_of = UINT64_MAX; /* LMTP: one chunk or body has several replies, and is read once */

    if (model_accepts_all(run)) return true;
    for (size_t i = 0; i < run->log->count; i++) {
        const pf_event *event = &run->log->events[i];
        if (event->kind == PF_EVENT_STARTTLS) r.esmtp = false;
        if (event->kind != PF_EVENT_REPLY || event->code >= 400 || event->begin > event->end || event->end > run->size)
            continue;
        const bool message = same(event->verb, "DATA_BODY") || same(event->verb, "BDAT_CHUNK");
        if (message && event->begin == recipients_of) continue;
        recipients_of = message ? event->begin : UINT64_MAX;
        const char *wrong = fault_of(&r, event);
        if (wrong == NULL) continue;
        char seen[PF_VIOLATION_TEXT];
        snprintf(seen, sizeof seen, "reply %d to what has %s", event->code, wrong);
        return pf_broken(run, &pf_oracle_strict, i, "a refusal of what the grammar does not have", seen, violation);
    }
    return true;
}

const pf_oracle pf_oracle_strict = {.name = "STRICT",
                                    .section = "RFC 5321 4.1.1, 4.1.2, 2.3.8",
                                    .law = "what was answered 2yz or 3yz lies within the grammar",
                                    .needs = PF_KIND(PF_EVENT_REPLY),
                                    .needs_can = PF_CAN_RANGE,
                                    .holds = strict};
