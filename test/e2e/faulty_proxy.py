"""A TCP proxy between a RocketMQ client and its servers that breaks connections in chosen ways, the same for a seed.

It stands in for the name server. Brokers tell the name server their address and clients go there, so the proxy listens
for each broker too, once a reply of the name server names it, and puts that address in place of the broker's.

    with FaultyProxy(servers.name_server, seed=1, cut=0.01, twice=0.02) as proxy:
        ... a client of proxy.name_server ...

Each fault has a rate, the share of the frames that it befalls. By itself:

    python3 test/e2e/faulty_proxy.py --name-server 127.0.0.1:9876 --seed 1 --cut 0.01
"""

import argparse
import asyncio
import collections
import itertools
import json
import random
import re
import socket
import struct
import threading

import stored

LONGEST_FRAME_BYTES = 64 << 20

OF_REPLIES = {
    "cut": "a part of the reply, then a reset",
    "half": "the first half of the reply, then an orderly close",
    "drop": "no reply, on a connection that stays",
    "delay": "the reply, and all behind it, up to delay_s later",
    "twice": "the reply twice",
    "flip": "one bit of the body of one of the messages in the reply to a pull is another",
}
OF_REQUESTS = {"lose": "a reset before the server has the request"}


class FaultyProxy:
    """Started and stopped by `with`; it runs in a thread of its own. `rates` may be replaced at any time. Which frame
    of a connection meets which fault follows from the seed, the server, and the connection's number there."""

    def __init__(self, name_server, seed=0, delay_s=0.2, **rates):
        unknown = set(rates) - set(OF_REPLIES) - set(OF_REQUESTS)
        if unknown:
            raise ValueError(f"no fault {', '.join(sorted(unknown))}; there are {', '.join([*OF_REPLIES, *OF_REQUESTS])}")
        self.rates = rates
        self.seed = seed
        self.delay_s = delay_s
        self.counts = collections.Counter()  # what befell how many frames, and `frames`
        self.codes = collections.Counter()  # of the replies, as the servers sent them
        self._name_server = name_server
        self._listening = {}  # a server's address -> the proxy's address for it
        self._connections = {}  # a server's address -> numbers of its connections
        self._servers = []
        self._open = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="faulty proxy")

    def __enter__(self):
        self._thread.start()
        self.name_server = self._call(self._stand_in_for(self._name_server))
        return self

    def __exit__(self, *_):
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut_all(self):
        """Resets every connection there is now."""
        self._call(self._reset_all())

    def broker(self, address):
        """Where the proxy listens for a broker."""
        return self._call(self._stand_in_for(address))

    # In the loop's thread from here on.

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(60)

    async def _stand_in_for(self, address):
        if address not in self._listening:
            self._connections[address] = itertools.count()
            server = await asyncio.start_server(lambda *streams: self._serve(address, *streams), "127.0.0.1", 0)
            self._servers.append(server)
            self._listening.setdefault(address, "127.0.0.1:%d" % server.sockets[0].getsockname()[1])
        return self._listening[address]

    async def _serve(self, address, from_client, to_client):
        name = f"{self.seed} {list(self._listening).index(address)} {next(self._connections[address])}"
        host, port = address.rsplit(":", 1)
        writers = [to_client]
        self._open.add(to_client)
        try:
            from_server, to_server = await asyncio.open_connection(host, int(port))
            writers.append(to_server)
            self._open.add(to_server)
            pumps = [asyncio.create_task(self._requests(random.Random(name + " requests"), from_client, to_server)),
                     asyncio.create_task(self._replies(random.Random(name + " replies"), from_server, to_client,
                                                       address == self._name_server))]
            done, rest = await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            orderly = all(each.exception() is None for each in done)
            for each in rest:
                each.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
        except OSError:
            orderly = False  # the server is down
        for writer in writers:
            if orderly:
                writer.close()
            else:
                _reset(writer)
            self._open.discard(writer)

    async def _requests(self, dice, source, target):
        while (frame := await _read_frame(source)) is not None:
            if self._fault(dice, OF_REQUESTS) == "lose":
                raise ConnectionResetError
            target.write(frame)
            await target.drain()

    async def _replies(self, dice, source, target, names_brokers):
        while (frame := await _read_frame(source)) is not None:
            if names_brokers:
                frame = await self._with_addresses(frame)
            self.counts["frames"] += 1
            self.codes[_code(frame)] += 1
            fault = self._fault(dice, OF_REPLIES)
            # The dice are cast for every frame alike, so that one fault does not shift those behind it.
            part, wait = dice.random(), dice.random() * self.delay_s
            if fault == "cut":
                target.write(frame[:int(part * len(frame))])
                await target.drain()
                raise ConnectionResetError
            if fault == "half":
                target.write(frame[:len(frame) // 2])
                await target.drain()
                return
            if fault == "drop":
                continue
            if fault == "flip":
                frame = self._flip(frame, part)
            if fault == "delay":
                await asyncio.sleep(wait)
            target.write(frame * 2 if fault == "twice" else frame)
            await target.drain()

    def _fault(self, dice, faults):
        chance = dice.random()
        for fault in faults:
            chance -= self.rates.get(fault, 0)
            if chance < 0:
                self.counts[fault] += 1
                return fault
        return None

    def _flip(self, frame, part):
        (header_word,) = struct.unpack_from(">I", frame, 4)
        start = 8 + (header_word & 0xFFFFFF)
        places = [(at, length) for at, length in stored.bodies(frame[start:]) if length]
        if not places:
            self.counts["flip"] -= 1  # no messages: nothing was done to it
            return frame
        at, length = places[int(part * len(places))]
        flipped = bytearray(frame)
        flipped[start + at + int(part * length)] ^= 1
        return bytes(flipped)

    async def _with_addresses(self, frame):
        """The frame with the proxy's addresses in place of brokers' in its body."""
        (header_word,) = struct.unpack_from(">I", frame, 4)
        start = 8 + (header_word & 0xFFFFFF)
        body = frame[start:]
        for address in sorted(set(re.findall(rb'"([\w.-]+:\d+)"', body))):
            own = await self._stand_in_for(address.decode())
            body = body.replace(b'"%s"' % address, b'"%s"' % own.encode())
        return struct.pack(">I", start - 4 + len(body)) + frame[4:start] + body

    async def _reset_all(self):
        for writer in list(self._open):
            _reset(writer)

    async def _end(self):
        for server in self._servers:
            server.close()
        tasks = asyncio.all_tasks(self._loop) - {asyncio.current_task()}
        await self._reset_all()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _read_frame(source):
    """A frame with its length; None at the end of the connection, in the middle of a frame too."""
    try:
        head = await source.readexactly(4)
        (length,) = struct.unpack(">I", head)
        if length > LONGEST_FRAME_BYTES:
            raise ConnectionResetError  # no frame of this protocol
        return head + await source.readexactly(length)
    except asyncio.IncompleteReadError:
        return None


def _code(frame):
    """The code of a reply; servers write a header as the request's was."""
    (word,) = struct.unpack_from(">I", frame, 4)
    header = frame[8:8 + (word & 0xFFFFFF)]
    return struct.unpack_from(">h", header)[0] if word >> 24 else json.loads(header)["code"]


def _reset(writer):
    connection = writer.get_extra_info("socket")
    if connection is not None and connection.fileno() >= 0:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name-server", required=True, metavar="HOST:PORT")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--delay-s", type=float, default=0.2, help="the longest delay")
    for fault, meaning in {**OF_REPLIES, **OF_REQUESTS}.items():
        parser.add_argument(f"--{fault}", type=float, default=0, metavar="RATE", help=meaning)
    options = vars(parser.parse_args())
    with FaultyProxy(options.pop("name_server"), options.pop("seed"), options.pop("delay_s"), **options) as proxy:
        print(proxy.name_server, flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print(dict(proxy.counts))


if __name__ == "__main__":
    main()
