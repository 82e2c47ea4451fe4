/* transact.c: what each command does. The order of checks, the questions to the policy, and what its decisions change.
 *
 * SPDX-License-Identifier: MIT */
#include "engine.h"

#include <string.h>

/* ---- In which states a verb may come (RFC 5321 4.1.4 and the extensions) ---- */

#define IN(state) (1u << POSTERN_STATE_##state)
#define IN_ANY (IN(CONNECTED) | IN(GREETED) | IN(MAIL) | IN(RCPT) | IN(BDAT))

static const uint16_t states_of[POSTERN_VERB_COUNT] = {
    [POSTERN_VERB_EHLO] = IN_ANY,
    [POSTERN_VERB_HELO] = IN_ANY,
    [POSTERN_VERB_LHLO] = IN_ANY,
    [POSTERN_VERB_MAIL] = IN(GREETED),
    [POSTERN_VERB_RCPT] = IN(MAIL) | IN(RCPT),
    [POSTERN_VERB_DATA] = IN(RCPT),
    [POSTERN_VERB_BDAT] = IN(RCPT) | IN(BDAT),
    [POSTERN_VERB_RSET] = IN_ANY,
    [POSTERN_VERB_NOOP] = IN_ANY,
    [POSTERN_VERB_QUIT] = IN_ANY | IN(REJECTED),
    [POSTERN_VERB_VRFY] = IN_ANY,
    [POSTERN_VERB_EXPN] = IN_ANY,
    [POSTERN_VERB_HELP] = IN_ANY,
    [POSTERN_VERB_STARTTLS] = IN(GREETED),
    [POSTERN_VERB_AUTH] = IN(GREETED),
    [POSTERN_VERB_BURL] = IN(RCPT) | IN(BDAT),
    [POSTERN_VERB_ETRN] = IN(GREETED),
    [POSTERN_VERB_ATRN] = IN(GREETED),
    [POSTERN_VERB_TURN] = IN(GREETED),
    [POSTERN_VERB_SEND] = IN(GREETED),
    [POSTERN_VERB_SOML] = IN(GREETED),
    [POSTERN_VERB_SAML] = IN(GREETED),
    [POSTERN_VERB_XCLIENT] = IN(CONNECTED) | IN(GREETED),
    [POSTERN_VERB_XFORWARD] = IN(CONNECTED) | IN(GREETED),
    [POSTERN_VERB_VERB] = IN(GREETED),
    [POSTERN_VERB_ONEX] = IN(GREETED),
};

/* ---- The checks, in their order; each gives the error it finds, or none ---- */

static postern_error check_verb(const postern_session *s, postern_verb verb) {
    const uint32_t extension = postern_verb_describe(verb)->extension;

    switch (verb) {
    case POSTERN_VERB_UNKNOWN: return POSTERN_ERROR_VERB_UNKNOWN;
    case POSTERN_VERB_LHLO: /* RFC 2033 4.1: each protocol has a hello of its own */
        return s->config->lmtp ? POSTERN_ERROR_NONE : POSTERN_ERROR_VERB_UNKNOWN;
    case POSTERN_VERB_EHLO:
    case POSTERN_VERB_HELO: return s->config->lmtp ? POSTERN_ERROR_VERB_UNKNOWN : POSTERN_ERROR_NONE;
    case POSTERN_VERB_BDAT:
    case POSTERN_VERB_STARTTLS:
    case POSTERN_VERB_AUTH: {
        /* Offered, and not to somebody who said HELO. */
        const bool helo = s->state != POSTERN_STATE_CONNECTED && !s->esmtp;
        return (s->config->extensions & extension) && !helo ? POSTERN_ERROR_NONE : POSTERN_ERROR_VERB_NOT_IMPLEMENTED;
    }
    case POSTERN_VERB_EXPN:
    case POSTERN_VERB_ETRN:
    case POSTERN_VERB_ATRN:
    case POSTERN_VERB_TURN:
    case POSTERN_VERB_SEND:
    case POSTERN_VERB_SOML:
    case POSTERN_VERB_SAML:
    case POSTERN_VERB_BURL:
    case POSTERN_VERB_XCLIENT:
    case POSTERN_VERB_XFORWARD:
    case POSTERN_VERB_VERB:
    case POSTERN_VERB_ONEX: return s->policy->other != NULL ? POSTERN_ERROR_NONE : POSTERN_ERROR_VERB_NOT_IMPLEMENTED;
    default: return POSTERN_ERROR_NONE;
    }
}

