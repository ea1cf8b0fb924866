from predictions.models.keys import ApiKey, Scope
from predictions.models.log import Prediction, Source

__all__ = ["ApiKey", "Prediction", "Scope", "Source"]
