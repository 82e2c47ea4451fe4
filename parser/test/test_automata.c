/* test_automata.c: a proof for streams of every length. Framing and DATA are finite automata once the content of lines
 * is left out of account. Here each is written a second time, and every one of the 256 octets is fed to both from every
 * pair of states that can be reached.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <postern/body.h>
#include <postern/line.h>

/* ---- lines ---- */

typedef postern_status line_function(postern_line *, const uint8_t *, size_t, size_t *, postern_slice *,
                                     postern_fault *);

/* What the reference knows of a line: octets seen, as far as that matters; was a CR the last of them; the fault. */
typedef struct line_node {
    size_t seen;
    bool cr;
    postern_fault fault;
    postern_line framer;
    uint64_t ends; /* the faults with which the line may still end, a bit each */
    size_t next[256];
} line_node;

enum { LINE_NODES_MAX = 400, LINE_ENDED = LINE_NODES_MAX };
static line_node lines[LINE_NODES_MAX];
static size_t line_count;

/* One octet. Returns: has the line ended? Then fault is its outcome. */
static bool line_automaton(line_node *n, uint8_t octet, size_t limit) {
    const bool ended = n->cr && octet == '\n';
    const postern_error behind = n->cr && octet != '\n' ? POSTERN_ERROR_BARE_CR : POSTERN_ERROR_NONE;
    const postern_error here = n->seen == limit          ? POSTERN_ERROR_LINE_TOO_LONG
                               : octet == '\0'           ? POSTERN_ERROR_NUL
                               : octet == '\n' && !n->cr ? POSTERN_ERROR_BARE_LF
                                                         : POSTERN_ERROR_NONE;
    if (n->fault.error == POSTERN_ERROR_NONE && behind != POSTERN_ERROR_NONE) {
        n->fault = (postern_fault){behind, n->seen - 1};
    }
    if (n->fault.error == POSTERN_ERROR_NONE && here != POSTERN_ERROR_NONE) {
        n->fault = (postern_fault){here, n->seen};
    }
    n->cr = octet == '\r';
    n->seen += n->seen <= limit ? 1 : 0;
    return ended;
}

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Would both sides do the same from here on? Where in a line an octet behind the limit stands makes no difference. */
static bool same_line(const line_node *a, const line_node *b, size_t limit) {
    return a->seen == b->seen && a->cr == b->cr && a->fault.error == b->fault.error &&
           a->fault.offset == b->fault.offset && a->framer.after_cr == b->framer.after_cr &&
           least(a->framer.length, limit + 2) == least(b->framer.length, limit + 2) &&
           a->framer.fault.error == b->framer.fault.error &&
           least(a->framer.fault.offset, limit) == least(b->framer.fault.offset, limit);
}

static size_t line_index(const line_node *wanted, size_t limit) {
    for (size_t i = 0; i < line_count; i++) {
        if (same_line(&lines[i], wanted, limit)) {
            return i;
        }
    }
    assert_true(line_count < LINE_NODES_MAX);
    lines[line_count] = *wanted;
    return line_count++;
}

/* A bit for each outcome of a line: no error, or one of four at an offset up to the limit. */
static uint64_t bit_of(postern_fault fault) {
    return UINT64_C(1) << (fault.error == POSTERN_ERROR_NONE ? 0 : (size_t)fault.error + 4 * fault.offset);
}

static void line_step(size_t from, uint8_t octet, size_t limit, line_function *feed) {
    static line_node next;
    size_t taken = 0;
    postern_slice line;
    postern_fault fault;
    next = lines[from];
    next.ends = 0;
    bool ended = line_automaton(&next, octet, limit);
    postern_status status = feed(&next.framer, guard_copy(&octet, 1), 1, &taken, &line, &fault);
    guard_release();
    assert_int_equal(taken, 1);
    if (!ended) {
        assert_int_equal(status, POSTERN_NEED_MORE);
        expect_fault(fault, POSTERN_ERROR_NONE, 0, "within the line");
        lines[from].next[octet] = line_index(&next, limit);
        return;
    }
    assert_int_equal(status, next.fault.error == POSTERN_ERROR_NONE ? POSTERN_COMPLETE : POSTERN_WRONG);
    expect_fault(fault, next.fault.error, next.fault.offset, "at the end of the line");
    lines[from].ends |= bit_of(next.fault);
    lines[from].next[octet] = LINE_ENDED;
    next.seen = 0;
    next.cr = false;
    next.fault = (postern_fault){POSTERN_ERROR_NONE, 0};
    assert_int_equal(line_index(&next, limit), 0);
}

