"""What clients send to the door for uploads, and what they see."""

import hashlib

from sqlalchemy import func, select

from app.core.storage import blobs
from app.extensions import db
from app.projects.models import File, Project, Release
from app.uploads import intake
from app.uploads.uploadform import UploadForm
from tests.archives import make_sdist, make_wheel, sdist_name, wheel_name
from tests.factories import basic

BOUNDARY = "0123456789abcdef"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def form_of(content, filename, name="foo_bar", version="1.0", **fields):
    """Return the form that twine sends; None takes a field away."""
    form = {
        ":action": "file_upload",
        "protocol_version": "1",
        "filetype": "sdist" if filename.endswith(".gz") else "bdist_wheel",
        "name": name,
        "version": version,
        "sha256_digest": hashlib.sha256(content).hexdigest(),
        "content": (content, filename),
    }
    form |= fields
    return {key: value for key, value in form.items() if value is not None}


def encode(form):
    """Return the body of a form; a list sends a field more than once."""
    parts = []
    for name, values in form.items():
        for value in values if isinstance(values, list) else [values]:
            parts.append(encode_part(name, value))
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def encode_part(name, value):
    """Return one part, a file when the value is a pair of bytes and name."""
    content, filename = value if isinstance(value, tuple) else (value, None)
    content = content.encode() if isinstance(content, str) else content
    as_file = "" if filename is None else f'; filename="{filename}"'
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{as_file}\r\n\r\n'
    return head.encode() + content + b"\r\n"


class Uploader:
    """Somebody who uploads with a token."""

    def __init__(self, client, account, secret):
        self.client = client
        self.account = account
        self.headers = basic(secret) if secret else {}

    def send(self, form, *, path="/legacy/", **headers):
        return self.send_body(encode(form), path=path, **headers)

    def send_body(self, body, *, path="/legacy/", **headers):
        headers = self.headers | {"Content-Type": CONTENT_TYPE} | headers
        return self.client.post(path, data=body, headers=headers)

    def wheel(self, name="foo_bar", version="1.0", *, form=None, path="/legacy/", **fields):
        content = make_wheel(name, version, **fields)
        filename = wheel_name(name, version)
        return self.send(form_of(content, filename, name, version, **form or {}), path=path)

    def sdist(self, name="foo_bar", version="1.0", *, form=None, path="/legacy/", **fields):
        content = make_sdist(name, version, **fields)
        filename = sdist_name(name, version)
        return self.send(form_of(content, filename, name, version, **form or {}), path=path)


def snapshot():
    """Return how many rows and which blobs there are."""
    rows = [
        db.session.scalar(select(func.count()).select_from(kind))
        for kind in (Project, Release, File)
    ]
    return rows, sorted(sha256 for sha256, _ in blobs().list_blobs())


def reason(response):
    """Return the reason phrase."""
    return response.status.partition(" ")[2]


def assert_refused(response, status, message, code=None):
    """Assert that the message stands in the reason phrase and in the body."""
    assert response.status_code == status, response.status
    assert message in reason(response)
    assert message in response.text
    if code is not None:
        assert response.headers["X-Error-Code"] == code


def publish_wheel(
    actor, name="foo_bar", version="1.0", tag="py3-none-any", *, slug="main", **fields
):
    """Publish a wheel without a request, as from a thread of its own."""
    content = make_wheel(name, version, **fields)
    digests = {"sha256": hashlib.sha256(content).hexdigest()}
    filename = wheel_name(name, version, tag)
    form = UploadForm(filename, "bdist_wheel", name, version, digests)
    with blobs().receive() as incoming:
        incoming.write(content)
        return intake.take_in(actor, slug, form, incoming)
