/* respond.c: how the session's replies are made. Every one passes through the writer of format.h: nothing of the input
 * is ever in one, and nothing can start a line of its own.
 *
 * SPDX-License-Identifier: MIT */
#include "engine.h"

#include <postern/codec.h>

#include <string.h>

#include "format.h"

/* A constant string of the tables, or the name of a mechanism: no line of a reply is longer. */
static postern_slice slice_of(const char *text) {
    const char *end = memchr(text, '\0', POSTERN_REPLY_LINE_MAX);
    return (postern_slice){(const uint8_t *)text, end != NULL ? (size_t)(end - text) : POSTERN_REPLY_LINE_MAX};
}

/* The same for a literal, at no cost. */
#define LITERAL(text) ((postern_slice){(const uint8_t *)(text), sizeof(text) - 1})

/* RFC 2034 4: on 2xx, 4xx and 5xx replies where the extension is in force, as it never is in the greeting; not in the
 * replies to EHLO, HELO and LHLO. */
static bool has_enhanced(const postern_session *s, int code) {
    if (!(s->in_force & POSTERN_EXT_ENHANCEDSTATUSCODES) || code / 100 == 3) {
        return false;
    }
    return s->verb != POSTERN_VERB_EHLO && s->verb != POSTERN_VERB_HELO && s->verb != POSTERN_VERB_LHLO;
}

/* The enhanced code that a reply shows, if any. One of another class, or with a number of four digits, is none (RFC
 * 3463 2). */
static const postern_enhanced *shown(const postern_session *s, int code, postern_enhanced *enhanced) {
    if (enhanced->class_ != (uint8_t)(code / 100) || enhanced->subject > 999 || enhanced->detail > 999) {
        *enhanced = (postern_enhanced){(uint8_t)(code / 100), 0, 0};
    }
    return has_enhanced(s, code) ? enhanced : NULL;
}

/* What stands in the buffer is owed. */
static void owe(postern_session *s, int code, size_t size) {
    s->code = code;
    s->reply_size = size;
    s->owed |= OWE_REPLY;
    if (code == 421 || code == 221) {
        s->owed |= OWE_CLOSE;
    }
}

/* Leave a reply, and owe it. Returns: false when the text does not fit; nothing is owed then. */
static bool leave(postern_session *s, int code, postern_enhanced enhanced, postern_slice text) {
    size_t size;

    if (postern_reply_format(s->reply, sizeof s->reply, code, shown(s, code, &enhanced), text.data, text.size, &size) !=
        POSTERN_COMPLETE) {
        return false;
    }
    owe(s, code, size);
    return true;
}

/* What the table of errors says of one. Its enhanced codes have a digit for each part (a test says so). */
static postern_enhanced enhanced_of(const postern_error_info *info) {
    const char *digits = info->enhanced;
    if (digits[0] == '\0') {
        return NO_ENHANCED;
    }
    return ENHANCED((uint8_t)(digits[0] - '0'), (uint16_t)(digits[2] - '0'), (uint16_t)(digits[4] - '0'));
}

static postern_slice text_of(const postern_error_info *info) {
    return (postern_slice){(const uint8_t *)info->text, info->text_size};
}

/* The same for every reply but one that ends the session anyway: a refusal, whoever refuses, costs one error, and when
 * the budget is used up 421 takes its place. Passwords and mailboxes are not to be guessed at leisure. */
static bool put(postern_session *s, int code, postern_enhanced enhanced, postern_slice text) {
    const uint32_t budget = s->config->error_budget;
    const bool counts = code >= 400 && code != 421 && budget != 0;

    if (counts && s->errors >= budget) {
        const postern_error_info *info = postern_error_describe(POSTERN_ERROR_ERROR_BUDGET);
        return leave(s, info->code, enhanced_of(info), text_of(info));
    }
    if (!leave(s, code, enhanced, text)) {
        return false;
    }
    s->errors += counts;
    return true;
}

void postern_engine_answer(postern_session *s, int code, postern_enhanced enhanced, postern_slice text) {
    (void)put(s, code, enhanced, text);
}

void postern_engine_refuse(postern_session *s, postern_error error) {
    const postern_error_info *info = postern_error_describe(error);
    postern_enhanced enhanced = enhanced_of(info);

    /* A malformed address is X.1.3 for a recipient and X.1.7 for a sender (RFC 3463 3.2). */
    if (s->verb == POSTERN_VERB_MAIL && enhanced.subject == 1 && enhanced.detail == 3) {
        enhanced.detail = 7;
    }
    if (s->state == POSTERN_STATE_AUTH && error == POSTERN_ERROR_LINE_TOO_LONG) {
        enhanced = ENHANCED(5, 5, 6);
    }
    (void)put(s, info->code, enhanced, text_of(info));
}

