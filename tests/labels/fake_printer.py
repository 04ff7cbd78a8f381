"""A printer without paper: listens on TCP, speaks ~HS, ~HI and <ESC>!?, fails as it is told.

    with FakePrinter("zpl") as printer:
        printer.stop_after = 3          # out of paper
        ...
        printer.load_paper()

`printed` are the formats that came out on paper, in order, each with all its bytes.
"""

import asyncio
import re
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

_ZPL_END = b"^XZ"
_BITMAP = re.compile(rb"BITMAP \d+,\d+,(\d+),(\d+),\d+,")
_PRINT = re.compile(rb"PRINT \d+,\d+\r\n")
_ESC = b"\x1b!"


@dataclass
class FakePrinter:
    """Scripted faults are attributes; they may be set while it prints.

    seconds: per label. answers: whether it tells its state. stop_after: it stops with `fault` once
    so many labels are out. reset_after: it loses power (buffer and connections) when it has taken
    so many formats. cut_after: the connection breaks in the middle of the so many-th format.
    late_s: its answers come so late.
    """

    language: str = "zpl"
    seconds: float = 0.0
    answers: bool = True
    fault: str = "no_paper"
    stop_after: int | None = None
    reset_after: int | None = None
    cut_after: int | None = None
    printed: list[bytes] = field(default_factory=list)
    late_s: float = 0.0
    on_print: Callable[[bytes], None] = lambda label: None
    on_taken: Callable[[bytes], None] = lambda label: None

    def __post_init__(self) -> None:
        self.port = 0
        self.faults: set[str] = set()
        self.taken = 0
        self.asked = 0
        self.resets = 0
        self._buffer = b""
        self._waiting: list[bytes] = []
        self._printing: bytes | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join(10)

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def load_paper(self) -> None:
        """Somebody mends whatever is wrong."""
        self.stop_after = None
        self.faults.clear()
        self._wake()

    def break_down(self, fault: str) -> None:
        """Something is wrong from now on."""
        self.faults.add(fault)

    def reset(self) -> None:
        """Power off and on: what was not printed is gone, connections too."""
        self._call(self._reset)

    @property
    def is_idle(self) -> bool:
        return not self._waiting and self._printing is None

    # --- the machine ----------------------------------------------------------------------

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        self._done = asyncio.Event()
        self._work = asyncio.Event()
        server = await asyncio.start_server(self._listen, "127.0.0.1", self.port, limit=2**24)
        self.port = server.sockets[0].getsockname()[1]
        printing = asyncio.create_task(self._print())
        self._ready.set()
        await self._done.wait()
        printing.cancel()
        server.close()
        self._hang_up()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)

    def _wake(self) -> None:
        self._loop.call_soon_threadsafe(self._work.set)

    def _call(self, what: Callable[[], None]) -> None:
        done: Future[None] = Future()
        self._loop.call_soon_threadsafe(lambda: (what(), done.set_result(None)))
        done.result(10)

    def _reset(self) -> None:
        self.resets += 1
        self._waiting.clear()
        self._printing = None
        self._buffer = b""
        self._hang_up()

    def _hang_up(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _print(self) -> None:
        while True:
            if self.stop_after is not None and len(self.printed) >= self.stop_after:
                self.faults.add(self.fault)
            if self.faults or not self._waiting:
                self._work.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._work.wait(), 0.02)
                continue
            self._printing = label = self._waiting.pop(0)
            await asyncio.sleep(self.seconds)
            if self._printing is label:
                self._printing = None
                self.printed.append(label)
                self.on_print(label)

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while (content := await reader.read(65536)) and writer in self._writers:
                self._buffer += content
                await self._understand(writer)
        except OSError:
            return
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _understand(self, writer: asyncio.StreamWriter) -> None:
        understand: Callable[[], Awaitable[bytes | None]] = (
            self._zpl if self.language == "zpl" else self._tspl
        )
        while (answer := await understand()) is not None:
            if answer and self.answers:
                self._loop.call_later(self.late_s, self._send, writer, answer)

    def _send(self, writer: asyncio.StreamWriter, answer: bytes) -> None:
        if writer in self._writers:
            writer.write(answer)

    async def _zpl(self) -> bytes | None:
        """One command off the buffer; None when there is no whole one."""
        found = re.search(rb"\^XZ|~HS|~HI|~JX", self._buffer)
        if found is None:
            return self._cut(_ZPL_END)
        before, command, rest = (
            self._buffer[: found.start()],
            found[0],
            self._buffer[found.end() :],
        )
        if command == _ZPL_END:
            self._buffer = rest
            return self._take(before + command)
        self._buffer = (before if command != b"~JX" else b"") + rest
        return {b"~HS": self._host_status, b"~HI": self._identity, b"~JX": lambda: b""}[command]()

    async def _tspl(self) -> bytes | None:
        at = self._buffer.find(_ESC)
        bitmap = _BITMAP.search(self._buffer)
        end = bitmap.end() + int(bitmap[1]) * int(bitmap[2]) if bitmap else 0
        if at >= 0 and len(self._buffer) > at + 2 and (bitmap is None or at < bitmap.start()):
            return self._immediate(at)
        if b"\x1b!R" in self._buffer:
            self._reset()
            return None
        printed = _PRINT.search(self._buffer, end)
        if bitmap is None or printed is None:
            return self._cut(b"PRINT")
        label, self._buffer = self._buffer[: printed.end()], self._buffer[printed.end() :]
        return self._take(label)

    def _immediate(self, at: int) -> bytes:
        command = self._buffer[at + 2 : at + 3]
        self._buffer = self._buffer[:at] + self._buffer[at + 3 :]
        if command == b"R":
            self._reset()
            return b""
        self.asked += 1
        return self._status_byte()

    def _cut(self, end: bytes) -> None:
        """In the middle of a format the connection breaks; the half format stays."""
        if self.cut_after is not None and self.taken + 1 >= self.cut_after and self._buffer:
            self.cut_after = None
            self._buffer = self._buffer[: len(self._buffer) // 2]
            self._hang_up()

    def _take(self, label: bytes) -> bytes | None:
        if self.cut_after is not None and self.taken + 1 >= self.cut_after:
            self.cut_after = None
            self._buffer = label[: len(label) // 2]
            self._hang_up()
            return None
        self.taken += 1
        self._waiting.append(label)
        self._work.set()
        self.on_taken(label)
        if self.reset_after is not None and self.taken >= self.reset_after:
            self.reset_after = None
            self._reset()
            return None
        return b""

    # --- what it says ---------------------------------------------------------------------

    def _host_status(self) -> bytes:
        self.asked += 1
        wrong, busy = self.faults, self._printing is not None
        paused = int(bool(wrong))
        first = (
            f"030,{int('no_paper' in wrong)},{paused},1245,{len(self._waiting):03d},0,0,"
            f"{int(b'^XA' in self._buffer)},000,0,0,{int('overheated' in wrong)}"
        )
        second = (
            f"000,0,{int('head_open' in wrong)},{int('no_ribbon' in wrong)},1,2,4,0,"
            f"{int(busy):08d},{int(busy)},000"
        )
        return b"".join(b"\x02%b\x03\r\n" % each.encode() for each in (first, second, "1234,0"))

    def _identity(self) -> bytes:
        return b"\x02FAKE-203,V1.0,8,8176KB\x03\r\n"

    def _status_byte(self) -> bytes:
        bits = {"head_open": 1, "paper_jam": 2, "no_paper": 4, "no_ribbon": 8, "paused_by_hand": 16}
        byte = sum(bits.get(fault, 128) for fault in self.faults)
        return bytes([byte | (0 if self.is_idle else 32)])
