"""The server: a socket on this machine, and the web door behind it.

The hall lies below the doors and imports none; the door is named, as a server is told which application to run.
"""

from __future__ import annotations

import importlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from troth.app.hosting import Hosting
from troth.app.schedule import Schedule, keeping
from troth.kernel.errors import OperatorError

DOOR: Final = "troth.web"
LOOPBACK: Final = "127.0.0.1"


def listen(port: int = 0, host: str = LOOPBACK) -> socket.socket:
    """A listening socket; port 0 takes any that is free. Raises OperatorError when it cannot be had."""
    # Named as TCP, so that the event loop sees it may switch Nagle's delay off.
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(128)
    except (OSError, OverflowError) as error:
        made.close()
        said = error.strerror if isinstance(error, OSError) else "a port is a number from 0 to 65535"
        raise OperatorError(
            f"Port {port} on {host} cannot be had: {said}.",
            "End the program that holds it, or name another with --port (0 takes any that is free).",
            port=port,
        ) from error
    return made


def address(listening: socket.socket) -> str:
    """The address of a listening socket, as a browser takes it."""
    host, port = listening.getsockname()[:2]
    return f"http://{host}:{port}"


def sign_in_link(hosting: Hosting, base: str) -> str:
    """A fresh one-time link."""
    return f"{base}/sign-in/{hosting.signin.link()}"


def serve(hosting: Hosting, listening: socket.socket, schedule: Schedule) -> None:
    """Serve, and keep the schedule of checkpoints, until the process is told to stop (Ctrl-C or SIGTERM)."""
    with keeping(schedule):
        _server(hosting).run(sockets=[listening])


@contextmanager
def serving(hosting: Hosting, listening: socket.socket) -> Iterator[str]:
    """Serve from a thread while the block runs; gives the address."""
    server = _server(hosting)
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listening]}, name="troth-web", daemon=True
    )
    thread.start()
    try:
        yield address(listening)
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def _server(hosting: Hosting) -> Any:
    import uvicorn

    app = importlib.import_module(DOOR).make_app(hosting)
    # No access log: addresses of pages may speak of what somebody looked at.
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=2,
    )
    return uvicorn.Server(config)
