# SPDX-License-Identifier: MIT
"""The workflows of CI: valid, pinned, with no more rights than they need, and without logic of their own. Each step
that runs something is one command of scripts/ whose options exist.

The commands are executed too. Here that is what takes seconds; all of it, as CI does it, takes hours:

    POSTERN_WORKFLOWS=all /usr/bin/python3 -B -m unittest discover -s scripts/test -t scripts/test -p test_workflows.py
"""

import itertools
import os
import re
import shlex
import shutil
import subprocess
import unittest

import support

try:
    import yaml
except ImportError:
    yaml = None  # Debian: python3-yaml, which scripts/bootstrap check installs

ROOT = support.SCRIPTS.parent
GITHUB = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
GITLAB = ROOT / ".gitlab-ci.yml"
ALL = os.environ.get("POSTERN_WORKFLOWS") == "all"
INSIDE = "POSTERN_WORKFLOW_STEP"  # set for a command that runs here: what it tests in turn must not begin again

# Inputs of the actions at the commits that are pinned: a misspelt one would be passed over without a word.
INPUTS = {
    "actions/checkout": {"persist-credentials", "fetch-depth"},
    "actions/upload-artifact": {"name", "path", "if-no-files-found", "retention-days"},
    "actions/cache/restore": {"path", "key", "restore-keys"},
    "actions/cache/save": {"path", "key"},
    "github/codeql-action/upload-sarif": {"sarif_file", "checkout_path", "category"},
    "google/clusterfuzzlite/actions/build_fuzzers": {
        "language", "github-token", "sanitizer", "upload-build", "storage-repo", "storage-repo-branch"},
    "google/clusterfuzzlite/actions/run_fuzzers": {
        "language", "github-token", "sanitizer", "mode", "fuzz-seconds", "parallel-fuzzing", "output-sarif",
        "storage-repo", "storage-repo-branch"},
}
RIGHTS = {("contents", "read"), ("actions", "read"), ("security-events", "write")}

# What is put behind a command so that it takes seconds and builds little: each of these verbs is then run once, in the
# order of the steps, each on what the one before has left; the others with ALL alone.
SHORTER = {"fuzz": ["--time", "10", "--engine", "libfuzzer", "fuzz_line"], "report": [], "minimize-corpus": []}
NEEDED = {"report": ("gnuplot", "dot")}  # by a verb, of what scripts/bootstrap check does not install


def jobs_of(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]


def combinations(matrix):
    """What a matrix runs: [{key: value}]."""
    axes = {key: values for key, values in matrix.items() if key != "include"}
    made = [dict(zip(axes, values)) for values in itertools.product(*axes.values())] if axes else []
    return made + list(matrix.get("include", [])) or [{}]


def github_commands():
    """(where, command) of every step that runs something, with the values of its matrix."""
    for path in GITHUB:
        for name, job in jobs_of(path).items():
            for values in combinations(job.get("strategy", {}).get("matrix", {})):
                for step in job["steps"]:
                    if "run" in step:
                        yield f"{path.name}, {name}", re.sub(
                            r"\$\{\{ matrix\.([\w-]+) \}\}", lambda found, values=values: values[found.group(1)],
                            step["run"])


def gitlab_commands():
    """The same of GitLab's jobs: variables in the place of values of a matrix."""
    config = yaml.safe_load(GITLAB.read_text(encoding="utf-8"))
    for name, job in config.items():
        if not isinstance(job, dict) or "script" not in job:
            continue
        for chosen in [combinations(axes) for axes in job.get("parallel", {}).get("matrix", [])] or [[{}]]:
            for values in chosen:
                known = {**config.get("variables", {}), **values}
                for command in job["script"]:
                    yield f"{GITLAB.name}, {name}", re.sub(r"\$(\w+)", lambda found: known[found.group(1)], command)


def commands():
    return [*github_commands(), *gitlab_commands()]


