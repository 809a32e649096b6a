// One accepted connection: reads requests ahead, hands them over, writes the
// answers in their order. Internal.
#ifndef CONVERGENCE_SERVICES_NET_SERVER_CONNECTION_H_
#define CONVERGENCE_SERVICES_NET_SERVER_CONNECTION_H_

#include <deque>
#include <functional>
#include <memory>

#include "services/net/http_server.h"
#include "services/net/request_reader.h"
#include "services/net/response_head.h"
#include "services/net/stream.h"

namespace dci::net {

// Everything but construction happens on the thread of the socket's context.
class ServerConnection : public std::enable_shared_from_this<ServerConnection> {
 public:
  // `context` is the socket's; answers under way keep it alive.
  ServerConnection(Socket socket, std::weak_ptr<asio::io_context> context,
                   TlsContext tls,
                   std::shared_ptr<const HttpServerOptions> options,
                   HttpHandler* handler);

  // Serves until the end of the connection, then calls `closed`.
  void Start(std::function<void(ServerConnection*)> closed);
  // Ends as soon as what is in progress is answered.
  void Drain();
  // Ends now.
  void Cut();

 private:
  // A place in the order of answers.
  struct Slot {
    bool ready = false;
    bool interim = false;  // 100 Continue
    bool close = false;    // the last answer
    bool unread = false;   // the client may still be sending
    bool head = false;
    bool http10 = false;
    size_t body_bytes = 0;  // of the request
    HttpResponse response;
  };
  class Ticket;

  Task<void> Run();
  Task<bool> Handshake();
  Task<void> ReadLoop();
  Task<bool> NextRequest();
  void SendContinue();
  Task<void> WriteLoop();
  Task<bool> WriteSlot(Slot* slot);
  Task<bool> WriteBody(const std::string& head, const std::string& body);
  Task<bool> WriteStream(Slot* slot, bool chunked);
  Task<bool> Write(asio::const_buffer first, asio::const_buffer second = {},
                   asio::const_buffer third = {});
  Task<void> CloseGently(bool unread);

  bool HasRoom() const;
  void Accept(ReadResult read);
  void PushError(int status, absl::string_view text);
  HttpResponse ErrorResponse(int status, absl::string_view text) const;
  void OnReadDeadline();
  void OnWriterEnded();

  Stream stream_;
  const std::weak_ptr<asio::io_context> context_;
  const std::shared_ptr<const HttpServerOptions> shared_options_;
  const HttpServerOptions& options_;
  HttpHandler* const handler_;
  std::string peer_address_;
  PeerIdentity peer_;

  Watchdog read_deadline_;
  Watchdog write_deadline_;
  RequestReader reader_;
  std::deque<std::shared_ptr<Slot>> slots_;
  size_t unanswered_bytes_ = 0;  // of request bodies
  Event answer_ready_;           // for the writer
  Event room_;                   // for the reader: an answer has left
  Event writer_ended_;
  bool between_requests_ = false;
  bool reading_ended_ = false;
  bool writing_ended_ = false;
  bool draining_ = false;
  bool cut_ = false;
};

}  // namespace dci::net

#endif  // CONVERGENCE_SERVICES_NET_SERVER_CONNECTION_H_
