import pytest

from app.pages.exceptions import BadImage, ImageTooLarge
from app.pages.pictures import MOST_BYTES, Picture, look_at
from tests.pages.pictures import gif, jpeg, png, webp


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (png(30, 20), "image/png"),
        (gif(30, 20), "image/gif"),
        (jpeg(30, 20), "image/jpeg"),
        (webp(30, 20), "image/webp"),
        (webp(30, 20, "VP8L"), "image/webp"),
        (webp(30, 20, "VP8 "), "image/webp"),
    ],
)
def test_a_picture_is_known_by_its_first_bytes(content, media_type):
    assert look_at(content) == Picture(media_type, 30, 20)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html><script>alert(1)</script>",
        b"%PDF-1.4",
        b"PK\x03\x04",
        b"II*\x00" + b"\0" * 100,
        b"\x89PNG\r\n\x1a\n",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 50,
        png(3, 2)[:-12],
        png(0, 5),
        b"GIF89a",
        gif(0, 0),
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xff\xff\xff",
        b"\xff\xd8\xff\xe0\0\0" * 10,
        b"\xff\xd8\xff\xda\0\x02data",
        b"RIFF\0\0\0\0WEBPVP9 " + b"\0" * 20,
        b"RIFF\0\0\0\0WEBPVP8X",
    ],
)
def test_what_is_no_picture_or_a_broken_one_is_refused(content):
    with pytest.raises(BadImage):
        look_at(content)


@pytest.mark.parametrize(
    "content",
    [
        png(50_000, 50_000),
        png(2**31 - 1, 2**31 - 1),
        png(10_001, 1),
        png(5000, 5000),
        gif(65_535, 65_535),
        jpeg(65_535, 65_535),
        webp(2**24, 2**24),
        webp(16_383, 16_383, "VP8L"),
        b"GIF89a" + b"\0" * MOST_BYTES,
    ],
)
def test_a_picture_that_would_burst_is_refused_unseen(content):
    with pytest.raises(ImageTooLarge):
        look_at(content)
