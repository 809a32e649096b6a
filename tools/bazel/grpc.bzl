"""Stubs of stock gRPC, as any other project would generate them: interop tests
talk to the services with them."""

load("//tools/bazel:generate.bzl", "generated_cc_library")

def cc_grpc_library(name, proto, visibility = None, **kwargs):
    """A cc_library with the .grpc.pb.h of a proto library.

    Args:
      name: of the library.
      proto: a dci_proto_library, absolute label ending in _proto.
      visibility: of the library.
      **kwargs: passed on (testonly, tags).
    """
    generated_cc_library(
        name = name,
        plugin = "@system_bin//:grpc_cpp_plugin",
        proto = proto,
        suffixes = [".grpc.pb.h", ".grpc.pb.cc"],
        visibility = visibility,
        deps = [
            proto + "_cc",
            "//third_party/grpc",
        ],
        **kwargs
    )
