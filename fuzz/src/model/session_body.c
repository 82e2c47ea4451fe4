/* model: how a message is received, by DATA or in chunks, and what is answered to it.
 *
 * SPDX-License-Identifier: MIT */
#include "model/session.h"

#include <string.h>

/* The message has ended. One reply, or in LMTP one per accepted recipient. */
static void end_of_message(pf_session *s, const char *verb, bool violated, size_t begin, size_t end) {
    int worst = 250;
    for (uint32_t i = 0; i < s->recipients; i++) {
        if (violated) s->recipient_code[i] = 554;
        if (s->recipient_code[i] > worst) worst = s->recipient_code[i];
    }
    s->state = PF_STATE_GREETED;
    pf_session_message_end(s, begin, end);
    if (!s->options->lmtp) pf_session_reply(s, verb, worst, begin, end);
    for (uint32_t i = 0; i < s->recipients && s->options->lmtp; i++)
        pf_session_reply(s, verb, s->recipient_code[i], begin, end);
    pf_session_reset(s);
}

bool pf_session_data_body(pf_session *s) {
    size_t begin = s->at;
    size_t size = pf_decode_data_end(s->octets + begin, s->size - begin);
    if (size == 0) return false;
    size_t text_end = begin + size - strlen(".\r\n");
    while (s->at < text_end) {
        size_t line = pf_decode_text_line(s->octets + s->at, text_end - s->at);
        size_t stuffed = s->octets[s->at] == '.' ? 1 : 0;
        pf_scan_text(&s->scan, s->octets + s->at + stuffed, line - stuffed, s->at + stuffed);
        pf_session_data(s, s->at + stuffed, s->at + line);
        s->at += line;
    }
    s->at = begin + size;
    end_of_message(s, "DATA_BODY", s->scan.count > 0, begin, s->at);
    return true;
}

/* The octets of an accepted chunk are all there: [begin, end) is the command with its chunk. */
static void accepted_chunk(pf_session *s, const pf_model_command *command, size_t begin, size_t chunk, size_t end) {
    s->state = PF_STATE_BDAT;
    pf_session_data(s, chunk, end);
    if (!s->binarymime) {
        pf_scan_text(&s->scan, s->octets + chunk, end - chunk, chunk);
        if (command->last) pf_scan_text_end(&s->scan);
    }
    bool violated = s->scan.count > 0;
    if (command->last) {
        end_of_message(s, "BDAT_CHUNK", violated, begin, end);
        return;
    }
    if (violated) {
        s->state = PF_STATE_GREETED;
        pf_session_reset(s);
    }
    pf_session_reply(s, "BDAT_CHUNK", violated ? 554 : 250, begin, end);
}

/* RFC 3030 section 2: behind a chunk that failed the transaction is considered failed. One that stands out of sequence
 * (503) or is no command here (502, 530) is none of a message's. */
static void refused_chunk(pf_session *s, int refusal, size_t begin, size_t end) {
    pf_session_reply(s, "BDAT", refusal, begin, end);
    if (refusal != 501 || s->state == PF_STATE_CLOSED) return;
    s->state = PF_STATE_GREETED;
    pf_session_reset(s);
}

bool pf_session_bdat(pf_session *s, const pf_command_line *line, int refusal) {
    uint64_t size;
    size_t offset;
    pf_model_command command;
    if (!pf_chunk_size(line->octets, line->text, &size, &offset)) {
        pf_session_reply(s, "BDAT", 501, line->begin, line->end);
        if (s->state != PF_STATE_CLOSED) pf_session_close(s, line->begin, line->end);
        return true;
    }
    pf_fault fault = pf_line_arguments(line->octets, line->text, line->verb, s->options, &command);
    if (refusal == 0) refusal = fault.code;
    if (size > s->size - s->at) {
        if (refusal == 0) s->state = PF_STATE_BDAT;
        s->in_chunk = true;
        return false;
    }
    size_t chunk = s->at;
    s->at += (size_t)size;
    if (refusal == 0)
        accepted_chunk(s, &command, line->begin, chunk, s->at);
    else
        refused_chunk(s, refusal, line->begin, s->at);
    return true;
}
