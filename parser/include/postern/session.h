/* postern/session.h: the server side of SMTP (and LMTP) as a sans-I/O engine: octets in, reply octets and events out.
 *
 * The engine owns the protocol: framing, order of commands, transactions, DATA and BDAT, STARTTLS, AUTH exchanges,
 * the reply to each. The caller owns the world: sockets, time, TLS, mailboxes. Policy is asked through callbacks that
 * accept, refuse, defer, or say "pending" and decide later, so that a server can ask DNS or a database without a
 * thread per session.
 *
 *     postern_session_init(&session, &config, &policy, me);
 *     for (;;) {
 *         size_t taken;
 *         postern_event event;
 *         if (postern_session_feed(&session, octets, size, &taken, &event) == POSTERN_MISUSE) return;
 *         octets += taken, size -= taken;
 *         switch (event.kind) {
 *         case POSTERN_EVENT_NONE:                                               // all was taken
 *             if ((size = read_more(&octets)) == 0) return;
 *             break;
 *         case POSTERN_EVENT_REPLY: write_all(event.octets.data, event.octets.size); break;
 *         case POSTERN_EVENT_DATA: append(event.octets.data, event.octets.size); break; // kept until policy.reset
 *         case POSTERN_EVENT_STARTTLS:
 *             size = 0; // what has come behind STARTTLS came in clear: it must not be taken for a client's within TLS
 *             handshake();
 *             if (postern_session_tls_done(&session) == POSTERN_MISUSE) return;
 *             break;
 *         case POSTERN_EVENT_PENDING:
 *             wait_for_the_answer(&answer);
 *             if (postern_session_decide(&session, &answer) == POSTERN_MISUSE) return;
 *             break;
 *         case POSTERN_EVENT_CLOSE: return;
 *         default: break;                                                        // COMMAND, MESSAGE_END: for the log
 *         }
 *     }
 *
 * The first event of a session is the reply that greets; feed with size 0 yields it. Whatever the cuts of the stream,
 * the events are the same (DATA events apart, whose octets are the same when joined).
 *
 * A session ends by QUIT, by the error budget, by a 421 of the policy, by postern_session_shutdown; and behind a line of
 * BDAT that is broken or tells no size, for nobody knows then which octets are the chunk and which are commands.
 *
 * Order of checks, when several replies apply: 421 (error budget, shutdown); framing 500; verb 500, 502; 530; state
 * 503; argument 501; non-ASCII address 553; parameter value 504; parameter unknown 555; size 552; recipients 452; then
 * policy.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_SESSION_H
#define POSTERN_SESSION_H

#include <postern/body.h>
#include <postern/command.h>
#include <postern/line.h>
#include <postern/reply.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Policy ---- */

typedef enum postern_verdict {
    POSTERN_ACCEPT,  /* the reply that the protocol foresees */
    POSTERN_ANSWER,  /* the code, enhanced code and text given here */
    POSTERN_PENDING  /* decide later, by postern_session_decide */
} postern_verdict;

/* What a policy decides. A zeroed decision accepts.
 *
 * For POSTERN_ANSWER: a code that may not answer the question at hand (a 354 to MAIL, a 250 to DATA, 999) is replaced
 * by 451 4.3.0; an enhanced code whose class does not fit, or with a number over 999, by X.0.0. `text` may have several
 * lines, parted by "\n"; it is copied at once, and cleaned like that of postern_reply_format. Absent text: that of the
 * code table. */
typedef struct postern_decision {
    postern_verdict verdict;
    int code;
    postern_enhanced enhanced;
    postern_slice text;
} postern_decision;

/* What is known of the transaction when the policy is asked. */
typedef struct postern_transaction {
    uint32_t recipients; /* accepted so far */
    postern_body body;
    bool smtputf8;
    bool requiretls;        /* RFC 8689 2: a client may say it within TLS alone; in clear, refusing is the policy's */
    uint64_t declared_size; /* SIZE=, 0 when absent */
} postern_transaction;

/* How a step of an AUTH exchange ended. */
typedef enum postern_auth_status {
    POSTERN_AUTH_CHALLENGE,   /* 334 with the challenge */
    POSTERN_AUTH_SUCCESS,     /* 235 */
    POSTERN_AUTH_CREDENTIALS, /* 535 5.7.8 */
    POSTERN_AUTH_MALFORMED,   /* 501 5.5.2: not what the mechanism expects */
    POSTERN_AUTH_TEMPORARY,   /* 454 4.7.0 */
    POSTERN_AUTH_TOO_WEAK,    /* 534 5.7.9 */
    POSTERN_AUTH_ANSWER,      /* as auth->answer says */
    POSTERN_AUTH_PENDING      /* decide later, by postern_session_decide (ACCEPT: 235) */
} postern_auth_status;

