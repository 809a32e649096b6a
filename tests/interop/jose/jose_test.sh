#!/bin/bash
# Signatures and encryption between this suite and npm's jose, both ways.
set -euo pipefail
driver=$1
peer=$2

export DCI_NODE_MODULES=${DCI_NODE_MODULES:-${HOME:-/nonexistent}/.cache/convergence/node_modules}
if ! command -v node >/dev/null || [[ ! -d $DCI_NODE_MODULES/jose ]]; then
  echo "skipped: no node, or no jose in $DCI_NODE_MODULES (see tools/setup)"
  exit 0
fi
dir=$TEST_TMPDIR
node "$peer" make "$dir"
"$driver" verify <"$dir/verify.in"
"$driver" sign <"$dir/sign.in" >"$dir/sign.out"
"$driver" encrypt <"$dir/encrypt.in" >"$dir/encrypt.out"
node "$peer" check "$dir"
