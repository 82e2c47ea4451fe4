/* test_corpus.c: what the corpus says of itself is true: names tell the verdict, session scripts run as they say, and
 * the flat seeds are theirs.
 *
 * SPDX-License-Identifier: MIT */
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE
#endif
#include "model_support.h"

#include <postern/fuzz/client.h>
#include <postern/limits.h>

#include <dirent.h>
#include <sys/stat.h>

enum { FILE_MOST = 1 << 16, SEEDS_LEAST = 200, SEED_MOST = 16384 };

static uint8_t octets[FILE_MOST];

/* Returns: its size; SIZE_MAX when it is not there. */
static size_t read_file(const char *path, uint8_t *out) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) return SIZE_MAX;
    const size_t size = fread(out, 1, FILE_MOST, file);
    fclose(file);
    assert_true(size < FILE_MOST);
    return size;
}

typedef void visitor(const char *name, size_t size);

/* Visit each file of a folder of the corpus, with its octets in `octets`. Returns: how many there are. */
static size_t each_file(const char *folder, visitor *visit) {
    char path[1024];
    struct dirent **entries;
    size_t files = 0;
    (void)snprintf(path, sizeof path, "%s/%s", POSTERN_CORPUS, folder);
    const int count = scandir(path, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        if (entries[i]->d_name[0] != '.') {
            (void)snprintf(path, sizeof path, "%s/%s/%s", POSTERN_CORPUS, folder, entries[i]->d_name);
            visit(entries[i]->d_name, read_file(path, octets));
            files++;
        }
        free(entries[i]);
    }
    if (count >= 0) free(entries);
    return files;
}

/* ---- Names ---- */

static void assert_named(const char *name, size_t size, bool accepted) {
    if (strncmp(name, accepted ? "ok-" : "bad-", accepted ? 3 : 4) != 0)
        fail_msg("%s is %s", name, accepted ? "accepted" : "not accepted");
    if (size > SEED_MOST) fail_msg("%s has %zu octets", name, size);
    for (const char *c = name; *c != '\0'; c++)
        if (strchr("abcdefghijklmnopqrstuvwxyz0123456789-", *c) == NULL) fail_msg("%s is no name for a seed", name);
}

static void name_of_line(const char *name, size_t size) {
    /* Framing alone: no fault, and no line that is open. What the word says is the limit. */
    const uint32_t word = pf_options_word(octets, size);
    const size_t limit = word != 0 ? word % (POSTERN_AUTH_LINE_MAX + 2) : 512;
    bool good = size > 0;
    size_t length = 0;
    for (size_t i = 0; i < size; i++) {
        const bool crlf = octets[i] == '\r' && i + 1 < size && octets[i + 1] == '\n';
        length++;
        if (crlf) {
            good = good && length + 1 <= limit;
            length = 0;
            i++;
        } else if (octets[i] == '\r' || octets[i] == '\n' || octets[i] == '\0') {
            good = false;
        }
    }
    /* The last line of the options is longer than the limits that they tell. */
    const bool small_limit = word != 0 && limit < 16;
    const bool cut = strcmp(name, "ok-cut-crlf") == 0;
    if (!small_limit && !cut) assert_named(name, size, good && length == 0);
}

static void name_of_command(const char *name, size_t size) {
    pf_model_options options = PF_MODEL_OPTIONS;
    pf_model_command command;
    options.extensions = PF_EXTENSIONS_ALL;
    options.smtputf8 = true;
    assert_named(name, size, pf_model_check_command(octets, size, &options, &command).result == PF_ACCEPT);
}

static void name_of_address(const char *name, size_t size) {
    pf_model_path path;
    assert_named(name, size, pf_model_check_address(octets, size, true, &path).result == PF_ACCEPT);
}

static void name_of_data(const char *name, size_t size) {
    static uint8_t content[FILE_MOST];
    pf_model_data data;
    const pf_model_verdict verdict = pf_model_check_data(octets, size, 1000, content, &data);
    assert_named(name, size, verdict.result == PF_ACCEPT);
}

static void name_of_reply(const char *name, size_t size) {
    pf_model_reply reply;
    const pf_model_verdict verdict = pf_model_check_reply(octets, size, false, &reply);
    const bool first_of_two = strcmp(name, "ok-two-replies") == 0;
    assert_named(name, size, verdict.result == PF_ACCEPT || first_of_two);
}

