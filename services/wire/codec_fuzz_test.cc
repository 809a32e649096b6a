// Runs the fuzzer's corpus, and seeded changes of it, in every ordinary test.
#include <cstdlib>
#include <filesystem>
#include <fstream>
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

// One random change: bytes, a piece doubled, moved or taken from elsewhere.
void Change(const std::vector<std::string>& corpus, std::mt19937* random,
            std::string* text) {
  static constexpr char kPieces[] = "{}[]:,\"\\ \x00\xff\x0a-+0129eEnulltrue";
  const auto pick = [random](size_t n) { return (*random)() % (n + 1); };
  const size_t at = pick(text->size());
  switch (pick(5)) {
    case 0:
      text->erase(at, pick(20));
      break;
    case 1:
      text->insert(at, 1, kPieces[pick(sizeof(kPieces) - 2)]);
      break;
    case 2:
      if (!text->empty())
        (*text)[at % text->size()] = static_cast<char>(pick(255));
      break;
    case 3:
      text->insert(at, text->substr(pick(text->size()), pick(60)));
      break;
    case 4: {
      const std::string& other = corpus[pick(corpus.size() - 1)];
      text->insert(at, other.substr(pick(other.size()), pick(60)));
      break;
    }
    default:
      // Another type of message, another way of reading.
      if (!text->empty()) (*text)[0] = static_cast<char>(pick(31));
  }
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
  std::mt19937 random(seed == nullptr ? 1 : std::atoi(seed));
  for (int i = rounds == nullptr ? 20000 : std::atoi(rounds); i > 0; --i) {
    std::string text = corpus[random() % corpus.size()];
    for (int changes = random() % 4; changes >= 0; --changes) {
      Change(corpus, &random, &text);
    }
    FuzzOne(text);
  }
}

}  // namespace
}  // namespace dci::wire
