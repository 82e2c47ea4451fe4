/* postern/fuzz/oracle.h: the named laws that every SMTP parser must keep, each with one implementation.
 *
 * Laws of a session judge the log of any target (target.h). Laws of one layer judge libpostern's functions on one
 * piece of input. All of them fill in a pf_violation and return false when the law is broken; none prints, none stops
 * the program. Harnesses do that, with pf_violation_abort, so that every engine sees a crash.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_ORACLE_H
#define POSTERN_FUZZ_ORACLE_H

#include <postern/fuzz/target.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Violations ---- */

#define PF_VIOLATION_TEXT 240

/* A law that was broken. Findings are told apart by oracle, state and verb. */
typedef struct pf_violation {
    const char *oracle;  /* "STATE"; a constant string, like the next three */
    const char *section; /* "RFC 5321 4.1.4" */
    const char *state;   /* of the session as the model sees it, "RCPT"; "-" where there is none */
    const char *verb;    /* "-" where there is none */
    char expected[PF_VIOLATION_TEXT];
    char seen[PF_VIOLATION_TEXT];
    const uint8_t *octets; /* the octets concerned; of the input or of the log */
    size_t size;
    uint64_t offset;        /* in the input */
    const uint8_t *session; /* the session in which it was seen: the input, or a variant of it; NULL: nobody says */
    size_t session_size;
    bool varied;        /* it is a variant */
    const char *target; /* whose session it was, when that is not libpostern's; else NULL */
    const pf_log *log;  /* of that run, until the next is judged; NULL: nobody says */
    size_t at;          /* the event of it in which the law broke; may be one behind the last */
} pf_violation;

/* Print the violation to stderr: for a person, and one line "POSTERN-VIOLATION {json}" for programs. */
void pf_violation_print(const pf_violation *violation);

/* Print it and abort. */
void pf_violation_abort(const pf_violation *violation) __attribute__((noreturn));

/* A check that is always on: what the contract of a header promises to every caller. */
#define PF_CHECK(expression) ((expression) ? (void)0 : pf_check_failed(#expression, __FILE__, __LINE__))
void pf_check_failed(const char *expression, const char *file, int line) __attribute__((noreturn));

/* ---- Laws of a session ---- */

/* A session that was run, as the oracles see it. */
typedef struct pf_case {
    const pf_target *target;
    const pf_target_options *options;
    const uint8_t *octets; /* the whole input */
    size_t size;
    const pf_log *log;   /* of the run in one piece */
    const pf_log *model; /* of the reference model */
    bool open;           /* by the model, it ends inside a line, a body, an AUTH exchange or a chunk */
    bool thorough;       /* try all partitions and variants, not one */
    uint32_t hash;       /* of the input: which of them, when not thorough */
} pf_case;

typedef struct pf_oracle {
    const char *name;
    const char *section;
    const char *law;
    unsigned needs;     /* PF_KIND set of events; it stays silent for a target that cannot emit them */
    unsigned needs_can; /* PF_CAN set; the same */
    bool dear; /* it runs the target again: while fuzzing, several dear ones take turns by the hash of the input */
    bool (*holds)(const pf_case *run, pf_violation *violation);
} pf_oracle;

extern const pf_oracle pf_oracle_gram;  /* every reply is grammatical */
extern const pf_oracle pf_oracle_state; /* every reply is one that may answer this verb in this state */
extern const pf_oracle pf_oracle_one;   /* exactly one final reply for each command, in order */
extern const pf_oracle pf_oracle_ref;   /* the log is that of the reference model */
extern const pf_oracle pf_oracle_chunk; /* the log does not depend on the cuts. Of a target whose lines are guessed:
                                           what it says does not; and if what its replies answer does, ONE and STATE
                                           hold either way */

/* Those that look for one thing. */
extern const pf_oracle pf_oracle_canon; /* no control that the client sent comes out in a reply, a log, a trace field */
extern const pf_oracle pf_oracle_nodata; /* no octet of a message is run as a command */
extern const pf_oracle pf_oracle_strict; /* what was answered 2yz or 3yz lies within the grammar */
extern const pf_oracle pf_oracle_tls;    /* nothing from before the handshake is of any use behind it */
extern const pf_oracle pf_oracle_limit;  /* within a limit accepted, beyond refused, and the stream in step */

/* Those that compare runs of inputs that are alike. */
extern const pf_oracle pf_oracle_reset;  /* what resets a session leaves nothing of what came before */
extern const pf_oracle pf_oracle_meta;   /* case, pipelining, NOOP and the order of recipients change nothing else */
extern const pf_oracle pf_oracle_poison; /* the log does not depend on what the memory held before */
extern const pf_oracle pf_oracle_fault;  /* what fails is told by a 4yz or by the close; no message is half accepted */
extern const pf_oracle pf_oracle_bound;  /* work is linear in the input, and memory constant */

/* All of these, in the order in which they are asked; ended by NULL. */
extern const pf_oracle *const pf_session_oracles[];

/* And one of messages alone, which REF sees too where there is a model: what was stuffed is handed on as it was. */
extern const pf_oracle pf_oracle_round;

