# SPDX-License-Identifier: MIT
"""What OSS-Fuzz demands of a target when it runs: one function a demand, each yields complaints. Thresholds are those
of base-runner's bad_build_check where it has one."""

import configparser
import re
import shutil

from . import options
from .ossfuzz_place import MEGABYTES

RUNS = 4
EDGES = 100
EDGES_UNTOLD = 50  # where the flags do not tell clang that it is for fuzzing: it makes a third fewer of the same source


def last_lines(text, count=6):
    """Of what a target said: the lines that say what went wrong, or else the last ones."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    told = [line for line in lines if re.search(r"\b(ERROR|SUMMARY): |^Base64: ", line)]
    return "\n      ".join(told or lines[-count:])


def starts(place, target):
    """it starts anywhere, with nothing of the build at hand, and is instrumented"""
    if place.gives_features:
        code, text = place.run([target, "--", f"-runs={RUNS}", "-seed=1337"])
        if "Is the code instrumented" in text:
            yield "has no instrumented edges: compile what is fuzzed with $CFLAGS"
            return
        if code != 0 or f"Done {RUNS} runs" not in text:
            yield f"does not run {RUNS} times from another folder (exit {code}); it must not need files, arguments, " \
                  f"the network or the working directory, and must not exit:\n      {last_lines(text)}"
            return
        edges = re.search(r"Loaded \d+ modules?.*(?:counters|guards)\): (\d+)", text)
        count = int(edges.group(1)) if edges else 0
        if count < EDGES and place.sanitizer != "introspector":  # at -O0, and only to be read: nobody runs it
            yield f"has {count} instrumented edges, under {EDGES}: compile what is fuzzed with $CFLAGS"
    elif place.engine == "afl" and place.seeds(target).exists():
        shown = place.work / f"{target.name}.map"
        _, text = place.run(["afl-showmap", "-q", "-m", "none", "-C", "-i", place.seeds(target), "-o", shown, "--",
                             target])
        edges = len(shown.read_text().splitlines()) if shown.exists() else 0
        if edges < EDGES:
            yield f"shows {edges} edges for its seeds under afl-showmap, under {EDGES}: is it built with $CC and " \
                  f"linked with $LIB_FUZZING_ENGINE?\n      {last_lines(text)}"
    elif place.engine == "honggfuzz":
        _, text = place.run(["objdump", "-d", "--no-show-raw-insn", target])
        edges = len(re.findall(r"<__sanitizer_cov_trace_pc_guard(?:@plt)?>$", text, re.M))
        if edges < EDGES_UNTOLD:
            yield f"has {edges} instrumented edges, under {EDGES_UNTOLD}: compile what is fuzzed with $CFLAGS"


def _finished(place, text, files):
    """Whether a target came back from each of these files: one that calls exit or _exit may say that all is well."""
    if place.is_libfuzzer:
        return len(re.findall(r"^Executed .* in \d+ ms$", text, re.M)) == len(files)
    if place.engine == "afl":  # its driver passes over what is empty
        return text.count("Execution successful") == sum(path.stat().st_size > 0 for path in files)
    return True


def _late(text):
    return "timeout after" in text


ENDS_ITSELF = "ends the whole process (exit or _exit): return from LLVMFuzzerTestOneInput instead"


def takes_its_options(place, target):
    """the engine starts with the options and the dictionary that lie beside it, handed over as run_fuzzer does"""
    name, path = f"{target.name}.dict", place.out / f"{target.name}.options"
    try:
        sections = options.read(path)
    except (configparser.Error, UnicodeDecodeError):
        return  # ossfuzz_demands says it
    settings = sections["libfuzzer"]
    name = settings.pop("dict", name)
    if not (place.out / name).exists():
        return
    if place.gives_features:
        flags = [f"-{key}={value}" for key, value in settings.items()]
        code, text = place.run([target, "--", *place.limits(), f"-runs={RUNS}", f"-artifact_prefix={place.work}/",
                                *flags, f"-dict={name}"], folder=place.out, environment=place.options_with(sections))
        unknown = re.search(r"unrecognized flag '([^']*)'", text)
        if unknown:
            flag = unknown.group(1).strip("-").partition("=")[0]
            yield f"has an option that libFuzzer does not know, {flag}: correct {path.name}"
        elif not re.search(r"Dictionary: [1-9]\d* entries", text):
            yield f"its dictionary does not load in libFuzzer:\n      {last_lines(text, 3)}"
        elif code != 0:
            yield f"does not run with the options of {path.name} (exit {code}):\n      {last_lines(text)}"
    elif place.engine == "afl":
        first = place.work / "afl-in" / target.name
        first.mkdir(parents=True, exist_ok=True)
        (first / "one").write_bytes(b"input\n")
        _, text = place.run(["afl-fuzz", "-V", "1", "-m", "none", "-t", "5000+", "-x", name, "-i", first,
                             "-o", place.work / f"afl-out-{target.name}", "--", target], folder=place.out)
        if "All set and ready to roll" not in text or not re.search(r"Loaded a total of [1-9]\d* extras", text):
            yield f"afl-fuzz does not start with its dictionary:\n      {last_lines(text)}"


def awkward_inputs(place, target):
    """empty, one-octet and one-mebibyte inputs, within the limits of time and memory"""
    inputs = place.awkward()
    code, text = place.run([target, *place.limits(), *inputs], seconds=place.seconds * len(inputs))
    if code == 0 and _finished(place, text, inputs):
        return
    for path in inputs:
        code, text = place.run([target, *place.limits(), path], seconds=2 * place.seconds)
        if _late(text):  # on the clock, by which libFuzzer goes
            code, text = place.run([target, *place.limits(of_time=False), path], seconds=place.seconds)
        if code == 0 and not _finished(place, text, [path]):
            yield f"{ENDS_ITSELF}; it does on {path.name}"
        elif code != 0:
            late = code == 124
            why = f": one input must take under {place.seconds} s" if late else \
                f": one input must take under {MEGABYTES} MB" if "out-of-memory" in text else ""
            yield f"fails on {path.name} (exit {code}){why}\n      {last_lines(text)}"
            if late:
                break  # the others take their time as well


def seeds_pass(place, target):
    """every seed runs without a finding, within the limits"""
    files = place.seed_files(target)
    if not files:
        return
    if place.is_libfuzzer:
        code, text = place.run([target, "-runs=0", *place.limits(), place.seeds(target)])
        if _late(text):  # on the clock; all of them together may take as long as one, on a processor
            told, (code, text) = text, place.run([target, "-runs=0", *place.limits(of_time=False), place.seeds(target)],
                                                 seconds=place.seconds)
            text = told if code != 0 else text
        finished = re.search(r"^Done \d+ runs in ", text, re.M)
    else:
        code, text = place.run([target, *files])
        finished = _finished(place, text, files)
    if code != 0:
        yield f"has a seed that it fails on (exit {code}):\n      {last_lines(text)}"
    elif not finished:
        yield f"{ENDS_ITSELF}; it does on one of its seeds:\n      {last_lines(text)}"


def _features(place, target, folder):
    """Returns: what a run over the seeds reaches, as libFuzzer counts it: edges, and features or "" where chance has a
    hand in them."""
    # The depth of the stack is a feature: ASan keeps frames elsewhere, and addresses come from a generator.
    environment = {"ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=0"}
    _, text = place.run([*place.without_chance, target, "-runs=0", "-seed=1", folder], environment=environment)
    found = re.search(r"INITED cov: (\d+) ft: (\d+)", text)
    return (found.group(1), found.group(2) if place.without_chance else "") if found else None


def runs_are_alike(place, target):
    """two runs over the seeds give the same features, and the same edges under another name"""
    if not place.gives_features or not place.seed_files(target):
        return
    renamed = place.work / f"another_{target.name}"
    shutil.copy2(target, renamed)
    first, other = _features(place, target, place.seeds(target)), _features(place, renamed, place.seeds(target))
    renamed.unlink()
    if first is not None and first == other:
        return
    again = _features(place, target, place.seeds(target))
    if first is None or first != again:
        yield f"gives other features in a second run over its seeds ({first}, {again}): it has a clock, chance or " \
              "memory of its own"
    elif other is None or first[0] != other[0]:  # a longer name moves the stack, and with it the features
        yield f"gives other features under another name ({first}, {other}): it must not look at argv[0] or beside " \
              "itself"


def coverage_gives_a_report(place, target):
    """the coverage build merges its seeds and writes a profile from which a report can be made"""
    if place.sanitizer != "coverage":
        return
    raw, profile, merged = (place.work / f"{target.name}.{suffix}" for suffix in ("profraw", "profdata", "merged"))
    merged.mkdir()
    merged.chmod(0o777)
    code, text = place.run([target, "-merge=1", "-timeout=100", merged, place.seeds(target)],
                           environment={"LLVM_PROFILE_FILE": str(raw)})
    if code == 0:
        code, text = place.run([place.build.llvm("llvm-profdata"), "merge", "-sparse", raw, "-o", profile])
    if code == 0:
        code, text = place.run([place.build.llvm("llvm-cov"), "report", target, f"-instr-profile={profile}"])
    total = re.search(r"^TOTAL\s.*?(\d+\.\d+)%", text, re.M)
    if code != 0 or total is None or float(total.group(1)) == 0:
        yield f"yields no coverage report: compile with $CFLAGS, which ask for it:\n      {last_lines(text)}"


def all_make_one_report(place):
    """the profiles of all targets make one report, in which the source can be read from a copy of $SRC elsewhere"""
    if place.sanitizer != "coverage" or place.source is None:
        return
    profiles = sorted(place.work.glob("*.profdata"))
    whole, page = place.work / "whole.profdata", place.work / "report"
    copy = place.work / "copy"
    shutil.copytree(place.source, f"{copy}{place.source}")
    code, text = place.run([place.build.llvm("llvm-profdata"), "merge", "-sparse", *profiles, "-o", whole])
    first, *more = place.targets()
    if code == 0:
        code, text = place.run([place.build.llvm("llvm-cov"), "show", "-format=html", f"-output-dir={page}",
                                f"-path-equivalence=/,{copy}", f"-instr-profile={whole}", first,
                                *(f"-object={path}" for path in more)])
    pages = [path for path in page.rglob("*.html") if f"{place.source}/" in str(path)] if page.exists() else []
    if code != 0 or not pages or "No such file" in text:
        yield "all targets", ("make no report together, or one without the source: compile from $SRC or $WORK, with no "
                              f"-ffile-prefix-map:\n      {last_lines(text)}")


DEMANDS = (starts, takes_its_options, awkward_inputs, seeds_pass, runs_are_alike, coverage_gives_a_report)
