# SPDX-License-Identifier: MIT
"""A file with one mutant in it, or with all of them, of which the environment chooses one at run time.

With all of them, each site reads `(MUTANT(7) ? (mutated) : MUTANT(8) ? (mutated otherwise) : (original))`; only the
last arm holds further sites, so the file grows with the number of mutants and not with their products.
"""

import difflib
import re

_FUNCTION = re.compile(r"^[A-Za-z_][^\n;={}]*?(\w+)\([^;{}]*\) \{$", re.M)

RANK = {"statement": 0, "void": 1, "value": 2}

# Each file has a number of its own to compare with, set before main: a header may be in many programs and libraries.
CHOSEN = """\
#ifndef MUTANT_{tag}
extern char *getenv(const char *);
extern int atoi(const char *);
static int mutant_{tag};
__attribute__((constructor)) static void mutant_read_{tag}(void) {{
    const char *text = getenv("POSTERN_MUTANT_{tag}");
    mutant_{tag} = text != 0 ? atoi(text) : 0;
}}
#define MUTANT_{tag}(number) __builtin_expect(mutant_{tag} == (number), 0)
#endif
#line 1 "{file}"
"""

# For the one run that tells which program reaches which site.
REACHED = """\
#ifndef MUTANT_{tag}
#include <stdio.h>
#include <stdlib.h>
static unsigned char mutant_{tag}[{count} + 1];
__attribute__((destructor)) static void mutant_write_{tag}(void) {{
    const char *name = getenv("POSTERN_MUTANT_REACH");
    FILE *out = name != NULL ? fopen(name, "a") : NULL;
    if (out == NULL) return;
    for (int i = 1; i <= {count}; i++) if (mutant_{tag}[i]) fprintf(out, "{file} %d\\n", i);
    fclose(out);
}}
#define MUTANT_{tag}(number) (mutant_{tag}[number] = 1, 0)
#endif
#line 1 "{file}"
"""


def tag(file):
    return re.sub(r"\W", "_", file.rsplit("/", 1)[-1])


def environment(mutant):
    """What chooses that mutant in a build that has them all."""
    return {f"POSTERN_MUTANT_{tag(mutant.file)}": str(mutant.number)}


def single(octets, mutant):
    """The file with that one mutant, which is read as a whole whatever stands around it."""
    whole = mutant.kind not in ("label", "statement") and re.search(r"\w", mutant.text) is not None
    return _replaced(octets, mutant, f"({mutant.text})" if whole else mutant.text)


def _replaced(octets, mutant, text):
    return octets[:mutant.begin] + _one_line(text).encode("latin-1") + octets[mutant.end:]


def diff(octets, mutant):
    """What the mutant changes, as a person reads it."""
    lines = [text.decode("utf-8", "replace").splitlines(keepends=True)
             for text in (octets, _replaced(octets, mutant, mutant.text))]
    return "".join(difflib.unified_diff(*lines, f"a/{mutant.file}", f"b/{mutant.file}", n=2))


def change(octets, mutant):
    """What an argument goes by: the function, or "-"; the lines that differ, before and behind, each as one text."""
    lines = diff(octets, mutant).splitlines()[2:]
    before = octets[:mutant.begin].decode("latin-1")
    functions = _FUNCTION.findall(before[:before.rfind("\n") + 1])
    inside = functions and "\n}" not in before[before.rfind(functions[-1]):]
    return (functions[-1] if inside else "-",
            *(" ".join(" ".join(line[1:] for line in lines if line[0] == sign).split()) for sign in "-+"))


def every(octets, mutants, prelude=CHOSEN):
    """The file with all mutants that can be chosen at run time."""
    sites = {}
    for mutant in mutants:
        if mutant.form != "static":
            sites.setdefault((mutant.begin, -mutant.end, RANK[mutant.form]), []).append(mutant)
    file = mutants[0].file
    words = {"tag": tag(file), "file": file, "count": max(mutant.number for mutant in mutants)}
    body = _Writer(octets, sorted(sites.items()), f"MUTANT_{words['tag']}").write(0, len(octets))
    return prelude.format(**words).encode() + body


class _Writer:
    def __init__(self, octets, sites, macro):
        self.octets = octets
        self.sites = sites
        self.macro = macro
        self.next = 0

    def write(self, begin, end):
        """The octets of a range, with the sites in it written out."""
        out = []
        while self.next < len(self.sites) and self.sites[self.next][0][0] < end:
            (first, last, rank), mutants = self.sites[self.next]
            self.next += 1
            out.append(self.octets[begin:first])
            inner = self.write(first, -last)
            out.append(self._site(rank, mutants, inner))
            begin = -last
        out.append(self.octets[begin:end])
        return b"".join(out)

    def _site(self, rank, mutants, inner):
        chosen = [f"{self.macro}({mutant.number})" for mutant in mutants]
        if rank == RANK["statement"]:
            return b"{ if (!(" + chosen[0].encode() + b")) " + inner + b" }"
        if rank == RANK["void"]:
            return b"(" + chosen[0].encode() + b" ? (void)0 : (void)(" + inner + b"))"
        arms = "".join(f"{choice} ? ({_one_line(mutant.text)}) : " for choice, mutant in zip(chosen, mutants))
        return b"(" + arms.encode("latin-1") + b"(" + inner + b"))"


def _one_line(text):
    """Without line ends: the lines below keep their numbers. (The one that a range had stays away with it.)"""
    return re.sub(r"\\?\s*\n\s*", " ", text)
