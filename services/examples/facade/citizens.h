// The ministry's table, read and never written:
//
//   citizens(id bigint primary key, doc_no text not null unique, family text,
//            given text, born date, sex char(1), district text,
//            updated_at timestamptz not null)
#ifndef CONVERGENCE_SERVICES_EXAMPLES_FACADE_CITIZENS_H_
#define CONVERGENCE_SERVICES_EXAMPLES_FACADE_CITIZENS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "dci/crvs/v1/crvs.pb.h"
#include "pqxx/pqxx"
#include "services/registry/condition.h"

namespace dci::facade {

// Attributes become names of our own list, values parameters.
struct Filter {
  std::string sql;
  std::vector<std::string> values;
};

// SQL whose parameters are added to `values`. A refusal with
// rjct.search_criteria.invalid for what the table has not.
absl::StatusOr<std::string> ToSql(const registry::Condition& condition,
                                  std::vector<std::string>* values);

struct Found {
  std::vector<crvs::v1::Person> persons;
  uint64_t total = 0;
};

// How far the changes of the table have been read.
struct Position {
  std::string time = "-infinity", id = "0";
};

// Thread-safe; one connection to the database that PGHOST, PGDATABASE and so
// on name, made when needed and again after it broke.
// Errors: UNAVAILABLE where the database cannot be read; a refusal where it
// does not take a value (a date that is none).
class Citizens {
 public:
  // One page in the order of `id`.
  absl::StatusOr<Found> Find(const Filter& filter, int limit, int64_t offset);

  // Rows that changed after `position`, oldest first, which is moved on. The
  // last minute's are given again and again: a transaction that took long
  // writes a time that is past when it is seen.
  absl::StatusOr<std::vector<crvs::v1::Person>> Changed(int limit,
                                                        Position* position);

 private:
  absl::Status Read(const std::function<void(pqxx::read_transaction&)>& read);

  std::mutex mu_;
  std::unique_ptr<pqxx::connection> connection_;  // guarded by mu_
};

}  // namespace dci::facade

#endif  // CONVERGENCE_SERVICES_EXAMPLES_FACADE_CITIZENS_H_
