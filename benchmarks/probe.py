"""Questions to a machine, once: not kept."""
import os, sys
if __name__ == "__main__" and os.environ.get("OPENBLAS_NUM_THREADS") != "1":
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    os.execve(sys.executable, [sys.executable, *sys.argv], os.environ)
import random
from time import perf_counter
import numpy as np
from convbook.algorithms import matrices

rng = np.random.default_rng(0)
R = lambda *s: rng.standard_normal(s, np.float32)

def race(title, entries, flops=None, rounds=40):
    best = dict.fromkeys(entries, 9e9)
    reps = {}
    for n, f in entries.items():
        f(); t = perf_counter(); f(); reps[n] = max(1, int(2e-4 / max(perf_counter() - t, 1e-7)))
    for _ in range(rounds):
        for n in random.sample(list(entries), len(entries)):
            f = entries[n]; t = perf_counter()
            for _ in range(reps[n]): f()
            best[n] = min(best[n], (perf_counter() - t) / reps[n])
    unit = (lambda s: f"{flops / s / 1e9:.0f}") if flops else (lambda s: f"{1e6 * s:.1f}us")
    print(title.ljust(38), "  ".join(f"{n}:{unit(s)}" for n, s in best.items()), flush=True)

def pieces(a, b, out, width, small=10**6):
    keep = matrices.SMALL, matrices.WIDE
    def f():
        matrices.SMALL = small; matrices.WIDE = width
        matrices._by_columns(a, b, out, width)
        matrices.SMALL, matrices.WIDE = keep
    return f

print(np.show_config(mode="dicts")["SIMD Extensions"]["found"])
n = 768; a = R(n, n); c = np.empty_like(a)
race("sgemm 768", {"x": lambda: np.matmul(a, a, out=c)}, 2 * n**3)
# -- whole or in pieces
for M, K, N in [(64,576,448),(64,576,3136),(128,1152,192),(64,147,1792),(256,64,3136),(64,256,3136),(128,512,784),(512,2048,49),(64,64,3136),(16,25,784),(16,144,3136)]:
    A, B, O = R(M, K), R(K, N), np.empty((M, N), np.float32)
    e = {"whole": lambda A=A, B=B, O=O: np.matmul(A, B, out=O)}
    for w in (32, 64, 128, 256):
        if w <= N: e[f"w{w}"] = pieces(A, B, O, w)
    e["w64s4"] = pieces(A, B, O, 64, 250_000)
    e["w48"] = pieces(A, B, O, 48)
    if N >= 512:
        step = 384
        def f(A=A, B=B, O=O):
            for s in range(0, N, step): np.matmul(A, B[:, s:s+step], out=O[:, s:s+step])
        e["spans384"] = f
    if N >= 2048:
        def f(A=A, B=B, O=O):
            for s in range(0, N, 1024): np.matmul(A, B[:, s:s+1024], out=O[:, s:s+1024])
        e["spans1024"] = f
    Bt = np.ascontiguousarray(B.T)
    e["BT"] = lambda A=A, Bt=Bt, O=O: np.matmul(A, Bt.T, out=O)
    race(f"({M}x{K})@({K}x{N})", e, 2 * M * K * N)
# -- the products of tiles: values of 36 points
for C, T in [(64, 49), (64, 98), (64, 196), (128, 49), (128, 98), (256, 16), (256, 32), (512, 4), (512, 16), (512, 32)]:
    V, U = R(36, T, C), R(36, C, C); O = np.empty((36, T, C), np.float32)
    e = {"whole": lambda: np.matmul(V, U, out=O)}
    for w in (32, 64, 128):
        P = C // w
        if P < 1: continue
        Uw = np.ascontiguousarray(U.reshape(36, C, P, w).swapaxes(1, 2)); Ow = O.reshape(36, T, P, w).swapaxes(1, 2)
        for t in sorted({16, 32, 64, T} ):
            if t > T or t * C * w > 1.05e6: continue
            def f(t=t, Uw=Uw, Ow=Ow):
                for s in range(0, T, t): np.matmul(V[:, None, s:s+t], Uw, out=Ow[:, :, s:s+t])
            e[f"w{w}t{t}"] = f
    Ut = np.ascontiguousarray(U.swapaxes(1, 2)); Vt = np.ascontiguousarray(V.swapaxes(1, 2)); Ot = np.empty((36, C, T), np.float32)
    e["first"] = lambda: np.matmul(Ut, Vt, out=Ot)  # channels first
    race(f"36 x ({T}x{C})@({C}x{C})", e, 72 * T * C * C, 20)
