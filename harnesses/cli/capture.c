/* capture.c: one TCP connection as a file of packets, written by libpcap.
 *
 * SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE /* pcap.h has BSD's names of types; lstat */

#include "capture.h"

#include "cli.h"

#include <pcap/pcap.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    ETHERNET = 14, /* octets of each header */
    IP = 20,
    TCP = 20,
    HEADERS = ETHERNET + IP + TCP,
    PAYLOAD = 1460, /* in one packet */
    WINDOW = 65535,
    EPOCH = 1222819200, /* October 2008, when RFC 5321 came out: the same file for the same session */
    FIN = 1,            /* flags of TCP */
    SYN = 2,
    PSH = 8,
    ACK = 16
};

struct capture {
    pcap_t *pcap;
    pcap_dumper_t *out;
    const char *path;
    char *part;       /* the name under which it is written until it is whole; NULL: under its own */
    uint32_t next[2]; /* sequence number of the next octet of each side */
    bool left[2];
    uint16_t packets;
    uint32_t clock; /* packets too, but it never wraps round */
};

static const uint8_t addresses[2][4] = {{192, 0, 2, 10}, {192, 0, 2, 25}};
static const uint16_t ports[2] = {49152, 25};

/* ---- Headers ---- */

static uint8_t *put16(uint8_t *out, uint32_t number) {
    out[0] = (uint8_t)(number >> 8);
    out[1] = (uint8_t)number;
    return out + 2;
}

static uint8_t *put32(uint8_t *out, uint32_t number) {
    return put16(put16(out, number >> 16), number & 0xffff);
}

static uint8_t *put(uint8_t *out, const void *octets, size_t size) {
    memcpy(out, octets, size);
    return out + size;
}

/* The Internet checksum (RFC 1071), not yet folded. */
static uint32_t add_up(uint32_t sum, const uint8_t *octets, size_t size) {
    for (size_t i = 0; i < size; i++) {
        sum += i % 2 == 0 ? (uint32_t)octets[i] << 8 : octets[i];
    }
    return sum;
}

static uint16_t fold(uint32_t sum) {
    while (sum > 0xffff) {
        sum = (sum >> 16) + (sum & 0xffff);
    }
    return (uint16_t)~sum;
}

static void put_ethernet(uint8_t *out, capture_side from) {
    static const uint8_t stations[2][6] = {{2, 0, 0, 0, 0, 10}, {2, 0, 0, 0, 0, 25}}; /* locally administered */

    out = put(out, stations[1 - from], 6);
    out = put(out, stations[from], 6);
    put16(out, 0x0800);
}

static void put_ip(uint8_t *const out, capture_side from, uint16_t identity, size_t size) {
    uint8_t *at = put16(out, 0x4500);

    at = put16(at, (uint32_t)size);
    at = put16(at, identity);
    at = put16(at, 0x4000);      /* do not fragment */
    at = put16(at, 64 << 8 | 6); /* hops, and TCP is next */
    at = put16(at, 0);
    at = put(at, addresses[from], 4);
    put(at, addresses[1 - from], 4);
    put16(out + 10, fold(add_up(0, out, IP)));
}

static void put_tcp(uint8_t *const out, const capture *file, capture_side from, unsigned flags, size_t size) {
    uint8_t *at = put16(out, ports[from]);
    uint32_t sum = 6 + (uint32_t)size; /* the pseudo-header: protocol, size, addresses */

    at = put16(at, ports[1 - from]);
    at = put32(at, file->next[from]);
    at = put32(at, (flags & ACK) != 0 ? file->next[1 - from] : 0);
    at = put16(at, (TCP / 4) << 12 | flags);
    at = put16(at, WINDOW);
    put32(at, 0);
    sum = add_up(add_up(sum, addresses[0], 4), addresses[1], 4);
    put16(out + 16, fold(add_up(sum, out, size)));
}

/* ---- Packets ---- */

