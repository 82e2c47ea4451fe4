/* reply.c: the reply parser of a client. From a stream of octets to the lines of replies (RFC 5321 4.2).
 *
 * One octet, one step: where an octet stands in its line (parser->length) and whether a CR came before it say all that
 * the next step needs, so nothing is looked at twice and cuts between calls cannot show. A line that lies whole in the
 * caller's octets is never copied; one that was cut is put together in the parser's buffer.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/reply.h>

#include <string.h>

#include "textstring.h"

/* Where the parts of a line stand: three digits, then the separator, then the text. */
#define CODE_SIZE 3
#define TEXT_AT (CODE_SIZE + 1)
#define CRLF_SIZE 2

static const uint16_t place_value[CODE_SIZE] = {100, 10, 1};

void postern_reply_parser_init(postern_reply_parser *parser, postern_reply_level level) {
    parser->level = level;
    parser->code = 0;
    parser->lines = 0;
    parser->length = 0;
    parser->offset = 0;
    parser->fault = (postern_fault){POSTERN_ERROR_NONE, 0};
    parser->after_cr = false;
}

static size_t reply_line_max(const postern_reply_parser *parser) {
    return parser->level == POSTERN_REPLY_PRACTICE ? POSTERN_REPLY_PRACTICE_LINE_MAX : POSTERN_REPLY_LINE_MAX;
}

/* Reply-code: [2-5][0-5][0-9]; in practice servers also make up a second digit over 5. */
static bool is_code_digit(const postern_reply_parser *parser, uint8_t octet, size_t place) {
    switch (place) {
    case 0: return octet >= '2' && octet <= '5';
    case 1: return octet >= '0' && octet <= (parser->level == POSTERN_REPLY_PRACTICE ? '9' : '5');
    default: return octet >= '0' && octet <= '9';
    }
}

/* The first line sets the code, the others have to repeat it. */
static postern_error reply_code(postern_reply_parser *parser, uint8_t octet, size_t place) {
    if (!is_code_digit(parser, octet, place)) {
        return POSTERN_ERROR_REPLY_CODE;
    }
    unsigned digit = octet - (unsigned)'0';
    if (parser->lines == 0) {
        parser->code = (uint16_t)(parser->code + digit * place_value[place]);
    } else if (digit != parser->code / place_value[place] % 10U) {
        return POSTERN_ERROR_REPLY_CODE_CHANGED;
    }
    return POSTERN_ERROR_NONE;
}

/* An octet that is neither the LF of a CRLF nor a CR that may begin one. */
static postern_error reply_octet(postern_reply_parser *parser, uint8_t octet, size_t place) {
    if (octet == '\n') {
        return POSTERN_ERROR_BARE_LF;
    }
    if (octet == '\0') {
        return POSTERN_ERROR_NUL;
    }
    if (place < CODE_SIZE) {
        return reply_code(parser, octet, place);
    }
    if (place == CODE_SIZE) {
        return octet == ' ' || octet == '-' ? POSTERN_ERROR_NONE : POSTERN_ERROR_REPLY_SEPARATOR;
    }
    bool allowed = is_textstring(octet) || (parser->level == POSTERN_REPLY_PRACTICE && octet >= 0x80);
    return allowed ? POSTERN_ERROR_NONE : POSTERN_ERROR_REPLY_TEXT;
}

/* Take one octet. Returns: COMPLETE with the LF that ends the line, NEED_MORE, or WRONG with parser->fault set.
 *
 * A line is known to be too long when its last lawful octet has come and does not end it. A CR in that place is waited
 * for, since it may turn out to be bare, and that has the lower offset. */
