// Asks a social registry for a group by identifier:
//   search http://localhost:8080 UIN 847951632
#include <iostream>
#include <string>

#include "clients/cpp/example/find_group.h"

int main(int argc, char* argv[]) {
  if (argc != 4) {
    std::cerr << "usage: search BASE_URL TYPE VALUE\n";
    return 2;
  }
  const auto found = dci::example::FindGroup(argv[1], argv[2], argv[3]);
  if (!found.ok()) {
    std::cerr << found.status() << "\n";
    return 1;
  }
  for (const auto& group : *found) {
    std::cout << group.ShortDebugString() << "\n";
  }
  return 0;
}
