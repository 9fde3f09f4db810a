"""Receives messages as the platform's Python sample does: Qpid Proton, AMQP 1.0 over TLS.

Prints one JSON line per message, or the error that ended the connection. Settings come from the
environment, see `settings`. Written for the emulator's tests; nothing here knows the emulator.
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time

from proton import SSLDomain
from proton.handlers import MessagingHandler
from proton.reactor import Container

HASHES = {"hmacsha1": hashlib.sha1, "hmacsha256": hashlib.sha256, "hmacmd5": hashlib.md5}


def settings():
    names = ["URL", "CA", "ACCESS_KEY_ID", "ACCESS_KEY_SECRET", "GROUP", "CLIENT_ID", "COUNT"]
    return {name: os.environ["PROTON_" + name] for name in names}


def sign_in(given, method="hmacsha1"):
    """The user name and password that the platform documents for its own access keys."""
    timestamp = str(int(time.time() * 1000))
    text = "authId=%s&timestamp=%s" % (given["ACCESS_KEY_ID"], timestamp)
    digest = hmac.new(given["ACCESS_KEY_SECRET"].encode(), text.encode(), HASHES[method]).digest()
    parameters = [
        "authMode=aksign",
        "signMethod=" + method,
        "timestamp=" + timestamp,
        "authId=" + given["ACCESS_KEY_ID"],
        "iotInstanceId=",
        "consumerGroupId=" + given["GROUP"],
    ]
    user = "%s|%s|" % (given["CLIENT_ID"], ",".join(parameters))
    return user, base64.b64encode(digest).decode()


def tell(what):
    print(json.dumps(what), flush=True)


class Receiver(MessagingHandler):
    """Accepts each message after it is told; proton grants its usual window of ten."""

    def __init__(self, given):
        super(Receiver, self).__init__()
        self.given = given
        self.left = int(given["COUNT"])

    def on_start(self, event):
        domain = SSLDomain(SSLDomain.MODE_CLIENT)
        domain.set_trusted_ca_db(self.given["CA"])
        domain.set_peer_authentication(SSLDomain.VERIFY_PEER_NAME)
        user, password = sign_in(self.given)
        # Proton announces half of the heartbeat as its idle-time-out: 30 s, the least allowed.
        connection = event.container.connect(
            self.given["URL"],
            user=user,
            password=password,
            allowed_mechs="PLAIN",
            ssl_domain=domain,
            heartbeat=60,
            reconnect=False,
        )
        event.container.create_receiver(connection)

    def on_message(self, event):
        body = event.message.body
        properties = {key: str(value) for key, value in event.message.properties.items()}
        tell({"body": bytes(body).decode(), "properties": properties})
        self.left -= 1
        if self.left == 0:
            event.connection.close()

    def on_transport_error(self, event):
        condition = event.transport.condition
        tell({"error": condition.name, "description": condition.description})
        sys.exit(1)

    def on_connection_error(self, event):
        condition = event.connection.remote_condition
        tell({"error": condition.name, "description": condition.description})
        event.connection.close()

    def on_link_error(self, event):
        condition = event.link.remote_condition
        tell({"error": condition.name, "description": condition.description})
        event.connection.close()


Container(Receiver(settings())).run()
