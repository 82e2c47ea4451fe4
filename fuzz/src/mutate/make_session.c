/* make_session.c: whole sessions under the test policy, groups of commands, and the ways in which a session goes wrong.
 * Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "grammar.h"

/* Bits of the options in the last line of a session file (postern/fuzz/target.h). */
enum { LMTP = 1, NO_EXTENSIONS = 2, PENDING = 4, REQUIRE_TLS = 8, REQUIRE_AUTH = 16, ERROR_BUDGET = 32 };

static void put_hello(pf_maker *maker, uint32_t options) {
    const bool lmtp = (options & LMTP) != 0;
    pf_make_command(maker, lmtp ? PF_VERB_LHLO : PF_VERB_EHLO, PF_IN_SESSION);
}

/* ---- Transactions ---- */

static void put_mail(pf_maker *maker, uint32_t options) {
    if ((options & NO_EXTENSIONS) == 0) {
        pf_make_command(maker, PF_VERB_MAIL, PF_IN_SESSION);
        return;
    }
    PF_PUT(maker, "MAIL FROM:");
    pf_make_reverse_path(maker);
    PF_PUT(maker, "\r\n");
}

static void put_rcpts(pf_maker *maker, uint32_t options) {
    for (size_t left = pf_one_in(maker, 3) ? pf_between(maker, 2, 4) : 1; left > 0; left--) {
        if ((options & NO_EXTENSIONS) == 0) {
            pf_make_command(maker, PF_VERB_RCPT, PF_IN_SESSION);
        } else {
            PF_PUT(maker, "RCPT TO:");
            pf_make_forward_path(maker);
            PF_PUT(maker, "\r\n");
        }
    }
}

static void put_data(pf_maker *maker) {
    pf_make_command(maker, PF_VERB_DATA, PF_IN_SESSION);
    pf_make_body(maker);
}

static void put_chunks(pf_maker *maker) {
    for (size_t left = pf_below(maker, 3); left > 0; left--) {
        pf_make_chunk(maker, false);
        if (pf_one_in(maker, 8)) PF_PUT(maker, "NOOP\r\n");
    }
    pf_make_chunk(maker, true);
}

static void put_noise(pf_maker *maker) {
    static const uint8_t verbs[] = {PF_VERB_NOOP, PF_VERB_VRFY, PF_VERB_HELP};
    pf_make_command(maker, (pf_verb)verbs[pf_below(maker, sizeof verbs)], PF_IN_SESSION);
}

static void put_transaction(pf_maker *maker, uint32_t options) {
    put_mail(maker, options);
    if (pf_one_in(maker, 8)) put_noise(maker);
    put_rcpts(maker, options);
    if (pf_one_in(maker, 8)) put_noise(maker);
    if (pf_one_in(maker, 12))
        pf_make_command(maker, PF_VERB_RSET, PF_IN_SESSION);
    else if (pf_one_in(maker, 3) && (options & NO_EXTENSIONS) == 0)
        put_chunks(maker);
    else
        put_data(maker);
}

void pf_make_transaction(pf_maker *maker) {
    put_transaction(maker, 0);
}

/* ---- Sessions ---- */

static uint32_t draw_options(pf_maker *maker) {
    static const uint8_t options[] = {LMTP, LMTP, LMTP | PENDING, NO_EXTENSIONS, PENDING, ERROR_BUDGET};

    return pf_one_in(maker, 4) ? options[pf_below(maker, sizeof options)] : 0;
}

/* Hello, and now and then TLS and AUTH, in this order. */
static void put_opening(pf_maker *maker, uint32_t options) {
    const bool extensions = (options & NO_EXTENSIONS) == 0;

    if (pf_one_in(maker, 10)) put_noise(maker);
    put_hello(maker, options);
    if (extensions && pf_one_in(maker, 6)) {
        pf_make_starttls(maker, false);
        put_hello(maker, options);
    }
    if (extensions && pf_one_in(maker, 6)) pf_make_auth(maker, true);
}

static void put_closing(pf_maker *maker, uint32_t options) {
    if (options != 0)
        pf_make_options(maker, options);
    else if (!pf_one_in(maker, 4))
        PF_PUT(maker, "QUIT\r\n");
}

void pf_make_session(pf_maker *maker) {
    const uint32_t options = draw_options(maker);

    put_opening(maker, options);
    for (size_t left = pf_one_in(maker, 3) ? pf_below(maker, 3) : 1; left > 0; left--) {
        put_transaction(maker, options);
        if (pf_one_in(maker, 8)) put_noise(maker);
    }
    put_closing(maker, options);
}

