#!/bin/bash -eu
# SPDX-License-Identifier: MIT OR Apache-2.0
# (google/oss-fuzz takes files under http://www.apache.org/licenses/LICENSE-2.0 only)
# scripts/ossfuzz/run_tests.sh: the project's unit tests, for services that want to know whether a source that they
# changed still works. Reads SRC and WORK; whatever flags of a fuzzing build are in the environment do not count.

build=$WORK/postern-tests
unset CFLAGS CXXFLAGS LDFLAGS LIB_FUZZING_ENGINE
cmake -S "$SRC/postern" -B "$build" -G 'Unix Makefiles' -DCMAKE_BUILD_TYPE=RelWithDebInfo -DPOSTERN_ENGINE=replay \
    -DPOSTERN_TESTS=ON -DPOSTERN_TLS=OFF
cmake --build "$build" --parallel "$(nproc)"
ctest --test-dir "$build" --output-on-failure --parallel "$(nproc)"
