"""Libraries that tools/dcigen generates from the protos of services.

    dci_service(
        name = "social_service",
        proto = "//protos/dci/social/v1:social_service_proto",
        schema = [
            "//protos/dci/common/v1:code_list_proto",
            "//protos/dci/social/v1:social_proto",
        ],
    )

makes `#include "dci/social/v1/social_service.dci.h"` possible.
"""

load("//tools/bazel:generate.bzl", "generated_cc_library")

_PLUGIN = "//tools/dcigen"

def _cc(protos):
    return [proto + "_cc" for proto in protos]

def dci_service(name, proto, schema = [], visibility = None, **kwargs):
    """The skeleton of a service and the table of its routes.

    Args:
      name: of the cc_library.
      proto: a dci_proto_library, absolute label ending in _proto.
      schema: those that its options name: records, code lists.
      visibility: of the library.
      **kwargs: passed on (testonly, tags).
    """
    generated_cc_library(
        name = name,
        options = ["skeleton", "routes"],
        plugin = _PLUGIN,
        proto = proto,
        schema = schema,
        suffixes = [".dci.h", ".dci.cc", ".routes.h"],
        visibility = visibility,
        deps = _cc([proto]) + [
            "//services/base:status_macros",
            "//services/exchange:typed_handler",
            "//services/schema:route",
            "//third_party/absl",
        ],
        **kwargs
    )

def dci_client(name, proto, schema = [], visibility = None, **kwargs):
    """The caller's side: stubs, and receivers of callbacks.

    Args:
      name: of the cc_library.
      proto: a dci_proto_library, absolute label ending in _proto.
      schema: those that its options name: records, code lists.
      visibility: of the library.
      **kwargs: passed on (testonly, tags).
    """
    generated_cc_library(
        name = name,
        options = ["client"],
        plugin = _PLUGIN,
        proto = proto,
        schema = schema,
        suffixes = [".client.h", ".client.cc"],
        visibility = visibility,
        deps = _cc([proto] + schema) + [
            "//clients/cpp/runtime:callback_server",
            "//clients/cpp/runtime:client",
            "//third_party/absl",
        ],
        **kwargs
    )

def dci_codes(name, proto, visibility = None, **kwargs):
    """Constants for the codes of a proto's code lists.

    Args:
      name: of the cc_library.
      proto: a dci_proto_library.
      visibility: of the library.
      **kwargs: passed on (testonly, tags).
    """
    generated_cc_library(
        name = name,
        options = ["codes"],
        plugin = _PLUGIN,
        proto = proto,
        suffixes = [".codes.h"],
        visibility = visibility,
        deps = ["//third_party/absl"],
        **kwargs
    )
