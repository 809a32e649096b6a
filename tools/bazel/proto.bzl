"""Protos under protos/, whose import root that folder is."""

def dci_proto_library(name, srcs, deps = [], visibility = None):
    """A proto_library `name` and the C++ library `name`_cc of its messages.

    Args:
      name: ends in _proto.
      srcs: one .proto file, so that its code compiles beside the others'.
      deps: other proto libraries.
      visibility: default: everybody, the protos are public.
    """
    visibility = visibility or ["//visibility:public"]
    native.exports_files(srcs, visibility = visibility)
    native.proto_library(
        name = name,
        srcs = srcs,
        strip_import_prefix = "/protos",
        visibility = visibility,
        deps = deps,
    )
    native.cc_proto_library(
        name = name + "_cc",
        visibility = visibility,
        deps = [":" + name],
    )
