"""The official package's interface on our releases (official_facts F40): percent, seconds, noise by default.

    from nb301.compat import nasbench301 as nb
    model = nb.load_ensemble("cifar10-gin-rand-v1.0")
    model.predict(config=genotype, representation="genotype", with_noise=False)    # np.float32(93.42...)

What is asked for by `nb301.load` has more to say, and noise that needs no global generator: this is for
code that is there already. `api`, `representations`, `model_downloader` and `surrogate_models` are official
names; `ensembles`, `stand_ins` and `global_noise` are ours.

It may import `encodings`, `errors`, `files`, `formats`, `official`, `parsing`, `releases`, `space` and
`surrogates`.
"""

from nb301.compat.nasbench301.api import load_ensemble
from nb301.compat.nasbench301.model_downloader import download_models

__all__ = ["download_models", "load_ensemble"]
