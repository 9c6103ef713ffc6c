"""Official models in the official layout, made by the tests' own writers: folders, and ZIP files of them."""

from __future__ import annotations

import json
import zipfile

from tests.official_files import a_model, handle, lightgbm_text
from tests.official_gin import SMALL, official_file, official_state
from tests.pickling import lightgbm_pickle, xgboost_pickle

#: What lies beside members, by their kind.
SETTINGS = {
    "xgb": {"model": "xgb", "param:max_depth": 13, "param:booster": "gbtree", "bananas_enc": False},
    "lgb": {"model": "lgb", "param:max_depth": 12},
    "lgb_time": {"model": "lgb_time", "param:max_depth": 1},
    "gnn_gin": SMALL,
}
DATA = {"train_val_test_split_rs": {"train": 0.8}, "train_val_test_split_de": {}, "report_freq": 100}


def xgb_model(seed):
    """Trees that answer some 50 %."""
    return a_model(seed, base=50.0)


def xgb_file(seed, form="config-binf"):
    """An XGBoost member of a few trees."""
    return xgboost_pickle(handle(xgb_model(seed), form))


def lgb_file(seed):
    """A LightGBM member of a few trees."""
    return lightgbm_pickle(lightgbm_text(a_model(seed)))


def gin_file(seed):
    """A small GIN."""
    return official_file(official_state(SMALL, seed))


MAKERS = {"xgb": xgb_file, "lgb": lgb_file, "lgb_time": lgb_file, "gnn_gin": gin_file}


def ensemble(model="xgb", members=3, first_seed=6):
    """Files of an ensemble by their paths in its folder."""
    files = {}
    for number in range(members):
        seed = first_seed + number
        folder = f"{number}/{model}/2020100{number}-{seed}"
        files[f"{folder}/surrogate_model.model"] = MAKERS[model](seed)
        files[f"{folder}/model_config.json"] = json.dumps(SETTINGS[model]).encode()
        files[f"{folder}/data_config.json"] = json.dumps({**DATA, "seed": seed}).encode()
    return files


def whole_archive(version="1.0"):
    """Files of all official models of a version, small."""
    files = {}
    for folder, model in (("xgb", "xgb"), ("gnn_gin", "gnn_gin"), ("lgb_runtime", "lgb_time")):
        for path, data in ensemble(model).items():
            files[f"nb_models/{folder}_v{version}/{path}"] = data
    return files


def write_folder(folder, files):
    """Write files by their paths."""
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def write_zip(path, files):
    """Write them into a ZIP file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path
