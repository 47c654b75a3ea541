"""Records: what is written comes back, and a broken file is refused by its name and kind."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from safetensors.numpy import save_file

from lab.storage import Kind, Refused, read_record, write_record

KIND = Kind("sum", "sums", "formicarium sum 1")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(array=arrays.arrays(np.float32, arrays.array_shapes(max_side=4)), texts=st.lists(TEXTS))
def test_what_is_written_comes_back(tmp_path_factory, array, texts):
    path = tmp_path_factory.mktemp("sum") / "a.safetensors"
    write_record(path, KIND, {"a": array.T}, {"said": texts})
    found, said = read_record(path, KIND, lambda a, t: (a["a"], t["said"]))
    assert np.array_equal(found, array.T, equal_nan=True)
    assert said == texts


def test_a_file_of_another_kind_is_refused(tmp_path):
    path = write_record(tmp_path / "x.safetensors", KIND, {"a": np.ones(2)}, {})
    other = KIND._replace(one="life", form="formicarium life 1")
    with pytest.raises(Refused, match=r"x\.safetensors: safetensors, but not a life"):
        read_record(path, other, lambda a, t: (a, t))


def test_what_does_not_fit_is_a_fault_of_the_file(tmp_path):
    path = write_record(tmp_path / "x.safetensors", KIND, {"a": np.ones(2)}, {})
    with pytest.raises(Refused, match="not a whole sum: it lacks 'b'"):
        read_record(path, KIND, lambda a, _: a["b"])
    with pytest.raises(Refused, match="not a whole sum: cannot reshape"):
        read_record(path, KIND, lambda a, _: a["a"].reshape(3))


@pytest.mark.parametrize("texts", ["[1]", "{", "[" * 100_000])
def test_texts_that_are_no_table_are_refused(tmp_path, texts):
    path = tmp_path / "x.safetensors"
    save_file({"a": np.ones(2)}, path, metadata={"format": KIND.form, "texts": texts})
    with pytest.raises(Refused, match="not a whole sum"):
        read_record(path, KIND, lambda a, t: (a, t))


def test_a_file_larger_than_its_kind_is_not_read(tmp_path):
    path = write_record(tmp_path / "x.safetensors", KIND, {"a": np.ones(2000)}, {})
    with pytest.raises(Refused, match="bytes, more than a sum has"):
        read_record(path, KIND._replace(most=1000), lambda a, t: (a, t))


def test_a_write_that_fails_leaves_the_old_file(tmp_path):
    path = write_record(tmp_path / "x.safetensors", KIND, {"a": np.ones(2)}, {"n": 1})
    before = path.read_bytes()
    with pytest.raises(TypeError):
        write_record(path, KIND, {"a": np.ones(2)}, {"n": object()})
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
