"""The little of RocketMQ's Remoting protocol that starting and preparing servers takes: a request, its answer.

A frame is its length in 4 bytes, a word with how the header is written (0: JSON) and its length, the header, a body."""

import json
import re
import socket
import struct

from loopback.problem import Problem

QUERY_CONSUMER_OFFSET = 14
UPDATE_AND_CREATE_TOPIC = 17
UPDATE_BROKER_CONFIG = 25
GET_BROKER_RUNTIME_INFO = 28
GET_MAX_OFFSET = 30
GET_ROUTE = 105
GET_CLUSTER = 106
DELETE_TOPIC_IN_BROKER = 215
DELETE_TOPIC_IN_NAME_SERVER = 216

SUCCESS = 0
TOPIC_NOT_EXIST = 17

_MOST_FRAME_BYTES = 64 << 20


def frame(header, body=b""):
    data = json.dumps(header).encode()
    return struct.pack(">II", 4 + len(data) + len(body), len(data)) + data + body


def parse(payload):
    """(header, body) of a frame without its first 4 bytes; the header must be JSON."""
    (word,) = struct.unpack_from(">I", payload)
    if word >> 24 != 0:
        raise ValueError(f"the header is not JSON but of kind {word >> 24}")
    end = 4 + (word & 0xFFFFFF)
    return json.loads(payload[4:end]), payload[end:]


def loads(body):
    """JSON as RocketMQ writes it: numbers as keys stand there without quotes."""
    return json.loads(re.sub(rb"([{,]\s*)(\d+)(\s*:)", rb'\1"\2"\3', body))


def request(address, code, fields=None, body=b"", timeout_s=5):
    """(answer's code, its header's fields, body); OSError where the server cannot be reached in time."""
    host, port = address.rsplit(":", 1)
    header = {"code": code, "language": "PYTHON", "version": 0, "opaque": 1, "flag": 0,
              "serializeTypeCurrentRPC": "JSON", "extFields": {k: str(v) for k, v in (fields or {}).items()}}
    with socket.create_connection((host, int(port)), timeout_s) as connection:
        connection.settimeout(timeout_s)
        connection.sendall(frame(header, body))
        (length,) = struct.unpack(">I", _receive(connection, 4))
        if not 4 <= length <= _MOST_FRAME_BYTES:
            raise OSError(f"{address} answers with a frame of {length} bytes")
        answer, body = parse(_receive(connection, length))
    return answer["code"], {**answer.get("extFields", {}), "remark": answer.get("remark")}, body


def ask(address, code, fields=None, body=b"", timeout_s=5):
    """As request(), but whatever is not a success is a Problem; (fields, body)."""
    try:
        status, answer, body = request(address, code, fields, body, timeout_s)
    except OSError as error:
        raise Problem(f"{address} does not answer request {code}: {error}") from error
    if status != SUCCESS:
        raise Problem(f"{address} refuses request {code} with code {status}: {answer['remark']}")
    return answer, body


def _receive(connection, count):
    data = bytearray()
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            raise OSError("the connection was closed before the answer")
        data += piece
    return bytes(data)
