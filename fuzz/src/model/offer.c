/* model: what a server offers in its reply to EHLO or LHLO, RFC 5321 section 4.1.1.1 and the extensions.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/model.h>

#include <stdio.h>
#include <string.h>

/* Extensions that are offered by a keyword and nothing more. */
static const struct {
    uint32_t bit;
    const char *keyword;
} plain[] = {
    {PF_EXTENSION_8BITMIME, "8BITMIME"},
    {PF_EXTENSION_PIPELINING, "PIPELINING"},
    {PF_EXTENSION_CHUNKING, "CHUNKING"},
    {PF_EXTENSION_BINARYMIME, "BINARYMIME"},
    {PF_EXTENSION_SMTPUTF8, "SMTPUTF8"},
    {PF_EXTENSION_DSN, "DSN"},
    {PF_EXTENSION_ENHANCEDSTATUSCODES, "ENHANCEDSTATUSCODES"},
    {PF_EXTENSION_REQUIRETLS, "REQUIRETLS"},
    {PF_EXTENSION_MT_PRIORITY, "MT-PRIORITY"},
    {PF_EXTENSION_DELIVERBY, "DELIVERBY"},
};

static void add(pf_model_offer_lines *lines, const char *line) {
    if (lines->count == PF_MODEL_OFFER_LINES) return;
    snprintf(lines->lines[lines->count++], PF_MODEL_OFFER_LINE, "%s", line);
}

/* RFC 9422 section 4: at least one limit, or no keyword. */
static void add_limits(const pf_model_offer *offer, pf_model_offer_lines *lines) {
    char line[PF_MODEL_OFFER_LINE] = "LIMITS";
    const struct {
        const char *name;
        uint32_t limit;
    } limits[] = {{"RCPTMAX", offer->recipients}, {"MAILMAX", offer->messages}, {"RCPTDOMAINMAX", offer->domains}};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        size_t size = strlen(line);
        if (limits[i].limit != 0) snprintf(line + size, sizeof line - size, " %s=%u", limits[i].name, limits[i].limit);
    }
    if (strcmp(line, "LIMITS") != 0) add(lines, line);
}

/* RFC 4954 section 3: the mechanisms behind the keyword, as many as fit into the line. One that would send a password
 * in clear is not for everybody (section 4). */
static void add_auth(const pf_model_offer *offer, pf_model_offer_lines *lines) {
    char line[PF_MODEL_OFFER_LINE] = "AUTH";
    for (size_t i = 0; i < offer->mechanism_count; i++) {
        size_t size = strlen(line);
        if (offer->mechanisms[i].in_clear && !offer->tls && !offer->clear_allowed) continue;
        if (size + 1 + strlen(offer->mechanisms[i].name) >= sizeof line) continue;
        snprintf(line + size, sizeof line - size, " %s", offer->mechanisms[i].name);
    }
    if (strcmp(line, "AUTH") != 0) add(lines, line);
}

/* What a server says of extensions that are its own: lines that are neither empty nor too long, behind all others. */
static void add_further(const pf_model_offer *offer, pf_model_offer_lines *lines) {
    const size_t frame = strlen("250-\r\n");
    char line[PF_MODEL_OFFER_LINE];
    size_t used = 0;

    for (size_t i = 0; i < lines->count; i++) used += frame + strlen(lines->lines[i]);
    for (size_t i = 0; i < offer->further_count; i++) {
        const size_t size = offer->further[i].size;
        if (size == 0 || size >= sizeof line || used + frame + size > offer->room) continue;
        snprintf(line, sizeof line, "%.*s", (int)size, offer->further[i].text);
        add(lines, line);
        used += frame + size;
    }
}

void pf_model_offer_of(const pf_model_offer *offer, pf_model_offer_lines *lines) {
    char line[PF_MODEL_OFFER_LINE];
    lines->count = 0;
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if ((offer->extensions & plain[i].bit) != 0) add(lines, plain[i].keyword);
    if ((offer->extensions & PF_EXTENSION_SIZE) != 0) { /* RFC 1870 section 4: 0, or no number: no fixed maximum */
        snprintf(line, sizeof line, offer->size != 0 ? "SIZE %llu" : "SIZE", (unsigned long long)offer->size);
        add(lines, line);
    }
    /* RFC 3207 section 4.2: not once TLS is there. */
    if ((offer->extensions & PF_EXTENSION_STARTTLS) != 0 && !offer->tls) add(lines, "STARTTLS");
    if ((offer->extensions & PF_EXTENSION_AUTH) != 0) add_auth(offer, lines);
    if ((offer->extensions & PF_EXTENSION_LIMITS) != 0) add_limits(offer, lines);
    if ((offer->extensions & PF_EXTENSION_FUTURERELEASE) != 0) {
        /* RFC 4865 section 3: the longest interval, of nine digits, and the latest date that can be written. */
        const uint32_t longest = 999999999;
        const uint32_t most = offer->hold != 0 && offer->hold < longest ? offer->hold : longest;
        snprintf(line, sizeof line, "FUTURERELEASE %u 9999-12-31T23:59:59Z", most);
        add(lines, line);
    }
    add_further(offer, lines);
}