static pf_model_options options_of(size_t size) {
    const pf_target_options o = pf_target_options_read(octets, size);
    pf_model_options options = PF_MODEL_OPTIONS;
    options.extensions = o.no_extensions ? PF_EXTENSIONS_NONE : PF_EXTENSIONS_SESSION;
    options.lmtp = o.lmtp;
    options.require_tls = o.require_tls;
    options.require_auth = o.require_auth;
    options.error_budget = o.error_budget;
    return options;
}

static void name_of_session(const char *name, size_t size) {
    static pf_log log;
    const pf_model_options options = options_of(size);
    const pf_model_outcome outcome = pf_model_session(octets, size, &options, &log);
    const bool open = strncmp(name, "ok-bdat-size-2-32", 17) == 0; /* a chunk of 4 GiB */
    assert_named(name, size, !outcome.refused && (!outcome.incomplete || open));
}

/* No call is refused, and the server sends nothing but replies. */
static void name_of_client(const char *name, size_t size) {
    static pf_record record;
    const pf_script *script = pf_script_read(octets, size);
    const pf_client_options options = {.no_extensions = pf_options_word(octets, size) & 2u};
    bool good = true;
    (void)pf_client_run(&pf_client_postern, &options, script, octets, pf_script_stream(script), NULL, &record);
    for (size_t i = 0; i < record.count; i++) {
        const pf_note *note = &record.notes[i];
        good = good && note->kind != PF_NOTE_BROKEN && note->kind != PF_NOTE_LOOSE;
        if (note->kind == PF_NOTE_CALL || note->kind == PF_NOTE_MESSAGE) good = good && note->taken;
    }
    /* Whoever has no script has the texts of the replies as arguments, which are what they are. */
    if (pf_script_stream(script) < size) assert_named(name, size, good);
}

static void names_tell_the_verdict(void **state) {
    (void)state;
    static const struct {
        const char *folder;
        visitor *visit;
        size_t least;
    } rooms[] = {
        {"seeds/fuzz_line", name_of_line, 20},
        {"seeds/fuzz_command", name_of_command, 100},
        {"seeds/fuzz_address", name_of_address, 60},
        {"seeds/fuzz_data", name_of_data, 30},
        {"seeds/fuzz_reply", name_of_reply, 30},
        {"seeds/fuzz_session", name_of_session, 150},
        {"seeds/fuzz_smuggling", name_of_data, 40},
        {"seeds/fuzz_limits", name_of_session, 10},
        {"seeds/fuzz_chunks", name_of_session, 10},
        {"seeds/fuzz_differential", name_of_session, 10},
        {"seeds/fuzz_auth", name_of_session, 40},
        {"seeds/fuzz_policy", name_of_session, 40},
        {"seeds/fuzz_starttls", name_of_session, 30},
        {"seeds/fuzz_bound", name_of_session, 10},
        {"seeds/fuzz_bugbench", name_of_session, 1},
        {"seeds/fuzz_client", name_of_client, 50},
        {"seeds/fuzz_bugbench_client", name_of_client, 1},
        {"seeds/fuzz_client_bound", name_of_client, 5},
    };
    size_t all = 0;
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
        const size_t files = each_file(rooms[i].folder, rooms[i].visit);
        if (files < rooms[i].least) fail_msg("%s has %zu seeds", rooms[i].folder, files);
        all += files;
    }
    assert_true(all >= SEEDS_LEAST);
}

/* ---- Session scripts ---- */

typedef struct script {
    uint8_t octets[FILE_MOST];
    size_t size;
    size_t cuts[512];
    size_t cut_count;
    struct {
        size_t offset; /* octets of the client before it */
        int code;
    } replies[512];
    size_t reply_count;
} script;

static void read_item(script *s, const char *name, char *item) {
    size_t length = strlen(item);
    if (length == 0 || item[0] == '#') return;
    if (strcmp(item, "TLS") == 0) {
        memcpy(s->octets + s->size, "\x16\x03", 2);
        s->size += 2;
    } else if (strcmp(item, "--") == 0) {
        s->cuts[s->cut_count++] = s->size;
    } else if (strncmp(item, "S: ", 3) == 0 && length == 6) {
        s->replies[s->reply_count].offset = s->size;
        s->replies[s->reply_count++].code = atoi(item + 3);
    } else if (strncmp(item, "C:", 2) == 0) {
        const char *text = item[2] == ' ' ? item + 3 : item + 2;
        const bool open = length > 4 && strcmp(item + length - 2, "\\c") == 0;
        if (open) item[length - 2] = '\0';
        const size_t size = model_unescape(text, strlen(text), s->octets + s->size);
        if (size == SIZE_MAX) fail_msg("%s: bad escape: %s", name, item);
        s->size += size;
        if (!open) memcpy(s->octets + s->size, "\r\n", 2);
        s->size += open ? 0 : 2;
    } else {
        fail_msg("%s: no item: %s", name, item);
    }
}

