/* support.c: what the tests of libpostern share.
 *
 * SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE
#include "support.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- guard pages ---- */

enum { REGIONS = 64, REGION_PAGES = 4 };

/* A mapping whose last page cannot be read; kept for later copies when it is given back. */
static struct region {
    uint8_t *guard;  /* the first octet of the page that cannot be read */
    size_t capacity; /* octets that may be used before it */
    size_t used;
} regions[REGIONS];
static size_t regions_in_use;
static size_t regions_kept; /* the input of the row that is being visited: kept by guard_release */

static void region_map(struct region *region, size_t size) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t pages = size / page + 1;
    if (pages < REGION_PAGES) {
        pages = REGION_PAGES;
    }
    if (region->guard != NULL) {
        munmap(region->guard - region->capacity, region->capacity + page);
        region->guard = NULL;
    }
    uint8_t *base = mmap(NULL, (pages + 1) * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED || mprotect(base + pages * page, page, PROT_NONE) != 0) {
        fail_msg("no memory for a guard page");
    }
    region->guard = base + pages * page;
    region->capacity = pages * page;
}

static uint8_t *guard_take(size_t size) {
    if (regions_in_use == REGIONS) {
        fail_msg("more than %d guarded copies in use: call guard_release", (int)REGIONS);
    }
    struct region *region = &regions[regions_in_use];
    if (region->guard == NULL || region->capacity < size) {
        region_map(region, size);
    }
    regions_in_use++;
    region->used = size;
    return region->guard - size;
}

const uint8_t *guard_copy(const void *octets, size_t size) {
    uint8_t *copy = guard_take(size);
    if (size > 0) {
        memcpy(copy, octets, size);
    }
    return copy;
}

uint8_t *guard_buffer(size_t size) {
    uint8_t *buffer = guard_take(size);
    memset(buffer, 0xA5, size);
    return buffer;
}

void guard_release(void) {
    for (size_t i = regions_kept; i < regions_in_use; i++) {
        memset(regions[i].guard - regions[i].used, 0xDD, regions[i].used);
    }
    regions_in_use = regions_kept;
}

/* ---- escapes ---- */

static int hex_value(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return -1;
}

/* One escape behind its backslash. Returns: its value, or -1. Out: text moved behind it. */
static int unescape_one(const char **text) {
    char letter = *(*text)++;
    switch (letter) {
    case 'r': return '\r';
    case 'n': return '\n';
    case 't': return '\t';
    case '\\': return '\\';
    case '"': return '"';
    case 'x': break;
    default: return -1;
    }
    int high = hex_value((*text)[0]);
    int low = high < 0 ? -1 : hex_value((*text)[1]);
    if (low < 0) {
        return -1;
    }
    *text += 2;
    return high * 16 + low;
}

bool unescape(const char *text, uint8_t *out, size_t capacity, size_t *size) {
    *size = 0;
    while (*text != '\0') {
        int octet = (unsigned char)*text++;
        if (octet == '\\') {
            octet = unescape_one(&text);
        }
        if (octet < 0 || *size == capacity) {
            return false;
        }
        out[(*size)++] = (uint8_t)octet;
    }
    return true;
}

const char *escape(const void *octets, size_t size) {
    enum { TEXTS = 4, TEXT_MAX = 2048 };
    static char texts[TEXTS][TEXT_MAX + 16];
    static size_t turn;
    char *text = texts[turn++ % TEXTS];
    const uint8_t *octet = octets;
    size_t length = 0;
    for (size_t i = 0; i < size; i++) {
        if (length >= TEXT_MAX) {
            memcpy(text + length, "...", 3);
            length += 3;
            break;
        }
        switch (octet[i]) {
        case '\r': length += (size_t)sprintf(text + length, "\\r"); break;
        case '\n': length += (size_t)sprintf(text + length, "\\n"); break;
        case '\t': length += (size_t)sprintf(text + length, "\\t"); break;
        case '\\': length += (size_t)sprintf(text + length, "\\\\"); break;
        case '"': length += (size_t)sprintf(text + length, "\\\""); break;
        default:
            length += (size_t)sprintf(text + length, octet[i] < 0x20 || octet[i] > 0x7E ? "\\x%02x" : "%c", octet[i]);
        }
    }
    text[length] = '\0';
    return text;
}

/* ---- vector files ---- */

enum { FIELDS_MAX = 24 };

/* Part a line at its tabs, in place. Returns: the number of columns. */
static size_t split(char *line, const char **columns) {
    size_t count = 0;
    char *rest = line;
    while (rest != NULL) {
        if (count == FIELDS_MAX) {
            fail_msg("too many columns: %s", line);
        }
        columns[count++] = rest;
        rest = strchr(rest, '\t');
        if (rest != NULL) {
            *rest++ = '\0';
        }
    }
    return count;
}

