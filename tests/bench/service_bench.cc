// A whole server on loopback against what the same wires and the same
// signatures cost at least. Prints ratios from one run; asserts that every
// search found its one record. The callers take their share of the machine on
// both sides of each ratio.
//   bazel run -c opt //tests/bench:service_bench -- [grpc] [http] [signed]
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "dci/registry/v1/search.pb.h"
#include "services/base/clock.h"
#include "services/sandbox/seed/seed.h"
#include "services/server/compiled_schema.h"
#include "services/server/config.h"
#include "services/server/institution.h"
#include "services/server/json_log.h"
#include "services/server/registry_domain.h"
#include "services/trust/key.h"
#include "services/trust/keys.h"
#include "services/trust/signer.h"
#include "services/wire/message.h"
#include "tests/bench/bare_grpc_server.h"
#include "tests/bench/bare_http_server.h"
#include "tests/bench/bare_signatures.h"
#include "tests/bench/callers.h"

namespace dci::bench {
namespace {

using config::v1::Participant;

constexpr int kHouseholds = 1000;
// Every one of these is asked for in turn.
constexpr int kAsked = 256;
constexpr int kCores = 2;
constexpr int kRounds = 3;
constexpr absl::Duration kRound = absl::Milliseconds(500);
// Signed before they are measured: more than a round can take.
constexpr int kSigned = 12000;
constexpr char kPath[] = "/registry/sync/search";
constexpr char kMethod[] = "/dci.social.v1.SocialRegistry/SyncSearch";
// Where the number of a request stands in its bytes, of the same width.
constexpr char kNumber[] = "000000000000";
constexpr char kOneFound[] =
    "\"pagination\":{\"page_number\":1,\"page_size\":10,\"total_count\":1}";
constexpr char kSigner[] = "signer";

template <typename T>
T Take(absl::StatusOr<T> value) {
  Check(value.ok(), value.status().ToString());
  return *std::move(value);
}

// Anybody unsigned, and one that signs with `key`.
config::v1::ServerConfig Config(const std::string& folder,
                                const trust::Key& key) {
  config::v1::ServerConfig config;
  config.set_id("registry");
  config.set_data_dir(folder + "/store");
  std::ofstream(folder + "/sig.jwk")
      << Take(Take(trust::Key::Generate("EdDSA")).PrivateJwk());
  config.add_keys()->set_file(folder + "/sig.jwk");
  config.mutable_keys(0)->set_use("sig");
  config::v1::RegistryConfig* registry = config.add_registries();
  registry->set_service("dci.social.v1.SocialRegistry");
  // A synced write an answer would be measured instead of the answers.
  registry->mutable_disclosure()->set_mode(config::v1::DISCLOSURE_MODE_OFF);
  Participant* anybody = config.add_participants();
  anybody->set_sender_id("*");
  anybody->set_signature(config::v1::POLICY_OPTIONAL);
  anybody->set_authorization(config::v1::POLICY_OPTIONAL);
  anybody->set_encryption(config::v1::POLICY_OPTIONAL);
  anybody->add_scopes("registry.search");
  Participant* signer = config.add_participants();
  *signer = *anybody;
  signer->set_sender_id(kSigner);
  signer->set_signature(config::v1::POLICY_REQUIRED);
  signer->add_verify()->set_form(config::v1::SIGNATURE_FORM_DCI_STRING);
  signer->mutable_sign()->set_form(config::v1::SIGNATURE_FORM_DCI_STRING);
  signer->add_keys()->set_jwk(key.PublicJwk());
  const absl::Status complete = server::CompleteConfig(&config);
  Check(complete.ok(), complete.ToString());
  return config;
}

// A social registry as a server runs it, in a folder that goes with it.
class Site {
 public:
  explicit Site(const trust::Key& key)
      : folder_(NewFolder()),
        model_(Take(server::CompiledSchema())),
        log_file_(std::fopen((folder_ + "/log.jsonl").c_str(), "w")),
        log_("registry", log_file_) {
    server::InstitutionOptions options;
    options.config = Config(folder_, key);
    auto domain = std::make_unique<server::RegistryDomain>(
        std::vector<config::v1::RegistryConfig>{options.config.registries(0)});
    server::RegistryDomain* const registries = domain.get();
    options.domains.push_back(std::move(domain));
    options.model = model_.get();
    options.log = &log_;
    institution_ = Take(server::Institution::Start(std::move(options)));
    Fill(registries->registry(0));
  }
  ~Site() {
    institution_.reset();
    std::fclose(log_file_);
    std::filesystem::remove_all(folder_);
  }

  uint16_t http_port() const { return institution_->http_port(); }
  std::string grpc_target() const {
    return absl::StrCat("127.0.0.1:", institution_->grpc_port());
  }

 private:
  static std::string NewFolder() {
    std::string pattern =
        std::filesystem::temp_directory_path().string() + "/service-XXXXXX";
    Check(::mkdtemp(pattern.data()) != nullptr, "no folder");
    return pattern;
  }

