# SPDX-License-Identifier: MIT
"""What is to be sent to google/oss-fuzz, looked at as its presubmit does, and what ClusterFuzzLite reads."""

import re
import unittest

try:
    import yaml
except ImportError:
    yaml = None

import support
from postern import options, ossfuzz_matrix as matrix

OSS_FUZZ = support.SCRIPTS / "ossfuzz"
LITE = support.SCRIPTS.parent / ".clusterfuzzlite"

KEYS = {"homepage", "main_repo", "language", "base_os_version", "primary_contact", "auto_ccs", "vendor_ccs",
        "sanitizers", "architectures", "fuzzing_engines", "help_url", "builds_per_day", "file_github_issue",
        "run_tests"}
VALUES = {"sanitizers": {"address", "memory", "undefined"}, "architectures": {"x86_64", "i386", "aarch64"},
          "fuzzing_engines": {"libfuzzer", "afl", "honggfuzz", "centipede"}}
TAGS = {"ubuntu-24-04": "ubuntu-24-04", "legacy": "latest"}


def text(path):
    return path.read_text(encoding="utf-8")


def base_image(dockerfile):
    return re.search(r"^FROM (\S+)$", text(dockerfile), re.M).group(1)


class Files(unittest.TestCase):
    @unittest.skipUnless(yaml, "needs python3-yaml")
    def test_project(self):
        project = yaml.safe_load(text(OSS_FUZZ / "project.yaml"))
        self.assertLessEqual(set(project), KEYS)
        for key in ("homepage", "main_repo", "primary_contact"):
            self.assertTrue(project[key], key)
        self.assertEqual(project["language"], "c")
        self.assertRegex(project["primary_contact"], r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
        for key, known in VALUES.items():
            self.assertLessEqual(set(project[key]), known, key)
        self.assertIn("libfuzzer", project["fuzzing_engines"])
        self.assertIn(f"git clone --depth 1 {project['main_repo']} ", text(OSS_FUZZ / "Dockerfile"))
        self.assertEqual(base_image(OSS_FUZZ / "Dockerfile"),
                         f"gcr.io/oss-fuzz-base/base-builder:{TAGS[project['base_os_version']]}")
        # What is asked of the service is what is checked here.
        builds = matrix.choose(True)
        for engine in project["fuzzing_engines"]:
            self.assertIn((engine, "address"), {(build.engine, build.sanitizer) for build in builds})
        for sanitizer in [*project["sanitizers"], "coverage", "introspector"]:
            self.assertIn(("libfuzzer", sanitizer), {(build.engine, build.sanitizer) for build in builds})
        if "x86_64" in matrix.ARCHITECTURES:
            self.assertLessEqual(set(project["architectures"]), {build.architecture for build in builds})

    def test_licence_that_google_asks_for(self):
        for name in ("Dockerfile", "build.sh", "run_tests.sh"):
            self.assertIn("http://www.apache.org/licenses/LICENSE-2.0", text(OSS_FUZZ / name))

    def test_dockerfiles(self):
        for path in (OSS_FUZZ / "Dockerfile", LITE / "Dockerfile"):
            commands = re.sub(r"\\\n", " ", text(path)).splitlines()
            self.assertTrue([line for line in commands if re.match(r"COPY .*build\.sh.* \$SRC/$", line)])
            for line in commands:
                if "apt-get install" in line:
                    self.assertIn("apt-get update && ", line)
                self.assertNotIn("ADD http", line)
                if "git clone" in line and "/postern.git" not in line:
                    self.assertRegex(line, r" --branch \S+-\d+\.\d+\.\d+ ", "clone a version, not what is newest")

    def test_unit_tests_where_cmake_configures_nothing(self):
        """After base-builder's replay_build.sh: only `cmake --build` and the like do anything."""
        code = re.sub(r"(?m)^\s*#.*", "", text(OSS_FUZZ / "run_tests.sh"))
        self.assertNotRegex(code, r"(?m)^\s*cmake (?!--build)|\bgit\b|\bapt|\bcurl\b|\bwget\b")

    @unittest.skipUnless(yaml, "needs python3-yaml")
    def test_clusterfuzzlite(self):
        self.assertEqual(yaml.safe_load(text(LITE / "project.yaml")), {"language": "c"})
        self.assertEqual(base_image(LITE / "Dockerfile"), "gcr.io/oss-fuzz-base/base-builder:v1")
        self.assertIn("scripts/ossfuzz/build.sh", text(LITE / "build.sh"))

    def test_no_seed_is_cut(self):
        """libFuzzer reads max_len octets of a seed and no more."""
        root = support.SCRIPTS.parent
        for path in sorted((root / "harnesses").glob("fuzz_*.options")):
            most = int(options.read(path)["libfuzzer"]["max_len"])
            for seed in sorted(root.glob(f"corpus/*/{path.stem}/*")):
                self.assertLessEqual(seed.stat().st_size, most, (path.name, seed.name))

    def test_only_documented_variables(self):
        """The build script reads what base-builder's page names, and its own."""
        documented = {"CC", "CXX", "CFLAGS", "CXXFLAGS", "LIB_FUZZING_ENGINE", "OUT", "SRC", "WORK", "SANITIZER",
                      "FUZZING_ENGINE", "ARCHITECTURE"}
        code = re.sub(r"(?m)^\s*#.*", "", text(OSS_FUZZ / "build.sh"))
        self.assertLessEqual(set(re.findall(r"\$\{?([A-Z_]+)", code)), documented)
        self.assertNotRegex(code, r"-fsanitize|-march|\bgit\b|\bcurl\b|\bwget\b")


if __name__ == "__main__":
    unittest.main()
