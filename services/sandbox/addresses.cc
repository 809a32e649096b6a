#include "services/sandbox/addresses.h"

#include <cstdio>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/wire/json_text.h"

namespace dci::sandbox {
namespace {

std::string JsonOf(const Address& address) {
  std::string json = "{";
  for (const auto& [key, value] :
       {std::pair<const char*, const std::string&>{"name", address.name},
        {"id", address.id},
        {"url", address.url},
        {"admin", address.admin},
        {"grpc", address.grpc}}) {
    absl::StrAppend(&json, json.size() > 1 ? ", \"" : "\"", key, "\": ");
    wire::AppendQuoted(value, &json);
  }
  return json + "}";
}

}  // namespace

absl::Status WriteAddresses(const std::string& folder,
                            const std::vector<Address>& addresses) {
  const std::string file = folder + "/institutions.json";
  std::string json = "{\"institutions\": [";
  for (const Address& address : addresses)
    absl::StrAppend(&json, &address == &addresses[0] ? "\n  " : ",\n  ",
                    JsonOf(address));
  absl::StrAppend(&json, "\n]}\n");
  // A reader sees the old file or the new one, never a half.
  std::ofstream(file + ".new", std::ios::binary) << json;
  if (std::rename((file + ".new").c_str(), file.c_str()) != 0)
    return absl::UnavailableError("cannot write " + file);
  return absl::OkStatus();
}

}  // namespace dci::sandbox