  static void Fill(registry::Registry& registry) {
    const absl::Status given = sandbox::GiveSeed(
        "social", {kHouseholds, 1}, [&](sandbox::SeedRecord record) {
          registry.Commit(
              Take(registry.Upsert(record.type, std::move(record.record))),
              absl::Now(), [](absl::StatusOr<registry::Outcome> outcome) {
                Check(outcome.ok(), outcome.status().ToString());
              });
          return absl::OkStatus();
        });
    Check(given.ok(), given.ToString());
    registry.store().Drain();
  }

  const std::string folder_;
  const std::unique_ptr<const schema::Model> model_;
  std::FILE* const log_file_;
  server::JsonLog log_;
  std::unique_ptr<server::Institution> institution_;
};

std::string Household(uint64_t number) {
  const std::string digits = absl::StrCat(1 + number % kAsked);
  return absl::StrCat("HH-", std::string(8 - digits.size(), '0'), digits);
}

wire::OutgoingParts JsonParts(const std::string& sender, const std::string& id,
                              const std::string& household) {
  return {absl::StrCat("{\"action\":\"search\",\"is_msg_encrypted\":false,"
                       "\"message_id\":\"",
                       id, "\",\"message_ts\":\"", FormatTimestamp(absl::Now()),
                       "\",\"receiver_id\":\"registry\",\"sender_id\":\"",
                       sender, "\",\"total_count\":1,\"version\":\"1.0.0\"}"),
          absl::StrCat(
              "{\"search_request\":[{\"locale\":\"eng\",\"reference_id\":\"1\","
              "\"search_criteria\":{\"pagination\":{\"page_number\":1,"
              "\"page_size\":10},\"query\":{\"type\":\"HOUSEHOLD_ID\","
              "\"value\":\"",
              household,
              "\"},\"query_type\":\"idtype-value\",\"reg_record_type\":"
              "\"Group\"},\"timestamp\":\"2026-01-01T00:00:00Z\"}],"
              "\"transaction_id\":\"t-",
              id, "\"}")};
}

std::string EnvelopeBytes(const std::string& id, const std::string& household) {
  registry::v1::SearchRequestEnvelope envelope;
  auto* header = envelope.mutable_header();
  header->set_version("1.0.0");
  header->set_message_id(id);
  header->set_message_ts(FormatTimestamp(absl::Now()));
  header->set_action("search");
  header->set_sender_id("anybody");
  header->set_receiver_id("registry");
  header->set_total_count(1);
  auto* message = envelope.mutable_message();
  message->set_transaction_id("t-" + id);
  auto* item = message->add_search_request();
  item->set_reference_id("1");
  item->set_timestamp("2026-01-01T00:00:00Z");
  auto* criteria = item->mutable_search_criteria();
  criteria->set_query_type("idtype-value");
  criteria->set_reg_record_type("Group");
  criteria->mutable_idtype_value()->set_type("HOUSEHOLD_ID");
  criteria->mutable_idtype_value()->set_value(household);
  criteria->mutable_pagination()->set_page_size(10);
  criteria->mutable_pagination()->set_page_number(1);
  return envelope.SerializeAsString();
}

// Numbers are never used twice: a message is answered anew.
std::string NextNumber() {
  static std::atomic<uint64_t> count{0};
  const std::string digits = absl::StrCat(++count);
  return std::string(sizeof(kNumber) - 1 - digits.size(), '0') + digits;
}

// One request a household, and the length of its answer, learnt by asking.
struct Cases {
  std::vector<std::string> requests;
  std::vector<size_t> answers;
  size_t mean_answer = 0;

