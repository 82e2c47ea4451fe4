/* test_tls.c: two sides of TLS in one process say to each other what was said to them, and break off otherwise.
 *
 * Run with an argument it looks at tls_repeat, which a process calls first or never. Without one, the sanitizer sees
 * every block that OpenSSL takes.
 *
 * SPDX-License-Identifier: MIT */
#include "../tls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static uint8_t wire[1 << 16];
static uint8_t flights[1 << 16]; /* all that went over the wire */
static size_t flown;

/* Octets from one side to the other, in parts of so many at the most. */
static void carry(tls *from, tls *to, size_t part) {
    size_t size;
    while ((size = tls_drain(from, wire, part < sizeof wire ? part : sizeof wire)) > 0) {
        if (flown + size <= sizeof flights) {
            memcpy(flights + flown, wire, size);
            flown += size;
        }
        tls_feed(to, wire, size);
    }
}

static bool shake_hands(tls *client, tls *server, size_t part) {
    bool done = false;
    flown = 0;
    for (int flight = 0; flight < 8 && !done; flight++) {
        done = tls_handshake(client) == TLS_OK;
        carry(client, server, part);
        done = tls_handshake(server) == TLS_OK && done;
        carry(server, client, part);
    }
    return done;
}

static void open_both(tls **client, tls **server, unsigned options) {
    *client = tls_open(TLS_CLIENT, options);
    *server = tls_open(TLS_SERVER, 0);
    assert_non_null(*client);
    assert_non_null(*server);
}

static void what_is_written_is_read(void **state) {
    (void)state;
    static uint8_t text[40000];
    static uint8_t read[sizeof text];
    const size_t parts[] = {1, 5, 1000, sizeof wire};

    for (size_t i = 0; i < sizeof text; i++) text[i] = (uint8_t)(i * 7);
    for (unsigned options = 0; options <= TLS_RESUME; options++) {
        for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
            tls *client, *server;
            size_t size, got = 0;
            open_both(&client, &server, options);
            assert_true(shake_hands(client, server, parts[p]));
            assert_string_equal(tls_version(server), options & TLS_RESUME ? "TLSv1.2" : "TLSv1.3");
            assert_int_equal(tls_read(server, read, sizeof read, &size), TLS_WANT);
            assert_int_equal(size, 0);
            assert_int_equal(tls_write(client, text, sizeof text), TLS_OK);
            assert_int_equal(tls_write(client, text, 0), TLS_OK);
            carry(client, server, parts[p]);
            while (tls_read(server, read + got, sizeof read - got, &size) == TLS_OK) got += size;
            assert_int_equal(got, sizeof text);
            assert_memory_equal(text, read, sizeof text);
            assert_int_equal(tls_write(server, text, 3), TLS_OK);
            tls_end(server);
            carry(server, client, parts[p]);
            assert_int_equal(tls_read(client, read, sizeof read, &size), TLS_OK);
            assert_int_equal(size, 3);
            assert_int_equal(tls_read(client, read, sizeof read, &size), TLS_ENDED);
            assert_string_equal(tls_reason(client), "");
            tls_close(client);
            tls_close(server);
        }
    }
}

static void what_is_no_tls_breaks_it_for_good(void **state) {
    (void)state;
    static const char text[] = "EHLO a.example\r\n";
    tls *client, *server;
    uint8_t read[64];
    size_t size;

    open_both(&client, &server, 0);
    tls_feed(server, (const uint8_t *)text, sizeof text - 1);
    assert_int_equal(tls_handshake(server), TLS_BROKEN);
    assert_true(tls_reason(server)[0] != '\0');
    assert_false(shake_hands(client, server, sizeof wire));
    assert_int_equal(tls_read(server, read, sizeof read, &size), TLS_BROKEN);
    assert_int_equal(tls_write(server, read, 1), TLS_BROKEN);
    tls_end(server);
    tls_close(client);
    tls_close(server);

    open_both(&client, &server, TLS_RESUME);
    assert_true(shake_hands(client, server, sizeof wire));
    tls_feed(server, (const uint8_t *)text, sizeof text - 1);
    assert_int_equal(tls_read(server, read, sizeof read, &size), TLS_BROKEN);
    assert_int_equal(tls_write(client, (const uint8_t *)text, 4), TLS_OK);
    carry(client, server, sizeof wire);
    assert_int_equal(tls_read(server, read, sizeof read, &size), TLS_BROKEN);
    tls_close(client);
    tls_close(server);
    tls_close(NULL);
}

/* A handshake that is broken off takes nothing from the next one. */
static void a_session_outlives_failures(void **state) {
    (void)state;
    for (int turn = 0; turn < 20; turn++) {
        tls *client, *server;
        open_both(&client, &server, TLS_RESUME);
        assert_int_equal(tls_handshake(client), TLS_WANT);
        carry(client, server, sizeof wire);
        (void)tls_handshake(server);
        carry(server, client, sizeof wire);
        (void)tls_handshake(client);
        const size_t size = tls_drain(client, wire, sizeof wire);
        assert_true(size > 20);
        wire[size - 1 - (size_t)turn % 16] ^= 1;
        tls_feed(server, wire, size);
        assert_int_equal(tls_handshake(server), TLS_BROKEN);
        tls_close(client);
        tls_close(server);
        open_both(&client, &server, TLS_RESUME);
        assert_true(shake_hands(client, server, sizeof wire));
        assert_true(flown < 1000); /* no certificate went over the wire */
        tls_close(client);
        tls_close(server);
    }
}

static void a_client_tells_a_name(void **state) {
    (void)state;
    static const char name[] = "mx.example";
    tls *client = tls_open(TLS_CLIENT, 0);
    bool found = false;

    assert_non_null(client);
    tls_set_name(client, name);
    assert_int_equal(tls_handshake(client), TLS_WANT);
    const size_t size = tls_drain(client, wire, sizeof wire);
    for (size_t i = 0; i + sizeof name <= size; i++) found = found || memcmp(wire + i, name, sizeof name - 1) == 0;
    assert_true(found);
    tls_close(client);
}

static void a_seed_says_every_octet(void **state) {
    (void)state;
    static uint8_t before[sizeof flights];
    const uint32_t seeds[] = {1, 1, 2};
    size_t size = 0;

    for (unsigned options = 0; options <= TLS_RESUME; options++) {
        for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++) {
            tls *client, *server;
            tls_repeat(seeds[i]);
            open_both(&client, &server, options);
            assert_true(shake_hands(client, server, sizeof wire));
            if (i == 1) assert_int_equal(flown, size);
            if (i == 1) assert_memory_equal(before, flights, flown);
            if (i == 2) assert_memory_not_equal(before, flights, flown < size ? flown : size);
            memcpy(before, flights, flown);
            size = flown;
            tls_close(client);
            tls_close(server);
        }
    }
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(what_is_no_tls_breaks_it_for_good),
        cmocka_unit_test(a_session_outlives_failures),
        cmocka_unit_test(a_client_tells_a_name),
    };
    const struct CMUnitTest repeated[] = {cmocka_unit_test(a_seed_says_every_octet)};

    (void)argv;
    return argc > 1 ? cmocka_run_group_tests_name("tls, repeated", repeated, NULL, NULL)
                    : cmocka_run_group_tests_name("tls", tests, NULL, NULL);
}
