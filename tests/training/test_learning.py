"""What a step does: it learns, decays matrices alone, and depends on its seed and nothing else."""

import math
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import lab
from lab.training import Recipe
from lab.training.descent import Descent, norms
from lab.training.twin import Twin
from tests.training.tiny import TEXTS, losses, same_weights, tiny_model, trained, weights_of


@pytest.mark.parametrize("optimiser", ["adamw", "muon"])
def test_one_batch_is_learned_by_heart(optimiser):
    model = tiny_model(layers=2, d_model=32)
    text = ["abcdefghijklmnop" * 4]
    steps = trained(model, text, steps=120, batch=2, lr=0.02, optimiser=optimiser, decay=0.0)
    assert steps[0].loss > 5 and steps[-1].loss < 0.1


def test_a_step_is_adamw_with_decay_on_matrices_alone():
    model, lr, decay, betas = tiny_model(), 0.01, 0.3, (0.8, 0.9)
    recipe = Recipe(lr=lr, decay=decay, betas=betas, eps=1e-8)
    twin = Twin(model)
    descent = Descent(twin, recipe)
    before = {name: p.detach().clone() for name, p in twin.plain.named_parameters()}
    first = {name: torch.zeros_like(p) for name, p in before.items()}
    second = {name: torch.zeros_like(p) for name, p in before.items()}
    generator = torch.Generator().manual_seed(1)
    for number in (1, 2, 3):
        for name, parameter in twin.plain.named_parameters():
            grad = torch.randn(parameter.shape, generator=generator)
            parameter.grad = grad.clone()
            first[name] = betas[0] * first[name] + (1 - betas[0]) * grad
            second[name] = betas[1] * second[name] + (1 - betas[1]) * grad**2
            if parameter.ndim > 1:  # decoupled: the weight shrinks, whatever the gradient
                before[name] *= 1 - lr * decay
            mean = first[name] / (1 - betas[0] ** number)
            root = (second[name] / (1 - betas[1] ** number)).sqrt()
            before[name] -= lr * mean / (root + 1e-8)
        descent.step(lr)
    for name, parameter in twin.plain.named_parameters():
        assert torch.allclose(parameter, before[name], atol=1e-6), name
        assert parameter.grad is None


def test_muon_moves_the_matrices_inside_the_layers_and_adamw_the_rest():
    twin = Twin(tiny_model("llama"))
    for parameter in twin.plain.parameters():
        parameter.grad = torch.randn_like(parameter)
    descent = Descent(twin, Recipe(optimiser="muon"))
    descent.step(0.01)
    muon = {key.split(":")[0] for key in descent.state() if key.endswith(":momentum_buffer")}
    adam = {key.split(":")[0] for key in descent.state() if key.endswith(":exp_avg")}
    matrices = {n for n, p in twin.plain.named_parameters() if p.ndim == 2 and ".layers." in n}
    assert muon == matrices and adam == set(dict(twin.plain.named_parameters())) - matrices


@pytest.mark.parametrize("clip", [0.5, 0.0])
def test_the_gradient_is_measured_and_cut_to_the_clip(clip):
    twin = Twin(tiny_model(layers=2))
    for parameter in twin.plain.parameters():
        parameter.grad = torch.randn_like(parameter)
    flat = torch.cat([p.grad.flatten() for p in twin.plain.parameters()])
    layers = twin.layer_parameters()
    each = [math.sqrt(sum(float(p.grad.square().sum()) for p in layer)) for layer in layers]
    total, per_layer = norms(twin, layers, clip)
    assert total == pytest.approx(float(flat.norm()), rel=1e-5)
    assert per_layer == pytest.approx(each, rel=1e-5)
    after = torch.cat([p.grad.flatten() for p in twin.plain.parameters()])
    assert float(after.norm()) == pytest.approx(clip or total, rel=1e-4)
    assert torch.allclose(after / after.norm(), flat / flat.norm(), atol=1e-6)


def test_a_batch_in_parts_is_the_batch_at_once():
    one, four = (trained(accumulate=parts, batch=8) for parts in (1, 4))
    assert losses(one) == pytest.approx(losses(four), abs=1e-5)
    assert [s.grad_norm for s in one] == pytest.approx([s.grad_norm for s in four], rel=1e-3)


