/* postern/fuzz/model.h: the reference model, a second reading of the RFCs, written apart from the parser.
 *
 * It is batch and plain where the parser is incremental and fast: it sees the whole client stream at once, finds CRLF,
 * recognises lines by the ABNF rule by rule, and keeps tables of its own. It shares nothing with the parser, so that a
 * disagreement of the two is a mistake in one of them (or in the specification).
 *
 * The laws of this interface: no NULL unless said; a size follows its pointer; nothing is allocated and no pointer into
 * the input is kept; positions are octets from the beginning of the input; a text that is returned is a constant.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_MODEL_H
#define POSTERN_FUZZ_MODEL_H

#include <postern/fuzz/event.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Octets [begin, end) of the input. */
typedef struct pf_span {
    size_t begin;
    size_t end;
} pf_span;

/* --- Options ------------------------------------------------------------------------------------------------------ */

/* Extensions, a set. EXTENSIONS_SESSION are those that the session implements; `check command` knows all. */
#define PF_EXTENSION_SIZE 0x00001u
#define PF_EXTENSION_8BITMIME 0x00002u
#define PF_EXTENSION_PIPELINING 0x00004u
#define PF_EXTENSION_CHUNKING 0x00008u
#define PF_EXTENSION_BINARYMIME 0x00010u
#define PF_EXTENSION_SMTPUTF8 0x00020u
#define PF_EXTENSION_DSN 0x00040u
#define PF_EXTENSION_ENHANCEDSTATUSCODES 0x00080u
#define PF_EXTENSION_STARTTLS 0x00100u
#define PF_EXTENSION_AUTH 0x00200u
#define PF_EXTENSION_REQUIRETLS 0x00400u
#define PF_EXTENSION_LIMITS 0x00800u
#define PF_EXTENSION_MT_PRIORITY 0x01000u
#define PF_EXTENSION_DELIVERBY 0x02000u
#define PF_EXTENSION_FUTURERELEASE 0x04000u
#define PF_EXTENSION_NO_SOLICITING 0x08000u
#define PF_EXTENSION_CONPERM 0x10000u
#define PF_EXTENSION_CONNEG 0x20000u
#define PF_EXTENSION_RRVS 0x40000u
#define PF_EXTENSION_SUBMITTER 0x80000u
#define PF_EXTENSIONS_NONE 0u
#define PF_EXTENSIONS_SESSION 0x07fffu
#define PF_EXTENSIONS_ALL 0xfffffu

/* The bit of an extension by its EHLO keyword, in any case ("mt-priority"). Returns: 0 for an unknown one. */
uint32_t pf_model_extension(const char *keyword);

/* The most that the options can ask for. */
#define PF_MODEL_RECIPIENTS_MAX 1024u

typedef struct pf_model_options {
    uint32_t extensions;   /* configured (session) or in force (check command) */
    bool smtputf8;         /* check: RCPT and VRFY stand in a transaction that asked for SMTPUTF8 */
    bool lmtp;             /* session */
    bool require_tls;      /* session: 530 before TLS (RFC 3207 section 4) */
    bool require_auth;     /* session: 530 before AUTH (RFC 4954 section 6) */
    uint32_t error_budget; /* session: replies 4yz and 5yz that go out before 421 takes the place of one; 0: off */
    uint32_t text_line;    /* longest text line with its CRLF, the stuffed dot not counted; 0: off */
    uint32_t recipients;   /* accepted recipients in one transaction */
    uint64_t size;         /* refusal: of a message; 0: 2^63-1 */
    uint32_t hold;         /* refusal: seconds that HOLDFOR may say; 0: as many as can be written */
    bool others;           /* refusal: somebody implements EXPN, ETRN and what else the session only recognises */
} pf_model_options;

/* What the test sessions run with. */
#define PF_MODEL_OPTIONS {.extensions = PF_EXTENSIONS_SESSION, .text_line = 1000, .recipients = 100}

/* --- The session -------------------------------------------------------------------------------------------------- */

