/* show_pcap.c: `postern show --pcap`: a test case as packets.
 *
 * SPDX-License-Identifier: MIT */
#include "show_pcap.h"

#include "capture.h"

typedef struct conversation {
    capture *file;
    const uint8_t *octets;
    uint64_t sent; /* of the client's octets */
} conversation;

static void client_says(conversation *talk, uint64_t end) {
    if (end > talk->sent) {
        capture_say(talk->file, CAPTURE_CLIENT, talk->octets + talk->sent, (size_t)(end - talk->sent));
        talk->sent = end;
    }
}

static void visit(void *context, const session_seen *seen) {
    conversation *const talk = context;

    switch (seen->sight) {
    case SESSION_REPLY:
        client_says(talk, seen->end);
        capture_say(talk->file, CAPTURE_SERVER, seen->text.data, seen->text.size);
        break;
    case SESSION_HANDSHAKE: /* the two octets stand for it, and are not sent */
        client_says(talk, seen->begin);
        talk->sent = seen->end;
        break;
    case SESSION_CLOSE: capture_leave(talk->file, CAPTURE_SERVER); break;
    case SESSION_END: client_says(talk, seen->end); break;
    default: break;
    }
}

int show_pcap(const char *path, const session_setup *setup, const uint8_t *octets, size_t size) {
    const char *why;
    conversation talk = {.file = capture_open(path, &why), .octets = octets};

    if (talk.file == NULL) {
        return cli_misuse("show", "cannot write %s: %s", path, why);
    }
    if (setup != NULL) {
        session_run(setup, octets, size, visit, &talk);
    } else {
        capture_say(talk.file, CAPTURE_SERVER, octets, size);
        capture_leave(talk.file, CAPTURE_SERVER);
    }
    return capture_close(talk.file) ? CLI_OK : cli_misuse("show", "cannot write %s", path);
}
