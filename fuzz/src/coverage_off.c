/* coverage_off.c: no feedback. Linked in place of coverage_feedback.c. Toolkit room: fuzz/.
 *
 * What it is good for: a campaign as it would be without protocol coverage, to compare with.
 *
 * SPDX-License-Identifier: MIT */
#include <postern/fuzz/coverage.h>

void pf_feedback(const pf_case *run) {
    (void)run;
}
