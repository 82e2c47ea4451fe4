# SPDX-License-Identifier: MIT
"""What every verb says in the same way: misuse, failure, the commands that it runs, exit codes."""

import argparse
import contextlib
import errno
import os
import shlex
import signal
import sys

from . import project

OK, FOUND, FAILED, INTERRUPTED = 0, 1, 2, 130


class Failure(Exception):
    """Something that the verb cannot go on from: one clear line, exit 2."""


class _Version(argparse.Action):
    """As argparse's own "version", which wants the text when nobody has asked for it yet."""

    def __call__(self, parser, *_):
        say(f"postern {project.version()}")
        sys.exit(OK)


class Arguments(argparse.ArgumentParser):
    """argparse, with misuse in one line."""

    def __init__(self, verb, **keywords):
        super().__init__(prog=f"scripts/{verb}", formatter_class=argparse.RawDescriptionHelpFormatter,
                         allow_abbrev=False, **keywords)
        self.add_argument("--version", action=_Version, nargs=0, default=argparse.SUPPRESS,
                          help="say which version this is, and exit")
        self.json_is_optional = False  # --json takes a file or none (outputs.add_json)

    def error(self, message):
        sys.stderr.write(f"{self.prog}: {message} (try --help)\n")
        sys.exit(FAILED)

    def parse_known_args(self, args=None, namespace=None):
        words = list(sys.argv[1:] if args is None else args)
        return super().parse_known_args(_json_apart(words) if self.json_is_optional else words, namespace)


def _json_apart(words):
    """`--json` with its file as one word: it takes the next one when that is "-" or NAME.json, and leaves any other to
    be a folder or a harness."""
    apart, left = [], list(words)
    while left and left[0] != "--":
        word = left.pop(0)
        if word == "--json":
            named = left and (left[0] == "-" or (left[0].endswith(".json") and not left[0].startswith("-")))
            word = f"--json={left.pop(0) if named else '-'}"
        apart.append(word)
    return apart + left


def positive(text):
    """argparse type: a whole number from 1 up."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 1 up")
    return number


def percentage(text):
    """argparse type: a number from 0 to 100."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 100:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 0 to 100")
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


@contextlib.contextmanager
def where(place):
    """An error of the system in here says where, which that of a full disk does not by itself."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(place)
        raise


def say(*words):
    with where("standard output"):
        print(*words, flush=True)


def visible(text, keep="\n\t"):
    """A text with what does not print spelled out, marks that turn the direction of writing among it: what hostile
    input leaves in a name or a report is to be seen, not obeyed."""
    return "".join(letter if letter.isprintable() or letter in keep else
                   f"\\x{ord(letter):02x}" if ord(letter) < 256 else f"\\u{{{ord(letter):x}}}" for letter in text)


def show_command(command, prefix=""):
    say(f"+ {prefix}{shlex.join(str(word) for word in command)}")


def run(verb, main):
    """Run a verb's main and turn how it ended into an exit code. SIGTERM is what Ctrl-C is, for those too that do not
    say what else it is."""
    if signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    if sys.stderr is None:  # closed; this takes its place, before a file of ours does
        sys.stderr = open(os.devnull, "w", encoding="utf-8")
    try:
        if sys.stdout is None:
            raise Failure("standard output is closed: where nobody wants it, give it /dev/null")
        sys.exit(main())
    except Failure as failure:
        sys.stderr.write(f"scripts/{verb}: {failure}\n")
        sys.exit(FAILED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(FAILED)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        sys.stderr.write(f"scripts/{verb}: {error}{': make room there, and run it again' if full else ''}\n")
        with contextlib.suppress(OSError):
            sys.stdout.close()  # what it holds back would be tried, and told of, once more
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.stderr.write(f"scripts/{verb}: interrupted\n")
        sys.exit(INTERRUPTED)
