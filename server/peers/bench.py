"""Measures the program beside its peers, on identical rows, and prints Markdown.

    python bench.py bin/centroid

Settings come from the environment; `make bench` passes them on:
SHAPES    n,d,k of the Gaussian mixtures, with blanks between them
REAL      data sets and k, such as flights,10
BIG       n,d,k of the sections defaults and predict
PEERS     names with commas between them; empty for none
SECTIONS  what is measured: train real defaults predict scaling slopes
REPS      repetitions, of which the median counts
THREADS   of each contender
DEFAULTS  seeds that scikit-learn gets in the section defaults (ours gets 5)
KEEP      a folder where the rows are kept; else they are removed
"""
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # of the scorer: its threads must not spin beside a contender

import numpy as np

import data
from contender import HERE, Failed, Ours, Peer, tuned
from peer import PEERS


def env(name, default):
    return os.environ.get(name) or default


SHAPES = env("SHAPES", "1e6,16,10 1e6,16,100 2e6,2,8 1e5,128,256 6e4,784,10 1e4,64,4096 1e6,8,1000 5e4,768,1000").split()
REAL = env("REAL", "flights,10 flights,100 weather,10 weather,100 digits,10 digits,100").split()
BIG = env("BIG", "1e6,16,100")
NAMES = [p for p in os.environ.get("PEERS", ",".join(PEERS)).split(",") if p]
SECTIONS = env("SECTIONS", "train real defaults predict scaling slopes").split()
REPS, THREADS, DEFAULTS = (int(env(*v)) for v in (("REPS", "5"), ("THREADS", "2"), ("DEFAULTS", "1")))
PASSES = 20
KEEP = env("KEEP", "")
AGREE = 1e-4  # relative: what float32 may cost a peer on rows that overlap
SLOW = 3
SEEDS = 5
OWN_START = {"SuperKMeans"}  # takes no first centroids


