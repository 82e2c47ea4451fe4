/* mail.c: the arguments of the greeting, of the envelope and of VRFY. Room: fuzz/bugbench.
 *
 * Each works on a copy of its argument, as C programs do.
 *
 * SPDX-License-Identifier: MIT */
#include "server.h"

#include <stdio.h>
#include <string.h>

static bool is_ascii(const char *from, const char *to) {
    for (; from < to; from++)
        if ((unsigned char)*from > 127) return false;
    return true;
}

static int ehlo(bench_server *s, const char *name, bool esmtp) {
    bool too_long = false;
    const bool literal = esmtp && name[0] == '[';
    const char *end = literal ? bench_literal(name) : bench_domain(name, false, &too_long);

    if (end == NULL || *end != '\0' || too_long) return 501;
    if (literal && end - name > DOMAIN_LIMIT) return 501;
    return bench_spool_hello(s, name) ? 250 : 0;
}

/* What the policy of the test sessions says of a mailbox. */
static int policy(const bench_mailbox *mailbox) {
    static const char reject[] = "reject-";
    static const char defer[] = "defer-";

    if (mailbox->local_size >= sizeof reject - 1 && memcmp(mailbox->local, reject, sizeof reject - 1) == 0) return 550;
    if (mailbox->local_size >= sizeof defer - 1 && memcmp(mailbox->local, defer, sizeof defer - 1) == 0) return 450;
    return 250;
}

/* What it says at the end of the message. */
static int16_t body_policy(const bench_mailbox *mailbox) {
    static const char reject[] = "bodyreject-";
    static const char defer[] = "bodydefer-";

    if (mailbox->local_size >= sizeof reject - 1 && memcmp(mailbox->local, reject, sizeof reject - 1) == 0) return 554;
    if (mailbox->local_size >= sizeof defer - 1 && memcmp(mailbox->local, defer, sizeof defer - 1) == 0) return 451;
    return 250;
}

/* The trace of a transaction: only what it asked to be known by. */
static void trace(bench_server *s, const bench_parameters *parameters) {
    char text[256];

    if (parameters->envelope_id == NULL) return;
    const int size =
        snprintf(text, sizeof text, "envelope %.*s", (int)parameters->envelope_id_size, parameters->envelope_id);
    bench_trace(s, text, (size_t)size);
}

static int begin_transaction(bench_server *s, const bench_mailbox *mailbox, const bench_parameters *parameters) {
    const uint32_t before = s->recipients;

    if (parameters->unknown) return 555;
    if (parameters->too_large) return 552;
    const int code = policy(mailbox);
    if (code != 250) return code;
    bench_reset(s);
    if (BUG(29)) s->recipients = before;
    s->state = BUG(29) && before > 0 ? AT_RCPT : AT_MAIL;
    s->smtputf8 = parameters->smtputf8;
    s->eightbit = parameters->eightbit;
    s->binarymime = parameters->binarymime;
    if (!bench_spool_sender(s, mailbox)) return 0;
    trace(s, parameters);
    return 250;
}

static int mail(bench_server *s, const char *text) {
    bench_mailbox mailbox = {.local = "", .domain = ""};
    bench_parameters parameters = {.mail = true, .in_force = s->esmtp && !s->options->no_extensions};

    if (!bench_begins(text, "FROM:")) return 501;
    const char *path = text + strlen("FROM:");
    const char *end = path[0] == '<' && path[1] == '>' ? path + 2 : bench_path_read(path, &mailbox);
    if (end == NULL || mailbox.too_long) return 501;
    int code = 553;
    if (!bench_parameters_read(text, end, &parameters))
        code = parameters.no_memory ? 0 : 501;
    else if (parameters.smtputf8 || is_ascii(path, end))
        code = begin_transaction(s, &mailbox, &parameters);
    bench_free(parameters.envelope_id, parameters.envelope_id_room);
    return code;
}

static int add_recipient(bench_server *s, const bench_mailbox *mailbox, const bench_parameters *parameters) {
    if (parameters->unknown) return 555;
    if (s->recipients >= RECIPIENTS_LIMIT) return 452;
    const int code = policy(mailbox);
    if (code != 250) return code;
    s->verdict[s->recipients++] = body_policy(mailbox);
    s->state = AT_RCPT;
    return 250;
}

static int rcpt(bench_server *s, const char *text) {
    bench_mailbox mailbox = {.local = "", .domain = ""};
    bench_parameters parameters = {.in_force = s->esmtp && !s->options->no_extensions, .smtputf8 = s->smtputf8};

    if (!bench_begins(text, "TO:")) return 501;
    const char *path = text + strlen("TO:");
    const char *end =
        bench_begins(path, "<Postmaster>") ? path + strlen("<Postmaster>") : bench_path_read(path, &mailbox);
    if (end == NULL || mailbox.too_long) return 501;
    if (!bench_parameters_read(text, end, &parameters)) return parameters.no_memory ? 0 : 501;
    if (!s->smtputf8 && !is_ascii(path, end)) return 553;
    return add_recipient(s, &mailbox, &parameters);
}

static int vrfy(bench_server *s, const char *text) {
    const bool in_force = s->esmtp && !s->options->no_extensions;
    bool asked = s->smtputf8;
    bench_mailbox mailbox = {.local = "", .domain = ""};
    const char *end = bench_mailbox_read(text, true, &mailbox);

    if (end != NULL && mailbox.too_long) return 501;
    if (end == NULL) end = *text == '"' ? bench_quoted(text, true) : bench_atom(text, true);
    if (end == NULL) return 501;
    const char *words = end;
    if (in_force && bench_begins(end, " SMTPUTF8")) {
        asked = true;
        end += strlen(" SMTPUTF8");
    }
    if (*end != '\0') return 501;
    return asked || is_ascii(text, words) ? 252 : 553;
}

typedef int bench_action(bench_server *s, const char *text);

/* Run an action on an exact copy of its argument. */
static int on_copy(bench_server *s, const char *argument, bench_action *action) {
    if (argument == NULL) return 501;
    const size_t size = strlen(argument);
    char *text = bench_copy(argument, size);
    if (text == NULL) return 0;
    const int code = action(s, text);
    bench_free(text, size + 1);
    return code;
}

static int ehlo_esmtp(bench_server *s, const char *text) {
    return ehlo(s, text, true);
}

static int ehlo_plain(bench_server *s, const char *text) {
    return ehlo(s, text, false);
}

int bench_ehlo(bench_server *s, const char *argument, bool esmtp) {
    return on_copy(s, argument, esmtp ? ehlo_esmtp : ehlo_plain);
}

int bench_mail(bench_server *s, const char *argument) {
    if (argument != NULL && !bench_spool_name(argument)) return 0;
    return on_copy(s, argument, mail);
}

int bench_rcpt(bench_server *s, const char *argument) {
    if (argument != NULL && !bench_spool_name(argument)) return 0;
    return on_copy(s, argument, rcpt);
}

int bench_vrfy(bench_server *s, const char *argument) {
    return on_copy(s, argument, vrfy);
}