@unittest.skipUnless(yaml, "python3-yaml is not installed")
@unittest.skipUnless(GITHUB and GITLAB.exists(), "this tree has no workflows")
class Workflows(support.Case):
    def steps(self, action=""):
        """(path, job, step) of all steps that use an action."""
        for path in GITHUB:
            for job in jobs_of(path).values():
                for step in job["steps"]:
                    if step.get("uses", "").startswith(action) and "uses" in step:
                        yield path, job, step

    def test_what_there_is(self):
        names = {path.stem for path in GITHUB}
        self.assertLessEqual({"check", "fuzz", "cflite_pr", "cflite_build", "cflite_batch", "cflite_cron"}, names)
        modes = {step["with"]["mode"] for _, _, step in self.steps("google/clusterfuzzlite/actions/run_fuzzers")}
        self.assertEqual(modes, {"code-change", "batch", "prune", "coverage"})
        said = " ".join(command for _, command in commands())
        for part in ("gcc", "clang", "sanitizers", "32-bit", "scripts"):
            self.assertEqual(len(re.findall(rf"--only {part} --junit", said)), 2, part)
        for more in ("--only gcc --long --clients", "--only scripts --report", "ossfuzz/check --all", "--from-empty"):
            self.assertIn(more, said)

    def test_actions_are_pinned(self):
        for path in GITHUB:
            for line in path.read_text(encoding="utf-8").splitlines():
                if "uses:" in line:
                    self.assertRegex(line, r"uses: [\w./-]+@[0-9a-f]{40} # v\d+(\.\d+){0,2}$", path.name)
        pins = {}
        for path, _, step in self.steps():
            repository = "/".join(step["uses"].split("@")[0].split("/")[:2])
            pins.setdefault(repository, set()).add(step["uses"].split("@")[1])
        for repository, commits in pins.items():
            self.assertEqual(len(commits), 1, f"{repository} is pinned in two ways")

    def test_inputs_of_actions(self):
        for path, _, step in self.steps():
            known = INPUTS[step["uses"].split("@")[0]]
            self.assertLessEqual(set(step.get("with", {})), known, f"{path.name}: {step['uses']}")
        for path, _, step in self.steps("actions/checkout"):
            self.assertIs(step["with"]["persist-credentials"], False, path.name)

    def test_rights(self):
        for path in GITHUB:
            self.assertEqual(yaml.safe_load(path.read_text(encoding="utf-8"))["permissions"], {}, path.name)
            for name, job in jobs_of(path).items():
                given = set(job["permissions"].items())
                self.assertLessEqual(given, RIGHTS, f"{path.name}, {name}")
                uploads = any("upload-sarif" in step.get("uses", "") for step in job["steps"])
                self.assertEqual(("security-events", "write") in given, uploads, f"{path.name}, {name}")
                container = job.get("container", {})
                options = container.get("options") if isinstance(container, dict) else None
                said = {command.split()[0] for where, command in github_commands() if where == f"{path.name}, {name}"}
                if said == {"./scripts/ossfuzz/check"}:  # a network namespace; nobody else has more rights
                    self.assertEqual(options, "--cap-add=SYS_ADMIN", f"{path.name}, {name}")
                else:
                    self.assertIsNone(options, f"{path.name}, {name}")

    def test_nothing_secret_and_nothing_of_a_stranger_s(self):
        """A pull request from outside finds no secret to take, and no word of it gets into an expression."""
        for path in GITHUB:
            for value in re.findall(r"\$\{\{(.*?)\}\}", path.read_text(encoding="utf-8")):
                for name in re.findall(r"\b(?:github|secrets|inputs|env|vars)\.[\w.]+", value):
                    self.assertIn(name, ("github.workflow", "github.ref", "github.event_name", "github.run_id",
                                         "github.run_attempt", "secrets.GITHUB_TOKEN"), path.name)

    def test_sarif_is_shown_where_there_is_some(self):
        """Each upload has a category of its own, else one would replace the other; none fails the job."""
        categories = []
        for path, job, step in self.steps("github/codeql-action/upload-sarif"):
            file = step["with"]["sarif_file"]
            self.assertEqual(step["if"], "${{ !cancelled() && hashFiles('%s') != '' }}" % file, path.name)
            self.assertIs(step["continue-on-error"], True, path.name)
            for values in combinations(job.get("strategy", {}).get("matrix", {})):
                category = step["with"]["category"]
                for key, value in values.items():
                    category = category.replace("${{ matrix.%s }}" % key, value)
                if path.stem != "cflite_batch":  # the same as in pull requests, which are compared with it
                    categories.append(category)
        self.assertEqual(len(categories), len(set(categories)), categories)
        for path, _, step in self.steps("actions/upload-artifact"):
            self.assertEqual(step["if"], "${{ !cancelled() }}", path.name)
            self.assertEqual(step["with"]["if-no-files-found"], "ignore", path.name)

    def test_caches(self):
        """What a run saves has a name of its own, and is found by all later ones."""
        for path, _, step in self.steps("actions/cache"):
            self.assertEqual(step["with"]["key"], "corpus-${{ github.run_id }}-${{ github.run_attempt }}", path.name)
            self.assertEqual(step["with"].get("restore-keys", "corpus-"), "corpus-", path.name)

    def test_every_run_ends(self):
        for path in GITHUB:
            workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
            self.assertIn("group", workflow["concurrency"], path.name)
            self.assertNotIn("pull_request_target", workflow[True])  # YAML 1.1 takes the word "on" for true
            for name, job in workflow["jobs"].items():
                seconds = [int(step["with"]["fuzz-seconds"]) for step in job["steps"]
                           if "fuzz-seconds" in step.get("with", {})]
                seconds += [int(found) for step in job["steps"]
                            for found in re.findall(r"--time (\d+)", step.get("run", ""))]
                self.assertGreater(job["timeout-minutes"] * 60, sum(seconds) + 900, f"{path.name}, {name}")
                self.assertRegex(job["runs-on"], r"^ubuntu-\d\d\.\d\d$")

    def test_no_logic(self):
        """One command a step, without a shell's syntax or anything that somebody outside could have written."""
        for path in GITHUB:
            for job in jobs_of(path).values():
                for step in job["steps"]:
                    self.assertEqual(len({"run", "uses"} & set(step)), 1, path.name)
                    self.assertNotIn("shell", step)
                    for value in re.findall(r"\$\{\{(.*?)\}\}", step.get("run", "")):
                        self.assertRegex(value, r"^ matrix\.[a-z]+ $", path.name)
        config = yaml.safe_load(GITLAB.read_text(encoding="utf-8"))
        for name, job in config.items():
            self.assertFalse({"before_script", "after_script"} & set(job), name)
        for where, command in commands():
            self.assertRegex(command, r"^\./scripts/[\w/-]+( [\w./=-]+)*$", where)

    def test_scripts_and_options_exist(self):
        """An option is known when the script's --help names it; what stands behind it, when argparse takes it."""
        helps = {}
        for command, where in {command: where for where, command in commands()}.items():
            verb, *arguments = shlex.split(command)
            script = ROOT / verb
            self.assertTrue(os.access(script, os.X_OK), f"{where}: {verb}")
            if verb not in helps:
                done = subprocess.run([script, "--help"], capture_output=True, text=True, check=True)
                helps[verb] = done.stdout
            for argument in arguments:
                if argument.startswith("-"):
                    self.assertRegex(helps[verb], rf"(?m)^  {argument}\b", f"{where}: {command}")
            refused = subprocess.run([script, *arguments, "--no-such-option"], capture_output=True, text=True)
            self.assertEqual(refused.returncode, 2, command)
            self.assertIn("unrecognized arguments: --no-such-option", refused.stderr, command)

    def test_reports_are_where_they_are_looked_for(self):
        """A file that a later step takes is one that a command of the same job writes."""
        for path in GITHUB:
            for name, job in jobs_of(path).items():
                said = " ".join(step.get("run", "") for step in job["steps"])
                for step in job["steps"]:
                    file = step.get("with", {}).get("sarif_file")
                    if file and not file.startswith("cifuzz-sarif/"):  # ClusterFuzzLite's own
                        self.assertIn(f"--sarif {file}", said, f"{path.name}, {name}")
        for name, job in yaml.safe_load(GITLAB.read_text(encoding="utf-8")).items():
            if isinstance(job, dict) and "script" in job:
                kept = job["artifacts"]
                self.assertEqual((kept["when"], kept["expire_in"]), ("always", "30 days"), name)
                self.assertRegex(job["timeout"], r"^\d+ (minutes|hours)$", name)
                written = re.findall(r"--junit (\S+)", " ".join(job["script"]))
                self.assertEqual([kept["reports"]["junit"]] if "reports" in kept else [], written, name)