typedef enum pf_model_state {
    PF_STATE_NONE,      /* before the greeting */
    PF_STATE_CONNECTED, /* greeted by the server; no EHLO, HELO or LHLO yet */
    PF_STATE_GREETED,
    PF_STATE_MAIL, /* a transaction without an accepted recipient */
    PF_STATE_RCPT,
    PF_STATE_DATA,     /* behind 354 */
    PF_STATE_BDAT,     /* a chunk was accepted, or is being received */
    PF_STATE_AUTH,     /* behind 334 */
    PF_STATE_TLS,      /* behind the 220 to STARTTLS */
    PF_STATE_REJECTED, /* the greeting was 554 or 521 */
    PF_STATE_CLOSED,
    PF_STATE_COUNT
} pf_model_state;

/* "CONNECTED", ... */
const char *pf_model_state_name(pf_model_state state);

typedef struct pf_model_outcome {
    pf_model_state state; /* at the end of the input */
    bool incomplete;      /* it ends inside a line, a body, an AUTH exchange or a chunk */
    bool refused;         /* a reply 4yz or 5yz went out */
    size_t consumed;      /* octets up to the close, or all */
} pf_model_outcome;

/* What the server must log when a client sends exactly these octets (a flat corpus file: the STARTTLS handshake stands
 * at the next two octets 0x16 0x03). The policy is that of the test sessions.
 *
 * Out: log, finished; ranges as in target.h. DATA has the unstuffed content; REPLY has no octets, only its code. */
pf_model_outcome pf_model_session(const uint8_t *octets, size_t size, const pf_model_options *options, pf_log *log);

/* The state of any server of which only verbs and replies are known, one step on. `verb` as in the reply table, NULL
 * for a broken line. Two things stand outside of verb and code and have names of their own here: "BDAT_LAST" is the
 * BDAT_CHUNK reply to a last chunk; "STARTTLS_NEGOTIATED" with code 0 is the handshake. Of several replies to one end
 * of message (LMTP) any one may be walked, or all. */
pf_model_state pf_model_state_next(pf_model_state state, const char *verb, int code);

/* --- The reply table
 * --------------------------------------------------------------------------------------------------- */

typedef enum pf_model_level {
    PF_LEVEL_MUST,
    PF_LEVEL_SHOULD,
    PF_LEVEL_SEQUENCE, /* the list of RFC 5321 section 4.3.2 */
    PF_LEVEL_GENERAL,  /* any command may get it */
    PF_LEVEL_EXTENSION,
    PF_LEVEL_PRACTICE /* seen, though in no RFC */
} pf_model_level;

typedef struct pf_model_reply_row {
    const char *verb; /* "ANY", "CONNECT", "EHLO", ... "UNKNOWN"; framing errors: LINE_TOO_LONG, BARE_LF, NUL, ... */
    uint32_t states;  /* set of 1u << pf_model_state */
    int code;         /* 0: no reply at all */
    pf_model_level level;
    const char *extension; /* the extension it belongs to, or NULL */
    const char *when;
    const char *source;
} pf_model_reply_row;

/* All rows. Out: count. */
const pf_model_reply_row *pf_model_reply_rows(size_t *count);

/* May this code answer this verb (NULL: a broken line) in this state? With `practice`, rows of that level count too.
 * A MUST row that promises success (RSET, NOOP, QUIT, BDAT_CHUNK) beats the rows of ANY, but for 421 and for what a
 * malformed line gets (500, 501).
 *
 * Returns: the row that allows it, or NULL. */
const pf_model_reply_row *pf_model_reply_allowed(const char *verb, pf_model_state state, int code, bool practice);

/* --- What is known of codes --------------------------------------------------------------------------------------- */

typedef enum pf_model_code {
    PF_CODE_UNKNOWN,
    PF_CODE_STANDARD,
    PF_CODE_EXTENSION,
    PF_CODE_REGISTERED,
    PF_CODE_EXPERIMENTAL,
    PF_CODE_HISTORIC,
    PF_CODE_PRACTICE,
    PF_CODE_NOT_SMTP
} pf_model_code;

/* Where a reply code comes from. */
pf_model_code pf_model_code_of(int code);

