/* postern/postern.h: libpostern, a hardened SMTP parser. This header includes all others and states the laws that
 * hold for every function of them.
 *
 * 1. Three outcomes stay apart: complete, need more, wrong. Wrong carries a stable error, the octet where it is, and
 *    the reply that RFC 5321 gives it. Misuse by the caller is a fourth value, and none of the three.
 * 2. Nothing is allocated, nothing recurses, nothing is global and mutable, no locale is asked. Memory is the caller's
 *    and of a size known at compile time; work is linear in the input.
 * 3. No pointer may be NULL unless it is said. A context comes first, then outputs, then inputs; a length follows its
 *    pointer. (Feeding functions name the input before what they say of it, in the order of reading.)
 * 4. Results are slices of the caller's octets or of a context's own buffer, never NUL-terminated, and valid until the
 *    next call on that context. No pointer into the input is kept past the call.
 * 5. Results do not depend on how a stream was cut into calls.
 * 6. Quoting stays where it was. Decoding is a second, explicit call with a stated capacity (codec.h).
 * 7. Strict by default; each leniency is one named flag, and none that could open smuggling exists.
 * 8. Nothing of the input reaches a reply.
 *
 * Layers, each usable alone: line.h (framing) - command.h, address.h, reply.h (one complete line) - body.h (DATA,
 * BDAT) - session.h (the server side whole). The client's side: client.h and the parser in reply.h. Beside
 * them: codec.h, error.h, limits.h.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_POSTERN_H
#define POSTERN_POSTERN_H

#include <postern/address.h>
#include <postern/base.h>
#include <postern/body.h>
#include <postern/client.h>
#include <postern/codec.h>
#include <postern/command.h>
#include <postern/error.h>
#include <postern/limits.h>
#include <postern/line.h>
#include <postern/reply.h>
#include <postern/session.h>

#endif
