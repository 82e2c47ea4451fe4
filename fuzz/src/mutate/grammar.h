/* grammar.h: what is made from nothing: the words of SMTP, valid and with a fault. Toolkit room: fuzz/.
 *
 * Everything that is called pf_make_ appends something valid under the test policy, unless it says otherwise; a
 * pf_wrong is one way of being wrong.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_MUTATE_GRAMMAR_H
#define POSTERN_FUZZ_MUTATE_GRAMMAR_H

#include "maker.h"

/* ---- Faults ---- */

/* One way of being wrong: appends a whole thing (a mailbox, a command line, a session) that has this fault alone. */
typedef struct pf_wrong {
    const char *name;
    const char *expects; /* names of errors, or reply codes */
    void (*make)(pf_maker *maker);
} pf_wrong;

typedef struct pf_faults {
    const pf_wrong *list;
    size_t count;
} pf_faults;

extern const pf_faults pf_faults_address;
extern const pf_faults pf_faults_command;
extern const pf_faults pf_faults_parameter; /* a MAIL or RCPT command with a parameter that is wrong */
extern const pf_faults pf_faults_data;
extern const pf_faults pf_faults_reply;
extern const pf_faults pf_faults_session;

static inline void pf_make_fault(pf_maker *maker, const pf_faults *faults) {
    faults->list[pf_below(maker, faults->count)].make(maker);
}

/* ---- Addresses (make_address.c) ---- */

/* In: most, how long it may be at the most, 64 or less. */
void pf_make_local_part(pf_maker *maker, size_t most);
/* In: most, 4 or more. */
void pf_make_domain(pf_maker *maker, size_t most);
/* A domain of exactly so many octets, 1 or more. */
void pf_make_domain_of(pf_maker *maker, size_t size);
/* At most 254 octets; all of them accepted. */
void pf_make_mailbox(pf_maker *maker);
/* A mailbox with octets beyond ASCII. */
void pf_make_mailbox_utf8(pf_maker *maker);
/* A mailbox that the test policy refuses or defers, now or at the end of the message. */
void pf_make_mailbox_refused(pf_maker *maker);
/* What may stand behind the at sign of a mailbox with a fault. */
void pf_make_domain_wrong(pf_maker *maker);
/* The same octet again and again, one that means something in an address. */
void pf_make_run(pf_maker *maker);
/* In angle brackets; now and then the null path, a source route, Postmaster. */
void pf_make_reverse_path(pf_maker *maker);
void pf_make_forward_path(pf_maker *maker);

/* ---- Numbers and parameters (make_parameter.c) ---- */

/* At and around 2^31, 2^32, 2^63, 2^64; signs, hexadecimal, leading zeros, nothing at all. Not always valid. */
void pf_make_number(pf_maker *maker);
/* A number that reads as `number` where it wraps at 32 or 64 bits. */
void pf_make_wrapping_number(pf_maker *maker, uint64_t number);
/* xtext, valid. */
void pf_make_xtext(pf_maker *maker);

typedef enum pf_situation { PF_IN_SESSION, PF_ALONE } pf_situation;

/* Parameters with their space, each at most once. In a session only those that it offers and the plain-text server
 * grants. */
void pf_make_mail_parameters(pf_maker *maker, pf_situation situation);
void pf_make_rcpt_parameters(pf_maker *maker, pf_situation situation);
/* One parameter with its space, for any verb, valid or not. */
void pf_make_parameter(pf_maker *maker);

/* ---- Commands (make_command.c) ---- */

