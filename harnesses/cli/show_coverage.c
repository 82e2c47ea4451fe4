/* show_coverage.c: `postern show --coverage`: what a corpus reaches of the protocol, and what it never does.
 *
 * SPDX-License-Identifier: MIT */
#include "show_coverage.h"

#include "files.h"
#include "visible.h"

#include <postern/fuzz/coverage.h>

#include <jansson.h>

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static const char broken[] = "(broken line)";

static const char *verb_name(size_t verb) {
    const char *name = pf_verb_name(verb);

    return name != NULL ? name : broken;
}

/* How many triples of a state are legal, and how many of those were reached. */
typedef struct share {
    unsigned legal;
    unsigned reached;
} share;

/* ---- Running ---- */

static int run_file(void *context, const char *path) {
    static pf_log log;
    pf_coverage *const coverage = context;
    cli_buffer octets = {0};
    const int exit_code = cli_session_read("show", path, &octets);

    if (exit_code == CLI_OK) {
        const uint8_t *data = octets.size > 0 ? (const uint8_t *)octets.data : (const uint8_t *)"";
        const pf_target_options options = pf_target_options_read(data, octets.size);
        (void)pf_target_run(&pf_target_postern, &options, data, octets.size, NULL, 0, &log);
        pf_coverage_add(coverage, &log);
    }
    cli_buffer_release(&octets);
    return exit_code;
}

static share share_of(const pf_coverage *coverage, pf_model_state state) {
    share found = {0, 0};

    for (size_t verb = 0; verb < PF_VERBS; verb++) {
        for (size_t class_ = 0; class_ < PF_CLASSES; class_++) {
            if (pf_triple_legal(state, verb, class_)) {
                found.legal++;
                found.reached += coverage->triples[state][verb][class_] > 0;
            }
        }
    }
    return found;
}

static share share_of_all(const pf_coverage *coverage) {
    share all = {0, 0};

    for (pf_model_state state = PF_STATE_NONE; state < PF_STATE_COUNT; state++) {
        const share one = share_of(coverage, state);
        all.legal += one.legal;
        all.reached += one.reached;
    }
    return all;
}

/* ---- Text ---- */

typedef struct paragraph {
    size_t column;
    bool begun;
} paragraph;

enum { INDENT = 14 };

/* One item of a list that runs over several rows. */
static void put_item(paragraph *p, const char *item) {
    const size_t size = strlen(item);

    if (p->begun && p->column + size + 3 > cli_width()) {
        printf(",\n%*s", INDENT, "");
        p->column = INDENT;
    } else if (p->begun) {
        fputs(", ", stdout);
        p->column += 2;
    }
    fputs(item, stdout);
    p->column += size;
    p->begun = true;
}

/* A list of triples of one state: "MAIL 4yz". */
static void put_triples(const pf_coverage *coverage, pf_model_state state, bool legal, bool reached) {
    paragraph p = {.column = INDENT};
    const share all = share_of(coverage, state);

    if (legal && !reached && all.reached == 0 && all.legal > 0) {
        printf("  %-*sall %u\n", INDENT - 2, pf_model_state_name(state), all.legal);
        return;
    }
    for (size_t verb = 0; verb < PF_VERBS; verb++) {
        char item[48];
        int size = 0;
        for (size_t class_ = 0; class_ < PF_CLASSES; class_++) {
            if (pf_triple_legal(state, verb, class_) == legal &&
                (coverage->triples[state][verb][class_] > 0) == reached) {
                size += snprintf(item + size, sizeof item - (size_t)size, "%s %zuyz", size == 0 ? verb_name(verb) : "",
                                 class_ + 2);
            }
        }
        if (size > 0) {
            if (!p.begun) {
                printf("  %-*s", INDENT - 2, pf_model_state_name(state));
            }
            put_item(&p, item);
        }
    }
    if (p.begun) {
        puts("");
    }
}

static bool has_any(const pf_coverage *coverage, bool legal, bool reached) {
    for (pf_model_state state = PF_STATE_NONE; state < PF_STATE_COUNT; state++) {
        for (size_t verb = 0; verb < PF_VERBS; verb++) {
            for (size_t class_ = 0; class_ < PF_CLASSES; class_++) {
                if (pf_triple_legal(state, verb, class_) == legal &&
                    (coverage->triples[state][verb][class_] > 0) == reached) {
                    return true;
                }
            }
        }
    }
    return false;
}

