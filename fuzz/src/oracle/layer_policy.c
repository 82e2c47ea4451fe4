/* layer_policy.c: the laws of session.h under any configuration and any policy. Toolkit room: fuzz/.
 *
 * CONTRACT: each question is asked once, for the reply that it is about, with what is true of the transaction. It is
 * asked when the model finds nothing to refuse, in the line, the state, the content and the configured limits, and
 * never else. What was decided is what is answered, where it may be. Content is told within its limit.
 *
 * REF: EHLO offers what the configuration says, and enhanced codes of the engine's own are those of the model.
 *
 * GRAM, ONE and CHUNK hold as in any other session.
 *
 * SPDX-License-Identifier: MIT */
#include "policy_reading.h"
#include "reply_plain.h"

#include "model/grammar.h"

#include <stdio.h>
#include <string.h>

/* What a reply must be. */
typedef struct answer {
    int code;
    bool decided;              /* by the policy: and then also this: */
    postern_enhanced enhanced; /* X.0.0 where the policy's does not fit */
    postern_slice text;        /* absent: one line of words, which nobody prescribes */
} answer;

const pf_oracle pf_policy_contract = {.name = "CONTRACT", .section = "session.h"};
const pf_oracle pf_policy_reference = {.name = "REF", .section = "RFC 5321, as the reference model reads it"};

bool pf_policy_broken(const pf_policy_reading *r, const pf_oracle *oracle, const char *expected) {
    return pf_broken(r->run, oracle, r->at, expected, NULL, r->violation);
}

bool pf_is_about(const pf_event *event, const char *verb) {
    return event->verb != NULL && strcmp(event->verb, verb) == 0;
}

pf_question pf_question_about(const char *verb) {
    static const struct {
        const char *verb;
        pf_question question;
    } questions[] = {{"CONNECT", PF_ASKED_CONNECT},   {"EHLO", PF_ASKED_HELLO},
                     {"HELO", PF_ASKED_HELLO},        {"LHLO", PF_ASKED_HELLO},
                     {"MAIL", PF_ASKED_MAIL},         {"RCPT", PF_ASKED_RCPT},
                     {"DATA", PF_ASKED_DATA},         {"BDAT_CHUNK", PF_ASKED_CHUNK},
                     {"DATA_BODY", PF_ASKED_MESSAGE}, {"VRFY", PF_ASKED_VRFY},
                     {"AUTH", PF_ASKED_AUTH},         {"AUTH_CONTINUATION", PF_ASKED_AUTH}};
    static const char *const others[] = {"HELP", "EXPN", "ETRN",    "ATRN",     "TURN", "SEND", "SOML",
                                         "SAML", "BURL", "XCLIENT", "XFORWARD", "VERB", "ONEX"};

    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        if (strcmp(verb, questions[i].verb) == 0) return questions[i].question;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(verb, others[i]) == 0) return PF_ASKED_OTHER;
    return PF_ASKED_NOTHING;
}

static pf_question question_of(const pf_policy_reading *r) {
    if (pf_is_about(r->event, "BDAT_CHUNK") && r->message_ended) return PF_ASKED_MESSAGE;
    return r->event->verb != NULL ? pf_question_about(r->event->verb) : PF_ASKED_NOTHING;
}

/* Has the policy a member for that? */
static bool is_asked(pf_question question) {
    const postern_policy *policy = &pf_policed.policy;

    switch (question) {
    case PF_ASKED_CONNECT: return policy->connect != NULL;
    case PF_ASKED_HELLO: return policy->hello != NULL;
    case PF_ASKED_MAIL: return policy->mail != NULL;
    case PF_ASKED_RCPT: return policy->rcpt != NULL;
    case PF_ASKED_DATA: return policy->data != NULL;
    case PF_ASKED_CHUNK: return policy->chunk != NULL;
    case PF_ASKED_MESSAGE: return policy->message != NULL;
    case PF_ASKED_VRFY: return policy->vrfy != NULL;
    case PF_ASKED_OTHER: return policy->other != NULL;
    case PF_ASKED_AUTH: return true;
    case PF_ASKED_NOTHING: return false;
    }
    return false;
}

