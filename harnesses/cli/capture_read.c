/* capture_read.c: TCP connections put together from packets, which libpcap reads.
 *
 * Nothing is believed of a packet: each length is checked against what was captured. Fragments of IP are left out.
 *
 * SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* pcap.h has BSD's names of types */

#include "capture_read.h"

#include "cli.h"

#include <pcap/pcap.h>

#include <stdlib.h>
#include <string.h>

enum {
    STREAM_MOST = 1 << 20, /* octets of one connection; engines take no more */
    FIN = 1,
    SYN = 2,
    RST = 4
};

/* Octets that shrink at their front. */
typedef struct span {
    const uint8_t *octets;
    size_t size;
} span;

typedef struct segment {
    uint32_t number; /* of its first octet */
    int32_t place;   /* how far that is from the number by which the connection is put in order */
    size_t turn;     /* in which it came */
    span octets;     /* ours */
} segment;

typedef struct connection {
    uint8_t ends[36]; /* both addresses and ports, as they stand in the packet */
    bool begun;       /* its SYN was seen */
    bool over;
    uint32_t first; /* number of the first octet */
    size_t stored;
    segment *segments;
    size_t count;
} connection;

typedef struct reading {
    connection *connections;
    size_t count;
    uint16_t port;
} reading;

static uint32_t get(const uint8_t *at, size_t octets) {
    uint32_t number = 0;

    for (size_t i = 0; i < octets; i++) {
        number = number << 8 | at[i];
    }
    return number;
}

static bool skip(span *rest, size_t size) {
    if (rest->size < size) {
        return false;
    }
    rest->octets += size;
    rest->size -= size;
    return true;
}

/* ---- Below TCP ---- */

/* Past the header of the link. Returns: false for a link that is not known. */
static bool skip_link(span *rest, int link) {
    size_t type;

    switch (link) {
    case DLT_EN10MB:
        if (rest->size < 14) {
            return false;
        }
        for (type = 12; rest->size >= type + 6 && get(rest->octets + type, 2) == 0x8100;) { /* VLAN */
            type += 4;
        }
        return skip(rest, type + 2);
    case DLT_RAW: return true;
    case DLT_NULL:
    case DLT_LOOP: return skip(rest, 4);
    case DLT_LINUX_SLL: return skip(rest, 16);
    case DLT_LINUX_SLL2: return skip(rest, 20);
    default: return false;
    }
}

/* Past an IPv4 header, to TCP. Out: ends, 16 octets for each address. */
static bool skip_ip4(span *rest, uint8_t ends[36]) {
    if (rest->size < 20) {
        return false;
    }
    const uint8_t *ip = rest->octets;
    const size_t header = (size_t)(ip[0] & 15) * 4, total = get(ip + 2, 2);
    const bool fragment = (get(ip + 6, 2) & 0x3fff) != 0;
    if (header < 20 || total < header || total > rest->size || fragment || ip[9] != 6) {
        return false;
    }
    memcpy(ends, ip + 12, 4);
    memcpy(ends + 16, ip + 16, 4);
    rest->size = total; /* Ethernet pads */
    return skip(rest, header);
}

static bool skip_ip6(span *rest, uint8_t ends[36]) {
    if (rest->size < 40) {
        return false;
    }
    const uint8_t *ip = rest->octets;
    const size_t total = 40 + (size_t)get(ip + 4, 2);
    uint8_t next = ip[6];
    if (total > rest->size) {
        return false;
    }
    memcpy(ends, ip + 8, 32);
    rest->size = total;
    (void)skip(rest, 40);
    while (next == 0 || next == 43 || next == 60) { /* hop by hop, routing, destination */
        if (rest->size < 8) {
            return false;
        }
        next = rest->octets[0];
        if (!skip(rest, ((size_t)rest->octets[1] + 1) * 8)) {
            return false;
        }
    }
    return next == 6;
}

/* ---- TCP ---- */

static connection *find(reading *all, const uint8_t ends[36], bool begins) {
    for (size_t i = all->count; i > 0; i--) {
        connection *one = &all->connections[i - 1];
        if (memcmp(one->ends, ends, sizeof one->ends) == 0) {
            if (begins && (one->count > 0 || one->over)) {
                break; /* the same ports again */
            }
            return one;
        }
    }
    all->connections = cli_grow(all->connections, (all->count + 1) * sizeof *all->connections);
    connection *const fresh = &all->connections[all->count++];
    *fresh = (connection){.begun = false};
    memcpy(fresh->ends, ends, sizeof fresh->ends);
    return fresh;
}

