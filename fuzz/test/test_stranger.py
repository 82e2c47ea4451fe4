# SPDX-License-Identifier: MIT
"""The README's adapter, harness and commands, as a stranger would use them in a project of his own. Room: fuzz/test.

The environment: POSTERN_SOURCE and POSTERN_BUILD, CMAKE, CC. ctest sets them.
"""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ["POSTERN_SOURCE"])
BUILD = pathlib.Path(os.environ["POSTERN_BUILD"])
EXAMPLES = SOURCE / "fuzz" / "examples"
SEEDS = SOURCE / "corpus" / "seeds" / "fuzz_session"
PAGE = (SOURCE / "fuzz" / "README.md").read_text()


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.S | re.M)


class Stranger(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.room = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.room)
        cls.prefix = cls.room / "installed"
        subprocess.run([os.environ["CMAKE"], "--install", BUILD, "--prefix", cls.prefix], check=True,
                       stdout=subprocess.DEVNULL)

    def project(self, mended=False):
        """A folder with the stranger's server, and what the page tells him to write."""
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.room))
        adapter, harness = (block for block in blocks("c") if "naive" in block)
        (folder / "naive_target.c").write_text(adapter)
        (folder / "fuzz_naive.c").write_text(harness)
        shutil.copy(EXAMPLES / "naive.h", folder)
        server = (EXAMPLES / "naive.c").read_text()
        (folder / "naive.c").write_text(("#define NAIVE_MENDED\n" if mended else "") + server)
        (folder / "corpus").mkdir()
        return folder

    def commands(self, folder, tool, expected):
        """Run the block of the page that begins with this tool. Returns: what it says on both outputs."""
        [block] = [block for block in blocks("sh") if block.startswith(tool + " ")]
        block = block.replace("cc -g", f"{os.environ['CC']} -g", 1) if tool == "cc" else block
        done = subprocess.run(["sh", "-e", "-c", block], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env={**os.environ, "POSTERN": str(self.prefix)}, timeout=300)
        said = done.stdout.decode("utf-8", "replace")
        self.assertEqual(done.returncode == 0, expected, said[-3000:])
        return said

    def test_the_page_shows_the_examples(self):
        for name in ("naive_target.c", "fuzz_naive.c"):
            behind_comment = (EXAMPLES / name).read_text().split("*/\n", 1)[1]
            self.assertIn(behind_comment, blocks("c"))
        adapter = (EXAMPLES / "naive_target.c").read_text().split("*/\n", 1)[1]
        self.assertLessEqual(len([line for line in adapter.splitlines() if line]), 33)

    def test_headers_stand_alone(self):
        for header in sorted((self.prefix / "include/postern/fuzz").iterdir()):
            text = f"#include <postern/fuzz/{header.name}>\nint main(void) {{ return 0; }}\n"
            for language, options in (("c", ["-std=c11"]), ("c++", ["-std=c++17"])):
                done = subprocess.run([os.environ["CC"], "-x", language, *options, "-Wall", "-Wextra", "-Wpedantic",
                                       "-Werror", "-fsyntax-only", f"-I{self.prefix}/include", "-"],
                                      input=text.encode(), capture_output=True)
                if b"cc1plus" in done.stderr:
                    continue  # a C compiler alone
                self.assertEqual(done.returncode, 0, f"{header.name}, {language}: {done.stderr.decode()}")

    def test_a_harness_in_posterns_tree(self):
        tree = self.room / "tree"
        for name in ("parser", "fuzz", "harnesses"):
            shutil.copytree(SOURCE / name, tree / name)
        shutil.copy(SOURCE / "CMakeLists.txt", tree)
        shutil.copytree(SEEDS, tree / "corpus" / "seeds" / SEEDS.name)
        self.commands(tree, "cp", True)
        [line] = blocks("cmake")
        lists = tree / "harnesses" / "CMakeLists.txt"
        lists.write_text(lists.read_text().replace("add_harness(fuzz_session)\n", f"add_harness(fuzz_session)\n{line}"))
        said = ""
        for words in (["-S", tree, "-B", tree / "build", f"-DCMAKE_C_COMPILER={os.environ['CC']}",
                       "-DCMAKE_BUILD_TYPE=Debug", "-DPOSTERN_MUTATOR=OFF"],  # which takes the least time
                      ["--build", tree / "build", "--parallel", "2", "--target", "fuzz_naive"]):
            done = subprocess.run([os.environ["CMAKE"], *words], capture_output=True, text=True, timeout=300)
            said += done.stdout + done.stderr
            self.assertEqual(done.returncode, 0, said[-3000:])
        self.assertEqual([words for words in said.splitlines() if "naive" in words and "warning" in words], [])
        listed = [words.split("\t") for words in (tree / "build" / "harnesses.txt").read_text().splitlines()]
        [program] = [words[1] for words in listed if words[0] == "fuzz_naive"]
        done = subprocess.run([program, tree / "corpus/seeds/fuzz_naive"], capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("replay: 2 inputs", done.stdout + done.stderr)

    def test_replay_finds_the_fault_and_no_other(self):
        folder = self.project()
        shutil.copytree(SEEDS, folder / "seeds")
        said = self.commands(folder, "cc", False)
        self.assertIn('POSTERN-VIOLATION {"oracle":"ONE"', said)
        self.assertIn('"target":"naive","answers":"to CONNECT: 220 naive\\n', said)
        self.assertIn("reproduce  run this program on FILE\n", said)
        self.assertNotIn("./scripts/", said)  # there are none in his project
        folder = self.project(mended=True)
        shutil.copytree(SEEDS, folder / "seeds")
        said = self.commands(folder, "cc", True)
        self.assertNotIn("POSTERN-VIOLATION", said)
        self.assertNotIn("stays silent", said)
        self.assertRegex(said, r"replay: \d{3} inputs")

    def test_libfuzzer_finds_the_fault(self):
        if not shutil.which("clang"):
            self.skipTest("no clang here")
        folder = self.project()
        (folder / "seeds").mkdir()
        probe = subprocess.run(["clang", "-fsanitize=fuzzer", "-x", "c", "-", "-o", str(folder / "probe")],
                               input=b"int LLVMFuzzerTestOneInput(const void *d, unsigned long s){return !d && s;}",
                               capture_output=True)
        if probe.returncode != 0:
            self.skipTest("no libFuzzer here")
        for seed in sorted(SEEDS.glob("ok-d*"))[:5]:
            shutil.copy(seed, folder / "seeds")
        said = self.commands(folder, "clang", False)
        self.assertIn("POSTERN-VIOLATION", said)


if __name__ == "__main__":
    unittest.main()
