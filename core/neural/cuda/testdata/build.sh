#!/bin/sh
# Builds the stand-in for NVIDIA's driver: testdata/build.sh FILE.so
set -eu
out=$(realpath -m "$1")
cd "$(dirname "$0")"
${CXX:-g++} -std=c++17 -O2 -fPIC -shared -fvisibility=hidden -U_FORTIFY_SOURCE -pthread -Wall -Wno-unknown-pragmas -Wno-unused-variable -Wno-unused-function -Iemulator \
	driver/driver.cpp emulator/emulator.cpp emulator/kernels.cpp emulator/peak.cpp -o "$out"
