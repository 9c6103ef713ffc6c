"""What the official example does, call by call, written anew: run by `test_script.py`, not imported."""

import os
from collections import namedtuple

import nasbench301 as nb
from ConfigSpace.read_and_write import json as cs_json

here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120
paths = {}
for name in ["xgb", "lgb_runtime"]:
    paths[name] = os.path.join(here, "nb_models_1.0", f"{name}_v1.0")  # noqa: PTH118
if not all(os.path.exists(path) for path in paths.values()):  # noqa: PTH110
    nb.download_models(version="1.0", delete_zip=True, download_dir=here)
performance_model = nb.load_ensemble(paths["xgb"])
runtime_model = nb.load_ensemble(paths["lgb_runtime"])

Genotype = namedtuple("Genotype", "normal normal_concat reduce reduce_concat")  # noqa: PYI024
sep, skip, pool = "sep_conv_3x3", "skip_connect", "max_pool_3x3"
genotype = Genotype(
    normal=[(sep, 0), (sep, 1), (sep, 0), (sep, 1), (sep, 1), (skip, 0), (skip, 0), ("dil_conv_3x3", 2)],
    normal_concat=[2, 3, 4, 5],
    reduce=[(pool, 0), (pool, 1), (skip, 2), (pool, 1), (pool, 0), (skip, 2), (skip, 2), (pool, 1)],
    reduce_concat=[2, 3, 4, 5],
)
with open(os.path.join(here, "configspace.json")) as file:  # noqa: PTH118, PTH123
    space = cs_json.read(file.read())
configuration = space.sample_configuration()

accuracy = performance_model.predict(config=genotype, representation="genotype", with_noise=True)
sampled = performance_model.predict(config=configuration, representation="configspace", with_noise=True)
seconds = runtime_model.predict(config=genotype, representation="genotype")
sampled_seconds = runtime_model.predict(config=configuration, representation="configspace")

print("Genotype performance: %f, runtime %f" % (accuracy, seconds))  # noqa: T201, UP031
print("Configspace performance: %f, runtime %f" % (sampled, sampled_seconds))  # noqa: T201, UP031
