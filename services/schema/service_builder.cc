#include "services/schema/service_builder.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "dci/wire/v1/options.pb.h"

namespace dci::schema {
namespace {

namespace pb = google::protobuf;
namespace wire = dci::wire::v1;

const wire::MethodRules& RulesOf(const Method& method) {
  return method.descriptor->options().GetExtension(wire::method);
}

const wire::ServiceRules& RulesOf(const Service& service) {
  return service.descriptor->options().GetExtension(wire::service);
}

Mode ToMode(wire::Mode mode) {
  switch (mode) {
    case wire::MODE_ASYNC:
      return Mode::kAsync;
    case wire::MODE_SYNC:
      return Mode::kSync;
    case wire::MODE_CALLBACK:
      return Mode::kCallback;
    default:
      return Mode::kPlain;
  }
}

Method MakeMethod(const pb::MethodDescriptor& descriptor, Contents* contents) {
  const auto& rules = descriptor.options().GetExtension(wire::method);
  Method method;
  method.full_name = descriptor.full_name();
  method.name = descriptor.name();
  method.grpc_path = absl::StrCat("/", descriptor.service()->full_name(), "/",
                                  descriptor.name());
  method.path = rules.path();
  method.other_paths.assign(rules.other_paths().begin(),
                            rules.other_paths().end());
  method.http_verb = rules.http_verb().empty() ? "POST" : rules.http_verb();
  method.mode = ToMode(rules.mode());
  method.actions.assign(rules.actions().begin(), rules.actions().end());
  method.answer_action = rules.answer_action();
  method.scope = rules.scope();
  method.read_only = rules.read_only();
  method.txn_status = rules.txn_status();
  method.extension_in = MaskOf(rules.extension_in());
  method.source = rules.source();
  method.request =
      FindIn(contents->messages, descriptor.input_type()->full_name());
  method.response =
      FindIn(contents->messages, descriptor.output_type()->full_name());
  method.client_streaming = descriptor.client_streaming();
  method.server_streaming = descriptor.server_streaming();
  method.descriptor = &descriptor;
  return method;
}

void AddService(const pb::ServiceDescriptor& descriptor, Contents* contents) {
  auto service = std::make_unique<Service>();
  service->full_name = descriptor.full_name();
  service->name = descriptor.name();
  service->descriptor = &descriptor;
  const auto& rules = descriptor.options().GetExtension(wire::service);
  service->prefixes.assign(rules.prefixes().begin(), rules.prefixes().end());
  service->reg_type = rules.reg_type();
  service->admin = rules.admin();
  service->events.assign(rules.events().pointer_begin(),
                         rules.events().pointer_end());
  // Others point to the methods.
  service->methods.reserve(descriptor.method_count());
  for (int i = 0; i < descriptor.method_count(); ++i) {
    service->methods.push_back(MakeMethod(*descriptor.method(i), contents));
  }
  for (Method& method : service->methods) {
    method.service = service.get();
    contents->methods.emplace(method.full_name, &method);
  }
  contents->service_list.push_back(service.get());
  contents->services.emplace(descriptor.full_name(), std::move(service));
}

// Links one method to what its options name, and checks it.
class MethodLinker {
 public:
  MethodLinker(Method* method, Contents* contents, ErrorList* errors)
      : method_(method),
        rules_(RulesOf(*method)),
        contents_(contents),
        errors_(errors) {}

  void Link() {
    if (rules_.mode() == wire::MODE_UNSPECIFIED) {
      Error("mode is not set");
      return;
    }
    CheckPath();
    if (method_->mode == Mode::kPlain) {
      CheckPlain();
      return;
    }
    ErrorIf(method_->actions.empty(), "actions is not set");
    LinkRequest();
    LinkAnswer();
    LinkSync();
    LinkItems();
  }

 private:
  void Error(absl::string_view text) {
    errors_->Add(method_->descriptor, text);
  }
  void ErrorIf(bool wrong, absl::string_view text) {
    if (wrong) Error(text);
  }