static void put_section(const pf_coverage *coverage, const char *title, bool legal, bool reached) {
    if (has_any(coverage, legal, reached)) {
        printf("\n%s%s%s\n", cli_paint_code(CLI_BOLD), title, cli_paint_code(CLI_PLAIN));
        for (pf_model_state state = PF_STATE_NONE; state < PF_STATE_COUNT; state++) {
            put_triples(coverage, state, legal, reached);
        }
    }
}

static void put_codes(const pf_coverage *coverage) {
    printf("\n%sCodes, by verb%s\n", cli_paint_code(CLI_BOLD), cli_paint_code(CLI_PLAIN));
    for (size_t verb = 0; verb < PF_VERBS; verb++) {
        bool any = false;
        for (size_t code = 0; code < PF_CODES; code++) {
            if (coverage->codes[verb][code] == 0) {
                continue;
            }
            if (!any) {
                printf("  %-18s", verb_name(verb));
            }
            printf(" %zu", code + 200);
            any = true;
        }
        if (any) {
            puts("");
        }
    }
}

static void put_row(const char *name, share one) {
    printf("  %-*s%8u%8u%9.1f %%\n", INDENT - 2, name, one.reached, one.legal,
           one.legal > 0 ? 100.0 * one.reached / one.legal : 0.0);
}

static void print_text(const pf_coverage *coverage) {
    printf("%" PRIu64 " session%s, %" PRIu64 " repl%s: state, verb and class of the reply\n\n", coverage->sessions,
           visible_plural(coverage->sessions), coverage->replies, coverage->replies == 1 ? "y" : "ies");
    printf("  %-*s%8s%8s\n", INDENT - 2, "state", "reached", "legal");
    for (pf_model_state state = PF_STATE_NONE; state < PF_STATE_COUNT; state++) {
        const share one = share_of(coverage, state);
        if (one.legal > 0) {
            put_row(pf_model_state_name(state), one);
        }
    }
    put_row("all", share_of_all(coverage));
    put_codes(coverage);
    put_section(coverage, "Never reached", true, false);
    put_section(coverage, "Reached, though no RFC has it", false, true);
}

/* ---- JSON ---- */

static json_t *triple_json(pf_model_state state, size_t verb, size_t class_) {
    return json_pack("{s:s, s:s?, s:i}", "state", pf_model_state_name(state), "verb", pf_verb_name(verb), "class",
                     (int)class_ + 2);
}

/* Sort each triple into its list. */
static void add_triples(const pf_coverage *coverage, json_t *reached, json_t *never, json_t *outside) {
    for (pf_model_state state = PF_STATE_NONE; state < PF_STATE_COUNT; state++) {
        for (size_t verb = 0; verb < PF_VERBS; verb++) {
            for (size_t class_ = 0; class_ < PF_CLASSES; class_++) {
                const uint64_t times = coverage->triples[state][verb][class_];
                const bool legal = pf_triple_legal(state, verb, class_);
                if (times == 0 && !legal) {
                    continue;
                }
                json_t *one = triple_json(state, verb, class_);
                if (times > 0) {
                    json_object_set_new(one, "count", json_integer((json_int_t)times));
                }
                json_array_append_new(times == 0 ? never : legal ? reached : outside, one);
            }
        }
    }
}

static json_t *codes_json(const pf_coverage *coverage) {
    json_t *codes = json_array();

    for (size_t verb = 0; verb < PF_VERBS; verb++) {
        for (size_t code = 0; code < PF_CODES; code++) {
            const uint64_t times = coverage->codes[verb][code];
            if (times > 0) {
                json_array_append_new(codes, json_pack("{s:s?, s:i, s:I}", "verb", pf_verb_name(verb), "code",
                                                       (int)code + 200, "count", (json_int_t)times));
            }
        }
    }
    return codes;
}

static json_t *moves_json(const pf_coverage *coverage) {
    json_t *moves = json_array();

    for (pf_model_state from = PF_STATE_NONE; from < PF_STATE_COUNT; from++) {
        for (pf_model_state to = PF_STATE_NONE; to < PF_STATE_COUNT; to++) {
            if (coverage->moves[from][to] > 0) {
                json_array_append_new(moves, json_pack("{s:s, s:s, s:I}", "from", pf_model_state_name(from), "to",
                                                       pf_model_state_name(to), "count",
                                                       (json_int_t)coverage->moves[from][to]));
            }
        }
    }
    return moves;
}

