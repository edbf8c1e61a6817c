"""A real SFTP server on the loopback interface, over a folder.

`break_after` bytes, it hangs up, once; not before `has_landed`, or a slow client would have nothing to go on from.
"""

import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import paramiko


class SftpServer:
    """Use it as a context; `url` is the address of the folder, `key` the server's."""

    user, password = "reader", "secret"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.break_after: int | None = None
        self.has_landed: Callable[[], bool] = lambda: True
        self.reads: list[int] = []
        self.key = paramiko.ECDSAKey.generate()
        self.transports: list[paramiko.Transport] = []

    def __enter__(self) -> "SftpServer":
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.host = f"[127.0.0.1]:{self._listening.getsockname()[1]}"
        self.url = f"sftp://{self.user}@127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()
        for transport in self.transports:
            transport.close()

    def hang_up(self) -> None:
        """Break the connection, now."""
        self.break_after = None
        self.transports[-1].sock.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            transport = paramiko.Transport(client)
            transport.add_server_key(self.key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files, self)
            self.transports.append(transport)
            transport.start_server(server=_Door())


class _Door(paramiko.ServerInterface):
    def check_auth_password(self, username: str, password: str) -> int:
        right = (username, password) == (SftpServer.user, SftpServer.password)
        return paramiko.AUTH_SUCCESSFUL if right else paramiko.AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED


class _Files(paramiko.SFTPServerInterface):
    def __init__(self, server: Any, owner: SftpServer) -> None:
        super().__init__(server)
        self.owner = owner

    def _real(self, path: str) -> Path:
        return self.owner.folder / path.lstrip("/")

    def list_folder(self, path: str) -> Any:
        try:
            found = []
            for entry in self._real(path).iterdir():
                attributes = paramiko.SFTPAttributes.from_stat(entry.stat())
                attributes.filename = entry.name
                found.append(attributes)
            return found
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)

    def stat(self, path: str) -> Any:
        try:
            return paramiko.SFTPAttributes.from_stat(self._real(path).stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)

    lstat = stat

    def open(self, path: str, flags: int, attr: Any) -> Any:
        try:
            opened = os.open(self._real(path), flags)
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)
        handle = _Handle(flags)
        handle.owner, handle.readfile = self.owner, os.fdopen(opened, "rb")
        return handle


class _Handle(paramiko.SFTPHandle):
    owner: SftpServer

    def read(self, offset: int, length: int) -> Any:
        self.owner.reads.append(offset)
        if self.owner.break_after is not None and offset >= self.owner.break_after:
            while not self.owner.has_landed():
                time.sleep(0.01)
            self.owner.hang_up()
        return super().read(offset, length)
