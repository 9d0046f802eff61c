#!/usr/bin/env bash
# The public headers together and one by one, as C and, where a compiler is, as C++; spinodal.h names them all.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)/include
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
for header in "$root"/spinodal/*.h; do
  name=spinodal/$(basename "$header")
  grep -q "\"$name\"" "$root/spinodal.h" || { echo "spinodal.h does not include $name"; exit 1; }
  echo "#include \"$name\"" >"$work/one.c"
  cc -std=c17 -Wall -Wextra -Werror -I "$root" -c "$work/one.c" -o "$work/one.o"
done
echo '#include <spinodal.h>' >"$work/all.c"
cc -std=c17 -Wall -Wextra -Werror -I "$root" -c "$work/all.c" -o "$work/all.o"
if command -v c++ >/dev/null; then
  cp "$work/all.c" "$work/all.cpp"
  c++ -std=c++17 -I "$root" -c "$work/all.cpp" -o "$work/all.o"
fi