/* Room for what a mechanism keeps between its steps, and for a challenge, in octets. */
#define POSTERN_AUTH_MEMORY 512
#define POSTERN_AUTH_CHALLENGE_MAX 256

/* One AUTH exchange, as a mechanism sees it. */
typedef struct postern_auth {
    uint32_t step;                                   /* 0 at the first call; the mechanism counts */
    size_t memory_size;                              /* octets in use of: */
    uint8_t memory[POSTERN_AUTH_MEMORY];             /* the mechanism's own */
    size_t challenge_size;                           /* set it (over the maximum: 454), and fill: */
    uint8_t challenge[POSTERN_AUTH_CHALLENGE_MAX];   /* decoded; the engine encodes it */
    postern_decision answer;                         /* for POSTERN_AUTH_ANSWER */
} postern_auth;

/* Credentials, as a built-in mechanism read them. Not NUL-terminated, without NUL. */
typedef struct postern_credentials {
    postern_slice authzid; /* absent or empty: as authcid */
    postern_slice authcid;
    postern_slice password;
} postern_credentials;

typedef struct postern_policy postern_policy;

/* A SASL mechanism (RFC 4422). step() is called with the decoded initial response (absent when the client sent none,
 * present and empty for "="), then with each decoded response. */
typedef struct postern_mechanism {
    const char *name;  /* "PLAIN": upper case, at most 20 octets; offered in the EHLO reply */
    bool plaintext;    /* not offered, and refused with 538, unless TLS is active or the configuration allows it */
    postern_auth_status (*step)(const postern_policy *policy, void *user, postern_auth *auth, postern_slice response);
} postern_mechanism;

/* The built-in mechanisms; both ask policy->authenticate. RFC 4616; LOGIN as practised. */
POSTERN_API extern const postern_mechanism postern_mechanism_plain;
POSTERN_API extern const postern_mechanism postern_mechanism_login;

/* The questions that the engine asks. Every member may be NULL; the default is said with each. `user` is the pointer
 * given to postern_session_init; slices in `command` are valid during the call only. */
struct postern_policy {
    /* On connect: 220, or 554, 521, 421, 450, 451. NULL: 220. Not pending (that is answered 451). After a refusal the
     * session answers 503 to every command that it would have run, but for QUIT. */
    postern_decision (*connect)(void *user);
    /* EHLO, HELO, LHLO. NULL: accept. */
    postern_decision (*hello)(void *user, const postern_command *command);
    /* MAIL. NULL: accept. */
    postern_decision (*mail)(void *user, const postern_command *command);
    /* RCPT. NULL: accept. */
    postern_decision (*rcpt)(void *user, const postern_command *command, const postern_transaction *transaction);
    /* DATA, before the 354. NULL: accept. */
    postern_decision (*data)(void *user, const postern_transaction *transaction);
    /* A chunk that is not the last has been taken in. NULL: accept. */
    postern_decision (*chunk)(void *user, const postern_transaction *transaction);
    /* The message is complete and its content lawful. SMTP: asked once, recipient is 0. LMTP: asked once for each
     * accepted recipient, by its index in the order of RCPT. NULL: accept. */
    postern_decision (*message)(void *user, const postern_transaction *transaction, uint32_t recipient);
    /* The transaction is over (RSET, EHLO, end of message, refusal of it or of a chunk, QUIT, any other close): let go
     * of it. NULL: nothing. */
    void (*reset)(void *user);
    /* VRFY. NULL: 252. */
    postern_decision (*vrfy)(void *user, const postern_command *command);
    /* EXPN, and every other verb that the engine recognises and does not implement (HELP too, when set here; ETRN
     * ATRN TURN SEND SOML SAML BURL XCLIENT XFORWARD VERB ONEX). Accept: 250 (HELP 214). NULL: HELP 214, all others
     * 502. */
    postern_decision (*other)(void *user, const postern_command *command);
    /* Are these credentials right? For PLAIN and LOGIN. ACCEPT 235; NULL: 535. */
    postern_decision (*authenticate)(void *user, const postern_credentials *credentials);
};

/* ---- Configuration ---- */

/* Zeroed members have the meaning said; postern_config_init sets the defaults. The struct, and what it points to,
 * must outlive the session. */
