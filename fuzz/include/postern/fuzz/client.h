/* postern/fuzz/client.h: the socket into which any SMTP client can be plugged: calls go in at one side, the octets of a
 * hostile server at the other; what the client writes, and what it read of the replies, is put on record.
 *
 * An adapter is a struct of callbacks, about thirty lines:
 *
 *     static void *my_open(const pf_client_options *options, pf_record *record) { ... }
 *     static bool my_call(void *self, const pf_call *call) { ... }    // pf_record_write what goes to the server
 *     static void my_feed(void *self, const uint8_t *octets, size_t size) { ... }    // pf_record_reply what it read
 *     static void my_close(void *self) { ... }
 *     const pf_client my_client = {.name = "mine", .calls = PF_CALLS_ALL, .open = my_open, .call = my_call,
 *                                  .feed = my_feed, .close = my_close};
 *
 * The laws (pf_client_oracles) then say: each call that was not refused is one line on the wire, and nothing else is;
 * the message arrives as it was handed in; what was read is what the server said, or it was found to be no reply.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_CLIENT_H
#define POSTERN_FUZZ_CLIENT_H

#include <postern/fuzz/oracle.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Calls ---- */

/* X(IDENTIFIER, the word of the script). What a program asks of its client. */
#define PF_CALL_LIST(X)                                                                                                \
    X(HELLO, "EHLO")      /* argument: the domain */                                                                   \
    X(MAIL, "MAIL")       /* argument: the mailbox without angle brackets; empty: the null path; parameters */         \
    X(RCPT, "RCPT")       /* the same */                                                                               \
    X(DATA, "DATA")       /* a message begins; the calls up to END are BODY */                                         \
    X(BODY, "BODY")       /* argument: octets of the message as the program has it, no dots stuffed */                 \
    X(END, ".")           /* of the message */                                                                         \
    X(VRFY, "VRFY")       /* argument: text */                                                                         \
    X(NOOP, "NOOP")       /* the same; may be empty */                                                                 \
    X(AUTH, "AUTH")       /* argument: the mechanism, then SP and the octets of the initial response, if any */        \
    X(RESPOND, "RESPOND") /* argument: octets of a response, which the client encodes; behind AUTH */                  \
    X(RSET, "RSET")                                                                                                    \
    X(QUIT, "QUIT")

typedef enum pf_call_kind {
#define PF_CALL_ENUM(identifier, word) PF_CALL_##identifier,
    PF_CALL_LIST(PF_CALL_ENUM)
#undef PF_CALL_ENUM
        PF_CALLS
} pf_call_kind;

#define PF_CALLS_ALL ((1u << PF_CALLS) - 1)

/* "EHLO", ... */
const char *pf_call_word(pf_call_kind kind);

/* Octets of the program: not NUL-terminated, exactly sized, gone when the call returns. */
typedef struct pf_octets {
    const uint8_t *data;
    size_t size;
} pf_octets;

typedef struct pf_call_parameter {
    pf_octets keyword;
    pf_octets value;
    bool has_value;
} pf_call_parameter;

#define PF_CALL_PARAMETERS 8

typedef struct pf_call {
    pf_call_kind kind;
    pf_octets argument;
    size_t parameter_count;
    pf_call_parameter parameters[PF_CALL_PARAMETERS];
} pf_call;

/* ---- The record ---- */

typedef enum pf_note_kind {
    PF_NOTE_CALL,    /* a call of one line, taken or refused; octets: what was written */
    PF_NOTE_MESSAGE, /* BODY calls up to END, or up to the one that was refused, or that were all; octets: as above */
    PF_NOTE_LOOSE,   /* octets that were written in no call */
    PF_NOTE_REPLY,   /* a whole reply was read; octets: its text, an LF between two lines */
    PF_NOTE_BROKEN   /* the client found that the server sends no reply: nothing is called or fed any more */
} pf_note_kind;

typedef struct pf_note {
    pf_note_kind kind;
    bool taken;     /* CALL, MESSAGE: not refused */
    int code;       /* REPLY */
    uint32_t call;  /* CALL, MESSAGE: which call of the script; of a message, its END or the one that was refused */
    uint32_t begin; /* octets [begin, end) of `wire`; of `text` for a reply */
    uint32_t end;
} pf_note;

#define PF_RECORD_NOTES 4096
#define PF_RECORD_OCTETS (1u << 20)

/* What a client did. Large: keep it static. Only what is in use is ever touched. */
typedef struct pf_record {
    size_t count;
    uint32_t wire_size;
    uint32_t text_size;
    bool full;    /* something did not fit */
    bool broken;  /* a note says so */
    bool in_call; /* private */
    pf_note notes[PF_RECORD_NOTES];
    uint8_t wire[PF_RECORD_OCTETS];
    uint8_t text[PF_RECORD_OCTETS];
} pf_record;

/* For adapters. Octets go to the server; a whole reply was read (its lines with an LF between two, without codes and
 * separators); the stream is no reply, and the connection is given up. */
void pf_record_write(pf_record *record, const uint8_t *octets, size_t size);
void pf_record_reply(pf_record *record, int code, const uint8_t *text, size_t size);
void pf_record_broken(pf_record *record);

/* ---- The client ---- */

typedef struct pf_client_options {
    bool no_extensions; /* the server offers none; default: all */
    bool filled;        /* PF_CAN_FILL: all memory of the client is filled with `fill` before it begins */
    uint8_t fill;
} pf_client_options;

/* What a client promises beyond what every client owes, a set. A client that repairs, or is more tolerant in what it
 * sends, or stricter in what it reads, says nothing. */
