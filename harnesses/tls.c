/* tls.c: see tls.h. Room: harnesses/.
 *
 * SPDX-License-Identifier: MIT */
#define OPENSSL_SUPPRESS_DEPRECATED /* RAND_set_rand_method: what came in its place cannot be told what to say */
#include "tls.h"

#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tls {
    SSL *ssl;
    BIO *in; /* owned by ssl, like the next */
    BIO *out;
    bool broken;
    unsigned long error;
};

/* Made once for a process, at the first use. */
static struct {
    bool tried;
    SSL_CTX *server;
    SSL_CTX *client;
    SSL_SESSION *of_server; /* a session of TLS 1.2 that both know */
    SSL_SESSION *of_client;
} home;

/* ---- The certificate ---- */

/* A certificate for nobody, by nobody, for all times: nobody asks what it says. */
static X509 *certify(EVP_PKEY *key) {
    X509 *made = X509_new();
    if (made == NULL) return NULL;
    X509_NAME *name = X509_get_subject_name(made);
    const bool good =
        X509_set_version(made, X509_VERSION_3) == 1 && ASN1_INTEGER_set(X509_get_serialNumber(made), 1) == 1 &&
        ASN1_TIME_set_string(X509_getm_notBefore(made), "20000101000000Z") == 1 &&
        ASN1_TIME_set_string(X509_getm_notAfter(made), "20991231235959Z") == 1 && X509_set_pubkey(made, key) == 1 &&
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost", -1, -1, 0) == 1 &&
        X509_set_issuer_name(made, name) == 1 && X509_sign(made, key, EVP_sha256()) > 0;
    if (good) return made;
    X509_free(made);
    return NULL;
}

static bool identify(SSL_CTX *context) {
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = key != NULL ? certify(key) : NULL;
    const bool good = certificate != NULL && SSL_CTX_use_certificate(context, certificate) == 1 &&
                      SSL_CTX_use_PrivateKey(context, key) == 1;
    X509_free(certificate);
    EVP_PKEY_free(key);
    return good;
}

/* ---- Sessions to take up ---- */

/* A session that is used up by a handshake that fails would be gone for the next one: everybody gets a copy. */
static SSL_SESSION *recall(SSL *ssl, const unsigned char *id, int size, int *copy) {
    unsigned known_size = 0;
    (void)ssl;
    *copy = 0;
    if (home.of_server == NULL) return NULL;
    const unsigned char *known = SSL_SESSION_get_id(home.of_server, &known_size);
    if (known_size != (unsigned)size || memcmp(known, id, known_size) != 0) return NULL;
    return SSL_SESSION_dup(home.of_server);
}

/* One side to the other. */
static void carry(tls *from, tls *to) {
    uint8_t octets[4096];
    size_t size;
    while ((size = tls_drain(from, octets, sizeof octets)) > 0) tls_feed(to, octets, size);
}

/* One whole handshake, from which both sides keep the session. */
static void introduce(void) {
    enum { FLIGHTS_MOST = 8 };
    tls *client = tls_open(TLS_CLIENT, 0);
    tls *server = tls_open(TLS_SERVER, 0);

    if (client != NULL && server != NULL && SSL_set_max_proto_version(client->ssl, TLS1_2_VERSION) == 1) {
        bool done = false;
        for (int flight = 0; flight < FLIGHTS_MOST && !done; flight++) {
            done = tls_handshake(client) == TLS_OK;
            carry(client, server);
            done = tls_handshake(server) == TLS_OK && done;
            carry(server, client);
        }
        if (done) {
            home.of_client = SSL_SESSION_dup(SSL_get0_session(client->ssl));
            home.of_server = SSL_SESSION_dup(SSL_get0_session(server->ssl));
        }
        /* It outlives the longest campaign. */
        if (home.of_client != NULL) (void)SSL_SESSION_set_timeout(home.of_client, 1L << 30);
        if (home.of_server != NULL) (void)SSL_SESSION_set_timeout(home.of_server, 1L << 30);
    }
    tls_close(client);
    tls_close(server);
}

/* ---- The two kinds of sides ---- */

