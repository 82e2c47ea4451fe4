/* touch.c: reading every octet of every slice that libpostern hands out. Toolkit room: fuzz/.
 *
 * Verb and argument are read octet by octet; every other slice has to lie within the one that it is a part of.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/exact.h>
#include <postern/fuzz/libpostern.h>
#include <postern/fuzz/oracle.h>

void pf_touch_slice(postern_slice slice) {
    pf_touch(slice.data, slice.size);
}

/* A part of octets that have been touched. */
static void touch_part(postern_slice part, postern_slice whole) {
    PF_CHECK(part.data == NULL ? part.size == 0
                               : part.data >= whole.data && part.data + part.size <= whole.data + whole.size);
}

static void touch_path(const postern_path *path, postern_slice whole) {
    touch_part(path->raw, whole);
    touch_part(path->route, path->raw);
    touch_part(path->mailbox.raw, path->raw);
    touch_part(path->mailbox.local, path->mailbox.raw);
    touch_part(path->mailbox.domain, path->mailbox.raw);
}

void pf_touch_path(const postern_path *path) {
    pf_touch_slice(path->raw);
    touch_path(path, path->raw);
}

static void touch_values(const postern_parameter_values *values, postern_slice argument) {
    const struct {
        postern_parameter_id id;
        postern_slice value;
    } slices[] = {{POSTERN_PARAMETER_AUTH, values->auth},
                  {POSTERN_PARAMETER_ENVID, values->envid},
                  {POSTERN_PARAMETER_HOLDUNTIL, values->hold_until},
                  {POSTERN_PARAMETER_SOLICIT, values->solicit},
                  {POSTERN_PARAMETER_SUBMITTER, values->submitter},
                  {POSTERN_PARAMETER_ORCPT, values->orcpt_type},
                  {POSTERN_PARAMETER_ORCPT, values->orcpt},
                  {POSTERN_PARAMETER_RRVS, values->rrvs}};

    for (size_t i = 0; i < sizeof slices / sizeof *slices; i++)
        if (values->given & 1u << slices[i].id) touch_part(slices[i].value, argument);
}

void pf_check_parts(const postern_command *command) {
    const postern_slice argument = command->argument;

    if (argument.data == NULL) return;
    touch_path(&command->path, argument);
    touch_part(command->domain, argument);
    touch_part(command->text, argument);
    touch_part(command->mechanism, argument);
    touch_part(command->initial, argument);
    for (size_t i = 0; i < command->parameter_count; i++) {
        touch_part(command->parameters[i].keyword, argument);
        touch_part(command->parameters[i].value, argument);
    }
    if (command->values.given != 0) touch_values(&command->values, argument);
}

void pf_touch_command(const postern_command *command) {
    pf_touch_slice(command->verb_raw);
    pf_touch_slice(command->argument);
    pf_check_parts(command);
}
