/* postern/line.h: framing. From a stream of octets to lines that end at CRLF and at nothing else.
 *
 * This is the only place in libpostern that decides where a command line ends. A bare CR, a bare LF and a NUL are
 * three distinct errors; a line over the limit is a fourth. A broken line is consumed to its CRLF, reported once,
 * there, with the first error in it (the one with the lowest offset), and none of it may be run.
 *
 * The result does not depend on how the octets were split over calls.
 *
 *     postern_line framer;
 *     postern_line_init(&framer, POSTERN_COMMAND_LINE_MAX);
 *     while (size > 0) {
 *         size_t taken;
 *         postern_slice line;
 *         postern_fault fault;
 *         postern_status status = postern_line_feed(&framer, octets, size, &taken, &line, &fault);
 *         if (status == POSTERN_COMPLETE) run(line);
 *         if (status == POSTERN_WRONG) refuse(fault);
 *         octets += taken, size -= taken;
 *     }
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_LINE_H
#define POSTERN_LINE_H

#include <postern/error.h>
#include <postern/limits.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A framer. Owned by the caller, its members are private. The buffer is not initialised and need not be. */
typedef struct postern_line {
    size_t limit;
    size_t length; /* octets of the current line seen so far; the count stops above every limit */
    postern_fault fault;
    bool after_cr;
    uint8_t buffer[POSTERN_AUTH_LINE_MAX];
} postern_line;

/* Prepare a framer.
 *
 * Out: framer. In: limit, octets of the longest line with its CRLF, 2 to POSTERN_AUTH_LINE_MAX; a value outside is
 * brought to the nearer bound. */
POSTERN_API POSTERN_NONNULL void postern_line_init(postern_line *framer, size_t limit);

/* Set the limit. Takes effect at once; call it between lines. In: limit, as for postern_line_init. */
POSTERN_API POSTERN_NONNULL void postern_line_set_limit(postern_line *framer, size_t limit);

/* Forget a line that has begun (for STARTTLS, whose plain-text remains must not survive; RFC 3207 4.2). */
POSTERN_API POSTERN_NONNULL void postern_line_reset(postern_line *framer);

/* Has a line begun that has not ended? */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL bool postern_line_is_open(const postern_line *framer);

/* Feed octets; consume at most one line.
 *
 * Returns: POSTERN_COMPLETE, a line; POSTERN_NEED_MORE, all octets were taken and the line has not ended;
 * POSTERN_WRONG, a broken line has ended.
 * Out: taken, octets consumed, at most `size`. line, on COMPLETE the line with its CRLF, on WRONG its first `limit`
 * octets or all of it; a slice of `octets` or of the framer's buffer, valid until the next call; otherwise absent.
 * fault, on WRONG the first error of the line; offsets count from the start of the line; line-too-long has the limit
 * as its offset, and comes before another error of the same octet. Otherwise POSTERN_ERROR_NONE.
 * In: octets may be NULL when size is 0. RFC 5321 2.3.8, 4.5.3.1.4. */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL_ARGS(1, 4, 5, 6) postern_status
    postern_line_feed(postern_line *framer, const uint8_t *octets, size_t size, size_t *taken, postern_slice *line,
                      postern_fault *fault);

/* The same as postern_line_feed, an octet at a time and without any fast path: the plain twin against which the fast
 * one is tested. */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL_ARGS(1, 4, 5, 6) postern_status
    postern_line_feed_plain(postern_line *framer, const uint8_t *octets, size_t size, size_t *taken,
                            postern_slice *line, postern_fault *fault);

/* What a line of known octets that has not ended already says of itself: the fault that it will be reported with at
 * its CRLF if one is already certain. Returns: that fault, or POSTERN_ERROR_NONE. */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL postern_fault postern_line_pending_fault(const postern_line *framer);

#ifdef __cplusplus
}
#endif

#endif
