#!/bin/bash
# The command line against the running sandbox, as a newcomer would use it:
# a key, a participant, a signed call, a callback that arrives, one that fails
# and is replayed, records in and out, and the same search over gRPC.
#
#   dci_cli_test.sh SANDBOX DCI      (both programs; Bazel gives them)
set -uo pipefail

sandbox=$1
dci=$2
work=$(mktemp -d)
export HOME=$work XDG_DATA_HOME=$work/data
sandbox_pid=

finish() {
  [[ -z $sandbox_pid ]] || kill "$sandbox_pid" 2>/dev/null
  rm -rf "$work"
}
trap finish EXIT

fail() {
  echo "FAILED: $*" >&2
  for file in "$work"/{out,err,sandbox.log}; do
    [[ -s $file ]] && tail -c 2000 "$file" | sed "s|^|${file##*/}: |" >&2
  done
  exit 1
}

# Runs dci and demands an exit code; leaves its output in $work/out and err.
expect() {
  local code=$1
  shift
  "$dci" "$@" >"$work/out" 2>"$work/err"
  local got=$?
  [[ $got == "$code" ]] || fail "dci $* ended with $got, not $code"
}

# The value at a path of the JSON in a file: field FILE a b 0.
field() {
  /usr/bin/python3 -c '
import json, sys
value = json.loads(open(sys.argv[1]).readline())
for step in sys.argv[2:]:
    value = value[int(step) if step.isdigit() else step]
print(value if isinstance(value, str) else json.dumps(value))' "$@"
}

contains() { grep -qF -- "$2" "$1" || fail "$1 has no $2"; }

start_sandbox() {
  mkfifo "$work/welcome"
  "$sandbox" --http_port=0 --grpc_port=0 --admin_port=0 \
    --households=50 >"$work/welcome" 2>"$work/sandbox.log" &
  sandbox_pid=$!
  local line
  while read -r line; do
    case $line in
      "social registry"*)
        to=$(awk '{print $3}' <<<"$line")
        grpc=$(awk '{print $5}' <<<"$line")
        ;;
      operator*) admin=$(awk '{print $2}' <<<"$line") ;;
      "Stop with"*) return ;;
    esac
  done <"$work/welcome"
  fail "the sandbox did not start"
}

# Starts a listener in the background; sets `listener` and `callback`.
listen() {
  : >"$work/arrived"
  "$dci" listen --timeout 60 "$@" >"$work/arrived" &
  listener=$!
  until [[ -s $work/arrived ]]; do
    kill -0 "$listener" || fail "dci listen ended"
    sleep 0.02
  done
  callback=$(field "$work/arrived" listening)
}

introduce() {
  expect 0 participant add --admin "$admin" --sender_id my-system \
    --key "$work/my.jwk" --callback "$callback" --authorization optional \
    --scope registry.search
}

search_signed() {
  expect 0 call search --to "$to" --id UIN=847951632 --record Person \
    --sender_id my-system --key "$work/my.jwk" "$@"
}

start_sandbox
jwks=$to/.well-known/jwks.json

echo "1. what a stranger may ask"
expect 0 call /capabilities --to "$to"
contains "$work/out" /registry/sync/search
expect 0 call search --to "$to" --id UIN=847951632 --record Person
contains "$work/out" 847951632
expect 0 call search --to "$to" --grpc "$grpc" --id UIN=847951632 \
  --record Person
contains "$work/out" 847951632
expect 1 call search --to "$to" --record Person \
  --query '{"favourite_colour":"blue"}'
expect 3 call search --to http://127.0.0.1:1 --id UIN=1

echo "2. a participant of one's own signs, and hears back"
expect 0 keygen --out "$work/my.jwk"
listen --count 1 --verify "$jwks"
introduce
expect 0 participant list --admin "$admin"
contains "$work/out" my-system
search_signed --verify "$jwks"
contains "$work/out" 847951632
expect 1 call search --to "$to" --id UIN=847951632 --sender_id my-system
contains "$work/err" err.signature
search_signed --async
wait "$listener" || fail "the callback did not arrive as it must"
contains "$work/arrived" /on-search
contains "$work/arrived" '"verified":true'
contains "$work/arrived" 847951632

echo "3. a callback that is refused is parked, and replayed"
listen --count 2 --answers ERR,ACK
introduce
search_signed --async
for _ in {1..500}; do
  expect 0 parked list --admin "$admin" --receiver_id my-system
  [[ $(cat "$work/out") == '{"parked":[]}' ]] || break
done
contains "$work/out" OnSearch
expect 0 parked replay --admin "$admin" --receiver_id my-system
[[ $(field "$work/out" lanes) == 1 ]] || fail "not one lane was replayed"
wait "$listener" || fail "the replayed callback did not arrive"

echo "4. records out, changed, and in again"
expect 0 export --admin "$admin" --type Group
cp "$work/out" "$work/groups"
count=$(wc -l <"$work/groups")
((count >= 50)) || fail "only $count groups"
expect 0 load "$work/groups" --admin "$admin" --type Group
sed -i -E '1s/"poverty_score":[^,}]*/"poverty_score":"99"/' "$work/groups"
echo '{"nothing":"to be found by"}' >>"$work/groups"
expect 1 load "$work/groups" --admin "$admin" --type Group
[[ $(field "$work/out" unchanged) == $((count - 1)) ]] || fail "unchanged"
[[ $(field "$work/out" replaced) == 1 ]] || fail "replaced"
[[ $(field "$work/out" refused) == 1 ]] || fail "refused"
[[ $(field "$work/out" problems 0 line) == $((count + 1)) ]] || fail "line"
expect 0 call search --to "$to" --record Group --query '{"poverty_score":99}'
contains "$work/out" '"total_count":1'

expect 0 export --admin "$admin" --type Group --out "$work/groups.csv"
[[ ! -e $work/groups.csv.part && ! -e $work/groups.csv.progress ]] ||
  fail "something is left beside groups.csv"
expect 0 load "$work/groups.csv" --admin "$admin" --type Group --resume
[[ $(field "$work/out" unchanged) == "$count" ]] || fail "CSV lost something"

echo "5. the operator's door is closed to others"
expect 1 participant list --admin "$admin" --token wrong
expect 0 participant remove --admin "$admin" --sender_id my-system

kill "$sandbox_pid"
wait "$sandbox_pid" || fail "the sandbox did not end well"
sandbox_pid=
echo "every step was right"
