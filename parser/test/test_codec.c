/* test_codec.c: the codecs, against predicates and decoders that are written a second time here, on all short inputs.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <postern/address.h>
#include <postern/body.h>
#include <postern/codec.h>

typedef postern_status codec(uint8_t *, size_t, const uint8_t *, size_t, size_t *, postern_fault *);

enum { OUT_MAX = 1024 };

/* What an input is worth: an output, or an error and where it is. */
typedef struct worth {
    postern_error error;
    size_t offset;
    size_t size;
    uint8_t out[OUT_MAX];
} worth;

/* ---- calls, each with input and output flush against guard pages ---- */

static postern_status call(codec *function, const uint8_t *input, size_t size, size_t capacity, worth *got) {
    postern_fault fault = {POSTERN_ERROR_SHUTDOWN, 99};
    uint8_t *out = guard_buffer(capacity);
    size_t written = 99999;
    postern_status status = function(out, capacity, guard_copy(input, size), size, &written, &fault);
    assert_in_range(written, 0, capacity);
    assert_int_equal(status, fault.error == POSTERN_ERROR_NONE ? POSTERN_COMPLETE : POSTERN_WRONG);
    assert_true(status == POSTERN_COMPLETE || written == 0);
    *got = (worth){.error = fault.error, .offset = fault.offset, .size = written};
    memcpy(got->out, out, written);
    guard_release();
    return status;
}

static void expect_equal(const worth *got, const worth *wanted, const uint8_t *input, size_t size) {
    if (got->error != wanted->error || got->offset != wanted->offset || got->size != wanted->size ||
        memcmp(got->out, wanted->out, got->size) != 0) {
        fail_msg("\"%s\": error %d at %zu, \"%s\"; expected error %d at %zu, \"%s\"", escape(input, size),
                 (int)got->error, got->offset, escape(got->out, got->size), (int)wanted->error, wanted->offset,
                 escape(wanted->out, wanted->size));
    }
}

/* The input is worth that: with room to spare, with just the room that it takes, and with less. */
static void expect_worth(codec *function, const uint8_t *input, size_t size, const worth *wanted) {
    static worth got;
    (void)call(function, input, size, OUT_MAX, &got);
    expect_equal(&got, wanted, input, size);
    (void)call(function, input, size, wanted->size, &got);
    expect_equal(&got, wanted, input, size);
    for (size_t less = 1; less <= wanted->size && less <= 3; less++) {
        worth small = {.error = POSTERN_ERROR_CAPACITY, .offset = wanted->size - less};
        (void)call(function, input, size, wanted->size - less, &got);
        expect_equal(&got, &small, input, size);
    }
}

static postern_status base64_encode(uint8_t *out, size_t capacity, const uint8_t *octets, size_t size, size_t *written,
                                    postern_fault *fault) {
    postern_status status = postern_base64_encode(out, capacity, octets, size, written);
    *fault = (postern_fault){status == POSTERN_COMPLETE ? POSTERN_ERROR_NONE : POSTERN_ERROR_CAPACITY,
                             status == POSTERN_COMPLETE ? 0 : capacity};
    return status;
}

static postern_status xtext_encode(uint8_t *out, size_t capacity, const uint8_t *octets, size_t size, size_t *written,
                                   postern_fault *fault) {
    postern_status status = postern_xtext_encode(out, capacity, octets, size, written);
    *fault = (postern_fault){status == POSTERN_COMPLETE ? POSTERN_ERROR_NONE : POSTERN_ERROR_CAPACITY,
                             status == POSTERN_COMPLETE ? 0 : capacity};
    return status;
}

/* ---- many inputs ---- */

typedef void reference_function(worth *, const uint8_t *, size_t);

static void compare(codec *function, reference_function *reference, const uint8_t *input, size_t size) {
    static worth wanted;
    wanted = (worth){.error = POSTERN_ERROR_NONE};
    reference(&wanted, input, size);
    if (wanted.error != POSTERN_ERROR_NONE) {
        wanted.size = 0;
    }
    expect_worth(function, input, size, &wanted);
}

