// A message that leaves by itself: a callback, a notification, a request to
// another institution.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_OUTGOING_H_
#define CONVERGENCE_SERVICES_EXCHANGE_OUTGOING_H_

#include <string>

#include "dci/common/v1/envelope.pb.h"

namespace dci::schema {
struct Method;
}

namespace dci::exchange {

// Put into the outbox by the commit that makes it true, and sent from there
// until the receiver acknowledges it. Delivered at least once.
struct Outgoing {
  // What is called at the receiver: a method of MODE_CALLBACK, or, for a
  // request to another institution, one of MODE_ASYNC, or of MODE_SYNC, whose
  // answer goes to the handler registered for it.
  const schema::Method* method = nullptr;
  // Participant that gets it: chooses address, dialect, keys.
  std::string receiver_id;
  // Address that the receiver asked for (its sender_uri); empty: its first
  // registered base. One outside the bases parks the message.
  std::string address;
  // The address is used as it stands, whatever the participant's setting
  // appends.
  bool address_is_complete = false;
  // Messages of one lane leave in order, one in flight at a time: the
  // correlation id of a callback, the subscription of a notification. Empty:
  // a lane of its own.
  std::string lane;
  // Filled in where empty: version, message_id, message_ts, action, sender_id,
  // receiver_id. For a request also sender_uri.
  dci::common::v1::MsgCallbackHeader header;
  // Wire bytes of method->request_body, clear.
  std::string body;
  // Name of the MessageSource that makes the body when the message leaves;
  // `body` is then what it makes it from. Empty: `body` is the body.
  std::string source;
  // Sent as a JWE to the receiver's encryption key.
  bool encrypt = false;
  // MODE_SYNC: given to the handler of the answer, as ItemContext::handle.
  // What was asked need not stand in an answer.
  std::string handle;
};

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_OUTGOING_H_