  Load ToLoad() const {
    return {[this](uint64_t number) {
              std::string request = requests[number % kAsked];
              const std::string id = NextNumber();
              for (size_t at = 0;
                   (at = request.find(kNumber, at)) != std::string::npos;)
                request.replace(at, id.size(), id);
              return request;
            },
            [this](uint64_t number, size_t bytes) {
              return bytes == answers[number % kAsked];
            }};
  }
};

void Learn(Cases* cases, const std::function<std::string(std::string)>& call,
           const std::function<bool(const std::string&)>& one_found) {
  size_t sum = 0;
  const Load load = cases->ToLoad();
  for (int i = 0; i < kAsked; ++i) {
    const std::string answer = call(load.request(i));
    Check(one_found(answer) && absl::StrContains(answer, Household(i)),
          "not one record: " + answer);
    cases->answers.push_back(answer.size());
    sum += answer.size();
  }
  cases->mean_answer = sum / kAsked;
}

bool OneFoundInGrpc(const std::string& bytes) {
  registry::v1::SearchResponseEnvelope answer;
  return answer.ParseFromString(bytes) &&
         answer.message().search_response_size() == 1 &&
         answer.message().search_response(0).pagination().total_count() == 1 &&
         answer.message().search_response(0).data().reg_records_size() == 1;
}

bool OneFoundInHttp(const std::string& answer) {
  return absl::StartsWith(answer, "HTTP/1.1 200 ") &&
         absl::StrContains(answer, kOneFound);
}

// Alternating, so that neither has the quiet half of the machine.
void Compare(const char* what, const char* bare_name, const char* aim,
             const std::function<Rate()>& ours,
             const std::function<Rate()>& bare) {
  Rate ours_sum, bare_sum;
  for (int i = 0; i < kRounds; ++i) {
    for (auto& [sum, rate] :
         {std::pair{&ours_sum, ours()}, std::pair{&bare_sum, bare()}}) {
      sum->wall += rate.wall;
      sum->cpu += rate.cpu;
    }
  }
  std::printf(
      "%s / %s: %.2f by the clock, %.2f by CPU time (%.0f and %.0f us of CPU "
      "each, callers included; %.0f/s and %.0f/s; aim %s)\n",
      what, bare_name, ours_sum.wall / bare_sum.wall,
      ours_sum.cpu / bare_sum.cpu, kRounds * 1e6 / ours_sum.cpu,
      kRounds * 1e6 / bare_sum.cpu, ours_sum.wall / kRounds,
      bare_sum.wall / kRounds, aim);
  std::fflush(stdout);
}

void GrpcLine(const Site& site) {
  Cases cases;
  for (int i = 0; i < kAsked; ++i)
    cases.requests.push_back(EnvelopeBytes(kNumber, Household(i)));
  Learn(
      &cases,
      [&](const std::string& request) {
        return CallGrpc(site.grpc_target(), kMethod, request);
      },
      OneFoundInGrpc);
  const BareGrpcServer bare(std::string(cases.mean_answer, 'a'));
  const Load load = cases.ToLoad();
  const Load echo = {load.request, [&](uint64_t, size_t bytes) {
                       return bytes == cases.mean_answer;
                     }};
  Compare(
      "gRPC search by identifier", "bare gRPC echo", "0.8",
      [&] { return MeasureGrpc(site.grpc_target(), kMethod, load, kRound); },
      [&] { return MeasureGrpc(bare.target(), kMethod, echo, kRound); });
}

void HttpLine(const Site& site) {
  Cases cases;
  for (int i = 0; i < kAsked; ++i)
    cases.requests.push_back(
        HttpPost(kPath, wire::AssembleDocument(
                            JsonParts("anybody", kNumber, Household(i)), "")));
  Learn(
      &cases,
      [&](const std::string& request) {
        return CallHttp(site.http_port(), request);
      },
      OneFoundInHttp);
  BareHttpServer bare(kCores, cases.mean_answer);
  const Load load = cases.ToLoad();
  const Load any = {load.request, [&](uint64_t, size_t bytes) {
                      return bytes > cases.mean_answer;
                    }};
  Compare(
      "HTTP/JSON search by identifier, unsigned", "bare Beast", "0.5",
      [&] { return MeasureHttp(site.http_port(), load, kRound); },
      [&] { return MeasureHttp(bare.port(), any, kRound); });
}

std::string SignedRequest(const trust::Signer& signer, uint64_t number) {
  config::v1::SignatureProfile profile;
  profile.set_form(config::v1::SIGNATURE_FORM_DCI_STRING);
  const wire::OutgoingParts parts =
      JsonParts(kSigner, NextNumber(), Household(number));
  const trust::Signed made = Take(
      signer.Sign(parts.header_json, parts.message_json, profile, absl::Now()));
  return HttpPost(kPath, wire::AssembleDocument(parts, made.signature_member));
}

void SignedLine(const Site& site, const trust::Key& key) {
  const trust::KeyRing ring = Take(trust::KeyRing::Create({{key, key.kid()}}));
  const trust::Signer signer(kSigner, &ring);
  std::vector<size_t> lengths;
  for (int i = 0; i < kAsked; ++i) {
    const std::string answer =
        CallHttp(site.http_port(), SignedRequest(signer, i));
    Check(OneFoundInHttp(answer) &&
              absl::StrContains(answer, "namespace=\\\"dci\\\""),
          "not one signed record: " + answer);
    lengths.push_back(answer.size());
  }
  std::vector<std::string> requests;
  const Load load = {
      [&](uint64_t i) { return i < requests.size() ? requests[i] : ""; },
      [&](uint64_t i, size_t bytes) { return bytes == lengths[i % kAsked]; }};
  Compare(
      "HTTP/JSON search by identifier, signed", "signature arithmetic", "0.7",
      [&] {
        requests.clear();
        for (int i = 0; i < kSigned; ++i)
          requests.push_back(SignedRequest(signer, i));
        return MeasureHttp(site.http_port(), load, kRound);
      },
      [&] { return MeasureArithmetic(key, kCores, kRound); });
}

// The lines named, or all.
void Run(const std::vector<std::string>& lines) {
  const auto wanted = [&](const char* line) {
    return lines.empty() ||
           std::find(lines.begin(), lines.end(), line) != lines.end();
  };
  const trust::Key key = Take(trust::Key::Generate("EdDSA"));
  const Site site(key);
  if (wanted("grpc")) GrpcLine(site);
  if (wanted("http")) HttpLine(site);
  if (wanted("signed")) SignedLine(site, key);
}

}  // namespace
}  // namespace dci::bench

int main(int argc, char** argv) {
  // As the servers do.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  dci::bench::Run(std::vector<std::string>(argv + 1, argv + argc));
}
