"""Pictures for tests, as small as they can be."""

import struct
import zlib


def chunk(kind, content):
    crc = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)


def png(width, height, *, extra=0):
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * min((3 * width + 1) * height, 1000))
    filler = [chunk(b"tEXt", b"\0" * extra)] if extra else []
    parts = [chunk(b"IHDR", header), *filler, chunk(b"IDAT", pixels), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def gif(width, height):
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\0\0\0;"


def jpeg(width, height):
    frame = struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\0"
    return b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc0" + frame + b"\xff\xd9"


def webp(width, height, kind="VP8X"):
    if kind == "VP8X":
        size = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
        body = b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + size
    elif kind == "VP8L":
        body = b"VP8L" + struct.pack("<I", 5) + b"\x2f"
        body += struct.pack("<I", (width - 1) | (height - 1) << 14)
    else:
        body = b"VP8 " + struct.pack("<I", 10) + b"\0\0\0\x9d\x01\x2a"
        body += struct.pack("<HH", width, height)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body