typedef struct postern_config {
    postern_slice domain;          /* of this server, or its address literal, at most 255 octets; default, and where
                                      it is empty or longer, "localhost" */
    uint32_t extensions;           /* offered; default POSTERN_EXT_SESSION without STARTTLS and AUTH */
    uint32_t lenient;              /* POSTERN_LENIENT_*; default 0 */
    bool lmtp;                     /* RFC 2033: LHLO, and a reply for each recipient */
    bool require_tls;              /* 530 before TLS, but for NOOP EHLO LHLO STARTTLS QUIT (RFC 3207 4) */
    bool require_auth;             /* 530 before AUTH, but for AUTH EHLO HELO LHLO NOOP RSET QUIT STARTTLS */
    bool plaintext_auth;           /* offer plain-text mechanisms without TLS; default false */
    bool tls_active;               /* TLS is up from the start (port 465) */
    uint64_t max_message_size;     /* octets of content; 0: no fixed maximum */
    uint32_t max_recipients;       /* of a transaction; 0: none; default 100 */
    uint32_t max_text_line;        /* octets with CRLF; 0: none; default 1000 */
    uint32_t error_budget;         /* refusals (4xx and 5xx, whoever refuses) that are answered; the next one becomes
                                      421, and the session ends; 0: off; default 20 */
    const postern_mechanism *const *mechanisms; /* `mechanism_count` of them; EHLO tells those that fit in one line */
    size_t mechanism_count;
    uint32_t limits_mailmax;       /* LIMITS (RFC 9422): told where not 0; RCPTMAX is max_recipients */
    uint32_t limits_rcptdomainmax;
    uint32_t futurerelease_max;    /* FUTURERELEASE: seconds that HOLDFOR may say; 0: 999,999,999, which is the most */
    const postern_slice *keywords; /* further lines of the EHLO reply ("ETRN"), `keyword_count` of them, for what the */
    size_t keyword_count;          /* policy implements beyond the engine. One of over 506 octets, or for which there
                                      is no room in POSTERN_SESSION_REPLY_MAX behind the others, is left out whole */
} postern_config;

/* Set the defaults. Out: config. */
POSTERN_API POSTERN_NONNULL void postern_config_init(postern_config *config);

/* ---- Events ---- */

typedef enum postern_event_kind {
    POSTERN_EVENT_NONE,        /* all octets were taken, and more are needed */
    POSTERN_EVENT_COMMAND,     /* a line has ended, whole or broken; its reply follows */
    POSTERN_EVENT_DATA,        /* content of the message: `octets` */
    POSTERN_EVENT_MESSAGE_END, /* the end of the message; its reply follows (LMTP: replies) */
    POSTERN_EVENT_REPLY,       /* send `octets` */
    POSTERN_EVENT_STARTTLS,    /* after the 220 has gone out, begin the handshake; see postern_session_tls_done */
    POSTERN_EVENT_PENDING,     /* the policy owes a decision; nothing was taken */
    POSTERN_EVENT_CLOSE        /* after the reply has gone out, close */
} postern_event_kind;

/* What a reply answers that is no command of its own. */
typedef enum postern_stimulus {
    POSTERN_STIMULUS_CONNECT,
    POSTERN_STIMULUS_COMMAND, /* `verb` says which */
    POSTERN_STIMULUS_BROKEN,  /* a line with a framing error: `fault` says which */
    POSTERN_STIMULUS_DATA_BODY,
    POSTERN_STIMULUS_BDAT_CHUNK,
    POSTERN_STIMULUS_AUTH_CONTINUATION
} postern_stimulus;

typedef struct postern_event {
    postern_event_kind kind;
    uint64_t begin; /* the octets of the stream that it comes from, or answers: [begin, end) */
    uint64_t end;
    postern_stimulus stimulus;      /* COMMAND, REPLY */
    postern_verb verb;              /* COMMAND, REPLY; UNKNOWN for a broken line too */
    postern_fault fault;            /* COMMAND: what is wrong with the line (framing, or the command layer's) */
    const postern_command *command; /* COMMAND: the parsed line, NULL for broken lines and AUTH continuations; valid
                                       until the next call */
    int code;                       /* REPLY */
    postern_slice octets;           /* DATA, REPLY; valid until the next call */
} postern_event;

/* ---- The session ---- */

typedef enum postern_session_state {
    POSTERN_STATE_CONNECTED, /* greeted, no EHLO yet */
    POSTERN_STATE_GREETED,   /* EHLO seen, no transaction */
    POSTERN_STATE_MAIL,      /* MAIL accepted */
    POSTERN_STATE_RCPT,      /* a recipient accepted */
    POSTERN_STATE_BDAT,      /* a chunk accepted, not the last */
    POSTERN_STATE_DATA,      /* within the content of DATA */
    POSTERN_STATE_CHUNK,     /* within the octets of a chunk, wanted or not */
    POSTERN_STATE_AUTH,      /* within an AUTH exchange */
    POSTERN_STATE_TLS,       /* 220 to STARTTLS sent, handshake under way */
    POSTERN_STATE_REJECTED,  /* the greeting was 554 or 521: all but QUIT is refused */
    POSTERN_STATE_CLOSED
} postern_session_state;

/* A session. Owned by the caller; read it by the functions below, its members are private. About 30 KiB, of which
 * postern_session_init writes some hundred octets. Holds no pointer into the input past a call. */