/* The code of a server that says yes. */
static int yes_of(const pf_event *reply, pf_question question) {
    switch (question) {
    case PF_ASKED_CONNECT: return 220;
    case PF_ASKED_DATA: return 354;
    case PF_ASKED_VRFY: return 252;
    case PF_ASKED_AUTH: return 235;
    case PF_ASKED_OTHER: return pf_is_about(reply, "HELP") ? 214 : 250;
    case PF_ASKED_NOTHING: return pf_is_about(reply, "QUIT") ? 221 : pf_is_about(reply, "STARTTLS") ? 220 : 250;
    default: return 250;
    }
}

/* ---- CONTRACT: what was asked ---- */

static bool same_transaction(const postern_transaction *a, const postern_transaction *b) {
    return a->recipients == b->recipients && a->body == b->body && a->smtputf8 == b->smtputf8 &&
           a->requiretls == b->requiretls && a->declared_size == b->declared_size;
}

static bool is_true(const pf_policy_reading *r, const pf_asked *asked) {
    switch (asked->question) {
    case PF_ASKED_RCPT:
    case PF_ASKED_DATA:
    case PF_ASKED_CHUNK:
    case PF_ASKED_MESSAGE:
        if (!asked->open)
            return pf_policy_broken(r, &pf_policy_contract, "a question about a transaction that is open");
        if (asked->recipient != (r->run->options->lmtp && asked->question == PF_ASKED_MESSAGE ? r->messages : 0))
            return pf_policy_broken(r, &pf_policy_contract,
                                    "a question about each recipient in turn, and in SMTP about no one");
        return same_transaction(&asked->transaction, &r->told) ||
               pf_policy_broken(r, &pf_policy_contract, "the policy to be told what is true of the transaction");
    default: return true;
    }
}

/* The question for the reply at hand. Returns: false when it is one too many, or another. Out: asked, NULL if none. */
static bool find_question(pf_policy_reading *r, pf_question question, const pf_asked **asked) {
    const pf_policed_run *run = &pf_policed;

    *asked = NULL;
    if (r->asked == run->asked_count || run->asked[r->asked].reply != r->replies) return true;
    *asked = &run->asked[r->asked++];
    if (r->asked < run->asked_count && run->asked[r->asked].reply == r->replies)
        return pf_policy_broken(r, &pf_policy_contract, "one question for one reply");
    if ((*asked)->question != question)
        return pf_policy_broken(r, &pf_policy_contract, "the question to be about what is answered");
    const bool good = is_true(r, *asked);
    r->messages += question == PF_ASKED_MESSAGE;
    return good;
}

/* ---- CONTRACT: what is answered ---- */

/* What RFC 5321 4.3.2 and the extensions give as an answer to the verb is let through, whoever chooses it. Success is
 * the engine's to tell where it says more than a code, and so is what it finds wrong with a line by itself. The rows
 * of extensions are for those who implement them: the policy, where a verb is not the engine's, and where it is asked
 * who somebody is. */
static bool must_let(const pf_policy_reading *r, pf_question question, int code) {
    static const int engines[] = {220, 235, 334, 354, 355, 500, 501, 502, 503, 504, 530, 0};
    const pf_walk walk = r->walk;
    const pf_model_reply_row *row = pf_model_reply_allowed(r->event->verb, pf_walk_state(&walk, r->event), code, false);
    const bool tells_more = code < 300 && (question == PF_ASKED_HELLO || question == PF_ASKED_AUTH);

    for (size_t i = 0; engines[i] != 0; i++)
        if (engines[i] == code) return false;
    const bool chosen = question == PF_ASKED_OTHER || question == PF_ASKED_AUTH;
    const bool speaks =
        row != NULL && (row->level <= PF_LEVEL_SEQUENCE || (row->level == PF_LEVEL_EXTENSION && chosen));
    return speaks && !tells_more;
}

/* Does what answers the one answer the other? A refusal of content may come early or late; SEND, SOML and SAML are as
 * MAIL (RFC 821 3.4). */
