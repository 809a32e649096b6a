// A tolerance that the reader took.
#ifndef CONVERGENCE_SERVICES_WIRE_FINDING_H_
#define CONVERGENCE_SERVICES_WIRE_FINDING_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "services/schema/dialect.h"

namespace dci::wire {

// Where a message departs from the published form and was read nevertheless.
// Plain data.
struct Finding {
  // JSON pointer (RFC 6901) from the document: "/message/search_request/0".
  std::string path;
  // Stable name, one of kRules: what a participant's settings name.
  std::string rule;
  // What stood there, raw and cut to 80 bytes. Empty where the schema calls
  // the field personal, and for whole objects and lists.
  std::string seen;
  // Dialects in which it is a departure.
  schema::DialectMask dialects = schema::kAllDialects;
  // The value could not be understood. It is kept and written back, but what
  // it meant is lost to everybody who reads the field.
  bool severe = false;

  bool operator==(const Finding& other) const = default;
};

// Of one text, the reader reports this many findings that are severe, this
// many that depart from a dialect, and this many that depart from none. What
// stands in excess is read alike, and summed up by one too_many_findings, so
// that nothing passes because much else was found before it.
inline constexpr size_t kMaxFindings = 1000;

// Every rule, with what it means; README.md has the same as a table.
namespace rules {

// "" or " " or null where a value is expected; read as absent.
inline constexpr absl::string_view kEmptyAsAbsent = "empty_as_absent";
// A byte order mark before the document, which RFC 8259, 8.1 forbids to write
// and allows to pass over.
inline constexpr absl::string_view kByteOrderMark = "byte_order_mark";
// A member that the dialects demand is absent.
inline constexpr absl::string_view kMissingRequired = "missing_required";
// A number where a text is expected; read as its own text.
inline constexpr absl::string_view kNumberAsText = "number_as_text";
// A text where a number is expected, "1".
inline constexpr absl::string_view kTextAsNumber = "text_as_number";
// A text where true or false is expected, "true", and the other way round.
inline constexpr absl::string_view kTextAsBoolean = "text_as_boolean";
inline constexpr absl::string_view kBooleanAsText = "boolean_as_text";
// A value where a list is expected; read as a list of one.
inline constexpr absl::string_view kSingleAsList = "single_as_list";
// A list of one where a value is expected.
inline constexpr absl::string_view kListAsSingle = "list_as_single";
// An object around the value, under a key that older writers put there.
inline constexpr absl::string_view kWrapper = "wrapper";
// A text where an object is expected, "123456" for an identifier: the one
// member that it means.
inline constexpr absl::string_view kBareValue = "bare_value";
// The body is inside a second `message`.
inline constexpr absl::string_view kMessageNested = "message_nested";
// A key that the dialect does not write for this member.
inline constexpr absl::string_view kAlias = "alias";
// A key with a namespace in front: "spdci:identifier".
inline constexpr absl::string_view kPrefix = "prefix";
// A member given under two names with different values; the canonical one, or
// else the first, is read and the other kept as unknown.
inline constexpr absl::string_view kAliasConflict = "alias_conflict";
// A key that an object has twice, with the same value.
inline constexpr absl::string_view kDuplicateKey = "duplicate_key";
// A key that the schema does not know; kept.
inline constexpr absl::string_view kUnknownKey = "unknown_key";
// A label or an older text instead of the code of a code list.
inline constexpr absl::string_view kCodeLabel = "code_label";
// A text that the code list does not have; kept as it is.
inline constexpr absl::string_view kCodeUnknown = "code_unknown";
// A word of a closed vocabulary in other letters: "ASC".
inline constexpr absl::string_view kLetterCase = "letter_case";
// A text that is no date, date-time, URI, number or identifier as it should
// be, or does not match the pattern; kept as it is.
inline constexpr absl::string_view kFormat = "format";
inline constexpr absl::string_view kLocale = "locale";
// Longer than the standard allows.
inline constexpr absl::string_view kTooLong = "too_long";
// A count below or above what is allowed.
inline constexpr absl::string_view kOutOfRange = "out_of_range";
// A value of another shape; severe.
inline constexpr absl::string_view kUnreadableValue = "unreadable_value";
// The shape of a value is not the one its discriminator names; the shape
// decides.
inline constexpr absl::string_view kDiscriminatorShape = "discriminator_shape";
// A record whose "@type" no schema declares; kept whole.
inline constexpr absl::string_view kRecordUnknown = "record_unknown";
// header.action is another word for the method, or (severe) none of it.
inline constexpr absl::string_view kAction = "action";

// More than kMaxFindings: departs from the dialects that those left out depart
// from, and is severe if one of them is.
inline constexpr absl::string_view kTooManyFindings = "too_many_findings";

}  // namespace rules
}  // namespace dci::wire

#endif  // CONVERGENCE_SERVICES_WIRE_FINDING_H_