/* ---- Groups: what can be put between two commands, in its place or not ---- */

static void put_path_wrong(pf_maker *maker) {
    if (pf_one_in(maker, 2))
        PF_PUT(maker, "MAIL FROM:<");
    else
        PF_PUT(maker, "RCPT TO:<");
    pf_make_fault(maker, &pf_faults_address);
    PF_PUT(maker, ">\r\n");
}

/* On MAIL, which is answered the more often: RCPT needs one before it. */
static void put_parameters_odd(pf_maker *maker) {
    PF_PUT(maker, "MAIL FROM:<a@b.example>");
    pf_make_parameter(maker);
    if (pf_one_in(maker, 3)) pf_make_parameter(maker);
    PF_PUT(maker, "\r\n");
    if (pf_one_in(maker, 2)) PF_PUT(maker, "RSET\r\n");
}

/* Each is answered, and most leave the session as it was: a few are as good as one. */
static void group_of_fault(pf_maker *maker) {
    for (size_t left = pf_between(maker, 1, 4); left > 0; left--) {
        switch (pf_below(maker, 5)) {
        case 0: pf_make_fault(maker, &pf_faults_command); break;
        case 1: put_path_wrong(maker); break;
        case 2: put_parameters_odd(maker); break;
        default: pf_make_any_command(maker, PF_IN_SESSION); break;
        }
    }
}

static void group_of_hello(pf_maker *maker) {
    static const uint8_t verbs[] = {PF_VERB_EHLO, PF_VERB_EHLO, PF_VERB_HELO, PF_VERB_LHLO};
    pf_make_command(maker, (pf_verb)verbs[pf_below(maker, sizeof verbs)], PF_IN_SESSION);
}

static void group_of_envelope(pf_maker *maker) {
    put_mail(maker, 0);
    put_rcpts(maker, 0);
    if (pf_one_in(maker, 2)) pf_make_command(maker, PF_VERB_DATA, PF_IN_SESSION);
}

static void group_of_refusals(pf_maker *maker) {
    PF_PUT(maker, "MAIL FROM:<");
    if (pf_one_in(maker, 3))
        pf_make_mailbox_refused(maker);
    else
        PF_PUT(maker, "a@b.example");
    PF_PUT(maker, ">\r\nRCPT TO:<");
    pf_make_mailbox_refused(maker);
    PF_PUT(maker, ">\r\n");
    if (pf_one_in(maker, 2)) PF_PUT(maker, "RCPT TO:<c@d.example>\r\n");
    if (pf_one_in(maker, 3))
        put_chunks(maker);
    else
        put_data(maker);
    if (pf_one_in(maker, 2)) PF_PUT(maker, "DATA\r\n.\r\n"); /* the envelope is gone */
}

static void group_of_chunks(pf_maker *maker) {
    if (pf_one_in(maker, 2)) PF_PUT(maker, "MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\n");
    for (size_t left = pf_between(maker, 1, 3); left > 0; left--) pf_make_chunk(maker, pf_one_in(maker, 3));
}

static void group_of_smuggling(pf_maker *maker) {
    PF_PUT(maker, "MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n");
    pf_make_content(maker);
    do pf_make_end_of_data(maker);
    while (!pf_one_in(maker, 3));
    pf_make_canaries(maker);
    if (!pf_one_in(maker, 4)) PF_PUT(maker, "\r\n.\r\n");
}

/* Attempts that fail leave another one. */
static void group_of_auth(pf_maker *maker) {
    while (!pf_one_in(maker, 3)) pf_make_auth_broken(maker);
    pf_make_auth(maker, pf_one_in(maker, 2));
}

static void group_of_tls(pf_maker *maker) {
    pf_make_starttls(maker, pf_one_in(maker, 2));
    if (pf_one_in(maker, 2)) PF_PUT(maker, "EHLO client.example\r\n");
}