static void read_script(script *s, const char *name, size_t size) {
    static char text[FILE_MOST + 1];
    memcpy(text, octets, size);
    text[size] = '\0';
    s->size = s->cut_count = s->reply_count = 0;
    for (char *item = text; *item != '\0';) {
        char *end = strchr(item, '\n');
        if (end == NULL)
            fail_msg("%s does not end in a line end", name);
        else
            *end = '\0';
        read_item(s, name, item);
        item = end + 1;
    }
}

static void check_script(const char *name, size_t size) {
    static script s;
    static pf_log log;
    static uint8_t flat[FILE_MOST];
    char path[1024];
    size_t reply = 0;

    const char *dot = strrchr(name, '.');
    assert_non_null(dot);
    assert_string_equal(dot, ".smtp");
    if (octets[0] != '#') fail_msg("%s does not begin with a comment that says why", name);
    read_script(&s, name, size);
    (void)snprintf(path, sizeof path, "%s/seeds/fuzz_session/%.*s", POSTERN_CORPUS, (int)(dot - name), name);
    const size_t flat_size = read_file(path, flat);
    if (flat_size != s.size || memcmp(flat, s.octets, s.size) != 0)
        fail_msg("the flat seed of %s is not as its script: run scripts/seeds", name);

    const pf_target_options options = pf_target_options_read(s.octets, s.size);
    (void)pf_target_run(&pf_target_postern, &options, s.octets, s.size, s.cuts, s.cut_count, &log);
    for (size_t i = 0; i < log.count; i++) {
        const pf_event *event = &log.events[i];
        if (event->kind != PF_EVENT_REPLY) continue;
        if (reply == s.reply_count) fail_msg("%s: a reply %d that is not expected", name, event->code);
        if (event->code != s.replies[reply].code || event->end != s.replies[reply].offset)
            fail_msg("%s: reply %d behind octet %zu; expected %d behind %zu", name, event->code, (size_t)event->end,
                     s.replies[reply].code, s.replies[reply].offset);
        reply++;
    }
    if (reply != s.reply_count) fail_msg("%s: %zu of %zu replies", name, reply, s.reply_count);
}

static void scripts_run_as_they_say(void **state) {
    (void)state;
    assert_in_range(each_file("sessions", check_script), 100, 1000);
}

/* ---- The dictionary ---- */

static bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

/* A token of the form that both engines read: name="text", with the escapes \\, \" and \xHH alone. Returns: its octets.
 */
static size_t token_size(const char *line, size_t length) {
    const char *quote = memchr(line, '"', length);
    size_t size = 0;
    assert_non_null(quote);
    assert_true(quote > line + 1 && quote[-1] == '=');
    for (const char *c = line; c < quote - 1; c++) assert_true((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9'));
    assert_int_equal(line[length - 1], '"');
    for (const char *c = quote + 1; c < line + length - 1; c++, size++) {
        assert_true(*c >= ' ' && *c <= '~' && *c != '"');
        if (*c != '\\') continue;
        c++;
        if (*c == 'x') {
            assert_true(is_hex(c[1]) && is_hex(c[2]));
            c += 2;
        } else {
            assert_true(*c == '\\' || *c == '"');
        }
        assert_true(c < line + length - 1);
    }
    return size;
}

static void the_dictionary_is_portable(void **state) {
    (void)state;
    const size_t size = read_file(POSTERN_DICTIONARY_FILE, octets);
    if (size == SIZE_MAX) skip(); /* a build without it */
    size_t tokens = 0;
    for (size_t at = 0; at < size;) {
        const char *line = (const char *)octets + at;
        const char *end = memchr(line, '\n', size - at);
        assert_non_null(end);
        const size_t length = (size_t)(end - line);
        if (length > 0 && line[0] != '#') {
            assert_in_range(token_size(line, length), 1, 63);
            tokens++;
        }
        at += length + 1;
    }
    assert_in_range(tokens, 150, 1000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_tell_the_verdict),
        cmocka_unit_test(scripts_run_as_they_say),
        cmocka_unit_test(the_dictionary_is_portable),
    };
    return cmocka_run_group_tests_name("corpus", tests, NULL, NULL);
}
