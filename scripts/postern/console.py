# SPDX-License-Identifier: MIT
"""What every verb says in the same way: misuse, failure, the commands that it runs, exit codes."""

import argparse
import json
import os
import shlex
import sys

OK, FOUND, FAILED, INTERRUPTED = 0, 1, 2, 130


class Failure(Exception):
    """Something that the verb cannot go on from: one clear line, exit 2."""


class Arguments(argparse.ArgumentParser):
    """argparse, with misuse in one line."""

    def __init__(self, verb, **keywords):
        super().__init__(prog=f"scripts/{verb}", formatter_class=argparse.RawDescriptionHelpFormatter,
                         allow_abbrev=False, **keywords)

    def error(self, message):
        sys.stderr.write(f"{self.prog}: {message} (try --help)\n")
        sys.exit(FAILED)


def positive(text):
    """argparse type: a whole number from 1 up."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 1 up")
    return number


def minutes(text):
    """argparse type: a number of minutes, above 0 and below a year."""
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number < 365 * 24 * 60:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of minutes above 0")
    return number


def say(*words):
    print(*words, flush=True)


class Json:
    """--json: one object on standard output, and all that is said for people, by programs that are run too, on standard
    error. Make it before anything is said."""

    def __init__(self):
        sys.stdout.flush()
        self.out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def write(self, facts):
        with self.out:
            self.out.write(json.dumps(facts, indent=2) + "\n")


def show_command(command, prefix=""):
    say(f"+ {prefix}{shlex.join(str(word) for word in command)}")


def run(verb, main):
    """Run a verb's main and turn how it ended into an exit code."""
    try:
        sys.exit(main())
    except Failure as failure:
        sys.stderr.write(f"scripts/{verb}: {failure}\n")
        sys.exit(FAILED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(FAILED)
    except OSError as error:
        sys.stderr.write(f"scripts/{verb}: {error}\n")
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.stderr.write(f"scripts/{verb}: interrupted\n")
        sys.exit(INTERRUPTED)
