#include "services/transport/plain_json.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/util/json_util.h"
#include "services/base/status_macros.h"
#include "services/net/form.h"
#include "services/wire/json_text.h"

namespace dci::transport {
namespace {

namespace pb = ::google::protobuf;

absl::Status FromProtobuf(const pb::util::Status& status) {
  return absl::InvalidArgumentError(std::string(status.message()));
}

// A message of that type, made by a factory that lives as long.
struct Dynamic {
  explicit Dynamic(const pb::Descriptor* descriptor)
      : message(factory.GetPrototype(descriptor)->New()) {}

  pb::DynamicMessageFactory factory;
  std::unique_ptr<pb::Message> message;
};

}  // namespace

absl::StatusOr<std::string> PlainRequestFromJson(const wire::Codec& codec,
                                                 const schema::Method& method,
                                                 absl::string_view json) {
  if (json.empty()) json = "{}";
  if (method.request != nullptr)
    return codec.JsonToWire(*method.request, json, nullptr);
  Dynamic request(method.descriptor->input_type());
  const pb::util::Status read =
      pb::util::JsonStringToMessage(std::string(json), request.message.get());
  if (!read.ok()) return FromProtobuf(read);
  return request.message->SerializeAsString();
}

absl::StatusOr<std::string> PlainResponseToJson(const wire::Codec& codec,
                                                const schema::Method& method,
                                                absl::string_view bytes) {
  std::string json;
  if (method.response != nullptr) {
    RETURN_IF_ERROR(codec.WireToJson(*method.response, bytes,
                                     schema::Dialect::kC25, &json));
    return json;
  }
  Dynamic response(method.descriptor->output_type());
  if (!response.message->ParseFromArray(bytes.data(),
                                        static_cast<int>(bytes.size())))
    return absl::InternalError(
        absl::StrCat("unreadable answer of ", method.full_name));
  pb::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  const pb::util::Status written =
      pb::util::MessageToJsonString(*response.message, &json, options);
  if (!written.ok()) return FromProtobuf(written);
  return json;
}

absl::StatusOr<std::string> JsonOfQuery(absl::string_view query) {
  ASSIGN_OR_RETURN(const net::FormFields fields, net::ParseForm(query));
  std::string json = "{";
  for (const auto& [name, value] : fields) {
    if (json.size() > 1) json.push_back(',');
    wire::AppendQuoted(name, &json);
    json.push_back(':');
    wire::AppendQuoted(value, &json);
  }
  json.push_back('}');
  return json;
}

}  // namespace dci::transport
