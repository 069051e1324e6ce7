# SPDX-License-Identifier: GPL-2.0-or-later
"""Certificates and raw signatures, for the verifiers of TEE evidence.

Errors are ValueError.  Revocation is not looked at.
"""

import datetime
import os
import re
import warnings

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.utils import CryptographyDeprecationWarning

RSASSA_PSS = "1.2.840.113549.1.1.10"
ECDSA = {"1.2.840.10045.4.3.2": hashes.SHA256, "1.2.840.10045.4.3.3": hashes.SHA384}
PEM = re.compile(b"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.S)
DEPTH_MAX = 4

# AMD's certificates have the serial number 0.
warnings.filterwarnings("ignore", category=CryptographyDeprecationWarning)


def now():
    """Tests of recorded evidence set another clock."""
    return datetime.datetime.utcnow()


def parse(data):
    """The certificates in DER or PEM."""
    try:
        if data.lstrip().startswith(b"-----"):
            found = [x509.load_pem_x509_certificate(text + b"\n") for text in PEM.findall(data)]
        else:
            found = [x509.load_der_x509_certificate(data)]
        for cert in found:
            # Parsed only when asked for, with exceptions of all kinds.
            name(cert), cert.issuer, cert.extensions
    except Exception as err:
        raise ValueError(f"not a certificate: {err!r}") from None
    return found


def public_key(cert):
    try:
        return cert.public_key()
    except (ValueError, UnsupportedAlgorithm) as err:
        raise ValueError(f"public key of {name(cert)}: {err}") from None


def files(directory):
    """The contents of the files in a folder; none when it is not there."""
    if not directory or not os.path.isdir(directory):
        return []
    found = []
    for file_name in sorted(os.listdir(directory)):
        with open(os.path.join(directory, file_name), "rb") as file:
            found.append(file.read())
    return found


def load(directory):
    """All certificates in the files of a folder."""
    return [cert for data in files(directory) for cert in parse(data)]


def load_keys(directory):
    """All public keys in the PEM files of a folder."""
    try:
        return [serialization.load_pem_public_key(data) for data in files(directory)]
    except (ValueError, UnsupportedAlgorithm) as err:
        raise ValueError(f"trust anchor: {err}") from None


def name(cert):
    return cert.subject.rfc4514_string()


def der(cert):
    return cert.public_bytes(serialization.Encoding.DER)


def well_formed(cert):
    """What is not signed says nothing new: the algorithm is the signed one (RFC 5280
    4.1.1.2), and the signature is of whole bytes."""
    raw, signed = der(cert), cert.tbs_certificate_bytes
    rest = raw[raw.index(signed) + len(signed):]
    return rest[:2 + rest[1]] in signed and raw.endswith(b"\0" + cert.signature)


def signed_by(cert, issuer):
    """Is the signature of `cert` good under the key of `issuer`?"""
    if not well_formed(cert):
        return False
    key, algorithm = public_key(issuer), cert.signature_algorithm_oid.dotted_string
    try:
        if algorithm == RSASSA_PSS and isinstance(key, rsa.RSAPublicKey):
            # AMD's only form; python3-cryptography of Debian 12 does not read others.
            key.verify(cert.signature, cert.tbs_certificate_bytes,
                       padding.PSS(padding.MGF1(hashes.SHA384()), 48), hashes.SHA384())
        elif algorithm in ECDSA and isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(cert.signature, cert.tbs_certificate_bytes,
                       ec.ECDSA(ECDSA[algorithm]()))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def is_ca(cert):
    try:
        return cert.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def anchors(roots):
    return {der(root) for root in roots if root.subject == root.issuer}


def check_time(cert):
    if not cert.not_valid_before <= now() <= cert.not_valid_after:
        raise ValueError(f"certificate of {name(cert)}: not valid at this time")


def check_list(chain, roots):
    """Raise unless each is signed by the next, and the last is one of `roots`."""
    for cert, issuer in zip(chain, chain[1:]):
        check_time(cert)
        if cert.issuer != issuer.subject or not is_ca(issuer) or not signed_by(cert, issuer):
            raise ValueError(f"certificate of {name(cert)}: not by the next one")
    if not chain or der(chain[-1]) not in anchors(roots):
        raise ValueError("the chain does not end at a root that we trust")
    check_time(chain[-1])


def check_chain(leaf, others, roots):
    """Raise unless `leaf` leads, by way of `others`, to one of `roots`."""
    cert = leaf
    for _ in range(DEPTH_MAX):
        check_time(cert)
        if der(cert) in anchors(roots):
            return
        issuers = [other for other in [*roots, *others] if other.subject == cert.issuer and
                   is_ca(other) and der(other) != der(cert) and signed_by(cert, other)]
        if not issuers:
            raise ValueError(f"certificate of {name(cert)}: no issuer that we trust")
        cert = issuers[0]
    raise ValueError(f"certificate of {name(leaf)}: the chain is too long")


def check_raw(key, signature, data, hash, order="big"):
    """Raise unless r || s, two halves of `signature`, is good."""
    half = len(signature) // 2
    r, s = (int.from_bytes(part, order) for part in (signature[:half], signature[half:]))
    try:
        key.verify(encode_dss_signature(r, s), data, ec.ECDSA(hash))
    except InvalidSignature:
        raise ValueError("the signature is wrong") from None


def point(curve, raw):
    """A public key from x || y."""
    half = len(raw) // 2
    try:
        return ec.EllipticCurvePublicNumbers(int.from_bytes(raw[:half], "big"),
                                             int.from_bytes(raw[half:], "big"),
                                             curve).public_key()
    except ValueError:
        raise ValueError("a public key is not on its curve") from None
