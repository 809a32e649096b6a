#!/bin/bash
# Tells every story twice to the same sandbox: none leaves anything behind that
# it stumbles over.
#
#   stories_twice.sh DCI     (against the sandbox that DCI_SANDBOX names)
set -euo pipefail
export DCI_STORIES=$PWD/docs/stories
"$1" story --all --quiet
"$1" story --all --quiet