/* ---- Replies that carry the name of the server ----
 *
 * They are written in their place, line by line. A line that does not fit into a line of a reply, or into the reply
 * beside those before it, is left out whole: half a line would promise something else. */

static void write_number(postern_writer *w, uint64_t number) {
    uint8_t digits[20];
    size_t at = sizeof digits;

    do {
        digits[--at] = (uint8_t)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    postern_writer_add(w, (postern_slice){digits + at, sizeof digits - at});
}

static void write_keyword_number(postern_writer *w, postern_slice keyword, uint64_t number) {
    if (number != 0) {
        postern_writer_add(w, keyword);
        write_number(w, number);
    }
}

/* Begin a reply whose first line begins with the name of the server, and goes on with a text. */
static void write_domain(postern_writer *w, postern_session *s, int code, postern_enhanced enhanced,
                         postern_slice text) {
    const postern_slice domain = s->config->domain;

    (void)!postern_writer_begin(w, s->reply, sizeof s->reply, code, shown(s, code, &enhanced));
    postern_writer_open(w);
    postern_writer_add(w, domain.size >= 1 && domain.size <= POSTERN_DOMAIN_MAX ? domain : LITERAL("localhost"));
    postern_writer_add(w, text);
    (void)postern_writer_close(w);
}

static void put_with_domain(postern_session *s, int code, postern_enhanced enhanced, postern_slice text) {
    postern_writer w;

    write_domain(&w, s, code, enhanced, text);
    owe(s, code, postern_writer_end(&w));
}

void postern_engine_answer_greeting(postern_session *s) {
    put_with_domain(s, 220, NO_ENHANCED,
                    s->config->lmtp ? LITERAL(" LMTP Service ready") : LITERAL(" ESMTP Service ready"));
}

void postern_engine_answer_quit(postern_session *s) {
    put_with_domain(s, 221, ENHANCED(2, 0, 0), LITERAL(" Service closing channel"));
}

/* As many names as there is room for in one line, each of them whole. */
static void write_mechanisms(const postern_session *s, postern_writer *w) {
    bool any = false;

    postern_writer_open(w);
    postern_writer_add(w, LITERAL("AUTH"));
    for (size_t i = 0; i < s->config->mechanism_count; i++) {
        const postern_slice name = slice_of(s->config->mechanisms[i]->name);
        if (postern_engine_auth_offers(s, s->config->mechanisms[i]) && postern_writer_fits(w, name.size + 1)) {
            postern_writer_add(w, LITERAL(" "));
            postern_writer_add(w, name);
            any = true;
        }
    }
    w->cut |= !any;
    (void)postern_writer_close(w);
}

static void write_limits(const postern_session *s, postern_writer *w) {
    const postern_config *config = s->config;

    /* RFC 9422 4: the keyword has at least one limit. */
    if (config->max_recipients == 0 && config->limits_mailmax == 0 && config->limits_rcptdomainmax == 0) {
        return;
    }
    postern_writer_open(w);
    postern_writer_add(w, LITERAL("LIMITS"));
    write_keyword_number(w, LITERAL(" RCPTMAX="), config->max_recipients);
    write_keyword_number(w, LITERAL(" MAILMAX="), config->limits_mailmax);
    write_keyword_number(w, LITERAL(" RCPTDOMAINMAX="), config->limits_rcptdomainmax);
    (void)postern_writer_close(w);
}

/* RFC 4865 3: the longest interval, of nine digits at most, and the latest date and time. */
static void write_futurerelease(const postern_session *s, postern_writer *w) {
    enum { LONGEST = 999999999 };
    const uint32_t most = s->config->futurerelease_max;

    write_keyword_number(w, LITERAL(" "), most >= 1 && most <= LONGEST ? most : LONGEST);
    postern_writer_add(w, LITERAL(" 9999-12-31T23:59:59Z"));
}

static const struct offer {
    uint32_t extension;
    postern_slice keyword;
} offers[] = {
#define OFFER(identifier, keyword, bit) {POSTERN_EXT_##identifier, {(const uint8_t *)(keyword), sizeof(keyword) - 1}},
    POSTERN_EXTENSION_LIST(OFFER)
#undef OFFER
};

static void write_offer(const postern_session *s, postern_writer *w, const struct offer *offer) {
    switch (offer->extension) {
    case POSTERN_EXT_AUTH: write_mechanisms(s, w); return;
    case POSTERN_EXT_LIMITS: write_limits(s, w); return;
    case POSTERN_EXT_STARTTLS:
        if (s->tls) {
            return;
        }
        break;
    default: break;
    }
    postern_writer_open(w);
    postern_writer_add(w, offer->keyword);
    if (offer->extension == POSTERN_EXT_SIZE) {
        write_keyword_number(w, LITERAL(" "), s->config->max_message_size);
    }
    if (offer->extension == POSTERN_EXT_FUTURERELEASE) {
        write_futurerelease(s, w);
    }
    (void)postern_writer_close(w);
}

static void write_keyword(postern_writer *w, postern_slice keyword) {
    postern_writer_open(w);
    postern_writer_add(w, keyword);
    w->cut |= keyword.size == 0;
    (void)postern_writer_close(w);
}

void postern_engine_answer_hello(postern_session *s) {
    postern_writer w;

    write_domain(&w, s, 250, NO_ENHANCED, LITERAL(""));
    if (s->verb != POSTERN_VERB_HELO) {
        for (size_t i = 0; i < sizeof offers / sizeof *offers; i++) {
            if (s->in_force & offers[i].extension) {
                write_offer(s, &w, &offers[i]);
            }
        }
        for (size_t i = 0; i < s->config->keyword_count; i++) {
            write_keyword(&w, s->config->keywords[i]);
        }
    }
    owe(s, 250, postern_writer_end(&w));
}

void postern_engine_answer_challenge(postern_session *s, const uint8_t *challenge, size_t size) {
    uint8_t encoded[POSTERN_BASE64_ENCODED_SIZE(POSTERN_AUTH_CHALLENGE_MAX)];
    size_t written;

    (void)!postern_base64_encode(encoded, sizeof encoded, challenge, size, &written);
    (void)put(s, 334, NO_ENHANCED, (postern_slice){encoded, written});
}

/* ---- Replies that the policy chooses ---- */

/* The codes that may answer a question when the policy chooses its own, ended by 0 (RFC 5321 4.3.2, RFC 4954 6,
 * RFC 7504, and what is common practice). 354, 334 and 235 are not a policy's to give: it accepts. */
static const uint16_t codes_connect[] = {220, 421, 450, 451, 521, 550, 553, 554, 0};
static const uint16_t codes_hello[] = {421, 450, 451, 502, 504, 550, 554, 0};
static const uint16_t codes_mail[] = {250, 421, 450, 451, 452, 455, 530, 550, 552, 553, 554, 555, 0};
static const uint16_t codes_rcpt[] = {250, 251, 252, 421, 450, 451, 452, 455, 530,
                                      550, 551, 552, 553, 554, 555, 556, 0};
static const uint16_t codes_data[] = {421, 450, 451, 452, 550, 552, 554, 0};
static const uint16_t codes_chunk[] = {250, 421, 450, 451, 452, 550, 552, 554, 0};
static const uint16_t codes_message[] = {250, 421, 450, 451, 452, 550, 552, 553, 554, 0};
static const uint16_t codes_vrfy[] = {250, 251, 252, 421, 450, 451, 502, 504, 550, 551, 553, 554, 0};
static const uint16_t codes_other[] = {211, 214, 250, 251, 252, 253, 421, 450, 451, 452, 453, 458, 459,
                                       500, 501, 502, 503, 504, 530, 550, 551, 552, 553, 554, 0};
static const uint16_t codes_auth[] = {421, 422, 432, 435, 450, 454, 500, 501, 504, 523,
                                      524, 525, 530, 534, 535, 538, 550, 554, 0};

static const uint16_t *const codes_for[QUESTION_COUNT] = {
    [QUESTION_CONNECT] = codes_connect, [QUESTION_HELLO] = codes_hello, [QUESTION_MAIL] = codes_mail,
    [QUESTION_RCPT] = codes_rcpt,       [QUESTION_DATA] = codes_data,   [QUESTION_CHUNK] = codes_chunk,
    [QUESTION_MESSAGE] = codes_message, [QUESTION_VRFY] = codes_vrfy,   [QUESTION_OTHER] = codes_other,
    [QUESTION_AUTH] = codes_auth};

static bool may_answer(question asked, int code) {
    const uint16_t *codes = codes_for[asked];

    while (*codes != 0 && *codes != code) {
        codes++;
    }
    return *codes != 0;
}

int postern_engine_answer_decision(postern_session *s, question asked, const postern_decision *decision) {
    const bool fits = decision->verdict == POSTERN_ANSWER && may_answer(asked, decision->code);
    const int code = fits ? decision->code : 451;
    const postern_code_info *info = postern_code_find(code);
    const postern_slice standard = slice_of(info != NULL ? info->text : "");

    if (fits && decision->text.data != NULL && put(s, code, decision->enhanced, decision->text)) {
        return code;
    }
    (void)put(s, code, fits ? decision->enhanced : (postern_enhanced){4, 3, 0}, standard);
    return code;
}
