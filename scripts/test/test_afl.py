# SPDX-License-Identifier: MIT
"""What is done for AFL++ before it starts: the inputs that fail are set apart, and none that does not."""

import support
from postern import afl, build

# Stands for a harness: it notes how many inputs it was given, and dies of the first that begins with "bad".
HARNESS = """#!/bin/sh
echo $# >> {groups}
for input; do
    case $(cat "$input") in bad*) kill -ABRT $$ ;; esac
done
"""


class Failing(support.Case):
    def test_a_few_at_a_time(self):
        groups = self.room / "groups"
        program = self.room / "fuzz_made"
        program.write_text(HARNESS.format(groups=groups), encoding="utf-8")
        program.chmod(0o755)
        inputs = self.room / "inputs"
        inputs.mkdir()
        bad = {0, afl.GROUP - 1, afl.GROUP, 2 * afl.GROUP + 3}
        for number in range(2 * afl.GROUP + 5):
            (inputs / f"{number:05}").write_text("bad" if number in bad else "good", encoding="utf-8")
        harness = build.Harness("fuzz_made", program, None, None, None)
        failing = afl._failing(harness, sorted(inputs.iterdir()), self.room)
        self.assertEqual([int(path.name) for path in failing], sorted(bad))
        self.assertEqual(max(map(int, groups.read_text(encoding="utf-8").split())), afl.GROUP)
        self.assertEqual(afl._failing(harness, [], self.room), [])