# -- thin matrices
for m, k in [(6, 6), (4, 6), (16, 8), (12, 6)]:
    for N in (512, 1024, 3136, 6272, 12544):
        A, B, O = R(m, k), R(k, N), np.empty((m, N), np.float32)
        A64 = B.reshape(k, N // 64 if N % 64 == 0 else 1, -1).swapaxes(0, 1); O64 = O.reshape(m, A64.shape[0], -1).swapaxes(0, 1)
        race(f"({m}x{k})@({k}x{N})", {"whole": lambda: np.matmul(A, B, out=O), "w64": lambda: np.matmul(A, A64, out=O64)}, 2 * m * k * N)
A, B = R(6, 6), R(1, 14, 6, 58 * 64); O = np.empty((1, 14, 6, 58 * 64), np.float32)
race("rows: 14 x (6x6)@(6x3712)", {"x": lambda: np.matmul(A, B, out=O)}, 2 * 36 * 14 * 3712)
# -- copies
X = R(64, 14, 58); Y = np.empty((14, 58, 80), np.float32)[..., :64]
def fc(): Y[...] = X.transpose(1, 2, 0)
def bc(): X[...] = Y.transpose(2, 0, 1)
race("turn 64x14x58, to last / back", {"to": fc, "back": bc})
X = R(128, 14, 28); Y = np.empty((14, 28, 144), np.float32)[..., :128]
race("turn 128x14x28", {"to": fc, "back": bc})
# -- depthwise
for C, S in [(64, 56), (512, 14), (32, 112)]:
    k = 3; p = 1; W = S + 2; n = S * W - 2
    x, w = R(C, S, S), R(C, k, k)
    y = np.empty((C, S, S), np.float32)
    def flat(block, x=x, w=w, y=y):
        pad = np.empty((block, W, W), np.float32); pad[:, 0] = pad[:, -1] = 0; pad[:, :, 0] = pad[:, :, -1] = 0
        lines = pad.reshape(block, -1); acc = np.empty((block, S * W), np.float32); term = np.empty((block, n), np.float32)
        total = acc[:, :n]
        for s in range(0, C, block):
            pad[:, 1:-1, 1:-1] = x[s:s+block]
            for i in range(k):
                for j in range(k):
                    o = i * W + j
                    if i or j:
                        np.multiply(lines[:, o:o+n], w[s:s+block, i, j, None], out=term); np.add(total, term, out=total)
                    else: np.multiply(lines[:, :n], w[s:s+block, 0, 0, None], out=total)
            y[s:s+block] = acc.reshape(block, S, W)[:, :, :S]
    def nine(block, x=x, w=w, y=y, cols=k):
        pad = np.zeros((block, W, W), np.float32)
        lines = pad.reshape(block, -1); acc = np.empty((block, 1, S * W), np.float32)
        copies = np.empty((block, k * k, n), np.float32)
        for s in range(0, C, block):
            pad[:, 1:-1, 1:-1] = x[s:s+block]
            for i in range(k):
                for j in range(k): copies[:, i * k + j] = lines[:, i*W+j:i*W+j+n]
            np.matmul(w[s:s+block].reshape(block, 1, 9), copies, out=acc[:, :, :n])
            y[s:s+block] = acc.reshape(block, S, W)[:, :, :S]
    def three(block, x=x, w=w, y=y):
        pad = np.zeros((block, W, W), np.float32)
        lines = pad.reshape(block, -1); acc = np.empty((block, 1, S * W), np.float32); term = np.empty((block, 1, n), np.float32)
        m = n + 2 * W
        copies = np.empty((block, 3, m), np.float32)
        rows = np.ascontiguousarray(w.transpose(1, 0, 2))[:, :, None]
        for s in range(0, C, block):
            pad[:, 1:-1, 1:-1] = x[s:s+block]
            for j in range(3): copies[:, j, :m] = lines[:, j:j+m] if j + m <= W * W else np.pad(lines[:, j:], ((0,0),(0,j+m-W*W)))
            for i in range(3):
                np.matmul(rows[i, s:s+block], copies[..., i*W:i*W+n], out=term if i else acc[:, :, :n])
                if i: acc[:, :, :n] += term
            y[s:s+block] = acc.reshape(block, S, W)[:, :, :S]
    e = {}
    for b in (8, 16, 32, 64, 128, 256):
        if b <= C:
            e[f"flat{b}"] = lambda b=b: flat(b); e[f"nine{b}"] = lambda b=b: nine(b)
    e["three16"] = lambda: three(16)
    from convbook import conv2d
    xx, ww = x[None], w[:, None]
    for name in ("im2col", "shift"): e[name] = lambda name=name: conv2d(xx, ww, padding=1, groups=C, algorithm=name)
    try:
        import torch
        torch.set_num_threads(1); tx, tw = torch.from_numpy(xx), torch.from_numpy(ww)
        def ft():
            with torch.inference_mode(): torch.nn.functional.conv2d(tx, tw, padding=1, groups=C)
        e["torch"] = ft
    except ImportError: pass
    race(f"depthwise {C}x{S}", e)
    flat(C); want = conv2d(xx, ww, padding=1, groups=C)[0]; assert np.allclose(y, want, atol=1e-5)
