/* target.c: running a flat corpus file through a target. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/exact.h>
#include <postern/fuzz/target.h>

#include <string.h>

static const uint8_t marker[PF_HANDSHAKE_SIZE] = {0x16, 0x03};

size_t pf_handshake_find(const uint8_t *octets, size_t size, size_t at) {
    for (; at + sizeof marker <= size; at++) {
        const uint8_t *first = memchr(octets + at, marker[0], size - at - 1);
        if (first == NULL) return size;
        at = (size_t)(first - octets);
        if (first[1] == marker[1]) return at;
    }
    return size;
}

static bool began_tls(const pf_log *log, size_t from) {
    for (size_t i = from; i < log->count; i++)
        if (log->events[i].kind == PF_EVENT_STARTTLS) return true;
    return false;
}

pf_target_account pf_target_run(const pf_target *target, const pf_target_options *options, const uint8_t *octets,
                                size_t size, const size_t *cuts, size_t cut_count, pf_log *log) {
    pf_target_account account = {.steps = 0};

    pf_log_clear(log);
    void *session = target->open(options, log);
    if (session == NULL) {
        pf_log_finish(log);
        return account;
    }
    bool open = true;
    bool handshake = false; /* the 220 to STARTTLS is out */
    size_t stop = pf_handshake_find(octets, size, 0);
    size_t at = 0;

    while (open && at < size) {
        if (at == stop) {
            if (handshake) {
                target->tls_done(session);
                handshake = false;
                log->shift += sizeof marker;
                at += sizeof marker;
                stop = pf_handshake_find(octets, size, at);
            } else
                stop = pf_handshake_find(octets, size, at + 1); /* octets like any others: no handshake is awaited */
            continue;
        }
        for (; cut_count > 0 && *cuts <= at; cuts++) cut_count--;
        size_t end = cut_count > 0 && *cuts < stop ? *cuts : stop;
        const size_t before = log->count;
        open = target->feed(session, pf_exact_copy(octets + at, end - at), end - at);
        pf_exact_release();
        handshake = handshake || (target->tls_done != NULL && began_tls(log, before));
        at = end;
    }
    if (open && target->eof != NULL) target->eof(session);
    if (target->account != NULL) target->account(session, &account);
    target->close(session);
    pf_log_finish(log);
    return account;
}

static bool hex_digit(uint8_t octet, uint32_t *value) {
    if (octet >= '0' && octet <= '9')
        *value = (uint32_t)(octet - '0');
    else if (octet >= 'a' && octet <= 'f')
        *value = (uint32_t)(octet - 'a' + 10);
    else if (octet >= 'A' && octet <= 'F')
        *value = (uint32_t)(octet - 'A' + 10);
    else
        return false;
    return true;
}

uint32_t pf_options_word(const uint8_t *octets, size_t size) {
    enum { LINE = 16, DIGITS = 6 }; /* "NOOP o" and 8 digits and CRLF */
    uint32_t word = 0;

    if (size < LINE) return 0;
    const uint8_t *line = octets + size - LINE;
    if (memcmp(line, "NOOP o", DIGITS) != 0 || memcmp(line + LINE - 2, "\r\n", 2) != 0) return 0;
    if (size > LINE && (size == LINE + 1 || memcmp(line - 2, "\r\n", 2) != 0)) return 0;
    for (size_t i = DIGITS; i < LINE - 2; i++) {
        uint32_t digit;
        if (!hex_digit(line[i], &digit)) return 0;
        word = word << 4 | digit;
    }
    return word;
}

pf_target_options pf_target_options_read(const uint8_t *octets, size_t size) {
    const uint32_t word = pf_options_word(octets, size);
    const pf_target_options options = {.lmtp = word & 1u,
                                       .no_extensions = word & 2u,
                                       .pending = word & 4u,
                                       .require_tls = word & 8u,
                                       .require_auth = word & 16u,
                                       .error_budget = word & 32u ? 20 : 0};
    return options;
}
