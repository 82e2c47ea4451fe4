#!/bin/sh
# SPDX-License-Identifier: MIT
# reuse.sh: build and run a small outside project with libpostern, as parser/README.md says.
#
#     reuse.sh readme                            is every code block of that page one that a test runs?
#     reuse.sh header                            does the loop at the head of session.h do, as it stands there?
#     reuse.sh install KIND                      build the parser alone and install it
#     reuse.sh find_package|find_package-cxx|pkg-config KIND
#     reuse.sh add_subdirectory|FetchContent
#     reuse.sh tests                             do the tests of the parser build and pass around a shared library?
#
# KIND is static, shared, or in-full: absolute paths for the folders of the installation. In: CMAKE, CC, CXX (may be
# empty), WORK (a folder to build in).
set -eu

here=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$here/../../.." && pwd)
readme=$tree/parser/README.md
examples=$tree/parser/examples
how=$1
kind=${2:-}
work=$WORK/$how$kind
prefix=$WORK/prefix-$kind
export CC

fail() {
    printf 'reuse %s %s: %s\n' "$how" "$kind" "$1" >&2
    exit 1
}

# The code block of the page that begins with ```$1.
block() {
    awk -v fence="\`\`\`$1" '$0 == fence { on = 1; next } /^```/ { on = 0 } on' "$readme"
}

# Does the outside program, $1, say what the page shows?
try() {
    block console | sed -n "s|^\$ parse_line|'$1'|p" >"$work/said.sh"
    sh "$work/said.sh" >"$work/said" || true
    block console | grep -v '^\$' | diff - "$work/said" || fail 'the program says something else'
    [ "$kind" != shared ] || ldd "$1" | grep -q 'libpostern[.]so[.][0-9]*[.][0-9]* ' ||
        fail 'not linked with the shared library of its minor version'
}

# An outside project in $work/src that takes the library by the block "cmake $1".
outside() {
    rm -rf "$work"
    mkdir -p "$work/src/third_party"
    cp "$here/outside/CMakeLists.txt" "$work/src"
    block 'c parse_line.c' >"$work/src/my_program.c"
    block "cmake $1" >"$work/src/how.cmake"
    ln -s "$tree" "$work/src/third_party/postern"
    shift
    "$CMAKE" -S "$work/src" -B "$work/build" -DHOW="$work/src/how.cmake" "$@"
    "$CMAKE" --build "$work/build"
    try "$work/build/my_program"
}

case $how in
readme)
    for name in parse_line session_on_stdio; do
        block "c $name.c" | cmp - "$examples/$name.c" || fail "the page and examples/$name.c differ"
    done
    tested='c parse_line.c|c session_on_stdio.c|cmake find_package|cmake add_subdirectory|cmake FetchContent'
    tested="$tested|sh install|sh pkg-config|console"
    untested=$(awk '/^```/ { if (!on) print substr($0, 4) "."; on = !on }' "$readme" | grep -Evx "($tested)." || true)
    [ -z "$untested" ] || fail "no test runs these blocks of the page: $untested"
    ;;
header)
    rm -rf "$work"
    mkdir -p "$work"
    awk '/\*\// { exit } sub(/^ \*     /, "")' "$tree/parser/include/postern/session.h" >"$work/session_loop.inc"
    "$CC" -std=c11 -Wall -Wextra -Werror -I "$work" -I "$tree/parser/include" "$here/session_loop.c" \
        "$tree"/parser/src/*.c -o "$work/session_loop"
    "$work/session_loop" || fail 'the loop does something else'
    ;;
install)
    rm -rf "$work" "$prefix"
    mkdir -p "$work"
    cd "$tree"
    case $kind in
    static) more=-DBUILD_SHARED_LIBS=OFF ;;
    shared) more=-DBUILD_SHARED_LIBS=ON ;;
    in-full) more="-DCMAKE_INSTALL_LIBDIR=$prefix/lib -DCMAKE_INSTALL_INCLUDEDIR=$prefix/headers" ;;
    esac
    block 'sh install' | sed -e "s|/usr/local|$prefix|" -e "s|build/parser|$work|g" \
        -e "s|-S parser|-S parser -DPOSTERN_TESTS=OFF $more|" >"$work.sh"
    sh -eux "$work.sh"
    ;;
find_package)
    outside find_package -DCMAKE_PREFIX_PATH="$prefix"
    ;;
find_package-cxx)
    [ -n "$CXX" ] || exit 77
    export CXX
    outside find_package -DCMAKE_PREFIX_PATH="$prefix" -DAS_CXX=ON
    ;;
pkg-config)
    command -v pkg-config >/dev/null || exit 77
    rm -rf "$work"
    mkdir -p "$work"
    cd "$work"
    block 'c parse_line.c' >my_program.c
    PKG_CONFIG_PATH=$(find "$prefix" -name pkgconfig -type d)
    LD_LIBRARY_PATH=${PKG_CONFIG_PATH%/pkgconfig}
    export PKG_CONFIG_PATH LD_LIBRARY_PATH
    block 'sh pkg-config' | sed "s|^cc |\"\$CC\" |" >build.sh
    sh -eux build.sh
    try ./my_program
    ;;
add_subdirectory | FetchContent)
    outside "$how"
    ;;
tests)
    rm -rf "$work"
    "$CMAKE" -S "$tree/parser" -B "$work" -DBUILD_SHARED_LIBS=ON -DPOSTERN_TESTS=ON
    "$CMAKE" --build "$work" --parallel 2
    "${CMAKE%cmake}ctest" --test-dir "$work" --output-on-failure --no-tests=error -R '^parser[.]'
    ;;
*)
    fail 'no such way'
    ;;
esac
