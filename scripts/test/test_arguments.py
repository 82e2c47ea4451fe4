# SPDX-License-Identifier: MIT
"""Every verb explains itself, and says in one line what it cannot take."""

import argparse
import json
import os
import subprocess
import sys
import unittest

import support
from postern import console, outputs, project
from postern.console import Failure


class Arguments(support.Case):
    def test_help(self):
        for verb in support.VERBS:
            code, out, err = support.script(verb, "--help")
            self.assertEqual((code, err), (0, ""), verb)
            self.assertIn(f"scripts/{verb}", out)
            self.assertRegex(out, r"(?i)exit( codes)?:")
            if verb in support.WITH_JSON:
                self.assertRegex(out, r"(?s)--json .*\n *--json:? ", verb)

    def test_version(self):
        """Asked for a version, it says that and does nothing else, whatever else it would want."""
        number = project.version().split()[0].replace(".", r"\.")
        for verb in support.VERBS:
            code, out, err = support.script(verb, "--version")
            self.assertEqual((code, err), (0, ""), verb)
            self.assertRegex(out, rf"\Apostern {number}( \(\w+(-dirty)?\))?\n\Z", verb)

    def test_unknown_option(self):
        for verb in support.VERBS:
            file = ["x"] if verb in ("reproduce", "import") else []
            self.refused(verb, *file, "--no-such-option", says="--no-such-option")

    def test_json(self):
        """A file that cannot be written is told at once."""
        for verb in support.WITH_JSON:
            file = [__file__] if verb in ("reproduce", "import") else []
            self.refused(verb, *file, f"--json={self.room}", says=str(self.room))

    def test_where_it_writes(self):
        """A place that cannot be written is told before anything is built."""
        (self.room / "file").write_text("")
        (self.room / "state" / "corpus" / "fuzz_empty").mkdir(parents=True)
        for folder, why in ((self.room / "file", "Not a directory"), ("/proc/x", "No such file or directory")):
            for verb, *words, option in (
                    ("fuzz", "fuzz_empty", "--time", "10", "--state"), ("coverage", "--from-empty", "1", "--state"),
                    ("coverage", "--from", "seeds", "--html"), ("import", __file__, "--state"),
                    ("import", __file__, "--output"), ("minimize-corpus", "--state", self.room / "state", "--output"),
                    ("bugbench", "--budget", "1", "--bugs", "1", "--results"), ("mutants", "--list", "--work")):
                self.refused(verb, *words, option, folder, before="+ ",
                             says=f"{folder} cannot be written ({why}): name another folder with {option}\n")
        for verb, *words, option in (("report", self.room / "state", "--output"),
                                     ("mutants", "--list", "--work", self.room / "work", "--json"),
                                     ("bugbench", "--budget", "1", "--bugs", "1", "--json"),
                                     ("bugbench", "--budget", "1", "--bugs", "1", "--markdown")):
            for file in (self.room, self.room / "file" / "x"):
                self.refused(verb, *words, option, file, before="+ ", says=f"{option} {file}: cannot be written: ")

    def test_files_and_folders_are_told_apart(self):
        self.refused("reproduce", self.room, says=f"{self.room} is a folder: name the files in it")
        self.refused("reproduce", "/dev/null", says="/dev/null is no file")
        for verb, *words in (("regress", "--state"), ("minimize-corpus", "--state"), ("report",), ("triage",)):
            self.refused(verb, *words, __file__, says=f"{__file__} is no folder")

    def test_values(self):
        for value in ("0", "-1", "ten", "1.5", ""):
            self.refused("fuzz", f"--time={value}", says="--time")
            self.refused("fuzz", f"--jobs={value}", says="--jobs")
        self.refused("fuzz", "--engine", "honggfuzz", says="honggfuzz")
        self.refused("coverage", "--min-lines", "101", says="--min-lines")
        self.refused("bench", "fuzz_line", says="--fuzz")
        self.refused("reproduce", says="FILE")
        self.refused("reproduce", "/no/such/file", says="/no/such/file")

    def test_unknown_harness_names_the_known(self):
        code, _, err = support.script("fuzz", "fuzz_nothing", "--engine", "libfuzzer")
        self.assertEqual((code, err.count("\n")), (2, 1), err)
        for name in ("fuzz_nothing", "fuzz_session", "fuzz_planted"):
            self.assertIn(name, err)


