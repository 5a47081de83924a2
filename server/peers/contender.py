"""Who takes part: this project's program, and its peers, each in a process of its own."""
import json
import os
import selectors
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
LIMIT = 150  # seconds that a contender may take for one answer
REST = 0.1  # seconds after which the threads of the one before no longer spin


class Failed(Exception):
    """A contender gave no result, and says why."""


class Contender:
    """What was measured of one contender on one case."""

    def __init__(self, name):
        self.name, self.seconds, self.passes, self.memory, self.failed = name, [], 0, 0, ""
        self.inertia = float("nan")  # as data.Case.inertia finds it for the centroids

    @property
    def median(self):
        return float(np.median(self.seconds)) if self.seconds else float("inf")


class Ours(Contender):
    """The built program. Each turn is a process: its first repetition warms up."""

    def __init__(self, program, case, threads, name="Centroid"):
        super().__init__(name)
        self.program, self.case, self.threads = program, case, threads

    def run(self, *args, watch=False):
        """Runs a subcommand of bench; gives its last line."""
        command = [self.program, "bench", *map(str, args), "--data", self.case.x, "--workers", str(self.threads)]
        time.sleep(REST)
        p = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            if watch:
                self.memory = peak_anonymous(p, LIMIT)
            out, words = p.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            raise Failed(f"no answer in {LIMIT} s") from None
        finally:
            p.kill()
            p.wait()
        if p.returncode != 0:
            raise Failed(words.strip())
        return json.loads(out.splitlines()[-1])

    def train(self, passes, out):
        def fit(reps, watch):
            return self.run("train", "--init", self.case.init, "--iterations", passes, "--reps", reps, "--out", out, watch=watch)

        if not self.seconds:
            fit(1, True)
        got = fit(2, False)
        self.seconds.append(got["seconds"][-1])
        self.passes = got["iterations"]

    def settle(self, k, seed, out, init="k-means++"):
        return self.run("train", "--k", k, "--init-method", init, "--tolerance", 1e-4, "--iterations", 300, "--seed", seed, "--out", out)

    def predict(self, reps, out):
        got = self.run("predict", "--init", self.case.init, "--reps", reps + 1)
        np.save(out, np.load(self.case.init))
        return {**got, "seconds": got["seconds"][1:]}

    def close(self):
        pass


class Peer(Contender):
    """A library in a Python process that holds the rows."""

    def __init__(self, name, case, threads):
        super().__init__(name)
        self.case = case
        # Nothing in the environment may choose kernels for a library.
        env = {k: v for k, v in os.environ.items() if not k.startswith(("OPENBLAS_", "OMP_", "MKL_", "KMP_"))}
        env |= {v: str(threads) for v in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
        if name == "FAISS tuned":
            env["OPENBLAS_CORETYPE"] = tuned()
        self.log = open(case.x.parent / "peer.log", "w+")
        self.p = subprocess.Popen([sys.executable, "-B", "-W", "ignore", HERE / "peer.py", name, case.x],
                                  env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log)
        self.answer()

    def answer(self):
        with selectors.DefaultSelector() as s:
            s.register(self.p.stdout, selectors.EVENT_READ)
            if not s.select(LIMIT):
                self.close()
                raise Failed(f"no answer in {LIMIT} s")
        line = self.p.stdout.readline()
        got = json.loads(line) if line else {"error": f"it ended: {self.last_words()}"}
        if "error" in got:
            raise Failed(got["error"])
        return got

    def last_words(self):
        self.p.wait()
        self.log.seek(0)
        return (self.log.read().strip().splitlines() or [f"exit code {self.p.returncode}"])[-1]

    def ask(self, **question):
        time.sleep(REST)
        try:
            self.p.stdin.write(json.dumps(question, default=str).encode() + b"\n")
            self.p.stdin.flush()
        except BrokenPipeError:
            raise Failed(f"it ended: {self.last_words()}") from None
        return self.answer()

    def train(self, passes, out):
        before = self.status("VmRSS")
        if not self.seconds:
            Path(f"/proc/{self.p.pid}/clear_refs").write_text("5")  # the peak begins here
        got = self.ask(call="train", init=self.case.init, passes=passes, out=out)
        if not self.seconds:
            self.memory = self.status("VmHWM") - before
        self.seconds += got["seconds"]
        self.passes = got["iterations"]

    def settle(self, k, seed, out):
        return self.ask(call="settle", k=k, seed=seed, out=out)

    def predict(self, reps, out):
        return self.ask(call="predict", init=self.case.init, reps=reps, out=out)

    def status(self, key):
        return status(self.p.pid)[key]

    def close(self):
        self.p.kill()
        self.p.wait()
        self.p.stdin.close()
        self.p.stdout.close()
        self.log.close()


def tuned():
    """The kernels of OpenBLAS that fit the processor: the one in FAISS's package
    is too old to know processors of the last years and takes its plainest."""
    return "SkylakeX" if " avx512f " in Path("/proc/cpuinfo").read_text() else "Haswell"


def status(pid):
    """The sizes in /proc/PID/status, in bytes."""
    lines = (line.split() for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return {f[0][:-1]: int(f[1]) * 1024 for f in lines if f[-1] == "kB"}


def peak_anonymous(p, limit):
    """The most memory of a process that is no mapped file, read again and again until
    it ends, or for limit seconds."""
    peak, until = 0, time.monotonic() + limit
    while p.poll() is None and time.monotonic() < until:
        peak = max(peak, status(p.pid).get("RssAnon", 0))
        time.sleep(0.002)
    return peak
