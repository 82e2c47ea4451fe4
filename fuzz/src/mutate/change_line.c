/* change_line.c: what can be done to one line, and to the octets of lines. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include "bench.h"

/* ---- Anywhere ---- */

bool pf_change_line_end(pf_bench *bench) {
    const size_t from = pf_position(bench);
    const uint8_t *lf = memchr(bench->octets + from, '\n', bench->size - from);

    if (lf == NULL) lf = memchr(bench->octets, '\n', bench->size);
    const size_t end = lf != NULL ? (size_t)(lf - bench->octets) + 1 : bench->size;
    const size_t begin = lf == NULL ? end : end > 1 && lf[-1] == '\r' ? end - 2 : end - 1;
    pf_piece(bench, end - begin);
    pf_make_line_end(&bench->maker);
    return pf_place(bench, begin, end);
}

bool pf_insert_odd_octet(pf_bench *bench) {
    static const char odd[] = "\0\r\n\xff\x80\x1b\x7f\t\x0b\x85 .=\\\"<>()@:;+-,[]";
    const size_t at = pf_position(bench);

    if (pf_one_in(&bench->maker, 4) && at < bench->size) {
        bench->octets[at] ^= 0x80;
        return true;
    }
    pf_piece(bench, 0);
    pf_put(&bench->maker, odd + pf_below(&bench->maker, sizeof odd - 1), 1);
    return pf_place(bench, at, at);
}

static bool is_letter(uint8_t octet) {
    return (octet | 0x20) >= 'a' && (octet | 0x20) <= 'z';
}

/* The next octet at or behind a position that one drew, that is a letter (or a digit). Returns: size when none is. */
static size_t find(pf_bench *bench, bool (*is)(uint8_t)) {
    const size_t from = pf_position(bench);

    for (size_t at = from; at < bench->size; at++)
        if (is(bench->octets[at])) return at;
    for (size_t at = 0; at < from; at++)
        if (is(bench->octets[at])) return at;
    return bench->size;
}

bool pf_change_case(pf_bench *bench) {
    const bool one = pf_one_in(&bench->maker, 2);
    size_t at = find(bench, is_letter);

    if (at == bench->size) return false;
    for (; at < bench->size && is_letter(bench->octets[at]); at++) {
        bench->octets[at] ^= 0x20;
        if (one) break;
    }
    return true;
}

static bool is_digit(uint8_t octet) {
    return octet >= '0' && octet <= '9';
}

bool pf_change_number(pf_bench *bench) {
    pf_maker *maker = &bench->maker;
    size_t begin = find(bench, is_digit);
    size_t end = begin;
    uint64_t number = 0;

    if (begin == bench->size) return false;
    while (begin > 0 && is_digit(bench->octets[begin - 1])) begin--;
    for (end = begin; end < bench->size && is_digit(bench->octets[end]); end++)
        number = number * 10 + (uint64_t)(bench->octets[end] - '0');
    pf_piece(bench, end - begin);
    switch (pf_below(maker, 4)) {
    case 0: pf_put_number(maker, number + pf_between(maker, 1, 3)); break;
    case 1: pf_put_number(maker, number - (number > 0 ? 1 : 0)); break;
    default: pf_make_number(maker); break;
    }
    return pf_place(bench, begin, end);
}

bool pf_insert_end_of_data(pf_bench *bench) {
    const size_t at = pf_position(bench);

    pf_piece(bench, 0);
    pf_make_end_of_data(&bench->maker);
    if (pf_one_in(&bench->maker, 2)) pf_make_canaries(&bench->maker);
    return pf_place(bench, at, at);
}

/* ---- One line ---- */

/* Where the line ends without its CRLF. */
static size_t text_end(const pf_bench *bench, size_t begin, size_t end) {
    if (end > begin && bench->octets[end - 1] == '\n') end--;
    if (end > begin && bench->octets[end - 1] == '\r') end--;
    return end;
}

static size_t verb_end(const pf_bench *bench, size_t begin, size_t end) {
    while (begin < end && is_letter(bench->octets[begin])) begin++;
    return begin;
}

bool pf_change_verb_of(pf_bench *bench, size_t begin, size_t end) {
    pf_maker *maker = &bench->maker;
    end = verb_end(bench, begin, end);

    pf_piece(bench, end - begin);
    switch (pf_below(maker, 8)) {
    case 0: /* one letter with its high bit */
    case 4:
        pf_put(maker, bench->octets + begin, end - begin);
        if (maker->size > 0) maker->octets[pf_below(maker, maker->size)] |= 0x80;
        break;
    case 1: /* one too few */
        pf_put(maker, bench->octets + begin, end - begin);
        if (maker->size > 0) maker->size--;
        break;
    case 2: /* one too many */
        pf_put(maker, bench->octets + begin, end - begin);
        pf_put_letters(maker, 1);
        break;
    case 3: /* white space before it */
        PF_PUT(maker, " ");
        pf_put(maker, bench->octets + begin, end - begin);
        break;
    default: pf_make_verb(maker, pf_draw_verb(maker)); break;
    }
    return pf_place(bench, begin, end);
}

