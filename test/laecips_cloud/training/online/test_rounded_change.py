import hashlib

import numpy as np
import pytest
import torch
from laecips_cloud.export.bundle_export import export_bundle, load_networks
from laecips_cloud.training.online.rounded_change import RoundedChange
from laecips_edge.core.bundle.bundle import DELTA, WEIGHTS, Bundle
from laecips_edge.core.bundle.weights_delta import apply_delta


@pytest.mark.slow
def test_the_delta_makes_the_weights_that_were_exported(tiny_bundle: Bundle, tmp_path) -> None:
    f, h = load_networks(tiny_bundle)
    torch.manual_seed(2)
    with torch.no_grad():
        for weight in (*f.parameters(), *h.parameters()):
            weight.add_(1e-3 * torch.randn_like(weight))
    change = RoundedChange(tiny_bundle, coarseness=1.0)
    change.settle("f", f)
    change.settle("h", h)
    own = tiny_bundle.manifest
    delta_file, delta_of = change.delta()
    made = export_bundle(
        f,
        h,
        tmp_path / "made",
        name=own.name,
        classes=own.classes,
        palette=own.palette,
        input_size=own.input_size,
        delta=own.delta,
        beta=own.beta,
        version=own.version + 1,
        parent=own.version,
        graphs_of=tiny_bundle,
        delta_file=delta_file,
        delta_of=delta_of,
    )
    parent = tiny_bundle.weights_file
    assert made.manifest.delta_of == hashlib.sha256(parent).hexdigest()
    delta = (made.path / DELTA).read_bytes()
    assert made.manifest.files[DELTA] == hashlib.sha256(delta).hexdigest()
    assert apply_delta(parent, delta) == (made.path / WEIGHTS).read_bytes() != parent
    assert len(delta) < len(parent) / 3


def test_without_steps_nothing_is_rounded(tiny_bundle: Bundle) -> None:
    f, _ = load_networks(tiny_bundle)
    before = {name: weight.clone() for name, weight in f.state_dict().items()}
    with torch.no_grad():
        next(iter(f.parameters())).add_(1e-4)
    after = {name: weight.clone() for name, weight in f.state_dict().items()}
    change = RoundedChange(tiny_bundle, coarseness=0.0)
    change.settle("f", f)
    assert all(np.array_equal(after[name], weight) for name, weight in f.state_dict().items())
    assert any(not np.array_equal(before[name], after[name]) for name in before)
    assert change.delta() == (b"", "")
