"""The Chinese commercial cryptography that no kept Python library verifies: SM2 signatures with SM3.

Takes: bytes that someone says were signed, a signature, a public key.  Gives: yes, or `BadSignature` / `BadKey` with what is wrong.
Never: a private key, a nonce, a signature made here. Signing is OpenSSL's or a token's (`medrules.packs.bureau`); a verifier
handles public values only, so time that depends on them tells nobody anything.
"""
