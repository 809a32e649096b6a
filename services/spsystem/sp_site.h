// A social-protection system in memory, with an IBR that answers it, for
// tests.
#ifndef CONVERGENCE_SERVICES_SPSYSTEM_SP_SITE_H_
#define CONVERGENCE_SERVICES_SPSYSTEM_SP_SITE_H_

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "dci/config/v1/sp_system.pb.h"
#include "dci/crvs/v1/crvs.pb.h"
#include "services/exchange/handler_registry.h"
#include "services/exchange/outbox.h"
#include "services/schema/model.h"
#include "services/spsystem/sp_operator.h"
#include "services/spsystem/sp_system.h"
#include "services/storage/store.h"
#include "services/wire/codec.h"

namespace dci::spsystem {

// The model of all registries that the system speaks to; made once.
const schema::Model& SpModel();

// One programme, "child", for members that the participant "social" gives;
// benefits stop at a death that "civil" notifies; "ibr" is asked and told.
config::v1::SpSystem SpConfig();

class SpSite {
 public:
  explicit SpSite(config::v1::SpSystem config = SpConfig());

  // As another process on the same store.
  void Restart();

  // The operator starts an intake of "child".
  absl::Status StartIntake(const std::string& intake);
  // "social" answers the search that left first, with members of these UINs.
  // False where none has left.
  bool AnswerSearch(const std::vector<std::string>& uins, int page = 1,
                    int pages = 1);
  // The answer before once more.
  void RepeatAnswer();
  // "civil" notifies as change `number`; a date of death where `dead`.
  void Notify(absl::string_view event, int number, const std::string& uin,
              bool dead = false);
  // "social" notifies that it has such a member.
  void NotifyMember(absl::string_view event, int number,
                    const std::string& uin);
  // The IBR answers the questions that have left, up to so many; returns how
  // many. Every report that it took is in `told`, the last one standing.
  int AnswerIbr(int most = 1 << 20);

  // Empty where there is no such enrolment.
  std::string State(const std::string& uin);
  admin::v1::Enrolment Enrolment(const std::string& uin);
  absl::Status Change(const std::string& uin,
                      admin::v1::ChangeEnrolmentRequest::Change change);
  admin::v1::Intake Intake(const std::string& intake);

  // What the fake IBR knows: programmes of a person, held by others; and what
  // it was told of "child".
  std::map<std::string, std::string> held;
  std::map<std::string, std::string> told;
  int reports = 0;
  // The IBR refuses reports of these persons.
  std::vector<std::string> refused;
  // Messages that have left to others than the IBR.
  std::deque<exchange::Outgoing> sent;

  absl::Time now = absl::FromUnixSeconds(1795502400);  // 2026-11-24
  std::unique_ptr<storage::Store> store;
  std::unique_ptr<wire::Codec> codec;
  std::unique_ptr<SpSystem> system;
  std::unique_ptr<SpOperator> op;

 private:
  // Takes a callback as the exchange hands it over.
  void Take(const std::string& method, const std::string& sender,
            const std::string& body);
  void TakeAnswer(const exchange::Outgoing& question, const std::string& body);
  void Collect();

  const config::v1::SpSystem config_;
  std::unique_ptr<exchange::Outbox> outbox_;
  std::unique_ptr<exchange::HandlerRegistry> handlers_;
  std::deque<exchange::Outgoing> to_ibr_;
  std::string last_answer_;
};

}  // namespace dci::spsystem

#endif  // CONVERGENCE_SERVICES_SPSYSTEM_SP_SITE_H_
