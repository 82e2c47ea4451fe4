/* command.c: verbs, and the order in which a command is refused. Room: fuzz/bugbench.
 *
 * SPDX-License-Identifier: MIT */
#include "server.h"

#include <string.h>
#include <strings.h>

#define ANYWHERE (AT_START | AT_GREETED | AT_MAIL | AT_RCPT | AT_BDAT)

typedef enum bench_what {
    DO_EHLO,
    DO_LHLO,
    DO_HELO,
    DO_MAIL,
    DO_RCPT,
    DO_DATA,
    DO_RSET,
    DO_NOOP,
    DO_QUIT,
    DO_VRFY,
    DO_HELP,
    DO_STARTTLS,
    DO_AUTH,
    DO_BDAT,
    DO_NOTHING
} bench_what;

typedef struct bench_verb {
    const char *name;
    bench_what what;
    int states;     /* in which it may stand; 0: it is not implemented */
    bool extension; /* it is one */
    bool before_tls;
    bool before_auth;
} bench_verb;

static const bench_verb verbs[] = {
    {"MAIL", DO_MAIL, AT_GREETED, false, false, false},
    {"RCPT", DO_RCPT, AT_MAIL | AT_RCPT, false, false, false},
    {"DATA", DO_DATA, AT_RCPT, false, false, false},
    {"BDAT", DO_BDAT, AT_RCPT | AT_BDAT, true, false, false},
    {"EHLO", DO_EHLO, ANYWHERE, false, true, true},
    {"HELO", DO_HELO, ANYWHERE, false, false, true},
    {"LHLO", DO_LHLO, ANYWHERE, false, true, true},
    {"RSET", DO_RSET, ANYWHERE, false, false, true},
    {"NOOP", DO_NOOP, ANYWHERE, false, true, true},
    {"QUIT", DO_QUIT, ANYWHERE, false, true, true},
    {"VRFY", DO_VRFY, ANYWHERE, false, false, false},
    {"HELP", DO_HELP, ANYWHERE, false, false, false},
    {"STARTTLS", DO_STARTTLS, AT_GREETED, true, true, true},
    {"AUTH", DO_AUTH, AT_GREETED, true, false, true},
    {"EXPN", DO_NOTHING, 0, false, false, false},
    {"TURN", DO_NOTHING, 0, false, false, false},
    {"SEND", DO_NOTHING, 0, false, false, false},
    {"SOML", DO_NOTHING, 0, false, false, false},
    {"SAML", DO_NOTHING, 0, false, false, false},
    {"ETRN", DO_NOTHING, 0, false, false, false},
    {"ATRN", DO_NOTHING, 0, false, false, false},
    {"BURL", DO_NOTHING, 0, false, false, false},
    {"XCLIENT", DO_NOTHING, 0, false, false, false},
    {"XFORWARD", DO_NOTHING, 0, false, false, false},
    {"VERB", DO_NOTHING, 0, false, false, false},
    {"ONEX", DO_NOTHING, 0, false, false, false},
};

