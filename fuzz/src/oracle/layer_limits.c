/* layer_limits.c: LIMIT for the layers of libpostern. Toolkit room: fuzz/.
 *
 * Line, command, address and codec, each with octets in a number that the input chooses, most often at its limit: what
 * fits is taken, what does not is refused with its error and its offset, and nothing is written beyond a capacity.
 *
 * SPDX-License-Identifier: MIT */
#include "judging.h"

#include <postern/address.h>
#include <postern/codec.h>
#include <postern/command.h>
#include <postern/fuzz/exact.h>
#include <postern/limits.h>
#include <postern/line.h>

#include <string.h>

enum { ROOM = 1 << 15 };

/* The input as a source of numbers; its hash goes on where it ends. */
typedef struct source {
    const uint8_t *octets;
    size_t size;
    uint32_t hash;
    pf_violation *violation;
} source;

/* A number under `bound`. */
static size_t draw(source *s, size_t bound) {
    s->hash = s->hash * 1664525u + 1013904223u;
    uint32_t value = s->hash >> 8;
    if (s->size >= 2) {
        value ^= (uint32_t)s->octets[0] << 8 | s->octets[1];
        s->octets += 2;
        s->size -= 2;
    }
    return value % bound;
}

/* A number from `least` on: around the limit three times of four, else any up to twice as much. */
static size_t draw_near(source *s, size_t limit, size_t least) {
    const size_t around = draw(s, 5);
    const size_t number = draw(s, 4) != 0 ? limit - 2 + around : draw(s, 2 * limit + 1);
    return number < least ? least : number;
}

static bool unlawful(const source *s, const char *section, const uint8_t *octets, size_t size, const char *seen) {
    return pf_unlawful(s->violation, "LIMIT", section, NULL, octets, size, 0, "%s", seen);
}

/* ---- Lines ---- */

typedef postern_status feed_function(postern_line *, const uint8_t *, size_t, size_t *, postern_slice *,
                                     postern_fault *);

/* A line of any length and one of six octets behind it, in two segments. */
static bool line_law(source *s, feed_function *feed) {
    static uint8_t octets[ROOM];
    static postern_line framer;
    const size_t limit = 6 + draw(s, 1200);
    const size_t size = draw_near(s, limit, 2);
    const size_t all = size + 6;
    const size_t cut = draw(s, all);
    postern_status status[2] = {POSTERN_NEED_MORE, POSTERN_NEED_MORE};
    postern_fault fault[2];
    size_t ends[2] = {0, 0};
    size_t lines = 0;

    memset(octets, 'x', all);
    memcpy(octets + size - 2, "\r\n", 2);
    memcpy(octets + all - 2, "\r\n", 2);
    postern_line_init(&framer, limit);
    for (size_t at = 0; at < all && lines < 2;) {
        const size_t end = at < cut ? cut : all;
        postern_slice line;
        size_t taken;
        status[lines] = feed(&framer, pf_exact_copy(octets + at, end - at), end - at, &taken, &line, &fault[lines]);
        pf_touch(line.data, line.size);
        pf_exact_release();
        at += taken;
        if (status[lines] != POSTERN_NEED_MORE) ends[lines++] = at;
        if (taken == 0) break;
    }
    const bool fits = size <= limit;
    if (lines != 2 || ends[0] != size || ends[1] != all)
        return unlawful(s, "RFC 5321 4.5.3.1.4", octets, all, "lines that do not end at their CRLF");
    if (status[0] != (fits ? POSTERN_COMPLETE : POSTERN_WRONG))
        return unlawful(s, "RFC 5321 4.5.3.1.4", octets, size,
                        fits ? "a line that fits, refused" : "a longer line, taken");
    if (!fits && (fault[0].error != POSTERN_ERROR_LINE_TOO_LONG || fault[0].offset != limit))
        return unlawful(s, "RFC 5321 4.5.3.1.4", octets, size, "another error, or another offset than the limit");
    if (status[1] != POSTERN_COMPLETE)
        return unlawful(s, "RFC 5321 4.5.3.1.4", octets + size, 6, "the line behind it, refused");
    return true;
}

/* ---- Commands ---- */

