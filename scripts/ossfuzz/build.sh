#!/bin/bash -eu
# SPDX-License-Identifier: MIT OR Apache-2.0
# (google/oss-fuzz takes files under http://www.apache.org/licenses/LICENSE-2.0 only)
# scripts/ossfuzz/build.sh: every harness into $OUT, with its seeds, dictionary and options. Run by OSS-Fuzz, by
# ClusterFuzzLite and, without Docker, by scripts/ossfuzz/check; nothing of it is for one of them alone.
#
# The source is $SRC/postern, and OpenSSL's $SRC/openssl if it is there; both may be read-only. $WORK holds the build.
# Compiler, flags and engine are the caller's: CC CXX CFLAGS CXXFLAGS LIB_FUZZING_ENGINE (a flag or an archive). No
# flag is added to them, and nothing is fetched.

source=$SRC/postern

# One folder for each compiler and its flags: what was built with others is never mixed in, a second run is short, and a
# replay, in which cmake configures nothing, finds what the first run left. Another engine is another link.
key=$({ $CC --version; echo "$CC $CXX $CFLAGS $CXXFLAGS"; } | cksum | cut -d ' ' -f 1)
build=$WORK/postern-$key
openssl=$WORK/postern-openssl-$key
seeds=$WORK/postern-seeds

# OpenSSL's archives, of what fuzz_starttls needs. They are not what is fuzzed, and get neither sanitizer nor coverage:
# but for MSan, which takes whatever it did not see written for uninitialised.
build_openssl() {
    local platform=linux-generic64 without=(asm shared tests module legacy engine dso threads ui-console dtls comp ct
        cms cmp ts srp psk srtp gost ec2m ssl3 tls1 tls1_1 aria bf blake2 camellia cast des idea md4 mdc2 ocb rc2 rc4
        rmd160 scrypt seed siphash siv sm2 sm3 sm4 whirlpool)
    if [ "$SANITIZER" != memory ]; then
        export AFL_NOOPT=1 CFLAGS="-O2" CXXFLAGS="-O2"
    fi
    if [ "$ARCHITECTURE" = i386 ]; then
        platform=linux-generic32
        export CFLAGS="-m32 $CFLAGS"
    fi
    rm -rf "$openssl"
    mkdir -p "$openssl/build"
    cd "$openssl/build"
    perl "$SRC/openssl/Configure" "$platform" --prefix="$openssl" --libdir=lib "${without[@]/#/no-}"
    make -s -j "$(nproc)" build_generated libcrypto.a libssl.a
    make -s install_dev
    touch "$openssl/whole"
}

# What runs the targets has no OpenSSL 3 to link at run time. Where its source is at hand it is built here; else the
# system's archives do, or fuzz_starttls is left out.
tls=()
if [ -d "$SRC/openssl" ]; then
    [ -e "$openssl/whole" ] || (build_openssl)
    tls=(-DPOSTERN_TLS=ON -DOPENSSL_ROOT_DIR="$openssl")
fi

cmake -S "$source" -B "$build" -G 'Unix Makefiles' -DCMAKE_BUILD_TYPE=None -DPOSTERN_ENGINE=external \
    -DPOSTERN_ENGINE_LINK="$LIB_FUZZING_ENGINE" "${tls[@]}"

# What the build leaves out, it has said; any other harness must be in it.
for file in "$source"/harnesses/fuzz_*.c; do
    name=${file##*/}
    name=${name%.c}
    if grep -qsx "$name" "$build/harnesses-left-out.txt"; then
        echo "build.sh: $name is left out of this build (see the notice of cmake above)"
    elif ! grep -qs "^$name	" "$build/harnesses.txt"; then
        echo "build.sh: $name would not be built: register it in harnesses/CMakeLists.txt, or leave it out there" >&2
        exit 1
    fi
done

names=$(cut -f 1 "$build/harnesses.txt")
# shellcheck disable=SC2086
cmake --build "$build" --parallel "$(nproc)" --target $names ${names//$'\n'/_dict }_dict

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

rm -rf "$seeds"
while IFS=$'\t' read -r name program dictionary options _; do
    for file in "$program" "$dictionary" "$options"; do
        [ -s "$file" ] || { echo "build.sh: $name lacks $file" >&2; exit 1; }
    done
    deliver "$program" "$name"
    deliver "$dictionary" "$name.dict"
    deliver "$options" "$name.options"
    deliver_seeds "$name"
done < "$build/harnesses.txt"
