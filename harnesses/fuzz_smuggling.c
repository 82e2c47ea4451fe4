/* fuzz_smuggling: a message ends where it ends, and nothing in it is ever a command.
 *
 * The input is what a client sends behind DATA CRLF: a message, its end, or what may be taken for one, and whatever
 * follows. An envelope comes in front of it and a canary behind, so that every octet of a mutation counts. The same
 * octets are sent by BDAT too, where there is no end to be found in them, in one chunk or cut into two (RFC 5321
 * 4.1.1.4, 4.5.2; RFC 3030 2). NODATA, STRICT, ONE, REF and CHUNK judge. Options stand in a last line "NOOP o" + 8 hex
 * digits (fuzz/include/postern/fuzz/target.h).
 *
 *     ./scripts/fuzz fuzz_smuggling
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/oracle.h>

#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MOST = 1 << 15, ROOM = INPUT_MOST + 512 };

static uint8_t session[ROOM];
static size_t session_size;

static void put(const void *octets, size_t size) {
    memcpy(session + session_size, octets, size);
    session_size += size;
}

static void say(const char *text) {
    put(text, strlen(text));
}

static void say_chunk(const uint8_t *octets, size_t size, bool last) {
    char line[48];
    (void)snprintf(line, sizeof line, "BDAT %zu%s\r\n", size, last ? " LAST" : "");
    say(line);
    put(octets, size);
}

typedef enum way { BY_DATA, BY_CHUNK, BY_TWO_CHUNKS, WAYS } way;

static void judge(const uint8_t *data, size_t size, way how, bool thorough) {
    static const pf_oracle *const oracles[] = {&pf_oracle_nodata, &pf_oracle_strict, &pf_oracle_one,
                                               &pf_oracle_ref,    &pf_oracle_chunk,  NULL};
    const uint32_t word = pf_options_word(data, size);
    const uint32_t hash = pf_hash(data, size);
    const size_t cut = size > 0 ? hash / 16 % size : 0;
    char end[64];
    pf_violation violation;

    session_size = 0;
    say(pf_target_options_read(data, size).lmtp ? "LHLO a.example\r\n" : "EHLO a.example\r\n");
    say("MAIL FROM:<a@a.example>\r\nRCPT TO:<b@b.example>\r\n");
    if (how == BY_DATA) {
        say("DATA\r\n");
        put(data, size);
    } else {
        if (how == BY_TWO_CHUNKS) say_chunk(data, cut, false);
        say_chunk(data + (how == BY_TWO_CHUNKS ? cut : 0), size - (how == BY_TWO_CHUNKS ? cut : 0), true);
    }
    (void)snprintf(end, sizeof end, "\r\nNOOP c%08x\r\n.\r\n%sNOOP o%08x\r\n", (unsigned)hash,
                   word == 0 ? "RSET\r\n" : "", (unsigned)word);
    say(end);
    if (!pf_judge_by(oracles, &pf_target_postern, session, session_size, thorough, &violation))
        pf_violation_abort(&violation);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const bool thorough = pf_is_replay();
    const uint32_t turn = pf_hash(data, size) % 8;

    if (size > INPUT_MOST) return 0;
    for (way how = BY_DATA; how < WAYS; how++)
        if (thorough || how == (turn < 6 ? BY_DATA : turn == 6 ? BY_CHUNK : BY_TWO_CHUNKS))
            judge(data, size, how, thorough);
    return 0;
}
