# SPDX-License-Identifier: MIT
"""scripts/ossfuzz/check on build scripts of a small project: a good one, and bad ones, each of which it must refuse and
say why."""

import contextlib
import io
import os
import shutil
import socket
import unittest

import support
from postern import ossfuzz_room, ossfuzz_script as script
from postern.console import Failure
from postern.ossfuzz_matrix import Build

HARNESS = """\
int LLVMFuzzerTestOneInput(const unsigned char *data, unsigned long size);
int LLVMFuzzerTestOneInput(const unsigned char *data, unsigned long size) { return size > 3 && data[3] == 'x' ? 0 : 0; }
"""
PROJECT = "cmake_minimum_required(VERSION 3.10)\nproject(it NONE)\n"
GOOD = """\
project=$SRC/postern
cmake -S "$project" -B "$WORK/configured"
test -e "$WORK/configured/CMakeCache.txt"
for file in "$project"/harnesses/fuzz_*.c; do
    name=$(basename "$file" .c)
    [ "$name" = fuzz_it ] || { echo "$name is not built" >&2; exit 1; }
done
$CC $CFLAGS -c "$project/harnesses/fuzz_it.c" -o "$WORK/it.o"
$CXX $CXXFLAGS "$WORK/it.o" $LIB_FUZZING_ENGINE -o "$OUT/fuzz_it"
touch "$OUT/fuzz_it.options"
"""


@unittest.skipUnless(shutil.which("clang-14") and shutil.which("unshare"), "needs clang-14 and util-linux")
class BadScripts(support.Case):
    def setUp(self):
        super().setUp()
        self.room.chmod(0o755)
        if os.geteuid() == 0 and not all(folder.stat().st_mode & 0o001 for folder in self.room.parents):
            self.skipTest(f"{self.room.parent} is closed to other users, and build scripts are not run as root")
        self.builder = ossfuzz_room.Builder(self.room / "builder")
        self.work = self.builder.give(self.room / "work")
        self.build = Build("libfuzzer", "undefined")

    def tearDown(self):
        ossfuzz_room.writable(self.room)

    def make(self, text):
        project = self.builder.source / "postern"
        for name, content in (("scripts/ossfuzz/build.sh", text), ("harnesses/fuzz_it.c", HARNESS),
                              ("CMakeLists.txt", PROJECT)):
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            (project / name).write_text(content, encoding="utf-8")
        ossfuzz_room.read_only(project)
        with contextlib.redirect_stdout(io.StringIO()):
            return script.make(self.builder, self.build, self.room / "it", self.work)[0]

    def complaints(self, demands, text, *more):
        (self.room / "it").mkdir()
        made = self.make(text)
        return [complaint for demand in demands for complaint in demand(made, *more)]

    def refuses(self, says, text):
        found = self.complaints(script.OF_EVERY_BUILD, text)
        self.assertEqual([says in complaint for complaint in found], [True], (says, found))

    def refuses_in_further_runs(self, says, text):
        found = self.complaints(script.OF_ONE_BUILD, text, self.work)
        self.assertTrue(any(says in complaint for complaint in found), (says, found))

    def fails(self, text):
        (self.room / "it").mkdir()
        with self.assertRaises(Failure) as caught:
            self.make(text)
        self.assertIn("read-only $SRC", str(caught.exception))

    def test_a_good_one_passes(self):
        self.assertEqual(self.complaints(script.OF_EVERY_BUILD, GOOD), [])

    def test_a_good_one_passes_in_further_runs(self):
        self.assertEqual(self.complaints(script.OF_ONE_BUILD, GOOD, self.work), [])

    def test_one_that_writes_into_the_source(self):
        self.fails(GOOD + 'touch "$project/made"\n')

    def test_one_that_must_be_root(self):
        self.fails(GOOD + '[ "$(id -u)" = 0 ]\n')

    @unittest.skipUnless(os.geteuid() == 0, "whoever is not root runs them himself")
    def test_a_room_that_is_closed_to_them(self):
        self.room.chmod(0o700)
        with self.assertRaisesRegex(Failure, "closed to other users.*set TMPDIR"):
            ossfuzz_room.Builder(self.room / "closed")

    def test_one_that_fetches(self):
        if self.builder.has_network:
            self.skipTest("no network namespace is to be had here")
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.fails(GOOD + f": <> /dev/tcp/127.0.0.1/{server.getsockname()[1]}\n")

    def test_one_that_clears_out(self):
        self.refuses("what base-builder put into $OUT: llvm-symbolizer", 'rm -f "$OUT/llvm-symbolizer"\n' + GOOD)

    def test_flags_of_its_own(self):
        self.refuses("with -march=native, which $CFLAGS does not have", GOOD.replace("-c", "-march=native -c"))

    def test_a_sanitizer_of_its_own(self):
        self.refuses("with -fsanitize=float-cast-overflow, which $CFLAGS",
                     GOOD.replace("-c", "-fsanitize=float-cast-overflow -c"))

    def test_flags_that_are_lost(self):
        self.refuses("of $CFLAGS: hand all of $CFLAGS", GOOD.replace("$CC $CFLAGS", "$CC -O2"))

    def test_another_linker(self):
        self.refuses("otherwise than by $CXX", GOOD.replace("$CXX $CXXFLAGS", "$CC $CFLAGS")
                     .replace("$LIB_FUZZING_ENGINE", "$LIB_FUZZING_ENGINE -lstdc++ -lm"))

    def test_one_that_runs_once(self):
        self.refuses_in_further_runs("fails in a second run", 'mkdir "$WORK/once"\n' + GOOD)

    def test_one_that_cannot_be_replayed(self):
        self.refuses_in_further_runs("fails when it is replayed", 'rm -rf "$WORK/configured"\n' + GOOD)

    def test_one_that_misses_a_target(self):
        self.refuses_in_further_runs("succeeds although harnesses/fuzz_that_nobody_registered.c was not built",
                                     GOOD.replace("exit 1", "continue"))

    def test_one_that_does_not_name_what_it_misses(self):
        self.refuses_in_further_runs("fails without naming the target", GOOD.replace('"$name is not built"', '"no"'))


if __name__ == "__main__":
    unittest.main()
