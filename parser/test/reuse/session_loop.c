/* session_loop.c: the loop at the head of postern/session.h, as somebody who copies it has it. What an attacker put
 * behind STARTTLS must not be run within TLS.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/session.h>

#include <stdio.h>
#include <string.h>

static const char *reads[] = {
    "EHLO c.example\r\nSTARTTLS\r\nEHLO injected.example\r\nMAIL FROM:<injected@x.example>\r\n",
    "EHLO c.example\r\nMAIL FROM:<pending@c.example>\r\nQUIT\r\n"};
static size_t read_count;
static char codes[256];

static size_t read_more(const uint8_t **octets) {
    if (read_count == sizeof reads / sizeof *reads) return 0;
    *octets = (const uint8_t *)reads[read_count];
    return strlen(reads[read_count++]);
}

static void write_all(const uint8_t *octets, size_t size) {
    const size_t end = strlen(codes);
    if (size > 3) (void)snprintf(codes + end, sizeof codes - end, "%.3s ", (const char *)octets);
}

static void append(const uint8_t *octets, size_t size) {
    (void)octets, (void)size;
}

static void handshake(void) {
    const size_t end = strlen(codes);
    (void)snprintf(codes + end, sizeof codes - end, "TLS ");
}

static void wait_for_the_answer(postern_decision *answer) {
    *answer = (postern_decision){.verdict = POSTERN_ACCEPT};
}

static postern_decision mail(void *user, const postern_command *command) {
    (void)user, (void)command;
    return (postern_decision){.verdict = POSTERN_PENDING};
}

static void serve(void *me) {
    static postern_session session;
    static const postern_policy policy = {.mail = mail};
    const uint8_t *octets = NULL;
    size_t size = 0;
    postern_config config;
    postern_decision answer;

    postern_config_init(&config);
    config.extensions |= POSTERN_EXT_STARTTLS;
#include "session_loop.inc"
}

int main(void) {
    static const char wanted[] = "220 250 220 TLS 250 250 221 ";

    serve(NULL);
    if (strcmp(codes, wanted) == 0) return 0;
    fprintf(stderr, "want: %s\nhave: %s\n", wanted, codes);
    return 1;
}
