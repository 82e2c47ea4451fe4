/* body.c: messages, by DATA (RFC 5321 4.1.1.4, 4.5.2) and in chunks (RFC 3030). Room: fuzz/bugbench.
 *
 * SPDX-License-Identifier: MIT */
#include "server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- Text ---- */

/* Look for what text may not hold, and hand it on. */
static void text(bench_server *s, const uint8_t *octets, size_t size) {
    for (size_t i = 0; i < size; i++) {
        const bool ends = s->text_cr && octets[i] == '\n';
        if (s->text_cr && !ends) s->violated = true;
        if (++s->text_line > TEXT_LIMIT) s->violated = true;
        if ((octets[i] == '\n' && !ends) || octets[i] == '\0') s->violated = true;
        if (ends) s->text_line = 0;
        s->text_cr = octets[i] == '\r';
    }
    bench_work(size);
}

static void content(bench_server *s, const uint8_t *octets, size_t size) {
    s->content += size;
    s->content_last = octets[size - 1];
    if (!s->binarymime) text(s, octets, size);
    bench_data(s, octets, size);
}

/* A line end is handed on with what follows it. */
static void release_line_end(bench_server *s) {
    if (!s->held) return;
    s->held = false;
    content(s, (const uint8_t *)"\r\n", 2);
}

static void hand_on(bench_server *s, const uint8_t *octets, size_t size) {
    if (size == 0) return;
    release_line_end(s);
    content(s, octets, size);
}

/* ---- The end of a message ---- */

static int worst_verdict(const bench_server *s) {
    int worst = 250;

    for (uint32_t i = 0; i < s->recipients; i++)
        if (s->verdict[i] > worst) worst = s->verdict[i];
    return worst;
}

static void message_end(bench_server *s, const char *verb) {
    const bool readable = bench_spool_reads_back(s);

    for (uint32_t i = 0; i < s->recipients; i++) {
        if (!readable) s->verdict[i] = 451;
        if (s->violated) s->verdict[i] = 554;
    }
    const int worst = worst_verdict(s);
    s->verb = verb;
    bench_note(s, PF_EVENT_MESSAGE_END, NULL, NULL);
    s->reading = READ_COMMAND;
    s->state = AT_GREETED;
    if (!s->options->lmtp || BUG(72)) bench_reply(s, verb, worst);
    for (uint32_t i = 0; i < s->recipients && s->options->lmtp && !BUG(72); i++) bench_reply(s, verb, s->verdict[i]);
    if (BUG(28) && worst > 500) {
        s->state = AT_RCPT;
        s->violated = false;
        return;
    }
    bench_reset(s);
}

/* ---- DATA ---- */

void bench_body_begin(bench_server *s) {
    s->dot = BUG(14) ? DOT_MIDDLE : DOT_START;
    s->line_by = BY_CRLF;
    s->content = 0;
    s->held = false;
}

/* Does the dot at hand, with this octet behind it, end the message? */
static bool ends_behind_dot(const bench_server *s, uint8_t c) {
    if (c == '\n') return (BUG(3) && s->line_by == BY_CRLF) || (BUG(2) && s->line_by == BY_LF);
    return c == '\r' && BUG(4) && s->line_by == BY_CR;
}

static bool ends_behind_dot_cr(const bench_server *s, uint8_t c) {
    if (c != '\n') return false;
    return s->line_by == BY_CRLF || (BUG(1) && s->line_by == BY_LF) || (BUG(5) && s->line_by == BY_CR);
}

/* The dot was no end: is it content? */
static bool dot_stays(const bench_server *s, uint8_t c) {
    if (BUG(13) && c != '.') return true;
    if (BUG(12) && s->line_by == BY_LF) return c != '.';
    return s->line_by != BY_CRLF;
}

static void line_starts(bench_server *s, bench_line_by by) {
    s->line_by = by;
    s->dot = DOT_START;
}

/* A LF that no CR came before. */
static void bare_lf(bench_server *s) {
    hand_on(s, (const uint8_t *)"\n", 1);
    if (BUG(1) || BUG(2) || BUG(12)) line_starts(s, BY_LF);
}