static void all_of_one_and_two_octets(codec *function, reference_function *reference) {
    compare(function, reference, NULL, 0);
    for (unsigned pair = 0; pair < 65536; pair++) {
        const uint8_t octets[2] = {(uint8_t)(pair >> 8), (uint8_t)pair};
        compare(function, reference, octets, 2);
        if (pair < 256) {
            compare(function, reference, octets + 1, 1);
        }
    }
}

static void all_strings(codec *function, reference_function *reference, const char *alphabet, size_t letters,
                        size_t longest) {
    for (size_t size = 3; size <= longest; size++) {
        uint8_t octets[16];
        memset(octets, alphabet[0], size);
        do {
            compare(function, reference, octets, size);
        } while (next_string(octets, size, (const uint8_t *)alphabet, letters));
    }
}

/* All strings up to a length over the letters of a string literal. */
#define ALL_STRINGS(function, reference, alphabet, longest)                                                            \
    all_strings(function, reference, alphabet, sizeof(alphabet) - 1, longest)

static void wrong_at(worth *to, postern_error error, size_t offset) {
    if (to->error == POSTERN_ERROR_NONE) {
        to->error = error;
        to->offset = offset;
    }
}

static void append(worth *to, const void *octets, size_t size) {
    assert_in_range(size, 0, OUT_MAX - to->size);
    if (size > 0) {
        memcpy(to->out + to->size, octets, size);
    }
    to->size += size;
}

/* ---- base64: octet by octet, what may stand at the place within its group of four ---- */

static int base64_value(uint8_t octet) {
    if (octet >= 'A' && octet <= 'Z') return octet - 'A';
    if (octet >= 'a' && octet <= 'z') return octet - 'a' + 26;
    if (octet >= '0' && octet <= '9') return octet - '0' + 52;
    return octet == '+' ? 62 : octet == '/' ? 63 : -1;
}

static bool base64_may_follow(const uint8_t *octets, size_t at) {
    const bool padded = at > 0 && octets[at - 1] == '=';
    if (base64_value(octets[at]) >= 0) return !padded;
    if (octets[at] != '=' || at % 4 < 2) return false;
    if (padded) return at % 4 == 3;
    return base64_value(octets[at - 1]) % (at % 4 == 2 ? 16 : 4) == 0;
}

static void base64_reference(worth *to, const uint8_t *octets, size_t size) {
    unsigned bits = 0;
    unsigned count = 0;
    for (size_t i = 0; i < size; i++) {
        if (!base64_may_follow(octets, i)) {
            wrong_at(to, POSTERN_ERROR_BASE64_SYNTAX, i);
            return;
        }
        if (octets[i] == '=') continue;
        bits = (bits << 6 | (unsigned)base64_value(octets[i])) & 0xFFFF;
        count += 6;
        if (count >= 8) {
            count -= 8;
            const uint8_t octet = (uint8_t)(bits >> count);
            append(to, &octet, 1);
        }
    }
    if (size % 4 != 0) {
        wrong_at(to, POSTERN_ERROR_BASE64_SYNTAX, size);
    }
}

static void base64_decodes(void **state) {
    (void)state;
    all_of_one_and_two_octets(postern_base64_decode, base64_reference);
    ALL_STRINGS(postern_base64_decode, base64_reference, "ABEQgwz09+/=-_ \r\0", 4);
    ALL_STRINGS(postern_base64_decode, base64_reference, "AQg/=", 8);
}

/* Decoding what was encoded is the identity, also in place; and each octet at each place counts. */
static void base64_round_trip(void **state) {
    (void)state;
    uint32_t seed = 4648;
    for (size_t size = 0; size <= 96; size++) {
        static worth encoded, decoded;
        uint8_t octets[96];
        for (size_t i = 0; i < size; i++) {
            octets[i] = (uint8_t)dice(&seed);
        }
        assert_int_equal(call(base64_encode, octets, size, OUT_MAX, &encoded), POSTERN_COMPLETE);
        assert_int_equal(encoded.size, POSTERN_BASE64_ENCODED_SIZE(size));
        expect_worth(base64_encode, octets, size, &encoded);
        decoded = (worth){.size = size};
        memcpy(decoded.out, octets, size);
        expect_worth(postern_base64_decode, encoded.out, encoded.size, &decoded);
        assert_in_range(size, 0, POSTERN_BASE64_DECODED_MAX(encoded.size));
        postern_fault fault;
        size_t written;
        assert_int_equal(postern_base64_decode(encoded.out, encoded.size, encoded.out, encoded.size, &written, &fault),
                         POSTERN_COMPLETE);
        assert_int_equal(written, size);
        assert_memory_equal(encoded.out, octets, size);
    }
}