typedef struct postern_session {
    const postern_config *config;
    const postern_policy *policy;
    void *user;

    postern_session_state state;
    postern_session_state state_before_chunk;
    bool esmtp;               /* greeted by EHLO or LHLO */
    bool tls;
    bool authenticated;
    bool shutdown;
    bool transaction_open;
    uint32_t in_force;        /* extensions, after EHLO */
    uint32_t errors;          /* counted against the budget */
    postern_transaction transaction;

    uint64_t offset;          /* octets of the stream consumed */
    uint64_t item_begin;      /* where what is being answered begins */

    uint8_t owed;             /* to the caller: a set, see engine.h */
    uint8_t question;         /* that the policy left pending, or 0 */
    uint32_t answers_due;     /* for the message that has ended: LMTP has one for each recipient */
    uint32_t recipient;       /* the next one to answer for */
    postern_stimulus stimulus;
    postern_verb verb;
    int code;
    size_t reply_size;

    postern_error refusal;    /* of the chunk at hand, or POSTERN_ERROR_NONE */
    uint64_t drain;           /* octets of a refused chunk that are still to come */
    bool chunk_last;

    const postern_mechanism *mechanism;
    postern_auth auth;
    bool auth_told;           /* the last line was one of an AUTH exchange: it is to be wiped */

    postern_line line;
    postern_command command;
    postern_data data;
    postern_bdat bdat;
    bool by_bdat;             /* the content at hand came, or comes, in chunks */
    uint8_t reply[POSTERN_SESSION_REPLY_MAX];
    uint8_t decoded[POSTERN_AUTH_DECODED_MAX];
} postern_session;

/* Begin a session; nothing has been sent or read.
 *
 * Out: session. In: config; policy, may be NULL (all defaults); user, handed to every callback. The three must outlive
 * the session. */
POSTERN_API POSTERN_NONNULL_ARGS(1, 2) void postern_session_init(postern_session *session,
                                                                 const postern_config *config,
                                                                 const postern_policy *policy, void *user);

/* Feed octets; yield at most one event.
 *
 * Returns: POSTERN_COMPLETE, an event; POSTERN_NEED_MORE, none (event->kind is NONE, and all octets were taken);
 * POSTERN_MISUSE, fed after CLOSE (event->kind is CLOSE).
 * Out: taken, octets consumed, at most `size`; event. In: octets may be NULL when size is 0.
 *
 * Nothing that a client sends with AUTH stays in the session: its lines are wiped before the replies to them are
 * yielded, and what the mechanism kept (postern_auth) before the reply that ends the exchange, or before CLOSE.
 *
 * Call it again with what was not taken, until it says NEED_MORE. While PENDING it takes nothing. After the 220 to
 * STARTTLS it takes, and forgets, all it is fed until postern_session_tls_done. */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL_ARGS(1, 4, 5) postern_status
    postern_session_feed(postern_session *session, const uint8_t *octets, size_t size, size_t *taken,
                         postern_event *event);

/* Give the decision that a policy left pending.
 *
 * Returns: POSTERN_COMPLETE; POSTERN_MISUSE when none is pending, or the decision is POSTERN_PENDING again. */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL postern_status
    postern_session_decide(postern_session *session, const postern_decision *decision);

/* The TLS handshake is done: all that was learned is forgotten, state as after the greeting, no second greeting
 * (RFC 3207 4.2). What you feed from now on is taken for octets of a client within TLS. Throw away, or feed before, what
 * you read in clear behind the STARTTLS: else whoever put it there speaks with the client's authority (CVE-2011-0411).
 *
 * Returns: POSTERN_COMPLETE; POSTERN_MISUSE when no STARTTLS was accepted. */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL postern_status postern_session_tls_done(postern_session *session);

/* Shut down in order, or after a time-out: 421 goes out (behind a reply that is owed already), then CLOSE
 * (RFC 5321 3.8). Within a TLS handshake there is no 421. Feed with size 0 to have the events. */
POSTERN_API POSTERN_NONNULL void postern_session_shutdown(postern_session *session);

POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL postern_session_state
    postern_session_state_of(const postern_session *session);

/* Would the stream be cut off in mid-sentence if it ended now: inside a line, a body, a chunk or an AUTH exchange? */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL bool postern_session_is_open(const postern_session *session);

/* The transaction at hand. Valid until the next call. */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL const postern_transaction *
    postern_session_transaction(const postern_session *session);

/* What is known of the content that is being received, or was received last: violations, sizes, 8-bit octets. */
POSTERN_API POSTERN_NODISCARD POSTERN_NONNULL const postern_content *
    postern_session_content(const postern_session *session);

#ifdef __cplusplus
}
#endif

#endif
