/* layer_codec.c: ROUND for codec.h, REF for what it takes for base64, xtext, UTF-8 and a local-part, and LIMIT for
 * where it writes. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "../model/grammar.h"
#include "judging.h"

#include <postern/codec.h>
#include <postern/fuzz/exact.h>

#include <string.h>

enum {
    INPUT_MOST = 8192,
    ROOM = 3 * INPUT_MOST + 8,
    INPUTS_A_TURN = 4 /* what fits is asked of one input in so many */
};

typedef postern_status encoder(uint8_t *, size_t, const uint8_t *, size_t, size_t *);
typedef postern_status decoder(uint8_t *, size_t, const uint8_t *, size_t, size_t *, postern_fault *);

typedef struct codec {
    const char *section;
    encoder *encode;
    decoder *decode;
    bool canonical;             /* each value has one spelling */
    bool (*rule)(pf_cursor *c); /* of the model, and what it decodes: */
    size_t (*decoded)(const uint8_t *text, size_t size, uint8_t *out);
} codec;

static bool same(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size) {
    return a_size == b_size && memcmp(a, b, a_size) == 0;
}

static bool round_trip(const codec *c, const uint8_t *octets, size_t size, pf_violation *violation) {
    static uint8_t there[ROOM];
    static uint8_t back[ROOM];
    postern_fault fault;
    size_t n;
    size_t m;

    if (c->encode(there, sizeof there, octets, size, &n) != POSTERN_COMPLETE)
        return pf_unlawful(violation, "ROUND", c->section, NULL, octets, size, 0, "what cannot be encoded");
    if (c->decode(back, sizeof back, there, n, &m, &fault) != POSTERN_COMPLETE || !same(back, m, octets, size))
        return pf_unlawful(violation, "ROUND", c->section, NULL, octets, size, 0, "decode(encode(x)) is not x");
    if (c->decode(there, sizeof there, octets, size, &n, &fault) != POSTERN_COMPLETE)
        return fault.offset <= size ||
               pf_unlawful(violation, "ROUND", c->section, NULL, octets, size, 0, "a fault beyond the input");
    if (c->encode(back, sizeof back, there, n, &m) != POSTERN_COMPLETE ||
        (c->canonical && !same(back, m, octets, size)))
        return pf_unlawful(violation, "ROUND", c->section, NULL, octets, size, 0, "encode(decode(x)) is not x");
    return true;
}

/* Taken when the model takes it, and for the same octets. Nothing is the text of nothing. */
static bool as_model(const codec *c, const uint8_t *octets, size_t size, pf_violation *violation) {
    static uint8_t ours[ROOM];
    static uint8_t theirs[ROOM];
    pf_cursor cursor = {.octets = octets, .end = size};
    const bool good = size == 0 || (c->rule(&cursor) && pf_at_end(&cursor));
    postern_fault fault;
    size_t n;

    if ((c->decode(ours, sizeof ours, octets, size, &n, &fault) == POSTERN_COMPLETE) != good)
        return pf_unlawful(violation, "REF", c->section, NULL, octets, size, good ? fault.offset : cursor.furthest,
                           good ? "refused" : "taken");
    return !good || same(ours, n, theirs, c->decoded(octets, size, theirs)) ||
           pf_unlawful(violation, "REF", c->section, NULL, octets, size, 0, "decoded to other octets");
}

static bool utf8_as_model(const uint8_t *octets, size_t size, pf_violation *violation) {
    const size_t good = pf_model_utf8(octets, size);
    size_t offset;
    const bool whole = postern_utf8_check(octets, size, &offset);

    return (whole == (good == size) && offset == good) ||
           pf_unlawful(violation, "REF", "RFC 3629 4", NULL, octets, size, offset, "%s at %zu, the model's is at %zu",
                       whole ? "the end" : "a fault", offset, good);
}

