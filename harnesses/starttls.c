/* starttls.c: see starttls.h. Room: harnesses/.
 *
 * One oracle. It takes the log of the run whose handshake was a marker, sends the same octets over a connection with a
 * real one, in one of several ways, and says which part of that log must come out.
 *
 * SPDX-License-Identifier: MIT */
#include "starttls.h"

#include "tls.h"

#include <postern/fuzz/exact.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { WIRE = 1 << 15, RECORDS_MOST = 16, RECORDS_THOROUGH = 4096, FLIGHTS_MOST = 8, TURNS = 3 };

/* What a client that was not encrypted would say. */
static const uint8_t intruder[] = "EHLO a.example\r\nMAIL FROM:<a@a.example>\r\nNOOP\r\n";

/* ---- The server: the target, and TLS between it and the wire ---- */

typedef struct server {
    const pf_target *target;
    void *session;
    pf_log *log;
    tls *tls;    /* from STARTTLS on */
    bool secure; /* the handshake is done */
    bool open;
} server;

static void hang_up(server *s) {
    if (s->open && s->target->eof != NULL) s->target->eof(s->session);
    s->open = false;
}

/* What the target gets, in a copy of its exact size. */
static void hand_over(server *s, const uint8_t *octets, size_t size) {
    if (!s->open) return;
    s->open = s->target->feed(s->session, pf_exact_copy(octets, size), size);
    pf_exact_release();
}

static void read_records(server *s) {
    static uint8_t text[1 << 14];
    size_t size;
    tls_status status;

    while (s->open && (status = tls_read(s->tls, text, sizeof text, &size)) != TLS_WANT) {
        if (status == TLS_OK)
            hand_over(s, text, size);
        else
            hang_up(s);
    }
}

/* Octets that come over the wire once STARTTLS is accepted. */
static void receive(server *s, const uint8_t *octets, size_t size) {
    if (!s->open) return;
    tls_feed(s->tls, octets, size);
    if (!s->secure) {
        const tls_status status = tls_handshake(s->tls);
        if (status == TLS_WANT) return;
        if (status != TLS_OK) {
            hang_up(s);
            return;
        }
        s->secure = true;
        s->target->tls_done(s->session);
        s->log->shift += PF_HANDSHAKE_SIZE;
    }
    read_records(s);
}

/* ---- The connection ---- */

typedef struct connection {
    const pf_case *run;
    starttls_way way;
    bool newest;      /* the newest version, with all of its public-key work; else a session of TLS 1.2 is resumed */
    uint32_t chance;  /* drawn from the input: where things happen */
    size_t accepted;  /* offset behind the STARTTLS that was accepted */
    size_t handshake; /* where the marker stands, or the end */
    server server;
    tls *client;
    bool agreed;      /* the handshake is done on both sides */
    size_t delivered; /* octets of the input that the server may have read */
} connection;

/* A number below n. */
static size_t draw(connection *c, size_t n) {
    c->chance ^= c->chance << 13;
    c->chance ^= c->chance >> 17;
    c->chance ^= c->chance << 5;
    return n > 0 ? c->chance % n : 0;
}

/* The server gets octets in two parts. */
static void deliver(connection *c, const uint8_t *octets, size_t size) {
    const size_t cut = draw(c, size + 1);
    if (cut > 0) receive(&c->server, octets, cut);
    if (cut < size) receive(&c->server, octets + cut, size - cut);
}

/* What stands behind the handshake in the input. */
static const uint8_t *behind(const connection *c, size_t *size) {
    const size_t at = c->handshake + PF_HANDSHAKE_SIZE;
    *size = at < c->run->size ? c->run->size - at : 0;
    return *size > 0 ? c->run->octets + at : c->run->octets;
}

/* Clear text where it does not belong: what is injected before the handshake, or what stands behind it, or our own. */
static void intrude(connection *c) {
    size_t size;
    const uint8_t *text = behind(c, &size);
    const size_t injected = c->handshake - c->accepted;

    if (injected > 0 && draw(c, 2) == 0) {
        const size_t from = draw(c, injected);
        deliver(c, c->run->octets + c->accepted + from, injected - from);
    } else if (size > 0 && draw(c, 2) == 0)
        deliver(c, text, size);
    else
        deliver(c, intruder, sizeof intruder - 1);
}