#define PF_EXACT_CALLS 1u    /* a line is sent if a strict server reads exactly what was handed in */
#define PF_EXACT_MESSAGES 2u /* so is a message: octet for octet, and CRLF at its end if it has none */
#define PF_EXACT_REPLIES 4u  /* every reply that is grammatical is read, and its text is reported as it was sent */
#define PF_EXACT_ALL 7u

typedef struct pf_client {
    const char *name;
    unsigned calls;       /* set of 1u << pf_call_kind that it has; the others are not made */
    unsigned can;         /* PF_CAN_FILL, PF_CAN_COUNT (target.h) */
    unsigned exact;       /* PF_EXACT set */
    bool practice;        /* reads replies by what is seen in practice: any text but NUL, CR and LF */
    uint32_t reply_lines; /* lines of one reply after which it gives up; 0: none */
    uint32_t steps_octet; /* PF_CAN_COUNT: what an octet may cost at the most, and a session; 0: not said */
    uint32_t steps_once;

    /* Begin. Returns: the client. The options and the record outlive it. */
    void *(*open)(const pf_client_options *options, pf_record *record);
    /* Returns: false when the client refuses the call; it may have written nothing then. */
    bool (*call)(void *client, const pf_call *call);
    /* Octets from the server, all of them. */
    void (*feed)(void *client, const uint8_t *octets, size_t size);
    /* Out: account. May be NULL: it cannot count. */
    void (*account)(const void *client, pf_target_account *account);
    void (*close)(void *client);
} pf_client;

/* The client's side of libpostern (client.h, reply.h, codec.h) as a client. */
extern const pf_client pf_client_postern;

/* The same built so that its basic blocks are counted: for programs that link postern_counted (fuzz/counted). */
extern const pf_client pf_client_counted;

/* ---- Files ---- */

/* A corpus file is what the server sends, as it is: `nc -l PORT < FILE` serves it. Behind the first line that begins
 * with "221 " a client has left, and there stands the script of its calls, one a line:
 *
 *     EHLO a.example
 *     MAIL a@b.example SIZE=10 SMTPUTF8
 *     RCPT c@d.example
 *     DATA
 *     BODY Hello\r\n.\r\n
 *     .
 *     QUIT
 *
 * The word is one of PF_CALL_LIST; behind it stand the argument and, for MAIL and RCPT, parameters, parted by spaces.
 * Octets are as they are, or in the escapes \r \n \t \\ \" \xHH (so that an argument can hold a space or CRLF); other
 * lines are no calls. A last line "NOOP o" + 8 hex digits sets options: bit 1 no_extensions. Without a script, the
 * texts of the replies are the arguments of EHLO, MAIL, RCPT, NOOP, and the whole stream is the message.
 *
 * Calls that no program makes are left out: BODY and END without DATA, another call within a message, RESPOND without
 * AUTH, anything behind QUIT or behind a message that was refused. After each call that was taken one reply is fed, as
 * far as there is one, and at the end what is left. */
typedef struct pf_script pf_script;

/* Read a file. Returns: constant until the next call. */
const pf_script *pf_script_read(const uint8_t *octets, size_t size);

/* Octets of the file that the server sends. */
size_t pf_script_stream(const pf_script *script);

/* The calls. Out: count. Their octets live as long as the script. */
const pf_call *pf_script_calls(const pf_script *script, size_t *count);

/* How the octets are cut on their way: the stream in the given places, the pieces of messages by the seed (0: as in the
 * script). */
typedef struct pf_client_cutting {
    const size_t *cuts;
    size_t count;
    uint32_t seed;
} pf_client_cutting;

/* Run calls and stream through a client. In: stream, which need not be that of the script. Returns: what it used up.
 * Out: record. In: cutting, may be NULL. */
pf_target_account pf_client_run(const pf_client *client, const pf_client_options *options, const pf_script *script,
                                const uint8_t *stream, size_t size, const pf_client_cutting *cutting,
                                pf_record *record);

/* ---- Laws ---- */

typedef struct pf_client_case {
    const pf_client *client;
    const pf_client_options *options;
    const uint8_t *octets; /* the whole file */
    size_t size;
    const pf_script *script;
    const pf_record *record;
    bool thorough;
    uint32_t hash;
} pf_client_case;

typedef struct pf_client_oracle {
    const char *name;
    const char *section;
    const char *law;
    unsigned needs_can;
    bool dear; /* as in oracle.h */
    bool (*holds)(const pf_client_case *run, pf_violation *violation);
} pf_client_oracle;

extern const pf_client_oracle pf_client_inj;    /* lines on the wire = calls made, or the call was refused */
extern const pf_client_oracle pf_client_round;  /* the message arrives as it was handed in, and ends where it ends */
extern const pf_client_oracle pf_client_gram;   /* what was taken for a reply is one */
extern const pf_client_oracle pf_client_ref;    /* the replies are those of the model */
extern const pf_client_oracle pf_client_chunk;  /* the record does not depend on the cuts */
extern const pf_client_oracle pf_client_poison; /* nor on what the memory held before */
extern const pf_client_oracle pf_client_bound;  /* work is linear in what the server sends */

/* All of them, in the order in which they are asked; ended by NULL. */
extern const pf_client_oracle *const pf_client_oracles[];

/* Run a file through a client and judge it by the oracles given, as pf_judge_by does for a target. Returns: true when
 * all laws hold. Out: violation. */
bool pf_client_judge(const pf_client_oracle *const *oracles, const pf_client *client, const uint8_t *octets,
                     size_t size, bool thorough, pf_violation *violation);

#ifdef __cplusplus
}
#endif

#endif
