/* test_layer_address.c: the laws of address.h fire on faulty parsers.
 *
 * SPDX-License-Identifier: MIT */
#include "planted.h"

#include <postern/address.h>
#include <postern/codec.h>

enum {
    RIGHT,
    TAKES_ALL,
    TAKES_NONE,
    OTHER_REPLY,
    NEXT_PLACE,
    PLACE_BEFORE,
    FIRST_PLACE,
    QUOTES_STRIPPED,
    OTHER_KIND,
    ASCII_ONLY,
    RAW_CUT,
    NO_PATH,
    PATH_ENDS_EARLY,
    PATH_LOSES_QUOTES,
    PATH_IS_ASCII,
    PATH_IS_NULL,
    PATH_IS_POSTMASTER,
    PATH_OF_OTHER_KIND,
    BACKSLASH_NOT_QUOTED,
    DOT_STRING_QUOTED,
    NOT_UNQUOTED,
    NO_DOMAIN,
    LITERAL_GOES_ON,
    ALLOWS_NOTHING,
    ALLOWS_ALL,
    NULL_IS_A_MAILBOX,
    POSTMASTER_IS_A_MAILBOX,
    DOMAIN_TAKES_LITERAL,
    LITERAL_TAKES_DOMAIN,
    OTHER_KIND_FAILS_LATE
};
static int has_fault;

static postern_status planted_mailbox(postern_mailbox *mailbox, const uint8_t *octets, size_t size,
                                      postern_fault *found) {
    const postern_status status = postern_mailbox_parse(mailbox, octets, size, found);
    if (has_fault == TAKES_NONE) {
        *found = (postern_fault){POSTERN_ERROR_LOCAL_PART_SYNTAX, 0};
        return POSTERN_WRONG;
    }
    if (has_fault == TAKES_ALL && status == POSTERN_WRONG) {
        *mailbox = (postern_mailbox){.raw = {octets, size},
                                     .local = {octets, 1},
                                     .domain = {octets + 2, size - 2},
                                     .kind = POSTERN_DOMAIN_NAME};
        return POSTERN_COMPLETE;
    }
    if (has_fault == OTHER_REPLY && status == POSTERN_WRONG) found->error = POSTERN_ERROR_SIZE_EXCEEDED;
    if (has_fault == NEXT_PLACE && status == POSTERN_WRONG) found->offset++;
    if (has_fault == PLACE_BEFORE && status == POSTERN_WRONG) found->offset--;
    if (has_fault == FIRST_PLACE && status == POSTERN_WRONG) found->offset = 0;
    if (has_fault == QUOTES_STRIPPED && status == POSTERN_COMPLETE && mailbox->quoted) {
        mailbox->local.data++;
        mailbox->local.size -= 2;
    }
    if (has_fault == OTHER_KIND) mailbox->kind = POSTERN_DOMAIN_GENERAL;
    if (has_fault == ASCII_ONLY) mailbox->non_ascii = false;
    if (has_fault == RAW_CUT) mailbox->raw.size -= mailbox->raw.size > 0;
    return status;
}

static postern_status planted_path(postern_path *path, const uint8_t *octets, size_t size, unsigned allowed,
                                   postern_fault *found) {
    if (has_fault == ALLOWS_NOTHING) allowed = 0;
    if (has_fault == ALLOWS_ALL) allowed = POSTERN_PATH_NULL | POSTERN_PATH_POSTMASTER;
    const postern_status status = postern_path_parse(path, octets, size, allowed, found);
    if (has_fault == NULL_IS_A_MAILBOX) path->null = false;
    if (has_fault == POSTMASTER_IS_A_MAILBOX) path->postmaster = false;
    if (has_fault == NO_PATH) {
        *found = (postern_fault){POSTERN_ERROR_PATH_SYNTAX, 0};
        return POSTERN_WRONG;
    }
    if (has_fault == PATH_LOSES_QUOTES) path->mailbox.quoted = false;
    if (has_fault == PATH_IS_NULL) path->null = true;
    if (has_fault == PATH_IS_POSTMASTER) path->postmaster = true;
    if (has_fault == PATH_OF_OTHER_KIND) path->mailbox.kind = POSTERN_DOMAIN_GENERAL;
    if (has_fault == PATH_IS_ASCII) path->mailbox.non_ascii = false;
    if (has_fault == PATH_ENDS_EARLY && status == POSTERN_COMPLETE) path->mailbox.local.size--;
    return status;
}

static postern_status planted_quote(uint8_t *out, size_t capacity, const uint8_t *octets, size_t size, size_t *written,
                                    postern_fault *found) {
    if (has_fault == BACKSLASH_NOT_QUOTED || has_fault == DOT_STRING_QUOTED) {
        assert_true(size + 2 <= capacity);
        out[0] = '"';
        memcpy(out + 1, octets, size);
        out[size + 1] = '"';
        *written = size + 2;
        return POSTERN_COMPLETE;
    }
    return postern_local_part_quote(out, capacity, octets, size, written, found);
}

static postern_status planted_unquote(uint8_t *out, size_t capacity, const uint8_t *octets, size_t size,
                                      size_t *written, postern_fault *found) {
    const postern_status status = postern_local_part_unquote(out, capacity, octets, size, written, found);
    *found = (postern_fault){POSTERN_ERROR_LOCAL_PART_SYNTAX, 0};
    return has_fault == NOT_UNQUOTED ? POSTERN_WRONG : status;
}

