// GoogleTest matchers for absl::Status and absl::StatusOr.
//
//   EXPECT_THAT(Parse("x"), StatusIs(absl::StatusCode::kInvalidArgument,
//                                    HasSubstr("offset 3")));
//   ASSERT_OK_AND_ASSIGN(Key key, ParseKey(text));
#ifndef CONVERGENCE_SERVICES_BASE_STATUS_MATCHERS_H_
#define CONVERGENCE_SERVICES_BASE_STATUS_MATCHERS_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace dci {

inline const absl::Status& StatusOf(const absl::Status& s) { return s; }
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& s) {
  return s.status();
}

// Matches a Status or StatusOr with this code, and a message that matches.
MATCHER_P(StatusIs, code, "") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).code() == code;
}

MATCHER_P2(StatusIs, code, message, "") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).code() == code &&
         ::testing::Matches(message)(std::string(StatusOf(arg).message()));
}

MATCHER(IsOk, "") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}

}  // namespace dci

#define EXPECT_OK(expr) EXPECT_THAT((expr), ::dci::IsOk())
#define ASSERT_OK(expr) ASSERT_THAT((expr), ::dci::IsOk())

#define DCI_TEST_CONCAT_INNER_(a, b) a##b
#define DCI_TEST_CONCAT_(a, b) DCI_TEST_CONCAT_INNER_(a, b)
#define ASSERT_OK_AND_ASSIGN(lhs, expr) \
  DCI_ASSERT_OK_AND_ASSIGN_(DCI_TEST_CONCAT_(dci_or_, __LINE__), lhs, expr)
#define DCI_ASSERT_OK_AND_ASSIGN_(tmp, lhs, expr) \
  auto tmp = (expr);                              \
  ASSERT_THAT(tmp, ::dci::IsOk());                \
  lhs = *std::move(tmp)

#endif  // CONVERGENCE_SERVICES_BASE_STATUS_MATCHERS_H_
