/* model: which reply codes and which enhanced codes there are.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/model.h>

#include <string.h>

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

/* Which enhanced code a server gives on its own account, by RFC 2034 section 7, RFC 3463, RFC 4954 section 6, RFC 5248
 * section 2 and the registry; verb NULL: to any. The rows of a verb go before. */
static const struct {
    const char *verb;
    int code;
    const char *enhanced;
} reasons[] = {
    {"MAIL", 250, "2.1.0"},
    {"RCPT", 250, "2.1.5"},
    {NULL, 250, "2.0.0"},
    {NULL, 214, "2.0.0"},
    {NULL, 220, "2.0.0"},
    {NULL, 221, "2.0.0"},
    {NULL, 235, "2.7.0"},
    {NULL, 252, "2.5.2"},
    {NULL, 421, "4.7.0"}, /* too many errors */
    {NULL, 421, "4.3.2"}, /* the service ends */
    {NULL, 451, "4.3.0"},
    {NULL, 452, "4.5.3"},
    {NULL, 454, "4.7.0"},
    {"UNKNOWN", 500, "5.5.1"},
    {"LHLO", 500, "5.5.1"},
    {"EHLO", 500, "5.5.1"},
    {"HELO", 500, "5.5.1"},
    {"BROKEN", 500, "5.5.2"},
    {"AUTH_TOO_LONG", 500, "5.5.6"},
    {"MAIL", 501, "5.5.4"},
    {"MAIL", 501, "5.1.7"},
    {"RCPT", 501, "5.5.4"},
    {"RCPT", 501, "5.1.3"},
    {"AUTH", 501, "5.5.4"},
    {"AUTH", 501, "5.5.2"}, /* what cannot be decoded */
    {"AUTH_CONTINUATION", 501, "5.5.2"},
    {"AUTH_CANCELLED", 501, "5.7.0"},
    {"VRFY", 501, "5.5.4"},
    {"VRFY", 501, "5.1.3"},
    {"EXPN", 501, "5.5.4"},
    {"EXPN", 501, "5.1.3"},
    {"SEND", 501, "5.5.4"},
    {"SEND", 501, "5.1.3"},
    {"SOML", 501, "5.5.4"},
    {"SOML", 501, "5.1.3"},
    {"SAML", 501, "5.5.4"},
    {"SAML", 501, "5.1.3"},
    {"ETRN", 501, "5.5.4"},
    {"ETRN", 501, "5.1.3"},
    {"ATRN", 501, "5.5.4"},
    {"ATRN", 501, "5.1.3"},
    {NULL, 501, "5.5.4"},
    {NULL, 502, "5.5.1"},
    {NULL, 503, "5.5.1"},
    {NULL, 504, "5.5.4"},
    {NULL, 530, "5.7.0"},
    {NULL, 534, "5.7.9"},
    {NULL, 535, "5.7.8"},
    {NULL, 538, "5.7.11"},
    {NULL, 552, "5.3.4"},
    {NULL, 553, "5.6.7"},
    {NULL, 554, "5.6.0"},
    {NULL, 555, "5.5.4"},
};

bool pf_model_enhanced_fits(const char *verb, int code, const char *enhanced) {
    bool own = false;
    if (verb == NULL) verb = "BROKEN";
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        const bool named = reasons[i].verb != NULL && strcmp(reasons[i].verb, verb) == 0;
        if (reasons[i].code != code || !(named || (reasons[i].verb == NULL && !own))) continue;
        own = own || named;
        if (strcmp(reasons[i].enhanced, enhanced) == 0) return true;
    }
    return false;
}
