"""A hub's API on loopback: what huggingface_hub asks of one for a model, and what it answers when it refuses."""

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ACCEPTED = "hf_accepted"
COMMIT = "5f0c7a2b9d3e4f1a6b8c7d0e9f2a1b3c4d5e6f70"


@dataclass
class Hub:
    """Weights `owner/name` with their files; `asked` holds the paths and whether a token came with them."""

    name: str
    files: Mapping[str, bytes]
    gated: bool = False
    lies_about: str | None = None
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    endpoint: str = ""

    def info(self) -> dict[str, Any]:
        return {
            "_id": "1",
            "id": self.name,
            "modelId": self.name,
            "sha": COMMIT,
            "private": False,
            "gated": self.gated,
            "tags": ["license:mit"],
            "cardData": {"license": "mit"},
            "siblings": [
                {"rfilename": file, "size": len(content), "blobId": _blob(content), "lfs": self._lfs(file, content)}
                for file, content in self.files.items()
            ],
        }

    def tree(self) -> list[dict[str, Any]]:
        return [
            {"type": "file", "oid": _blob(content), "size": len(content), "path": file, "lfs": self._lfs(file, content)}
            for file, content in self.files.items()
        ]

    def _lfs(self, file: str, content: bytes) -> dict[str, Any] | None:
        if not file.endswith(".bin"):
            return None
        said = b"other bytes" if file == self.lies_about else content
        digest = hashlib.sha256(said).hexdigest()
        return {"sha256": digest, "oid": digest, "size": len(content), "pointerSize": 134}


def _blob(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """The hub on a free port of loopback while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def _answer(self, *, with_body: bool) -> None:
            path = self.path.split("?")[0]
            token = (self.headers.get("Authorization") or "").removeprefix("Bearer ") or None
            hub.asked.append((self.command, path, token))
            if not (path.startswith((f"/api/models/{hub.name}", f"/{hub.name}/resolve/"))):
                self._send(404, b"{}", {"X-Error-Code": "RepoNotFound"}, with_body=with_body)
            elif hub.gated and token != ACCEPTED:
                self._send(403, b"{}", {"X-Error-Code": "GatedRepo"}, with_body=with_body)
            elif path.endswith("/revision/nowhere"):
                self._send(404, b"{}", {"X-Error-Code": "RevisionNotFound"}, with_body=with_body)
            elif f"/api/models/{hub.name}/tree/" in path:
                self._send(200, json.dumps(hub.tree()).encode(), {}, with_body=with_body)
            elif path.startswith("/api/models/"):
                self._send(200, json.dumps(hub.info()).encode(), {}, with_body=with_body)
            else:
                content = hub.files[path.split(f"/resolve/{COMMIT}/")[1]]
                headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{_blob(content)}"'}
                self._send(200, content, headers, with_body=with_body)

        def _send(self, status: int, body: bytes, headers: Mapping[str, str], *, with_body: bool) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if with_body:
                self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    hub.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
