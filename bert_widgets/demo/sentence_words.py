"""The words and phrases of generated review sentences; decisive words stand in square brackets."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """What can be said of one kind of thing; ``12..60`` stands for a number from that range."""

    wholes: tuple[str, ...]
    parts: tuple[str, ...]
    plural_parts: tuple[str, ...]
    adjectives: dict[str, tuple[str, ...]]
    doing: str
    remarks: tuple[str, ...]


KINDS = (
    Kind(
        wholes=("film", "documentary", "sequel", "comedy", "thriller", "western", "musical"),
        parts=("plot", "acting", "soundtrack", "ending", "opening", "dialogue", "camera work"),
        plural_parts=("costumes", "songs", "fight scenes", "stunts", "supporting roles"),
        adjectives={
            "positive": ("gripping", "moving", "witty", "charming", "thrilling", "captivating"),
            "negative": ("boring", "predictable", "lifeless", "pretentious", "tedious", "inept"),
        },
        doing="watching",
        remarks=(
            "the {whole} lasts 81..159 minutes",
            "the {whole} was shot in {place}",
            "the {whole} came out in {month}",
            "we saw the {whole} on a {day}",
        ),
    ),
    Kind(
        wholes=("novel", "biography", "memoir", "atlas", "cookbook", "travel guide", "anthology"),
        parts=("writing", "translation", "first chapter", "cover", "structure", "research"),
        plural_parts=("illustrations", "footnotes", "examples", "maps", "later chapters"),
        adjectives={
            "positive": ("absorbing", "wise", "touching", "vivid", "insightful", "engrossing"),
            "negative": ("dreary", "long-winded", "shallow", "confusing", "unreadable", "dull"),
        },
        doing="reading",
        remarks=(
            "the {whole} has 96..640 pages",
            "the {whole} costs 9..45 euros",
            "the {whole} was printed in {place}",
            "we read the {whole} in {month}",
        ),
    ),
    Kind(
        wholes=("soup", "curry", "apple pie", "stew", "omelette", "lasagne", "rice pudding"),
        parts=("service", "seasoning", "presentation", "sauce", "texture", "smell", "topping"),
        plural_parts=("side dishes", "herbs", "vegetables", "spices", "portions"),
        adjectives={
            "positive": ("delicious", "tasty", "flavourful", "appetising", "mouth-watering"),
            "negative": ("bland", "greasy", "tasteless", "inedible", "unappetising", "revolting"),
        },
        doing="ordering",
        remarks=(
            "the {whole} costs 6..19 euros",
            "the {whole} takes 25..75 minutes to make",
            "the {whole} is on the menu until {month}",
            "we had the {whole} on a {day}",
        ),
    ),
    Kind(
        wholes=("kettle", "drill", "blender", "torch", "alarm clock", "umbrella", "coffee grinder"),
        parts=("design", "handle", "finish", "packaging", "workmanship", "customer service"),
        plural_parts=("instructions", "materials", "accessories", "spare parts", "controls"),
        adjectives={
            "positive": ("reliable", "sturdy", "handy", "well-made", "durable", "dependable"),
            "negative": ("flimsy", "unreliable", "fragile", "useless", "defective", "unwieldy"),
        },
        doing="buying",
        remarks=(
            "the {whole} weighs 350..990 grams",
            "the {whole} costs 15..89 euros",
            "the {whole} was made in {place}",
            "we bought the {whole} in {month}",
        ),
    ),
)

ADJECTIVES = {
    "positive": (
        *("superb", "wonderful", "excellent", "brilliant", "impressive", "delightful"),
        *("splendid", "terrific", "marvellous", "outstanding", "first-rate", "lovely"),
    ),
    "negative": (
        *("awful", "dreadful", "disappointing", "terrible", "lousy", "mediocre"),
        *("horrible", "poor", "second-rate", "pitiful", "appalling", "abysmal"),
    ),
}
NEGATED = {
    "positive": ("bad", "disappointing", "mediocre", "poor", "weak", "unpleasant"),
    "negative": ("good", "convincing", "impressive", "appealing", "special", "satisfying"),
}
NEGATIONS = (
    "{be} [not {adjective}]",
    "{be} [not {adjective}] at all",
    "[{be}n't {adjective}]",
    "{be} [never {adjective}]",
    "{be} [hardly {adjective}]",
    "{be} [far from {adjective}]",
    "{be} [anything but {adjective}]",
)
TENSES = (("is", "are"), ("was", "were"))
INTENSIFIERS = ("", "", "", "really ", "truly ", "clearly ", "undeniably ")
VERDICTS = {
    "positive": (
        "{who} [loved] the {whole}",
        "{who} [adored] the {whole}",
        "{who} [enjoyed] {doing} the {whole}",
        "{who} did [not regret] {doing} the {whole}",
        "{who} would [recommend] the {whole} to {audience}",
        "{who} would [gladly pay] for the {whole} again",
        "the {whole} was [worth] {price}",
    ),
    "negative": (
        "{who} [hated] the {whole}",
        "{who} [detested] the {whole}",
        "{who} [regretted] {doing} the {whole}",
        "{who} did [not enjoy] {doing} the {whole}",
        "{who} would [not recommend] the {whole} to {audience}",
        "{who} would [never pay] for the {whole} again",
        "the {whole} was [not worth] {price}",
    ),
}
HEARSAY = {
    "positive": ("{other} loved the {whole}", "{other} praised the {whole}"),
    "negative": ("{other} hated the {whole}", "{other} mocked the {whole}"),
}
CONTRASTS = (
    "{aside}, but {verdict}",
    "{aside}, yet {verdict}",
    "{aside}; still, {verdict}",
    "although {aside}, {verdict}",
    "while {aside}, {verdict}",
    "even though {aside}, {verdict}",
)
FRAMES = ("{core}.", "{core}.", "{core}. {Remark}.", "{remark}, and {core}.", "{remark}; {core}.")
SLOTS = {
    "who": ("I", "we", "my sister and I", "my friends and I", "my family and I", "Zoë and I"),
    "other": ("my brother", "the critics", "our neighbour Tomás", "my colleagues", "my aunt"),
    "audience": ("anyone", "a friend", "a stranger", "a colleague", "a beginner"),
    "price": ("the money", "the time", "the wait", "the effort", "the fuss"),
    "day": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "month": ("January", "March", "April", "June", "August", "October", "December"),
    "place": ("Lisbon", "Málaga", "Gdańsk", "Oslo", "Nairobi", "Kyoto", "Québec", "Lima"),
}
CONSONANT_SOUND = {"useless"}
