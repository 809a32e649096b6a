#include "services/transport/reflection.h"

#include <set>
#include <utility>

#include "google/protobuf/descriptor.pb.h"
#include "grpc/reflection/v1/reflection.pb.h"
#include "grpcpp/impl/codegen/rpc_service_method.h"
#include "grpcpp/impl/codegen/server_callback_handlers.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/status.h"
#include "services/transport/byte_buffer.h"

namespace dci::transport {
namespace {

namespace v1 = ::grpc::reflection::v1;
using ::google::protobuf::FileDescriptor;
using ::google::protobuf::FileDescriptorProto;

void SetError(grpc::StatusCode code, const std::string& message,
              v1::ServerReflectionResponse* response) {
  response->mutable_error_response()->set_error_code(code);
  response->mutable_error_response()->set_error_message(message);
}

// Adds `file` after everything that it imports, each file once.
void AddWithImports(const FileDescriptor* file,
                    std::set<const FileDescriptor*>* seen,
                    v1::FileDescriptorResponse* out) {
  if (!seen->insert(file).second) return;
  for (int i = 0; i < file->dependency_count(); ++i)
    AddWithImports(file->dependency(i), seen, out);
  FileDescriptorProto proto;
  file->CopyTo(&proto);
  proto.SerializeToString(out->add_file_descriptor_proto());
}

void SetFile(const FileDescriptor* file, const std::string& wanted,
             v1::ServerReflectionResponse* response) {
  if (file == nullptr) {
    SetError(grpc::StatusCode::NOT_FOUND, "not found: " + wanted, response);
    return;
  }
  std::set<const FileDescriptor*> seen;
  AddWithImports(file, &seen, response->mutable_file_descriptor_response());
}

const FileDescriptor* FileOfExtension(
    const google::protobuf::DescriptorPool& pool,
    const v1::ExtensionRequest& wanted) {
  const auto* type = pool.FindMessageTypeByName(wanted.containing_type());
  if (type == nullptr) return nullptr;
  const auto* field =
      pool.FindExtensionByNumber(type, wanted.extension_number());
  return field == nullptr ? nullptr : field->file();
}

void Fill(const ReflectedSchema& schema,
          const v1::ServerReflectionRequest& request,
          v1::ServerReflectionResponse* response) {
  switch (request.message_request_case()) {
    case v1::ServerReflectionRequest::kFileByFilename:
      SetFile(schema.pool->FindFileByName(request.file_by_filename()),
              request.file_by_filename(), response);
      return;
    case v1::ServerReflectionRequest::kFileContainingSymbol:
      SetFile(schema.pool->FindFileContainingSymbol(
                  request.file_containing_symbol()),
              request.file_containing_symbol(), response);
      return;
    case v1::ServerReflectionRequest::kFileContainingExtension:
      SetFile(
          FileOfExtension(*schema.pool, request.file_containing_extension()),
          request.file_containing_extension().containing_type(), response);
      return;
    case v1::ServerReflectionRequest::kListServices:
      for (const std::string& name : schema.services)
        response->mutable_list_services_response()->add_service()->set_name(
            name);
      return;
    case v1::ServerReflectionRequest::kAllExtensionNumbersOfType:
      SetError(grpc::StatusCode::UNIMPLEMENTED,
               "extension numbers are not listed", response);
      return;
    case v1::ServerReflectionRequest::MESSAGE_REQUEST_NOT_SET:
      break;
  }
  SetError(grpc::StatusCode::INVALID_ARGUMENT, "no request", response);
}

// One stream: reads a request, writes its answer, and so on.
class ReflectionStream
    : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  explicit ReflectionStream(const ReflectedSchema* schema) : schema_(*schema) {
    StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      Finish(grpc::Status::OK);
      return;
    }
    response_ = ToByteBuffer(AnswerReflection(schema_, ToString(request_)));
    StartWrite(&response_);
  }

  void OnWriteDone(bool ok) override {
    if (ok)
      StartRead(&request_);
    else
      Finish(grpc::Status::OK);
  }

  void OnDone() override { delete this; }

 private:
  const ReflectedSchema& schema_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
};

class ReflectionService : public grpc::Service {
 public:
  ReflectionService(const std::string& name, ReflectedSchema schema)
      : method_("/" + name + "/ServerReflectionInfo"),
        schema_(std::move(schema)) {
    AddMethod(new grpc::internal::RpcServiceMethod(
        method_.c_str(), grpc::internal::RpcMethod::BIDI_STREAMING, nullptr));
    MarkMethodRawCallback(
        0, new grpc::internal::CallbackBidiHandler<grpc::ByteBuffer,
                                                   grpc::ByteBuffer>(
               [this](grpc::CallbackServerContext*) {
                 return new ReflectionStream(&schema_);
               }));
  }

 private:
  const std::string method_;
  const ReflectedSchema schema_;
};

}  // namespace

std::string AnswerReflection(const ReflectedSchema& schema,
                             const std::string& request) {
  v1::ServerReflectionRequest parsed;
  v1::ServerReflectionResponse response;
  if (parsed.ParseFromString(request)) {
    response.set_valid_host(parsed.host());
    Fill(schema, parsed, &response);
    *response.mutable_original_request() = std::move(parsed);
  } else {
    SetError(grpc::StatusCode::INVALID_ARGUMENT, "unreadable request",
             &response);
  }
  return response.SerializeAsString();
}

std::unique_ptr<grpc::Service> MakeReflectionService(
    const std::string& service_name, ReflectedSchema schema) {
  return std::make_unique<ReflectionService>(service_name, std::move(schema));
}

}  // namespace dci::transport
