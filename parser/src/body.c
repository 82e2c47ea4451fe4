/* body.c: receiving a message. content_octet knows what may stand in a text, data_octet where DATA ends; the fast path,
 * content_blocks, skips what they would find nothing in.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/body.h>

#include "scan.h"

static const postern_slice absent;

/* ---- content: what DATA and BDAT have in common ---- */

static void content_init(postern_content *content, uint32_t line_limit) {
    *content = (postern_content){.first = POSTERN_ERROR_NONE, .line_limit = line_limit};
}

postern_error postern_violation_error(uint32_t violation) {
    switch (violation) {
    case POSTERN_VIOLATION_BARE_CR: return POSTERN_ERROR_BARE_CR;
    case POSTERN_VIOLATION_BARE_LF: return POSTERN_ERROR_BARE_LF;
    case POSTERN_VIOLATION_NUL: return POSTERN_ERROR_NUL;
    case POSTERN_VIOLATION_LINE_TOO_LONG: return POSTERN_ERROR_LINE_TOO_LONG;
    default: return POSTERN_ERROR_NONE;
    }
}

/* Note a violation. They come with rising offsets, so the first to be noted has the lowest. */
static void violate(postern_content *content, uint32_t violation, uint64_t offset) {
    if (content->violations == 0) {
        content->first = postern_violation_error(violation);
        content->first_offset = offset;
    }
    content->violations |= violation;
}

/* One more octet of the line, at content->offset. The count stops at the limit, so it cannot wrap. */
static void content_lengthen(postern_content *content) {
    if (content->line_limit == 0) {
        return;
    }
    if (content->line_length == content->line_limit) {
        violate(content, POSTERN_VIOLATION_LINE_TOO_LONG, content->offset);
    } else {
        content->line_length++;
    }
}

static void content_count(postern_content *content, size_t size) {
    content->offset += size;
    content->size += size;
}

/* One octet of content. Returns: is it the LF of a CRLF, so that a line begins behind it? */
static bool content_octet(postern_content *content, uint8_t octet) {
    bool line_ends = content->after_cr && octet == '\n';
    if (content->after_cr && !line_ends) {
        violate(content, POSTERN_VIOLATION_BARE_CR, content->offset - 1);
    }
    content_lengthen(content);
    if (line_ends) {
        content->line_length = 0;
    } else if (octet == '\n') {
        violate(content, POSTERN_VIOLATION_BARE_LF, content->offset);
    } else if (octet == '\0') {
        violate(content, POSTERN_VIOLATION_NUL, content->offset);
    } else if (octet > 127) {
        content->eight_bit = true;
    }
    content->after_cr = octet == '\r';
    content_count(content, 1);
    return line_ends;
}

/* Whole blocks in which there is nothing to note or to stop at: lines of text that end in CRLF. Returns: how many
 * octets they are. In: dots, stop at a dot that begins a line. In and out: line_start, does a line begin here? */
static size_t content_blocks(postern_content *content, const uint8_t *octets, size_t size, bool dots,
                             bool *line_start) {
    const uint32_t limit = content->line_limit == 0 ? UINT32_MAX : content->line_limit;
    uint32_t length = content->line_length;
    uint32_t after_cr = content->after_cr;
    uint32_t after_crlf = *line_start;
    uint32_t eight_bit = 0;
    size_t at = 0;
    for (; size - at >= SCAN_BLOCK && limit - length >= SCAN_BLOCK; at += SCAN_BLOCK) {
        const uint8_t *block = octets + at;
        const uint32_t lf = scan_equal(block, '\n');
        /* One octet further on, with a bit to spare for the first octet of the next block. */
        const uint64_t behind_cr = (uint64_t)scan_equal(block, '\r') << 1 | after_cr;
        const uint64_t behind_lf = (uint64_t)lf << 1 | after_crlf;
        const uint64_t unpaired = (behind_cr & UINT32_MAX) ^ lf;
        const uint64_t first_dots = dots ? behind_lf & scan_equal(block, '.') : 0;
        if ((unpaired | first_dots | scan_equal(block, '\0')) != 0) {
            break;
        }
        const uint32_t behind_last = scan_behind_last(lf | 1); /* worked out always, for want of a branch */
        length = lf == 0 ? length + SCAN_BLOCK : behind_last;
        after_cr = (uint32_t)(behind_cr >> SCAN_BLOCK);
        after_crlf = (uint32_t)(behind_lf >> SCAN_BLOCK);
        eight_bit |= scan_eight_bit(block);
    }
    if (content->line_limit != 0) {
        content->line_length = length;
    }
    content->after_cr = after_cr != 0;
    content->eight_bit = content->eight_bit || eight_bit != 0;
    content_count(content, at);
    *line_start = after_crlf != 0;
    return at;
}

/* Octets up to the end, or to what content_blocks stops at with `dots`. Returns: how many. */
static size_t content_run(postern_content *content, const uint8_t *octets, size_t size, bool dots, bool *line_start) {
    size_t at = 0;
    while (at < size) {
        at += content_blocks(content, octets + at, size - at, dots, line_start);
        for (size_t stop = size - at < SCAN_BLOCK ? size : at + SCAN_BLOCK; at < stop; at++) {
            if (dots && *line_start && octets[at] == '.') {
                return at;
            }
            *line_start = content_octet(content, octets[at]);
        }
    }
    return at;
}

/* ---- DATA ---- */

/* A dot that begins a line is held back, and so is a CR behind it: the next octet decides whether the two begin the
 * end of the message, or are a transparency dot and content. */
enum data_state { DATA_LINE_START, DATA_IN_LINE, DATA_DOT, DATA_DOT_CR };

/* What an octet turned out to be. */
enum data_verdict { DATA_HELD, DATA_CONTENT, DATA_CONTENT_WITH_CR, DATA_END };

