#include "tools/dci/grpc_call.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/schema/reason.h"
#include "services/wire/message.h"
#include "tools/dci/document.h"
#include "tools/dci/exit_code.h"
#include "tools/dci/json.h"

namespace dci::cli {
namespace {

// Trailer with the AckEnvelope that HTTP would have sent.
constexpr char kErrorTrailer[] = "dci-error-bin";
constexpr char kAckEnvelope[] = "dci.common.v1.AckEnvelope";

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices)
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return bytes;
}

struct RawAnswer {
  grpc::Status status;
  std::string bytes;
  std::string error_trailer;
};

RawAnswer CallRaw(const GrpcTarget& target, const std::string& path,
                  const std::string& bytes) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  grpc::GenericStub stub(grpc::CreateCustomChannel(
      target.address, grpc::InsecureChannelCredentials(), arguments));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() +
                       absl::ToChronoMilliseconds(target.timeout));
  if (!target.token.empty())
    context.AddMetadata("authorization", absl::StrCat("Bearer ", target.token));
  const grpc::Slice slice(bytes);
  const grpc::ByteBuffer request(&slice, 1);
  grpc::ByteBuffer response;
  RawAnswer answer;
  grpc::CompletionQueue queue;
  const auto call = stub.PrepareUnaryCall(&context, path, request, &queue);
  call->StartCall();
  call->Finish(&response, &answer.status, &answer);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  answer.bytes = BytesOf(response);
  const auto& trailers = context.GetServerTrailingMetadata();
  if (const auto it = trailers.find(kErrorTrailer); it != trailers.end())
    answer.error_trailer.assign(it->second.data(), it->second.size());
  queue.Shutdown();
  return answer;
}

absl::StatusOr<std::string> RequestBytes(const wire::Codec& codec,
                                         const schema::Method& method,
                                         const std::string& document) {
  absl::StatusOr<std::string> bytes =
      method.mode == schema::Mode::kPlain
          ? method.request == nullptr
                ? absl::InvalidArgumentError("not an operation of the wire")
                : codec.JsonToWire(*method.request,
                                   document.empty() ? "{}" : document, nullptr)
          : wire::AssembleRelayedEnvelope(*method.request, document);
  if (!bytes.ok()) return Usage(bytes.status().message());
  return bytes;
}

absl::StatusOr<std::string> AnswerJson(const wire::Codec& codec,
                                       const schema::Method& method,
                                       const std::string& bytes) {
  std::string json;
  if (method.mode != schema::Mode::kSync) {
    RETURN_IF_ERROR(codec.WireToJson(*method.response, bytes,
                                     schema::Dialect::kC25, &json));
    return json;
  }
  ASSIGN_OR_RETURN(const wire::DecodedMessage message,
                   wire::DecodeGrpcMessage(codec, method, bytes, wire::Limits(),
                                           wire::Side::kAnswer));
  ASSIGN_OR_RETURN(const Document document, ReadDocument(message.document));
  return wire::AssembleDocument(document.parts, message.signature);
}

// A refusal as HTTP would have said it.
absl::StatusOr<net::HttpResponse> Refusal(const wire::Codec& codec,
                                          const RawAnswer& answer) {
  const std::string text =
      absl::StrCat("gRPC status ", answer.status.error_code(), ": ",
                   answer.status.error_message());
  const schema::Message* ack = codec.model().FindMessage(kAckEnvelope);
  net::HttpResponse response;
  if (answer.error_trailer.empty() || ack == nullptr) {
    const bool unreached =
        answer.status.error_code() == grpc::StatusCode::UNAVAILABLE ||
        answer.status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED;
    return unreached ? NotReached(text) : Refused(text);
  }
  const absl::Status read = codec.WireToJson(
      *ack, answer.error_trailer, schema::Dialect::kC25, &response.body);
  if (!read.ok()) return Untrusted(read.message());
  const auto reason =
      schema::ReasonFromText(TextAt(response.body, "/message/error/code"));
  response.status = reason ? schema::Info(*reason).http_status : 400;
  return response;
}

}  // namespace

absl::StatusOr<net::HttpResponse> CallOverGrpc(const wire::Codec& codec,
                                               const schema::Method& method,
                                               const std::string& document,
                                               const GrpcTarget& target) {
  ASSIGN_OR_RETURN(const std::string request,
                   RequestBytes(codec, method, document));
  const RawAnswer answer = CallRaw(target, method.grpc_path, request);
  if (!answer.status.ok()) return Refusal(codec, answer);
  absl::StatusOr<std::string> json = AnswerJson(codec, method, answer.bytes);
  if (!json.ok())
    return Untrusted(absl::StrCat("the answer: ", json.status().message()));
  net::HttpResponse response;
  response.body = *std::move(json);
  return response;
}

}  // namespace dci::cli
