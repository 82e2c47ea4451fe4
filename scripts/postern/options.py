# SPDX-License-Identifier: MIT
"""NAME.options, in the form that OSS-Fuzz reads: [libfuzzer] KEY = VALUE, and [asan] likewise."""

import configparser


def read(path):
    """The sections of an options file as dictionaries; empty ones where there is no file."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str
    if path is not None and path.exists():
        parser.read(path, encoding="utf-8")
    return {section: dict(parser[section]) if parser.has_section(section) else {}
            for section in ("libfuzzer", "asan", "msan", "ubsan")}
