/* test_layer_data.c: the laws of body.h fire on faulty receivers.
 *
 * SPDX-License-Identifier: MIT */
#include "planted.h"

#include <postern/body.h>
#include <postern/client.h>
#include <postern/codec.h>

enum {
    RIGHT,
    LF_DOT_LF_ENDS,
    ENDS_LATE,
    OCTET_CHANGED,
    VIOLATION_LOST,
    VIOLATION_MADE_UP,
    OFFSET_OFF,
    PLAIN_DIFFERS,
    CUT_LOSES_CR,
    BDAT_CHANGES,
    BDAT_FORGETS_CR,
    PLAIN_BDAT_DIFFERS,
    STUFF_REFUSES,
    STUFF_TAKES_LF,
    STUFF_FORGETS_DOT,
    PARTS_FORGET_FAULT,
    PARTS_LOSE_DOT,
    OCTET_BEHIND_DOT_CR,
    DOT_CR_HANDED_ON,
    NOTHING_ENDS_DATA,
    NOTHING_ENDS_CHUNK,
    NOTHING_IS_TAKEN,
    CONTENT_SIZE_OFF,
    STUFF_OFFSET_OFF,
    END_NEEDS_NO_ROOM,
    INIT_FORGETS,
    EIGHT_BIT_LOST,
    EIGHT_BIT_MADE_UP,
    CHUNKS_LOSE_VIOLATION,
    CHUNKS_LOSE_EIGHT_BIT,
    CHUNK_TAKES_MORE,
    ONE_LIMIT,
    FIRST_MADE_UP,
    OTHER_FIRST,
    OTHER_VIOLATION,
    UNKNOWN_VIOLATION,
    CONTENT_CUT,
    CHUNKS_SIZE_OFF,
    CHUNKS_OFFSET_OFF,
    STUFF_CAPACITY_OFF,
    STUFF_WANTS_ROOM,
    STUFF_WRITES_BEYOND,
    END_STAYS
};
static int has_fault;

static bool ends_at_lf_dot_lf(const uint8_t *octets, size_t size, size_t *taken) {
    for (size_t i = 0; i + 3 <= size; i++) {
        if (memcmp(octets + i, "\n.\n", 3) == 0) {
            *taken = i + 3;
            return true;
        }
    }
    return false;
}

/* In both receivers alike, so that they agree. */
static void spoil(postern_content *content) {
    if (has_fault == EIGHT_BIT_LOST) content->eight_bit = false;
    if (has_fault == EIGHT_BIT_MADE_UP) content->eight_bit = true;
    if (has_fault == FIRST_MADE_UP && content->violations == 0) content->first = POSTERN_ERROR_NUL;
    if (has_fault == OTHER_FIRST && content->violations != 0) content->first = POSTERN_ERROR_LINE_TOO_LONG;
    if (has_fault == OTHER_VIOLATION && content->violations != 0) content->violations = POSTERN_VIOLATION_LINE_TOO_LONG;
    if (has_fault == UNKNOWN_VIOLATION && content->violations != 0) content->violations |= 1u << 4;
}

static void cut_content(postern_content *content, postern_slice *slice) {
    if (has_fault != CONTENT_CUT || slice->size == 0) return;
    slice->size--;
    content->size--;
}

static void spoil_chunks(postern_content *content) {
    if (has_fault == CHUNKS_LOSE_EIGHT_BIT) content->eight_bit = false;
    if (has_fault == CHUNKS_SIZE_OFF) content->size++;
    if (has_fault == CHUNKS_OFFSET_OFF) content->offset++;
    if (has_fault != CHUNKS_LOSE_VIOLATION) return;
    content->violations = 0;
    content->first = POSTERN_ERROR_NONE;
    content->first_offset = 0;
}

static postern_status planted_feed(postern_data *data, const uint8_t *octets, size_t size, size_t *taken,
                                   postern_slice *slice) {
    static uint8_t changed[1 << 16];
    /* What a receiver does that looks for a CR in the segment at hand alone. */
    if (has_fault == CUT_LOSES_CR && size > 0 && octets[0] == '\n') data->content.after_cr = false;
    postern_status status = postern_data_feed(data, octets, size, taken, slice);
    if (size == 0) return has_fault == NOTHING_ENDS_DATA ? POSTERN_COMPLETE : status;
    if (has_fault == CONTENT_SIZE_OFF) data->content.size++;
    if (has_fault == DOT_CR_HANDED_ON && octets[size - 1] == '\r' && slice->size == 0)
        *slice = (postern_slice){octets, 1};
    if (has_fault == OCTET_BEHIND_DOT_CR && size == 1 && slice->size == 2 && octets[0] == 8) {
        static const uint8_t pair[] = {'\r', 9};
        slice->data = pair;
    }
    if (has_fault == LF_DOT_LF_ENDS && ends_at_lf_dot_lf(octets, size, taken)) {
        data->content.offset = *taken;
        status = POSTERN_COMPLETE;
    }
    if (has_fault == ENDS_LATE) status = POSTERN_NEED_MORE;
    if (has_fault == OCTET_CHANGED && slice->size > 0) {
        memcpy(changed, slice->data, slice->size);
        changed[0] ^= 1;
        slice->data = changed;
    }
    if (has_fault == VIOLATION_LOST) data->content.violations = 0;
    if (has_fault == VIOLATION_MADE_UP) data->content.violations |= POSTERN_VIOLATION_NUL;
    if (has_fault == OFFSET_OFF) data->content.first_offset++;
    cut_content(&data->content, slice);
    spoil(&data->content);
    return status;
}

