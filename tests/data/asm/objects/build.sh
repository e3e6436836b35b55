#!/bin/sh
# Compiles the sources beside it; the objects are committed, so that tests need no compiler.
set -e
cd "$(dirname "$0")"
clang=${CLANG:-clang-22}
for name in count jumps legacy extern types core pointers; do
	"$clang" -target bpf -mcpu=v4 -O2 -g -fdebug-prefix-map="$PWD"=. -c $name.c -o $name.o
	llvm-strip-22 -g $name.o
done
"$clang" -target bpf -mcpu=v3 -O2 -c plain.c -o plain.o
"$clang" -target bpf -mcpu=v4 -O2 -c jumps.c -o untyped.o # no types: no maps