static char upper(char c) {
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

bool bench_begins(const char *text, const char *word) {
    while (*word != '\0' && upper(*text) == upper(*word)) {
        text++;
        word++;
    }
    return *word == '\0';
}

bool bench_is_word(const char *text, size_t size, const char *word) {
    return strlen(word) == size && strncasecmp(text, word, size) == 0;
}

static bool is_verb(const bench_server *s, const char *text, size_t size, const char *name) {
    if (strlen(name) != size) return false;
    for (size_t i = 0; i < size; i++) {
        const char c = BUG(41) ? (char)(text[i] & 0x7f) : text[i];
        if ((BUG(71) && s->commands > 1 ? c : upper(c)) != name[i]) return false;
    }
    return true;
}

static const bench_verb *find_verb(const bench_server *s, const char *text, size_t size) {
    size_t word = 0;

    while (word < size && text[word] != ' ') word++;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (is_verb(s, text, word, verbs[i].name)) return &verbs[i];
    return NULL;
}

static bool has_extensions(const bench_server *s) {
    return s->esmtp && !s->options->no_extensions;
}

size_t bench_verb_limit(const bench_server *s, const char *verb) {
    if (!has_extensions(s)) return LINE_LIMIT;
    if (strcmp(verb, "MAIL") == 0) return LINE_LIMIT + MAIL_MORE;
    if (strcmp(verb, "RCPT") == 0) return LINE_LIMIT + RCPT_MORE;
    return LINE_LIMIT + (strcmp(verb, "VRFY") == 0 || strcmp(verb, "EXPN") == 0 ? INQUIRY_MORE : 0);
}

static void forget_transaction(bench_server *s) {
    s->smtputf8 = s->eightbit = s->binarymime = false;
    s->recipients = 0;
    bench_spool_forget(s);
}

void bench_reset(bench_server *s) {
    forget_transaction(s);
    s->text_line = 0;
    s->text_cr = false;
    s->violated = false;
    s->held = false;
    s->content = 0;
}

/* Is it known here? LMTP has a greeting of its own (RFC 2033 4.1). */
static bool is_known(const bench_server *s, const bench_verb *verb) {
    if (verb == NULL) return false;
    if (verb->what == DO_LHLO) return s->options->lmtp;
    return !(s->options->lmtp && (verb->what == DO_EHLO || verb->what == DO_HELO));
}

/* What its verb and the state say against a command: 0, or the code. */
static int refusal(const bench_server *s, const bench_verb *verb) {
    if (!is_known(s, verb)) return 500;
    if (verb->states == 0) return BUG(56) && verb->what == DO_NOTHING && verb->name[0] == 'X' ? 999 : 502;
    if (verb->extension && (s->options->no_extensions || (!s->esmtp && s->state != AT_START))) return 502;
    if (s->options->require_tls && !s->tls && !verb->before_tls) return 530;
    if (s->options->require_auth && !s->authenticated && !verb->before_auth) return 530;
    if (BUG(58) && verb->what == DO_DATA && s->state == AT_MAIL) return 0;
    if ((verb->states & (int)s->state) == 0) return 503;
    if (verb->what == DO_STARTTLS && s->tls) return 503;
    if (verb->what == DO_AUTH && s->authenticated) return 503;
    if (verb->what == DO_DATA && s->binarymime) return 503;
    return 0;
}

static void greet(bench_server *s, bool esmtp) {
    if (!(BUG(59) && !esmtp)) {
        bench_reset(s);
        s->state = AT_GREETED;
    }
    if (s->state == AT_START) s->state = AT_GREETED;
    s->esmtp = esmtp;
    bench_line_limit(s, has_extensions(s) ? LINE_LIMIT + MAIL_MORE : LINE_LIMIT);
}

static int hello(bench_server *s, const char *argument, bool esmtp) {
    const int code = bench_ehlo(s, argument, esmtp);

    if (code == 250) greet(s, esmtp);
    return code;
}

/* NOOP: any text (RFC 5321 4.1.1.9). */
static bool is_text(const char *text) {
    while (*text == '\t' || (*text >= ' ' && *text <= '~')) text++;
    return *text == '\0';
}

/* HELP: [ SP String ] */
static bool is_topic(const char *text) {
    const char *end = *text == '"' ? bench_quoted(text, false) : bench_atom(text, false);
    return end != NULL && *end == '\0';
}

static int data(bench_server *s) {
    if (BUG(57) && s->eightbit) bench_reply(s, "DATA", 250);
    s->reading = READ_BODY;
    return 354;
}

static int inquiry(bench_server *s, const char *argument) {
    const int code = bench_vrfy(s, argument);

    if (BUG(29) && code == 252 && (s->state == AT_MAIL || s->state == AT_RCPT)) {
        bench_spool_forget(s);
        s->state = AT_GREETED;
    }
    return code;
}

static int reset(bench_server *s) {
    bench_reset(s);
    if (s->state != AT_START) s->state = AT_GREETED;
    return 250;
}

/* In: argument, NULL when nothing stands behind the verb. */
static int execute(bench_server *s, const bench_verb *verb, const char *argument) {
    const bool alone = verb->what == DO_DATA || verb->what == DO_RSET || verb->what == DO_QUIT ||
                       (verb->what == DO_STARTTLS && !BUG(20));

    if (alone && argument != NULL) return 501;
    switch (verb->what) {
    case DO_EHLO:
    case DO_LHLO: return hello(s, argument, true);
    case DO_HELO: return hello(s, argument, false);
    case DO_MAIL: return bench_mail(s, argument);
    case DO_RCPT: return bench_rcpt(s, argument);
    case DO_DATA: return data(s);
    case DO_RSET: return reset(s);
    case DO_NOOP: return argument == NULL || is_text(argument) ? 250 : 501;
    case DO_QUIT: return 221;
    case DO_VRFY: return inquiry(s, argument);
    case DO_HELP: return argument == NULL || is_topic(argument) ? 214 : 501;
    case DO_STARTTLS: return 220;
    case DO_AUTH: return bench_auth(s, argument);
    default: return 502;
    }
}

/* What came before, to tell one mistake from two. */
static void remember(bench_server *s, int code) {
    const int at = (int)(s->commands % HISTORY_SIZE);

    if (code == 503 && (BUG(38) || at >= 2)) {
        const int before = s->history[at - 2];
        bench_work((uint64_t)before);
    }
    s->history[at] = code < 400;
}

static void over_long(bench_server *s) {
    bench_note(s, PF_EVENT_LINE, NULL, "line-too-long");
    bench_reply(s, NULL, 500);
    if (BUG(44)) bench_reply(s, NULL, 500);
}

void bench_command(bench_server *s, const char *text, size_t size, size_t octets) {
    const bench_verb *verb = find_verb(s, text, size);
    const char *name = verb != NULL ? verb->name : "UNKNOWN";
    const size_t limit = bench_verb_limit(s, name) + (BUG(45) ? 2 : 0);

    if (octets > limit) {
        const bool chunk = verb != NULL && verb->what == DO_BDAT;
        over_long(s);
        if (chunk) bench_close(s);
        return;
    }
    s->commands++;
    bench_note(s, PF_EVENT_LINE, name, NULL);
    int code = refusal(s, verb);
    if (verb != NULL && verb->what == DO_BDAT) {
        bench_bdat(s, text, code);
        return;
    }
    const char *argument = strchr(text, ' ');
    if (code == 0) code = execute(s, verb, argument != NULL ? argument + 1 : NULL);
    if (s->reading == READ_CLOSED) return;
    if (code == 0) {
        bench_no_memory(s);
        return;
    }
    remember(s, code);
    bench_reply(s, name, code);
    if (code == 354) bench_body_begin(s);
    if (code == 221) bench_close(s);
    if (code == 220) {
        bench_note(s, PF_EVENT_STARTTLS, NULL, NULL);
        s->reading = READ_NOTHING;
        s->kept_feed = s->feeds;
    }
}
