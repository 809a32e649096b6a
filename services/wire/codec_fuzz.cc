// libFuzzer target:
//   bazel build --config=fuzz //services/wire:codec_fuzz
//   .out/bazel-bin/services/wire/codec_fuzz services/wire/testdata/corpus
#include <cstddef>
#include <cstdint>

#include "services/wire/fuzz_entry.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  dci::wire::FuzzOne(
      absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
