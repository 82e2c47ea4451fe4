/* asan.h: what ASan offers a program that has it, called by files that are compiled without it. Toolkit room: fuzz/.
 *
 * SPDX-License-Identifier: MIT */
#ifndef POSTERN_FUZZ_ASAN_H
#define POSTERN_FUZZ_ASAN_H

#include <stddef.h>

/* There where the program was linked with the sanitizer, NULL elsewhere. */
__attribute__((weak)) void __asan_poison_memory_region(void const volatile *address, size_t size);
__attribute__((weak)) void __asan_unpoison_memory_region(void const volatile *address, size_t size);
__attribute__((weak)) void *__asan_region_is_poisoned(void *begin, size_t size);
__attribute__((weak)) void __asan_report_error(void *pc, void *bp, void *sp, void *address, int is_write, size_t size);

/* Called through pointers that the compiler does not see through: a direct call, even one that is never made, is taken
 * for a second sanitizer by whoever counts the calls in a program (OSS-Fuzz does). */
static struct {
    void (*poison)(void const volatile *address, size_t size);
    void (*unpoison)(void const volatile *address, size_t size);
    void *(*first_poisoned)(void *begin, size_t size);
    void (*report)(void *pc, void *bp, void *sp, void *address, int is_write, size_t size);
} volatile asan = {__asan_poison_memory_region, __asan_unpoison_memory_region, __asan_region_is_poisoned,
                   __asan_report_error};

#endif