static SSL_CTX *make(const SSL_METHOD *method) {
    SSL_CTX *made = SSL_CTX_new(method);
    if (made == NULL) return NULL;
    (void)SSL_CTX_set_min_proto_version(made, TLS1_2_VERSION);
    (void)SSL_CTX_set_options(made, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
    (void)SSL_CTX_set_session_cache_mode(made, SSL_SESS_CACHE_OFF);
    return made;
}

static bool settle(void) {
    if (home.tried) return home.client != NULL;
    home.tried = true;
    if (OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1) return false; /* the same on every machine */
    home.server = make(TLS_server_method());
    home.client = home.server != NULL ? make(TLS_client_method()) : NULL;
    if (home.client == NULL || !identify(home.server) ||
        SSL_CTX_set_session_id_context(home.server, (const unsigned char *)"postern", 7) != 1) {
        SSL_CTX_free(home.server);
        SSL_CTX_free(home.client);
        home.server = home.client = NULL;
        return false;
    }
    (void)SSL_CTX_set_num_tickets(home.server, 0);
    (void)SSL_CTX_set_session_cache_mode(home.server, SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_get_cb(home.server, recall);
    introduce();
    return true;
}

/* Have the client take up the session of both. */
static bool resume(SSL *ssl) {
    SSL_SESSION *known = home.of_client != NULL ? SSL_SESSION_dup(home.of_client) : NULL;
    const bool good =
        known != NULL && SSL_set_max_proto_version(ssl, TLS1_2_VERSION) == 1 && SSL_set_session(ssl, known) == 1;
    SSL_SESSION_free(known);
    return good;
}

tls *tls_open(tls_role role, unsigned options) {
    if (!settle()) return NULL;
    tls *side = calloc(1, sizeof *side);
    if (side == NULL) return NULL;
    side->ssl = SSL_new(role == TLS_SERVER ? home.server : home.client);
    side->in = BIO_new(BIO_s_mem());
    side->out = BIO_new(BIO_s_mem());
    if (side->ssl == NULL || side->in == NULL || side->out == NULL) {
        BIO_free(side->in);
        BIO_free(side->out);
        SSL_free(side->ssl);
        free(side);
        return NULL;
    }
    SSL_set_bio(side->ssl, side->in, side->out);
    if (role == TLS_SERVER)
        SSL_set_accept_state(side->ssl);
    else
        SSL_set_connect_state(side->ssl);
    if (role == TLS_CLIENT && (options & TLS_RESUME) && !resume(side->ssl)) {
        tls_close(side);
        return NULL;
    }
    return side;
}

void tls_close(tls *side) {
    if (side == NULL) return;
    SSL_free(side->ssl);
    free(side);
    ERR_clear_error();
}

void tls_set_name(tls *side, const char *name) {
    if (SSL_set_tlsext_host_name(side->ssl, name) != 1) side->broken = true;
}

/* ---- Octets ---- */

static tls_status status_of(tls *side, int result) {
    if (result > 0) return TLS_OK;
    switch (SSL_get_error(side->ssl, result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return TLS_WANT;
    case SSL_ERROR_ZERO_RETURN: return TLS_ENDED;
    default: break;
    }
    side->broken = true;
    side->error = ERR_peek_error();
    ERR_clear_error();
    return TLS_BROKEN;
}

tls_status tls_handshake(tls *side) {
    if (side->broken) return TLS_BROKEN;
    ERR_clear_error();
    return status_of(side, SSL_do_handshake(side->ssl));
}

void tls_feed(tls *side, const uint8_t *octets, size_t size) {
    size_t written;
    if (size > 0 && (BIO_write_ex(side->in, octets, size, &written) != 1 || written != size)) side->broken = true;
}

size_t tls_drain(tls *side, uint8_t *out, size_t capacity) {
    size_t size = 0;
    return capacity > 0 && BIO_read_ex(side->out, out, capacity, &size) == 1 ? size : 0;
}

tls_status tls_read(tls *side, uint8_t *out, size_t capacity, size_t *size) {
    *size = 0;
    if (side->broken) return TLS_BROKEN;
    ERR_clear_error();
    const tls_status status = status_of(side, SSL_read_ex(side->ssl, out, capacity, size));
    if (status != TLS_OK) *size = 0;
    return status;
}

tls_status tls_write(tls *side, const uint8_t *octets, size_t size) {
    size_t written;
    if (side->broken) return TLS_BROKEN;
    ERR_clear_error();
    return size == 0 ? TLS_OK : status_of(side, SSL_write_ex(side->ssl, octets, size, &written));
}

void tls_end(tls *side) {
    if (!side->broken) (void)SSL_shutdown(side->ssl);
    ERR_clear_error();
}

const char *tls_reason(const tls *side) {
    static char text[256];
    if (!side->broken) return "";
    ERR_error_string_n(side->error, text, sizeof text);
    return text;
}

const char *tls_version(const tls *side) {
    return SSL_get_version(side->ssl);
}

/* ---- The same each time ---- */

static uint64_t chance;

/* splitmix64 */
static uint64_t draw(void) {
    uint64_t drawn = chance += 0x9e3779b97f4a7c15u;
    drawn = (drawn ^ drawn >> 30) * 0xbf58476d1ce4e5b9u;
    drawn = (drawn ^ drawn >> 27) * 0x94d049bb133111ebu;
    return drawn ^ drawn >> 31;
}

static int fill(unsigned char *out, int size) {
    for (int at = 0; at < size; at += 8) {
        const uint64_t drawn = draw();
        memcpy(out + at, &drawn, size - at < 8 ? (size_t)(size - at) : 8);
    }
    return 1;
}

static int is_seeded(void) {
    return 1;
}

/* libc's own, there under any sanitizer; NULL where libc is another one. */
__attribute__((weak)) void *__libc_malloc(size_t size);
__attribute__((weak)) void *__libc_realloc(void *block, size_t size);
__attribute__((weak)) void __libc_free(void *block);

static void *plain_malloc(size_t size, const char *file, int line) {
    (void)file, (void)line;
    return __libc_malloc(size);
}

static void *plain_realloc(void *block, size_t size, const char *file, int line) {
    (void)file, (void)line;
    return __libc_realloc(block, size);
}

static void plain_free(void *block, const char *file, int line) {
    (void)file, (void)line;
    __libc_free(block);
}

void tls_repeat(uint32_t seed) {
    static const RAND_METHOD method = {.bytes = fill, .pseudorand = fill, .status = is_seeded};

    if (!home.tried) {
        if (__libc_malloc && __libc_realloc && __libc_free)
            (void)CRYPTO_set_mem_functions(plain_malloc, plain_realloc, plain_free);
        (void)RAND_set_rand_method(&method);
        chance = 0;
        (void)settle();
    }
    chance = seed;
}