static bool is_like(pf_question question, pf_question other, int code) {
    const uint32_t content = 1u << PF_ASKED_DATA | 1u << PF_ASKED_CHUNK | 1u << PF_ASKED_MESSAGE;

    return question == other || (question == PF_ASKED_OTHER && other == PF_ASKED_MAIL) ||
           (code >= 400 && content >> question & 1 && content >> other & 1);
}

/* Is it known as an answer to such a question at all? Success that says more than a code is not a policy's to give. */
static bool may_answer(pf_question question, int code) {
    size_t count;
    const pf_model_reply_row *rows = pf_model_reply_rows(&count);

    if (code < 300 && (question == PF_ASKED_HELLO || question == PF_ASKED_AUTH)) return false;
    if ((code >= 300 && code < 400) || code == 220) return false; /* what begins something is the engine's */
    /* Not now (RFC 5321 4.2.1); AUTH has 454 for a local error (RFC 4954 6). */
    if (code == 421 || code == 450 || (code == 451 && question != PF_ASKED_AUTH)) return true;
    for (size_t i = 0; i < count; i++)
        if (rows[i].code == code && is_like(question, pf_question_about(rows[i].verb), code)) return true;
    return false;
}

/* With the text that an RFC gives to the code; where none does, with some text; to a code of nobody's, with none. */
static answer of_table(int code, postern_enhanced enhanced) {
    const char *text = pf_model_code_text(code);

    if (text == NULL && pf_model_code_of(code) == PF_CODE_UNKNOWN) text = "";
    return (answer){code, true, enhanced, {(const uint8_t *)text, text != NULL ? strlen(text) : 0}};
}

/* Numbers beyond three digits are none (RFC 3463 2). */
static bool fits(postern_enhanced enhanced, int code) {
    return enhanced.class_ == code / 100 && enhanced.subject < 1000 && enhanced.detail < 1000;
}

/* What the policy said is to be answered, where it may be. */
static bool as_decided(const pf_policy_reading *r, pf_question question, const postern_decision *decision,
                       answer *out) {
    const int code = decision->code;

    if (r->event->code != code && r->event->code != 421 && must_let(r, question, code))
        return pf_policy_broken(r, &pf_policy_contract, "what was decided, for the RFC has it");
    *out = of_table(451, (postern_enhanced){4, 3, 0});
    if (r->event->code == 451 && code != 451) return true;
    if (!may_answer(question, code)) return true;
    *out = of_table(code, fits(decision->enhanced, code) ? decision->enhanced
                                                         : (postern_enhanced){(uint8_t)(code / 100), 0, 0});
    if (decision->text.data != NULL) out->text = decision->text;
    return true;
}

/* The message, or a chunk that is not the last, has ended with the event at hand: note its content. Returns: false when
 * it was not told as far as it is within the maximum, or beyond. */
static bool take_content(pf_policy_reading *r) {
    const uint64_t most = pf_policed.config.max_message_size;
    const bool chunk = pf_is_about(r->line, "BDAT");
    const size_t begin = (size_t)(chunk ? r->line->end : r->event->begin);
    const size_t size = (size_t)r->event->end - begin;
    const uint8_t *octets = r->run->octets + begin;

    if (!chunk) {
        r->content += pf_scan_data(&r->scan, octets, size);
    } else {
        r->content += size;
        if (r->told.body != POSTERN_BODY_BINARYMIME) {
            pf_scan_text(&r->scan, octets, size, begin);
            if (r->message_ended) pf_scan_text_end(&r->scan);
        }
    }
    return r->delivered == (most != 0 && r->content > most ? most : r->content) ||
           pf_policy_broken(r, &pf_policy_contract,
                            "the content as far as it is within the maximum, and no more of it");
}

/* ---- CONTRACT: what is to be answered ---- */

/* Where nobody was asked, and the engine has nothing to refuse. */
static bool expect_unasked(const pf_policy_reading *r, pf_question question, answer *out) {
    const int code = r->event->code;

    if (question == PF_ASKED_AUTH) {
        /* The mechanism asks for more, or finds by itself that nobody can be meant by this (RFC 4954 4, 6); what is
         * decoded is a law of layer_auth.c. */
        if (code == 334 || (code == 501 && pf_is_about(r->event, "AUTH_CONTINUATION"))) return true;
        if (code < 400) return pf_policy_broken(r, &pf_policy_contract, "the policy, or the mechanism, to be asked");
        out->code = 535;
        return true;
    }
    if (is_asked(question)) return pf_policy_broken(r, &pf_policy_contract, "the policy to be asked");
    out->code = yes_of(r->event, question);
    return true;
}

