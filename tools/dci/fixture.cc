#include "tools/dci/fixture.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

#include "tools/dci/commands.h"

namespace dci::cli {

FakePeer::FakePeer(Answer answer) : answer_(std::move(answer)) {
  auto server = net::HttpServer::Start(net::HttpServerOptions(), this);
  EXPECT_TRUE(server.ok()) << server.status();
  if (server.ok()) server_ = *std::move(server);
}

std::string FakePeer::url() const {
  return "http://127.0.0.1:" + std::to_string(server_->port());
}

std::vector<net::HttpRequest> FakePeer::requests() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return requests_;
}

net::HttpRequest FakePeer::last() const {
  const std::vector<net::HttpRequest> all = requests();
  EXPECT_FALSE(all.empty());
  return all.empty() ? net::HttpRequest() : all.back();
}

void FakePeer::Handle(net::HttpRequest request, net::Responder respond) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    requests_.push_back(request);
  }
  respond(answer_(request));
}

net::HttpResponse JsonAnswer(std::string body, int status) {
  net::HttpResponse response;
  response.status = status;
  response.headers.Add("Content-Type", "application/json");
  response.body = std::move(body);
  return response;
}

ProgramTest::ProgramTest() {
  std::string pattern = ::testing::TempDir() + "/dci-XXXXXX";
  EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
  folder_ = pattern;
  env_["HOME"] = folder_;
}

ProgramTest::~ProgramTest() {
  std::error_code ignored;  // a leftover in the folder for leftovers
  std::filesystem::remove_all(folder_, ignored);
}

std::string ProgramTest::CountedIds::NewId() {
  return "id-" + std::to_string(++count);
}

ProgramTest::Result ProgramTest::Run(const std::vector<std::string>& arguments,
                                     const std::string& in) {
  std::istringstream input(in);
  std::ostringstream output, error;
  Io io;
  io.in = &input;
  io.out = &output;
  io.err = &error;
  io.clock = &clock_;
  io.ids = &ids_;
  io.env = [this](const std::string& name) {
    const auto it = env_.find(name);
    return it == env_.end() ? "" : it->second;
  };
  const ExitCode code = RunProgram(arguments, io);
  return {code, output.str(), error.str()};
}

std::string ProgramTest::Path(const std::string& name) const {
  return folder_ + "/" + name;
}

std::string ProgramTest::Write(const std::string& name,
                               const std::string& text) const {
  const std::filesystem::path path = Path(name);
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
  return path.string();
}

std::string ProgramTest::Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file),
                     std::istreambuf_iterator<char>());
}

}  // namespace dci::cli
