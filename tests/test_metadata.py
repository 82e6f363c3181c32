"""What files tell of their making is taken out, and nothing else: no pixel, no colour, no frame."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
import subprocess
import time
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from notes_site.metadata import ByteSource, Found, edited, examine
from notes_site.metadata.position import names_a_place
from tests import photos
from tests.photos import SECRET

SAMPLES = {**photos.images(), **photos.others()}


def clean(data: bytes) -> bytes:
    source = ByteSource(io.BytesIO(data))
    return b"".join(edited(source, examine(source).edits))


def looks(data: bytes) -> list[Any]:
    """All that decides how an image looks: its frames, their times, colours, size on paper."""
    with Image.open(io.BytesIO(data)) as image:
        turned = image.getexif().get(0x0112, 1)
        frames = image.n_frames if image.format in ("PNG", "GIF", "WEBP", "TIFF", "AVIF") else 1  # type: ignore[attr-defined]
        found: list[Any] = [
            image.format and image.format.replace("MPO", "JPEG"),
            image.mode,
            image.size,
            frames,
            turned,
        ]
        for number in range(frames):
            image.seek(number)
            image.load()
            kept = {name: image.info.get(name) for name in ("duration", "loop", "transparency", "icc_profile")}
            found.append((image.tobytes(), kept, [round(float(n)) for n in image.info.get("dpi", (72, 72))]))
    return found


@pytest.mark.parametrize("name", SAMPLES)
def test_nothing_private_is_left(name: str) -> None:
    data = SAMPLES[name]
    assert SECRET in data
    assert SECRET not in clean(data)
    assert not names_a_place(ByteSource(io.BytesIO(clean(data))))


@pytest.mark.parametrize("name", [name for name in SAMPLES if not name.startswith(("circle", "talk", "film.mkv"))])
def test_samples_name_a_place(name: str) -> None:
    assert names_a_place(ByteSource(io.BytesIO(SAMPLES[name])))


@pytest.mark.parametrize("name", photos.images())
def test_images_look_as_before(name: str) -> None:
    assert looks(clean(SAMPLES[name])) == looks(SAMPLES[name])


@pytest.mark.parametrize("name", SAMPLES)
def test_what_is_clean_stays_as_it_is(name: str) -> None:
    assert examine(ByteSource(io.BytesIO(clean(SAMPLES[name])))) == Found()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("make", [photos.jpeg, photos.png, photos.webp, photos.tiff])
def test_an_image_stays_the_right_way_up(make: Any, orientation: int) -> None:
    with Image.open(io.BytesIO(clean(make(orientation=orientation)))) as image:
        assert image.getexif().get(0x0112, 1) == orientation
        assert set(image.getexif()) <= {0x0112} or image.format == "TIFF"


def test_a_film_plays_as_before() -> None:
    data, film = SAMPLES["film.mp4"], clean(SAMPLES["film.mp4"])
    assert len(film) == len(data)  # places in it are told from its beginning
    assert photos.FILM in film
    assert film.count(b"trak") == 1


def test_recordings_sound_as_before() -> None:
    assert clean(SAMPLES["talk.mp3"]).startswith((b"\xff\xfb\x90\x00" + bytes(413)) * 3)
    assert clean(SAMPLES["talk.flac"]) == b"fLaC\x80\0\0\x22" + bytes(34) + b"\xff\xf8" + bytes(100)
    assert bytes(range(200)) in clean(SAMPLES["talk.wav"])
    assert b"film" in clean(SAMPLES["film.mkv"])


def test_a_drawing_is_what_browsers_draw() -> None:
    assert clean(photos.SVG) == photos.CLEAN_SVG


def test_a_photo_in_a_drawing_is_cleaned_too() -> None:
    photo = photos.jpeg(orientation=6)
    lines = base64.encodebytes(photo).replace(b"\n", b"&#10;")
    for shown in (base64.b64encode(photo), lines, b"\n " + lines):
        drawing = b'<svg xmlns="http://www.w3.org/2000/svg"><image href="data:image/jpeg;base64,%s"/></svg>'
        assert clean(drawing % shown) == drawing % base64.b64encode(clean(photo))
    assert clean(drawing % b"none!") == drawing % b"none!"


STRUCTURE = {
    "File", "System", "ExifTool", "Composite", "JFIF", "Adobe", "ICC-header", "ICC_Profile", "ICC-view", "ICC-meas",
    "ICC-chrm",
    "PNG", "PNG-pHYs", "GIF", "RIFF", "QuickTime", "Track1", "Jpeg2000", "Meta", "SVG", "MPEG", "FLAC", "Matroska",
}  # fmt: skip
OF_IMAGES = {
    "ImageWidth", "ImageHeight", "BitsPerSample", "Compression", "PhotometricInterpretation", "StripOffsets",
    "Orientation", "SamplesPerPixel", "RowsPerStrip", "StripByteCounts", "XResolution", "YResolution", "ResolutionUnit",
    "PlanarConfiguration", "SampleFormat", "JPEGTables", "YCbCrSubSampling", "YCbCrPositioning", "ReferenceBlackWhite",
    "Predictor", "PreviewImage", "PreviewImageStart", "PreviewImageLength",  # what it calls one strip of JPEG
}  # fmt: skip
TOLD = {"Comment", "Author", "Artist", "Software", "Title", "ModifyDate", "CreateDate"}


def test_exiftool_finds_nothing_but_structure(tmp_path: Path) -> None:
    if not shutil.which("exiftool"):
        pytest.skip("exiftool is not installed")
    for name, data in SAMPLES.items():
        (tmp_path / name).write_bytes(clean(data))
    command = ["exiftool", "-a", "-G1", "-s", "-json", "-ee3", "-api", "RequestAll=2", str(tmp_path)]
    found = json.loads(subprocess.run(command, capture_output=True, check=False).stdout)
    assert len(found) == len(SAMPLES)
    told = [(file["SourceFile"], *item) for file in found for item in file.items() if not is_structure(*item)]
    assert not told


def is_structure(field: str, value: object) -> bool:
    group, _, name = field.partition(":")
    if group.startswith("IFD"):
        return name in OF_IMAGES
    if group == "ExifTool":
        return name not in ("Warning", "Error")
    times = name.endswith("Date") and group in ("QuickTime", "Track1")
    harmless = name not in TOLD or field == "SVG:Title" or (times and str(value).startswith("0000"))
    return field == "SourceFile" or (re.sub("(?<=[a-z])[2-9]$", "", group) in STRUCTURE and harmless)


def position_in(data: bytes) -> str:
    return examine(ByteSource(io.BytesIO(data))).left


STRANGE = {
    "archive": b"PK\3\4" + SAMPLES["plain.jpg"],
    "document": b"%PDF-1.7\n" + SAMPLES["plain.jpg"],
    "Photoshop": b"8BPS" + photos.exif(),
    "XMP": b"\0\1\2" + photos.XMP,
    "film": b"12345" + SAMPLES["film.mp4"][-2000:],
}


@pytest.mark.parametrize("name", STRANGE)
def test_a_place_in_a_strange_file_is_told_of(name: str) -> None:
    assert position_in(STRANGE[name]) == "format"
    assert clean(STRANGE[name]) == STRANGE[name]


def test_a_place_in_a_damaged_file_is_told_of() -> None:
    data = SAMPLES["plain.jpg"]
    assert position_in(data[: data.index(b"\xff\xdb")]) == "damaged"


def test_what_only_writes_of_places_is_none() -> None:
    assert (
        position_in(b"The tag exif:GPSLatitude and II*\0 begin a TIFF; MM\0* too. com.apple.quicktime.location") == ""
    )


def test_a_drawing_in_no_known_encoding_is_left_alone() -> None:
    drawing = photos.SVG.replace(b"UTF-8", b"UTF-a")
    assert clean(drawing) == drawing


def test_a_raw_photo_is_left_alone() -> None:
    data = SAMPLES["plain.tiff"]
    raw = data.replace(b"\x06\x01\x03\0\x01\0\0\0\x02\0", b"\x06\x01\x03\0\x01\0\0\0\x23\x80")
    assert raw != data
    assert position_in(raw) == "damaged"
    assert clean(raw) == raw


@given(st.data())
def test_damaged_files_are_read_to_their_end(data: st.DataObject) -> None:
    """Never an exception, never for ever, never a pixel less of what a decoder still reads."""
    name = data.draw(st.sampled_from(sorted(SAMPLES)))
    whole = SAMPLES[name]
    broken = bytearray(whole)
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(broken) - 1))
        broken[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
        if not broken:
            return
    cut = bytes(broken[: data.draw(st.integers(0, len(broken)))])
    found = examine(ByteSource(io.BytesIO(cut)))
    ends = [0, *(edit.end for edit in found.edits)]
    assert all(end <= edit.start <= edit.end <= len(cut) for end, edit in zip(ends, found.edits, strict=False))
    lenient = name.endswith((".tiff", ".jp2"))  # their decoders go on where a file says that its image ends
    if not lenient and (before := pixels(cut)) is not None:
        assert (pixels(clean(cut)) or [])[: len(before)] == before


def pixels(data: bytes) -> list[tuple[str, bytes]] | None:
    """All frames, None where a decoder gives up."""
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(data)) as image:
            found = []
            for number in range(1 if image.format in ("MPO", "JPEG") else getattr(image, "n_frames", 1)):
                image.seek(number)
                found.append((image.mode, image.tobytes()))
            return found
    except Exception:  # of a damaged file Pillow raises what comes
        return None


BOMBS = {
    "segments": b"\xff\xd8" + b"\xff\xfe\0\2" * 50_000,
    "filling": b"\xff\xd8" + b"\xff" * 500_000,
    "headers": b"x" + b"II*\0" * 100_000,
    "directories": b"II*\0\x08\0\0\0\xff\xff" + b"\x4a\x01\4\0\0\0\1\0\x08\0\0\0" * 70_000,
    "boxes": b"".join((500_000 - 8 * n).to_bytes(4, "big") + b"moov" for n in range(3000)) + bytes(476_000),
    "padding": b"ID3" + bytes(500_000),
    "tags": b'<svg xmlns="http://www.w3.org/2000/svg">' + b"<a>" * 50_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_no_file_takes_for_ever(name: str) -> None:
    start = time.process_time()
    assert clean(BOMBS[name]) == BOMBS[name]
    assert time.process_time() - start < 5


HEADS = [
    b"II*\0", b"MM\0*", b"II+\0\x08\0\0\0", b"\0\0\0\x0cftyp", b"GIF89a", b"RIFF\xff\xff\xff\xffWEBP", b"\x1aE\xdf\xa3",
    b"ID3", b"fLaC", b"\xff\xd8\xff", b"<svg",
]  # fmt: skip


@given(st.sampled_from(HEADS), st.binary(max_size=200))
def test_noise_is_no_file(head: bytes, rest: bytes) -> None:
    clean(head + rest)