/* An octet that is no part of a dot. The CR before it is not handed on yet. */
static void line_octet(bench_server *s, const uint8_t *at) {
    const uint8_t c = *at;
    const bool cr = s->dot == DOT_CR;

    s->dot = DOT_MIDDLE;
    if (c == '\n' && (BUG(16) ? at[-1] == '\r' : cr)) {
        release_line_end(s);
        s->held = true;
        line_starts(s, BY_CRLF);
        return;
    }
    if (cr) {
        hand_on(s, (const uint8_t *)"\r", 1);
        if (c == '.' && (BUG(4) || BUG(5))) {
            s->dot = DOT_DOT;
            s->line_by = BY_CR;
            return;
        }
    }
    if (c == '\r') {
        s->dot = DOT_CR;
        return;
    }
    if (c == '\n') {
        bare_lf(s);
        return;
    }
    hand_on(s, at, 1);
    if (BUG(11) && s->text_line == TEXT_LIMIT) line_starts(s, BY_CRLF);
}

/* An octet behind a dot at the start of a line. Returns: true when the message has ended. */
static bool behind_dot(bench_server *s, const uint8_t *at) {
    const uint8_t c = *at;

    if (ends_behind_dot(s, c)) return true;
    if (c == '\0' && BUG(7)) {
        s->dot = DOT_SKIP;
        return false;
    }
    if (c == '\r') {
        s->dot = DOT_DOT_CR;
        return false;
    }
    if (dot_stays(s, c)) hand_on(s, (const uint8_t *)".", 1);
    line_octet(s, at);
    return false;
}

static bool behind_dot_cr(bench_server *s, const uint8_t *at) {
    if (ends_behind_dot_cr(s, *at)) return true;
    if (*at == '\r' && BUG(6)) return false;
    if (dot_stays(s, '\r')) hand_on(s, (const uint8_t *)".", 1);
    s->dot = DOT_CR;
    line_octet(s, at);
    return false;
}

/* One octet of the body. Returns: true when the message has ended. */
static bool body_octet(bench_server *s, const uint8_t *at) {
    if (*at == '\0' && BUG(8)) return false;
    switch (s->dot) {
    case DOT_SKIP: return *at == '\n';
    case DOT_DOT: return behind_dot(s, at);
    case DOT_DOT_CR: return behind_dot_cr(s, at);
    case DOT_START:
        if (*at == '.') {
            s->dot = DOT_DOT;
            s->dot_feed = s->feeds;
            return false;
        }
        break;
    default: break;
    }
    line_octet(s, at);
    return false;
}

/* A run of octets in which nothing can happen. */
static size_t plain_run(const bench_server *s, const uint8_t *octets, size_t size) {
    size_t run = 0;

    if (s->dot != DOT_MIDDLE || BUG(8) || BUG(11)) return 0;
    while (run < size && octets[run] != '\r' && octets[run] != '\n') run++;
    return run;
}

/* A feed ends within the body. */
static void body_pauses(bench_server *s) {
    if (BUG(15) && s->dot == DOT_CR) {
        hand_on(s, (const uint8_t *)"\r", 1);
        s->dot = DOT_MIDDLE;
    }
    if (BUG(9) && s->content == 1 && s->content_last == '.' && s->dot == DOT_MIDDLE) {
        s->content = 0;
        s->dot = DOT_DOT;
    }
}

static void body_ends(bench_server *s) {
    if (BUG(10) && s->dot_feed != s->feeds) s->held = false;
    release_line_end(s);
    message_end(s, "DATA_BODY");
    bench_line_reset(s);
}

size_t bench_body_take(bench_server *s, const uint8_t *octets, size_t size) {
    for (size_t i = 0; i < size;) {
        const size_t run = plain_run(s, octets + i, size - i);
        hand_on(s, octets + i, run);
        s->offset += run;
        i += run;
        if (i == size) break;
        s->offset++;
        if (body_octet(s, octets + i++)) {
            body_ends(s);
            return i;
        }
    }
    body_pauses(s);
    return size;
}