/* Run the input through the target, its options read from its last line, and judge the run by the oracles given, a list
 * that NULL ends. An oracle that needs what the target does not have is named on stderr, once.
 *
 * In: thorough, every oracle with all partitions and variants (replay); else one of each, chosen by a hash of the
 * input, and at most one dear oracle (fuzzing). Returns: true when all laws hold. Out: violation, of the first that
 * does not.
 */
bool pf_judge_by(const pf_oracle *const *oracles, const pf_target *target, const uint8_t *octets, size_t size,
                 bool thorough, pf_violation *violation);

/* By all laws of a session. */
bool pf_judge(const pf_target *target, const uint8_t *octets, size_t size, bool thorough, pf_violation *violation);

/* By CHUNK alone, without a model, in eight partitions that the input draws and one of a fuzzing run; thorough: in all
 * others too. */
bool pf_judge_chunks(const pf_target *target, const uint8_t *octets, size_t size, bool thorough,
                     pf_violation *violation);

/* By the model alone: REF in one piece and in one partition. And libpostern's layers, which are asked about parts of
 * the session as the model sees it: a command line by pf_laws_command, a mailbox by pf_laws_address, a body by
 * pf_laws_data. In: thorough, all parts; else one of each, chosen by the hash. */
bool pf_judge_differential(const pf_target *target, const uint8_t *octets, size_t size, bool thorough,
                           pf_violation *violation);

/* ---- Laws of one layer ---- */

/* Each judges one input. In: thorough, as above. */

/* line.h: the fast framer equals its plain twin and a batch reading, whatever the cuts. */
bool pf_laws_line(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation);
/* command.h: verdict and fields are those of the model (REF); slices lie in the line; what was parsed, printed and
 * parsed again is the same (ROUND). A CRLF is added to an input that does not end in one. */
bool pf_laws_command(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation);
/* client.h: the command on such a line is written as one line that says it, or refused as by a server (INJ). */
bool pf_laws_format(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation);
/* What command.h knows of verbs and extensions is what the model knows. In: octets, choose which; thorough, all. */
bool pf_laws_verbs(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation);
/* address.h: the same for one mailbox, alone and as a path; unquoting and quoting (ROUND). */
bool pf_laws_address(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation);
/* body.h: DATA as the model reads it (REF), whatever the cuts (CHUNK), fast and plain; BDAT hands on what it gets;
 * unstuff(stuff(m)) = m (ROUND). */
bool pf_laws_data(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation);
/* reply.h: replies as the model reads them (REF), whatever the cuts (CHUNK); what the formatter makes of any text is
 * grammatical (GRAM) and is read back (ROUND). */
bool pf_laws_reply(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation);
/* The tables of codes in reply.h are those of the model. In: octets, choose the codes; thorough, all codes. */
bool pf_laws_codes(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation);
/* session.h, AUTH: policy and mechanisms are told what the client sent, nobody is let in without their yes (AUTH), and
 * nothing of a secret is said or stays in the session (SECRET). The input is a session; bit 6 of its options keeps
 * PLAIN and LOGIN for TLS. */
bool pf_laws_auth(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation);
/* session.h, under a configuration and a policy that the input's hash draws: who is asked what, and when; what was
 * decided is answered; what is configured is kept (CONTRACT); what EHLO offers, and enhanced codes (REF); and GRAM, ONE
 * and CHUNK. The input is a session. In: thorough, under many of them. */
bool pf_laws_policy(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation);
/* What fits is taken and what does not is refused, in lengths and capacities that the input chooses (LIMIT). */
bool pf_laws_limits(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation);
/* codec.h: decode(encode(x)) = x, and encode(decode(x)) = x for all that is decoded (ROUND). */
bool pf_laws_codec(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation);

/* Is this program the replay driver, and not told to be brief? (It defines pf_replay_driver; engines do not.) Harnesses
 * are thorough then. */
bool pf_is_replay(void);

/* ---- Partitions ---- */

/* A hash of the input: the only source of chance that a harness has. */
uint32_t pf_hash(const uint8_t *octets, size_t size);

typedef enum pf_cutting {
    PF_CUT_OCTETS, /* behind every octet */
    PF_CUT_SEAMS,  /* at -2 to +2 around every CR, LF and dot; in: seed, 0 for all of these, else which are taken */
    PF_CUT_HASH    /* at distances that the seed draws */
} pf_cutting;

#define PF_CUTS_MAX 65536

/* Cut an input. Out: cuts, ascending offsets of segment ends, none of them 0 or size; at most `capacity`. Returns: how
 * many. */
size_t pf_cut(pf_cutting cutting, uint32_t seed, const uint8_t *octets, size_t size, size_t *cuts, size_t capacity);

/* The one partition that a fuzzing run tries, chosen by a hash of the input. */
size_t pf_cut_chosen(const uint8_t *octets, size_t size, size_t *cuts, size_t capacity);

/* Go through partitions: all of them when thorough, else the chosen one.
 *
 * Begin with *turn = 0. Returns: false when there is none left. Out: cuts, count. */
bool pf_cut_next(size_t *turn, bool thorough, const uint8_t *octets, size_t size, size_t *cuts, size_t *count);

#ifdef __cplusplus
}
#endif

#endif
