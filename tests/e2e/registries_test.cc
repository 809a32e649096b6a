// Every registry, every verb that all of them have, synchronously and
// asynchronously, over both wires: one table, and no code that knows which
// registry it is.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "services/base/clock.h"
#include "services/base/status_matchers.h"
#include "services/net/http_server.h"
#include "services/server/known_registries.h"
#include "services/transport/grpc_caller.h"
#include "tests/e2e/listener.h"
#include "tests/e2e/site.h"

namespace dci::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

struct Subject {
  const char* registry;
  const char* record;     // type that is searched
  const char* attribute;  // of it, that a predicate may name
};

// All of them know the person with UIN TEST-001.
constexpr Subject kSubjects[] = {
    {"social", "Person", "sex"},
    {"crvs", "Person", "sex"},
    {"ibr", "Beneficiary", "enrollment_status"},
    {"disability", "DisabledPerson", "disability_status"},
    {"farmer", "Farmer", "farm_type"},
    {"employment", "Member", "employment_status"},
};

// The value of a text member, the first of that name.
std::string MemberOf(const std::string& json, const std::string& name) {
  const std::string mark = absl::StrCat("\"", name, "\":\"");
  const size_t at = json.find(mark);
  if (at == std::string::npos) return "";
  const size_t begin = at + mark.size();
  return json.substr(begin, json.find('"', begin) - begin);
}

// The document as field 15, `original`, of an envelope.
std::string Relayed(const std::string& document) {
  std::string bytes = "\x7a";
  for (size_t size = document.size();; size >>= 7) {
    if (size < 128) {
      bytes.push_back(static_cast<char>(size));
      break;
    }
    bytes.push_back(static_cast<char>(size & 127 | 128));
  }
  return bytes + document;
}

class RegistriesTest : public testing::TestWithParam<Subject> {
 protected:
  void SetUp() override {
    auto server = net::HttpServer::Start({}, &listener_);
    ASSERT_OK(server);
    server_ = *std::move(server);
    config::v1::ServerConfig config =
        SiteConfig(NewFolder(), GetParam().registry);
    config::v1::Participant caller = Caller("caller");
    caller.add_callback_bases(
        absl::StrCat("http://127.0.0.1:", server_->port()));
    caller.set_append_callback_path(true);
    caller.set_allow_private_addresses(true);
    *config.add_participants() = caller;
    service_ = server::FindKnownRegistry(GetParam().registry)->service;
    auto site = Site::Start(config);
    ASSERT_OK(site);
    site_ = *std::move(site);
  }
  void TearDown() override {
    if (site_ != nullptr) site_->institution().Shutdown(absl::Seconds(30));
  }

  std::string Document(const std::string& action, const std::string& id,
                       const std::string& message) const {
    return absl::StrCat(
        "{\"header\":",
        absl::StrReplaceAll(HeaderJson("caller", id),
                            {{"\"action\":\"search\"",
                              absl::StrCat("\"action\":\"", action, "\"")}}),
        ",\"message\":", message, "}");
  }

  std::string Search(const std::string& id) const {
    return Document(
        "search", id,
        absl::StrCat(
            "{\"search_request\":[{\"reference_id\":\"1\",\"search_criteria\":"
            "{\"query\":{\"type\":\"UIN\",\"value\":\"TEST-001\"},"
            "\"query_type\":\"idtype-value\",\"reg_record_type\":\"",
            GetParam().record,
            "\"},\"timestamp\":\"2026-01-01T00:00:00Z\"}],"
            "\"transaction_id\":\"t-",
            id, "\"}"));
  }

  std::string Status(const std::string& id, const std::string& of) const {
    return Document(
        "txn-status", id,
        absl::StrCat("{\"transaction_id\":\"t-", id,
                     "\",\"txnstatus_request\":{\"attribute_type\":"
                     "\"transaction_id\",\"attribute_value\":\"t-",
                     of,
                     "\",\"reference_id\":\"1\",\"txn_type\":\"search\"}}"));
  }

  net::HttpResponse Post(const std::string& path, const std::string& document) {
    return site_->Call(site_->Url(path), document);
  }

  // The bytes of the answering envelope.
  std::string Grpc(const std::string& method, const std::string& document) {
    transport::GrpcCaller caller(nullptr);
    const auto answer = caller.CallAndWait(
        site_->GrpcTarget(), absl::StrCat("/", service_, "/", method),
        Relayed(document), absl::Seconds(30));
    EXPECT_OK(answer);
    return answer.ok() ? *answer : "";
  }

  Listener listener_;
  std::unique_ptr<net::HttpServer> server_;
  std::string service_;
  std::unique_ptr<Site> site_;
};