static void base64_all_of_three_octets(void **state) {
    (void)state;
    for (uint32_t all = 0; all < UINT32_C(0x1000000); all += long_run() ? 1 : 13) {
        const uint8_t octets[3] = {(uint8_t)(all >> 16), (uint8_t)(all >> 8), (uint8_t)all};
        uint8_t encoded[4];
        uint8_t decoded[3];
        size_t written;
        postern_fault fault;
        assert_int_equal(postern_base64_encode(encoded, 4, octets, 3, &written), POSTERN_COMPLETE);
        uint32_t value = 0;
        for (size_t i = 0; i < 4; i++) {
            assert_true(base64_value(encoded[i]) >= 0);
            value = value * 64 + (uint32_t)base64_value(encoded[i]);
        }
        assert_int_equal(value, all);
        assert_int_equal(postern_base64_decode(decoded, 3, encoded, 4, &written, &fault), POSTERN_COMPLETE);
        assert_memory_equal(decoded, octets, 3);
    }
}

/* ---- xtext ---- */

static void xtext_reference(worth *to, const uint8_t *octets, size_t size) {
    static const char upper_hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < size; i++) {
        if (octets[i] == '+') {
            unsigned value = 0;
            for (size_t digit = i + 1; digit <= i + 2; digit++) {
                const char *found = digit < size ? memchr(upper_hex, octets[digit], 16) : NULL;
                if (found == NULL) {
                    wrong_at(to, POSTERN_ERROR_XTEXT_SYNTAX, digit);
                    return;
                }
                value = value * 16 + (unsigned)(found - upper_hex);
            }
            const uint8_t octet = (uint8_t)value;
            append(to, &octet, 1);
            i += 2;
        } else if (octets[i] < 0x21 || octets[i] > 0x7E || octets[i] == '=') {
            wrong_at(to, POSTERN_ERROR_XTEXT_SYNTAX, i);
            return;
        } else {
            append(to, octets + i, 1);
        }
    }
}

static postern_status xtext_check(uint8_t *out, size_t capacity, const uint8_t *octets, size_t size, size_t *written,
                                  postern_fault *fault) {
    (void)out;
    (void)capacity;
    *written = 0;
    return postern_xtext_check(octets, size, fault) ? POSTERN_COMPLETE : POSTERN_WRONG;
}

static void xtext_check_reference(worth *to, const uint8_t *octets, size_t size) {
    xtext_reference(to, octets, size);
    to->size = 0;
}

static void xtext_decodes(void **state) {
    (void)state;
    all_of_one_and_two_octets(postern_xtext_decode, xtext_reference);
    all_of_one_and_two_octets(xtext_check, xtext_check_reference);
    ALL_STRINGS(postern_xtext_decode, xtext_reference, "+0459:@AFGaf= ~\x7F\x80", 4);
    ALL_STRINGS(xtext_check, xtext_check_reference, "+2Bb=", 6);
}

static void xtext_encode_reference(worth *to, const uint8_t *octets, size_t size) {
    for (size_t i = 0; i < size; i++) {
        char text[4];
        const bool plain = octets[i] > 32 && octets[i] < 127 && octets[i] != '+' && octets[i] != '=';
        append(to, text, (size_t)snprintf(text, sizeof text, plain ? "%c" : "+%02X", octets[i]));
    }
}

static void xtext_round_trip(void **state) {
    (void)state;
    static worth encoded, decoded;
    all_of_one_and_two_octets(xtext_encode, xtext_encode_reference);
    for (unsigned pair = 0; pair < 65536; pair++) {
        const uint8_t octets[2] = {(uint8_t)(pair >> 8), (uint8_t)pair};
        assert_int_equal(call(xtext_encode, octets, 2, 6, &encoded), POSTERN_COMPLETE);
        assert_int_equal(call(postern_xtext_decode, encoded.out, encoded.size, 2, &decoded), POSTERN_COMPLETE);
        assert_int_equal(decoded.size, 2);
        assert_memory_equal(decoded.out, octets, 2);
    }
}

