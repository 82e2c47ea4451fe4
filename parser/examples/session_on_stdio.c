/* session_on_stdio.c: one SMTP session on standard input and output, by the default policy: every message is accepted,
 * and forgotten.
 *
 *     printf 'EHLO client.example\r\nNOOP\r\nQUIT\r\n' | session_on_stdio
 *
 * SPDX-License-Identifier: MIT */
#include <postern/postern.h>
#include <stdio.h>

int main(void) {
    static postern_session session; /* some 30 KiB, and all the memory there is */
    postern_config config;
    postern_event event;
    uint8_t octet = 0;
    size_t size = 0;

    postern_config_init(&config);
    postern_session_init(&session, &config, NULL, NULL);
    do {
        size_t taken;
        if (postern_session_feed(&session, &octet, size, &taken, &event) == POSTERN_MISUSE) return 2;
        size -= taken;
        if (event.kind == POSTERN_EVENT_REPLY) (void)fwrite(event.octets.data, 1, event.octets.size, stdout);
        if (event.kind == POSTERN_EVENT_NONE) {
            size = fflush(stdout) == 0 ? fread(&octet, 1, 1, stdin) : 0;
            if (size == 0) return 1; /* the client has gone without QUIT */
        }
    } while (event.kind != POSTERN_EVENT_CLOSE);
    return 0;
}
