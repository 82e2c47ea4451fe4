/* model: which reply codes and which enhanced codes there are.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/model.h>

static bool is_one_of(int code, const int *list) {
    while (*list != 0 && *list != code) list++;
    return *list != 0;
}

pf_model_code pf_model_code_of(int code) {
    /* RFC 5321 section 4.2.3, RFC 7504 and RFC 5321 section 4.1.1.11. */
    static const int standard[] = {211, 214, 220, 221, 250, 251, 252, 354, 421, 450, 451, 452, 455, 500,
                                   501, 502, 503, 504, 521, 550, 551, 552, 553, 554, 555, 556, 0};
    /* RFC 1985 section 5, RFC 2645 section 5, RFC 4954 section 6. */
    static const int extension[] = {235, 253, 334, 432, 453, 454, 458, 459, 530, 534, 535, 0};
    /* The registry of enhanced codes pairs these with one (RFC 5248 section 2.4). */
    static const int registered[] = {422, 430, 523, 524, 525, 533, 0};
    static const int practice[] = {200, 431, 435, 441, 442, 446, 447, 449, 471, 510, 511, 512, 541, 557, 571, 0};
    if (is_one_of(code, standard)) return PF_CODE_STANDARD;
    if (is_one_of(code, extension)) return PF_CODE_EXTENSION;
    if (is_one_of(code, registered)) return PF_CODE_REGISTERED;
    if (is_one_of(code, practice)) return PF_CODE_PRACTICE;
    switch (code) {
    case 101: return PF_CODE_NOT_SMTP;
    case 355: return PF_CODE_EXPERIMENTAL; /* RFC 4141: CONNEG */
    case 538: return PF_CODE_HISTORIC;     /* RFC 2554, withdrawn by RFC 4954 section 6 */
    default: return PF_CODE_UNKNOWN;
    }
}

bool pf_model_enhanced_is_known(unsigned subject, unsigned detail) {
    /* The registry that RFC 5248 began has no gaps: the last detail of each subject. */
    static const unsigned last[] = {0, 10, 4, 6, 7, 6, 10, 30};
    return subject < sizeof last / sizeof *last && detail <= last[subject];
}