/* A transaction is open, something ends it or does not, and something else tells whether it is still there. */
static void group_of_reset(pf_maker *maker) {
    static const pf_word resets[] = {W("RSET\r\n"),
                                     W("HELO c.example\r\n"),
                                     W("EHLO c.example\r\n"),
                                     W("LHLO c.example\r\n"),
                                     W("VRFY a\r\n"),
                                     W("EXPN a\r\n"),
                                     W("HELP\r\n"),
                                     W("NOOP\r\n"),
                                     W("XYZZY\r\n"),
                                     W("STARTTLS\r\n"),
                                     W("AUTH PLAIN AHVzZXIAcGFzcw==\r\n"),
                                     W("MAIL FROM:<x@y.example>\r\n"),
                                     W("RCPT TO:<reject-a@b.example>\r\n"),
                                     W("DATA x\r\n"),
                                     W("DATA\r\na\r\n.\r\n"),
                                     W("BDAT 2 LAST\r\na\n"),
                                     W("BDAT 2\r\na\n"),
                                     W("BDAT 2\r\n\r\n"),
                                     W("BDAT 0 LAST\r\n")};
    static const pf_word probes[] = {W("RCPT TO:<e@f.example>\r\n"),   W("DATA\r\n"), W("BDAT 3 LAST\r\nabc"),
                                     W("MAIL FROM:<e@f.example>\r\n"), W("RSET\r\n"), W("BDAT 0\r\n")};

    PF_PUT(maker, "MAIL FROM:<a@b.example>\r\n");
    if (!pf_one_in(maker, 3)) PF_PUT(maker, "RCPT TO:<c@d.example>\r\n");
    PF_PUT_ONE_OF(maker, resets);
    for (size_t left = pf_between(maker, 1, 2); left > 0; left--) PF_PUT_ONE_OF(maker, probes);
}

static void group_of_one(pf_maker *maker) {
    static const pf_word lines[] = {W("RSET\r\n"),
                                    W("NOOP\r\n"),
                                    W("QUIT\r\n"),
                                    W("VRFY a\r\n"),
                                    W("DATA\r\n"),
                                    W("MAIL FROM:<a@b.example>\r\n"),
                                    W("RCPT TO:<c@d.example>\r\n"),
                                    W(".\r\n"),
                                    W("EHLO client.example\r\n"),
                                    W("\r\n"),
                                    W("HELO c.example\r\n"),
                                    W("STARTTLS now\r\n"),
                                    W("rset\r\n"),
                                    W("ehlo c.example\r\n")};
    PF_PUT_ONE_OF(maker, lines);
}

void pf_make_group(pf_maker *maker) {
    static void (*const groups[])(
        pf_maker *) = {group_of_fault,    group_of_fault,  group_of_fault,     group_of_hello,      group_of_envelope,
                       group_of_refusals, group_of_chunks, group_of_smuggling, pf_make_transaction, group_of_auth,
                       group_of_tls,      group_of_one,    group_of_one,       group_of_reset};
    groups[pf_below(maker, sizeof groups / sizeof *groups)](maker);
}

void pf_make_groups(pf_maker *maker, size_t most) {
    for (size_t left = pf_between(maker, 1, most); left > 0; left--) {
        const size_t begin = maker->size;
        pf_make_group(maker);
        if (!maker->full || begin == 0) continue;
        maker->size = begin; /* the next may be shorter */
        maker->full = false;
    }
}

void pf_make_pile(pf_maker *maker) {
    enum { MOST = 8, OPTIONS = 16 }; /* octets of the line of the options */
    const uint32_t options = draw_options(maker);
    const size_t reserved = options == 0 ? 0 : OPTIONS;

    if (maker->capacity - maker->size < reserved) {
        maker->full = true;
        return;
    }
    maker->capacity -= reserved;
    put_hello(maker, options);
    if (!maker->full) pf_make_groups(maker, MOST);
    maker->capacity += reserved;
    if (options != 0) pf_make_options(maker, options);
}

/* ---- Faults ---- */

static void begin(pf_maker *maker) {
    PF_PUT(maker, "EHLO client.example\r\n");
    if (pf_one_in(maker, 3)) put_transaction(maker, 0);
}

static void end(pf_maker *maker) {
    if (pf_one_in(maker, 3)) PF_PUT(maker, "RSET\r\n");
    if (pf_one_in(maker, 4)) put_transaction(maker, 0);
    if (pf_one_in(maker, 2)) PF_PUT(maker, "QUIT\r\n");
}

