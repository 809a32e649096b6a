"""A client that knows only the protos and gRPC's stock Python plugin.

usage: client.py STUB_DIR, with HOST:PORT in SANDBOX_GRPC

Talks to a social registry that holds the sandbox's seed data: health,
reflection, a search, a refusal. Exits 0 only if every answer was right.
"""

import os
import sys

import grpc


def check(condition, what):
    """Ends the program unless the condition holds."""
    if not condition:
        sys.exit("FAILED: " + what)
    print("ok: " + what)


def search_envelope(modules, message_id, query_type, fill):
    """An unsigned SearchRequestEnvelope with one item."""
    envelope = modules.search.SearchRequestEnvelope()
    header = envelope.header
    header.version = "1.0.0"
    header.message_id = message_id
    header.message_ts = "2026-01-01T00:00:00Z"
    header.action = "search"
    header.sender_id = "python-client"
    header.total_count = 1
    envelope.message.transaction_id = "txn-" + message_id
    item = envelope.message.search_request.add()
    item.reference_id = "ref-1"
    item.timestamp = "2026-01-01T00:00:00Z"
    item.search_criteria.query_type = query_type
    item.search_criteria.pagination.page_size = 10
    fill(item.search_criteria)
    return envelope


def check_search(modules, stub):
    """The seed person is found by its identifier."""

    def by_uin(criteria):
        criteria.reg_record_type = "Person"
        criteria.idtype_value.type = "UIN"
        criteria.idtype_value.value = "847951632"

    answer = stub.SyncSearch(
        search_envelope(modules, "py-1", "idtype-value", by_uin), timeout=10
    )
    check(answer.header.action == "on-search", "the answer is an on-search")
    item = answer.message.search_response[0]
    check(item.reference_id == "ref-1", "the item answers its reference_id")
    check(item.pagination.total_count == 1, "one record has the identifier")
    person = modules.social.Person()
    check(item.data.reg_records[0].Unpack(person), "the record is a Person")
    values = [i.identifier_value for i in person.identifier]
    check("847951632" in values, "it is the person that was asked for")


def refused(modules, stub, envelope):
    """The code and the ACK with which a search is refused."""
    try:
        stub.SyncSearch(envelope, timeout=10)
    except grpc.RpcError as error:
        trailers = dict(error.trailing_metadata())
        ack = modules.envelope.AckEnvelope.FromString(
            trailers["dci-error-bin"]
        )
        return error.code(), ack.message
    sys.exit("FAILED: the search was not refused")


def check_item_refusal(modules, stub):
    """An item that cannot be searched is refused; here it is the only one."""

    def by_nonsense(criteria):
        predicate = criteria.predicate.predicates.add().expression1
        predicate.attribute_name = "favourite_colour"
        predicate.operator = "eq"
        predicate.attribute_value.text = '"blue"'

    code, ack = refused(
        modules,
        stub,
        search_envelope(modules, "py-2", "predicate", by_nonsense),
    )
    check(
        code == grpc.StatusCode.INVALID_ARGUMENT,
        "an unknown attribute is INVALID_ARGUMENT",
    )
    check("favourite_colour" in ack.error.message, "and is named")


def check_refusal(modules, stub):
    """A message without an id is refused, with the ACK in the trailer."""
    envelope = search_envelope(modules, "py-3", "predicate", lambda c: None)
    envelope.header.ClearField("message_id")
    code, ack = refused(modules, stub, envelope)
    check(
        code == grpc.StatusCode.INVALID_ARGUMENT,
        "a message without message_id is INVALID_ARGUMENT",
    )
    check(
        ack.error.code == "err.request.bad",
        "its trailer carries err.request.bad",
    )


def check_reflection(modules, channel):
    """Both versions of reflection list the services and give their files."""
    for version in ("v1", "v1alpha"):
        method = (
            "/grpc.reflection." + version + ".ServerReflection/"
            "ServerReflectionInfo"
        )
        call = channel.stream_stream(
            method,
            request_serializer=lambda m: m.SerializeToString(),
            response_deserializer=(
                modules.reflection.ServerReflectionResponse.FromString
            ),
        )
        request = modules.reflection.ServerReflectionRequest
        answers = list(
            call(
                iter(
                    [
                        request(list_services=""),
                        request(
                            file_containing_symbol=(
                                "dci.social.v1.SocialRegistry"
                            )
                        ),
                        request(file_by_filename="no/such.proto"),
                    ]
                ),
                timeout=10,
            )
        )
        names = [s.name for s in answers[0].list_services_response.service]
        check(
            "dci.social.v1.SocialRegistry" in names,
            version + " reflection lists the service",
        )
        files = answers[1].file_descriptor_response.file_descriptor_proto
        check(len(files) > 5, version + " reflection sends the imports too")
        check(
            answers[2].error_response.error_code == 5,
            version + " reflection says NOT_FOUND",
        )


def check_health(channel):
    """grpc.health.v1: SERVING, field 1, value 1."""
    call = channel.unary_unary("/grpc.health.v1.Health/Check")
    name = b"dci.social.v1.SocialRegistry"
    answer = call(b"\x0a" + bytes([len(name)]) + name, timeout=10)
    check(answer == b"\x08\x01", "health says SERVING")


class Modules:
    """The generated modules, imported from the folder of stubs."""

    def __init__(self):
        from dci.common.v1 import envelope_pb2
        from dci.registry.v1 import search_pb2
        from dci.social.v1 import social_pb2, social_service_pb2_grpc
        from grpc_reflection_stub import reflection_pb2

        self.envelope = envelope_pb2
        self.search = search_pb2
        self.social = social_pb2
        self.service = social_service_pb2_grpc
        self.reflection = reflection_pb2


def main():
    """Runs every check."""
    address = os.environ["SANDBOX_GRPC"]
    stubs = sys.argv[1]
    sys.path.insert(0, stubs)
    modules = Modules()
    with grpc.insecure_channel(address) as channel:
        stub = modules.service.SocialRegistryStub(channel)
        check_health(channel)
        check_reflection(modules, channel)
        check_search(modules, stub)
        check_item_refusal(modules, stub)
        check_refusal(modules, stub)


if __name__ == "__main__":
    main()
