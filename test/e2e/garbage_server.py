"""A server on loopback that a RocketMQ client takes for a name server or a broker, and that answers with garbage.

    with GarbageServer(GARBAGE["http"], to=of_name_server) as server:
        ... a client of server.address, whatever topic it asks for ...

`to` says which requests are answered with garbage; the others are answered as a name server and a broker with one topic
of one queue on broker `a` would, so that the client comes that far. A kind of garbage is a function of (connection,
opaque) that sends what it likes; the connection stays open behind it."""

import contextlib
import json
import random
import socket
import struct
import threading
import time

import stored

PULL, RUNTIME_INFO, MAX_OFFSET, MIN_OFFSET, HEARTBEAT, ROUTE, CLUSTER, PRODUCERS = 11, 28, 30, 31, 34, 105, 106, 204
SEND_BATCH = 320
SUCCESS, SYSTEM_ERROR, PULL_NOT_FOUND = 0, 1, 19


# What is answered with garbage.


def of_nothing(code):
    return False


def of_name_server(code):
    return code in (ROUTE, CLUSTER)


def of_broker(code):
    return code not in (ROUTE, CLUSTER, HEARTBEAT)


def of_greeting(code):
    return code == HEARTBEAT


def of_pull(code):
    return code == PULL


def of_send(code):
    return code == SEND_BATCH


def frame(opaque, code=SUCCESS, fields=None, body=b"", **more):
    header = {"code": code, "flag": 1, "language": "JAVA", "opaque": opaque, "version": 481,
              "serializeTypeCurrentRPC": "JSON", "extFields": fields or {}, **more}
    return raw(json.dumps(header).encode(), body)


def raw(header, body=b"", kind=0, header_length=None, length=None):
    """A frame of these parts; the lengths are what it says in place of the truth."""
    header_length = len(header) if header_length is None else header_length
    length = 4 + len(header) + len(body) if length is None else length
    return struct.pack(">II", length, kind << 24 | header_length) + header + body


def always(data):
    return lambda connection, opaque: connection.sendall(data)


def answer(**parts):
    return lambda connection, opaque: connection.sendall(frame(opaque, **parts))


def _other_opaque(connection, opaque):
    connection.sendall(frame(opaque + 1_000_000))


def _endless(connection, opaque):
    for _ in range(200):
        connection.sendall(frame(opaque + 1_000_000, body=bytes(1 << 20)))


def _slow(connection, opaque):
    for byte in frame(opaque):
        connection.sendall(bytes([byte]))
        time.sleep(0.05)


def _close(connection, opaque):
    connection.shutdown(socket.SHUT_RDWR)


def _pull(body, **fields):
    return {"fields": {"nextBeginOffset": 5, "minOffset": 0, "maxOffset": 5, **fields}, "body": body}


_RANDOM = random.Random(1).randbytes(5000)

