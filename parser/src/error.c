/* error.c: what is known of each error, unfolded from the one list in error.h; and the version.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/error.h>

static const postern_error_info errors[POSTERN_ERROR_COUNT] = {
#define ERROR_INFO(identifier, name, code, enhanced, text, section)                                                    \
    [POSTERN_ERROR_##identifier] = {name, code, enhanced, text, sizeof(text) - 1, section},
    POSTERN_ERROR_LIST(ERROR_INFO)
#undef ERROR_INFO
};

const postern_error_info *postern_error_describe(postern_error error) {
    /* An enumeration may hold any int that a caller casts into it, and may be signed: go by way of size_t. */
    size_t index = (size_t)error;
    return &errors[index < POSTERN_ERROR_COUNT ? index : POSTERN_ERROR_NONE];
}

const char *postern_version(void) {
    return POSTERN_VERSION_STRING;
}