static void keep(connection *one, uint32_t number, span octets) {
    if (octets.size == 0 || one->stored + octets.size > 2 * STREAM_MOST) {
        return;
    }
    uint8_t *copy = cli_allocate(octets.size);
    memcpy(copy, octets.octets, octets.size);
    one->segments = cli_grow(one->segments, (one->count + 1) * sizeof *one->segments);
    one->segments[one->count] = (segment){.number = number, .turn = one->count, .octets = {copy, octets.size}};
    one->count++;
    one->stored += octets.size;
}

static void take_tcp(reading *all, span rest, uint8_t ends[36]) {
    if (rest.size < 20) {
        return;
    }
    const uint8_t *tcp = rest.octets;
    const size_t header = (size_t)(tcp[12] >> 4) * 4;
    const uint32_t number = get(tcp + 4, 4);
    const unsigned flags = tcp[13];
    if (get(tcp + 2, 2) != all->port || header < 20 || !skip(&rest, header)) {
        return;
    }
    memcpy(ends + 32, tcp, 4);
    connection *one = find(all, ends, (flags & SYN) != 0);
    if ((flags & SYN) != 0) {
        one->begun = true;
        one->first = number + 1;
    }
    keep(one, number + ((flags & SYN) != 0), rest);
    one->over = one->over || (flags & (FIN | RST)) != 0;
}

static void take_packet(reading *all, span packet, int link) {
    uint8_t ends[36] = {0};

    if (!skip_link(&packet, link) || packet.size == 0) {
        return;
    }
    const unsigned version = packet.octets[0] >> 4;
    if (version == 4 ? skip_ip4(&packet, ends) : version == 6 && skip_ip6(&packet, ends)) {
        take_tcp(all, packet, ends);
    }
}

/* ---- Streams ---- */

/* By place; of two in the same place the one that came first. */
static int by_place(const void *a, const void *b) {
    const segment *x = a, *y = b;

    if (x->place != y->place) {
        return x->place < y->place ? -1 : 1;
    }
    return (x->turn > y->turn) - (x->turn < y->turn);
}

/* Sequence numbers wrap round, and have no order of their own: of three of them each can lie before the next. What has
 * one is how far they are from the first octet, or where its number is not known, from whatever came first. */
static void put_in_order(connection *one) {
    const uint32_t from = one->begun ? one->first : one->segments[0].number;

    for (size_t i = 0; i < one->count; i++) {
        one->segments[i].place = (int32_t)(one->segments[i].number - from);
    }
    qsort(one->segments, one->count, sizeof *one->segments, by_place);
}

/* Put a connection together. Returns: what the visitor says. */
static bool tell(connection *one, capture_visitor *visit, void *context) {
    cli_buffer octets = {0};
    bool whole = one->begun;

    if (one->count == 0) {
        return true;
    }
    put_in_order(one);
    const uint32_t first = one->begun ? one->first : one->segments[0].number;
    for (size_t i = 0; i < one->count; i++) {
        const segment *part = &one->segments[i];
        const int32_t known = (int32_t)(first + (uint32_t)octets.size - part->number); /* of its octets */
        if (known < 0 || octets.size >= STREAM_MOST) {
            whole = false;
            break;
        }
        if ((size_t)known < part->octets.size) {
            cli_buffer_add(&octets, part->octets.octets + known, part->octets.size - (size_t)known);
        }
    }
    const capture_stream stream = {(const uint8_t *)octets.data, octets.size, whole};
    const bool go_on = octets.size == 0 || visit(context, &stream);
    cli_buffer_release(&octets);
    return go_on;
}

static void release(reading *all) {
    for (size_t i = 0; i < all->count; i++) {
        for (size_t k = 0; k < all->connections[i].count; k++) {
            free((void *)(uintptr_t)all->connections[i].segments[k].octets.octets);
        }
        free(all->connections[i].segments);
    }
    free(all->connections);
}

const char *capture_read(const char *path, uint16_t port, capture_visitor *visit, void *context) {
    static char error[PCAP_ERRBUF_SIZE + 1];
    reading all = {.port = port};
    struct pcap_pkthdr *header;
    const u_char *packet;
    int result;

    pcap_t *pcap = pcap_open_offline(path, error);
    if (pcap == NULL) {
        return error;
    }
    const int link = pcap_datalink(pcap);
    while ((result = pcap_next_ex(pcap, &header, &packet)) == 1) {
        take_packet(&all, (span){packet, header->caplen}, link);
    }
    if (result == PCAP_ERROR) {
        snprintf(error, sizeof error, "%s", pcap_geterr(pcap));
    }
    pcap_close(pcap);
    for (size_t i = 0; result != PCAP_ERROR && i < all.count && tell(&all.connections[i], visit, context);) {
        i++;
    }
    release(&all);
    return result == PCAP_ERROR ? error : NULL;
}
