# SPDX-License-Identifier: MIT
"""The builds that OSS-Fuzz makes of a project, and the environment in which it makes each (base-builder's)."""

import glob
import os
from dataclasses import dataclass
from pathlib import Path

from .console import Failure

# What base-builder sets for every build of C.
_COMMON = ("-O1 -fno-omit-frame-pointer -gline-tables-only -Wno-error=deprecated-declarations "
           "-Wno-error=implicit-function-declaration -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION")
_UNDEFINED = ("array-bounds,bool,builtin,enum,function,integer-divide-by-zero,null,object-size,return,"
              "returns-nonnull-attribute,shift,signed-integer-overflow,unreachable,vla-bound,vptr")
_SANITIZER = {
    "address": "-fsanitize=address -fsanitize-address-use-after-scope",
    "undefined": f"-fsanitize={_UNDEFINED},unsigned-integer-overflow -fno-sanitize-recover={_UNDEFINED}",
    "memory": "-fsanitize=memory -fsanitize-memory-track-origins",
    "coverage": "",
    "introspector": "-O0 -flto -fno-inline-functions -fuse-ld=lld -Wno-unused-command-line-argument",
}
_FEEDBACK = "-fsanitize=fuzzer-no-link"
_COVERAGE = ("-fprofile-instr-generate -fcoverage-mapping -pthread -Wl,--no-as-needed -Wl,-ldl -Wl,-lm "
             "-Wno-unused-command-line-argument")

ENGINES = ("libfuzzer", "archive", "afl")
SANITIZERS = tuple(_SANITIZER)
CLANGS = (14, 19, 22)

# One pair a line: what OSS-Fuzz builds, and an engine that comes as an archive.
_PAIRS = (("libfuzzer", "address"), ("libfuzzer", "undefined"), ("libfuzzer", "memory"), ("libfuzzer", "coverage"),
          ("afl", "address"), ("archive", "address"))


@dataclass(frozen=True)
class Build:
    """One build of the matrix."""
    engine: str
    sanitizer: str
    clang: int = CLANGS[0]

    @property
    def name(self):
        return f"{self.engine}-{self.sanitizer}-clang{self.clang}"

    @property
    def compiler(self):
        return "afl-clang-fast" if self.engine == "afl" else f"clang-{self.clang}"

    def packages(self):
        """The Debian packages that it takes."""
        needed = [f"clang-{self.clang}", f"llvm-{self.clang}", f"libclang-rt-{self.clang}-dev"]
        if self.sanitizer == "introspector":
            needed.append(f"lld-{self.clang}")
        return [*needed, "afl++"] if self.engine == "afl" else needed

    def _link(self):
        if self.engine == "libfuzzer":
            return "-fsanitize=fuzzer"
        if self.engine == "afl":
            return "/usr/lib/afl/libAFLDriver.a"
        found = glob.glob(f"/usr/lib/llvm-{self.clang}/lib/clang/*/lib/linux/libclang_rt.fuzzer-{os.uname().machine}.a")
        if not found:
            raise Failure(f"no archive of libFuzzer for clang {self.clang}: install libclang-rt-{self.clang}-dev")
        return found[0]

    def environment(self, source, work, out):
        """The variables that a build script may rely on, and nothing else of ours."""
        feedback = {"coverage": _COVERAGE}.get(self.sanitizer, "" if self.engine == "afl" else _FEEDBACK)
        flags = " ".join(part for part in (_COMMON, _SANITIZER[self.sanitizer], feedback) if part)
        compiler = self.compiler
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(work), "LANG": "C.UTF-8",
            "SRC": str(source), "WORK": str(work), "OUT": str(out),
            "SANITIZER": self.sanitizer, "ARCHITECTURE": os.uname().machine,
            "FUZZING_ENGINE": "afl" if self.engine == "afl" else "libfuzzer", "FUZZING_LANGUAGE": "c",
            "CC": compiler, "CXX": compiler.replace("clang", "clang++", 1) if self.engine != "afl" else f"{compiler}++",
            "CFLAGS": flags, "CXXFLAGS": flags, "LIB_FUZZING_ENGINE": self._link(),
        }
        if self.engine == "afl":
            environment["AFL_QUIET"] = "1"
        return environment


def choose(engine, sanitizer, everything):
    """The builds that the options ask for: clang 14's, and with `everything` those of 19, 22 and the introspector."""
    builds = [Build(*pair) for pair in _PAIRS]
    if everything:
        builds += [Build(*pair, clang) for clang in CLANGS[1:] for pair in _PAIRS if pair[0] != "afl"]
        builds.append(Build("libfuzzer", "introspector"))
    chosen = [build for build in builds if engine in (None, build.engine) and sanitizer in (None, build.sanitizer)]
    if not chosen and engine and sanitizer:
        raise Failure(f"OSS-Fuzz does not build {engine} with {sanitizer}; it builds "
                      + ", ".join(f"{build.engine} x {build.sanitizer}" for build in builds))
    if not chosen:
        chosen = [Build("libfuzzer", sanitizer)]
    return chosen


def llvm_tool(name, clang):
    return Path(f"/usr/lib/llvm-{clang}/bin/{name}")
