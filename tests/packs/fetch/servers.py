"""Servers that misbehave, on the loopback: each answers every connection with what a function writes on the socket."""
from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

__all__ = ["answering", "plain", "serving", "slowly"]

Answer = Callable[[socket.socket, str], None]  # gets the socket and the path that was asked for


@contextmanager
def serving(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """The address of a server that answers so."""
    listener = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def one(connection: socket.socket) -> None:
        with suppress(OSError), connection if tls is None else tls.wrap_socket(connection, server_side=True) as connection:
            asked = b""
            while b"\r\n\r\n" not in asked:
                piece = connection.recv(4096)
                if not piece:
                    return
                asked += piece
            answer(connection, asked.split(b" ")[1].decode())
            connection.shutdown(socket.SHUT_WR)

    def every() -> None:
        while not ended.is_set():
            with suppress(OSError):
                threading.Thread(target=one, args=(listener.accept()[0],), daemon=True).start()

    thread = threading.Thread(target=every, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/packs"
    finally:
        ended.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def plain(content: bytes, status: str = "200 OK", *headers: str, announced: int | None = None) -> bytes:
    length = len(content) if announced is None else announced
    return "\r\n".join((f"HTTP/1.1 {status}", f"Content-Length: {length}", *headers, "", "")).encode() + content


def answering(content: bytes) -> Answer:
    return lambda connection, path: connection.sendall(content)


def slowly(content: bytes, pause: float, head: bytes = b"") -> Answer:
    """A byte at a time."""
    def answer(connection: socket.socket, path: str) -> None:
        connection.sendall(head)
        for n in range(len(content)):
            connection.sendall(content[n:n + 1])
            time.sleep(pause)

    return answer