/* RFC 3207 4, RFC 4954 6: what may be said before TLS, and before AUTH. */
static postern_error check_required(const postern_session *s, postern_verb verb) {
    switch (verb) {
    case POSTERN_VERB_NOOP:
    case POSTERN_VERB_EHLO:
    case POSTERN_VERB_LHLO:
    case POSTERN_VERB_STARTTLS:
    case POSTERN_VERB_QUIT: return POSTERN_ERROR_NONE;
    default: break;
    }
    if (s->config->require_tls && !s->tls) {
        return POSTERN_ERROR_TLS_REQUIRED;
    }
    if (verb == POSTERN_VERB_AUTH || verb == POSTERN_VERB_HELO || verb == POSTERN_VERB_RSET) {
        return POSTERN_ERROR_NONE;
    }
    return s->config->require_auth && !s->authenticated ? POSTERN_ERROR_AUTH_REQUIRED : POSTERN_ERROR_NONE;
}

static postern_error check_state(const postern_session *s, postern_verb verb) {
    bool lawful = (states_of[verb] >> s->state) & 1u;

    if (verb == POSTERN_VERB_DATA && s->transaction.body == POSTERN_BODY_BINARYMIME) {
        lawful = false; /* RFC 3030 3 */
    }
    if (verb == POSTERN_VERB_STARTTLS && s->tls) {
        lawful = false;
    }
    if (verb == POSTERN_VERB_AUTH && s->authenticated) {
        lawful = false;
    }
    return lawful ? POSTERN_ERROR_NONE : POSTERN_ERROR_BAD_SEQUENCE;
}

/* The first parameter of a line that has this id, or NULL. */
static const postern_parameter *find_parameter(const postern_command *command, postern_parameter_id id) {
    for (size_t i = 0; i < command->parameter_count; i++) {
        if (command->parameters[i].id == id) {
            return &command->parameters[i];
        }
    }
    return NULL;
}

/* What only a server can say of arguments that are well-formed. */
static postern_fault check_values(const postern_session *s, const postern_command *command, const uint8_t *line) {
    const postern_parameter_values *values = &command->values;
    const postern_parameter *parameter;

    if (command->verb != POSTERN_VERB_MAIL && command->verb != POSTERN_VERB_RCPT) {
        return (postern_fault){POSTERN_ERROR_NONE, 0};
    }
    if ((parameter = find_parameter(command, POSTERN_PARAMETER_UNKNOWN)) != NULL) {
        return (postern_fault){POSTERN_ERROR_PARAMETER_UNKNOWN, (size_t)(parameter->keyword.data - line)};
    }
    if (command->verb == POSTERN_VERB_RCPT) {
        const uint32_t most = s->config->max_recipients;
        const bool full = most != 0 && s->transaction.recipients >= most;
        return (postern_fault){full ? POSTERN_ERROR_RECIPIENTS_EXCEEDED : POSTERN_ERROR_NONE, 0};
    }
    if ((parameter = find_parameter(command, POSTERN_PARAMETER_HOLDFOR)) != NULL) {
        const uint32_t most = s->config->futurerelease_max;
        if (most != 0 && values->hold_for > most) { /* RFC 4865 4.2 */
            return (postern_fault){POSTERN_ERROR_PARAMETER_VALUE, (size_t)(parameter->value.data - line)};
        }
    }
    if ((parameter = find_parameter(command, POSTERN_PARAMETER_SIZE)) != NULL) {
        const uint64_t most = s->config->max_message_size != 0 ? s->config->max_message_size : INT64_MAX;
        if (values->size_too_big || values->size > most) {
            return (postern_fault){POSTERN_ERROR_SIZE_EXCEEDED, (size_t)(parameter->value.data - line)};
        }
    }
    return (postern_fault){POSTERN_ERROR_NONE, 0};
}

