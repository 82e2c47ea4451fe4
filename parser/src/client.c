/* client.c: command lines of a client (RFC 5321 4.1.1).
 *
 * The line is put together plainly and then read by the parser that a server would use: what the two do not agree on
 * does not go out. So there is no second grammar here that could have a hole where the first has none.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/client.h>

#include <string.h>

#define CRLF_SIZE 2

/* The line as far as it has been put together. */
typedef struct draft {
    uint8_t *out;
    size_t capacity;
    size_t limit; /* octets of the line, CRLF included */
    size_t size;
    postern_fault fault; /* the first one: nothing is put behind it */
} draft;

static postern_error octet_error(uint8_t octet) {
    switch (octet) {
    case '\r': return POSTERN_ERROR_BARE_CR;
    case '\n': return POSTERN_ERROR_BARE_LF;
    case '\0': return POSTERN_ERROR_NUL;
    default: return POSTERN_ERROR_NONE;
    }
}

/* There is no room for another octet of somebody's: the line is full, or `out` is. */
static postern_fault no_room(const draft *line) {
    if (line->size == line->limit - CRLF_SIZE) {
        return (postern_fault){POSTERN_ERROR_LINE_TOO_LONG, line->limit};
    }
    return (postern_fault){POSTERN_ERROR_CAPACITY, line->capacity};
}

/* Octets of somebody else: no line end, no NUL. */
static void put(draft *line, const uint8_t *octets, size_t size) {
    const size_t longest = line->limit - CRLF_SIZE;
    const size_t most = longest < line->capacity ? longest : line->capacity;
    for (size_t i = 0; i < size && line->fault.error == POSTERN_ERROR_NONE; i++) {
        const postern_error error = octet_error(octets[i]);
        if (error != POSTERN_ERROR_NONE) {
            line->fault = (postern_fault){error, line->size};
        } else if (line->size == most) {
            line->fault = no_room(line);
        } else {
            line->out[line->size++] = octets[i];
        }
    }
}

static void put_text(draft *line, const char *text, size_t size) {
    put(line, (const uint8_t *)text, size);
}
#define PUT(line, text) put_text(line, text, sizeof(text) - 1)

static void put_crlf(draft *line) {
    if (line->fault.error != POSTERN_ERROR_NONE) {
        return;
    }
    if (line->capacity - line->size < CRLF_SIZE) {
        line->fault = (postern_fault){POSTERN_ERROR_CAPACITY, line->capacity};
        return;
    }
    line->out[line->size++] = '\r';
    line->out[line->size++] = '\n';
}

static bool has_path(postern_verb verb) {
    switch (verb) {
    case POSTERN_VERB_MAIL:
    case POSTERN_VERB_RCPT:
    case POSTERN_VERB_SEND:
    case POSTERN_VERB_SOML:
    case POSTERN_VERB_SAML: return true;
    default: return false;
    }
}

static void put_parameter(draft *line, const postern_parameter *parameter) {
    PUT(line, " ");
    put(line, parameter->keyword.data, parameter->keyword.size);
    if (parameter->value.data != NULL) {
        PUT(line, "=");
        put(line, parameter->value.data, parameter->value.size);
    }
}

/* Octets that the parameter takes on the line, its space and its "=" too. */
static size_t parameter_size(const postern_parameter *parameter) {
    return 1 + parameter->keyword.size + (parameter->value.data != NULL ? 1 + parameter->value.size : 0);
}

static void put_request(draft *line, const postern_request *request) {
    const postern_verb_info *info = postern_verb_describe(request->verb);

    put_text(line, info->name, info->name_size);
    if (has_path(request->verb)) {
        if (request->verb == POSTERN_VERB_RCPT) {
            PUT(line, " TO:<");
        } else {
            PUT(line, " FROM:<");
        }
        put(line, request->path.data, request->path.size);
        PUT(line, ">");
        for (size_t i = 0; i < request->parameter_count; i++) {
            put_parameter(line, &request->parameters[i]);
        }
    } else if (request->argument.size > 0) {
        PUT(line, " ");
        put(line, request->argument.data, request->argument.size);
    }
    put_crlf(line);
}

/* Where a server that reads this line differs from the one who asked for it. */
static postern_fault differs(const postern_command *command, const postern_request *request, const uint8_t *line) {
    const size_t verb_size = command->verb_raw.size;
    if (!has_path(request->verb)) {
        const bool same = command->argument.size == request->argument.size;
        return (postern_fault){same ? POSTERN_ERROR_NONE : POSTERN_ERROR_ARGUMENT_SYNTAX, same ? 0 : verb_size + 1};
    }
    size_t at = (size_t)(command->path.raw.data - line);
    if (command->path.raw.size != request->path.size + 2) {
        return (postern_fault){POSTERN_ERROR_PATH_SYNTAX, at};
    }
    at += command->path.raw.size;
    for (size_t i = 0; i < request->parameter_count; i++) {
        const postern_parameter *asked = &request->parameters[i];
        const postern_parameter *read = &command->parameters[i];
        if (i == command->parameter_count || read->keyword.size != asked->keyword.size ||
            parameter_size(read) != parameter_size(asked)) {
            return (postern_fault){POSTERN_ERROR_PARAMETER_SYNTAX, at};
        }
        at += parameter_size(asked);
    }
    return (postern_fault){POSTERN_ERROR_NONE, 0};
}

/* A line end of another character set, in UTF-8: U+0080 to U+009F, U+2028, U+2029. Returns: where, or `size`. */
static size_t foreign_line_end(const uint8_t *octets, size_t size) {
    size_t at = 0;
    for (; at + 2 < size; at++) {
        const bool control = octets[at] == 0xC2 && octets[at + 1] <= 0x9F;
        const bool separator = octets[at] == 0xE2 && octets[at + 1] == 0x80 && (octets[at + 2] & 0xFE) == 0xA8;
        if (control || separator) {
            return at;
        }
    }
    return size;
}

/* What a server would make of the line. */
static postern_fault read_again(const uint8_t *line, size_t size, const postern_request *request,
                                const postern_command_options *options) {
    const postern_command_options strict = {.extensions = options->extensions, .smtputf8 = options->smtputf8};
    postern_command command;
    postern_fault fault;
    if (postern_command_parse(&command, line, size, &strict, &fault) != POSTERN_COMPLETE) {
        return fault;
    }
    const size_t foreign = foreign_line_end(line, size);
    if (foreign < size) {
        return (postern_fault){POSTERN_ERROR_ARGUMENT_SYNTAX, foreign};
    }
    return differs(&command, request, line);
}

static bool is_misuse(const postern_request *request) {
    if (postern_verb_describe(request->verb)->name_size == 0) {
        return true;
    }
    return has_path(request->verb) ? request->argument.size > 0
                                   : request->path.size > 0 || request->parameter_count > 0;
}

postern_status postern_command_format(uint8_t *out, size_t capacity, const postern_request *request,
                                      const postern_command_options *options, size_t *written, postern_fault *fault) {
    draft line = {.out = out, .capacity = capacity};

    *written = 0;
    *fault = (postern_fault){POSTERN_ERROR_NONE, 0};
    if (is_misuse(request)) {
        return POSTERN_MISUSE;
    }
    line.limit = postern_command_limit(request->verb, options->extensions);
    put_request(&line, request);
    *fault = line.fault;
    if (fault->error == POSTERN_ERROR_NONE) {
        *fault = read_again(out, line.size, request, options);
    }
    if (fault->error != POSTERN_ERROR_NONE) {
        return POSTERN_WRONG;
    }
    *written = line.size;
    return POSTERN_COMPLETE;
}
