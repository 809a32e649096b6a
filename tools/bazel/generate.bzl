"""Runs a protoc plugin over a proto library and hands on what it writes."""

def _import_name(src, info):
    """The name by which protoc knows a source: its path below the import root."""
    root = info.proto_source_root
    if root and root != "." and src.path.startswith(root + "/"):
        return src.path[len(root) + 1:]
    return src.short_path

def _impl(ctx):
    info = ctx.attr.proto[ProtoInfo]
    names = [_import_name(src, info) for src in info.direct_sources]
    sets = [info.transitive_descriptor_sets]
    others = []
    for proto in ctx.attr.schema:
        other = proto[ProtoInfo]
        others += [_import_name(src, other) for src in other.direct_sources]
        sets.append(other.transitive_descriptor_sets)
    descriptor_sets = depset(transitive = sets)

    outputs = []
    for name in names:
        base = name[:-len(".proto")]
        outputs += [
            ctx.actions.declare_file(ctx.label.name + "/" + base + suffix)
            for suffix in ctx.attr.suffixes
        ]

    # The plugin writes "<out>/<import name without .proto><suffix>".
    out = outputs[0].path[:-len(names[0][:-len(".proto")] + ctx.attr.suffixes[0]) - 1]
    options = list(ctx.attr.options)
    if others:
        options += ["only=" + name for name in names]

    args = ctx.actions.args()
    args.add_joined("--descriptor_set_in", descriptor_sets, join_with = ":")
    args.add("--plugin=protoc-gen-custom=" + ctx.executable.plugin.path)
    args.add("--custom_out=" + out)
    if options:
        args.add("--custom_opt=" + ",".join(options))
    args.add_all(names + [name for name in others if name not in names])
    ctx.actions.run(
        executable = ctx.executable._protoc,
        arguments = [args],
        inputs = descriptor_sets,
        outputs = outputs,
        tools = [ctx.executable.plugin],
        mnemonic = "ProtocPlugin",
        progress_message = "Generating %{label}",
    )
    headers = [f for f in outputs if f.path.endswith(".h")]
    return [
        DefaultInfo(files = depset(outputs)),
        OutputGroupInfo(
            headers = depset(headers),
            sources = depset([f for f in outputs if f not in headers]),
        ),
    ]

protoc_generate = rule(
    doc = "Files of a protoc plugin, below a folder called as the target.",
    implementation = _impl,
    attrs = {
        "options": attr.string_list(doc = "Parameter of the plugin."),
        "plugin": attr.label(
            mandatory = True,
            allow_files = True,
            cfg = "exec",
            executable = True,
        ),
        "proto": attr.label(
            doc = "What is generated from.",
            mandatory = True,
            providers = [ProtoInfo],
        ),
        "schema": attr.label_list(
            doc = "What options of `proto` name without importing it.",
            providers = [ProtoInfo],
        ),
        "suffixes": attr.string_list(
            doc = "The plugin's files: the source's name with each of these.",
            mandatory = True,
        ),
        "_protoc": attr.label(
            default = "@com_google_protobuf//:protoc",
            allow_single_file = True,
            cfg = "exec",
            executable = True,
        ),
    },
)

def generated_cc_library(name, proto, plugin, suffixes, deps, schema = [], options = [], visibility = None, **kwargs):
    """A cc_library of generated files, included by the proto's import name.

    Args:
      name: of the library.
      proto: the proto library.
      plugin: executable.
      suffixes: of the files it writes for a source; headers end in .h.
      deps: of the generated code.
      schema: proto libraries that options name.
      options: parameter of the plugin.
      visibility: of the library.
      **kwargs: passed on to the library.
    """
    files = name + "_files"
    protoc_generate(
        name = files,
        options = options,
        plugin = plugin,
        proto = proto,
        schema = schema,
        suffixes = suffixes,
        visibility = ["//visibility:private"],
        **kwargs
    )
    has_sources = any([suffix.endswith(".cc") for suffix in suffixes])
    for group in ["headers"] + (["sources"] if has_sources else []):
        native.filegroup(
            name = name + "_" + group,
            srcs = [":" + files],
            output_group = group,
            visibility = ["//visibility:private"],
            **kwargs
        )
    native.cc_library(
        name = name,
        srcs = [":" + name + "_sources"] if has_sources else [],
        hdrs = [":" + name + "_headers"],
        strip_include_prefix = files,
        visibility = visibility,
        deps = deps,
        **kwargs
    )
