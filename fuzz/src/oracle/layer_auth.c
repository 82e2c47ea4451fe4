/* layer_auth.c: the laws of AUTH exchanges. Toolkit room: fuzz/.
 *
 * AUTH    policy and mechanism are told what the client sent, as it is read a second time here (RFC 4954 4, 4616 2);
 *         a client is let in when one of them says so, at that moment, and never else; a password in clear is asked for
 *         where it may be, and a challenge is the mechanism's, in base64
 * SECRET  whatever the client sends for a secret, the replies are the same, and so is every octet of the session when
 *         the exchange is over: nothing of it is said, nothing of it stays (session.h)
 *
 * For SECRET the exchange is run twice, with other octets of the same sizes the second time, before a policy that does
 * not look at them.
 *
 * SPDX-License-Identifier: MIT */
#include "auth_run.h"
#include "judging.h"

#include "../model/grammar.h"

#include <postern/codec.h>

#include <stdio.h>
#include <string.h>

enum { INPUT_MOST = 1 << 16, MESSAGE_MOST = 1 << 14 };

/* ---- The wire, read a second time ---- */

typedef enum mechanism { OTHER, PLAIN, LOGIN, PUPPET } mechanism;

typedef struct message {
    bool readable; /* base64, or empty */
    bool present;  /* false: AUTH without an initial response */
    size_t size;
    uint8_t octets[MESSAGE_MOST];
} message;

/* A line of the client within an exchange. */
typedef struct told_line {
    bool cancels;
    mechanism mechanism;
    size_t from; /* where the response begins in the input, and how long its text is */
    size_t size;
    message message;
} told_line;

static size_t trimmed(const uint8_t *octets, size_t size) {
    while (size > 0 && strchr(" \t\r\n", octets[size - 1]) != NULL && octets[size - 1] != '\0') size--;
    return size;
}

static bool spells(const uint8_t *octets, size_t size, const char *word) {
    return size == strlen(word) && memcmp(octets, word, size) == 0;
}

static void read_message(const uint8_t *text, size_t size, message *m) {
    pf_cursor c = {.octets = text, .end = size};

    m->present = true;
    m->size = 0;
    m->readable = size == 0 || (size <= MESSAGE_MOST && pf_base64(&c) && pf_at_end(&c));
    if (m->readable && size > 0) m->size = pf_base64_decode(text, size, m->octets);
}

/* "AUTH" SP mechanism [SP initial-response] */
static void read_command(const uint8_t *octets, const pf_auth_reply *reply, told_line *line) {
    const uint8_t *text = octets + reply->begin;
    const size_t size = trimmed(text, reply->end - reply->begin);
    size_t at = sizeof "AUTH " - 1;
    const size_t begin = at < size ? at : size;

    for (at = begin; at < size && text[at] != ' ';) at++;
    const size_t named = at - begin;
    line->cancels = false;
    line->mechanism = spells(text + begin, named, "PLAIN")      ? PLAIN
                      : spells(text + begin, named, "LOGIN")    ? LOGIN
                      : spells(text + begin, named, "X-PUPPET") ? PUPPET
                                                                : OTHER;
    if (at < size) at++;
    line->from = reply->begin + at;
    line->size = size - at;
    if (line->size == 0) {
        line->message.readable = true;
        line->message.present = false;
        line->message.size = 0;
    } else if (spells(text + at, line->size, "="))
        read_message(text, 0, &line->message);
    else
        read_message(text + at, line->size, &line->message);
}

static void read_continuation(const uint8_t *octets, const pf_auth_reply *reply, told_line *line) {
    const uint8_t *text = octets + reply->begin;

    line->from = reply->begin;
    line->size = trimmed(text, reply->end - reply->begin);
    line->cancels = spells(text, line->size, "*");
    read_message(text, line->size, &line->message);
}

/* ---- AUTH ---- */

/* What must be known of an exchange to say what its next line tells. */
typedef struct exchange {
    mechanism mechanism;
    bool name_said;   /* LOGIN */
    size_t name_size; /* 0: it cannot be one */
    uint8_t name[POSTERN_AUTH_MEMORY];
} exchange;

typedef struct expectation {
    bool asked;
    postern_slice authzid;
    postern_slice authcid;
    postern_slice password;
} expectation;

static bool is_word(const message *m) {
    return m->size > 0 && memchr(m->octets, '\0', m->size) == NULL;
}

