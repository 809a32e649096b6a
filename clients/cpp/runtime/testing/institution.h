// Two institutions that know each other's keys.
#ifndef CONVERGENCE_CLIENTS_CPP_RUNTIME_TESTING_INSTITUTION_H_
#define CONVERGENCE_CLIENTS_CPP_RUNTIME_TESTING_INSTITUTION_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "dci/config/v1/participant.pb.h"
#include "services/trust/key.h"
#include "services/trust/keys.h"
#include "services/trust/participants.h"

namespace dci::client {

struct Institution {
  explicit Institution(std::string name, const std::string& algorithm = "EdDSA")
      : id(std::move(name)),
        signing(trust::Key::Generate(algorithm)->WithUse("sig")),
        encryption(trust::Key::Generate("ECDH-ES+A256KW")->WithUse("enc")),
        ring(trust::KeyRing::Create(
                 {trust::TimedKey{signing, signing.kid()},
                  trust::TimedKey{encryption, encryption.kid()}})
                 .value()) {}

  // As the other side has it registered: signatures of that form required.
  dci::config::v1::Participant Registered(
      const dci::config::v1::SignatureProfile& profile) const {
    dci::config::v1::Participant config;
    config.set_sender_id(id);
    config.set_signature(dci::config::v1::POLICY_REQUIRED);
    config.set_authorization(dci::config::v1::POLICY_OFF);
    config.set_encryption(dci::config::v1::POLICY_OPTIONAL);
    *config.add_verify() = profile;
    config.add_keys()->set_jwk(signing.PublicJwk());
    config.add_keys()->set_jwk(encryption.PublicJwk());
    return config;
  }

  std::string id;
  trust::Key signing;
  trust::Key encryption;
  trust::KeyRing ring;
};

}  // namespace dci::client

#endif  // CONVERGENCE_CLIENTS_CPP_RUNTIME_TESTING_INSTITUTION_H_
