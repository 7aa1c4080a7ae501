"""Files written by others than kerae: numpy, pyarrow, and safetensors by its published layout."""

import json

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from kerae.data import Activations
from kerae.data.stored.opening import opened

pytestmark = pytest.mark.once

X = np.random.default_rng(0).normal(size=(50, 3, 4)).astype("float32")
TOKENS = np.arange(150, dtype="int32").reshape(50, 3)
RANGES = [(0, 5), (5, 20), (30, 31), (31, 50)]
PARTS = [X[start:stop] for start, stop in RANGES]
LISTS = pa.list_(pa.list_(pa.float32()))


def table(x=X):
    columns = {"blocks.0": pa.array(x.tolist(), LISTS), "token_ids": pa.array(TOKENS.tolist())}
    return pa.table({name: column[: len(x)] for name, column in columns.items()})


def save_npy(path):
    np.save(path, X)


def save_npz(path):
    np.savez(path, X)


def save_compressed(path):
    np.savez_compressed(path, X)


def save_parquet(path):
    parquet.write_table(table(), path, row_group_size=11)


def save_arrow(path):
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, table().schema) as writer:
        for batch in table().to_batches(7):
            writer.write_batch(batch)


def save_safetensors(path, dtype="F32", array=X):
    """As in https://github.com/huggingface/safetensors#format."""
    about = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [8, 8 + array.nbytes]}
    other = {"dtype": "I64", "shape": [1], "data_offsets": [0, 8]}
    header = json.dumps({"__metadata__": {"a": "b"}, "other": other, "x": about}).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(8) + array.tobytes())


SAVED_BY = {
    "a.npy": save_npy,
    "a.npz": save_npz,
    "b.npz": save_compressed,
    "a.parquet": save_parquet,
    "a.arrow": save_arrow,
    "a.safetensors": save_safetensors,
}


@pytest.mark.parametrize("name", SAVED_BY)
def test_ranges_of_every_kind_of_file(name, tmp_path):
    SAVED_BY[name](tmp_path / name)
    (file,) = opened(tmp_path, "x" if "safetensors" in name else None)
    assert file.shape == X.shape
    for part, expected in zip(file.read(RANGES), PARTS, strict=True):
        np.testing.assert_array_equal(part, expected)


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_other_floats(dtype, tmp_path):
    np.save(tmp_path / "a.npy", X.astype(dtype))
    save_safetensors(
        tmp_path / "a.safetensors", {"float16": "F16", "float64": "F64"}[dtype], X.astype(dtype)
    )
    fixed = pa.FixedSizeListArray.from_arrays(pa.array(X[:, 0].ravel().astype(dtype)), 4)
    parquet.write_table(pa.table({"x": fixed}), tmp_path / "a.parquet")
    expected = X.astype(dtype).astype("float32")
    for name, column in (("a.npy", None), ("a.safetensors", "x")):
        read = Activations(tmp_path / name, column=column).in_order(0)
        np.testing.assert_array_equal(read, expected.reshape(-1, 4))
    read = Activations(tmp_path / "a.parquet").in_order(0)
    np.testing.assert_array_equal(read, expected[:, 0])


def test_bfloat16_is_the_upper_half_of_float32(tmp_path):
    bits = (X.view("uint32") >> 16).astype("uint16")
    save_safetensors(tmp_path / "a.safetensors", "BF16", bits)
    x = Activations(tmp_path, column="x").in_order(0)
    np.testing.assert_array_equal(x, (bits.astype("uint32") << 16).view("float32").reshape(-1, 4))


def test_safetensors_by_its_own_package(tmp_path):
    numpy = pytest.importorskip("safetensors.numpy", reason="safetensors is not installed")
    numpy.save_file({"x": X, "y": X.astype("float16")}, tmp_path / "a.safetensors")
    read = Activations(tmp_path, column="y").in_order(0)
    np.testing.assert_array_equal(read, X.astype("float16").reshape(-1, 4))


def test_weights_that_saelens_wrote(shared_data):
    """Row by row as `numpy` reads the same bytes: d_in 8, 24 latents."""
    path = shared_data / "saelens" / "topk" / "sae_weights.safetensors"
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    start, stop = json.loads(content[8 : 8 + length])["W_dec"]["data_offsets"]
    expected = np.frombuffer(content[8 + length :][start:stop], "<f4").reshape(24, 8)
    x = Activations(path, column="W_dec", batch_size=10)
    np.testing.assert_array_equal(np.concatenate([x.in_order(i) for i in range(3)]), expected)


