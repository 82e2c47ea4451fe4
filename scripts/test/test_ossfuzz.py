# SPDX-License-Identifier: MIT
"""scripts/ossfuzz/check on folders that somebody else has filled: a good one, and bad ones, each of which it must
refuse and say why. (What it demands of a build script: test_ossfuzz_script.)"""

import argparse
import json
import shutil
import subprocess
import unittest
import zipfile
from unittest import mock

import support

CLANG = shutil.which("clang-14")

# Enough branches for a hundred edges and for a sanitizer to have work. The name of the build is in it: bad ones differ.
HARNESS = r"""
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
static int sum;
static int table[64];
#define ONE(n) case n: table[(sum + n) % 64 & 63] += sum * data[size - 1] << (sum & 3); sum += table[sum & 63]; break;
#define TEN(n) ONE(n##0) ONE(n##1) ONE(n##2) ONE(n##3) ONE(n##4) ONE(n##5) ONE(n##6) ONE(n##7) ONE(n##8) ONE(n##9)
@START@
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    @BODY@
    for (size_t i = 0; i < size && i < 4096; i++) {
        sum &= 0xff;
        switch (data[i]) { TEN(1) TEN(2) TEN(3) TEN(4) TEN(5) TEN(6) TEN(7) TEN(8) TEN(9) TEN(10) TEN(11) TEN(12) }
    }
    sum = 0;
    for (size_t i = 0; i < 64; i++) table[i] = 0;
    return 0;
}
"""
COMMON = ["-O1", "-g1", "-w"]
FEEDBACK = "-fsanitize=fuzzer-no-link"