/* What must be answered. Returns: false when something else is wrong. */
static bool expect(const pf_policy_reading *r, pf_question question, const pf_asked *asked, answer *out) {
    const int refusal = pf_policy_refusal(r);

    *out = (answer){.code = refusal != 0 ? refusal : r->event->code};
    if (refusal != 0)
        return asked == NULL ||
               pf_policy_broken(r, &pf_policy_contract, "nobody to be asked about what is refused anyway");
    if (asked == NULL) return expect_unasked(r, question, out);
    const postern_decision *decision = &asked->decision;
    const bool greets = question == PF_ASKED_CONNECT && decision->code == 220;
    if (decision->verdict == POSTERN_ANSWER && !greets) return as_decided(r, question, decision, out);
    out->code = yes_of(r->event, question);
    return true;
}

/* 421 in the place of a refusal, once as many were answered as are allowed. */
static void spend(pf_policy_reading *r, answer *expected) {
    const uint32_t budget = pf_policed.config.error_budget;

    if (expected->code < 400 || expected->code == 421 || budget == 0) return;
    if (r->errors++ >= budget) *expected = (answer){.code = 421};
}

/* ---- Enhanced codes, and text ---- */

static bool may_have_enhanced(const pf_policy_reading *r, pf_question question) {
    return r->in_force & POSTERN_EXT_ENHANCEDSTATUSCODES && r->event->code / 100 != 3 && question != PF_ASKED_CONNECT &&
           question != PF_ASKED_HELLO;
}

/* The enhanced code at the beginning of the text, as far as there is room. */
static void read_enhanced(const pf_policy_reading *r, char out[static 16]) {
    const uint8_t *octets = pf_log_octets(r->run->log, r->event);
    size_t size = 0;

    while (size < 15 && size + 4 < r->event->size && strchr("0123456789.", octets[size + 4]) != NULL) {
        out[size] = (char)octets[size + 4];
        size++;
    }
    out[size] = '\0';
}

/* One line of words, with nothing but its beginning prescribed. */
static bool begins_and_has_words(const uint8_t *octets, size_t size, const uint8_t *begin, size_t begin_size) {
    return size > begin_size + 2 && memcmp(octets, begin, begin_size) == 0 &&
           memchr(octets, '\n', size) == octets + size - 1;
}

/* The reply of the plain formatter. A text that does not fit into it is as one that is absent. */
static bool same_octets(const pf_policy_reading *r, const answer *expected, bool with) {
    static uint8_t plain[POSTERN_SESSION_REPLY_MAX];
    const uint8_t *octets = pf_log_octets(r->run->log, r->event);
    const postern_enhanced *enhanced = with ? &expected->enhanced : NULL;
    postern_slice text = expected->text;
    size_t size = pf_plain_format(plain, sizeof plain, expected->code, enhanced, text.data, text.size);

    if (size == 0) {
        text = of_table(expected->code, expected->enhanced).text;
        size = pf_plain_format(plain, sizeof plain, expected->code, enhanced, text.data, text.size);
    }
    if (size == 0) return false;
    if (text.data == NULL) return begins_and_has_words(octets, r->event->size, plain, size - 2);
    return r->event->size == size && memcmp(octets, plain, size) == 0;
}

/* The name by which the model knows what the engine has to say: a verb, or what ends an AUTH exchange. */
static const char *reason_of(const pf_policy_reading *r) {
    const uint8_t *line = r->line != NULL ? r->run->octets + r->line->begin : NULL;
    const size_t size = r->line != NULL ? (size_t)(r->line->end - r->line->begin) : 0;

    if (r->walk.state != PF_STATE_AUTH) return r->event->verb;
    const char *error = pf_decode_line(line, size, POSTERN_AUTH_LINE_MAX).error;
    if (r->event->verb == NULL) return error != NULL && strcmp(error, "line-too-long") == 0 ? "AUTH_TOO_LONG" : NULL;
    return pf_line_trim(line, size) == 1 && line[0] == '*' ? "AUTH_CANCELLED" : r->event->verb;
}