/* ---- UTF-8: the code point worked out, and looked at ---- */

static size_t utf8_length(const uint8_t *octets, size_t size) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = 0;
    while (length < 8 && (octets[0] >> (7 - length) & 1) != 0) {
        length++;
    }
    if (length == 0) return 1;
    if (length == 1 || length > 4 || length > size) return 0;
    uint32_t point = octets[0] & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if (octets[i] >> 6 != 2) return 0;
        point = point << 6 | (octets[i] & 0x3Fu);
    }
    return point < least[length] || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000) ? 0 : length;
}

static void expect_utf8(const uint8_t *octets, size_t size) {
    size_t at = 0;
    size_t offset = 999;
    for (size_t length; at < size && (length = utf8_length(octets + at, size - at)) > 0;) {
        at += length;
    }
    if (postern_utf8_check(octets, size, &offset) != (at == size) || offset != at) {
        fail_msg("\"%s\": offset %zu, expected %zu", escape(octets, size), offset, at);
    }
}

static void utf8_all_of_three_octets(void **state) {
    (void)state;
    size_t offset = 999;
    assert_true(postern_utf8_check(NULL, 0, &offset));
    assert_int_equal(offset, 0);
    uint8_t *octets = guard_buffer(3);
    for (uint32_t all = 0; all < UINT32_C(0x1000000); all++) {
        octets[0] = (uint8_t)(all >> 16);
        octets[1] = (uint8_t)(all >> 8);
        octets[2] = (uint8_t)all;
        expect_utf8(octets, 3);
        if (all < 0x10000) {
            expect_utf8(octets + 1, 2);
        }
        if (all < 0x100) {
            expect_utf8(octets + 2, 1);
        }
        if (all % 0x100 == 0x80 && !long_run()) {
            all += 0x3F; /* on to the next kind of last octet */
        }
    }
    guard_release();
}

static void utf8_of_four_and_five_octets(void **state) {
    (void)state;
    static const uint8_t borders[] = {'a',  0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2,
                                      0xE0, 0xED, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5, 0xF8, 0xFF};
    for (size_t size = 4; size <= 5; size++) {
        uint8_t *octets = guard_buffer(size);
        memset(octets, borders[0], size);
        do {
            expect_utf8(octets, size);
        } while (next_string(octets, size, borders, COUNT_OF(borders)));
        guard_release();
    }
}

/* ---- Local-part ---- */

static size_t local_char(const char *ascii, const uint8_t *octets, size_t size) {
    if (octets[0] < 0x80) {
        return octets[0] != '\0' && strchr(ascii, octets[0]) != NULL ? 1 : 0;
    }
    return utf8_length(octets, size);
}

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define ATEXT LETTERS "!#$%&'*+-/=?^_`{|}~"
#define QTEXT ATEXT " ().,:;<>@[]"

/* Dot-string. Returns: where it breaks, or `size` with `well_formed` set. */
static size_t dot_string(const uint8_t *octets, size_t size, bool *well_formed) {
    size_t at = 0;
    *well_formed = false;
    for (;;) {
        size_t atom = at;
        for (size_t length; at < size && (length = local_char(ATEXT, octets + at, size - at)) > 0;) {
            at += length;
        }
        if (at == atom) return at;
        if (at == size) {
            *well_formed = true;
            return at;
        }
        if (octets[at] != '.') return at;
        at++;
    }
}

static void unquote_reference(worth *to, const uint8_t *octets, size_t size) {
    bool well_formed;
    if (size == 0 || octets[0] != '"') {
        size_t at = dot_string(octets, size, &well_formed);
        if (!well_formed) {
            wrong_at(to, POSTERN_ERROR_LOCAL_PART_SYNTAX, at);
        }
        append(to, octets, size);
        return;
    }
    size_t at = 1;
    while (at < size && octets[at] != '"') {
        size_t length = 0;
        if (octets[at] == '\\') {
            at++;
            length = at < size && octets[at] >= ' ' && octets[at] <= '~' ? 1 : 0;
        } else {
            length = local_char(QTEXT, octets + at, size - at);
        }
        if (length == 0) {
            wrong_at(to, POSTERN_ERROR_LOCAL_PART_SYNTAX, at);
            return;
        }
        append(to, octets + at, length);
        at += length;
    }
    if (at == size || at + 1 < size) {
        wrong_at(to, POSTERN_ERROR_LOCAL_PART_SYNTAX, at == size ? size : at + 1);
    }
}