@unittest.skipUnless(CLANG and shutil.which("objdump"), "needs clang-14 and binutils")
class BadBuilds(support.Case):
    long = True

    def setUp(self):
        super().setUp()
        self.out = self.room / "out"
        self.out.mkdir()

    def fill(self, start="", body="", sanitize="address", compile_more=(FEEDBACK,), link_more=(), name="fuzz_it"):
        """A whole $OUT with one target."""
        source = self.room / f"{name}.c"
        source.write_text(HARNESS.replace("@START@", start).replace("@BODY@", body))
        flags = [*COMMON, f"-fsanitize={sanitize}"] if sanitize else COMMON
        built = self.room / f"{name}.o"
        subprocess.run([CLANG, *flags, *compile_more, "-c", source, "-o", built], check=True)
        subprocess.run([CLANG.replace("clang", "clang++"), *flags, "-fsanitize=fuzzer", built, "-o", self.out / name,
                        *link_more], check=True)
        (self.out / f"{name}.dict").write_text('token="MAIL FROM:<"\n"\\x0d\\x0a"\n')
        (self.out / f"{name}.options").write_text(f"[libfuzzer]\nmax_len = 4096\ndict = {name}.dict\n")
        with zipfile.ZipFile(self.out / f"{name}_seed_corpus.zip", "w") as seeds:
            seeds.writestr("ok", b"\x0a\x14\x1e hello")

    def check(self, sanitizer="address", want=("fuzz_it",), seconds=5, engine="libfuzzer"):
        result = self.room / "result.json"
        code, out, err = support.script("ossfuzz/check", "--out", self.out, "--engine", engine, "--sanitizer", sanitizer,
                                        "--json", result, "--seconds", seconds, "--want", *want)
        self.assertIn(code, (0, 1), (out, err))
        complaints = [entry["text"] for build in json.loads(result.read_text())["builds"]
                      for entry in build["complaints"]]
        self.assertEqual(code == 1, bool(complaints))
        return complaints

    def refuses(self, *says, **how):
        complaints = self.check(**how)
        for text in says:
            self.assertTrue(any(text in complaint for complaint in complaints), (text, complaints))

    def test_a_good_build_passes(self):
        self.fill()
        self.assertEqual(self.check(), [])

    def test_a_good_build_with_another_sanitizer_passes(self):
        self.fill(sanitize="undefined")
        self.assertEqual(self.check(sanitizer="undefined"), [])

    def test_crash_at_start(self):
        self.fill(start="__attribute__((constructor)) static void begin(void) { abort(); }")
        self.refuses("does not run 4 times")

    def test_no_instrumentation(self):
        self.fill(compile_more=())
        self.refuses("has no instrumented edges")
        self.refuses("has 0 instrumented edges, under 50", engine="honggfuzz")
        self.fill(compile_more=("-fsanitize-coverage=trace-pc-guard",))
        self.assertNotIn("instrumented edges", str(self.check(engine="honggfuzz")))

    def test_wrong_sanitizer(self):
        self.fill(sanitize="undefined")
        self.refuses("it is not built with $CFLAGS")

    def test_no_sanitizer(self):
        self.fill(sanitize="")
        self.refuses("it is not built with $CFLAGS")

    def test_two_sanitizers(self):
        self.fill(sanitize="address,undefined")
        self.refuses("two sanitizers are mixed")
        self.refuses("two sanitizers are mixed", sanitizer="undefined")

    def test_files_that_do_not_fit(self):
        self.fill()
        (self.out / "fuzz_it.dict").write_bytes(b'"good"\n' + b"\n".join(
            (b'token="open', rb'"\n"', b"no quotes", b'"caf\xe9"', b'""', rb'"\x0"')) + b"\n")
        (self.out / "fuzz_it_seed_corpus.zip").rename(self.out / "fuzz_it_seeds_seed_corpus.zip")
        (self.out / "fuzz_it.options").rename(self.out / "fuzzit.options")
        (self.out / "other.dict").write_text("# no token\n")
        (self.out / "broken_seed_corpus.zip").write_bytes(b"no archive")
        with zipfile.ZipFile(self.out / "empty_seed_corpus.zip", "w"):
            pass
        shutil.copy("/bin/true", self.out / "helper")
        (self.out / ".fuzz_it.part").write_bytes(b"")
        self.refuses(*(f"line {number} is no token for both engines" for number in range(2, 8)),
                     "has no fuzz_it_seed_corpus.zip", "has no fuzz_it.options", "rename it to TARGET_seed_corpus.zip",
                     "rename it to TARGET.options", "rename it to TARGET.dict", "holds no token", "is no zip archive",
                     "holds no seed", "is executable and no target", "is a leftover", "is missing from $OUT",
                     want=("fuzz_it", "fuzz_that"))

    def test_no_dictionary_and_a_name_with_a_dot(self):
        self.fill(name="fuzz.it")
        (self.out / "fuzz.it.dict").unlink()
        self.refuses("has no fuzz.it.dict", "is taken for a target", want=())

    def test_a_seed_that_crashes(self):
        self.fill(body="if (size > 4 && data[4] == 'h') abort();")
        self.refuses("has a seed that it fails on")

    def test_libraries_of_the_builder(self):
        library = self.room / "libelsewhere.so.7"
        subprocess.run([CLANG, "-shared", "-x", "c", "/dev/null", "-o", library, "-Wl,-soname,libelsewhere.so.7"],
                       check=True)
        self.fill(link_more=("-Wl,--no-as-needed", str(library), f"-Wl,-rpath,{self.room}"))
        self.refuses("needs libelsewhere.so.7", "a path of the machine that built it")

    def test_working_directory(self):
        self.fill(start='__attribute__((constructor)) static void begin(void) {'
                        ' if (fopen("fuzz_it.dict", "r") == NULL) abort(); }')
        self.refuses("does not run 4 times")

    def test_name_of_the_program(self):
        self.fill(start="extern char *program_invocation_short_name;",
                  body="if (program_invocation_short_name[0] == 'f' && size > 0 && data[0] == 10) sum += table[3] += 7;"
                       "else if (size > 0 && data[0] == 10) return 0;")
        self.refuses("under another name")

    def test_chance(self):
        self.fill(start="#include <time.h>",
                  body="struct timespec now; clock_gettime(CLOCK_MONOTONIC, &now);"
                       "int n = (uint32_t)now.tv_nsec * 2654435761u >> 25; if (size > 4) for (int i = 0; i < n; i++)"
                       "switch (i) { TEN(1) TEN(2) TEN(3) TEN(4) TEN(5) TEN(6) TEN(7) TEN(8) TEN(9) TEN(10) TEN(11)"
                       "TEN(12) }")
        self.refuses("gives other features")

    def test_time_for_one_input(self):
        self.fill(body="if (size > 100000) for (volatile size_t i = 0; i < (size_t)1 << 40; i++) {}")
        self.refuses("fails on mebibyte-of-a", "one input must take under 1 s", seconds=1)

    def test_memory_for_one_input(self):
        self.fill(body="if (size > 100000) { char *volatile much = malloc(3u << 30); if (much) much[0] = 1;"
                       " free(much); }")
        self.refuses("fails on mebibyte-of-nul", "one input must take under 2560 MB")

    def test_options(self):
        self.fill()
        (self.out / "fuzz_it.options").write_text("[libfuzzer]\ndict = other.dict\nmax len = 7\n"
                                                  "[libfuzer]\nmax_len = 1\n")
        self.refuses("names a dictionary that is not in $OUT", "no option of libFuzzer", "has a section [libfuzer]")
        (self.out / "fuzz_it.options").write_text("max_len = 7\n")
        self.refuses("cannot be read")
        (self.out / "fuzz_it.options").write_text("[libfuzzer]\nmax_length = 7\n")
        self.refuses("has an option that libFuzzer does not know, max_length")

    def test_architecture(self):
        from postern import ossfuzz_demands, ossfuzz_matrix, ossfuzz_place
        build = ossfuzz_matrix.Build("libfuzzer", "address", architecture="i386")
        place = ossfuzz_place.Place(self.out, self.room, build)
        self.fill()
        complaints = ossfuzz_demands.architecture_is_the_one(place, self.out / "fuzz_it")
        self.assertIn("not for ARCHITECTURE=i386", *complaints)

    def test_a_compiler_that_is_not_there(self):
        from postern import ossfuzz_check
        from postern.console import Failure
        options = argparse.Namespace(source=support.SCRIPTS.parent, openssl=None, all=False, engine=None, sanitizer=None,
                                     clang=22, architecture=None)
        with mock.patch.object(ossfuzz_check, "bootstrap"), mock.patch("shutil.which", return_value=None), \
                self.assertRaisesRegex(Failure, "not installed: .*clang-22 .* --clang 14"):
            ossfuzz_check.check_builds(options, self.room)

    def test_misuse(self):
        self.refused("ossfuzz/check", "--out", self.room / "nowhere", says="is no folder")
        self.refused("ossfuzz/check", "--engine", "afl", "--sanitizer", "memory", says="does not build afl with memory")
        self.refused("ossfuzz/check", "--source", self.room, says="has no harnesses/fuzz_*.c")
        self.refused("ossfuzz/check", "--openssl", self.room, says="is no source of OpenSSL")


if __name__ == "__main__":
    unittest.main()