/* message = [authzid] NUL authcid NUL passwd, RFC 4616 2 */
static expectation read_plain(const message *m) {
    const uint8_t *end = m->octets + m->size;
    const uint8_t *first = m->size > 0 ? memchr(m->octets, '\0', m->size) : NULL;
    const uint8_t *second = first != NULL ? memchr(first + 1, '\0', (size_t)(end - first) - 1) : NULL;
    const bool whole = second != NULL && second > first + 1 && end > second + 1 &&
                       memchr(second + 1, '\0', (size_t)(end - second) - 1) == NULL;

    if (!whole) return (expectation){.asked = false};
    return (expectation){.asked = true,
                         .authzid = {m->octets, (size_t)(first - m->octets)},
                         .authcid = {first + 1, (size_t)(second - first) - 1},
                         .password = {second + 1, (size_t)(end - second) - 1}};
}

static expectation read_login(exchange *e, const message *m) {
    if (!e->name_said) {
        if (!m->present) return (expectation){.asked = false};
        e->name_said = true;
        e->name_size = is_word(m) && m->size <= sizeof e->name ? m->size : 0;
        memcpy(e->name, m->octets, e->name_size);
        return (expectation){.asked = false};
    }
    return (expectation){.asked = e->name_size > 0 && is_word(m),
                         .authcid = {e->name, e->name_size},
                         .password = {m->octets, m->size}};
}

static expectation expect(exchange *e, const message *m) {
    switch (e->mechanism) {
    case PLAIN: return m->present ? read_plain(m) : (expectation){.asked = false};
    case LOGIN: return read_login(e, m);
    default: return (expectation){.asked = e->mechanism == PUPPET};
    }
}

static bool same(const pf_auth_run *run, pf_auth_octets told, postern_slice sent) {
    return told.size == sent.size && (sent.size == 0 || memcmp(run->arena + told.at, sent.data, sent.size) == 0);
}

static bool same_told(const pf_auth_run *run, const pf_auth_told *told, const expectation *expected, const message *m,
                      bool puppet) {
    if (told->puppet != puppet) return false;
    if (puppet)
        return told->response.present == m->present &&
               same(run, told->response, (postern_slice){m->octets, m->present ? m->size : 0});
    return same(run, told->authzid, expected->authzid) && same(run, told->authcid, expected->authcid) &&
           same(run, told->password, expected->password);
}

/* A refusal that comes before the mechanism is looked at. */
static bool is_early(int code) {
    return code == 500 || code == 501 || code == 502 || code == 503 || code == 504 || code == 530;
}

typedef struct auth_case {
    const uint8_t *octets;
    size_t size;
    const pf_auth_setup *setup;
    const pf_auth_run *run;
    pf_violation *violation;
    bool tls; /* at the line at hand */
} auth_case;

static bool broken(const auth_case *c, const char *oracle, const pf_auth_reply *reply, const char *expected,
                   const char *seen) {
    static const char *const sections[] = {"RFC 4954 4", "session.h"};
    (void)pf_unlawful(c->violation, oracle, sections[strcmp(oracle, "AUTH") != 0], "AUTH", c->octets + reply->begin,
                      reply->end - reply->begin, reply->begin, "%s", seen);
    return pf_expected(c->violation, "%s", expected);
}

static void encode(const uint8_t *octets, size_t size, uint8_t *out) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t at = 0; at < size; at += 3, out += 4) {
        const size_t left = size - at;
        const uint32_t group = (uint32_t)octets[at] << 16 | (left > 1 ? (uint32_t)octets[at + 1] << 8 : 0) |
                               (left > 2 ? octets[at + 2] : 0u);
        out[0] = (uint8_t)digits[group >> 18];
        out[1] = (uint8_t)digits[group >> 12 & 63];
        out[2] = (uint8_t)(left > 1 ? digits[group >> 6 & 63] : '=');
        out[3] = (uint8_t)(left > 2 ? digits[group & 63] : '=');
    }
}

/* The challenge that the mechanism has for a message: a prompt of LOGIN's, or what the puppet makes of it. Returns: its
 * size. */
static size_t challenge_for(const exchange *e, const message *m, uint8_t out[static POSTERN_AUTH_CHALLENGE_MAX]) {
    static const char *const prompts[] = {"Username:", "Password:"};

    if (e->mechanism == LOGIN) {
        const char *prompt = prompts[e->name_said];
        memcpy(out, prompt, strlen(prompt));
        return strlen(prompt);
    }
    if (e->mechanism != PUPPET || !m->present) return 0;
    memset(out, PF_AUTH_CHALLENGE_OCTET, m->size);
    return m->size;
}

