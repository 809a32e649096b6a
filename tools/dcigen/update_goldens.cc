// Writes tools/dcigen/golden anew: bazel run //tools/dcigen:update_goldens.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "tools/dcigen/generate.h"

int main() {
  const char* root = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  if (root == nullptr) {
    std::cerr << "run me with `bazel run`\n";
    return 1;
  }
  const std::filesystem::path folder =
      std::filesystem::path(root) / "tools/dcigen/golden";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  for (const auto& [name, text] : dci::dcigen::Goldens(root)) {
    std::ofstream(folder / name, std::ios::binary) << text;
    std::cout << name << "\n";
  }
  return 0;
}