@unittest.skipUnless(yaml and GITHUB, "python3-yaml is not installed, or this tree has no workflows")
@unittest.skipIf(os.environ.get(INSIDE), "this is run by a step of a workflow")
@unittest.skipUnless(shutil.which("clang") and shutil.which("afl-fuzz"), "clang or afl++ is not installed")
class Executed(support.Case):
    long = True

    def test_every_command(self):
        """Each one runs as it stands, from the top of the tree, and finds nothing."""
        out = ROOT / "build" / "ci"  # what one command leaves there, a later one may read
        kept = out.with_name(f"ci.{os.getpid()}")
        if out.exists():
            out.rename(kept)
            self.addCleanup(kept.rename, out)
        self.addCleanup(shutil.rmtree, out, ignore_errors=True)
        ran = set()
        for command in dict.fromkeys(command for _, command in commands()):
            verb, *arguments = shlex.split(command)
            name = verb.removeprefix("./scripts/")
            shorter = SHORTER.get(name, [])
            missing = [tool for tool in NEEDED.get(name, ()) if not shutil.which(tool)]
            if not ALL and (name not in SHORTER or verb in ran):
                continue
            with self.subTest(command):
                if missing and not ALL:
                    self.skipTest(f"{command}: no {' and no '.join(missing)} here")
                build = {} if ALL else support.environment(POSTERN_BOOTSTRAP="on")
                done = subprocess.run([verb, *arguments, *([] if ALL else shorter)], cwd=ROOT, text=True,
                                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                      env={**os.environ, "CI": "true", INSIDE: "1", **build})
                self.assertEqual(done.returncode, 0, f"{command}\n{done.stdout[-5000:]}")
                for option, file in zip(arguments, arguments[1:]):
                    if option in ("--junit", "--sarif", "--output") or (option == "--json" and "/" in file):
                        self.assertTrue((ROOT / file).is_file(), f"{command} did not write {file}")
                ran.add(verb)
        self.assertTrue(ran)


if __name__ == "__main__":
    unittest.main()