static void print_json(const pf_coverage *coverage) {
    const share all = share_of_all(coverage);
    json_t *states = json_array(), *reached = json_array(), *never = json_array(), *outside = json_array();

    for (pf_model_state state = PF_STATE_NONE; state < PF_STATE_COUNT; state++) {
        const share one = share_of(coverage, state);
        if (one.legal > 0) {
            json_array_append_new(states, json_pack("{s:s, s:i, s:i}", "state", pf_model_state_name(state), "legal",
                                                    (int)one.legal, "reached", (int)one.reached));
        }
    }
    add_triples(coverage, reached, never, outside);
    json_t *report =
        json_pack("{s:I, s:I, s:i, s:i, s:o, s:o, s:o, s:o, s:o, s:o}", "sessions", (json_int_t)coverage->sessions,
                  "replies", (json_int_t)coverage->replies, "legal", (int)all.legal, "reached", (int)all.reached,
                  "states", states, "triples", reached, "never", never, "outside", outside, "codes",
                  codes_json(coverage), "moves", moves_json(coverage));
    json_dumpf(report, stdout, JSON_INDENT(1) | JSON_ENSURE_ASCII);
    puts("");
    json_decref(report);
}

/* ---- The picture ---- */

/* An edge: the verbs that took it, three to a row, or how many they are; and how often. */
static void draw_edge(FILE *out, const pf_coverage *coverage, pf_model_state from, pf_model_state to) {
    enum { NAMED_MOST = 9 };
    const uint32_t movers = coverage->movers[from][to];
    unsigned names = 0;

    fprintf(out, "  %s -> %s [label=\"", pf_model_state_name(from), pf_model_state_name(to));
    for (size_t verb = 0; verb < PF_VERBS; verb++) {
        names += movers >> verb & 1u;
    }
    if (names > NAMED_MOST) {
        fprintf(out, "%u verbs", names);
    }
    for (size_t verb = 0, named = 0; verb < PF_VERBS && names <= NAMED_MOST; verb++) {
        if (movers >> verb & 1u) {
            fprintf(out, "%s%s", named == 0 ? "" : named % 3 == 0 ? "\\n" : " ", verb_name(verb));
            named++;
        }
    }
    fprintf(out, "\\n%" PRIu64 "\"", coverage->moves[from][to]);
    fprintf(out, "%s];\n", from == to ? ", color=gray50, fontcolor=gray40" : "");
}

static void draw(FILE *out, const pf_coverage *coverage) {
    fputs("digraph postern {\n"
          "  rankdir=TB; node [shape=box, style=rounded, fontname=\"sans-serif\"];\n"
          "  edge [fontname=\"sans-serif\", fontsize=9];\n",
          out);
    for (pf_model_state state = PF_STATE_NONE; state < PF_STATE_COUNT; state++) {
        const share one = share_of(coverage, state);
        const bool closed = state == PF_STATE_CLOSED;
        if (one.legal > 0 || closed) {
            fprintf(out, "  %s [label=\"%s", pf_model_state_name(state), pf_model_state_name(state));
            if (!closed) {
                fprintf(out, "\\n%u of %u", one.reached, one.legal);
            }
            fprintf(out, "\"%s];\n", one.reached == 0 && !closed ? ", style=\"rounded,dashed\"" : "");
        }
    }
    for (pf_model_state from = PF_STATE_NONE; from < PF_STATE_COUNT; from++) {
        for (pf_model_state to = PF_STATE_NONE; to < PF_STATE_COUNT; to++) {
            if (coverage->moves[from][to] > 0) {
                draw_edge(out, coverage, from, to);
            }
        }
    }
    /* The handshake is no reply, and counted as nothing. */
    if (coverage->moves[PF_STATE_GREETED][PF_STATE_TLS] > 0) {
        fputs("  TLS -> CONNECTED [label=\"handshake\", style=dashed];\n", out);
    }
    fputs("}\n", out);
}

static int write_graph(const pf_coverage *coverage, const char *path) {
    FILE *out = fopen(path, "w");

    if (out != NULL) {
        draw(out, coverage);
    }
    const bool good = out != NULL && ferror(out) == 0;
    if (out == NULL || fclose(out) != 0 || !good) {
        return cli_misuse("show", "cannot write %s: %s", path, strerror(errno));
    }
    return CLI_OK;
}

int show_coverage(char **paths, int count, bool json, const char *graph) {
    static pf_coverage coverage;

    for (int i = 0; i < count; i++) {
        if (cli_walk("show", paths[i], run_file, &coverage) != CLI_OK) {
            return CLI_MISUSE;
        }
    }
    if (coverage.sessions == 0) {
        return cli_misuse("show", "there is no session in %s", paths[0]);
    }
    if (json) {
        print_json(&coverage);
    } else {
        print_text(&coverage);
    }
    return graph != NULL ? write_graph(&coverage, graph) : CLI_OK;
}