def test_the_loss_of_step_zero_is_that_of_the_first_batch_unlearned():
    steps = trained()
    assert steps[0].loss == pytest.approx(steps[1].loss, abs=1e-6)
    assert [step.step for step in steps] == list(range(9))
    assert steps[0].tokens == 0 and steps[-1].tokens == 8 * 4 * 16


def test_the_same_seed_gives_the_same_curve_and_another_another():
    one, again, other = (trained(seed=seed, dropout=0.2) for seed in (1, 1, 2))
    assert losses(one) == losses(again) != losses(other)


def test_torch_s_own_random_state_is_neither_used_nor_touched():
    torch.manual_seed(7)
    before = torch.get_rng_state()
    one = trained(dropout=0.2)
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(8)
    assert losses(trained(dropout=0.2)) == losses(one)


def test_dropout_is_of_training_alone():
    plain, dropped = (trained(dropout=share, valid=TEXTS[:5], every=1) for share in (0.0, 0.5))
    assert plain[0].valid == dropped[0].valid and plain[0].loss == dropped[0].loss
    assert plain[1].loss != dropped[1].loss  # the same weights and rows


def test_dropout_of_a_step_depends_on_the_seed_and_the_step_alone():
    model = tiny_model()
    steps = lab.train(model, TEXTS, steps=4, batch=4, dropout=0.3, lr=1e-9)
    curve = losses(list(steps))
    torch.rand(100)
    again = losses(trained(steps=4, dropout=0.3, lr=1e-9, warmup=None))
    assert curve == again


def test_a_metric_sees_the_model_of_its_step_and_may_give_numbers_or_text():
    model = tiny_model()
    metrics = {"first": lambda m: m.original_model.get_input_embeddings().weight[0, 0], "say": str}
    steps = lab.train(model, TEXTS, steps=4, batch=4, every=2, metrics=metrics)
    for step in steps:
        weight = float(weights_of(model)["transformer.wte._original_component.weight"][0, 0])
        seen = step.step % 2 == 0
        assert step.metrics == ({"first": weight} if seen else {})
        assert set(step.samples) == ({"say"} if seen else set())


def test_looking_changes_nothing():
    watched, alone = tiny_model(), tiny_model()
    trained(watched, valid=TEXTS[:9], every=1, metrics={"text": lambda m: m("Tom").sum()})
    trained(alone)
    assert same_weights(watched, alone)


RECIPES = st.builds(
    Recipe,
    steps=st.integers(2, 400),
    warmup=st.none() | st.integers(0, 100),
    lr=st.floats(1e-6, 1.0),
    schedule=st.sampled_from(["cosine", "constant", "trapezoid"]),
    floor=st.floats(0, 1),
    cooldown=st.floats(0, 1),
)


@given(recipe=RECIPES)
def test_the_rate_rises_in_the_warm_up_then_never_again_and_ends_at_its_floor(recipe):
    warmup = recipe.steps // 50 if recipe.warmup is None else recipe.warmup
    rates = [recipe.rate(step) for step in range(1, recipe.steps + 1)]
    assert all(0 <= rate <= recipe.lr * (1 + 1e-9) for rate in rates)
    rising, falling = rates[:warmup], rates[warmup:]
    assert all(a < b for a, b in pairwise(rising))
    assert all(a >= b - 1e-12 for a, b in pairwise(falling))
    if not falling:
        return
    if recipe.schedule == "constant" or (recipe.schedule == "trapezoid" and not recipe.cooldown):
        assert falling[-1] == pytest.approx(recipe.lr)
    else:
        assert falling[-1] == pytest.approx(recipe.lr * recipe.floor)


def test_a_loss_that_is_no_number_ends_the_training_and_spoils_nothing():
    model = tiny_model()
    steps = lab.train(model, TEXTS, steps=400, batch=4, lr=1e12, warmup=0, clip=0, decay=0)
    with pytest.raises(FloatingPointError, match=r"lower lr than 1000000000000"):
        list(steps)
    assert all(torch.isfinite(p).all() for p in model.parameters())
