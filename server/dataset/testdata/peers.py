"""Reads a CSV file and writes it as Parquet with what people use instead, and prints JSON: seconds by library.

    python peers.py table.csv folder

Those that are not installed are left out. Each has a process of its own and both processors.
"""
import json
import multiprocessing
import sys
import time

OUT = sys.argv[2] + "/peer.parquet"


def pandas(path):
    import pandas as pd
    pd.read_csv(path).to_parquet(OUT)


def polars(path):
    import polars as pl
    pl.scan_csv(path).sink_parquet(OUT)


def pyarrow(path):
    import pyarrow.csv as csv, pyarrow.parquet as pq
    pq.write_table(csv.read_csv(path), OUT)


def duckdb(path):
    import duckdb as db
    db.sql(f"COPY (FROM read_csv('{path}')) TO '{OUT}' (FORMAT parquet)")


def timed(fn, path, out):
    try:
        __import__(fn.__name__)
    except ImportError:
        return out.put(None)
    begin = time.perf_counter()
    fn(path)
    out.put(time.perf_counter() - begin)


seconds = {}
for fn in (pandas, polars, pyarrow, duckdb):
    queue = multiprocessing.Queue()
    process = multiprocessing.Process(target=timed, args=(fn, sys.argv[1], queue))
    process.start()
    took = queue.get()
    process.join()
    if took is not None:
        seconds[fn.__name__] = took
print(json.dumps(seconds))
