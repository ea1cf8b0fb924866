"""What a model card says in words, the same for every release; the rest is measured."""

from collections.abc import Sequence

from attrition.field import Text

PURPOSE = Text(
    "Estime la probabilité qu'une personne quitte l'entreprise, pour ouvrir une "
    "conversation sur ce qui la ferait rester. Tout autre usage (sélection, promotion, "
    "sanction, licenciement, rémunération) est exclu.",
    "Estimates how likely an employee is to leave, to open a conversation about what "
    "would make them stay. Any other use (selection, promotion, sanction, dismissal, "
    "pay) is excluded.",
)
OVERSIGHT = Text(
    "Un score n'est jamais une décision à lui seul (RGPD, art. 22) : une personne qui "
    "connaît l'employé le lit avec ses raisons, peut l'écarter, et répond de ce "
    "qu'elle décide. L'employé peut demander ce score, ses raisons et sa correction "
    "(RGPD, art. 15 et 16).",
    "A score is never a decision on its own (GDPR, article 22): somebody who knows the "
    "employee reads it with its reasons, can set it aside, and answers for what they "
    "decide. The employee can ask for the score, its reasons and its correction (GDPR, "
    "articles 15 and 16).",
)
HORIZON = Text(
    "Aucun : les extraits disent qui est parti, jamais quand. La probabilité ne vaut "
    "donc ni pour l'année ni pour aucune autre durée.",
    "None: the extracts say who left, never when. So the probability is neither for "
    "the year nor for any other period.",
)
LIMITS = (
    Text(
        "Une contribution est une association dans ces données. Ce n'est pas une "
        "cause : changer la valeur ne change pas forcément le départ.",
        "A contribution is an association in these data. It is not a cause: changing "
        "the value need not change whether somebody leaves.",
    ),
    Text(
        "Appris sur une seule population à un seul moment : une autre entreprise, un "
        "autre métier ou une autre année peuvent lui donner tort.",
        "Learnt from one population at one moment: another company, trade or year can "
        "prove it wrong.",
    ),
    Text(
        "Les points sont des estimations : un écart de quelques dixièmes, ou une "
        "valeur que peu de personnes ont, peut être dû au hasard.",
        "Points are estimates: a few tenths, or a value that few people have, can be "
        "chance.",
    ),
    Text(
        "Un nombre ou une note hors de ce que l'entraînement a vu compte comme le plus "
        "proche qui a été vu ; une valeur que moins de 10 personnes avaient n'a pas de "
        "points à elle ; une valeur absente compte comme la valeur habituelle.",
        "A number or a mark outside what training has seen counts as the nearest that "
        "was seen; a value that fewer than 10 people had has no points of its own; a "
        "missing one counts as the usual value.",
    ),
)
PROXIES = Text(
    "Les motifs prohibés ne sont pas utilisés, mais d'autres champs peuvent les "
    "refléter (l'expérience suit l'âge) : voir l'équité par groupe.",
    "Prohibited grounds are not used, yet other fields can reflect them (experience "
    "goes with age): see fairness by group.",
)
GROUNDS_USED = Text(
    "Ce modèle utilise un motif prohibé (Code du travail, art. L. 1132-1) : s'en "
    "servir pour décider du sort d'une personne peut être une discrimination.",
    "This model uses a prohibited ground (Code du travail, art. L. 1132-1): to "
    "decide about a person with it may be discrimination.",
)
FICTIONAL = Text(
    "Les données sont fictives : aucun score ne dit quoi que ce soit sur une personne.",
    "The data are fictional: no score says anything about a person.",
)
GUESSING = Text(
    "Rien ne prouve que ce modèle vaille mieux que le hasard : sa précision moyenne ou "
    "son aire sous la courbe ROC ne s'en distingue pas. Il faut plus de personnes, ou "
    "d'autres champs, avant de s'en servir.",
    "Nothing proves that this model is better than guessing: its average precision or "
    "its area under the ROC curve can't be told from it. More people, or other fields, "
    "are needed before it is used.",
)


