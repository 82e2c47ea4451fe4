/* server.h: what the files of the server share. Private to fuzz/bugbench.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_BUGBENCH_SERVER_H
#define POSTERN_FUZZ_BUGBENCH_SERVER_H

#include "bench.h"

#define BUG(number) (pf_bench_bug == (number))

enum {
    LINE_LIMIT = 512, /* RFC 5321 4.5.3.1.4, with CRLF */
    AUTH_LIMIT = 12288,
    TEXT_LIMIT = 1000,
    RECIPIENTS_LIMIT = 100,
    LOCAL_LIMIT = 64,
    DOMAIN_LIMIT = 255,
    LABEL_LIMIT = 63,
    PATH_LIMIT = 256,
    MAIL_MORE = 745,  /* what the extensions add to a line */
    RCPT_MORE = 530,  /* RFC 3461 */
    INQUIRY_MORE = 9, /* " SMTPUTF8" */
    KEPT_LIMIT = 512, /* octets kept over a handshake */
    HISTORY_SIZE = 8, /* commands that the history holds */
    NAME_LIMIT = 64,  /* of a name in the log */
    PARAMETERS_LIMIT = 64
};

/* Where the session stands (RFC 5321 4.1.4), a set bit each. */
typedef enum bench_state { AT_START = 1, AT_GREETED = 2, AT_MAIL = 4, AT_RCPT = 8, AT_BDAT = 16 } bench_state;

/* What the next octet belongs to. */
typedef enum bench_reading { READ_COMMAND, READ_AUTH, READ_BODY, READ_CHUNK, READ_NOTHING, READ_CLOSED } bench_reading;

/* Where a body stands between two octets. */
typedef enum bench_dot { DOT_MIDDLE, DOT_CR, DOT_START, DOT_DOT, DOT_DOT_CR, DOT_SKIP } bench_dot;
typedef enum bench_line_by { BY_CRLF, BY_LF, BY_CR } bench_line_by;

typedef enum bench_login { LOGIN_PLAIN, LOGIN_USER, LOGIN_PASSWORD } bench_login;

/* One entry of the history that should not be. */
typedef struct bench_past {
    struct bench_past *before;
} bench_past;

typedef struct bench_server {
    const pf_target_options *options;
    pf_log *log;
    uint64_t offset; /* octets taken */
    uint64_t begin;  /* of the line, body or chunk at hand */
    size_t rest;     /* octets of the feed behind the line at hand */
    uint32_t feeds;

    const char *verb; /* what the next reply answers */

    /* The line at hand. */
    char *line;
    size_t line_room;  /* octets of the block */
    size_t limit;      /* longest line in force */
    size_t size;       /* octets seen of it */
    size_t stored;     /* octets kept of it */
    bool cr;           /* the last one is a CR */
    const char *error; /* the first thing that is wrong with it */

    bench_state state;
    bench_reading reading;
    bool esmtp; /* EHLO or LHLO was said */
    bool tls;
    bool authenticated;
    bool user_known;
    bench_login login;
    uint32_t errors;
    uint32_t commands;
    uint8_t *history; /* of the last commands: 0 for one that was refused */
    char *hello;      /* the trace field, as far as it is known */
    size_t hello_room;

    /* The transaction. */
    bool smtputf8;
    bool eightbit;
    bool binarymime;
    uint32_t recipients;
    int16_t verdict[RECIPIENTS_LIMIT];
    char *sender; /* unquoted local-part */
    char *sender_domain;

    /* The message. */
    bench_dot dot;
    bench_line_by line_by;
    size_t text_line; /* octets in the line of text at hand */
    bool text_cr;
    bool violated;
    bool held;         /* a CRLF is not handed on yet */
    uint32_t dot_feed; /* in which the dot came */
    uint64_t content;
    uint8_t content_last;
    uint64_t chunk_left;
    bool chunk_last;
    bool chunk_waits; /* for the next feed */
    int chunk_refusal;
    bench_past *past;

    uint8_t *kept; /* behind STARTTLS */
    size_t kept_size;
    uint32_t kept_feed;
} bench_server;

/* ---- memory.c: every octet that a session holds. One session at a time. ---- */

void bench_memory_open(const pf_target_options *options);
/* A block, or NULL when this one is to fail. */
void *bench_alloc(size_t size);
void *bench_grow(void *block, size_t size, size_t wanted);
void bench_free(void *block, size_t size);
/* An exact copy of some octets, with a NUL behind them. Its block has size + 1 octets. */
char *bench_copy(const char *octets, size_t size);
/* Count work. */
void bench_work(uint64_t steps);
/* Count what the stack holds. */
void bench_hold(size_t size);
void bench_release(size_t size);
void bench_account(pf_target_account *account);

