"""Photos, films and recordings of every kind, full of metadata. `SECRET` stands in all that must not be published."""

from __future__ import annotations

import io
import struct
import zlib
from functools import cache
from typing import Any

from PIL import Image, ImageCms, PngImagePlugin

SECRET = b"SECRET"
_TEXT = SECRET.decode()
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="52,31.2N" '
    b'exif:GPSLongitude="13,24.3E">SECRET</rdf:Description></rdf:RDF></x:xmpmeta>'
)


def exif(orientation: int = 1, **more: int) -> bytes:
    """Exif as a camera writes it, position, maker note and thumbnail's directory with it, without `Exif\\0\\0`."""
    found = Image.Exif()
    found[0x0112] = orientation
    found[0x010F] = found[0x0110] = found[0x013B] = found[0x8298] = _TEXT
    for tag, value in more.items():
        found[int(tag[1:])] = value
    detail = found.get_ifd(0x8769)
    detail[0x927C], detail[0xA430], detail[0x9003] = SECRET + bytes(40), _TEXT, "2026:11:30 12:00:00"
    place = found.get_ifd(0x8825)
    place.update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0), 27: SECRET})
    return found.tobytes().removeprefix(b"Exif\0\0")


def picture(mode: str = "RGB", size: tuple[int, int] = (48, 32)) -> Image.Image:
    """A picture whose pixels all differ from their neighbours."""
    width, height = size
    plain = Image.new("RGB", size)
    plain.putdata([(x * 5 % 256, y * 7 % 256, (x + y) * 3 % 256) for y in range(height) for x in range(width)])
    if mode == "I;16":
        deep = Image.new("I;16", size)
        deep.putdata([(x * 997 + y * 31) % 65536 for y in range(height) for x in range(width)])
        return deep
    if mode == "RGBA":
        plain.putalpha(plain.getchannel(0))
        return plain
    return plain.convert(mode)