/* Where a value begins to be none that a local-part can have: a control, or what is not UTF-8. */
static size_t quotable(const uint8_t *octets, size_t size) {
    const size_t good = pf_model_utf8(octets, size);
    size_t at = 0;

    while (at < good && octets[at] >= 32 && octets[at] != 127) at++;
    return at;
}

/* Any value that a local-part can have is quoted into one that means it. */
static bool quoting(const uint8_t *octets, size_t size, pf_violation *violation) {
    static const char section[] = "RFC 5321 4.1.2";
    static uint8_t mailbox[2 * INPUT_MOST + 8];
    static uint8_t back[INPUT_MOST];
    const size_t good = quotable(octets, size);
    postern_fault fault;
    pf_model_path path;
    size_t n, m;

    const postern_status status = postern_local_part_quote(mailbox, sizeof mailbox - 2, octets, size, &n, &fault);
    if ((status == POSTERN_COMPLETE) != (good == size) || (status != POSTERN_COMPLETE && fault.offset != good))
        return pf_unlawful(violation, "REF", section, NULL, octets, size, good, "status %d", (int)status);
    if (status != POSTERN_COMPLETE) return true;
    if (postern_local_part_unquote(back, sizeof back, mailbox, n, &m, &fault) != POSTERN_COMPLETE ||
        !same(back, m, octets, size))
        return pf_unlawful(violation, "ROUND", section, NULL, octets, size, 0, "unquote(quote(x)) is not x");
    memcpy(mailbox + n, "@a", 2);
    return n > POSTERN_LOCAL_PART_MAX || pf_model_check_address(mailbox, n + 2, true, &path).result == PF_ACCEPT ||
           pf_unlawful(violation, "REF", section, NULL, octets, size, 0, "quoted into what is no local-part");
}

/* ---- Unquoting what comes from outside ---- */

/* Is it a local-part, or may it become one with more behind it? In: size, POSTERN_LOCAL_PART_MAX - 2 at the most. */
static bool is_viable(const uint8_t *octets, size_t size, bool as_it_is) {
    static const char *const rests[] = {"@a", "a@a", "\"@a", "a\"@a"};
    uint8_t mailbox[POSTERN_LOCAL_PART_MAX + 4];
    pf_model_path path;

    memcpy(mailbox, octets, size);
    for (size_t i = 0; i < (as_it_is ? 1 : sizeof rests / sizeof *rests); i++) {
        memcpy(mailbox + size, rests[i], strlen(rests[i]));
        if (pf_model_check_address(mailbox, size + strlen(rests[i]), true, &path).result == PF_ACCEPT) return true;
    }
    return false;
}

static bool is_ascii(const uint8_t *octets, size_t size) {
    for (size_t i = 0; i < size; i++)
        if (octets[i] > 127) return false;
    return true;
}

/* What is unquoted is a local-part; what is not is none from the first octet on that no local-part has there. */
static bool unquoting(const uint8_t *octets, size_t size, pf_violation *violation) {
    static const char section[] = "RFC 5321 4.1.2";
    uint8_t value[POSTERN_LOCAL_PART_MAX];
    postern_fault fault;
    size_t n = 1;

    if (size > POSTERN_LOCAL_PART_MAX - 2) return true; /* the function knows of no limit */
    const bool good = is_viable(octets, size, true);
    const postern_status status = postern_local_part_unquote(value, sizeof value, octets, size, &n, &fault);
    if ((status == POSTERN_COMPLETE) != good)
        return pf_unlawful(violation, "REF", section, NULL, octets, size, 0, "%s",
                           good ? "a local-part refused" : "taken, though it is no local-part");
    if (good || !is_ascii(octets, size)) return true;
    const bool right = fault.offset <= size && n == 0 && is_viable(octets, fault.offset, false) &&
                       (fault.offset == size || !is_viable(octets, fault.offset + 1, false));
    return right || pf_unlawful(violation, "REF", section, NULL, octets, size, fault.offset,
                                "%s at %zu, where a local-part could go on, or could not before",
                                postern_error_describe(fault.error)->name, fault.offset);
}