/* One flight of the client, with whatever happens to it on the way. */
static void fly(connection *c, int flight, int victim) {
    static uint8_t wire[WIRE];
    const size_t size = tls_drain(c->client, wire, sizeof wire);

    if (size == 0) return;
    if (flight == victim && c->way == STARTTLS_FLIPPED)
        for (size_t flips = 1 + draw(c, 3); flips > 0; flips--) {
            const size_t at = draw(c, size);
            wire[at] = (uint8_t)(wire[at] ^ (1 + draw(c, 255)));
        }
    if (flight == victim && c->way == STARTTLS_WITHIN) {
        const size_t at = draw(c, size);
        deliver(c, wire, at);
        intrude(c);
        deliver(c, wire + at, size - at);
        return;
    }
    deliver(c, wire, size);
}

static void shake_hands(connection *c) {
    static uint8_t wire[WIRE];
    const int victim = (int)draw(c, 2); /* which flight of the client */
    size_t size = 1;

    if (c->way == STARTTLS_BEFORE) intrude(c);
    for (int flight = 0; flight < FLIGHTS_MOST && size > 0 && !c->agreed; flight++) {
        const bool done = tls_handshake(c->client) == TLS_OK;
        fly(c, flight, victim);
        size = tls_drain(c->server.tls, wire, sizeof wire);
        tls_feed(c->client, wire, size);
        c->agreed = c->server.secure && (done || tls_handshake(c->client) == TLS_OK);
    }
}

/* What stands behind the handshake, in records; from some record on, something may happen to it. */
static void go_on(connection *c) {
    static uint8_t wire[WIRE];
    static size_t cuts[PF_CUTS_MAX];
    size_t size;
    const uint8_t *text = behind(c, &size);
    const size_t most = c->run->thorough ? RECORDS_THOROUGH : RECORDS_MOST;
    const pf_cutting cutting = (pf_cutting)draw(c, PF_CUT_HASH + 1);
    const size_t count = size > 0 ? pf_cut(cutting, c->chance, text, size, cuts, most) : 0;
    const bool harmed = c->way == STARTTLS_BEHIND || c->way == STARTTLS_CUT;
    const size_t victim = harmed ? draw(c, count + 2) : SIZE_MAX;
    size_t at = 0;

    for (size_t record = 0; record <= count && at < size; record++) {
        const size_t end = record < count ? cuts[record] : size;
        for (size_t part; at < end; at += part) {
            part = end - at < sizeof wire / 4 ? end - at : sizeof wire / 4;
            if (tls_write(c->client, text + at, part) != TLS_OK) return;
            const size_t sent = tls_drain(c->client, wire, sizeof wire);
            if (record == victim) {
                deliver(c, wire, c->way == STARTTLS_CUT ? draw(c, sent) : 0);
                if (c->way == STARTTLS_BEHIND) intrude(c);
                deliver(c, wire, c->way == STARTTLS_BEHIND ? sent : 0);
                return;
            }
            deliver(c, wire, sent);
            c->delivered += part;
        }
    }
    if (c->way == STARTTLS_BEHIND) intrude(c);
    if (harmed) return;
    tls_end(c->client);
    deliver(c, wire, tls_drain(c->client, wire, sizeof wire));
}