static postern_status step(postern_reply_parser *parser, uint8_t octet) {
    size_t limit = reply_line_max(parser);
    size_t place = parser->length++;
    postern_error error = POSTERN_ERROR_NONE;
    size_t where = place;

    if (place == 0 && parser->lines == POSTERN_REPLY_LINES_MAX) {
        error = POSTERN_ERROR_REPLY_TOO_MANY_LINES;
    } else if (parser->after_cr) {
        if (octet == '\n' && place < limit) {
            return POSTERN_COMPLETE;
        }
        error = octet == '\n' ? POSTERN_ERROR_LINE_TOO_LONG : POSTERN_ERROR_BARE_CR;
        where = octet == '\n' ? limit : place - 1;
    } else if (octet == '\r' && place >= CODE_SIZE) {
        parser->after_cr = true;
    } else {
        error = reply_octet(parser, octet, place);
        if (error == POSTERN_ERROR_NONE && place + 1 == limit) {
            error = POSTERN_ERROR_LINE_TOO_LONG;
            where = limit;
        }
    }
    if (error == POSTERN_ERROR_NONE) {
        return POSTERN_NEED_MORE;
    }
    parser->fault = (postern_fault){error, (size_t)parser->offset + where};
    return POSTERN_WRONG;
}

/* An enhanced code counts where its class is the code's first digit and a space parts it from what follows. */
static postern_enhanced reply_enhanced(unsigned code, postern_slice text) {
    postern_enhanced enhanced;
    size_t size = postern_enhanced_parse(&enhanced, text.data, text.size);
    bool parted = size < text.size && text.data[size] == ' ';
    if (!parted || enhanced.class_ != code / 100) {
        return (postern_enhanced){0, 0, 0};
    }
    return enhanced;
}

/* The line at `octets` has ended: say what it holds, and make ready for the next one. */
static void reply_line(postern_reply_parser *parser, const uint8_t *octets, postern_reply_line *line) {
    size_t end = parser->length - CRLF_SIZE;
    size_t begin = end < TEXT_AT ? end : TEXT_AT;

    line->code = parser->code;
    line->last = octets[CODE_SIZE] != '-';
    line->text = (postern_slice){octets + begin, end - begin};
    line->enhanced = reply_enhanced(parser->code, line->text);

    parser->lines++;
    parser->offset += parser->length;
    parser->length = 0;
    parser->after_cr = false;
    if (line->last) {
        parser->code = 0;
        parser->lines = 0;
        parser->offset = 0;
    }
}

postern_status postern_reply_feed(postern_reply_parser *parser, const uint8_t *octets, size_t size, size_t *taken,
                                  postern_reply_line *line, postern_fault *fault) {
    size_t held = parser->length; /* what earlier calls left of this line in the buffer */
    size_t at = 0;
    postern_status status = parser->fault.error == POSTERN_ERROR_NONE ? POSTERN_NEED_MORE : POSTERN_WRONG;

    *line = (postern_reply_line){0};
    while (status == POSTERN_NEED_MORE && at < size) {
        status = step(parser, octets[at++]);
    }
    if (status != POSTERN_WRONG && at > 0 && (held > 0 || status == POSTERN_NEED_MORE)) {
        memcpy(parser->buffer + held, octets, at);
        octets = parser->buffer;
    }
    if (status == POSTERN_COMPLETE) {
        reply_line(parser, octets, line);
    }
    *taken = at;
    *fault = parser->fault;
    return status;
}

/* "." 1*3DIGIT. Returns: octets read, 0 when it is not there. */
static size_t dotted_number(uint16_t *number, const uint8_t *octets, size_t size) {
    size_t at = 1;
    unsigned value = 0;
    if (size == 0 || octets[0] != '.') {
        return 0;
    }
    while (at < size && octets[at] >= '0' && octets[at] <= '9') {
        if (at > 3) {
            return 0;
        }
        value = value * 10 + (octets[at] - (unsigned)'0');
        at++;
    }
    *number = (uint16_t)value;
    return at > 1 ? at : 0;
}

/* status-code = class "." subject "." detail (RFC 2034 4). */
size_t postern_enhanced_parse(postern_enhanced *enhanced, const uint8_t *octets, size_t size) {
    postern_enhanced found = {0, 0, 0};
    *enhanced = found;
    if (size == 0 || (octets[0] != '2' && octets[0] != '4' && octets[0] != '5')) {
        return 0;
    }
    found.class_ = (uint8_t)(octets[0] - '0');
    size_t subject = dotted_number(&found.subject, octets + 1, size - 1);
    if (subject == 0) {
        return 0;
    }
    size_t detail = dotted_number(&found.detail, octets + 1 + subject, size - 1 - subject);
    if (detail == 0) {
        return 0;
    }
    *enhanced = found;
    return 1 + subject + detail;
}
