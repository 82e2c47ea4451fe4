/* layer_address.c: the laws of address.h. Toolkit room: fuzz/.
 *
 * REF    a mailbox is what the model takes for one, with the same parts; what is none has the model's error, and at
 *        the model's place; "<>" and "<Postmaster>" are paths where the caller allows them
 * ROUND  in angle brackets it is a path with the same parts; its local-part, unquoted and quoted, is the same
 *
 * SPDX-License-Identifier: MIT */
#include "judging.h"
#include "kin.h"

#include <postern/codec.h>
#include <postern/fuzz/exact.h>
#include <postern/fuzz/libpostern.h>

#include <string.h>

typedef struct trial {
    const uint8_t *input;
    const uint8_t *octets; /* its exact copy */
    size_t size;
    postern_mailbox mailbox;
    bool accepted;
    postern_fault fault;
    pf_violation *violation;
} trial;

static bool wrong(const trial *t, const char *law, const char *expected, const char *seen) {
    (void)pf_unlawful(t->violation, law, "RFC 5321 4.1.2", NULL, t->input, t->size, 0, "%s", seen);
    return pf_expected(t->violation, "%s", expected);
}

/* Which rule failed first, and where, is told in two ways by two recognisers: the reply is the same, and names and
 * places go together. */
static bool same_reply(const trial *t, const pf_model_verdict *verdict) {
    const postern_error_info *info = postern_error_describe(t->fault.error);
    const pf_kin_input input = {t->octets, t->size, PF_KIN_MAILBOX, 0};
    const char *wanted = "";

    if (pf_kin(&input, (pf_told_error){info->name, t->fault.offset}, (pf_told_error){verdict->error, verdict->offset},
               &wanted) &&
        info->code == verdict->code)
        return true;
    (void)pf_unlawful(t->violation, "REF", "RFC 5321 4.1.2", NULL, t->input, t->size, t->fault.offset, "%d, %s at %zu",
                      info->code, info->name, t->fault.offset);
    return pf_expected(t->violation, "%s of %d, %s at %zu", info->code == verdict->code ? wanted : "the reply",
                       verdict->code, verdict->error, verdict->offset);
}

/* Does the slice stand there in the input? */
static bool stands(const trial *t, postern_slice slice, pf_span span) {
    return slice.data == t->octets + span.begin && slice.size == span.end - span.begin;
}

static bool as_model(const trial *t) {
    static const pf_domain_kind kinds[] = {[POSTERN_DOMAIN_NONE] = PF_DOMAIN_NONE,
                                           [POSTERN_DOMAIN_NAME] = PF_DOMAIN_NAME,
                                           [POSTERN_DOMAIN_IPV4] = PF_DOMAIN_IPV4,
                                           [POSTERN_DOMAIN_IPV6] = PF_DOMAIN_IPV6,
                                           [POSTERN_DOMAIN_GENERAL] = PF_DOMAIN_GENERAL};
    const postern_mailbox *mailbox = &t->mailbox;
    pf_model_path path;
    pf_model_path ascii_path;
    const pf_model_verdict verdict = pf_model_check_address(t->octets, t->size, true, &path);

    if ((verdict.result == PF_ACCEPT) != t->accepted)
        return wrong(t, "REF", verdict.error != NULL ? verdict.error : "a mailbox",
                     t->accepted ? "a mailbox" : postern_error_describe(t->fault.error)->name);
    if (!t->accepted) return same_reply(t, &verdict);
    if (!stands(t, mailbox->raw, (pf_span){0, t->size})) return wrong(t, "REF", "all octets of the mailbox", "others");
    if (!stands(t, mailbox->local, path.local) || !stands(t, mailbox->domain, path.domain))
        return wrong(t, "REF", "local-part and domain as the model has them", "others");
    if (kinds[mailbox->kind] != path.kind || mailbox->quoted != path.quoted)
        return wrong(t, "REF", "the kind of the domain, and quotes, as the model has them", "others");
    const bool ascii = pf_model_check_address(t->octets, t->size, false, &ascii_path).result == PF_ACCEPT;
    return ascii == !mailbox->non_ascii || wrong(t, "REF", "non-ASCII octets as the model sees them", "others");
}

static bool is_postmaster(const trial *t) {
    static const char word[] = "postmaster";
    size_t at = 0;

    while (at < t->size && word[at] != '\0' && (t->input[at] | 32) == word[at]) at++;
    return at == t->size && word[at] == '\0';
}

/* What a path is without a mailbox. */
static bool is_bare(const postern_path *path, bool null, bool postmaster) {
    return path->null == null && path->postmaster == postmaster && path->mailbox.kind == POSTERN_DOMAIN_NONE &&
           path->mailbox.domain.data == NULL;
}