  const Method* Named(absl::string_view option, const std::string& name,
                      Mode mode, absl::string_view mode_name) {
    if (name.empty()) return nullptr;
    auto it = contents_->methods.find(name);
    if (it == contents_->methods.end()) {
      Error(absl::StrCat(option, ": no method ", name, " in the files given"));
      return nullptr;
    }
    ErrorIf(it->second->mode != mode,
            absl::StrCat(option, ": ", name, " is not ", mode_name));
    return it->second;
  }

  void CheckPath() {
    const bool streams = method_->client_streaming || method_->server_streaming;
    const bool plain = method_->mode == Mode::kPlain;
    ErrorIf(method_->path.empty() && !streams && !plain, "path is not set");
    auto check = [&](const std::string& path) {
      ErrorIf(!path.empty() && !absl::StartsWith(path, "/"),
              absl::StrCat("path ", path, " does not begin with a slash"));
    };
    check(method_->path);
    for (const std::string& path : method_->other_paths) check(path);
    ErrorIf(!plain && method_->http_verb != "POST",
            "http_verb is for MODE_PLAIN; an envelope is posted");
  }

  void CheckPlain() {
    ErrorIf(!method_->actions.empty() || !method_->answer_action.empty(),
            "without an envelope there is no header.action");
    ErrorIf(!rules_.callback().empty() || !rules_.sync().empty() ||
                !rules_.items().empty() || !rules_.answer_items().empty(),
            "callback, sync, items and answer_items need an envelope");
  }

  void LinkRequest() {
    if (method_->request == nullptr || !method_->request->is_envelope) {
      Error("the request is no envelope");
      return;
    }
    if (method_->request->body != nullptr) {
      method_->request_body = method_->request->body->message;
    }
  }

  void LinkAnswer() {
    const bool sync = method_->mode == Mode::kSync;
    const bool envelope =
        method_->response != nullptr && method_->response->is_envelope;
    const bool ack = method_->response != nullptr && method_->response->is_ack;
    ErrorIf(sync && !envelope, "the answer of MODE_SYNC is no envelope");
    ErrorIf(!sync && !ack, "the answer is no acknowledgement");
    ErrorIf(method_->mode != Mode::kCallback && method_->answer_action.empty(),
            "answer_action is not set");
    ErrorIf(method_->mode != Mode::kAsync && !rules_.callback().empty(),
            "callback is for MODE_ASYNC");
    if (sync && envelope) SetResponseBody(method_->response);
    if (method_->mode == Mode::kAsync) LinkCallback();
  }

  void LinkCallback() {
    ErrorIf(rules_.callback().empty(), "callback is not set");
    method_->callback =
        Named("callback", rules_.callback(), Mode::kCallback, "MODE_CALLBACK");
    if (method_->callback == nullptr) return;
    if (method_->callback->request != nullptr) {
      SetResponseBody(method_->callback->request);
    }
    const std::string& expected = RulesOf(*method_->service).callback_service();
    ErrorIf(
        !expected.empty() && method_->callback->service->full_name != expected,
        absl::StrCat("callback: ", method_->callback->full_name,
                     " is no method of ", expected));
    const auto& actions = method_->callback->actions;
    ErrorIf(std::find(actions.begin(), actions.end(), method_->answer_action) ==
                actions.end(),
            absl::StrCat("answer_action \"", method_->answer_action,
                         "\" is none of the actions of ",
                         method_->callback->full_name));
  }

  void SetResponseBody(const Message* envelope) {
    if (envelope->body != nullptr) {
      method_->response_body = envelope->body->message;
    }
  }

  void LinkSync() {
    ErrorIf(method_->mode != Mode::kAsync && !rules_.sync().empty(),
            "sync is for MODE_ASYNC");
    method_->sync = Named("sync", rules_.sync(), Mode::kSync, "MODE_SYNC");
    ErrorIf(
        method_->sync != nullptr && method_->sync->request != method_->request,
        "sync: takes another request");
    if (method_->sync == nullptr) return;
    Method* sync = Mutable(*method_->sync);
    ErrorIf(sync->async != nullptr && sync->async != method_,
            absl::StrCat("sync: ", sync->full_name, " is already that of ",
                         sync->async == nullptr ? "" : sync->async->full_name));
    sync->async = method_;
  }

