#!/usr/bin/env bash
# The Python package against this build; skipped without numpy and pytest.   usage: test_python.sh PROGRAM
set -u
program=$(realpath "$1")
root=$(cd "$(dirname "$0")/../.." && pwd)
ldd "$program" | grep -q -E 'libasan|libubsan' && exit 77
python=
for p in /usr/bin/python3 python3; do "$p" -c 'import numpy, pytest' 2>/dev/null && { python=$p; break; }; done
[ -n "$python" ] || exit 77
export SPINODAL_PROGRAM=$program SPINODAL_LIBRARY="$(dirname "$program")/libspinodal.so" PYTHONPATH="$root/python" PYTHONDONTWRITEBYTECODE=1
exec "$python" -m pytest -q -p no:cacheprovider "$root/python/tests"
