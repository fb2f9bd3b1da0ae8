"""A small Flax network that tells the two arms of a spiral apart, and its training in plain JAX."""

from __future__ import annotations

from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp

STEPS = 400
RATE = 0.05


class Network(nn.Module):
    """From points, float32 [batch, 2], to `arm`: the probability of each arm, float32 [batch, 2]."""

    @nn.compact
    def __call__(self, points: jax.Array) -> dict[str, jax.Array]:
        x = nn.gelu(nn.Dense(32)(points))
        x = x + nn.gelu(nn.Dense(32)(nn.LayerNorm()(x)))
        return {"arm": nn.softmax(nn.Dense(2)(x))}


def spiral(count: int = 200) -> tuple[jax.Array, jax.Array]:
    """Points on both arms, float32 [2 * count, 2], and the arm of each, int32 [2 * count]."""
    turn = jnp.linspace(0.5, 3.0, count)
    arm = jnp.stack([jnp.cos(turn * jnp.pi), jnp.sin(turn * jnp.pi)], axis=1) * turn[:, None] / 3
    return jnp.concatenate([arm, -arm]), jnp.repeat(jnp.arange(2), count)


def trained() -> Any:
    """The network's variables after gradient descent with momentum."""
    points, arms = spiral()
    network = Network()
    variables = network.init(jax.random.PRNGKey(0), points)

    def loss(variables: Any) -> jax.Array:
        probability = network.apply(variables, points)["arm"]
        return -jnp.log(probability[jnp.arange(len(arms)), arms] + 1e-7).mean()

    @jax.jit
    def step(variables: Any, velocity: Any) -> tuple[Any, Any]:
        gradient = jax.grad(loss)(variables)
        velocity = jax.tree.map(lambda v, g: 0.9 * v - RATE * g, velocity, gradient)
        return jax.tree.map(jnp.add, variables, velocity), velocity

    velocity = jax.tree.map(jnp.zeros_like, variables)
    for _ in range(STEPS):
        variables, velocity = step(variables, velocity)
    print(f"network: loss {loss(variables):.4f} after {STEPS} steps")
    return variables