bool pf_change_argument_of(pf_bench *bench, size_t begin, size_t end) {
    pf_maker *maker = &bench->maker;
    const pf_verb verb = pf_verb_of(bench->octets + begin, end - begin);
    const size_t from = verb_end(bench, begin, end);
    end = text_end(bench, from, end);

    pf_piece(bench, end - from);
    switch (pf_below(maker, 14)) {
    case 0: break;
    case 4: /* cut */
    case 5: pf_put(maker, bench->octets + from, pf_below(maker, end - from + 1)); break;
    case 6: /* an octet again and again, in it or behind it */
        pf_put(maker, bench->octets + from, pf_one_in(maker, 2) ? end - from : pf_below(maker, end - from + 1));
        if (pf_one_in(maker, 2)) PF_PUT(maker, " ");
        pf_make_run(maker);
        break;
    case 7:
        PF_PUT(maker, " ");
        pf_make_domain_wrong(maker);
        break;
    case 1: /* twice the space before it */
        PF_PUT(maker, " ");
        pf_put(maker, bench->octets + from, end - from);
        break;
    case 2: /* something behind it */
    case 8:
    case 9:
        pf_put(maker, bench->octets + from, end - from);
        PF_PUT(maker, " ");
        pf_put_letters(maker, pf_between(maker, 1, 6));
        break;
    case 3: pf_make_argument(maker, pf_draw_verb(maker), PF_ALONE); break;
    default: pf_make_argument(maker, verb, pf_one_in(maker, 4) ? PF_ALONE : PF_IN_SESSION); break;
    }
    return pf_place(bench, from, end);
}

bool pf_change_address_of(pf_bench *bench, size_t begin, size_t end) {
    /* what never closes */
    static const pf_word open_ends[] = {W("\"a\\"),      W("\"a"),      W("\"\\"), W("\""),        W("a@["),
                                        W("a@[IPv6:1:"), W("a@[1.2.3"), W("@a:"),  W("a@b"),       W("a@"),
                                        W("\\"),         W("\"a\\\""),  W(""),     W("a@b SIZE=1")};
    const uint8_t *bracket = memchr(bench->octets + begin, '<', end - begin);
    if (bracket == NULL) return false;
    const size_t from = (size_t)(bracket - bench->octets) + 1;
    const size_t text = text_end(bench, from, end);
    size_t to = text;

    if (pf_one_in(&bench->maker, 7)) {
        pf_piece(bench, text - from);
        PF_PUT_ONE_OF(&bench->maker, open_ends);
        return pf_place(bench, from, text);
    }
    for (size_t at = from; at < to; at++)
        if (bench->octets[at] == '>') to = at;
    return pf_change_mailbox(bench, from, to);
}

/* The parameters of a line, and one of them. */
typedef struct parameters {
    size_t begin; /* behind the path */
    size_t end;
    size_t one; /* with its space */
    size_t one_end;
} parameters;

static parameters find_parameters(pf_bench *bench, size_t begin, size_t end) {
    parameters found = {.end = text_end(bench, begin, end)};
    size_t count = 0;

    found.begin = verb_end(bench, begin, end);
    for (size_t at = found.begin; at < found.end; at++)
        if (bench->octets[at] == '>') found.begin = at + 1;
    found.one = found.one_end = found.end;
    for (size_t at = found.begin; at < found.end; at++) /* each has the same chance to be the one */
        if (bench->octets[at] == ' ' && pf_one_in(&bench->maker, ++count)) found.one = at;
    for (found.one_end = found.one; found.one_end < found.end; found.one_end++)
        if (found.one_end > found.one && bench->octets[found.one_end] == ' ') break;
    return found;
}

bool pf_change_parameters_of(pf_bench *bench, size_t begin, size_t end) {
    pf_maker *maker = &bench->maker;
    const parameters found = find_parameters(bench, begin, end);
    const uint8_t *one = bench->octets + found.one;
    const size_t size = found.one_end - found.one;

    pf_piece(bench, size);
    switch (pf_below(maker, 7)) {
    case 6: /* some that are right */
        if (pf_verb_of(bench->octets + begin, end - begin) == PF_VERB_RCPT)
            pf_make_rcpt_parameters(maker, PF_IN_SESSION);
        else
            pf_make_mail_parameters(maker, PF_IN_SESSION);
        return pf_place(bench, found.end, found.end);
    case 0: return pf_cut_out(bench, found.one, found.one_end);
    case 1: /* twice */ pf_put(maker, one, size); return pf_place(bench, found.end, found.end);
    case 2: { /* its value changes */
        const uint8_t *equals = memchr(one, '=', size);
        if (equals == NULL) return false;
        pf_put(maker, one, (size_t)(equals - one) + 1);
        pf_make_number(maker);
        return pf_place(bench, found.one, found.one_end);
    }
    case 3: /* another one instead */ pf_make_parameter(maker); return pf_place(bench, found.one, found.one_end);
    default: /* one more */
        for (size_t left = pf_one_in(maker, 8) ? pf_between(maker, 2, 8) : 1; left > 0; left--)
            pf_make_parameter(maker);
        return pf_place(bench, found.end, found.end);
    }
}

