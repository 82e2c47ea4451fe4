# SPDX-License-Identifier: MIT
"""A finding as a test in C: a program that links to the harness and fails as long as the law is broken."""

import re

from . import dialogue

_PROGRAM = """\
/* test.c: what must not happen again: {title}.
 *
 * Harness: {harness}
 * Expected: {expected}
 * Seen: {seen}
 *
 * Links to anything that has LLVMFuzzerTestOneInput, and is ended by a signal as long as the finding is one. In
 * Postern's source tree:
 *
 *     cmake --preset release -B build/cases -DPOSTERN_CASES=STATE/triage{flags}
 *     cmake --build build/cases --target cases && ctest --test-dir build/cases --label-regex case
 *
 * Once it is mended, keep the input: corpus/regressions/{harness}/ is replayed by every build.
 *
 * SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv);

/* That it is there tells a harness that this is a replay, which tries all partitions and variants. */
extern int pf_replay_driver;
int pf_replay_driver = 1;

static const uint8_t input[] = {{
{rows}
}};

int main(int argc, char **argv) {{
    const size_t size = {size};
    uint8_t *const copy = malloc(size > 0 ? size : 1); /* exactly that large: a read beyond it is seen */

    if (copy == NULL) return 2;
    memcpy(copy, input, size);
    if (LLVMFuzzerInitialize != NULL) (void)LLVMFuzzerInitialize(&argc, &argv);
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
    return 0;
}}
"""


def _comment(text):
    """A text that ends no comment and begins none."""
    return re.sub(r"(?<=\*)/|(?<=/)\*", lambda found: f"\\x{ord(found[0]):02x}", text)


def _rows(octets):
    """The octets, twelve a row, under the line that they are."""
    lines = []
    for line in re.findall(rb"(?s).*?\n|.+", octets):
        lines.append(f"    /* {_comment(dialogue.escaped(line[:60]))}{' ...' if len(line) > 60 else ''} */")
        for at in range(0, len(line), 12):
            lines.append("    " + " ".join(f"0x{octet:02x}," for octet in line[at:at + 12]))
    return "\n".join(lines) or "    0 /* the empty input */"


def program(octets, harness, title, expected, seen, sanitized):
    """The text of the test. In: sanitized, only a build with sanitizers sees it."""
    flags = "-fsanitize=address,undefined -fno-sanitize-recover=all"
    flags = f" \\\n *         '-DCMAKE_C_FLAGS={flags}'" if sanitized else ""
    words = {name: _comment(dialogue.one_line(text)) for name, text in
             (("title", title), ("expected", expected), ("seen", seen))}
    return _PROGRAM.format(**words, harness=harness, rows=_rows(octets), size=len(octets), flags=flags).encode()