/* The text that an RFC gives to a reply code, without what it says there in parentheses, which is a remark; names that
 * the server puts in stand in angle brackets. Returns: NULL for a code that has none, for no RFC defines it or the
 * registry names it alone. */
const char *pf_model_code_text(int code);

/* Is X.subject.detail a code of the registry (RFC 5248 section 2.3)? */
bool pf_model_enhanced_is_known(unsigned subject, unsigned detail);

/* May a server give this enhanced code ("5.5.4") to a verb, as in the reply table (NULL: a broken line), with this
 * code, when no policy chose either? Two ends of an AUTH exchange have names of their own here: "AUTH_CANCELLED" is
 * "*", and "AUTH_TOO_LONG" a line over the limit (RFC 4954 section 4). */
bool pf_model_enhanced_fits(const char *verb, int code, const char *enhanced);

/* --- What EHLO offers --------------------------------------------------------------------------------------------- */

#define PF_MODEL_OFFER_LINES 24
#define PF_MODEL_OFFER_MECHANISMS 32
#define PF_MODEL_OFFER_LINE 507 /* RFC 5321 section 4.5.3.1.5: 512, without code, separator and CRLF; and a NUL */

/* What a server is set up with. Numbers: 0 for none. */
typedef struct pf_model_offer {
    uint32_t extensions; /* PF_EXTENSIONS_SESSION at the most */
    bool tls;            /* is active */
    uint64_t size;       /* of a message */
    uint32_t recipients; /* LIMITS: of a transaction, */
    uint32_t messages;   /* of a connection, */
    uint32_t domains;    /* of recipients */
    uint32_t hold;       /* FUTURERELEASE, seconds; 0: as many as can be written */
    bool clear_allowed;  /* passwords in clear without TLS */
    size_t mechanism_count;
    struct {
        const char *name;
        bool in_clear;
    } mechanisms[PF_MODEL_OFFER_MECHANISMS];
    size_t further_count; /* lines of extensions that the model does not know */
    struct {
        const char *text;
        size_t size;
    } further[4];
    size_t room; /* for all lines, code, separator and CRLF counted */
} pf_model_offer;

typedef struct pf_model_offer_lines {
    size_t count;
    char lines[PF_MODEL_OFFER_LINES][PF_MODEL_OFFER_LINE];
} pf_model_offer_lines;

/* The lines behind the first, in no order. Mechanisms and further lines for which there is no room are left out whole.
 * Out: lines. */
void pf_model_offer_of(const pf_model_offer *offer, pf_model_offer_lines *lines);

/* --- Verdicts on one input, as `postern check` defines them ------------------------------------------------------- */

typedef enum pf_model_result { PF_ACCEPT, PF_REJECT, PF_INCOMPLETE } pf_model_result;

typedef struct pf_model_verdict {
    pf_model_result result;
    const char *error; /* NULL unless rejected */
    size_t offset;     /* where; SIZE_MAX unless rejected */
    int code;          /* the reply that the error suggests, or 0 */
} pf_model_verdict;

typedef enum pf_domain_kind {
    PF_DOMAIN_NONE,
    PF_DOMAIN_NAME,
    PF_DOMAIN_IPV4,
    PF_DOMAIN_IPV6,
    PF_DOMAIN_GENERAL
} pf_domain_kind;

typedef struct pf_model_path {
    bool present;
    bool null;       /* <> */
    bool postmaster; /* <Postmaster> without a domain */
    bool quoted;     /* the local-part is a Quoted-string */
    pf_span route;   /* without the colon; empty if there is none */
    pf_span local;   /* as transmitted, quotes included */
    pf_span domain;  /* brackets of a literal included */
    pf_domain_kind kind;
} pf_model_path;

#define PF_MODEL_PARAMETERS 64

typedef struct pf_model_parameter {
    pf_span keyword;
    pf_span value;
    bool has_value;
    bool in_force; /* known, and its extension is in force */
} pf_model_parameter;