class Bench:
    def __init__(self, program, folder):
        self.program, self.folder = program, Path(folder)
        self.peak = self.folder / "peak"
        subprocess.run(["cc", "-O3", "-march=native", "-pthread", HERE / "peak.c", "-o", self.peak], check=True)

    def ceilings(self, size):
        """FLOP/s, and bytes/s of reads of so many bytes, both with all threads."""
        out = subprocess.run([self.peak, str(THREADS), str(size)], check=True, capture_output=True, text=True).stdout
        return tuple(float(v) for v in out.split())

    def case(self, spec):
        """The rows of "n,d,k", or of "name,k"."""
        *what, k = spec.split(",")
        folder = self.folder / spec.replace(",", "_")
        folder.mkdir(exist_ok=True)
        if len(what) == 1:
            x = data.real(what[0])
            return data.Case(folder, spec, x, np.unique(x, axis=0), int(k))
        n, d, k = (int(float(v)) for v in (*what, k))
        x = data.mixture(n, d, k)
        return data.Case(folder, spec, x, x, k)

    def drop(self, case):
        if not KEEP:
            shutil.rmtree(case.x.parent)

    def peers(self, case, names=NAMES):
        """The peers that start; the others are told of."""
        for name in names:
            try:
                yield Peer(name, case, THREADS)
            except Failed as e:
                say(f"- {name} takes no part in {case.name}: {e}")

    def race(self, case):
        """All contenders in turn, REPS times. A peer that takes SLOW times as long
        as the best peer has one turn only: its median can't be the best."""
        out = case.x.parent / "out.npy"
        all = [Ours(self.program, case, THREADS), *self.peers(case)]
        try:
            for turn in range(REPS):
                least = min((c.median for c in all[1:]), default=float("inf"))
                for c in all:
                    if c.failed or (c is not all[0] and turn and c.median > max(SLOW * least, 0.2)):
                        continue
                    try:
                        c.train(PASSES, out)
                    except Failed as e:
                        c.failed = str(e)
                        continue
                    if turn == 0:
                        c.inertia = case.inertia(np.load(out))
        finally:
            for c in all:
                c.close()
        return all

    def table(self, title, specs):
        """Training from given centroids."""
        heads = ["rows, features, k", *NAMES, "**Centroid**", "best peer / Centroid", "of FMA", "of memory", "above the rows"]
        say(f"\n### {title}\n\n{row(heads)}{row(['---'] + ['--:'] * (len(heads) - 1))}", end="")
        notes = []
        for spec in specs:
            note(spec)
            try:
                case = self.case(spec)
            except (ImportError, AttributeError, OSError, ValueError) as e:
                notes.append(f"{spec} is left out: {e}")
                continue
            flops, read = self.ceilings(case.bytes)
            ours, *peers = self.race(case)
            flops, read = (max(v) for v in zip((flops, read), self.ceilings(case.bytes)))
            by_name = {p.name: p for p in peers}
            cells = [f"{case.n:,}, {case.d}, {case.k}" if spec[0].isdigit() else f"{spec}: {case.n:,}, {case.d}, {case.k}"]
            cells += [seconds(by_name[n]) if n in by_name else "" for n in NAMES]
            best = min((p.median for p in peers), default=float("inf"))
            cells += [f"**{seconds(ours)}**", f"**{best / ours.median:.2f}**" if peers and ours.seconds and best < float("inf") else ""]
            if ours.seconds:
                cells += [f"{100 * 2 * case.n * case.d * case.k * ours.passes / ours.median / flops:.0f} %",
                          f"{100 * case.bytes * ours.passes / ours.median / read:.0f} %", f"{ours.memory / case.bytes:.2f}×"]
            say(row(cells), end="")
            notes += [f"{c.name} failed on {spec}: {c.failed}" for c in (ours, *peers) if c.failed]
            notes += disagreements(spec, ours, peers)
            notes.append(f"{spec}: ceilings {flops / 1e9:.0f} GFLOP/s, {read / 1e9:.0f} GB/s; inertia {ours.inertia:.8g}")
            self.drop(case)
        say("".join(f"\n- {n}" for n in notes))

    def train(self):
        self.table(f"Training: {PASSES} passes from the same centroids, {THREADS} threads, median of {REPS} in turn", SHAPES)

    def real(self):
        self.table("Real data", REAL)

    def defaults(self):
        """To convergence, from centroids that each finds by itself."""
        case = self.case(BIG)
        out = case.x.parent / "out.npy"
        ours = Ours(self.program, case, THREADS)
        runs = {"Centroid": (SEEDS, ours.settle), "Centroid, k-means\\|\\|": (SEEDS, lambda k, seed, out: ours.settle(k, seed, out, "k-means||"))}
        found = [p for p in self.peers(case, [n for n in NAMES if n == "scikit-learn"])]
        for p in found:
            runs[p.name] = (DEFAULTS, p.settle)
        got = {name: [] for name in runs}
        try:
            for seed in range(SEEDS):
                for name, (seeds, settle) in runs.items():
                    if seed < seeds:
                        note(f"defaults: {name}, seed {seed}")
                        r = settle(case.k, seed, out)
                        got[name].append((r["seconds"][0], r["iterations"], case.inertia(np.load(out))))
        finally:
            for p in found:
                p.close()
        means = {name: np.mean(v, axis=0) for name, v in got.items() if v}
        say(f"\n### To convergence: k-means++, tolerance 1e-4, at most 300 passes, {BIG}\n\n| | seconds | passes | inertia | seeds |\n|---|--:|--:|--:|--:|")
        for name, (s, passes, inertia) in means.items():
            say(f"| {name} | {s:.2f} | {passes:.0f} | {inertia:.8g} | {len(got[name])} |")
        if "scikit-learn" in means:
            theirs, mine = means["scikit-learn"], means["Centroid"]
            say(f"\nscikit-learn's seconds are {theirs[0] / mine[0]:.2f} times ours; our inertia is {100 * (mine[2] / theirs[2] - 1):+.3f} % from its.")
        self.drop(case)

    def predict(self):
        """Labels of all rows, and of one row by itself."""
        case = self.case(BIG)
        out = case.x.parent / "out.npy"
        say(f"\n### Prediction: {BIG}, {THREADS} threads\n\n| | ms | million rows/s | one row |\n|---|--:|--:|--:|")
        all = [Ours(self.program, case, THREADS), *self.peers(case, [n for n in NAMES if hasattr(PEERS[n], "predictor")])]
        notes = []
        try:
            for c in all:
                note(f"predict: {c.name}")
                try:
                    got = c.predict(REPS, out)
                except Failed as e:
                    notes.append(f"{c.name} failed: {e}")
                    continue
                s, want = float(np.median(got["seconds"])), case.inertia(np.load(out))
                say(f"| {c.name} | {1e3 * s:.1f} | {case.n / s / 1e6:.1f} | {got['row_ns'] / 1e3:.2f} µs |")
                if not abs(got["inertia"] / want - 1) <= AGREE:
                    notes.append(f"**{c.name} names other clusters than the nearest: {got['inertia']:.9g}, want {want:.9g}**")
        finally:
            for c in all:
                c.close()
        say("".join(f"\n- {n}" for n in notes))
        self.drop(case)

    def scaling(self):
        """One worker against all, in turn."""
        say(f"\n### Workers\n\n| rows, features, k | 1 worker | {THREADS} workers | times as fast |\n|---|--:|--:|--:|")
        for spec in SHAPES:
            note(f"scaling: {spec}")
            case = self.case(spec)
            one, many = Ours(self.program, case, 1), Ours(self.program, case, THREADS)
            for _ in range(min(REPS, 3)):
                for c in (one, many):
                    c.train(PASSES, case.x.parent / "out.npy")
            say(f"| {spec} | {one.median:.3f} s | {many.median:.3f} s | {one.median / many.median:.2f} |")
            self.drop(case)

    def slopes(self):
        """How the time grows with each of n, d and k: 1 is linear."""
        say(f"\n### Growth: slope of log seconds, {PASSES} passes\n\n| | from | to | seconds | slope |\n|---|--:|--:|---|--:|")
        for i, name in enumerate("ndk"):
            sizes, took = [], []
            for factor in (1, 2, 4, 8):
                shape = [100_000, 32, 64]
                shape[i] *= factor
                case = self.case(",".join(map(str, shape)))
                ours = Ours(self.program, case, THREADS)
                for _ in range(REPS):
                    ours.train(PASSES, case.x.parent / "out.npy")
                sizes.append(shape[i])
                took.append(ours.median)
                note(f"slopes: {case.name} {ours.median:.3f} s")
                self.drop(case)
            slope = np.polyfit(np.log(sizes), np.log(took), 1)[0]
            say(f"| {name} | {sizes[0]:,} | {sizes[-1]:,} | {', '.join(f'{t:.3f}' for t in took)} | {slope:.2f} |")


