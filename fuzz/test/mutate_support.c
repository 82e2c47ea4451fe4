/* mutate_support.c: seeds of the corpus, read once. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L

#include "mutate_support.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

enum { SAMPLES_MOST = 400, SIZE_MOST = 3072 };

typedef struct samples {
    size_t count;
    sample list[SAMPLES_MOST];
} samples;

static samples all[PF_MUTATE_KINDS];

static int visible(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

static void read_one(samples *into, const char *path) {
    FILE *file = fopen(path, "rb");
    uint8_t *octets = malloc(SIZE_MOST + 1);

    if (file == NULL || octets == NULL) abort();
    const size_t size = fread(octets, 1, SIZE_MOST + 1, file);
    fclose(file);
    if (size > SIZE_MOST || into->count == SAMPLES_MOST)
        free(octets);
    else
        into->list[into->count++] = (sample){octets, size};
}

static samples *samples_of(pf_mutate_kind kind) {
    samples *found = &all[kind];
    struct dirent **entries;
    char folder[512], path[1024];

    if (found->count > 0) return found;
    snprintf(folder, sizeof folder, "%s/seeds/fuzz_%s", POSTERN_CORPUS, pf_mutate_kind_name(kind));
    const int count = scandir(folder, &entries, visible, alphasort);
    if (count <= 0) {
        fprintf(stderr, "no seeds in %s\n", folder);
        abort();
    }
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        read_one(found, path);
        free(entries[i]);
    }
    free(entries);
    return found;
}

const sample *sample_of(pf_mutate_kind kind, uint64_t number) {
    const samples *found = samples_of(kind);
    return &found->list[number % found->count];
}

size_t sample_count(pf_mutate_kind kind) {
    return samples_of(kind)->count;
}
