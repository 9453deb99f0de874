"""Files are looked at a chunk at a time: what lies across the end of a chunk is seen as well as what lies within."""

from pathlib import Path

import pytest

from metrics.sources import files, table
from metrics.sources.fetched import TextFile
from metrics.sources.files import look_at
from metrics.sources.report import SourceError
from metrics.sources.table import open_table


@pytest.fixture(autouse=True, params=[2, 3, 7, 64])
def chunk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "CHUNK", request.param)
    monkeypatch.setattr(table, "CHUNK", request.param)


def written(folder: Path, content: bytes) -> Path:
    path = folder / "a.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "plain", "trailing"),
    [
        (b"day,a\n2026-03-02,1\n", True, ""),
        (b"day,a\r\n2026-03-02,1\r\n2026-03-03,2\r\n", True, ""),
        (b"day,a\r\n2026-03-02,1\n2026-03-03,2\r\n", False, ""),
        (b"day,a\r2026-03-02,1\r", False, ""),
        (b"day,a\n2026-03-02,1_000\n", False, ""),
        (b"day,a\n2026-03-02,+-1\n", False, ""),
        (b"day,a_1\n2026-03-02,_1\n2026-03-03,1_\n", True, ""),
        (b'day,a\n2026-03-02,\n2026-03-03,"1"\n2026-03-04,1 \n', True, ',"' + " "),
        (b"day,a\n2026-03-02,\r\n2026-03-03,1", False, ","),
        (b"day;a\n2026-03-02;1\n2026-03-03;", True, ";"),
        ("day,á€😀\n2026-03-02,1\n".encode(), True, ""),
    ],
)
def test_a_look_tells_the_same_of_every_chunk(content: bytes, plain: bool, trailing: str, tmp_path: Path) -> None:
    found = look_at(written(tmp_path, content), "a.csv")
    assert (found.plain, found.trailing) == (plain, frozenset(trailing))


@pytest.mark.parametrize("content", [b"day,a\n2026-03-02,\xe2\x82\n", b"day,a\n2026-03-02,1\n\xf0\x9f\x98"])
def test_a_sign_that_is_cut_is_told_with_its_line(content: bytes, tmp_path: Path) -> None:
    line = content[: content.index(b"\xe2" if b"\xe2" in content else b"\xf0")].count(b"\n") + 1
    with pytest.raises(SourceError, match=rf"a\.csv is not UTF-8 \(line {line}\)"):
        look_at(written(tmp_path, content), "a.csv")


@pytest.mark.parametrize("rows", [b"1\n%s\n2\n", b"1\n%s\n", b"1\n%s", b"%s\n1\n"])
def test_a_long_line_is_found_in_every_chunk(rows: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_LONG_LINE", 500)
    assert look_at(written(tmp_path, rows % (b"x" * 400)), "a.csv").plain
    assert not look_at(written(tmp_path, rows % (b"x" * 640)), "a.csv").plain


@pytest.mark.parametrize(
    ("rows", "sound"),
    [
        (b"2026-03-02,1\n2026-03-03,\n2026-03-04,2\n", True),
        (b"2026-03-02,1\n2026-03-03,1,234,\n2026-03-04,\n", False),
        (b"2026-03-02,\n2026-03-03,1,", False),
        (b"2026-03-02,\n\n2026-03-03\n2026-03-04,2\n", True),
        (b'2026-03-02,\n2026-03-03,1,"\n', False),
        (b"2026-03-02,\n2026-03-03,1," + b" " * 300 + b"\n", False),
    ],
)
def test_a_line_that_is_too_wide_is_found_in_every_chunk(rows: bytes, sound: bool, tmp_path: Path) -> None:
    file = TextFile(written(tmp_path, b"day,a\n" + rows), "a.csv")
    assert open_table(file, "day", {"a"}).sound is sound
