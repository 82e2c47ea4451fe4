# SPDX-License-Identifier: MIT
"""Files and folders that a verb writes, and --json, which every verb understands in the same way."""

import errno
import json
import os
import sys
import tempfile
from pathlib import Path

from . import house
from .console import Failure, where


def writable(option, path):
    """A file that comes at the end is tried at the start: it would be late to learn then that it cannot be written."""
    trial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if path.exists() and not path.is_file():  # it would be replaced: a folder, or /dev/stdout
            raise OSError("that is no file")
        _make(path.parent)
        trial.touch()
        trial.unlink()
    except OSError as error:
        raise Failure(f"{option} {path}: cannot be written: {error.strerror or error}") from error


def writable_folder(option, path, shown=None):
    """The same of a folder, which is made where there is none. In: shown, the path to tell of, if it is another."""
    try:
        _make(path)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        raise Failure(f"{shown or path} cannot be written ({error.strerror}): name another folder with {option}") \
            from error


def _make(folder):
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:  # "File exists" would not say what is wrong with it
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder)) from error


def add_json(parser):
    """--json, --json NAME.json, --json=FILE; "-" is standard output."""
    parser.add_argument("--json", nargs="?", const="-", metavar="FILE",
                        help="a JSON object in FILE (NAME.json, else say --json=FILE), or on standard output")
    parser.json_is_optional = True


class Json:
    """One object for programs. On standard output ("-"), all that is said for people, by programs that are run too,
    goes to standard error; so make it before anything is said. A file of an earlier run goes, so that nobody takes it
    for this one's when this one comes to nothing."""

    def __init__(self, path):
        self.path = path
        if self.path:
            writable("--json", self.path)
            self.path.unlink(missing_ok=True)
            return
        sys.stdout.flush()
        self.out = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def write(self, facts):
        text = json.dumps(facts, indent=2) + "\n"
        if self.path:
            house.write_whole(self.path, text.encode())
            return
        with where("standard output"), self.out:
            self.out.write(text)


def json_file(options):
    """Returns: the file that --json names; None when it names none."""
    return None if options.json in (None, "-") else Path(options.json).absolute()


def json_asked(options):
    """Returns: a Json where --json was given, else None."""
    return None if options.json is None else Json(json_file(options))
