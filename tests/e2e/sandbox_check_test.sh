#!/bin/bash
# The tour of the sandbox, which checks each of its steps.
set -euo pipefail
exec "$1" --check --households=30
