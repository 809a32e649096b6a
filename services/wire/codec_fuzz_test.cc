// Runs the fuzzer's corpus, and seeded changes of it, in every ordinary test.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/wire/fuzz_entry.h"

namespace dci::wire {
namespace {

constexpr char kCorpus[] = "services/wire/testdata/corpus";

std::vector<std::string> Corpus() {
  std::vector<std::string> inputs;
  for (const auto& entry : std::filesystem::directory_iterator(kCorpus)) {
    std::ifstream in(entry.path(), std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    inputs.push_back(text.str());
  }
  return inputs;
}

using Random = std::mt19937;

size_t Pick(Random* random, size_t n) { return (*random)() % (n + 1); }

// Changes bytes; most of what comes out is no JSON.
void ChangeBytes(const std::vector<std::string>& corpus, Random* random,
                 std::string* text) {
  static constexpr char kPieces[] = "{}[]:,\"\\ \x00\xff\x0a-+0129eEnulltrue";
  const size_t at = Pick(random, text->size());
  switch (Pick(random, 4)) {
    case 0:
      text->erase(at, Pick(random, 20));
      break;
    case 1:
      text->insert(at, 1, kPieces[Pick(random, sizeof(kPieces) - 2)]);
      break;
    case 2:
      if (text->empty()) break;
      (*text)[at % text->size()] = static_cast<char>(Pick(random, 255));
      break;
    case 3:
      text->insert(at,
                   text->substr(Pick(random, text->size()), Pick(random, 60)));
      break;
    default: {
      const std::string& other = corpus[Pick(random, corpus.size() - 1)];
      text->insert(at,
                   other.substr(Pick(random, other.size()), Pick(random, 60)));
    }
  }
}

// Puts another key or value behind or before a colon; much of what comes out
// is JSON of unexpected shape.
void ChangeShape(Random* random, std::string* text) {
  static const char* const kValues[] = {
      "null",
      "\"\"",
      "\" \"",
      "[]",
      "{}",
      "1",
      "1.5",
      "-1e3",
      "\"x\"",
      "[1]",
      "[[{}]]",
      "true",
      "{\"a\":1}",
      "[{},{}]",
      "\"1\"",
      "99999999999",
      "{\"message\":{\"transaction_id\":\"z\"}}",
      "[{\"@type\":\"Group\"}]",
      "{\"type\":\"UIN\",\"value\":{}}"};
  static const char* const kKeys[] = {"message",
                                      "person",
                                      "spdci:name",
                                      "@type",
                                      "@context",
                                      "timestamp",
                                      "timesstamp",
                                      "a/b",
                                      "",
                                      "identifier",
                                      "identifier_value",
                                      "value",
                                      "type",
                                      "query_type",
                                      "query",
                                      "extras",
                                      "original",
                                      "reg_records",
                                      "is_msg_encrypted",
                                      "header",
                                      "txn_status",
                                      "search_response"};
  const size_t from = Pick(random, text->size());
  const size_t colon = text->find("\":", from);
  if (colon == std::string::npos) return;
  if (Pick(random, 2) == 0) {
    const size_t quote =
        colon == 0 ? std::string::npos : text->rfind('"', colon - 1);
    if (quote == std::string::npos) return;
    text->replace(quote + 1, colon - quote - 1,
                  kKeys[Pick(random, std::size(kKeys) - 1)]);
    return;
  }
  const size_t end = text->find_first_of(",}]", colon);
  if (end == std::string::npos) return;
  text->replace(colon + 2, end - colon - 2,
                kValues[Pick(random, std::size(kValues) - 1)]);
}

TEST(CodecFuzzTest, CorpusKeepsThePromises) {
  const std::vector<std::string> corpus = Corpus();
  ASSERT_GE(corpus.size(), 8u);
  for (const std::string& input : corpus) {
    for (int mode = 0; mode < 32; ++mode) {
      std::string other = input;
      other[0] = static_cast<char>(mode);
      FuzzOne(other);
    }
  }
}

TEST(CodecFuzzTest, SeededChangesKeepThePromises) {
  const std::vector<std::string> corpus = Corpus();
  ASSERT_FALSE(corpus.empty());
  const char* rounds = std::getenv("FUZZ_ROUNDS");
  const char* seed = std::getenv("FUZZ_SEED");
  Random random(seed == nullptr ? 1 : std::atoi(seed));
  for (int i = rounds == nullptr ? 20000 : std::atoi(rounds); i > 0; --i) {
    std::string text = corpus[Pick(&random, corpus.size() - 1)];
    for (size_t changes = Pick(&random, 4); changes > 0; --changes) {
      ChangeShape(&random, &text);
    }
    if (Pick(&random, 3) == 0) ChangeBytes(corpus, &random, &text);
    // Another type of message, another way of reading.
    if (Pick(&random, 3) == 0 && !text.empty()) {
      text[0] = static_cast<char>(Pick(&random, 31));
    }
    FuzzOne(text);
  }
}

}  // namespace
}  // namespace dci::wire