typedef struct pf_model_command {
    const char *verb; /* "MAIL"; "UNKNOWN"; NULL for a broken or over-long line */
    pf_span argument; /* behind the verb and one SP, white space before CRLF trimmed */
    bool has_argument;
    pf_model_path path;
    uint64_t chunk_size; /* BDAT */
    bool last;           /* BDAT, BURL */
    pf_span mechanism;   /* AUTH */
    pf_span initial;     /* AUTH */
    bool has_initial;
    bool smtputf8;       /* MAIL, VRFY, EXPN carry SMTPUTF8 */
    bool binarymime;     /* BODY=BINARYMIME */
    bool size_too_large; /* SIZE is over 2^63-1 */
    size_t parameter_count;
    pf_model_parameter parameters[PF_MODEL_PARAMETERS]; /* as many as were counted; the others are not written */
} pf_model_command;

typedef struct pf_model_reply {
    int code;
    size_t lines;
    pf_span enhanced; /* of the first line; empty if there is none */
} pf_model_reply;

typedef struct pf_model_data {
    bool end;
    size_t consumed;     /* octets up to and with the end; 0 without one */
    size_t content_size; /* octets written to content */
    size_t violation_count;
    const char *violations[4]; /* distinct names, in the order of their first offset */
} pf_model_data;

/* The whole input is one Mailbox. */
pf_model_verdict pf_model_check_address(const uint8_t *octets, size_t size, bool smtputf8, pf_model_path *path);

/* One line with its CRLF; syntax only. */
pf_model_verdict pf_model_check_command(const uint8_t *octets, size_t size, const pf_model_options *options,
                                        pf_model_command *command);

/* Where a session stands, as far as that decides what may be said. */
typedef struct pf_model_standing {
    pf_model_state state;
    uint32_t in_force; /* extensions; what is configured is an option */
    bool esmtp;        /* EHLO or LHLO, not HELO */
    bool tls;
    bool authenticated;
    bool smtputf8; /* of the transaction */
    bool binarymime;
    uint32_t recipients;
} pf_model_standing;

/* One command line that is whole and not over its limit, before anybody is asked about it. AUTH: but for its mechanism.
 *
 * Returns: the code with which it is refused, or 0. Out: command, where 0 is returned. */
int pf_model_refusal(const uint8_t *octets, size_t size, const pf_model_options *options,
                     const pf_model_standing *standing, pf_model_command *command);

/* One reply with all its lines. With `practice`, text may have any octet but NUL, CR and LF. */
pf_model_verdict pf_model_check_reply(const uint8_t *octets, size_t size, bool practice, pf_model_reply *reply);

/* The octets behind DATA CRLF. Out: content, unstuffed, room for `size` octets. While the end has not come the result
 * is incomplete, whatever violations were seen. */
pf_model_verdict pf_model_check_data(const uint8_t *octets, size_t size, uint32_t text_line, uint8_t *content,
                                     pf_model_data *data);

/* What the value of a parameter says that was found in its place, and is in force. */
typedef struct pf_model_value {
    uint64_t number; /* SIZE, HOLDFOR; MT-PRIORITY and BY without the sign. 0 when it is too large for 64 bits */
    bool too_large;
    bool negative;
    uint32_t words; /* BODY, RET, NOTIFY: a set of 1u << place of the word: 7BIT 8BITMIME BINARYMIME; FULL HDRS;
                       NEVER SUCCESS FAILURE DELAY */
    uint8_t mode;   /* BY, RRVS: the letter behind ";", in upper case; 0 if there is none */
    bool trace;     /* BY: and a "T" behind it */
    pf_span front;  /* before the first ";", or all of it; ORCPT: the type. RRVS: the date-time */
    pf_span back;   /* behind it. ORCPT: the address */
} pf_model_value;

pf_model_value pf_model_value_of(const uint8_t *line, const pf_model_parameter *parameter);

/* How many octets at the beginning are well-formed UTF-8 (RFC 3629 section 4). */
size_t pf_model_utf8(const uint8_t *octets, size_t size);

/* The longest line, CRLF included, that a verb may have with these extensions in force; NULL: the largest of all. */
size_t pf_model_line_limit(const char *verb, uint32_t extensions);

#ifdef __cplusplus
}
#endif

#endif
