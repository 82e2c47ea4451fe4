/* model/reply_table.h: the rows of the reply table.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_MODEL_REPLY_TABLE_H
#define POSTERN_FUZZ_MODEL_REPLY_TABLE_H

#include <postern/fuzz/model.h>

extern const pf_model_reply_row pf_reply_table[];
extern const size_t pf_reply_table_size;

#endif
