"""Files: written whole or not at all, and read with suspicion.

Knows weights, configs and folders; knows no hooks, no training and no views.
"""

from lab.storage.atomic import recover, replacing, replacing_folder, sweep
from lab.storage.cache import cache_folder, lease, only_one
from lab.storage.children import Overrun, run_child
from lab.storage.conversion import converted, converted_folder
from lab.storage.folders import ModelFolder, checked_folder, refuse_pickle
from lab.storage.gguf import GgufHead, gguf_head
from lab.storage.headers import TensorInfo, header
from lab.storage.jsonfiles import read_json
from lab.storage.records import Kind, read_record, write_record
from lab.storage.refusals import Refused
from lab.storage.saving import save, write_model
from lab.storage.shipped import DATA, PREFIX, shipped_file
from lab.storage.sizes import dimensions, fewest_parameters, refuse_impossible, refuse_over_memory
from lab.storage.weights import file_tensors, plain_name, refuse_non_finite

__all__ = [
    "DATA",
    "PREFIX",
    "GgufHead",
    "Kind",
    "ModelFolder",
    "Overrun",
    "Refused",
    "TensorInfo",
    "cache_folder",
    "checked_folder",
    "converted",
    "converted_folder",
    "dimensions",
    "fewest_parameters",
    "file_tensors",
    "gguf_head",
    "header",
    "lease",
    "only_one",
    "plain_name",
    "read_json",
    "read_record",
    "recover",
    "refuse_impossible",
    "refuse_non_finite",
    "refuse_over_memory",
    "refuse_pickle",
    "replacing",
    "replacing_folder",
    "run_child",
    "save",
    "shipped_file",
    "sweep",
    "write_model",
    "write_record",
]
