"""The command: ``python -m benchmarks``."""

import argparse

from tqdm import tqdm

from benchmarks.layers import GROUPS, LAYERS, SHORT, Layer, selected
from benchmarks.processes import worker
from benchmarks.tables import speeds


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    add = parser.add_argument
    add("--short", action="store_true", help="a minute's selection of layers")
    add("--only", nargs="+", default=[], metavar="WORD",
        help=f"groups of layers, or parts of their names; groups: {', '.join(GROUPS)}")  # fmt: skip
    add("--layer", nargs="+", type=layer, default=[], metavar="N,C,SIDE,C_OUT,K[,STRIDE[,GROUPS]]",
        help="layers of your own")  # fmt: skip
    add("--against", nargs="+", default=[], metavar="NAME",
        help="competitors, for example torch sgemm convbook 'convbook im2col'")  # fmt: skip
    add("--threads", nargs="+", type=int, default=[1], metavar="N")
    add("--backward", action="store_true", help="the two gradients instead")
    add("--rounds", type=int, default=40, help="at most, for each layer")
    add("--seconds", type=float, default=5.0, help="for each layer, about")
    return parser.parse_args()


def layer(text: str) -> Layer:
    """Read a layer from the command line."""
    return Layer(*map(int, text.split(",")))


def main() -> None:
    """Measure and print."""
    args = arguments()
    layers = args.layer or (SHORT if args.short else selected(args.only or list(LAYERS)))
    for threads in args.threads:
        found = {}
        with worker("worker") as measuring:
            for each in (bar := tqdm(layers, leave=False)):
                bar.set_description(each.name)
                found[each.name] = measuring.ask(
                    layer=each,
                    threads=threads,
                    backward=args.backward,
                    names=args.against,
                    rounds=args.rounds,
                    seconds=args.seconds,
                )
        print(speeds(found, f"{threads} thread{'s' if threads > 1 else ''}"))


if __name__ == "__main__":
    main()
