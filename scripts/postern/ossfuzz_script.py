# SPDX-License-Identifier: MIT
"""What OSS-Fuzz demands of a build script: that it runs in the room of ossfuzz_room at all, and how it behaves there.
One function a demand, each yields complaints (what is wrong and what to do)."""

import re
import shutil

from . import ossfuzz_room
from .console import Failure, say, show_command

UNREGISTERED = "fuzz_that_nobody_registered"

# What changes the machine or the sanitizer that a build is for.
_OWN = re.compile(r"-(fsanitize|fsanitize-coverage|fprofile-instr-generate|fcoverage-mapping|march|mcpu)(=|$)"
                  r"|-m(32|64)$|-mtune=native$")
_LEFT_OUT = re.compile(r"^build\.sh: (\w+) is left out", re.M)


class Made:
    """What a run of the build script left behind."""

    def __init__(self, builder, build, room):
        self.builder, self.build, self.room = builder, build, room
        self.log = room / "build.log"
        self.out = builder.give(room / "out")
        self.touched = []

    def run(self, work, out=None, **how):
        """Returns: the exit code, and what was said in this run."""
        out = out or self.out
        start = self.log.stat().st_size if self.log.exists() else 0
        self.builder.fill_out(out)
        code = self.builder.run(self.build, work, out, self.log, **how)
        self.touched = self.builder.empty_out(out)
        with open(self.log, "rb") as said:
            said.seek(start)
            return code, said.read().decode("utf-8", "replace")

    def circumstances(self):
        return (f"it runs as {'nobody' if self.builder.prefix else 'you'}, "
                f"{'with' if self.builder.has_network else 'without'} a network, with a read-only $SRC")


def make(builder, build, room, work):
    """Run the build script. Returns: what it made, and the harnesses that it says it leaves out."""
    made = Made(builder, build, room)
    show_command(["bash", "-eu", "build.sh"], prefix=f"[{build.name}] ")
    code, text = made.run(work)
    if code != 0:
        raise Failure(f"build.sh failed for {build.name} (exit {code}; {made.circumstances()}):\n{text[-4000:]}")
    without = _LEFT_OUT.findall(text)
    if without:
        say(f"  left out of {build.name}, as build.sh says: {' '.join(without)}")
    return made, without


def leaves_the_base_alone(made):
    """$OUT holds the files of base-builder, and they stay"""
    if made.touched:
        yield f"changes or removes what base-builder put into $OUT: {' '.join(made.touched)}"


def flags_are_the_callers(made):
    """every source of the project is compiled with $CFLAGS and no sanitizer or machine of the project's own"""
    wanted = made.build.c_flags().split()
    sources = f"{made.builder.source / 'postern'}/"
    told = set()
    for _, tool, words in ossfuzz_room.calls(made.log):
        if "-c" not in words or not any(word.startswith(sources) for word in words):
            continue
        name = next(word for word in words if word.startswith(sources)).removeprefix(sources)
        missing = [word for word in wanted if word not in words]
        own = [word for word in words if _OWN.match(word) and word not in wanted]
        if missing and "missing" not in told:
            told.add("missing")
            yield f"compiles {name} without {' '.join(missing)} of $CFLAGS: hand all of $CFLAGS to the compiler"
        if own and "own" not in told:
            told.add("own")
            yield f"compiles {name} with {' '.join(own)}, which $CFLAGS does not have: leave such flags to the caller"


def the_linker_is_cxx(made):
    """every target is linked by $CXX with $LIB_FUZZING_ENGINE"""
    engine = made.build.link(made.builder.source).split()
    linked = {}
    for _, tool, words in ossfuzz_room.calls(made.log):
        if "-o" in words and "-c" not in words:
            name = words[words.index("-o") + 1].rsplit("/", 1)[-1]
            linked[name] = tool == made.build.compilers[1] and all(word in words for word in engine)
    for path in sorted(made.out.glob("*.options")):
        if linked.get(path.stem) is False:
            yield f"links {path.stem} otherwise than by $CXX with $LIB_FUZZING_ENGINE"


OF_EVERY_BUILD = (leaves_the_base_alone, flags_are_the_callers, the_linker_is_cxx)


# ---- With further runs, for which one build of the matrix does ----

def runs_again(made, work):
    """a second run over the first one's $WORK and $OUT works as well"""
    before = sorted(path.name for path in made.out.iterdir())
    code, text = made.run(work)
    if code != 0:
        yield f"fails in a second run (exit {code}): let it overwrite what the first left:\n{text[-1500:]}"
    elif sorted(path.name for path in made.out.iterdir()) != before:
        yield "leaves other files in $OUT in a second run"


def can_be_replayed(made, work):
    """it builds again where cmake configures nothing (Chronos, which rebuilds what somebody changed)"""
    code, text = made.run(work, replay=True)
    if code != 0:
        yield (f"fails when it is replayed (exit {code}): in a cached container cmake configures nothing, so what the "
               f"first run configured must stay in $WORK:\n{text[-1500:]}")


def misses_a_target(made, work):
    """it fails when a harness of the source is not built"""
    harnesses = made.builder.source / "postern" / "harnesses"
    harnesses.chmod(0o755)
    added = harnesses / f"{UNREGISTERED}.c"
    shutil.copy(min(harnesses.glob("fuzz_*.c")), added)
    out = made.builder.give(made.room / "out-without-a-target")
    code, text = made.run(work, out=out)
    added.unlink()
    harnesses.chmod(0o555)
    shutil.rmtree(out)
    if code == 0:
        yield (f"succeeds although harnesses/{UNREGISTERED}.c was not built: compare $OUT with the harnesses of the "
               "source")
    elif UNREGISTERED not in text:
        yield f"fails without naming the target that was not built ({UNREGISTERED}):\n{text[-1500:]}"


OF_ONE_BUILD = (runs_again, can_be_replayed, misses_a_target)
