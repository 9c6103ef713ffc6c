"""Single architectures of which the prediction of the paper's own models was published."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from nb301 import formats
from validation.measures.base import Measured, exact
from validation.measures.registry import register
from validation.predictors import training_std
from validation.subject import Subject


def _genotype(text: str) -> str:
    formats.read(text)
    return text


#: In a notation that `nb301.formats` reads, such as a published name.
_Architecture = Annotated[str, AfterValidator(_genotype)]
_Accuracy = Annotated[float, Field(gt=0, lt=1)]


@register()
def overrated(subject: Subject, genotype: _Architecture, accuracy: _Accuracy) -> Measured:
    """Predicted minus published accuracy, fraction."""
    architecture = formats.read(genotype)
    mean, _ = subject.predictor.predict([architecture])
    spread = training_std(subject.predictor, [architecture])
    return exact(float(mean[0]) - accuracy, 1, predicted=float(mean[0]), std=float(spread[0]))


@register()
def distance(subject: Subject, genotype: _Architecture, accuracy: _Accuracy) -> Measured:
    """Distance of predicted and published accuracy, fraction."""
    difference = overrated(subject, genotype, accuracy)
    return exact(abs(difference.value), 1, **difference.also)
