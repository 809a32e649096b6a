#include "services/schema/key_builder.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "dci/wire/v1/options.pb.h"
#include "google/protobuf/descriptor.h"

namespace dci::schema {
namespace {

namespace wire = dci::wire::v1;

class KeyBuilder {
 public:
  KeyBuilder(Message* message, ErrorList* errors)
      : message_(message), errors_(errors) {}

  void Build() {
    for (const Field& field : message_->fields) {
      if (field.kind != Kind::kExtras && field.kind != Kind::kBytes &&
          field.in_union == nullptr) {
        AddField(field);
      }
    }
    for (const Union& made : message_->unions) AddUnion(made);
    for (auto& order : message_->write_order) {
      std::sort(
          order.begin(), order.end(),
          [](const WriteKey& a, const WriteKey& b) { return a.key < b.key; });
    }
  }

 private:
  template <typename Descriptor>
  void AddKey(const std::string& key, FieldRef ref, const Descriptor* at) {
    if (message_->keys.emplace(key, ref).second) return;
    errors_->Add(at, absl::StrCat("key \"", key, "\" stands for two fields of ",
                                  message_->name));
  }

  static DialectMask WrittenIn(const Field& field, const std::string& key) {
    DialectMask mask = 0;
    for (Dialect d : kAllDialectValues) {
      const int i = static_cast<int>(d);
      const auto& too = field.written_too[i];
      if (field.written_name[i] == key ||
          std::find(too.begin(), too.end(), key) != too.end()) {
        mask |= MaskOf(d);
      }
    }
    return mask;
  }

  void AddField(const Field& field) {
    auto add = [&](const std::string& key) {
      AddKey(key, {&field, nullptr, WrittenIn(field, key)}, field.descriptor);
    };
    add(field.json_name);
    for (const wire::Alias& alias :
         field.descriptor->options().GetExtension(wire::field).aliases())
      add(alias.name());
    for (Dialect d : kAllDialectValues) {
      if (Contains(field.absent, d)) continue;
      const int i = static_cast<int>(d);
      auto& order = message_->write_order[i];
      order.push_back({field.written_name[i], &field, nullptr});
      for (const std::string& too : field.written_too[i]) {
        order.push_back({too, &field, nullptr});
      }
    }
  }

  void AddUnion(const Union& made) {
    AddKey(made.name, {nullptr, &made, kAllDialects}, message_->descriptor);
    for (auto& order : message_->write_order) {
      order.push_back({made.name, nullptr, &made});
    }
  }

  Message* message_;
  ErrorList* errors_;
};

}  // namespace

void BuildKeys(Message* message, ErrorList* errors) {
  KeyBuilder(message, errors).Build();
}

}  // namespace dci::schema