bool pf_stretch(pf_bench *bench, size_t begin, size_t end) {
    /* 512 for a command, and what extensions add for VRFY, RCPT and MAIL; a reply; a text line; what servers were seen
     * to have; an AUTH line (RFC 5321 4.5.3.1, RFC 4954 4) */
    static const uint16_t limits[] = {512,  512,  512, 512, 512,  521,  1000,  1000,
                                      1042, 1257, 255, 256, 2048, 4096, 12288, 16384};
    pf_maker *maker = &bench->maker;
    const size_t limit = limits[pf_below(maker, sizeof limits / sizeof *limits)] + pf_below(maker, 5) - 2;
    const size_t text = text_end(bench, begin, end);

    if (limit < end - begin) {
        const size_t excess = end - begin - limit;
        return pf_cut_out(bench, excess < text - begin ? text - excess : begin, text);
    }
    const size_t missing = limit - (end - begin);
    const bool space = pf_one_in(maker, 6);
    const size_t at = pf_one_in(maker, 3) ? pf_between(maker, begin, text) : text;
    pf_piece(bench, 0);
    if (at == text && !space && missing > 1) {
        PF_PUT(maker, " ");
        pf_put_fill(maker, 'x', missing - 1);
    } else {
        pf_put_fill(maker, space ? ' ' : 'x', missing);
    }
    return missing > 0 && pf_place(bench, at, at);
}

/* ---- A mailbox ---- */

/* The last at sign; end where there is none. */
static size_t at_sign(const pf_bench *bench, size_t begin, size_t end) {
    for (size_t at = end; at > begin; at--)
        if (bench->octets[at - 1] == '@') return at - 1;
    return end;
}

/* The local-part in [begin, sign), or the domain behind the sign: another one, or one of a length at a limit. */
static bool change_half(pf_bench *bench, size_t begin, size_t sign, size_t end, bool local, bool long_one) {
    static const uint8_t locals[] = {1, 63, 64, 65, 66, 128};
    static const uint8_t domains[] = {63, 64, 253, 254, 255};
    pf_maker *maker = &bench->maker;

    if (!local && sign == end) return false;
    const size_t from = local ? begin : sign + 1;
    const size_t to = local ? sign : end;
    pf_piece(bench, to - from);
    if (local && long_one)
        pf_put_fill(maker, 'l', locals[pf_below(maker, sizeof locals)]);
    else if (local)
        pf_make_local_part(maker, 64);
    else if (long_one)
        pf_make_domain_of(maker, domains[pf_below(maker, sizeof domains)] + pf_below(maker, 2));
    else
        pf_make_domain(maker, 255);
    return pf_place(bench, from, to);
}

bool pf_change_mailbox(pf_bench *bench, size_t begin, size_t end) {
    static const pf_word odd[] = {W(""),
                                  W("Postmaster"),
                                  W("@a.example,@b.example:a@c.example"),
                                  W("@"),
                                  W("<>"),
                                  W("a@b@c"),
                                  W("postmaster@a.example"),
                                  W("<a@b>"),
                                  W("a@b>c"),
                                  W("(a)(b)(c)(d)(e)(f)a@b"),
                                  W("\\")};
    pf_maker *maker = &bench->maker;
    const size_t sign = at_sign(bench, begin, end);
    const size_t way = pf_below(maker, 13);

    if (way < 4) return change_half(bench, begin, sign, end, way % 2 == 0, way >= 2);
    if (way == 11) { /* an octet again and again, somewhere in it */
        const size_t at = pf_between(maker, begin, end);
        pf_piece(bench, 0);
        pf_make_run(maker);
        return pf_place(bench, at, at);
    }
    pf_piece(bench, end - begin);
    switch (way) {
    case 4: /* the whole is around the longest path */
        PF_PUT(maker, "a@");
        pf_make_domain_of(maker, pf_between(maker, 251, 255));
        break;
    case 5: PF_PUT_ONE_OF(maker, odd); break;
    case 6:
    case 7: pf_make_fault(maker, &pf_faults_address); break;
    case 8:
    case 9: pf_make_mailbox_refused(maker); break;
    case 10: pf_make_mailbox_utf8(maker); break;
    default: pf_make_mailbox(maker); break;
    }
    return pf_place(bench, begin, end);
}