/* The first error of a line, in the order of session.h. In: found, what the command layer found. */
static postern_fault check(const postern_session *s, const postern_command *command, const uint8_t *line,
                           postern_fault found) {
    postern_error error;

    if (found.error == POSTERN_ERROR_LINE_TOO_LONG) {
        return found;
    }
    if ((error = check_verb(s, command->verb)) != POSTERN_ERROR_NONE) {
        return (postern_fault){error, 0};
    }
    if (s->state == POSTERN_STATE_REJECTED && command->verb != POSTERN_VERB_QUIT) {
        return (postern_fault){POSTERN_ERROR_BAD_SEQUENCE, 0}; /* RFC 5321 3.1 */
    }
    if ((error = check_required(s, command->verb)) != POSTERN_ERROR_NONE) {
        return (postern_fault){error, 0};
    }
    if ((error = check_state(s, command->verb)) != POSTERN_ERROR_NONE) {
        return (postern_fault){error, 0};
    }
    return found.error != POSTERN_ERROR_NONE ? found : check_values(s, command, line);
}

/* ---- What commands do ---- */

/* What a policy says that has not been given. */
static const postern_decision yes = {.verdict = POSTERN_ACCEPT};

void postern_engine_end_transaction(postern_session *s) {
    const bool was_open = s->transaction_open;

    s->transaction_open = false;
    memset(&s->transaction, 0, sizeof s->transaction);
    if (was_open && s->policy->reset != NULL) {
        s->policy->reset(s->user);
    }
}

static void run_hello(postern_session *s) {
    const postern_decision decision = s->policy->hello != NULL ? s->policy->hello(s->user, &s->command) : yes;
    postern_engine_settle(s, QUESTION_HELLO, &decision);
}

static void run_mail(postern_session *s) {
    const postern_parameter_values *values = &s->command.values;

    /* Noted before the question, because a pending decision comes when the line is gone. */
    s->transaction.body = values->given & 1u << POSTERN_PARAMETER_BODY ? values->body : POSTERN_BODY_7BIT;
    s->transaction.smtputf8 = s->command.smtputf8;
    s->transaction.requiretls = (values->given & 1u << POSTERN_PARAMETER_REQUIRETLS) != 0;
    s->transaction.declared_size = values->given & 1u << POSTERN_PARAMETER_SIZE ? values->size : 0;
    const postern_decision decision = s->policy->mail != NULL ? s->policy->mail(s->user, &s->command) : yes;
    postern_engine_settle(s, QUESTION_MAIL, &decision);
}

static void run_rcpt(postern_session *s) {
    const postern_decision decision =
        s->policy->rcpt != NULL ? s->policy->rcpt(s->user, &s->command, &s->transaction) : yes;
    postern_engine_settle(s, QUESTION_RCPT, &decision);
}

static void run_data(postern_session *s) {
    const postern_decision decision = s->policy->data != NULL ? s->policy->data(s->user, &s->transaction) : yes;
    postern_engine_settle(s, QUESTION_DATA, &decision);
}

static void run_vrfy(postern_session *s) {
    const postern_decision decision = s->policy->vrfy != NULL ? s->policy->vrfy(s->user, &s->command) : yes;
    postern_engine_settle(s, QUESTION_VRFY, &decision);
}

static void run_other(postern_session *s) {
    const postern_decision decision = s->policy->other != NULL ? s->policy->other(s->user, &s->command) : yes;
    postern_engine_settle(s, QUESTION_OTHER, &decision);
}

