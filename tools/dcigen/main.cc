// protoc-gen-dci: reads a CodeGeneratorRequest, writes a response.
#include "google/protobuf/compiler/plugin.h"
#include "tools/dcigen/generator.h"

int main(int argc, char* argv[]) {
  const dci::dcigen::Generator generator;
  return google::protobuf::compiler::PluginMain(argc, argv, &generator);
}
