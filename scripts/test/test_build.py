# SPDX-License-Identifier: MIT
"""Build folders: configured again when something else is asked for, and one verb at a time in each."""

import json
import threading
import unittest
from unittest import mock

import support
from postern import build, house, project
from postern.console import Failure


class Folders(support.Case):
    def setUp(self):
        super().setUp()
        self.commands = []
        for patch in (mock.patch.object(house, "BUILD", self.room), mock.patch.object(build, "run_logged", self.run_it),
                      mock.patch.dict("os.environ", {"POSTERN_CMAKE_ARGS": ""})):
            patch.start()
            self.addCleanup(patch.stop)

    def run_it(self, command, _log):
        self.commands.append([str(word) for word in command])
        (self.room / "dev" / "build.ninja").touch()

    def configured(self, *options):
        """Whether another process that wants these options configures the folder anew."""
        self.commands.clear()
        with mock.patch.object(build, "_configured", set()):
            build.configure("dev", options=options)
        return "--preset" in self.commands[0]

    def test_what_is_asked_again_is_there(self):
        self.assertTrue(self.configured())
        self.assertFalse(self.configured())
        self.assertTrue(self.configured("-DPOSTERN_WERROR=ON"))
        self.assertIn("-DPOSTERN_WERROR=ON", self.commands[0])
        self.assertFalse(self.configured("-DPOSTERN_WERROR=ON"))
        self.assertTrue(self.configured())
        (self.room / "dev" / "build.ninja").unlink()
        self.assertTrue(self.configured())
        with mock.patch.dict("os.environ", {"POSTERN_CMAKE_ARGS": "-DX='a b'"}):
            self.assertTrue(self.configured())
            self.assertEqual(self.commands[0][-1], "-DX=a b")

    def test_a_change_of_the_presets_is_seen(self):
        self.configured()
        changed = (project.ROOT / "CMakePresets.json").read_bytes() + b"\n"
        (self.room / "CMakePresets.json").write_bytes(changed)
        with mock.patch.object(project, "ROOT", self.room):
            self.assertTrue(self.configured())

    def test_one_at_a_time(self):
        began, said = threading.Event(), []

        def second():
            began.set()
            with build.alone(self.room / "dev"):
                self.commands.append("second")

        with mock.patch.object(build, "say", said.append):
            with build.alone(self.room / "dev"):
                other = threading.Thread(target=second)
                other.start()
                began.wait()
                self.assertTrue(support.wait_until(lambda: said))
                self.commands.append("first")
            other.join()
        self.assertEqual(self.commands, ["first", "second"])
        self.assertIn("waiting for another build in", said[0])
        with mock.patch.object(build, "say", self.fail), build.alone(self.room / "dev", shared=True), \
                build.alone(self.room / "dev", shared=True):
            pass  # those that only read do not wait for each other


class Harnesses(support.Case):
    """Which harnesses a folder knows, when those of the project are others than at its last build."""

    PRESETS = {"version": 6, "configurePresets": [{"name": "dev", "generator": "Ninja", "binaryDir": "unused"}]}

    def setUp(self):
        super().setUp()
        (self.room / "CMakePresets.json").write_text(json.dumps(self.PRESETS), encoding="utf-8")
        for patch in (mock.patch.object(project, "ROOT", self.room), mock.patch.object(house, "BUILD", self.room / "b"),
                      mock.patch.object(build, "say"), mock.patch.object(build, "show_command"),
                      mock.patch.dict("os.environ", {"POSTERN_CMAKE_ARGS": ""})):
            patch.start()
            self.addCleanup(patch.stop)

    def registered(self, *lines):
        """What a verb finds that starts when the project registers its harnesses in these lines."""
        text = "\n".join(("cmake_minimum_required(VERSION 3.25)", "project(x LANGUAGES NONE)", *lines))
        (self.room / "CMakeLists.txt").write_text(text, encoding="utf-8")
        with mock.patch.object(build, "_configured", set()):
            return [harness.name for harness in build.harnesses(build.configure("dev"))]

    def register(self, *names):
        list_of_them = "".join(f"{name}\\t/x/{name}\\t-\\t-\\t-\\n" for name in names)
        return self.registered(f'file(WRITE "${{PROJECT_BINARY_DIR}}/harnesses.txt" "{list_of_them}")')

    def test_they_are_those_of_now(self):
        self.assertEqual(self.register("fuzz_a", "fuzz_b"), ["fuzz_a", "fuzz_b"])
        self.assertEqual(self.register("fuzz_a", "fuzz_b", "fuzz_new"), ["fuzz_a", "fuzz_b", "fuzz_new"])
        self.assertEqual(self.register("fuzz_b"), ["fuzz_b"])

    def test_a_project_that_cannot_be_configured_any_more(self):
        self.register("fuzz_a")
        with self.assertRaisesRegex(Failure, r"failed: cmake --build .*\(log: b/dev/configure.log\)"):
            self.registered("no_such_command()")


if __name__ == "__main__":
    unittest.main()
