"""Calls outside reach what was judged and nothing else, and end in time."""

import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from server.domain.errors import InvalidInput, NotPermitted
from server.services import call_outside
from server.services.call_outside import NoAnswer, Pool, check_url, post_outside
from tests.outside import open_house
from tests.receivers import receiver


@pytest.fixture
def house(sqlite_app):
    with open_house(sqlite_app) as house:
        yield house


@pytest.fixture
def closed(sqlite_app):
    with open_house(sqlite_app, allowed="") as house:
        yield house


def post(url, body=b"{}"):
    with Pool() as pool:
        return post_outside(url, body, {"content-type": "application/json"}, pool)


def test_an_allowed_host_is_called_with_its_own_name(house):
    with receiver() as there:
        answer = post(f"http://127.0.0.1:{there.port}/hook?key=1", b'{"a":1}')
    assert (answer.status, there.requests[0].path) == (200, "/hook?key=1")
    assert there.requests[0].headers["host"] == f"127.0.0.1:{there.port}"
    assert there.requests[0].body == b'{"a":1}'


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1", "2130706433"],
)
def test_this_machine_is_not_called_by_any_of_its_names(closed, host):
    with receiver() as there:
        with pytest.raises((NotPermitted, InvalidInput)) as refusal:
            check_url(f"https://{host}:{there.port}/")
        assert refusal.value.code in ("host_forbidden", "host_not_found")
        with pytest.raises(NoAnswer) as nobody:
            post(f"http://{host}:{there.port}/")
        assert nobody.value.code in ("host_forbidden", "host_not_found")
        assert there.requests == []


def test_a_name_that_turns_inward_after_it_was_checked_is_not_called(closed, monkeypatch):
    answers = iter([["93.184.216.34"], ["127.0.0.1"]])

    def look_up(host, port, **_options):
        return [(2, 1, 6, "", (address, port)) for address in next(answers)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with receiver() as there:
        assert check_url("https://rebind.test/").host == "rebind.test"
        with pytest.raises(NoAnswer, match="host_forbidden"):
            post("https://rebind.test/")
        assert there.requests == []


def test_the_address_that_was_judged_is_the_one_connected_to(house, monkeypatch):
    looked_up = []

    def look_up(host, port, **_options):
        looked_up.append(host)
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(call_outside, "socket", _Named(look_up))
    with receiver() as there:
        post(f"http://erp.test:{there.port}/")
        assert looked_up == ["erp.test"]
        assert there.requests[0].headers["host"] == f"erp.test:{there.port}"


class _Named:
    """The socket module, with another telephone book."""

    SOCK_STREAM = socket.SOCK_STREAM

    def __init__(self, look_up):
        self.getaddrinfo = look_up


def test_redirections_are_not_followed(house):
    with receiver() as there, receiver() as elsewhere:
        there.usual = (302, b"", {"Location": elsewhere.url})
        assert post(there.url).status == 302
        assert elsewhere.requests == []


def test_only_the_beginning_of_a_long_answer_is_read(house):
    with receiver() as there:
        there.usual = (200, b"x" * 1_000_000)
        assert len(post(there.url).body) == call_outside.ANSWER_BYTES_MOST


def test_an_answer_that_drips_ends_with_the_whole_call(house, monkeypatch):
    monkeypatch.setattr(call_outside, "WHOLE_S", 0.3)
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip():
            connection, _ = server.accept()
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while not stop.wait(0.05):
                try:
                    connection.sendall(b"X-A: b\r\n")
                except OSError:
                    break
            connection.close()

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        with pytest.raises(NoAnswer, match="timed_out"):
            post(f"http://127.0.0.1:{server.getsockname()[1]}/")
        stop.set()
        thread.join()


def test_nobody_there_is_said_and_plain_http_is_no_tls(house):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(NoAnswer, match="unreachable"):
        post(f"http://127.0.0.1:{port}/")
    with receiver() as there, pytest.raises(NoAnswer, match="tls_failed"):
        post(f"https://127.0.0.1:{there.port}/")


def test_a_certificate_nobody_trusts_is_refused(house, tls_port):
    with pytest.raises(NoAnswer, match="tls_failed"):
        post(f"https://127.0.0.1:{tls_port}/")


@pytest.fixture
def tls_port(tmp_path):
    """A TLS server with a certificate it signed itself."""
    certificate, key = _self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            connection, _ = server.accept()
            try:
                context.wrap_socket(connection, server_side=True).close()
            except OSError:
                connection.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(5)


def _self_signed(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder / "cert.pem", folder / "key.pem"