void postern_data_init(postern_data *data, uint32_t line_limit) {
    content_init(&data->content, line_limit);
    data->state = DATA_LINE_START;
}

static enum data_verdict data_hold(postern_data *data, enum data_state state) {
    data->state = (uint8_t)state;
    data->content.offset++;
    return DATA_HELD;
}

static enum data_verdict data_content(postern_data *data, uint8_t octet) {
    data->state = content_octet(&data->content, octet) ? DATA_LINE_START : DATA_IN_LINE;
    return DATA_CONTENT;
}

static enum data_verdict data_octet(postern_data *data, uint8_t octet) {
    if (data->state == DATA_LINE_START && octet == '.') {
        return data_hold(data, DATA_DOT);
    }
    if (data->state == DATA_DOT && octet == '\r') {
        return data_hold(data, DATA_DOT_CR);
    }
    if (data->state != DATA_DOT_CR) {
        return data_content(data, octet);
    }
    if (octet == '\n') {
        data_hold(data, DATA_LINE_START);
        return DATA_END;
    }
    data->content.offset--; /* back to the CR that was held, which is content */
    data_content(data, '\r');
    data_content(data, octet);
    return DATA_CONTENT_WITH_CR;
}

/* A CR that was held back in an earlier call, and the octet that showed it to be content: that pair for octet N stands
 * at 2 * N. */
#define PAIR(octet) '\r', (octet)
#define PAIRS_4(octet) PAIR(octet), PAIR((octet) + 1), PAIR((octet) + 2), PAIR((octet) + 3)
#define PAIRS_16(octet) PAIRS_4(octet), PAIRS_4((octet) + 4), PAIRS_4((octet) + 8), PAIRS_4((octet) + 12)
#define PAIRS_64(octet) PAIRS_16(octet), PAIRS_16((octet) + 16), PAIRS_16((octet) + 32), PAIRS_16((octet) + 48)
static const uint8_t cr_pairs[512] = {PAIRS_64(0), PAIRS_64(64), PAIRS_64(128), PAIRS_64(192)};

postern_status postern_data_feed(postern_data *data, const uint8_t *octets, size_t size, size_t *taken,
                                 postern_slice *slice) {
    enum data_verdict verdict = DATA_HELD;
    size_t at = 0;
    while (at < size && verdict == DATA_HELD) {
        verdict = data_octet(data, octets[at++]);
    }
    *taken = at;
    *slice = absent;
    if (verdict == DATA_HELD) {
        return POSTERN_NEED_MORE;
    }
    if (verdict == DATA_END) {
        return POSTERN_COMPLETE;
    }
    if (verdict == DATA_CONTENT_WITH_CR && at == 1) {
        *slice = (postern_slice){cr_pairs + 2 * octets[0], 2};
        return POSTERN_NEED_MORE;
    }
    size_t begin = verdict == DATA_CONTENT ? at - 1 : at - 2;
    bool line_start = data->state == DATA_LINE_START;
    at += content_run(&data->content, octets + at, size - at, true, &line_start);
    data->state = line_start ? DATA_LINE_START : DATA_IN_LINE;
    *taken = at;
    *slice = (postern_slice){octets + begin, at - begin};
    return POSTERN_NEED_MORE;
}

postern_status postern_data_feed_plain(postern_data *data, const uint8_t *octets, size_t size, size_t *taken,
                                       postern_slice *slice) {
    *taken = size > 0 ? 1 : 0;
    *slice = absent;
    enum data_verdict verdict = size > 0 ? data_octet(data, octets[0]) : DATA_HELD;
    if (verdict == DATA_CONTENT) {
        *slice = (postern_slice){octets, 1};
    } else if (verdict == DATA_CONTENT_WITH_CR) {
        *slice = (postern_slice){cr_pairs + 2 * octets[0], 2};
    }
    return verdict == DATA_END ? POSTERN_COMPLETE : POSTERN_NEED_MORE;
}

/* ---- BDAT ---- */

void postern_bdat_init(postern_bdat *bdat, uint32_t line_limit) {
    content_init(&bdat->content, line_limit);
    bdat->remaining = 0;
}

void postern_bdat_begin(postern_bdat *bdat, uint64_t size) {
    bdat->remaining = size;
}

/* Take what is there of the chunk. Returns: how many octets. */
static size_t bdat_take(postern_bdat *bdat, const uint8_t *octets, size_t size, postern_slice *slice) {
    size_t taken = size < bdat->remaining ? size : (size_t)bdat->remaining;
    bdat->remaining -= taken;
    *slice = taken > 0 ? (postern_slice){octets, taken} : absent;
    return taken;
}

postern_status postern_bdat_feed(postern_bdat *bdat, const uint8_t *octets, size_t size, size_t *taken,
                                 postern_slice *slice) {
    bool line_start = false;
    *taken = bdat_take(bdat, octets, size, slice);
    (void)content_run(&bdat->content, octets, *taken, false, &line_start);
    return bdat->remaining == 0 ? POSTERN_COMPLETE : POSTERN_NEED_MORE;
}

postern_status postern_bdat_feed_plain(postern_bdat *bdat, const uint8_t *octets, size_t size, size_t *taken,
                                       postern_slice *slice) {
    *taken = bdat_take(bdat, octets, size, slice);
    for (size_t at = 0; at < *taken; at++) {
        (void)content_octet(&bdat->content, octets[at]);
    }
    return bdat->remaining == 0 ? POSTERN_COMPLETE : POSTERN_NEED_MORE;
}

void postern_bdat_finish(postern_bdat *bdat) {
    if (bdat->content.after_cr) {
        violate(&bdat->content, POSTERN_VIOLATION_BARE_CR, bdat->content.offset - 1);
    }
}