/* ---- Room ---- */

/* What fits is written, and what does not is told, with the capacity as the place; nothing is written beyond. In: n,
 * octets of the output. */
static bool keeps_capacity(const char *section, decoder *decode, const uint8_t *octets, size_t size, size_t n,
                           pf_violation *violation) {
    enum { GUARD = 0xa5 };
    static uint8_t room[ROOM + 1];
    postern_fault fault;
    size_t m = 1;

    room[n] = GUARD;
    if (decode(room, n, octets, size, &m, &fault) != POSTERN_COMPLETE || m != n || room[n] != GUARD)
        return pf_unlawful(violation, "LIMIT", section, NULL, octets, size, 0, "not written where there is room");
    if (n == 0) return true;
    const size_t less = pf_hash(octets, size) % n;
    room[less] = GUARD;
    const postern_status status = decode(room, less, octets, size, &m, &fault);
    return (status == POSTERN_WRONG && fault.error == POSTERN_ERROR_CAPACITY && fault.offset == less && m == 0 &&
            room[less] == GUARD) ||
           pf_unlawful(violation, "LIMIT", section, NULL, octets, size, fault.offset,
                       "status %d, %s at %zu, in %zu of %zu octets", (int)status,
                       postern_error_describe(fault.error)->name, fault.offset, less, n);
}

/* All that decode, and the one that quotes. */
static bool rooms(const uint8_t *octets, size_t size, pf_violation *violation) {
    static const struct {
        const char *section;
        decoder *decode;
    } decoders[] = {{"RFC 4648 3.5", postern_base64_decode},
                    {"RFC 3461 4", postern_xtext_decode},
                    {"RFC 5321 4.1.2", postern_local_part_unquote},
                    {"RFC 5321 4.1.2", postern_local_part_quote}};
    static uint8_t out[ROOM];
    postern_fault fault;
    size_t n;

    for (size_t i = 0; i < sizeof decoders / sizeof *decoders; i++)
        if (decoders[i].decode(out, sizeof out, octets, size, &n, &fault) == POSTERN_COMPLETE &&
            !keeps_capacity(decoders[i].section, decoders[i].decode, octets, size, n, violation))
            return false;
    return true;
}

bool pf_laws_codec(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation) {
    static const codec base64 = {"RFC 4648 3.5", postern_base64_encode, postern_base64_decode, true,
                                 pf_base64,      pf_base64_decode};
    static const codec xtext = {"RFC 3461 4", postern_xtext_encode, postern_xtext_decode, false,
                                pf_xtext,     pf_xtext_decode};
    uint8_t none[1];
    postern_fault fault;
    size_t n;

    if (size > INPUT_MOST) size = INPUT_MOST;
    const bool with_rooms = thorough || pf_hash(octets, size) % INPUTS_A_TURN == 0;
    const uint8_t *copy = pf_exact_copy(octets, size);
    bool good = round_trip(&base64, copy, size, violation) && round_trip(&xtext, copy, size, violation) &&
                as_model(&base64, copy, size, violation) && as_model(&xtext, copy, size, violation) &&
                utf8_as_model(copy, size, violation) && quoting(copy, size, violation) &&
                unquoting(copy, size, violation) && (!with_rooms || rooms(copy, size, violation));
    if (good && postern_xtext_check(copy, size, &fault) !=
                    (postern_xtext_decode(none, 0, copy, size, &n, &fault) == POSTERN_COMPLETE ||
                     fault.error == POSTERN_ERROR_CAPACITY))
        good = pf_unlawful(violation, "ROUND", "RFC 3461 4", NULL, octets, size, 0,
                           "checking and decoding xtext do not agree");
    pf_exact_release();
    return good && (!thorough || pf_holds_nearby(pf_laws_codec, octets, size, violation));
}
