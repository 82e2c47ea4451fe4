/* model/session.h: what the files of the session's model share.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_MODEL_SESSION_H
#define POSTERN_FUZZ_MODEL_SESSION_H

#include "model/decode.h"
#include "model/grammar.h"

/* Where an AUTH exchange stands: what the next line of the client is. */
typedef enum auth_step { AUTH_PLAIN_MESSAGE, AUTH_LOGIN_USER, AUTH_LOGIN_PASSWORD } auth_step;

typedef struct pf_session {
    const uint8_t *octets;
    size_t size;
    size_t at; /* octets taken so far */
    const pf_model_options *options;
    pf_log *log;
    pf_model_state state;
    uint32_t in_force; /* extensions: what EHLO offered */
    size_t line_limit; /* the largest in force */
    bool esmtp;        /* EHLO or LHLO, not HELO */
    bool tls;
    bool authenticated;
    uint32_t errors;
    bool refused;
    bool in_chunk; /* the input ended in a chunk */

    /* The transaction. */
    bool smtputf8;
    bool binarymime;
    uint32_t recipients;                         /* accepted ones */
    int recipient_code[PF_MODEL_RECIPIENTS_MAX]; /* what the policy says of each at the end of the message */
    pf_text_scan scan;                           /* over all chunks */

    auth_step step;
    bool user_known; /* LOGIN: the user name was the right one */
} pf_session;

/* One command line, complete and unbroken: where it stands in the stream, its trimmed text and its verb. */
typedef struct pf_command_line {
    size_t begin;
    size_t end; /* behind its CRLF */
    const uint8_t *octets;
    size_t text;
    const char *verb;
} pf_command_line;

/* --- session_log.c: what is written to the log --- */

void pf_session_line(pf_session *s, const char *verb, const char *error, size_t begin, size_t end);
/* One reply; 421 in its place when the error budget is spent, and then the session closes. */
void pf_session_reply(pf_session *s, const char *verb, int code, size_t begin, size_t end);
void pf_session_data(pf_session *s, size_t begin, size_t end);
void pf_session_message_end(pf_session *s, size_t begin, size_t end);
void pf_session_close(pf_session *s, size_t begin, size_t end);
void pf_session_starttls(pf_session *s, size_t at);

/* --- session.c --- */

/* The transaction is over, or never was. */
void pf_session_reset(pf_session *s);

/* --- session_auth.c --- */

/* The AUTH command, all its checks done but for the mechanism. Returns: the code of its reply. */
int pf_session_auth(pf_session *s, const pf_command_line *line, const pf_model_command *command);
/* One line of the client within the exchange. Returns: false when it is not there yet. */
bool pf_session_auth_continuation(pf_session *s);

/* --- session_body.c: DATA and BDAT. Return: false when the octets are not all there. --- */

bool pf_session_data_body(pf_session *s);
/* A BDAT command with its chunk; `refusal` is the code that its verb or the state calls for, or 0. */
bool pf_session_bdat(pf_session *s, const pf_command_line *line, int refusal);

#endif
