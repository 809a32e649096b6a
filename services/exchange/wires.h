// The two wires.
#ifndef CONVERGENCE_SERVICES_EXCHANGE_WIRES_H_
#define CONVERGENCE_SERVICES_EXCHANGE_WIRES_H_

namespace dci::exchange {

enum class Wire {
  kHttp,  // the JSON document of the standard
  kGrpc,  // the typed envelope
};

}  // namespace dci::exchange

#endif  // CONVERGENCE_SERVICES_EXCHANGE_WIRES_H_
