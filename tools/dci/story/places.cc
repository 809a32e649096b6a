#include "tools/dci/story/places.h"

#include <sys/stat.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/files.h"
#include "tools/dci/story/value.h"

namespace dci::cli::story {
namespace {

// Named in services/sandbox/addresses.h too.
constexpr char kFile[] = "institutions.json";

absl::StatusOr<Value> ReadFile(const std::string& file, const Io& io) {
  ASSIGN_OR_RETURN(const std::string text, ReadInput(file, io));
  absl::StatusOr<Value> value = ParseValue(text);
  if (!value.ok())
    return Usage(absl::StrCat(file, ":", value.status().message()));
  return value;
}

}  // namespace

std::vector<Option> PlaceOptions() {
  return {
      {"institutions", "FILE",
       "where they are, as in the institutions.json of a sandbox; default: "
       "that of this user"},
      {"against", "URL",
       "every institution is here, which need not be one of ours"},
      {"at", "NAME=URL", "this institution is there; all others as before",
       kRepeated},
      {"no_wait", "",
       "what a person must do at an institution without an operator's endpoint "
       "is done: do not ask"},
  };
}

absl::StatusOr<Places> Places::Find(const Args& args, const Io& io) {
  Places places;
  places.against_ = args.Get("against");
  const bool given = args.Has("institutions");
  const std::string file = given ? args.Get("institutions")
                                 : absl::StrCat(SandboxFolder(io), "/", kFile);
  struct stat info;
  // That there is no sandbox is said only where one is needed.
  if (given || (places.against_.empty() && ::stat(file.c_str(), &info) == 0)) {
    ASSIGN_OR_RETURN(const Value value, ReadFile(file, io));
    const Value* list = value.Find("institutions");
    for (const Value& one : list ? list->elements : std::vector<Value>())
      places.places_[one.TextAt({"name"})] = {
          one.TextAt({"name"}),  one.TextAt({"id"}),   one.TextAt({"url"}),
          one.TextAt({"admin"}), one.TextAt({"grpc"}), one.TextAt({"service"})};
  }
  for (const std::string& text : args.GetAll("at")) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return Usage(absl::StrCat("--at is NAME=URL, not '", text, "'"));
    Place place;
    place.name = text.substr(0, equals);
    place.url = text.substr(equals + 1);
    places.places_[place.name] = std::move(place);
  }
  return places;
}

absl::StatusOr<Place> Places::At(absl::string_view name) const {
  const auto it = places_.find(name);
  if (it != places_.end()) return it->second;
  if (!against_.empty()) {
    Place place;
    place.name = std::string(name);
    place.url = against_;
    return place;
  }
  if (places_.empty())
    return Usage(
        "no sandbox is running: start tools/run, or say with --against URL "
        "where the institutions are");
  return Usage(absl::StrCat("nothing says where '", name,
                            "' is; say it with --at ", name, "=URL"));
}

}  // namespace dci::cli::story
