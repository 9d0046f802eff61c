#!/usr/bin/env bash
# Installs into an empty folder and builds the examples against it with pkg-config and with CMake, as a user would.
set -eu
program=$(realpath "$1")
build=$(cd "$(dirname "$program")" && pwd)
source=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
ldd "$program" | grep -q -E 'libasan|libubsan' && exit 77
cmake --install "$build" --prefix "$work/usr" >/dev/null
for f in bin/spinodal include/spinodal.h share/man/man1/spinodal.1; do [ -s "$work/usr/$f" ] || { echo "not installed: $f"; exit 1; }; done
library=$(dirname "$(find "$work/usr" -name libspinodal.so)")
sed -i "s|^prefix=.*|prefix=$work/usr|; s|^libdir=.*|libdir=$library|; s|^includedir=.*|includedir=$work/usr/include|" "$library/pkgconfig/spinodal.pc"
export PKG_CONFIG_PATH="$library/pkgconfig" LD_LIBRARY_PATH="$library"
for example in call dataset; do
  # shellcheck disable=SC2046
  cc -Wall -Werror "$source/examples/$example.c" $(pkg-config --cflags --libs spinodal) -o "$work/$example"
  "$work/$example"
done
mkdir "$work/project"
cat >"$work/project/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.18)
project(user LANGUAGES C)
find_package(spinodal REQUIRED)
add_executable(user $source/examples/call.c)
target_link_libraries(user spinodal::spinodal)
END
cmake -S "$work/project" -B "$work/project/build" -DCMAKE_PREFIX_PATH="$work/usr" >/dev/null
cmake --build "$work/project/build" >/dev/null
"$work/project/build/user"