def miscalibrated(
    people: int, low: float, high: float, mean: float, left: float
) -> Text:
    """Where probabilities are off: what they say, and who left."""
    said = dict.fromkeys(f"{end * 100:.0f}" for end in (low, high))
    french, english = "trop bas", "too low"
    if mean > left:
        french, english = "trop haut", "too high"
    if left:
        times = f"{max(mean / left, left / mean):.1f}"
        french = f"{times.replace('.', ',')} fois {french}"
        english = f"{times} times {english}"
    return Text(
        f"où il dit {' à '.join(said)} %, {left * 100:.0f} % sont partis "
        f"({people} personnes ; {french})",
        f"where it says {' to '.join(said)} %, {left * 100:.0f} % left "
        f"({people} people; {english})",
    )


def miscalibration(where: Sequence[Text]) -> Text:
    """The limit that names every place."""
    return Text(
        "Sur des personnes qu'il n'a pas vues, ses probabilités s'écartent par "
        f"endroits plus que par hasard : {', '.join(text.fr for text in where)}.",
        "On people it has not seen, its probabilities are off in places by more than "
        f"chance: {', '.join(text.en for text in where)}.",
    )


THRESHOLD_RULE = Text(
    "Le seuil qui signale autant de personnes qu'il en est parti, sur des personnes "
    "que le modèle n'a pas vues : la précision et le rappel y sont à peu près égaux, "
    "on ne signale personne dans le seul but de n'oublier personne. Il est choisi sur "
    "les probabilités mêmes qui disent sa précision.",
    "The threshold that flags as many people as left, out of fold: precision and "
    "recall are about equal there, and nobody is flagged merely to miss nobody. It is "
    "chosen on the very probabilities that tell its precision.",
)
MEASURED = Text(
    "Validation croisée stratifiée répétée, chaque personne étant notée par des "
    "modèles qui ne l'ont pas vue ; la transformation et la force de la "
    "régularisation sont choisies à l'intérieur de chaque partie d'entraînement. Le "
    "tableau des seuils, les courbes et l'équité prennent toutes les répétitions "
    "ensemble. Les intervalles portent sur les personnes, leurs probabilités étant "
    "fixées : ils ne disent pas ce qu'un autre entraînement changerait. Chaque « ± » "
    "est l'écart entre des plis qui partagent des personnes, pas une erreur. La forme "
    "du modèle (quels champs, une racine carrée possible, un point par valeur) a été "
    "trouvée sur des données de ce genre : sur d'autres, il peut valoir un peu moins.",
    "Repeated stratified cross-validation, in which models score only people whom "
    "they have not seen; the transform and the strength of the penalty are chosen "
    "inside each training part. The threshold table, the curves and fairness take all "
    "repeats together. Intervals are over the people, their probabilities held fixed: "
    "they don't say what training on others would change. Each ± is the spread over "
    "folds that share people, not an error. The model's form (which fields, maybe a "
    "square root, a point a value) was found on data like these: on others it may be "
    "worth a little less.",
)
FAIRNESS = Text(
    "Par genre et par tranche d'âge, envers lesquels un modèle doit être juste, qu'il "
    "les utilise ou non. Un groupe de moins de 10 personnes est masqué, et d'autres "
    "avec lui tant qu'une soustraction le montrerait ; une part l'est aussi (–) quand "
    "d'un côté ou de l'autre il y a moins de 10 personnes.",
    "By gender and by age band, to which a model must be fair whether it uses them or "
    "not. A group of fewer than 10 people is hidden, and others with it while a "
    "subtraction would show it; so is a share (–) with fewer than 10 people on either "
    "side of it.",
)
WISHED = Text(
    "laissé de côté par choix de qui a entraîné",
    "left out by whoever trained",
)
