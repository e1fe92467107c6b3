"""SM2 with SM3 as a key type of securesystemslib, so that python-tuf counts such signatures towards a role's threshold.

A root that lists one SM2 key is unreadable to a client without this class; so every release of medrules has it.
"""
from __future__ import annotations

import hashlib
from typing import Any, Final

from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.formats import encode_canonical
from securesystemslib.signer import KEY_FOR_TYPE_AND_SCHEME, Key, Signature

from medrules.packs.crypto.sm2 import BadKey, BadSignature, PublicKey, key_from_pem, key_to_pem, read_der, verify

__all__ = ["SM2", "SM2_SM3", "SM2Key", "register"]

SM2: Final = "sm2"
SM2_SM3: Final = "sm2-sm3"


class SM2Key(Key):
    """The public half of an SM2 key: `keyval` is {"public": PEM of the SubjectPublicKeyInfo}, signatures are DER in lower-case hex.

    The user id is the national default. A key that is no point of the curve is refused when metadata is read.
    """

    def __init__(self, keyid: str, keytype: str, scheme: str, keyval: dict[str, Any], unrecognized_fields: dict[str, Any] | None = None) -> None:
        if (keytype, scheme) != (SM2, SM2_SM3):
            raise ValueError(f"unsupported key {keytype}/{scheme}")
        super().__init__(keyid, keytype, scheme, keyval, unrecognized_fields)
        public = keyval.get("public")
        if set(keyval) != {"public"} or not isinstance(public, str):
            raise ValueError("an SM2 key has one public value")
        self._public = key_from_pem(public)
        if key_to_pem(self._public) != public:
            raise BadKey("公钥的 PEM 不是规定写法 / the PEM of the public key is not in its one form")

    @classmethod
    def of(cls, public: PublicKey) -> SM2Key:
        """The key with the key id that TUF repositories compute: SHA-256 over its canonical JSON."""
        keyval = {"public": key_to_pem(public)}
        canonical = encode_canonical({"keytype": SM2, "scheme": SM2_SM3, "keyval": keyval})
        assert canonical is not None  # None is for callers that pass a function to write to
        return cls(hashlib.sha256(canonical.encode("utf-8")).hexdigest(), SM2, SM2_SM3, keyval)

    @classmethod
    def from_dict(cls, keyid: str, key_dict: dict[str, Any]) -> SM2Key:
        keytype, scheme, keyval = key_dict.pop("keytype"), key_dict.pop("scheme"), key_dict.pop("keyval")
        return cls(keyid, keytype, scheme, keyval, key_dict)

    def to_dict(self) -> dict[str, Any]:
        return {"keytype": self.keytype, "scheme": self.scheme, "keyval": self.keyval, **self.unrecognized_fields}

    def verify_signature(self, signature: Signature, data: bytes) -> None:
        try:
            content = bytes.fromhex(signature.signature)
            if content.hex() != signature.signature:
                raise BadSignature("not lower-case hex")
            verify(self._public, data, *read_der(content))
        except (BadSignature, ValueError, TypeError) as error:
            raise UnverifiedSignatureError(f"SM2 signature of {self.keyid} does not hold") from error


def register() -> None:
    """Make securesystemslib know the type: its own seam, a table of the process."""
    KEY_FOR_TYPE_AND_SCHEME[(SM2, SM2_SM3)] = SM2Key