/* ---- server.c ---- */

/* Take octets, all of them. Returns: false once closed. */
bool bench_pump(bench_server *s, const uint8_t *octets, size_t size);
/* Memory ran out: 421, and the end. */
void bench_no_memory(bench_server *s);

/* ---- log.c: replies and other events ---- */

void bench_note(bench_server *s, pf_event_kind kind, const char *verb, const char *error);
void bench_reply(bench_server *s, const char *verb, int code);
void bench_data(bench_server *s, const uint8_t *octets, size_t size);
void bench_trace(bench_server *s, const char *text, size_t size);
void bench_close(bench_server *s);

/* ---- line.c: command lines ---- */

size_t bench_line_take(bench_server *s, const uint8_t *octets, size_t size);
/* Begin a new one. */
void bench_line_reset(bench_server *s);
/* The block that a line of this size needs. */
size_t bench_line_room(size_t limit);
/* Have room for lines of this size. */
void bench_line_limit(bench_server *s, size_t limit);
/* A line that is not whole at the end of the stream. */
void bench_line_eof(bench_server *s);

/* ---- command.c ---- */

/* Run a complete line. In: text, ended by NUL, without its CRLF; size, of it; octets, of the line as it was sent. */
void bench_command(bench_server *s, const char *text, size_t size, size_t octets);
void bench_reset(bench_server *s);
/* What a command may be: of a verb, with its CRLF. */
size_t bench_verb_limit(const bench_server *s, const char *verb);
bool bench_is_word(const char *text, size_t size, const char *word);
bool bench_begins(const char *text, const char *word);

/* ---- mail.c: MAIL, RCPT, VRFY, EHLO and their arguments. Return: the code of the reply; 0 when memory ran out. ----
 */

int bench_ehlo(bench_server *s, const char *argument, bool esmtp);
int bench_mail(bench_server *s, const char *argument);
int bench_rcpt(bench_server *s, const char *argument);
int bench_vrfy(bench_server *s, const char *argument);

/* ---- parameter.c ---- */

typedef struct bench_parameters {
    bool mail;     /* of MAIL, not RCPT */
    bool in_force; /* extensions are */
    bool smtputf8;
    bool eightbit;
    bool binarymime;
    bool unknown;
    bool too_large;
    bool no_memory;
    char *envelope_id; /* decoded */
    size_t envelope_id_room;
    size_t envelope_id_size;
} bench_parameters;

/* The parameters behind a path, to the end of the text. In: start, of the whole text. Returns: false for bad syntax. */
bool bench_parameters_read(const char *start, const char *text, bench_parameters *parameters);

/* ---- address.c: each returns where its rule ends, or NULL ---- */

typedef struct bench_mailbox {
    const char *local;
    size_t local_size;
    const char *domain;
    size_t domain_size;
    bool too_long; /* some part of it */
} bench_mailbox;

size_t bench_utf8(const char *at);
const char *bench_atom(const char *at, bool utf8);
const char *bench_quoted(const char *at, bool utf8);
const char *bench_domain(const char *at, bool utf8, bool *too_long);
const char *bench_literal(const char *at);
const char *bench_mailbox_read(const char *at, bool utf8, bench_mailbox *mailbox);
const char *bench_path_read(const char *at, bench_mailbox *mailbox);
bool bench_is_atext(char c);
bool bench_is_alnum(char c);
bool bench_is_digit(char c);

/* ---- body.c ---- */

void bench_body_begin(bench_server *s);
size_t bench_body_take(bench_server *s, const uint8_t *octets, size_t size);
void bench_bdat(bench_server *s, const char *text, int refusal);
size_t bench_chunk_take(bench_server *s, const uint8_t *octets, size_t size);

/* ---- auth.c ---- */

int bench_auth(bench_server *s, const char *argument);
void bench_auth_line(bench_server *s, const char *text, size_t size);
/* Back to commands, and to lines as long as these. */
void bench_auth_over(bench_server *s);

/* ---- spool.c: what is kept of a session elsewhere ---- */

/* The name that the client gave itself. Return: false when memory ran out. */
bool bench_spool_hello(bench_server *s, const char *name);
bool bench_spool_sender(bench_server *s, const bench_mailbox *mailbox);
void bench_spool_forget(bench_server *s);
/* Is the sender, written out and read again, what it was? */
bool bench_spool_reads_back(bench_server *s);
/* The argument, as the log has it. */
bool bench_spool_name(const char *argument);
bool bench_spool_chunk(bench_server *s);
void bench_spool_free(bench_server *s);

#endif
