# SPDX-License-Identifier: MIT
"""scripts/ossfuzz/check on folders that somebody else has filled: a good one, and bad ones, each of which it must
refuse and say why."""

import json
import shutil
import subprocess
import unittest
import zipfile

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

    def check(self, sanitizer="address", want=("fuzz_it",)):
        result = self.room / "result.json"
        code, out, err = support.script("ossfuzz/check", "--out", self.out, "--sanitizer", sanitizer, "--json", result,
                                        "--seconds", 5, "--want", *want)
        self.assertIn(code, (0, 1), (out, err))
        complaints = [entry["text"] for build in json.loads(result.read_text()) for entry in build["complaints"]]
        self.assertEqual(code == 1, bool(complaints))
        return complaints

    def refuses(self, says, **how):
        complaints = self.check(**how)
        self.assertTrue(any(says in text for text in complaints), complaints)

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

    def test_broken_dictionaries(self):
        for line in ('token="open', r'"\n"', "no quotes", '"caf\xc3"', '""', r'"\x0"'):
            with self.subTest(line):
                self.fill()
                (self.out / "fuzz_it.dict").write_bytes(f'"good"\n{line}\n'.encode("latin-1"))
                self.refuses("line 2 is no token for both engines")

    def test_misnamed_seeds(self):
        self.fill()
        (self.out / "fuzz_it_seed_corpus.zip").rename(self.out / "fuzz_it_seeds_seed_corpus.zip")
        self.refuses("belongs to no target")
        self.refuses("has no fuzz_it_seed_corpus.zip")

    def test_seeds_that_are_none(self):
        self.fill()
        (self.out / "fuzz_it_seed_corpus.zip").write_bytes(b"no archive")
        self.refuses("is no zip archive")
        with zipfile.ZipFile(self.out / "fuzz_it_seed_corpus.zip", "w"):
            pass
        self.refuses("holds no seed")

    def test_a_seed_that_crashes(self):
        self.fill(body="if (size > 4 && data[4] == 'h') abort();")
        self.refuses("has a seed that it fails on")

    def test_missing_target(self):
        self.fill()
        self.refuses("is missing from $OUT", want=("fuzz_it", "fuzz_that"))

    def test_absolute_rpath(self):
        self.fill(link_more=("-Wl,-rpath,/usr/local/lib/elsewhere",))
        self.refuses("a path of the machine that built it")

    def test_library_of_the_builder(self):
        library = self.room / "libelsewhere.so.7"
        subprocess.run([CLANG, "-shared", "-x", "c", "/dev/null", "-o", library, "-Wl,-soname,libelsewhere.so.7"],
                       check=True)
        self.fill(link_more=("-Wl,--no-as-needed", str(library), "-Wl,-rpath,$ORIGIN/../"))
        self.refuses("needs libelsewhere.so.7")

    def test_working_directory(self):
        self.fill(start='__attribute__((constructor)) static void begin(void) {'
                        ' if (fopen("fuzz_it.dict", "r") == NULL) abort(); }')
        self.refuses("does not run 4 times")

    def test_name_of_the_program(self):
        self.fill(start="extern char *program_invocation_short_name;",
                  body="if (program_invocation_short_name[0] == 'f' && size > 0 && data[0] == 10) sum += table[3] += 7;"
                       "else if (size > 0 && data[0] == 10) return 0;")
        self.refuses("under another name")

    def test_time_for_one_input(self):
        self.fill(body="if (size > 100000) for (volatile size_t i = 0; i < (size_t)1 << 40; i++) {}")
        self.refuses("fails on mebibyte-of-nul")

    def test_options_that_name_nothing(self):
        self.fill()
        (self.out / "fuzz_it.options").write_text("[libfuzzer]\ndict = other.dict\n")
        self.refuses("names a dictionary that is not in $OUT")

    def test_misuse(self):
        self.refused("ossfuzz/check", "--out", self.room / "nowhere", says="is no folder")
        self.refused("ossfuzz/check", "--engine", "afl", "--sanitizer", "memory", says="does not build afl with memory")


if __name__ == "__main__":
    unittest.main()
