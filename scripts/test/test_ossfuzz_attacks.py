# SPDX-License-Identifier: MIT
"""scripts/ossfuzz/check on folders that OSS-Fuzz refuses, or takes and then cannot use: one demand at a time, on one
target that misbehaves as its seeds say. (Whole runs on bad builds: test_ossfuzz.)"""

import os
import shutil
import signal
import subprocess
import tempfile
import unittest
import zipfile
from pathlib import Path

import support
from postern import ossfuzz_demands as demands, ossfuzz_matrix, ossfuzz_room, ossfuzz_runs as runs
from postern.ossfuzz_place import Place

CLANG = shutil.which("clang-14")
TARGET = r"""
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
static void *volatile kept;
static void write_beside_the_program(void) {
    char path[4096] = {0};
    if (readlink("/proc/self/exe", path, sizeof path - 9) < 0) return;
    FILE *file = fopen(strcpy(strrchr(path, '/') + 1, "written") ? path : path, "w");
    if (file != NULL) fclose(file);
}
static void need_the_network(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(9)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int s = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(s, (struct sockaddr *)&address, sizeof address) != 0 && errno == ENETUNREACH) abort();
    close(s);
}
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    switch (size > 0 ? data[0] : 0) {
    case 'e': exit(0);
    case 'q': _exit(0);
    case 'l': kept = malloc(16); kept = NULL; break;
    case 's': for (struct timespec left = {6, 0}; nanosleep(&left, &left) != 0;) {} break;
    case 'w': write_beside_the_program(); break;
    case 'n': need_the_network(); break;
    }
    return 0;
}
"""
OPTIONS = "[libfuzzer]\nmax_len = 64\ndict = fuzz_it.dict\n"