/* In brackets, to a caller who allows these. */
static bool as_path(const trial *t, unsigned allowed) {
    static uint8_t bracketed[POSTERN_PATH_MAX + 8];
    const bool null = t->size == 0 && allowed & POSTERN_PATH_NULL;
    const bool postmaster = is_postmaster(t) && allowed & POSTERN_PATH_POSTMASTER;
    const bool lawful = t->accepted || null || postmaster;
    postern_path path;
    postern_fault fault;

    if (t->size > sizeof bracketed - 2) return true;
    const bool route = t->size > 0 && t->input[0] == '@';
    bracketed[0] = '<';
    memcpy(bracketed + 1, t->input, t->size);
    bracketed[t->size + 1] = '>';
    const uint8_t *copy = pf_exact_copy(bracketed, t->size + 2);
    const bool accepted = postern_path_parse(&path, copy, t->size + 2, allowed, &fault) == POSTERN_COMPLETE;
    if (accepted) pf_touch_path(&path);
    pf_exact_release();
    /* The input may hold a ">" of its own, and a route: such paths are fuzz_command's. */
    if (accepted && (path.raw.size != t->size + 2 || path.route.data != NULL || route)) return true;
    if (accepted != lawful)
        return wrong(t, t->accepted ? "ROUND" : "REF", lawful ? "a path" : "no path",
                     accepted ? "a path" : postern_error_describe(fault.error)->name);
    if (null || postmaster)
        return is_bare(&path, null, postmaster) || wrong(t, "REF", "a path without a mailbox", "another");
    return !accepted ||
           (path.mailbox.local.size == t->mailbox.local.size && path.mailbox.domain.size == t->mailbox.domain.size &&
            path.mailbox.local.data == copy + 1 && path.mailbox.kind == t->mailbox.kind &&
            path.mailbox.quoted == t->mailbox.quoted && path.mailbox.non_ascii == t->mailbox.non_ascii && !path.null &&
            !path.postmaster) ||
           wrong(t, "ROUND", "the same parts in brackets", "others");
}

/* To a caller of each kind, or of one. */
static bool as_paths(const trial *t, bool thorough) {
    enum { ALL = POSTERN_PATH_NULL | POSTERN_PATH_POSTMASTER };
    const unsigned chosen = pf_hash(t->input, t->size) & ALL;

    for (unsigned allowed = thorough ? 0 : chosen; allowed <= (thorough ? ALL : chosen); allowed++)
        if (!as_path(t, allowed)) return false;
    return true;
}

/* A local-part means the same behind unquoting and quoting. */
static bool local_part_round(const trial *t) {
    uint8_t value[POSTERN_LOCAL_PART_MAX];
    uint8_t quoted[2 * POSTERN_LOCAL_PART_MAX + 2];
    uint8_t again[2 * POSTERN_LOCAL_PART_MAX + 2];
    const postern_slice local = t->mailbox.local;
    postern_fault fault;
    size_t n;
    size_t m;
    size_t k;

    if (postern_local_part_unquote(value, sizeof value, local.data, local.size, &n, &fault) != POSTERN_COMPLETE)
        return wrong(t, "ROUND", "a local-part that can be unquoted", postern_error_describe(fault.error)->name);
    if (postern_local_part_quote(quoted, sizeof quoted, value, n, &m, &fault) != POSTERN_COMPLETE)
        return wrong(t, "ROUND", "a value that can be quoted", postern_error_describe(fault.error)->name);
    if (postern_local_part_unquote(again, sizeof again, quoted, m, &k, &fault) != POSTERN_COMPLETE || k != n ||
        memcmp(again, value, n) != 0)
        return wrong(t, "ROUND", "unquote(quote(x)) = x", "another value");
    return t->mailbox.quoted || (m == local.size && memcmp(quoted, local.data, m) == 0) ||
           wrong(t, "ROUND", "a Dot-string to stay as it is", "another");
}

/* The domain, alone, is of the same kind, and none to the function for the other kind from its first octet on; with a
 * bracket behind it, it is none. */
static bool domain_alone(const trial *t) {
    static uint8_t longer[POSTERN_PATH_MAX + 1];
    const postern_slice domain = t->mailbox.domain;
    postern_domain_kind kind;
    postern_fault fault;
    const bool literal = domain.data[0] == '[';
    const postern_status status = literal ? postern_literal_parse(&kind, domain.data, domain.size, &fault)
                                          : postern_domain_parse(&kind, domain.data, domain.size, &fault);

    if (status != POSTERN_COMPLETE || kind != t->mailbox.kind)
        return wrong(t, "ROUND", "the domain alone to be of the same kind", "another");
    const postern_status other = literal ? postern_domain_parse(&kind, domain.data, domain.size, &fault)
                                         : postern_literal_parse(&kind, domain.data, domain.size, &fault);
    if (other != POSTERN_WRONG || fault.offset != 0)
        return wrong(t, "ROUND", "no domain to the function for the other kind", "one");
    PF_CHECK(domain.size < sizeof longer);
    memcpy(longer, domain.data, domain.size);
    longer[domain.size] = ']';
    const postern_status more = literal ? postern_literal_parse(&kind, longer, domain.size + 1, &fault)
                                        : postern_domain_parse(&kind, longer, domain.size + 1, &fault);
    return (more == POSTERN_WRONG && fault.offset == domain.size) ||
           wrong(t, "ROUND", "no domain with a bracket behind it", "one");
}

bool pf_laws_address(const uint8_t *octets, size_t size, bool thorough, pf_violation *violation) {
    trial t = {.input = octets, .octets = pf_exact_copy(octets, size), .size = size, .violation = violation};

    t.accepted = postern_mailbox_parse(&t.mailbox, t.octets, size, &t.fault) == POSTERN_COMPLETE;
    PF_CHECK(t.accepted || (t.fault.error != POSTERN_ERROR_NONE && t.fault.offset <= size));
    if (t.accepted) {
        pf_touch_slice(t.mailbox.raw);
        pf_touch_slice(t.mailbox.local);
        pf_touch_slice(t.mailbox.domain);
    }
    bool good = as_model(&t) && (!t.accepted || (local_part_round(&t) && domain_alone(&t)));
    pf_exact_release();
    return good && as_paths(&t, thorough) && (!thorough || pf_holds_nearby(pf_laws_address, octets, size, violation));
}
