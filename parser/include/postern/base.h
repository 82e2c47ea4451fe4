/* postern/base.h: what every other header of libpostern stands on.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_BASE_H
#define POSTERN_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POSTERN_VERSION_MAJOR 0
#define POSTERN_VERSION_MINOR 1
#define POSTERN_VERSION_PATCH 0
#define POSTERN_VERSION_STRING "0.1.0"

#ifdef __cplusplus
extern "C" {
#endif

/* The contract of each function, told to the compiler. */
#if defined(__GNUC__) || defined(__clang__)
#define POSTERN_NODISCARD __attribute__((warn_unused_result))
#define POSTERN_NONNULL __attribute__((nonnull))
#define POSTERN_NONNULL_ARGS(...) __attribute__((nonnull(__VA_ARGS__)))
#else
#define POSTERN_NODISCARD
#define POSTERN_NONNULL
#define POSTERN_NONNULL_ARGS(...)
#endif

#if defined(_WIN32) && defined(POSTERN_SHARED)
#ifdef POSTERN_BUILDING
#define POSTERN_API __declspec(dllexport)
#else
#define POSTERN_API __declspec(dllimport)
#endif
#elif defined(__GNUC__) || defined(__clang__)
#define POSTERN_API __attribute__((visibility("default")))
#else
#define POSTERN_API
#endif

/* A run of octets that somebody else owns. Never NUL-terminated. An absent slice has data == NULL and size == 0; a
 * present but empty one has data != NULL. */
typedef struct postern_slice {
    const uint8_t *data;
    size_t size;
} postern_slice;

/* How a call ended. The three outcomes of parsing stay apart; misuse is none of them.
 *
 * POSTERN_COMPLETE   what was asked for is in the outputs.
 * POSTERN_NEED_MORE  all is well so far, and more octets are needed.
 * POSTERN_WRONG      the input breaks the grammar or a limit: the postern_fault says which, and where.
 * POSTERN_MISUSE     the caller broke the contract (a capacity of zero, a code out of range): nothing was done. */
typedef enum postern_status {
    POSTERN_COMPLETE = 0,
    POSTERN_NEED_MORE = 1,
    POSTERN_WRONG = 2,
    POSTERN_MISUSE = 3
} postern_status;

/* The library's version, "MAJOR.MINOR.PATCH". Returns: a constant string. */
POSTERN_API const char *postern_version(void);

#ifdef __cplusplus
}
#endif

#endif
