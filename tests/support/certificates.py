"""Certificates for servers of this machine: an authority made for one run, and what it signs."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
END = datetime.datetime(2046, 1, 1, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Signed:
    """A key and its certificate, as PEM files."""

    key: Path
    certificate: Path


class Ca:
    """A certificate authority whose files lie in a folder."""

    def __init__(self, folder: Path, name: str = "Test CA") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.file = folder, folder / "ca.pem"
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(name)
        certificate = (
            _builder(self._name, self._name, self._key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(_usage(certificates=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        self.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def server(self, host: str) -> Signed:
        """A certificate for a server of this name or address."""
        try:
            named: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
        except ValueError:
            named = x509.DNSName(host)
        extensions = [(x509.SubjectAlternativeName([named]), False)]
        return self._sign(host, [ExtendedKeyUsageOID.SERVER_AUTH], extensions, critical=False)

    def stamper(self) -> Signed:
        """A certificate for a time-stamping authority (RFC 3161, 2.3)."""
        return self._sign("Test TSA", [ExtendedKeyUsageOID.TIME_STAMPING], [], critical=True)

    def _sign(
        self,
        name: str,
        purposes: list[x509.ObjectIdentifier],
        extensions: list[tuple[x509.ExtensionType, bool]],
        *,
        critical: bool,
    ) -> Signed:
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(_name(name), self._name, key.public_key())
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=critical)
        builder = builder.add_extension(_usage(certificates=False), critical=True)
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = builder.add_extension(issuer, critical=False)
        for extension, needed in extensions:
            builder = builder.add_extension(extension, critical=needed)
        certificate = builder.sign(self._key, hashes.SHA256())
        files = Signed(
            self.folder / f"{certificate.serial_number:x}.key",
            self.folder / f"{certificate.serial_number:x}.pem",
        )
        form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        files.key.write_bytes(key.private_bytes(*form))
        files.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return files


def context(signed: Signed) -> ssl.SSLContext:
    """What a server shows a client."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(signed.certificate, signed.key)
    return made


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    builder = builder.serial_number(x509.random_serial_number())
    return builder.not_valid_before(START).not_valid_after(END)


def _usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        not certificates, not certificates, False, False, False, certificates, certificates, False, False
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
