#!/bin/bash
# Generates stubs from the protos as any Python project would, and runs the
# client with them against a sandbox.
set -euo pipefail
with_sandbox=$1
sandbox=$2
client=$3
reflection=grpc/reflection/v1/reflection.proto

for needed in /usr/bin/grpc_python_plugin /usr/share/grpc-proto/$reflection; do
  if [[ ! -e $needed ]]; then
    echo "skipped: there is no $needed"
    exit 0
  fi
done
if ! /usr/bin/python3 -c 'import grpc, google.protobuf' 2>/dev/null; then
  echo "skipped: python3-grpcio or python3-protobuf is not installed"
  exit 0
fi

stubs=$TEST_TMPDIR/stubs
mkdir -p "$stubs"
(
  cd protos
  # Runfiles are links.
  find -L dci -name '*.proto' -print0 |
    xargs -0 /usr/bin/protoc -I. -I/usr/include \
      --plugin=protoc-gen-grpc=/usr/bin/grpc_python_plugin \
      --python_out="$stubs" --grpc_out="$stubs"
)
# Not under "grpc": that is the library's own package.
mkdir -p "$stubs/grpc_reflection_stub"
cp "/usr/share/grpc-proto/$reflection" "$TEST_TMPDIR/reflection.proto"
/usr/bin/protoc -I"$TEST_TMPDIR" \
  --python_out="$stubs/grpc_reflection_stub" "$TEST_TMPDIR/reflection.proto"

exec "$with_sandbox" "$sandbox" /usr/bin/python3 "$client" "$stubs"
