"""The proxy of the RocketMQ tests does what it says, against a name server of a few lines; no real server is needed."""

import contextlib
import socket
import struct
import threading
import unittest

import rocketmq
import stored
from faulty_proxy import FaultyProxy

remoting = rocketmq.remoting


class Echo:
    """A server that answers each frame with one of the same header and the body it was given."""

    def __init__(self, body=b"x" * 1000):
        self.body = body
        self.received = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        if self._listener.fileno() >= 0:
            self._listener.shutdown(socket.SHUT_RDWR)  # or the waiting accept() keeps it open
        self._listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection):
        with connection, contextlib.suppress(OSError):
            while (payload := receive(connection)) is not None:
                self.received += 1
                connection.sendall(remoting.frame(remoting.parse(payload)[0], self.body))


def receive(connection):
    """A frame without its length; None at an orderly end between frames."""
    data = bytearray()
    while len(data) < 4 or len(data) < 4 + struct.unpack_from(">I", data)[0]:
        wanted = 4 if len(data) < 4 else 4 + struct.unpack_from(">I", data)[0]
        piece = connection.recv(wanted - len(data))
        if not piece:
            if data:
                raise EOFError(f"{len(data)} bytes of a frame")
            return None
        data += piece
    return bytes(data[4:])


class Proxy(unittest.TestCase):
    def setUp(self):
        self.server = Echo()
        self.addCleanup(self.server.close)

    def proxy(self, **rates):
        return self.enterContext(FaultyProxy(self.server.address, **rates))

    def connect(self, address):
        host, port = address.split(":")
        return self.enterContext(socket.create_connection((host, int(port)), 10))

    def ask(self, connection, opaque=0):
        connection.sendall(remoting.frame({"code": 1, "opaque": opaque}))
        payload = receive(connection)
        self.assertIsNotNone(payload, "closed before the answer")
        header, body = remoting.parse(payload)
        return header["opaque"], body

    def test_counts_codes(self):
        proxy = self.proxy()
        self.ask(self.connect(proxy.name_server))
        self.assertEqual(proxy.codes, {1: 1})

    def test_without_faults(self):
        connection = self.connect(self.proxy().name_server)
        for opaque in range(5):
            self.assertEqual(self.ask(connection, opaque), (opaque, self.server.body))

    def test_brokers_addresses_are_the_proxys(self):
        broker = Echo(b"from the broker")
        self.addCleanup(broker.close)
        self.server.body = b'{"brokerDatas":[{"brokerAddrs":{0:"%s"}}]}' % broker.address.encode()
        _, body = self.ask(self.connect(self.proxy().name_server))
        (address,) = remoting.loads(body)["brokerDatas"][0]["brokerAddrs"].values()
        self.assertNotEqual(address, broker.address)
        self.assertEqual(self.ask(self.connect(address)), (0, b"from the broker"))

    def test_cut(self):
        connection = self.connect(self.proxy(cut=1).name_server)
        with self.assertRaises((ConnectionResetError, EOFError)):
            self.ask(connection)

    def test_half(self):
        connection = self.connect(self.proxy(half=1).name_server)
        with self.assertRaises(EOFError):
            self.ask(connection)

    def test_drop(self):
        proxy = self.proxy(drop=1)
        connection = self.connect(proxy.name_server)
        connection.sendall(remoting.frame({"code": 1, "opaque": 1}))
        while not proxy.counts["drop"]:
            pass
        proxy.rates = {}
        self.assertEqual(self.ask(connection, 2)[0], 2)

    def test_delay(self):
        proxy = self.proxy(delay=1, delay_s=0.01)
        self.assertEqual(self.ask(self.connect(proxy.name_server), 7)[0], 7)
        self.assertEqual(proxy.counts["delay"], 1)

    def test_twice(self):
        connection = self.connect(self.proxy(twice=1).name_server)
        self.ask(connection, 3)
        self.assertEqual(remoting.parse(receive(connection))[0]["opaque"], 3)

    def test_flip(self):
        sent = [bytes([i]) * 100 for i in range(3)]
        self.server.body = b"".join(stored.message("t", i, body) for i, body in enumerate(sent))
        proxy = self.proxy(flip=1)
        _, body = self.ask(self.connect(proxy.name_server))
        self.assertEqual(len(body), len(self.server.body))
        (place,) = (i for i, (before, after) in enumerate(zip(self.server.body, body)) if before != after)
        self.assertTrue(any(at <= place < at + length for at, length in stored.bodies(body)))
        self.server.body = b"no messages"
        self.assertEqual(self.ask(self.connect(proxy.name_server))[1], self.server.body)
        self.assertEqual(proxy.counts["flip"], 1)

    def test_lose(self):
        connection = self.connect(self.proxy(lose=1).name_server)
        with self.assertRaises(ConnectionResetError):
            self.ask(connection)
        self.assertEqual(self.server.received, 0)

    def test_cut_all(self):
        proxy = self.proxy()
        connection = self.connect(proxy.name_server)
        self.ask(connection)
        proxy.cut_all()
        with self.assertRaises((ConnectionResetError, BrokenPipeError, AssertionError)):
            self.ask(connection)
        self.ask(self.connect(proxy.name_server))

    def test_server_that_is_down(self):
        proxy = self.proxy()
        self.server.close()
        with self.assertRaises((ConnectionResetError, BrokenPipeError)):
            self.ask(self.connect(proxy.name_server))

    def test_a_seed_breaks_the_same_frames(self):
        # No resets here: what a reset leaves of the replies before it is a matter of time.
        def run(seed):
            with FaultyProxy(self.server.address, seed=seed, half=0.1, twice=0.1) as proxy:
                outcome = []
                for _ in range(20):
                    connection = self.connect(proxy.name_server)
                    try:
                        for opaque in range(10):
                            outcome.append(self.ask(connection, opaque)[0])
                    except (AssertionError, EOFError, OSError):
                        outcome.append("closed")
                return outcome

        self.assertEqual(run(1), run(1))
        self.assertNotEqual(run(1), run(2))

    def test_unknown_fault(self):
        with self.assertRaises(ValueError):
            FaultyProxy(self.server.address, cutt=1)


if __name__ == "__main__":
    unittest.main()