static postern_status planted_domain(postern_domain_kind *kind, const uint8_t *octets, size_t size,
                                     postern_fault *found) {
    if (has_fault == DOMAIN_TAKES_LITERAL && octets[0] == '[') return postern_literal_parse(kind, octets, size, found);
    const postern_status status = postern_domain_parse(kind, octets, size, found);
    if (has_fault == OTHER_KIND_FAILS_LATE && octets[0] == '[') found->offset = 1;
    return has_fault == NO_DOMAIN ? POSTERN_WRONG : status;
}

static postern_status planted_literal(postern_domain_kind *kind, const uint8_t *octets, size_t size,
                                      postern_fault *found) {
    if (has_fault == LITERAL_TAKES_DOMAIN && octets[0] != '[') return postern_domain_parse(kind, octets, size, found);
    const bool behind = size > 1 && octets[size - 1] == ']' && octets[size - 2] == ']';
    return postern_literal_parse(kind, octets, has_fault == LITERAL_GOES_ON && behind ? size - 1 : size, found);
}

#define postern_mailbox_parse planted_mailbox
#define postern_literal_parse planted_literal
#define postern_path_parse planted_path
#define postern_local_part_quote planted_quote
#define postern_local_part_unquote planted_unquote
#define postern_domain_parse planted_domain
#include "oracle/layer_address.c"

#define LABEL "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg" /* the longest, 63 octets */

static const planted list[] = {
    {RIGHT, NULL, ""},
    {RIGHT, NULL, "a@b.example"},
    {RIGHT, NULL, "\\\"a\\\\\\\"b>c\\\"@[IPv6:::1]"},
    {RIGHT, NULL, "\\xc3\\xa9@\\xc3\\xa9.example"},
    {RIGHT, NULL, "@a.example:b@c.example"},
    {TAKES_ALL, "REF", "a b.example"},
    {TAKES_NONE, "REF", "a@b.example"},
    {OTHER_REPLY, "REF", "a"},
    {PLACE_BEFORE, "REF", "a b@c.example"},
    {FIRST_PLACE, "REF", "ab@c..example"},
    {NEXT_PLACE, "REF", "ab@[192.0.2.256] "},
    {NEXT_PLACE, "REF", "\\xc3(@b.example"},
    {PLACE_BEFORE, "REF", "a\\xc3(@b.example"},
    {PLACE_BEFORE, "REF", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@b.example"}, /* the 65th */
    {NEXT_PLACE, "REF", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
    /* A path of 258 octets, had it its brackets; and limits with something wrong behind. */
    {NEXT_PLACE, "REF", "a" LABEL "@" LABEL "." LABEL "." LABEL},
    {PLACE_BEFORE, "REF", "a" LABEL "@" LABEL "." LABEL "." LABEL},
    {FIRST_PLACE, "REF", "aa" LABEL "@b..example"},
    {PLACE_BEFORE, "REF", "\\\"\\\\\\\"" LABEL "@\\\"@b..example"},
    {NEXT_PLACE, "REF", "a@c.b" LABEL "..example"},
    {FIRST_PLACE, "REF", "a@" LABEL "." LABEL "." LABEL "." LABEL "..example"},
    {QUOTES_STRIPPED, "REF", "\\\"a@evil>b\\\"@c.example"},
    {OTHER_KIND, "REF", "a@[192.0.2.1]"},
    {ASCII_ONLY, "REF", "\\xc3\\xa9@b.example"},
    {RAW_CUT, "REF", "a@b.example"},
    {NO_PATH, "ROUND", "a@b.example"},
    {PATH_ENDS_EARLY, "ROUND", "ab@b.example"},
    {PATH_LOSES_QUOTES, "ROUND", "\\\"a\\\"@b.example"},
    {PATH_IS_ASCII, "ROUND", "\\xc3\\xa9@b.example"},
    {PATH_IS_NULL, "ROUND", "a@b.example"},
    {PATH_IS_POSTMASTER, "ROUND", "a@b.example"},
    {PATH_OF_OTHER_KIND, "ROUND", "a@b.example"},
    {BACKSLASH_NOT_QUOTED, "ROUND", "\\\"a\\\\\\\\b\\\"@b.example"},
    {DOT_STRING_QUOTED, "ROUND", "a@b.example"},
    {NOT_UNQUOTED, "ROUND", "a@b.example"},
    {NO_DOMAIN, "ROUND", "a@b.example"},
    {LITERAL_GOES_ON, "ROUND", "a@[192.0.2.1]"},
    {RIGHT, NULL, "Postmaster"},
    {RIGHT, NULL, "postmasters"},
    {ALLOWS_NOTHING, "REF", ""},
    {ALLOWS_NOTHING, "REF", "PostMaster"},
    {ALLOWS_ALL, "REF", ""},
    {ALLOWS_ALL, "REF", "PostMaster"},
    {NULL_IS_A_MAILBOX, "REF", ""},
    {POSTMASTER_IS_A_MAILBOX, "REF", "postmaster"},
    {DOMAIN_TAKES_LITERAL, "ROUND", "a@[192.0.2.1]"},
    {LITERAL_TAKES_DOMAIN, "ROUND", "a@b.example"},
    {OTHER_KIND_FAILS_LATE, "ROUND", "a@[192.0.2.1]"},
};

static void faulty_parsers_are_found(void **state) {
    (void)state;
    check_planted(list, sizeof list / sizeof *list, &has_fault, pf_laws_address);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(faulty_parsers_are_found)};
    return cmocka_run_group_tests_name("layer_address", tests, NULL, NULL);
}
