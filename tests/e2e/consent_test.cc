// Consent and purpose on the wire: codes of refusals, and answers that are cut.
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "google/protobuf/text_format.h"
#include "services/base/status_matchers.h"
#include "services/trust/key.h"
#include "services/trust/testing.h"
#include "tests/e2e/site.h"

namespace dci::e2e {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kConfig[] = R"(
  purposes {
    code: "eligibility"
    records { record: "Person" paths: "sex" paths: "birth_date" }
  }
)";

class ConsentTest : public testing::Test {
 protected:
  void SetUp() override {
    config::v1::ServerConfig config = SiteConfig(NewFolder());
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
        kConfig, config.mutable_consent()));
    auto* issuer = config.mutable_consent()->add_issuers();
    issuer->set_id("consents.example");
    issuer->add_jwk(key_.PublicJwk());
    config::v1::Participant caller = Caller("caller");
    caller.mutable_consent()->set_consent(config::v1::NEED_REQUIRED);
    caller.mutable_consent()->add_purposes("eligibility");
    *config.add_participants() = caller;
    auto site = Site::Start(config);
    ASSERT_OK(site);
    site_ = *std::move(site);
  }

  // A consent of the person that SearchDocument asks for, or of another.
  std::string Consent(const std::string& uin, absl::Duration validity) {
    const std::string jws = trust::testing::MustSign(
        key_,
        absl::StrCat(R"({"iss":"consents.example","aud":"caller","sub":"UIN:)",
                     uin, R"(","purpose":"eligibility","exp":)",
                     absl::ToUnixSeconds(absl::Now() + validity), "}"));
    return absl::StrCat(R"({"@type":"Consent","consent_jws":")", jws, "\"}");
  }
  net::HttpResponse Search(const std::string& path, const std::string& id,
                           const std::string& consent) {
    std::string document = SearchDocument("caller", id);
    if (!consent.empty())
      document = absl::StrReplaceAll(
          document,
          {{"\"search_criteria\":{",
            absl::StrCat("\"search_criteria\":{\"consent\":", consent, ",")}});
    return site_->Call(site_->Url(path), document);
  }
  std::string SyncSearch(const std::string& id, const std::string& consent) {
    const net::HttpResponse answer =
        Search("/registry/sync/search", id, consent);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.body;
  }

  const trust::Key key_ = *trust::Key::Generate("EdDSA");
  std::unique_ptr<Site> site_;
};

TEST_F(ConsentTest, ASynchronousItemSaysWhatIsWrongByItsOwnCode) {
  EXPECT_THAT(SyncSearch("1", ""), AllOf(HasSubstr("rjct.consent.missing"),
                                         Not(HasSubstr("reg_records"))));
  EXPECT_THAT(SyncSearch("2", "{}"), HasSubstr("rjct.consent.missing"));
  EXPECT_THAT(SyncSearch("3", Consent("847951632", -absl::Hours(1))),
              HasSubstr("rjct.consent.expired"));
  EXPECT_THAT(SyncSearch("4", Consent("1", absl::Hours(1))),
              HasSubstr("rjct.consent.invalid"));
  EXPECT_THAT(SyncSearch("5", R"({"consent_jws":"a.b.c"})"),
              HasSubstr("rjct.consent.invalid"));
}

TEST_F(ConsentTest, AConsentOpensItsPersonAndNoMoreThanThePurposeSees) {
  EXPECT_THAT(SyncSearch("1", Consent("847951632", absl::Hours(1))),
              AllOf(HasSubstr("birth_date"), HasSubstr("\"total_count\":1"),
                    Not(HasSubstr("847951632")), Not(HasSubstr("surname")),
                    Not(HasSubstr("address"))));
}

TEST_F(ConsentTest, AnAsynchronousRequestIsRefusedBeforeItsAck) {
  const net::HttpResponse answer = Search("/registry/search", "1", "");
  EXPECT_EQ(answer.status, 403);
  EXPECT_THAT(answer.body, HasSubstr("err.request.forbidden"));
}

}  // namespace
}  // namespace dci::e2e
