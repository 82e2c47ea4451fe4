/* What the tests of the reference model share.
 *
 * SPDX-License-Identifier: MIT */
#include "model_support.h"

static pf_log the_log;
static char text_of_log[1 << 16];

static int hex(char digit) {
    static const char digits[] = "0123456789abcdef";
    const char *at = digit == '\0' ? NULL : strchr(digits, digit >= 'A' && digit <= 'F' ? digit + 32 : digit);
    return at == NULL ? -1 : (int)(at - digits);
}

size_t model_unescape(const char *text, size_t size, uint8_t *out) {
    static const char letters[] = "rnt\\\"", values[] = "\r\n\t\\\"";
    size_t length = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] != '\\') {
            out[length++] = (uint8_t)text[i];
            continue;
        }
        if (++i == size) return SIZE_MAX;
        const char *letter = memchr(letters, text[i], sizeof letters - 1);
        if (letter != NULL) {
            out[length++] = (uint8_t)values[letter - letters];
            continue;
        }
        if (text[i] != 'x' || size - i < 3 || hex(text[i + 1]) < 0 || hex(text[i + 2]) < 0) return SIZE_MAX;
        out[length++] = (uint8_t)(hex(text[i + 1]) * 16 + hex(text[i + 2]));
        i += 2;
    }
    return length;
}

pf_model_outcome model_run_octets(const uint8_t *octets, size_t size, const pf_model_options *options) {
    static const pf_model_options defaults = PF_MODEL_OPTIONS;
    pf_model_outcome outcome =
        pf_model_session(pf_exact_copy(octets, size), size, options != NULL ? options : &defaults, &the_log);
    pf_exact_release();
    return outcome;
}

pf_model_outcome model_run(const char *text, const pf_model_options *options) {
    return model_run_octets((const uint8_t *)text, strlen(text), options);
}

const pf_log *model_log(void) {
    return &the_log;
}

static void say(const char *format, ...) {
    size_t used = strlen(text_of_log);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text_of_log + used, sizeof text_of_log - used, format, arguments);
    va_end(arguments);
}

const char *model_codes(void) {
    text_of_log[0] = '\0';
    for (size_t i = 0; i < the_log.count; i++) {
        const pf_event *event = &the_log.events[i];
        if (event->kind != PF_EVENT_REPLY || (event->verb != NULL && strcmp(event->verb, "CONNECT") == 0)) continue;
        say("%s%d", text_of_log[0] == '\0' ? "" : " ", event->code);
    }
    return text_of_log;
}

static void say_event(const pf_event *event) {
    const char *verb = event->verb != NULL ? event->verb : "-";
    unsigned long begin = (unsigned long)event->begin, end = (unsigned long)event->end;
    switch (event->kind) {
    case PF_EVENT_LINE:
        if (event->error != NULL)
            say("L!%s:%lu-%lu", event->error, begin, end);
        else
            say("L:%s:%lu-%lu", verb, begin, end);
        break;
    case PF_EVENT_DATA: say("D:%.*s", (int)event->size, (const char *)pf_log_octets(&the_log, event)); break;
    case PF_EVENT_MESSAGE_END: say("E:%lu-%lu", begin, end); break;
    case PF_EVENT_REPLY: say("R:%s:%d:%lu-%lu", verb, event->code, begin, end); break;
    case PF_EVENT_STARTTLS: say("S"); break;
    case PF_EVENT_CLOSE: say("C"); break;
    case PF_EVENT_TRACE: say("T"); break;
    }
}

const char *model_dump(void) {
    text_of_log[0] = '\0';
    for (size_t i = 0; i < the_log.count; i++) {
        if (i > 0) say(" ");
        say_event(&the_log.events[i]);
    }
    return text_of_log;
}

#ifndef POSTERN_SHARED_DEFAULT
#define POSTERN_SHARED_DEFAULT "../shared"
#endif

size_t model_each_row(const char *file, model_row_visitor *visit) {
    static char line[1 << 16];
    const char *folder = getenv("POSTERN_SHARED");
    char path[4096];
    size_t rows = 0;
    snprintf(path, sizeof path, "%s/%s", folder != NULL ? folder : POSTERN_SHARED_DEFAULT, file);
    FILE *table = fopen(path, "r");
    if (table == NULL) return 0;
    while (fgets(line, sizeof line, table) != NULL) {
        char *columns[16] = {line};
        size_t count = 1;
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '#') continue;
        for (char *at = line; *at != '\0' && count < 16; at++) {
            if (*at != '\t') continue;
            *at = '\0';
            columns[count++] = at + 1;
        }
        visit(columns, count);
        rows++;
    }
    fclose(table);
    return rows;
}