@cache
def profile() -> bytes:
    """A colour profile."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    """The bytes of an image in a format."""
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


# --- JPEG


def segment(kind: int, data: bytes) -> bytes:
    """A segment of a JPEG."""
    return b"\xff" + bytes([kind]) + struct.pack(">H", len(data) + 2) + data


def jpeg(mode: str = "RGB", orientation: int = 1, **options: Any) -> bytes:
    """A JPEG with all kinds of segments that tell of it, a second image and a film behind it."""
    plain = saved(picture(mode), "JPEG", **{"icc_profile": profile(), "dpi": (300, 300), **options})
    head = plain.index(b"\xff\xe0") + 18 if b"JFIF" in plain[:20] else 2
    told = (
        segment(0xE1, b"Exif\0\0" + exif(orientation)),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP),
        segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + SECRET * 9),
        segment(0xE0, b"JFXX\0\x10" + SECRET),
        segment(0xE2, b"FPXR\0" + SECRET),
        segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0e\x1c\x02\x50\0\x06" + SECRET + b"\0\0"),
        segment(0xEB, b"JP" + SECRET),
        segment(0xFE, b"a comment, " + SECRET),
    )
    behind = plain[:2] + segment(0xE1, b"Exif\0\0" + exif()) + plain[2:] + box(b"ftyp", b"mp42") + SECRET + b"SEFT"
    return plain[:head] + b"".join(told) + plain[head:] + behind


# --- PNG


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(mode: str = "RGB", orientation: int = 1, **options: Any) -> bytes:
    """A PNG with all kinds of texts, chunks of its own, and more behind its end."""
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", _TEXT)
    texts.add_text("Comment", _TEXT, zip=True)
    texts.add_itxt("XML:com.adobe.xmp", XMP.decode())
    plain = saved(picture(mode), "PNG", pnginfo=texts, dpi=(150, 150), icc_profile=profile(), **options)
    told = chunk(b"eXIf", exif(orientation)) + chunk(b"tIME", b"\x07\xea\x0b\x1e\0\0\0") + chunk(b"prVt", SECRET)
    return plain[:33] + told + plain[33:] + SECRET


# --- GIF, RIFF


def gif() -> bytes:
    """An animation with a comment and XMP."""
    frames = [picture().rotate(turn).convert("P") for turn in (0, 90, 180)]
    plain = saved(frames[0], "GIF", save_all=True, append_images=frames[1:], loop=3, duration=[40, 80, 120])
    head = 13 + (3 << (plain[10] & 7) + 1 if plain[10] & 0x80 else 0)
    trailer = b"\x01" + bytes(range(255, -1, -1)) + b"\0"
    told = b"\x21\xff\x0bXMP DataXMP" + XMP + trailer + b"\x21\xfe\x06" + SECRET + b"\0"
    return plain[:head] + told + plain[head:] + SECRET


def webp(orientation: int = 1, frames: int = 1, mode: str = "RGBA", **options: Any) -> bytes:
    """A WebP with Exif and XMP."""
    more = [picture(mode).rotate(90 * turn) for turn in range(1, frames)]
    options |= {"save_all": True, "append_images": more, "duration": 70} if more else {}
    return saved(picture(mode), "WEBP", exif=exif(orientation), xmp=XMP, icc_profile=profile(), **options) + SECRET


def riff(form: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    """A RIFF file."""
    parts = (kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2) for kind, data in chunks)
    inside = form + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(inside)) + inside


def wave() -> bytes:
    """A recording."""
    form = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)
    told = (b"bext", SECRET * 40), (b"LIST", b"INFOIART\6\0\0\0" + SECRET), (b"_PMX", XMP)
    return riff(b"WAVE", (b"fmt ", form), (b"data", bytes(range(200))), *told)


# --- TIFF


def tiff(mode: str = "RGB", orientation: int = 1, pages: int = 1, **options: Any) -> bytes:
    """A TIFF with Exif, a position and XMP."""
    more = [picture(mode) for _ in range(1, pages)]
    told = {700: XMP, 270: _TEXT, 305: _TEXT, 315: _TEXT, 33723: SECRET * 2, 34377: SECRET, 65000: _TEXT}
    found = Image.Exif()
    if "compression" not in options:  # with it libtiff writes the file, which takes no directories
        found.load(b"Exif\0\0" + exif(orientation))
    for tag, value in told.items():
        found[tag] = value
    options |= {"save_all": True, "append_images": more} if more else {}
    return saved(picture(mode), "TIFF", exif=found, icc_profile=profile(), dpi=(200, 200), **options)


# --- boxes


def box(kind: bytes, *parts: bytes) -> bytes:
    """A box, as MP4 and HEIC are made of."""
    data = b"".join(parts)
    return struct.pack(">I", len(data) + 8) + kind + data


def full(kind: bytes, *parts: bytes, version: int = 0) -> bytes:
    """A box with a version."""
    return box(kind, bytes([version, 0, 0, 0]), *parts)


def avif(**options: Any) -> bytes:
    """An AVIF with Exif and XMP."""
    return saved(picture(), "AVIF", exif=exif(), xmp=XMP, icc_profile=profile(), **options) + box(b"mpvd", SECRET)


def jpeg2000() -> bytes:
    """A JPEG 2000 with XMP."""
    return saved(picture(), "JPEG2000") + box(b"uuid", bytes(16), XMP) + box(b"xml ", SECRET)


def _track(handler: bytes, offset: int, size: int) -> bytes:
    tables = (
        full(b"stsc", struct.pack(">IIII", 1, 1, 1, 1)),
        full(b"stsz", struct.pack(">III", 0, 1, size)),
        full(b"stco", struct.pack(">II", 1, offset)),
    )
    media = box(
        b"mdia",
        full(b"mdhd", struct.pack(">IIII", 99, 99, 1000, 1000)),
        full(b"hdlr", bytes(4), handler, bytes(13)),
        box(b"minf", box(b"stbl", *tables)),
    )
    return box(b"trak", full(b"tkhd", struct.pack(">II", 99, 99)), media, box(b"udta", SECRET))


FILM = bytes(range(1, 200))


def film() -> bytes:
    """A film with its place, a track of places, and times."""
    head = box(b"ftyp", b"mp42", bytes(4), b"mp42isom")
    data = box(b"mdat", FILM, SECRET * 3)
    keys = full(b"meta", box(b"keys", b"com.apple.quicktime.location.ISO6709"), box(b"ilst", b"+52.5200+013.4050/"))
    place = box(b"udta", box(b"\xa9xyz", b"\0\x12\x15\xc7", b"+52.5200+013.4050/"), SECRET)
    first = len(head) + 8
    tracks = _track(b"vide", first, len(FILM)), _track(b"meta", first + len(FILM), len(SECRET) * 3)
    movie = box(b"moov", full(b"mvhd", struct.pack(">II", 99, 99), bytes(80)), *tracks, place, keys)
    return head + data + movie + box(b"uuid", bytes(16), XMP) + box(b"free", SECRET)


# --- recordings, drawings


def mp3() -> bytes:
    """A recording with ID3 before and behind it."""
    frames = (b"\xff\xfb\x90\x00" + bytes(413)) * 3
    ape = b"APETAGEX" + struct.pack("<III", 2000, 32 + 6, 0) + bytes(12)
    return b"ID3\4\0\0\0\0\0\x10" + SECRET + bytes(10) + frames + SECRET + ape + b"TAG" + SECRET + bytes(119)


def flac() -> bytes:
    """A recording with a comment and a cover."""
    blocks = ((0, bytes(34)), (4, SECRET), (6, SECRET * 9))
    heads = (
        bytes([kind | (0x80 if kind == 6 else 0)]) + struct.pack(">I", len(data))[1:] + data for kind, data in blocks
    )
    return b"fLaC" + b"".join(heads) + b"\xff\xf8" + bytes(100)


def matroska() -> bytes:
    """A film with tags."""
    info = (
        b"\x15\x49\xa9\x66"
        + bytes([0x80 | 21])
        + b"\x44\x61\x88"
        + bytes(range(1, 9))
        + b"\x7b\xa9\x87"
        + SECRET
        + b"!"
    )
    tags = b"\x12\x54\xc3\x67\x86" + SECRET
    cluster = b"\x1f\x43\xb6\x75\x84" + b"film"
    inside = info + tags + cluster
    return (
        b"\x1a\x45\xdf\xa3\x8b\x42\x82\x88matroska"
        + b"\x18\x53\x80\x67"
        + struct.pack(">Q", len(inside) | 1 << 56)
        + inside
    )


SVG = b"""<?xml version="1.0" encoding="UTF-8"?>
<!-- SECRET -->
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9"
  xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"
  xmlns:s="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd" s:docname="/home/SECRET/x.svg">
  <title>A circle</title>
  <metadata id="m"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">SECRET</rdf:RDF></metadata>
  <s:namedview pagecolor='>'><inkscape:grid a="SECRET"/></s:namedview><s:guide x="SECRET" />
  <g inkscape:label='SECRET' id="layer"><circle r="4" fill="red"/><!--SECRET--></g>
  <use xlink:href="#layer"/><?editor SECRET?><style>circle > g { fill: red }</style>
