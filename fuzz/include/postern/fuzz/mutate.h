/* postern/fuzz/mutate.h: a mutator that knows SMTP, for any engine.
 *
 * It works on the octets of a client, or of a part of a session, as they stand in a corpus file, and knows commands,
 * messages, chunks, AUTH exchanges and line ends in them. What it writes depends on its arguments alone: the same seed
 * and input give the same output with every engine and on every machine. Nothing is allocated, nothing is kept from one
 * call to the next, no octet is written beyond the capacity, and nothing of a parser is in it.
 *
 *     size = pf_mutate(PF_MUTATE_SESSION, seed, octets, size, capacity, other, other_size);
 *
 * The adapters are libraries of their own: postern_mutate_libfuzzer (LLVMFuzzerCustomMutator and CustomCrossOver) and
 * postern_mutate_afl (a shared object for AFL_CUSTOM_MUTATOR_LIBRARY).
 *
 * The laws of this interface: no NULL unless said; a size follows its pointer.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_MUTATE_H
#define POSTERN_FUZZ_MUTATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What an input is. */
typedef enum pf_mutate_kind {
    PF_MUTATE_SESSION, /* all that a client sends */
    PF_MUTATE_COMMAND, /* one command line */
    PF_MUTATE_ADDRESS, /* one mailbox, without angle brackets */
    PF_MUTATE_DATA,    /* what stands behind DATA and its CRLF */
    PF_MUTATE_REPLY,   /* what a server sends: one reply or many */
    PF_MUTATE_LINE,    /* lines, whatever they say */
    PF_MUTATE_CLIENT,  /* what a server sends, and the calls of a client (client.h) */
    PF_MUTATE_KINDS
} pf_mutate_kind;

/* "session", "command", ... */
const char *pf_mutate_kind_name(pf_mutate_kind kind);

/* The kind of that name. Returns: false when there is none. */
bool pf_mutate_kind_find(const char *name, pf_mutate_kind *kind);

/* Mutate in place: one operation, or some of them one after the other.
 *
 * Returns: the new size, never more than `capacity`; 0 only when capacity is 0. In: octets, with room for `capacity`,
 * of which `size` (not more than capacity) are in use; other, a second input of the same kind to take parts from, may
 * be NULL when other_size is 0. */
size_t pf_mutate(pf_mutate_kind kind, uint64_t seed, uint8_t *octets, size_t size, size_t capacity,
                 const uint8_t *other, size_t other_size);

/* The operations of a kind, for who wants one of them alone. */
size_t pf_mutate_operation_count(pf_mutate_kind kind);

/* "insert-commands"; how many of 256 draws fall on it. */
const char *pf_mutate_operation_name(pf_mutate_kind kind, size_t operation);
unsigned pf_mutate_operation_weight(pf_mutate_kind kind, size_t operation);

/* Run one operation once. Returns: false, and nothing is changed, where it does not apply to this input or has no room.
 * In, out: size. */
bool pf_mutate_by(pf_mutate_kind kind, size_t operation, uint64_t seed, uint8_t *octets, size_t *size, size_t capacity,
                  const uint8_t *other, size_t other_size);

/* ---- Inputs made from nothing ---- */

typedef enum pf_generate_how {
    PF_GENERATE_VALID,  /* a server under the test policy takes all of it; a session: no reply 4yz or 5yz */
    PF_GENERATE_NEARLY, /* the same with one fault in it */
    PF_GENERATE_ANY     /* one of both */
} pf_generate_how;

typedef struct pf_generated {
    size_t size;
    const char *fault;   /* its name, "local-part-65"; NULL when it is valid */
    const char *expects; /* the errors, or for a session the reply codes, that it is meant to meet, parted by spaces */
} pf_generated;

/* Make an input. Lines have no fault of their own: they are command lines. A client has none: it is made to be hostile.
 *
 * Returns: its size (0 when the capacity is too small for any) and what is wrong with it. Out: octets, at most
 * `capacity`. */
pf_generated pf_generate(pf_mutate_kind kind, uint64_t seed, pf_generate_how how, uint8_t *octets, size_t capacity);

/* ---- Parts: where an input can be cut without cutting what belongs together ---- */

#define PF_PARTS_MOST 400 /* beyond these, the rest is one last part */

/* Of a session: a command, a message with the line of its dot, a chunk with its BDAT, an answer in an AUTH exchange,
 * the clear text behind STARTTLS with the handshake. Of anything else: a line. */
typedef struct pf_part {
    size_t begin;
    size_t middle; /* a chunk's content begins here, that of a message and clear text ends; of others, the end */
    size_t end;
    const char *what; /* "command", "message", "chunk", "answer", "handshake", "line" */
} pf_part;

/* Find the parts, which lie one behind the other and cover the input. Returns: how many; 0 for an empty input. */
size_t pf_parts(pf_mutate_kind kind, const uint8_t *octets, size_t size, pf_part parts[PF_PARTS_MOST]);

/* ---- Trimming: an input made shorter, by whole commands first, then by octets ---- */

/* Steps of trimming. Fill in with pf_trim_begin, and do not touch. */
typedef struct pf_trim {
    pf_mutate_kind kind;
    bool octets;  /* parts are octets now; first they were commands or lines */
    size_t width; /* how many parts a step takes away */
    size_t at;    /* the first of them */
} pf_trim;

void pf_trim_begin(pf_trim *trim, pf_mutate_kind kind, const uint8_t *octets, size_t size);

/* The next attempt: the input without some of its parts. Returns: false when there is nothing left to try. Out:
 * shorter, of `*shorter_size` octets, less than `size`. In: shorter, with room for `size`. */
bool pf_trim_next(const pf_trim *trim, const uint8_t *octets, size_t size, uint8_t *shorter, size_t *shorter_size);

/* Say how it went. In: kept, the shorter input is from now on the input; octets, the input that goes on. */
void pf_trim_went(pf_trim *trim, bool kept, const uint8_t *octets, size_t size);

#ifdef __cplusplus
}
#endif

#endif
