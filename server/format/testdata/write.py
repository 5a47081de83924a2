"""Writes the files beside it, as other programs write them: pyarrow 26.0.1, polars 2.1.0, numpy 2.4.6."""
import datetime as d
from decimal import Decimal
import numpy as np, polars as pl, pyarrow as pa, pyarrow.parquet as pq, pyarrow.feather as feather, pyarrow.ipc as ipc

utc = d.timezone.utc
t = pa.table({
    "i8": pa.array([1, None, -3], pa.int8()),
    "u32": pa.array([1, 4294967295, None], pa.uint32()),
    "i64": pa.array([1, None, 9007199254740992], pa.int64()),
    "id": pa.array([1, 9007199254740993, None], pa.int64()),
    "u64": pa.array([1, 2, 18446744073709551615], pa.uint64()),
    "f16": pa.array(np.array([1.5, 2, np.nan], np.float16)),
    "f32": pa.array([0.5, None, 3e38], pa.float32()),
    "f64": pa.array([0.1, float("nan"), float("-inf")], pa.float64()),
    "dec": pa.array([Decimal("1.25"), None, Decimal("-1000.00")], pa.decimal128(20, 2)),
    "whole": pa.array([Decimal("123456789012345678901"), None, Decimal("5")], pa.decimal128(30, 0)),
    "bool": pa.array([True, False, None], pa.bool_()),
    "text": pa.array(["é", "", None], pa.string()),
    "large": pa.array(["x", None, "y"], pa.large_string()),
    "view": pa.array(["a long text that is not inlined", None, "y"], pa.string_view()),
    "bytes": pa.array([b"raw", None, b"y"], pa.binary()),
    "dict": pa.array(["p", None, "p"], pa.dictionary(pa.int32(), pa.string())),
    "dictnum": pa.array([7, None, 8], pa.int64()).dictionary_encode(),
    "date": pa.array([d.date(2026, 11, 28), None, d.date(1969, 12, 31)], pa.date32()),
    "ts": pa.array([d.datetime(2026, 11, 28, 1, 2, 3, 456000), None, d.datetime(2026, 1, 1)], pa.timestamp("us")),
    "tz": pa.array([d.datetime(2026, 11, 28, 1, 2, 3, tzinfo=utc), None, d.datetime(2026, 1, 1, tzinfo=utc)], pa.timestamp("ms", "Europe/Berlin")),
    "time": pa.array([d.time(1, 2, 3), None, d.time(23, 59, 59, 5)], pa.time64("us")),
    "null": pa.array([None, None, None], pa.null()),
    "list": pa.array([[1, 2], None, []], pa.list_(pa.int64())),
    "st": pa.array([{"a": 1, "b": {"c": "x"}}, None, {"a": None, "b": None}], pa.struct([("a", pa.int32()), ("b", pa.struct([("c", pa.string())]))])),
})
dur = t.append_column("dur", pa.array([d.timedelta(seconds=90, milliseconds=500), None, d.timedelta(0)], pa.duration("ms")))
pq.write_table(t.drop(["view"]), "types.parquet", compression="zstd", row_group_size=2)
pq.write_table(t.drop(["view", "f16"]), "old.parquet", version="1.0", data_page_version="2.0", compression="gzip", use_deprecated_int96_timestamps=True)
feather.write_feather(dur, "types.arrow", compression="lz4")
with ipc.new_stream("types.arrows", dur.schema) as w:
    for b in dur.to_batches(max_chunksize=2):
        w.write_batch(b)
pl.DataFrame({"x": [1.5, None], "c": pl.Series(["p", "q"], dtype=pl.Categorical), "when": [d.datetime(2026, 11, 28), None]}).write_parquet("polars.parquet")
np.save("f8.npy", np.array([[1.5, np.nan], [-2, 3]]))
np.save("fortran.npy", np.asfortranarray(np.arange(6, dtype=np.int16).reshape(3, 2)))
np.save("one.npy", np.array([True, False]))
np.save("big.npy", np.array([[1, 9007199254740993], [2, 3]], np.int64))
np.save("texts.npy", np.array(["a", "b"]))
