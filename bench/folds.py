"""Deal polygons to folds: deterministic, by class, whole polygons."""


def deal_folds(classes, sizes, fold_count):
    """The fold, 1 to fold_count, of every polygon.

    classes  class of each polygon
    sizes    its number of pixels

    Class after class, the largest polygon first, each goes to a fold that has the fewest polygons of its
    class, and of those to the one with the fewest pixels. A class of two polygons with pixels is
    therefore never without one in training.
    """
    folds = [0] * len(classes)
    pixels = [0] * fold_count
    for name in sorted(set(classes)):
        members = [i for i, own in enumerate(classes) if own == name]
        members.sort(key=lambda i: (-sizes[i], i))
        of_class = [0] * fold_count
        for i in members:
            fold = min(range(fold_count), key=lambda f: (of_class[f], pixels[f], f))
            folds[i] = fold + 1
            of_class[fold] += 1
            pixels[fold] += sizes[i]
    return folds


def check_folds(classes, sizes, folds, fold_count):
    """Refuse folds that leave out a polygon, or a class of two or more in some training."""
    if len(folds) != len(classes) or any(not 1 <= fold <= fold_count for fold in folds):
        raise ValueError("folds: every polygon needs exactly one")
    for fold in range(1, fold_count + 1):
        for name in set(classes):
            elsewhere = [i for i, own in enumerate(classes)
                         if own == name and sizes[i] > 0 and folds[i] != fold]
            with_pixels = [i for i, own in enumerate(classes) if own == name and sizes[i] > 0]
            if len(with_pixels) >= 2 and not elsewhere:
                raise ValueError(f"fold {fold}: class {name} is missing in training")
