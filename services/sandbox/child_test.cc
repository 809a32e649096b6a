#include "services/sandbox/child.h"

#include <cstdlib>

#include "gtest/gtest.h"
#include "services/base/status_matchers.h"

namespace dci::sandbox {
namespace {

int ExitCodeOf(const std::string& script) {
  const auto code = RunChild({"sh", "-c", script}, "CHILD_TEST=right");
  EXPECT_TRUE(code.ok()) << code.status();
  return code.value_or(-1);
}

TEST(RunChild, GivesTheExitCode) {
  EXPECT_EQ(ExitCodeOf("exit 0"), 0);
  EXPECT_EQ(ExitCodeOf("exit 7"), 7);
  EXPECT_EQ(ExitCodeOf("kill -9 $$"), 137);
}

TEST(RunChild, PutsTheVariableInThePlaceOfTheOldOne) {
  ::setenv("CHILD_TEST", "wrong", 1);
  ::setenv("CHILD_TEST_OTHER", "kept", 1);
  EXPECT_EQ(ExitCodeOf("test $CHILD_TEST-$CHILD_TEST_OTHER = right-kept"), 0);
}

TEST(RunChild, SaysThatThereIsNoSuchProgram) {
  EXPECT_EQ(RunChild({"/nowhere/program"}, "A=b").status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace dci::sandbox