static postern_status planted_plain(postern_data *data, const uint8_t *octets, size_t size, size_t *taken,
                                    postern_slice *slice) {
    const postern_status status = postern_data_feed_plain(data, octets, size, taken, slice);
    if (has_fault == NOTHING_IS_TAKEN && size == 0) *taken = 1;
    if (has_fault == PLAIN_DIFFERS) data->content.eight_bit = true;
    cut_content(&data->content, slice);
    spoil(&data->content);
    return status;
}

static postern_status planted_bdat(postern_bdat *bdat, const uint8_t *octets, size_t size, size_t *taken,
                                   postern_slice *slice) {
    if (has_fault == BDAT_FORGETS_CR) bdat->content.after_cr = false;
    const postern_status status = postern_bdat_feed(bdat, octets, size, taken, slice);
    if (has_fault == NOTHING_ENDS_CHUNK && size == 0) return POSTERN_COMPLETE;
    if (has_fault == BDAT_CHANGES && slice->size > 1) slice->size--;
    if (has_fault == CHUNK_TAKES_MORE) *taken = size;
    spoil_chunks(&bdat->content);
    return status;
}

static postern_status planted_stuff(uint8_t *out, size_t capacity, const uint8_t *octets, size_t size, size_t *written,
                                    postern_fault *found) {
    if (has_fault == STUFF_WANTS_ROOM && capacity > 0) capacity--;
    const postern_status status = postern_data_stuff(out, capacity, octets, size, written, found);
    if (has_fault == STUFF_CAPACITY_OFF && found->error == POSTERN_ERROR_CAPACITY) found->offset = 0;
    if (has_fault == STUFF_WRITES_BEYOND && status == POSTERN_WRONG) out[capacity] = '.';
    if (has_fault == STUFF_REFUSES) {
        *found = (postern_fault){POSTERN_ERROR_NUL, 0};
        return POSTERN_WRONG;
    }
    if (has_fault == STUFF_OFFSET_OFF && status == POSTERN_WRONG) found->offset++;
    if (has_fault == STUFF_TAKES_LF) return POSTERN_COMPLETE;
    if (has_fault == STUFF_FORGETS_DOT && *written > 1 && out[0] == '.') memmove(out, out + 1, --*written);
    return status;
}

static postern_status planted_bdat_plain(postern_bdat *bdat, const uint8_t *octets, size_t size, size_t *taken,
                                         postern_slice *slice) {
    const postern_status status = postern_bdat_feed_plain(bdat, octets, size, taken, slice);
    if (has_fault == PLAIN_BDAT_DIFFERS) bdat->content.eight_bit = true;
    spoil_chunks(&bdat->content);
    return status;
}

static postern_status planted_stuffer(postern_stuffer *stuffer, uint8_t *out, size_t capacity, const uint8_t *octets,
                                      size_t size, size_t *taken, size_t *written, postern_fault *found) {
    if (has_fault == PARTS_LOSE_DOT) stuffer->line_start = false;
    const postern_status status = postern_stuffer_feed(stuffer, out, capacity, octets, size, taken, written, found);
    if (has_fault == PARTS_FORGET_FAULT) stuffer->fault.error = POSTERN_ERROR_NONE;
    return status;
}

static postern_status planted_finish(postern_stuffer *stuffer, uint8_t *out, size_t capacity, size_t *written,
                                     postern_fault *found) {
    const postern_stuffer before = *stuffer;
    const postern_status status = postern_stuffer_finish(stuffer, out, capacity, written, found);
    if (has_fault == END_STAYS) *stuffer = before;
    return has_fault == END_NEEDS_NO_ROOM ? POSTERN_COMPLETE : status;
}

static void planted_init(postern_data *data, uint32_t line_limit) {
    postern_data_init(data, has_fault == ONE_LIMIT ? POSTERN_TEXT_LINE_MAX : line_limit);
    if (has_fault == INIT_FORGETS) data->content.offset = UINT64_MAX / 255 * 0xa5; /* as the laws left it */
}

#define postern_data_init planted_init
#define postern_stuffer_finish planted_finish
#define postern_stuffer_feed planted_stuffer
#define postern_bdat_feed_plain planted_bdat_plain
#define postern_data_feed planted_feed
#define postern_data_feed_plain planted_plain
#define postern_bdat_feed planted_bdat
#define postern_data_stuff planted_stuff
#include "oracle/layer_data.c"

