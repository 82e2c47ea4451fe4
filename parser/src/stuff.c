/* stuff.c: dot-stuffing, in pieces and at once (RFC 5321 4.5.2).
 *
 * Two bits are all the state: whether the next octet begins a line, and whether a CR is held back. Only CRLF begins a
 * line, and a CR or LF that is none of a CRLF is refused, so a dot cannot follow one that some receiver takes for a
 * line end.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/client.h>
#include <postern/codec.h>

void postern_stuffer_init(postern_stuffer *stuffer) {
    *stuffer = (postern_stuffer){.line_start = true};
}

/* What is wrong with this octet, behind those before it. An error of the CR stands where the CR does. */
static postern_fault judge(const postern_stuffer *stuffer, uint8_t octet) {
    const size_t at = (size_t)stuffer->offset;
    if (stuffer->after_cr && octet != '\n') {
        return (postern_fault){POSTERN_ERROR_BARE_CR, at - 1};
    }
    if (!stuffer->after_cr && octet == '\n') {
        return (postern_fault){POSTERN_ERROR_BARE_LF, at};
    }
    return (postern_fault){octet == '\0' ? POSTERN_ERROR_NUL : POSTERN_ERROR_NONE, octet == '\0' ? at : 0};
}

/* The octets to send for one octet of content. Returns: how many, at most 2. */
static size_t stuff(const postern_stuffer *stuffer, uint8_t octet, uint8_t out[2]) {
    if (octet == '\r') {
        return 0; /* until its LF comes */
    }
    const bool two = stuffer->after_cr || (stuffer->line_start && octet == '.');
    out[0] = stuffer->after_cr ? '\r' : octet;
    out[1] = octet;
    return two ? 2 : 1;
}

postern_status postern_stuffer_feed(postern_stuffer *stuffer, uint8_t *out, size_t capacity, const uint8_t *octets,
                                    size_t size, size_t *taken, size_t *written, postern_fault *fault) {
    size_t at = 0;
    size_t n = 0;
    for (; at < size && stuffer->fault.error == POSTERN_ERROR_NONE; at++) {
        uint8_t stuffed[2];
        const uint8_t octet = octets[at];
        stuffer->fault = judge(stuffer, octet);
        if (stuffer->fault.error != POSTERN_ERROR_NONE) {
            break;
        }
        const size_t count = stuff(stuffer, octet, stuffed);
        if (count > capacity - n) {
            break;
        }
        for (size_t i = 0; i < count; i++) {
            out[n++] = stuffed[i];
        }
        stuffer->line_start = octet == '\n';
        stuffer->after_cr = octet == '\r';
        stuffer->offset++;
    }
    *taken = at;
    *written = n;
    *fault = stuffer->fault;
    return fault->error == POSTERN_ERROR_NONE ? POSTERN_NEED_MORE : POSTERN_WRONG;
}

postern_status postern_stuffer_finish(postern_stuffer *stuffer, uint8_t *out, size_t capacity, size_t *written,
                                      postern_fault *fault) {
    static const uint8_t ending[POSTERN_STUFFER_END_MAX] = {'\r', '\n', '.', '\r', '\n'};
    const size_t from = stuffer->line_start ? 2 : 0;
    const size_t size = sizeof ending - from;

    *written = 0;
    if (stuffer->after_cr) {
        stuffer->fault = (postern_fault){POSTERN_ERROR_BARE_CR, (size_t)stuffer->offset - 1};
    }
    *fault = stuffer->fault;
    if (fault->error == POSTERN_ERROR_NONE && size > capacity) {
        *fault = (postern_fault){POSTERN_ERROR_CAPACITY, capacity};
    }
    if (fault->error != POSTERN_ERROR_NONE) {
        return POSTERN_WRONG;
    }
    for (size_t i = 0; i < size; i++) {
        out[i] = ending[from + i];
    }
    *written = size;
    postern_stuffer_init(stuffer);
    return POSTERN_COMPLETE;
}

/* Content that does not fit is read to its end all the same, into a corner, since it may be wrong. */
postern_status postern_data_stuff(uint8_t *out, size_t capacity, const uint8_t *octets, size_t size, size_t *written,
                                  postern_fault *fault) {
    uint8_t corner[64];
    postern_stuffer stuffer;
    size_t n;
    size_t at;
    size_t end = 0;

    postern_stuffer_init(&stuffer);
    postern_status status = postern_stuffer_feed(&stuffer, out, capacity, octets, size, &at, &n, fault);
    const bool full = at < size;
    while (status == POSTERN_NEED_MORE && at < size) {
        size_t taken;
        size_t lost;
        status = postern_stuffer_feed(&stuffer, corner, sizeof corner, octets + at, size - at, &taken, &lost, fault);
        at += taken;
    }
    if (status == POSTERN_NEED_MORE) {
        status = postern_stuffer_finish(&stuffer, out + n, full ? 0 : capacity - n, &end, fault);
    }
    if (fault->error == POSTERN_ERROR_CAPACITY) {
        fault->offset = capacity;
    }
    *written = status == POSTERN_COMPLETE ? n + end : 0;
    return status;
}
