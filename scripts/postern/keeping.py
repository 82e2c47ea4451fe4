# SPDX-License-Identifier: MIT
"""A folder that a verb writes as a whole: made under a temporary name, and renamed when it is complete. What somebody
has put into an older one, or changed in it, is not lost: it is set aside then, else it goes."""

import contextlib
import hashlib
import json
import os
import shutil

from .console import Failure, say, where
from .outputs import writable_folder
from . import house

LIST = "triage.json"  # holds what the verb has to say, and under "files" the SHA-1 of all that it wrote


def _sums(folder):
    return {str(path.relative_to(folder)): hashlib.sha1(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file() and path != folder / LIST}


class Kept:
    """Raises Failure when there is something that no verb made under that name."""

    def __init__(self, home):
        self.home = home
        self.work = home.with_name(f".{home.name}.{os.getpid()}.part")
        if home.parent.is_dir():
            with house.alone(home.parent):  # another triage may end at this moment
                self._tidy()
                self._see_whose()

    def _see_whose(self):
        home = self.home
        if home.exists() and not (home / LIST).is_file() and not (home.is_dir() and not any(home.iterdir())):
            raise Failure(f"{home} is there, and no triage made it: name another folder with --output")

    def _tidy(self):
        """Remove what was left by somebody who was killed; or put it back, when the kill came before there was another
        one in its place."""
        for path in self.home.parent.glob(f".{self.home.name}.*"):
            writer = path.suffix in (".part", ".old") and path.stem.rpartition(".")[2]
            if writer and writer.isdecimal() and (int(writer) == os.getpid() or not os.path.exists(f"/proc/{writer}")):
                if path.suffix == ".old" and not self.home.exists():
                    os.rename(path, self.home)
                shutil.rmtree(path, ignore_errors=True)

    @contextlib.contextmanager
    def folder(self):
        """The folder to write in. What is not put in place by replace() goes at the end."""
        try:
            writable_folder("--output", self.work, self.home)
            with where(self.home):
                yield self.work
        finally:
            shutil.rmtree(self.work, ignore_errors=True)

    def replace(self, facts):
        """Put the folder in place, with its list."""
        told = json.dumps({**facts, "files": _sums(self.work)}, indent=2)
        house.write_whole(self.work / LIST, (told + "\n").encode())
        with house.alone(self.home.parent):  # another triage may end at this moment
            old = self._set_aside() if self.home.exists() and any(self.home.iterdir()) else None
            os.rename(self.work, self.home)
        if old:
            shutil.rmtree(old, ignore_errors=True)

    def _changed(self):
        try:
            written = json.loads((self.home / LIST).read_text(encoding="utf-8"))["files"]
        except (OSError, ValueError, KeyError, TypeError):
            return True
        return written != _sums(self.home)

    def _set_aside(self):
        """Returns: the old folder when it may go, None when it is to be kept under its new name."""
        if not self._changed():
            aside = self.work.with_suffix(".old")
            os.rename(self.home, aside)
            return aside
        number = 1
        while (aside := self.home.with_name(f"{self.home.name}-{number}")).exists():
            number += 1
        os.rename(self.home, aside)
        say(f"the triage before this one has been changed by hand: it is kept as {house.short(aside)}")
        return None