/* In: reply, 334; e, past the line that it answers. */
static bool same_challenge(const auth_case *c, const pf_auth_reply *reply, const exchange *e, const message *m) {
    uint8_t challenge[POSTERN_AUTH_CHALLENGE_MAX] = {0};
    uint8_t expected[sizeof "334 \r\n" + POSTERN_BASE64_ENCODED_SIZE(POSTERN_AUTH_CHALLENGE_MAX)];

    if (e->mechanism == PUPPET && m->size > sizeof challenge) return false; /* there is no room for it */
    const size_t told = challenge_for(e, m, challenge);
    const size_t size = POSTERN_BASE64_ENCODED_SIZE(told);
    memcpy(expected, "334 ", 4);
    encode(challenge, told, expected + 4);
    memcpy(expected + 4 + size, "\r\n", 2);
    return same(c->run, reply->text, (postern_slice){expected, size + 6});
}

/* One line that somebody was told, or not. In: told, or NULL. */
static bool judge_line(const auth_case *c, const pf_auth_reply *reply, const told_line *line, exchange *e,
                       const pf_auth_told *told) {
    const bool command = reply->stimulus == POSTERN_STIMULUS_COMMAND;
    const bool puppet = e->mechanism == PUPPET;
    const bool budget = c->setup->options->error_budget != 0;
    const bool heard = line->message.readable && !line->cancels;
    const bool early = command && is_early(reply->code) && !(puppet && told != NULL && reply->code == 501);
    const bool in_clear = (e->mechanism == PLAIN || e->mechanism == LOGIN) && c->setup->no_plaintext && !c->tls;
    expectation expected = {.asked = false};
    char seen[PF_VIOLATION_TEXT];

    snprintf(seen, sizeof seen, "%s, reply %d", told != NULL ? "somebody was asked" : "nobody was asked", reply->code);
    if (in_clear && !early) {
        if (told == NULL && (reply->code == 538 || (budget && reply->code == 421))) return true;
        return broken(c, "AUTH", reply, "538 to a password in clear, which is not allowed here", seen);
    }
    if (heard && !early) expected = expect(e, &line->message);
    if (told == NULL) {
        if (expected.asked && !(budget && command && reply->code == 421))
            return broken(c, "AUTH", reply, "the policy, or the mechanism, to be asked", seen);
        if (reply->code == 538) return broken(c, "AUTH", reply, "538 to a password in clear alone", seen);
        if (reply->code == 334 && !same_challenge(c, reply, e, &line->message))
            return broken(c, "AUTH", reply, "the challenge of the mechanism, in base64", "another one");
        if (reply->code == 235) return broken(c, "AUTH", reply, "nobody to be let in of whom nobody was asked", seen);
        return heard || early || reply->code == 501 || (budget && reply->code == 421) ||
               broken(c, "AUTH", reply, "501 to a response that cannot be decoded, or is a cancellation", seen);
    }
    if (!expected.asked) return broken(c, "AUTH", reply, "nobody to be asked", seen);
    if (!same_told(c->run, told, &expected, &line->message, puppet))
        return broken(c, "AUTH", reply, "what the client sent to be what the policy was told", "something else");
    if (reply->code == 334 && !same_challenge(c, reply, e, &line->message))
        return broken(c, "AUTH", reply, "the challenge of the mechanism, in base64", "another one");
    if (reply->code == told->code || (budget && told->code >= 400 && reply->code == 421)) return true;
    snprintf(seen, sizeof seen, "reply %d, where %d was decided", reply->code, told->code);
    return broken(c, "AUTH", reply, "what was decided to be answered", seen);
}

/* What is answered behind it is answered within TLS. */
static bool is_handshake(const pf_auth_reply *reply) {
    return reply->stimulus == POSTERN_STIMULUS_COMMAND && reply->verb == POSTERN_VERB_STARTTLS && reply->code == 220;
}

