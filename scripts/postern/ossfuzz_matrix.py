# SPDX-License-Identifier: MIT
"""The builds that OSS-Fuzz makes of a project, and the environment in which it makes each (base-builder's)."""

import glob
import os
from dataclasses import dataclass
from pathlib import Path

from .console import Failure

# What base-builder sets for every build of C, without what clang 14 does not know.
_COMMON = ("-O1 -fno-omit-frame-pointer -gline-tables-only -Wno-error=incompatible-function-pointer-types "
           "-Wno-error=int-conversion -Wno-error=deprecated-declarations -Wno-error=implicit-function-declaration "
           "-Wno-error=implicit-int -Wno-error=unknown-warning-option "
           "-DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION")
_UNDEFINED = ("array-bounds,bool,builtin,enum,function,integer-divide-by-zero,null,object-size,return,"
              "returns-nonnull-attribute,shift,signed-integer-overflow,unreachable,vla-bound,vptr")
_SANITIZER = {
    "address": "-fsanitize=address -fsanitize-address-use-after-scope",
    "undefined": f"-fsanitize={_UNDEFINED},unsigned-integer-overflow -fno-sanitize-recover={_UNDEFINED}",
    "memory": "-fsanitize=memory -fsanitize-memory-track-origins",
    "coverage": "",
    "introspector": "-O0 -flto -fno-inline-functions -fuse-ld=gold -Wno-unused-command-line-argument",
}
_FEEDBACK = {"libfuzzer": "-fsanitize=fuzzer-no-link", "archive": "-fsanitize=fuzzer-no-link", "afl": "",
             "honggfuzz": "-fsanitize-coverage=trace-pc-guard,indirect-calls,trace-cmp"}
_COVERAGE = ("-fprofile-instr-generate -fcoverage-mapping -pthread -Wl,--no-as-needed -Wl,-ldl -Wl,-lm "
             "-Wno-unused-command-line-argument")

ENGINES = ("libfuzzer", "archive", "afl", "honggfuzz")
SANITIZERS = tuple(_SANITIZER)
CLANGS = (14, 19, 22)
I386 = "i386"
ARCHITECTURES = (os.uname().machine, I386)

# One pair a line: what OSS-Fuzz builds, and an engine that comes as an archive.
_PAIRS = (("libfuzzer", "address"), ("libfuzzer", "undefined"), ("libfuzzer", "memory"), ("libfuzzer", "coverage"),
          ("afl", "address"), ("archive", "address"))


@dataclass(frozen=True)
class Build:
    """One build of the matrix."""
    engine: str
    sanitizer: str
    clang: int = CLANGS[0]
    architecture: str = ARCHITECTURES[0]

    @property
    def name(self):
        parts = [self.engine, self.sanitizer, f"clang{self.clang}"]
        return "-".join(parts if self.architecture != I386 else [*parts, self.architecture])

    @property
    def is_unusual(self):
        """It takes more than the packages of a campaign."""
        return self.clang != CLANGS[0] or self.architecture == I386

    @property
    def compilers(self):
        """CC and CXX."""
        if self.engine == "afl":
            return "afl-clang-fast", "afl-clang-fast++"
        return f"clang-{self.clang}", f"clang++-{self.clang}"

    def llvm(self, tool):
        """The path of a tool of this compiler's LLVM."""
        return Path(f"/usr/lib/llvm-{self.clang}/bin/{tool}")

    def link(self, source):
        """What the targets are linked with: LIB_FUZZING_ENGINE."""
        if self.engine == "libfuzzer":
            return "-fsanitize=fuzzer"
        if self.engine == "honggfuzz":
            return str(source / "honggfuzz.a")
        if self.engine == "afl":
            return "/usr/lib/afl/libAFLDriver.a"
        pattern = f"/usr/lib/llvm-{self.clang}/lib/clang/*/lib/linux/libclang_rt.fuzzer-{self.architecture}.a"
        found = glob.glob(pattern)
        if not found:
            raise Failure(f"no archive of libFuzzer for clang {self.clang}: install libclang-rt-{self.clang}-dev")
        return found[0]

    def c_flags(self):
        """CFLAGS."""
        return self.flags() + (" -fno-sanitize=function" if self.sanitizer == "undefined" else "")

    def flags(self):
        """CXXFLAGS."""
        feedback = _COVERAGE if self.sanitizer == "coverage" else _FEEDBACK[self.engine]
        machine = "-m32" if self.architecture == I386 else ""
        debug = "-g" if self.sanitizer == "introspector" else ""
        return " ".join(part for part in (machine, _COMMON, _SANITIZER[self.sanitizer], feedback, debug) if part)

    def environment(self, source, work, out):
        """The variables that a build script may rely on, and nothing else of ours."""
        compiler, linker = self.compilers
        environment = {
            "PATH": os.environ["PATH"], "HOME": str(work), "LANG": "C.UTF-8",
            "SRC": str(source), "WORK": str(work), "OUT": str(out),
            "SANITIZER": self.sanitizer, "ARCHITECTURE": self.architecture,
            "FUZZING_ENGINE": "libfuzzer" if self.engine == "archive" else self.engine, "FUZZING_LANGUAGE": "c",
            "CC": compiler, "CXX": linker, "CFLAGS": self.c_flags(), "CXXFLAGS": self.flags(),
            "LIB_FUZZING_ENGINE": self.link(source), "UBSAN_OPTIONS": "silence_unsigned_overflow=1",
        }
        if self.engine == "afl":
            environment |= {"AFL_QUIET": "1", "AFL_IGNORE_PROBLEMS": "1", "AFL_IGNORE_UNKNOWN_ENVS": "1"}
        return environment


def choose(everything, **wanted):
    """The builds that the options ask for: clang 14's, and with `everything` those of 19 and 22, for honggfuzz and the
    introspector, and of i386. What is wanted (engine, sanitizer, clang, architecture; None: any) is looked for among
    the first and then among all."""
    usual = [Build(*pair) for pair in _PAIRS]
    builds = usual + [Build(*pair, clang) for clang in CLANGS[1:] for pair in _PAIRS if pair[0] != "afl"]
    builds += [Build("libfuzzer", "introspector", clang) for clang in CLANGS]
    builds.append(Build("honggfuzz", "address"))
    if os.uname().machine == "x86_64":
        builds.append(Build("libfuzzer", "address", architecture=I386))

    def fits(build):
        return all(value in (None, getattr(build, name)) for name, value in wanted.items())

    chosen = [build for build in (builds if everything else usual) if fits(build)] or [*filter(fits, builds)]
    if not chosen:
        asked = " with ".join(str(value) for value in wanted.values() if value is not None)
        raise Failure(f"OSS-Fuzz does not build {asked}; it builds "
                      + ", ".join(dict.fromkeys(f"{build.engine} x {build.sanitizer}" for build in builds)))
    return chosen
