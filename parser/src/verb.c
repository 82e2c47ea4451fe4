/* verb.c: what is known of the verbs and the service extensions, and how long a command line may be.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/command.h>

#include <string.h>

#include "chars.h"

/* ---- Verbs ---- */

#define VERB(name, rule, offered_by, where, abnf)                                                                      \
    [POSTERN_VERB_##name] = {#name, sizeof #name - 1, POSTERN_ARGUMENT_##rule, offered_by, where, abnf}

static const postern_verb_info verbs[POSTERN_VERB_COUNT] = {
    [POSTERN_VERB_UNKNOWN] = {"", 0, POSTERN_ARGUMENT_OPTIONAL, 0, "", ""},
    VERB(EHLO, REQUIRED, 0, "RFC 5321 4.1.1.1", "\"EHLO\" SP ( Domain / address-literal ) CRLF"),
    VERB(HELO, REQUIRED, 0, "RFC 5321 4.1.1.1", "\"HELO\" SP Domain CRLF"),
    VERB(LHLO, REQUIRED, 0, "RFC 2033 4.1", "\"LHLO\" SP ( Domain / address-literal ) CRLF"),
    VERB(MAIL, REQUIRED, 0, "RFC 5321 4.1.1.2", "\"MAIL FROM:\" Reverse-path [ SP Mail-parameters ] CRLF"),
    VERB(RCPT, REQUIRED, 0, "RFC 5321 4.1.1.3",
         "\"RCPT TO:\" ( \"<Postmaster>\" / Forward-path ) [ SP Rcpt-parameters ] CRLF"),
    VERB(DATA, FORBIDDEN, 0, "RFC 5321 4.1.1.4", "\"DATA\" CRLF"),
    VERB(BDAT, REQUIRED, POSTERN_EXT_CHUNKING, "RFC 3030 2", "\"BDAT\" SP chunk-size [ SP \"LAST\" ] CRLF"),
    VERB(RSET, FORBIDDEN, 0, "RFC 5321 4.1.1.5", "\"RSET\" CRLF"),
    VERB(NOOP, OPTIONAL, 0, "RFC 5321 4.1.1.9", "\"NOOP\" [ SP String ] CRLF"),
    VERB(QUIT, FORBIDDEN, 0, "RFC 5321 4.1.1.10", "\"QUIT\" CRLF"),
    VERB(VRFY, REQUIRED, 0, "RFC 5321 4.1.1.6", "\"VRFY\" SP ( String / Mailbox ) [ SP \"SMTPUTF8\" ] CRLF"),
    VERB(EXPN, REQUIRED, 0, "RFC 5321 4.1.1.7", "\"EXPN\" SP ( String / Mailbox ) [ SP \"SMTPUTF8\" ] CRLF"),
    VERB(HELP, OPTIONAL, 0, "RFC 5321 4.1.1.8", "\"HELP\" [ SP String ] CRLF"),
    VERB(STARTTLS, FORBIDDEN, POSTERN_EXT_STARTTLS, "RFC 3207 4", "\"STARTTLS\" CRLF"),
    VERB(AUTH, REQUIRED, POSTERN_EXT_AUTH, "RFC 4954 4", "\"AUTH\" SP sasl-mech [ SP initial-response ] CRLF"),
    VERB(BURL, REQUIRED, 0, "RFC 4468 3.5", "\"BURL\" SP absolute-URI [ SP \"LAST\" ] CRLF"),
    VERB(ETRN, REQUIRED, 0, "RFC 1985 5", "\"ETRN\" SP ( [ \"@\" ] Domain / \"#\" 1*VCHAR ) CRLF"),
    VERB(ATRN, OPTIONAL, 0, "RFC 2645 5.2.1", "\"ATRN\" [ SP Domain *( \",\" Domain ) ] CRLF"),
    VERB(TURN, FORBIDDEN, 0, "RFC 821 4.1.1", "\"TURN\" CRLF"),
    VERB(SEND, REQUIRED, 0, "RFC 821 4.1.1", "\"SEND FROM:\" Reverse-path CRLF"),
    VERB(SOML, REQUIRED, 0, "RFC 821 4.1.1", "\"SOML FROM:\" Reverse-path CRLF"),
    VERB(SAML, REQUIRED, 0, "RFC 821 4.1.1", "\"SAML FROM:\" Reverse-path CRLF"),
    VERB(XCLIENT, REQUIRED, 0, "Postfix XCLIENT_README", "\"XCLIENT\" 1*( SP attribute-name \"=\" xtext ) CRLF"),
    VERB(XFORWARD, REQUIRED, 0, "Postfix XFORWARD_README", "\"XFORWARD\" 1*( SP attribute-name \"=\" xtext ) CRLF"),
    VERB(VERB, OPTIONAL, 0, "Sendmail srvrsmtp.c", "\"VERB\" [ SP String ] CRLF"),
    VERB(ONEX, FORBIDDEN, 0, "IANA mail parameters", "\"ONEX\" CRLF"),
};

const postern_verb_info *postern_verb_describe(postern_verb verb) {
    return &verbs[(unsigned)verb < POSTERN_VERB_COUNT ? verb : POSTERN_VERB_UNKNOWN];
}

/* The first four letters tell all verbs apart, and SLOT gives each a place of its own (a compiler warns of an element
 * initialised twice): to find a verb takes one look and one comparison. */
#define KEY(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))
#define SLOT(key) ((uint64_t)(key)*139075 >> 24 & 63)
#define PLACE(a, b, c, d, verb) [SLOT(KEY(a, b, c, d))] = {KEY(a, b, c, d), sizeof #verb - 1, POSTERN_VERB_##verb}

static const struct {
    uint32_t key;
    uint8_t size;
    uint8_t verb;
} places[64] = {
    PLACE('E', 'H', 'L', 'O', EHLO), PLACE('H', 'E', 'L', 'O', HELO),     PLACE('L', 'H', 'L', 'O', LHLO),
    PLACE('M', 'A', 'I', 'L', MAIL), PLACE('R', 'C', 'P', 'T', RCPT),     PLACE('D', 'A', 'T', 'A', DATA),
    PLACE('B', 'D', 'A', 'T', BDAT), PLACE('R', 'S', 'E', 'T', RSET),     PLACE('N', 'O', 'O', 'P', NOOP),
    PLACE('Q', 'U', 'I', 'T', QUIT), PLACE('V', 'R', 'F', 'Y', VRFY),     PLACE('E', 'X', 'P', 'N', EXPN),
    PLACE('H', 'E', 'L', 'P', HELP), PLACE('S', 'T', 'A', 'R', STARTTLS), PLACE('A', 'U', 'T', 'H', AUTH),
    PLACE('B', 'U', 'R', 'L', BURL), PLACE('E', 'T', 'R', 'N', ETRN),     PLACE('A', 'T', 'R', 'N', ATRN),
    PLACE('T', 'U', 'R', 'N', TURN), PLACE('S', 'E', 'N', 'D', SEND),     PLACE('S', 'O', 'M', 'L', SOML),
    PLACE('S', 'A', 'M', 'L', SAML), PLACE('X', 'C', 'L', 'I', XCLIENT),  PLACE('X', 'F', 'O', 'R', XFORWARD),
    PLACE('V', 'E', 'R', 'B', VERB), PLACE('O', 'N', 'E', 'X', ONEX),
};

/* What is left of an octet when the bit that tells lower from upper case is taken out. Only a letter becomes one. */
#define WITHOUT_CASE UINT32_C(0xDFDFDFDF)

postern_verb postern_verb_find(const uint8_t *octets, size_t size) {
    if (size < 4) {
        return POSTERN_VERB_UNKNOWN;
    }
    uint32_t key = KEY(octets[0], octets[1], octets[2], octets[3]) & WITHOUT_CASE;
    uint64_t slot = SLOT(key);
    if (places[slot].key != key || places[slot].size != size) {
        return POSTERN_VERB_UNKNOWN;
    }
    postern_verb verb = (postern_verb)places[slot].verb;
    return size == 4 || char_equal(octets, size, verbs[verb].name, size) ? verb : POSTERN_VERB_UNKNOWN;
}

postern_verb postern_verb_peek(const uint8_t *line, size_t size) {
    static const char ends[] = {' ', '\t', '\r', '\n', '\0'};
    const size_t longest = sizeof "STARTTLS" - 1;
    size_t at = 0;
    while (at < size && at <= longest && memchr(ends, line[at], sizeof ends) == NULL) {
        at++;
    }
    return postern_verb_find(line, at);
}

/* ---- Extensions ---- */

static const struct {
    const char *keyword;
    size_t size;
    uint32_t extension;
} extensions[] = {
#define EXTENSION(identifier, keyword, bit) {keyword, sizeof keyword - 1, POSTERN_EXT_##identifier},
    POSTERN_EXTENSION_LIST(EXTENSION)
#undef EXTENSION
};

enum { EXTENSION_COUNT = sizeof extensions / sizeof extensions[0] };

const char *postern_extension_keyword(uint32_t extension) {
    for (size_t i = 0; i < EXTENSION_COUNT; i++) {
        if (extensions[i].extension == extension) {
            return extensions[i].keyword;
        }
    }
    return NULL;
}

uint32_t postern_extension_find(const uint8_t *keyword, size_t size) {
    for (size_t i = 0; i < EXTENSION_COUNT; i++) {
        if (char_equal(keyword, size, extensions[i].keyword, extensions[i].size)) {
            return extensions[i].extension;
        }
    }
    return 0;
}

/* ---- Limits ---- */

static const struct {
    postern_verb verb;
    uint32_t extensions;
    size_t octets;
} increments[] = {
#define INCREMENT(identifier, verb, keyword, extensions, increment) {POSTERN_VERB_##verb, extensions, increment},
    POSTERN_PARAMETER_LIST(INCREMENT)
#undef INCREMENT
    /* BODY=BINARYMIME is two octets longer than BODY=8BITMIME */
    {POSTERN_VERB_MAIL, POSTERN_EXT_BINARYMIME, 2},
};

size_t postern_command_limit(postern_verb verb, uint32_t in_force) {
    size_t limit = POSTERN_COMMAND_LINE_MAX;
    for (size_t i = 0; i < sizeof increments / sizeof increments[0]; i++) {
        if (increments[i].verb == verb && (increments[i].extensions & in_force) != 0) {
            limit += increments[i].octets;
        }
    }
    return limit;
}

size_t postern_command_limit_max(uint32_t in_force) {
    size_t sums[POSTERN_VERB_COUNT] = {0};
    size_t most = 0;
    for (size_t i = 0; i < sizeof increments / sizeof increments[0]; i++) {
        if ((increments[i].extensions & in_force) != 0) {
            size_t *sum = &sums[increments[i].verb];
            *sum += increments[i].octets;
            most = *sum > most ? *sum : most;
        }
    }
    return POSTERN_COMMAND_LINE_MAX + most;
}