static bool says(const pf_policy_reading *r, pf_question question, const answer *expected) {
    const bool with = may_have_enhanced(r, question);
    char enhanced[16];

    if (expected->decided)
        return same_octets(r, expected, with) ||
               pf_policy_broken(r, &pf_policy_contract, "enhanced code and text that were decided");
    if (r->event->code / 100 == 3 || question == PF_ASKED_HELLO) return true;
    read_enhanced(r, enhanced);
    if (!with)
        return strchr(enhanced, '.') == NULL || enhanced[1] != '.' ||
               pf_policy_broken(r, &pf_policy_reference, "no enhanced code");
    return pf_model_enhanced_fits(reason_of(r), r->event->code, enhanced) ||
           pf_policy_broken(r, &pf_policy_reference, "an enhanced code that goes with verb and code");
}

/* ---- What a reply changes ---- */

/* What is true of the transaction that this MAIL line begins. */
static void begin_transaction(pf_policy_reading *r) {
    const uint8_t *line = r->run->octets + r->event->begin;
    pf_model_command command;

    (void)pf_policy_line_refusal(r, &command);
    r->scan = (pf_text_scan){.limit = pf_policed.config.max_text_line};
    r->content = r->delivered = 0;
    r->told = (postern_transaction){.smtputf8 = command.smtputf8};
    for (size_t i = 0; i < command.parameter_count; i++) {
        const pf_model_parameter *parameter = &command.parameters[i];
        const pf_model_value value = pf_model_value_of(line, parameter);
        const size_t name = parameter->keyword.end - parameter->keyword.begin;
        const uint8_t first = line[parameter->keyword.begin] | 0x20;
        if (value.words >= 2 && name == 4 && first == 'b')
            r->told.body = value.words == 2 ? POSTERN_BODY_8BITMIME : POSTERN_BODY_BINARYMIME;
        if (name == 4 && first == 's') r->told.declared_size = value.number;
        if (name == 10 && first == 'r') r->told.requiretls = true;
    }
}

static bool go_past(pf_policy_reading *r, pf_question question) {
    if (r->event->code >= 300) return true;
    if (question == PF_ASKED_MAIL) begin_transaction(r);
    if (question == PF_ASKED_RCPT) r->told.recipients++;
    if (question == PF_ASKED_AUTH) r->authenticated = true;
    if (question != PF_ASKED_HELLO) return true;
    const bool good = pf_policy_offers(r);
    r->esmtp = !pf_is_about(r->event, "HELO");
    r->in_force = r->esmtp ? pf_policed.config.extensions & POSTERN_EXT_SESSION : POSTERN_EXT_NONE;
    return good;
}

/* ---- All of it ---- */

static bool judge_reply(pf_policy_reading *r) {
    const pf_question question = question_of(r);
    const pf_asked *asked;
    answer expected;

    if (pf_is_about(r->event, "BDAT_CHUNK") && !r->message_ended && !take_content(r)) return false;
    if (!find_question(r, question, &asked) || !expect(r, question, asked, &expected)) return false;
    spend(r, &expected);
    if (r->event->code != expected.code) {
        char words[PF_VIOLATION_TEXT];
        snprintf(words, sizeof words, "%d", expected.code);
        return pf_policy_broken(r, &pf_policy_contract, words);
    }
    return says(r, question, &expected) && go_past(r, question);
}

/* Is the end of the input within something, by the log? */
static bool ends_within(const pf_policy_reading *r) {
    const pf_log *log = r->run->log;
    const pf_event *last = &log->events[log->count - 1];

    if (pf_policed.closed || r->walk.state == PF_STATE_TLS) return false;
    if (r->walk.state == PF_STATE_DATA || r->walk.state == PF_STATE_AUTH) return true;
    return last->kind == PF_EVENT_LINE || last->end < r->run->size; /* a line without its reply: a chunk is awaited */
}

