#!/bin/bash -eu
# SPDX-License-Identifier: MIT OR Apache-2.0
# (google/oss-fuzz takes files under http://www.apache.org/licenses/LICENSE-2.0 only)
# scripts/ossfuzz/run_tests.sh: the project's unit tests, for services that want to know whether a source that they
# changed still works. Reads SRC and WORK; whatever flags of a fuzzing build are in the environment do not count.
#
# It may run where a build has been replayed (base-builder's replay_build.sh), and there `cmake` configures nothing. So
# ctest configures, and the tests that have cmake configure projects of their own are left out.

build=$WORK/postern-tests
unset CFLAGS CXXFLAGS LDFLAGS LIB_FUZZING_ENGINE
export MAKEFLAGS="-j$(nproc)"
ctest --build-and-test "$SRC/postern" "$build" --build-generator 'Unix Makefiles' --build-noclean --build-options \
    -DCMAKE_BUILD_TYPE=RelWithDebInfo -DPOSTERN_ENGINE=replay -DPOSTERN_TESTS=ON -DPOSTERN_TLS=OFF
ctest --test-dir "$build" --output-on-failure --parallel "$(nproc)" --exclude-regex '^(reuse\.|fuzz\.stranger$)'