/* ---- BDAT ---- */

/* A whole number up to 2^63-1, and nothing but SP behind it. */
static bool chunk_size(const char *digits, uint64_t *size, const char **end) {
    const uint64_t most = INT64_MAX;
    const char *at = digits;

    *size = 0;
    for (; *at >= '0' && *at <= '9'; at++) {
        const uint64_t digit = (uint64_t)(*at - '0');
        if (!BUG(24) && *size > (most - digit) / 10) return false;
        *size = BUG(24) ? (uint32_t)(*size * 10 + digit) : *size * 10 + digit;
    }
    *end = at;
    return at > digits && (*at == '\0' || *at == ' ');
}

static bool chunk_size_by_strtol(const char *digits, uint64_t *size, const char **end) {
    char *behind;

    errno = 0;
    *size = (uint64_t)strtoll(digits, &behind, 0);
    *end = behind;
    return errno == 0 && (*behind == '\0' || *behind == ' ');
}

static void chunk_ends(bench_server *s) {
    s->reading = READ_COMMAND;
    if (s->chunk_refusal != 0) {
        bench_reply(s, "BDAT", s->chunk_refusal);
        if (s->chunk_refusal == 501) {
            bench_reset(s);
            s->state = AT_GREETED;
        }
        bench_line_reset(s);
        return;
    }
    release_line_end(s);
    if (s->chunk_last) {
        if (!s->binarymime && s->text_cr) s->violated = true;
        message_end(s, "BDAT_CHUNK");
        bench_line_reset(s);
        return;
    }
    const bool violated = s->violated;
    if (violated && !BUG(27)) {
        bench_reset(s);
        s->state = AT_GREETED;
    }
    bench_reply(s, "BDAT_CHUNK", violated ? 554 : 250);
    bench_line_reset(s);
}

/* Unstuff what is no text. Returns: octets taken; all of them, or those up to a dot that stands alone. */
static size_t chunk_with_dots(bench_server *s, const uint8_t *octets, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (!body_octet(s, octets + i)) continue;
        s->chunk_left = i + 1;
        return i + 1;
    }
    if (size == s->chunk_left && s->dot == DOT_CR) hand_on(s, (const uint8_t *)"\r", 1);
    return size;
}

size_t bench_chunk_take(bench_server *s, const uint8_t *octets, size_t size) {
    if (size > s->chunk_left) size = (size_t)s->chunk_left;
    if (s->chunk_refusal == 0) {
        if (BUG(26))
            size = chunk_with_dots(s, octets, size);
        else
            hand_on(s, octets, size);
    }
    s->offset += size;
    s->chunk_left -= size;
    if (s->chunk_left == 0) chunk_ends(s);
    return size;
}

void bench_bdat(bench_server *s, const char *text, int refusal) {
    const char *argument = strchr(text, ' ');
    const char *end;
    const char *digits = argument != NULL ? argument + 1 : "";
    const bool readable =
        BUG(25) ? chunk_size_by_strtol(digits, &s->chunk_left, &end) : chunk_size(digits, &s->chunk_left, &end);

    if (!readable) {
        bench_reply(s, "BDAT", 501);
        bench_close(s);
        return;
    }
    s->chunk_last = bench_is_word(end, strlen(end), " LAST");
    s->chunk_refusal = refusal != 0 || *end == '\0' || s->chunk_last ? refusal : 501;
    if (BUG(23) && s->chunk_refusal != 0) s->chunk_left = 0;
    if (BUG(30) && !bench_spool_chunk(s)) {
        bench_no_memory(s);
        return;
    }
    if (s->chunk_refusal == 0 && s->state != AT_BDAT) {
        s->state = AT_BDAT;
        bench_body_begin(s);
    }
    s->reading = READ_CHUNK;
    if (s->chunk_left == 0)
        chunk_ends(s);
    else if (BUG(22) && s->rest > 0) {
        s->reading = READ_COMMAND;
        s->chunk_waits = true;
    }
}
