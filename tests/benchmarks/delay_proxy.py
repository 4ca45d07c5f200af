"""A proxy on this machine that hands every byte on a little later, as a far network does; order is kept."""
import asyncio
import threading
import time
from contextlib import suppress


class DelayProxy:
    """Listens on `port` and passes everything to `target_port` and back, half of `round_trip` seconds later each way."""

    def __init__(self, target_port, round_trip):
        self.target_port, self.delay = target_port, round_trip / 2
        self.ready = threading.Event()
        threading.Thread(target=asyncio.run, args=(self.serve(),), daemon=True).start()
        self.ready.wait()

    async def serve(self):
        self.loop, self.stop = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self.connect, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        async with server:
            await self.stop.wait()

    def close(self):
        self.loop.call_soon_threadsafe(self.stop.set)

    async def connect(self, reader, writer):
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target_port)
        except OSError:
            writer.close()
            return
        with suppress(asyncio.CancelledError):          # the proxy is closed while connections are open
            await asyncio.gather(self.pipe(reader, far_writer), self.pipe(far_reader, writer))

    async def pipe(self, reader, writer):
        """Read at once, write when each piece is due: a pipe that is long, not narrow."""
        due = asyncio.Queue()
        sender = asyncio.create_task(self.send(due, writer))
        while True:
            try:
                data = await reader.read(1 << 16)
            except OSError:
                data = b""
            due.put_nowait((time.monotonic() + self.delay, data))
            if not data:
                await sender
                return

    async def send(self, due, writer):
        while True:
            when, data = await due.get()
            await asyncio.sleep(max(0, when - time.monotonic()))
            try:
                if not data:
                    writer.close()
                    return
                writer.write(data)
                await writer.drain()
            except OSError:
                return
