"""Texts of one's own: any size, any bytes, and errors that say what to do."""

import subprocess
import sys
import warnings
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.corpora import text

END = "<|endoftext|>"
LINE = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\n\0\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
)


def written(folder: Path, content: str | bytes, name: str = "own.txt") -> Path:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def texts(corpus) -> list[str]:
    return [document.text for document in corpus]


def test_documents_end_at_the_mark_where_there_is_one(tmp_path):
    file = written(tmp_path, f"One.\n\nStill one.\n{END}\nTwo.\n{END}\n")
    assert texts(text(file)) == ["One.\n\nStill one.", "Two."]


def test_documents_end_at_empty_lines_where_there_is_no_mark(tmp_path):
    assert texts(text(written(tmp_path, "One.\nOne.\n\n\nTwo."))) == ["One.\nOne.", "Two."]


def test_documents_end_at_a_separator_of_ones_own(tmp_path):
    file = written(tmp_path, "One.\n\n***\nTwo.\n")
    assert texts(text(file, separator="***")) == ["One.", "Two."]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(LINE.filter(str.strip), min_size=1).map("\n".join), min_size=1))
def test_what_was_written_is_read(tmp_path_factory, wanted):
    folder = tmp_path_factory.mktemp("any")
    wanted = [one for one in wanted if END not in one]
    file = written(folder, f"\n{END}\n".join([*wanted, ""]) or f"{END}\n")
    assert texts(text(file)) == wanted


def test_a_mark_of_the_byte_order_and_windows_line_ends_are_no_text(tmp_path):
    file = written(tmp_path, b"\xef\xbb\xbfOne.\r\nOne.\r\n\r\nTwo.\r\n")
    assert texts(text(file)) == ["One.\nOne.", "Two."]


def test_bytes_that_are_no_character_become_one_with_a_warning(tmp_path):
    file = written(
        tmp_path, b"A caf\xe9 and half a character, alone: \xed\xa0\x80.\n" + "café \ufffd".encode()
    )
    with pytest.warns(UserWarning, match="4 bytes are no UTF-8"):
        assert texts(text(file)) == [
            "A caf\ufffd and half a character, alone: \ufffd\ufffd\ufffd.\ncafé \ufffd"
        ]


def test_clean_text_warns_of_nothing(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert texts(text(written(tmp_path, "café\u2028\ufffd"))) == ["café\u2028\ufffd"]


def test_a_folder_is_read_in_the_order_of_its_paths(tmp_path):
    (tmp_path / "more").mkdir()
    written(tmp_path, "Two.", "b.txt")
    written(tmp_path, "One.", "a.txt")
    written(tmp_path, "Three.", "more/a.txt")
    written(tmp_path, "\0", "picture.png")
    assert texts(text(tmp_path)) == ["One.", "Two.", "Three."]


def test_kept_back_and_the_rest_are_all_and_share_nothing(tmp_path):
    file = written(tmp_path, "\n\n".join(map(str, range(4000))))
    learnt, kept = text(file, held_out=0.1), text(file, held_out=0.1, valid=True)
    assert sorted(map(int, texts(learnt) + texts(kept))) == list(range(4000))
    assert len(texts(kept)) == pytest.approx(400, rel=0.15)
    assert texts(learnt.rest) == texts(kept) and texts(kept.rest) == texts(learnt)
    assert texts(text(file, held_out=0.1)) == texts(learnt)


def test_a_walk_may_start_anywhere(tmp_path):
    corpus = text(written(tmp_path, "\n\n".join(map(str, range(50)))), held_out=0.2)
    assert texts(corpus.starting(11)) == texts(corpus)[11:]
    with pytest.raises(ValueError, match="at is -1"):
        corpus.starting(-1)


def test_a_large_file_needs_little_memory(tmp_path):
    """80 MB, half of it without any end of a document, and one line of 20 MB."""
    file = tmp_path / "large.txt"
    with file.open("w") as opened:
        for number in range(400_000):
            opened.write(f"Story {number} " + "word " * 18 + ("\n\n" if number < 200_000 else "\n"))
        opened.write("word " * 4_000_000)
    code = (
        "import resource, sys; from lab.corpora import text\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "count = sum(len(d.text) for d in text(sys.argv[1]))\n"
        "print(count, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)"
    )
    run = subprocess.run([sys.executable, "-c", code, file], capture_output=True, check=True)
    count, mebibytes = map(int, run.stdout.split())
    assert count > 59_000_000
    assert mebibytes < 40


def test_nothing_is_read_that_is_not_asked_for(tmp_path):
    corpus = text(written(tmp_path, "One.\n\nTwo.\n\nThree."))
    assert [document.text for document in islice(corpus, 1)] == ["One."]
    written(tmp_path, "Four.")
    assert texts(corpus) == ["Four."]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04\0\0\0\0", "is no text"),
        (bytes(range(128, 256)) * 20, "is no text"),
        ("Hello".encode("utf-16"), "UTF-16: save it as UTF-8"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path, content, says):
    with pytest.raises(ValueError, match=says):
        text(written(tmp_path, content))


def test_a_path_to_nothing_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="no such file or folder"):
        text(tmp_path / "gone.txt")
    with pytest.raises(FileNotFoundError, match=r"no \.txt file in this folder"):
        text(tmp_path)
    with pytest.raises(ValueError, match=r"held_out is 1\.5"):
        text(written(tmp_path, "One."), held_out=1.5)
