/* policy_offer.c: REF, what EHLO and LHLO offer is what the configuration says. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "policy_reading.h"

#include "model/grammar.h"

#include <stdio.h>
#include <string.h>

/* The next line of the reply, without its code. Returns: false behind the last. */
static bool next_line(const pf_policy_reading *r, size_t *at, const uint8_t **line, size_t *size) {
    const uint8_t *octets = pf_log_octets(r->run->log, r->event);

    if (*at + 4 > r->event->size) return false;
    *line = octets + *at + 4;
    const uint8_t *end = memchr(*line, '\r', r->event->size - *at - 4);
    if (end == NULL) return false;
    *size = (size_t)(end - *line);
    *at += 4 + *size + 2;
    return true;
}

static pf_model_offer offer_of(const pf_policy_reading *r) {
    const postern_config *config = &pf_policed.config;
    pf_model_offer offer = {.extensions = config->extensions & PF_EXTENSIONS_SESSION,
                            .tls = r->tls,
                            .size = config->max_message_size,
                            .recipients = config->max_recipients,
                            .messages = config->limits_mailmax,
                            .domains = config->limits_rcptdomainmax,
                            .hold = config->futurerelease_max,
                            .clear_allowed = config->plaintext_auth};

    for (; offer.mechanism_count < config->mechanism_count; offer.mechanism_count++) {
        const postern_mechanism *mechanism = config->mechanisms[offer.mechanism_count];
        offer.mechanisms[offer.mechanism_count].name = mechanism->name;
        offer.mechanisms[offer.mechanism_count].in_clear = mechanism->plaintext;
    }
    for (; offer.further_count < config->keyword_count; offer.further_count++) {
        offer.further[offer.further_count].text = (const char *)config->keywords[offer.further_count].data;
        offer.further[offer.further_count].size = config->keywords[offer.further_count].size;
    }
    return offer;
}

static bool begins_with_domain(const uint8_t *line, size_t size) {
    postern_slice domain = pf_policed.config.domain;

    if (domain.size == 0 || domain.size > POSTERN_DOMAIN_MAX)
        domain = (postern_slice){(const uint8_t *)"localhost", strlen("localhost")};
    return size >= domain.size && memcmp(line, domain.data, domain.size) == 0 &&
           (size == domain.size || line[domain.size] == ' ');
}

/* All lines that the model has, each once, and no other. */
bool pf_policy_offers(const pf_policy_reading *r) {
    static pf_model_offer_lines expected;
    pf_model_offer offer = offer_of(r);
    const uint8_t *line;
    size_t at = 0, size, count = 0;
    uint32_t seen = 0;

    if (!next_line(r, &at, &line, &size) || !begins_with_domain(line, size))
        return pf_policy_broken(r, &pf_policy_reference, "the domain in the first line");
    offer.room = POSTERN_SESSION_REPLY_MAX - at;
    pf_model_offer_of(&offer, &expected);
    if (pf_is_about(r->event, "HELO")) expected.count = 0;
    while (next_line(r, &at, &line, &size)) {
        count++;
        for (size_t i = 0; i < expected.count; i++)
            if (strlen(expected.lines[i]) == size && memcmp(expected.lines[i], line, size) == 0) seen |= 1u << i;
    }
    for (size_t i = 0; i < expected.count; i++) {
        char words[PF_VIOLATION_TEXT];
        if (seen >> i & 1) continue;
        (void)snprintf(words, sizeof words, "the line %.200s", expected.lines[i]);
        return pf_policy_broken(r, &pf_policy_reference, words);
    }
    return count == expected.count || pf_policy_broken(r, &pf_policy_reference, "no line that nothing stands for");
}
