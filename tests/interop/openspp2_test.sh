#!/bin/bash
# Signatures between this suite and Python's `cryptography`, both ways.
set -euo pipefail
driver=$1
peer=$2

if ! /usr/bin/python3 -c 'import cryptography' 2>/dev/null; then
  echo "skipped: python3-cryptography is not installed"
  exit 0
fi
/usr/bin/python3 "$peer" make | "$driver" verify
/usr/bin/python3 "$peer" ask | "$driver" sign |
  /usr/bin/python3 "$peer" check