  Method* Mutable(const Method& method) {
    Service* service = FindIn(contents_->services, method.service->full_name);
    return &service->methods[&method - service->methods.data()];
  }

  const Field* Item(absl::string_view option, const std::string& name,
                    const Message* body) {
    if (name.empty() || body == nullptr) return nullptr;
    const Field* field = body->FindName(name);
    if (field == nullptr || field->kind != Kind::kMessage) {
      Error(absl::StrCat(option, ": ", body->full_name, " has no messages in ",
                         name));
      return nullptr;
    }
    return field;
  }

  void LinkItems() {
    method_->items = Item("items", rules_.items(), method_->request_body);
    ErrorIf(!rules_.answer_items().empty() && method_->mode == Mode::kCallback,
            "answer_items: a callback is answered by an acknowledgement");
    method_->answer_items =
        Item("answer_items", rules_.answer_items(), method_->response_body);
  }

  Method* method_;
  const wire::MethodRules& rules_;
  Contents* contents_;
  ErrorList* errors_;
};

void LinkRecords(Service* service, Contents* contents, ErrorList* errors) {
  absl::flat_hash_map<std::string, std::string> types;
  for (const std::string& name : RulesOf(*service).records()) {
    const Message* message = FindIn(contents->messages, name);
    if (message == nullptr || !message->record.has_value()) {
      errors->Add(service->descriptor, absl::StrCat("records: no record ", name,
                                                    " in the files given"));
      continue;
    }
    service->records.push_back(message);
    std::vector<std::string> texts = message->record->aliases;
    texts.push_back(message->record->type);
    for (const std::string& text : texts) {
      auto [it, added] = types.emplace(text, name);
      if (added) continue;
      errors->Add(service->descriptor,
                  absl::StrCat("record type \"", text, "\" means ", it->second,
                               " and ", name));
    }
  }
}

void LinkService(Service* service, Contents* contents, ErrorList* errors) {
  LinkRecords(service, contents, errors);
  const std::string& callback = RulesOf(*service).callback_service();
  if (!callback.empty()) {
    service->callback_service = FindIn(contents->services, callback);
    if (service->callback_service == nullptr) {
      errors->Add(service->descriptor,
                  absl::StrCat("callback_service: no service ", callback,
                               " in the files given"));
    }
  }
  for (Method& method : service->methods) {
    MethodLinker(&method, contents, errors).Link();
  }
}

// Services under one prefix share one space of paths.
void CheckPaths(const Contents& contents, ErrorList* errors) {
  absl::flat_hash_map<std::string, const Method*> taken;
  auto take = [&](const std::string& prefix, const Method& method,
                  const std::string& path) {
    if (path.empty()) return;
    auto [it, added] = taken.emplace(
        absl::StrCat(method.http_verb, " ", prefix, path), &method);
    if (added) return;
    errors->Add(method.descriptor,
                absl::StrCat("path ", path, " is also that of ",
                             it->second->full_name));
  };
  for (const Service* service : contents.service_list) {
    std::vector<std::string> prefixes = service->prefixes;
    if (prefixes.empty()) prefixes.push_back("");
    for (const std::string& prefix : prefixes) {
      for (const Method& method : service->methods) {
        take(prefix, method, method.path);
        for (const std::string& p : method.other_paths) take(prefix, method, p);
      }
    }
  }
}

}  // namespace

void BuildServices(Contents* contents, ErrorList* errors) {
  for (const pb::FileDescriptor* file : contents->files) {
    for (int i = 0; i < file->service_count(); ++i) {
      AddService(*file->service(i), contents);
    }
  }
  std::sort(contents->service_list.begin(), contents->service_list.end(),
            [](auto* a, auto* b) { return a->full_name < b->full_name; });
  for (const Service* listed : contents->service_list) {
    LinkService(FindIn(contents->services, listed->full_name), contents,
                errors);
  }
  CheckPaths(*contents, errors);
}

}  // namespace dci::schema
