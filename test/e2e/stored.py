"""Messages as a RocketMQ broker stores them and sends them in the reply to a pull, one behind the other; and as it takes
many at once."""

import struct
import zlib

MAGIC = 0xDAA320A7
_BORN_HOST_V6, _STORE_HOST_V6 = 1 << 4, 1 << 5
_FLAGS_AT, _BORN_HOST_AT = 36, 48


def message(topic, offset, body, stored_ms=1_700_000_000_000, crc=None, body_length=None, queue=0,
            properties=b""):
    """One message; `crc` and `body_length` are what it says in place of the truth."""
    crc = zlib.crc32(body) & 0x7FFFFFFF if crc is None else crc
    host = b"\x7f\0\0\x01" + struct.pack(">i", 10911)
    rest = struct.pack(">IIiiqqiq", MAGIC, crc, queue, 0, offset, 0, 0, stored_ms) + host
    rest += struct.pack(">q", stored_ms) + host + bytes(12)
    rest += struct.pack(">I", len(body) if body_length is None else body_length) + body
    rest += bytes([len(topic)]) + topic.encode() + struct.pack(">H", len(properties)) + properties
    return struct.pack(">I", 4 + len(rest)) + rest


def batch(bodies_):
    """The body of a SEND_BATCH_MESSAGE request."""
    return b"".join(struct.pack(">I12xI", 22 + len(body), len(body)) + body + bytes(2) for body in bodies_)


def of_batch(request):
    """(body, properties) of each message in the body of a SEND_BATCH_MESSAGE request."""
    at = 0
    while at < len(request):
        size, length = struct.unpack_from(">I12xI", request, at)
        yield request[at + 20:at + 20 + length], request[at + 22 + length:at + size]
        at += size


def bodies(reply):
    """(place, length) of the body of each message in the reply's body; none if it holds no messages."""
    found = []
    at = 0
    while at + _BORN_HOST_AT <= len(reply):
        size, magic = struct.unpack_from(">II", reply, at)
        if magic != MAGIC:
            break
        (flags,) = struct.unpack_from(">i", reply, at + _FLAGS_AT)
        hosts = sum(20 if flags & each else 8 for each in (_BORN_HOST_V6, _STORE_HOST_V6))
        place = at + _BORN_HOST_AT + hosts + 8 + 12
        (length,) = struct.unpack_from(">I", reply, place)
        found.append((place + 4, length))
        at += size
    return found
