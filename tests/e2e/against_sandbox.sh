#!/bin/bash
# Runs a program of this folder against a sandbox of its own, and ends as it
# does.
#
#   against_sandbox.sh SANDBOX PROGRAM ARGUMENT…
set -euo pipefail
sandbox=$1
shift
exec "$sandbox" --households=30 -- "$@"
