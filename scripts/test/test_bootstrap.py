# SPDX-License-Identifier: MIT
"""bootstrap on machines that are not this one: played by programs of the same names on a PATH of the test's own."""

import os
import subprocess
import unittest

import support


class Bootstrap(support.Case):
    def machine(self, **programs):
        """A PATH with the plainest tools and these programs (name: text of a shell script)."""
        for name in ("sh", "awk", "sed", "grep", "tr", "cat", "id", "env", "rm", "chmod", "tee"):
            os.symlink(f"/usr/bin/{name}", self.room / name)
        for name, text in programs.items():
            path = self.room / name.replace("_", "-")
            path.unlink(missing_ok=True)
            path.write_text("#!/bin/sh\n" + text + "\n")
            path.chmod(0o755)

    def bootstrap(self, *arguments):
        done = subprocess.run([str(support.SCRIPTS / "bootstrap"), *arguments], capture_output=True, text=True,
                              env={"PATH": str(self.room)}, check=False)
        return done.returncode, done.stdout, done.stderr

    def test_lists_differ_by_verb(self):
        lists = {verb: set(support.script("bootstrap", "--list", verb)[1].split())
                 for verb in ("python", "build", "libfuzzer", "afl", "reproduce", "check", "coverage")}
        self.assertIn("clang", lists["libfuzzer"])
        self.assertNotIn("afl++", lists["libfuzzer"])
        self.assertIn("afl++", lists["afl"])
        self.assertNotIn("clang", lists["reproduce"])
        self.assertEqual(lists["python"], {"python3"})
        self.assertNotIn("libcmocka-dev", lists["afl"])
        self.assertIn("libcmocka-dev", lists["check"])
        self.assertNotIn("libssl-dev", lists["build"])
        for verb in ("libfuzzer", "afl", "reproduce", "check", "coverage"):
            self.assertIn("libssl-dev", lists[verb])
        for package in ("swaks", "msmtp", "exim4-daemon-light"):
            self.assertNotIn(package, lists["check"])

    def test_what_is_large_is_for_who_asks(self):
        lists = {verb: set(support.script("bootstrap", "--list", verb)[1].split())
                 for verb in ("check", "coverage", "coverage-mcdc", "report", "report-test", "fuzz")}
        for package, verbs in (("clang-19", {"coverage-mcdc"}), ("chromium", {"report-test"}),
                               ("gnuplot-nox", {"report", "report-test"}), ("graphviz", {"report", "report-test"})):
            self.assertEqual({verb for verb in lists if package in lists[verb]}, verbs, package)
        self.assertNotIn("clang", lists["report"])

    def test_all_there_does_nothing(self):
        self.machine(dpkg_query="echo installed", apt_get="echo must not run >&2; exit 1")
        self.assertEqual(self.bootstrap("check"), (0, "", ""))

    def test_another_system_is_told_the_packages(self):
        self.machine()
        code, out, err = self.bootstrap("libfuzzer")
        self.assertEqual((code, out, err.count("\n")), (2, "", 1), err)
        for word in ("no Debian", "clang", "cmake", "POSTERN_BOOTSTRAP=off"):
            self.assertIn(word, err)

    def test_without_root_says_what_to_type(self):
        self.machine(dpkg_query="exit 1", apt_get="exit 1", id="echo 1000")
        code, out, err = self.bootstrap("python")
        self.assertEqual(code, 2)
        self.assertIn("python3", out)
        self.assertIn("apt-get install --no-install-recommends python3", err)

    def test_installs_what_is_missing_and_no_more(self):
        said = self.room / "apt"
        # gcc and cmake are missing until apt-get install has run.
        self.machine(dpkg_query=f'for last; do :; done; case $last in gcc|cmake) [ -e {said} ] && grep -q "install" '
                                f'{said} && echo installed || exit 1 ;; *) echo installed ;; esac',
                     apt_get=f'echo "$@" >> {said}', id="echo 0")
        code, out, err = self.bootstrap("build")
        self.assertEqual((code, err), (0, ""))
        self.assertRegex(out, r"gcc +C compiler")
        calls = said.read_text().splitlines()
        self.assertEqual(len(calls), 2)
        self.assertRegex(calls[0], r" update$")
        self.assertRegex(calls[1], r" install -y --no-install-recommends gcc cmake$")

    def test_two_architectures(self):
        """A package for two architectures counts once; i386 is made known before anything of it is installed."""
        said = self.room / "said"
        self.machine(dpkg_query=f"for last; do :; done; case $last in *:i386) grep -q install {said} 2>/dev/null "
                                "&& echo installed || exit 1 ;; *) printf 'installed\\ninstalled\\n' ;; esac",
                     dpkg=f'echo "dpkg $@" >> {said}', apt_get=f'echo "apt $@" >> {said}', id="echo 0")
        self.assertEqual(self.bootstrap("build"), (0, "", ""))
        code, out, err = self.bootstrap("check-32")
        self.assertEqual((code, err), (0, ""), out)
        self.assertIn("dpkg --add-architecture i386", out)
        calls = said.read_text().splitlines()
        self.assertEqual([line.split()[-1] for line in calls],
                         ["--print-foreign-architectures", "i386", "update", "libssl-dev:i386"])

    def test_failure_of_apt_is_told(self):
        self.machine(dpkg_query="exit 1", apt_get="exit 100", id="echo 0")
        code, _, err = self.bootstrap("python")
        self.assertEqual(code, 2)
        self.assertIn("could not install", err)

    def test_somebody_s_mail_server_stays(self):
        self.machine(dpkg_query='echo "installed postfix default-mta, mail-transport-agent"')
        code, out, err = self.bootstrap("--list", "clients")
        self.assertEqual(code, 0)
        self.assertNotIn("exim4", out)
        self.assertIn("exim4 is left out", err)


if __name__ == "__main__":
    unittest.main()