static void run_rset(postern_session *s) {
    postern_engine_end_transaction(s);
    if (s->state != POSTERN_STATE_CONNECTED) {
        s->state = POSTERN_STATE_GREETED;
    }
    postern_engine_answer(s, 250, ENHANCED(2, 0, 0), TEXT("Reset"));
}

static void run_starttls(postern_session *s) {
    postern_engine_answer(s, 220, ENHANCED(2, 0, 0), TEXT("Ready to start TLS"));
    s->owed |= OWE_STARTTLS;
    s->state = POSTERN_STATE_TLS;
}

static void run_command(postern_session *s) {
    switch (s->command.verb) {
    case POSTERN_VERB_EHLO:
    case POSTERN_VERB_HELO:
    case POSTERN_VERB_LHLO: run_hello(s); break;
    case POSTERN_VERB_MAIL: run_mail(s); break;
    case POSTERN_VERB_RCPT: run_rcpt(s); break;
    case POSTERN_VERB_DATA: run_data(s); break;
    case POSTERN_VERB_RSET: run_rset(s); break;
    case POSTERN_VERB_NOOP: postern_engine_answer(s, 250, ENHANCED(2, 0, 0), TEXT("OK")); break;
    case POSTERN_VERB_QUIT: postern_engine_answer_quit(s); break;
    case POSTERN_VERB_VRFY: run_vrfy(s); break;
    case POSTERN_VERB_STARTTLS: run_starttls(s); break;
    case POSTERN_VERB_AUTH: postern_engine_auth_begin(s); break;
    default: run_other(s); break;
    }
}

/* BDAT: the chunk is taken off the stream whatever becomes of it (RFC 3030 2). Its reply comes behind the chunk. */
static void run_bdat(postern_session *s, postern_slice line, postern_fault *fault) {
    const postern_error refusal = fault->error;
    postern_fault unreadable = *fault;
    uint64_t size;

    if (postern_bdat_parse(&size, line.data, line.size, &unreadable) != POSTERN_COMPLETE) {
        *fault = unreadable;
        postern_engine_refuse(s, fault->error);
        s->owed |= OWE_CLOSE;
        return;
    }
    if (refusal == POSTERN_ERROR_NONE && s->state == POSTERN_STATE_RCPT) {
        const bool binary = s->transaction.body == POSTERN_BODY_BINARYMIME;
        postern_bdat_init(&s->bdat, binary ? 0 : s->config->max_text_line);
        s->by_bdat = true;
    }
    s->refusal = refusal;
    s->drain = size;
    if (refusal == POSTERN_ERROR_NONE) {
        postern_bdat_begin(&s->bdat, size);
    }
    s->chunk_last = s->command.last;
    s->state_before_chunk = s->state;
    s->state = POSTERN_STATE_CHUNK;
}

void postern_engine_break_line(postern_session *s, postern_slice line, postern_error error) {
    const postern_verb verb = postern_verb_peek(line.data, line.size);

    s->stimulus = POSTERN_STIMULUS_BROKEN;
    s->verb = POSTERN_VERB_UNKNOWN;
    s->auth_told = verb == POSTERN_VERB_AUTH || s->state == POSTERN_STATE_AUTH;
    postern_engine_refuse(s, error);
    if (s->state == POSTERN_STATE_AUTH) {
        postern_engine_auth_end(s);
    } else if (verb == POSTERN_VERB_BDAT) {
        s->owed |= OWE_CLOSE; /* what it announced cannot be known, nor where the next command begins */
    }
}

void postern_engine_run_line(postern_session *s, postern_slice line, postern_fault *fault) {
    const postern_command_options options = {.extensions = s->in_force,
                                             .lenient = s->config->lenient,
                                             .smtputf8 = s->transaction.smtputf8};

    (void)!postern_command_parse(&s->command, line.data, line.size, &options, fault);
    s->verb = s->command.verb;
    s->auth_told = s->verb == POSTERN_VERB_AUTH; /* in any state: what it carries is a secret all the same */
    *fault = check(s, &s->command, line.data, *fault);
    if (fault->error == POSTERN_ERROR_LINE_TOO_LONG) {
        /* As if the framer had found it: the verb's own limit is only a later look at the same law. */
        postern_engine_break_line(s, line, fault->error);
        return;
    }

    if (s->verb == POSTERN_VERB_BDAT) {
        run_bdat(s, line, fault);
    } else if (fault->error != POSTERN_ERROR_NONE) {
        postern_engine_refuse(s, fault->error);
    } else {
        run_command(s);
    }
}