static void walk_lines(size_t limit, line_function *feed) {
    static line_node start;
    postern_line_init(&start.framer, limit);
    line_count = 0;
    assert_int_equal(line_index(&start, limit), 0);
    for (size_t i = 0; i < line_count; i++) {
        for (unsigned octet = 0; octet < 256; octet++) {
            line_step(i, (uint8_t)octet, limit, feed);
        }
    }
}

/* What can become of a line is what can become of it behind one more octet. */
static void find_ends(void) {
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < line_count; i++) {
            uint64_t before = lines[i].ends;
            for (unsigned octet = 0; octet < 256; octet++) {
                lines[i].ends |= lines[i].next[octet] == LINE_ENDED ? 0 : lines[lines[i].next[octet]].ends;
            }
            changed = changed || lines[i].ends != before;
        }
    }
}

static void lines_of_every_length(void **state) {
    (void)state;
    for (size_t limit = 2; limit <= 8; limit++) {
        walk_lines(limit, postern_line_feed_plain);
        size_t count = line_count;
        assert_in_range(count, 8 * limit, LINE_NODES_MAX);
        walk_lines(limit, postern_line_feed);
        assert_int_equal(line_count, count);
    }
}

/* A fault is pending when, and only when, every way in which the line can go on ends with it. */
static void a_pending_fault_is_certain(void **state) {
    (void)state;
    for (size_t limit = 2; limit <= 8; limit++) {
        size_t certain = 0;
        walk_lines(limit, postern_line_feed);
        find_ends();
        for (size_t i = 0; i < line_count; i++) {
            postern_fault fault = postern_line_pending_fault(&lines[i].framer);
            bool single = (lines[i].ends & (lines[i].ends - 1)) == 0;
            assert_true(lines[i].ends != 0);
            assert_int_equal(fault.error != POSTERN_ERROR_NONE, single);
            assert_true(!single || bit_of(fault) == lines[i].ends);
            certain += single ? 1 : 0;
        }
        assert_in_range(certain, 1, line_count - 1);
    }
}

/* ---- DATA ---- */

typedef postern_status data_function(postern_data *, const uint8_t *, size_t, size_t *, postern_slice *);

/* At the START of a line, in its TEXT, behind a CR of the text; behind a dot that begins a line, behind that and a CR.
 */
enum { START, TEXT, AFTER_CR, AFTER_DOT, AFTER_DOT_CR, END, PLACES };
enum { A_DOT, A_CR, A_LF, ANOTHER };

static const uint8_t goes_to[END][4] = {
    [START] = {AFTER_DOT, AFTER_CR, TEXT, TEXT},  [TEXT] = {TEXT, AFTER_CR, TEXT, TEXT},
    [AFTER_CR] = {TEXT, AFTER_CR, START, TEXT},   [AFTER_DOT] = {TEXT, AFTER_DOT_CR, TEXT, TEXT},
    [AFTER_DOT_CR] = {TEXT, AFTER_CR, END, TEXT},
};

/* What the reference knows of a body; `length` counts octets of the line, as far as that matters. */
typedef struct data_node {
    size_t place;
    size_t length;
    size_t offset;
    uint32_t violations;
    postern_error first;
    size_t first_offset;
    bool eight_bit;
    uint8_t content[2]; /* what the last octet let through */
    size_t size;
    postern_data data;
} data_node;

enum { LENGTHS = 8, DATA_KEYS = PLACES * LENGTHS * 16 * 2 * 4 * 2 * LENGTHS };
static data_node bodies[DATA_KEYS];

static void violate(data_node *n, uint32_t violation, postern_error error, size_t offset) {
    if (n->violations == 0) {
        n->first = error;
        n->first_offset = offset;
    }
    n->violations |= violation;
}

