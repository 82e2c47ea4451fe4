/* postern/codec.h: the second, explicit step: decoding what the parser left as it came, and encoding for the wire.
 *
 * Every function writes at most `capacity` octets and says how many; input and output must not overlap unless it is
 * said. Decoders are strict and canonical: for each value one spelling is accepted (RFC 4648 3.5: no characters
 * outside the alphabet, no padding in the middle, pad bits zero).
 *
 * Returns, of all of them: POSTERN_COMPLETE; POSTERN_WRONG with the fault: its offset is that of the first octet that
 * no valid input has there (of a broken UTF-8 character, of its first octet), or the size when the input is cut short;
 * POSTERN_WRONG with POSTERN_ERROR_CAPACITY (offset: the capacity) for a valid input whose output does not fit,
 * nothing of it being of use then.
 * Out: written, octets in `out` (0 unless COMPLETE). In: octets may be NULL when size is 0.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_CODEC_H
#define POSTERN_CODEC_H

#include <postern/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Octets that base64 of `size` octets takes, and the most that `size` octets of base64 decode to. */
#define POSTERN_BASE64_ENCODED_SIZE(size) (((size) + 2) / 3 * 4)
#define POSTERN_BASE64_DECODED_MAX(size) ((size) / 4 * 3)

POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL_ARGS(5) postern_status
    postern_base64_encode(uint8_t *out, size_t capacity, const uint8_t *octets, size_t size, size_t *written);

/* RFC 4648 4. `out` may be `octets`: decoding in place is allowed. */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL_ARGS(5, 6) postern_status
    postern_base64_decode(uint8_t *out, size_t capacity, const uint8_t *octets, size_t size, size_t *written,
                          postern_fault *fault);

/* xtext, RFC 3461 4. The encoder escapes "+", "=" and all outside %x21-7E; the decoder takes upper-case hex alone and
 * any escaped octet: what CR or LF may mean in a decoded value is for the caller, with its eyes open. */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL_ARGS(5) postern_status
    postern_xtext_encode(uint8_t *out, size_t capacity, const uint8_t *octets, size_t size, size_t *written);
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL_ARGS(5, 6) postern_status
    postern_xtext_decode(uint8_t *out, size_t capacity, const uint8_t *octets, size_t size, size_t *written,
                         postern_fault *fault);

/* Is it xtext? RFC 3461 4. Out: fault. */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL_ARGS(3) bool
    postern_xtext_check(const uint8_t *octets, size_t size, postern_fault *fault);

/* A Local-part as the mailbox has it: quotes and backslashes taken away (RFC 5321 4.1.2). A Dot-string is copied. */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL_ARGS(5, 6) postern_status
    postern_local_part_unquote(uint8_t *out, size_t capacity, const uint8_t *octets, size_t size, size_t *written,
                               postern_fault *fault);

/* The other way: a Dot-string where that is possible, else a Quoted-string. Wrong (local-part-syntax) for octets that
 * no local-part can hold (controls; octets that are not well-formed UTF-8). */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL_ARGS(5, 6) postern_status
    postern_local_part_quote(uint8_t *out, size_t capacity, const uint8_t *octets, size_t size, size_t *written,
                             postern_fault *fault);

/* Octets that DATA of `size` octets of content takes at the most: each may be a dot that begins a line, and the end
 * is CRLF "." CRLF. */
#define POSTERN_STUFFED_MAX(size) (2 * (size) + 5)

/* A message ready for DATA: dots stuffed, CRLF added if the last line of the content does not end in one, then "."
 * CRLF.
 * Wrong (bare-cr, bare-lf, nul) for content that cannot be sent by DATA unchanged. RFC 5321 4.5.2, 2.3.8. */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL_ARGS(5, 6) postern_status
    postern_data_stuff(uint8_t *out, size_t capacity, const uint8_t *octets, size_t size, size_t *written,
                       postern_fault *fault);

/* Is it well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF)? Out: offset of the first
 * character that is not, or the size. */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL_ARGS(3) bool
    postern_utf8_check(const uint8_t *octets, size_t size, size_t *offset);

#ifdef __cplusplus
}
#endif

#endif
