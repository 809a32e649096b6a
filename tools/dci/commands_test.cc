// What holds for every command: help, examples, errors.
#include "tools/dci/commands.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/dci/fixture.h"

namespace dci::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Words of a line of a shell: single quotes, and whatever ends a command.
std::vector<std::string> Words(absl::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool quoted = false, begun = false;
  for (const char c : line) {
    if (c == '\'') {
      quoted = !quoted;
      begun = true;
    } else if (!quoted && (c == ' ' || c == '|' || c == '>' || c == '&')) {
      if (begun) words.push_back(word);
      word.clear();
      begun = false;
      if (c != ' ') break;
    } else {
      word.push_back(c);
      begun = true;
    }
  }
  if (begun) words.push_back(word);
  return words;
}

// Each command of the lines that is ours: "dci …", also behind a pipe.
std::vector<std::vector<std::string>> OwnCommands(absl::string_view lines) {
  std::vector<std::vector<std::string>> commands;
  for (absl::string_view line : absl::StrSplit(lines, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    for (size_t at = 0; at != absl::string_view::npos;
         at = line.find("| dci ", at)) {
      absl::string_view rest = line.substr(at);
      absl::ConsumePrefix(&rest, "| ");
      ++at;
      if (absl::ConsumePrefix(&rest, "dci ") ||
          absl::ConsumePrefix(&rest, "tools/dci/dci "))
        commands.push_back(Words(rest));
    }
  }
  return commands;
}

// The error of reading the words as a command, or "".
std::string ErrorOf(std::vector<std::string> words) {
  for (const Command& command : AllCommands()) {
    const std::vector<std::string> name = absl::StrSplit(command.name, ' ');
    if (words.size() < name.size() ||
        !std::equal(name.begin(), name.end(), words.begin()))
      continue;
    words.erase(words.begin(), words.begin() + name.size());
    if (words == std::vector<std::string>{"--help"}) return "";
    return std::string(ParseArgs(command, words).status().message());
  }
  return words == std::vector<std::string>{"--help"} ? "" : "no such command";
}

class CommandsTest : public ProgramTest {};

TEST_F(CommandsTest, EveryCommandHelps) {
  for (const Command& command : AllCommands()) {
    std::vector<std::string> arguments = absl::StrSplit(command.name, ' ');
    arguments.push_back("--help");
    const Result help = Run(arguments);
    EXPECT_EQ(help.code, ExitCode::kRight) << command.name;
    EXPECT_EQ(help.err, "");
    EXPECT_THAT(help.out, HasSubstr("dci " + command.name)) << command.name;
    EXPECT_THAT(help.out, HasSubstr("Exit codes: 0 right"));
    for (absl::string_view line : absl::StrSplit(help.out, '\n')) {
      if (absl::StartsWith(line, "  dci ")) continue;
      EXPECT_LE(line.size(), 84u) << command.name << ": " << line;
    }
  }
}

TEST_F(CommandsTest, ExamplesOfHelpAreCommandsThatAreRead) {
  for (const Command& command : AllCommands()) {
    const auto examples = OwnCommands(command.examples);
    EXPECT_THAT(examples, ::testing::Not(IsEmpty())) << command.name;
    for (const std::vector<std::string>& example : examples)
      EXPECT_EQ(ErrorOf(example), "") << command.examples;
  }
}

TEST_F(CommandsTest, ExamplesOfTheReadmeAreCommandsThatAreRead) {
  std::ifstream file("tools/dci/README.md");
  std::stringstream text;
  text << file.rdbuf();
  const auto examples = OwnCommands(text.str());
  EXPECT_GT(examples.size(), 8u);
  for (const std::vector<std::string>& example : examples)
    EXPECT_EQ(ErrorOf(example), "") << ::testing::PrintToString(example);
}

TEST_F(CommandsTest, HelpIsGivenForAllForGroupsAndForOne) {
  const Result all = Run({"--help"});
  EXPECT_EQ(all.code, ExitCode::kRight);
  for (const Command& command : AllCommands())
    EXPECT_THAT(all.out, HasSubstr("dci " + command.name));
  const Result group = Run({"participant", "--help"});
  EXPECT_EQ(group.code, ExitCode::kRight);
  EXPECT_THAT(group.out, HasSubstr("participant remove"));
  EXPECT_THAT(group.out, ::testing::Not(HasSubstr("keygen")));
  EXPECT_EQ(Run({"help", "sign"}).out, Run({"sign", "-h"}).out);
  EXPECT_EQ(Run({"help", "participant", "add"}).out,
            Run({"participant", "add", "--help"}).out);
}

TEST_F(CommandsTest, WhatIsNoCommandIsAUsageError) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{
           {}, {"frobnicate"}, {"participant"}, {"participant", "change"}}) {
    const Result result = Run(arguments);
    EXPECT_EQ(result.code, ExitCode::kUsage);
    EXPECT_EQ(result.out, "");
    EXPECT_NE(result.err, "");
  }
  EXPECT_EQ(Run({"help", "frobnicate"}).code, ExitCode::kUsage);
  EXPECT_THAT(Run({"keygen", "--nosuch"}).err, HasSubstr("dci keygen: no "));
}

}  // namespace
}  // namespace dci::cli