/* Returns: false when a law is broken by the event at hand. */
static bool judge_event(pf_policy_reading *r) {
    switch (r->event->kind) {
    case PF_EVENT_LINE:
        r->line = r->event;
        r->message_ended = false;
        return true;
    case PF_EVENT_DATA: r->delivered += r->event->size; return true;
    case PF_EVENT_MESSAGE_END:
        r->message_ended = true;
        r->messages = 0;
        return take_content(r);
    case PF_EVENT_STARTTLS:
        r->tls = true;
        r->esmtp = r->authenticated = false;
        r->in_force = POSTERN_EXT_NONE;
        return true;
    case PF_EVENT_REPLY:
        if (!judge_reply(r)) return false;
        r->replies++;
        return true;
    case PF_EVENT_CLOSE:
        return !pf_policed.open ||
               pf_policy_broken(r, &pf_policy_contract, "the policy to be told that the transaction is over");
    default: return true;
    }
}

static bool judge_log(const pf_case *run, pf_violation *violation) {
    pf_policy_reading r = {.run = run,
                           .violation = violation,
                           .walk = pf_walk_begin(),
                           .tls = pf_policed.config.tls_active};

    for (r.at = 0; r.at < run->log->count; r.at++) {
        r.event = &run->log->events[r.at];
        if (!judge_event(&r)) return false;
        /* What others implement changes no state of the engine's (session.h). */
        if (r.event->kind != PF_EVENT_REPLY || question_of(&r) != PF_ASKED_OTHER) pf_walk_past(&r.walk, r.event);
    }
    if (run->log->count == 0) return true;
    r.at = run->log->count - 1;
    /* A handshake is no event: of what comes behind it the log may know nothing. */
    if (run->log->events[r.at].kind != PF_EVENT_STARTTLS && ends_within(&r) != pf_policed.within)
        return pf_broken(run, &pf_policy_contract, r.at,
                         "postern_session_is_open to be true within something and not else", "not so", violation);
    return pf_policed.wrong == NULL ||
           pf_broken(run, &pf_policy_contract, r.at, "nothing of the kind", pf_policed.wrong, violation);
}

static bool judge_leniently(const pf_case *run, pf_violation *violation) {
    static uint8_t octets[1 << 16];
    pf_case strict = *run;

    if (pf_policed.config.lenient == 0) return judge_log(run, violation);
    if (run->size > sizeof octets) return true;
    if (run->size > 0) memcpy(octets, run->octets, run->size);
    strict.octets = octets;
    return pf_policy_read_strictly(run, octets, violation) && judge_log(&strict, violation);
}

static bool judge(const uint8_t *octets, size_t size, uint32_t seed, bool thorough, pf_violation *violation) {
    static const pf_oracle *const oracles[] = {&pf_oracle_gram, &pf_oracle_one, &pf_oracle_chunk};
    static const pf_log no_model;
    static pf_log log;
    const pf_target_options options = pf_target_options_read(octets, size);
    const pf_case run = {.target = &pf_target_policed,
                         .options = &options,
                         .octets = octets,
                         .size = size,
                         .log = &log,
                         .model = &no_model,
                         .thorough = thorough,
                         .hash = pf_hash(octets, size)};

    pf_policed_seed = seed;
    (void)pf_target_run(&pf_target_policed, &options, octets, size, NULL, 0, &log);
    if (log.full || pf_policed.full) return true;
    if (!judge_leniently(&run, violation)) return false;
    for (size_t i = 0; i < sizeof oracles / sizeof *oracles; i++) {
        const bool unfinished = pf_policed.ended && oracles[i] == &pf_oracle_one;
        if (!unfinished && !oracles[i]->holds(&run, violation)) return false;
    }
    return true;
}

bool pf_laws_policy(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation) {
    enum { SEEDS = 256 };
    const uint32_t hash = pf_hash(octets, size);

    for (uint32_t i = 0; i < (thorough ? SEEDS : 1); i++)
        if (!judge(octets, size, hash + i * 0x9e3779b9u, thorough && i == 0, violation)) return false;
    return true;
}
