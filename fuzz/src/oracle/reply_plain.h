/* reply_plain.h: replies once more, read and written plainly, by what reply.h promises. Private to the toolkit. Room:
 * fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_SRC_ORACLE_REPLY_PLAIN_H
#define POSTERN_FUZZ_SRC_ORACLE_REPLY_PLAIN_H

#include <postern/fuzz/model.h>
#include <postern/reply.h>

/* One reply with all its lines at the level of practice. Out: reply. Returns: as pf_model_check_reply does for the
 * grammar of RFC 5321. */
pf_model_verdict pf_plain_in_practice(const uint8_t *octets, size_t size, pf_model_reply *reply);

/* "class.subject.detail" at the beginning, the numbers with one digit to three and no further one. Returns: its size,
 * or 0. Out: numbers. */
size_t pf_plain_enhanced(const uint8_t *octets, size_t size, unsigned numbers[static 2]);

/* Write a reply. In: enhanced, NULL for none; text, lines parted by LF. Returns: octets, or 0 when the code is none or
 * it does not fit. */
size_t pf_plain_format(uint8_t *out, size_t capacity, int code, const postern_enhanced *enhanced, const uint8_t *text,
                       size_t size);

#endif
