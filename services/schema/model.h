// The one reading of the options of dci.wire.v1. Codec, exchange, registry
// engine, generator and tools ask this model and never the descriptors.
//
//   ASSIGN_OR_RETURN(auto model, Model::Build({SearchRequest::descriptor()
//                                                  ->file(), …}));
//   const Method* m =
//   model->FindMethod("/dci.social.v1.SocialRegistry/Search");
#ifndef CONVERGENCE_SERVICES_SCHEMA_MODEL_H_
#define CONVERGENCE_SERVICES_SCHEMA_MODEL_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "services/schema/dialect.h"
#include "services/schema/message.h"
#include "services/schema/service.h"
#include "services/schema/vocabulary.h"

namespace dci::schema {

struct Contents;  // contents.h, for the builder

// Immutable, so thread-safe. Holds the messages of the wire: those that can be
// reached from envelopes, acknowledgements, records, messages with options of
// their own, and the methods of services that are not the operator's.
class Model {
 public:
  // Builds from files and all that they import. Files that are named only in
  // options (code lists, the records of a service) must be among them. The
  // descriptors must outlive the model.
  //
  // INVALID_ARGUMENT where a rule of options.proto is broken; the message has
  // a line for every breach, "dci/x/v1/x.proto:42: dci.x.v1.Thing.name: …",
  // without the line number where the descriptors have no source positions.
  static absl::StatusOr<std::unique_ptr<const Model>> Build(
      absl::Span<const google::protobuf::FileDescriptor* const> files);

  // The same from descriptors met at run time, in any order. Imports that the
  // set lacks are those compiled into the program. The model owns a copy.
  static absl::StatusOr<std::unique_ptr<const Model>> BuildFromSet(
      const google::protobuf::FileDescriptorSet& set);

  ~Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  // By full name; null where the model has none such.
  const Message* FindMessage(absl::string_view full_name) const;
  const Service* FindService(absl::string_view full_name) const;
  const CodeList* FindCodeList(absl::string_view full_name) const;
  // "dci.social.v1.SocialRegistry.Search", or as gRPC writes it.
  const Method* FindMethod(absl::string_view name) const;
  // The record that a text of "@type" or reg_record_type means (see
  // Service::FindRecord): of `near` first, then of the services of its package,
  // then of the whole model, where it must be the only one.
  const Message* FindRecord(absl::string_view type,
                            const Service* near = nullptr) const;

  // By full name, so the same in every build.
  const std::vector<const Service*>& services() const;
  const std::vector<const Message*>& messages() const;
  const std::vector<const Message*>& records() const;
  const std::vector<const CodeList*>& code_lists() const;
  // Imported files before those that import them.
  const std::vector<const google::protobuf::FileDescriptor*>& files() const;

  // The files as a serialised FileDescriptorSet without source positions, and
  // its SHA-256: equal for equal schemas, compiled or not.
  const std::string& descriptor_set() const;
  const std::string& hash() const;

  // Holds every descriptor of the model; for reflection and dynamic messages.
  const google::protobuf::DescriptorPool* pool() const;

 private:
  explicit Model(std::unique_ptr<Contents> contents);
  std::unique_ptr<const Contents> contents_;
};

}  // namespace dci::schema

#endif  // CONVERGENCE_SERVICES_SCHEMA_MODEL_H_