typedef enum pf_verb {
    PF_VERB_NONE,
    PF_VERB_EHLO,
    PF_VERB_HELO,
    PF_VERB_LHLO,
    PF_VERB_MAIL,
    PF_VERB_RCPT,
    PF_VERB_DATA,
    PF_VERB_BDAT,
    PF_VERB_RSET,
    PF_VERB_NOOP,
    PF_VERB_QUIT,
    PF_VERB_VRFY,
    PF_VERB_EXPN,
    PF_VERB_HELP,
    PF_VERB_STARTTLS,
    PF_VERB_AUTH,
    PF_VERB_SEND,
    PF_VERB_SOML,
    PF_VERB_SAML,
    PF_VERB_TURN,
    PF_VERB_ETRN,
    PF_VERB_ATRN,
    PF_VERB_BURL,
    PF_VERB_ONEX,
    PF_VERB_VERB,
    PF_VERB_XCLIENT,
    PF_VERB_XFORWARD,
    PF_VERB_COUNT
} pf_verb;

/* The verb that a line begins with. */
pf_verb pf_verb_of(const uint8_t *line, size_t size);
void pf_make_verb(pf_maker *maker, pf_verb verb);
/* A verb as sessions have it: the common ones more often. */
pf_verb pf_draw_verb(pf_maker *maker);
/* What stands behind the verb, with its space. */
void pf_make_argument(pf_maker *maker, pf_verb verb, pf_situation situation);
/* A whole line with its CRLF. */
void pf_make_command(pf_maker *maker, pf_verb verb, pf_situation situation);
/* A line of any verb, one in four with a fault. */
void pf_make_any_command(pf_maker *maker, pf_situation situation);

/* ---- Bodies and line ends (make_body.c) ---- */

/* What takes the place of a CRLF. */
void pf_make_line_end(pf_maker *maker);
/* An end of data that is none, or is one; from the list and beyond it. */
void pf_make_end_of_data(pf_maker *maker);
/* Commands that must not run when they stand in a message. */
void pf_make_canaries(pf_maker *maker);
/* Lines of a message, with dots stuffed, without the end. */
void pf_make_content(pf_maker *maker);
/* A line around the longest, or a buffer's size, with an end of data or not where it is full. */
void pf_make_long_line(pf_maker *maker);
/* Behind DATA: content and the end. */
void pf_make_body(pf_maker *maker);
/* A BDAT command and its payload. */
void pf_make_chunk(pf_maker *maker, bool last);

/* ---- Exchanges (make_exchange.c) ---- */

/* AUTH with all that follows it. In: right, it succeeds. */
void pf_make_auth(pf_maker *maker, bool right);
/* The same with an odd answer, or an odd line end. */
void pf_make_auth_broken(pf_maker *maker);
/* One line behind 334, right or wrong. */
void pf_make_auth_answer(pf_maker *maker);
/* base64 of some octets. */
void pf_make_base64(pf_maker *maker, const uint8_t *octets, size_t size);
/* STARTTLS and the marker of the handshake; in: injected, octets stand between them, or the marker is missing. */
void pf_make_starttls(pf_maker *maker, bool injected);
/* The last line of a session file, that has its options. */
void pf_make_options(pf_maker *maker, uint32_t word);

/* ---- Sessions and replies (make_session.c, make_reply.c) ---- */

/* MAIL, RCPT and a message, or a part of them. */
void pf_make_transaction(pf_maker *maker);
/* A few commands that belong together, valid or not: what can be put between two commands. */
void pf_make_group(pf_maker *maker);
/* Groups, as many as there is room for, `most` at the most. */
void pf_make_groups(pf_maker *maker, size_t most);
void pf_make_session(pf_maker *maker);
/* A hello and groups, valid or not: what one of them gets wrong seldom keeps the next from being read. */
void pf_make_pile(pf_maker *maker);

void pf_make_reply(pf_maker *maker);
/* One line of it, with its CRLF. In: last, the last line. */
void pf_make_reply_line(pf_maker *maker, unsigned code, bool last);
unsigned pf_draw_code(pf_maker *maker);

/* ---- Clients (make_client.c) ---- */

/* In escapes: what a client must not let through, or what stuffing is for. */
void pf_make_odd_escape(pf_maker *maker);
/* A call, or those of a message, with odd octets now and then. */
void pf_make_call(pf_maker *maker);
/* Replies, and a script of calls. */
void pf_make_client(pf_maker *maker);

#endif
