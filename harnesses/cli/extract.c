/* extract.c: `postern extract`: what clients said in a capture of packets, for a corpus.
 *
 * SPDX-License-Identifier: MIT */
#include "capture_read.h"
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static const char summary[] = "Puts the TCP connections of a capture (pcap, pcapng) together, and prints what the\n"
                              "client of each sent: a JSON object a line, in the order in which they began. IPv4 and\n"
                              "IPv6; Ethernet, Linux's any device, loopback and raw IP.\n";

static const char notes[] =
    "JSON: stream (a number from 1 up), whole (false: its begin was not captured, or octets are\n"
    "missing, and what lies behind them is left out), octets (in C escapes).\n"
    "\n"
    "Exit codes: 0 done; 1 no client said anything; 2 called wrongly, or could not read.\n"
    "\n"
    "  scripts/import FILE.pcap       puts them into the corpus\n";

typedef struct extraction {
    cli_buffer out;
    uint64_t count;
    bool written;
} extraction;

static bool put(void *context, const capture_stream *stream) {
    extraction *const job = context;

    CLI_BUFFER_TEXT(&job->out, "{\"stream\":");
    cli_json_number(&job->out, ++job->count);
    if (stream->whole) {
        CLI_BUFFER_TEXT(&job->out, ",\"whole\":true,\"octets\":");
    } else {
        CLI_BUFFER_TEXT(&job->out, ",\"whole\":false,\"octets\":");
    }
    cli_json_octets(&job->out, stream->octets, stream->size);
    CLI_BUFFER_TEXT(&job->out, "}\n");
    job->written = cli_buffer_flush(&job->out, STDOUT_FILENO);
    return job->written;
}

static bool read_port(const char *text, uint16_t *port) {
    char *end;

    errno = 0;
    const long number = strtol(text, &end, 10);
    *port = (uint16_t)number;
    return errno == 0 && end != text && *end == '\0' && number > 0 && number <= UINT16_MAX;
}

int verb_extract(int argc, char **argv) {
    extraction job = {.written = true};
    const char *port_text = "25";
    const cli_option options[] = {
        {"port", "N", "the port of the server (default: 25)", NULL, &port_text},
    };
    const cli_usage usage = {"extract", "FILE", summary, notes, options, sizeof options / sizeof *options};
    uint16_t port;
    int count, exit_code;

    if (!cli_options(&usage, argc, argv, &count, &exit_code)) {
        return exit_code;
    }
    if (count != 1) {
        return cli_misuse("extract", "one file is wanted (postern extract --help)");
    }
    if (!read_port(port_text, &port)) {
        return cli_misuse("extract", "--port takes a number from 1 to 65535, not %s", port_text);
    }
    const char *why = capture_read(argv[0], port, put, &job);
    cli_buffer_release(&job.out);
    if (why != NULL) {
        return cli_misuse("extract", "cannot read %s: %s", argv[0], why);
    }
    if (!job.written) {
        return cli_misuse("extract", "cannot write");
    }
    return job.count > 0 ? CLI_OK : CLI_NO;
}
