/* postern/limits.h: every number that bounds something, with its source.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_LIMITS_H
#define POSTERN_LIMITS_H

/* RFC 5321 4.5.3.1: octets. Lines count their CRLF, paths their angle brackets. */
#define POSTERN_LOCAL_PART_MAX 64
#define POSTERN_DOMAIN_MAX 255
#define POSTERN_PATH_MAX 256
#define POSTERN_COMMAND_LINE_MAX 512
#define POSTERN_REPLY_LINE_MAX 512
#define POSTERN_TEXT_LINE_MAX 1000
#define POSTERN_RECIPIENTS_MIN 100

/* RFC 1035 2.3.4: octets of one label of a domain. */
#define POSTERN_LABEL_MAX 63

/* RFC 4954 4: octets of a line of an AUTH exchange, CRLF included; and what its base64 decodes to at the most. */
#define POSTERN_AUTH_LINE_MAX 12288
#define POSTERN_AUTH_DECODED_MAX 9216

/* RFC 4422 3.1: octets of the name of a SASL mechanism. */
#define POSTERN_MECHANISM_MAX 20

/* RFC 3030 2 sets no bound to a chunk; ours is that of a signed 64-bit count of octets. */
#define POSTERN_CHUNK_MAX INT64_MAX

/* RFC 1870 3: digits of SIZE=. */
#define POSTERN_SIZE_DIGITS_MAX 20

/* RFC 3461 4.2, 4.4: characters of the values of ORCPT (500 with "ORCPT=") and ENVID. */
#define POSTERN_ORCPT_MAX 494
#define POSTERN_ENVID_MAX 100

/* Parameters of one command that are kept apart. A line may hold more; such a line is refused (parameter-too-many).
 * No registered set of parameters comes near. */
#define POSTERN_PARAMETERS_MAX 64

/* Lines of one reply that the reply parser takes before it gives up on the server. */
#define POSTERN_REPLY_LINES_MAX 1000

/* Octets of the longest reply that a session formats (the EHLO reply with every keyword). */
#define POSTERN_SESSION_REPLY_MAX 2048

#endif