/* Returns: false when nothing can be said, because memory ran out. */
static bool connect_and_talk(connection *c, pf_log *log) {
    const pf_case *run = c->run;
    server *s = &c->server;
    static size_t cuts[PF_CUTS_MAX];
    size_t at = 0;

    pf_log_clear(log);
    *s = (server){.target = run->target, .log = log, .session = run->target->open(run->options, log)};
    if (s->session == NULL) return false;
    s->open = true;
    c->client = tls_open(TLS_CLIENT, c->newest ? 0 : TLS_RESUME);
    s->tls = tls_open(TLS_SERVER, 0);
    const bool ready = c->client != NULL && s->tls != NULL;
    if (ready) {
        /* What the server has read before it began the handshake, injected text and all. */
        const size_t count = pf_cut_chosen(run->octets, c->handshake, cuts, RECORDS_MOST);
        for (size_t i = 0; i <= count && s->open; i++) {
            const size_t end = i < count ? cuts[i] : c->handshake;
            hand_over(s, run->octets + at, end - at);
            at = end;
        }
        c->delivered = c->handshake;
        shake_hands(c);
        if (c->agreed) {
            c->delivered += PF_HANDSHAKE_SIZE;
            go_on(c);
        } else
            intrude(c);
        hang_up(s);
    }
    run->target->close(s->session);
    tls_close(c->client);
    tls_close(s->tls);
    pf_log_finish(log);
    return ready;
}

/* ---- What must come out ---- */

/* The events of a log that are there once so many octets have been read. */
static void cut_log(const pf_log *whole, uint64_t delivered, pf_log *part) {
    size_t count = 0;

    pf_log_clear(part);
    while (count < whole->count && whole->events[count].end <= delivered) {
        const pf_event *event = &whole->events[count++];
        pf_log_append(part, event, pf_log_octets(whole, event));
    }
    pf_log_finish(part);
    part->full = whole->full && count == whole->count;
}

static const char *words(const pf_log *log, size_t at, char out[static PF_VIOLATION_TEXT]) {
    static const char *const kinds[] = {"line", "content", "end of message", "reply", "STARTTLS", "close"};
    if (at >= log->count) return "nothing more";
    const pf_event *event = &log->events[at];
    snprintf(out, PF_VIOLATION_TEXT, "%s %s %d, of the octets %llu to %llu", kinds[event->kind],
             event->verb != NULL ? event->verb : "-", event->code, (unsigned long long)event->begin,
             (unsigned long long)event->end);
    return out;
}

static bool broken(const pf_case *run, starttls_way way, uint64_t offset, const char *expected, const char *seen,
                   pf_violation *violation) {
    static const char *const names[] = {"a handshake",
                                        "clear text before the handshake",
                                        "clear text within the handshake",
                                        "clear text behind the handshake",
                                        "a handshake with flipped octets",
                                        "a connection that is cut off",
                                        "another session before STARTTLS"};
    if (offset > run->size) offset = run->size;
    *violation = (pf_violation){.oracle = starttls_law.name,
                                .section = starttls_law.section,
                                .state = "TLS",
                                .verb = "STARTTLS",
                                .octets = run->octets + offset,
                                .size = run->size - (size_t)offset,
                                .offset = offset};
    snprintf(violation->expected, sizeof violation->expected, "behind %s: %.150s", names[way], expected);
    snprintf(violation->seen, sizeof violation->seen, "%.200s", seen);
    return false;
}

static bool compare(const connection *c, const pf_log *expected, const pf_log *seen, pf_violation *violation) {
    char left[PF_VIOLATION_TEXT];
    char right[PF_VIOLATION_TEXT];
    size_t at;

    if (pf_log_equal(expected, seen, PF_COMPARE_TEXT | PF_COMPARE_RANGE | PF_COMPARE_LINES, &at)) return true;
    const uint64_t offset = at < seen->count ? seen->events[at].begin : c->handshake;
    return broken(c->run, c->way, offset, words(expected, at, left), words(seen, at, right), violation);
}

/* The events behind STARTTLS alone. */
static void behind_starttls(const pf_log *log, pf_log *part) {
    bool begun = false;

    pf_log_clear(part);
    for (size_t i = 0; i < log->count; i++) {
        if (begun) pf_log_append(part, &log->events[i], pf_log_octets(log, &log->events[i]));
        begun = begun || log->events[i].kind == PF_EVENT_STARTTLS;
    }
    part->full = log->full;
}

/* The same handshake and what is behind it, in a session that did nothing else before. It has the same offsets: octets
 * that stand between STARTTLS and the handshake are worth nothing. */