static void let_through(data_node *n, uint8_t octet, size_t offset, size_t limit) {
    if (limit != 0 && n->length == limit) {
        violate(n, POSTERN_VIOLATION_LINE_TOO_LONG, POSTERN_ERROR_LINE_TOO_LONG, offset);
    }
    n->length += limit != 0 && n->length < limit ? 1 : 0;
    n->content[n->size++] = octet;
}

static void data_automaton(data_node *n, uint8_t octet, size_t limit) {
    const size_t class = octet == '.' ? A_DOT : octet == '\r' ? A_CR : octet == '\n' ? A_LF : ANOTHER;
    const size_t from = n->place;
    const size_t offset = n->offset++;
    n->size = 0;
    n->place = goes_to[from][class];
    if (n->place == AFTER_DOT || n->place == AFTER_DOT_CR || n->place == END) {
        return;
    }
    if (from == AFTER_DOT_CR) {
        let_through(n, '\r', offset - 1, limit);
    }
    if ((from == AFTER_CR || from == AFTER_DOT_CR) && class != A_LF) {
        violate(n, POSTERN_VIOLATION_BARE_CR, POSTERN_ERROR_BARE_CR, offset - 1);
    }
    let_through(n, octet, offset, limit);
    if (n->place == START) {
        n->length = 0;
    } else if (class == A_LF) {
        violate(n, POSTERN_VIOLATION_BARE_LF, POSTERN_ERROR_BARE_LF, offset);
    } else if (octet == '\0') {
        violate(n, POSTERN_VIOLATION_NUL, POSTERN_ERROR_NUL, offset);
    }
    n->eight_bit = n->eight_bit || octet > 127;
}

/* A number for all of both sides that makes a difference later on. */
static size_t data_key(const data_node *n) {
    const size_t reference = ((n->place * LENGTHS + n->length) * 16 + n->violations) * 2 + n->eight_bit;
    const size_t receiver = (size_t)n->data.state * 2 + n->data.content.after_cr;
    assert_in_range(receiver, 0, 7);
    assert_in_range(n->data.content.line_length, 0, LENGTHS - 1);
    return (reference * 8 + receiver) * LENGTHS + n->data.content.line_length;
}

static void expect_same_body(const data_node *n, postern_status status, postern_slice slice) {
    const postern_content *content = &n->data.content;
    assert_int_equal(status, n->place == END ? POSTERN_COMPLETE : POSTERN_NEED_MORE);
    assert_int_equal(slice.size, n->size);
    assert_true(slice.size == 0 ? slice.data == NULL : memcmp(slice.data, n->content, slice.size) == 0);
    assert_int_equal(content->offset, n->offset);
    assert_int_equal(content->violations, n->violations);
    assert_int_equal(content->first, n->first);
    assert_int_equal(content->first_offset, n->first_offset);
    assert_int_equal(content->eight_bit, n->eight_bit);
}

static size_t walk_bodies(size_t limit, data_function *feed) {
    static bool known[DATA_KEYS];
    size_t count = 1;
    memset(known, 0, sizeof known);
    bodies[0] = (data_node){.place = START};
    postern_data_init(&bodies[0].data, (uint32_t)limit);
    known[data_key(&bodies[0])] = true;
    for (size_t i = 0; i < count; i++) {
        for (unsigned value = 0; value < 256; value++) {
            const uint8_t octet = (uint8_t)value;
            data_node next = bodies[i];
            size_t taken = 0;
            postern_slice slice;
            data_automaton(&next, octet, limit);
            postern_status status = feed(&next.data, guard_copy(&octet, 1), 1, &taken, &slice);
            assert_int_equal(taken, 1);
            expect_same_body(&next, status, slice);
            guard_release();
            if (next.place != END && !known[data_key(&next)]) {
                known[data_key(&next)] = true;
                bodies[count++] = next;
            }
        }
    }
    return count;
}

static void bodies_of_every_length(void **state) {
    (void)state;
    for (size_t limit = 0; limit < LENGTHS; limit++) {
        size_t count = walk_bodies(limit, postern_data_feed_plain);
        assert_in_range(count, 40, DATA_KEYS);
        assert_int_equal(walk_bodies(limit, postern_data_feed), count);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_of_every_length),
        cmocka_unit_test(a_pending_fault_is_certain),
        cmocka_unit_test(bodies_of_every_length),
    };
    return cmocka_run_group_tests_name("automata", tests, NULL, NULL);
}
