# SPDX-License-Identifier: MIT
"""The source of OpenSSL as the distribution has it (`apt-get source`, with lists of our own: those of the system need
not name any source)."""

import re
import subprocess
from pathlib import Path

from .console import Failure, say

_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


def _run(*command, folder=None):
    return subprocess.run([str(word) for word in command], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)


def _sources():
    """The archives in use, as lines of a sources.list."""
    signed = f"[signed-by={_KEYRING}] " if _KEYRING.exists() else ""
    done = _run("apt-get", "indextargets", "--format", f"deb-src {signed}$(REPO_URI) $(RELEASE) $(COMPONENT)",
                "Created-By: Packages", "Origin: Debian")
    return sorted(set(done.stdout.splitlines()))


def fetch(room):
    """Unpack the newest source that the archive still has. Returns: its folder."""
    say("+ apt-get source openssl")
    (room / "lists" / "partial").mkdir(parents=True)
    (room / "cache" / "archives" / "partial").mkdir(parents=True)
    (room / "sources.list").write_text("\n".join(_sources()) + "\n", encoding="utf-8")
    options = ["-q"]
    for name, value in (("Dir::Etc::SourceList", room / "sources.list"), ("Dir::Etc::SourceParts", "-"),
                        ("Dir::State::Lists", room / "lists"), ("Dir::Cache", room / "cache"),
                        ("APT::Sandbox::User", "root")):
        options += ["-o", f"{name}={value}"]
    said = _run("apt-get", *options, "update").stdout
    # A mirror may list a version whose files it has lost already.
    known = _run("apt-cache", *options, "showsrc", "--only-source", "openssl").stdout
    versions = re.findall(r"^Version: (.*)$", known, re.M)
    for version in dict.fromkeys(versions):
        done = _run("apt-get", *options, "source", "--only-source", f"openssl={version}", folder=room)
        said += done.stdout
        found = [path for path in room.glob("openssl-*") if (path / "Configure").exists()]
        if done.returncode == 0 and found:
            return found[0]
    raise Failure("apt-get cannot fetch the source of openssl; get one elsewhere and name it with --openssl:\n"
                  + "\n".join(said.splitlines()[-5:]))