static void quote_reference(worth *to, const uint8_t *octets, size_t size) {
    bool well_formed;
    (void)dot_string(octets, size, &well_formed);
    if (well_formed) {
        append(to, octets, size);
        return;
    }
    append(to, "\"", 1);
    for (size_t at = 0; at < size;) {
        const size_t length = octets[at] < ' ' || octets[at] == 0x7F ? 0 : utf8_length(octets + at, size - at);
        if (length == 0) {
            wrong_at(to, POSTERN_ERROR_LOCAL_PART_SYNTAX, at);
            return;
        }
        if (octets[at] == '"' || octets[at] == '\\') {
            append(to, "\\", 1);
        }
        append(to, octets + at, length);
        at += length;
    }
    append(to, "\"", 1);
}

static void local_parts_unquote(void **state) {
    (void)state;
    all_of_one_and_two_octets(postern_local_part_unquote, unquote_reference);
    ALL_STRINGS(postern_local_part_unquote, unquote_reference, "a.\"\\ @\t\x7F\xC3\xA9\x80", 5);
    for (unsigned pair = 0; pair < 65536; pair++) {
        const uint8_t quoted[4] = {'"', (uint8_t)(pair >> 8), (uint8_t)pair, '"'};
        compare(postern_local_part_unquote, unquote_reference, quoted, 4);
    }
}

static void local_parts_quote(void **state) {
    (void)state;
    all_of_one_and_two_octets(postern_local_part_quote, quote_reference);
    ALL_STRINGS(postern_local_part_quote, quote_reference, "a.\"\\ @\t\x7F\xC3\xA9\x80", 5);
}

/* What is quoted can be unquoted again, and the parser of addresses takes the same local-parts as the codec. */
static void local_parts_round_trip(void **state) {
    (void)state;
    static const uint8_t alphabet[] = {'a', '.', '"', '\\', ' ', '@', '\t', 0xC3, 0xA9};
    static worth there, back;
    for (size_t size = 1; size <= 5; size++) {
        uint8_t octets[16];
        memset(octets, alphabet[0], size);
        do {
            if (call(postern_local_part_quote, octets, size, OUT_MAX, &there) == POSTERN_COMPLETE) {
                assert_int_equal(call(postern_local_part_unquote, there.out, there.size, OUT_MAX, &back),
                                 POSTERN_COMPLETE);
                assert_int_equal(back.size, size);
                assert_memory_equal(back.out, octets, size);
            }
            postern_mailbox mailbox;
            postern_fault fault;
            uint8_t address[16];
            memcpy(address, octets, size);
            memcpy(address + size, "@b", 2);
            postern_status status = call(postern_local_part_unquote, octets, size, OUT_MAX, &there);
            assert_int_equal(postern_mailbox_parse(&mailbox, address, size + 2, &fault), status);
        } while (next_string(octets, size, alphabet, COUNT_OF(alphabet)));
    }
}

/* ---- DATA ---- */

static void stuff_reference(worth *to, const uint8_t *octets, size_t size) {
    size_t begin = 0;
    for (size_t i = 0; i < size; i++) {
        const bool behind_cr = i > 0 && octets[i - 1] == '\r';
        if (octets[i] == '\0') wrong_at(to, POSTERN_ERROR_NUL, i);
        if (octets[i] == '\n' && !behind_cr) wrong_at(to, POSTERN_ERROR_BARE_LF, i);
        if (octets[i] == '\r' && (i + 1 == size || octets[i + 1] != '\n')) wrong_at(to, POSTERN_ERROR_BARE_CR, i);
        if (i == begin && octets[i] == '.') append(to, ".", 1);
        append(to, octets + i, 1);
        if (octets[i] == '\n') begin = i + 1;
    }
    append(to, "\r\n.\r\n", begin < size ? 5 : 0);
    append(to, ".\r\n", begin < size ? 0 : 3);
}

