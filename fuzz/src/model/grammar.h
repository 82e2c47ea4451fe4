/* model/grammar.h: the ABNF recognisers of the reference model, rule by rule.
 *
 * A recogniser takes a cursor. When its rule matches it moves the cursor behind the longest match and returns true;
 * else it leaves the cursor where it was and returns false. Either way it notes in `furthest` how far it came before
 * an octet stood in its way: when no alternative matches, that is where the input stops being the beginning of
 * anything in the language, which is how the model defines the offset of a syntax error.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_MODEL_GRAMMAR_H
#define POSTERN_FUZZ_MODEL_GRAMMAR_H

#include <postern/fuzz/model.h>

typedef struct pf_cursor {
    const uint8_t *octets;
    size_t at;
    size_t end;
    size_t furthest;
    bool utf8; /* RFC 6531 section 3.3: UTF8-non-ascii where it widens a rule */
} pf_cursor;

/* An error of a command: its name, where, and the reply. name NULL: none. */
typedef struct pf_fault {
    const char *name;
    size_t offset;
    int code;
} pf_fault;

static const pf_fault pf_no_fault = {NULL, 0, 0};

/* --- grammar_core.c: terminals and what several RFCs share --- */

bool pf_is_alpha(uint8_t octet);
bool pf_is_digit(uint8_t octet);
bool pf_is_let_dig(uint8_t octet);
bool pf_is_hexdig(uint8_t octet);
bool pf_is_atext(uint8_t octet);
bool pf_is_textstring(uint8_t octet);
bool pf_is_base64_char(uint8_t octet);

/* Do these octets spell this text, in any case? */
bool pf_spells(const uint8_t *octets, size_t size, const char *text);
bool pf_span_spells(const uint8_t *octets, pf_span span, const char *text);

bool pf_at_end(pf_cursor *c);
bool pf_octet(pf_cursor *c, uint8_t octet);
bool pf_text(pf_cursor *c, const char *text);
bool pf_class(pf_cursor *c, bool (*is)(uint8_t));
/* min*max of a class, as many as there are. */
bool pf_repeat(pf_cursor *c, size_t min, size_t max, bool (*is)(uint8_t));
bool pf_utf8_non_ascii(pf_cursor *c);
bool pf_atom(pf_cursor *c);
bool pf_quoted_string(pf_cursor *c);
bool pf_string(pf_cursor *c);
bool pf_xtext(pf_cursor *c);
bool pf_base64(pf_cursor *c);
bool pf_date_time(pf_cursor *c, bool utc_only);

/* Decode what pf_xtext or pf_base64 recognised. Returns: the size, at most that of the text. */
size_t pf_xtext_decode(const uint8_t *text, size_t size, uint8_t *out);
size_t pf_base64_decode(const uint8_t *text, size_t size, uint8_t *out);

/* --- grammar_address.c: RFC 5321 section 4.1.2 and 4.1.3 --- */

#define PF_LOCAL_PART_MAX 64
#define PF_DOMAIN_MAX 255
#define PF_LABEL_MAX 63
#define PF_PATH_MAX 256

bool pf_domain(pf_cursor *c);
bool pf_address_literal(pf_cursor *c, pf_domain_kind *kind);
bool pf_mailbox(pf_cursor *c, pf_model_path *path);
bool pf_path(pf_cursor *c, pf_model_path *path);

/* The first limit that is exceeded: names the octet that is one too many. */
pf_fault pf_domain_limits(const uint8_t *octets, pf_span domain, pf_domain_kind kind);
pf_fault pf_mailbox_limits(const uint8_t *octets, const pf_model_path *path);
/* The first octet over 127 in a span; SIZE_MAX if there is none. */
size_t pf_first_non_ascii(const uint8_t *octets, pf_span span);

/* --- grammar_parameter.c: the parameters of MAIL and RCPT --- */

/* The parameters that stand behind the path: *(SP esmtp-param) to the end. Fills the command's parameters. */
pf_fault pf_parameters(pf_cursor *c, uint32_t extensions, bool smtputf8, pf_model_command *command);
/* The sum of the increments of RFC 5321 section 4.1.1.11 for a verb. */
size_t pf_parameter_increments(const char *verb, uint32_t extensions);

/* --- grammar_command.c: RFC 5321 section 4.1.1 and the extensions --- */

/* The size of a line without the white space and the CRLF at its end. */
size_t pf_line_trim(const uint8_t *line, size_t size);
/* The verb of a trimmed line: a constant, "UNKNOWN" if there is none such. */
const char *pf_line_verb(const uint8_t *line, size_t size);
/* The arguments of a trimmed line of this verb. Fills the command. */
pf_fault pf_line_arguments(const uint8_t *line, size_t size, const char *verb, const pf_model_options *options,
                           pf_model_command *command);
/* The size of a chunk, the first word behind BDAT. Returns: false when it cannot be read or is over 2^63-1. Out:
 * offset, where reading failed. */
bool pf_chunk_size(const uint8_t *line, size_t size, uint64_t *value, size_t *offset);
/* An unsigned number in decimal digits. Returns: false when it is over the maximum; in between nothing wraps. */
bool pf_number(const uint8_t *digits, size_t size, uint64_t maximum, uint64_t *value);

#endif