void postern_engine_connect(postern_session *s) {
    const postern_decision decision = s->policy->connect != NULL ? s->policy->connect(s->user) : yes;

    if (decision.verdict == POSTERN_ACCEPT || (decision.verdict == POSTERN_ANSWER && decision.code == 220)) {
        postern_engine_answer_greeting(s);
    } else if (postern_engine_answer_decision(s, QUESTION_CONNECT, &decision) != 421) {
        s->state = POSTERN_STATE_REJECTED;
    }
}

/* ---- What decisions change ---- */

static void settle_hello(postern_session *s) {
    postern_engine_end_transaction(s);
    s->esmtp = s->verb != POSTERN_VERB_HELO;
    s->in_force = s->esmtp ? s->config->extensions & POSTERN_EXT_SESSION : POSTERN_EXT_NONE;
    s->state = POSTERN_STATE_GREETED;
    postern_line_set_limit(&s->line, postern_command_limit_max(s->in_force));
}

static void settle_data(postern_session *s) {
    postern_engine_answer(s, 354, NO_ENHANCED, TEXT("Start mail input; end with <CRLF>.<CRLF>"));
    postern_data_init(&s->data, s->config->max_text_line);
    s->by_bdat = false;
    s->state = POSTERN_STATE_DATA;
}

/* One recipient of an LMTP message, or the message, has its answer. */
static void settle_message(postern_session *s) {
    s->recipient++;
    s->answers_due--;
    if (s->answers_due == 0) {
        postern_engine_end_transaction(s);
        s->state = POSTERN_STATE_GREETED;
    }
}

/* The answer of a policy that accepts. */
static void accept(postern_session *s, question asked) {
    switch (asked) {
    case QUESTION_HELLO:
        settle_hello(s);
        postern_engine_answer_hello(s);
        break;
    case QUESTION_MAIL: postern_engine_answer(s, 250, ENHANCED(2, 1, 0), TEXT("Sender OK")); break;
    case QUESTION_RCPT: postern_engine_answer(s, 250, ENHANCED(2, 1, 5), TEXT("Recipient OK")); break;
    case QUESTION_DATA: settle_data(s); break;
    case QUESTION_CHUNK: postern_engine_answer(s, 250, ENHANCED(2, 0, 0), TEXT("Chunk received")); break;
    case QUESTION_MESSAGE: postern_engine_answer(s, 250, ENHANCED(2, 0, 0), TEXT("Message accepted")); break;
    case QUESTION_VRFY:
        postern_engine_answer(s, 252, ENHANCED(2, 5, 2),
                              TEXT("Cannot VRFY user, but will accept message and attempt delivery"));
        break;
    case QUESTION_OTHER:
        if (s->verb == POSTERN_VERB_HELP) {
            postern_engine_answer(s, 214, ENHANCED(2, 0, 0), TEXT("See RFC 5321"));
        } else {
            postern_engine_answer(s, 250, ENHANCED(2, 0, 0), TEXT("OK"));
        }
        break;
    case QUESTION_AUTH:
        s->authenticated = true;
        postern_engine_answer(s, 235, ENHANCED(2, 7, 0), TEXT("Authentication succeeded"));
        break;
    default: break;
    }
}

