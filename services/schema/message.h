// What the model says of a message: its fields, its JSON keys, and what makes
// it a record.
//
// Plain data, made by Model::Build and immutable from then on; every pointer
// points into the same Model and lives as long.
#ifndef CONVERGENCE_SERVICES_SCHEMA_MESSAGE_H_
#define CONVERGENCE_SERVICES_SCHEMA_MESSAGE_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/schema/dialect.h"
#include "services/schema/vocabulary.h"

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
}  // namespace google::protobuf

namespace dci::schema {

struct Message;
struct Union;

// What a field holds, seen from JSON.
enum class Kind {
  kString,
  kBool,
  kInt32,
  kEnum,     // closed vocabulary; text in JSON, varint in protobuf
  kMessage,  // an object, or a list where message->is_list
  kAny,      // a record: google.protobuf.Any whose value is its wire bytes
  kJson,     // any JSON value: a message with one text
  kExtras,   // members that the schema does not know; number 999
  kBytes,    // never in JSON
};

// dci.wire.v1.Format.
enum class Format {
  kNone,
  kDateTime,
  kDate,
  kUri,
  kDecimal,
  kLocale,
  kId,
  kBoolean,
};

// dci.wire.v1.Personal.
enum class Personal { kNo, kIdentifying, kSensitive };

struct Field {
  int number = 0;
  // In the proto.
  std::string name;
  // Canonical JSON key: option `name`, else `name`. For a member of a union
  // the key is the union's.
  std::string json_name;
  Kind kind = Kind::kString;
  bool repeated = false;
  // A repeated bool, int32 or enum: written as one length-delimited value.
  bool packed = false;
  // Key before each value in protobuf's wire format: number and wire type,
  // that of the length-delimited value where `packed`.
  uint32_t tag = 0;

  const Message* message = nullptr;     // kMessage, kAny: null, kJson, kExtras
  const Enum* enumeration = nullptr;    // kEnum
  const CodeList* code_list = nullptr;  // kString, optional
  const Union* in_union = nullptr;      // member of a oneof

  Format format = Format::kNone;
  std::optional<int32_t> minimum;
  std::optional<int32_t> maximum;
  uint32_t max_length = 0;  // characters; 0: no bound
  std::string pattern;      // RE2, whole text; empty: none
  DialectMask required = 0;
  DialectMask absent = 0;          // read, but not written
  DialectMask written_single = 0;  // a list of one without brackets
  DialectMask written_null = 0;    // null where the field is absent
  // Keys around the value that are read through.
  std::vector<std::string> wrappers;

  // By dialect: the key that is written, and those written beside it with the
  // same value.
  std::array<std::string, kDialects> written_name;
  std::array<std::vector<std::string>, kDialects> written_too;

  // Member of a union with a discriminator: the discriminator's texts that
  // mean it, and by dialect the one that is written.
  std::vector<std::string> cases;
  std::array<std::string, kDialects> written_case;

  Personal personal = Personal::kNo;
  // Record whose primary key the field holds.
  const Message* references = nullptr;
  std::string example;  // JSON text; may be empty

  const Message* parent = nullptr;
  const google::protobuf::FieldDescriptor* descriptor = nullptr;

  bool is_scalar() const {
    return kind == Kind::kString || kind == Kind::kBool ||
           kind == Kind::kInt32 || kind == Kind::kEnum;
  }
};

// A path from a message down to a field.
struct Path {
  std::vector<const Field*> fields;  // never empty; the last one is the leaf
  std::string text;                  // dotted canonical names

  const Field& leaf() const { return *fields.back(); }
};

// A oneof: one JSON key, several shapes.
struct Union {
  std::string name;        // the JSON key
  std::string oneof_name;  // in the proto
  std::vector<const Field*> members;
  // The field whose value chooses; empty: the shape does. Of a bool, false
  // means the first member and true the second.
  std::vector<const Field*> discriminator;

  // The member that has this text among its cases, in any ASCII case; null
  // where none has.
  const Field* FindCase(absl::string_view text) const;
};

// What a JSON key of a message means.
struct FieldRef {
  const Field* field = nullptr;     // null where the key is a union's
  const Union* in_union = nullptr;  // set where the key is a union's
  // Dialects that write this spelling; in the others it is a deviation.
  DialectMask canonical_in = 0;
};

// A key to write, in the order of writing.
struct WriteKey {
  std::string key;
  const Field* field = nullptr;  // or
  const Union* in_union = nullptr;
};

enum class IndexKind { kEquality, kRange };

struct Index {
  std::string name;
  // From the record; paths with a common repeated parent take their values
  // from the same element.
  std::vector<Path> paths;
  IndexKind kind = IndexKind::kEquality;
  bool unique = false;
};

// Makes a message one that registries keep.
struct Record {
  std::string type;
  std::vector<std::string> aliases;
  std::string written_type;  // "@type"
  std::string context;       // JSON text of "@context"; may be empty
  std::vector<Path> primary_key;
  bool sparse_key = false;  // all parts but the first may be absent
  std::vector<Index> indexes;
  // Two paths, type and value; null where the record has none.
  const Index* identifier_index = nullptr;
  // Other names that queries may use.
  absl::flat_hash_map<std::string, Path> attributes;

  // Null where the record has no index of that name.
  const Index* FindIndex(absl::string_view name) const;
};

struct Message {
  std::string full_name;
  std::string name;
  std::vector<Field> fields;  // by number
  std::vector<Union> unions;

  // "@type" of a value object or record; empty: none is written.
  std::string written_type;
  // Dialects that write it where the message is a value.
  DialectMask type_written = 0;
  // Text field that a JSON text in place of the object stands for; may be
  // null.
  const Field* bare = nullptr;
  std::optional<Record> record;

  bool is_json = false;    // any JSON value, in `text_field`
  bool is_extra = false;   // fields path and json
  bool is_opaque = false;  // record of unknown type, in `text_field`
  bool is_list = false;    // a JSON list, in `list_field`
  bool is_ack = false;     // answers an asynchronous message
  bool is_envelope = false;

  const Field* text_field = nullptr;
  const Field* list_field = nullptr;
  const Field* extras = nullptr;  // number 999; null where there is none

  // Parts of an envelope; null otherwise. `original` may be null there too.
  const Field* signature = nullptr;
  const Field* header = nullptr;
  const Field* body = nullptr;       // the clear message
  const Field* encrypted = nullptr;  // its encrypted form
  const Field* original = nullptr;

  // By dialect: the keys of fields and unions in the order of RFC 8785, which
  // for these keys is that of their bytes. Without "@type" and "@context".
  std::array<std::vector<WriteKey>, kDialects> write_order;

  const google::protobuf::Descriptor* descriptor = nullptr;

  // Null where the message has no such key or number.
  const FieldRef* Find(absl::string_view key) const;
  const Field* FindNumber(int number) const;
  // By name in the proto.
  const Field* FindName(absl::string_view name) const;

  // Every key that is read; filled by the builder.
  absl::flat_hash_map<std::string, FieldRef> keys;
  // Index into `fields` by number, for the small ones; filled by the builder.
  std::vector<int16_t> by_number;
};

// Resolves the dotted names of a query or an option from `message`: its
// declared attributes first, then keys and their aliases; a wrapper may stand
// after its field ("demographic_info.person.sex"). NOT_FOUND names the part
// that does not exist; INVALID_ARGUMENT where the text is empty or leads
// through what is no object.
absl::StatusOr<Path> FindPath(const Message& message, absl::string_view text);

}  // namespace dci::schema

#endif  // CONVERGENCE_SERVICES_SCHEMA_MESSAGE_H_