static void order(pf_maker *maker) {
    static const pf_word words[] = {
        W("RCPT TO:<c@d.example>\r\n"),
        W("DATA\r\n"),
        W("BDAT 3 LAST\r\nabc"),
        W("BDAT 6\r\nRSET\r\n"),
        W("MAIL FROM:<a@b.example>\r\nMAIL FROM:<a@b.example>\r\n"),
        W("MAIL FROM:<a@b.example>\r\nDATA\r\n"),
        W("MAIL FROM:<a@b.example>\r\nBDAT 0 LAST\r\n"),
        W("MAIL FROM:<a@b.example>\r\nSTARTTLS\r\n"),
        W("MAIL FROM:<a@b.example>\r\nAUTH PLAIN AHVzZXIAcGFzcw==\r\n"),
        W("AUTH PLAIN AHVzZXIAcGFzcw==\r\nAUTH PLAIN AHVzZXIAcGFzcw==\r\n"),
        W("STARTTLS\r\n\x16\x03"
          "EHLO c.example\r\nSTARTTLS\r\n"),
        W("STARTTLS\r\n\x16\x03"
          "MAIL FROM:<a@b.example>\r\n"),
        W("MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nBDAT 3\r\nabcDATA\r\nRSET\r\n"),
        W("MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nBDAT 3\r\nabcMAIL FROM:<>\r\nRSET\r\n"),
        W("MAIL FROM:<a@b.example> BODY=BINARYMIME\r\nRCPT TO:<c@d.example>\r\nDATA\r\nRSET\r\n")};

    if (!pf_one_in(maker, 8)) begin(maker);
    PF_PUT_ONE_OF(maker, words);
    end(maker);
}

static void refusal(pf_maker *maker) {
    begin(maker);
    if (pf_one_in(maker, 4)) {
        PF_PUT(maker, "MAIL FROM:<reject-a@b.example>\r\n");
    } else {
        PF_PUT(maker, "MAIL FROM:<a@b.example>\r\nRCPT TO:<");
        pf_make_mailbox_refused(maker);
        PF_PUT(maker, ">\r\nRCPT TO:<c@d.example>\r\n");
        if (pf_one_in(maker, 3))
            put_chunks(maker);
        else
            put_data(maker);
    }
    end(maker);
}

static void command(pf_maker *maker) {
    begin(maker);
    if (pf_one_in(maker, 3)) PF_PUT(maker, "MAIL FROM:<>\r\n");
    pf_make_fault(maker, pf_one_in(maker, 4) ? &pf_faults_parameter : &pf_faults_command);
    end(maker);
}

static void message(pf_maker *maker) {
    begin(maker);
    PF_PUT(maker, "MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n");
    pf_faults_data.list[pf_below(maker, 2)].make(maker);
    end(maker);
}

static void auth(pf_maker *maker) {
    begin(maker);
    pf_make_auth(maker, false);
    end(maker);
}

static void recipients(pf_maker *maker) {
    begin(maker);
    PF_PUT(maker, "MAIL FROM:<>\r\n");
    for (int i = 0; i < 101; i++) PF_PUT(maker, "RCPT TO:<a@b>\r\n");
    end(maker);
}

static void required(pf_maker *maker) {
    static const uint8_t options[] = {REQUIRE_TLS, REQUIRE_AUTH, REQUIRE_TLS | REQUIRE_AUTH};

    PF_PUT(maker, "EHLO client.example\r\nMAIL FROM:<a@b.example>\r\n");
    pf_make_options(maker, options[pf_below(maker, sizeof options)]);
}

static void budget(pf_maker *maker) {
    PF_PUT(maker, "EHLO client.example\r\n");
    for (int i = 0; i < 22; i++) PF_PUT(maker, "DATA\r\n");
    pf_make_options(maker, ERROR_BUDGET);
}

static void not_offered(pf_maker *maker) {
    static const pf_word words[] = {W("MAIL FROM:<a@b.example> SIZE=1\r\n"), W("BDAT 3 LAST\r\nabc"), W("STARTTLS\r\n"),
                                    W("AUTH PLAIN AHVzZXIAcGFzcw==\r\n"), W("MAIL FROM:<a@b.example> SMTPUTF8\r\n")};
    const bool helo = pf_one_in(maker, 2);

    if (helo)
        PF_PUT(maker, "HELO client.example\r\n");
    else
        PF_PUT(maker, "EHLO client.example\r\n");
    PF_PUT_ONE_OF(maker, words);
    if (!helo) pf_make_options(maker, NO_EXTENSIONS);
}

static const pf_wrong faults[] = {
    {"order", "503", order},
    {"refusal", "550 450 554 451", refusal},
    {"command", "500 501 502 503 504 553 555", command},
    {"message", "554", message},
    {"auth", "501 504 535 500", auth},
    {"recipients-101", "452", recipients},
    {"required", "530", required},
    {"error-budget", "421", budget},
    {"not-offered", "502 503 504 555 501", not_offered},
};
const pf_faults pf_faults_session = {faults, sizeof faults / sizeof *faults};