static bool forgets(connection *c, pf_violation *violation) {
    static uint8_t octets[1 << 16];
    static pf_log whole, seen, expected;
    const pf_case *run = c->run;
    const char *plainest = run->options->lmtp ? "LHLO a\r\nSTARTTLS\r\n" : "EHLO a\r\nSTARTTLS\r\n";
    const size_t size = strlen(plainest);

    if (c->handshake == run->size || c->handshake < size || run->size > sizeof octets ||
        run->options->error_budget != 0)
        return true;
    memcpy(octets, plainest, size);
    memset(octets + size, 'x', c->handshake - size);
    memcpy(octets + c->handshake, run->octets + c->handshake, run->size - c->handshake);
    (void)pf_target_run(run->target, run->options, octets, run->size, NULL, 0, &whole);
    behind_starttls(&whole, &expected);
    behind_starttls(run->log, &seen);
    return compare(c, &expected, &seen, violation);
}

static bool go(const pf_case *run, size_t accepted, starttls_way way, bool newest, uint32_t chance,
               pf_violation *violation) {
    static pf_log seen, expected;
    connection c = {.run = run, .way = way, .newest = newest, .chance = chance | 1, .accepted = accepted};

    c.handshake = pf_handshake_find(run->octets, run->size, accepted);
    if (way == STARTTLS_FORGETS) return forgets(&c, violation);
    tls_repeat(chance);
    if (!connect_and_talk(&c, &seen)) return true;
    if (!c.agreed && way == STARTTLS_LAWFUL)
        return broken(run, way, c.handshake, "a handshake that is done on both sides",
                      c.server.open ? "one that is not done" : "a closed connection", violation);
    cut_log(run->log, c.delivered, &expected);
    /* One octet of clear text may be the very one in whose place it came: the handshake is done, and what was the last
     * of its octets spoils all that follows. */
    if (c.agreed && way == STARTTLS_WITHIN && !compare(&c, &expected, &seen, violation))
        cut_log(run->log, c.handshake + PF_HANDSHAKE_SIZE, &expected);
    return compare(&c, &expected, &seen, violation);
}

static bool holds(const pf_case *run, pf_violation *violation) {
    size_t at = 0;

    while (at < run->log->count && run->log->events[at].kind != PF_EVENT_STARTTLS) at++;
    if (at == run->log->count || run->log->events[at].end > run->size) return true;
    const size_t accepted = (size_t)run->log->events[at].end;
    const size_t handshake = pf_handshake_find(run->octets, run->size, accepted);

    /* A server may close when it is spoken to now. It may not listen. */
    if (at + 1 < run->log->count && run->log->events[at + 1].end <= handshake &&
        run->log->events[at + 1].kind != PF_EVENT_CLOSE) {
        char seen[PF_VIOLATION_TEXT];
        return broken(run, STARTTLS_BEFORE, accepted, "no event", words(run->log, at + 1, seen), violation);
    }
    if (!run->thorough) {
        /* Public-key work takes ten times as long as all the rest: it has its turn now and then. */
        const bool newest = run->hash % 64 == 0;
        const starttls_way way = (starttls_way)(run->hash / 64 % STARTTLS_FORGETS);
        return go(run, accepted, way, newest, run->hash, violation) &&
               go(run, accepted, STARTTLS_FORGETS, false, run->hash, violation);
    }
    for (int way = 0; way < STARTTLS_WAYS; way++)
        for (uint32_t turn = 0; turn < TURNS; turn++)
            if (!go(run, accepted, (starttls_way)way, turn == 0, run->hash + turn * 0x9e3779b9u, violation))
                return false;
    return true;
}

const pf_oracle starttls_law = {.name = "TLS",
                                .section = "RFC 3207 4",
                                .law =
                                    "injected text yields no event, and nothing is read in clear after the handshake",
                                .needs = PF_KIND(PF_EVENT_REPLY) | PF_KIND(PF_EVENT_STARTTLS),
                                .needs_can = PF_CAN_RANGE,
                                .holds = holds};

const pf_oracle *const starttls_laws[] = {&pf_oracle_gram, &pf_oracle_one, &pf_oracle_state,
                                          &pf_oracle_ref,  &starttls_law,  NULL};
