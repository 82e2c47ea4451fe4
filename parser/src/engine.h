/* engine.h: what the files of the session engine share. Private to libpostern.
 *
 * session.c    what comes in: lines, bodies, chunks; what goes out: the events that are owed
 * transact.c   what each command does: order of checks, questions to the policy, what its decisions change
 * respond.c    how a reply is made
 * auth.c       AUTH exchanges and the built-in mechanisms
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_SRC_ENGINE_H
#define POSTERN_SRC_ENGINE_H

#include <postern/session.h>

/* What is owed to the caller (postern_session.owed), in this order. */
enum {
    OWE_MESSAGE_END = 1, /* an event */
    OWE_QUESTION = 2,    /* to the policy: does it take the message, or the chunk? */
    OWE_REPLY = 4,       /* an event */
    OWE_STARTTLS = 8,    /* an event */
    OWE_CLOSE = 16       /* an event, the last */
};

/* What the policy is asked. */
typedef enum question {
    QUESTION_NONE,
    QUESTION_CONNECT,
    QUESTION_HELLO,
    QUESTION_MAIL,
    QUESTION_RCPT,
    QUESTION_DATA,
    QUESTION_CHUNK,
    QUESTION_MESSAGE,
    QUESTION_VRFY,
    QUESTION_OTHER,
    QUESTION_AUTH,
    QUESTION_COUNT
} question;

/* Fixed words, and fixed enhanced codes. */
#define TEXT(words) ((postern_slice){(const uint8_t *)(words), sizeof(words) - 1})
#define ENHANCED(class, subject, detail) ((postern_enhanced){class, subject, detail})
#define NO_ENHANCED ENHANCED(0, 0, 0)

/* respond.c: each leaves a reply in the session and owes it. Enhanced codes appear where they are in force;
 * 421 takes the place of a refusal, and the session ends, when the error budget is used up. */

/* The reply that an error has. */
void postern_engine_refuse(postern_session *s, postern_error error);
/* A fixed reply. */
void postern_engine_answer(postern_session *s, int code, postern_enhanced enhanced, postern_slice text);
/* The reply that the policy chose, made to fit the question. Returns: the code that was sent. */
int postern_engine_answer_decision(postern_session *s, question asked, const postern_decision *decision);
void postern_engine_answer_greeting(postern_session *s);
void postern_engine_answer_hello(postern_session *s);
void postern_engine_answer_quit(postern_session *s);
/* 334 with a challenge in base64. */
void postern_engine_answer_challenge(postern_session *s, const uint8_t *challenge, size_t size);

/* transact.c */

/* Ask nothing, decide nothing: run one complete command line. Out: fault, what is wrong with the line, if anything. */
void postern_engine_run_line(postern_session *s, postern_slice line, postern_fault *fault);
/* Refuse a broken line, once; none of it is run. In: line, its beginning as far as it was kept. */
void postern_engine_break_line(postern_session *s, postern_slice line, postern_error error);
/* Apply a decision of the policy (it may be "pending") to the question. */
void postern_engine_settle(postern_session *s, question asked, const postern_decision *decision);
/* Greet. */
void postern_engine_connect(postern_session *s);
/* All octets of a chunk that was refused are gone. */
void postern_engine_chunk_drained(postern_session *s);
/* All octets of a chunk are there: what it is answered is owed, behind its content. */
void postern_engine_chunk_complete(postern_session *s);
/* The end of the message was seen: owe the event, and as many replies as there must be. */
void postern_engine_message_complete(postern_session *s);
/* Refuse the message that has ended, or the chunk that is not the last, or ask the policy about it. */
void postern_engine_ask_content(postern_session *s);
/* Let go of the transaction, if there is one. */
void postern_engine_end_transaction(postern_session *s);

/* auth.c */
void postern_engine_auth_begin(postern_session *s);
void postern_engine_auth_continue(postern_session *s, postern_slice line, postern_fault *fault);
void postern_engine_auth_end(postern_session *s);
/* Forget a line of so many octets that the client sent, and behind the exchange all that it left. */
void postern_engine_auth_wipe(postern_session *s, uint64_t line);
/* Is a mechanism offered as things stand? */
bool postern_engine_auth_offers(const postern_session *s, const postern_mechanism *mechanism);

#endif
