# SPDX-License-Identifier: MIT
"""What the verbs under scripts/ share. One idea a module; Debian's Python 3.11, and rich only where a terminal is."""
