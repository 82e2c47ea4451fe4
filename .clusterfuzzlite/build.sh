#!/bin/bash -eu
# SPDX-License-Identifier: MIT
# One build for both services.
exec bash -eu "$SRC/postern/scripts/ossfuzz/build.sh"