static bool auth_holds(auth_case *c) {
    static told_line line;
    static exchange e;
    const pf_auth_run *run = c->run;
    size_t told = 0;

    e.mechanism = OTHER;
    c->tls = false;
    for (size_t i = 0; i < run->reply_count; i++) {
        const pf_auth_reply *reply = &run->replies[i];
        c->tls = c->tls || (i > 0 && is_handshake(&run->replies[i - 1]));
        const bool continues = reply->stimulus == POSTERN_STIMULUS_AUTH_CONTINUATION;
        const bool command = reply->stimulus == POSTERN_STIMULUS_COMMAND && reply->verb == POSTERN_VERB_AUTH;
        const bool asked = told < run->told_count && run->told[told].reply == i;
        const pf_auth_told *question = asked ? &run->told[told++] : NULL;

        if (told < run->told_count && run->told[told].reply == i)
            return broken(c, "AUTH", reply, "one question for one line", "two");
        if (!command && !continues) {
            if (asked) return broken(c, "AUTH", reply, "nobody to be asked outside of AUTH", "somebody was");
            continue;
        }
        if (command) {
            read_command(c->octets, reply, &line);
            e.mechanism = line.mechanism;
            e.name_said = false;
        } else
            read_continuation(c->octets, reply, &line);
        if (!judge_line(c, reply, &line, &e, question)) return false;
    }
    return true;
}

/* ---- SECRET ---- */

/* Another text of the same kind: letters in the other case. */
static void turn_letters(uint8_t *text, size_t size) {
    for (size_t i = 0; i < size; i++)
        if ((text[i] | 0x20) >= 'a' && (text[i] | 0x20) <= 'z') text[i] ^= 0x20;
}

/* Another secret of the same form and size. */
static void vary(told_line *line, mechanism of, uint8_t *octets) {
    enum { PADDING = 4 };
    message *m = &line->message;
    uint8_t *text = octets + line->from;

    if (line->size == 0 || line->cancels || spells(text, line->size, "=")) return;
    if (!m->readable) {
        turn_letters(text, line->size > PADDING ? line->size - PADDING : 0);
        return;
    }
    for (size_t i = of == PUPPET; i < m->size; i++)
        if (m->octets[i] != 0) m->octets[i] ^= m->octets[i] == 1 ? 2 : 1;
    encode(m->octets, m->size, text);
}

static bool is_of_auth(const pf_auth_reply *reply) {
    return reply->stimulus == POSTERN_STIMULUS_AUTH_CONTINUATION ||
           (reply->stimulus == POSTERN_STIMULUS_COMMAND && reply->verb == POSTERN_VERB_AUTH);
}

enum { VERB_SIZE = sizeof "AUTH" - 1 };

/* What is broken may be an AUTH all the same, and what it carries a secret. */
static bool is_broken_auth(const uint8_t *octets, const pf_auth_reply *reply) {
    const uint8_t *line = octets + reply->begin;

    return reply->stimulus == POSTERN_STIMULUS_BROKEN && reply->end - reply->begin > VERB_SIZE &&
           pf_spells(line, VERB_SIZE, "AUTH") && memchr(" \t\r\n\0", line[VERB_SIZE], 5) != NULL;
}

/* The replies to an exchange that begins with the first. Returns: how many it has; 0 when none begins there. Out: open,
 * it had no end. */
static size_t exchange_at(const uint8_t *octets, const pf_auth_run *run, size_t first, bool *open) {
    const pf_auth_reply *reply = &run->replies[first];
    const bool command = reply->stimulus == POSTERN_STIMULUS_COMMAND && reply->verb == POSTERN_VERB_AUTH;
    size_t last = first;

    *open = false;
    if (!command && !is_broken_auth(octets, reply)) return 0;
    while (last < run->reply_count && run->replies[last].code == 334) last++;
    *open = last == run->reply_count;
    return *open ? last - first : last - first + 1;
}

static void vary_exchange(const pf_auth_run *run, size_t first, size_t count, uint8_t *octets) {
    static told_line line;
    mechanism of = OTHER;

    for (size_t i = first; i < first + count; i++) {
        const pf_auth_reply *reply = &run->replies[i];
        if (!is_of_auth(reply)) { /* a broken line within the exchange, or all that there is of it */
            const size_t begin = reply->begin + (i == first ? VERB_SIZE : 0);
            turn_letters(octets + begin, reply->end - begin);
            continue;
        }
        if (i == first) {
            read_command(octets, reply, &line);
            of = line.mechanism;
        } else
            read_continuation(octets, reply, &line);
        vary(&line, of, octets);
    }
}

