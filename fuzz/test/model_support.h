/* What the tests of the reference model share: inputs in escapes, and logs as text that reads well in a diff.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_TEST_MODEL_SUPPORT_H
#define POSTERN_FUZZ_TEST_MODEL_SUPPORT_H

#include <postern/fuzz/exact.h>
#include <postern/fuzz/model.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* C escapes (\r \n \t \\ \" \xHH). Returns: the size, or SIZE_MAX for a bad escape. */
size_t model_unescape(const char *text, size_t size, uint8_t *out);

/* Run the model's session on octets that nothing can be read behind. The log is the same one each time. */
pf_model_outcome model_run_octets(const uint8_t *octets, size_t size, const pf_model_options *options);
pf_model_outcome model_run(const char *text, const pf_model_options *options);
const pf_log *model_log(void);

/* The codes of the replies behind the greeting: "250 250 354". */
const char *model_codes(void);
/* The whole log, one word an event: "R:CONNECT:220:0-0 L:EHLO:0-8 D:hello E:9-12 S C". LINE with an error: L!bare-lf.
 */
const char *model_dump(void);

/* Check `model_codes` of a session with the options of the test sessions. */
#define assert_codes(text, expected)                                                                                   \
    do {                                                                                                               \
        model_run(text, NULL);                                                                                         \
        assert_string_equal(model_codes(), expected);                                                                  \
    } while (0)

/* Call a visitor with the tab-separated columns of each row of a table in the shared folder. Returns: the number of
 * rows; 0 when the folder is not there. */
typedef void model_row_visitor(char *const *columns, size_t count);
size_t model_each_row(const char *file, model_row_visitor *visit);

#endif
