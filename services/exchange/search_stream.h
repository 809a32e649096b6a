// A read-only message that is answered page by page.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_SEARCH_STREAM_H_
#define CONVERGENCE_SERVICES_EXCHANGE_SEARCH_STREAM_H_

#include <memory>
#include <string>

#include "services/exchange/pipeline_impl.h"

namespace dci::exchange {

// One stream. Held by the one step that is under way; when the receiver lets
// go of it, the call ends. One page at a time.
class Pipeline::Impl::SearchStream
    : public std::enable_shared_from_this<Pipeline::Impl::SearchStream> {
 public:
  SearchStream(Impl* impl, CallPtr call, PageTaker take)
      : impl_(impl), call_(std::move(call)), take_(std::move(take)) {}
  ~SearchStream();

  // Finds and gives the next page, or ends the call.
  void Next();

 private:
  void Write(ItemOutcome outcome, absl::Time now);
  void Seal(const stored::Outcome& outcome, absl::Time now);
  void Give(Sealed sealed);
  void End(const absl::Status& status);

  Impl* const impl_;
  const CallPtr call_;
  const PageTaker take_;
  Tally tally_;
  size_t item_ = 0;
  std::string continuation_;
  bool ended_ = false;
};

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_SEARCH_STREAM_H_
