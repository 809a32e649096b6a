#!/bin/bash
# Tells every story against a sandbox of its own, twice: a story leaves nothing
# behind that it stumbles over.
#
#   stories_test.sh SANDBOX DCI      (both programs; Bazel gives them)
set -euo pipefail
export DCI_STORIES=$PWD/docs/stories
if [[ ${1:-} == --told ]]; then
  "$2" story --all --quiet
  exec "$2" story --all --quiet
fi
exec "$1" --households=30 -- "$0" --told "$2"