GARBAGE = {
    "random bytes": always(_RANDOM),
    "http": always(b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<html></html>"),
    "frame of no bytes": always(bytes(4)),
    "frame beyond the limit": always(raw(b"{}", length=0x7FFFFFFF)),
    "frame of a negative length": always(raw(b"{}", length=0xFFFFFFFF)),
    "frame that never comes": always(raw(b"{}", length=16 << 20)),
    "header beyond its frame": always(raw(b"{}", header_length=0xFFFFFF)),
    "header beyond the limit": always(raw(bytes(2 << 20))),
    "header that is no JSON": always(raw(b"{code:0")),
    "header that is no object": always(raw(b"[1,2]")),
    "header of brackets": always(raw(b"[" * (1 << 20))),
    "header of deep fields": always(raw(b'{"code":0,"extFields":{"offset":' + b"[" * 250_000 + b"]" * 250_000 + b"}}")),
    "header of another kind": always(raw(b"{}", kind=7)),
    "binary header with lying lengths": always(raw(struct.pack(">hBhiiI", 0, 0, 0, 0, 1, 1 << 30) + b"x", kind=1)),
    "code of another type": lambda connection, opaque: connection.sendall(frame(opaque, code="zero")),
    "numbers beyond theirs": lambda connection, opaque: connection.sendall(
        frame(opaque, code=1 << 40, fields={"offset": 1 << 70})),
    "nothing": answer(),
    "refusal": answer(code=1, remark="no\x1b[2J\nway"),
    "long refusal": answer(code=1, remark="no" * 100_000),
    "body of random bytes": answer(body=_RANDOM, fields={"nextBeginOffset": "soon", "offset": "-"}),
    "body of brackets": answer(body=b"[" * (15 << 20)),
    "body of many objects": answer(body=b'{"queueDatas":[' + b"{}," * (5 << 20) + b"{}]}"),
    "route to nowhere": answer(body=json.dumps({
        "brokerDatas": [{"brokerName": "a", "brokerAddrs": {"0": "no address"}}, 7],
        "queueDatas": [{"brokerName": "a", "perm": 6, "readQueueNums": 1 << 31, "writeQueueNums": 1 << 40}, "x"],
        "brokerAddrTable": {"a": {"brokerName": "a", "brokerAddrs": {"0": "[::]:99999"}}}}).encode()),
    "answer to another": _other_opaque,
    "endless answers": _endless,
    "a byte at a time": _slow,
    "silence": lambda connection, opaque: None,
    "close": _close,
    "pull that goes back": answer(**_pull(_RANDOM, nextBeginOffset=-1)),
    "pull without messages": answer(**_pull(b"")),
}


class GarbageServer:
    """Started and stopped by `with`. `garbage` and `to` may be replaced at any time; `messages` are what a pull brings
    where it is answered well. What is sent is kept behind them; where the answer is garbage only if `keeps`."""

    def __init__(self, garbage, to, messages=(), keeps=True):
        self.garbage = garbage
        self.to = to
        self.messages = list(messages)
        self.keeps = keeps
        self.sent = []  # the bodies among them that were sent
        self._kept_at = 0  # where the last batch begins
        self.answered_badly = 0
        self.next_pull = 0  # the offset that was asked for last
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.address = "127.0.0.1:%d" % self._listener.getsockname()[1]
        self._open = set()

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)  # or the waiting accept() keeps it open
        self._listener.close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        self._open.add(connection)
        with connection, contextlib.suppress(OSError), connection.makefile("rb") as requests:
            while len(head := requests.read(8)) == 8:
                length, word = struct.unpack(">II", head)
                payload = requests.read(length - 4)
                code, opaque, fields = _parse(payload[:word & 0xFFFFFF])
                bad = self.to(code)
                if code == SEND_BATCH and (self.keeps or not bad):
                    self._keep(fields["b"], payload[word & 0xFFFFFF:])
                if bad:
                    self.answered_badly += 1
                    self.garbage(connection, opaque)
                else:
                    connection.sendall(self._good(code, opaque, fields))
        self._open.discard(connection)

    def _good(self, code, opaque, fields):
        broker = {"brokerName": "a", "brokerAddrs": {"0": self.address}, "cluster": "c"}
        if code == ROUTE:
            queues = {"brokerName": "a", "perm": 6, "readQueueNums": 1, "writeQueueNums": 1, "topicSysFlag": 0}
            return frame(opaque, body=json.dumps({"brokerDatas": [broker], "queueDatas": [queues]}).encode())
        if code == CLUSTER:
            return frame(opaque, body=json.dumps({"brokerAddrTable": {"a": broker}}).encode())
        if code == PULL:
            self.next_pull = at = int(fields["queueOffset"])
            ends = {"minOffset": 0, "maxOffset": len(self.messages), "nextBeginOffset": len(self.messages)}
            if at < len(self.messages):
                return frame(opaque, fields=ends, body=b"".join(self.messages[at:]))
            time.sleep(0.1)
            return frame(opaque, code=PULL_NOT_FOUND, fields=ends)
        if code == PRODUCERS:
            return frame(opaque, code=SYSTEM_ERROR, remark="the producer group does not exist")
        if code == RUNTIME_INFO:
            return frame(opaque, body=json.dumps({"table": {"commitLogMaxOffset": "0", "dispatchBehindBytes": "0"}}).encode())
        offsets = {MAX_OFFSET: len(self.messages), MIN_OFFSET: 0}
        return frame(opaque, fields={"offset": offsets.get(code, 0), "queueOffset": self._kept_at})

    def _keep(self, topic, request):
        self._kept_at = len(self.messages)
        for body, properties in stored.of_batch(request):
            self.messages.append(stored.message(topic, len(self.messages), body, properties=properties))
            self.sent.append(body)


def _parse(header):
    """(code, opaque, fields) of a request with a binary header, as temblor writes it."""
    code, _, _, opaque, _, remark = struct.unpack_from(">hBhiiI", header)
    at = 17 + remark + 4
    fields = {}
    while at < len(header):
        texts = []
        for form in (">H", ">I"):
            (length,) = struct.unpack_from(form, header, at)
            at += struct.calcsize(form)
            texts.append(header[at:at + length].decode(errors="replace"))
            at += length
        fields[texts[0]] = texts[1]
    return code, opaque, fields


def messages(topic, bodies):
    """Good ones for GarbageServer."""
    return [stored.message(topic, offset, body) for offset, body in enumerate(bodies)]
