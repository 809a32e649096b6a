"""Messages signed and verified as living systems on Python do it.

  openspp2.py make            prints requests for `trust_driver verify`
  openspp2.py ask             prints requests for `trust_driver sign`
  openspp2.py check           reads the answers and verifies them

OpenSPP2 signs {"header","message"} as json.dumps writes it with sorted keys,
no white space and ASCII escapes, where the header is what its own model dumps:
every field, null where absent. It verifies by dumping the received header from
that model once more.
"""

import base64
import hashlib
import json
import re
import sys

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NOW = 1764000000
SENDER = "openspp.example"
HEADER_FIELDS = (
    "version", "message_id", "message_ts", "action", "sender_id", "sender_uri",
    "receiver_id", "total_count", "is_msg_encrypted", "meta")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(32))


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def public_jwk(key):
    raw = key.public_key().public_bytes(
        serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return {"kty": "OKP", "crv": "Ed25519", "x": b64url(raw), "kid": "key-1",
            "use": "sig", "alg": "EdDSA"}


def private_jwk(key):
    raw = key.private_bytes(
        serialization.Encoding.Raw, serialization.PrivateFormat.Raw,
        serialization.NoEncryption())
    return dict(public_jwk(key), d=b64url(raw))


def dump_header(header):
    return {name: header.get(name) for name in HEADER_FIELDS}


def canonical(header, message, ascii_only):
    return json.dumps({"header": header, "message": message}, sort_keys=True,
                      separators=(",", ":"), ensure_ascii=ascii_only).encode()


def signing_text(created, expires, document, digest, prefix):
    value = base64.b64encode(digest(document).digest()).decode()
    return (f"(created): {created}\n(expires): {expires}\n"
            f"digest: {prefix}{value}").encode()


def sign(header, message, key=KEY, created=NOW, ascii_only=True,
         digest=hashlib.sha256, prefix="", template=None):
    text = signing_text(created, created + 300,
                        canonical(header, message, ascii_only), digest, prefix)
    template = template or (
        'namespace="dci", kidId="{sender}|key-1|ed25519", '
        'algorithm="ed25519", created="{created}", expires="{expires}", '
        'headers="(created) (expires) digest", signature="{signature}"')
    return template.format(
        sender=SENDER, created=created, expires=created + 300,
        signature=base64.b64encode(key.sign(text)).decode())


def message():
    return {
        "transaction_id": "txn-1",
        "search_request": [{
            "reference_id": "r-1",
            "timestamp": "2025-11-24T16:00:00Z",
            "locale": "eng",
            "search_criteria": {
                "version": "1.0.0",
                "reg_type": "ns:org:RegistryType:Social",
                "query_type": "idtype-value",
                "query": {"type": "UIN", "value": "Åsa \U0001d11e </é>"},
                "pagination": {"page_size": 10, "page_number": 1},
            },
        }],
    }


def header(**changes):
    base = dump_header({
        "version": "1.0.0", "message_id": "m-1",
        "message_ts": "2025-11-24T16:00:00+00:00", "action": "search",
        "sender_id": SENDER, "receiver_id": "sr", "total_count": 1,
        "is_msg_encrypted": False})
    base.update(changes)
    return base


def participant(canonicalization, digest="DIGEST_SHA256", prefix=""):
    return (f"sender_id: '{SENDER}' verify {{ form: SIGNATURE_FORM_DCI_STRING "
            f"canonicalization: {canonicalization} digest: {digest} "
            f"digest_prefix: '{prefix}' }} "
            f"keys {{ jwk: '{json.dumps(public_jwk(KEY))}' }}")


ASCII = "CANONICALIZATION_SORTED_ASCII"
UTF8 = "CANONICALIZATION_SORTED_UTF8"
JCS = "CANONICALIZATION_JCS"
REFUSED = "err.signature.invalid"


def request(name, body_header, signature, settings, expect="txn-1", **more):
    body = json.dumps({"signature": signature, "header": body_header,
                       "message": more.get("message", message())},
                      indent=more.get("indent"),
                      ensure_ascii=more.get("ensure_ascii", False))
    return {"name": name, "participant": settings, "body": body, "now": NOW,
            "expect": expect}


def make():
    good = sign(header(), message())
    altered = message()
    altered["search_request"][0]["search_criteria"]["query"]["value"] = "else"
    blake = dict(digest=hashlib.blake2b, prefix="BLAKE-512=")
    published = (
        'Signature:  namespace="spdci", keyId="{sender}|key-1|ed25519", '
        'algorithm="ed25519", created="{created}", expires="{expires}", '
        'headers="(created) (expires) digest", signature="{signature}')
    yield request("header dumped with nulls", header(), good,
                  participant(ASCII))
    yield request("indented on the way", header(), good, participant(ASCII),
                  indent=2)
    yield request("escaped on the way", header(), good, participant(ASCII),
                  ensure_ascii=True)
    yield request("sorted in UTF-8", header(),
                  sign(header(), message(), ascii_only=False),
                  participant(UTF8))
    yield request("RFC 8785", header(),
                  sign(header(), message(), ascii_only=False),
                  participant(JCS))
    yield request("as the standard prints it, BLAKE2b", header(),
                  sign(header(), message(), template=published, **blake),
                  participant(ASCII, "DIGEST_BLAKE2B_512", "BLAKE-512="))
    yield request("floats and long numbers", header(meta={
        "a": 1.0, "b": 1e22, "c": 123456789012345678901234, "d": -0.5,
        "e": 1e-7, "\u20ac": None}), sign(header(meta={
            "a": 1.0, "b": 1e22, "c": 123456789012345678901234, "d": -0.5,
            "e": 1e-7, "\u20ac": None}), message()), participant(ASCII))
    yield request("altered message", header(), good, participant(ASCII),
                  REFUSED, message=altered)
    yield request("altered header", header(message_id="m-2"), good,
                  participant(ASCII), REFUSED)
    yield request("a null left out", {
        k: v for k, v in header().items() if v is not None}, good,
        participant(ASCII), REFUSED)
    yield request("another key", header(),
                  sign(header(), message(), key=STRANGER), participant(ASCII),
                  REFUSED)
    yield request("another digest", header(),
                  sign(header(), message(), digest=hashlib.sha512),
                  participant(ASCII), REFUSED)
    yield request("expired", header(),
                  sign(header(), message(), created=NOW - 400),
                  participant(ASCII), REFUSED)
    yield request("not yet", header(),
                  sign(header(), message(), created=NOW + 100),
                  participant(ASCII), REFUSED)
    yield request("unsigned", header(), "", participant(ASCII),
                  "err.signature.missing")


PROFILES = {
    "for OpenSPP2": (
        f"form: SIGNATURE_FORM_DCI_STRING canonicalization: {ASCII} "
        "emit_all_header_fields: true", True, hashlib.sha256, ""),
    "sorted UTF-8": (
        f"form: SIGNATURE_FORM_DCI_STRING canonicalization: {UTF8}", False,
        hashlib.sha256, ""),
    "BLAKE2b": (
        "form: SIGNATURE_FORM_DCI_STRING digest: DIGEST_BLAKE2B_512 "
        "digest_prefix: 'BLAKE-512=' namespace: 'spdci' "
        "key_id_parameter: 'keyId'", False, hashlib.blake2b, "BLAKE-512="),
}


def ask():
    for name, (profile, _, _, _) in PROFILES.items():
        yield {"name": name, "own_jwk": json.dumps(private_jwk(KEY)),
               "sender_id": SENDER, "profile": profile, "now": NOW,
               "body": json.dumps({"header": header(), "message": message()})}


def check(answer):
    _, ascii_only, digest, prefix = PROFILES[answer["name"]]
    body = json.loads(answer["body"])
    parameters = dict(re.findall(r'(\w+)="([^"]*)"', body["signature"]))
    key_id = parameters.get("kidId") or parameters["keyId"]
    assert key_id == f"{SENDER}|key-1|ed25519", key_id
    dumped = body["header"]
    if answer["name"] == "for OpenSPP2":
        assert set(dumped) == set(HEADER_FIELDS), sorted(dumped)
        dumped = dump_header(dumped)
    text = signing_text(
        parameters["created"], parameters["expires"],
        canonical(dumped, body["message"], ascii_only), digest, prefix)
    KEY.public_key().verify(base64.b64decode(parameters["signature"]), text)
    print("ok", answer["name"])


def main():
    if sys.argv[1] == "check":
        answers = [json.loads(line) for line in sys.stdin]
        for answer in answers:
            check(answer)
        assert len(answers) == len(PROFILES), len(answers)
        return
    for line in make() if sys.argv[1] == "make" else ask():
        print(json.dumps(line))


main()
