# SPDX-License-Identifier: GPL-2.0-or-later
"""What the fixtures of all TEEs need: DER, certificates, raw signatures."""

import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from cryptography.x509.oid import NameOID, ObjectIdentifier

# Wide, because the tests boot machines whose clock is wrong on purpose.
FROM, UNTIL = datetime.datetime(2020, 1, 1), datetime.datetime(2049, 12, 31)

# AlgorithmIdentifiers: sha384WithRSAEncryption, and RSASSA-PSS with SHA-384,
# MGF1 with SHA-384 and a salt of 48 bytes.
RSA_SHA384 = bytes.fromhex("300d06092a864886f70d01010c0500")
PSS_SHA384 = bytes.fromhex(
    "304106092a864886f70d01010a3034a00f300d06096086480165030402020500"
    "a11c301a06092a864886f70d010108300d06096086480165030402020500a203020130")


def tlv(tag, body):
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + body


def integer(value):
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def octets(value):
    return tlv(4, value)


def sequence(*parts):
    return tlv(0x30, b"".join(parts))


def oid(dotted):
    numbers = [int(part) for part in dotted.split(".")]
    out = bytes([numbers[0] * 40 + numbers[1]])
    for number in numbers[2:]:
        septets = [number & 127]
        while number > 127:
            number >>= 7
            septets.append(number & 127 | 128)
        out += bytes(reversed(septets))
    return tlv(6, out)


def der_body(der):
    """The contents of one DER element."""
    if der[1] < 0x80:
        return der[2:]
    return der[2 + (der[1] & 0x7F):]


def name(common):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def certificate(subject, key, issuer, issuer_key, ca=None, extensions=(), hash=None):
    """A certificate for `key`; `ca` None leaves out the basic constraints."""
    builder = (x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer))
               .public_key(key.public_key()).serial_number(x509.random_serial_number())
               .not_valid_before(FROM).not_valid_after(UNTIL))
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca, None), critical=True)
    for number, value in extensions:
        builder = builder.add_extension(
            x509.UnrecognizedExtension(ObjectIdentifier(number), value), critical=False)
    return builder.sign(issuer_key, hash or hashes.SHA256())


def pss_certificate(*arguments, **options):
    """The same as DER, signed as AMD signs.  Debian 12's python3-cryptography
    verifies RSASSA-PSS but does not make it, hence by hand."""
    made = certificate(*arguments, hash=hashes.SHA384(), **options)
    body = der_body(made.tbs_certificate_bytes).replace(RSA_SHA384, PSS_SHA384, 1)
    signed = sequence(body)
    signature = arguments[3].sign(signed, padding.PSS(padding.MGF1(hashes.SHA384()), 48),
                                  hashes.SHA384())
    return sequence(signed, PSS_SHA384, tlv(3, b"\0" + signature))


def der(cert):
    return cert.public_bytes(serialization.Encoding.DER)


def pem(cert):
    return cert.public_bytes(serialization.Encoding.PEM)


def private_pem(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption())


def public_pem(key):
    return key.public_key().public_bytes(serialization.Encoding.PEM,
                                         serialization.PublicFormat.SubjectPublicKeyInfo)


def raw_signature(key, data, hash, size):
    """r and s, big endian, of `size` bytes each."""
    r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(hash)))
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def raw_public(key, size):
    numbers = key.public_key().public_numbers()
    return numbers.x.to_bytes(size, "big") + numbers.y.to_bytes(size, "big")
