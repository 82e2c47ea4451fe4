/* touch.c: reading every octet of every slice that libpostern hands out. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/exact.h>
#include <postern/fuzz/libpostern.h>

void pf_touch_slice(postern_slice slice) { pf_touch(slice.data, slice.size); }

void pf_touch_path(const postern_path *path) {
    pf_touch_slice(path->raw);
    pf_touch_slice(path->route);
    pf_touch_slice(path->mailbox.raw);
    pf_touch_slice(path->mailbox.local);
    pf_touch_slice(path->mailbox.domain);
}

static void touch_value(const postern_parameter_values *values, postern_parameter_id id, postern_slice value) {
    if (values->given & 1u << id)
        pf_touch_slice(value);
}

void pf_touch_command(const postern_command *command) {
    const postern_parameter_values *values = &command->values;

    pf_touch_slice(command->verb_raw);
    pf_touch_slice(command->argument);
    pf_touch_path(&command->path);
    pf_touch_slice(command->domain);
    pf_touch_slice(command->text);
    pf_touch_slice(command->mechanism);
    pf_touch_slice(command->initial);
    for (size_t i = 0; i < command->parameter_count; i++) {
        pf_touch_slice(command->parameters[i].keyword);
        pf_touch_slice(command->parameters[i].value);
    }
    if (values->given == 0)
        return;
    touch_value(values, POSTERN_PARAMETER_AUTH, values->auth);
    touch_value(values, POSTERN_PARAMETER_ENVID, values->envid);
    touch_value(values, POSTERN_PARAMETER_HOLDUNTIL, values->hold_until);
    touch_value(values, POSTERN_PARAMETER_SOLICIT, values->solicit);
    touch_value(values, POSTERN_PARAMETER_SUBMITTER, values->submitter);
    touch_value(values, POSTERN_PARAMETER_ORCPT, values->orcpt_type);
    touch_value(values, POSTERN_PARAMETER_ORCPT, values->orcpt);
    touch_value(values, POSTERN_PARAMETER_RRVS, values->rrvs);
}
