#include "services/server/exchange_metrics.h"

#include "absl/strings/str_cat.h"

namespace dci::server {
namespace {

void AddCounter(const char* name, const char* help, uint64_t value,
                std::vector<Sample>* samples) {
  samples->push_back({absl::StrCat("dci_", name, "_total"),
                      help,
                      true,
                      {},
                      static_cast<double>(value)});
}

void AddMessages(const exchange::Metrics& m, std::vector<Sample>* samples) {
  AddCounter("received", "Messages handed in.", m.received, samples);
  AddCounter("answered", "Synchronous answers.", m.answered, samples);
  AddCounter("acknowledged", "Asynchronous messages acknowledged.",
             m.acknowledged, samples);
  AddCounter("refused", "Messages refused as a whole.", m.refused, samples);
  AddCounter("throttled", "Refused for a rate limit.", m.throttled, samples);
  AddCounter("unavailable", "Refused for lack of service.", m.unavailable,
             samples);
  AddCounter("items", "Items decided.", m.items, samples);
  AddCounter("items_refused", "Items refused.", m.items_refused, samples);
  AddCounter("repeated", "Messages answered again.", m.repeated, samples);
  AddCounter("conflicting", "Message ids used again with other content.",
             m.conflicting, samples);
  AddCounter("conflicting_let_pass",
             "Of these, let pass by the sender's setting.",
             m.conflicting_let_pass, samples);
  AddCounter("items_repeated", "Items recognised from an earlier message.",
             m.items_repeated, samples);
  AddCounter("findings", "Tolerances taken by the reader.", m.findings,
             samples);
  AddCounter("decided", "Asynchronous messages decided.", m.decided, samples);
  AddCounter("delivered", "Outgoing messages acknowledged.", m.delivered,
             samples);
  AddCounter("retried", "Tries to deliver that failed.", m.retried, samples);
  AddCounter("parked", "Outgoing messages given up.", m.parked, samples);
}

void AddStore(const storage::StoreStats& stats, std::vector<Sample>* samples) {
  AddCounter("store_commits", "Transactions applied and durable.",
             stats.commits, samples);
  AddCounter("store_groups", "Synced writes.", stats.groups, samples);
  AddCounter("store_bytes_written", "Bytes of keys and values.",
             stats.bytes_written, samples);
  samples->push_back({"dci_store_queued",
                      "Transactions that wait.",
                      false,
                      {},
                      static_cast<double>(stats.queued)});
  samples->push_back({"dci_store_failed",
                      "1: the store takes no commits.",
                      false,
                      {},
                      stats.failed ? 1.0 : 0.0});
}

void AddOutbox(const std::vector<exchange::OutboxCounts>& counts,
               std::vector<Sample>* samples) {
  uint64_t queued = 0, parked = 0;
  for (const exchange::OutboxCounts& count : counts) {
    queued += count.queued;
    parked += count.parked_lanes;
  }
  samples->push_back({"dci_outbox_queued",
                      "Messages that wait to leave.",
                      false,
                      {},
                      static_cast<double>(queued)});
  samples->push_back({"dci_outbox_parked_lanes",
                      "Lanes given up.",
                      false,
                      {},
                      static_cast<double>(parked)});
}

void AddDestinations(const std::vector<exchange::OutboxCounts>& counts,
                     std::vector<Sample>* samples) {
  for (const exchange::OutboxCounts& count : counts)
    samples->push_back({"dci_outbox_destination_queued",
                        "Messages that wait to leave, by receiver.",
                        false,
                        {{"destination", count.destination}},
                        static_cast<double>(count.queued)});
  for (const exchange::OutboxCounts& count : counts)
    samples->push_back({"dci_outbox_destination_parked_lanes",
                        "Lanes given up, by receiver.",
                        false,
                        {{"destination", count.destination}},
                        static_cast<double>(count.parked_lanes)});
}

}  // namespace

void AddExchangeMetrics(const exchange::Pipeline& pipeline,
                        const storage::Store& store,
                        std::vector<Sample>* samples) {
  AddMessages(pipeline.metrics(), samples);
  AddStore(store.Stats(), samples);
  const auto snapshot = store.GetSnapshot();
  if (auto counts = pipeline.outbox().Counts(*snapshot); counts.ok())
    AddOutbox(*counts, samples);
}

void AddDestinationMetrics(const exchange::Pipeline& pipeline,
                           const storage::Store& store,
                           std::vector<Sample>* samples) {
  const auto snapshot = store.GetSnapshot();
  if (auto counts = pipeline.outbox().Counts(*snapshot); counts.ok())
    AddDestinations(*counts, samples);
}

}  // namespace dci::server
