# SPDX-License-Identifier: MIT
# Read by each verb under scripts/: has Debian's Python installed where it is missing, and runs the module of the
# verb's name. The python3 on the PATH may be another one and lack what Debian's has, so it is named in full.
# A verb of a folder of its own (scripts/ossfuzz) says `folder=ossfuzz` before: its module is ossfuzz_VERB. One whose
# name cannot be a module's says `module=NAME`; hyphens become underscores by themselves.
verb=$(basename "$0" | tr - _)
scripts=$(cd "$(dirname "$0")${folder:+/..}" && pwd -P) || exit 2
[ -x /usr/bin/python3 ] || "$scripts/bootstrap" python || exit 2
PYTHONPATH=$scripts PYTHONDONTWRITEBYTECODE=1 PYTHONUTF8=1
export PYTHONPATH PYTHONDONTWRITEBYTECODE PYTHONUTF8
exec /usr/bin/python3 -m "postern.${module:-${folder:+${folder}_}$verb}" "$@"