class Json(support.Case):
    """--json, which takes a file or none."""

    def asked(self, *words):
        parser = console.Arguments("x")
        parser.add_argument("name", nargs="*")
        outputs.add_json(parser)
        options = parser.parse_args(words)
        return options.json, options.name

    def test_where_it_goes(self):
        for words, asked in (([], (None, [])), (["--json"], ("-", [])), (["--json", "-"], ("-", [])),
                             (["--json=x"], ("x", [])), (["--json", "a/x.json", "b"], ("a/x.json", ["b"])),
                             (["--json", "fuzz_line"], ("-", ["fuzz_line"])), (["--json="], ("", [])),
                             (["--", "--json", "x.json"], (None, ["--json", "x.json"]))):
            self.assertEqual(self.asked(*words), asked, words)

    def test_a_file_is_there_whole_or_not_at_all(self):
        path = self.room / "new" / "x.json"
        out = outputs.json_asked(argparse.Namespace(json=str(path)))
        self.assertEqual(list(path.parent.iterdir()), [])
        out.write({"a": [1]})
        self.assertEqual((json.loads(path.read_text()), list(path.parent.iterdir())), ({"a": [1]}, [path]))
        for bad in ("", self.room, "/proc/x.json", path / "y.json"):
            with self.assertRaisesRegex(Failure, "cannot be written"):
                outputs.json_asked(argparse.Namespace(json=str(bad)))


class Folders(support.Case):
    """Folders that take what a verb writes."""

    def test_it_is_made_and_nothing_stays_in_it(self):
        folder = self.room / "new" / "x"
        for _ in range(2):
            outputs.writable_folder("--state", folder)
            self.assertEqual(list(folder.iterdir()), [])

    def test_where_it_cannot_be(self):
        (self.room / "file").write_text("")
        (self.room / "link").symlink_to("nowhere")
        for bad in ("file", "file/x", "file/x/y", "link"):
            with self.assertRaisesRegex(Failure, rf"{bad} cannot be written \(Not a directory\): .* with --state$"):
                outputs.writable_folder("--state", self.room / bad)


class NowhereToWrite(support.Case):
    """One line: what, where, what to do."""

    def ended(self, what, *shell, **streams):
        code = "from postern import console, house, outputs\n" \
               f"console.run('x', lambda: {what})"
        buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
        return subprocess.run([*shell, sys.executable, "-c", code], cwd=support.SCRIPTS, stdin=subprocess.DEVNULL,
                              text=True, check=False, env=buffered, **streams)

    def said(self, what, out, shell=()):
        done = self.ended(what, *shell, stdout=out, stderr=subprocess.PIPE)
        self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)
        return done.stderr

    def test_standard_output(self):
        with open("/dev/full", "wb") as full:
            for what in ("console.say('a')", "outputs.Json(None).write({})"):
                self.assertEqual(self.said(what, full), "scripts/x: [Errno 28] No space left on device: "
                                 "'standard output': make room there, and run it again\n")

    def test_what_is_closed(self):
        for what in ("console.say('a')", "outputs.Json(None).write({})"):
            self.assertEqual(self.said(what, None, ("sh", "-c", 'exec "$@" >&-', "sh")),
                             "scripts/x: standard output is closed: where nobody wants it, give it /dev/null\n")
        closed = self.ended("outputs.writable('--json', house.Path('/proc/x'))", "sh", "-c", 'exec "$@" 2>&-', "sh")
        self.assertEqual(closed.returncode, 2)

    def test_a_file_in_a_folder_for_a_while(self):
        full = "open('/dev/full', 'wb', buffering=0).write(b'a')"
        said = self.said(f"exec(\"with house.scratch('a-') as room:\\n {full}\")", subprocess.DEVNULL)
        self.assertRegex(said, r"No space left on device: '/.*/a-\w+': make room there")


if __name__ == "__main__":
    unittest.main()