static void put_packet(capture *file, capture_side from, unsigned flags, const uint8_t *octets, size_t size) {
    uint8_t packet[HEADERS + PAYLOAD];
    struct pcap_pkthdr header = {.caplen = (bpf_u_int32)(HEADERS + size), .len = (bpf_u_int32)(HEADERS + size)};

    if (size > 0) {
        memcpy(packet + HEADERS, octets, size);
    }
    put_ethernet(packet, from);
    put_ip(packet + ETHERNET, from, file->packets++, IP + TCP + size);
    put_tcp(packet + ETHERNET + IP, file, from, flags, TCP + size);
    header.ts.tv_sec = EPOCH + file->clock / 1000;
    header.ts.tv_usec = file->clock % 1000 * 1000;
    file->clock++;
    pcap_dump((u_char *)file->out, &header, packet);
    file->next[from] += (uint32_t)size + ((flags & (SYN | FIN)) != 0);
}

static void acknowledge(capture *file, capture_side from) {
    put_packet(file, from, ACK, NULL, 0);
}

/* ---- The file ---- */

/* A file takes the place of the old one when it is whole. A pipe, a device, a link and standard output have none that
 * could be taken. Returns: the name until then, to be freed, or NULL. */
static char *part_of(const char *path) {
    struct stat found;

    if (strcmp(path, "-") == 0 || (lstat(path, &found) == 0 && !S_ISREG(found.st_mode))) {
        return NULL;
    }
    const size_t room = strlen(path) + sizeof ".part";
    char *const part = cli_allocate(room);
    snprintf(part, room, "%s.part", path);
    return part;
}

static bool take_its_place(const capture *file, bool good) {
    if (file->part == NULL) {
        return good;
    }
    if (good && rename(file->part, file->path) == 0) {
        return true;
    }
    unlink(file->part);
    return false;
}

/* ---- The connection ---- */

capture *capture_open(const char *path, const char **why) {
    capture *const file = cli_allocate(sizeof *file);

    *file = (capture){.path = path,
                      .part = part_of(path),
                      .next = {1000, 5000},
                      .pcap = pcap_open_dead(DLT_EN10MB, HEADERS + PAYLOAD)};
    const char *const name = file->part != NULL ? file->part : path;
    file->out = file->pcap != NULL ? pcap_dump_open(file->pcap, name) : NULL;
    if (file->out == NULL) {
        static char error[PCAP_ERRBUF_SIZE];
        snprintf(error, sizeof error, "%s", file->pcap != NULL ? pcap_geterr(file->pcap) : "no memory");
        *why = error;
        if (file->pcap != NULL) {
            pcap_close(file->pcap);
        }
        free(file->part);
        free(file);
        return NULL;
    }
    put_packet(file, CAPTURE_CLIENT, SYN, NULL, 0);
    put_packet(file, CAPTURE_SERVER, SYN | ACK, NULL, 0);
    acknowledge(file, CAPTURE_CLIENT);
    return file;
}

void capture_say(capture *file, capture_side side, const uint8_t *octets, size_t size) {
    for (size_t at = 0; at < size;) {
        const size_t part = size - at < PAYLOAD ? size - at : PAYLOAD;
        put_packet(file, side, PSH | ACK, octets + at, part);
        acknowledge(file, 1 - side);
        at += part;
    }
}

void capture_leave(capture *file, capture_side side) {
    if (!file->left[side]) {
        put_packet(file, side, FIN | ACK, NULL, 0);
        acknowledge(file, 1 - side);
    }
    file->left[side] = true;
}

bool capture_close(capture *file) {
    capture_leave(file, CAPTURE_CLIENT);
    capture_leave(file, CAPTURE_SERVER);
    const bool written = pcap_dump_flush(file->out) == 0 && ferror(pcap_dump_file(file->out)) == 0;
    pcap_dump_close(file->out);
    pcap_close(file->pcap);
    const bool good = take_its_place(file, written);
    free(file->part);
    free(file);
    return good;
}
