/* postern/body.h: receiving a message: DATA with its dots, BDAT with its octet count.
 *
 * DATA ends at CRLF "." CRLF and at nothing else (the CRLF before the dot may be that of the DATA command). BDAT ends
 * after so many octets, and its payload is inert. Neither copies: content comes out as slices of what was fed in.
 *
 * Both report violations of the content (bare CR, bare LF, NUL, a text line over the limit, 8-bit octets) and go on
 * to the true end: whether a violation costs the message is the session's business.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_BODY_H
#define POSTERN_BODY_H

#include <postern/error.h>
#include <postern/limits.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Violations, a set. */
#define POSTERN_VIOLATION_BARE_CR 1u
#define POSTERN_VIOLATION_BARE_LF 2u
#define POSTERN_VIOLATION_NUL 4u
#define POSTERN_VIOLATION_LINE_TOO_LONG 8u

/* What is known of the content so far, for both receivers. Offsets count octets of the body as fed (dots and all). */
typedef struct postern_content {
    uint64_t offset;       /* octets consumed */
    uint64_t size;         /* octets of content delivered */
    uint32_t violations;   /* POSTERN_VIOLATION_* */
    postern_error first;   /* the violation with the lowest offset, or POSTERN_ERROR_NONE */
    uint64_t first_offset; /* where it is */
    bool eight_bit;        /* an octet above 127 was seen: reported, not refused */
    bool after_cr;         /* private from here on */
    uint32_t line_limit;
    uint32_t line_length;
} postern_content;

typedef struct postern_data {
    postern_content content;
    uint8_t state; /* private */
} postern_data;

typedef struct postern_bdat {
    postern_content content;
    uint64_t remaining; /* octets of the current chunk still to come */
} postern_bdat;

/* Prepare to receive the octets behind the CRLF of DATA.
 *
 * In: line_limit, octets of the longest text line with its CRLF and without a transparency dot; 0 for none
 * (RFC 5321 4.5.3.1.6: 1,000). */
POSTERN_API POSTERN_NONNULL void postern_data_init(postern_data *data, uint32_t line_limit);

/* Feed octets of the body; consume them up to the next seam in the content, or to the end of the message.
 *
 * Returns: POSTERN_COMPLETE, the end of the message was consumed (the slice, if any, comes before it);
 * POSTERN_NEED_MORE, the message goes on (feed again, with what was not taken or with more).
 * Out: taken, 1 or more when size is; slice, unstuffed content: of `octets` or of constant data, valid as long as
 * those; it may be absent. An octet that may be part of the end of the message is held back until that is decided.
 * Content includes the CRLF before the final dot. RFC 5321 4.5.2. */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL_ARGS(1, 4, 5) postern_status
    postern_data_feed(postern_data *data, const uint8_t *octets, size_t size, size_t *taken, postern_slice *slice);

/* The same, an octet at a time: the plain twin of postern_data_feed. */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL_ARGS(1, 4, 5) postern_status
    postern_data_feed_plain(postern_data *data, const uint8_t *octets, size_t size, size_t *taken,
                            postern_slice *slice);

/* Prepare to receive a message in chunks. In: line_limit, as for DATA. */
POSTERN_API POSTERN_NONNULL void postern_bdat_init(postern_bdat *bdat, uint32_t line_limit);

/* Begin a chunk of `size` octets; the checks of the content go on across chunks. In: size up to POSTERN_CHUNK_MAX. */
POSTERN_API POSTERN_NONNULL void postern_bdat_begin(postern_bdat *bdat, uint64_t size);

/* Feed octets; consume at most what is left of the chunk.
 *
 * Returns: POSTERN_COMPLETE when the chunk has all its octets (at once for a chunk of none), else POSTERN_NEED_MORE.
 * Out: taken; slice, the octets, a slice of `octets` or absent. RFC 3030 2. */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL_ARGS(1, 4, 5) postern_status
    postern_bdat_feed(postern_bdat *bdat, const uint8_t *octets, size_t size, size_t *taken, postern_slice *slice);

/* The same, an octet at a time: the plain twin of postern_bdat_feed. */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL_ARGS(1, 4, 5) postern_status
    postern_bdat_feed_plain(postern_bdat *bdat, const uint8_t *octets, size_t size, size_t *taken,
                            postern_slice *slice);

/* End the message: a CR that is its last octet is a bare CR. Call it after the chunk that was the last. */
POSTERN_API POSTERN_NONNULL void postern_bdat_finish(postern_bdat *bdat);

/* The error that stands for one violation. In: a single POSTERN_VIOLATION_ bit. */
POSTERN_API POSTERN_NODISCARD postern_error postern_violation_error(uint32_t violation);

#ifdef __cplusplus
}
#endif

#endif
