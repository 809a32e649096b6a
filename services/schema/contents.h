// What a Model holds, while it is being built and afterwards. For the builder
// alone: everybody else sees model.h.
#ifndef CONVERGENCE_SERVICES_SCHEMA_CONTENTS_H_
#define CONVERGENCE_SERVICES_SCHEMA_CONTENTS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor_database.h"
#include "services/schema/message.h"
#include "services/schema/service.h"
#include "services/schema/vocabulary.h"

namespace dci::schema {

template <typename T>
using ByName = absl::flat_hash_map<std::string, std::unique_ptr<T>>;

struct Contents {
  // Only of a model built from a set; the pool uses what stands before it.
  std::unique_ptr<google::protobuf::SimpleDescriptorDatabase> set_database;
  std::unique_ptr<google::protobuf::DescriptorPoolDatabase> linked_database;
  std::unique_ptr<google::protobuf::MergedDescriptorDatabase> database;
  std::unique_ptr<google::protobuf::DescriptorPool::ErrorCollector> pool_errors;
  std::unique_ptr<google::protobuf::DescriptorPool> owned_pool;
  const google::protobuf::DescriptorPool* pool = nullptr;

  std::vector<const google::protobuf::FileDescriptor*> files;
  ByName<Message> messages;
  ByName<Enum> enums;
  ByName<CodeList> code_lists;
  ByName<Service> services;
  absl::flat_hash_map<std::string, const Method*> methods;

  std::vector<const Message*> message_list;
  std::vector<const Message*> record_list;
  std::vector<const Service*> service_list;
  std::vector<const CodeList*> code_list_list;

  std::string descriptor_set;
  std::string hash;
};

// The element of that name; null where there is none.
template <typename T>
T* FindIn(const ByName<T>& all, const std::string& name) {
  auto it = all.find(name);
  return it == all.end() ? nullptr : it->second.get();
}

}  // namespace dci::schema

#endif  // CONVERGENCE_SERVICES_SCHEMA_CONTENTS_H_
