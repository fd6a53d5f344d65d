"""The command: ``python -m benchmarks``."""

import argparse
import sys
from pathlib import Path

from benchmarks import tables
from benchmarks.check import check
from benchmarks.competitors import FORWARD, TEXTBOOK
from benchmarks.layers import GROUPS, RESNET, SHORT, SizedLayer, selected
from benchmarks.processes import ROOT
from benchmarks.record import RECORDED, write
from benchmarks.run import Step, everything, memories, take, times

DESCRIPTION = """Measure convbook's speed and memory beside other libraries.
Without an option, everything is measured, which takes about a quarter of an hour; leave the
machine alone while it works."""


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser("python -m benchmarks", description=DESCRIPTION)
    add = parser.add_argument
    what = parser.add_argument_group("what").add_mutually_exclusive_group()
    what.add_argument("--short", action="store_true", help="a minute's selection")
    what.add_argument(
        "--only",
        nargs="+",
        metavar="WORD",
        help=f"some groups of layers, or those with a word in their name: {', '.join(GROUPS)}",
    )
    what.add_argument(
        "--layer",
        nargs="+",
        type=layer,
        metavar="N,C,SIDE,C_OUT,K[,STRIDE[,GROUPS]]",
        help="layers of your own",
    )
    what.add_argument("--memory", action="store_true", help="memory alone")
    what.add_argument(
        "--check",
        action="store_true",
        help="tell whether convbook has lost a quarter of its recorded speed",
    )
    add("--strict", action="store_true", help="fail if --check finds that it has")
    add("--backward", action="store_true", help="the gradients of the selected layers")
    add("--threads", nargs="+", type=int, default=[1], help="for the selected layers")
    add(
        "--against",
        nargs="+",
        default=[],
        metavar="NAME",
        choices=[*FORWARD, *TEXTBOOK],
        help="some competitors only, with sgemm",
    )
    add("--seconds", type=float, help="for a layer, about: 5, or 2 in a short run")
    add("--rounds", type=int, default=40, help="for a layer, at most")
    add(
        "--record",
        nargs="?",
        const=RECORDED.stem,
        metavar="NAME",
        help=f"let the book show this run, as {RECORDED.stem} or as that of another machine",
    )
    add("--into", type=Path, default=ROOT / "_build" / "benchmarks", help="folder for the results")
    return parser.parse_args()


def layer(text: str) -> SizedLayer:
    """Read a layer from the command line."""
    return SizedLayer(*map(int, text.split(",")))


def steps(args: argparse.Namespace) -> list[Step]:
    """Return what the arguments ask for."""
    if args.memory:
        return memories()
    if not (args.layer or args.only or args.short or args.backward):
        return everything()
    named = selected(args.only) if args.only else SHORT if args.short else RESNET
    layers = args.layer or named
    way = "backward" if args.backward else "forward"
    return [step for threads in args.threads for step in times(way, layers, threads)]


def main() -> None:
    """Measure, print and write."""
    args = arguments()
    if args.check:
        complaint = check()
        if complaint and args.strict:
            sys.exit(complaint)
        print(complaint)
        sys.exit()
    todo = steps(args)
    full = todo == everything() and not args.against
    if args.record and not full:
        sys.exit("--record wants a full run: no other selection goes with it")
    seconds = args.seconds or (2.0 if args.short else 5.0)
    record = take(todo, against=args.against, seconds=seconds, rounds=args.rounds)
    print(tables.report(record))
    write(record, args.into / "results.json")
    if args.record:
        write(record, RECORDED.with_stem(args.record))


if __name__ == "__main__":
    main()
