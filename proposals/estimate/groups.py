"""What each part of a group would pay together: reckoned once, for all scenarios."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from proposals.estimate import keys
from proposals.estimate.effect import coordination_rate, reach
from proposals.estimate.figures import SCENARIOS, Effect, Solo, Terms


class PartsOfGroup:
    """The running cost of any part of the group, and what coordinating it takes."""

    def __init__(self, solos: Sequence[Solo], effect: Effect, terms: Terms) -> None:
        self.effect, self.count = effect, len(solos)
        self.costs = np.array([float(solo.cost) for solo in solos])
        self.populations = np.array([float(solo.population) for solo in solos])
        self.shares = np.array([effect.share(name) for name in SCENARIOS])
        self.rates = np.array([coordination_rate(size, terms.coordination) for size in range(self.count + 1)])

    def running(self, groups: keys.Groups) -> keys.Floats:
        """Scenarios by groups: running cost; a member alone has what it has today."""
        together = groups & (groups.sum(axis=1) > 1)[:, None]
        sizes = groups @ self.populations
        affected = (reach(self.effect, self.populations[None, :], sizes[:, None]) * together) @ self.costs
        alone: keys.Floats = groups @ self.costs
        running: keys.Floats = alone + self.shares[:, None] * affected
        return running

    def joint(self, groups: keys.Groups) -> keys.Floats:
        """Scenarios by groups: running cost and coordination."""
        joint: keys.Floats = self.running(groups) * (1 + self.rates[groups.sum(axis=1)])
        return joint
