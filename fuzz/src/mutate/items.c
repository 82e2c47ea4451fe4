/* items.c: a session cut into its items. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "items.h"

size_t pf_line_end(const uint8_t *octets, size_t size, size_t at) {
    while (at < size) {
        const uint8_t *lf = memchr(octets + at, '\n', size - at);
        if (lf == NULL) return size;
        at = (size_t)(lf - octets) + 1;
        if (lf > octets && lf[-1] == '\r') return at;
    }
    return size;
}

/* What the session is taken to be in. */
typedef struct items_walk {
    const uint8_t *octets;
    size_t size;
    size_t at;
    bool mail;
    bool rcpt;
    unsigned answers; /* lines of an AUTH exchange to come */
    bool body;        /* the next item is one */
    bool handshake;
} items_walk;

static bool is_refused(const uint8_t *line, size_t size) {
    const uint8_t *colon = memchr(line, '<', size);

    if (colon == NULL) return true;
    const size_t left = size - (size_t)(colon - line);
    return (left > 8 && memcmp(colon, "<reject-", 8) == 0) || (left > 7 && memcmp(colon, "<defer-", 7) == 0);
}

/* The number behind BDAT, as far as there are octets for it. */
static size_t chunk_size(const uint8_t *line, size_t size, size_t left) {
    uint64_t number = 0;
    size_t at = 5;

    for (; at < size && line[at] >= '0' && line[at] <= '9' && number <= left; at++)
        number = number * 10 + (uint64_t)(line[at] - '0');
    return number < left ? (size_t)number : left;
}

static unsigned answers_to(const uint8_t *line, size_t size) {
    unsigned spaces = 0;

    for (size_t at = 0; at < size; at++) spaces += line[at] == ' ';
    const bool login = size > 6 && (line[5] | 0x20) == 'l';
    return (login ? 2 : 1) - (spaces > 1 ? 1u : 0u);
}

static void note(items_walk *walk, const pf_item *item) {
    const uint8_t *line = walk->octets + item->begin;
    const size_t size = item->middle - item->begin;

    switch (item->verb) {
    case PF_VERB_MAIL: walk->mail = walk->mail || !is_refused(line, size); break;
    case PF_VERB_RCPT: walk->rcpt = walk->rcpt || (walk->mail && !is_refused(line, size)); break;
    case PF_VERB_EHLO:
    case PF_VERB_HELO:
    case PF_VERB_LHLO:
    case PF_VERB_RSET: walk->mail = walk->rcpt = false; break;
    case PF_VERB_DATA: walk->body = walk->rcpt && size == 6; break;
    case PF_VERB_AUTH: walk->answers = walk->mail ? 0 : answers_to(line, size); break;
    case PF_VERB_STARTTLS: walk->handshake = !walk->mail; break;
    default: break;
    }
}

static void find_command(items_walk *walk, pf_item *item) {
    item->middle = (uint32_t)pf_line_end(walk->octets, walk->size, walk->at);
    item->end = item->middle;
    if (walk->answers > 0) {
        item->kind = PF_ITEM_ANSWER;
        walk->answers--;
        return;
    }
    const uint8_t *line = walk->octets + walk->at;
    const size_t size = item->middle - walk->at;
    item->verb = (uint8_t)pf_verb_of(line, size);
    if (item->verb == PF_VERB_BDAT) {
        item->kind = PF_ITEM_CHUNK;
        item->end += (uint32_t)chunk_size(line, size, walk->size - item->middle);
        if (size > 4 && (line[size - 3] | 0x20) == 't') walk->mail = walk->rcpt = false;
        return;
    }
    note(walk, item);
}

static void find_body(items_walk *walk, pf_item *item) {
    size_t at = walk->at;

    item->kind = PF_ITEM_BODY;
    for (; at < walk->size; at = pf_line_end(walk->octets, walk->size, at))
        if (walk->octets[at] == '.' && walk->size - at >= 3 && walk->octets[at + 1] == '\r' &&
            walk->octets[at + 2] == '\n')
            break;
    item->middle = (uint32_t)at;
    item->end = (uint32_t)(at < walk->size ? at + 3 : at);
    walk->body = walk->mail = walk->rcpt = false;
}

static void find_handshake(items_walk *walk, pf_item *item) {
    size_t at = walk->at;

    item->kind = PF_ITEM_HANDSHAKE;
    for (; at + 1 < walk->size; at++)
        if (walk->octets[at] == 0x16 && walk->octets[at + 1] == 0x03) break;
    item->middle = (uint32_t)(at + 1 < walk->size ? at : walk->size);
    item->end = (uint32_t)(at + 1 < walk->size ? at + 2 : walk->size);
    walk->handshake = false;
}

size_t pf_items_find(pf_item items[PF_ITEMS_MOST], const uint8_t *octets, size_t size) {
    items_walk walk = {.octets = octets, .size = size};
    size_t count = 0;

    while (walk.at < size && count < PF_ITEMS_MOST) {
        pf_item *item = &items[count++];
        *item = (pf_item){.begin = (uint32_t)walk.at, .border = !walk.mail};
        if (walk.body)
            find_body(&walk, item);
        else if (walk.handshake)
            find_handshake(&walk, item);
        else
            find_command(&walk, item);
        walk.at = item->end;
    }
    if (count == PF_ITEMS_MOST) items[count - 1].end = (uint32_t)size;
    return count;
}
