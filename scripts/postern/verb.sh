# SPDX-License-Identifier: MIT
# Read by each verb under scripts/: has Debian's Python installed where it is missing, and runs the module of the
# verb's name. The python3 on the PATH may be another one and lack what Debian's has, so it is named in full.
verb=$(basename "$0")
scripts=$(cd "$(dirname "$0")" && pwd -P) || exit 2
[ -x /usr/bin/python3 ] || "$scripts/bootstrap" python || exit 2
PYTHONPATH=$scripts PYTHONDONTWRITEBYTECODE=1 PYTHONUTF8=1
export PYTHONPATH PYTHONDONTWRITEBYTECODE PYTHONUTF8
exec /usr/bin/python3 -m "postern.$verb" "$@"