static void visit_row(const char *title, const char *escaped, const char *const *fields, size_t count,
                      vector_visitor *visit) {
    size_t capacity = strlen(escaped);
    uint8_t *octets = malloc(capacity + 1);
    assert_non_null(octets);
    regions_kept = 0;
    guard_release();
    vector row = {.title = title, .fields = fields, .count = count};
    if (!unescape(escaped, octets, capacity, &row.size)) {
        fail_msg("%s: bad escape: %s", title, escaped);
    }
    row.input = guard_copy(octets, row.size);
    free(octets);
    regions_kept = regions_in_use;
    visit(&row);
    regions_kept = 0;
    guard_release();
}

void vectors_each(const char *file, vector_visitor *visit) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", POSTERN_TEST_VECTORS, file);
    FILE *stream = fopen(path, "r");
    if (stream == NULL) {
        fail_msg("cannot open %s", path);
    }
    char *line = NULL;
    size_t room = 0;
    size_t rows = 0;
    for (ssize_t length; (length = getline(&line, &room, stream)) > 0;) {
        const char *columns[FIELDS_MAX];
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '\0' || line[0] == '#') {
            continue;
        }
        size_t count = split(line, columns);
        if (count < 2) {
            fail_msg("%s: a row without an input: %s", file, line);
        }
        visit_row(columns[0], columns[1], columns + 2, count - 2, visit);
        rows++;
    }
    free(line);
    fclose(stream);
    if (rows == 0) {
        fail_msg("%s has no rows", path);
    }
}

void shared_each(const char *file, vector_visitor *visit) {
    char path[4096];
    const char *shared = getenv("POSTERN_SHARED");
    snprintf(path, sizeof path, "%s/%s", shared != NULL ? shared : POSTERN_TEST_VECTORS "/../../../../shared", file);
    FILE *stream = fopen(path, "r");
    if (stream == NULL) {
        print_message("skipped: %s is not there\n", file);
        skip();
    }
    char *line = NULL;
    size_t room = 0;
    size_t number = 0;
    for (ssize_t length; (length = getline(&line, &room, stream)) > 0;) {
        const char *columns[FIELDS_MAX];
        char title[512];
        line[strcspn(line, "\n")] = '\0';
        if (++number == 1) {
            continue;
        }
        snprintf(title, sizeof title, "%s:%zu", file, number);
        size_t count = split(line, columns);
        visit_row(title, columns[0], columns + 1, count - 1, visit);
    }
    free(line);
    fclose(stream);
    if (number < 2) {
        fail_msg("%s has no rows", path);
    }
}

const char *vector_field(const vector *row, size_t index) {
    if (index >= row->count) {
        fail_msg("%s: no field %zu", row->title, index);
    }
    return row->fields[index];
}

size_t vector_number(const vector *row, size_t index) {
    const char *text = vector_field(row, index);
    char *end = NULL;
    unsigned long long value = strtoull(text, &end, 10);
    if (end == text || *end != '\0') {
        fail_msg("%s: not a number: %s", row->title, text);
    }
    return (size_t)value;
}

postern_error error_named(const char *name) {
    static const char *const names[POSTERN_ERROR_COUNT] = {
#define NAME_OF(identifier, text, code, enhanced, sentence, section) [POSTERN_ERROR_##identifier] = text,
        POSTERN_ERROR_LIST(NAME_OF)
#undef NAME_OF
    };
    if (name[0] == '\0') {
        return POSTERN_ERROR_NONE;
    }
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (strcmp(names[i], name) == 0) {
            return (postern_error)i;
        }
    }
    fail_msg("no error of the name %s", name);
    return POSTERN_ERROR_COUNT;
}

/* ---- many inputs ---- */

bool next_string(uint8_t *octets, size_t length, const uint8_t *alphabet, size_t letters) {
    for (size_t i = length; i-- > 0;) {
        const uint8_t *letter = memchr(alphabet, octets[i], letters);
        if (letter == NULL) {
            fail_msg("octet %u is not of the alphabet", octets[i]);
            return false;
        }
        if (letter + 1 < alphabet + letters) {
            octets[i] = letter[1];
            return true;
        }
        octets[i] = alphabet[0];
    }
    return false;
}

/* xorshift32 (Marsaglia 2003). */
uint32_t dice(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

bool long_run(void) {
    const char *wish = getenv("POSTERN_LONG");
    return wish != NULL && strcmp(wish, "1") == 0;
}

void expect_fault(postern_fault fault, postern_error error, size_t offset, const char *where) {
    if (fault.error != error || fault.offset != offset) {
        fail_msg("%s: error %d at %zu, expected %d at %zu", where, (int)fault.error, fault.offset, (int)error, offset);
    }
}
