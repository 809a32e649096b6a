#!/bin/bash
# Joins the .dat files that Bazel's coverage run left below --coverage_dir.
set -eu
dir=. out=/dev/stdout
for arg in "$@"; do
  case "$arg" in
    --coverage_dir=*) dir=${arg#*=} ;;
    --output_file=*) out=${arg#*=} ;;
  esac
done
find "$dir" -name '*.dat' -exec cat {} + >"$out"