TEST_P(RegistriesTest, SearchesAtOnceOverBothWires) {
  const std::string prefix = absl::StrCat("/", GetParam().registry);
  for (const std::string& path :
       {std::string("/registry/sync/search"), prefix + "/registry/sync/search",
        prefix + "/sync/search"}) {
    const net::HttpResponse answer = Post(path, Search("at " + path));
    EXPECT_EQ(answer.status, 200) << path << " " << answer.body;
    EXPECT_THAT(answer.body,
                AllOf(HasSubstr("\"on-search\""), HasSubstr("\"succ\""),
                      HasSubstr("TEST-001"), HasSubstr(GetParam().record)));
  }
  EXPECT_THAT(Grpc("SyncSearch", Search("grpc")), HasSubstr("TEST-001"));
}

TEST_P(RegistriesTest, SearchesLaterOverBothWires) {
  const net::HttpResponse ack = Post("/registry/search", Search("later"));
  EXPECT_EQ(ack.status, 200) << ack.body;
  EXPECT_THAT(ack.body, HasSubstr("\"ACK\""));
  const std::string correlation_id = MemberOf(ack.body, "correlation_id");
  const auto arrived = listener_.Await(correlation_id);
  ASSERT_EQ(arrived.size(), 1u);
  EXPECT_THAT(arrived[0], AllOf(HasSubstr("/registry/on-search"),
                                HasSubstr("TEST-001"), HasSubstr("t-later")));
  EXPECT_THAT(Grpc("Search", Search("later-grpc")), Not(HasSubstr("ERR")));
  EXPECT_EQ(listener_.Await("t-later-grpc").size(), 1u);
}

TEST_P(RegistriesTest, TellsWhatBecameOfARequestBothWaysOverBothWires) {
  Post("/registry/search", Search("asked"));
  ASSERT_EQ(listener_.Await("t-asked").size(), 1u);
  const net::HttpResponse answer =
      Post("/registry/sync/txn/status", Status("s1", "asked"));
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_THAT(answer.body, AllOf(HasSubstr("\"txn-on-status\""),
                                 HasSubstr("t-asked"), HasSubstr("TEST-001")));
  EXPECT_THAT(Grpc("SyncTxnStatus", Status("s2", "asked")),
              HasSubstr("t-asked"));
  EXPECT_EQ(Post("/registry/txn/status", Status("s3", "asked")).status, 200);
  EXPECT_EQ(listener_.Await("t-s3").size(), 1u);
  Grpc("TxnStatus", Status("s4", "asked"));
  EXPECT_EQ(listener_.Await("t-s4").size(), 1u);
}

TEST_P(RegistriesTest, FindsByItsAttributesAndRefusesOthersByName) {
  const auto ask = [&](const std::string& attribute) {
    return Post(
        "/registry/sync/search",
        Document("search", attribute,
                 absl::StrCat("{\"search_request\":[{\"reference_id\":\"1\","
                              "\"search_criteria\":{\"query\":[{"
                              "\"expression1\":{\"attribute_name\":\"",
                              attribute,
                              "\",\"operator\":\"eq\",\"attribute_value\":"
                              "\"0\"}}],\"query_type\":\"predicate\","
                              "\"reg_record_type\":\"",
                              GetParam().record,
                              "\"},\"timestamp\":\"2026-01-01T00:00:00Z\"}],"
                              "\"transaction_id\":\"t\"}")));
  };
  EXPECT_EQ(ask(GetParam().attribute).status, 200);
  EXPECT_THAT(ask("favourite_colour").body, HasSubstr("favourite_colour"));
}

TEST_P(RegistriesTest, SaysWhatItServesAndCountsIt) {
  Post("/registry/sync/search", Search("counted"));
  const std::string capabilities =
      site_->Call(site_->Url("/capabilities"), "").body;
  EXPECT_THAT(capabilities, AllOf(HasSubstr(service_ + "/SyncSearch"),
                                  HasSubstr(GetParam().record)));
  const net::HttpResponse metrics = site_->Call(site_->Url("/metrics"), "");
  EXPECT_EQ(metrics.status, 200);
  EXPECT_THAT(metrics.body,
              HasSubstr(absl::StrCat("dci_registry_records{registry=\"",
                                     GetParam().registry, "\",type=\"",
                                     GetParam().record, "\"}")));
}

INSTANTIATE_TEST_SUITE_P(All, RegistriesTest, testing::ValuesIn(kSubjects),
                         [](const testing::TestParamInfo<Subject>& info) {
                           return std::string(info.param.registry);
                         });

}  // namespace
}  // namespace dci::e2e