static void data_stuffs(void **state) {
    (void)state;
    all_of_one_and_two_octets(postern_data_stuff, stuff_reference);
    ALL_STRINGS(postern_data_stuff, stuff_reference, "a.\r\n\0", 7);
}

/* What is stuffed ends where it ends and nowhere before, and comes out as it went in, with a CRLF at its end. */
static void data_round_trip(void **state) {
    (void)state;
    static const uint8_t alphabet[] = {'a', '.', '\r', '\n', 0x8D};
    static worth there;
    for (size_t size = 0; size <= 7; size++) {
        uint8_t octets[16];
        memset(octets, alphabet[0], size);
        do {
            if (call(postern_data_stuff, octets, size, POSTERN_STUFFED_MAX(size), &there) != POSTERN_COMPLETE) {
                assert_int_not_equal(there.error, POSTERN_ERROR_CAPACITY);
                continue;
            }
            postern_data data;
            uint8_t content[32];
            size_t length = 0;
            size_t used = 0;
            postern_status status = POSTERN_NEED_MORE;
            postern_data_init(&data, 0);
            while (used < there.size && status == POSTERN_NEED_MORE) {
                size_t taken;
                postern_slice slice;
                status = postern_data_feed(&data, there.out + used, there.size - used, &taken, &slice);
                used += taken;
                if (slice.size > 0) {
                    memcpy(content + length, slice.data, slice.size);
                    length += slice.size;
                }
            }
            assert_int_equal(status, POSTERN_COMPLETE);
            assert_int_equal(used, there.size);
            assert_int_equal(data.content.violations, 0);
            assert_in_range(length, size, size + 2);
            assert_memory_equal(content, octets, size);
            assert_true(length == size ? size == 0 || octets[size - 1] == '\n'
                                       : octets[size - 1] != '\n' && memcmp(content + size, "\r\n", 2) == 0);
        } while (next_string(octets, size, alphabet, COUNT_OF(alphabet)));
    }
}

/* ---- vectors ---- */

/* title, input, codec, then the output in escapes, or "-", error and offset */
static void visit(const vector *row) {
    static const struct {
        const char *name;
        codec *function;
    } codecs[] = {
        {"base64-encode", base64_encode},        {"base64-decode", postern_base64_decode},
        {"xtext-encode", xtext_encode},          {"xtext-decode", postern_xtext_decode},
        {"unquote", postern_local_part_unquote}, {"quote", postern_local_part_quote},
        {"stuff", postern_data_stuff},
    };
    worth wanted = {.error = POSTERN_ERROR_NONE};
    if (row->count > 2) {
        wanted.error = error_named(vector_field(row, 2));
        wanted.offset = vector_number(row, 3);
    } else {
        assert_true(unescape(vector_field(row, 1), wanted.out, OUT_MAX, &wanted.size));
    }
    for (size_t i = 0; i < COUNT_OF(codecs); i++) {
        if (strcmp(codecs[i].name, vector_field(row, 0)) == 0) {
            expect_worth(codecs[i].function, row->input, row->size, &wanted);
            return;
        }
    }
    fail_msg("%s: no codec of that name", row->title);
}

static void vectors(void **state) {
    (void)state;
    vectors_each("codec.tsv", visit);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors),
        cmocka_unit_test(base64_decodes),
        cmocka_unit_test(base64_round_trip),
        cmocka_unit_test(base64_all_of_three_octets),
        cmocka_unit_test(xtext_decodes),
        cmocka_unit_test(xtext_round_trip),
        cmocka_unit_test(utf8_all_of_three_octets),
        cmocka_unit_test(utf8_of_four_and_five_octets),
        cmocka_unit_test(local_parts_unquote),
        cmocka_unit_test(local_parts_quote),
        cmocka_unit_test(local_parts_round_trip),
        cmocka_unit_test(data_stuffs),
        cmocka_unit_test(data_round_trip),
    };
    return cmocka_run_group_tests_name("codec", tests, NULL, NULL);
}
