"""What studies of learning curves share: their arguments, and where a curve reaches a goal."""
import argparse
import os

HERE = os.path.dirname(os.path.abspath(__file__))


def study_parser(description, seeds, of_seed):
    """Arguments of every such study; it adds its own."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("-data", default=os.path.join(HERE, "../../shared/data"))
    parser.add_argument("-build", default=os.path.join(HERE, "../build"))
    parser.add_argument("-seeds", type=int, default=seeds, help=of_seed)
    parser.add_argument("-json", help="write all figures to this file")
    return parser


def print_head(*columns):
    """The first two lines of a table."""
    print("| " + " | ".join(map(str, columns)) + " |")
    print("|" + "---|" * len(columns), flush=True)


def count_needed(counts, accuracies, goal):
    """Labels, or steps, at which a curve first reaches a goal, between counts by straight lines; None: never."""
    for i, n in enumerate(counts):
        if accuracies[i] >= goal:
            if i == 0:
                return float(n)
            part = (goal - accuracies[i - 1]) / (accuracies[i] - accuracies[i - 1])
            return counts[i - 1] + part * (n - counts[i - 1])
    return None