static bool same_replies(const pf_auth_run *a, const pf_auth_run *b, size_t *at) {
    for (*at = 0; *at < a->reply_count && *at < b->reply_count; ++*at) {
        const pf_auth_reply *x = &a->replies[*at];
        const pf_auth_reply *y = &b->replies[*at];
        if (x->code != y->code || x->text.size != y->text.size ||
            memcmp(a->arena + x->text.at, b->arena + y->text.at, x->text.size) != 0)
            return false;
    }
    return a->reply_count == b->reply_count;
}

/* One exchange, with its own secret and with another. One that is open is ended by a shutdown. */
static bool keeps_no_secret(const auth_case *c, size_t first, size_t count, bool open) {
    static uint8_t room[INPUT_MOST]; /* the octets stand at one place in both runs, and so do pointers to them */
    static uint8_t image[sizeof(postern_session)];
    static pf_auth_run one, other;
    static size_t cuts[PF_CUTS_MAX];
    const pf_auth_reply *last = &c->run->replies[first + count - 1];
    const size_t end = open ? c->size : last->end;
    pf_auth_setup blind = *c->setup;
    size_t at;

    blind.blind = true;
    blind.shut_down = open;
    const size_t cut_count = pf_cut_chosen(c->octets, end, cuts, PF_CUTS_MAX);
    memcpy(room, c->octets, end);
    memcpy(image, pf_auth_play(&blind, room, end, cuts, cut_count, &one), sizeof image);
    /* A policy that does not look may decide otherwise: then the exchange is another one, or has no end. */
    if (one.full || first >= one.reply_count) return true;
    bool endless;
    const size_t length = exchange_at(room, &one, first, &endless);
    if (length == 0 || endless || first + length != one.reply_count) return true;

    vary_exchange(&one, first, length, room);
    if (open && length > 1) { /* a line that had not ended when 421 came */
        const size_t told = one.replies[first + length - 2].end;
        turn_letters(room + told, end - told);
    }
    const postern_session *session = pf_auth_play(&blind, room, end, cuts, cut_count, &other);
    if (!same_replies(&one, &other, &at))
        return broken(c, "SECRET", last, "replies that do not depend on the secret",
                      at < other.reply_count ? "another reply to another one" : "no reply to another one");
    if (memcmp(image, session, sizeof image) == 0) return true;
    for (at = 0; image[at] == ((const uint8_t *)session)[at];) at++;
    char seen[PF_VIOLATION_TEXT];
    snprintf(seen, sizeof seen, "the octet %zu of %zu depends on it", at, sizeof image);
    return broken(c, "SECRET", last, "a session that holds nothing of the secret when the exchange is over", seen);
}

static bool secret_holds(const auth_case *c, uint32_t hash, bool thorough) {
    size_t exchanges = 0;
    bool open;

    for (size_t i = 0; i < c->run->reply_count; i++) exchanges += exchange_at(c->octets, c->run, i, &open) > 0;
    if (exchanges == 0) return true;
    const size_t chosen = hash % exchanges;
    size_t met = 0;
    for (size_t i = 0; i < c->run->reply_count; i++) {
        const size_t count = exchange_at(c->octets, c->run, i, &open);
        if (count == 0) continue;
        if ((thorough || met == chosen) && !keeps_no_secret(c, i, count, open)) return false;
        met++;
    }
    return true;
}

bool pf_laws_auth(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation) {
    enum { NO_PLAINTEXT = 64 };
    static pf_auth_run run;
    static size_t cuts[PF_CUTS_MAX];
    static const uint8_t nothing[1];

    if (size > INPUT_MOST) size = INPUT_MOST;
    if (size == 0) octets = nothing;
    const pf_target_options options = pf_target_options_read(octets, size);
    const uint32_t hash = pf_hash(octets, size);
    const pf_auth_setup setup = {.options = &options,
                                 .no_plaintext = pf_options_word(octets, size) & NO_PLAINTEXT,
                                 .seed = hash};
    auth_case c = {.octets = octets, .size = size, .setup = &setup, .run = &run, .violation = violation};
    size_t turn = 0;
    size_t count;

    while (pf_cut_next(&turn, thorough, octets, size, cuts, &count)) {
        (void)pf_auth_play(&setup, octets, size, cuts, count, &run);
        if (run.full) return true;
        if (!auth_holds(&c)) return false;
    }
    return secret_holds(&c, hash, thorough);
}
