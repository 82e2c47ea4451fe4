/* policy.c: the policy of the test sessions, for libpostern. Toolkit room: fuzz/.
 *
 * The world's decisions are part of the input: who is refused says so in the local-part of the address, so that a seed
 * stays a genuine octet stream and every 4yz and 5yz path can be reached by a fuzzer.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/libpostern.h>

#include <string.h>

enum { BODY_TAKEN, BODY_DEFERRED, BODY_REJECTED }; /* the higher one wins */

static bool begins(postern_slice slice, const char *prefix) {
    const size_t size = strlen(prefix);
    return slice.size >= size && memcmp(slice.data, prefix, size) == 0;
}

static bool is(postern_slice slice, const char *text) {
    return slice.size == strlen(text) && begins(slice, text);
}

static postern_decision answer(int code, uint8_t class_, uint16_t subject, uint16_t detail) {
    return (postern_decision){.verdict = POSTERN_ANSWER, .code = code, .enhanced = {class_, subject, detail}};
}

/* Tell the decision, or keep it for later. */
static postern_decision tell(pf_test_user *user, postern_decision decision) {
    if (!user->late) return decision;
    user->pending = decision;
    return (postern_decision){.verdict = POSTERN_PENDING};
}

static postern_decision accept(void) {
    return (postern_decision){.verdict = POSTERN_ACCEPT};
}

static postern_decision by_local_part(const postern_command *command) {
    const postern_slice local = command->path.mailbox.local;

    if (begins(local, "reject-")) return answer(550, 5, 7, 1);
    if (begins(local, "defer-")) return answer(450, 4, 7, 1);
    return accept();
}

static postern_decision hello(void *user, const postern_command *command) {
    (void)command;
    return tell(user, accept());
}

static postern_decision mail(void *user, const postern_command *command) {
    pf_test_user *self = user;

    self->recipients = 0;
    return tell(self, by_local_part(command));
}

static postern_decision rcpt(void *user, const postern_command *command, const postern_transaction *transaction) {
    pf_test_user *self = user;
    const postern_slice local = command->path.mailbox.local;
    const postern_decision decision = by_local_part(command);

    if (decision.verdict == POSTERN_ACCEPT && transaction->recipients < sizeof self->body) {
        self->recipients = transaction->recipients + 1;
        self->body[transaction->recipients] = begins(local, "bodyreject-")  ? BODY_REJECTED
                                              : begins(local, "bodydefer-") ? BODY_DEFERRED
                                                                            : BODY_TAKEN;
    }
    return tell(self, decision);
}

static postern_decision data(void *user, const postern_transaction *transaction) {
    (void)transaction;
    return tell(user, accept());
}

static postern_decision of_body(uint8_t body) {
    switch (body) {
    case BODY_REJECTED: return answer(554, 5, 7, 1);
    case BODY_DEFERRED: return answer(451, 4, 7, 1);
    default: return accept();
    }
}

static postern_decision message(void *user, const postern_transaction *transaction, uint32_t recipient) {
    pf_test_user *self = user;
    uint8_t worst = BODY_TAKEN;

    (void)transaction;
    for (uint32_t i = 0; i < self->recipients; i++)
        if ((!self->lmtp || i == recipient) && self->body[i] > worst) worst = self->body[i];
    return tell(self, of_body(worst));
}

static postern_decision vrfy(void *user, const postern_command *command) {
    (void)command;
    return tell(user, accept());
}

static postern_decision authenticate(void *user, const postern_credentials *credentials) {
    const bool right = is(credentials->authcid, "user") && is(credentials->password, "pass");
    return tell(user, right ? accept() : answer(535, 5, 7, 8));
}

const postern_policy pf_test_policy = {.hello = hello,
                                       .mail = mail,
                                       .rcpt = rcpt,
                                       .data = data,
                                       .chunk = data,
                                       .message = message,
                                       .vrfy = vrfy,
                                       .authenticate = authenticate};

void pf_test_setup(postern_config *config, pf_test_user *user, const pf_target_options *options) {
    static const postern_mechanism *const mechanisms[] = {&postern_mechanism_plain, &postern_mechanism_login};

    postern_config_init(config);
    config->lmtp = options->lmtp;
    config->extensions = options->no_extensions ? POSTERN_EXT_NONE : POSTERN_EXT_SESSION;
    config->require_tls = options->require_tls;
    config->require_auth = options->require_auth;
    config->plaintext_auth = true;
    config->error_budget = options->error_budget;
    config->mechanisms = mechanisms;
    config->mechanism_count = sizeof mechanisms / sizeof *mechanisms;
    user->lmtp = options->lmtp;
    user->late = options->pending;
    user->recipients = 0;
}