/* White space before the CRLF fills the line of a verb. */
static bool command_law(source *s) {
    static uint8_t octets[ROOM];
    static postern_command command;
    static const struct {
        const char *verb;
        const char *line;
    } lines[] = {{"NOOP", "NOOP"},   {"MAIL", "MAIL FROM:<>"}, {"RCPT", "RCPT TO:<b@b.example>"},
                 {"VRFY", "VRFY a"}, {"EXPN", "EXPN a"},       {"BDAT", "BDAT 1 LAST"},
                 {"QUIT", "QUIT"}};
    const size_t which = draw(s, sizeof lines / sizeof *lines);
    const uint32_t in_force = draw(s, 2) == 0 ? PF_EXTENSIONS_NONE : PF_EXTENSIONS_ALL;
    const postern_command_options options = {.extensions = in_force != 0 ? POSTERN_EXT_ALL : POSTERN_EXT_NONE};
    const size_t limit = pf_model_line_limit(lines[which].verb, in_force);
    const size_t text = strlen(lines[which].line);
    const size_t size = draw_near(s, limit, text + 2);
    postern_fault fault;

    memset(octets, ' ', size);
    memcpy(octets, lines[which].line, text);
    memcpy(octets + size - 2, "\r\n", 2);
    const postern_status status = postern_command_parse(&command, pf_exact_copy(octets, size), size, &options, &fault);
    pf_exact_release();
    if (status != (size <= limit ? POSTERN_COMPLETE : POSTERN_WRONG))
        return unlawful(s, "RFC 5321 4.1.1.11", octets, size,
                        size <= limit ? "a line that fits, refused" : "a longer line, taken");
    if (size > limit && (fault.error != POSTERN_ERROR_LINE_TOO_LONG || fault.offset != limit))
        return unlawful(s, "RFC 5321 4.1.1.11", octets, size, "another error, or another offset than the limit");
    return true;
}

/* ---- Addresses ---- */

/* A domain of labels of at most `label` octets. */
static void fill_domain(uint8_t *out, size_t size, size_t label) {
    for (size_t i = 0; i < size; i++) out[i] = i % (label + 1) == label && i + 1 < size ? '.' : 'd';
}

static bool address_law(source *s) {
    static uint8_t octets[ROOM];
    const size_t local = draw_near(s, POSTERN_LOCAL_PART_MAX, 1);
    const size_t label = 61 + draw(s, 4);
    const bool whole = draw(s, 2) == 0;
    const size_t domain = draw_near(s, whole ? POSTERN_PATH_MAX - 3 - POSTERN_LOCAL_PART_MAX : POSTERN_DOMAIN_MAX, 1);
    const size_t size = local + 1 + domain;
    postern_mailbox mailbox;
    postern_domain_kind kind;
    postern_fault fault;

    memset(octets, 'l', local);
    octets[local] = '@';
    fill_domain(octets + local + 1, domain, label);
    const size_t last = domain % (label + 1) == 0 ? label + 1 : label; /* what is left over may make one longer */
    const bool labels_fit = (domain <= label ? domain : last) <= POSTERN_LABEL_MAX;
    const bool domain_fits = labels_fit && domain <= POSTERN_DOMAIN_MAX;
    const bool fits = domain_fits && local <= POSTERN_LOCAL_PART_MAX && size + 2 <= POSTERN_PATH_MAX;
    const bool taken = postern_mailbox_parse(&mailbox, pf_exact_copy(octets, size), size, &fault) == POSTERN_COMPLETE;
    pf_exact_release();
    if (taken != fits)
        return unlawful(s, "RFC 5321 4.5.3.1", octets, size,
                        fits ? "a mailbox that fits, refused" : "a longer one, taken");
    const bool domain_taken =
        postern_domain_parse(&kind, pf_exact_copy(octets + local + 1, domain), domain, &fault) == POSTERN_COMPLETE;
    pf_exact_release();
    if (domain_taken != domain_fits)
        return unlawful(s, "RFC 5321 4.5.3.1.2", octets + local + 1, domain,
                        domain_fits ? "a domain that fits, refused" : "a longer one, taken");
    return true;
}

/* ---- Codecs ---- */

enum { OUT_MOST = 4096, GUARD = 64, GUARD_OCTET = 0xa5 };

typedef postern_status decoder(uint8_t *, size_t, const uint8_t *, size_t, size_t *, postern_fault *);
typedef postern_status encoder(uint8_t *, size_t, const uint8_t *, size_t, size_t *);

