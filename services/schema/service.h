// What the model says of services and methods. As message.h: plain data,
// immutable, pointing into one Model.
#ifndef CONVERGENCE_SERVICES_SCHEMA_SERVICE_H_
#define CONVERGENCE_SERVICES_SCHEMA_SERVICE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/schema/dialect.h"
#include "services/schema/message.h"

namespace google::protobuf {
class MethodDescriptor;
class ServiceDescriptor;
}  // namespace google::protobuf

namespace dci::wire::v1 {
class Event;
}

namespace dci::schema {

struct Service;

// dci.wire.v1.Mode.
enum class Mode {
  kAsync,     // answered by an ACK, later by `callback`
  kSync,      // answered by the result
  kCallback,  // a result or notification; answered by an ACK
  kPlain,     // no envelope
};

struct Method {
  std::string full_name;  // "dci.social.v1.SocialRegistry.Search"
  std::string grpc_path;  // "/dci.social.v1.SocialRegistry/Search"
  std::string name;       // "Search"
  // Below the service's prefix: "/registry/search"; may be empty for kPlain,
  // which is then served over gRPC alone.
  std::string path;
  std::vector<std::string> other_paths;
  std::string http_verb;  // "POST"
  Mode mode = Mode::kPlain;
  std::vector<std::string> actions;  // the first is canonical
  std::string answer_action;         // of the answer or the callback
  const Method* callback = nullptr;  // kAsync
  const Method* sync = nullptr;      // kAsync, optional
  const Method* async = nullptr;     // kSync: whose `sync` this is, if any
  std::string scope;
  bool read_only = false;
  bool txn_status = false;  // answered by the exchange
  DialectMask extension_in = 0;
  std::string source;  // clause of the standard

  // The messages that travel: envelopes and acknowledgements; for kPlain the
  // bare messages, null where they do not obey the rules of the wire (the
  // operator's operations).
  const Message* request = nullptr;
  const Message* response = nullptr;
  // The clear body of the request's envelope, and that of the result: of the
  // answer (kSync) or of the callback's request (kAsync). Null where there is
  // no envelope.
  const Message* request_body = nullptr;
  const Message* response_body = nullptr;
  // The batch in either; null: the body is one item.
  const Field* items = nullptr;
  const Field* answer_items = nullptr;
  // What one item and its result are: elements of the batches, or the bodies.
  const Message* item() const { return items ? items->message : request_body; }
  const Message* answer_item() const {
    return answer_items ? answer_items->message : response_body;
  }

  bool client_streaming = false;
  bool server_streaming = false;
  const Service* service = nullptr;
  const google::protobuf::MethodDescriptor* descriptor = nullptr;
};

struct Service {
  std::string full_name;
  std::string name;
  std::vector<std::string> prefixes;  // the first is canonical; may be empty
  std::string reg_type;
  std::vector<const Message*> records;
  // What may be subscribed to, as the option has it.
  std::vector<const dci::wire::v1::Event*> events;
  const Service* callback_service = nullptr;
  std::vector<Method> methods;
  bool admin = false;
  const google::protobuf::ServiceDescriptor* descriptor = nullptr;

  // By name ("Search"); null where there is none.
  const Method* FindMethod(absl::string_view name) const;
  // The record that a text of "@type" or reg_record_type means: its last
  // segment (after ':', '/' or '#'), by type or alias, then in any ASCII
  // case. Null where the service holds none such.
  const Message* FindRecord(absl::string_view type) const;
  // What an author of the service implements, in the order of the file: the
  // methods with envelopes, an asynchronous one standing for its synchronous
  // form too. Without transaction status, and without streams, which are an
  // unary method's answers one by one.
  std::vector<const Method*> Operations() const;
};

// The segment of a type's text that counts: "Group" of
// "spdci-extensions-dci:Group" and of "https://…/data#Group".
absl::string_view LastSegment(absl::string_view type);

}  // namespace dci::schema

#endif  // CONVERGENCE_SERVICES_SCHEMA_SERVICE_H_
