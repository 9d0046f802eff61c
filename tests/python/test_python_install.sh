#!/usr/bin/env bash
# `make install` and `pip install ./python`: both packages find their library and bring type stubs.   usage: test_python_install.sh PROGRAM
set -eu
program=$(realpath "$1") build=$(dirname "$(realpath "$1")")
root=$(cd "$(dirname "$0")/../.." && pwd)
ldd "$program" | grep -q -E 'libasan|libubsan' && exit 77
python=
for p in /usr/bin/python3 python3; do "$p" -c 'import numpy, setuptools, pip' 2>/dev/null && { python=$p; break; }; done
[ -n "$python" ] && command -v pkg-config >/dev/null && [ -f "$build/generated-python/__init__.pyi" ] || exit 77
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
unset SPINODAL_LIBRARY
export PYTHONDONTWRITEBYTECODE=1
cmake --install "$build" --prefix "$work/usr" >/dev/null
cd "$work"

try() { # PACKAGE-FOLDER: the number of the command line, from the installed library
  [ "$(PYTHONPATH=$1 "$python" -c 'import spinodal; print(repr(spinodal.kde.theory(alpha=0.3).h_opt))')" = "$expected" ] || { echo "$1: another number"; exit 1; }
  PYTHONPATH=$1 "$python" -c 'from spinodal import _library; print(_library.library._name)' | grep -q "^$work/usr/" || { echo "$1: another library"; exit 1; }
  [ -f "$1/spinodal/py.typed" ] && grep -q 'def theory(' "$1/spinodal/__init__.pyi" || { echo "$1: no type stubs"; exit 1; }
}
expected=$("$program" kde theory --alpha 0.3 --json --quiet | "$python" -c 'import json, sys; print(repr(json.load(sys.stdin)["scalars"]["h_opt"]))')
try "$work/usr/share/spinodal/python"

pc=$(find "$work/usr" -name spinodal.pc)
sed -i -e "s|^libdir=.*|libdir=$(dirname "$(dirname "$pc")")|" "$pc"
PKG_CONFIG_PATH=$(dirname "$pc"); export PKG_CONFIG_PATH
cp -r "$root/python" source
"$python" -m pip install --quiet --no-build-isolation --no-deps --no-index --root-user-action=ignore --target "$work/site" ./source
try "$work/site"