void postern_engine_settle(postern_session *s, question asked, const postern_decision *decision) {
    if (decision->verdict == POSTERN_PENDING) {
        s->question = (uint8_t)asked;
        return;
    }
    if (asked == QUESTION_AUTH) {
        postern_engine_auth_end(s);
    }
    if (decision->verdict == POSTERN_ACCEPT) {
        accept(s, asked);
    } else {
        (void)postern_engine_answer_decision(s, asked, decision);
    }
    const bool positive = s->code < 400;

    switch (asked) {
    case QUESTION_MAIL:
        s->transaction_open = positive;
        if (positive) {
            s->state = POSTERN_STATE_MAIL;
        } else {
            postern_engine_end_transaction(s);
        }
        break;
    case QUESTION_RCPT:
        if (positive) {
            s->transaction.recipients++;
            s->state = POSTERN_STATE_RCPT;
        }
        break;
    case QUESTION_CHUNK:
        if (!positive) {
            postern_engine_end_transaction(s);
        }
        s->state = positive ? POSTERN_STATE_BDAT : POSTERN_STATE_GREETED;
        break;
    case QUESTION_MESSAGE: settle_message(s); break;
    default: break;
    }
}

/* ---- The content ---- */

/* What makes a message unacceptable before the policy is asked. */
static postern_error check_content(const postern_session *s) {
    const postern_content *content = postern_session_content(s);
    const uint64_t most = s->config->max_message_size;

    if (content->violations != 0 && s->transaction.body != POSTERN_BODY_BINARYMIME) {
        return POSTERN_ERROR_CONTENT_VIOLATION;
    }
    return most != 0 && content->size > most ? POSTERN_ERROR_SIZE_EXCEEDED : POSTERN_ERROR_NONE;
}

void postern_engine_message_complete(postern_session *s) {
    if (s->by_bdat) {
        postern_bdat_finish(&s->bdat);
    } else {
        s->stimulus = POSTERN_STIMULUS_DATA_BODY;
        s->verb = POSTERN_VERB_DATA;
    }
    s->answers_due = s->config->lmtp ? s->transaction.recipients : 1;
    s->recipient = 0;
    s->owed |= OWE_MESSAGE_END | OWE_QUESTION;
}

/* A chunk of the message is lost, and all of the message with it (RFC 3030 2). */
static void fail_transaction(postern_session *s) {
    postern_engine_end_transaction(s);
    s->state = POSTERN_STATE_GREETED;
}

void postern_engine_chunk_drained(postern_session *s) {
    s->state = s->state_before_chunk;
    postern_engine_refuse(s, s->refusal);
    if (s->refusal == POSTERN_ERROR_ARGUMENT_SYNTAX) {
        /* It stood where a chunk may, and would have been part of the message: what follows it would leave a hole. */
        fail_transaction(s);
    }
}

void postern_engine_chunk_complete(postern_session *s) {
    s->state = s->state_before_chunk;
    s->stimulus = POSTERN_STIMULUS_BDAT_CHUNK;
    if (s->chunk_last) {
        postern_engine_message_complete(s);
    } else {
        s->owed |= OWE_QUESTION;
    }
}

static void ask_chunk(postern_session *s) {
    const postern_error error = check_content(s);

    if (error != POSTERN_ERROR_NONE) {
        postern_engine_refuse(s, error);
        fail_transaction(s);
        return;
    }
    const postern_decision decision = s->policy->chunk != NULL ? s->policy->chunk(s->user, &s->transaction) : yes;
    postern_engine_settle(s, QUESTION_CHUNK, &decision);
}

static void ask_message(postern_session *s) {
    const postern_error error = check_content(s);

    if (error != POSTERN_ERROR_NONE) {
        postern_engine_refuse(s, error);
        settle_message(s);
        return;
    }
    const postern_decision decision =
        s->policy->message != NULL ? s->policy->message(s->user, &s->transaction, s->recipient) : yes;
    postern_engine_settle(s, QUESTION_MESSAGE, &decision);
}

void postern_engine_ask_content(postern_session *s) {
    if (s->stimulus == POSTERN_STIMULUS_BDAT_CHUNK && !s->chunk_last) {
        ask_chunk(s);
    } else {
        ask_message(s);
    }
}
