/* fuzz_roundtrip: what was read, written and read again is the same, in every layer (ROUND).
 *
 * Commands that are parsed, printed and parsed; local-parts unquoted and quoted; messages stuffed and unstuffed;
 * replies formatted and read; base64 and xtext encoded and decoded; messages sent through a session. The first octet of
 * the input says which layer gets the rest: c, a, d, r, e (codecs) or s (session); any other one counts as input, and a
 * hash chooses.
 *
 *     ./scripts/fuzz fuzz_roundtrip
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/oracle.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool session_laws(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation) {
    static const pf_oracle *const round[] = {&pf_oracle_round, NULL};
    return pf_judge_by(round, &pf_target_postern, octets, size, thorough, violation);
}

static const struct layer {
    uint8_t sign;
    bool (*laws)(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation);
} layers[] = {{'c', pf_laws_command}, {'a', pf_laws_address}, {'d', pf_laws_data},
              {'r', pf_laws_reply},   {'e', pf_laws_codec},   {'s', session_laws}};
enum { LAYERS = sizeof layers / sizeof *layers };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    pf_violation violation;
    size_t layer = 0;

    while (layer < LAYERS && (size == 0 || data[0] != layers[layer].sign)) layer++;
    if (layer < LAYERS) {
        data++;
        size--;
    } else {
        layer = pf_hash(data, size) % LAYERS;
    }
    if (!layers[layer].laws(data, size, pf_is_replay(), &violation)) pf_violation_abort(&violation);
    return 0;
}