@unittest.skipUnless(CLANG and shutil.which("readelf"), "needs clang-14 and binutils")
class Attacks(support.Case):
    @classmethod
    def setUpClass(cls):
        cls.made = Path(tempfile.mkdtemp(prefix="postern-test-"))
        cls.addClassCleanup(shutil.rmtree, cls.made, ignore_errors=True)
        (cls.made / "it.c").write_text(TARGET)
        subprocess.run([CLANG, "-O1", "-w", "-fsanitize=address,fuzzer", cls.made / "it.c", "-o", cls.made / "fuzz_it"],
                       check=True)

    def setUp(self):
        super().setUp()
        self.out = self.room / "out"
        self.out.mkdir()
        self.target = Path(shutil.copy2(self.made / "fuzz_it", self.out))
        (self.out / "fuzz_it.dict").write_text('"MAIL FROM:<"\n')
        (self.out / "fuzz_it.options").write_text(OPTIONS)
        self.seeds(ok=b"hello")

    def seeds(self, **named):
        with zipfile.ZipFile(self.out / "fuzz_it_seed_corpus.zip", "w") as archive:
            for name, content in named.items():
                archive.writestr(name, content)

    def place(self, seconds=5, prefix=()):
        shutil.rmtree(self.room / "look", ignore_errors=True)
        place = Place(self.out, self.room / "look", ossfuzz_matrix.Build("libfuzzer", "address"), ["fuzz_it"], seconds,
                      list(prefix))
        place.prepare()
        return place

    def at_rest(self):
        place = self.place()
        return {f"{subject}: {text}" for demand in demands.OF_THE_FOLDER for subject, text in demand(place)}

    def refuses_at_rest(self, *says):
        found = self.at_rest()
        for text in says:
            self.assertTrue(any(text in complaint for complaint in found), (text, found))

    def refuses_seed(self, seed, says, **how):
        self.seeds(one=seed)
        self.assertIn(says, "".join(runs.seeds_pass(self.place(**how), self.target)))

    def test_a_good_one_passes(self):
        self.assertEqual(self.at_rest(), set())
        place = self.place()
        found = [text for demand in (runs.takes_its_options, runs.awkward_inputs, runs.seeds_pass, runs.runs_are_alike,
                                     demands.libraries_are_there) for text in demand(place, self.target)]
        self.assertEqual(found + [*demands.nothing_was_written(place)], [])

    # ---- What lies in the folder ----

    def test_links_folders_scripts_and_a_target_that_nobody_may_execute(self):
        (self.out / "fuzz_linked").symlink_to(self.target)
        (self.out / "more").mkdir()
        shutil.copy2(self.target, self.out / "more" / "fuzz_deeper")
        (self.out / "fuzz_script").write_text("#!/bin/sh\n# LLVMFuzzerTestOneInput\nexec ./fuzz_it\n")
        (self.out / "fuzz_script").chmod(0o755)
        shutil.copy(self.target, self.out / "fuzz_plain")
        (self.out / "fuzz_plain").chmod(0o644)
        self.refuses_at_rest("fuzz_linked: is a symbolic link", "more/fuzz_deeper: is a target in a folder of $OUT",
                             "fuzz_script: is a script", "fuzz_plain: is a target that nobody may execute")

    def test_no_options_and_the_dictionary_of_another(self):
        (self.out / "fuzz_it.options").unlink()
        (self.out / "fuzz_it.dict").rename(self.out / "fuzz_is.dict")
        self.refuses_at_rest("fuzz_it: has no fuzz_it.options", "fuzz_it: has no fuzz_it.dict",
                             "fuzz_is.dict: belongs to no target")

    def test_seeds_that_cannot_be_had(self):
        archive = self.out / "fuzz_it_seed_corpus.zip"
        self.seeds()
        self.refuses_at_rest("holds no seed")
        self.seeds(**{"folder/": b""})
        self.refuses_at_rest("holds no seed")
        archive.write_bytes(b"")
        self.refuses_at_rest("is no zip archive")
        self.seeds(ok=b"hello")
        octets = bytearray(archive.read_bytes())
        for header, flags in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
            octets[octets.index(header) + flags] |= 1  # a password
        archive.write_bytes(octets)
        self.refuses_at_rest("does not open")

    def test_a_seed_that_is_cut(self):
        self.seeds(long=b"x" * 65, ok=b"x" * 64)
        self.refuses_at_rest("has a seed long of 65 octets, and max_len = 64")
        self.assertEqual(len(self.at_rest()), 1)

    def test_dictionary_and_options_that_are_read_otherwise(self):
        (self.out / "fuzz_it.dict").write_text('"' + r"\x41" * 64 + '"\n"' + "A" * 65 + '"\n')
        (self.out / "fuzz_it.options").write_bytes(OPTIONS.replace("\n", "\r\n").encode())
        self.assertEqual(len(self.at_rest()), 2)
        self.refuses_at_rest("line 2 has a token of 65 octets", "end in CR LF")

    def test_a_library_beside_the_target(self):
        library, program = self.room / "libown.so.1", self.out / "fuzz_it"
        for words in (["-shared", "-x", "c", "/dev/null", "-Wl,-soname,libown.so.1", "-o", library],
                      ["-x", "c", "-", "-x", "none", "-Wl,--no-as-needed", library, "-Wl,-rpath,$ORIGIN/lib", "-o",
                       program]):
            subprocess.run([CLANG, *words], input=b"int main(void) { return 0; }\n", check=True)
        self.assertIn("needs libown.so.1", "".join(demands.libraries_are_there(self.place(), program)))
        (self.out / "lib").mkdir()
        library.rename(self.out / "lib" / "libown.so.1")
        self.assertEqual(list(demands.libraries_are_there(self.place(), program)), [])

    def test_a_library_that_is_searched_outside(self):
        """With $ORIGIN, and yet not in $OUT: of the path, of a link, of the name itself."""
        library, program = self.room / "lib" / "libown.so.1", self.out / "fuzz_it"
        library.parent.mkdir()
        (self.out / "link").symlink_to(library.parent)
        for path, name, says in (("$ORIGIN/../lib", "libown.so.1", "in $ORIGIN/../lib, which is not in $OUT"),
                                 ("$ORIGIN/link", "libown.so.1", "in $ORIGIN/link, which is not in $OUT"),
                                 ("$ORIGIN", str(library), f"needs {library}, which")):
            for words in (["-shared", "-x", "c", "/dev/null", f"-Wl,-soname,{name}", "-o", library],
                          ["-x", "c", "-", "-x", "none", "-Wl,--no-as-needed", library, f"-Wl,-rpath,{path}", "-o",
                           program]):
                subprocess.run([CLANG, *words], input=b"int main(void) { return 0; }\n", check=True)
            said = "".join(demands.libraries_are_there(self.place(), program))
            self.assertIn(says, said)
            self.assertIn(f"needs {name}, which", said)

    # ---- What the target does ----

    def test_it_leaves_others_behind(self):
        """Who took too long is ended with all of its session; who left that, and holds the pipe, is not waited for."""
        away, stays = self.room / "away", self.room / "stays"
        code, said = self.place().run(["sh", "-c", f"echo begun; setsid sh -c 'echo $$ >{away}; exec sleep 200' & "
                                                   f"sh -c 'echo $$ >{stays}; exec sleep 200'"], seconds=8)
        numbers = [int(path.read_text()) for path in (away, stays)]
        self.assertEqual((code, said), (124, "begun\n"))
        os.kill(numbers[0], signal.SIGKILL)  # it is still there: else run() has waited for it
        self.assertTrue(support.wait_until(lambda: not support.runs(numbers[1])))

    def test_it_exits(self):
        self.refuses_seed(b"exit", "fuzz target exited")

    def test_it_exits_at_once(self):
        self.refuses_seed(b"quit", "ends the whole process")

    def test_it_leaks(self):
        self.refuses_seed(b"leak", "detected memory leaks")

    def test_it_takes_too_long_for_a_seed(self):
        self.refuses_seed(b"sleep", "libFuzzer: timeout", seconds=1)

    def test_it_needs_the_network(self):
        alone = ossfuzz_room.without_network()
        if alone is None:
            self.skipTest("no network namespace is to be had here")
        self.refuses_seed(b"net", "SUMMARY: AddressSanitizer: ABRT", prefix=alone)

    def test_it_writes_where_it_lies(self):
        self.seeds(one=b"write")
        place = self.place()
        self.assertEqual(list(runs.seeds_pass(place, self.target)), [])
        self.assertIn("written", str([*demands.nothing_was_written(place)][0][0]))

    def test_it_exits_on_an_awkward_input(self):
        source = TARGET.replace("switch (", "if (size == 1) _exit(0);\n    switch (")
        (self.room / "it.c").write_text(source)
        subprocess.run([CLANG, "-w", "-fsanitize=fuzzer", self.room / "it.c", "-o", self.target], check=True)
        found = list(runs.awkward_inputs(self.place(), self.target))
        self.assertEqual(["one-" in text and "ends the whole process" in text for text in found], [True] * 4, found)


if __name__ == "__main__":
    unittest.main()