def test_a_folder_as_saelens_caches_activations(tmp_path):
    """Two shards in the order that state.json tells, of an extension type nobody has registered."""
    metadata = {"ARROW:extension:name": "datasets.features.features.Array2DExtensionType"}
    fields = [
        pa.field("blocks.0", LISTS, metadata=metadata),
        pa.field("token_ids", pa.list_(pa.int64())),
    ]
    names = [f"data-0000{number}-of-00002.arrow" for number in (0, 1)]
    for name, rows in zip(names, (slice(20, 50), slice(0, 20))):
        columns = [pa.array(X[rows].tolist(), LISTS), pa.array(TOKENS[rows].tolist())]
        shard = pa.Table.from_arrays(columns, schema=pa.schema(fields))
        with (
            pa.OSFile(str(tmp_path / name), "wb") as file,
            pa.ipc.new_stream(file, shard.schema) as writer,
        ):
            writer.write_table(shard, max_chunksize=8)
    state = {"_data_files": [{"filename": name} for name in reversed(names)]}
    (tmp_path / "state.json").write_text(json.dumps(state))
    (tmp_path / "dataset_info.json").write_text("{}")
    x = Activations(tmp_path, batch_size=64)
    assert (x.rows, x.places, x.input_shape) == (150, (3,), (4,))
    np.testing.assert_array_equal(x.rows_at([0, 149, 62]), X.reshape(-1, 4)[[0, 149, 62]])
    example, place = x.origin([0, 149, 62])
    np.testing.assert_array_equal(example, [0, 49, 20])
    np.testing.assert_array_equal(place, [0, 2, 2])
    np.testing.assert_array_equal(x.token_ids(20), TOKENS[20])


def test_columns_of_numbers_are_features(tmp_path):
    columns = {f"f{number}": X[:, 0, number] for number in range(4)}
    parquet.write_table(pa.table({**columns, "id": np.arange(50)}), tmp_path / "a.parquet")
    np.testing.assert_array_equal(Activations(tmp_path).in_order(0), X[:, 0])


def cut(path):
    path.write_bytes(path.read_bytes()[:-9])


@pytest.mark.parametrize("name", SAVED_BY)
def test_refuses_files_that_were_cut_short(name, tmp_path):
    SAVED_BY[name](tmp_path / name)
    cut(tmp_path / name)
    with pytest.raises(ValueError, match=f"Expected a whole .* at .*{name}"):
        Activations(tmp_path, column="x" if "safetensors" in name else None)


def test_refuses_what_is_no_array_of_floats(tmp_path):
    def refused(message, save, name="a.npy", error=ValueError, **arguments):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        save(folder / name)
        with pytest.raises(error, match=message):
            Activations(folder, **arguments)

    refused(
        "float16, float32 or float64 in .*Received: int64",
        lambda p: np.save(p, TOKENS.astype("int64")),
    )
    refused("C order", lambda p: np.save(p, np.asfortranarray(X[0])))
    refused(r"Received: shape \(50,\)", lambda p: np.save(p, X[:, 0, 0]))
    refused("Received: none", lambda p: np.save(p, X[:0]))
    refused("Expected rows in", lambda p: parquet.write_table(table(X[:0]), p), "a.parquet")
    refused("Received: x, y", lambda p: np.savez(p, x=X, y=X), "a.npz")
    refused("array 'z' in", lambda p: np.savez(p, x=X), "a.npz", column="z")
    refused("Received: I64", save_safetensors, "a.safetensors", column="other")
    refused("all of one kind. Received: none", lambda p: p.write_text(""), "a.txt")
    ragged = pa.table({"x": pa.array([[1.0, 2.0], [3.0], [4.0, 5.0, 6.0]])})
    path = tmp_path / "ragged.parquet"
    parquet.write_table(ragged, path)
    with pytest.raises(ValueError, match="lists of 2 numbers in all rows"):
        Activations(path).in_order(0)
    with pytest.raises(FileNotFoundError, match="nothing there"):
        Activations(tmp_path / "none")
    np.save(tmp_path / "b.npy", X[:, :2])
    np.save(tmp_path / "c.npy", X)
    with pytest.raises(ValueError, match=r"examples of shape \(2, 4\)"):
        Activations([tmp_path / "b.npy", tmp_path / "c.npy"])