</svg>
"""
CLEAN_SVG = b"\n".join((
    b'<?xml version="1.0" encoding="UTF-8"?>',
    b"",
    b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9"',
    b'  xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"',
    b'  xmlns:s="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd">',
    b"  <title>A circle</title>",
    b"  ",
    b"  ",
    b'  <g id="layer"><circle r="4" fill="red"/></g>',
    b'  <use xlink:href="#layer"/><style>circle > g { fill: red }</style>',
    b"</svg>",
    b"",
))  # fmt: skip


@cache
def images() -> dict[str, bytes]:
    """Images that Pillow reads, by name."""
    turned = [picture("RGBA").rotate(turn) for turn in (90, 180)]
    return {
        "plain.jpg": jpeg(),
        "progressive.jpg": jpeg(progressive=True),
        "restart.jpg": jpeg(restart_marker_blocks=2),
        "grey.jpg": jpeg("L"),
        "print.jpg": jpeg("CMYK"),
        "no-jfif.jpg": _without_jfif(),
        "pair.jpg": saved(picture(), "MPO", exif=exif(), save_all=True, append_images=[picture().rotate(180)]),
        "plain.png": png(),
        "clear.png": png("RGBA"),
        "few.png": png("P", transparency=3),
        "deep.png": png("I;16"),
        "moving.png": png("RGBA", save_all=True, append_images=turned, duration=[30, 60, 90], loop=2),
        "moving.gif": gif(),
        "lossy.webp": webp(),
        "lossless.webp": webp(lossless=True),
        "moving.webp": webp(frames=3),
        "plain.tiff": tiff(),
        "deep.tiff": tiff("I;16"),
        "pages.tiff": tiff(pages=3),
        "packed.tiff": tiff(compression="tiff_lzw"),
        "jpeg.tiff": tiff(compression="jpeg"),
        "big.tiff": tiff(big_tiff=True),
        "plain.avif": avif(),
        "moving.avif": avif(save_all=True, append_images=[picture().rotate(90)]),
        "plain.jp2": jpeg2000(),
    }  # fmt: skip


def _without_jfif() -> bytes:
    """As cameras write it: Exif where JFIF would be, and the resolution there alone."""
    plain = saved(picture(), "JPEG")
    at = plain.index(b"\xff\xe0")
    found = exif(6, _282=250, _283=250, _296=2)
    return plain[:at] + segment(0xE1, b"Exif\0\0" + found) + plain[at + 18 :]


def others() -> dict[str, bytes]:
    """Films, recordings and drawings by name."""
    return {
        "film.mp4": film(), "talk.mp3": mp3(), "talk.flac": flac(), "talk.wav": wave(), "film.mkv": matroska(),
        "circle.svg": SVG,
    }  # fmt: skip
