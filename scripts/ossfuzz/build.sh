#!/bin/bash -eu
# SPDX-License-Identifier: MIT
# scripts/ossfuzz/build.sh: every harness into $OUT, with its seeds, dictionary and options. Run by OSS-Fuzz, by
# ClusterFuzzLite and, without Docker, by scripts/ossfuzz/check; nothing of it is for one of them alone.
#
# The source is $SRC/postern, and OpenSSL's $SRC/openssl if it is there; both may be read-only. $WORK holds the build.
# Compiler, flags and engine are the caller's: CC CXX CFLAGS CXXFLAGS LIB_FUZZING_ENGINE (a flag or an archive). No flag is
# added to them, and nothing is fetched.

source=$SRC/postern
build=$WORK/postern
seeds=$WORK/postern-seeds
openssl=$WORK/postern-openssl

# The compiler or its flags may be others than the last time.
rm -rf "$build" "$seeds" "$openssl"

# fuzz_starttls needs OpenSSL 3, in archives: what runs the target has no such library. Where the source of OpenSSL is at
# hand it is built here, with the same flags (MSan wants that); else the system's archives do, or the target is left out.
tls=()
if [ -d "$SRC/openssl" ]; then
    mkdir -p "$openssl/build"
    (cd "$openssl/build" && "$SRC/openssl/config" --prefix="$openssl" --libdir=lib no-asm no-shared no-tests no-module &&
        make --silent -j "$(nproc)" build_generated libcrypto.a libssl.a && make --silent install_dev)
    tls=(-DPOSTERN_TLS=ON -DOPENSSL_ROOT_DIR="$openssl")
fi

cmake -S "$source" -B "$build" -G 'Unix Makefiles' -DCMAKE_BUILD_TYPE=None -DPOSTERN_ENGINE=external \
    -DPOSTERN_ENGINE_LINK="$LIB_FUZZING_ENGINE" "${tls[@]}"
cmake --build "$build" --parallel "$(nproc)"

# Put a file into $OUT, whole or not at all: an engine may be reading the one that it replaces.
deliver() {
    cp "$1" "$OUT/.$2.part"
    mv "$OUT/.$2.part" "$OUT/$2"
}

# All seeds and regressions of a harness, side by side in one archive.
deliver_seeds() {
    local name=$1 folder=$seeds/$1 kind file
    mkdir -p "$folder"
    for kind in seeds regressions; do
        for file in "$source/corpus/$kind/$name"/*; do
            [ ! -f "$file" ] || cp "$file" "$folder/$kind-${file##*/}"
        done
    done
    [ -n "$(ls "$folder")" ] || { echo "build.sh: $name has no seeds in corpus/seeds/$name" >&2; exit 1; }
    (cd "$folder" && cmake -E tar cf "$seeds/$name.zip" --format=zip -- *)
    deliver "$seeds/$name.zip" "${name}_seed_corpus.zip"
}

while IFS=$'\t' read -r name program dictionary options _; do
    for file in "$program" "$dictionary" "$options"; do
        [ -s "$file" ] || { echo "build.sh: $name lacks $file" >&2; exit 1; }
    done
    deliver "$program" "$name"
    deliver "$dictionary" "$name.dict"
    deliver "$options" "$name.options"
    deliver_seeds "$name"
done < "$build/harnesses.txt"

# What the build leaves out, it has said; any other harness must be there.
for file in "$source"/harnesses/fuzz_*.c; do
    name=${file##*/}
    name=${name%.c}
    if grep -qsx "$name" "$build/harnesses-left-out.txt"; then
        echo "build.sh: $name is left out of this build (see the notice of cmake above)"
    elif [ ! -x "$OUT/$name" ]; then
        echo "build.sh: $name was not built: is it in harnesses/CMakeLists.txt?" >&2
        exit 1
    fi
done