def disagreements(spec, ours, peers):
    """What the inertia of each result says, as one scorer finds it for all."""
    for p in peers:
        off = p.inertia / ours.inertia - 1
        if p.name in OWN_START and p.seconds:
            yield f"{p.name} on {spec} began at centroids of its own; its inertia is {100 * off:+.2f} % from ours"
        elif p.seconds and not abs(off) <= AGREE:
            yield f"**{p.name} disagrees on {spec}: its inertia is {p.inertia:.8g}, {off:+.1e} from ours**"


def seconds(c):
    """A cell: the median, passes if they are others than asked for, and memory."""
    if not c.seconds:
        return "failed"
    passes = "" if c.passes == PASSES else f", {c.passes} passes"
    return f"{c.median:.3g} s{passes} (+{c.memory / 1e6:.0f} MB)"


def row(cells):
    return "| " + " | ".join(cells) + " |\n"


def say(text, end="\n"):
    print(text, end=end, flush=True)


def note(text):
    """Tells on standard error what is at work."""
    print(f"bench: {text}", file=sys.stderr, flush=True)


def head():
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(": ", 1)[1] for line in lines if line.startswith("model name")), platform.machine())
    packages = {"scikit-learn": "scikit-learn", "scikit-learn-intelex": "scikit-learn-intelex", "FAISS": "faiss-cpu", "SuperKMeans": "superkmeans"}
    versions = ", ".join(f"{n} {metadata.version(p)}" for n, p in packages.items() if n in NAMES)
    say(f"{model}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.2f}, {time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime())}; {versions}")
    say(f"""
Each cell is seconds, and in brackets the memory that the training needed above its rows (of Centroid: all of the
process but mapped files). Labels and exact inertia are within Centroid's time, as within scikit-learn's; FAISS gives no
labels. "FAISS tuned" is told to use the {tuned()} kernels of its OpenBLAS. A peer that takes more than {SLOW} times
as long as the best peer was measured once. "Of FMA" and "of memory" are shares of what the processor did at most in the same minute: 2ndk
operations and 4nd bytes read a pass.""")


def main(program):
    unknown = [f"PEERS: {n!r}, want some of {', '.join(PEERS)}" for n in NAMES if n not in PEERS]
    unknown += [f"SECTIONS: {s!r}" for s in SECTIONS if s not in ("train", "real", "defaults", "predict", "scaling", "slopes")]
    if unknown:
        sys.exit("\n".join(unknown))
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])  # some libraries count processors
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the folder is removed then too
    if KEEP:
        os.makedirs(KEEP, exist_ok=True)
    folder = KEEP or tempfile.mkdtemp(prefix="centroid-bench-")
    begin, failed = time.monotonic(), False
    try:
        bench = Bench(os.path.abspath(program), folder)
        head()
        for name in SECTIONS:
            try:
                getattr(bench, name)()
            except Failed as e:  # the other sections can do without it
                failed = True
                say(f"\n**The section {name} ended early: {e}**")
    finally:
        if not KEEP:
            shutil.rmtree(folder)
    say(f"\nMeasured in {(time.monotonic() - begin) / 60:.1f} minutes; load {os.getloadavg()[0]:.2f} at the end.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
