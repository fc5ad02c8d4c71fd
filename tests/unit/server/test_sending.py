"""Messages over real connections of this machine: signed HTTP and e-mail, and bad receivers."""

from __future__ import annotations

import json
import socketserver
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from headrace.controller.notices import trial_of
from headrace.errors import InfrastructureError, InvalidRequest
from headrace.server import sending
from headrace.server.sending import MailSettings, Sender, is_signed, signature
from headrace.store import Webhook

SECRET = b"0123456789abcdef"


class Clock:
    def now(self):
        return 1000.0


class Receiver(BaseHTTPRequestHandler):
    answers = 200
    got = ()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).got = (*type(self).got, (dict(self.headers), body))
        if self.answers == "slowly":
            for _ in range(100):
                self.wfile.write(b"H")
                self.wfile.flush()
                time.sleep(0.05)
        self.send_response(self.answers)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    kind = type("Own", (Receiver,), {"got": ()})
    with HTTPServer(("127.0.0.1", 0), kind) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        kind.url = f"http://127.0.0.1:{server.server_port}/hook"
        server.handle_error = lambda *_: None
        yield kind
        server.shutdown()
        thread.join()


def webhook(url, **more):
    return Webhook(id="w", namespace="", name="w", url=url, created_at=0.0, **more)


def send(to, *, secret=SECRET, mail=None, private=True):
    Sender(Clock(), private, mail)(to, trial_of(to, now=5.0), secret)


def test_a_message_arrives_with_its_id_and_a_signature(receiver):
    to = webhook(receiver.url)
    send(to)
    ((headers, body),) = receiver.got
    assert json.loads(body)["run"]["state"] == "succeeded"
    assert headers["Headrace-Delivery"] == trial_of(to, now=5.0).id
    assert is_signed(SECRET, body, headers, 1010.0)


@pytest.mark.parametrize(
    ("change", "ok"),
    [
        (lambda secret, body, headers, now: (secret, body, headers, now), True),
        (lambda secret, body, headers, now: (b"another secret..", body, headers, now), False),
        (lambda secret, body, headers, now: (secret, body + b" ", headers, now), False),
        (lambda secret, body, headers, now: (secret, body, headers, now + 301), False),
        (lambda secret, body, headers, now: (secret, body, {}, now), False),
        (
            lambda secret, body, headers, now: (
                secret,
                body,
                {"Headrace-Signature": headers["Headrace-Signature"].replace("t=1000", "t=1001")},
                now,
            ),
            False,
        ),
    ],
    ids=["as sent", "secret", "body", "too old", "not signed", "another time"],
)
def test_a_signature_holds_for_this_body_this_time_and_this_secret(change, ok):
    headers = {"Headrace-Signature": signature(SECRET, b"body", 1000.0)}
    assert is_signed(*change(SECRET, b"body", headers, 1000.0)) is ok


def test_without_a_secret_nothing_is_signed(receiver):
    send(webhook(receiver.url, format="slack"), secret=None)
    ((headers, _),) = receiver.got
    assert "Headrace-Signature" not in headers


@pytest.mark.parametrize(
    ("status", "error"), [(500, InfrastructureError), (302, InfrastructureError), (410, InvalidRequest)]
)  # fmt: skip
def test_an_answer_that_is_no_success_is_a_failure(receiver, status, error):
    receiver.answers = status
    with pytest.raises(error, match=str(status)):
        send(webhook(receiver.url))


def test_a_receiver_that_answers_byte_by_byte_is_cut_off(receiver, monkeypatch):
    monkeypatch.setattr(sending, "_TIMEOUT_S", 0.3)
    receiver.answers = "slowly"
    begun = time.monotonic()
    with pytest.raises(InfrastructureError) as raised:
        send(webhook(receiver.url))
    assert raised.value.retryable
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1/", "http://169.254.169.254/", "http://[::1]/", "http://10.0.0.1/"],
)
def test_private_addresses_are_not_asked_unless_that_is_allowed(url):
    with pytest.raises(InvalidRequest, match="may ask"):
        send(webhook(url), private=False)


@pytest.mark.parametrize(
    ("to", "said"),
    [
        (webhook("ftp://x/"), "http"),
        (webhook("http://me:pw@x/"), "credentials"),
        (webhook("http://169.254.169.254/"), "may ask"),
        (webhook("mailto:a@b.c", format="email"), "sends no e-mail"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.url,
)
def test_a_webhook_that_goes_nowhere_is_refused_when_it_is_made(to, said):
    with pytest.raises(InvalidRequest, match=said):
        Sender(Clock()).check(to)


MAIL = MailSettings(host="127.0.0.1", sender="runs@example.org", security="none", password="hush")


@pytest.mark.parametrize(
    "url", ["mailto:a@b.c\nBcc: x@y.z", "mailto:a,b@c.d", "a@b.c", "mailto:", "mailto:a@b.c?cc=x@y"]
)
def test_an_address_is_one_address(url):
    with pytest.raises(InvalidRequest):
        Sender(Clock(), mail=MAIL).check(webhook(url, format="email"))


class MailServer(socketserver.StreamRequestHandler):
    refuses = False
    got = b""

    def handle(self):
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = iter(self.rfile.readline, b".\r\n")
                type(self).got = b"".join(lines)
            if verb == b"RCPT" and self.refuses:
                self.wfile.write(b"550 nobody\r\n")
            elif verb == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                self.wfile.write(b"250 ok\r\n")


@pytest.fixture
def mail_server():
    kind = type("Own", (MailServer,), {})
    with socketserver.TCPServer(("127.0.0.1", 0), kind) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        kind.port = server.server_address[1]
        yield kind
        server.shutdown()
        thread.join()


def mail_to(server):
    return MailSettings(host="127.0.0.1", sender="runs@example.org", port=server.port, security="none")  # fmt: skip


def test_an_e_mail_arrives(mail_server):
    to = webhook("mailto:ann@example.org", format="email")
    Sender(Clock(), mail=mail_to(mail_server)).check(to)
    send(to, mail=mail_to(mail_server))
    text = mail_server.got.decode()
    assert "To: ann@example.org" in text
    assert "Subject: a test of this notification succeeded" in text


def test_an_address_that_is_refused_is_not_tried_again(mail_server):
    mail_server.refuses = True
    with pytest.raises(InvalidRequest, match="refuses the address"):
        send(webhook("mailto:ann@example.org", format="email"), mail=mail_to(mail_server))


def test_a_mail_server_that_is_down_is_tried_again():
    with pytest.raises(InfrastructureError) as raised:
        send(
            webhook("mailto:ann@example.org", format="email"),
            mail=MailSettings(host="127.0.0.1", sender="r@e.org", port=9, security="none"),
        )
    assert raised.value.retryable


def test_the_password_shows_in_no_text():
    assert "hush" not in repr(Sender(Clock(), mail=MAIL))