/* With one of the two, into exactly `capacity` octets. Returns: false when something was written beyond. */
static bool into(encoder *encode, decoder *decode, size_t capacity, const uint8_t *octets, size_t size,
                 postern_status *status, size_t *written, postern_fault *fault) {
    static uint8_t out[OUT_MOST + GUARD];
    bool kept = true;

    memset(out + capacity, GUARD_OCTET, GUARD);
    /* An encoder has no other fault, and tells none. */
    *fault = (postern_fault){encode != NULL ? POSTERN_ERROR_CAPACITY : POSTERN_ERROR_NONE, 0};
    const uint8_t *copy = pf_exact_copy(octets, size);
    *status =
        encode != NULL ? encode(out, capacity, copy, size, written) : decode(out, capacity, copy, size, written, fault);
    pf_exact_release();
    for (size_t i = 0; i < GUARD; i++) kept = kept && out[capacity + i] == GUARD_OCTET;
    return kept;
}

/* Whatever fits into its size, and into more; into less it does not, and that is all that is wrong with it. */
static bool capacity_law(source *s, const char *section, encoder *encode, decoder *decode, const uint8_t *octets,
                         size_t size, size_t exact) {
    const size_t less = exact > 0 ? draw(s, 2) == 0 ? exact - 1 : draw(s, exact) : 0;
    const size_t capacities[] = {exact, exact + 1 + draw(s, 8), less};
    postern_fault fault;

    for (size_t i = 0; i < sizeof capacities / sizeof *capacities; i++) {
        postern_status status;
        size_t written;
        if (!into(encode, decode, capacities[i], octets, size, &status, &written, &fault))
            return unlawful(s, section, octets, size, "octets written beyond the capacity");
        const bool fits = capacities[i] >= exact;
        if (fits && (status != POSTERN_COMPLETE || written != exact))
            return unlawful(s, section, octets, size, "a capacity that is enough, refused");
        if (!fits && (status != POSTERN_WRONG || written != 0 || fault.error != POSTERN_ERROR_CAPACITY))
            return unlawful(s, section, octets, size, "a capacity that is not enough, taken");
    }
    return true;
}

static bool codec_law(source *s) {
    static uint8_t plain[OUT_MOST];
    static uint8_t coded[OUT_MOST];
    const size_t size = draw(s, 4) != 0 ? draw(s, 16) : draw(s, 900);
    const size_t base64 = (size + 2) / 3 * 4;
    postern_status status;
    size_t escaped = size;
    size_t written;

    for (size_t i = 0; i < size; i++) {
        plain[i] = (uint8_t)draw(s, 256);
        escaped += plain[i] < 0x21 || plain[i] > 0x7e || plain[i] == '+' || plain[i] == '=' ? 2 : 0;
    }
    if (!capacity_law(s, "RFC 4648 4", postern_base64_encode, NULL, plain, size, base64) ||
        !capacity_law(s, "RFC 3461 4", postern_xtext_encode, NULL, plain, size, escaped))
        return false;
    status = postern_base64_encode(coded, sizeof coded, plain, size, &written);
    if (status != POSTERN_COMPLETE || !capacity_law(s, "RFC 4648 4", NULL, postern_base64_decode, coded, written, size))
        return status == POSTERN_COMPLETE ? false : unlawful(s, "RFC 4648 4", plain, size, "what cannot be encoded");
    status = postern_xtext_encode(coded, sizeof coded, plain, size, &written);
    if (status != POSTERN_COMPLETE || !capacity_law(s, "RFC 3461 4", NULL, postern_xtext_decode, coded, written, size))
        return status == POSTERN_COMPLETE ? false : unlawful(s, "RFC 3461 4", plain, size, "what cannot be encoded");
    return true;
}

bool pf_laws_limits(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation) {
    enum { LAYERS = 5, ROUNDS = 24 };
    const uint32_t hash = pf_hash(octets, size);

    for (uint32_t i = 0; i < (thorough ? (uint32_t)LAYERS * ROUNDS : 1u); i++) {
        source s = {.octets = octets, .size = i < LAYERS ? size : 0, .hash = hash + i, .violation = violation};
        bool good = true;
        switch (thorough ? i % LAYERS : hash % LAYERS) {
        case 0: good = line_law(&s, postern_line_feed); break;
        case 1: good = line_law(&s, postern_line_feed_plain); break;
        case 2: good = command_law(&s); break;
        case 3: good = address_law(&s); break;
        default: good = codec_law(&s); break;
        }
        if (!good) return false;
    }
    return true;
}
