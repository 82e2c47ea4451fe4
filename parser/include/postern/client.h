/* postern/client.h: the client's side of the wire: command lines that say what was asked for and nothing else, and
 * messages with their dots stuffed, in pieces. (A client reads with reply.h, and encodes with codec.h.)
 *
 * What is sent cannot be taken back, so nothing here repairs: an argument that would start a line of its own, end its
 * path, become a parameter, or only be read by a server as something else than what was handed in, is refused.
 *
 *     const postern_request request = {.verb = POSTERN_VERB_RCPT, .path = recipient};
 *     if (postern_command_format(line, sizeof line, &request, &options, &size, &fault) == POSTERN_COMPLETE)
 *         send(line, size);
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_CLIENT_H
#define POSTERN_CLIENT_H

#include <postern/command.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A command to send. Members that its verb has no use for are absent. */
typedef struct postern_request {
    postern_verb verb;
    postern_slice path; /* MAIL RCPT SEND SOML SAML: what stands between the angle brackets; absent: the null path */
    postern_slice argument;              /* other verbs: all behind the verb and its space; absent or empty: none */
    const postern_parameter *parameters; /* verbs with a path: keyword and value of each (`id` is not looked at); may
                                            be NULL when there are none */
    size_t parameter_count;
} postern_request;

/* Write one command line, with its CRLF.
 *
 * The line is read again before it is handed out (command.h): it is written if a strict server reads exactly this
 * verb, this path, these parameters or this argument, and else refused. Stricter than RFC 6531 3.3: the line ends that
 * other character sets know (U+0080 to U+009F, U+2028, U+2029) are refused in UTF-8 too, for receivers exist that take
 * them for one.
 *
 * Returns: POSTERN_COMPLETE; POSTERN_WRONG; POSTERN_MISUSE for a verb that is none, a path or parameters with a verb
 * that has no path, an argument with one that has.
 * Out: written, 0 unless COMPLETE; `out` is of no use then. fault, offset from the start of the line as it would have
 * been: bare-cr, bare-lf, nul; line-too-long (of the verb, with the extensions in force); capacity; an error of
 * postern_command_parse; path-syntax, parameter-syntax or argument-syntax for what a server would read otherwise.
 * In: options, what the server offers (extensions), and whether the transaction asked for SMTPUTF8; its leniencies are
 * not used. RFC 5321 4.1.1. */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL_ARGS(3, 4, 5, 6) postern_status
    postern_command_format(uint8_t *out, size_t capacity, const postern_request *request,
                           const postern_command_options *options, size_t *written, postern_fault *fault);

/* Stuffs the dots of a message that comes in pieces. Owned by the caller, its members are private. */
typedef struct postern_stuffer {
    uint64_t offset;
    postern_fault fault;
    bool line_start;
    bool after_cr;
} postern_stuffer;

POSTERN_API POSTERN_NONNULL void postern_stuffer_init(postern_stuffer *stuffer);

/* Take octets of the content, and write what may be sent of them. What is written does not depend on the pieces.
 *
 * Returns: POSTERN_NEED_MORE, the message goes on: feed what was not taken, with room for 2 octets or more, or what
 * comes next; POSTERN_WRONG, the content cannot be sent by DATA unchanged (bare-cr, bare-lf, nul): as it has begun,
 * the connection must be dropped, and the stuffer stays in this state.
 * Out: taken, less than `size` only when `out` is full or on WRONG; written, octets to be sent, on WRONG too; a CR is
 * held back until the next octet shows that it is none of its own. fault, offset in the content.
 * In: octets may be NULL when size is 0. RFC 5321 4.5.2, 2.3.8. */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL_ARGS(1, 6, 7, 8) postern_status
    postern_stuffer_feed(postern_stuffer *stuffer, uint8_t *out, size_t capacity, const uint8_t *octets, size_t size,
                         size_t *taken, size_t *written, postern_fault *fault);

/* Octets that the end of a message takes at the most. */
#define POSTERN_STUFFER_END_MAX 5

/* Write the end of the message: CRLF if its last line has none, and "." CRLF. The stuffer is as initialised then.
 *
 * Returns: POSTERN_COMPLETE; POSTERN_WRONG, as above (a CR that is the last octet is bare), or capacity: call again
 * with more room. Out: written, 0 unless COMPLETE; fault. */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL_ARGS(1, 4, 5) postern_status
    postern_stuffer_finish(postern_stuffer *stuffer, uint8_t *out, size_t capacity, size_t *written,
                           postern_fault *fault);

#ifdef __cplusplus
}
#endif

#endif
