/* chars.c: the table of character classes, written as the rules of the grammar and worked out by the compiler.
 *
 * SPDX-License-Identifier: MIT */
#include "chars.h"

#define IN(c, first, last) ((c) >= (first) && (c) <= (last))

#define UPPER(c) IN(c, 'A', 'Z')
#define ALPHA(c) (UPPER(c) || IN(c, 'a', 'z'))
#define DIGIT(c) IN(c, '0', '9')
#define HEXDIG(c) (DIGIT(c) || IN(c, 'A', 'F') || IN(c, 'a', 'f'))

/* RFC 5322 3.2.3: what is printable and none of the specials ()<>[]:;@\,." */
#define ATEXT(c)                                                                                                       \
    (ALPHA(c) || DIGIT(c) || (c) == '!' || IN(c, '#', '\'') || (c) == '*' || (c) == '+' || (c) == '-' || (c) == '/' || \
     (c) == '=' || (c) == '?' || IN(c, '^', '`') || IN(c, '{', '~'))

/* RFC 5321 4.1.2, 4.1.3 */
#define PRINTABLE(c) IN(c, 32, 126)
#define QTEXT(c) (IN(c, 32, 33) || IN(c, 35, 91) || IN(c, 93, 126))
#define DCONTENT(c) (IN(c, 33, 90) || IN(c, 94, 126))
#define VALUE(c) (IN(c, 33, 60) || IN(c, 62, 126))

#define MECHANISM(c) (UPPER(c) || DIGIT(c) || (c) == '-' || (c) == '_')

/* RFC 3986 2.2, 2.3: a fragment is no part of an absolute-URI, hence no "#"; "%" begins an escape. */
#define URI(c)                                                                                                         \
    (ALPHA(c) || (c) == '!' || (c) == '$' || IN(c, '&', ';') || (c) == '=' || (c) == '?' || (c) == '@' ||              \
     (c) == '[' || (c) == ']' || (c) == '_' || (c) == '~')
#define SCHEME(c) (ALPHA(c) || DIGIT(c) || (c) == '+' || (c) == '-' || (c) == '.')

#define WORD(c) (ALPHA(c) || DIGIT(c) || (c) == '.' || (c) == '-' || (c) == '_' || (c) == ':')

#define SET(c)                                                                                                         \
    (((c) == '.' ? CHAR_DOT : 0) | ((c) == '-' ? CHAR_HYPHEN : 0) | (ALPHA(c) ? CHAR_ALPHA : 0) |                      \
     (DIGIT(c) ? CHAR_DIGIT : 0) | (ATEXT(c) ? CHAR_ATEXT : 0) | (QTEXT(c) ? CHAR_QTEXT : 0) |                         \
     (PRINTABLE(c) ? CHAR_PRINTABLE : 0) | (PRINTABLE(c) || (c) == '\t' ? CHAR_TEXT : 0) |                             \
     (DCONTENT(c) ? CHAR_DCONTENT : 0) | (VALUE(c) ? CHAR_VALUE : 0) | (HEXDIG(c) ? CHAR_HEXDIG : 0) |                 \
     (MECHANISM(c) ? CHAR_MECHANISM : 0) | (URI(c) ? CHAR_URI : 0) | (SCHEME(c) ? CHAR_SCHEME : 0) |                   \
     (WORD(c) ? CHAR_WORD : 0))

#define SETS_4(c) SET(c), SET((c) + 1), SET((c) + 2), SET((c) + 3)
#define SETS_16(c) SETS_4(c), SETS_4((c) + 4), SETS_4((c) + 8), SETS_4((c) + 12)
#define SETS_64(c) SETS_16(c), SETS_16((c) + 16), SETS_16((c) + 32), SETS_16((c) + 48)

const uint16_t postern_chars[256] = {SETS_64(0), SETS_64(64)};