static const planted list[] = {
    {RIGHT, NULL, ""},
    {RIGHT, NULL, "a"},
    {RIGHT, NULL, "Hello\\r\\n..\\r\\n\\r\\n.\\r\\nmore"},
    {RIGHT, NULL, "\\x00\\n\\r.\\r\\n\\xff\\r\\n.\\r\\n"},
    {LF_DOT_LF_ENDS, "REF", "a\\n.\\nb\\r\\n.\\r\\n"},
    {ENDS_LATE, "REF", "a\\r\\n.\\r\\n"},
    {OCTET_CHANGED, "REF", "a\\r\\n.\\r\\n"},
    {VIOLATION_LOST, "REF", "\\x00\\r\\n.\\r\\n"},
    {VIOLATION_MADE_UP, "REF", "a\\r\\n.\\r\\n"},
    {OFFSET_OFF, "REF", "\\x00\\r\\n.\\r\\n"},
    {PLAIN_DIFFERS, "TWIN", "a\\r\\n.\\r\\n"},
    {CUT_LOSES_CR, "CHUNK", "a\\r\\nb\\r\\n.\\r\\n"},
    {BDAT_CHANGES, "ROUND", "abc"},
    {PARTS_FORGET_FAULT, "CHUNK", "a\\nb"},
    {PARTS_LOSE_DOT, "CHUNK", ".\\r\\n"},
    {PLAIN_BDAT_DIFFERS, "TWIN", "a\\r\\n"},
    {BDAT_FORGETS_CR, "CHUNK", "ab\\r\\ncd"},
    {OCTET_BEHIND_DOT_CR, "CHUNK", "a"},
    {DOT_CR_HANDED_ON, "CHUNK", "a"},
    {STUFF_REFUSES, "ROUND", "a"},
    {STUFF_CAPACITY_OFF, "LIMIT", "a\\r\\n"},
    {STUFF_WANTS_ROOM, "LIMIT", "a\\r\\n"},
    {STUFF_WRITES_BEYOND, "LIMIT", ".\\r\\n"},
    {END_STAYS, "ROUND", "a"},
    {END_STAYS, "ROUND", "a\\r\\n"},
    {STUFF_TAKES_LF, "ROUND", "a\\nb"},
    {STUFF_OFFSET_OFF, "ROUND", "a\\nb"},
    {EIGHT_BIT_LOST, "REF", "\\xff\\r\\n.\\r\\n"},
    {EIGHT_BIT_MADE_UP, "REF", "a\\r\\n"},
    {CHUNKS_LOSE_VIOLATION, "REF", "a\\x00b"},
    {CHUNKS_LOSE_EIGHT_BIT, "REF", "\\xff"},
    {FIRST_MADE_UP, "REF", "a\\r\\n.\\r\\n"},
    {OTHER_FIRST, "REF", "\\x00\\r\\n.\\r\\n"},
    {OTHER_VIOLATION, "REF", "\\x00\\r\\n.\\r\\n"},
    {UNKNOWN_VIOLATION, "REF", "\\x00\\r\\n.\\r\\n"},
    {CONTENT_CUT, "REF", "ab\\r\\n.\\r\\n"},
    {CHUNKS_SIZE_OFF, "REF", "a"},
    {CHUNKS_OFFSET_OFF, "REF", "a"},
    /* the hash draws a limit of 78 octets */
    {ONE_LIMIT, "REF",
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\\r\\n.\\r\\n"},
    {STUFF_FORGETS_DOT, "ROUND", ".\\r\\nRSET\\r\\n"},
};

static const promise promises[] = {
    {NOTHING_ENDS_DATA, "postern_data_feed(&data, NULL, 0", "a"},
    {NOTHING_IS_TAKEN, "postern_data_feed_plain(&data, NULL, 0", "a"},
    {NOTHING_ENDS_CHUNK, "postern_bdat_feed(&bdat, NULL, 0", "a"},
    {END_NEEDS_NO_ROOM, "end == POSTERN_WRONG", "a"},
    {INIT_FORGETS, "r->facts.offset == at", "a"},
    {CHUNK_TAKES_MORE, "taken == to - at", "abcdefghij"},
    {CONTENT_SIZE_OFF, "r->facts.size == r->size", "a"},
};

static void faulty_receivers_are_found(void **state) {
    (void)state;
    check_planted(list, sizeof list / sizeof *list, &has_fault, pf_laws_data);
}

static void broken_promises_are_told(void **state) {
    (void)state;
    check_promises(promises, sizeof promises / sizeof *promises, &has_fault, pf_laws_data);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(faulty_receivers_are_found),
                                       cmocka_unit_test(broken_promises_are_told)};
    return cmocka_run_group_tests_name("layer_data", tests, NULL, NULL);
}
