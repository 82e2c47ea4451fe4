/* client_view.h: a session as its client sees it: what must be answered next. Private to the toolkit. Room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_SRC_CLIENT_VIEW_H
#define POSTERN_FUZZ_SRC_CLIENT_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum pf_client_place {
    PF_CLIENT_GREETING,
    PF_CLIENT_COMMANDS,
    PF_CLIENT_BODY, /* behind 354 */
    PF_CLIENT_AUTH, /* behind 334 */
    PF_CLIENT_TLS,  /* behind the 220 to STARTTLS: nothing is answered in clear text any more */
    PF_CLIENT_LOST, /* behind what may have been commands or not */
    PF_CLIENT_OVER  /* behind 221 and 421 */
} pf_client_place;

typedef struct pf_client_view {
    bool lmtp;
    bool practice;
    bool shakes_hands; /* for TLS, at the octets that stand for it in a flat file */
    pf_client_place place;
    size_t at;           /* octets that have had their answer */
    uint32_t recipients; /* accepted in the transaction at hand */
    uint32_t answered;   /* replies to the end of a message, of which LMTP has several */
    bool chunking;       /* EHLO offered it */
} pf_client_view;

/* What awaits a reply. */
typedef struct pf_due {
    const char *verb; /* of the line; NULL for a broken one */
    size_t begin;
    size_t end;      /* of the line, or of the message */
    bool body;       /* the end of a message by DATA, not a line */
    size_t chunk;    /* BDAT: the end of its octets, whether or not they are there; else 0 */
    bool last;       /* BDAT LAST */
    uint32_t number; /* how many replies there were to it already (LMTP) */
    bool loose;      /* a HT, not a SP, stands behind the verb: it may be read as none */
    bool complete;   /* all octets of it are there: the reply can be awaited */
} pf_due;

/* What must be answered next, of the octets sent so far. Returns: false when there is nothing. Out: due. */
bool pf_client_due(const pf_client_view *client, const uint8_t *octets, size_t size, pf_due *due);

/* Can nobody say what the next reply answers? In practice a bare CR, LF or NUL in a line makes it one line or two. */
bool pf_client_is_lost(const pf_client_view *client, const uint8_t *octets, size_t size);

/* That was answered. In: text, the octets of the reply. Returns: the verb by the name of the reply table. */
const char *pf_client_answered(pf_client_view *client, const pf_due *due, int code, const uint8_t *text, size_t size);

#endif
